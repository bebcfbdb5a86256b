"""Write docs/model-card.md from docs/model-card.json; ``--measure FOLDER`` measures these figures anew first.

FOLDER is the folder of the public data sets (rome-v460, rome-v347). ``--print`` writes the page to stdout instead.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pages import HERE, publish, table

from passerelles.language.say import number, percent, say

FIGURES = HERE / "model-card.json"
_METRICS = ("ndcg@10", "recall@10", "mrr", "hit@1")
_BARS = {"ndcg@10": (0.425, 0.50), "recall@10": (0.38, 0.44)}
_CONTENT_BAR = 0.385
_ECE_BAR = 0.03
_BLOCKS = 20  # characters of a bar that stands for 1
_RELATIONS = {
    "1-group": "même groupe parent",
    "2-domain": "même domaine, autre groupe",
    "3-top": "même grand domaine, autre domaine",
    "4-elsewhere": "autre grand domaine",
}
_STEPS = {
    "no-yes": "vers l'encadrement", "yes-no": "hors de l'encadrement", "no-no": "sans",
    "yes-yes": "d'encadrement à encadrement",
}  # fmt: skip
_GROUPED_BY = {
    "requirements": "nombre de compétences exigées",
    "parent_group": "taille du groupe parent",
    "regulated": "métier réglementé",
    "managerial": "métier d'encadrement",
}
_PLACES = {
    "embedded": "référentiel embarqué `transitions`",
    "rome3": "ROME 3 (v347), textes et compétences de l'époque ; mobilités de la v460 ramenées aux codes parents",
    "reduced": "v460 réduite à la façon du ROME 3 : une fiche par groupe parent, ni macro-compétence, ni libellé de "
    "savoir-faire, ni secteur, ni thème, ni indicateur",
}


def page(found: Mapping[str, Any]) -> str:
    """Return the whole page."""
    words = (HERE / "model-card.fr.md").read_text(encoding="utf-8")
    tables = {
        "reference": " ".join(found["referential"]).upper(),
        "origins": number(found["origins"]),
        "mobilities": number(found["mobilities"]),
        "methods": _methods(found),
        "groupings": _groupings(found),
        "bars": _bars(found),
        "breakdown": _breakdown(found),
        "worst": _worst(found),
        "calibration": _calibration(found),
        "reliability": _reliability(found["calibration"]["fitted"]["reliability"]),
        "by_rank": _by_rank(found["calibration"]["fitted"]["by_rank"]),
        "levels": _levels(found["levels"]["fitted"]),
        "median_coverage": percent(found["levels"]["fitted"]["median_coverage"]),
        "median_position": percent(found["levels"]["fitted"]["median_position"]),
        "median_rank": number(found["misses"]["median_rank"]),
        "misses": _misses(found["misses"]),
        "transfer": _transfer(found["transfer"]),
        "weights": _weights(found),
    }
    for name, text in tables.items():
        words = words.replace(f"[[{name}]]", text)
    return words


def _f(value: float) -> str:
    return number(value, decimals=3)


def _interval(mean: float, bounds: Sequence[float]) -> str:
    return f"{_f(mean)} [{_f(bounds[0])} ; {_f(bounds[1])}]"


def _methods(found: Mapping[str, Any]) -> str:
    said = {"in-sample": "déjà vu", "no-fitting": "non ajusté"}
    rows = [
        [f"`{name}`", said.get(m["protocol"], "5 plis"), *(_interval(m[x], m["ci95"][x]) for x in _METRICS)]
        for name, m in found["methods"].items()
    ]
    holdings = found["holdings"]
    rows.append(["`holdings`", "5 plis", *(_interval(holdings[x]["mean"], holdings[x]["ci95"]) for x in _METRICS)])
    return table(("méthode", "protocole", *_METRICS), rows)


def _groupings(found: Mapping[str, Any]) -> str:
    rows = []
    for name, values in found["groupings"].items():
        cells = [f"{_f(v['mean'])} ({_f(v['min'])} à {_f(v['max'])})" for v in (values[x] for x in _METRICS)]
        rows.append([f"`{name}`", *cells])
    return table(("méthode", *_METRICS), rows)


def _bars(found: Mapping[str, Any]) -> str:
    fitted, mean = found["methods"]["fitted"], found["groupings"]["fitted"]
    rows = []
    for metric, (bar, aim) in _BARS.items():
        low = min(fitted[metric], mean[metric]["mean"])
        reached = [_f(fitted[metric]), _f(mean[metric]["mean"]), _f(bar), _yes(low >= bar)]
        rows.append([f"`fitted`, {metric}", *reached, _f(aim), _short(aim - low)])
    content, others = found["methods"]["content"]["ndcg@10"], found["groupings"]["content"]["ndcg@10"]["mean"]
    met = _yes(min(content, others) >= _CONTENT_BAR)
    rows.append(["`content`, ndcg@10", _f(content), _f(others), _f(_CONTENT_BAR), met, "", ""])
    ece = found["calibration"]["fitted"]["ece"]
    rows.append(["`fitted`, ECE", _f(ece), "", f"au plus {_f(_ECE_BAR)}", _yes(ece <= _ECE_BAR), "", ""])
    return table(("figure", "plis du contrat", "moyenne des 5 autres", "barre", "tenue", "but", "écart au but"), rows)


def _yes(met: bool) -> str:  # noqa: FBT001 - one word of a table
    return "oui" if met else "**non**"


def _short(gap: float) -> str:
    return "atteint" if gap <= 0 else f"manque {_f(gap)}"


def _value(split: str, group: Mapping[str, Any]) -> str:
    if split in ("regulated", "managerial"):
        return say(f"evaluation.value.{group['value']}")
    label = f" {group['label']}" if group["label"] else ""
    return f"{group['value']}{label}" if group["value"] != "unknown" else say("evaluation.value.unknown")


def _breakdown(found: Mapping[str, Any]) -> str:
    fitted, content = (found["methods"][name]["breakdown"] for name in ("fitted", "content"))
    rows = []
    for split in ("domain", *_GROUPED_BY):
        for one, other in zip(fitted[split], content[split], strict=True):
            name = say(f"evaluation.split.{split}")
            cells = [_f(one["ndcg@10"]), _f(one["recall@10"]), _f(other["ndcg@10"])]
            rows.append([name, _value(split, one), number(one["origins"]), *cells])
    head = ("découpe", "groupe", "métiers", "`fitted` ndcg@10", "`fitted` recall@10", "`content` ndcg@10")
    return table(head, rows)


def _worst(found: Mapping[str, Any]) -> str:
    breakdown = found["methods"]["fitted"]["breakdown"]
    domains = sorted(breakdown["domain"], key=lambda g: g["ndcg@10"])
    lowest = ", ".join(f"{g['value']} ({g['label']}, {_f(g['ndcg@10'])})" for g in domains[:3])
    highest = ", ".join(f"{g['value']} ({_f(g['ndcg@10'])})" for g in domains[:-4:-1])
    lines = [f"- grands domaines : au plus bas {lowest} ; au plus haut {highest}"]
    for split, name in _GROUPED_BY.items():
        parts = ", ".join(f"{_value(split, g)} : {_f(g['ndcg@10'])}" for g in breakdown[split])
        lines.append(f"- {name} : {parts}")
    return " ;\n".join(lines) + "."


def _calibration(found: Mapping[str, Any]) -> str:
    rows = []
    for name, c in found["calibration"].items():
        errors = (c["ece"], c["brier"], c["brier_of_base_rate"], c["shipped"]["ece"])
        cells = [number(c["cases"]), percent(c["base_rate"]), *(number(each, decimals=4) for each in errors)]
        rows.append([f"`{name}`", *cells])
    head = ("score", "cas", "part listée", "ECE", "Brier", "Brier du taux de base", "ECE de l'étalonnage livré")
    return table(head, rows)


def _reliability(bins: Sequence[Mapping[str, float]]) -> str:
    rows = []
    for b in bins:
        shares = [_f(b["predicted"]), _f(b["observed"]), f"`{_bar(b)}`"]
        rows.append([f"{percent(b['low'])} à {percent(b['high'])}", number(b["cases"]), *shares])
    return table(("classe", "cas", "annoncé", "observé", "observé (█) et annoncé (│)"), rows)


def _bar(b: Mapping[str, float]) -> str:
    width, mark = round(b["observed"] * _BLOCKS), round(b["predicted"] * _BLOCKS)
    return "".join("│" if i == mark else "█" if i < width else "·" for i in range(_BLOCKS + 1))


def _by_rank(bands: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for band in bands:
        first, until = number(band["from"]), "et au-delà" if band["to"] is None else f"à {number(band['to'])}"
        ranks = first if band["to"] == band["from"] else f"{first} {until}"
        rows.append([ranks, percent3(band["predicted"]), percent3(band["observed"])])
    return table(("rang du candidat", "annoncé", "listé"), rows)


def percent3(share: float) -> str:
    """Percentage with two decimals, for small shares."""
    return number(100 * share, decimals=2) + " %"


def _levels(found: Mapping[str, Any]) -> str:
    names = {
        "listed": "mobilités des experts",
        "first_not_listed": "20 premiers non listés",
        "any": "tous les couples",
    }
    levels = ("proche", "accessible", "exigeante")
    rows = []
    for kind, label in names.items():
        shares = [percent3(found[kind].get(level, 0.0)) for level in levels]
        rows.append([label, number(found["pairs"][kind]), *shares])
    rows.append(["part listée par les experts", "", *(percent3(found["listed_of_level"][level]) for level in levels)])
    return table(("couples", "nombre", *levels), rows)


def _misses(found: Mapping[str, Any]) -> str:
    rows: list[list[str]] = []

    def add(label: str, cell: Mapping[str, Any]) -> None:
        rows.append([label, number(cell["moves"]), percent(cell["in_ten"]), number(cell["median_rank"])])

    for key, cell in found["list_rank"].items():
        add(f"listée au rang {_span(key)}", cell)
    for key, label in _RELATIONS.items():
        add(label, found["relation"][key])
    for key, cell in found["cited"].items():
        add(f"métier visé cité par {_span(key)} métiers", cell)
    for key, label in _STEPS.items():
        add(f"encadrement : {label}", found["step"][key])
    return table(("mobilités des experts", "nombre", "dans les dix premiers", "rang médian"), rows)


def _span(key: str) -> str:
    low, _, high = key.rstrip("+").partition("-")
    if key.endswith("+"):
        return f"{int(low)} ou plus"
    return str(int(low)) if low == high else f"{int(low)} à {int(high)}"


def _transfer(found: Mapping[str, Any]) -> str:
    rows = []
    for place, label in _PLACES.items():
        one = found[place]
        for name in ("cosine", "unfitted", "content", "fitted", "shipped content", "shipped fitted"):
            cells = [_interval(one[name][m]["mean"], one[name][m]["ci95"]) for m in ("ndcg@10", "recall@10")]
            rows.append([label if name == "cosine" else "", number(one["origins"]), f"`{name}`", *cells])
    off = [f"{name.split(',')[0]} : {', '.join(found[p]['off']['fitted']) or 'aucune'}" for p, name in _PLACES.items()]
    shown = table(("référentiel", "métiers", "score", "ndcg@10", "recall@10"), rows)
    return f"{shown}\n\nParties éteintes faute de données : {' ; '.join(off)}."


def _weights(found: Mapping[str, Any]) -> str:
    rows = [
        [f"`scoring/weights/{name}.json`", number(found["numbers"][name]), f"`{digest}`"]
        for name, digest in found["sha256"].items()
    ]
    return table(("fichier", "nombres (poids, base, étalonnage)", "sha256"), rows)


def main() -> None:
    """Measure where asked, then write or print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", type=Path, metavar="FOLDER")
    parser.add_argument("--print", action="store_true")
    options = parser.parse_args()
    if options.measure:
        import model_card_figures as figures  # noqa: PLC0415 - it imports all that measuring takes

        def tell(done: int, total: int, name: str) -> None:
            print(f"{name}: {done}/{total}", file=sys.stderr)

        data = options.measure
        found = figures.measure_model(data / "rome-v460", "transitions", data / "rome-v347", tell)
        figures.write_figures(found, FIGURES)
    publish("model-card.md", page(json.loads(FIGURES.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
