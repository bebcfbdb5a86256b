"""
How right and how sure the resolver is on real offers; see docs/titles.md.

Offers are what the API of France Travail answers (``{"resultats": [...]}``), a list of offers in JSON, or a CSV with
the columns ``intitule`` and ``romeCode`` (``appellationlibelle``, ``entreprise``, ``secteurActiviteLibelle`` where it
has them). What the employer wrote is looked for. Right is the family where the service filed the offer: that of its
appellation, else of its code (an appellation may have left the family that an older offer tells). Told are both
halves, and each by the reason of its first answer; with ``--wrong``, what was not first right on the half to learn
from. The other half is never listed: it judges.
"""

import csv
import hashlib
import io
import json
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from title_splits import Query, TitleTable, families

from passerelles import Referential, load_referential
from passerelles.matching.reading import gender_forms, language_pack
from passerelles.matching.titles import Context, resolve_many, status
from passerelles.text import normalise_label

BESIDE = "no other program: where the service filed each offer, and for the confidence what chance alone would give"
DATA = ("rome-v460",)
OPTIONS = {"offers": (..., "file of offers"), "wrong": (False, "list what was not first right")}

LEFT_OUT = "M18"  # computing: its fiches have been divided most, and few of our users hire there
AGENCIES = "78"  # division of the NAF: an agency's sector says nothing of the job


class Offer(NamedTuple):
    """What the employer wrote, the ROME code and appellation that the service gave it, what is said of the employer."""

    title: str
    code: str
    appellation: str
    context: Context | None


def read_offers(path: Path) -> list[Offer]:
    """Read offers from JSON or CSV; each title and code once, those without either left out."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        delimiter = max(",;|\t", key=text.partition("\n")[0].count)
        rows: Iterable[Mapping[str, Any]] = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    else:
        answer = json.loads(text)
        rows = answer["resultats"] if isinstance(answer, dict) else answer
    offers = [_offer(row) for row in rows]
    return list({(offer.title, offer.code): offer for offer in offers if offer.title and offer.code}.values())


def _offer(row: Mapping[str, Any]) -> Offer:
    employer = row.get("entreprise") or ""
    name = employer.get("nom", "") if isinstance(employer, Mapping) else employer
    agency = str(row.get("codeNAF") or row.get("secteurActivite") or "").startswith(AGENCIES)
    sector = "" if agency else row.get("secteurActiviteLibelle") or ""
    context = Context(employer=name or "", sector=sector)
    title, code, appellation = ((row.get(key) or "").strip() for key in ("intitule", "romeCode", "appellationlibelle"))
    return Offer(title, code, appellation, context if any(context) else None)


def half_of(title: str) -> int:
    """0 or 1, by a hash of the title alone: a larger collection moves none from one half to the other."""
    return hashlib.sha256(normalise_label(title).encode()).digest()[0] % 2


def queries_of(offers: Iterable[Offer], referential: Referential) -> dict[Offer, Query]:
    """The query of each offer whose code the referential knows, with its family; a code of the ROME 3 is a family."""
    family, pack = families(referential), language_pack(referential.language)
    named = {
        normalise_label(form): title.occupation
        for title in referential.titles
        for form in (title.label, *gender_forms(title.label, pack=pack))
    }
    return {
        offer: Query(offer.title, "", frozenset({family[named.get(normalise_label(offer.appellation), offer.code)]}))
        for offer in offers
        if offer.code in family and not offer.code.startswith(LEFT_OUT)
    }


def wrong(referential: Referential, queries: Mapping[Offer, Query]) -> None:
    """List the offers whose family is not the first."""
    names = {o.code: o.name for o in referential.occupations}
    answers = list(resolve_many(referential, [query.text for query in queries.values()]))
    for (offer, query), found in zip(queries.items(), answers, strict=True):
        right = next(iter(query.families))
        place = [c.parent_code for c in found].index(right) + 1 if right in {c.parent_code for c in found} else 0
        if place != 1:
            first = f"{found[0].code} {found[0].label} {found[0].parent_confidence:.2f}" if found else "nothing"
            print(f"{place or '-'} {status(found):11} {offer.title!r}: {first}; filed {offer.code} {names[offer.code]}")


def main(given: Namespace) -> None:
    referential = load_referential(given.data / "rome-v460")
    offers = read_offers(given.offers)
    queries = queries_of(offers, referential)
    halves: list[dict[Offer, Query]] = [{}, {}]
    for offer, query in queries.items():
        halves[half_of(offer.title)][offer] = query
    if given.wrong:
        wrong(referential, halves[0])
        return
    with TitleTable() as table:
        table.note(f"{len(offers)} offers, {len(queries)} of a known code that is not of computing.")
        for name, part in (("half to learn from", halves[0]), ("half kept", halves[1]), ("both", queries)):
            asked, contexts = list(part.values()), [offer.context for offer in part]
            texts = [query.text for query in asked]
            answers = list(resolve_many(referential, texts))
            table.answered(f"{name} ({len(part)})", answers, asked)
            for reason in sorted({found[0].reason for found in answers if found}):
                chosen = [pair for pair in zip(answers, asked, strict=True) if pair[0] and pair[0][0].reason == reason]
                table.answered(f"  {reason} ({len(chosen)})", *map(list, zip(*chosen, strict=True)))
            employed = list(resolve_many(referential, texts, contexts=contexts))
            table.answered(f"{name} with employer ({len(part)})", employed, asked)
