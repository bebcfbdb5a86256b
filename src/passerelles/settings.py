"""
Settings are a value: frozen, nested, one default in one place, stored in every result.

What each means, and why its value is what it is, stands in ``settings.toml``.
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticKnownError

from passerelles.errors import PasserellesError, nearest_said
from passerelles.language import leaves, packaged
from passerelles.language.say import Lang, labelled, listed, say
from passerelles.model import MoveKind

_LARGEST = 1e12  # beyond what any setting means, and small enough for sums and products of settings to stay finite


def _explain(schema: dict[str, Any], section: type[BaseModel]) -> None:
    """Add to the JSON Schema of a section what each setting means."""
    for name, about in packaged("passerelles", "settings.toml").get(section.__name__, {}).items():
        schema["properties"][name]["description"] = about


class Section(BaseModel):
    """Settings of one subject: a frozen value, each of them bounded and described in ``settings.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, json_schema_extra=_explain)

    @field_validator("*")
    @classmethod
    def _bounded(cls, value: object) -> object:
        if isinstance(value, int | float) and value > _LARGEST:  # each has a least value of its own
            raise PydanticKnownError("less_than_equal", {"le": _LARGEST})
        return value


def problems(error: ValidationError) -> Callable[[Lang], str]:
    """Return what says, in a language, what is wrong in a file of settings or the like, field by field, in one line."""

    def message(lang: Lang) -> str:
        faults = ((".".join(map(str, e["loc"])), fault(e, lang)) for e in error.errors())
        return listed((labelled(name, text, lang) if name else text for name, text in faults), lang)

    return message


def invalid(error: ValidationError, source: str | Path) -> PasserellesError:
    """Return the error of settings that are not valid, with the nearest names to those that are not known."""
    odd = [".".join(map(str, e["loc"])) for e in error.errors() if e["type"] == "extra_forbidden"]
    known = [*Settings.model_fields, *(name for name, _ in leaves(Settings().model_dump()))]
    near = nearest_said(match for name in odd for match in get_close_matches(name, known, n=1))
    return PasserellesError("settings_invalid", path=source, reason=problems(error), near=near)


_LIMITS: Final = ("ge", "le", "gt", "lt", "min_length", "max_length")


def fault(error: Mapping[str, Any], lang: Lang) -> str:
    """
    Say in a language what pydantic found wrong with a value, in one clause that does not repeat it.

    A check of ours in a validator has words of its own, which are such a clause: without a full stop.
    """
    if error["type"] == "json_invalid":
        return json_problem(error["msg"])(lang)
    about = error.get("ctx", {})
    if isinstance(cause := about.get("error"), PasserellesError):
        return cause.message(lang)
    limit = next((about[name] for name in _LIMITS if name in about), None)
    choices = str(about.get("expected")).replace(" or ", ", ")
    faults = packaged("passerelles", "settings.toml")["faults"]
    words = next((words for words, kinds in faults.items() if error["type"] in kinds), "shape")
    return say(f"invalid.{words}", lang=lang, n=limit, limit=str(limit).removesuffix(".0"), choices=choices)


def json_problem(reason: object, form: str = "JSON") -> Callable[[Lang], str]:
    """Return a message, by language, of where a text is no JSON, or TOML, from that of a parser."""
    place = re.search(r"line (\d+),? column (\d+)", str(reason))
    if place is None:
        return lambda _: str(reason)
    return lambda lang: say("invalid.syntax", lang=lang, form=form, line=place[1], column=place[2])


class WeightSettings(Section):
    """
    How much a requirement counts in a coverage: status x rarity, no unit.

    Rarity is the smoothed inverse document frequency ``ln((1 + n) / (1 + df)) + 1`` over the occupations of the
    referential (specialised ones left out), so that what few occupations ask for says more than what all ask for.
    """

    core: float = Field(default=2.0, gt=0)
    emerging: float = Field(default=1.0, gt=0)
    other: float = Field(default=1.0, gt=0)
    rarity: bool = True


class NearSettings(Section):
    """
    What counts as a near match, and for which share of the requirement's weight.

    Two competencies of one kind are near when the words of their labels nearly agree: cosine of rarity-weighted words
    at least `label_threshold`, credited `label_credit` x cosine. Under one macro-competency less agreement is enough,
    if what the words are about agrees too: the mean of both cosines, at least `topic_threshold`, credited in the same
    way. A competency and the macro-competency that it rolls up to are credited `macro_credit`. Labels of
    `exact_categories` never count as near: a licence is not a master's degree.
    """

    macro_credit: float = Field(default=0.5, ge=0, le=1)
    label_credit: float = Field(default=0.8, ge=0, le=1)
    label_threshold: float = Field(default=0.8, gt=0.5, le=1)
    topic_threshold: float = Field(default=0.55, gt=0, le=1)
    exact_categories: tuple[str, ...] = ("Certifications et habilitations",)


class TerritorySettings(Section):
    """
    What allocating the people of a territory to its openings takes for granted; hours are hours of training a person.

    None = no such bound, or no assumption: what is unknown then stays unknown, and is left out under a named reason.
    """

    objective: Literal["lexicographic", "weighted"] = "lexicographic"
    acceptable_level: Literal["proche", "accessible", "exigeante"] = "accessible"
    acceptable_probability: float = Field(default=0.05, ge=0, le=1)
    accept_listed: bool = True
    listed_probability: float = Field(default=0.5, gt=0, le=1)
    unlikely_hours: float = Field(default=300.0, ge=0)
    max_cost: float | None = Field(default=None, ge=0)
    curve_pairs: int = Field(default=200_000, ge=0)
    weight_person: float = Field(default=3000.0, gt=0)
    weight_hour: float = Field(default=1.0, ge=0)
    weight_km: float = Field(default=1.0, ge=0)
    radius_km: float | None = Field(default=None, ge=0)
    max_minutes: float | None = Field(default=None, ge=0)
    bmo_radius_km: float = Field(default=30.0, ge=0)
    budget_hours: float | None = Field(default=None, ge=0)
    max_hours: float | None = Field(default=None, ge=0)
    min_probability: float | None = Field(default=None, ge=0, le=1)
    floor: float = Field(default=0.0, ge=0, le=1)
    floor_by: Literal["employer", "job"] = "employer"
    assumed_hours: float | None = Field(default=None, ge=0)
    assumed_probability: float | None = Field(default=None, ge=0, le=1)
    masked_openings: Literal["low", "high"] = "low"
    mask_threshold: int = Field(default=5, ge=2)
    more_hours: float = Field(default=40.0, gt=0)
    more_km: float = Field(default=30.0, gt=0)
    less_probability: float = Field(default=0.05, gt=0, le=1)
    smallest_group: int | None = Field(default=None, ge=1)
    explained_moves: int = Field(default=300, ge=0)
    max_pairs: int = Field(default=10_000_000, ge=1)
    time_limit_s: float = Field(default=60.0, gt=0)
    rank_hours: float = Field(default=300.0, gt=0)
    rank_km: float = Field(default=30.0, gt=0)
    rank_market: float = Field(default=1.0, ge=0)


class EffortSettings(Section):
    """
    Hours of training that a move takes, where no credential states them: a share of a full qualification.

    Each macro-competency (or category of knowledge) that the target asks for is a block. A block's hours rise with
    what is missing there and saturate: ``cap x / (cap + x)``, x = hours of the missing items, near matches counted at
    what they leave. With m the missing share of all blocks, the hours are ``(Q + E) m (1 - a (1 - m^k))``: Q the full
    qualification for the target (docs/paths.md says whose lengths; `induction_hours` where beginners are shown the
    work in the post), E the diplomas that come before it, a the most that adapting to the post teaches
    (`adaptation_titled` where a title of the trade is asked for: no post gives one), k how fast that wanes. Where
    neither law nor employers ask for a title, `open_share` of the level's course is what people are trained for: of a
    first degree, those who hold less than two years of studies; a second one takes the studies that it supposes first.
    docs/paths.md gives the formula, and what it makes of the experts'
    moves.
    """

    skill_hours: float = Field(default=7.0, ge=0)
    knowledge_hours: float = Field(default=3.5, ge=0)
    soft_hours: float = Field(default=3.5, ge=0)
    entry_hours: float = Field(default=35.0, ge=0)
    induction_hours: float = Field(default=35.0, ge=0)
    open_share: float = Field(default=0.5, gt=0, le=1)
    skill_cap: float = Field(default=70.0, gt=0)
    knowledge_cap: float = Field(default=35.0, gt=0)
    adaptation: float = Field(default=0.9, ge=0, le=1)
    adaptation_titled: float = Field(default=0.5, ge=0, le=1)
    adaptation_power: float = Field(default=1.5, ge=0)
    level_unknown: Literal["2", "3", "4", "5", "6", "7"] = "4"
    adaptation_per_level: float = Field(default=0.3, ge=0)


class PathSettings(Section):
    """
    What practising an intermediate job brings, how paths are compared, and how far the search goes.

    A path's cost is in hours: ``hours_weight x expected hours + step_weight x stages + move_weight x (1 - chance of
    the weakest move) - market_weight x market of the target``; the chance counts only where the scorer is calibrated.
    """

    practice_kinds: tuple[Literal["savoir-faire", "savoir-être", "savoir"], ...] = ("savoir-faire", "savoir-être")
    practice_share: float = Field(default=0.5, ge=0, le=1)
    practice_months: float = Field(default=12.0, ge=0)
    month_hours: float = Field(default=140.0, gt=0)
    min_saving_hours: float = Field(default=350.0, gt=0)
    frame_counts_practice: bool = False
    hours_weight: float = Field(default=1.0, ge=0)
    step_weight: float = Field(default=350.0, ge=0)
    move_weight: float = Field(default=100.0, ge=0)
    market_weight: float = Field(default=100.0, ge=0)
    moves_considered: int | None = Field(default=100, ge=1)
    max_evaluations: int = Field(default=400_000, ge=1000)
    open_hours: float = Field(default=450.0, ge=0)
    open_levels: int = Field(default=1, ge=0)
    exact_sets: int = Field(default=20_000, ge=1)
    hiring: tuple[str, ...] | None = None


class RankingSettings(Section):
    """When a move counts as `proche`, and which kinds of move a ranking of sources leaves out."""

    close_share: float = Field(default=0.1, gt=0, le=1)
    close_hours: float = Field(default=450.0, ge=0)
    sources_exclude: tuple[MoveKind, ...] = ("step-down",)


class TitleSettings(Section):
    """From which confidence a reading of a job title is worth a person's look, or a place in `to_confirm`."""

    review_threshold: float = Field(default=0.3, gt=0, le=0.9)


class Settings(Section):
    """
    All settings of the engine; JSON in, JSON out.

    Raises
    ------
    PasserellesError
        If a setting is not known or out of its bounds.
    """

    schema_version: int = Field(default=1, ge=1, le=1)
    weights: WeightSettings = WeightSettings()
    near: NearSettings = NearSettings()
    territory: TerritorySettings = TerritorySettings()
    effort: EffortSettings = EffortSettings()
    paths: PathSettings = PathSettings()
    ranking: RankingSettings = RankingSettings()
    titles: TitleSettings = TitleSettings()
    access: str | None = "acces-france"
    scorer: str = "default"
    strict: bool = False

    if not TYPE_CHECKING:  # a type checker knows the arguments by the fields

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                raise invalid(error, "Settings") from error

        __init__.__pydantic_base_init__ = True  # what pydantic reads itself, in a request or a file, keeps its errors


# Settings that the matrices and levels of a graph are built with; they cannot change later.
_BUILT: Final[Any] = {"weights": True, "near": True, "access": True, "ranking": {"close_share", "close_hours"}}


def with_options(settings: Settings, section: str, **options: Any) -> Settings:
    """
    Return settings with some options of a section, already checked, in place of theirs.

    Examples
    --------
    >>> with_options(Settings(), "territory", floor=0.1).territory.floor
    0.1
    """
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=options)})


def settings_or(settings: Settings | None, built: Settings) -> Settings:
    """
    Return the settings given, what a graph was built under as it was built, else those of the graph.

    Raises
    ------
    PasserellesError
        If they ask for what the graph was not built under: it would not be heeded.

    Examples
    --------
    >>> settings = settings_or(Settings(strict=True), Settings(access=None))
    >>> settings.strict, settings.access
    (True, None)
    """
    if settings is None or settings is built:
        return built
    chosen, stored = settings.model_dump(include=_BUILT, exclude_unset=True), built.model_dump(include=_BUILT)
    late = [key for key, value in chosen.items() if stored[key] != (value if key == "access" else stored[key] | value)]
    if late:
        raise PasserellesError("settings_of_graph", names=", ".join(late))
    fixed = {name: getattr(built, name) for name in _BUILT if name != "ranking"}
    ranking = built.ranking.model_dump(include=_BUILT["ranking"])
    return with_options(settings.model_copy(update=fixed), "ranking", **ranking)
