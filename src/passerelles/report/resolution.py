"""Titles resolved and codes migrated: their envelopes, sheets and pages."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from passerelles.language.say import Lang, percent, say
from passerelles.language.typography import listed
from passerelles.matching.migrate import DESTINATION, Destination, Migration, TitleMoves
from passerelles.matching.ranking import Kind, about_weights
from passerelles.matching.titles import REVIEW, SURE, Candidate, status
from passerelles.matching.worklist import Agenda, Group, Review, Row
from passerelles.referentials.referential import Referential
from passerelles.report.envelope import referential_dict, unscored_envelope
from passerelles.views.spec import Column, Page, Sheet, dicts, within

_SHOWN = 3
_MERGES = 3


def resolution_envelope(referential: Referential, results: Sequence[dict[str, Any]], *, kind: Kind) -> dict[str, Any]:
    """Return the object that ``resolve --format json`` prints."""
    return {
        "schema": "passerelles/resolve@1",
        "referential": referential_dict(referential),
        "scorer": dict(about_weights()),
        "settings": {"kind": kind, "sure": SURE, "review": REVIEW},
        "results": list(results),
    }


def candidate_dicts(candidates: Sequence[Candidate], *, lang: Lang) -> list[dict[str, Any]]:
    """Return the candidates as plain values, with the verdict on the first."""
    return [c.to_dict(lang) | {"status": status(candidates) if c.rank == 1 else None} for c in candidates]


def candidate_sheet(candidates: Sequence[Candidate], *, lang: Lang) -> Sheet:
    """Return the candidates of one text as rows."""
    return Sheet("resolution", Candidate.spec.columns, lambda: candidates, lang)


def candidate_page(text: str, candidates: Sequence[Candidate], *, kind: Kind = "title", lang: Lang = "fr") -> Page:
    """Return what the candidates of one text show: code, confidence, and why; whether several families are meant."""
    if not candidates:
        return Page(say("resolve.nothing", lang=lang, text=_short(text)))
    first = candidates[0]
    title = say("resolve.title", lang=lang, text=_short(text), status=status(candidates))
    lead = []
    if first.ignored:
        lead.append(say("resolve.read", lang=lang, read=first.read, ignored=", ".join(first.ignored)))
    if first.ambiguous:
        lead.append(say("resolve.ambiguous", lang=lang))
    elif kind == "title" and first.parent_code != first.code:
        sure = percent(first.parent_confidence, lang=lang)
        lead.append(say("resolve.family", lang=lang, code=first.parent_code, label=first.parent_label, share=sure))
    columns = Candidate.spec.pick("rank", "code", "label", "confidence", "why")
    sheet = Sheet("resolution", columns, lambda: candidates, lang)
    return Page(title, lead, [sheet], notes=[say("resolve.disclaimer", lang=lang, share=percent(SURE, lang=lang))])


def review_page(done: Review, *, lang: Lang = "fr") -> Page:
    """Return what a reviewed list shows: each text with its first candidate and the verdict."""
    columns = (
        *Row.spec.pick("row"),
        Column("title", value=lambda row, _: _short(row.text)),
        Column("candidates", value=lambda row, _: f"{c.code} {c.label}" if (c := _first(row)) else None),
        Column("confidence", "share", value=lambda row, _: c.confidence if (c := _first(row)) else None),
        *Row.spec.pick("status"),
    )
    sheet = Sheet("resolution", columns, lambda: done.rows, lang)
    return Page(say("sheets.resolution", lang=lang), [], [sheet], notes=[review_line(done, lang=lang)])


def _first(row: Row) -> Candidate | None:
    return row.candidates[0] if row.candidates else None


def agenda_page(plan: Agenda, *, limit: int, lang: Lang = "fr") -> Page:
    """Return the titles to look at first, with three candidates each, and how many are left."""

    def offered(group: Group, _lang: Lang) -> str | None:
        return "\n".join(f"{c.rank}. {c.code} {c.label}" for c in group.candidates[:_SHOWN]) or None

    columns = (
        Column("people", "integer", value=lambda group, _: group.people, shown=lambda group, _: f"{group.people:g}"),
        Column("title", value=lambda group, _: _short(group.text)),
        Column("candidates", value=offered),
        *Group.spec.pick("status"),
    )
    sheet = Sheet("resolution", columns, lambda: plan.left[:limit], lang)
    return Page(say("sheets.resolution", lang=lang), [], [sheet], notes=[agenda_line(plan, lang=lang)])


def question_lines(group: Group, place: int, of: int, *, lang: Lang) -> list[str]:
    """Return what a terminal asks about one title: how many people, and the numbered candidates."""
    people = f"{group.people:g}"
    first = say("resolve.review.question", lang=lang, place=place, of=of, text=_short(group.text), people=people)
    return [first, *(f"  {c.rank}. {c.code} {c.label} ({c.confidence:.2f})" for c in group.candidates)]


def agenda_line(plan: Agenda, *, lang: Lang) -> str:
    """Return how many titles are left to look at, in one sentence."""
    people, chosen = sum(group.people for group in plan.left), sum(group.chosen for group in plan.groups)
    counts = {"n": len(plan.left), "people": f"{people:g}", "chosen": chosen, "all": len(plan.groups)}
    return say("resolve.review.left", lang=lang, **counts)


def review_line(done: Review, *, lang: Lang) -> str:
    """Return how many rows have each verdict, in one sentence."""
    counts = {"sure": done.count("sûr"), "review": done.count("à vérifier"), "unknown": done.count("inconnu")}
    return say("resolve.done", lang=lang, n=len(done.rows), **counts)


def migration_envelope(
    new: Referential, old: Referential | None, found: Sequence[Migration], moves: TitleMoves | None, *, lang: Lang
) -> dict[str, Any]:
    """Return the object that ``migrate --format json`` prints."""
    more = {
        "from": referential_dict(old) if old is not None else None,
        "titles": moves._asdict() if moves else None,
    }
    return unscored_envelope("migrate@1", new, dicts(found, lang), **more)


def migration_sheet(found: Sequence[Migration], *, lang: Lang) -> Sheet:
    """Return one row for each old code and each code to which it may lead."""
    pairs = [(m, d) for m in found for d in (m.destinations or (Destination("", "", None),))]
    related = any(d.relation for _, d in pairs)
    columns = within(Migration.spec.columns, itemgetter(0)) + within(DESTINATION.columns, itemgetter(1))
    return Sheet("migration", columns if related else columns[:-1], lambda: pairs, lang)


def migration_page(found: Sequence[Migration], moves: TitleMoves | None, *, title: str, lang: Lang = "fr") -> Page:
    """Return where codes lead: what is decided and why, else every code possible with its share."""
    columns = (
        *Migration.spec.pick("old_code"),
        Column("new_code", value=lambda m, _: m.destination or "?"),
        *Migration.spec.pick("outcome"),
        Column("possible", value=_possible),
    )
    notes = [migration_line(found, lang=lang)]
    if moves is not None:
        notes.append(say("resolve.migrate.moves", lang=lang, **moves._asdict()))
    if any(m.outcome == "open" for m in found):
        notes.append(say("resolve.migrate.hint", lang=lang))
    return Page(title, [], [Sheet("migration", columns, lambda: found, lang)], notes=notes)


def migration_line(found: Sequence[Migration], *, lang: Lang) -> str:
    """Return how many codes are kept, moved, open and unknown, in one sentence."""
    counts = {name: sum(m.outcome == name for m in found) for name in ("kept", "moved", "open", "unknown")}
    return say("resolve.migrate.done", lang=lang, n=len(found), **counts)


def _possible(found: Migration, lang: Lang) -> str:
    if found.destination is not None:
        own = [d for d in found.destinations if d.code == found.destination]
        label = f"{own[0].label}{_merges(own[0], lang)}. " if own else ""
        return label + found.why(lang)
    parts = [_share(d, lang) for d in found.destinations[:_SHOWN]]
    rest = len(found.destinations) - len(parts)
    text = listed(parts, lang) or found.why(lang)
    text += say("resolve.migrate.more", lang=lang, n=rest) if rest else ""
    return text + (f" ({say('resolve.migrate.lost', lang=lang, n=found.lost)})" if found.lost else "")


def _share(one: Destination, lang: Lang) -> str:
    if one.relation is not None:
        relation = say(f"resolve.migrate.relation.{one.relation}", lang=lang)
        return say("resolve.migrate.share", lang=lang, code=one.code, label=one.label, share=relation)
    if one.share is None:
        return say("resolve.migrate.no_share", lang=lang, code=one.code, label=one.label) + _merges(one, lang)
    share = percent(one.share, lang=lang)
    return say("resolve.migrate.share", lang=lang, code=one.code, label=one.label, share=share) + _merges(one, lang)


def _merges(one: Destination, lang: Lang) -> str:
    if not one.merges:
        return ""
    shown = ", ".join(one.merges[:_MERGES]) + ("…" if len(one.merges) > _MERGES else "")
    return say("resolve.migrate.merges", lang=lang, codes=shown)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else f"{flat[:79]}…"  # noqa: PLR2004 - a line of a terminal
