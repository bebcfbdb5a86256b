"""The service: the same JSON as the command line, errors that help, limits, tags, a key, nothing said of persons."""

import asyncio
import gc
import gzip
import json
import logging
import os
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import typer
from jsonschema import Draft202012Validator

from market_files import market_folder, write
from passerelles import __version__
from passerelles.cli.main import make_app, run
from passerelles.errors import PasserellesError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS, Lang
from passerelles.model import Profile
from passerelles.paths.legal import presets
from passerelles.ranking.filters import FILTERS
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.load import load_referential
from passerelles.report.schemas import json_schema
from passerelles.service import answers, problems, requests, workers
from passerelles.service.app import create_app, read_keys
from passerelles.service.engine import Engine, Limits, Options, load_engine
from passerelles.service.workers import JSON, AnswerCache, ServiceApp, UnansweredError, WorkerPool
from service_client import Client
from small import referential

BRANCH = ("--overlay", "enseignement-conduite")
KEY = "0123456789abcdef-secret"
PROBLEM = Draft202012Validator(json_schema("problem"))
FRAGILE = [{"employer": "A", "job": "N4101", "headcount": 7, "basin": "Redon"}]
HIRING = [{"employer": "B", "job": "N4102", "openings": 5, "basin": "Redon"}]


@pytest.fixture(scope="module")
def engine(embedded_graph: OccupationGraph) -> Engine:
    return Engine.of(embedded_graph)


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[Client]:
    # That a machine is busy is no fault of an answer.
    with Client(create_app(engine, Options(limits=Limits(seconds=120)))) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    with pytest.raises(SystemExit):
        run([*words, *BRANCH, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def refused(response: Any, status: int, key: str) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert not list(PROBLEM.iter_errors(body))
    assert body["type"] == f"urn:passerelles:problem:{key}"
    assert body["status"] == status
    return body


GETS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "/v1/rank": (
        ("rank", "K2110", "--limit", "3", "--filter", "unregulated", "--explain", "1", "--strict", "--lang", "en"),
        {"origin": "K2110", "limit": 3, "filter": "unregulated", "explain": 1, "strict": "true", "lang": "en"},
    ),
    "/v1/sources": (("sources", "N4101", "--origin", "K2110"), {"target": "N4101", "origin": ["K2110"]}),
    "/v1/paths": (
        ("paths", "K2110", "N4102", "--frame", "transco", "--limit", "2"),
        {"origin": "K2110", "target": "N4102", "frame": "transco", "limit": 2},
    ),
    "/v1/resolve": (("resolve", "moniteur auto ecole"), {"text": "moniteur auto ecole"}),
    "/v1/show": (("show", "K2110-GL"), {"occupation": "K2110-GL"}),
}


@pytest.mark.parametrize("path", GETS)
def test_an_answer_is_that_of_the_command_line(path: str, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    words, query = GETS[path]
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    assert response.json() == printed(capsys, *words)


POSTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "rank": (("rank", "K2110", "--target", "N4102"), {"origin": "K2110", "targets": ["N4102"]}),
    "sources": (("sources", "N4101", "--limit", "2"), {"target": "N4101", "limit": 2}),
    "paths": (("paths", "N4101", "N4102", "--pareto"), {"origin": "N4101", "targets": ["N4102"], "pareto": True}),
    "resolve": (
        ("resolve", "conduire un véhicule", "--competencies"),
        {"text": "conduire un véhicule", "kind": "competency"},
    ),
}


@pytest.mark.parametrize("name", POSTS)
def test_a_body_says_the_same_as_the_words(name: str, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    words, body = POSTS[name]
    assert client.post(f"/v1/{name}", json=body).json() == printed(capsys, *words)


def test_a_person_is_ranked_as_on_the_command_line(
    client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Any, engine: Engine
) -> None:
    held = list(engine.graph.competency_codes[:6])
    for person in ({"competencies": held}, {"occupation": "N4101", "competencies": held, "credentials": {}}):
        file = tmp_path / "person.json"
        file.write_text(json.dumps(person), encoding="utf-8")
        response = client.post("/v1/rank", json={"origin": person})
        assert response.json() == printed(capsys, "rank", "--profile", str(file))
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers
        paths = client.post("/v1/paths", json={"origin": person, "targets": ["N4102"]}).json()
        assert paths == printed(capsys, "paths", "--profile", str(file), "N4102")


@pytest.mark.parametrize("mask", [False, True])
def test_a_territory_is_that_of_the_command_line(
    mask: bool,  # noqa: FBT001
    client: Client,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Any,
) -> None:
    for name, rows in (("fragile", FRAGILE), ("hiring", HIRING)):
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = ("--fragile", str(tmp_path / "fragile.csv"), "--hiring", str(tmp_path / "hiring.csv"))
    words = ("territory", "match", *files, "--budget-hours", "900", *(("--mask",) if mask else ()))
    body = {"fragile": FRAGILE, "hiring": HIRING, "budget_hours": 900.0, "mask": mask}
    expected = printed(capsys, *words)
    assert {source.pop("content") for source in expected["sources"]} == {"table"}  # its files: here there are none
    assert client.post("/v1/match", json=body).json() == expected | {"sources": []}


@pytest.mark.parametrize("explorer", ["off", "alone"])
def test_a_folder_of_data_that_is_not_there_is_refused_before_anything_is_served(
    tmp_path: Path, explorer: Literal["off", "alone"]
) -> None:
    with pytest.raises(PasserellesError) as refused:
        load_engine(Options(explorer=explorer, data=(tmp_path / "nope",)))
    assert refused.value.key == "no_such_path"


def test_a_territory_has_the_figures_of_the_market(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = market_folder(tmp_path / "data")
    files: list[str] = []
    for name, rows in (("fragile", FRAGILE), ("hiring", HIRING)):
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        files += [f"--{name}", str(write(tmp_path / f"{name}.csv", "\n".join(lines) + "\n"))]
    options = Options(overlays=("enseignement-conduite",), data=(data,))
    with Client(create_app(load_engine(options))) as opened:
        found = opened.post("/v1/match", json={"fragile": FRAGILE, "hiring": HIRING}).json()
    expected = printed(capsys, "territory", "match", *files, "--data", str(data))
    expected["sources"] = [source for source in expected["sources"] if source["content"] != "table"]
    assert found == expected
    assert found["results"][0]["market"]


@pytest.mark.parametrize("lang", LANGS)
def test_answers_are_the_moves_themselves(client: Client, engine: Engine, lang: Lang) -> None:
    graph = engine.graph
    people = [Profile("K2110", tuple(graph.competency_codes[::9])), Profile(None, tuple(graph.competency_codes[::40]))]
    origins: list[str | Profile] = [*graph.codes[::12], *(o.code for o in graph.occupations if o.base), *people]
    for origin in origins:
        asked: Any = origin
        if isinstance(origin, Profile):
            asked = {"occupation": origin.occupation, "competencies": list(origin.competencies)}
        body = {"origin": asked, "limit": 30, "filters": ["other-domain"]}
        found = client.post(f"/v1/rank?lang={lang}", json=body).json()["results"]
        moves = rank_moves(graph, origin, limit=30, filters=["other-domain"])
        assert found == [move.to_dict(lang) for move in moves]  # to the last bit of every number
        assert {key for item in found for key in ("held", "near", "missing") if item[key]} >= {"held", "missing"}


def test_tags_spare_an_answer_that_one_has(client: Client) -> None:
    first = client.get("/v1/rank", params={"origin": "K2110"})
    refused(client.get("/v1/rank/", params={"origin": "K2110"}), 404, "not_found")  # no redirection to guess by
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert tag.startswith('W/"')  # of the answer, compressed or not
    for given in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get("/v1/rank", params={"origin": "K2110"}, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b""), given
        assert again.headers["etag"] == tag
        assert again.headers["vary"] == first.headers["vary"] == "Accept-Encoding"
    other = client.get("/v1/rank", params={"origin": "K2110", "lang": "en"}, headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag
    refused(client.get("/v1/rank", params={"origin": "ZZ"}, headers={"If-None-Match": "*"}), 404, "unknown_code")


def test_a_tag_changes_with_the_referential(embedded_graph: OccupationGraph, client: Client) -> None:
    from passerelles.graph.build import build_graph

    bare = Engine.of(build_graph(load_referential("transitions")))
    with Client(create_app(bare)) as other:
        query = {"occupation": "K2110"}
        tags = {c.get("/v1/show", params=query).headers["etag"] for c in (client, other)}
    assert len(tags) == 2


def test_a_tag_changes_with_the_data(tmp_path: Path) -> None:
    folder = market_folder(tmp_path)

    def asked(tag: str, wage: int) -> Any:
        rows = [f"J3Z43,2017-2019,{wage}", "W1Z80,2017-2019,2100", "Ensemble,2017-2019,1800"]
        text = "\n".join(['"Fap3","Annee","Salaire_median"', *rows]) + "\n"
        file = folder / "d.csv"
        if not file.is_file() or file.read_text("utf-8") != text:
            write(file, text)
        with Client(create_app(load_engine(Options(data=(folder,))))) as opened:
            return opened.get("/v1/rank", params={"origin": "N4101", "limit": 1}, headers={"If-None-Match": tag})

    first = asked("", 1903)
    tag = first.headers["etag"]
    assert asked(tag, 1903).status_code == 304
    later = asked(tag, 1700)
    assert (later.status_code, later.headers["etag"] == tag) == (200, False)
    before, after = (answer.json()["results"][0]["wages"]["before"]["value"] for answer in (first, later))
    assert before > after


def test_neither_a_tag_nor_a_kept_answer_on_paths_outlives_the_day(
    client: Client, set_today: Callable[[str], None]
) -> None:
    def asked(day: str, tag: str = "") -> Any:
        set_today(day)
        query = {"origin": "N4101", "target": "N4102", "frame": "transco"}
        return client.get("/v1/paths", params=query, headers={"If-None-Match": tag})

    last, after = "2025-12-31", "2026-01-01"
    first = asked(last)
    tag = first.headers["etag"]
    assert asked(last, tag).status_code == 304
    later = asked(after, tag)
    assert later.headers["etag"] != tag
    frames = [a.json()["results"][0]["frames"] for a in (first, later)]
    rules = [{v["rule"] for f in some if f["name"] == "transco" for v in f["violations"]} for some in frames]
    assert ["ended" in some for some in rules] == [False, True]


def test_moves_that_were_prepared_serve_for_more_than_a_day(client: Client, set_today: Callable[[str], None]) -> None:
    tag = client.get("/v1/rank?origin=N4101").headers["etag"]
    set_today("2099-01-01")
    assert client.get("/v1/rank?origin=N4101", headers={"If-None-Match": tag}).status_code == 304


def test_every_answer_says_version_and_referential(client: Client, engine: Engine) -> None:
    for path in ("/v1/show?occupation=K2110", "/v1/show?occupation=nope", "/nope", "/health/live"):
        headers = client.get(path).headers
        assert headers["passerelles-version"] == __version__
        assert headers["passerelles-referential"].startswith("transitions/")
        assert engine.graph.referential.provenance.sha256 in headers["passerelles-referential"]
        assert len(headers["x-request-id"]) == 16


def test_of_nobody_nothing_is_said(client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    """As in bulk: a person has an occupation or a competency."""
    for person in ({}, {"competencies": [], "credentials": {"PERM-C": "yes"}}):
        body = refused(client.post("/v1/rank", json={"origin": person}), 422, "empty_profile")
        refused(client.post("/v1/paths", json={"origin": person, "targets": ["N4102"]}), 422, "empty_profile")
        (tmp_path / "person.json").write_text(json.dumps(person), encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            run(["rank", "--profile", str(tmp_path / "person.json"), *BRANCH])
        assert ended.value.code == 2
        assert body["detail"] in " ".join(capsys.readouterr().err.split())


def test_errors_help_in_both_languages(client: Client) -> None:
    body = refused(client.get("/v1/rank?origin=K211O"), 404, "unknown_code")
    assert "K2110" in body["suggestions"]
    assert "Vouliez-vous dire" in body["detail"]
    # Where nothing is near, no command of a terminal is named: who asks has none.
    assert "passerelles search" not in refused(client.get("/v1/rank?origin=ZZ"), 404, "unknown_code")["detail"]
    assert "Vouliez-vous dire" in body["detail"]
    assert "Did you mean" in client.get("/v1/rank?origin=K211O&lang=en").json()["detail"]
    refused(client.post("/v1/rank", json={"origin": {"competencies": ["NOPE"]}}), 404, "unknown_competency")
    refused(client.get("/v1/rank?origin=K2110&filter=shiny"), 422, "unknown_filter")
    refused(client.get("/v1/rank?origin=K2110&filter=min-coverage%3D7"), 422, "filter_value")


def test_rows_that_are_wrong_are_counted_alike_and_never_sent_back(client: Client) -> None:
    for wrong, key in (("zzzz", "territory_input"), (7, "invalid_request")):
        body = {"fragile": FRAGILE, "hiring": [HIRING[0], HIRING[0] | {"job": wrong}]}
        if wrong == "zzzz":
            body["hiring"] = body["hiring"][1:]
        problems = refused(client.post("/v1/match", json=body), 422, key)
        assert problems["errors"][0]["where"] == f"body.hiring.{len(body['hiring']) - 1}.job"
        assert "zzzz" not in json.dumps(problems)
    body = {"fragile": [FRAGILE[0] | {"job": "Total"}], "hiring": HIRING}  # a total alone: no row is left
    assert refused(client.post("/v1/match", json=body), 422, "territory_input")["errors"][0]["where"] == "body.fragile"


@pytest.mark.parametrize(
    ("sent", "where", "said"),
    [
        (
            '{"origin": {"occupation": "K2110", "credentials": {"PERM-C": "maybe"}}}',
            "body.origin.credentials.…",
            "'yes'",
        ),
        ('{"origin": {"occupation": "K2110", "credentials": {"a text": 1}}}', "body.origin.credentials.…", "'yes'"),
        ('{"origin": {"competencies": ["C", 3]}}', "body.origin.competencies.1", "A text"),
        ('{"origin": 2110}', "body.origin", "object that describes a person"),
        ('{"origin": ', "body", "line 1, column 12."),
        ('{"limit": ' + "9" * 5000 + "}", "body", "thousands of digits"),
        (b'{"origin": "\xe9"}', "body", "UTF-8"),
        ('{"origin": "K2110", "limit": 1, "limit": 2}', "body", "more than once: limit."),
        ('{"origin": {"occupation": "K2110", "credentials": {"PERM-C": "yes", "PERM-C": "no"}}}', "body", "once: …"),
    ],
)
def test_the_place_of_what_is_wrong_in_a_body_is_told(client: Client, sent: Any, where: str, said: str) -> None:
    response = client.post("/v1/rank?lang=en", content=sent, headers={"content-type": "application/json"})
    (told,) = refused(response, 422, "invalid_request")["errors"]
    assert told["where"] == where
    assert said in told["what"]


def test_a_parameter_given_twice_is_refused_unless_it_may_be_several(client: Client) -> None:
    for path in ("/v1/rank?origin=K2110&origin=N4101", "/v1/sources?target=N4101&limit=1&limit=2"):
        name = path.rpartition("&")[2].partition("=")[0]
        (told,) = refused(client.get(path), 422, "invalid_request")["errors"]
        assert (told["where"], f"plus d'une fois : {name}" in told["what"]) == (f"query.{name}", True)
    several = "/v1/sources?target=N4101&origin=K2110&origin=N4105&fields=origin&fields=rank"
    assert len(client.get(several).json()["results"]) == 2
    refused(client.post("/v1/rank?lang=en&lang=fr", json={"origin": "K2110"}), 422, "invalid_request")


def test_keys_given_twice_are_named_from_every_object_and_looked_for_once(client: Client) -> None:
    declared = {"content-type": JSON}
    person = '{"occupation": "K2110", "occupation": "K2110"}'
    sent = f'{{"limit": 1, "limit": 2, "origins": [{person}, {{"occupation": "K2110"}}]}}'
    told = refused(client.post("/v1/rank/batch", content=sent, headers=declared), 422, "invalid_request")["errors"]
    assert [each["what"].rpartition(" ")[2] for each in told] == ["occupation.", "limit."]
    some = ",".join(f'"{name}":1,"{name}":1' for name in "abc")
    many = '{"origins": [' + ",".join([f"{{{some}}}"] * 19_000) + "]}"
    began = time.process_time()
    refused(client.post("/v1/rank/batch", content=many, headers=declared), 422, "invalid_request")
    assert time.process_time() - began < 0.7  # seconds; names copied at every object take several


def test_keys_that_are_no_names_are_told_as_far_as_a_valid_body_has_any(
    client: Client, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {f"C{n}": "yes" for n in range(100)}
    full = [{"occupation": "K2110", "credentials": held}] * 100
    assert client.post("/v1/rank/batch", json={"origins": full, "limit": 1, "fields": []}).status_code == 200
    for name, last in (("credentials", {}), ("extra", {"credentials": held})):
        more = {"occupation": "K2110", **last, name: {f"D{n}": "yes" for n in range(5_000)}}
        answer = refused(client.post("/v1/rank/batch", json={"origins": [*full[1:], more]}), 422, "invalid_request")
        assert [told["where"] for told in answer["errors"]] == [f"body.origins.99.{name}"]
    monkeypatch.setattr(problems, "_SHOWN", 100_000)  # of which an answer tells a few only
    odd = {f"odd {n}": 0 for n in range(200)}
    lots = {side: [odd | {"employer": "A", "job": "N4101", count: 1, "basin": "R"}] * 200
            for side, count in (("fragile", "headcount"), ("hiring", "openings"))}  # fmt: skip
    with Client(create_app(engine, Options(limits=Limits(body_bytes=10_000_000)))) as opened:
        found = refused(opened.post("/v1/match", json=lots), 422, "invalid_request")["errors"]
    assert requests.OWN_KEYS < len(found) <= requests.OWN_KEYS + 400  # of 80,000, one more of each object at most


def test_an_empty_list_is_none_and_null_is_all(client: Client, engine: Engine) -> None:
    asked = {"rank": ({"origin": "K2110"}, "targets"), "sources": ({"target": "N4101"}, "origins")}
    for name, (body, among) in asked.items():
        every = client.post(f"/v1/{name}", json=body | {among: None}).json()["results"]
        assert (every, len(every)) == (client.post(f"/v1/{name}", json=body).json()["results"], 10)
        assert client.post(f"/v1/{name}", json=body | {among: []}).json()["results"] == []
    assert rank_moves(engine.graph, "K2110", targets=[]) == []
    batch = client.post("/v1/rank/batch", json={"origins": ["K2110"], "targets": []}).json()
    assert batch["results"][0]["moves"] == []
    one = {"origin": "K2110", "limit": 1}
    assert client.post("/v1/rank", json=one | {"fields": None}).json() == client.post("/v1/rank", json=one).json()
    nothing = client.post("/v1/rank", json=one | {"fields": []}).json()
    assert (nothing["results"], "settings" in nothing) == ([{}], False)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body.origin"),
        ({"origin": "K2110", "limit": 0}, "body.limit"),
        ({"origin": "K2110", "limit": 101}, "body.limit"),
        ({"origin": "K2110", "limit": "3"}, "body.limit"),
        ({"origin": "K2110", "limits": 3}, "body"),
        ({"origin": 2110}, "body.origin"),
        ({"origin": "K" * 201}, "body.origin"),
        ({"origin": "K2110", "targets": ["N4101"] * 201}, "body.targets"),
        ({"origin": "K2110", "filters": ["unregulated"] * 11}, "body.filters"),
        ({"origin": "K2110", "explain": 6}, "body.explain"),
        ({"origin": {"competencies": ["C"] * 501}}, "body.origin"),
        ({"origin": {"name": "Jeanne"}}, "body.origin"),
        ({"origin": "\ud800"}, "body.origin"),
    ],
)
def test_what_passes_a_limit_is_refused(body: dict[str, Any], where: str, client: Client) -> None:
    sent = json.dumps(body).encode()
    response = client.post("/v1/rank", content=sent, headers={"content-type": "application/json"})
    found = refused(response, 422, "invalid_request")
    assert found["errors"][0]["where"].startswith(where)
    assert "Jeanne" not in response.text


def test_paths_and_territories_are_bounded(client: Client) -> None:
    bodies: list[dict[str, Any]] = [
        {"max_steps": 4},
        {"targets": ["N4101"] * 11},
        {"limit": 21},
        {"frame": "/etc/hosts.toml"},
    ]
    for body in bodies:
        asked = {"origin": "K2110", "targets": ["N4102"]} | body
        refused(client.post("/v1/paths", json=asked), 422, "invalid_request")
    bodies = [{"fragile": FRAGILE * 201}, {"radius_km": -1}, {"hiring": []}, {"min_probability": 2}]
    for body in bodies:
        refused(client.post("/v1/match", json={"fragile": FRAGILE, "hiring": HIRING} | body), 422, "invalid_request")


def test_no_option_is_passed_over_on_its_way_to_the_engine(engine: Engine) -> None:
    class Paths(requests.PathsBody):
        another: int = 7

    class Match(requests.MatchBody):
        another: int = 7

    with pytest.raises(TypeError, match="another"):
        answers.paths(engine, Paths(origin="N4105", targets=["N4101"]), "fr")
    with pytest.raises(TypeError, match="another"):
        answers.match(engine, Match.model_validate({"fragile": FRAGILE, "hiring": HIRING}), "fr")


def test_bodies_are_bounded_before_they_are_read(client: Client) -> None:
    declared = {"content-type": "application/json"}
    refused(client.post("/v1/rank", content=b" " * 1_000_001, headers=declared), 413, "body_too_large")

    async def streamed() -> AsyncIterator[bytes]:
        for _ in range(1_100):
            yield b" " * 1_000

    refused(client.post("/v1/rank", content=streamed(), headers=declared), 413, "body_too_large")
    refused(client.post("/v1/rank", content=b"{}", headers={"content-type": "text/plain"}), 415, "not_json")
    packed = declared | {"content-encoding": "gzip"}
    refused(client.post("/v1/rank", content=gzip.compress(b"{}"), headers=packed), 415, "encoded")
    refused(client.post("/v1/rank", content=b"[" * 100_000, headers=declared), 422, "too_deep")
    refused(client.post("/v1/rank", content=b'{"a":' * 9 + b"1" + b"}" * 9, headers=declared), 422, "too_deep")
    refused(client.post("/v1/rank", content=b'{"origin": ', headers=declared), 422, "invalid_request")
    text = json.dumps({"origin": "[[[[[[[[[[{{{{{{{{{{"}).encode()  # brackets in a text are no nesting
    refused(client.post("/v1/rank", content=text, headers=declared), 404, "unknown_code")
    quoted = json.dumps({"origin": '"' + "[" * 20}).encode()  # a quotation mark in a text does not end it
    refused(client.post("/v1/rank", content=quoted, headers=declared), 404, "unknown_code")
    ended = b'{"origin": "\\\\", "x": ' + b"[" * 20 + b"]" * 20 + b"}"  # behind a backslash of the text it does
    refused(client.post("/v1/rank", content=ended, headers=declared), 422, "too_deep")
    refused(client.get("/v1/rank?origin=K2110&filter=" + "a" * 19_000), 414, "query_too_long")


def test_unknown_addresses_and_methods(client: Client, embedded_graph: OccupationGraph) -> None:
    refused(client.get("/v2/rank"), 404, "not_found")
    response = client.request("PUT", "/v1/rank", json={}, headers={"content-type": "application/json"})
    refused(response, 405, "not_allowed")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    asked = client.options("/v1/rank")
    assert (asked.status_code, asked.content, asked.headers["allow"]) == (204, b"", "GET, HEAD, OPTIONS, POST")
    refused(client.options("/v2/rank"), 404, "not_found")
    refused(client.get("/v1/match"), 405, "not_allowed")
    assert client.get("/v1/match").headers["allow"] == "OPTIONS, POST"
    with Client(create_app(Engine.of(embedded_graph), Options(explorer="alone"))) as pages:
        assert pages.post("/explorer/show/K2110", json={}).headers["allow"] == "GET, HEAD, OPTIONS"


def test_heads_are_those_of_the_answers(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="passerelles.service")
    for path in (
        "/v1/rank?origin=K2110",
        "/v1/show?occupation=K2110",
        "/health/live",
        "/nope",
        "/v1/rank",
        "/v1/match",
    ):
        whole, head = client.get(path), client.request("HEAD", path)
        assert head.content == b""
        assert head.status_code == whole.status_code, path
        for name in ("content-length", "content-type", "etag", "cache-control", "allow"):
            assert head.headers.get(name) == whole.headers.get(name), (path, name)
    last: Any = caplog.records[-1]
    assert (last.values["method"], last.values["bytes"]) == ("HEAD", 0)
    tag = client.get("/v1/show?occupation=K2110").headers["etag"]
    assert client.request("HEAD", "/v1/show?occupation=K2110", headers={"if-none-match": tag}).status_code == 304


def test_a_key_is_asked_for_and_compared_whole(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_KEYS", f"{KEY} another-key-of-someone")
    with Client(create_app(engine, keys=read_keys("SERVICE_KEYS"))) as guarded:
        path = "/v1/show?occupation=K2110"
        for wrong in (
            {},
            {"x-api-key": KEY[:-1]},
            {"x-api-key": KEY + "x"},
            {"authorization": f"Basic {KEY}"},
            {"authorization": KEY},
        ):
            response = guarded.get(path, headers=wrong)
            refused(response, 401, "unauthorized")
            assert response.headers["www-authenticate"]
        for right in ({"x-api-key": KEY}, {"authorization": f"Bearer {KEY}"}, {"authorization": f"bEARER  {KEY}"},
                      {"x-api-key": "another-key-of-someone"}):  # fmt: skip
            assert guarded.get(path, headers=right).status_code == 200
        refused(guarded.get("/openapi.json"), 401, "unauthorized")
        assert guarded.get("/health/live").status_code == 200
        described = guarded.get("/openapi.json", headers={"x-api-key": KEY}).json()
        schemes = described["components"]["securitySchemes"]
        assert (schemes["key"]["name"], schemes["bearer"]["scheme"]) == ("X-API-Key", "bearer")
        assert described["paths"]["/metrics"]["get"]["security"] == [{"key": []}, {"bearer": []}]
        assert "security" not in described["paths"]["/health/live"]["get"]


@pytest.mark.parametrize("value", [None, "", "short"])
def test_a_key_that_is_absent_or_short_is_refused(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERVICE_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("SERVICE_KEY", value)
    with pytest.raises(PasserellesError, match="SERVICE_KEY"):
        read_keys("SERVICE_KEY")
    assert read_keys(None) == ()


def test_browsers_of_other_sites_are_kept_out_unless_named(engine: Engine, client: Client) -> None:
    asking = {"origin": "https://site.example", "access-control-request-method": "GET"}
    answer = client.get("/health/live", headers=asking)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    options = Options(origins=("https://site.example",))
    with Client(create_app(engine, options, keys=[KEY])) as opened:
        before = opened.options("/v1/rank", headers=asking)  # a browser asks this without the key
        assert before.headers["access-control-allow-origin"] == "https://site.example"
        response = opened.get("/v1/show?occupation=K2110", headers=asking | {"x-api-key": KEY})
        assert response.headers["access-control-allow-origin"] == "https://site.example"
        stranger = opened.options("/v1/rank", headers=asking | {"origin": "https://other.example"})
        assert "access-control-allow-origin" not in stranger.headers
        refused(stranger, 403, "origin_refused")
        refused(
            opened.options("/v1/rank", headers=asking | {"access-control-request-headers": "x-odd"}),
            403,
            "origin_refused",
        )


def test_logs_say_nothing_of_what_was_asked(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    from passerelles.service.telemetry import JsonLines

    caplog.set_level(logging.INFO, logger="passerelles.service")
    secret = "PERSONAL-7f3a"  # noqa: S105 - what no log may hold
    person = {"occupation": secret, "competencies": [secret], "credentials": {secret: "yes"}}
    client.post("/v1/rank", json={"origin": person}, headers={"x-api-key": secret, "user-agent": secret})
    client.get("/v1/resolve", params={"text": secret})
    client.get(f"/{secret}", params={"name": secret})
    client.get("/openapi.json")
    lines = [JsonLines().format(r) for r in caplog.records if r.name == "passerelles.service"]
    assert len(lines) == 4
    assert secret not in "".join(lines)
    found = [json.loads(line) for line in lines]
    assert [(r["method"], r["route"], r["status"]) for r in found] == [
        ("POST", "/v1/rank", 404),
        ("GET", "/v1/resolve", 200),
        ("GET", "unmatched", 404),
        ("GET", "/openapi.json", 200),
    ]
    assert all({"time", "level", "event", "request", "ms", "bytes"} <= set(r) for r in found)


def test_a_request_keeps_its_number_and_its_trace(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    from passerelles.service.telemetry import JsonLines

    caplog.set_level(logging.DEBUG, logger="passerelles.service")
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    sent = {"x-request-id": "caller-17:a", "traceparent": f"00-{trace}-{span}-01"}
    found = client.get("/v1/show?occupation=K2110", headers=sent)
    assert {name: found.headers[name] for name in sent} == sent
    odd = client.get("/v1/show", headers={"x-request-id": "a b\tc" * 50, "traceparent": f"00-{'0' * 32}-{span}-01"})
    assert len(odd.headers["x-request-id"]) == 16
    assert "traceparent" not in odd.headers
    assert client.get("/health/live").status_code == 200
    lines = [json.loads(JsonLines().format(r)) for r in caplog.records if r.name == "passerelles.service"]
    told = [line for line in lines if line["event"] == "request"]
    assert [(line["level"], line["route"]) for line in told] == [
        ("info", "/v1/show"),
        ("info", "/v1/show"),
        ("debug", "/health/live"),
    ]
    assert (told[0]["request"], told[0]["trace"], told[0]["span"]) == ("caller-17:a", trace, span)
    assert (told[1]["request"], "trace" in told[1]) == (odd.headers["x-request-id"], False)
    assert {line["pid"] for line in told} == {os.getpid()}


def test_metrics_count_by_route_alone(engine: Engine) -> None:
    with Client(create_app(engine)) as client:
        deadline = time.monotonic() + 20
        while client.get("/health/ready").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        for path in ("/v1/rank?origin=K2110", "/v1/rank?origin=K2110", "/v1/rank?origin=K9999", "/nowhere/K2110"):
            client.get(path)
        found = client.get("/metrics")
    assert found.headers["content-type"].startswith("text/plain")
    assert "K2110" not in found.text
    values = dict(line.rsplit(" ", 1) for line in found.text.splitlines() if not line.startswith("#"))
    counted = {name: float(value) for name, value in values.items() if name.startswith("passerelles_")}
    total = "passerelles_requests_total"
    assert counted[f'{total}{{method="GET",route="/v1/rank",status="200"}}'] == 2
    assert counted[f'{total}{{method="GET",route="/v1/rank",status="404"}}'] == 1
    assert counted[f'{total}{{method="GET",route="unmatched",status="404"}}'] == 1
    assert counted['passerelles_request_seconds_count{route="/v1/rank"}'] == 3
    assert counted['passerelles_answers_kept_total{found="yes"}'] == 1
    assert counted["passerelles_ready"] == 1
    name = engine.graph.referential
    told = f'referential="{name.name} {name.version}",sha256="{name.provenance.sha256}",version="{__version__}"'
    assert counted[f"passerelles_serves{{{told}}}"] == 1


def test_what_was_served_before_a_reload_is_let_go() -> None:
    from passerelles.service.telemetry import Metrics
    from passerelles.service.workers import Reloading

    metrics, seen = Metrics(), []

    def made() -> Any:
        engine = Engine.of(build_graph(referential({"a": ["x", "y"], "b": ["x"], "c": ["y"]})))
        seen.append(weakref.ref(engine.graph))
        return create_app(engine, metrics=metrics)

    app = Reloading(made, metrics)
    with Client(app) as client:
        for _ in range(2):
            assert client.get("/v1/rank?origin=a").status_code == 200
            client._portal.call(app.reload)
        assert client.get("/v1/paths?origin=a&target=b").status_code == 200
        assert [graph() is None for graph in seen] == [True, True, False]


def test_a_reload_lets_go_of_what_the_collector_was_told_to_leave(request: pytest.FixtureRequest) -> None:
    from passerelles.service.telemetry import Metrics
    from passerelles.service.workers import Reloading

    metrics = Metrics()
    engine = Engine.of(build_graph(referential({"a": ["x", "y"], "b": ["x"]})))
    app = Reloading(lambda: create_app(engine, metrics=metrics), metrics)
    with Client(app) as client:
        held = referential({"a": ["x"]})
        cycle: list[Any] = [held]  # as an application and its routes are one
        cycle.append(cycle)
        gone = weakref.ref(held)
        request.addfinalizer(gc.unfreeze)
        gc.freeze()  # as a service in a process of its own does once it is warm
        del held, cycle
        assert gone() is not None
        client._portal.call(app.reload)
        assert gone() is None
        assert gc.get_freeze_count()  # and what is served now is out of its sight again


class Staged(ServiceApp):
    """An application that fails to start, or never becomes ready."""

    def __init__(self, *, starts: bool, ended: list[bool] | None = None) -> None:
        AsyncExitStack.__init__(self)
        self.starts, self.ended = starts, [] if ended is None else ended
        self.idle = asyncio.Event()
        self.idle.set()

    async def become_ready(self) -> None:
        self.ready = True
        self.warming.set_result(None)

    @asynccontextmanager
    async def life(self, _app: object = None) -> AsyncIterator[None]:
        if not self.starts:
            raise RuntimeError("no start")
        self.warming = asyncio.get_running_loop().create_future()
        yield
        self.ended.append(True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Nothing to answer."""


def test_a_reload_that_fails_to_start_or_is_stopped_ends(engine: Engine) -> None:
    from passerelles.service.telemetry import Metrics
    from passerelles.service.workers import Reloading

    metrics = Metrics()
    ended: list[bool] = []
    staged = [Staged(starts=False), Staged(starts=True, ended=ended)]
    made: Any = iter([create_app(engine, metrics=metrics), *staged])
    app = Reloading(lambda: next(made), metrics)
    with Client(app) as client:

        async def fails() -> None:
            await asyncio.wait_for(app.reload(), 5)

        client._portal.call(fails)
        assert 'passerelles_reloads_total{outcome="failed"} 1.0' in client.get("/metrics").text
        client._portal.call(app.ask)
        client._portal.call(asyncio.sleep, 0.2)
        assert client.get("/v1/rank?origin=K2110").status_code == 200
    assert ended == [True]


def test_a_reload_comes_after_another_and_where_another_file_is_in_place(tmp_path: Path) -> None:
    from passerelles.service.telemetry import Metrics
    from passerelles.service.workers import Reloading

    index, other = tmp_path / "index", tmp_path / "other"
    index.write_text("old")
    made: list[Staged] = []

    def make() -> Any:
        made.append(Staged(starts=True))
        return made[-1]

    app = Reloading(make, Metrics(), watched=index, every=0.02)
    with Client(app) as client:

        def become(count: int) -> None:
            """Wait until so many were made, and see that no more are."""
            deadline = time.monotonic() + 20
            while len(made) < count and time.monotonic() < deadline:
                client._portal.call(asyncio.sleep, 0.02)
            client._portal.call(asyncio.sleep, 0.1)  # the file is looked at some times more
            assert len(made) == count

        become(1)
        client._portal.call(app.ask)
        become(2)
        client._portal.call(app.ask)  # the second may have been read too early
        become(2)
        client._portal.call(made[1].become_ready)
        become(3)
        client._portal.call(made[2].become_ready)
        become(3)
        index.unlink()
        become(3)
        other.write_text("new")
        other.replace(index)
        become(4)
        client._portal.call(made[3].become_ready)
        become(4)


def test_answers_are_compressed_where_asked(client: Client) -> None:
    plain = client.get("/v1/rank?origin=K2110", headers={"accept-encoding": "identity"})
    packed = client.get("/v1/rank?origin=K2110", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 5 < int(plain.headers["content-length"])
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]


@pytest.mark.parametrize("refusal", ["gzip;q=0", "br, GZIP ; q=0.000, identity"])
def test_who_refuses_gzip_gets_none_whether_the_answer_is_kept_or_not(engine: Engine, refusal: str) -> None:
    with Client(create_app(engine)) as client:
        first, again = (client.get("/v1/rank?origin=K2110", headers={"accept-encoding": refusal}) for _ in range(2))
        assert first.json() == again.json()
        for path in ("/v1/rank?origin=K2110", "/openapi.json"):
            for asked, coding in ((refusal, None), ("gzip;q=0.5", "gzip"), ("gzip", "gzip")):
                answer = client.get(path, headers={"accept-encoding": asked})
                assert answer.headers.get("content-encoding") == coding
                # Of what is not packed, only recent versions of Starlette say that it might have been.
                assert answer.headers.get("vary", "Accept-Encoding" if coding is None else "") == "Accept-Encoding"


def test_a_kept_answer_has_the_same_bytes_whenever_it_is_packed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bytes] = []
    monkeypatch.setattr(AnswerCache, "put", lambda self, key, packed: kept.append(packed))
    with Client(create_app(engine)) as client:
        for now in (1e9, 2e9):
            monkeypatch.setattr("time.time", lambda now=now: now)
            assert client.get("/v1/rank?origin=K2110").status_code == 200
    assert kept[0] == kept[1]


def test_a_part_of_an_answer_is_given_where_asked(client: Client) -> None:
    whole = client.get("/v1/rank?origin=K2110&limit=2").json()
    some = client.get("/v1/rank?origin=K2110&limit=2&fields=target,score&fields=level").json()
    assert some["results"] == [{k: item[k] for k in ("target", "score", "level")} for item in whole["results"]]
    assert {*some} == {*whole} - {"settings"}
    posted = client.post("/v1/rank", json={"origin": "K2110", "limit": 2, "fields": ["settings", "rank"]}).json()
    assert (posted["settings"], posted["results"]) == (whole["settings"], [{"rank": 1}, {"rank": 2}])
    for path in ("/v1/sources?target=N4101", "/v1/paths?origin=N4105&target=N4101", "/v1/resolve?text=moniteur"):
        name = {"s": "target", "p": "hours", "r": "code"}[path[4]]
        found = client.get(f"{path}&limit=1&fields={name}").json()
        assert [list(item) for item in found["results"]] == [[name]], path
    described = client.get("/openapi.json").json()
    filters = described["components"]["schemas"]["RankBody"]["properties"]["filters"]
    assert all(name in filters["description"] for name in FILTERS)
    for name, schema in described["components"]["schemas"].items():
        assert not name.endswith("Body") or all("description" in field for field in schema["properties"].values()), name
    told = described["paths"]["/v1/rank"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    promised, part = (Draft202012Validator({**each, "components": described["components"]}) for each in told["anyOf"])
    assert promised.is_valid(whole)
    assert part.is_valid(some)
    assert not promised.is_valid(some)
    assert not part.is_valid({**some, "results": [{"score": "high"}]})
    odd = client.get("/v1/rank?origin=K2110&fields=scores&lang=en")
    refused(odd, 422, "invalid_request")
    assert odd.json()["errors"][0]["where"] == "query.fields.0"
    assert "'score'" in odd.json()["errors"][0]["what"]


def test_pages_of_a_ranking_follow_each_other(client: Client) -> None:
    for path in ("/v1/rank?origin=K2110&filter=other-domain", "/v1/sources?target=N4101", "/v1/rank?origin=K2110"):
        whole = client.get(f"{path}&limit=9").json()["results"]
        pages = [client.get(f"{path}&limit=4&offset={n}").json()["results"] for n in (0, 4, 8)]
        assert [item for page in pages for item in page][:9] == whole
        assert [len(page) for page in pages] == [4, 4, 4]
    for path in ("rank?origin=K2110&filter=other-domain", "sources?target=N4101", "rank?origin=K2110"):
        past = client.get(f"/v1/{path}&offset=2000").json()
        assert (past["results"], past["reason"]) == ([], "offset")
        assert list(Draft202012Validator(json_schema(path.partition("?")[0])).iter_errors(past)) == []
    refused(client.get("/v1/rank?origin=K2110&offset=-1"), 422, "invalid_request")


def test_many_origins_are_ranked_in_one_request(client: Client) -> None:
    person = {"competencies": ["TC0001"], "credentials": {"PERM-C": "no"}}
    origins = ["K2110", "K211O", {"occupation": "N4101"}, person, {"competencies": []}]
    asked = {"origins": origins, "limit": 2, "filters": ["min-coverage=0.05"]}
    response = client.post("/v1/rank/batch?lang=en", json=asked)
    found = response.json()
    assert list(Draft202012Validator(json_schema("rank-batch")).iter_errors(found)) == []
    assert (response.headers["cache-control"], "etag" in response.headers) == ("no-store", False)
    items = found["results"]
    assert [item["place"] for item in items] == [1, 2, 3, 4, 5]
    for item, origin in zip(items, origins, strict=True):
        alone = client.post(
            "/v1/rank?lang=en", json={k: v for k, v in asked.items() if k != "origins"} | {"origin": origin}
        )
        if alone.status_code == 200:
            assert (item["moves"], item["problem"]) == (alone.json()["results"], None)
        else:
            assert (item["moves"], item["problem"]) == ([], alone.json())
    assert [item["problem"] is None for item in items] == [True, False, True, True, False]
    assert "settings" in found
    assert found["scorer_without_occupation"]["name"] != found["scorer"]["name"]
    short = client.post("/v1/rank/batch", json=asked | {"fields": ["target"]}).json()
    assert [list(move) for move in short["results"][0]["moves"]] == [["target"], ["target"]]
    assert "settings" not in short
    refused(client.post("/v1/rank/batch", json=asked | {"filters": ["odd-name"]}), 422, "unknown_filter")
    refused(client.post("/v1/rank/batch", json={"origins": ["K2110"] * 101}), 422, "invalid_request")
    assert client.post("/v1/rank/batch", json={"origins": ["K2110"] * 100, "limit": 1}).status_code == 200


@pytest.mark.parametrize(
    ("more", "told"),
    [({"filters": ["max-hours=5"]}, "undecided"), ({"targets": []}, "reason"), ({"offset": 2000}, "reason")],
)
def test_of_each_of_many_origins_it_is_told_what_is_told_of_one(client: Client, more: Any, told: str) -> None:
    origins = ["K2110", "N4101"]
    response = client.post("/v1/rank/batch", json={"origins": origins, **more}).json()
    assert list(Draft202012Validator(json_schema("rank-batch")).iter_errors(response)) == []
    for item, origin in zip(response["results"], origins, strict=True):
        assert item[told] == client.post("/v1/rank", json={"origin": origin, **more}).json()[told]


@pytest.mark.parametrize(
    ("method", "path", "body", "where", "said"),
    [
        ("GET", "/v1/rank?origin=K2110&limitt=3", None, "query.limitt",
         {"fr": "Vouliez-vous dire limit ?", "en": "Did you mean limit?"}),
        ("GET", "/v1/rank?origin=K2110&zzzzzz=3", None, "query.zzzzzz",
         {"fr": "Paramètre inconnu : zzzzzz.", "en": "Unknown parameter: zzzzzz."}),
        ("POST", "/v1/rank", {"origin": "K2110", "target": ["N4101"]}, "body.target",
         {"fr": "targets", "en": "targets"}),
        ("POST", "/v1/rank?limit=3", {"origin": "K2110"}, "query.limit",
         {"fr": "limit", "en": "limit"}),
        ("GET", "/v1/rank?origin=K2110&limit=0", None, "query.limit",
         {"fr": "Il faut au moins 1.", "en": "At least 1 is needed."}),
        ("GET", "/v1/rank?origin=K2110&limit=x", None, "query.limit",
         {"fr": "nombre entier", "en": "whole number"}),
        ("GET", "/v1/rank", None, "query.origin",
         {"fr": "Manque.", "en": "Missing."}),
        ("POST", "/v1/resolve", {"text": "x", "kind": "odd"}, "body.kind",
         {"fr": "'title', 'competency'", "en": "'title', 'competency'"}),
        ("POST", "/v1/match", {"fragile": [], "hiring": []}, "body.fragile",
         {"fr": "Il faut au moins 1 élément.", "en": "At least 1 item is needed."}),
        ("POST", "/v1/match", {"fragile": [], "hiring": [], "radius_km": 1e9}, "body.radius_km",
         {"fr": "Il faut au plus 1000.", "en": "At most 1000 is needed."}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_the_language_of_the_request(
    client: Client, method: str, path: str, body: Any, where: str, said: dict[str, str]
) -> None:
    for lang in LANGS:
        address = f"{path}{'&' if '?' in path else '?'}lang={lang}"
        response = client.request(method, address, **({} if body is None else {"json": body}))
        refused(response, 422, "invalid_request")
        told = {each["where"]: each["what"] for each in response.json()["errors"]}
        assert said[lang] in told[where], told


def test_what_an_object_within_a_body_does_not_take_is_not_named_as_what_was_meant(client: Client) -> None:
    bodies: tuple[tuple[str, Any, str], ...] = (
        ("/v1/rank", {"origin": {"occupation": "K2110", "limit": 3}}, "Paramètre inconnu : limit."),
        ("/v1/rank", {"origin": {"jobs": "K2110"}}, "Paramètre inconnu : jobs."),
        ("/v1/match", {"fragile": [{**FRAGILE[0], "openings": 1}], "hiring": HIRING}, "Paramètre inconnu : openings."),
        ("/v1/match", {"fragile": FRAGILE, "hiring": [{**HIRING[0], "basins": 1}]},
         "Paramètre inconnu : basins. Vouliez-vous dire basin ?"),
    )  # fmt: skip
    for path, body, told in bodies:
        assert [e["what"] for e in refused(client.post(path, json=body), 422, "invalid_request")["errors"]] == [told]


def test_every_option_is_a_variable() -> None:
    from passerelles.service.engine import options_of, variables

    stated = {
        "referential": "a.zip", "overlays": "x y", "data": f"/a{os.pathsep}/b", "settings": "s.json", "access": "false",
        "strict": "1", "accept_errors": "yes", "key_variable": "K", "origins": "https://a.fr https://b.fr",
        "lang": "en", "cache": "true", "warm": "true", "watch_seconds": "5", "hosts": "a b",
        "observed": "vus.csv",
        **{f"limits.{name}": "4242" for name in Limits.model_fields},
    }  # fmt: skip
    assert set(stated) == set(variables())
    found = options_of({variable: stated[name] for name, variable in variables().items()})
    assert (found.referential, found.overlays, found.data) == ("a.zip", ("x", "y"), (Path("/a"), Path("/b")))
    assert (found.access, found.strict, found.accept_errors, found.origins[1]) == (False, True, True, "https://b.fr")
    assert found.observed == Path("vus.csv")
    assert set(found.limits.model_dump().values()) == {4242}
    assert not options_of({"PASSERELLES_CACHE": "/srv/cache"}).cache  # the cache's folder, as for the commands
    assert options_of({"PASSERELLES_STRICT": ""}, {"limits.threads": 3}).limits.threads == 3
    for name, value in (("threads", "many"), ("seconds", "inf")):
        with pytest.raises(PasserellesError, match=rf"limits\.{name}"):
            options_of({f"PASSERELLES_LIMIT_{name.upper()}": value})
    for origin in ("exemple.fr", "https://exemple.fr/"):  # browsers state neither: it would be admitted for nothing
        with pytest.raises(PasserellesError, match="origins"):
            options_of({"PASSERELLES_ORIGINS": origin})
    text = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text("utf-8")
    assert [v for v in variables().values() if f"`{v}`" not in text] == []


def test_a_fault_is_told_without_what_was_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from passerelles.service.telemetry import JsonLines

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("about PERSONAL-7f3a")

    monkeypatch.setattr(answers, "rank_moves", broken)
    with Client(create_app(engine)) as client:
        response = client.get("/v1/rank?origin=K2110")
    assert "PERSONAL" not in response.text
    refused(response, 500, "fault")
    lines = [JsonLines().format(r) for r in caplog.records if r.name == "passerelles.service"]
    fault = next(json.loads(line) for line in lines if '"fault"' in line)
    assert fault["error"] == "RuntimeError"
    assert fault["at"][-1].startswith("test_service.py:")
    assert "PERSONAL" not in "".join(lines)


def test_a_place_on_this_machine_is_never_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*_: object, **__: object) -> None:
        raise PasserellesError("unreadable_path", path="/srv/secret/place", reason="gone")

    monkeypatch.setattr(answers, "rank_moves", moved)
    with Client(create_app(engine)) as client:
        response = client.get("/v1/rank?origin=K2110")
    assert "secret" not in response.text
    refused(response, 500, "fault")


def test_a_start_that_fails_is_logged_and_never_ready(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Engine) -> None:
        raise RuntimeError("no title")

    monkeypatch.setattr(Engine, "warm", broken)
    with Client(create_app(engine)) as client:
        for _ in range(20):
            refused(client.get("/health/ready"), 503, "not_ready")
            time.sleep(0.01)
    assert any(record.getMessage() == "warming_failed" for record in caplog.records)


def slow(until: threading.Event) -> Callable[..., dict[str, Any]]:
    def rank(*_: object) -> dict[str, Any]:
        until.wait(20)
        return {}

    return rank


def test_what_takes_too_long_is_given_up_and_too_many_are_refused(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = threading.Event()
    monkeypatch.setattr(answers, "rank", slow(until))
    options = Options(limits=Limits(threads=1, waiting=1, seconds=0.3))
    with Client(create_app(engine, options)) as client:
        query = "/v1/rank?origin=K2110&filter=unregulated&limit="  # a filter may take long: threads answer
        refused(client.get(query + "1"), 504, "too_long")  # still runs: nothing can stop a thread
        refused(client.get(query + "2"), 504, "too_long")  # was waiting: is taken out of the queue
        refused(client.get(query + "3"), 504, "too_long")
        monkeypatch.setattr(answers, "rank", slow(threading.Event()))
        until.set()


async def there() -> None:
    """Wait for a client that does not leave."""
    await asyncio.Event().wait()


async def until_true(true: Callable[[], bool]) -> None:
    """Let the loop run until something is true, twenty seconds at most."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_the_pool_is_bounded_and_frees_itself() -> None:
    async def scenario() -> None:
        until = threading.Event()
        told: list[float] = []
        pool = WorkerPool(threads=1, waiting=1, seconds=5, counted=told.append)
        running = [asyncio.create_task(pool.run(lambda: until.wait(5), there)) for _ in range(2)]
        await until_true(lambda: pool.full)
        with pytest.raises(UnansweredError, match="busy"):
            await pool.run(lambda: 1, there)
        assert told == [1, 1]
        until.set()
        assert await asyncio.gather(*running) == [True, True]
        assert await pool.run(lambda: 2, there) == 2
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 // 0, there)
        await until_true(lambda: (pool.count, sum(told)) == (0, 0))
        hurried = WorkerPool(threads=1, waiting=3, seconds=0.05)
        held = threading.Event()
        for _ in range(2):
            with pytest.raises(UnansweredError, match="too_long"):
                await hurried.run(lambda: held.wait(5), there)
        assert hurried.count == 1  # the first still runs; the second never began
        held.set()
        await until_true(lambda: hurried.count == 0)
        pool.close()
        hurried.close()

    asyncio.run(scenario())


def territory(count: int, graph: OccupationGraph) -> dict[str, Any]:
    def rows(people: str) -> list[dict[str, Any]]:
        codes = [graph.codes[(7 * n) % len(graph.codes)] for n in range(count)]
        return [{"employer": f"E{n}", "job": c, people: n % 9 + 1, "basin": "Redon"} for n, c in enumerate(codes)]

    return {"fragile": rows("headcount"), "hiring": rows("openings")}


@pytest.mark.parametrize("name", ["match", "paths", "rank"])
def test_work_that_is_given_up_ends_soon_after(name: str, engine: Engine) -> None:
    codes = engine.graph.codes
    bodies: dict[str, Callable[[], Any]] = {
        "match": lambda: requests.MatchBody(**territory(200, engine.graph), mask=True, budget_hours=900.0),
        "paths": lambda: requests.PathsBody(origin=codes[0], targets=list(codes[5:15]), pareto=True, limit=20),
        "rank": lambda: requests.RankBody(origin=codes[1], explain=5, limit=100),
    }
    asked = bodies[name]()
    once: Callable[[], Any] = partial(getattr(answers, name), engine, asked, "fr")

    async def scenario(seconds: float, gone: Callable[[], Any], given_up: str) -> None:
        pool = WorkerPool(threads=1, waiting=1, seconds=seconds)
        with pytest.raises(UnansweredError, match=given_up):
            await pool.run(lambda: [once() for _ in range(500)], gone)
        start = time.monotonic()
        while pool.count:  # noqa: ASYNC110 - what is measured is when the thread is free
            await asyncio.sleep(0.01)
        assert time.monotonic() - start < 10  # all of them take half a minute at the least
        pool.close()

    asyncio.run(scenario(0.05, there, "too_long"))
    asyncio.run(scenario(30.0, partial(asyncio.sleep, 0.05), "gone"))


def test_a_thread_that_does_not_stop_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    until = threading.Event()
    monkeypatch.setattr(answers, "rank", slow(until))
    monkeypatch.setattr(workers, "GRACE", 0.1)
    with Client(create_app(engine, Options(limits=Limits(threads=2, seconds=1)))) as client:

        def becomes(answer: dict[str, Any]) -> bool:
            """Whether the service says of itself, within twenty seconds, that it is so."""
            deadline = time.monotonic() + 20
            while not answer.items() <= client.get("/health/ready").json().items():
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.02)
            return True

        query = "/v1/rank?origin=K2110&filter=unregulated&limit="
        refused(client.get(query + "1"), 504, "too_long")
        assert becomes({"status": "ready", "stuck": 1})  # another thread is free
        refused(client.get(query + "2"), 504, "too_long")
        assert becomes({"status": 503})
        refused(client.get("/health/ready"), 503, "stuck")
        assert client.get("/v1/show?occupation=K2110").status_code == 200  # what is short has threads of its own
        until.set()
        assert becomes({"status": "ready", "stuck": 0})


def test_two_lengths_are_refused(client: Client) -> None:
    both = {"content-length": "2", "transfer-encoding": "chunked", "content-type": "application/json"}
    refused(client.post("/v1/rank", content=b"{}", headers=both), 400, "two_lengths")


def kept(size: int) -> bytes:
    return b"x" * size


def test_the_store_forgets_what_was_least_lately_asked() -> None:
    store = AnswerCache(150)
    for key in "abc":
        store.put(key, kept(28))  # 29 with its name
    assert store.get("a") is not None
    for key in "def":
        store.put(key, kept(28))
    assert store.get("b") is None
    assert store.get("a") == kept(28)
    assert store.size <= 150
    assert not store.has_room("g", kept(28))
    store.put("huge", kept(99))
    assert store.get("huge") is None
    empty = AnswerCache(0)
    empty.put("a", kept(0))
    assert empty.get("a") is None


def test_a_question_is_the_same_in_an_address_and_in_a_body(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/v1/rank?origin=N4101&target=N4102&filter=other-domain&limit=3&strict=true").json()
    monkeypatch.setattr(answers, "rank_moves", None)
    body = {"origin": "N4101", "targets": ["N4102"], "filters": ["other-domain"], "limit": 3, "strict": True}
    assert client.post("/v1/rank", json=body).json() == first
    assert client.post("/v1/rank", json=body | {"limit": 4}).status_code == 500


def test_a_warm_service_has_every_occupation_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine.of(build_graph(referential({f"{n:02}": ["x", f"y{n}", f"z{n % 5}"] for n in range(20)})))

    def refuse(*_: object) -> None:
        raise AssertionError("worked out again")

    def ready(client: Client) -> bool:
        deadline = time.monotonic() + 60
        while client.get("/health/ready").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return True

    service = create_app(engine, Options(warm=True))
    with Client(service) as client:
        assert ready(client)
        whole = client.get("/v1/rank?origin=00").json()
        with monkeypatch.context() as patch:
            patch.setattr(answers, "rank_moves", refuse)
            for code in engine.graph.codes:
                assert client.get(f"/v1/rank?origin={code}").status_code == 200
            assert client.get("/v1/rank?origin=00&limit=11").status_code == 500
        size = service.cache.size
    with Client(create_app(engine, Options(warm=True, limits=Limits(cache_bytes=size // 3)))) as small:
        assert ready(small)
        assert small.get("/v1/rank?origin=00").json() == whole
    enough = create_app(engine, Options(warm=True, limits=Limits(cache_bytes=size)))
    with Client(enough) as client:  # as it is kept, packed, it is all there is room for
        assert ready(client)
        assert enough.cache.size == size


@pytest.mark.parametrize("warm", [True, False])
def test_a_warm_service_has_matched_somebody_before_it_is_ready(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, *, warm: bool
) -> None:
    matched: list[object] = []

    def fails(_engine: Engine, body: requests.MatchBody, _lang: str) -> None:
        matched.append(body.fragile[0].job)
        raise PasserellesError("unknown_frame", name="x", known="", near="")

    monkeypatch.setattr(answers, "match", fails)
    service = create_app(engine, Options(warm=warm))
    service.warm()
    assert (matched, service.ready) == ([engine.graph.codes[0]] * warm, True)


def test_a_kept_answer_goes_as_it_is_to_who_takes_gzip(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with Client(create_app(engine)) as client:
        whole = client.get("/v1/rank?origin=K2110", headers={"accept-encoding": "identity"}).json()
        monkeypatch.setattr(gzip, "decompress", None)
        again = client.get("/v1/rank?origin=K2110", headers={"accept-encoding": "gzip"})
        assert (again.json(), again.headers["vary"]) == (whole, "Accept-Encoding")
        assert client.get("/v1/rank?origin=K2110", headers={"if-none-match": again.headers["etag"]}).status_code == 304
        unread = client.get("/v1/rank?origin=K2110", headers={"if-none-match": "*", "accept-encoding": "gzip"})
        assert (unread.status_code, "content-encoding" in unread.headers) == (304, False)


def test_a_kept_answer_is_unpacked_once_for_who_takes_no_gzip(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"accept-encoding": "identity"}
    with Client(create_app(engine)) as client:
        worked_out, unpacked = (client.get("/v1/rank?origin=K2110", headers=plain).content for _ in range(2))
        monkeypatch.setattr(gzip, "decompress", None)
        assert worked_out == unpacked == client.get("/v1/rank?origin=K2110", headers=plain).content


def test_what_a_thread_works_out_is_packed_there(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr(AnswerCache, "put", lambda *_: names.append(threading.current_thread().name))
    with Client(create_app(engine)) as client:
        assert client.get("/v1/rank?origin=K2110&limit=100").status_code == 200
    assert [name.partition("_")[0] for name in names] == ["answers"]


def test_a_body_is_parsed_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[Any] = []
    loads = json.loads

    def counted(text: Any, **more: Any) -> Any:
        parsed.append(text)
        return loads(text, **more)

    monkeypatch.setattr(json, "loads", counted)
    body = b'{"origin": "K2110"}'
    assert client.post("/v1/rank", content=body, headers={"content-type": JSON}).status_code == 200
    assert parsed.count(body) == 1


def test_a_body_of_keys_that_nobody_knows_takes_about_as_long_as_reading_it(client: Client) -> None:
    def seconds(work: Callable[[], object]) -> float:
        spent = []
        for _ in range(3):
            start = time.process_time()  # of all threads: others on this machine do not count
            work()
            spent.append(time.process_time() - start)
        return min(spent)

    body = json.dumps({f"x{i}": 1 for i in range(70_000)})
    declared = {"content-type": JSON}
    assert client.post("/v1/rank", content=body, headers=declared).status_code == 422
    read = seconds(lambda: json.loads(body, object_pairs_hook=dict))
    assert seconds(lambda: client.post("/v1/rank", content=body, headers=declared)) < 4 * read


def test_known_keys_count_wherever_they_stand_among_too_many(client: Client) -> None:
    body = {f"x{i}": 1 for i in range(300)} | {"origin": "K2110", "limit": 0}
    told = refused(client.post("/v1/rank", json=body), 422, "invalid_request")
    assert [error["where"] for error in told["errors"]] == ["body.limit", *(f"body.x{i}" for i in range(9))]


def test_nothing_about_persons_is_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(AnswerCache, "put", lambda self, key, answer: kept.append(key))
    with Client(create_app(engine)) as client:
        person = {"occupation": "N4101", "competencies": []}
        assert client.post("/v1/rank", json={"origin": person}).status_code == 200
        assert client.post("/v1/paths", json={"origin": person, "targets": ["N4102"]}).status_code == 200
        assert client.post("/v1/match", json={"fragile": FRAGILE, "hiring": HIRING}).status_code == 200
        assert kept == []
        assert client.get("/v1/rank?origin=N4101").status_code == 200
        assert len(kept) == 1


def test_the_description_is_whole(client: Client) -> None:
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        *(f"/v1/{name}" for name in ("rank", "rank/batch", "sources", "paths", "resolve", "show", "match")),
        "/health/live",
        "/health/ready",
        "/metrics",
    }
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status in {"200", "304"}:
                    continue
                assert list(response["content"]) == ["application/problem+json"]
            if path.startswith("/v1"):
                answer = operation["responses"]["200"]["content"]["application/json"]
                assert answer["examples"]["answer"]["value"]["results"]
                assert {"400", "401", "404", "413", "422", "500", "503", "504"} <= set(operation["responses"])
    rank = described["components"]["schemas"]["rank-1"]
    assert rank["properties"]["schema"] == {"const": "passerelles/rank@1"}
    text = json.dumps(described)
    assert "#/$defs/" not in text
    refs = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert refs <= set(described["components"]["schemas"])


def test_the_description_tells_and_shows_everything(client: Client) -> None:
    described = client.get("/openapi.json").json()
    names: list[str] = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            for each in operation.get("parameters", []):
                assert each.get("description"), (path, each)
                assert "default" in each["schema"] or each["schema"].get("examples") or each.get("examples"), (
                    path,
                    each,
                )
            for status, response in operation["responses"].items():
                for kind, content in response.get("content", {}).items():
                    assert content["examples"], (path, status)
                    if kind == "application/problem+json":
                        for example in content["examples"].values():
                            assert not list(PROBLEM.iter_errors(example["value"]))
                            assert str(example["value"]["status"]) == status
            if method == "post":
                for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
                    answer = client.post(path, json=example["value"])
                    assert answer.status_code == 200, (path, answer.text)
                    assert answer.json()["results"]
    assert len(set(names)) == len(names)


def test_every_frame_that_ships_may_be_asked_for_and_another_is_told_which_there_are(client: Client) -> None:
    body = {"origin": "N1103", "targets": ["N4101"], "limit": 1}
    for name in presets():
        assert client.post("/v1/paths", json=body | {"frame": name}).status_code == 200, name
    told = refused(client.post("/v1/paths", json=body | {"frame": "none"}), 422, "invalid_request")["errors"][0]["what"]
    assert all(name in told for name in presets())


def test_only_what_is_short_is_answered_without_a_thread(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise UnansweredError("busy")

    monkeypatch.setattr(WorkerPool, "run", full)
    with Client(create_app(engine)) as client:
        for short in ("K2110", "K2110&target=N4101", "K2110&limit=20"):
            assert client.get(f"/v1/rank?origin={short}").status_code == 200
        for longer in (
            "Boucher",
            "K2110&target=Boucher",
            "K2110&limit=21",
            "K2110&filter=unregulated",
            "K2110&explain=1",
        ):
            refused(client.get(f"/v1/rank?origin={longer}"), 503, "busy")
        refused(client.post("/v1/rank", json={"origin": {"occupation": "K2110"}}), 503, "busy")


# What the service is started with, and what only a file or a screen has.
OF_A_COMMAND_ALONE = {
    *("no_access", "referential", "overlay", "settings", "data", "observed", "include", "basin"),
    *("profile", "profiles", "rejects", "form", "output", "chart", "explain", "lang", "ends"),
}


@pytest.mark.parametrize("name", ["rank", "sources", "paths"])
def test_what_a_command_is_asked_the_service_is_asked_too(name: str) -> None:
    command = cast("typer.core.TyperGroup", typer.main.get_command(make_app())).commands[name]
    fields = getattr(requests, f"{name.title()}Body").model_fields
    taken = {form for field in fields for form in (field, field.removesuffix("s"))}
    lacking = {str(option.name) for option in command.params} - OF_A_COMMAND_ALONE - taken
    assert not lacking, "name them in service/requests.py and service/answers.py"


@pytest.mark.parametrize("name", ["rank", "sources", "paths", "resolve", "show"])
def test_the_page_on_the_service_names_what_is_asked(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `/v1/{name}` "))
    asked = requests.names_of(getattr(requests, f"{name.title()}Query"))
    assert {word for word in asked if f"`{word}`" not in row} <= {"lang", "fields"}, "name them in docs/service.md"


def test_paths_are_judged_on_the_day_that_is_asked(client: Client) -> None:
    asked = {"origin": "N4105", "targets": ["N4101"], "frame": "transco", "limit": 1}
    verdicts = []
    for day in ("2024-06-01", "2026-06-01"):
        in_body = client.post("/v1/paths", json={**asked, "date": day}).json()["results"]
        query = f"/v1/paths?origin=N4105&target=N4101&frame=transco&limit=1&date={day}"
        assert client.get(query).json()["results"] == in_body
        (frame,) = (frame for path in in_body for frame in path["frames"] if frame["name"] == "transco")
        verdicts.append([v["rule"] for v in frame["violations"]])
    assert verdicts[0] != verdicts[1]
    for wrong in ("demain", "2026-13-01", "2026-12-03T10:00", 7.5):
        problem = refused(client.post("/v1/paths", json={**asked, "date": wrong}), 422, "invalid_request")
        assert [fault["what"] for fault in problem["errors"]] == ["Il faut une date, AAAA-MM-JJ."], wrong


def test_an_agreement_without_a_table_of_payers_is_refused(client: Client) -> None:
    refused(client.get("/v1/paths?origin=N4105&target=N4101&agreement=16"), 422, "no_payers")
    assert client.get("/v1/paths?origin=N4105&target=N4101").status_code == 200
