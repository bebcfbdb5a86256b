"""Settings are a value: frozen, nested, one default in one place, stored in every result."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from passerelles.errors import PasserellesError
from passerelles.model import MoveKind

_LARGEST = 1e12  # beyond what any setting means, and small enough for sums and products of settings to stay finite


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _bounded(cls, value: object) -> object:
        if isinstance(value, int | float) and abs(value) > _LARGEST:
            raise ValueError(f"|x| > {_LARGEST:g}")
        return value


def problems(error: ValidationError) -> str:
    """Say what is wrong in a file of settings or the like, field by field, in one line."""
    return "; ".join(": ".join(filter(None, (".".join(map(str, e["loc"])), e["msg"]))) for e in error.errors())


class WeightSettings(_Section):
    """
    How much a requirement counts in a coverage: status x rarity, no unit.

    Rarity is the smoothed inverse document frequency ``ln((1 + n) / (1 + df)) + 1`` over the occupations of the
    referential (specialised ones left out), so that what few occupations ask for says more than what all ask for.
    """

    core: float = Field(2.0, gt=0, description="A requirement at the core of the occupation")
    emerging: float = Field(1.0, gt=0, description="A requirement that is emerging there")
    other: float = Field(1.0, gt=0, description="Any other requirement")
    rarity: bool = Field(default=True, description="Weight by rarity too")


class NearSettings(_Section):
    """
    What counts as a near match, and for which share of the requirement's weight.

    Two competencies of one kind are near when the words of their labels nearly agree: cosine of rarity-weighted words
    at least `label_threshold`, credited `label_credit` x cosine. Under one macro-competency less agreement is enough,
    if what the words are about agrees too: the mean of both cosines, at least `topic_threshold`, credited in the same
    way. A competency and the macro-competency that it rolls up to are credited `macro_credit`. Labels of
    `exact_categories` never count as near: a licence is not a master's degree.
    """

    macro_credit: float = Field(0.5, ge=0, le=1)
    label_credit: float = Field(0.8, ge=0, le=1)
    label_threshold: float = Field(0.8, gt=0.5, le=1)
    topic_threshold: float = Field(0.55, gt=0, le=1)
    exact_categories: tuple[str, ...] = ("Certifications et habilitations",)


class TerritorySettings(_Section):
    """
    What allocating the people of a territory to its openings takes for granted; hours are hours of training a person.

    None = no such bound, or no assumption: what is unknown then stays unknown, and is left out under a named reason.
    """

    objective: Literal["lexicographic", "weighted"] = Field(
        "lexicographic", description="People placed, then least cost, then the same job, then distance; or a sum"
    )
    acceptable_level: Literal["proche", "accessible", "exigeante"] = Field(
        "accessible", description="Furthest level at which a move is proposed to people without being asked for"
    )
    acceptable_probability: float = Field(
        0.05, ge=0, le=1, description="Least chance of a move that is proposed: experts list one such in twenty"
    )
    accept_listed: bool = Field(
        default=True, description="Propose what the referential's experts list, whatever its level; to confirm if rare"
    )
    listed_probability: float = Field(
        0.5, gt=0, le=1, description="Least chance that a listed move counts for in a cost: experts did list it"
    )
    unlikely_hours: float = Field(
        300.0,
        ge=0,
        description="Hours that half the chance counts for in the cost of a move: two months, as in rankings",
    )
    max_cost: float | None = Field(
        None,
        ge=0,
        description="Most that one placement may cost: hours of training, and those that its chance counts for",
    )
    curve_pairs: int = Field(
        200_000,
        ge=0,
        description="Pairs beyond which the curve of costs has its last tenth only: each point is a solution",
    )
    weight_person: float = Field(
        3000.0, gt=0, description="Worth of a placement in a weighted sum: above the cost of any move found likely"
    )
    weight_hour: float = Field(1.0, ge=0, description="Weight of an hour of cost in a weighted sum: the unit")
    weight_km: float = Field(
        1.0, ge=0, description="Cost of a kilometre in a weighted sum: a daily 30 km weighs as a week of training"
    )
    radius_km: float | None = Field(None, ge=0, description="Farthest basin, km between centres")
    max_minutes: float | None = Field(None, ge=0, description="Longest travel, where a table of travel gives minutes")
    bmo_radius_km: float = Field(
        30.0, ge=0, description="Radius where openings come from the survey and none is given: the neighbouring basins"
    )
    budget_hours: float | None = Field(None, ge=0, description="Most hours of training for all people together")
    max_hours: float | None = Field(None, ge=0, description="Most hours of training for one person")
    min_probability: float | None = Field(None, ge=0, le=1, description="Least chance of a move")
    floor: float = Field(0.0, ge=0, le=1, description="Least share placed of each group's people; 0 = none")
    floor_by: Literal["employer", "job"] = Field("employer", description="What the floor is a share of")
    assumed_hours: float | None = Field(None, ge=0, description="Hours of a move whose hours are unknown")
    assumed_probability: float | None = Field(None, ge=0, le=1, description="Chance of a move whose chance is unknown")
    masked_openings: Literal["low", "high"] = Field(
        "low", description="End of its interval at which a masked number of projects counts; low promises no opening"
    )
    mask_threshold: int = Field(
        5, ge=2, description="Cells under it are masked on demand; the smallest figure that the BMO survey prints is 5"
    )
    more_hours: float = Field(40.0, gt=0, description="More hours a head tried in 'what would change': a week")
    more_km: float = Field(30.0, gt=0, description="More kilometres tried there: the next ring of basins")
    less_probability: float = Field(0.05, gt=0, le=1, description="How much the least chance is lowered there")
    smallest_group: int | None = Field(
        None, ge=1, description="Fewest people that a training is opened for: moves that would fill a group are named"
    )
    explained_moves: int = Field(300, ge=0, description="Most distinct moves explained in full in one result")
    max_pairs: int = Field(
        10_000_000, ge=1, description="Most pairs of lot and pool compared: about 2 GB; give a radius beyond"
    )
    time_limit_s: float = Field(60.0, gt=0, description="Longest search of the one case that is no network (docs)")
    rank_hours: float = Field(
        300.0, gt=0, description="Hours that weigh in a ranking as much as half the chance: two months of training"
    )
    rank_km: float = Field(30.0, gt=0, description="Kilometres that weigh there as much as half the chance: a commute")
    rank_market: float = Field(1.0, ge=0, description="Points of the tightest market (tension 5) over the slackest (1)")


class EffortSettings(_Section):
    """
    Hours of training that a move takes, where no credential states them: a share of a full qualification.

    Each macro-competency (or category of knowledge) that the target asks for is a block. A block's hours rise with
    what is missing there and saturate: ``cap x / (cap + x)``, x = hours of the missing items, near matches counted at
    what they leave. With m the missing share of all blocks, the hours are ``(Q + E) m (1 - a (1 - m^k))``: Q the full
    qualification for the target (docs/paths.md says whose lengths), E the diplomas that come before it, a the
    most that adapting to the post teaches, k how fast that wanes. docs/paths.md gives the formula, and what it makes
    of the experts' moves.
    """

    skill_hours: float = Field(
        7.0, ge=0, description="A missing savoir-faire: a training day; the unit in which modules are sold"
    )
    knowledge_hours: float = Field(3.5, ge=0, description="A missing savoir: half a training day")
    soft_hours: float = Field(
        3.5, ge=0, description="A missing savoir-être: half a day; it is worked on together with the rest"
    )
    entry_hours: float = Field(
        35.0, ge=0, description="On top, for a macro-competency of which nothing is held: a week to find one's bearings"
    )
    skill_cap: float = Field(
        70.0, gt=0, description="Hours that one macro-competency tends to: two weeks, the usual length of one module"
    )
    knowledge_cap: float = Field(
        35.0, gt=0, description="Hours that one category of knowledge, or all savoir-être, tend to: a week"
    )
    adaptation: float = Field(
        0.9,
        ge=0,
        le=1,
        description=(
            "Most of what is missing that adapting to the post teaches: the employer's duty (Code du travail, "
            "L. 6321-1), it takes no funded hour. The other tenth (safety, rules, machines) is always taught, so that "
            "the hours are 0 only where nothing is missing"
        ),
    )
    adaptation_power: float = Field(
        1.5,
        ge=0,
        description=(
            "How fast adaptation wanes as more is missing: with m the missing share of the target's range, the post "
            "teaches `adaptation` x (1 - m^power) of it: nothing to who holds nothing, 58 % to who holds half. Set by "
            "hand: half of the experts' own moves take some 360 hours or less and three quarters some 660; the courses "
            "that a training fund pays for a change of trade run from some 200 hours to a title's 900"
        ),
    )
    level_unknown: Literal["2", "3", "4", "5", "6", "7"] = Field(
        "4",
        description="Level where a fiche names none, and of a person without an occupation: the middle of the scale",
    )
    adaptation_per_level: float = Field(
        0.3,
        ge=0,
        description=(
            "What is taken off `adaptation` for each level that the target lies above the highest held so far: a post "
            "teaches less of a job whose level one has not reached; three levels up, nothing: hours = Q m"
        ),
    )


class PathSettings(_Section):
    """
    What practising an intermediate job brings, how paths are compared, and how far the search goes.

    A path's cost is in hours: ``hours_weight x expected hours + step_weight x stages + move_weight x (1 - chance of
    the weakest move) - market_weight x market of the target``; the chance counts only where the scorer is calibrated.
    """

    practice_kinds: tuple[Literal["savoir-faire", "savoir-être", "savoir"], ...] = Field(
        ("savoir-faire", "savoir-être"),
        description="Kinds of competency that practising a job teaches; knowledge is taught, not picked up",
    )
    practice_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description=(
            "Share of the hours for these kinds that practising an intermediate job replaces: a work-study contract "
            "leaves about as much to the firm as to the school. The rest of what a stage spares towards the target has "
            "to be taught, on the way to the stage or at the last step: at 0 no stage saves anything. An assumption, "
            "shown as one"
        ),
    )
    practice_months: float = Field(
        12.0,
        ge=0,
        description="Months in the intermediate job that it takes: the year of activity that the VAE used to ask for",
    )
    month_hours: float = Field(
        140.0, gt=0, description="Hours of full-time training in a month: 35 hours in each of four weeks"
    )
    min_saving_hours: float = Field(
        210.0,
        gt=0,
        description="Least hours that each stage must save, for a job of a year: six weeks of training at 35 hours",
    )
    frame_counts_practice: bool = Field(
        default=False,
        description=(
            "Whether months of practice count towards the months that a legal frame allows. No: they are ordinary "
            "employment, paid by an employer, and no frame finances or limits them; only training periods count"
        ),
    )
    hours_weight: float = Field(1.0, ge=0, description="An expected hour of training: the unit of the cost")
    step_weight: float = Field(210.0, ge=0, description="Each stage more: the hours that it must save at least")
    move_weight: float = Field(
        100.0, ge=0, description="A weakest move that no expert would list, against one that all would: 100 hours"
    )
    market_weight: float = Field(
        100.0, ge=0, description="A target whose market is 1, against one at 0, where a market is given: 100 hours"
    )
    moves_considered: int | None = Field(
        100,
        ge=1,
        description=(
            "Every move of a path with stages is one of so many best-scored moves of where it starts (6 % of the "
            "occupations of ROME v460): a stage that nobody would take is no stage. None = all; direct moves always are"
        ),
    )
    max_evaluations: int = Field(
        400_000, ge=1000, description="Most stages tried for one target before the gap is reported instead of a proof"
    )
    open_hours: float = Field(
        450.0,
        ge=0,
        description="Levers: hours up to which a job counts as open: the most of an ordinary période de reconversion",
    )
    open_levels: int = Field(
        1,
        ge=0,
        description=(
            "Levers: most European levels that a certification may lie above the highest level held, for it to open a "
            "job: one at a time. One whose level is not known (most CQP) opens it. An assumption"
        ),
    )
    exact_sets: int = Field(
        20_000, ge=1, description="Levers: most sets that are all tried, for a proven best choice; beyond, step by step"
    )
    hiring: tuple[str, ...] | None = Field(
        None, description="Codes on the list of hiring jobs that some frames ask for; None = no list, unknown"
    )


class RankingSettings(_Section):
    """When a move counts as `proche`, and which kinds of move a ranking of sources leaves out."""

    close_share: float = Field(
        0.1,
        gt=0,
        le=1,
        description="Of all targets, the best covered share among which one must be to be `proche`: the tenth",
    )
    close_hours: float = Field(
        450.0,
        ge=0,
        description="Most hours of required training of a `proche` move: those of an ordinary période de reconversion",
    )
    sources_exclude: tuple[MoveKind, ...] = Field(
        ("step-down",),
        description="Kinds of move that a ranking of sources leaves out: no nurse trains to be a care assistant",
    )


class Settings(_Section):
    """All settings of the engine; JSON in, JSON out."""

    schema_version: int = Field(1, ge=1, le=1)
    weights: WeightSettings = WeightSettings()
    near: NearSettings = NearSettings()
    territory: TerritorySettings = TerritorySettings()
    effort: EffortSettings = EffortSettings()
    paths: PathSettings = PathSettings()
    ranking: RankingSettings = RankingSettings()
    access: str | None = Field(
        "acces-france", description="Catalogue of what the law or the trade demands of a job; None = none is looked at"
    )
    scorer: str = Field("default", description="A scorer that ships, 'default', or the JSON file of one from `train`")
    strict: bool = Field(default=False, description="Drop a move when a filter's verdict is unknown")


def settings_or(settings: Settings | None, default: Settings) -> Settings:
    """
    Return the settings given, else the default.

    Raises
    ------
    PasserellesError
        If they are something else, such as a dictionary.

    Examples
    --------
    >>> settings_or(None, Settings(strict=True)).strict
    True
    """
    if settings is None:
        return default
    if not isinstance(settings, Settings):
        raise PasserellesError("settings_type", kind=type(settings).__name__)
    return settings
