from llcodec.nerco.switches import ABLATIONS, NercoSwitches


def test_ablations_are_the_rows_of_table_2() -> None:
    rows = [(s.normalisation, s.edges and s.text, s.cooperation) for s in ABLATIONS]
    assert rows == [
        (False, False, False),
        (False, False, True),
        (False, True, True),
        (True, False, True),
        (True, True, True),
    ]


def test_only_the_first_setting_has_no_edge_path() -> None:
    assert [s.edges for s in ABLATIONS] == [False, True, True, True, True]


def test_all_parts_take_part_unless_asked_otherwise() -> None:
    assert ABLATIONS[-1] == NercoSwitches()
