"""What an evaluation gives: figures by method, and the ranked targets that they were counted on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

from passerelles.errors import PasserellesError, checked
from passerelles.evaluation.protocol import METRICS, PEOPLE_METRICS, Int32s, OriginGroup, Values
from passerelles.io.atomic import write_whole
from passerelles.io.csv import csv_text
from passerelles.language.say import Lang, labelled, number, say
from passerelles.model import Stamp
from passerelles.settings import Settings
from passerelles.views.schema import pair
from passerelles.views.shown import Shown
from passerelles.views.spec import Column, On, Page, Record, Sheet, dicts

_FIRST: Final = "ndcg@10"  # the metric that methods are compared by
_COMPARED: Final = (_FIRST, *PEOPLE_METRICS)
_MAIN_METRICS: Final = ("recall@10", "ndcg@10")  # where room is short
_WIDE: Final = On.TABLE | On.PAGE
_TERNARY: Final = ("regulated", "managerial")


class Prediction(NamedTuple):
    """One of the first 50 targets of an origin, under one method."""

    method: str
    fold: int
    origin: str
    target: str
    rank: int
    score: float


class RankedTargets(NamedTuple):
    """
    First targets of b origins, by code of the origin.

    Attributes
    ----------
    folds, origins
        Shape (b,): number of the fold, from 1, and row of the origin.
    targets, scores
        Shape (b, d): rows of the targets, best first, and their scores; -1 and NaN where there are fewer.
    """

    folds: Int32s
    origins: Int32s
    targets: Int32s
    scores: Values


def _figure(value: float, lang: Lang) -> str:
    return number(value, lang=lang, decimals=3)


@dataclass(frozen=True, eq=False)
class Measured:
    """Means of the metrics of one method over `origins` origins, with the bounds of their bootstrap 95 % intervals."""

    method: str
    protocol: str
    origins: int
    metrics: Mapping[str, float]
    ci95: Mapping[str, tuple[float, float]]

    def interval(self, name: str, lang: Lang = "fr") -> str:
        """Return a mean with its interval."""
        low, high = (_figure(bound, lang) for bound in self.ci95[name])
        return say("evaluation.interval", lang=lang, mean=_figure(self.metrics[name], lang), low=low, high=high)


def _figures(name: str, *, bounds: On = On.TABLE, promised: bool = False) -> tuple[Column, ...]:
    """Return the columns of a metric: its mean, and the bounds of its interval."""

    def shown(result: Measured, lang: Lang) -> str:
        return result.interval(name, lang) if name in _COMPARED else _figure(result.metrics[name], lang)

    return (
        Column(name, "number", value=lambda r, _: r.metrics[name], shown=shown, schema="share", promised=promised),
        Column(f"{name}_low", "number", value=lambda r, _: r.ci95[name][0], schema="share", on=bounds),
        Column(f"{name}_high", "number", value=lambda r, _: r.ci95[name][1], schema="share", on=bounds),
    )


def _group_label(split: str, group: OriginGroup, lang: Lang) -> str | None:
    if group.label is not None:
        return group.label
    return say(f"evaluation.value.{group.value}", lang=lang) if split in _TERNARY or group.value == "unknown" else None


def _group_text(split: str, group: OriginGroup, lang: Lang) -> str:
    label = _group_label(split, group, lang)
    shown = f"{group.value} {label}" if group.label is not None else label or group.value
    return labelled(say(f"evaluation.split.{split}", lang=lang), shown, lang)


def _group_column(name: str) -> Column:
    return Column(
        name, "number", value=lambda g, _: g[2].metrics[name], shown=lambda g, lang: _figure(g[2].metrics[name], lang),
        promised="share", on=On.ALL if name in _MAIN_METRICS else On.JSON | _WIDE,
    )  # fmt: skip


# Of a method, a split and one of its groups.
GROUP: Final = Record(
    "group",
    "Origins that share a value",
    Column("method", value=lambda g, _: g[0].method, on=On.TABLE),
    Column("split", value=lambda g, _: g[1], words="evaluation.split", on=_WIDE),
    Column("group", value=lambda g, lang: _group_text(g[1], g[2], lang), on=On.TERMINAL),
    Column("group", value=lambda g, _: g[2].value, json_key="value", promised="text", on=On.JSON | _WIDE),
    Column("label", value=lambda g, _: g[2].label, promised="text?", on=On.JSON),
    Column("group_label", value=lambda g, lang: _group_label(g[1], g[2], lang), on=_WIDE),
    Column("origins", "integer", value=lambda g, _: g[2].origins, promised="count"),
    *map(_group_column, METRICS),
)


@dataclass(frozen=True, eq=False)
class MethodResult(Measured):
    """
    Figures of one method.

    `other_groupings` are the means over other splits of the groups into folds, where they were asked for.
    """

    breakdown: Mapping[str, tuple[OriginGroup, ...]]
    ranked: RankedTargets
    other_groupings: Mapping[str, float] | None = None

    @property
    def protocol_kind(self) -> str:
        """Key of the protocol in the language files."""
        return "grouped" if self.protocol.startswith("grouped") else self.protocol.replace("-", "_")

    def protocol_label(self, lang: Lang = "fr") -> str:
        """Return in words what the method could read of the mobilities that it is judged on."""
        _, _, folds = self.protocol.partition("grouped-")
        return say(f"evaluation.protocol.{self.protocol_kind}", lang=lang, folds=folds.partition("-")[0])

    def other_splits(self, lang: Lang = "fr") -> str:
        """Return the means over other splits, in a sentence."""
        means = self.other_groupings or {}
        names = {"recall": "recall@10", "ndcg": "ndcg@10", "mrr": "mrr", "hit": "hit@1"}
        shown = {key: _figure(means[name], lang) for key, name in names.items()}
        return say("evaluation.other_groupings", lang=lang, n=int(means["groupings"]), method=self.method, **shown)

    spec: ClassVar[Record] = Record(
        "method",
        "Figures of one method, means over `origins`",
        Column("method", promised="text"),
        Column("protocol", promised="text", on=On.FILE),
        Column("protocol_label", value=lambda r, lang: r.protocol_label(lang), on=On.CELLS),
        Column("origins", "integer", promised="count: Origins with a known mobility", on=On.FILE),
        *(column for name in METRICS for column in _figures(name, promised=True)),
        Column(
            "ci95", json=lambda r, _: {name: list(bounds) for name, bounds in r.ci95.items()},
            promised={"each": pair("share"), "about": "Bounds of a 95 % interval, by metric"}, on=On.JSON,
        ),
        Column(
            "breakdown", on=On.JSON,
            json=lambda r, lang: {k: [GROUP.to_dict((r, k, g), lang) for g in v] for k, v in r.breakdown.items()},
            promised={"each": ["group"]},
        ),
        beside={"other_groupings": {"each": "share"}},
    )  # fmt: skip

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return the item of ``evaluate@1``."""
        more = {} if self.other_groupings is None else {"other_groupings": dict(self.other_groupings)}
        return self.spec.to_dict(self, lang) | more


@dataclass(frozen=True, eq=False)
class ObservedMethod(Measured):
    """
    How one method agrees with the moves that people made.

    ``movers@10`` is the part of those who left an occupation whose target stands among its first ten;
    ``ndcg_people@10`` the normalised discounted gain of the first ten, counted in people.
    """

    spec: ClassVar[Record] = Record(
        "observed_method",
        "Agreement of one method with the moves that people made, means over `origins`",
        Column("method", schema="text"),
        Column("protocol", schema="text", on=On.FILE),
        Column("origins", "integer", schema="count: Origins that people left"),
        *(column for name in PEOPLE_METRICS for column in _figures(name, bounds=On.FILE)),
    )


@dataclass(frozen=True)
class ObservedFit:
    """Agreement of the methods with a table of observed moves: its name, pairs and people, and a result a method."""

    file: str
    pairs: int
    people: float
    results: tuple[ObservedMethod, ...]

    def sheet(self, lang: Lang = "fr") -> Sheet:
        """Return the methods side by side as a table."""
        return Sheet("observed", ObservedMethod.spec.columns, lambda: self.results, lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return the table with what it means."""
        people = number(self.people, lang=lang, decimals=0)
        lead = say("evaluation.observed_scale", lang=lang, name=self.file, n=self.pairs, people=people)
        caution = say("evaluation.observed_caution", lang=lang)
        return Page(say("evaluation.observed_title", lang=lang), [lead], [self.sheet(lang)], notes=[caution])

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return everything, ready for JSON."""
        items = [ObservedMethod.spec.to_dict(r, lang) for r in self.results]
        return {"file": self.file, "pairs": self.pairs, "people": self.people, "results": items}


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Shown):
    """
    Results of `evaluate`, in the order of the methods asked for.

    `referential` is where they come from, `codes` the occupations behind the rows of `MethodResult.ranked`, and
    `grouping` the seed of the split, None for the one on which results are reported; `observed` is what
    `passerelles.evaluation.evaluate.with_observed` adds.
    """

    referential: Stamp
    codes: tuple[str, ...]
    folds: int
    grouping: int | None
    settings: Settings
    results: tuple[MethodResult, ...]
    observed: ObservedFit | None = None

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the methods, and each by group of origins, as tables."""
        methods = Sheet("evaluation", MethodResult.spec.columns, lambda: self.results, lang)
        observed = [] if self.observed is None else [self.observed.sheet(lang)]
        return [methods, *observed, _breakdown(self.results, lang)]

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the evaluation shows of itself: the methods side by side, the breakdown to unfold."""
        name, version, _ = self.referential
        methods, *_, groups = self.sheets(lang)
        kinds = dict.fromkeys(r.protocol_kind for r in self.results)
        notes = [say(f"evaluation.note.{kind}", lang=lang, folds=self.folds) for kind in kinds]
        notes += [r.other_splits(lang) for r in self.results if r.other_groupings is not None]
        notes.append(say("evaluation.caution", lang=lang))
        title = say("evaluation.title", lang=lang, name=name, version=version)
        scale = say("evaluation.scale", lang=lang, n=self.results[0].origins)
        return Page(title, [scale], [methods], [Page(groups.label(lang), sheets=[groups])], notes)

    def worst_of_best(self, lang: Lang = "fr") -> Page:
        """Return where the method that ranks best out of sample does worse, and for whom; figures in sample last."""
        best = max(self.results, key=lambda r: (r.protocol != "in-sample", r.metrics[_FIRST]))
        title = say("evaluation.breakdown_title", lang=lang, method=best.method)
        return Page(title, sheets=[_breakdown([best], lang)])

    def result(self, method: str) -> MethodResult:
        """
        Return the result of one method.

        Raises
        ------
        PasserellesError
            If it was not evaluated.
        """
        by_name = {result.method: result for result in self.results}
        if method not in by_name:
            raise PasserellesError("evaluation_unknown_method", name=method, known=", ".join(by_name))
        return by_name[method]

    @property
    def predictions(self) -> Iterator[Prediction]:
        """First 50 targets of each origin, by method, then by code of the origin, then by rank."""
        for result in self.results:
            columns: Iterable[Any] = result.ranked
            for fold, origin, targets, scores in zip(*(column.tolist() for column in columns), strict=True):
                for rank, (target, score) in enumerate(zip(targets, scores, strict=True), start=1):
                    if target >= 0:
                        yield Prediction(result.method, fold, self.codes[origin], self.codes[target], rank, score)

    def write_predictions(self, path: str | Path, *, overwrite: bool = False) -> None:
        """
        Write the predictions as CSV (UTF-8, comma), whole or not at all.

        Scores are written so that they read back to the same number.

        Raises
        ------
        PasserellesError
            If something is there and `overwrite` is False, or the file cannot be written.
        """
        write_whole(Path(path), csv_text(Prediction._fields, self.predictions), overwrite=overwrite)

    @checked
    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return everything but the predictions, ready for JSON."""
        document: dict[str, Any] = {"referential": self.referential._asdict(), "metrics": list(METRICS)}
        document |= {"folds": self.folds, "grouping": self.grouping, "settings": self.settings.model_dump(mode="json")}
        document["results"] = dicts(self.results, lang)
        return document if self.observed is None else document | {"observed": self.observed.to_dict(lang)}


def _breakdown(results: Sequence[MethodResult], lang: Lang) -> Sheet:
    def rows() -> Iterator[tuple[MethodResult, str, OriginGroup]]:
        return ((r, split, group) for r in results for split, groups in r.breakdown.items() for group in groups)

    return Sheet("breakdown", GROUP.columns, rows, lang)
