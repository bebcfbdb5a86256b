"""Pages of the explorer: the request; jobs, moves and paths; maps, areas and interests, each with its table."""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import numpy as np
from jinja2 import Environment

from passerelles.areas import AreaMember, MobilityArea, MobilityAreas, Passage, mobility_areas
from passerelles.codes import grouped
from passerelles.errors import UnknownCodeError
from passerelles.language import packaged
from passerelles.language.say import LANGS, Lang, listed, say, signed
from passerelles.market.certifications import LeadingCertification
from passerelles.market.places import Basin
from passerelles.market.signals import find_basin, job_wage, market_notes, signal, unknown_columns
from passerelles.matching.titles import Candidate
from passerelles.model import day_of
from passerelles.paths.legal import no_such_frame, presets
from passerelles.ranking.compare import ComparedCompetency, Comparison
from passerelles.ranking.compare import compare as put_side_by_side
from passerelles.ranking.move import Move, Moves, move_facts, move_sentences
from passerelles.ranking.rank import counterfactual_note, nearer, rank_moves, rank_sources
from passerelles.report.case import NO_LINKS, Links, PageWords, page_table
from passerelles.report.envelope import scorer_dict, scorer_limits, source_lines
from passerelles.report.lookups import Fiche, Resolution
from passerelles.scoring.features import top_domain
from passerelles.scoring.table import occupation_positions
from passerelles.service.answers import settings_of
from passerelles.service.engine import Engine
from passerelles.service.middleware import EXPLORER
from passerelles.vectors import Floats
from passerelles.views.document import PageTable
from passerelles.views.shown import environment
from passerelles.views.spec import Column, On, Page, Sheet, within

# Files that pages ask for, with their kind and where they lie; tables sort and filter as those of the report do.
ASSETS: Final[Mapping[str, tuple[str, str, str]]] = {
    "style.css": ("text/css", "passerelles.service.explorer", "static"),
    "explorer.js": ("text/javascript", "passerelles.service.explorer", "static"),
    "tables.js": ("text/javascript", "passerelles.report", "templates"),
}
SECTIONS: Final = ("interests", "profile", "compare", "map", "areas", "territory")


class PageRequest(NamedTuple):
    """
    A request for a page: its language, the fields of its address, and where the explorer lies.

    `usual` is the language of pages whose address names none. What is about a person is never among the fields of an
    address.
    """

    engine: Engine
    lang: Lang
    fields: Mapping[str, Sequence[str]] = MappingProxyType({})
    base: str = EXPLORER
    usual: Lang = "fr"

    @property
    def words(self) -> PageWords:
        """Words of the explorer."""
        return PageWords(self.lang, "explorer")

    def one(self, name: str) -> str:
        """Return a field, without the blanks around it; empty where there is none."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def many(self, name: str) -> tuple[str, ...]:
        """Return all that a field was given, blanks left out."""
        return tuple(text.strip() for text in self.fields.get(name, ()) if text.strip())

    def url(self, /, *path: str, **fields: Any) -> str:
        """
        Return the address of a page in the visitor's language; empty fields are left out.

        Examples
        --------
        >>> PageRequest(None, "en").url("rank", "K2110", filter=["unregulated"])
        '/explorer/rank/K2110?filter=unregulated&lang=en'
        """
        if self.lang != self.usual:
            fields = {**fields, "lang": self.lang}
        parameters = {name: value for name, value in fields.items() if value not in ("", None, [], ())}
        query = urlencode(parameters, doseq=True)
        # No page has a slash in the name of a job, and names are compared without.
        names = (" ".join(part.replace("/", " ").split()) if " " in part else part for part in path)
        place = "/".join((self.base, *(quote(part, safe="") for part in names)))
        return (place if path else f"{place}/") + (f"?{query}" if query else "")

    def here(self, path: Sequence[str], **changed: Any) -> str:
        """Return the address of this page with some fields changed."""
        fields = {name: list(values) for name, values in self.fields.items() if name != "lang"}
        return self.url(*path, **{**fields, **changed})

    def table(self, sheet: Sheet, **links: Callable[[Any], str]) -> PageTable:
        """Return a sheet as a table of a page: the columns that its result declares for pages, in their order."""
        columns, caption = sheet.on(On.PAGE), sheet.label(self.lang)
        return page_table(PageWords(self.lang), sheet.title, columns, sheet.items(), links, caption=caption)

    def moves_content(
        self, moves: Moves, links: Links = NO_LINKS, *, occupied: bool = True, hidden: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return what a template shows of moves: their page, its table where there is one, and notes under it."""
        page = moves.page(self.lang)
        grid = None
        if moves:
            sheet = page.sheets[0]
            grid = self.table(replace(sheet, hidden=sheet.hidden.union(hidden)), **links)
        limits = scorer_limits(scorer_dict(self.engine.graph, occupied=occupied), lang=self.lang)
        return {"page": page, "grid": grid, "notes": [*page.notes, *limits]}

    def render(self, template: str, **content: Any) -> str:
        """Return a page, or a piece of one."""
        another = LANGS[LANGS.index(self.lang) - 1]
        source = " ".join(source_lines(self.engine.referential, lang=self.lang))
        return _templates().get_template(template).render(
            ask=self, engine=self.engine, w=self.words, lang=self.lang, url=self.url, other=another, asset=self.asset,
            other_name=say("explorer.footer.name", lang=another), source=source, tell=partial(say, lang=self.lang),
            **content,
        )  # fmt: skip

    def asset(self, name: str) -> str:
        """Return the address of a file of the package, which changes with what is in it."""
        return f"{self.base}/static/{asset(name)[1]}/{name}"


@cache
def asset(name: str) -> tuple[bytes, str]:
    """Bytes of a style sheet or script of the explorer, and their checksum."""
    _, package, folder = ASSETS[name]
    content = (files(package) / folder / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def bars(move: Move, lang: Lang) -> Iterator[tuple[str, str, float, float, str]]:
    """
    Yield the parts of the score of a move, drawn from the middle: the longest is half the picture.

    Of each: its label, its value in words, where its bar begins and how long it is, of 100, and the sign.
    """
    longest = max((abs(p.value) for p in move.parts), default=0.0) or 1.0
    for part in move.parts:
        width = round(50 * abs(part.value) / longest, 2)
        start, sign = (50.0, "plus") if part.value >= 0 else (round(50 - width, 2), "minus")
        yield part.label(lang), signed(part.value, lang=lang), start, width, sign


@cache
def _templates() -> Environment:
    templates = environment("passerelles.service.explorer")
    templates.globals |= {"facts": move_facts, "sentences": move_sentences, "bars": bars, "short": short_name}
    templates.globals |= {"limits": _LIMITS, "most": _COMPARED, "lengths": _STEPS, "side": SIDE, "half": _RING}
    templates.globals |= {"sections": SECTIONS, "colour": COLOURS[0]}
    templates.globals |= {name: _FILTERS[name] for name in ("domains", "menus")}
    return templates


_CANDIDATES: Final = 8  # candidates of a search
_LIMITS: Final = (10, 25, 50)
_COMPARED: Final = 4
_STEPS: Final = (1, 2, 3)
_LONGEST_TITLE: Final = 200
_FILTERS: Final = packaged("passerelles.service.explorer", "filters.toml")
_FIRMS: Final = ("agreement", "hiring_agreement")  # of the present employer, and of the firm that hires


def fiche_of(ask: PageRequest, text: str) -> Fiche:
    """Return the occupation of a code or exact title, whose conditions of access it then shows."""
    return Fiche.of(ask.engine.referential, text)


def jobs_of(ask: PageRequest, most: int) -> list[Fiche]:
    """Return the jobs that an address names, each occupation once, as it is named first."""
    named = grouped((job.code, job) for job in (fiche_of(ask, text) for text in ask.many("job")))
    return [first for first, *_ in named.values()][:most]


def home(ask: PageRequest) -> str:
    """Return the first page: a search, what it finds with how sure that is, and the other ways in."""
    text = ask.one("q")[:_LONGEST_TITLE]
    to = wanted if (wanted := ask.one("to")) in ("rank", "sources", "compare", "way") else "show"
    if not text:
        return ask.render("home.html", text=text, found=(), doubt="", grid=None, to=to)
    resolution = Resolution.of(ask.engine.referential, ask.engine.graph.settings.titles, text, limit=_CANDIDATES)
    grid = ask.table(resolution.sheet(ask.lang)) if resolution.candidates else None
    asked = {c.code: asked_of(ask, c) for c in resolution.candidates}
    doubt = _doubt(resolution)
    return ask.render("home.html", text=text, found=resolution.candidates, asked=asked, doubt=doubt, grid=grid, to=to)


def asked_of(ask: PageRequest, candidate: Candidate) -> str:
    """Return what asks for a candidate: the title that the text names, where access depends on it, else its code."""
    with suppress(UnknownCodeError):  # several occupations share the title
        named = fiche_of(ask, candidate.title if candidate.reason != "meaning" else candidate.code)
        return named.asked if named.code == candidate.code else candidate.code
    return candidate.code


def _doubt(resolution: Resolution) -> str:
    """Key of the verdict on a search: nothing found, sure, to be looked at, or several that may be meant."""
    candidates, verdict = resolution.candidates, resolution.status
    if verdict == "inconnu":
        return "unknown" if candidates else "nothing"
    if candidates[0].ambiguous:
        return "ambiguous"
    return "sure" if verdict == "sûr" else "review"


def job(ask: PageRequest, code: str) -> str:
    """Return the sheet of an occupation, with its market and certifications where data are known."""
    engine, lang = ask.engine, ask.lang
    about = fiche_of(ask, code)
    certifications = engine.certifications
    leading = () if certifications is None else certifications.leading(about.code, engine.referential, day_of())
    sheet = Sheet("certifications", LeadingCertification.spec.columns, lambda: leading, lang)
    basin, wage = ask.one("basin"), ""
    market: Sequence[str] = ()
    if engine.market is not None:
        wage = job_wage(engine.market, engine.referential, about.code).say(lang)
        if basin:
            market = signal(engine.market, engine.referential, about.code, basin, places=engine.places).sentences(lang)
    grid = ask.table(sheet) if leading else None
    return ask.render("job.html", job=about, certifications=grid, market=market, wage=wage)


def filters_of(ask: PageRequest, *, towards: bool = False) -> tuple[list[str], dict[str, Any]]:
    """Return the filters of an address: what the engine takes, and the form that shows it."""
    fields = {**_FILTERS["fields"], "basin": "fragile-in" if towards else "hires-in"}
    filters = [*ask.many("filter"), *ask.many("domain")]
    filters += [f"{name}={text}" for field, name in fields.items() for text in ask.many(field)]
    named = {(c.label or c.code, c.code) for c in ask.engine.referential.contexts}
    contexts = sorted(named, key=lambda pair: pair[0].casefold())
    codes = dict(contexts)
    limit = next((n for n in _LIMITS if str(n) == ask.one("limit")), _LIMITS[0])
    choice = {
        "given": {text.partition("=")[0]: text.partition("=")[2] for text in filters},
        "avoid": [codes.get(text, text) for text in ask.many("avoid")],  # contexts
        "limit": limit,
        "strict": bool(ask.one("strict")),
        "contexts": [(code, label) for label, code in contexts],
        "active": len(filters),
    }
    return filters, choice


def ranking(ask: PageRequest, code: str, *, towards: bool) -> str:
    """Return the moves from an occupation, or towards it."""
    about, rank = fiche_of(ask, code), rank_sources if towards else rank_moves
    filters, choice = filters_of(ask, towards=towards)
    settings = settings_of(ask.engine, strict=choice["strict"])
    moves = ask.engine.moves(rank, code, filters=filters, settings=settings, limit=choice["limit"])
    end = "origin" if towards else "target"
    codes = [part.code for part in ask.engine.referential.parts_of(about.code)]
    return ask.render(
        "moves.html",
        job=about,
        towards=towards,
        choice=choice,
        free=_FILTERS["alone"][towards:],
        moves=moves,
        split=say("moves.split", lang=ask.lang, code=about.code, parts=", ".join(codes)) if codes else "",
        **ask.moves_content(moves, {end: lambda m: f"#move-{m.rank}"}),
    )


def move(ask: PageRequest, origin: str, target: str) -> str:
    """Return one move with all that explains it, and what would bring it nearer."""
    start, end = fiche_of(ask, origin), fiche_of(ask, target)
    moves = ask.engine.moves(rank_moves, origin, targets=[target], limit=1)
    if not moves:
        raise UnknownCodeError(end.code, key="explorer_no_move")
    ranked, nearest = moves[0], None
    if ask.one("nearer"):  # asked for alone: it takes a second at times
        nearest = counterfactual_note(nearer(ask.engine.graph, origin, ranked), ranked, lang=ask.lang)
        nearest = nearest or ask.words("move.nearest")
    return ask.render(
        "move.html",
        start=start,
        end=end,
        whole=ranked,
        tables=[ask.table(sheet) for sheet in moves.sheets(ask.lang)[2:] if sheet.rows],
        nearer=nearest,
        **ask.moves_content(moves, hidden=["rank"]),  # a place in a list of one says nothing
    )


def basin_of(ask: PageRequest) -> Basin | None:
    """Return the basin that an address names; None where it names none, or no market is known."""
    market, text = ask.engine.market, ask.one("basin")
    return find_basin(market, text, places=ask.engine.places) if text and market is not None else None


def compare(ask: PageRequest) -> str:
    """Return two to four occupations side by side; below two, the form that asks for them."""
    jobs = jobs_of(ask, _COMPARED)
    if len(jobs) < 2:  # noqa: PLR2004 - one alone is compared with nothing
        return ask.render("compare.html", jobs=jobs, grid=None)
    engine = ask.engine
    comparison = put_side_by_side(engine.graph, [j.asked for j in jobs], market=engine.market, basin=basin_of(ask))
    return ask.render(
        "compare.html",
        jobs=jobs,
        grid=ask.table(comparison.sheets(ask.lang)[0]),
        notes=market_notes((o.market for o in comparison.occupations), ask.lang),
        groups=_groups(ask, comparison),
        heaviest=max((w for c in comparison.competencies for w in c.weights), default=1.0),
    )


Weighed = tuple[ComparedCompetency, Mapping[str, float]]  # and its weight, by occupation


def _groups(ask: PageRequest, comparison: Comparison) -> list[tuple[str, str, Sequence[Weighed]]]:
    """Competencies by where they are asked for: by all, by some, by one alone."""
    shown = [replace(c, kind=say(f"compare.kind.{c.kind}", lang=ask.lang)) for c in comparison.competencies]
    sides = [(c, dict(zip(c.occupations, c.weights, strict=True))) for c in shown]
    groups = grouped(((c.presence, c.occupations[0] if c.presence == "only" else ""), (c, w)) for c, w in sides)
    labels = {o.code: o.label for o in comparison.occupations}
    named = ((presence, labels.get(only, ""), rows) for (presence, only), rows in groups.items())
    return [(key, ask.words(f"compare.{key}", n=len(rows), label=label), rows) for key, label, rows in named]


def paths(ask: PageRequest, origin: str, target: str) -> str:
    """Return the paths from one occupation to another, each step in sentences."""
    start, end = fiche_of(ask, origin), fiche_of(ask, target)
    frame = ask.one("frame") or None
    if frame not in (None, *presets()):  # a file of this machine is one too, but nobody's business
        raise no_such_frame(frame or "")
    steps = next((n for n in _STEPS if str(n) == ask.one("steps")), _STEPS[-1])
    table = None if ask.engine.market is None else ask.engine.market.payers
    agreements = [ask.one(name)[:_LONGEST_TITLE] if table is not None else "" for name in _FIRMS]
    ranked = ask.engine.paths(origin, [target], agreements=agreements, frame=frame, max_steps=steps, limit=5)
    page: Page = ranked.page(ask.lang, frame=frame)
    return ask.render(
        "paths.html",
        start=start,
        end=end,
        page=page,
        grid=ask.table(page.sheets[0]) if ranked and page.sheets else None,
        details=[(path, path.explanation(ask.lang)) for path in ranked],
        frames=presets().values(),
        frame=frame or "",
        steps=steps,
        agreements=zip(_FIRMS, agreements, strict=True) if table is not None else (),
    )


SIDE: Final = 1000  # of the map of all occupations
_MARGIN: Final = 24
_CROWD_RADIUS: Final = 60.0  # radius in which occupations of a domain stand together
_LETTER_SIZE: Final = 9.0  # width of a letter of its name, and height of a line
_LINE_HEIGHT: Final = 20.0
# Each at least 3:1 on white, as WCAG asks of pictures; the words beside it say the same.
COLOURS: Final = (
    "#1d4f7c", "#b35c00", "#2e7d32", "#8e24aa", "#c62828", "#00796b", "#6d4c41",
    "#5e35b1", "#ad1457", "#0277bd", "#827717", "#455a64", "#d84315", "#33691e",
)  # fmt: skip
NOWHERE: Final = "#6b7682"
_NEIGHBOURS: Final = 16
_RING: Final = 300  # of the picture of neighbours: half its side
_RING_PLACES: Final = 64  # places around a circle where its number may stand
_NEAREST: Final = 112.0  # so that no two of them touch, as large as the template draws them
_FARTHEST: Final = 272.0
LETTERS: Final = "RIASEC"


class MapJob(NamedTuple):
    """An occupation on a map."""

    code: str
    label: str
    x: float
    y: float
    domain: str


class MapDomain(NamedTuple):
    """Occupations of one domain: its colour, its name, where the name stands, and how many they are."""

    code: str
    label: str
    colour: str
    dots: Sequence[MapJob]
    x: float
    y: float


_DOT: Final = (Column("label", note="code"), Column("domain"))


def map_domains(engine: Engine) -> tuple[MapDomain, ...]:
    """Return all occupations on the map, by domain; cached."""

    def make() -> tuple[MapDomain, ...]:
        places = _MARGIN + occupation_positions(engine.graph) * (SIDE - 2 * _MARGIN)
        jobs = enumerate(engine.graph.occupations)
        by_domain = grouped((top_domain(engine.referential, job.domain), row) for row, job in jobs)
        groups = []
        for number, domain in enumerate(sorted(by_domain, key=lambda code: code or "~")):
            rows = [*by_domain[domain]]
            known = engine.referential.domain_by_code.get(domain or "")
            label = (known.label or known.code) if known is not None else ""
            dots = [
                MapJob(engine.graph.codes[r], engine.graph.occupations[r].name, round(x, 1), round(y, 1), label)
                for r, (x, y) in zip(rows, places[rows].tolist(), strict=True)
            ]
            colour = COLOURS[number % len(COLOURS)] if known is not None else NOWHERE
            groups.append(MapDomain(domain or "", label, colour, dots, *_label_point(places[rows])))
        return _spread_labels(groups)

    return engine.derived("map", make)


def _label_point(places: Floats) -> tuple[float, float]:
    """Mean of the densest neighbourhood: where the name of a domain stands."""
    near = np.linalg.norm(places[:, None] - places[None, :], axis=2) < _CROWD_RADIUS
    x, y = places[near[near.sum(axis=1).argmax()]].mean(axis=0).round(1).tolist()
    return x, y


def short_name(label: str) -> str:
    """Return the first of the things that the name of a domain lists."""
    return label.split(",", maxsplit=1)[0].split(" / ", maxsplit=1)[0]


def _spread_labels(groups: Sequence[MapDomain]) -> tuple[MapDomain, ...]:
    """Move names down, from the top, until none overlaps another, and into the picture."""
    placed: list[tuple[float, float, float]] = []
    by_code: dict[str, MapDomain] = {}
    for group in sorted(groups, key=lambda g: g.y):
        half = len(short_name(group.label)) * _LETTER_SIZE / 2
        x, y = min(max(group.x, half), SIDE - half), group.y
        while any(abs(x - a) < half + b and abs(y - c) < _LINE_HEIGHT for a, b, c in placed):
            y += 1
        placed.append((x, half, y))
        by_code[group.code] = group._replace(x=round(x, 1), y=round(y, 1))
    return tuple(by_code[g.code] for g in groups)


def whole_map(ask: PageRequest) -> str:
    """Return the map of all occupations, with its table."""
    groups = map_domains(ask.engine)
    chosen = fiche_of(ask, text).code if (text := ask.one("job")) else ""
    dots = sorted((d for g in groups for d in g.dots), key=lambda d: d.code)
    return ask.render(
        "map.html",
        groups=groups,
        chosen=next((d for d in dots if d.code == chosen), None),
        grid=ask.table(Sheet("map", _DOT, lambda: dots, ask.lang), label=lambda d: ask.url("show", d.code)),
    )


def map_picture(ask: PageRequest) -> str:
    """Return the map as a picture of its own, for print: domains are named on it."""
    return ask.render("map.svg", groups=map_domains(ask.engine))


def _depth(move: Move) -> float:
    """Distance of a move before scaling: less likely is farther."""
    return -math.log(move.probability) if move.probability else -move.score


PlacedMove = tuple[Move, float, float]  # a neighbour around an occupation, and its place


def near(ask: PageRequest, code: str) -> str:
    """Return the neighbours of an occupation around it, with their table: nearer is likelier."""
    about = fiche_of(ask, code)
    moves = rank_moves(ask.engine.graph, about.code, limit=_NEIGHBOURS)

    def link(move: Move) -> str:
        return ask.url("move", about.code, move.target.code)

    far = [_depth(move) for move in moves]
    low, high = min(far, default=0.0), max(far, default=1.0)

    def away(depth: float) -> float:
        return _NEAREST + (_FARTHEST - _NEAREST) * ((depth - low) / (high - low) if high > low else 0.0)

    stars = _stars(ask, about.code, moves, away)
    return ask.render(
        "near.html", job=about, tab="near", stars=stars, rings=_rings(stars, away),
        **ask.moves_content(moves, {"target": link}),
    )  # fmt: skip


def _stars(ask: PageRequest, code: str, moves: Sequence[Move], away: Callable[[float], float]) -> list[PlacedMove]:
    """Spread the neighbours evenly around, in the order in which they lie around the occupation on the map."""
    places, position = occupation_positions(ask.engine.graph), ask.engine.graph.position
    vectors = [places[position[m.target.code]] - places[position[code]] for m in moves]
    order = sorted(range(len(moves)), key=lambda i: (math.atan2(vectors[i][1], vectors[i][0]), i))
    stars = []
    for turn, place in enumerate(order):
        angle, radius = 2 * math.pi * turn / len(order), away(_depth(moves[place]))
        x, y = _RING + radius * math.sin(angle), _RING - radius * math.cos(angle)
        stars.append((moves[place], round(x, 1), round(y, 1)))
    return sorted(stars, key=lambda star: star[0].rank)


def _rings(stars: Sequence[PlacedMove], away: Callable[[float], float]) -> list[tuple[float, float, float, float]]:
    """Circles of round chances: chance, radius, where the number has most room; none without calibration."""
    if not stars or not all(m.probability for m, _, _ in stars):
        return []
    rings: list[tuple[float, float, float, float]] = []
    for chance in (0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01):
        if _NEAREST < (exact := away(-math.log(chance))) < _FARTHEST:
            radius = round(exact, 1)
            turns = (2 * math.pi * turn / _RING_PLACES for turn in range(_RING_PLACES))
            spots = [(_RING + radius * math.sin(a), _RING - radius * math.cos(a)) for a in turns]
            occupied = [*((x, y) for _, x, y in stars), *((x, y) for *_, x, y in rings)]
            x, y = max(spots, key=lambda spot: min(math.dist(spot, taken) for taken in occupied))
            rings.append((chance, radius, round(x, 1), round(y, 1)))
    return rings


def areas_of(engine: Engine) -> MobilityAreas:
    """Return the mobility areas of the whole referential; cached, for they take seconds."""
    return engine.derived("areas", lambda: mobility_areas(engine.graph))


def prepare(engine: Engine, *, everything: bool) -> None:
    """Read the market, which most pages show; with `everything`, make the areas too."""
    _ = engine.market
    if everything:
        areas_of(engine)


def areas(ask: PageRequest) -> str:
    """Return the mobility areas of the referential, or of a list of jobs."""
    named = [text for line in ask.many("jobs") for text in line.replace(",", " ").split()]
    grouping = mobility_areas(ask.engine.graph, named) if named else areas_of(ask.engine)
    grouping = grouping.with_market(ask.engine.referential, ask.engine.market, basin_of(ask))
    spots, links = grouping.wheel()
    page = grouping.page(ask.lang)
    leads = {} if named else {"name": lambda a: ask.url("areas", str(a.number))}
    sheets = grouping.sheets(ask.lang)
    return ask.render(
        "areas.html",
        page=page,
        grid=ask.table(page.sheets[0], **leads),
        passages=ask.table(replace(sheets[2], described=_passage_columns(ask))) if grouping.passages else None,
        named=" ".join(named),
        members=[ask.table(sheets[1])] if named else [],
        spots=spots,
        links=links,
    )


def area(ask: PageRequest, number: str) -> str | None:
    """Return an area: its members, where they stand on the map, and its passages; None where there is no such area."""
    grouping = areas_of(ask.engine)
    chosen = next((a for a in grouping.areas if str(a.number) == number), None)
    if chosen is None:
        return None
    one_area = replace(grouping, areas=(chosen,))
    (chosen,) = one_area.with_market(ask.engine.referential, ask.engine.market, basin_of(ask)).areas
    hidden = unknown_columns([chosen.market])
    members = Sheet("members", AreaMember.spec.columns, lambda: chosen.members, ask.lang, hidden)
    names = {a.number: a.name for a in grouping.areas}
    return ask.render(
        "area.html",
        area=chosen,
        grid=ask.table(Sheet("areas", MobilityArea.spec.columns, lambda: [chosen], ask.lang, hidden)),
        notes=[
            *(say(f"areas.{key}", lang=ask.lang) for key in ("words", "member_words")),
            *market_notes([chosen.market], ask.lang),
        ],
        members=ask.table(members, label=lambda m: ask.url("show", m.code), code=lambda m: ask.url("show", m.code)),
        out=_passages(ask, [p for p in grouping.passages if p.origin == chosen.number], names, "target"),
        into=_passages(ask, [p for p in grouping.passages if p.target == chosen.number], names, "origin"),
        groups=map_domains(ask.engine),
    )


def _passage_columns(ask: PageRequest) -> list[Column]:
    """Return the columns of passages, whose best moves are told by the names of the jobs."""
    jobs = ask.engine.referential.occupation_by_code

    def named(passage: Passage, lang: Lang) -> str:
        return listed((f"{jobs[a].name} → {jobs[b].name}" for a, b, _ in passage.best), lang)

    return [replace(c, note=named) if c.key == "best" else c for c in Passage.spec.columns]


def _passages(ask: PageRequest, passages: Sequence[Passage], names: Mapping[int, str], end: str) -> PageTable | None:
    head = Column("name", value=lambda row, _: row[0])
    others = [c for c in _passage_columns(ask) if c.key not in ("origin_area", "target_area")]
    columns = (head, *within(others, itemgetter(1)))
    rows = [(names[getattr(p, end)], p) for p in passages]
    sheet = Sheet("passages", columns, lambda: rows, ask.lang)
    if not rows:
        return None
    grid = ask.table(sheet, name=lambda row: ask.url("areas", str(getattr(row[1], end))))
    return grid._replace(caption=ask.words("areas.out" if end == "target" else "areas.into"))


def interests(ask: PageRequest) -> str:
    """Return the jobs of one or two interests (Holland's six), the best fits first."""
    chosen = dict.fromkeys((ask.one("first"), ask.one("second")))
    letters = [text for text in chosen if len(text) == 1 and text in LETTERS]
    occupations = ask.engine.graph.occupations
    counts = Counter(letter for o in occupations for letter in o.riasec)
    fits = [(_fit(o.riasec, letters), o) for o in occupations if o.riasec] if letters else []
    fitting = sorted((pair for pair in fits if pair[0]), key=lambda pair: (-pair[0], pair[1].name))
    columns = (
        Column("label", value=lambda pair, _: pair[1].name, note=lambda pair, _: pair[1].code),
        Column("interests", value=lambda pair, _: ", ".join(ask.words(f"riasec.{x}") for x in pair[1].riasec)),
    )
    sheet = Sheet("interests", columns, lambda: fitting, ask.lang)
    return ask.render(
        "interests.html",
        letters=letters,
        every=[(letter, counts[letter]) for letter in LETTERS if counts[letter]],
        grid=ask.table(sheet, label=lambda pair: ask.url("rank", pair[1].code)) if fitting else None,
    )


def _fit(code: str, letters: Sequence[str]) -> int:
    """How well an occupation's major and minor interests fit those chosen; 0 = not at all."""
    first, second = code[:1], code[1:2]
    if len(letters) == 1:
        return 2 * (first == letters[0]) + (second == letters[0])
    if {first, second} == set(letters):
        return 4 if first == letters[0] else 3
    return 2 * (first == letters[0]) + (first == letters[1])
