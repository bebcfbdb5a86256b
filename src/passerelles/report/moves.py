"""
The moves that a report explains: those that people would make, and the best ones where nobody goes.

Hours, access and kind of a move that people would make come from the columns of the allocation, so that no two places
of a report disagree.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from passerelles.access.conditions import AccessConditions
from passerelles.access.demands import demands_of_job
from passerelles.access.holdings import holdings_towards
from passerelles.access.wording import required_lines, some_only_lines, usual_lines
from passerelles.codes import grouped
from passerelles.language.say import listed, say
from passerelles.market.signals import shares_text, wages_text
from passerelles.paths.detail import required_of
from passerelles.paths.legal import FrameVerdict, frame_line, payer_lines, presets
from passerelles.paths.path import Path, StepCredential, hours_text, obtain_lines
from passerelles.paths.rank import rank_paths
from passerelles.ranking.move import Item, Move, by_state
from passerelles.ranking.rank import best_targets, moves_of
from passerelles.report.case import Case
from passerelles.territory.flows import Flow
from passerelles.territory.lots import Lot
from passerelles.territory.pairs import job_text
from passerelles.views.document import Block, Bullets, Details, Facts, Heading, Text
from passerelles.views.spec import Column, On

_STAGED_TARGETS: Final = 5  # targets of each fragile job whose paths of several steps are looked for
_NAMED_ITEMS: Final = 6  # competencies that the sheet of a move names
_FEW_ITEMS: Final = 4  # those that the report names
_REASONS: Final = 3  # parts of the score that are named
_VERDICTS: Final = ("yes", "unknown", "no")  # of what legal frames answer
_PLANNED: Final = (  # what a project leader plans with, where the tables say it
    "free_from", "needed_by", "training_months", "start_by", "in_time", "fragile_payer", "hiring_payer",
)  # fmt: skip
_SAID_ELSEWHERE: Final = frozenset(  # of a flow or a move, said elsewhere
    {"from", "to", "people", "unknown", "origin", "target", "rank", "score", "level", "probability"}
)
_OF_FLOWS: Final = tuple(c for c in Flow.spec.columns if On.PAGE in c.on and c.key not in _SAID_ELSEWHERE)


class Explained(NamedTuple):
    """A ranked move, its direct path, and the flows of people who would make it."""

    move: Move
    path: Path
    flows: tuple[Flow, ...]

    @property
    def people(self) -> int:
        """People who would make it."""
        return sum(flow.people for flow in self.flows)

    @property
    def key(self) -> str:
        """Name of the move in the page."""
        return move_key(self.move.origin.code or "", self.move.target.code)


class Origin(NamedTuple):
    """A fragile job, who has it, the moves explained, and how many jobs were ranked."""

    code: str
    label: str
    lots: tuple[Lot, ...]
    moves: tuple[Explained, ...]
    ranked: int


def move_key(origin: str, target: str) -> str:
    """Name of a move in the page."""
    return f"move-{origin}-{target}"


def explained_origins(case: Case, most: int | None = None) -> tuple[Origin, ...]:
    """
    Return every fragile job with the moves that people would make, and the best ones towards the hiring jobs.

    The moves of the flows are there whatever their rank; others up to the rank that was asked for, and the first one
    where nobody goes anywhere, if experts might list it. The whole is held to `most`, None =
    ``territory.explained_moves``: the flows' moves first, then rank by rank, so that no job is left out before another.
    """
    flows = grouped(((flow.fragile.job, flow.hiring.job), flow) for flow in case.shown_flows)
    lots = grouped((lot.job, lot) for lot in case.allocation.fragile.lots)
    least = case.allocation.settings.acceptable_probability
    best_of = partial(best_targets, case.graph, limit=None)
    best = {code: best_of(code, targets=[t for t in case.targets if t != code]) for code in sorted(lots)}
    ranked = {code: [case.graph.codes[row] for row, _ in targets.ranked] for code, targets in best.items()}
    targets_of = _to_explain(case, ranked, flows, case.allocation.settings.explained_moves if most is None else most)
    origins = []
    for code, targets in best.items():
        moves = {move.target.code: move for move in moves_of(case.graph, targets, only=targets_of[code])}
        likely = {end for end, move in moves.items() if move.probability is None or move.probability >= least}
        codes = [end for end in moves if (code, end) in flows or case.request.limit or end in likely]
        direct = {path.codes[0]: path for path in _paths(case, code, codes, max_steps=1, limit=1)}
        flows_to = {end: tuple(flows.get((code, end), ())) for end in codes}
        rows = tuple(named_by_flows(case, Explained(moves[end], direct[end], flows_to[end])) for end in codes)
        label = case.graph.referential.occupation_by_code[code].name
        origins.append(Origin(code, label, lots[code], rows, len(targets.ranked)))
    return tuple(origins)


def named_by_flows(case: Case, explained: Explained) -> Explained:
    """Return an explained move with the direct path between the titles that its flows name, where all name the same."""
    referential, move = case.graph.referential, explained.move
    named = {(job_text(referential, f.fragile), job_text(referential, f.hiring)) for f in explained.flows}
    if len(named) != 1 or named == {(move.origin.code, move.target.code)}:
        return explained
    ((origin, target),) = named
    (path,) = _paths(case, origin, [target], max_steps=1, limit=1)
    return explained._replace(path=path)


def _to_explain(
    case: Case, ranked: Mapping[str, Sequence[str]], flows: Mapping[tuple[str, str], Sequence[Flow]], most: int
) -> Mapping[str, set[str]]:
    """Targets to explain, by origin: those of the flows, then the best ones rank by rank, as many as are allowed."""
    going = {origin for origin, target in flows if origin != target}
    rows = (
        ((origin, target) not in flows, rank, origin, target)
        for origin, targets in ranked.items()
        for rank, target in enumerate(targets, 1)
        if rank <= max(case.request.limit, origin not in going) or (origin, target) in flows
    )
    ends = [(origin, target) for *_, origin, target in sorted(rows)[:most]]
    return {origin: {target for start, target in ends if start == origin} for origin in ranked}


def _paths(case: Case, origin: str, targets: Collection[str], **more: Any) -> Sequence[Path]:
    """Paths from a fragile job, with their certifications and what legal frames make of them."""
    if not targets:
        return ()
    return rank_paths(
        case.graph, origin, targets=targets, certifications=case.certifications, hiring=case.targets,
        official_list=False, **more,
    )  # fmt: skip


def staged_paths(case: Case, origins: tuple[Origin, ...]) -> tuple[tuple[Path, ...], int]:
    """
    Return the paths of several steps that spare hours, and how many pairs were looked at.

    From each fragile job, towards its main flows; towards its best ranked moves where people are left without a
    solution, or where flows are withheld.
    """
    uncovered = frozenset() if case.masked else frozenset(u.lot.job for u in case.allocation.uncovered)
    staged: list[Path] = []
    pairs = 0
    for origin in origins:
        flowing = sorted((e for e in origin.moves if e.flows), key=lambda e: (-e.people, e.move.rank))
        best = origin.moves[:_STAGED_TARGETS] if origin.code in uncovered or not flowing else ()
        targets = sorted({e.move.target.code for e in (*flowing[:_STAGED_TARGETS], *best)})
        pairs += len(targets)
        paths = _paths(case, origin.code, targets, frame=case.allocation.bounds.frame, limit=2)
        staged += [p for p in paths if len(p.codes) > 1]
    return tuple(staged), pairs


def move_fold(case: Case, explained: Explained, common_frames: Collection[str] = ()) -> Details:
    """Return an explained move, to unfold."""
    w, move = case.words, explained.move
    short = [w("move.people", n=explained.people)] if explained.people else []
    if move.probability is not None:
        short.append(w.typeset(say("moves.fact.probability", lang=w.lang, value=w.share(move.probability))))
    short.append(w.typeset(training_text(case, explained)))
    level = move.level or "unknown"
    badge = level, say(f"territory.level.{level}", lang=w.lang)
    why = Bullets(tuple(reasons_of(case, move)), w("move.why"))
    blocks = (Facts(facts_of(case, explained)), *access_blocks(case, explained, common_frames), why)
    return Details(explained.key, move.target.named or explained.key, blocks, " · ".join(short), badge)


def facts_of(case: Case, explained: Explained, *, items: bool = True) -> tuple[tuple[str, str], ...]:
    """
    Return what is known of a move, a line each: what moves declare for pages, then what flows do, and competencies.

    What both declare is said of the flows, who are the people concerned. Where several flows make the move and differ,
    each of their values is said.
    """
    w, move = case.words, explained.move
    unsaid = _SAID_ELSEWHERE if case.graph.referential.moves_of else _SAID_ELSEWHERE | {"known"}
    of_move = [c for c in Move.spec.columns if On.PAGE in c.on and c.key not in unsaid]
    flow_keys = {c.key for c in _OF_FLOWS} if explained.flows else set()
    facts = [(c.label(w.lang), _value_text(case, c, (move,))) for c in of_move if c.key not in flow_keys]
    facts += facts_of_flows(case, explained.flows)
    if items:
        ends = sorted(_in_own_words(f.hiring) for f in explained.flows)
        facts.insert(0, (say("columns.to", lang=w.lang), _join_distinct(case, ends)))
    if not explained.flows:
        facts.append((w("fact.hours"), w.typeset(training_text(case, explained))))
        facts.append((w("fact.kind"), say(f"moves.kind.{move.kind}", lang=w.lang)))
    of_state = ((name, competencies) for name, competencies in by_state(move) if items and competencies)
    facts += [(w(f"fact.{name}", n=len(competencies)), _names(case, competencies)) for name, competencies in of_state]
    return tuple((name, text) for name, text in facts if text)


def facts_of_flows(case: Case, flows: Sequence[Flow]) -> list[tuple[str, str]]:
    """Return what some flows declare for pages and plan with, a line each; what they do not know is empty."""
    w = case.words
    facts = [(c.label(w.lang), _value_text(case, c, flows)) for c in (*_OF_FLOWS, *Flow.spec.pick(*_PLANNED))]
    facts.append((w("fact.wages"), _join_distinct(case, (wages_text(f.wages, w.lang) for f in flows))))
    facts.append((w("fact.openings"), _join_distinct(case, (shares_text(f.surveyed, w.lang) for f in flows))))
    return facts


def _value_text(case: Case, column: Column, items: Iterable[Move | Flow]) -> str:
    return _join_distinct(case, (_cell(case, column, item) for item in items))


def _join_distinct(case: Case, texts: Iterable[str]) -> str:
    """Return what several flows say, each text once."""
    return case.words.typeset(case.words("fact.or").join(filter(None, dict.fromkeys(texts))))


def _cell(case: Case, column: Column, item: Move | Flow) -> str:
    text, beside = (tell(item, case.words.lang) for tell in (column.screen, column.beside))
    return "" if text is None else case.words.typeset(f"{text} ({beside})" if beside else text)


def training_text(case: Case, explained: Explained) -> str:
    """Return the hours of training of one person: those of the flows, else those of the direct path."""
    if explained.flows:
        (column,) = (c for c in Flow.spec.columns if c.key == "hours_each" and On.PAGE in c.on)
        texts = dict.fromkeys(column.screen(flow, case.words.lang) for flow in explained.flows)
        unknown = say("show.hours_unknown", lang=case.words.lang)
        return case.words("fact.or").join(case.words("hours.count", hours=t) if t else unknown for t in texts)
    return hours_text(explained.path.known_hours, case.words.lang)


def _names(case: Case, items: Sequence[Item]) -> str:
    names = [case.words.typeset(name) for name in weightiest(items, len(items))]
    return case.words("fact.and").join(case.words.first(names, _FEW_ITEMS))


def weightiest(items: Sequence[Item], most: int = _NAMED_ITEMS) -> tuple[str, ...]:
    """Name the weightiest competencies, those at the core first, certificates last, then what has no label."""
    ordered = sorted(items, key=lambda i: (i.label is None, i.certificate, not i.core, -i.weight, i.code))
    return tuple(i.label or i.code for i in ordered[:most])


def reasons_of(case: Case, move: Move) -> list[str]:
    """Return the parts of the score that weigh most, for and against, one sentence each."""
    parts = sorted((p for p in move.parts if p.name != "base" and p.value), key=lambda p: -abs(p.value))
    return [case.words.typeset(p.sentence(case.words.lang)) for p in parts[:_REASONS]]


def access_blocks(
    case: Case, explained: Explained, common_frames: Collection[str] = (), *, short: bool = False
) -> list[Block]:
    """
    Return what access takes, the certifications that lead there, and what the legal frames say.

    `common_frames` are names of frames whose payers are the same for all moves, and stand above them with conditions.
    In `short`, on the one page of a person, the conditions of frames are left to whoever talks with them.
    """
    w, path = case.words, explained.path
    blocks = _access_bullets(case, path.steps[0].access, path.steps[0].to_obtain)
    head, names, more = path.certified(w.lang)
    if names:
        names += [w("fact.others", n=more)] if more else []
        blocks.append(Bullets(tuple(map(w.typeset, names)), w.typeset(head)))
    if path.frames:
        others = [f for f in path.frames if f.name not in common_frames]
        sentences = frame_sentences(case, path.frames, why=case.allocation.bounds.frame, short=short)
        if not short:
            sentences += tuple(frame_conditions(case, (f for f in others if f.conditions)))
        elif any(f.conditions for f in path.frames):
            sentences += (w("sheet.conditions"),)
        sentences += tuple(map(w.typeset, payer_lines(others, w.lang)))
        blocks.append(Bullets(sentences, w("move.frames")))
    return blocks


def access_unranked(case: Case, flow: Flow) -> list[Block]:
    """Return what access takes of a flow of which no move is ranked: from a fiche to a part of it, or back."""
    start, end = flow.fragile, flow.hiring
    holdings = holdings_towards(case.graph.referential, start.job, start.title_codes, end.title_codes)
    demands = demands_of_job(case.graph.referential, end.job, holdings.aim)
    access, needed = required_of(demands, demands.price(holdings), holdings, 0)
    return _access_bullets(case, access, [c for c in needed if c.held != "yes"])


def same_payers(origins: Iterable[Origin]) -> tuple[FrameVerdict, ...]:
    """Return one verdict of each legal frame whose payers are the same in every move that it may pay for."""
    frames = [f for o in origins for e in o.moves for f in e.path.frames if f.payers]
    by_name = {f.name: f for f in frames}
    return tuple(f for f in by_name.values() if all(g.payers == f.payers for g in frames if g.name == f.name))


def _access_bullets(case: Case, access: AccessConditions, to_obtain: Sequence[StepCredential]) -> list[Block]:
    """Return what access takes, in the sentences of moves and paths; last what employers ask for."""
    w = case.words
    sentences = some_only_lines(access, w.lang)
    if access.status == "unknown" or (access.status != "open" and not access.required and access.selection is None):
        sentences.append(w("credential.access_unknown"))
    sentences += [*required_lines(access, w.lang), *obtain_lines(to_obtain, w.lang)]
    known = case.graph.referential.credential_by_code
    first = [c.label for c in to_obtain if c.code in known and known[c.code].before_training]
    sentences += [w("credential.before_training", label=label) for label in first] + usual_lines(access, w.lang)
    return [Bullets(tuple(map(w.typeset, sentences)), w("move.credentials"))] if sentences else []


def frame_sentences(
    case: Case, frames: Sequence[FrameVerdict], *, why: str | None = None, short: bool = False
) -> tuple[str, ...]:
    """
    Say what the legal frames answer: the same answers together; of the one asked about (`why`), the reasons.

    Why one does not know is told too, unless in `short`; that no file names certifications is the same for all moves.
    Of the conditions of a yes, those that it has whatever the move are not told here (`frame_conditions`).
    """
    w = case.words
    sentences = []
    for frame in frames:
        if frame.name == why:
            reasons = *frame.reasons(w.lang), *frame.condition_texts(w.lang)
            sentences.append(w.typeset(frame_line(frame.label, frame.verdict, reasons, w.lang)))
    usual = {name: frame.conditions for name, frame in presets().items()}
    unusual = {f: tuple(c for c in f.conditions if c not in usual.get(f.name, ())) for f in frames if f.name != why}

    def lacks(frame: FrameVerdict) -> tuple[str, ...]:
        told = frame.verdict == "unknown" and not short
        return tuple(v.reason(w.lang) for v in frame.unknown if told and v.rule != "certifying_unknown")

    alike = grouped(((f.verdict, extra, len(extra) < len(f.conditions), lacks(f)), f) for f, extra in unusual.items())
    for key, same in sorted(alike.items(), key=lambda item: (_VERDICTS.index(item[0][0]), item[0][1:])):
        name, extra, more, reasons = key
        labels = listed((f.label for f in same), w.lang)
        conditions = replace(same[0], conditions=extra).condition_texts(w.lang)
        why_so = (*reasons, *conditions)
        sentences.append(w.typeset(frame_line(labels, f"{name}_if" if more else name, why_so, w.lang)))
    return tuple(sentences)


def frame_conditions(case: Case, frames: Iterable[FrameVerdict]) -> Iterator[str]:
    """Yield what a yes of each legal frame asks whatever the move; of the one asked about, its answers tell that."""
    for frame in frames:
        if frame.name in presets() and frame.name != case.allocation.bounds.frame:
            texts = replace(frame, conditions=presets()[frame.name].conditions).condition_texts(case.words.lang)
            yield case.words("frame.under", label=frame.label, why=listed(texts, case.words.lang))


def _in_own_words(lot: Lot) -> str:
    return f"{lot.employer}, {lot.given}" if lot.given and lot.given != lot.job else lot.employer


def origin_blocks(case: Case, origin: Origin, common_frames: Collection[str] = ()) -> list[Block]:
    """Return a fragile job and its explained moves."""
    if not origin.moves:
        return []
    w = case.words
    employers = listed(sorted({_in_own_words(lot) for lot in origin.lots}), w.lang)
    return [
        Heading(w("origin.title", label=origin.label, code=origin.code), f"from-{origin.code}"),
        Text(w("origin.about", employers=employers, n=len(origin.moves), ranked=origin.ranked), muted=True),
        *(move_fold(case, explained, common_frames) for explained in origin.moves),
    ]
