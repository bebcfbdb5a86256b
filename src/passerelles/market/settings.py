"""What the market readers and the fragile / hiring rule take for granted, in one frozen value."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class MarketSettings(BaseModel):
    """
    Every number that reading and judging the market rests on.

    The two bounds of a masked cell are those of the survey's own rule: the smallest figure that it prints is 5.
    The rule for `fragile` and `hiring` is a hint for people to contest, not a finding: an employer's own list
    overrides it (`passerelles.market.joblist`).

    Examples
    --------
    >>> MarketSettings().secret_high
    4
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    secret_low: int = Field(default=1, ge=0, description="Least number of projects behind a masked cell.")
    secret_high: int = Field(default=4, ge=0, description="Largest number behind a masked cell.")
    secret_part_low: int = Field(
        default=1,
        ge=0,
        description=(
            "Least number of difficult or seasonal projects behind a masked cell. The survey prints neither 0 nor "
            "an empty cell there, so that a mask may also stand for none: 0 is the prudent value."
        ),
    )
    hiring_min_projects: int = Field(
        default=5, ge=1, description="Projects in the job's families and basin from which a job may be hiring."
    )
    hiring_min_difficult_share: float = Field(
        default=0.5, ge=0, le=1, description="Share judged difficult from which employers are said to lack people."
    )
    hiring_min_tension: int = Field(
        default=4, ge=1, le=5, description="Tension class from which employers are said to lack people."
    )
    fragile_max_projects: int = Field(
        default=4, ge=0, description="Published projects up to which a basin hardly hires for the job."
    )
    fragile_max_difficult_share: float = Field(
        default=0.4, ge=0, le=1, description="Share judged difficult up to which employers are said to hire with ease."
    )
    fragile_max_tension: int = Field(
        default=2, ge=1, le=5, description="Tension class up to which there are more people than offers."
    )

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if max(self.secret_low, self.secret_part_low) > self.secret_high:
            raise ValueError("secret_low and secret_part_low must not be over secret_high")
        if self.fragile_max_projects >= self.hiring_min_projects:
            raise ValueError("fragile_max_projects must be under hiring_min_projects: a job is not both")
        if self.fragile_max_difficult_share >= self.hiring_min_difficult_share:
            raise ValueError("fragile_max_difficult_share must be under hiring_min_difficult_share: a job is not both")
        return self


DEFAULT_SETTINGS = MarketSettings()
