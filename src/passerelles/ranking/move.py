"""`Move`: one step from an origin (a code, a person) to a target, with what explains it, and how it is shown."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, zip_longest
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple, get_args

import numpy as np

from passerelles.access.conditions import GROUND, AccessConditions, AccessCredential
from passerelles.access.holdings import Holdings, holdings_of, titles_meant
from passerelles.access.wording import access_text, required_lines, required_text, some_only_lines
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, labelled, listed, number, ordinal, percent, say, sentences, signed
from passerelles.market.own_lists import OBSERVED_COLUMNS, Observed, ObservedMoves, observed_lines, observed_notes
from passerelles.market.signals import WagePair, wage_columns, wage_lines, wage_notes, wages_short
from passerelles.matching import find_occupation, find_occupations
from passerelles.matching.index import Sought, search
from passerelles.model import TERNARY, MoveKind, Occupation, Profile, Stamp, Ternary
from passerelles.referentials.referential import Referential, named_titles
from passerelles.scoring.features import part_words
from passerelles.scoring.measures import HeldCompetencies, held_competencies, required_columns
from passerelles.scoring.scorer import LEVELS, Level
from passerelles.text import NEAREST, words
from passerelles.vectors import Bools
from passerelles.views.schema import maybe, one_of
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import REFERENTIAL, Column, On, Page, Record, Sheet, dicts, part_of, parts_of, side_by_side

_NAMED = 5  # competencies that a cell names
_MOST_NAMED = 4  # competencies that a sentence names
_PARTS = 4  # parts of a score that stand on a line of their own


@dataclass(frozen=True, slots=True)
class Verdict(Described):
    """
    What one filter says of one move.

    ``yes``: the move passes; ``no``: it does not; ``unknown``: nothing at hand says. `reason` and `detail` are words of
    the code, which `sentence` and JSON say to people. `low` and `high` bound the figure that was compared, where it is
    one and known.
    """

    name: str
    verdict: Ternary
    reason: str  # key under [reason] of language/<lang>/filters.toml
    detail: str = ""
    low: float | None = None
    high: float | None = None

    def sentence(self, lang: Lang = "fr") -> str:
        """Return the reason in words."""
        detail = say(f"{_WORDS[self.name]}.{self.detail}", lang=lang) if self.name in _WORDS else self.detail
        write = _FIGURES.get(self.name, number)
        ends = [write(end, lang=lang) for end in (self.low, self.high) if end is not None]
        figure = "–".join(dict.fromkeys(ends))
        return say(f"filters.reason.{self.reason}", lang=lang, detail=detail, figure=figure)

    spec: ClassVar[Record] = Record(
        "verdict",
        "What one filter says; only `no` drops a move",
        Column("name", promised="text"),
        Column("verdict", words="terms.verdict", promised=one_of(TERNARY)),
        Column("reason", value=lambda v, lang: v.sentence(lang), promised="text"),
    )


_WORDS: Final[Mapping[str, str]] = {"access": "conditions.short", "kind": "moves.kind"}  # what their details are
# How the figures of a filter are written, if not as whole numbers.
_FIGURES: Final[Mapping[str, Callable[..., str]]] = {"min-wage": partial(number, decimals=2), "min-coverage": percent}


@dataclass(frozen=True, slots=True)
class End(Described):
    """
    One end of a move: an occupation, or a person without one (code None).

    `title`: the job title by which it was named, whose conditions of access are shown; None = the occupation at large.
    """

    code: str | None
    label: str | None
    title: str | None = field(default=None, compare=False)  # the same job, whatever it was called

    spec: ClassVar[Record] = Record(
        "origin",
        "An occupation, or a person without one (null)",
        Column("code", promised="code?"),
        Column("label", promised="text?"),
    )

    @property
    def name(self) -> str | None:
        """What people call it: the title by which it was named, else its label, else its code."""
        return self.title or self.label or self.code

    @property
    def asked(self) -> str | None:
        """What asks for it once more: the title by which it was named, else its code."""
        return self.title or self.code

    @property
    def named(self) -> str | None:
        """Code and name, as a table shows them."""
        return " ".join(filter(None, (self.code, self.title or self.label))) or None


@dataclass(frozen=True, slots=True)
class Job(End):
    """An end that is an occupation for certain: every target is one."""

    code: str


@dataclass(frozen=True, slots=True)
class PartValue(Described):
    """One named part of a score; `value` has no unit, 0 is the average candidate of the referential."""

    name: str
    value: float

    spec: ClassVar[Record] = Record(
        "part",
        "One named part of a score",
        Column("name", on=On.JSON, promised="text"),
        Column("part", value=lambda p, lang: p.label(lang), json_key="label", promised="text"),
        Column("value", "number", promised="number"),
        Column("sentence", value=lambda p, lang: p.sentence(lang), schema="text"),
    )

    def label(self, lang: Lang = "fr") -> str:
        """Return the part's name for people."""
        return part_words(self.name, "label", lang)

    def sentence(self, lang: Lang = "fr") -> str:
        """Return what the part says of this move; it never contradicts the sign of the value."""
        if self.value == 0:
            return say("parts.zero", lang=lang, part=self.label(lang))
        return part_words(self.name, "plus" if self.value > 0 else "minus", lang)


class Item(NamedTuple):
    """
    A competency that the target requires; `via` and `credit` say by which near match it is partly held.

    `certificate`: it is the name of one, which nobody learns, and which whoever does the job need not hold.
    """

    code: str
    label: str | None
    kind: str
    core: bool
    weight: float
    via: str | None = None
    via_label: str | None = None
    credit: float | None = None
    certificate: bool = False

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return (ITEM if self.credit is None else NEAR_ITEM).to_dict(self, lang)


KINDS: Final = ("savoir-faire", "savoir-être", "savoir")
ITEM: Final = Record(
    "item",
    "A competency that the target requires",
    Column("competency_code", value="code", json_key="code", on=On.FILE, promised="code"),
    Column("competency_label", value="label", json_key="label", promised="text?", shown=lambda i, _: i.label or i.code),
    Column("kind", words="compare.kind", promised=f"text: Of ROME: {', '.join(KINDS)}"),
    Column("core", "flag", promised="flag: Whether it is at the core of the target"),
    Column("weight", "number", promised="amount: How much it counts in the coverage"),
)  # fmt: skip
NEAR_ITEM: Final = Record(
    "near_item",
    "A competency that a near match covers in part",
    *ITEM.columns,
    Column("via", on=On.JSON, promised="code: The competency held that is near"),
    Column("via_label", on=On.JSON, schema="text?"),
    Column("via", value=lambda i, _: i.via_label or i.via, shown=lambda i, _: None if i.via else "–", on=On.CELLS),
    Column("credit", "share", on=On.FILE, promised="share: Share of the weight that it is credited with"),
)  # fmt: skip
ITEMS: Final = ((Column("state", value=lambda state, _: state, words="terms.state", on=On.CELLS),), NEAR_ITEM.columns)
"""Columns of rows that hold whether a competency is held, and the competency."""


def _choice(row: "tuple[Move, AccessCredential]", _: Lang) -> str:
    """Number the choices of a move, for a screen: their names are codes."""
    move, credential = row
    groups = dict.fromkeys(c.group for c in move.credentials if c.group)
    return str([*groups].index(credential.group) + 1) if credential.group else "–"


def _dash_beside_no_choice(credential: Any, _: Lang) -> str | None:
    """Write a dash where there is no choice, rather than that nobody knows which."""
    return None if credential.group else "–"


CREDENTIAL: Final = Record(
    "credential",
    "A credential that the target requires, in short; all of it stands in the access conditions",
    Column("credential_code", value="code", json_key="code", on=On.FILE, promised="code"),
    Column("credential_label", value="label", json_key="label", promised="text"),
    Column("kind", words="conditions.kind", promised="text"),
    Column("requirement", words="conditions.requirement", schema="text"),
    GROUND,
    Column("choice", value="group", shown=_dash_beside_no_choice, on=On.CELLS),
    Column("way", value="alternative", shown=_dash_beside_no_choice, on=On.CELLS),
    Column("held", words="terms.verdict", promised=one_of(TERNARY)),
    Column("source", promised="text"),
)  # fmt: skip


_OF_CHOICE: Final = (
    Column("choice_held", value="group_held", words="terms.verdict", shown=_dash_beside_no_choice, on=On.CELLS),
    Column("way_possible", "flag", value=lambda c, _: c.possible if c.group_held == "yes" else None,
           shown=lambda c, _: None if c.group_held == "yes" else "–", on=On.CELLS),
    Column("way_counted", "flag", value=lambda c, _: c.counted if c.group_held == "unknown" else None,
           shown=lambda c, _: None if c.group_held == "unknown" else "–", on=On.CELLS),
)  # fmt: skip
"""Columns of credentials of which all ways to a choice are shown: of one that is held, and of one that is open."""


@dataclass(frozen=True, slots=True)
class KnownMobility(Described):
    """That the referential's own experts list this move."""

    rank: int | None
    kind: str
    source: str

    spec: ClassVar[Record] = Record(
        "known",
        "That the referential's own experts list this move; never inside the score",
        Column("rank", "integer", promised="ordinal?"),
        Column("kind", schema="text"),
        Column("source", promised="text"),
    )


def coverage_text(move: "Move", lang: Lang) -> str:
    """Return the coverage with its position among all targets."""
    if move.coverage is None or move.coverage_position is None:
        return say("moves.coverage_unknown", lang=lang)
    share, position = percent(move.coverage, lang=lang), ordinal(move.coverage_position, lang=lang)
    return say("moves.coverage", lang=lang, share=share, position=position)


def known_text(move: "Move", lang: Lang) -> str:
    """Return how the referential's experts list the move; a dash where they do not."""
    if move.known is None:
        return "–"
    if move.known.rank is None:
        return move.known.kind
    return say("moves.known", lang=lang, rank=str(move.known.rank))


@dataclass(frozen=True, slots=True, repr=False)
class Move(Described, Shown):
    """
    A ranked move.

    Attributes
    ----------
    score
        Sum of `parts`, the base among them; no unit, compares within one referential, scorer and settings.
    probability
        Chance in [0, 1] that an expert of the referential would list the move, never a chance of success; None
        when the scorer is not calibrated.
    coverage
        Share in [0, 1] of what the target requires that is held, near matches at their discount; None when the
        target lists nothing.
    coverage_position
        1 = no other target is better covered from this origin; None when the coverage is unknown.
    kind
        The same job, up, down or sideways; `same_field` says whether both ends lie in one domain, None = not known.
    access
        What access to the target takes, and what the origin holds of it.
    wages
        Median wages before and after, each over that of all in its period; None where no market was given.
    observed
        How many people were seen to make the move (`Moves.with_observed`); None where no table says.
    """

    rank: int
    origin: End
    target: Job
    score: float
    probability: float | None
    level: Level | None
    coverage: float | None
    coverage_position: int | None
    parts: tuple[PartValue, ...]
    held: tuple[Item, ...]
    near: tuple[Item, ...]
    missing: tuple[Item, ...]
    kind: MoveKind
    same_field: bool | None
    access: AccessConditions
    filters: tuple[Verdict, ...]
    known: KnownMobility | None
    referential: Stamp
    wages: WagePair | None = None
    observed: Observed | None = None

    spec: ClassVar[Record] = Record(
        "move",
        "One step from an origin to a target, explained",
        Column("rank", "integer", promised="ordinal: 1 = best"),
        part_of("origin", "origin", shown=lambda m, lang: m.origin.named or say("moves.profile", lang=lang),
                on=On.JSON | On.SCREEN, promised=True),
        Column("origin_code", value="origin.code", on=On.TABLE),
        Column("origin_label", value="origin.label", on=On.TABLE),
        part_of("target", "end", shown="target.named", on=On.JSON | On.SCREEN, promised=True),
        Column("target_code", value="target.code", on=On.TABLE),
        Column("target_label", value="target.label", on=On.TABLE),
        Column("score", "number",
               promised="number: Sum of `parts`; no unit, compares within one referential, scorer and settings"),
        Column("probability", "share",
               promised="share?: Chance that an expert of the referential would list the move; null: no answer"),
        Column("level", words="moves.level", promised=maybe(one_of(LEVELS)), badge=True),
        Column("coverage", "share", shown=coverage_text,
               promised="share?: (held + credited share of near) / total weight; null: the target lists nothing"),
        Column("coverage_position", "integer", on=On.FILE, schema="ordinal?: 1 = no other target is better covered"),
        part_of("known", "known", nullable=True, shown=known_text, on=On.JSON | On.SCREEN, promised=True),
        Column("known_rank", "integer", value=lambda m, _: m.known.rank if m.known else None, on=On.TABLE),
        parts_of("parts", "part", promised=True),
        parts_of("held", "item", promised=True),
        parts_of("near", "near_item", promised=True),
        Column("kind", words="moves.kind", schema=one_of(get_args(MoveKind)), on=On.FILE),
        Column("same_field", "flag", schema="flag?", on=On.FILE),
        Column("access", value=lambda m, lang: access_text(m.access, lang), on=On.CELLS),
        part_of("access_conditions", "access_conditions", "access", promised=True),
        *wage_columns(on=On.SCREEN),
        *OBSERVED_COLUMNS,
        parts_of("credentials", CREDENTIAL, value=lambda m, lang: required_text(m.access, lang), on=On.FILE),
        parts_of("missing", "item", value=lambda m, _: item_names(m.missing), on=On.FILE, promised=True),
        parts_of("filters", "verdict", value=lambda m, lang: "; ".join(_filter(v, lang) for v in m.filters) or None,
                 on=On.FILE, promised=True),
        REFERENTIAL,
        beside={"counterfactual": "counterfactual?", "counterfactual_note": "text?: What it says, or why none is"},
    )  # fmt: skip

    @property
    def credentials(self) -> tuple[AccessCredential, ...]:
        """Credentials that the target requires of the origin, prerequisites first, choices among several included."""
        return self.access.required

    def __repr__(self) -> str:
        """One line: rank, ends and score; `print` shows the whole."""
        return f"<Move {self.rank}: {self.origin.code} → {self.target.code}, score {self.score:.2f}, {self.level}>"

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the move, the parts of its score, competencies and credentials as tables."""
        return Moves([self]).sheets(lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the move shows of itself: facts, sentences, and the parts of its score."""
        return Page(headline(self, lang), [move_facts(self, lang), *move_sentences(self, lang)], self.sheets(lang)[1:2])

    def explanation(self, lang: Lang = "fr", *, note: str | None = None) -> Page:
        """Return what explains the move, in sentences alone: parts of the score, competencies, credentials, a note."""
        ordered = sorted((p for p in self.parts if p.name != "base"), key=lambda p: -abs(p.value))
        lead = [
            f"{signed(p.value, lang=lang)}  {labelled(p.label(lang), p.sentence(lang), lang)}" for p in ordered[:_PARTS]
        ]
        remaining = chain(ordered[_PARTS:], (p for p in self.parts if p.name == "base"))
        others = [f"{p.label(lang)} {signed(p.value, lang=lang)}" for p in remaining]
        if others:
            lead.append(say("moves.other_parts", lang=lang, parts=listed(others, lang)))
        lead += move_sentences(self, lang)
        return Page(headline(self, lang), lead if note is None else [*lead, note])


@dataclass(frozen=True, slots=True)
class Dropped(Described):
    """The other end of a move that was asked for by name and is not listed, and what filters say up to the first no."""

    end: End
    filters: tuple[Verdict, ...]

    spec: ClassVar[Record] = Record(
        "dropped",
        "An occupation that was asked for, and that filters drop",
        part_of("end", "origin", promised=True),
        parts_of("filters", "verdict", promised=True),
    )

    def reasons(self, lang: Lang = "fr") -> str:
        """Say what drops it."""
        return reasons_against(self.filters, lang)


def reasons_against(verdicts: Sequence[Verdict], lang: Lang) -> str:
    """Say what a filter says no to, else, where what is not known is set aside, what filters cannot tell of."""
    against = [v for v in verdicts if v.verdict == "no"] or [v for v in verdicts if v.verdict == "unknown"]
    return listed((_reason(v, lang) for v in against), lang)


class Moves(list[Move], Shown):
    """
    A ranking: a list of moves, best first, that shows itself as a table.

    `towards`: the moves share their target. `excluded` names the kinds of move that were not listed, `left_out` counts
    those that would have come before the last one. `undecided` counts, by filter, the moves up to the last one of which
    it cannot tell: `strict` says whether they were set aside for it, else they are kept. `reason` says why there is
    none: ``empty`` (no other end was given), ``same`` (it is the job itself, or a part of it), ``filter``, ``offset``
    (all come before the first one asked for). `listing`: the referential lists moves, so that a dash tells something.
    `dropped`: which of the other ends that were named a filter drops, up to the last move listed, and why.
    """

    def __init__(
        self,
        moves: Iterable[Move] = (),
        *,
        towards: bool = False,
        excluded: Sequence[MoveKind] = (),
        strict: bool = False,
        undecided: Mapping[str, int] = MappingProxyType({}),
        reason: str = "",
        listing: bool = True,
    ) -> None:
        super().__init__(moves)
        self.towards, self.strict, self.reason, self.listing = towards, strict, reason, listing
        self.undecided, self.excluded, self.left_out = Counter(undecided), tuple(excluded), 0
        self.dropped: list[Dropped] = []

    __repr__ = Shown.__str__

    def with_observed(self, observed: ObservedMoves | None) -> "Moves":
        """
        Return the ranking with how many people were seen to make each move beside it, never in its score.

        `observed` is what `passerelles.market.own_lists.load_observed` gives; without any, the ranking stays as it is.
        """
        if observed is None:
            return self
        ranking = copy(self)
        ranking[:] = (replace(m, observed=observed.pairs.get((m.origin.code or "", m.target.code))) for m in self)
        return ranking

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the ranking, the parts of the scores, competencies and credentials as tables."""
        hidden = {"target" if self.towards else "origin"} | (set() if self.listing else {"known"})
        hidden |= {"probability", "level"} if all(m.probability is None for m in self) else {"score"}
        if any(m.observed for m in self):
            hidden |= {"wages"}  # a terminal has no room for both
        else:
            hidden |= {"observed"} | (set() if any(wages_short(m.wages, lang) for m in self) else {"wages"})
        end = Move.spec.pick("rank", "target_code", on=On.TABLE)
        parts = side_by_side((*end, *Move.spec.pick("target_label", on=On.TABLE)), PartValue.spec.columns)
        items = side_by_side(end, *ITEMS)
        credentials = side_by_side(end, (*CREDENTIAL.columns, *_OF_CHOICE))
        credentials = tuple(replace(c, shown=_choice) if c.key == "choice" else c for c in credentials)
        return [
            Sheet("ranking", Move.spec.columns, lambda: self, lang, frozenset(hidden)),
            Sheet("parts", parts, lambda: ((m, p) for m in self for p in m.parts), lang),
            Sheet("competencies", items, lambda: ((m, *item) for m in self for item in _items(m)), lang),
            Sheet("credentials", credentials, lambda: ((m, c) for m in self for c in m.credentials), lang),
        ]

    def page(self, lang: Lang = "fr", *, title: str | None = None) -> Page:
        """Return what the ranking shows of itself: a table under its title, and each move to unfold."""
        if not self:
            none = say(f"moves.none{self.reason and '_'}{self.reason}", lang=lang)
            return Page(title or none, [none] if title else [], notes=self._doubts(lang))
        if title is None:
            end, key = (self[0].target, "title_towards") if self.towards else (self[0].origin, "title")
            title = heading(end, key, lang)
        notes = [say("moves.disclaimer", lang=lang)] if any(m.probability is not None for m in self) else []
        notes += [say("moves.coverage_rank", lang=lang)] if any(m.coverage_position for m in self) else []
        notes += self._doubts(lang)
        notes += observed_notes((m.observed for m in self), lang) or wage_notes((m.wages for m in self), lang)
        return Page(title, (), self.sheets(lang)[:1], [m.page(lang) for m in self], notes)

    def doubts(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return what ``rank@1`` and ``sources@1`` say of filters, of what is left out, of nothing."""
        doubts = {
            "undecided": dict(sorted(self.undecided.items())),
            "left_out": {"kinds": list(self.excluded), "moves": self.left_out} if self.left_out else None,
            "dropped": dicts(self.dropped, lang),
            "reason": self.reason,
        }
        return {name: value for name, value in doubts.items() if value}

    def _doubts(self, lang: Lang) -> list[str]:
        """Say how many moves were left out, and kept, or set aside, because a filter cannot tell of them."""
        kinds = ", ".join(say(f"moves.kind.{kind}", lang=lang) for kind in self.excluded)
        left_out = [say("moves.left_out", lang=lang, n=self.left_out, kinds=kinds)] if self.left_out else []
        words = sentences("filters", lang=lang)
        names = ", ".join(f"{words.get(f'name.{name}', name)} ({n})" for name, n in sorted(self.undecided.items()))
        key = "aside" if self.strict else "kept"
        dropped = [say("moves.dropped", lang=lang, label=d.end.named, reasons=d.reasons(lang)) for d in self.dropped]
        more = [say("moves.dropped_more", lang=lang, n=len(dropped) - _NAMED)] if len(dropped) > _NAMED else []
        undecided = [say(f"moves.undecided.{key}", lang=lang, names=names)] if names else []
        # ROME lists a few contexts of each job: a pizza cook stands, and the record is silent.
        silent = any(v.name == "avoid-context" and v.verdict == "yes" for m in self for v in m.filters)
        unmentioned = [say("moves.unmentioned", lang=lang)] if silent else []
        return [*dropped[:_NAMED], *more, *left_out, *undecided, *unmentioned]

    def explained(self, lang: Lang, *, title: str, first: int, notes: Sequence[str | None] = ()) -> Page:
        """Return the page with what explains the `first` moves in sentences; `notes` are added, one a move."""
        details = [m.explanation(lang, note=note) for m, note in zip_longest(self[:first], notes)]
        return self.page(lang, title=title)._replace(details=details)


def _items(move: Move) -> Iterator[tuple[str, Item]]:
    return ((state, item) for state, items in by_state(move) for item in items)


def by_state(step: Any) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """Competencies that the target of a move or step requires, by whether they are held."""
    return ("held", step.held), ("near", step.near), ("missing", step.missing)


def teachable(items: Iterable[Item]) -> bool:
    """Whether any of these is learnt: of diplomas alone, which a job lists, nothing is told."""
    return not all(item.certificate for item in items)


def first_of(items: Iterable[Item], count: int) -> list[Item]:
    """
    Return the first competencies of a list for people to read: those with a label, and no diplomas that a job lists.

    Not everybody has these.
    """
    items = sorted(items, key=lambda item: item.label is None)
    return ([item for item in items if not item.certificate] or items)[:count]


def item_names(items: Sequence[Item]) -> str:
    """Return the first competencies of a list in one cell."""
    return "; ".join(item.label or item.code for item in first_of(items, _NAMED))


def _filter(verdict: Verdict, lang: Lang) -> str:
    answer = say(f"terms.verdict.{verdict.verdict}", lang=lang)
    return labelled(verdict.name, f"{answer} ({verdict.sentence(lang)})", lang)


def headline(step: Any, lang: Lang) -> str:
    """Return the title of a move or a path, ``rank. origin → target``, by label where there is one."""
    return f"{step.rank}. {step.origin.name or say('moves.profile', lang=lang)} → {step.target.name}"


def heading(end: End, key: str, lang: Lang) -> str:
    """Return the title of what leads from an end, or to it: by the `key` of those of moves, or that of a profile."""
    return say(f"moves.{key if end.code else 'title_profile'}", lang=lang, label=end.name, code=end.code)


def move_facts(move: Move, lang: Lang) -> str:
    """Return level, chance, coverage and what the experts list, in one line."""
    columns = Move.spec.pick("score", "level", "probability", "coverage", *(["known"] if move.known else []))
    facts = ((column.key, column.screen(move, lang)) for column in columns)
    return " · ".join(say(f"moves.fact.{key}", lang=lang, value=text) for key, text in facts if text is not None)


def move_sentences(move: Move, lang: Lang) -> list[str]:
    """Return what is held, near and missing, each credential, and each filter's verdict."""
    told = [(f"moves.items.{state}", items) for state, items in by_state(move) if teachable(items)]
    lines = [say(key, lang=lang, n=len(items), names=names(items, _MOST_NAMED, lang)) for key, items in told]
    lines += some_only_lines(move.access, lang) if move.access.status == "unknown" else []
    lines += required_lines(move.access, lang) + wage_lines(move.wages, lang) + observed_lines(move.observed, lang)
    reasons = ((verdict, _reason(verdict, lang)) for verdict in move.filters)
    return [*lines, *(t if t.startswith(v.name) else t[:1].upper() + t[1:] for v, t in reasons)]


def _reason(verdict: Verdict, lang: Lang) -> str:
    """Return what a filter says: the reasons of ours stand alone, a name goes before those of others."""
    ours, text = f"name.{verdict.name}" in sentences("filters", lang=lang), verdict.sentence(lang)
    return text if ours else labelled(verdict.name, text, lang)


def names(items: Sequence[Item], most: int, lang: Lang) -> str:
    """Return the first competencies of a list, by label, and how many more there are."""
    shown = [
        (i.label or i.code) + (say("moves.via", lang=lang, label=i.via_label or i.via) if i.via else "")
        for i in first_of(items, most)
    ]
    more = len(items) - len(shown)
    return listed(shown, lang) + (say("moves.more", lang=lang, n=more) if more else "")


@dataclass(frozen=True, eq=False)
class Start:
    """
    An origin found in a graph.

    `row` is the row of its occupation, -1 without one; `plain` says that it is that occupation and nothing more,
    so that the table of scores has its row already.
    """

    row: int
    plain: bool
    competencies: HeldCompetencies
    holdings: Holdings
    end: End
    occupation: Occupation | None

    def end_of(self, referential: Referential, occupation: Occupation) -> Job:
        """Return another occupation as an end of a move, with the title by which it was named."""
        return end_of(referential, occupation, self.holdings)


def find_start(graph: OccupationGraph, origin: str | Profile, *, towards: Iterable[str] = ()) -> Start:
    """
    Find an origin in a graph; what access takes is that of the title by which it, or one of `towards`, is named.

    Raises
    ------
    UnknownCodeError
        If its occupation, a competency or a credential is not in the referential.
    PasserellesError
        If it is neither text nor a profile.
    """
    if not isinstance(origin, Profile | str):
        raise PasserellesError("origin_invalid", kind=type(origin).__name__)
    profile = origin if isinstance(origin, Profile) else Profile(occupation=origin)
    referential = graph.referential
    code = None if profile.occupation is None else find_occupation(referential, profile.occupation)
    targets = find_occupations(referential, towards)  # refuses what is unknown
    row = -1 if code is None else graph.position[code]
    required = [] if row < 0 else required_columns(graph, row).tolist()
    columns = [graph.competency_position.get(code) for code in profile.competencies]
    _check_known("competency", profile.competencies, referential.competency_by_code, referential)
    _check_known("credential", profile.credentials, referential.credential_by_code, referential)
    # A competency that no occupation asks for is known, and brings nothing.
    more = {column for column in columns if column is not None}.difference(required)
    occupation = None if code is None else referential.occupation_by_code[code]
    named = [] if profile.occupation is None else [profile.occupation]
    own, theirs = (named_titles(referential, texts) for texts in (named, towards))
    holdings = holdings_of(referential, code, profile.credentials, profile.employment, own, theirs)
    competencies = held_competencies(graph, [*required, *more])
    end = End(None, None) if occupation is None else end_of(referential, occupation, holdings)
    # Towards another title of the same occupation, its own one says what is held, and nothing of what is asked for.
    aim = holdings.aim._replace(titles=theirs if code in targets else own | theirs)
    return Start(row, row >= 0 and not more, competencies, replace(holdings, aim=aim), end, occupation)


def end_of(referential: Referential, occupation: Occupation, holdings: Holdings) -> Job:
    """Return an occupation as one end of a move, with the title by which it was named."""
    titles = titles_meant(referential, occupation.code, holdings.aim)
    return Job(occupation.code, occupation.label, titles[0].label if titles else None)


def _check_known(kind: Sought, codes: Iterable[str], known: Mapping[str, Any], referential: Referential) -> None:
    for code in codes:
        if code not in known:  # words lead to labels that have them, a mistyped code to those that resemble it
            near = search(referential, code, kinds=[kind], limit=NEAREST) if words(code) else ()
            shown = ", ".join(f"{hit.code} ({hit.label})" for hit in near)
            raise UnknownCodeError(code, suggestions=[h.code for h in near], key=f"unknown_{kind}", shown=shown)


def excluded_rows(graph: OccupationGraph, row: int) -> Bools:
    """Shape (n,): what is no move from an occupation: itself, the fiche that it is a part of, its own parts."""
    excluded = np.zeros(len(graph.codes), dtype=np.bool_)
    if row >= 0:
        excluded[row] = True
        excluded[graph.base_rows[row]] = True
        excluded[graph.base_rows == row] = True
    return excluded
