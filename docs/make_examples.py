"""Write the examples of the shapes: real answers on the embedded referential, cut short."""

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from passerelles.cli.main import run
from passerelles.graph.build import build_graph
from passerelles.referentials.load import load_referential
from passerelles.service import answers
from passerelles.service.engine import Engine
from passerelles.service.requests import RankBatchBody

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "src" / "passerelles" / "report" / "examples.json"
BRANCH = ["--overlay", "enseignement-conduite"]
WHOLE = {"parts", "targets", "frames", "ci95", "objectives", "suggestions", "steps", "bounds"}  # a sum, a proof
MOST = 2


def commands() -> dict[str, list[str]]:
    """Words of the command that gives each shape."""
    sample = ROOT / "referentials" / "transitions" / "territories"
    lots = ["--fragile", str(sample / "redon-fragile.csv"), "--hiring", str(sample / "redon-hiring.csv")]
    return {
        "rank@1": ["rank", "K2110", "--limit", "1", "--filter", "unregulated", "--explain", "1"],
        "sources@1": ["sources", "N4101", "--limit", "1"],
        "paths@1": ["paths", "K2110", "N4102", "--limit", "1", "--frame", "periode-de-reconversion"],
        "levers@1": ["levers", "--origin", "N1103=12", "--target", "H2913", "--limit", "1"],
        "compare@1": ["compare", "N4101", "N4103"],
        "areas@1": ["areas"],
        "evaluate@1": ["evaluate", "--methods", "cosine"],
        "territory@1": ["territory", "match", *lots],
        "transparency@1": ["transparency"],
        "sums@1": ["territory", "sums", *lots[:2], "--dominance", "1,80"],
        "territory-rank@1": ["territory", "rank", "--basin", "Redon", *lots, "--limit", "1"],
        "territory-scenarios@1": ["territory", "match", *lots, "--scenario", "budget=2000"],
        "resolve@1": ["resolve", "moniteur auto ecole", "--limit", "1"],
        "migrate@1": ["migrate", "K2110"],
        "search@1": ["search", "permis", "--kind", "credential"],
        "show@1": ["show", "K2110-GL", *BRANCH],
        "validate@1": ["validate", "transitions"],
    }


def answer(words: list[str]) -> dict[str, Any]:
    """JSON that a command prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        run([*words, "--format", "json"])
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def runs() -> dict[str, Any]:
    """What moved between two stored answers."""
    with tempfile.TemporaryDirectory() as folder:
        for name, more in (("old.json", ["--limit", "2"]), ("new.json", ["--limit", "3", *BRANCH])):
            text = json.dumps(answer(["rank", "K2110", *more]))
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return answer(["compare-runs", f"{folder}/old.json", f"{folder}/new.json"])


def batch() -> dict[str, Any]:
    """Moves from two origins, one of which nobody knows: an answer of the service alone."""
    engine = Engine.of(build_graph(load_referential("transitions")))
    asked = RankBatchBody(origins=["K2110", "K211O"], limit=1)
    return answers.rank_batch(engine, asked, "fr")


def cut(value: Any, name: str = "") -> Any:
    """Keep the first result and two of each list."""
    if isinstance(value, dict):
        kept = list(value.items())
        if name in {"breakdown", "by_employer", "by_job", "counts"}:
            kept = kept[:MOST]
        return {key: cut(each, key) for key, each in kept}
    if isinstance(value, list):
        most = 1 if name == "results" else len(value) if name in WHOLE else MOST
        return [cut(each) for each in value[:most]]
    return value


def signals(referential: dict[str, Any]) -> dict[str, Any]:
    """Answer of a family whose projects are masked, invented: no row of a survey is shipped."""
    figure = {"value": None, "low": 1, "high": 4, "standing": "secret", "source": "Enquête d'exemple", "year": "2023",
              "territory": "0000", "about": "J3Z43", "via": None, "why": None}  # fmt: skip
    share = figure | {"low": 0.25, "high": 1.0}
    return {
        "schema": "passerelles/territory-signals@1",
        "referential": referential,
        "scorer": None,
        "settings": {},
        "basin": {"code": "0000", "name": "BASSIN D'EXEMPLE"},
        "year": "2023",
        "results": [
            {
                "family": {"code": "J3Z43", "label": "Famille d'exemple"},
                "projects": figure,
                "difficult_share": share,
                "seasonal_share": share,
            }
        ],
        "sources": [],
    }


def made() -> dict[str, Any]:
    """Every example, by the name of its shape."""
    found = {name: cut(answer(words)) for name, words in commands().items()}
    found["compare-runs@1"] = cut(runs())
    found["rank-batch@1"] = cut(batch())
    found["rank-batch@1"]["results"] = [cut(item) for item in batch()["results"]]
    found["validate@1"]["place"] = "transitions"
    found["territory-signals@1"] = signals(found["show@1"]["referential"])
    found["profile"] = {"occupation": "K2110", "competencies": [], "credentials": {"PERM-C": "yes"}}
    found["settings"] = {"schema_version": 1, "strict": True, "weights": {"core": 3.0}}
    found["problem"] = {
        "type": "urn:passerelles:problem:unknown_code",
        "title": "Métier inconnu",
        "status": 404,
        "detail": "Métier inconnu : « K211O » n'est ni un code ni une appellation exacte du référentiel.",
        "suggestions": ["K2110"],
        "request": "5b1c0ed0f6c94a6c",
    }
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        os.environ["PASSERELLES_DATA"] = empty  # examples show no row of data that somebody else publishes
        OUTPUT.write_text(json.dumps(made(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
