"""What the market says of one job in one basin: openings, tension, wage, and whether it hires or is fragile there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from passerelles.errors import UnknownCodeError
from passerelles.language.say import Lang, percent, say
from passerelles.market.figures import Figure
from passerelles.market.joblist import JobList, Listed
from passerelles.market.market import Market, Openings
from passerelles.market.measures import Openness, job_openings, job_tension, job_wage
from passerelles.market.places import Places, with_basins
from passerelles.market.settings import DEFAULT_SETTINGS, MarketSettings
from passerelles.market.tables import COMPONENTS
from passerelles.model import Ternary
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label

Status = Literal["hiring", "fragile", "neither", "unknown"]


class BasinKey(NamedTuple):
    """A basin for market look-ups: code, name, departments and regions (codes), names of the regions."""

    code: str
    name: str
    departments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    region_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """
    A job in a basin.

    `projects` counts the recruitment projects of the job's families, which cover other jobs too; `estimated` is the
    job's own part of them under the stated weights, for display only. `difficult_share` and `seasonal_share` are
    shares of `projects` in [0, 1]. `tension` and `components` are classes 1 to 5, `wage` net monthly euro.
    `status` follows the rule of `MarketSettings`, or the user's list where `listed` is not None.
    """

    occupation: str
    label: str
    basin: BasinKey
    families: tuple[Openness, ...]
    projects: Figure
    estimated: Figure
    difficult_share: Figure
    seasonal_share: Figure
    tension: Figure
    components: tuple[tuple[str, Figure], ...]
    wage: Figure
    status: Status
    listed: Listed | None = None
    list_name: str = ""
    settings: MarketSettings = DEFAULT_SETTINGS

    def reasons(self, lang: Lang = "fr") -> tuple[str, ...]:
        """Return the sentences that explain `status`."""
        lines = []
        if self.listed is not None:
            status = say(f"market.status.{self.listed.entry.status}", lang=lang)
            lines.append(
                say(
                    "market.reason.listed",
                    lang=lang,
                    file=self.list_name,
                    line=self.listed.entry.line,
                    status=status,
                )
            )
        jobs = max((f.jobs for f in self.families), default=0)
        key = "market.reason.family_projects" if self.families else "market.reason.projects"
        named = ", ".join(f.label for f in self.families)
        lines.append(say(key, lang=lang, figure=self.projects.say(lang), families=named, n=jobs))
        lines.append(say("market.reason.difficult", lang=lang, figure=self.difficult_share.say(lang, decimals=2)))
        lines.append(say("market.reason.tension", lang=lang, figure=self.tension.say(lang)))
        if self.listed is None:
            rule = self.settings
            hiring = self.status == "hiring"
            lines.append(
                say(
                    f"market.reason.{self.status}",
                    lang=lang,
                    projects=rule.hiring_min_projects if hiring else rule.fragile_max_projects,
                    share=percent(
                        rule.hiring_min_difficult_share if hiring else rule.fragile_max_difficult_share, lang=lang
                    ),
                    tension=rule.hiring_min_tension if hiring else rule.fragile_max_tension,
                )
            )
        return tuple(lines)

    def sentences(self, lang: Lang = "fr") -> tuple[str, ...]:
        """Return every figure in words: those of `reasons`, then the others."""
        lines = [*self.reasons(lang)]
        lines.append(say("market.reason.seasonal", lang=lang, figure=self.seasonal_share.say(lang, decimals=2)))
        lines.append(say("market.reason.estimated", lang=lang, figure=self.estimated.say(lang, decimals=1)))
        for name, figure in self.components:
            label = say(f"market.tension.{name}", lang=lang)
            lines.append(say("market.reason.component", lang=lang, name=label, figure=figure.say(lang)))
        lines.append(say("market.reason.wage", lang=lang, figure=self.wage.say(lang)))
        return tuple(lines)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "occupation": {"code": self.occupation, "label": self.label},
            "basin": {"code": self.basin.code, "label": self.basin.name},
            "status": self.status,
            "status_from": "list" if self.listed is not None else "rule",
            "reasons": list(self.reasons(lang)),
            "projects": self.projects.to_dict(),
            "estimated": self.estimated.to_dict(),
            "difficult_share": self.difficult_share.to_dict(),
            "seasonal_share": self.seasonal_share.to_dict(),
            "tension": self.tension.to_dict(),
            "components": {name: figure.to_dict() for name, figure in self.components},
            "wage": self.wage.to_dict(),
            "families": [each.to_dict() for each in self.families],
        }


def find_basin(market: Market, text: str, *, places: Places | None = None, year: str | int | None = None) -> BasinKey:
    """
    Basin of a code or name, with the departments and regions that the survey or the geography gives it.

    Parameters
    ----------
    market
        Its survey knows basins that the geography may lack.
    text
        Code or name; with `places`, the name of a commune too.
    places
        The geography; without it, names are compared without case or accents among the survey's basins.
    year
        Year of the survey.

    Raises
    ------
    UnknownCodeError
        If neither knows it.
    PasserellesError
        If a commune's name means several basins.
    """
    surveyed = market.survey(year).basins if market.has_survey else {}
    labels = market.survey(year).region_labels if market.has_survey else {}
    code = text.strip()
    if code.zfill(4) in surveyed and code.isdigit():
        code = code.zfill(4)
    elif code not in surveyed:
        named = [b.code for b in surveyed.values() if normalise_label(b.label) == normalise_label(text)]
        code = named[0] if named else ""
    if not code and places is not None:
        code = places.basin(text).code
    known = places.basin_by_code.get(code) if places is not None and code else None
    found = surveyed.get(code)
    if found is not None:
        regions = found.regions
        return BasinKey(code, found.label, found.departments, regions, tuple(labels.get(r, "") for r in regions))
    if known is not None:
        return BasinKey(
            code, known.name, known.departments, known.regions, tuple(labels.get(r, "") for r in known.regions)
        )
    known_names = with_basins(places or Places(()), {b.code: b.label for b in surveyed.values()})
    raise UnknownCodeError(text, suggestions=known_names.suggest(text), key="unknown_basin")


def signal(  # noqa: PLR0913 - each option is named at every call
    market: Market,
    referential: Referential,
    code: str,
    basin: str | BasinKey,
    *,
    places: Places | None = None,
    listed: JobList | None = None,
    weights: Mapping[str, float] | None = None,
    year: str | int | None = None,
    settings: MarketSettings | None = None,
) -> Signal:
    """
    What the market says of one job in one basin; see `signals` for many at once.

    Raises
    ------
    UnknownCodeError
        If the referential has no such occupation, or nothing knows the basin.

    Examples
    --------
    ``signal(market, referential, "N4101", "Redon").status`` is ``"hiring"`` where the survey prints at least five
    projects for lorry drivers in Redon and employers are short of candidates.
    """
    key = basin if isinstance(basin, BasinKey) else find_basin(market, basin, places=places, year=year)
    return next(
        signals(market, referential, key, codes=(code,), listed=listed, weights=weights, year=year, settings=settings)
    )


def signals(
    market: Market,
    referential: Referential,
    basin: BasinKey,
    *,
    codes: Iterable[str] | None = None,
    listed: JobList | None = None,
    weights: Mapping[str, float] | None = None,
    year: str | int | None = None,
    settings: MarketSettings | None = None,
) -> Iterator[Signal]:
    """
    Yield what the market says of jobs in a basin, in the order asked, or all occupations by code.

    Parameters
    ----------
    market, referential
        The figures, and the occupations that they are joined to.
    basin
        See `find_basin`.
    codes
        Occupations; None = all of the referential.
    listed
        A user's list, which overrides the rule where it names the job.
    weights
        How a family's projects are spread over its occupations; None = equally. For display only.
    year
        Year of the survey; None = the latest that the crosswalk joins to ROME.
    settings
        The rule; None = that of `market`.

    Raises
    ------
    UnknownCodeError
        If the referential has no such occupation.
    """
    rule = settings or market.settings
    openings = job_openings(market, referential, basin.code, weights=weights, year=year)
    for code in [o.code for o in referential.occupations] if codes is None else codes:
        occupation = referential.occupation_by_code.get(code)
        if occupation is None:
            raise UnknownCodeError(code)
        families, whole, estimated = openings(code)
        tension, components = job_tension(market, referential, code, basin.code, basin.departments, basin.regions)
        entry = None
        if listed is not None:
            entry = listed.find(
                referential,
                code,
                basin=(basin.code, basin.name),
                region=(*basin.regions, *basin.region_names),
            )
        yield Signal(
            occupation=code,
            label=occupation.name,
            basin=basin,
            families=families,
            projects=whole.projects,
            estimated=estimated,
            difficult_share=whole.difficult_share,
            seasonal_share=whole.seasonal_share,
            tension=tension,
            components=tuple(zip(COMPONENTS, components, strict=True)),
            wage=job_wage(market, referential, code),
            status=entry.entry.status if entry is not None else judge(whole, tension, rule, basin.code),
            listed=entry,
            list_name=listed.file.record.name if listed is not None else "",
            settings=rule,
        )


def judge(openings: Openings, tension: Figure, rule: MarketSettings, basin: str) -> Status:
    """
    Whether a job is hiring or fragile in a basin, by the rule of the settings; unknown where the figures cannot tell.

    Hiring: at least `hiring_min_projects` projects, and employers short of candidates (share judged difficult of
    at least `hiring_min_difficult_share`, or tension of at least `hiring_min_tension`). Fragile: more people than
    offers (tension of at most `fragile_max_tension`), employers who hardly hire (at most `fragile_max_projects`
    projects printed) or do so with ease (share judged difficult of at most `fragile_max_difficult_share`), and the job
    is done there: its tension was published for the basin itself. No projects and a slack market in the whole country
    say nothing of a job that nobody does in the basin, such as fishing captain inland. A family without a row in a
    basin that was surveyed has no projects printed; how many it has stays unknown.
    """
    projects = openings.projects
    none_printed = projects.why == "no_row"
    hires: Ternary = "no" if none_printed else projects.at_least(rule.hiring_min_projects)
    few: Ternary = "yes" if none_printed else projects.at_most(rule.fragile_max_projects)
    difficult = openings.difficult_share.at_least(rule.hiring_min_difficult_share)
    short = _either(difficult, tension.at_least(rule.hiring_min_tension))
    hiring = _both(hires, short)
    done: Ternary = "yes" if tension.territory == basin and tension.interval is not None else "unknown"
    easy = openings.difficult_share.at_most(rule.fragile_max_difficult_share)
    fragile = _both(_both(_either(few, easy), tension.at_most(rule.fragile_max_tension)), done)
    if hiring == "yes":
        return "hiring"
    if fragile == "yes":
        return "fragile"
    return "neither" if hiring == fragile == "no" else "unknown"


def _both(first: Ternary, second: Ternary) -> Ternary:
    if "no" in (first, second):
        return "no"
    return "yes" if first == second == "yes" else "unknown"


def _either(first: Ternary, second: Ternary) -> Ternary:
    if "yes" in (first, second):
        return "yes"
    return "no" if first == second == "no" else "unknown"
