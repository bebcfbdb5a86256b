"""From a checked request to the object that the command line prints for the same question."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from passerelles.errors import PasserellesError
from passerelles.language.say import Lang
from passerelles.ranking.filters import parse_filters
from passerelles.ranking.move import find_start
from passerelles.ranking.rank import counterfactual_note, nearer, rank_moves, rank_sources
from passerelles.report import envelope
from passerelles.report.lookups import Fiche, Resolution
from passerelles.service import requests
from passerelles.service.engine import Engine
from passerelles.service.problems import refusal
from passerelles.service.requests import origin_of
from passerelles.settings import Settings
from passerelles.territory.allocation import Allocation
from passerelles.territory.match import match_territory
from passerelles.views.spec import dicts

Payload = dict[str, Any]
_BATCH: Final = "rank-batch@1"
# What a question on a territory says beside the bounds of the allocation, which are all that it says else.
_NO_BOUNDS: Final = frozenset({"fragile", "hiring", "sample", "choices", "floor", "mask", "strict", "limit", "fields"})


def with_fields(answer: Payload, fields: Sequence[str] | None) -> Payload:
    """Return an answer with some keys of its results alone; with settings only if they are named too."""
    if fields is None:
        return answer

    def pick(item: Payload) -> Payload:
        return {name: item[name] for name in fields if name in item}

    if answer["schema"].endswith(_BATCH):
        results = [item | {"moves": [pick(move) for move in item["moves"]]} for item in answer["results"]]
    else:
        results = [pick(item) for item in answer["results"]]
    payload = {name: value for name, value in answer.items() if name != "settings" or "settings" in fields}
    return payload | {"results": results}


def _options(engine: Engine, query: Any) -> dict[str, Any]:
    """Options that all rankings share, as the engine takes them; an error in them is raised before any is made."""
    filters, settings = parse_filters(engine.graph, query.filters, engine), settings_of(engine, strict=query.strict)
    return {"filters": filters, "settings": settings, "limit": query.limit, "offset": query.offset}


def rank(engine: Engine, query: requests.RankQuery | requests.RankBody, lang: Lang) -> Payload:
    """Answer ``rank@1``."""
    origin, graph, options = origin_of(query.origin), engine.graph, _options(engine, query)
    settings = options["settings"]
    moves = engine.moves(rank_moves, origin, targets=query.targets, **options)
    hints = [(nearer(graph, origin, move, settings=settings), move) for move in moves[: query.explain]]
    nearest = [(near, counterfactual_note(near, move, lang=lang)) for near, move in hints]
    occupied = isinstance(origin, str) or origin.occupation is not None
    return envelope.moves_envelope("rank@1", graph, moves, lang, nearest=nearest, settings=settings, occupied=occupied)


def rank_batch(engine: Engine, query: requests.RankBatchBody, lang: Lang) -> Payload:
    """Answer ``rank-batch@1``: an origin that cannot be ranked stops none of the others."""
    graph, options = engine.graph, _options(engine, query)
    items: list[Payload] = []
    for place, raw_origin in enumerate(query.origins, start=1):
        answer: Payload = {"place": place, "origin": None, "moves": [], "problem": None}
        try:
            origin = origin_of(raw_origin)
            answer["origin"] = find_start(graph, origin).end.to_dict(lang)
            moves = engine.moves(rank_moves, origin, targets=query.targets, **options)
            answer |= {"moves": dicts(moves, lang)} | moves.doubts(lang)
        except PasserellesError as error:
            answer["problem"] = refusal(error, lang)
            if answer["problem"] is None:
                raise
        items.append(answer)
    payload = envelope.envelope(_BATCH, graph, items, settings=options["settings"])
    if any(item["problem"] is None and item["origin"]["code"] is None for item in items):
        payload["scorer_without_occupation"] = envelope.scorer_dict(graph, options["settings"], occupied=False)
    return payload


def sources(engine: Engine, query: requests.SourcesQuery | requests.SourcesBody, lang: Lang) -> Payload:
    """Answer ``sources@1``."""
    options = _options(engine, query)
    moves = engine.moves(rank_sources, query.target, origins=query.origins, **options)
    return envelope.moves_envelope("sources@1", engine.graph, moves, lang, settings=options["settings"])


def paths(engine: Engine, query: requests.PathsQuery | requests.PathsBody, lang: Lang) -> Payload:
    """Answer ``paths@1``."""
    # All that is asked for is an option of `rank_paths`, but what the engine looks up and how the answer is written.
    asked = query.model_dump(exclude={"origin", "agreement", "hiring_agreement", "fields", "lang"})
    agreements = (query.agreement, query.hiring_agreement)
    ranked = engine.paths(origin_of(query.origin), agreements=agreements, **asked)
    return envelope.paths_envelope(engine.graph, ranked, lang)


def resolve(engine: Engine, query: requests.ResolveQuery | requests.ResolveBody, lang: Lang) -> Payload:
    """Answer ``resolve@1``."""
    settings = engine.graph.settings.titles
    return Resolution.of(engine.referential, settings, query.text, kind=query.kind, limit=query.limit).to_dict(lang)


def show(engine: Engine, query: requests.ShowQuery, lang: Lang) -> Payload:  # noqa: ARG001 - the sheet has no sentence
    """Answer ``show@1``."""
    fiche = Fiche.of(engine.referential, query.occupation)
    return envelope.unscored_envelope("show@1", engine.referential, [fiche.to_dict()])


def match(engine: Engine, query: requests.MatchBody, lang: Lang) -> Payload:
    """Answer ``territory@1``."""
    from passerelles.territory.discretion import publish, published  # noqa: PLC0415 - heavy, and many never ask

    settings = settings_of(engine, strict=query.strict)
    fragile, hiring = ([row.model_dump() for row in rows] for rows in (query.fragile, query.hiring))
    data = data_for(engine, query)
    allocation = allocate(engine, query, fragile, hiring, settings=settings, **data)
    release = published(publish(allocation), lang) if query.mask else allocation.release()
    release = replace(release, flows=release.flows[: query.limit])
    sources = envelope.data_sources(**data, without=envelope.UNUSED | envelope.TENSIONS)
    return envelope.territory_envelope(engine.graph, release, lang, settings=settings, sources=sources)


def data_for(engine: Engine, query: Any) -> dict[str, Any]:
    """Return what an allocation reads beside its tables: of certifications, only where a legal frame asks for them."""
    certifications = engine.certifications if query.frame else None
    return {"market": engine.market, "places": engine.places, "certifications": certifications}


def allocate(engine: Engine, query: Any, fragile: Any, hiring: Any, **data: Any) -> Allocation:
    """Allocate people to openings within the bounds that are asked for."""
    return match_territory(engine.graph, fragile, hiring, **query.model_dump(exclude=_NO_BOUNDS), **data)


def settings_of(engine: Engine, *, strict: bool) -> Settings:
    """Return the settings of the graph, strict where they are or where it is asked for."""
    settings = engine.graph.settings
    return settings.model_copy(update={"strict": True}) if strict and not settings.strict else settings
