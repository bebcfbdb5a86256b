"""Models of query strings and JSON bodies, with their limits, checked before anything runs."""

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetPydanticSchema, StringConstraints
from pydantic.types import Discriminator, Tag

from passerelles.language.say import Lang
from passerelles.model import Employment, Profile, Stated
from passerelles.paths.legal import presets
from passerelles.ranking.filters import FILTERS
from passerelles.report.schemas import SHAPES, definitions

EXAMPLE: Final = "K2110"
_TARGET: Final = "Where to: a code, or an exact job title"
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Agreement = Annotated[str, StringConstraints(max_length=200)] | None
Occupation = Annotated[Text, Field(description="A code, or an exact job title", examples=[EXAMPLE])]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
FilterText = Annotated[
    str,
    StringConstraints(max_length=300, pattern=r"^[a-z][a-z_-]{2,39}(=[^\r\n]{1,250})?$"),
    Field(examples=["min-coverage=0.2"]),
]
if TYPE_CHECKING:
    FrameName = str
else:
    FrameName = Literal[tuple(presets())]


_CREDENTIALS: Final = 100  # of a person
_PEOPLE: Final = 100  # of one request
OWN_KEYS: Final = _CREDENTIALS * _PEOPLE
"""Most keys in a valid body that are no names of fields, but codes that the person who asks chose."""


def _as_integer(value: object) -> object:
    """Take 2.0 as the whole number that JSON says it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_as_integer)
MOVES: Final = 10  # moves of a ranking where nothing else is asked for
Limit = Annotated[int, Field(ge=1, le=100, description="Most results"), WHOLE]
Explain = Annotated[
    int, Field(ge=0, le=5, description="How many of the first moves get a counterfactual: about 0.1 s each"), WHOLE
]
Steps = Annotated[int, Field(ge=1, le=3, description="Most steps of a path"), WHOLE]
SmallLimit = Annotated[int, Field(ge=1, le=20, description="Most results"), WHOLE]
Headcount = Annotated[int, Field(ge=0, le=100_000), WHOLE]
Strict = Annotated[bool, Field(description="Drop a move when a filter's verdict is unknown")]
Language = Annotated[Lang, Field(description="Language of the words")]


Targets = Annotated[
    list[Text] | None,
    Field(max_length=200, description="Rank these only: none where empty, all where null", examples=[["N4102"]]),
]
_FILTERS: Final = f"Filters, stacked, each `name` or `name=value`; none where empty. Names: {', '.join(FILTERS)}"
Filters = Annotated[
    list[FilterText], Field(max_length=10, description=_FILTERS, examples=[["min-coverage=0.2", "unregulated"]])
]


Offset = Annotated[int, Field(ge=0, le=2_000, description="Results passed over before the first one given"), WHOLE]


def _split_commas(value: object) -> object:
    """Take ``a,b`` of a query string as two names."""
    return [part for text in value for part in str(text).split(",")] if isinstance(value, list) else value


def _keys(shape: str) -> GetPydanticSchema:
    """Have a list hold keys of the results of a shape, and `settings` of the answer."""
    items, known = SHAPES[shape]["properties"]["results"]["items"], definitions()
    several = (known[item["$ref"].rpartition("/")[2]]["properties"] for item in items.get("anyOf", [items]))
    names: Any = Literal[(*dict.fromkeys(chain.from_iterable(several)), "settings")]
    return GetPydanticSchema(lambda _, schema_of: schema_of(list[names] | None))


_CHOICE: Final = Field(
    max_length=40,
    description="Keys of each result to give, and `settings` for those of the answer: none where empty, everything "
    "where null; what is left out is not there",
    examples=[["settings"]],
)
_COMMAS: Final = BeforeValidator(_split_commas)
MoveFields = Annotated[list[str] | None, _keys("rank@1"), _CHOICE, _COMMAS]
PathFields = Annotated[list[str] | None, _keys("paths@1"), _CHOICE, _COMMAS]
TitleFields = Annotated[list[str] | None, _keys("resolve@1"), _CHOICE, _COMMAS]
SheetFields = Annotated[list[str] | None, _keys("show@1"), _CHOICE, _COMMAS]
FlowFields = Annotated[list[str] | None, _keys("territory@1"), _CHOICE, _COMMAS]


# What may be given several times has a name in the singular in a query string, but for `fields`.
_SINGULAR: Final = {"targets": "target", "origins": "origin", "filters": "filter"}
SEVERAL: Final = frozenset({*_SINGULAR, "fields"})


class QueryString(BaseModel):
    """What every address takes in its query string, whose values are text."""

    # By name too: FastAPI before 0.124 passes what it read by its alias under the name of the field.
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, alias_generator=lambda name: _SINGULAR.get(name, name)
    )

    lang: Language = "fr"


class Body(BaseModel):
    """A JSON body: a number is no text and a text no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Person(Body):
    """
    A person, without anything that identifies anybody, with an occupation or at least one competency.

    Sent in a body only: query strings end up in logs.
    """

    occupation: Text | None = Field(default=None, description="The job exercised: a code, or an exact job title")
    competencies: list[Code] = Field(
        default_factory=list, max_length=500, description="Codes of what is held besides what the job requires"
    )
    credentials: dict[Code, Stated] = Field(
        default_factory=dict,
        max_length=_CREDENTIALS,
        description="Whether each is held, or has expired; what is not said is unknown",
    )
    employment: Employment | None = Field(
        default=None, description="How the person means to work; null: as an employee"
    )

    def profile(self) -> Profile:
        """Return the engine's own value."""
        return Profile(self.occupation, tuple(self.competencies), dict(self.credentials), self.employment)


def _branch(value: object) -> str | None:
    return "a text" if isinstance(value, str) else "a person" if isinstance(value, dict | Person) else None


BRANCHES: Final = ("a text", "a person")  # of an origin; no names of fields
Origin = Annotated[
    Annotated[Text, Tag(BRANCHES[0])] | Annotated[Person, Tag(BRANCHES[1])],
    Discriminator(_branch),
    Field(description="A code, an exact job title, or a person", examples=[EXAMPLE]),
]


def origin_of(origin: str | Person) -> str | Profile:
    """Return what the engine takes as an origin."""
    return origin.profile() if isinstance(origin, Person) else origin


class _RankingFields(BaseModel):
    """What a ranking is asked for, however it is."""

    fields: MoveFields = None
    limit: Limit = MOVES
    offset: Offset = 0
    strict: Strict = False
    filters: Filters = Field(default_factory=list)


class RankQuery(_RankingFields, QueryString):
    """Moves from an occupation."""

    origin: Occupation
    targets: Targets = None
    explain: Explain = 0


class RankBody(_RankingFields, Body):
    """Moves from an occupation or a person."""

    origin: Origin
    targets: Targets = None
    explain: Explain = 0


class RankBatchBody(_RankingFields, Body):
    """Moves from several occupations or persons, each by itself."""

    origins: list[Origin] = Field(min_length=1, max_length=_PEOPLE, description="Occupations or persons")
    targets: Targets = None


class _SourcesFields(_RankingFields):
    """What a ranking towards an occupation is asked for, however it is."""

    target: Text = Field(description=_TARGET, examples=["N4101"])
    origins: Targets = None


class SourcesQuery(_SourcesFields, QueryString):
    """Moves towards an occupation."""


class SourcesBody(_SourcesFields, Body):
    """Moves towards an occupation."""


class _PathsFields(BaseModel):
    """What paths are asked for, however they are."""

    fields: PathFields = None
    targets: Annotated[list[Text], Field(min_length=1, max_length=10)] = Field(
        description=_TARGET, examples=[["N4102"]]
    )
    filters: Filters = Field(default_factory=list)
    frame: FrameName | None = Field(
        default=None, description="Legal frame that each path is judged by", examples=["periode-de-reconversion"]
    )
    max_steps: Steps = 3
    pareto: bool = Field(default=False, description="Only paths that no other beats in hours, score and steps")
    limit: SmallLimit = 5
    date: dt.date | None = Field(
        default=None,
        strict=False,
        description="Day by which certifications and frames are judged; null: today",
        examples=["2027-01-01"],
    )
    agreement: Agreement = Field(
        default=None,
        description="Collective agreement (IDCC) of the present employer: names the OPCO that may pay",
        examples=["0016"],
    )
    hiring_agreement: Agreement = Field(
        default=None, description="Collective agreement (IDCC) of the firm that hires", examples=["2111"]
    )


class PathsQuery(_PathsFields, QueryString):
    """Paths between occupations; a list of hiring jobs is sent in a body only."""

    origin: Occupation


class PathsBody(_PathsFields, Body):
    """Paths from an occupation or a person."""

    origin: Origin
    hiring: list[Text] | None = Field(default=None, max_length=500, description="Codes on a list of hiring jobs")


class _ResolveFields(BaseModel):
    """A text to resolve, however it is asked."""

    fields: TitleFields = None
    text: Text = Field(description="What somebody wrote", examples=["moniteur auto ecole"])
    kind: Literal["title", "competency"] = Field(
        default="title", description="What it should be: a job title, or a competency"
    )
    limit: SmallLimit = 5


class ResolveQuery(_ResolveFields, QueryString):
    """A title or a competency to resolve."""


class ResolveBody(_ResolveFields, Body):
    """A title or a competency to resolve."""


class ShowQuery(QueryString):
    """An occupation's sheet."""

    fields: SheetFields = None
    occupation: Occupation


_JOB: Final = "A code, or a job title as people write it"
_BASIN: Final = "An employment basin or a commune: its name or code"


class FragileRow(Body):
    """A fragile lot."""

    employer: Text = Field(examples=["Ateliers du Canal"])
    job: Text = Field(description=_JOB, examples=["N4101"])
    headcount: Headcount = Field(examples=[7])
    basin: Text = Field(description=_BASIN, examples=["Redon"])


class HiringRow(Body):
    """Openings of an employer."""

    employer: Text = Field(examples=["Transports Vilaine"])
    job: Text = Field(description=_JOB, examples=["N4102"])
    openings: Headcount = Field(examples=[5])
    basin: Text = Field(description=_BASIN, examples=["Redon"])


class MatchBody(Body):
    """A territory: who could go where."""

    fields: FlowFields = None
    fragile: list[FragileRow] = Field(min_length=1, max_length=200, description="People whose jobs are fragile")
    hiring: list[HiringRow] = Field(min_length=1, max_length=200, description="Openings")
    radius_km: float | None = Field(default=None, ge=0, le=1_000, description="How far people go; null: no bound")
    frame: FrameName | None = Field(default=None, description="Legal frame that each move must fit; null: none")
    budget_hours: float | None = Field(
        default=None, ge=0, le=1e9, description="Hours of training in all, at most; null: no bound"
    )
    min_probability: float | None = Field(
        default=None, ge=0, le=1, description="Least chance that an expert lists a move; null: that of the settings"
    )
    mask: bool = Field(default=False, description="Withhold small numbers")
    strict: Strict = False
    limit: Annotated[int, Field(ge=1, le=10_000), WHOLE] | None = Field(
        default=None, description="Flows given, at most; null: all"
    )


INNER: Final[dict[str, type[BaseModel]]] = {
    "origin": Person, "origins": Person, "fragile": FragileRow, "hiring": HiringRow,
}  # fmt: skip
"""What the fields of a body hold that are objects themselves, or lists of them."""


def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Names of the fields of a model, as those who ask write them."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


NAMES: Final = frozenset(
    name
    for model in list(globals().values())
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name in names_of(model)
)
"""Names of all fields of what may be asked."""
