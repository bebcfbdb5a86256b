"""What an evaluation gives: figures by method, and the ranked targets that they were counted on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from passerelles.errors import PasserellesError
from passerelles.evaluation.metrics import METRICS
from passerelles.evaluation.protocol import Group
from passerelles.io.atomic import atomic_file
from passerelles.language.say import Lang
from passerelles.settings import Settings
from passerelles.views.shown import Shown
from passerelles.views.spec import Page, Sheet


class Prediction(NamedTuple):
    """One of the first 50 targets of an origin, under one method."""

    method: str
    fold: int
    origin: str
    target: str
    rank: int
    score: float


@dataclass(frozen=True, eq=False)
class Ranked:
    """
    First targets of b origins, by code of the origin.

    Attributes
    ----------
    folds, origins
        Shape (b,): number of the fold, from 1, and row of the origin.
    targets, scores
        Shape (b, d): rows of the targets, best first, and their scores; -1 and NaN where there are fewer.
    """

    folds: NDArray[np.int32]
    origins: NDArray[np.int32]
    targets: NDArray[np.int32]
    scores: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MethodResult:
    """
    Figures of one method.

    `metrics` are means over `origins` origins; `ci95` the bounds of their bootstrap 95 % intervals; `other_groupings`
    the means over other splits of the groups into folds, where they were asked for.
    """

    method: str
    protocol: str
    origins: int
    metrics: Mapping[str, float]
    ci95: Mapping[str, tuple[float, float]]
    breakdown: Mapping[str, tuple[Group, ...]]
    ranked: Ranked
    other_groupings: Mapping[str, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the item of ``evaluate@1``."""
        item: dict[str, Any] = {"method": self.method, "origins": self.origins, **self.metrics}
        item["ci95"] = {name: list(bounds) for name, bounds in self.ci95.items()}
        item["protocol"] = self.protocol
        item["breakdown"] = {
            name: [{"value": g.value, "label": g.label, "origins": g.origins, **g.metrics} for g in groups]
            for name, groups in self.breakdown.items()
        }
        if self.other_groupings is not None:
            item["other_groupings"] = dict(self.other_groupings)
        return item


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Shown):
    """
    Results of `evaluate`, in the order of the methods asked for.

    `referential` is its name and version, `codes` the occupations behind the rows of `MethodResult.ranked`, and
    `grouping` the seed of the split, None for the one on which results are reported.
    """

    referential: tuple[str, str]
    codes: tuple[str, ...]
    folds: int
    grouping: int | None
    settings: Settings
    results: tuple[MethodResult, ...]

    __repr__ = Shown.__str__

    def sheets(self, lang: Lang = "fr") -> list[Sheet]:
        """Return the methods, and each by group of origins, as tables."""
        from passerelles.evaluation.sheets import evaluation_sheets  # noqa: PLC0415 - it builds on this class

        return evaluation_sheets(self, lang=lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the evaluation shows of itself."""
        from passerelles.evaluation.sheets import evaluation_page  # noqa: PLC0415 - it builds on this class

        return evaluation_page(self, lang)

    def result(self, method: str) -> MethodResult:
        """
        Return the result of one method.

        Raises
        ------
        PasserellesError
            If it was not evaluated.
        """
        for each in self.results:
            if each.method == method:
                return each
        known = ", ".join(r.method for r in self.results)
        raise PasserellesError("evaluation_unknown_method", name=method, known=known)

    @property
    def predictions(self) -> Iterator[Prediction]:
        """First 50 targets of each origin, by method, then by code of the origin, then by rank."""
        for result in self.results:
            ranked = result.ranked
            rows = zip(
                ranked.folds.tolist(),
                ranked.origins.tolist(),
                ranked.targets.tolist(),
                ranked.scores.tolist(),
                strict=True,
            )
            for fold, origin, targets, scores in rows:
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
        import csv  # noqa: PLC0415 - only a file needs it

        with atomic_file(Path(path), overwrite=overwrite) as file:
            buffer = StringIO(newline="")
            writer = csv.writer(buffer, lineterminator="\n")
            writer.writerow(Prediction._fields)
            writer.writerows(self.predictions)
            file.write(buffer.getvalue().encode("utf-8"))

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the predictions, ready for JSON."""
        return {
            "referential": {"name": self.referential[0], "version": self.referential[1]},
            "metrics": list(METRICS),
            "folds": self.folds,
            "grouping": self.grouping,
            "settings": self.settings.model_dump(mode="json"),
            "results": [r.to_dict() for r in self.results],
        }
