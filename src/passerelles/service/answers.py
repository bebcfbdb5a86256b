"""From a checked request to the object that the command line prints for the same question."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang
from passerelles.ranking.filters import parse_filters
from passerelles.ranking.move import find_start
from passerelles.ranking.moves import nearer, rank_moves, rank_sources
from passerelles.report import envelope
from passerelles.report.resolution import Fiche, text_envelope
from passerelles.service import requests
from passerelles.service.engine import Engine
from passerelles.service.problems import refusal
from passerelles.service.requests import origin_of
from passerelles.settings import Settings
from passerelles.views.spec import dicts

if TYPE_CHECKING:
    from passerelles.territory.allocation import Allocation

Payload = dict[str, Any]
_BATCH: Final = "rank-batch@1"
_BOUNDS: Final = frozenset({"frame", "radius_km", "budget_hours", "min_probability", "max_cost", "stretch"})


def chosen(answer: Payload, fields: Sequence[str] | None) -> Payload:
    """Return an answer with some keys of its results alone; with settings only if they are named too."""
    if fields is None:
        return answer

    def kept(item: Payload) -> Payload:
        return {name: item[name] for name in fields if name in item}

    if answer["schema"].endswith(_BATCH):
        results = [item | {"moves": [kept(move) for move in item["moves"]]} for item in answer["results"]]
    else:
        results = [kept(item) for item in answer["results"]]
    told = {name: value for name, value in answer.items() if name != "settings" or "settings" in fields}
    return told | {"results": results}


def _choice(engine: Engine, asked: Any) -> dict[str, Any]:
    """What all rankings are asked for, as the engine takes it; what is wrong with it is told before any is made."""
    return {
        "filters": parse_filters(engine.graph, asked.filters, engine),
        "settings": settings_of(engine, strict=asked.strict),
        "limit": asked.limit,
        "offset": asked.offset,
        "wages": engine.wages,
    }


def rank(engine: Engine, asked: requests.RankQuery | requests.RankBody, lang: Lang) -> Payload:
    """Answer ``rank@1``."""
    origin, graph, choice = origin_of(asked.origin), engine.graph, _choice(engine, asked)
    settings = choice["settings"]
    moves = rank_moves(graph, origin, targets=asked.targets, **choice).with_observed(engine.observed_moves)
    nearest = [nearer(graph, origin, move, settings=settings) for move in moves[: asked.explain]]
    occupied = isinstance(origin, str) or origin.occupation is not None
    return envelope.moves_envelope("rank@1", graph, moves, lang, nearest=nearest, settings=settings, occupied=occupied)


def rank_batch(engine: Engine, asked: requests.RankBatchBody, lang: Lang) -> Payload:
    """Answer ``rank-batch@1``: what cannot be answered of one origin stops none of the others."""
    graph, choice = engine.graph, _choice(engine, asked)
    items: list[Payload] = []
    for place, each in enumerate(asked.origins, start=1):
        found: Payload = {"place": place, "origin": None, "moves": [], "problem": None}
        try:
            origin = origin_of(each)
            found["origin"] = find_start(graph, origin).end.to_dict(lang)
            moves = rank_moves(graph, origin, targets=asked.targets, **choice).with_observed(engine.observed_moves)
            found |= {"moves": dicts(moves, lang)} | moves.doubts()
        except PasserellesError as error:
            found["problem"] = refusal(error, lang)
            if found["problem"] is None:
                raise
        items.append(found)
    payload = envelope.envelope(_BATCH, graph, items, settings=choice["settings"])
    if any(item["problem"] is None and item["origin"]["code"] is None for item in items):
        payload["scorer_without_occupation"] = envelope.scorer_dict(graph, choice["settings"], occupied=False)
    return payload


def sources(engine: Engine, asked: requests.SourcesQuery | requests.SourcesBody, lang: Lang) -> Payload:
    """Answer ``sources@1``."""
    graph, choice = engine.graph, _choice(engine, asked)
    moves = rank_sources(graph, asked.target, origins=asked.origins, **choice).with_observed(engine.observed_moves)
    return envelope.moves_envelope("sources@1", graph, moves, lang, settings=choice["settings"])


def paths(engine: Engine, asked: requests.PathsQuery | requests.PathsBody, lang: Lang) -> Payload:
    """Answer ``paths@1``."""
    from passerelles.paths.rank import rank_paths  # noqa: PLC0415 - the optimiser is heavy, and many never ask

    found = rank_paths(
        engine.graph,
        origin_of(asked.origin),
        targets=asked.targets,
        certifications=engine.certifications,
        hiring=getattr(asked, "hiring", None),
        payers=(engine.payer(asked.agreement), engine.payer(asked.hiring_agreement)),
        wages=engine.wages,
        filters=parse_filters(engine.graph, asked.filters, engine),
        **asked.model_dump(include={"frame", "max_steps", "pareto", "limit"}),
    )
    return envelope.paths_envelope(engine.graph, found, lang)


def resolve(engine: Engine, asked: requests.ResolveQuery | requests.ResolveBody, lang: Lang) -> Payload:
    """Answer ``resolve@1``."""
    from passerelles.matching.titles import resolve_competency, resolve_title  # noqa: PLC0415

    find = resolve_title if asked.kind == "title" else resolve_competency
    found = find(engine.referential, asked.text, limit=asked.limit)
    least = engine.graph.settings.titles.review_threshold
    return text_envelope(engine.referential, asked.text, found, kind=asked.kind, lang=lang, review_threshold=least)


def show(engine: Engine, asked: requests.ShowQuery, lang: Lang) -> Payload:  # noqa: ARG001 - the sheet has no sentence
    """Answer ``show@1``."""
    return envelope.unscored_envelope(
        "show@1", engine.referential, [Fiche.of(engine.referential, asked.occupation).to_dict()]
    )


def match(engine: Engine, asked: requests.MatchBody, lang: Lang) -> Payload:
    """Answer ``territory@1``."""
    from passerelles.territory.discretion import publish, published  # noqa: PLC0415 - as above

    settings = settings_of(engine, strict=asked.strict)
    fragile, hiring = ([row.model_dump() for row in rows] for rows in (asked.fragile, asked.hiring))
    allocation = allocated(engine, asked, fragile, hiring, market=engine.market, settings=settings)
    found = published(publish(allocation), lang) if asked.mask else allocation.release()
    found = replace(found, flows=found.flows[: asked.limit])
    without = envelope.UNUSED | envelope.TENSIONS
    sources = envelope.data_sources(market=engine.market, places=engine.places, without=without)
    return envelope.territory_envelope(engine.graph, found, lang, settings=settings, sources=sources)


def allocated(engine: Engine, asked: Any, fragile: Any, hiring: Any, **data: Any) -> "Allocation":
    """Allocate people to openings within the bounds that are asked for."""
    from passerelles.territory.match import match_territory  # noqa: PLC0415 - as above

    data |= asked.model_dump(include=_BOUNDS)
    data |= {"places": engine.places, "certifications": engine.certifications if asked.frame else None}
    return match_territory(engine.graph, fragile, hiring, **data)


def settings_of(engine: Engine, *, strict: bool) -> Settings:
    """Return the settings of the graph, strict where they are or where it is asked for."""
    settings = engine.graph.settings
    return settings.model_copy(update={"strict": True}) if strict and not settings.strict else settings
