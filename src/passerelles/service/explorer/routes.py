"""Routes of the explorer: pages by GET; what is about a person or a territory by POST, in a body, never stored."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final, TypeVar

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.responses import RedirectResponse, Response

from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.language.say import Lang, lang_of
from passerelles.matching.titles import Candidate, resolve_competency, resolve_title, status
from passerelles.model import Profile
from passerelles.paths.path import Span, hours_text
from passerelles.paths.rank import rank_paths
from passerelles.ranking.move import Moves
from passerelles.ranking.rank import rank_moves
from passerelles.report.lookups import Fiche
from passerelles.service.explorer import pages, territory
from passerelles.service.explorer.pages import ASSETS, PageRequest, asked_of, asset, fiche_of, jobs_of
from passerelles.service.middleware import EXPLORER
from passerelles.service.problems import STATUS, refusal
from passerelles.service.requests import Body, Code, Person, Text
from passerelles.service.telemetry import log_event
from passerelles.service.workers import ServiceApp, UnansweredError, WorkerPool, of_today, wait_until_client_leaves

_CANDIDATES: Final = 8
_MOVES_SHOWN: Final = 15
_NEXT_STEPS: Final = 10
_LONGEST_PATH: Final = 6  # steps of a path built by hand
_CREDENTIALS: Final = 12  # credentials that a person is asked about


class HoldsBody(Body):
    """Words of somebody who looks for a competency, or for the job to start from."""

    text: Annotated[str, StringConstraints(max_length=200)] = ""
    job: Text | None = None
    competencies: list[Code] = Field(default_factory=list, max_length=500)


def holds(ask: PageRequest, wanted: HoldsBody) -> str:
    """Return what to tick: the competencies of a job, all ticked to begin with, and those added one by one."""
    referential = ask.engine.referential
    known = referential.competency_by_code
    job: Fiche | None = None
    candidates: list[Candidate] = []
    if wanted.job:
        try:
            job = fiche_of(ask, wanted.job)
        except UnknownCodeError:
            candidates = resolve_title(referential, wanted.job, limit=_CANDIDATES)
            if not candidates:
                raise
    unread = status(candidates, ask.engine.graph.settings.titles.review_threshold) == "inconnu"
    blocks = [] if job is None else [(kind, ticks) for kind, ticks in job.requirements_by_kind if ticks]
    required_codes = {competency.code for _, ticks in blocks for _, competency in ticks}
    added = [(c, known[c].name) for c in wanted.competencies if c in known and c not in required_codes]
    competencies = resolve_competency(referential, wanted.text, limit=_CANDIDATES) if wanted.text.strip() else []
    return ask.render(
        "holds.html", job=job, meant=candidates, unread=unread, given=wanted.job or "", blocks=blocks, added=added,
        asked={c.code: asked_of(ask, c) for c in candidates},
        text=wanted.text,
        found=[(c.code, c.label) for c in competencies if c.code not in required_codes],
    )  # fmt: skip


def held_moves(ask: PageRequest, body: Person) -> str:
    """Return the moves of a person, with the credentials that would open more of them."""
    try:
        person = body.profile()
    except PasserellesError as error:
        if error.key != "empty_profile":
            raise
        return ask.render("held.html", page=None)
    moves = rank_moves(ask.engine.graph, person, limit=_MOVES_SHOWN)
    named = ask.engine.referential.credential_by_code
    wanted = {code: named[code].label for code in body.credentials if code in named}
    for move in moves:
        for credential in move.access.required:
            if credential.held != "yes" and credential.code in named:
                wanted.setdefault(credential.code, credential.label)
    return ask.render(
        "held.html",
        moves=moves,
        credentials=[(c, label, body.credentials.get(c) == "yes") for c, label in list(wanted.items())[:_CREDENTIALS]],
        exercised=body.occupation is not None,
        **ask.moves_content(
            moves, {"target": lambda m: ask.url("show", m.target.code)}, occupied=person.occupation is not None
        ),
    )


def person_after(ask: PageRequest, jobs: Sequence[Fiche]) -> Profile:
    """Return somebody in the last of some jobs who exercised those before it, and holds what they require."""
    requirements = ask.engine.referential.requirements_of
    before = {r.competency for job in jobs[:-1] for r in requirements.get(job.code, ())}
    return Profile(jobs[-1].asked, tuple(sorted(before)))


def way(ask: PageRequest) -> str:
    """Return a path built by hand, step by step, with what the engine proposes next."""
    jobs = jobs_of(ask, _LONGEST_PATH + 1)
    asked, codes = [job.asked for job in jobs], {job.code for job in jobs}
    legs = []  # start and end of each step, and what it takes for somebody who made those before it
    total: Span | None = None
    for place in range(1, len(jobs)):
        direct = rank_paths(
            ask.engine.graph, person_after(ask, jobs[:place]), targets=[asked[place]], max_steps=1,
            certifications=ask.engine.certifications, limit=1,
        )  # fmt: skip
        legs.append((jobs[place - 1], jobs[place], direct[0].explanation(ask.lang) if direct else None))
        if direct:
            total = direct[0].known_hours if total is None else total.plus(direct[0].known_hours)
    onward: dict[str, Any] = {"grid": None, "notes": []}
    if jobs and len(jobs) <= _LONGEST_PATH:
        ranked = rank_moves(ask.engine.graph, person_after(ask, jobs), limit=_NEXT_STEPS + len(jobs))
        moves = Moves([m for m in ranked if m.target.code not in codes][:_NEXT_STEPS], listing=ranked.listing)
        onward = ask.moves_content(moves, {"target": lambda m: ask.url("way", job=[*asked, m.target.code])})
    return ask.render(
        "way.html",
        jobs=jobs,
        asked=asked,
        legs=legs,
        total=hours_text(total, ask.lang) if total is not None else "",
        **onward,
    )


T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]
HTML: Final = "text/html; charset=utf-8"
# Nothing from outside, no script or style inside a page, no page of another's around it.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "private, no-cache",
}
_NO_STORE: Final = {**_HEADERS, "cache-control": "no-store"}


PAGES: Final[Mapping[str, Callable[..., str | None]]] = {
    "/": pages.home,
    "/show/{code}": pages.job,
    "/rank/{code}": partial(pages.ranking, towards=False),
    "/sources/{code}": partial(pages.ranking, towards=True),
    "/move/{origin}/{target}": pages.move,
    "/compare": pages.compare,
    "/paths/{origin}/{target}": pages.paths,
    "/near/{code}": pages.near,
    "/map": pages.whole_map,
    "/map.svg": pages.map_picture,
    "/areas": pages.areas,
    "/areas/{number}": pages.area,
    "/interests": pages.interests,
    "/way": way,
    "/profile": lambda ask: ask.render("profile.html"),  # its script keeps what is ticked in the address's fragment
    "/territory": territory.territory,
}
_SLOW_PAGES: Final = ("/paths", "/way", "/areas", "/territory")  # what takes long never makes what is short wait
# What is about a person or a territory: a body, and a piece of a page for an answer.
POSTS: Final[Mapping[str, tuple[type[BaseModel], Callable[..., Any]]]] = {
    "/profile/holds": (HoldsBody, holds),
    "/profile/moves": (Person, held_moves),
    "/territory/plan": (territory.PlanBody, territory.plan),
    "/territory/file": (territory.FileBody, territory.plan_file),
}


def add_explorer(app: FastAPI, service: ServiceApp, *, usual: Lang, alone: bool = False) -> None:
    """Add the pages to an application, under `EXPLORER`, in the `usual` language; `alone`: the root leads there too."""
    # What takes seconds is prepared before a page needs it: beside other answers a page has little time, and on one's
    # own machine the data are read while one looks at the first page.
    service.prepare = partial(pages.prepare, service.engine, everything=not alone)
    add = partial(app.add_api_route, include_in_schema=False)
    for path, make in PAGES.items():
        add(f"{EXPLORER}{path}", _page(service, path, usual, make))
    for path, (model, make) in POSTS.items():
        add(f"{EXPLORER}{path}", _piece(service, path, usual, model, make), methods=["POST"])

    async def static(request: Request, digest: str, name: str) -> Response:
        if name not in ASSETS or digest != asset(name)[1]:
            return failure_page(_ask(request, service, usual), "not_found")
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(asset(name)[0], media_type=f"{ASSETS[name][0]}; charset=utf-8", headers=headers)

    async def nowhere(request: Request, rest: str) -> Response:  # noqa: ARG001 - any other address
        return failure_page(_ask(request, service, usual), "not_found")

    async def root(request: Request) -> Response:
        query = f"?{request.url.query}".removesuffix("?")
        return RedirectResponse(f"{request.scope.get('root_path', '')}{EXPLORER}/{query}")

    add(f"{EXPLORER}/static/{{digest}}/{{name}}", static)
    add(f"{EXPLORER}/{{rest:path}}", nowhere)
    for path in (EXPLORER, "/") if alone else (EXPLORER,):
        add(path, root)


def _pool(service: ServiceApp, path: str) -> WorkerPool:
    """Threads that answer an address: others after a restart of the service."""
    return service.long if path.startswith(_SLOW_PAGES) else service.short


def _page(service: ServiceApp, path: str, usual: Lang, make: Callable[..., str | None]) -> Endpoint:
    """Return the endpoint of a page, which is cached."""

    async def answer(request: Request) -> Response:
        # What was asked for, as the server read it: an address put together again has the name of the host in it.
        key = of_today(f"{request.scope['path']} {request.scope['query_string'].decode('latin-1')}")
        content = service.cache.get(key)
        if content is None:
            ask = _ask(request, service, usual)
            page = await _run_in_pool(_pool(service, path), request, ask, partial(make, ask, **request.path_params))
            if isinstance(page, Response):
                return page
            if page is None:
                return failure_page(ask, "not_found")
            content = page.encode()
            service.cache.put(key, content)
        return Response(content, media_type="image/svg+xml" if path.endswith(".svg") else HTML, headers=_HEADERS)

    return answer


def _piece(service: ServiceApp, path: str, usual: Lang, model: type[BaseModel], make: Callable[..., Any]) -> Endpoint:
    """Return the endpoint that answers a body with a piece of a page, never cached."""

    async def answer(request: Request) -> Response:
        ask = _ask(request, service, usual)
        try:
            body = model.model_validate_json(await request.body())
        except ValidationError:
            return failure_page(ask, "invalid_request", piece=True)
        result = await _run_in_pool(_pool(service, path), request, ask, partial(make, ask, body), piece=True)
        if isinstance(result, tuple):
            name, media, content = result
            named = {**_NO_STORE, "content-disposition": f'attachment; filename="{name}"'}
            return Response(content, media_type=media, headers=named)
        return result if isinstance(result, Response) else Response(result, media_type=HTML, headers=_NO_STORE)

    return answer


async def _run_in_pool(
    pool: WorkerPool, request: Request, ask: PageRequest, make: Callable[[], T], *, piece: bool = False
) -> T | Response:
    """Return the result of a job run in a thread, or the page, or piece of one, that gives the error."""
    try:
        return await pool.run(make, partial(wait_until_client_leaves, request))
    except UnansweredError as error:
        return Response(status_code=499) if error.key == "gone" else failure_page(ask, error.key, piece=piece)
    except Exception as error:  # noqa: BLE001 - a fault, or about this machine: logged, with where and not with what
        refused = refusal(error, ask.lang) if isinstance(error, PasserellesError) else None
        if refused is None:
            log_event("fault", level=logging.ERROR, error=error, key=getattr(error, "key", None))
            return failure_page(ask, "fault", piece=piece)
        detail = error.sentence(ask.lang) if isinstance(error, UnknownCodeError) else refused["detail"]
        details = {"detail": detail, "near": refused.get("suggestions", [])}
        return _error_page(ask, refused["status"], piece=piece, title=ask.words("error.refused"), **details)


def _ask(request: Request, service: ServiceApp, usual: Lang) -> PageRequest:
    fields = {name: request.query_params.getlist(name) for name in request.query_params}
    lang = lang_of(fields.get("lang", [usual])[0], usual)
    return PageRequest(service.engine, lang, fields, f"{request.scope.get('root_path', '')}{EXPLORER}", usual)


def failure_page(ask: PageRequest, key: str, *, piece: bool = False) -> Response:
    """Say that there is no such page, or that it cannot be had now."""
    title, detail = ask.words(f"error.{key}"), ask.words(f"error.{key}_detail")
    return _error_page(ask, STATUS[key], piece=piece, title=title, detail=detail, near=[])


def _error_page(ask: PageRequest, status: int, *, piece: bool, **content: Any) -> Response:
    text = ask.render("problem.html" if piece else "error.html", **content)
    return Response(text, status, media_type=HTML, headers=_NO_STORE)
