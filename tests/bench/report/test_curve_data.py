from llcodec.bench.looks import looks
from llcodec.bench.report.curve_data import curve_data


def test_curves_hold_what_can_be_drawn(bench) -> None:
    data = curve_data(bench.results, looks(bench.results))
    columns = [measure["column"] for measure in data["measures"]]
    assert columns[0] == "psnr-rgb"
    assert "ms-ssim-db-rgb" not in columns  # the pictures are too small for it
    assert [p["name"] for p in data["pipelines"]] == [r.name for r in bench.results]
    for pipeline, result in zip(data["pipelines"], bench.results, strict=True):
        assert set(pipeline["points"]) == set(columns)
        points = pipeline["points"]["psnr-rgb"]
        assert sorted(rate for rate, _, _ in points) == [rate for rate, _, _ in points]
        assert {value for _, value, _ in points} == set(result.columns["psnr-rgb"])
    families = {family["key"]: family for family in data["families"]}
    assert {p["family"] for p in data["pipelines"]} <= set(families)
    assert families["ebc"]["filled"] != families["cbe"]["filled"]
