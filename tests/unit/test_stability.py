"""What is public stays: a break against the last version fails unless the changelog owns up to it."""

import copy
import json
import re
import runpy
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import passerelles
from passerelles import errors
from passerelles.errors import Term, deprecated

ROOT = Path(__file__).resolve().parents[2]
MAKE = runpy.run_path(str(ROOT / "docs" / "make_api.py"))
SNAPSHOT: dict[str, Any] = json.loads((ROOT / "docs" / "api.json").read_text("utf-8"))
OWNING = ("Removed", "Changed")


def owned(changelog: str) -> set[str]:
    """Names between backquotes in the sections of what is not released yet that tell of breaks."""
    unreleased = changelog.partition("## Unreleased")[2].partition("\n## ")[0]
    sections = re.split(r"^### ", unreleased, flags=re.MULTILINE)[1:]
    return {name for text in sections if text.startswith(OWNING) for name in re.findall(r"`([^`]+)`", text)}


def test_nothing_public_breaks_unless_the_changelog_says_so() -> None:
    breaks = set(MAKE["broken"](SNAPSHOT, MAKE["surface"]()))
    silent = sorted(breaks - owned((ROOT / "CHANGELOG.md").read_text("utf-8")))
    assert not silent, f"write each of these, between backquotes, under Removed or Changed in CHANGELOG.md: {silent}"


def test_the_snapshot_is_that_of_this_version() -> None:
    assert SNAPSHOT["version"] == passerelles.__version__, "a new version: run python docs/make_api.py"


def test_a_break_is_seen_and_an_addition_is_none() -> None:
    altered = copy.deepcopy(SNAPSHOT)
    python = altered["python"]
    del python["rank_all"]
    python["rank_moves"]["parameters"] = [p for p in python["rank_moves"]["parameters"] if p[0] != "limit"]
    python["rank_sources"]["parameters"][0], python["rank_sources"]["parameters"][1] = (
        python["rank_sources"]["parameters"][1],
        python["rank_sources"]["parameters"][0],
    )
    python["levers"]["parameters"].append(["who", "KEYWORD_ONLY", False])
    python["resolve_title"]["parameters"].append(["more", "KEYWORD_ONLY", True])
    python["Move"]["names"].remove("coverage")
    altered["settings"].remove("weights.core")
    altered["commands"]["rank"]["options"].remove("--filter")
    altered["commands"]["show"]["options"].append("--new")
    del altered["commands"]["territory match"]
    shapes, http = altered["shapes"], altered["http"]
    shapes["rank@1 move"]["score"]["required"] = False
    shapes["rank@1 move"]["coverage"]["kind"] = "number"
    shapes["territory@1"]["totals.headcount"]["kind"] = "string"
    shapes["rank@1 move"]["new"] = {"kind": "number", "required": True}
    shapes["profile"]["occupation"]["required"] = True
    del shapes["profile"]["credentials"]
    del http["GET /v1/resolve"]
    http["POST /v1/rank"]["body.new"] = {"kind": "string", "required": True}
    http["POST /v1/rank"]["body.origin"]["required"] = False
    http["POST /v1/rank"]["body.origin.competencies"]["kind"] = "string"
    http["GET /v1/rank"]["limit"]["kind"] = "string"
    http["GET /v1/rank"]["new"] = {"kind": "string", "required": False}
    fields = http["GET /v1/rank"]["fields"]
    fields["kind"] = fields["kind"].replace('"score"', '"score" | "shared"')
    shapes["rank@1 move"]["kind"]["kind"] += ' | "sideways"'  # nobody who reads it expects that
    http["GET /v1/show"]["fields"]["kind"] = http["GET /v1/show"]["fields"]["kind"].replace('"riasec" | ', "")
    assert set(MAKE["broken"](SNAPSHOT, altered)) == {
        "rank@1 move.kind",
        "GET /v1/show fields",
        "rank_all",
        "rank_moves(limit)",
        "rank_sources(graph)",
        "rank_sources(target)",
        "levers(who)",
        "Move.coverage",
        "settings weights.core",
        "rank --filter",
        "passerelles territory match",
        "rank@1 move.score",
        "rank@1 move.coverage",
        "territory@1.totals.headcount",
        "profile.occupation",
        "profile.credentials",
        "GET /v1/resolve",
        "POST /v1/rank body.new",
        "POST /v1/rank body.origin.competencies",
        "GET /v1/rank limit",
    }
    assert MAKE["broken"](SNAPSHOT, SNAPSHOT) == []


def test_the_kind_of_a_value_is_told_in_one_text() -> None:
    from passerelles.views.schema import maybe, one_of, record, shape

    nested = record("", {"a": maybe(["amount"])}, optional={"b": {"each": "flag?"}})
    told = {
        "[null | number]": shape(["number?"]),
        "[number] | null": maybe(["number"]),
        "{boolean | null}": shape({"each": "flag?"}),
        '"no" | "yes"': one_of(("yes", "no")),
        "move | null": shape("move?"),
        "{}": nested,
        "string": shape("code: described"),
    }
    assert {MAKE["kind"](schema) for schema in told.values()} == set(told)
    assert all(MAKE["kind"](schema) == expected for expected, schema in told.items())
    assert dict(MAKE["_keys"](shape([nested]), {}, "x.")) == {
        "x[].a": {"kind": "[number] | null", "required": True},
        "x[].b": {"kind": "{boolean | null}", "required": False},
    }


def test_a_changelog_owns_up_only_where_it_tells_of_breaks() -> None:
    text = "# C\n## Unreleased\n### Added\n- `a`\n### Removed\n- `b`, use `c`\n## 0.1\n### Removed\n- `d`\n"
    assert owned(text) == {"b", "c"}


def test_the_contract_is_in_the_snapshot() -> None:
    wanted = {"load_referential", "build_graph", "rank_moves", "rank_sources", "rank_all", "rank_paths", "levers"}
    wanted |= {"rank_profiles", "evaluate", "resolve_title", "resolve_competency", "load_market", "load_places"}
    wanted |= {"load_certifications", "match_territory", "Profile", "Move", "UnknownCodeError"}
    assert wanted <= set(SNAPSHOT["python"])
    wanted = {"demo", "validate", "show", "rank", "sources", "paths", "levers", "resolve", "migrate", "evaluate"}
    wanted |= {"territory rank", "territory match", "train", "export", "report", "download", "compile", "serve"}
    assert wanted | {"schema"} <= set(SNAPSHOT["commands"])


def test_what_goes_warns_for_a_minor_version() -> None:
    for wrong in ("0.3.0", "0.3.9", "0.2.0"):
        with pytest.raises(ValueError, match="minor"):
            Term("new", "0.3.0", wrong).check()
    Term("new", "0.9.0", "1.0.0").check()

    @deprecated(instead="rank_moves", since="0.3.0", until="0.4.0")
    def old(value: int) -> int:
        return value + 1

    with pytest.warns(DeprecationWarning, match="old is deprecated since 0.3.0 and goes with 0.4.0") as told:
        assert old(1) == 2
    assert told[0].filename == __file__


def test_an_old_name_still_answers_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(errors.RENAMED, "rank_jobs", Term("rank_moves", "0.1.0", "0.2.0"))
    with pytest.warns(DeprecationWarning, match="use rank_moves") as told:
        assert passerelles.rank_jobs is passerelles.rank_moves  # type: ignore[attr-defined]
    assert told[0].filename == __file__


def test_what_was_to_go_is_gone() -> None:
    version = tuple(int(part) for part in passerelles.__version__.split(".")[:2])
    terms = dict(errors.RENAMED)
    for name, module in passerelles._PUBLIC.items():  # type: ignore[attr-defined]
        term = getattr(getattr(import_module(module), name), "__deprecated__", None)
        if isinstance(term, Term):
            terms[name] = term
    for name, term in terms.items():
        term.check()
        assert tuple(int(part) for part in term.until.split(".")[:2]) > version, name
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in passerelles.__all__:
            getattr(passerelles, name)
