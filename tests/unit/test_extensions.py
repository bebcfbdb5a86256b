"""A package from outside adds a reader, a part of the score, a market source and a section of the report."""

import csv
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from installed import write_about
from passerelles import build_graph, match_territory, rank_moves
from passerelles.errors import PasserellesError, ReferentialError
from passerelles.graph.core import OccupationGraph
from passerelles.io.archive import FileSource
from passerelles.language.say import LANGS
from passerelles.market import read
from passerelles.model import (
    Competency,
    Credential,
    CredentialRequirement,
    JobTitle,
    Mobility,
    Occupation,
    Provenance,
    RequirementStatus,
)
from passerelles.referentials import load
from passerelles.referentials.draft import Draft
from passerelles.referentials.referential import Reader, Referential, finish
from passerelles.report import sections
from passerelles.report.case import Case, Request
from passerelles.scoring import scorer
from passerelles.scoring.features import AddedPart, Feature, checked_part, context_of_all

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "extension"
WAGES = runpy.run_path(str(EXAMPLE / "passerelles_glass" / "source.py"))["WAGES"]
SCRIPT = """
import json, shutil, sys
from pathlib import Path
from passerelles.compiled import index_place
from passerelles.referentials.places import bundled
from passerelles import Settings, build_graph, compile_index, load_referential, match_territory, rank_moves
from passerelles.evaluation.train import FITS
from passerelles.market.market import load_market
from passerelles.report.case import Case, Request
from passerelles.report.sections import territory_document
from passerelles.scoring.scorer import scorer_text

here = Path(sys.argv[1])
observed = load_referential(here / "observatory")
told = {"occupations": [o.label for o in observed.occupations]}
told["chances"] = [(m.probability, m.level) for m in rank_moves(build_graph(observed), observed.occupations[0].code)]

transitions = load_referential("transitions")
scorer = FITS["content"](build_graph(transitions))
told["trained"] = sorted(scorer.parts["glass_words"])
# What was learned from these mobilities may be nothing: a weight of its own shows where it is used.
parts = {**scorer.parts, "glass_words": {"glass_words.both": 1.0}}
(here / "mine.json").write_text(scorer_text(scorer.model_copy(update={"parts": parts})), encoding="utf-8")
settings = Settings(scorer=str(here / "mine.json"))
graph = build_graph(transitions, settings=settings)
move = rank_moves(graph, "K2110")[0]
(part,) = (p for p in move.parts if p.name == "glass_words")
told["part"] = [part.label("fr"), part.label("en"), part.sentence("en") != ""]
opened = build_graph(load_referential(compile_index(graph, here / "mine.index")), settings=settings)
told["same"] = rank_moves(opened, "K2110") == rank_moves(graph, "K2110")

own = here / "own"
shutil.copytree(bundled("referential")["transitions"], own, ignore=shutil.ignore_patterns("territories"))
told["kept"] = [index_place(str(place), (), some) is not None for place, some in (
    (own, Settings()), (own, settings), (here / "observatory", Settings()),
)]

told["wages"] = len(load_market(here / "market").wages.rows)
lots = [{"employer": "A", "job": "H2909", "headcount": 3, "basin": "Redon"}]
openings = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
plain = build_graph(transitions)
case = Case(plain, match_territory(plain, lots, openings), Request(pictures=False))
told["sections"] = [p.key for p in territory_document(case).parts]
print(json.dumps(told))
"""


def install(folder: Path) -> None:
    """Lay the example where Python looks, as an installer would."""
    shutil.copytree(EXAMPLE / "passerelles_glass", folder / "passerelles_glass")
    write_about(EXAMPLE, folder)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("outside")
    install(folder)
    (folder / "observatory").mkdir()
    jobs = [
        {"code": "V1", "label": "Souffleur", "skills": ["souffler"]},
        {"code": "V2", "label": "Tailleur", "skills": []},
    ]
    data = {"version": "1", "publisher": "Observatoire", "jobs": jobs}
    (folder / "observatory" / "observatoire.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "market").mkdir()
    (folder / "market" / "salaires.csv").write_text("famille;campagne;salaire net\nB1Z;2024;1800\nB2Z;2024;1900\n")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert found.returncode == 0, found.stderr
    return dict(json.loads(found.stdout.splitlines()[-1]))


def test_each_example_is_short() -> None:
    for file in (EXAMPLE / "passerelles_glass").glob("*.py"):
        assert len(file.read_text("utf-8").splitlines()) < 60


def test_a_reader_from_outside_reads_its_format(told: dict[str, object]) -> None:
    assert told["occupations"] == ["Souffleur", "Tailleur"]
    assert told["chances"] == [[None, None]], "no chance was calibrated on what it reads"


def test_links_that_a_reader_leaves_to_nowhere_are_noted_and_left_out() -> None:
    draft = Draft(
        occupations={"J1": Occupation("J1", "Verrier"), "J2": Occupation("J2", "Souffleur")},
        competencies={"a": Competency("a", "Tailler", "savoir-faire")},
        requirements={"J1": {"a": "core", "z": "core"}, "J2": {"a": "core"}, "J9": {"a": "core"}},
        titles={"1": JobTitle("1", "Verrière", "J1"), "2": JobTitle("2", "Miroitière", "J8")},
        mobilities={("J1", "J2"): Mobility("J1", "J2"), ("J1", "J7"): Mobility("J1", "J7")},
        occupation_contexts={("J1", "nuit")},
        occupation_tags={("J1", "vert"): True},
        credential_requirements={("J1", "CAP"): CredentialRequirement("J1", "CAP")},
    )
    known = finish(draft, name="verre", version="1", provenance=Provenance(source="test", format="observatory"))
    assert {n.code for n in known.notices} == {"link_to_nowhere"}
    assert sorted(dict(n.values)["subject"] for n in known.notices) == ["CAP", "J7", "J8", "J9", "nuit", "vert", "z"]
    assert [move.target.code for move in rank_moves(build_graph(known), "J1")] == ["J2"]
    assert [title.code for title in known.titles] == ["1"]


@pytest.mark.parametrize("link", [{"prerequisites": ("Y",)}, {"choices": ((("Y",), ("Z",)),)}, {"grants": ("Y",)}])
def test_a_credential_that_supposes_or_gives_what_its_reader_does_not_declare_is_refused(link: dict[str, Any]) -> None:
    credentials = {code: Credential(code, code, "certificat") for code in "XZ"}
    credentials["X"] = replace(credentials["X"], **link)
    draft = Draft(occupations={"J1": Occupation("J1", "Verrier")}, credentials=credentials)
    with pytest.raises(ValueError, match=r"credentials 'Y'$"):
        finish(draft, name="verre", version="1", provenance=Provenance(source="test", format="observatory"))


def test_a_reader_from_outside_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "observatoire.json"
    (tmp_path / name).write_text("{}", encoding="utf-8")
    reader = Reader(
        "observatory", lambda source: name in source.names, lambda source: json.loads(source.read(name))["jobs"]
    )
    monkeypatch.setattr(load, "extensions", lambda _: {"observatory": reader})
    with pytest.raises(ReferentialError, match=r"reader 'observatory' .*: KeyError: 'jobs'"):
        load.load_referential(tmp_path)
    monkeypatch.setattr(load, "READERS", (reader,))  # of the package itself, it is a fault of the program
    with pytest.raises(KeyError):
        load.load_referential(tmp_path)


def test_what_a_reader_from_outside_reads_has_a_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(source: FileSource) -> Referential:
        job = Occupation("A", source.read("job.txt").decode())
        return finish(Draft({"A": job}), name="bois", version="1", provenance=Provenance(source="Bois", format="bois"))

    monkeypatch.setattr(load, "extensions", lambda _: {"bois": Reader("bois", lambda _: True, read)})
    read_so_far = []
    for label in ("Scieur", "Scieur", "Affûteur"):
        (tmp_path / "job.txt").write_text(label, encoding="utf-8")
        read_so_far.append(load.load_referential(tmp_path))
    first, again, other = (referential.stamp.sha256 for referential in read_so_far)
    assert first == again != other != ""
    assert [file.name for file in read_so_far[0].provenance.files] == ["job.txt"]


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (csv.Error("line 3"), "reader 'observatory' .*: Error: line 3"),
        (PasserellesError("no_payers"), "^No table of OPCO"),
    ],
)
def test_whatever_a_reader_from_outside_raises_is_told_but_for_its_own_words(
    raised: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: FileSource) -> Referential:
        raise raised

    (tmp_path / "observatoire.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(load, "extensions", lambda _: {"observatory": Reader("observatory", lambda _: True, read)})
    with pytest.raises(PasserellesError, match=said):
        load.load_referential(tmp_path)


def test_a_status_that_a_reader_invents_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: FileSource) -> Referential:
        draft = Draft()
        draft.occupations["A"] = Occupation("A", "Scieur")
        draft.competencies["C"] = Competency("C", "Scier", "savoir-faire")
        draft.requirements["A"]["C"] = cast("RequirementStatus", None)
        return finish(draft, name="bois", version="1", provenance=Provenance(source="Bois", format="bois"))

    (tmp_path / "bois.txt").write_text("", encoding="utf-8")
    monkeypatch.setattr(load, "extensions", lambda _: {"bois": Reader("bois", lambda _: True, read)})
    with pytest.raises(ReferentialError, match=r"reader 'bois' .*status None \(core, emerging, other\)"):
        load.load_referential(tmp_path)


def test_a_part_from_outside_is_trained_weighed_explained_and_compiled(told: dict[str, object]) -> None:
    assert set(told["trained"]) <= {"glass_words.both"}  # type: ignore[call-overload]
    assert told["part"] == ["Métiers du verre", "Glass trades", True]
    assert told["same"]


def test_what_a_package_from_outside_reads_or_scores_is_not_kept_in_the_cache(told: dict[str, object]) -> None:
    assert told["kept"] == [True, False, False]


def test_a_market_source_from_outside_is_read_as_the_kind_that_it_names(told: dict[str, object]) -> None:
    assert told["wages"] == 2


def test_a_section_from_outside_ends_the_report(told: dict[str, object]) -> None:
    assert told["sections"][-1] == "glass_contact"  # type: ignore[index]


def test_an_extension_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    install(tmp_path)
    (tmp_path / "passerelles_glass" / "reader.py").write_text("1 / 0\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = subprocess.run(
        [sys.executable, "-m", "passerelles", "show", "K2110", "--referential", str(EXAMPLE)],
        check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert found.returncode != 0
    assert "observatory" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_part_of_the_score_that_is_not_whole_is_named(plain_embedded: OccupationGraph) -> None:
    words: Any = {lang: dict.fromkeys(("label", "plus", "minus"), "word") for lang in LANGS}
    square = Feature(lambda _: np.zeros((3, 3), dtype=np.float32))
    for part, reason in (
        (3, "int != AddedPart"),
        (AddedPart({}, {**words, "en": {"label": "word"}}), "words.en.plus, words.en.minus"),
        (AddedPart({}, {"fr": words["fr"]}), "words.en.label"),
    ):
        with pytest.raises(PasserellesError, match=f"'mine'.*{reason}"):
            checked_part("mine", part)
    computed = checked_part("mine", AddedPart({"both": square}, words))["both"]
    with pytest.raises(PasserellesError, match=r"'mine'.*\(3, 3\) != \(125, 125\)"):
        computed.compute(context_of_all(plain_embedded))
    broken = checked_part(
        "mine", AddedPart({"both": Feature(lambda _: np.zeros(3, dtype=np.float32).reshape(2, 2))}, words)
    )["both"]
    with pytest.raises(PasserellesError, match=r"'mine'.*ValueError"):
        broken.compute(context_of_all(plain_embedded))


@pytest.mark.parametrize("section", [lambda _: 1 / 0, lambda _: "text", lambda: None])
def test_a_section_of_the_report_that_fails_is_named(
    plain_embedded: OccupationGraph, monkeypatch: pytest.MonkeyPatch, section: Any
) -> None:
    monkeypatch.setattr(sections, "extensions", lambda _: {"mine": section})
    people = {"employer": "A", "job": "H2909", "headcount": 3, "openings": 3, "basin": "Redon"}
    case = Case(plain_embedded, match_territory(plain_embedded, [people], [people]), Request(pictures=False))
    with pytest.raises(PasserellesError, match=r"'mine' .*passerelles.report_sections.*Error"):
        sections.territory_document(case)


def test_a_reader_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "extensions", lambda _: {"mine": "reader"})
    with pytest.raises(PasserellesError, match=r"'mine' .*passerelles.readers.*recognise"):
        load.load_referential(EXAMPLE)


def test_a_score_whose_part_is_not_whole_names_the_extension_and_not_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fitted.json"
    path.write_text(scorer.scorer_text(scorer.load_scorer("unfitted")), encoding="utf-8")
    monkeypatch.setattr(scorer, "features", lambda: checked_part("mine", 3))
    with pytest.raises(PasserellesError) as refused:
        scorer.load_scorer(str(path))
    assert refused.value.key == "extension"


@pytest.mark.parametrize(
    ("written", "instead", "reason"),
    [
        ('"wages"', '"wage"', "name = 'wage' "),
        ("'salaire net'", "net", "line 9"),
        ("[signature]", "[signatur]", "signatur"),
        ("wage =", "pay =", r"pay \(family, period, wage\); wage = \?"),
        ("'salaire net'", "'Salaire net'", r"wage = 'Salaire net' \('salaire net'\)"),
        ("'salaire net'", "'salaire médian'", r"wage = 'salaire médian' \('salaire median'\)"),
        ("'salaire net'", "'salaire('", "unterminated"),
        ("'salaire net'", r"'salaire \(net\)'", r"\('salaire net'\)"),
        ("[signature]", "types.wage = 'amount'\n[signature]", "wage = 'amount'"),
    ],
)
def test_what_is_wrong_with_a_market_source_from_outside_is_named(
    written: str, instead: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = WAGES.replace(written, instead)
    monkeypatch.setattr(read, "extensions", lambda _: {"observatory-wages": declared})
    with pytest.raises(PasserellesError, match=f"observatory-wages.*{reason}"):
        read.kinds.__wrapped__()


def test_a_market_source_from_outside_takes_group_and_types_of_the_one_that_it_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read, "extensions", lambda _: {"wages": WAGES})
    shipped, added = (kind for kind in read.kinds.__wrapped__().values() if kind.name == "wages")
    assert (shipped.source[:5], added.source[:5]) == ("Dares", "Obser")
    assert (added.group, added.types) == (shipped.group, shipped.types)


def test_each_market_source_that_ships_is_read_by_something() -> None:
    code = "".join(file.read_text("utf-8") for file in Path(read.__file__).parent.glob("*.py"))
    kinds = read.kinds().values()
    assert [kind.name for kind in kinds if f'"{kind.name}"' not in code] == [], "nothing reads a file of this name"
    patterns = [pattern for kind in kinds for pattern in (*kind.signature.values(), *kind.others.values())]
    assert [pattern for pattern in patterns if re.search(read._NEVER_IN_A_HEADER, pattern)] == []


def test_another_producer_of_what_ships_is_declared_by_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(Path(read.__file__).parent / "sources", tmp_path / "sources")
    (tmp_path / "sources" / "observatory.toml").write_text(WAGES.partition("[types]")[0], encoding="utf-8")
    monkeypatch.setattr(read, "files", lambda _: tmp_path)
    kinds = read.kinds.__wrapped__()
    added = kinds["observatory.toml"]
    assert (added.source[:5], added.group, added.types) == ("Obser", "market", kinds["wages"].types)
