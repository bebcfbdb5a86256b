"""Settings are a value: frozen, nested, one default in one place, stored in every result."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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

    Two competencies are near when they roll up to one macro-competency (`macro_credit`), or when the words of
    their labels nearly agree: cosine of rarity-weighted words at least `label_threshold`, credited
    `label_credit` x cosine. Labels of `exact_categories` never count as near: a licence is not a master's degree.
    """

    macro_credit: float = Field(0.5, ge=0, le=1)
    label_credit: float = Field(0.8, ge=0, le=1)
    label_threshold: float = Field(0.8, gt=0.5, le=1)
    exact_categories: tuple[str, ...] = ("Certifications et habilitations",)


class TerritorySettings(_Section):
    """
    What allocating the people of a territory to its openings takes for granted; hours are hours of training a person.

    None = no such bound, or no assumption: what is unknown then stays unknown, and is left out under a named reason.
    """

    objective: Literal["lexicographic", "weighted"] = Field(
        "lexicographic", description="People placed, then least hours, then the same job, then distance; or a sum"
    )
    weight_person: float = Field(
        1000.0, gt=0, description="Worth of a placement in a weighted sum: above any length of training found likely"
    )
    weight_hour: float = Field(1.0, ge=0, description="Cost of an hour of training in a weighted sum: the unit")
    weight_km: float = Field(
        1.0, ge=0, description="Cost of a kilometre in a weighted sum: a daily 30 km weighs as a week of training"
    )
    radius_km: float | None = Field(None, ge=0, description="Farthest basin, km between centres")
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
    explained_moves: int = Field(300, ge=0, description="Most distinct moves explained in full in one result")
    max_pairs: int = Field(
        20_000_000, ge=1, description="Most pairs of lot and opening compared: about 1 GB; give a radius beyond"
    )
    time_limit_s: float = Field(60.0, gt=0, description="Longest search of the one case that is no network (docs)")
    rank_hours: float = Field(1000.0, gt=0, description="Hours that cost one point in a ranking: about a year's course")
    rank_km: float = Field(100.0, gt=0, description="Kilometres that cost one point there: beyond a daily commute")
    rank_market: float = Field(0.5, ge=0, description="Points of the tightest market (tension 5) over the slackest (1)")


class Settings(_Section):
    """All settings of the engine; JSON in, JSON out."""

    schema_version: int = Field(1, ge=1, le=1)
    weights: WeightSettings = WeightSettings()
    near: NearSettings = NearSettings()
    territory: TerritorySettings = TerritorySettings()
    scorer: str = Field("default", description="Name of a scorer that ships with the package, or 'default'")
    strict: bool = Field(default=False, description="Drop a move when a filter's verdict is unknown")
