"""Every Python block of the guides runs, page by page, on the embedded referential or on real data."""

import contextlib
import io
import pkgutil
import re
import runpy
from itertools import chain
from pathlib import Path

import pytest

import passerelles
from passerelles.graph.core import OccupationGraph
from passerelles.market.market import Market
from passerelles.market.places import Places
from passerelles.paths.legal import presets
from shared_reads import SharedReads

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.+?)^```", re.DOTALL | re.MULTILINE)
# How pages name the data of their reader.
NAMES = {
    '"rome"': "rome-v460",
    '"chemin/vers/rome"': "rome-v460",
    '"chemin/vers/esco"': "esco-v1.1.1",
    '"esco-rome-v1.4.csv"': "crosswalks/esco-rome-v1.4.csv",
    '"DOSSIER"': "",
    '"chemin/vers/data"': "",
}
CODE = {
    str(page.relative_to(DOCS)): "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    for page in sorted(DOCS.rglob("*.md"))
    if page.parent.name != "carnets"  # notebooks are run as such
}
REAL = {page for page, code in CODE.items() if any(name in code for name in NAMES)}


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=[pytest.mark.real_data] if p in REAL else []) for p, code in CODE.items() if code]
)
def test_the_examples_of_a_page_run(
    page: str,
    request: pytest.FixtureRequest,
    shared_reads: SharedReads,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = CODE[page]
    if page in REAL:
        data: Path = request.getfixturevalue("real_data")
        for name, folder in NAMES.items():
            code = code.replace(name, repr(str(data / folder)))
        request.getfixturevalue("real_reads")
    monkeypatch.chdir(tmp_path)
    shared_reads.share(monkeypatch)
    # As the commands of the same pages name them.
    for name, head, job in (
        ("fragile", "headcount", "N1103"),
        ("emplois", "headcount", "N1103"),
        ("postes", "openings", "N4101"),
    ):
        text = f"employer,job,{head},basin\nAlpha,{job},6,Redon\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, page, "exec"), {"__name__": "page"})  # noqa: S102 - they are our own pages


def test_each_variable_that_the_commands_read_is_documented() -> None:
    source = Path(passerelles.__file__).parent
    read = {n for f in source.rglob("*.py") for n in re.findall(r'"(PASSERELLES_[A-Z_]+[A-Z])"', f.read_text("utf-8"))}
    text = (DOCS / "operations.md").read_text("utf-8")
    assert "PASSERELLES_HOME" in read
    assert [name for name in sorted(read) if f"`{name}`" not in text] == []


def test_no_page_nor_notebook_asks_for_a_legal_frame_that_is_over() -> None:
    over = {name for name, frame in presets().items() if frame.until}
    assert over == {"transco"}
    folders = (DOCS.rglob("*.md"), *((DOCS.parent / name).glob("*.py") for name in ("notebooks", "examples")))
    for page in chain(*folders):
        asked = re.findall(r"frame(?:=| )\"?([a-z-]+)", page.read_text("utf-8"))
        assert over.isdisjoint(asked), page


def test_the_table_of_legal_frames_has_what_each_says() -> None:
    page = re.sub(r"(?<=\d)\s(?=\d{3}\b)", "", (DOCS / "paths.md").read_text("utf-8"))
    rows = re.findall(r"(?m)^\| `([a-z-]+)`[^|]*\| ([^|]+) \| ([^|]+) \| (oui|–) \|", page)
    told = {
        name: ([float(n) for n in re.findall(r"\d+", f"{hours} {months}")], sure == "oui")
        for name, hours, months, sure in rows
    }
    bounds = {n: [x for x in (f.hours_min, f.hours_max, f.months_max) if x is not None] for n, f in presets().items()}
    assert told == {name: (bounds[name], frame.certifying) for name, frame in presets().items()}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_each_file_and_folder_that_contributors_are_sent_to_exists(page: str) -> None:
    root, package = DOCS.parent, Path(passerelles.__file__).parent
    named = set(re.findall(r"`([\w./*-]+(?:\.(?:py|toml|csv|md)|/))`", (root / page).read_text("utf-8")))
    places = (root, DOCS, package)
    assert len(named) > 5
    assert [name for name in sorted(named) if not any(any(place.glob(name)) for place in places)] == []


def test_each_name_of_the_reference_exists() -> None:
    pages = "\n".join(page.read_text("utf-8") for page in sorted((DOCS / "reference").glob("*.md")))
    named = re.findall(r"^\.\. auto\w+:: (\S+)", pages, re.MULTILINE)
    assert len(named) > 50
    for name in named:
        assert pkgutil.resolve_name(name) is not None


def test_the_page_on_territories_has_the_figures_of_today(
    rome4_graph: OccupationGraph, plain_embedded: OccupationGraph, real_places: Places, real_market: Market
) -> None:
    made = runpy.run_path(str(DOCS / "make_territory.py"))["page"](
        rome4_graph, plain_embedded, real_places, real_market
    )
    assert made == (DOCS / "territory.md").read_text(encoding="utf-8"), "run python docs/make_territory.py"
