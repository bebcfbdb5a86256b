"""The explorer in a real browser: every page and filter, whole journeys, keyboard, narrow screens, nothing outside."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from passerelles.graph.core import OccupationGraph
from passerelles.model import Profile
from passerelles.ranking.rank import rank_moves, rank_sources

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Locator, Page, Route

pytestmark = pytest.mark.external

DOCS = Path(__file__).resolve().parents[2] / "docs"
sys.path.insert(0, str(DOCS))
DESK, NARROW = (1400, 900), (400, 800)
AXE = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
LONG_CODE = "834aab9b-2246-4c3e-ab4a-cf3de1267e1a"  # of ESCO
NARROW_TOO = ("/", "/rank/K2110?coverage=0.2", "/territory")
PAGES = (
    "/", "/?q=moniteur", "/show/K2110", "/rank/K2110?coverage=0.2", "/sources/N4101", "/near/K2110",
    "/move/K2110/N4101", "/compare?job=K2110&job=N4101&job=N4103", "/paths/K2110/N4102", "/way?job=K2110&job=N4101",
    "/map", "/areas", "/areas/1", "/interests?first=S&second=E", "/profile", "/territory", "/nowhere",
)  # fmt: skip
FRAGILE = (
    "Entreprise;Intitulé du poste;Effectif;Bassin\nAteliers;soudeur;14;Redon\nDivers;gribouilleur de plans;4;Redon\n"
)
CUT_HINTS = """fields => fields.filter(field => {
  const [pen, style] = [document.createElement("canvas").getContext("2d"), getComputedStyle(field)];
  pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(field.placeholder).width > room;
}).map(field => field.placeholder)"""
HIRING = "Entreprise;Intitulé;nb de postes;Bassin\nLogis;N1103;12;Rennes\nFab;soudeur;5;Redon\n"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api")
    import make_explorer  # type: ignore[import-not-found]  # laid on the path with the documentation

    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=chromium, args=make_explorer.ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def address(embedded_graph: OccupationGraph) -> Iterator[str]:
    pytest.importorskip("uvicorn")
    import make_explorer

    with make_explorer.served(embedded_graph) as found:
        yield found


@contextmanager
def opened(
    browser: "Browser", address: str, path: str, size: tuple[int, int] = DESK, **options: Any
) -> Iterator["Page"]:
    """A page of its own; anything that it asks for elsewhere, or that goes wrong in it, is a failure."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", accept_downloads=True, **options
    )
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: wrong.append(m.text))
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.goto(address + path)
    yield page
    context.close()
    own = (address, "data:", "blob:" + address.partition("/explorer")[0])
    assert [url for url in asked if not url.startswith(own)] == []
    assert [text for text in wrong if "404" not in text and "422" not in text] == []


@pytest.mark.parametrize("size", [DESK, NARROW])
def test_axe_finds_nothing_and_nothing_is_cut(browser: "Browser", address: str, size: tuple[int, int]) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with opened(browser, address, PAGES[0], size) as page:
        for path in PAGES:
            page.goto(address + path)
            page.evaluate("document.querySelectorAll('details').forEach((e, i) => { e.open = i < 3; })")
            # Points alike in a picture, and rows alike in a table, cost much and say nothing more.
            page.evaluate(
                "document.querySelectorAll('svg circle, tbody tr').forEach((e, i) => { i % 9 && e.remove(); })"
            )
            if size == DESK or path in NARROW_TOO:
                page.evaluate(axe)
                found = page.evaluate("options => axe.run(document, options)", AXE)
                assert [(path, v["id"], [n["html"] for n in v["nodes"]][:2]) for v in found["violations"]] == []
            # Codes of other referentials than ROME are far longer.
            page.evaluate(f"document.querySelectorAll('.code').forEach(e => {{ e.textContent = '{LONG_CODE}'; }})")
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
            if size == NARROW:  # a row is a card: no table is wider than the screen
                cut = page.evaluate(
                    "[...document.querySelectorAll('.stack')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
                )
                assert cut == 0, path


def test_no_column_of_an_allocation_is_cut(browser: "Browser", rome4_graph: OccupationGraph) -> None:
    import make_explorer

    with make_explorer.served(rome4_graph) as place, opened(browser, place, "/territory") as page:
        make_explorer.allocate(page)
        cut = "found => found.filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
        assert page.locator(".scroll").evaluate_all(cut) == []
        page.goto(place + "/territory")  # people to confirm, of whom more is told
        for side, job in enumerate(("K2110", "Moniteur poids lourds")):
            table = f"entreprise;poste;effectif;bassin\nTransports du Pays;{job};5;Redon\n".encode()
            given: FilePayload = {"name": "table.csv", "mimeType": "text/csv", "buffer": table}
            page.locator("input[type=file]").nth(side).set_input_files(given)
        page.locator("#territory [type=submit]").click()
        page.wait_for_selector(".t-to_confirm")
        assert page.locator(".scroll").evaluate_all(cut) == []


def test_no_column_of_an_area_is_cut(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/areas/1") as page:
        assert page.locator(".scroll").evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth)") == []
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= DESK[0]


def test_bars_of_a_job_begin_at_one_place_whatever_the_figures(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/compare?job=N4103&job=N4101") as page:
        page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        cells = page.locator(".sides").filter(has_text="10,29").first.locator("td.number:has(svg)")
        assert len({len(text.strip()) for text in cells.all_inner_texts()}) > 1
        starts = cells.locator("svg").evaluate_all("some => some.map(e => Math.round(e.getBoundingClientRect().x))")
        assert len(set(starts)) == 1


def test_a_code_beside_a_long_label_is_not_cut_on_a_narrow_screen(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/compare?job=K2110&job=N4101", NARROW) as page:
        height = "all => all.map(e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).fontSize))"
        assert max(page.locator(".chips .code").evaluate_all(height)) < 1.5  # lines


def names(page: "Page", table: str = ".t-ranking", key: str = "target") -> list[str]:
    return [text.strip() for text in page.locator(f"{table} tbody [data-key={key}] a").all_inner_texts()]


def followed(page: "Page", link: "Locator") -> None:
    """Click, and wait for the page that it leads to: a click alone does not."""
    with page.expect_navigation():
        link.click()


def expected(moves: Any, end: str = "target") -> list[str]:
    return [getattr(m, end).named for m in moves]


def test_each_filter_of_the_form_is_that_of_the_engine(
    browser: "Browser", address: str, embedded_graph: OccupationGraph
) -> None:
    context = embedded_graph.referential.contexts_of["N4101"][0]
    cases: list[tuple[Callable[[Any], object], list[str]]] = [
        (lambda p: p.select_option("#f-coverage", "0.4"), ["min-coverage=0.4"]),
        (lambda p: p.select_option("#f-domain", "other-domain"), ["other-domain"]),
        (lambda p: p.select_option("#f-domain", "same-domain"), ["same-domain"]),
        (lambda p: p.select_option("#f-avoid", context), [f"avoid-context={context}"]),
        (lambda p: p.select_option("#f-access", "open"), ["access=open"]),
        (lambda p: p.select_option("#f-kind", "lateral,advancement"), ["kind=lateral,advancement"]),
        (lambda p: p.select_option("#f-hours", "450"), ["max-hours=450"]),
        (lambda p: p.check("[value=unregulated]"), ["unregulated"]),
        (lambda p: p.check("[value=no-managerial-step]"), ["no-managerial-step"]),
    ]
    with opened(browser, address, "/rank/K2110") as page:
        assert names(page) == expected(rank_moves(embedded_graph, "K2110"))
        for choose, filters in cases:
            page.goto(f"{address}/rank/K2110")
            page.locator(".filters summary").click()
            choose(page)
            followed(page, page.get_by_role("button", name="Appliquer"))
            assert names(page) == expected(rank_moves(embedded_graph, "K2110", filters=filters))
            assert page.locator(".filters").get_attribute("open") is not None
        # A second context to avoid has a field of its own once there is a first.
        others = [c for c in embedded_graph.referential.contexts_of["N4103"] if c != context]
        page.goto(f"{address}/rank/K2110?avoid={context}")
        page.select_option("#f-avoid1", others[0])
        followed(page, page.get_by_role("button", name="Appliquer"))
        both = [f"avoid-context={c}" for c in (context, others[0])]
        assert names(page) == expected(rank_moves(embedded_graph, "K2110", filters=both))
        page.goto(f"{address}/sources/N4101")
        page.locator(".filters summary").click()
        page.select_option("#f-kind", "step-down")
        followed(page, page.get_by_role("button", name="Appliquer"))
        towards = rank_sources(embedded_graph, "N4101", filters=["kind=step-down"])
        assert names(page, key="origin") == expected(towards, "origin")
        page.goto(f"{address}/rank/K2110?hours=450")
        followed(page, page.get_by_role("link", name="Effacer les filtres"))
        assert names(page) == expected(rank_moves(embedded_graph, "K2110"))


def test_a_counsellor_goes_from_a_title_to_a_path(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/") as page:
        page.get_by_label("Chercher un métier").fill("moniteur auto ecole")
        page.keyboard.press("Enter")
        page.wait_for_selector(".doubt.sure")
        followed(page, page.locator(".found a").first)
        assert "K2110" in page.locator("h1").inner_text()
        followed(page, page.get_by_role("link", name="Vers où aller"))
        page.locator(".t-ranking [data-key=target] a").first.click()
        first = page.locator("details.move").first
        page.wait_for_selector("details.move[open]")
        assert first.locator(".bars svg").count() > 5
        followed(page, first.get_by_role("link", name="Comparer"))
        assert page.locator(".t-compared tbody tr").count() == 2
        page.go_back()
        page.locator("details.move").first.evaluate("e => { e.open = true; }")
        followed(page, page.locator("details.move").first.get_by_role("link", name="Parcours"))
        assert page.locator(".steps li").count() > 2
        followed(page, page.get_by_role("link", name="Construire un parcours à la main"))
        followed(page, page.locator(".t-ranking [data-key=target] a").nth(1))
        assert page.locator(".chain li").count() == 2
        followed(page, page.get_by_role("link", name="English"))
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator(".chain li").count() == 2


# Words that stand on two lines.
_BROKEN = """all => all.flatMap(link => [...link.firstChild.data.matchAll(/[^\\s-]+/g)].filter(word => {
  const range = document.createRange()
  range.setStart(link.firstChild, word.index)
  range.setEnd(link.firstChild, word.index + word[0].length)
  return range.getClientRects().length > 1
}).map(String))"""


def test_a_person_ticks_and_sees_moves_change_and_the_address_gives_them_again(
    browser: "Browser", address: str, embedded_graph: OccupationGraph
) -> None:
    with opened(browser, address, "/profile") as page:
        asked: list[tuple[str, str]] = []
        page.on("request", lambda r: asked.append((r.method, r.url)))
        page.get_by_label("Partir d'un métier").fill("K2110")
        page.keyboard.press("Enter")
        page.wait_for_selector("#moves .t-ranking")
        assert names(page) == expected(rank_moves(embedded_graph, "K2110", limit=15))
        assert page.locator("#moves .scroll").first.evaluate("e => e.scrollWidth - e.clientWidth") <= 1  # nothing cut
        assert page.locator("#moves td[data-key=target] a").evaluate_all(_BROKEN) == []
        boxes = page.locator("[data-own]")
        for place in range(3):
            with page.expect_response("**/profile/moves*"):
                boxes.nth(place).uncheck()
            page.wait_for_selector("#moves[aria-busy=false]")
        page.wait_for_selector("#moves .change")
        held = [box.get_attribute("value") or "" for box in boxes.all()][3:]
        mine = expected(rank_moves(embedded_graph, Profile(None, tuple(held)), limit=15))
        assert [box.is_checked() for box in boxes.all()] == [False] * 3 + [True] * len(held)
        assert names(page) == mine
        page.get_by_label("Ajouter une compétence").fill("souder")
        page.keyboard.press("Enter")
        with page.expect_response("**/profile/moves*"):
            page.locator("[data-add]").first.click()
        page.wait_for_selector("[data-more]")
        page.wait_for_selector("#moves[aria-busy=false]")
        state = json.loads(unquote(page.url.partition("#")[2]))
        assert (len(state["off"]), len(state["more"])) == (3, 1)
        # Nothing of it is in an address that leaves the browser.
        assert {method for method, url in asked if "/profile/" in url} == {"POST"}
        assert not any(code in url for _, url in asked for code in (*held, *state["more"], "K2110"))
        again, shown = page.url, names(page)
    with opened(browser, address, again.removeprefix(address)) as page:
        page.wait_for_selector("#moves .t-ranking")
        page.wait_for_selector("#moves[aria-busy=false]")
        assert names(page) == shown
        page.get_by_role("button", name="Garder sur cet ordinateur").click()
        page.goto(f"{address}/profile")
        page.wait_for_selector("#moves .t-ranking")
        assert names(page) == shown
        page.get_by_role("button", name="Tout effacer").click()
        page.wait_for_selector("#moves .muted")
        assert page.evaluate("localStorage.length") == 0
    with opened(browser, address, "/profile#" + again.partition("#")[2][:40] + "%") as page:  # cut on its way
        page.get_by_label("Partir d'un métier").fill("K2110")
        page.keyboard.press("Enter")
        page.wait_for_selector("#moves .t-ranking")


def test_a_territory_from_two_tables_to_a_workbook(browser: "Browser", address: str, tmp_path: Path) -> None:
    for name, text in (("fragile", FRAGILE), ("hiring", HIRING)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with opened(browser, address, "/territory") as page:
        page.set_input_files("#fragile", tmp_path / "fragile.csv")
        page.set_input_files("#hiring", tmp_path / "hiring.csv")
        held: list[Route] = []  # the answer waits until the button was seen at work

        def hold(route: "Route") -> None:
            held.append(route)

        page.route("**/*", hold)
        page.get_by_role("button", name="Calculer", exact=True).click()
        page.get_by_role("button", name="Calcul en cours").wait_for()
        for route in held:
            route.continue_()
        page.unroute("**/*")
        page.wait_for_selector("[data-figure]", timeout=60_000)
        assert page.locator("[data-figure]").first.inner_text() == "14"
        assert page.locator(".t-set_aside tbody tr").count() == 1
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert page.locator("[placeholder]:visible").evaluate_all(CUT_HINTS) == []
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.get_by_label("Un autre métier pour « gribouilleur de plans »").fill("Magasinier / Magasinière")
        page.get_by_role("button", name="Recalculer").click()
        page.wait_for_selector(".change")
        assert page.locator("[data-figure]").first.inner_text().split("\n")[0] == "18"
        assert page.locator(".t-set_aside").count() == 0
        placed = page.locator("[data-figure]").nth(2).inner_text().split("\n")[0]
        page.get_by_label("Chance au moins").fill("100")
        page.get_by_role("button", name="Calculer", exact=True).click()
        page.locator(".change", has_text=placed).first.wait_for()
        for name, start in (("Classeur Excel", b"PK"), ("Rapport (page HTML)", b"<!DOCTYPE html>")):
            with page.expect_download(timeout=60_000) as waiting:
                page.get_by_role("button", name=name).click()
            assert Path(waiting.value.path()).read_bytes().startswith(start)
        page.route("**/*", lambda route: route.fulfill(status=404, content_type="application/json", body="{}"))
        page.get_by_role("button", name="Classeur Excel").click()
        page.locator("[role=alert]").wait_for()  # in words: what a proxy answers is for programs
        assert page.locator("#status").inner_text() == ""


def test_the_map_zooms_finds_and_leads_to_a_sheet(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/map") as page:
        box = "document.querySelector('#map').getAttribute('viewBox')"
        whole = page.evaluate(box)
        page.get_by_role("button", name="Agrandir").click()
        assert page.evaluate(box) != whole
        page.get_by_role("button", name="Tout voir").click()
        assert page.evaluate(box) == whole
        page.get_by_label("Chercher sur la carte").fill("N4103")
        assert page.locator("circle.hit").count() == 1
        assert "N4103" in page.locator("#spot").inner_text()
        page.get_by_label("Chercher sur la carte").fill("")
        table = page.locator("[data-table=map]")  # every job: it scrolls in its box, and is printed whole
        bounded = "e => e.clientHeight < innerHeight && e.scrollHeight > e.clientHeight"
        assert table.evaluate(bounded)
        page.emulate_media(media="print")
        assert table.evaluate("e => e.scrollHeight === e.clientHeight")
        page.emulate_media(media="screen")
        domain = page.locator("[data-pick]").first
        domain.click()
        assert domain.get_attribute("aria-pressed") == "true"
        assert page.locator("circle.faint").count() > 100
        domain.click()
        page.locator("circle[data-code=K2110]").click()
        page.wait_for_url("**/show/K2110")


def test_the_keyboard_is_enough(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/rank/K2110") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            where = page.evaluate(
                "[document.activeElement].map(e => [e.tagName + (e.closest('thead') ? ' head' : ''), "
                "getComputedStyle(e).outlineStyle])[0]"
            )
            if where[0] == "BODY":
                break
            assert where[1] == "solid", where  # what has the focus can be seen
            reached.add(where[0])
            if where[0] == "BUTTON head" and page.locator("th[aria-sort]").count() == 0:
                page.keyboard.press("Enter")
                assert page.locator("th[aria-sort]").count() == 1
        assert {"A", "SUMMARY", "INPUT", "BUTTON head"} <= reached


def test_without_a_script_pages_answer_and_say_which_need_one(browser: "Browser", address: str) -> None:
    with opened(browser, address, "/", java_script_enabled=False) as page:
        page.get_by_label("Chercher un métier").fill("conducteur de bus")
        page.keyboard.press("Enter")
        followed(page, page.locator(".found a").first)
        followed(page, page.get_by_role("link", name="Vers où aller"))
        assert page.locator(".t-ranking tbody tr").count() == 10
        page.goto(f"{address}/profile")
        assert "JavaScript" in page.locator("main .notice").inner_text()


def test_what_is_folded_is_printed(browser: "Browser", address: str, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    with opened(browser, address, "/rank/K2110") as page:
        place = tmp_path / "page.pdf"
        page.pdf(path=place, prefer_css_page_size=True)
        text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(place).pages)
        assert text.count("Pourquoi ce score") == 10
        assert "Appliquer" not in text


def test_the_pictures_of_the_documentation_can_be_taken(browser: "Browser", address: str, tmp_path: Path) -> None:
    import make_explorer

    for taken in make_explorer.take_all(browser, address, NARROW, tmp_path):
        assert taken.read_bytes()[16:24] == b"".join(n.to_bytes(4, "big") for n in NARROW)
        assert (make_explorer.HERE / taken.name).read_bytes()[16:24] == taken.read_bytes()[16:24]
    kept = {place.name for place in make_explorer.HERE.glob("*.png")}
    assert kept == {f"{name}-{width}.png" for name in make_explorer.PICTURES for width, _ in make_explorer.SIZES}
