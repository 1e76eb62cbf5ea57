"""The page in Chromium: it does what it says, without an error and without the network."""

import json
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.actions.action_builder import ActionBuilder  # noqa: E402
from selenium.webdriver.common.actions.pointer_input import PointerInput  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

if TYPE_CHECKING:
    from tests.bench.report.conftest import Bench


FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
PARTS = ("name", "total")  # of what stands beside a bar
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


def program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"{' or '.join(names)} is not installed")
    return found


@pytest.fixture(scope="module")
def url(bench: "Bench", tmp_path_factory: pytest.TempPathFactory) -> str:
    return bench.write(tmp_path_factory.mktemp("browser")).as_uri()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(program("chromedriver"))
    driver = webdriver.Chrome(options, service)
    driver.get("about:blank")  # away from the page of a new tab,
    driver.get_log("performance")  # whose own addresses do not count
    yield driver
    driver.quit()


@pytest.fixture
def browser(driver: Any, url: str) -> Iterator[Any]:
    """Chromium with the page freshly loaded; in the end, it must have been quiet."""
    shape(driver, WIDE)
    driver.get(url)
    yield driver
    assert [entry["message"] for entry in driver.get_log("browser")] == []
    assert {address for address in requested(driver) if not address.startswith("data:")} <= {url}


def requested(driver: Any) -> Iterator[str]:
    """Yield all addresses that were asked for since the last time."""
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            yield message["params"]["request"]["url"]


# Two frames: what watches sizes, such as the chart, is notified in the first at the latest.
DRAWN = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));"


def shape(driver: Any, metrics: dict[str, Any], *, dark: bool = False) -> None:
    """Give the window a size and a scheme of colours, and wait until the page has taken both."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    features.append({"name": "prefers-reduced-motion", "value": "reduce"})  # no waiting
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.execute_async_script(DRAWN)


def find(driver: Any, selector: str) -> Any:
    return driver.find_element(By.CSS_SELECTOR, selector)


def texts(driver: Any, selector: str) -> list[str]:
    return [e.get_attribute("textContent") for e in driver.find_elements(By.CSS_SELECTOR, selector)]


def count(driver: Any, selector: str) -> int:
    return len(driver.find_elements(By.CSS_SELECTOR, selector))


def value_now(driver: Any, number: int = 0) -> int:
    dividers = driver.find_elements(By.CSS_SELECTOR, ".divider")
    return int(dividers[number].get_attribute("aria-valuenow"))


def clipped(driver: Any) -> str:
    return str(find(driver, "img.left").value_of_css_property("clip-path"))


def test_curves_tables_and_pictures_are_there(browser: Any, bench: "Bench") -> None:
    names = [result.name for result in bench.results]
    assert count(browser, "#chart .curve") == len(names)
    assert count(browser, "#chart .mark") == sum(len(r.qualities) for r in bench.results)
    assert sorted(texts(browser, ".entry bdi")) == sorted(names)
    assert texts(browser, ".sortable tbody th bdi") == [
        c.name for c in sorted(bench.comparisons, key=rate_or_last)
    ]
    assert count(browser, ".sortable .swatch path.mark") == len(names)
    loaded = "return [...document.images].every(i => i.complete && i.naturalWidth > 0)"
    assert browser.execute_script(loaded)
    assert count(browser, ".compare") == 2


def rate_or_last(comparison: Any) -> float:
    return float("inf") if comparison.bd_rate_psnr is None else comparison.bd_rate_psnr


def test_names_stay_texts(browser: Any, bench: "Bench") -> None:
    evil = bench.samples.pictures[1].picture.id
    assert browser.title.startswith(f"{bench.meta['dataset']} test")
    assert count(browser, "img[onerror]") == 0
    assert texts(browser, "figcaption .title bdi")[1] == evil
    alt = browser.find_elements(By.CSS_SELECTOR, "img.right")[1].get_attribute("alt")
    assert alt.startswith(evil)


def test_the_measure_can_be_chosen(browser: Any) -> None:
    assert texts(browser, "#chart .label")[0] == "PSNR [dB]"
    before = find(browser, "#chart .line").get_attribute("d")
    browser.find_elements(By.CSS_SELECTOR, "#measures label")[1].click()
    assert texts(browser, "#chart .label")[0] == "SSIM"
    assert find(browser, "#chart .line").get_attribute("d") != before
    find(browser, "#measures input:checked").send_keys(Keys.ARROW_RIGHT)
    assert texts(browser, "#chart .label")[0] not in ("SSIM", "PSNR [dB]")
    ticks = texts(browser, "#chart .grid text")
    find(browser, "#logarithmic").click()
    assert texts(browser, "#chart .grid text") != ticks


def test_a_point_tells_its_numbers(browser: Any, bench: "Bench") -> None:
    mark = find(browser, "#chart .curve .mark")
    ActionChains(browser, duration=0).move_to_element(mark).perform()
    tooltip = find(browser, "#tooltip")
    assert tooltip.is_displayed()
    caption = tooltip.text
    assert any(result.name in caption for result in bench.results)
    assert "bpp" in caption
    assert "PSNR" in caption
    browser.execute_script("window.scrollTo(0, 0)")
    ActionChains(browser, duration=0).move_to_element(find(browser, "h1")).perform()
    assert not tooltip.is_displayed()


def test_on_a_phone_only_the_chosen_measure_is_reported(browser: Any) -> None:
    shape(browser, PHONE)
    chart = find(browser, "#chart")
    chart.send_keys(Keys.ARROW_RIGHT)
    assert find(browser, "#tooltip").text.splitlines()[1::2] == ["Quality", "bpp", "PSNR"]
    point, box = find(browser, ".ring").rect, find(browser, "#tooltip").rect
    assert box["x"] > point["x"] + point["width"] / 2 or box["x"] + box["width"] < point["x"]


def test_the_keys_go_along_curves_and_across(browser: Any, bench: "Bench") -> None:
    chart, name = find(browser, "#chart"), "#tooltip bdi"
    chart.send_keys(Keys.ARROW_RIGHT)
    assert texts(browser, name) == [bench.results[0].name]
    first = texts(browser, "#tooltip dd")
    chart.send_keys(Keys.ARROW_RIGHT)
    assert texts(browser, "#tooltip dd") != first
    assert texts(browser, "#chart-description")[0].startswith(
        f"{bench.results[0].name}: Quality 30"
    )
    chart.send_keys(Keys.ARROW_DOWN)
    assert texts(browser, name) == [bench.results[1].name]
    chart.send_keys(Keys.ARROW_UP, Keys.ARROW_UP)
    assert texts(browser, name) == [bench.results[-1].name]
    chart.send_keys(Keys.ESCAPE)
    assert not find(browser, "#tooltip").is_displayed()


def test_the_legend_hides_and_shows(browser: Any, bench: "Bench") -> None:
    entry = find(browser, ".entry")
    entry.click()
    assert entry.get_attribute("aria-pressed") == "false"
    assert count(browser, "#chart .curve") == len(bench.results) - 1
    for family in browser.find_elements(By.CSS_SELECTOR, ".family"):
        family.send_keys(Keys.ENTER)
    assert count(browser, "#chart .curve") == 1  # the family of the hidden one was shown again
    entry.click()
    assert texts(browser, "#chart .empty") == ["No curve is chosen."]


def test_headings_sort_the_table(browser: Any, bench: "Bench") -> None:
    heading = find(browser, ".sortable th button")
    heading.click()
    names = sorted(result.name for result in bench.results)
    assert texts(browser, ".sortable tbody th bdi") == names
    heading.click()
    assert texts(browser, ".sortable tbody th bdi") == names[::-1]
    assert count(browser, ".sortable th[aria-sort]") == 1
    browser.find_elements(By.CSS_SELECTOR, ".sortable th button")[4].click()
    values = [
        float(cell.get_attribute("data-value"))
        for cell in browser.find_elements(By.CSS_SELECTOR, ".sortable tbody td:nth-child(5)")
    ]
    assert values == sorted(values)


def test_keys_move_the_slider(browser: Any) -> None:
    divider, before = find(browser, ".divider"), clipped(browser)
    assert value_now(browser) == 50
    divider.send_keys(Keys.ARROW_RIGHT)
    assert value_now(browser) == 52
    assert clipped(browser) != before
    divider.send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.PAGE_DOWN)
    assert value_now(browser) == 38
    divider.send_keys(Keys.HOME, Keys.ARROW_LEFT)
    assert value_now(browser) == 0
    divider.send_keys(Keys.END)
    assert value_now(browser) == 100
    assert value_now(browser, 1) == 50  # each has its own
    assert divider.get_attribute("aria-valuetext").startswith("100 %")


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_pointers_move_the_slider(browser: Any, kind: str) -> None:
    stage = find(browser, ".stage")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", stage)
    pointer: Any = PointerInput  # Selenium's types are incomplete
    actions: Any = ActionBuilder(browser, mouse=pointer(kind, kind), duration=0)
    quarter = stage.size["width"] // 4
    actions.pointer_action.move_to(stage, -quarter, 0).pointer_down()
    actions.pointer_action.move_to(stage, quarter, 10).pointer_up()
    actions.perform()
    assert value_now(browser) == pytest.approx(75, abs=1)
    ActionChains(browser, duration=0).move_to_element(stage).perform()
    assert value_now(browser) == pytest.approx(75, abs=1)  # only while it is held


def test_any_two_can_be_compared(browser: Any, bench: "Bench") -> None:
    chosen = browser.execute_script(
        "const s = document.getElementById('left'); s.value = '0';"
        "s.dispatchEvent(new Event('change')); return s.selectedOptions[0].textContent.trim()"
    )
    assert texts(browser, ".side.left b") == [chosen] * 2
    left, right = (find(browser, f"img.{side}").get_attribute("src") for side in ("left", "right"))
    assert left != right
    find(browser, "#swap").click()
    assert find(browser, "img.left").get_attribute("src") == right
    assert find(browser, "img.right").get_attribute("src") == left
    assert texts(browser, ".side.right b") == [chosen] * 2


def drawn(element: Any) -> tuple[float, float, str]:
    """Return where an element begins, how wide it is, and its colour, as the browser paints it."""
    return tuple(
        element.parent.execute_script(
            "const box = arguments[0].getBoundingClientRect();"
            "return [box.left, box.width, getComputedStyle(arguments[0]).fill]",
            element,
        )
    )


def bars_of(driver: Any) -> list[tuple[list[str], list[Any], list[list[Any]]]]:
    """Return names with totals, tracks, and segments, of all bars of each panel."""
    found = []
    for panel in driver.find_elements(By.CSS_SELECTOR, "#cost .panels > div"):
        bars = panel.find_elements(By.CSS_SELECTOR, ".bars li")
        caption = [
            " ".join(bar.find_element(By.CSS_SELECTOR, f".bar-{part}").text for part in PARTS)
            for bar in bars
        ]
        tracks = [bar.find_element(By.CSS_SELECTOR, ".track") for bar in bars]
        stages = [bar.find_elements(By.CSS_SELECTOR, "rect:not(.track)") for bar in bars]
        found.append((caption, tracks, stages))
    return found


@pytest.mark.parametrize("metrics", [WIDE, PHONE], ids=["wide", "phone"])
def test_bars_are_as_long_as_their_numbers(
    browser: Any, bench: "Bench", metrics: dict[str, Any]
) -> None:
    shape(browser, metrics)
    ours, theirs = bench.complexity
    multiplications, parameters = bars_of(browser)
    assert multiplications[0] == [f"{ours.name} 4.00 G", f"{theirs.name} 8.00 G"]
    assert parameters[0] == [f"{ours.name} 3.00 M", f"{theirs.name} 9.00 M"]
    shares: tuple[list[list[float]], ...]
    shares = ([[3 / 8, 1 / 8], [1]], [[2 / 9, 1 / 9], [1]])
    for (_, tracks, bars), wanted in zip((multiplications, parameters), shares, strict=True):
        for track, stages, lengths in zip(tracks, bars, wanted, strict=True):
            left, whole, _ = drawn(track)
            assert 0 < whole <= metrics["width"]
            for stage, length in zip(stages, lengths, strict=True):
                start, wide, _ = drawn(stage)
                assert start == pytest.approx(left, abs=1)  # each begins where the last one ends
                assert wide == pytest.approx(length * whole, abs=1)
                left += wide


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_stages_have_the_colours_of_their_legend(browser: Any, bench: "Bench", dark: bool) -> None:
    shape(browser, WIDE, dark=dark)
    assert [text.strip() for text in texts(browser, "#cost .stages li")] == [
        *("encoder", "decoder", "codec")
    ]
    legend = [drawn(square)[2] for square in browser.find_elements(By.CSS_SELECTOR, ".stages rect")]
    assert len(set(legend)) == 3
    for _, tracks, bars in bars_of(browser):
        assert [[drawn(stage)[2] for stage in stages] for stages in bars] == [
            legend[:2],
            legend[2:],
        ]
        assert drawn(tracks[0])[2] not in legend


def test_bars_are_reported_and_so_is_whose_they_are(browser: Any, bench: "Bench") -> None:
    labels = [
        bar.get_attribute("aria-label")
        for bar in browser.find_elements(By.CSS_SELECTOR, "#cost .bars svg")
    ]
    assert labels[0] == "encoder 3.00 G, decoder 1.00 G"
    assert labels[-1] == "codec 9.00 M"
    source = bench.complexity[1].source
    assert any(source in text and "Not measured here" in text for text in texts(browser, "#cost p"))


@pytest.mark.parametrize("metrics", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_page_fits(browser: Any, metrics: dict[str, Any]) -> None:
    shape(browser, metrics)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= metrics["width"]
    assert find(browser, "#chart svg").size["width"] <= metrics["width"]


def test_a_chart_not_yet_drawn_again_does_not_widen_the_page(browser: Any) -> None:
    shape(browser, PHONE)
    script = """
        document.querySelector("#chart svg").setAttribute("width", 1000);
        return document.documentElement.scrollWidth;
    """
    assert browser.execute_script(script) <= PHONE["width"]


def test_dark_and_light(browser: Any) -> None:
    grounds = []
    for dark in (False, True):
        shape(browser, WIDE, dark=dark)
        body = find(browser, "body")
        grounds.append(body.value_of_css_property("background-color"))
        assert body.value_of_css_property("color") != grounds[-1]
    assert grounds[0] != grounds[1]
