"""`compare`: occupations side by side, what they share and what stands in one only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal, get_args

from passerelles.access.conditions import AccessConditions, access_conditions
from passerelles.access.wording import access_text
from passerelles.codes import check_codes, grouped
from passerelles.errors import PasserellesError, checked
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import Lang, say
from passerelles.market.market import Market
from passerelles.market.places import Basin
from passerelles.market.signals import JobMarket, job_markets, market_columns, market_notes, unknown_columns
from passerelles.matching import find_occupation
from passerelles.model import Stamp
from passerelles.referentials.referential import named_titles
from passerelles.views.schema import one_of
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet, dicts, part_of, texts_of

Presence = Literal["shared", "some", "only"]
_FEWEST: Final = 2
_SHOWN: Final = 12  # competencies of each kind of presence on a screen


@dataclass(frozen=True, slots=True)
class ComparedOccupation(Described):
    """
    One of the occupations compared.

    Attributes
    ----------
    shared
        Share in [0, 1] of the weight of its requirements that all the others ask for too; None where it lists none.
    market
        Openings, tension and wage; None without market data.
    """

    code: str
    label: str
    requirements: int
    shared: float | None
    access: AccessConditions
    market: JobMarket | None = None

    spec: ClassVar[Record] = Record(
        "compared_occupation",
        "One of the occupations compared",
        Column("code", promised="code", on=On.FILE),
        Column("label", promised="text", note="code"),
        Column("requirements", "integer", promised="count"),
        Column("shared", "share", promised="share?: Share of its requirements that all the others ask for"),
        Column("access", value=lambda o, lang: access_text(o.access, lang), on=On.CELLS),
        part_of("access_conditions", "access_conditions", "access", promised=True),
        *market_columns(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComparedCompetency(Described):
    """A competency that one of the occupations compared asks for, by which, and with what weights."""

    code: str
    label: str
    kind: str
    presence: Presence
    occupations: tuple[str, ...]
    weights: tuple[float, ...]

    spec: ClassVar[Record] = Record(
        "compared_competency",
        "A competency that one of the occupations asks for",
        Column("presence", words="compare.presence", promised=one_of(get_args(Presence)), badge=True),
        Column("competency_code", value="code", json_key="code", on=On.FILE, promised="code"),
        Column("competency_label", value="label", json_key="label", promised="text"),
        Column("kind", words="compare.kind", promised="text"),
        texts_of("occupations", "code", sep=", ", promised=True),
        Column("weights", value=lambda c, _: ", ".join(f"{w:g}" for w in c.weights),
               json=lambda c, _: list(c.weights), promised=["amount"], on=On.FILE),
    )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Occupations side by side, in the order asked for, and their competencies: shared ones first, weightiest first."""

    occupations: tuple[ComparedOccupation, ...]
    competencies: tuple[ComparedCompetency, ...]
    referential: Stamp | None = None

    def __repr__(self) -> str:
        """One line: which occupations, and how many competencies they share."""
        shared = sum(c.presence == "shared" for c in self.competencies)
        return f"<Comparison {' | '.join(o.code for o in self.occupations)}: {shared} shared>"

    @checked
    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return what ``compare@1`` holds: the occupations, and their competencies."""
        return {"results": dicts(self.occupations, lang), "competencies": dicts(self.competencies, lang)}

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the occupations, and all their competencies, as tables."""
        hidden = unknown_columns(o.market for o in self.occupations)
        return [
            Sheet("compared", ComparedOccupation.spec.columns, lambda: self.occupations, lang, hidden),
            Sheet("compared_competencies", ComparedCompetency.spec.columns, lambda: self.competencies, lang),
        ]

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the comparison shows: the occupations, then the weightiest competencies of each kind."""
        kinds = grouped((c.presence, c) for c in self.competencies)
        first = [c for items in kinds.values() for c in items[:_SHOWN]]
        occupations, competencies = self.sheets(lang)
        tables = [occupations, replace(competencies, items=lambda: first)]
        more = len(self.competencies) - len(first)
        notes = [say("compare.more", lang=lang, n=more)] if more else []
        notes += market_notes((o.market for o in self.occupations), lang)
        return Page(say("compare.title", lang=lang), (), tables, (), notes)


@checked
def compare(
    graph: OccupationGraph, codes: Sequence[str], *, market: Market | None = None, basin: Basin | None = None
) -> Comparison:
    """
    Put occupations side by side.

    Parameters
    ----------
    graph
        What `build_graph` gives.
    codes
        Two or more occupations: codes or exact job titles.
    market, basin
        Where openings, tensions and wages are read, and for which basin (`find_basin`); the country without one.

    Raises
    ------
    PasserellesError
        If fewer than two different ones are named.
    UnknownCodeError
        If one is not in the referential.

    Examples
    --------
    >>> from passerelles import build_graph, compare, load_referential
    >>> compare(build_graph(load_referential("transitions")), ["N4101", "N4103"])
    <Comparison N4101 | N4103: 22 shared>
    """
    named = tuple(check_codes(codes, what="codes"))
    distinct = tuple(dict.fromkeys(find_occupation(graph.referential, code) for code in named))
    titles = named_titles(graph.referential, named)
    if len(distinct) < _FEWEST:
        raise PasserellesError("compare_needs_two")
    weights = [_weights(graph, graph.position[code]) for code in distinct]
    columns = sorted(set().union(*weights))
    common = set(columns).intersection(*weights)
    competencies = []
    for column in columns:
        by = [(code, round(held[column], 4)) for code, held in zip(distinct, weights, strict=True) if column in held]
        presence: Presence = "shared" if column in common else "only" if len(by) == 1 else "some"
        item = graph.competencies[column]
        competencies.append(ComparedCompetency(item.code, item.name, item.kind, presence, *zip(*by, strict=True)))
    kinds, position = ({key: place for place, key in enumerate(keys)} for keys in (get_args(Presence), distinct))
    competencies.sort(  # those without a label tell the least
        key=lambda c: (
            kinds[c.presence], [position[x] for x in c.occupations], c.label == c.code, -max(c.weights), c.code,
        )
    )  # fmt: skip
    markets = None if market is None else job_markets(market, graph.referential, distinct, basin).by_job
    occupations = tuple(
        ComparedOccupation(
            code=code,
            label=graph.referential.occupation_by_code[code].name,
            requirements=len(held),
            shared=sum(held[c] for c in common) / sum(held.values()) if held else None,
            access=access_conditions(graph.referential, code, titles=titles),
            market=None if markets is None else markets[code],
        )
        for code, held in zip(distinct, weights, strict=True)
    )
    return Comparison(occupations, tuple(competencies), graph.referential.stamp)


def _weights(graph: OccupationGraph, row: int) -> dict[int, float]:
    """Weight of each column that an occupation requires."""
    cells = graph.weight_cells
    place = cells.of_row(row)
    return dict(zip(cells.columns[place].tolist(), cells.data[place].tolist(), strict=True))
