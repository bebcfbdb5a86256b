"""
`duties`: what a public body that uses a referential and settings must publish and answer, filled in where it can be.

The law says what must be published; this package knows its own part: data, parameters, operations, versions. What only
the body knows (who decides, where to write) is marked as open. docs/transparency.md gives the law and its sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, NamedTuple, get_args

from passerelles.graph.core import OccupationGraph
from passerelles.installed import package_version
from passerelles.language import leaves, packaged
from passerelles.language.say import LANGS, Lang, day_text, listed, number, say, signed
from passerelles.scoring.features import part_words
from passerelles.scoring.scorer import Scorer, scorer_for
from passerelles.settings import Settings
from passerelles.views.schema import one_of
from passerelles.views.shown import Described, Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet

Subject = Literal["publish", "mention", "request", "register", "gdpr", "ai-act"]
State = Literal["filled", "stated", "open"]


_DUTIES: Final = packaged("passerelles.report", "duties.toml")


@dataclass(frozen=True)
class Duty(Described):
    """
    One thing to publish or to answer.

    Attributes
    ----------
    key
        That of its words in the language files.
    law, source, as_of
        What asks for it, the page where that was read, and the day.
    state
        ``"filled"``: the answer is of the referential and settings in use; ``"stated"``: it holds for any;
        ``"open"``: only the body that uses them can answer, and square brackets mark where.
    where
        Where more stands: a page of the documentation, a file, or a part of this very answer.
    facts
        What fills the answer in.
    """

    key: str
    subject: Subject
    law: str
    state: State
    where: str
    source: str
    as_of: str = _DUTIES["as_of"]
    facts: Mapping[Lang, Mapping[str, str]] = field(default_factory=dict)

    def duty(self, lang: Lang) -> str:
        """Return what must be told."""
        return say(f"transparency.duty.{self.key}", lang=lang)

    def answer(self, lang: Lang) -> str:
        """Return the answer, as far as it is known."""
        return say(f"transparency.answer.{self.key}", lang=lang, **self.facts[lang])

    spec: ClassVar[Record] = Record(
        "duty",
        "One thing to publish or to answer",
        Column("subject", words="transparency.subject", promised=one_of(get_args(Subject))),
        Column("law", promised="text: Article, or point of an annex"),
        Column("duty", value=lambda d, lang: d.duty(lang), promised="text: What must be told"),
        Column("answer", value=lambda d, lang: d.answer(lang), promised="text"),
        Column("state", words="transparency.state",
               promised=one_of(get_args(State), "filled, stated for any use, or open: only the body can answer")),
        Column("where", promised="text?: Where more stands"),
        Column("source", promised="text: Page where the law was read", on=On.FILE),
        Column("as_of", promised="text: Day on which it was read", on=On.FILE),
    )  # fmt: skip


POINTS: Final = tuple(Duty(**point | {"source": _DUTIES["sources"][point["source"]]}) for point in _DUTIES["points"])


class Weight(NamedTuple):
    """Weight of a feature in a part of the score of a scorer."""

    scorer: str
    part: str
    feature: str
    weight: float


WEIGHT: Final = Record(
    "weight",
    "Weight of a feature in a part of the score",
    Column("scorer", promised="text: Of an occupation, or of people without one"),
    Column("part", promised="text"),
    Column("part_label", value=lambda w, lang: part_words(w.part, "label", lang), promised="text"),
    Column("feature", promised="text: As docs/scoring.md names it"),
    Column("weight", "number", promised="number"),
)


class Changed(NamedTuple):
    """A setting that is not at its default."""

    name: str
    value: Any
    default: Any


CHANGED: Final = Record(
    "changed_setting",
    "A setting that is not at its default",
    Column("name", promised="text"),
    Column("value", value=lambda c, _: str(c.value), promised="text"),
    Column("default", value=lambda c, _: str(c.default), promised="text"),
)


@dataclass(frozen=True, repr=False)
class Duties(Shown):
    """What to publish and to answer, the weights in use, and the settings that are not at their defaults."""

    points: tuple[Duty, ...]
    weights: tuple[Weight, ...]
    changed: tuple[Changed, ...]

    def __repr__(self) -> str:
        """One line: how many points, and how many are open."""
        return f"<Duties {len(self.points)} points, {sum(d.state == 'open' for d in self.points)} open>"

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the points, the weights and the changed settings as tables."""
        return [
            Sheet("duties", Duty.spec.columns, lambda: self.points, lang),
            Sheet("weights", WEIGHT.columns, lambda: self.weights, lang),
            *([Sheet("changed_settings", CHANGED.columns, lambda: self.changed, lang)] if self.changed else []),
        ]

    def page(self, lang: Lang = "fr") -> Page:
        """Return the points, subject by subject, then what they refer to."""
        lead = []
        for subject in get_args(Subject):
            named = say(f"transparency.subject.{subject}", lang=lang)
            lead.append(say("transparency.heading", lang=lang, subject=named))
            for d in (d for d in self.points if d.subject == subject):
                fields = {"law": d.law, "duty": d.duty(lang), "answer": d.answer(lang)}
                lead.append(say("transparency.line", lang=lang, **fields))
        title, note = (say(f"transparency.{name}", lang=lang) for name in ("title", "note"))
        _, weights, *changed = self.sheets(lang)
        return Page(title, lead, changed, [Page(weights.label(lang), sheets=[weights])], [note])


def duties(graph: OccupationGraph) -> Duties:
    """
    Say what a public body that uses a graph must publish and answer.

    Parameters
    ----------
    graph
        What `build_graph` gives: its referential, overlays, access facts and settings are those published.

    Examples
    --------
    >>> from passerelles import build_graph, load_referential
    >>> found = duties(build_graph(load_referential("transitions")))
    >>> [d.law for d in found.points if d.subject == "request"][0]
    'CRPA, R. 311-3-1-2, 1°'
    """
    scorer, people = (scorer_for(graph.referential, graph.settings.scorer, occupied=job) for job in (True, False))
    changed = changed_settings(graph.settings)
    facts: dict[Lang, dict[str, str]] = {lang: _facts(graph, scorer, people, changed, lang) for lang in LANGS}
    scorers = {each.name: each for each in (scorer, people)}
    rows = ((name, *named) for name, each in scorers.items() for named in each.parts.items())
    weights = tuple(Weight(name, part, feature, w) for name, part, named in rows for feature, w in named.items())
    return Duties(tuple(replace(point, facts=facts) for point in POINTS), weights, changed)


def _facts(
    graph: OccupationGraph, scorer: Scorer, people: Scorer, changed: Sequence[Changed], lang: Lang
) -> dict[str, str]:
    """Return what fills the answers in."""
    referential, provenance = graph.referential, graph.referential.provenance
    unknown = say("transparency.unknown", lang=lang)
    overlays = dict.fromkeys((*provenance.overlays, *filter(None, [graph.settings.access and referential.access])))
    return {
        "version": package_version(),
        "referential": f"{referential.name} {referential.version}",
        "sha256": provenance.sha256[:16] or unknown,
        "source": provenance.source or unknown,
        "date": day_text(provenance.date, lang) or unknown,
        "licence": provenance.licence or unknown,
        "occupations": number(len(referential.occupations), lang=lang),
        "overlays": listed(overlays, lang) if overlays else say("transparency.none", lang=lang),
        "scorer": f"{scorer.name} {scorer.version}",
        "fitted_on": scorer.fitted_on or say("transparency.unfitted", lang=lang),
        "calibrated": say(f"transparency.{'' if scorer.calibration else 'not_'}calibrated", lang=lang),
        "parts": listed([part_words(part, "label", lang) for part in scorer.parts], lang),
        "count": str(sum(map(len, scorer.parts.values()))),
        "base": signed(scorer.base_for(int((~graph.is_specialised).sum())), lang=lang, decimals=3),
        "people": f"{people.name} {people.version}",
        "people_count": str(sum(map(len, people.parts.values()))),
        "changed": listed([f"{c.name} = {c.value}" for c in changed], lang) or say("transparency.none", lang=lang),
    }


def changed_settings(settings: Settings) -> tuple[Changed, ...]:
    """Return the settings that are not at their defaults, by their dotted names."""
    usual = dict(leaves(Settings().model_dump(mode="json")))
    chosen = leaves(settings.model_dump(mode="json"))
    return tuple(Changed(name, value, usual.get(name)) for name, value in chosen if usual.get(name) != value)
