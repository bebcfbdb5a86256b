"""Pages of the referential: find a job, its sheet, moves from and towards it, one move, jobs side by side, paths."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.language import packaged
from passerelles.language.say import say
from passerelles.market.certifications import LeadingCertification
from passerelles.market.places import Basin
from passerelles.market.signals import find_basin, job_wage, signal
from passerelles.market.worth import market_notes
from passerelles.matching.titles import REVIEW, Candidate, resolve_title, status
from passerelles.ranking.compare import ComparedCompetency, Comparison
from passerelles.ranking.compare import compare as put_side_by_side
from passerelles.ranking.filters import parse_filters
from passerelles.ranking.move import Move
from passerelles.ranking.moves import nearer, rank_moves, rank_sources, sentence
from passerelles.referentials.referential import find_occupation
from passerelles.report.resolution import Fiche, candidate_sheet
from passerelles.service.answers import settings_of
from passerelles.service.explorer.ask import Ask
from passerelles.views.spec import Page, Sheet

_FOUND: Final = 8  # candidates of a search
_LIMITS: Final = (10, 25, 50)
_COMPARED: Final = 4
_STEPS: Final = (1, 2, 3)
_MOST_TITLE: Final = 200
_FILTERS: Final = packaged("passerelles.service.explorer", "filters.toml")
_FIRMS: Final = ("agreement", "hiring_agreement")  # of the present employer, and of the firm that hires


def job_of(ask: Ask, text: str) -> Fiche:
    """Return the occupation of a code or exact title."""
    return Fiche(ask.engine.referential, find_occupation(ask.engine.referential, text))


def home(ask: Ask) -> str:
    """Return the first page: a search, what it finds with how sure that is, and the other ways in."""
    text = ask.one("q")[:_MOST_TITLE]
    found: Sequence[Candidate] = resolve_title(ask.engine.referential, text, limit=_FOUND) if text else ()
    to = wanted if (wanted := ask.one("to")) in ("rank", "sources", "compare", "way") else "show"
    taken = ask.many("job")

    def leads_to(code: str) -> str:
        return ask.url(to, job=[*taken, code]) if to in ("compare", "way") else ask.url(to, code)

    return ask.render(
        "home.html",
        text=text,
        found=[(c, leads_to(c.code), c.why(ask.lang)) for c in found],
        doubt=_doubt(found) if text else "",
        grid=ask.table(candidate_sheet(found, lang=ask.lang)) if found else None,
        to=to,
        taken=taken,
        size=len(ask.engine.graph.codes),
    )


def _doubt(found: Sequence[Candidate]) -> str:
    """Key of what is said of a search: nothing found, sure, to be looked at, or several that may be meant."""
    if not found or found[0].parent_confidence < REVIEW:
        return "unknown" if found else "nothing"
    if found[0].ambiguous:
        return "ambiguous"
    return "sure" if status(found) == "sûr" else "review"


def job(ask: Ask, code: str) -> str:
    """Return the sheet of an occupation, with its market and certifications where data are known."""
    engine, lang = ask.engine, ask.lang
    about = job_of(ask, code)
    certifications = engine.certifications
    today = date.today()  # noqa: DTZ011 - the visitor's own day
    leading = () if certifications is None else certifications.leading(about.code, engine.referential, today)
    sheet = Sheet("certifications", LeadingCertification.spec.columns, lambda: leading, lang)
    basin, wage = ask.one("basin"), ""
    market: Sequence[str] = ()
    if engine.has_data and engine.market is not None:
        wage = job_wage(engine.market, engine.referential, about.code).say(lang)
        if basin:
            market = signal(engine.market, engine.referential, about.code, basin, places=engine.places).sentences(lang)
    found = about.to_dict()
    return ask.render(
        "job.html",
        job=about,
        tab="show",
        blocks=about.lines(lang),
        mobilities=[m["code"] for m in found["mobilities"]],
        parts=[p["code"] for p in found["parts"]],
        riasec=about.occupation.riasec,
        certifications=ask.table(sheet) if leading else None,
        basin=basin,
        market=market,
        wage=wage,
    )


def filters_of(ask: Ask, *, towards: bool = False) -> tuple[list[str], dict[str, Any]]:
    """Return the filters of an address: what the engine takes, and the form that shows it."""
    fields = {**_FILTERS["fields"], "basin": "fragile-in" if towards else "hires-in"}
    given = [*ask.many("filter"), *ask.many("domain")]
    given += [f"{name}={text}" for field, name in fields.items() for text in ask.many(field)]
    contexts = sorted(
        {(c.label or c.code, c.code) for c in ask.engine.referential.contexts}, key=lambda pair: pair[0].casefold()
    )
    codes = dict(contexts)
    limit = next((n for n in _LIMITS if str(n) == ask.one("limit")), _LIMITS[0])
    choice = {
        "given": {text.partition("=")[0]: text.partition("=")[2] for text in given},
        "avoid": [codes.get(text, text) for text in ask.many("avoid")],  # contexts
        "limit": limit,
        "strict": bool(ask.one("strict")),
        "contexts": [(code, label) for label, code in contexts],
        "active": len(given),
    }
    return given, choice


def ranking(ask: Ask, code: str, *, towards: bool) -> str:
    """Return the moves from an occupation, or towards it."""
    about, graph = job_of(ask, code), ask.engine.graph
    filters, choice = filters_of(ask, towards=towards)
    moves = (rank_sources if towards else rank_moves)(
        graph,
        about.code,
        filters=parse_filters(graph, filters, ask.engine),
        settings=settings_of(ask.engine, strict=choice["strict"]),
        limit=choice["limit"],
        wages=ask.engine.wages,
    )
    moves = moves.with_observed(ask.engine.observed)
    end = "origin" if towards else "target"
    parts = [part.code for part in ask.engine.referential.parts_of(about.code)]
    return ask.render(
        "moves.html",
        job=about,
        tab="sources" if towards else "rank",
        towards=towards,
        choice=choice,
        limits=_LIMITS,
        free=_FILTERS["alone"][towards:],
        domains=_FILTERS["domains"],
        menus=_FILTERS["menus"],
        moves=moves,
        split=say("moves.split", lang=ask.lang, code=about.code, parts=", ".join(parts)) if parts else "",
        **ask.told(moves, {end: lambda m: f"#move-{m.rank}"}),
    )


def move(ask: Ask, origin: str, target: str) -> str:
    """Return one move with all that explains it, and what would bring it nearer."""
    graph = ask.engine.graph
    start, end = job_of(ask, origin), job_of(ask, target)
    moves = rank_moves(graph, start.code, targets=[end.code], limit=1, wages=ask.engine.wages)
    moves = moves.with_observed(ask.engine.observed)
    if not moves:
        raise UnknownCodeError(end.code, key="explorer_no_move")
    found = moves[0]
    return ask.render(
        "move.html",
        start=start,
        end=end,
        whole=found,
        tables=[ask.table(sheet) for sheet in moves.sheets(ask.lang)[2:] if sheet.rows],
        nearer=_nearer(ask, start.code, found) if ask.one("nearer") else None,
        **ask.told(moves),
    )


def _nearer(ask: Ask, origin: str, found: Move) -> str:
    """Say what would bring a move a level nearer: it takes a second at times, so that it is there if asked for."""
    near = sentence(nearer(ask.engine.graph, origin, found), found, lang=ask.lang)
    return near or ask.words("move.nearest")


def basin_of(ask: Ask) -> Basin | None:
    """Return the basin that an address names; None where it names none, or no market is known."""
    market, text = ask.engine.market, ask.one("basin")
    return find_basin(market, text, places=ask.engine.places) if text and market is not None else None


def compare(ask: Ask) -> str:
    """Return two to four occupations side by side; below two, the form that asks for them."""
    codes = list(dict.fromkeys(find_occupation(ask.engine.referential, text) for text in ask.many("job")))
    jobs = [job_of(ask, code) for code in codes[:_COMPARED]]
    engine, found = ask.engine, None
    if len(jobs) > 1:
        found = put_side_by_side(engine.graph, [j.code for j in jobs], market=engine.market, basin=basin_of(ask))
    return ask.render(
        "compare.html",
        jobs=jobs,
        most=_COMPARED,
        without={j.code: ask.url("compare", job=[o.code for o in jobs if o.code != j.code]) for j in jobs},
        grid=None if found is None else ask.table(found.sheets(ask.lang)[0]),
        notes=() if found is None else market_notes((o.market for o in found.occupations), ask.lang),
        groups=[] if found is None else _groups(ask, found),
        heaviest=1.0 if found is None else max((w for c in found.competencies for w in c.weights), default=1.0),
    )


Side = tuple[ComparedCompetency, Mapping[str, float]]  # and its weight, by occupation


def _groups(ask: Ask, found: Comparison) -> list[tuple[str, str, list[Side]]]:
    """Competencies by where they are asked for: by all, by some, by one alone."""
    groups: dict[tuple[str, str], list[Side]] = {}
    for each in found.competencies:
        weights = dict(zip(each.occupations, each.weights, strict=True))
        only = each.occupations[0] if each.presence == "only" else ""
        groups.setdefault((each.presence, only), []).append((each, weights))
    labels = {o.code: o.label for o in found.occupations}
    return [
        (presence, ask.words(f"compare.{presence}", n=len(rows), label=labels.get(only, "")), rows)
        for (presence, only), rows in groups.items()
    ]


def paths(ask: Ask, origin: str, target: str) -> str:
    """Return the paths from one occupation to another, each step in sentences."""
    from passerelles.paths.legal import presets  # noqa: PLC0415 - the optimiser is heavy, and many never ask
    from passerelles.paths.rank import rank_paths  # noqa: PLC0415

    start, end = job_of(ask, origin), job_of(ask, target)
    frame = ask.one("frame") or None
    if frame not in (None, *presets()):  # a file of this machine is one too, but nobody's business
        raise PasserellesError("unknown_frame", name=frame, known=", ".join(presets()))
    steps = next((n for n in _STEPS if str(n) == ask.one("steps")), _STEPS[-1])
    table = None if ask.engine.market is None else ask.engine.market.payers
    agreements = [ask.one(name)[:_MOST_TITLE] for name in _FIRMS]
    payers = [table.of(text) if table is not None and text else None for text in agreements]
    found = rank_paths(
        ask.engine.graph,
        start.code,
        targets=[end.code],
        frame=frame,
        max_steps=steps,
        certifications=ask.engine.certifications,
        limit=5,
        payers=(payers[0], payers[1]),
        wages=ask.engine.wages,
    )
    page: Page = found.page(ask.lang, frame=frame)
    return ask.render(
        "paths.html",
        start=start,
        end=end,
        page=page,
        grid=ask.table(page.sheets[0]) if found and page.sheets else None,
        details=[(path, path.explanation(ask.lang)) for path in found],
        frames=presets().values(),
        frame=frame or "",
        steps=steps,
        lengths=_STEPS,
        agreements=zip(_FIRMS, agreements, strict=True) if table is not None else (),
        back=ask.url("paths", end.code, start.code),
    )
