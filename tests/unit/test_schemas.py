"""The schemas tell what the commands really write: real answers pass, in full detail, and altered ones do not."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.model import Stated
from passerelles.report.schemas import SHAPES, definitions, examples, json_schema

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "referentials" / "transitions" / "territories"
REDON = ("--fragile", str(SAMPLES / "redon-fragile.csv"), "--hiring", str(SAMPLES / "redon-hiring.csv"))
BRANCH = ("--overlay", "enseignement-conduite")
LIST = "intitule\nboulanger\nmoniteur auto ecole\nzzzzqq\n"
# What holds keys of its own kind: settings have a schema of their own, assumptions and options are told in words.
OPEN = {"settings", "assumptions", "options"}
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "rank": ("rank@1", ("rank", "K2110", "--explain", "2", "--filter", "unregulated", *BRANCH)),
    "rank in English": ("rank@1", ("rank", "N4101", "--lang", "en", "--strict", "--filter", "same-domain")),
    "rank of a profile": ("rank@1", ("rank", "--profile", "PROFILE")),
    "rank of nothing": ("rank@1", ("rank", "K2110", "--filter", "min-coverage=1")),
    "sources": ("sources@1", ("sources", "N4101")),
    "paths": ("paths@1", ("paths", "K2110", "N4102", "--frame", "transco", *BRANCH)),
    "levers": ("levers@1", ("levers", "--origin", "N1103=12", "--origin", "K1304", "--target", "N4101")),
    "evaluate": ("evaluate@1", ("evaluate", "--methods", "random,cosine")),
    "territory": ("territory@1", ("territory", "match", *REDON)),
    "territory, masked": ("territory@1", ("territory", "match", *REDON, "--mask")),
    "territory, ranked": ("territory-rank@1", ("territory", "rank", "--basin", "Redon", *REDON)),
    "territory, by employers": ("territory-rank@1", ("territory", "rank", "--basin", "Redon", *REDON, "--employers")),
    "sums": ("sums@1", ("territory", "sums", *REDON[:2], "--dominance", "1,80", "--p-percent", "10")),
    "transparency": ("transparency@1", ("transparency", *BRANCH)),
    "scenarios": ("territory-scenarios@1", ("territory", "match", *REDON, "--scenario", "radius=30,budget=900")),
    "resolve": ("resolve@1", ("resolve", "moniteur auto ecole")),
    "resolve nothing": ("resolve@1", ("resolve", "!!!")),
    "resolve competencies": ("resolve@1", ("resolve", "conduire un véhicule", "--competencies")),
    "resolve a list": ("resolve@1", ("resolve", "--input", "LIST", "--column", "intitule")),
    "migrate": ("migrate@1", ("migrate", "K2110", "A0000", "--from", "transitions")),
    "show": ("show@1", ("show", "K2110-GL", *BRANCH)),
    "demo": ("rank@1", ("demo",)),
    "validate": ("validate@1", ("validate", "transitions", *BRANCH)),
}


@pytest.fixture(scope="module", autouse=True)
def no_data() -> Iterator[None]:
    """Answer from what the package embeds, whatever is set here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PASSERELLES_DATA", raising=False)
        yield


def validator(name: str, *, closed: bool = False) -> Draft202012Validator:
    schema = json_schema(name)
    return Draft202012Validator(close(schema) if closed else schema)


def close(schema: Any) -> Any:
    """The same schema, in which no key may be that it does not tell."""
    if isinstance(schema, list):
        return [close(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v if k in {"examples", "enum", "const"} else close(v) for k, v in schema.items()}
    if isinstance(kept.get("properties"), dict) and "required" in kept and "additionalProperties" not in kept:
        kept["properties"] |= {name: {} for name in OPEN & set(kept["properties"])}
        kept["additionalProperties"] = False
    return kept


def faults(check: Draft202012Validator, answer: Any) -> list[str]:
    return [f"{e.json_path}: {e.message[:200]}" for e in check.iter_errors(answer)]


def test_all_that_a_person_may_say_of_a_credential_fits_the_schema_of_a_profile() -> None:
    for stated in get_args(Stated):
        assert faults(validator("profile"), {"occupation": "N4101", "credentials": {"FIMO-M": stated}}) == []


@pytest.mark.parametrize("case", COMMANDS)
def test_what_a_command_writes_is_what_its_schema_tells(
    case: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "LIST").write_text(LIST, encoding="utf-8")
    profile = {"competencies": ["TR0001"], "credentials": {}}
    profile["competencies"] = [examples()["rank@1"]["results"][0]["missing"][0]["code"]]
    (tmp_path / "PROFILE").write_text(json.dumps(profile), encoding="utf-8")
    name, words = COMMANDS[case]
    given = [str(tmp_path / w) if w in {"LIST", "PROFILE"} else w for w in words]
    with pytest.raises(SystemExit) as ended:
        run([*given, "--format", "json"])
    out, err = capsys.readouterr()
    assert ended.value.code in (None, 0, 1), err
    answer = json.loads(out)
    assert answer["schema"] == f"passerelles/{name}"
    assert faults(validator(name), answer) == []
    assert faults(validator(name, closed=True), answer) == []  # every key that is written is told


def test_what_is_published_of_small_lots_is_told() -> None:
    from passerelles.report.envelope import envelope
    from passerelles.territory.discretion import publish, published
    from passerelles.territory.match import match_territory
    from territory_cases import JOBS, Written, every, graph, openings, people

    put_together: set[str] = set()
    for first in range(5):
        fragile = [(name, JOBS[(first + n) % 5], 1 + (3 * n + first) % 8, "x") for n, name in enumerate("ABCD")]
        hiring = [(name, JOBS[(2 * n + first) % 5], 1 + (5 * n + first) % 8, "x") for n, name in enumerate("PQRST")]
        found = match_territory(graph(), people(*fragile), openings(*hiring), costs=Written(every(50.0)))
        answer = envelope("territory@1", graph(), ()) | published(publish(found)).to_dict()
        assert faults(validator("territory", closed=True), answer) == []
        put_together |= {name for name in ("uncovered", "unfilled") for item in answer[name] if "lots" in item}
    assert put_together == {"uncovered", "unfilled"}


def test_validation_of_a_broken_referential(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for file in (ROOT / "referentials" / "transitions").glob("*.*"):
        text = file.read_text(encoding="utf-8")
        if file.name == "requirements.csv":
            text += "K2110,NOWHERE,core\n"
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit):
        run(["validate", str(tmp_path), "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["results"]
    assert faults(validator("validate", closed=True), answer) == []


def test_answers_on_the_real_referential(rome4_graph: OccupationGraph) -> None:
    from passerelles.ranking.rank import rank_moves, rank_sources
    from passerelles.report.envelope import envelope, unscored_envelope
    from passerelles.report.lookups import Fiche, Resolution

    referential = rome4_graph.referential
    for code in ("K2110", "A1101"):
        moves = [m.to_dict() for m in rank_moves(rome4_graph, code, filters=["unregulated"], limit=5)]
        assert faults(validator("rank", closed=True), envelope("rank@1", rome4_graph, moves)) == []
        moves = [m.to_dict("en") for m in rank_sources(rome4_graph, code, limit=5)]
        assert faults(validator("sources", closed=True), envelope("sources@1", rome4_graph, moves)) == []
    payload = Resolution.of(referential, rome4_graph.settings.titles, "boulanger").to_dict()
    assert faults(validator("resolve", closed=True), payload) == []
    for code in rome4_graph.codes[::100]:
        shown = unscored_envelope("show@1", referential, [Fiche(referential, code).to_dict()])
        assert faults(validator("show", closed=True), shown) == []


@pytest.mark.parametrize("name", SHAPES)
def test_a_schema_is_valid_and_so_is_its_example(name: str) -> None:
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["examples"]
    for example in schema["examples"]:
        assert faults(validator(name), example) == []


def shortened(answer: Any) -> Any:
    """An answer with two items of each list, anew."""
    if isinstance(answer, dict):
        return {key: shortened(each) for key, each in answer.items()}
    return [shortened(each) for each in answer[:2]] if isinstance(answer, list) else answer


def places(answer: Any) -> Iterator[tuple[Any, Any]]:
    """What holds every value, and under which key or number; the keys of open objects are left aside."""
    if isinstance(answer, dict | list):
        for key, each in list(answer.items() if isinstance(answer, dict) else enumerate(answer)):
            if key not in OPEN:
                yield answer, key
                yield from places(each)


@pytest.mark.parametrize("name", [n for n in SHAPES if n != "settings"])
def test_an_answer_with_a_value_of_another_kind_fails(name: str) -> None:
    check, answer = validator(name), shortened(examples()[name])
    assert check.is_valid(answer)
    for holder, key in places(answer):
        before, holder[key] = holder[key], [[{"of": "another kind"}]]
        assert not check.is_valid(answer), (key, before)
        holder[key] = before


@pytest.mark.parametrize("name", [n for n in SHAPES if n not in {"settings", "profile"}])
def test_an_answer_without_a_required_key_fails(name: str) -> None:
    check, example = validator(name), examples()[name]
    for key in json_schema(name)["required"]:
        assert not check.is_valid({k: v for k, v in example.items() if k != key}), key
    items = json_schema(name)["properties"].get("results", {}).get("items", {})
    wanted = json_schema(name).get("$defs", {}).get(str(items.get("$ref", "")).rpartition("/")[2], {})
    for key in wanted.get("required", ()):
        altered = copy.deepcopy(example)
        del altered["results"][0][key]
        assert not check.is_valid(altered), key


def test_an_answer_with_more_keys_passes() -> None:
    example = examples()["rank@1"] | {"new": 1}
    example["results"] = [example["results"][0] | {"new": 1}]
    assert validator("rank").is_valid(example)


# The shapes that other programs were promised, each key once with a value that it may have: no more is required.
END = {"code": "K2110", "label": "..."}
ITEM = {"code": "...", "label": "...", "kind": "...", "core": True, "weight": 2.1}
SPAN = {"low": 150, "expected": 210, "high": None}
ACCESS: dict[str, Any] = {
    "status": "open",
    "selection": None,
    "level": {"low": 3, "high": None},
    "credentials": [],
    "varies": False,
}
PROMISED_MOVE: dict[str, Any] = {
    "access_conditions": ACCESS,
    "rank": 1,
    "origin": END,
    "target": END,
    "score": 1.25,
    "probability": 0.27,
    "level": "proche",
    "coverage": 0.41,
    "parts": [{"name": "...", "label": "...", "value": 0.5}],
    "held": [ITEM],
    "near": [ITEM | {"via": "...", "credit": 0.5}],
    "missing": [ITEM | {"core": False}],
    "filters": [{"name": "...", "verdict": "yes", "reason": "..."}],
    "known": {"rank": 3, "source": "ROME 460"},
}
PROMISED: dict[str, dict[str, Any]] = {
    "rank@1": PROMISED_MOVE,
    "sources@1": PROMISED_MOVE,
    "evaluate@1": {
        "method": "fitted",
        "origins": 1584,
        "recall@10": 0.0,
        "ndcg@10": 0.0,
        "mrr": 0.0,
        "hit@1": 0.0,
        "ci95": {"ndcg@10": [0.0, 0.0]},
        "protocol": "grouped-5-fold",
        "breakdown": {},
    },
    "paths@1": {
        "rank": 1,
        "origin": {},
        "target": {},
        "status": "feasible",
        "hours": SPAN,
        "months": SPAN,
        "steps": [
            {
                "from": {},
                "to": {},
                "hours": {},
                "missing": [],
                "credentials": [{"code": "...", "label": "...", "held": "no"}],
            }
        ],
        "frames": [{"name": "transco", "verdict": "no", "violations": [{"rule": "...", "reason": "..."}]}],
        "certifications": [],
        "score": 0.0,
        "parts": [],
    },
    "territory@1": {
        "fragile_employer": "...",
        "hiring_employer": "...",
        "origin": END,
        "target": END,
        "from_basin": "...",
        "to_basin": "...",
        "people": 3,
        "hours_per_person": SPAN,
        "move": PROMISED_MOVE,
    },
}
BESIDE = {
    "uncovered": [],
    "unfilled": [],
    "totals": examples()["territory@1"]["totals"],
    "bounds": examples()["territory@1"]["bounds"],
}


# Shapes whose keys no promise lists one by one.
UNLISTED = {
    *("territory-signals@1", "compare@1", "areas@1", "compare-runs@1", "rank-batch@1", "sums@1", "transparency@1"),
}


def promised(name: str) -> dict[str, Any]:
    return {
        "schema": f"passerelles/{name}",
        "referential": {"name": "rome", "version": "460", "sha256": "..."},
        "scorer": {"name": "...", "version": "...", "fitted_on": "..."},
        "settings": {},
        "results": [PROMISED[name]] if name in PROMISED else [],
        **(BESIDE if name == "territory@1" else {}),
    }


def without_one_key(answer: Any) -> Iterator[tuple[str, Any]]:
    """Copies of an answer, each without one of its keys, and the name of that key."""
    if isinstance(answer, dict):
        for key, each in answer.items():
            yield key, {k: v for k, v in answer.items() if k != key}
            for name, less in without_one_key(each):
                yield f"{key}.{name}", answer | {key: less}
    elif isinstance(answer, list):
        for place, each in enumerate(answer):
            for name, less in without_one_key(each):
                yield f"{place}.{name}", [*answer[:place], less, *answer[place + 1 :]]


@pytest.mark.parametrize("name", [n for n in SHAPES if "@" in n and n not in UNLISTED])
def test_what_was_promised_is_all_that_is_required(name: str) -> None:
    check, answer = validator(name), promised(name)
    assert faults(check, answer) == []
    for path, less in without_one_key(answer):
        if path.startswith(("totals.", "bounds.")) or "ci95." in path:
            continue
        assert not check.is_valid(less), path


def test_the_page_on_shapes_names_them_all() -> None:
    text = (ROOT / "docs" / "schemas.md").read_text(encoding="utf-8")
    assert [name for name in SHAPES if f"`{name}`" not in text] == []


def test_the_command_prints_one_or_all_or_fills_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        run(["schema", "passerelles/rank@1"])
    assert json.loads(capsys.readouterr().out) == json_schema("rank")
    with pytest.raises(SystemExit):
        run(["schema"])
    assert set(json.loads(capsys.readouterr().out)) == set(SHAPES)
    with pytest.raises(SystemExit):
        run(["schema", "--output", str(tmp_path)])
    assert {p.name for p in tmp_path.iterdir()} == {f"{n}.schema.json" for n in SHAPES}
    assert json.loads((tmp_path / "paths@1.schema.json").read_text("utf-8")) == json_schema("paths")


def test_an_unknown_shape_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PasserellesError, match="rank@1"):
        json_schema("moves")
    with pytest.raises(SystemExit) as ended:
        run(["schema", "moves"])
    assert ended.value.code == 2
    assert "rank@1" in capsys.readouterr().err


def test_every_setting_says_what_it_means() -> None:
    schema = json_schema("settings")
    own = {name: each for name, each in schema["$defs"].items() if name != "NearSettings"}  # told as a whole
    unsaid = [
        (name, key)
        for name, each in own.items()
        for key, told in each["properties"].items()
        if "description" not in told
    ]
    assert len(own) == 6
    assert unsaid == [], "say them in settings.toml"
    assert "experts list" in own["TerritorySettings"]["properties"]["acceptable_probability"]["description"]


def test_shapes_are_told_without_the_libraries_of_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("passerelles.sharing.import_module", refuse)
    assert "move" in definitions()
