"""The report in a real browser: sort, filter, unfold, print, narrow screens, keyboard, accessibility, no network."""

import io
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passerelles.graph.core import OccupationGraph
from passerelles.report.case import Case, Request
from passerelles.report.page import territory_page
from passerelles.territory.allocation import Allocation
from passerelles.territory.match import match_territory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.external

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
DESK, NARROW = (1280, 900), (320, 640)
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
EVIL = "<script>window.hit = 1</script><img src=x onerror='window.hit = 2'>"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    # One browser for the file, closed with it: its loop must not run beside another test's.
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def allocation(embedded_graph: OccupationGraph) -> Allocation:
    fragile = [
        {"employer": "Ateliers de l'Écluse", "job": "H2909", "headcount": 14, "basin": "Redon"},
        {"employer": "Presses du Canal", "job": "H3201", "headcount": 9, "basin": "Redon"},
        {"employer": EVIL, "job": "M1606", "headcount": 4, "basin": "Vannes"},
    ]
    hiring = [
        {"employer": f"Employeur {i}", "job": job, "openings": 2 + i, "basin": basin}
        for i, (job, basin) in enumerate(
            [("N1103", "Redon"), ("H2902", "Redon"), ("H2602", "Rennes"), ("J1501", "Vannes"), ("F1703", "Redon"),
             ("H2102", "Rennes"), ("N4101", "Redon")]
        )
    ]  # fmt: skip
    return match_territory(embedded_graph, fragile, hiring, budget_hours=4000)


@pytest.fixture(scope="module")
def address(embedded_graph: OccupationGraph, allocation: Allocation, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("report") / "rapport.html"
    case = Case(embedded_graph, allocation, Request(limit=4, command=("--territory", "redon")))
    file.write_text(territory_page(case), encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    with opened(browser, address) as found:
        yield found


class opened:  # noqa: N801 - a context manager, written like a function
    """A page of its own, offline; anything that it asks for beyond itself, or that goes wrong in it, is a failure."""

    def __init__(self, browser: "Browser", address: str, size: tuple[int, int] = DESK, **options: Any) -> None:
        width, height = size
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, reduced_motion="reduce", **options
        )
        self.address = address
        self.asked: list[str] = []
        self.wrong: list[str] = []

    def __enter__(self) -> "Page":
        page = self.context.new_page()
        page.on("request", lambda r: self.asked.append(r.url))
        page.on("console", lambda m: self.wrong.append(m.text))
        page.on("pageerror", lambda e: self.wrong.append(str(e)))
        page.goto(self.address)
        return page

    def __exit__(self, kind: object, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert [a.partition("#")[0] for a in self.asked] == [self.address] * len(self.asked)
            assert self.wrong == []


def column(page: "Page", table: str, number: int) -> list[str]:
    cells = page.locator(f".t-{table} tbody tr:visible > :nth-child({number})")
    return [text.split("\n")[0].strip() for text in cells.all_inner_texts()]


def heads(page: "Page", table: str) -> list[str]:
    return [head.strip() for head in page.locator(f".t-{table} thead th").all_inner_texts()]


def until(page: "Page", script: str, most: int = 400) -> None:
    """Press Tab until what has the focus is what is looked for."""
    for _ in range(most):
        if page.evaluate(f"(() => {{ const e = document.activeElement; return Boolean({script}); }})()"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard never reaches {script}")


@pytest.mark.parametrize("size", [DESK, NARROW])
def test_axe_finds_nothing(browser: "Browser", address: str, size: tuple[int, int]) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with opened(browser, address, size) as page:
        page.evaluate(axe)
        # All open but the many details alike, which cost a second each, and the strokes inside of pictures, which
        # say nothing; a table sorted and filtered.
        page.evaluate("document.querySelectorAll('#moves details').forEach((e, i) => { i > 3 ? e.remove() : 0; })")
        assert (
            page.evaluate(
                "document.querySelectorAll('svg > g').forEach(e => e.remove()), document.querySelectorAll('svg').length"
            )
            == 1
        )
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        page.locator("#filter-hiring").fill("Redon")
        if size == DESK:  # on a telephone rows are cards, without heads
            page.locator(".t-hiring thead button").last.click()
        found = page.evaluate("options => axe.run(document, options)", AXE)
        told = [(v["id"], v["help"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]]
        assert told == []
        assert len(found["passes"]) > 30


def test_nothing_written_in_the_data_runs(page: "Page") -> None:
    assert page.evaluate("window.hit") is None
    assert page.locator(".t-fragile tbody th", has_text="<script>").count() == 1
    assert page.locator("main img").count() == 0
    # Even a script that got in would not run.
    page.evaluate("const s = document.createElement('div'); s.innerHTML = '<a></a>'; document.body.append(s)")
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_figures_sort_as_numbers_with_the_unknown_last(page: "Page", allocation: Allocation) -> None:
    people = page.locator(".t-flows thead th").nth(2)
    assert people.get_attribute("aria-sort") is None
    people.get_by_role("button").click()
    shown = [int(x) for x in column(page, "flows", 3)]
    assert shown == sorted((f.people for f in allocation.flows), reverse=True)
    assert people.get_attribute("aria-sort") == "descending"
    assert "Personnes" in page.locator("#status").inner_text()
    place = heads(page, "flows").index("Km")
    distance = page.locator(".t-flows thead th").nth(place)
    for direction in ("descending", "ascending"):
        distance.get_by_role("button").click()
        assert distance.get_attribute("aria-sort") == direction
        assert people.get_attribute("aria-sort") is None
        km = column(page, "flows", place + 1)
        unknown = sum(f.km is None for f in allocation.flows)
        assert 0 < unknown < len(km)
        assert km == ["0"] * (len(km) - unknown) + ["inconnu"] * unknown
    # Long ones: text compares as French does, accents aside.
    page.locator(".t-hiring thead button").nth(1).click()
    jobs = column(page, "hiring", 2)
    assert jobs == page.evaluate("rows => rows.sort((a, b) => a.localeCompare(b, 'fr'))", jobs)


def test_the_filter_counts_and_says_so(page: "Page") -> None:
    total = len(column(page, "hiring", 1))
    box = page.get_by_label("Filtrer : Postes ouverts, par employeur")
    box.fill("rennes")
    kept = len(column(page, "hiring", 1))
    assert kept == 2
    said = f"2 lignes sur {total}"
    assert page.locator("#tools-hiring p").inner_text() == said
    assert page.locator("#status").inner_text() == said
    box.fill("RENNES cable")  # neither case nor accents count, all words must be there
    assert len(column(page, "hiring", 1)) == 1
    assert page.locator("#tools-hiring p").inner_text() == f"1 ligne sur {total}"
    box.fill("zzz")
    assert page.locator("#tools-hiring p").inner_text() == f"Aucune ligne sur {total}"
    box.fill("")
    assert len(column(page, "hiring", 1)) == total


def test_the_keyboard_is_enough(page: "Page") -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "summary"
    until(page, "e.id === 'filter-hiring'")
    page.keyboard.type("j1501")
    assert len(column(page, "hiring", 1)) == 1
    until(page, "e.matches('.t-flows th.number button')")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator(".t-flows th[aria-sort=descending]").count() == 1
    page.keyboard.press("Space")
    assert page.locator(".t-flows th[aria-sort=ascending]").count() == 1
    until(page, "e.matches('#moves summary')")
    page.keyboard.press("Enter")
    assert page.locator("#moves details[open]").count() == 1
    page.keyboard.press("Space")
    assert page.locator("#moves details[open]").count() == 0


def test_a_flow_leads_to_its_explanation(page: "Page") -> None:
    link = page.locator(".t-flows tbody td a").first
    name = (link.get_attribute("href") or "")[1:]
    link.click()
    page.wait_for_function("name => document.getElementById(name).open", arg=name)
    assert page.locator(f"#{name} .body").is_visible()
    page.get_by_role("button", name="Tout déplier").first.click()
    assert page.locator("#moves details:not([open])").count() == 0
    page.get_by_role("button", name="Tout replier").first.click()
    assert page.locator("#moves details[open]").count() == 0


def printed(page: "Page", which: str | None = None) -> list[str]:
    """Text of each page that is printed, after choosing which explanations are."""
    pypdf = pytest.importorskip("pypdf")
    if which is not None:
        page.get_by_label("À imprimer").select_option(label=which)
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    width, height = (float(x) / 72 * 25.4 for x in sheets[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    return [sheet.extract_text() for sheet in sheets]


def test_printing_opens_everything_and_closes_it_again(page: "Page") -> None:
    page.locator("#filter-hiring").fill("Rennes")
    shut = page.locator("details:not([open])").count()
    sheets = printed(page, "tout")
    whole = " ".join(" ".join(sheets).split())
    assert whole.count("Ce qui pèse le plus dans le score") == page.locator("#moves details").count() > 5
    assert "2 lignes sur 7" in whole  # a filtered table says that it is
    assert "Tout déplier" not in whole
    assert page.locator("details:not([open])").count() == shut
    # Nothing that announces what follows stands alone at the foot of a page.
    names = page.locator("summary .name, caption, h2, h3").all_text_contents()
    for sheet in sheets[:-1]:
        lines = [" ".join(line.split()) for line in sheet.splitlines()]
        written = [line for line in lines if line and not re.fullmatch(r"\d+ / \d+", line)]
        assert written[-1] not in names


def test_the_first_two_pages_can_be_printed_alone(page: "Page", allocation: Allocation) -> None:
    usual, short = (printed(page, which) for which in (None, "les premières pages, sans les annexes"))
    assert len(short) <= 2 < len(usual)
    text = " ".join(" ".join(short).split())
    assert "Plan d'action" in text
    assert "Annexes" not in text
    assert "Annexes" not in " ".join(usual[: len(short)])
    assert "Annexes" in usual[len(short)]


def test_the_heads_of_a_long_table_are_repeated_on_each_page(
    browser: "Browser", embedded_graph: OccupationGraph, tmp_path: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    fragile = [{"employer": f"A{i:02d}", "job": "H2909", "headcount": 5, "basin": "Redon"} for i in range(70)]
    hiring = [{"employer": "B", "job": "N1103", "openings": 4, "basin": "Redon"}]
    found = match_territory(embedded_graph, fragile, hiring)
    file = tmp_path / "long.html"
    file.write_text(territory_page(Case(embedded_graph, found, Request(pictures=False))), encoding="utf-8")
    with opened(browser, file.as_uri()) as page:
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    for sheet in printed.pages[2:4]:  # the annex has them all
        text = " ".join(sheet.extract_text().split())
        assert "Employeur" in text
        assert "Effectif" in text
        assert len(re.findall(r"\bA\d\d\b", text)) > 5


@pytest.mark.parametrize("width", [320, 400])
def test_a_narrow_screen_cuts_no_column(browser: "Browser", address: str, width: int) -> None:
    with opened(browser, address, (width, 640)) as page:
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Nothing in a table reaches beyond the screen, and each cell says which column it is of.
        cut = page.evaluate(
            "[...document.querySelectorAll('tbody th, tbody td')].filter(e => e.scrollWidth > e.clientWidth + 1 ||"
            " e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))"
        )
        assert cut == []
        assert page.evaluate(
            "[...document.querySelectorAll('tbody td')].every(e => getComputedStyle(e, '::before').content.length > 2)"
        )
        narrow = page.evaluate(
            "Math.min(...[...document.querySelectorAll('tbody th, tbody td')].map(e => e.clientWidth))"
        )
        assert narrow > width / 2
        picture = page.get_by_role("group", name="Qui pourrait aller où")
        letters = picture.locator("svg text").first.evaluate("e => e.getBoundingClientRect().height")
        assert letters > 8, "words of a picture can be read"
        picture.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("least => document.activeElement.scrollLeft > least", arg=0)
        assert page.evaluate("document.activeElement.className") == "picture"


def test_without_a_script_everything_can_be_read(browser: "Browser", address: str, allocation: Allocation) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        assert page.locator("input:visible").count() == 0
        assert page.locator("button:visible").count() == 0
        assert page.locator(".t-flows tbody tr").count() == len(allocation.flows)
        first = page.locator("#moves details").first
        assert not first.locator(".body").is_visible()
        first.locator("summary").click()
        assert first.locator(".body").is_visible()
        assert page.locator("h1").is_visible()


def test_movement_is_spared_to_who_asks(page: "Page") -> None:
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
