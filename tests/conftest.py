"""Fixtures that every test may use."""

import ast
import gc
import os
import shutil
import sys
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from passerelles.graph.core import OccupationGraph
    from passerelles.market.certifications import Certifications
    from passerelles.market.market import Market
    from passerelles.market.places import Places
    from passerelles.market.read import Scan
    from passerelles.referentials.referential import Referential
    from passerelles.referentials.validate import ValidationReport
    from shared_reads import SharedReads


os.environ.setdefault("PASSERELLES_NO_CACHE", "1")  # no test writes into the cache of whoever runs it
# Nor is the program compiled anew each of the hundred times that it is started.
sys.dont_write_bytecode = False
for folder in ("benchmarks", "docs"):  # what a benchmark measures, some tests hold to floors; pages are made anew
    sys.path.append(str(Path(__file__).parents[1] / folder))
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PASSERELLES_HOME"] = str(Path(__file__).parent / "no-such-folder")  # nor finds what they installed
settings.register_profile("any machine", deadline=None)  # that one is slow, or busy, is no fault of ours
settings.load_profile("any machine")
if os.environ.get("CI") == "true":
    # A failure is told as it was drawn: making it smaller may take five minutes a test.
    settings.register_profile("gate", phases=(Phase.explicit, Phase.reuse, Phase.generate), derandomize=True)
    settings.load_profile("gate")
# Only a test that asks for the public data sees them: else each command would read the market, for seconds. Processes
# that share the tests start from this one, which has taken the folder's name away: they find it under another.
_GIVEN = os.environ.pop("PASSERELLES_DATA", None) or os.environ.get("TESTED_DATA")
if _GIVEN:
    os.environ["TESTED_DATA"] = _GIVEN
# What a test asks for says of which kind it is.
KINDS = {"real_data": "real_data", "chromium": "external", "office": "external", "java": "external"}
# The files that take longest begin, so that no process is left with one of them alone in the end; those of the real
# ROME before `test_bulk`, so that one process alone compiles its loops, for the other too.
LONGEST = (
    "test_shipped", "test_bulk", "test_golden", "test_notebooks", "test_service_process", "test_docs", "test_cases",
    "test_bulk_spark",
)  # fmt: skip

# What takes seconds to read or build is best made in one process only.
REAL = {
    "rome", "older_rome", "rome4_graph", "rome4_split", "rome4_report", "real_reads", "real_scan", "real_market",
    "real_places", "real_certifications",
}  # fmt: skip


@cache
def _on_the_real_rome(file: str) -> AbstractSet[str]:
    """Names of the tests of a file, and of its fixtures, that ask for the real ROME, directly or through others."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    named = {
        f.name: {n.arg for n in ast.walk(f) if isinstance(n, ast.arg)}
        | {n.value for n in ast.walk(f) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        for f in tree.body
        if isinstance(f, ast.FunctionDef)
    }
    found = set(REAL)
    while more := {name for name, others in named.items() if others & found} - found:
        found |= more
    return found


def pytest_configure() -> None:
    from shared_graph import share_embedded

    share_embedded()


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in KINDS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(KINDS[name])
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker whole files, in the order above, save that one has all tests that ask for the real ROME."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class WholeFiles(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            if not Path(file).stem.startswith("test_"):  # an example of a docstring
                return file
            test = nodeid.removeprefix(f"{file}::").partition("[")[0]
            return "on the real ROME" if test in _on_the_real_rome(str(config.rootpath / file)) else file

    config.option.loadscopereorder = False
    return WholeFiles(config, log)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what is collected stays to the end: looking for garbage there again and again costs time
    gc.set_threshold(
        20_000, 20, 20
    )  # nor is any looked for after each 700 objects, where tests share graphs of millions


def pytest_sessionfinish() -> None:
    gc.freeze()  # nor is any looked for in what the tests shared, at the end: five times by pytest


def _data_folder() -> Path | None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(_GIVEN) if _GIVEN else beside
    return folder.resolve() if folder.is_dir() else None


@pytest.fixture
def set_today(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the day (ISO) that all that asks for the present one is told."""

    def change(day: str) -> None:
        monkeypatch.setattr("passerelles.model._today", lambda: date.fromisoformat(day))

    return change


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data sets; without it the test is skipped, which continuous integration forbids."""
    folder = _data_folder()
    if folder is None:
        if os.environ.get("CI") == "true" and _GIVEN:
            pytest.fail("PASSERELLES_DATA names no folder, and CI must run the real-data tests")
        pytest.skip("needs the public data sets: set PASSERELLES_DATA to their folder")
    return folder


def _program(names: tuple[str, ...]) -> str:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"none of {', '.join(names)} is installed, and CI must run the tests that need it")
    if found is None:
        pytest.skip(f"needs one of {', '.join(names)} on the PATH")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Debian's Chromium; without it the test is skipped, which continuous integration forbids."""
    return _program(("chromium", "chromium-browser", "google-chrome"))


@pytest.fixture(scope="session")
def office() -> str:
    """Path of LibreOffice, headless; without it the test is skipped, which continuous integration forbids."""
    return _program(("soffice", "libreoffice"))


@pytest.fixture(scope="session")
def java() -> str:
    """Path of Java, for Spark; without it the test is skipped, which continuous integration forbids."""
    # Its machines live for seconds: what compiles and collects best over hours takes longer here than what it saves.
    os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    return _program(("java",))


@pytest.fixture(scope="session")
def rome4(real_data: Path) -> Path:
    """Folder of the ROME 4 CSV set."""
    return real_data / "rome-v460"


@pytest.fixture(scope="session")
def rome3(real_data: Path) -> Path:
    """Folder of the ROME 3 CSV set."""
    return real_data / "rome-v347"


@pytest.fixture(scope="session")
def real_scan(real_data: Path) -> "Scan":
    """What each file of the public data sets is: to look into their workbooks takes a second."""
    from passerelles.market.read import scan_all

    return scan_all(real_data)


@pytest.fixture(scope="session")
def real_market(real_data: Path, real_scan: "Scan") -> "Market":
    """Market files of the public data sets with the survey of 2023, which takes seconds to read."""
    from passerelles.market.market import load_market

    return load_market(real_data, years=[2023], scanned=real_scan)


@pytest.fixture(scope="session")
def real_places(real_data: Path, real_scan: "Scan") -> "Places":
    """Basins and communes of the public data sets."""
    from passerelles.market.places import load_places

    return load_places(real_data, scanned=real_scan)


@pytest.fixture(scope="session")
def real_certifications(real_data: Path, real_scan: "Scan") -> "Certifications":
    """Certifications of the public data sets."""
    from passerelles.market.certifications import load_certifications

    return load_certifications(real_data, scanned=real_scan)


@pytest.fixture(scope="session")
def rome(rome4: Path) -> "Referential":
    """The real ROME 4, read once for all tests of a process."""
    from passerelles.referentials.load import load_referential

    return load_referential(rome4)


@pytest.fixture(scope="session")
def older_rome(rome3: Path) -> "Referential":
    """The real ROME 3, read once for all tests of a process."""
    from passerelles.referentials.load import load_referential

    return load_referential(rome3)


@pytest.fixture(scope="session")
def rome4_report(rome4: Path) -> "ValidationReport":
    """What the validation of the real ROME 4 tells."""
    from passerelles.referentials.validate import validate

    return validate(rome4)


@pytest.fixture(scope="session")
def rome4_graph(rome: "Referential") -> "OccupationGraph":
    """Graph of the real ROME 4, built once for all tests of a process."""
    from passerelles.graph.build import build_graph

    return build_graph(rome)


@pytest.fixture(scope="session")
def rome4_part(rome4: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of some domains of the real ROME 4, a sixth of it, for what its texts prove and its size does not."""
    from sets import write_part

    domains = ("A11", "C12", "D11", "F17", "G17", "H29", "J13", "K12", "K21", "M18", "N11", "N41")
    return write_part(rome4, tmp_path_factory.mktemp("part") / "rome-v460", domains)


@pytest.fixture(scope="session")
def rome4_part_graph(rome4_part: Path) -> "OccupationGraph":
    """Graph of some domains of the real ROME 4."""
    from passerelles.graph.build import build_graph
    from passerelles.referentials.load import load_referential

    return build_graph(load_referential(rome4_part))


@pytest.fixture(scope="session")
def rome4_split(rome: "Referential") -> "OccupationGraph":
    """Graph of the real ROME 4 with the overlay that splits K2110."""
    from passerelles.graph.build import build_graph

    return build_graph(rome.with_overlay("enseignement-conduite"))


@pytest.fixture(scope="session")
def rome4_part_index(rome4_part_graph: "OccupationGraph", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled index of some domains of the real ROME 4, one file, made once for all tests of a process."""
    from passerelles.compiled import compile_index

    return compile_index(rome4_part_graph, tmp_path_factory.mktemp("index") / "rome.zip")


@pytest.fixture(scope="session")
def embedded_graph() -> "OccupationGraph":
    """Graph of the embedded referential with the overlay that ships."""
    from passerelles.graph.build import build_graph
    from passerelles.referentials.load import load_referential

    return build_graph(load_referential().with_overlay("enseignement-conduite"))


@pytest.fixture(scope="session")
def plain_embedded() -> "OccupationGraph":
    """Graph of the embedded referential without overlay."""
    from passerelles.graph.build import build_graph
    from passerelles.referentials.load import load_referential

    return build_graph(load_referential())


@pytest.fixture(scope="session")
def shared_reads(plain_embedded: "OccupationGraph", embedded_graph: "OccupationGraph") -> "SharedReads":
    """What pages and notebooks read and build."""
    from shared_reads import SharedReads

    reads = SharedReads()
    reads.add_graphs(plain_embedded, embedded_graph)
    return reads


@pytest.fixture(scope="session")
def real_reads(
    shared_reads: "SharedReads",
    real_data: Path,
    rome4_graph: "OccupationGraph",
    rome4_split: "OccupationGraph",
    real_market: "Market",
    real_places: "Places",
    real_certifications: "Certifications",
) -> None:
    """Let pages and notebooks find the real ROME, and what goes with it, as other tests do."""
    shared_reads.add_graphs(rome4_graph, rome4_split)
    shared_reads.add_read("load_referential", real_data / "rome-v460", rome4_graph.referential)
    shared_reads.add_read("load_market", real_data, real_market)
    shared_reads.add_read("load_places", real_data, real_places)
    shared_reads.add_read("load_certifications", real_data, real_certifications)
