"""The moves that the page explains: from each fragile job the best ones towards hiring jobs, and those of the flows."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from passerelles.access.conditions import AccessConditions, AccessCredential, access_text
from passerelles.language.say import Lang, ordinal, say, signed
from passerelles.language.typography import listed
from passerelles.model import Hours
from passerelles.paths.legal import FrameVerdict
from passerelles.paths.path import Path, Step, hours_text
from passerelles.paths.rank import rank_paths
from passerelles.ranking.move import Item, Move
from passerelles.ranking.moves import best_targets, moves_of
from passerelles.report.html.case import Case
from passerelles.report.html.grid import Cell, Grid, Words, grid_of, heads
from passerelles.views.spec import Column, On, within

_MAIN = 5  # targets of each fragile job whose paths of several steps are looked for


class Explained(NamedTuple):
    """A ranked move, its one step of training (None where no path is defined), and the people who would make it."""

    move: Move
    step: Step | None
    people: int

    @property
    def key(self) -> str:
        """Name of the move in the page."""
        return move_key(self.move.origin.code or "", self.move.target.code or "")


class Origin(NamedTuple):
    """A fragile job, who has it, the moves explained, and how many jobs were ranked."""

    code: str
    label: str
    employers: str
    moves: tuple[Explained, ...]
    ranked: int


def move_key(origin: str, target: str) -> str:
    """Name of a move in the page."""
    return f"move-{origin}-{target}"


def explained_origins(case: Case) -> tuple[Origin, ...]:
    """
    Return every fragile job with its best moves towards the hiring jobs of the territory.

    The moves of the flows are there whatever their rank. The whole is held to ``territory.explained_moves``: the
    flows' moves first, then rank by rank, so that no job is left out before another.
    """
    best = {
        code: best_targets(case.graph, code, targets=[t for t in case.targets if t != code], limit=None)
        for code in case.origins
    }
    kept = _kept(case, {code: [case.graph.codes[row] for row, _ in found.kept] for code, found in best.items()})
    found = []
    for code, ranked in best.items():
        shown = moves_of(case.graph, ranked, only=kept[code])
        steps = _steps(case, code, [m.target.code or "" for m in shown])
        rows = tuple(
            Explained(m, steps.get(m.target.code or ""), case.people.get((code, m.target.code or ""), 0)) for m in shown
        )
        lots = [lot for lot in case.allocation.fragile.lots if lot.job == code]
        employers = ", ".join(sorted({lot.employer for lot in lots}))
        found.append(Origin(code, case.label(code), employers, rows, len(ranked.kept)))
    return tuple(found)


def _kept(case: Case, ranked: Mapping[str, Sequence[str]]) -> Mapping[str, set[str]]:
    """Targets to explain, by origin: those of the flows, then the best ones rank by rank, as many as are allowed."""
    ordered = sorted(
        ((origin, target) not in case.people, rank, origin, target)
        for origin, targets in ranked.items()
        for rank, target in enumerate(targets, 1)
        if rank <= case.request.limit or (origin, target) in case.people
    )
    kept: dict[str, set[str]] = {origin: set() for origin in ranked}
    for *_, origin, target in ordered[: case.allocation.settings.explained_moves]:
        kept[origin].add(target)
    return kept


def shortened(origins: tuple[Origin, ...], most: int) -> tuple[Origin, ...]:
    """Keep as many explained moves, in the same order: those of the flows, then rank by rank."""
    every = sorted((not e.people, e.move.rank, o.code, e.move.target.code or "") for o in origins for e in o.moves)
    kept = {(origin, target) for *_, origin, target in every[:most]}
    return tuple(o._replace(moves=tuple(e for e in o.moves if (o.code, e.move.target.code) in kept)) for o in origins)


def _steps(case: Case, origin: str, targets: list[str]) -> dict[str, Step]:
    """The direct path to each target, for its hours, credentials and what legal frames make of it."""
    if not targets:
        return {}
    paths = rank_paths(
        case.graph, origin, targets=targets, max_steps=1, certifications=case.certifications, hiring=case.targets,
        limit=1, official_list=False,
    )  # fmt: skip
    return {p.codes[0]: p.steps[0] for p in paths}


def staged_paths(case: Case, origins: tuple[Origin, ...]) -> tuple[tuple[Path, ...], int]:
    """
    Return the paths of several steps that spare hours, and how many pairs were looked at.

    From each fragile job, towards its main flows; towards its best ranked moves where people are left without a
    solution, or where flows are withheld.
    """
    left = frozenset() if case.masked else frozenset(u.lot.job for u in case.allocation.uncovered)
    found: list[Path] = []
    pairs = 0
    for origin in origins:
        flowing = sorted((e for e in origin.moves if e.people), key=lambda e: (-e.people, e.move.rank))
        best = origin.moves[:_MAIN] if origin.code in left or not flowing else ()
        targets = sorted({e.move.target.code or "" for e in (*flowing[:_MAIN], *best)})
        if not targets:
            continue
        pairs += len(targets)
        paths = rank_paths(
            case.graph, origin.code, targets=targets, frame=case.allocation.bounds.frame,
            certifications=case.certifications, hiring=case.targets, limit=2, official_list=False,
        )  # fmt: skip
        found += [p for p in paths if len(p.codes) > 1]
    return tuple(found), pairs


def moves_grid(case: Case, origins: tuple[Origin, ...]) -> Grid:
    """Every explained move in one table that sorts and filters."""
    w = case.words
    told = (c for c in Move.spec.columns if On.PAGE in c.on and c.key != "score")
    columns = (
        *within(told, attrgetter("move")),
        Column("training_hours", "number", value=_hours, shown=partial(_hours_text, w), note=partial(_hours_range, w)),
        Column("to_obtain", value=lambda e, lang: access_text(e.move.access, lang)),
    )
    moves = (e for o in origins for e in o.moves)
    return grid_of(w, "moves", columns, moves, links={"target": attrgetter("key")})


def _needed(explained: Explained) -> list[AccessCredential]:
    return list(explained.move.access.to_obtain)


def _hours(explained: Explained, _: Lang) -> float | None:
    hours = explained.step.hours if explained.step else None
    return None if hours is None or (hours.lower_bound and not hours.expected) else hours.expected


def _hours_text(words: Words, explained: Explained, lang: Lang) -> str | None:
    expected = _hours(explained, lang)
    if expected is None or explained.step is None:
        return None
    figure = words.figure(expected)
    return words("hours.at_least", expected=figure) if explained.step.hours.lower_bound else figure


def _hours_range(words: Words, explained: Explained, _: Lang) -> str:
    hours = explained.step.hours if explained.step else None
    if hours is not None and hours.lower_bound:
        return ""
    return words.range(None, None) if hours is None else words.range(hours.low, hours.high)


def level_word(case: Case, level: str | None) -> str:
    """Word for a level, or for an unknown one."""
    return case.words(f"level.{level or 'unknown'}")


class MoveView(NamedTuple):
    """An explained move as the page shows it; `main` ones are printed unless all or none are asked for."""

    key: str
    title: str
    summary: tuple[str, ...]
    level: str
    facts: tuple[tuple[str, str], ...]
    parts: Grid
    lists: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    credentials: tuple[str, ...]
    frames: tuple[str, ...]
    main: bool
    picture: str = ""


def view_of(case: Case, explained: Explained, *, main: bool, picture: str = "") -> MoveView:
    """Return an explained move in words."""
    w, move = case.words, explained.move
    short = [w("move.rank", rank=w.figure(move.rank)), w("move.chance", chance=w.share(move.probability))]
    if explained.step is not None:
        short.append(w.set(hours_text(explained.step.hours, w.lang)))
    if explained.people:
        short.append(w("move.people", n=explained.people))
    lists = tuple(
        (w(f"move.{name}", n=len(items)), _items(case, items))
        for name, items in (("held", move.held), ("near", move.near), ("missing", move.missing))
        if items
    )
    return MoveView(
        key=explained.key,
        title=move.target.label or move.target.code or "",
        summary=tuple(short),
        level=move.level or "unknown",
        facts=_facts(case, explained),
        parts=_parts(case, explained),
        lists=lists,
        credentials=_credentials(case, move.access, explained.step),
        frames=frame_sentences(case, explained.step.frames if explained.step else ()),
        main=main,
        picture=picture,
    )


def _facts(case: Case, explained: Explained) -> tuple[tuple[str, str], ...]:
    w, move, step = case.words, explained.move, explained.step
    coverage = w("unknown") if move.coverage is None else w.share(move.coverage)
    if move.coverage_position is not None:
        others = len(case.graph.codes) - 1
        position = ordinal(move.coverage_position, lang=w.lang)
        coverage = w("move.position", coverage=coverage, position=position, size=w.figure(others))
    hours = w("unknown")
    if step is not None:
        hours = w("move.hours", hours=hours_text(step.hours, w.lang), basis=w(f"basis.{step.basis}"))
        if step.hours.expected == 0 and not step.hours.lower_bound:
            hours += " " + w("move.no_hours")
    known = w("move.not_listed")
    if move.known is not None:
        rank = "" if move.known.rank is None else w("move.listed_rank", rank=w.figure(move.known.rank))
        known = w("move.listed", source=move.known.source) + rank
    found = [
        (w("fact.level"), w(f"meaning.{move.level or 'unknown'}")),
        (w("fact.chance"), w.share(move.probability)),
        (w("fact.coverage"), coverage),
        (w("fact.hours"), hours),
        (w("fact.known"), known),
    ]
    return tuple(found)


def _parts(case: Case, explained: Explained) -> Grid:
    w, move = case.words, explained.move
    rows = [
        (Cell(p.label(w.lang)), Cell(_signed(case, p.value), p.value), Cell(w.set(p.sentence(w.lang))))
        for p in move.parts
    ]
    rows.append((Cell(w("move.total")), Cell(_signed(case, move.score), move.score), Cell(w("move.total_means"))))
    columns = heads(w("column.part"), (w("column.value"), True), w("column.meaning"))
    start, end = (e.label or e.code for e in (move.origin, move.target))
    return Grid(f"parts-{explained.key}", w("caption.parts", origin=start, target=end), columns, tuple(rows))


def _signed(case: Case, value: float) -> str:
    return signed(value, lang=case.words.lang)


def _items(case: Case, items: tuple[Item, ...]) -> tuple[tuple[str, str], ...]:
    w = case.words
    found = []
    for item in items:
        notes = [w("move.core")] if item.core else []
        if item.via is not None:
            notes.append(w("move.via", label=item.via_label or item.via, credit=w.share(item.credit)))
        found.append((item.label or item.code, w("move.comma").join(notes)))
    return tuple(found)


def _credentials(case: Case, access: AccessConditions, step: Step | None) -> tuple[str, ...]:
    """Return what access takes, one sentence each: a selection, what is required, what employers ask for."""
    w = case.words
    hours = {c.code: c.hours for c in step.credentials} if step else {}
    found = []
    if access.selection is not None:
        kind = say(f"conditions.selection.{access.selection.kind}", lang=w.lang)
        scope = say(f"conditions.scope.{access.selection.scope}", lang=w.lang)
        found.append(w("credential.selection", kind=kind, label=access.selection.label or kind, scope=scope))
    if access.status == "unknown" or (access.status != "open" and not access.required and access.selection is None):
        found.append(w("credential.access_unknown"))
    usual = (c for c in access.credentials if c.requirement == "usual" and c.applies)
    for credential in (*access.required, *usual):
        key = credential.requirement.replace("-", "_") if credential.requirement != "required" else credential.held
        if credential.group_held == "yes":
            key = "yes"
        text = w(f"credential.{key}", label=credential.label)
        length = hours.get(credential.code)
        if key != "yes" and length is not None:
            known = length.expected if length.expected is not None else length.low
            text += " " + (w("credential.length_unknown") if known is None else _length(case, length, known))
        if credential.source:
            text += " " + w("credential.source", source=credential.source)
        found.append(text)
    return tuple(found)


def _length(case: Case, length: Hours, known: float) -> str:
    source = length.source or case.words("credential.source_missing")
    return case.words("credential.length", hours=case.words.figure(known), source=source)


def frame_sentences(case: Case, frames: Iterable[FrameVerdict]) -> tuple[str, ...]:
    """Return what each legal frame says, and why, one sentence each."""
    w = case.words
    found = []
    for frame in frames:
        why = listed((v.reason(w.lang) for v in (*frame.violations, *frame.unknown)), w.lang)
        found.append(w(f"frame.{frame.verdict}", label=frame.label, why=f" – {why}" if why else ""))
    return tuple(found)
