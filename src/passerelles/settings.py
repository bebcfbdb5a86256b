"""Settings are a value: frozen, nested, one default in one place, stored in every result."""

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


class Settings(_Section):
    """All settings of the engine; JSON in, JSON out."""

    schema_version: int = Field(1, ge=1, le=1)
    weights: WeightSettings = WeightSettings()
    near: NearSettings = NearSettings()
    scorer: str = Field("default", description="Name of a scorer that ships with the package, or 'default'")
    strict: bool = Field(default=False, description="Drop a move when a filter's verdict is unknown")
