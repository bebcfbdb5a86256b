"""How well access texts are read: required mentions, levels, selection; of each ROME there is, and written for it."""

import csv
import re
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Table, stop
from scipy.stats import binomtest

from passerelles import load_referential
from passerelles.codes import grouped
from passerelles.referentials.access_text import fold_in_place, read_access_text

BESIDE = "no other program: labels made by hand, tests/data/access_labels_*.csv"
DATA = ("",)

LABELS = Path(__file__).resolve().parents[1] / "tests" / "data"
OPENING = 300  # letters of each text that the labels of v461 are of
# The labels of each version: what was held out when it was first measured, and what since, docs/access.md says.
VERSIONS = {
    "rome-v460": ("dev", "dev2", "dev3", "held2", "held3", "rest"),
    "rome-v347": ("v347", "v347b"),
    "rome-v461": ("v461", "v461b"),
}
WRITTEN = tuple(str(number) for number in range(1, 17))  # sets of `access_written.csv`


@dataclass(frozen=True)
class Agreement:
    """Right and all: of the required mentions read, of those labelled, and of the fiches for levels and selection."""

    precision: tuple[int, int]
    recall: tuple[int, int]
    level: tuple[int, int]
    selection: tuple[int, int]

    def described(self) -> dict[str, str]:
        """Each share with Wilson's interval."""

        def share(right: int, cases: int) -> str:
            if not cases:
                return "none"
            low, high = binomtest(right, cases).proportion_ci(method="wilson")
            return f"{right}/{cases} = {right / cases:.3f} [{low:.3f}, {high:.3f}]"

        return {name: share(*counts) for name, counts in vars(self).items()}


def agreement(labels: Path, texts: dict[str, str]) -> Agreement:
    """How the reader agrees with the labels of the fiches of a ROME."""
    rows = csv.DictReader(labels.read_text(encoding="utf-8").splitlines())
    return _agreement(grouped((row["code"], row) for row in rows), texts)


def of_written(number: str) -> Agreement:
    """How it agrees with the labels of one of the sets of texts that were written for it."""
    rows: dict[str, list[dict[str, str]]] = {}
    asked = {"strength": "stated", "condition": "always"}
    for row in csv.DictReader((LABELS / "access_written.csv").read_text(encoding="utf-8").splitlines()):
        if row["set"] == number:
            phrases = row["required"].split(" ; ") if row["required"] else []
            rows[row["text"]] = [row | asked | {"phrase": phrase} for phrase in phrases] or [row | {"strength": ""}]
    return _agreement(rows, {text: text for text in rows})


def _agreement(rows: Mapping[str, Sequence[dict[str, str]]], texts: dict[str, str]) -> Agreement:
    """Count what is found: a mention is where it meets a place of the labelled words."""
    read = labelled = named = found = level = selection = 0
    for code, fiche in rows.items():
        got = read_access_text(texts[code])
        assert got is not None, code
        spans = []
        for row in fiche:
            if row["strength"] in ("stated", "only-way") and row["condition"] == "always":
                words = fold_in_place(row["phrase"])
                spans.append([m.span() for m in re.finditer(re.escape(words), fold_in_place(texts[code]))])
        meets = [[any(m.start < b and m.end > a for a, b in places) for places in spans] for m in got.required]
        read += len(meets)
        named += sum(any(row) for row in meets)
        labelled += len(spans)
        found += sum(any(row[i] for row in meets) for i in range(len(spans)))
        level += [fiche[0]["low"], fiche[0]["high"]] == ["" if n is None else str(n) for n in (got.low, got.high)]
        selection += fiche[0]["selection"] == (got.selection or "")
    return Agreement((named, read), (found, labelled), (level, len(rows)), (selection, len(rows)))


def openings(texts: Path) -> dict[str, str]:
    """Return the first letters of each access text of ROME 4, without the sentence that they cut."""
    with texts.open(encoding="utf-8-sig", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: int(row["position_phrase"]))
    sentences = grouped(
        (row["code_rome"], " ".join(row["libelle_texte"].replace("''", "'").split()))
        for row in rows
        if row["libelle_type_texte"] == "acces_metier"
    )
    return {code: _opening(parts) for code, parts in sentences.items()}


def _opening(sentences: Sequence[str]) -> str:
    text = ""
    for sentence in sentences:
        room = OPENING - len(text.replace(" | ", " "))
        cut = sentence[: max(0, room)]
        text += (" | " if text and cut else "") + (cut if len(sentence) <= room else cut[: cut.rfind(".") + 1] or cut)
    return text


def main(given: Namespace) -> None:
    there = [version for version in VERSIONS if (given.data / version).is_dir()]
    if not there:
        stop(f"access_reader needs one of {', '.join(VERSIONS)}, and {given.data} has none")
    with Table("version and labels", *Agreement.__annotations__) as table:
        for version in there:
            if version == "rome-v461":
                texts = openings(given.data / version / "unix_texte_v461_utf8.csv")
            else:
                texts = {o.code: o.access for o in load_referential(given.data / version).occupations}
            for name in VERSIONS[version]:
                reached = agreement(LABELS / f"access_labels_{name}.csv", texts).described()
                table.row(f"{version}  {name}", *reached.values())
        for number in WRITTEN:
            table.row(f"written  {number}", *of_written(number).described().values())
        table.note(f"Not in the folder: {', '.join(v for v in VERSIONS if v not in there) or 'none'}.")
