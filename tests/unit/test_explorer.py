"""The explorer's pages: each field shown is that of the command line, doubt is said, nothing from outside."""

import base64
import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, cast
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from fuzz.corpus import members, workbook, zipped
from html_reading import contrast
from market_files import market_folder, places_folder
from passerelles.cli.main import run
from passerelles.compiled import compile_index
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import number
from passerelles.market.signals import find_basin, signals
from passerelles.matching.titles import resolve_title
from passerelles.ranking.move import Move
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.load import load_referential
from passerelles.scoring.table import POSITIONS, occupation_positions
from passerelles.service.app import create_app
from passerelles.service.engine import LOOPBACK, Engine, Limits, Options
from passerelles.service.explorer.pages import COLOURS, asked_of
from passerelles.service.telemetry import JsonLines
from passerelles.views.spec import On
from service_client import Client
from taxonomies import write_onet

if TYPE_CHECKING:
    from passerelles.language.say import Lang

BRANCH = ("--overlay", "enseignement-conduite")
PATIENT = Limits(seconds=120)  # that a machine is busy is no fault of a page


@pytest.fixture(scope="module")
def client(embedded_graph: OccupationGraph) -> Iterator[Client]:
    with Client(create_app(Engine.of(embedded_graph), Options(explorer="beside", limits=PATIENT))) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)


class Read(HTMLParser):
    """Tables of a page: rows of cells by key of their column, with text and value; and the text of blocks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[dict[str, tuple[str, float | None]]]] = {}
        self.blocks: dict[str, list[str]] = {}
        self.scripts: list[str] = []
        self._table = self._key = self._block = ""
        self._texts: list[str] = []
        self._cell: list[str] | None = None
        self._value: float | None = None
        self._note = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "table":
            self._table = (found.get("class") or "").removeprefix("t-")
            self.tables.setdefault(self._table, [])
        elif tag == "tr" and self._table:
            self.tables[self._table].append({})
        elif tag in ("td", "th") and self._table and "data-label" in found:
            self._cell, self._key = [], found.get("data-key") or ""
            self._value = float(v) if (v := found.get("data-value")) else None
        elif tag == "span" and found.get("class") == "note" and self._cell is not None:
            self._note = True
        elif tag == "section":
            self._block = found.get("data-block") or ""
        elif tag in ("li", "p") and self._block:
            self._texts = []
        elif tag == "script":
            self.scripts.append(found.get("src") or "inline")

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._note:
            self._cell.append(data)
        self._texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[self._table][-1][self._key] = (" ".join("".join(self._cell).split(" ")).strip(), self._value)
            self._cell, self._note = None, False
        elif tag == "table":
            self.tables[self._table] = [row for row in self.tables[self._table] if row]
            self._table = ""
        elif tag in ("li", "p") and self._block:
            self.blocks.setdefault(self._block, []).append("".join(self._texts).strip())
        elif tag == "section":
            self._block = ""


def read(client: Client, path: str) -> Read:
    answer = client.get(f"/explorer{path}")
    assert answer.status_code == 200, answer.text
    return Read(answer.text)


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    with pytest.raises(SystemExit):
        run([*words, *BRANCH, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    with pytest.raises(SystemExit):
        run([*words, *BRANCH, "--format", "csv"])
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def plain(text: str) -> str:
    """A text without the spaces that typography puts in."""
    return re.sub(r"\s+", " ", text).strip()


RANKINGS = {
    "/rank/K2110?coverage=0.2&filter=unregulated&strict=1": (
        "rank", "K2110", "--filter", "min-coverage=0.2", "--filter", "unregulated", "--strict",
    ),
    "/rank/K2110-B?domain=other-domain&exclude=N4101": (
        "rank", "K2110-B", "--filter", "other-domain", "--filter", "exclude=N4101",
    ),
    "/rank/N4101?filter=no-managerial-step&limit=25": ("rank", "N4101", "--filter", "no-managerial-step", "-n", "25"),
    "/rank/K2110?access=open&hours=450&kind=lateral,advancement": (
        "rank", "K2110", "--filter", "access=open", "--filter", "max-hours=450", "--filter", "kind=lateral,advancement",
    ),
    "/sources/N4101": ("sources", "N4101"),
    "/rank/K2110?lang=en": ("rank", "K2110", "--lang", "en"),
}  # fmt: skip


def test_a_job_title_that_is_searched_keeps_its_own_conditions_of_access(client: Client) -> None:
    taxi = "Conducteur%20Conductrice%20de%20taxi"
    found = client.get("/explorer/", params={"q": "conductrice de taxi"}).text
    assert f'href="/explorer/show/{taxi}"' in found
    sheet = client.get(f"/explorer/show/{taxi}").text
    assert "secours civiques" in sheet
    assert f'href="/explorer/rank/{taxi}"' in sheet
    for page in (f"move/N4101/{taxi}", f"paths/N4101/{taxi}"):
        shown = client.get(f"/explorer/{page}").text
        assert "Prévention et secours civiques" in shown  # asked of taxi drivers, of no driver of private hire cars
        assert f"/explorer/{page}?lang=en" in shown
    assert 'href="/explorer/show/N4101"' in client.get("/explorer/", params={"q": "conducteur de poids lourd"}).text
    compared = client.get("/explorer/compare", params={"job": ["N4101", "conductrice de taxi"]}).text
    assert "carte pro taxi" in compared
    held = client.post("/explorer/profile/holds", json={"job": "conductrice de taxi"}).text
    (job,) = re.findall('data-is="([^"]+)"', held)
    moves = client.post("/explorer/profile/moves", json={"occupation": unescape(job)}).text
    assert (unescape(job), "carte pro taxi" in moves) == ("Conducteur / Conductrice de taxi", False)
    assert f'href="/explorer/move/{taxi}/' in client.get(f"/explorer/rank/{taxi}").text
    by_hand = client.get("/explorer/way", params={"job": ["N4101", "conductrice de taxi"]}).text
    assert "Prévention et secours civiques" in by_hand
    assert "job=N4101&amp;job=Conducteur+%2F+Conductrice+de+taxi&amp;job=" in by_hand


def test_only_the_title_that_a_text_names_is_asked_for_once_more(embedded_graph: OccupationGraph) -> None:
    referential = embedded_graph.referential
    ask = cast("Any", SimpleNamespace(engine=SimpleNamespace(referential=referential)))
    lead, *_ = resolve_title(referential, "conductrice de taxi")
    assert asked_of(ask, lead) == "Conducteur / Conductrice de taxi"
    assert asked_of(ask, replace(lead, reason="meaning")) == lead.code
    assert asked_of(ask, replace(lead, code="N4101")) == "N4101"


@pytest.mark.parametrize("path", RANKINGS)
def test_a_ranking_shows_what_the_command_line_answers(
    path: str, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = read(client, path).tables["ranking"]
    expected, told = printed(capsys, *RANKINGS[path])["results"], rows(capsys, *RANKINGS[path])
    assert len(shown) == len(expected) > 1
    lang: Lang = "en" if "lang=en" in path else "fr"
    for row, item, line in zip(shown, expected, told, strict=True):
        assert row["rank"][1] == item["rank"]
        for key in ("probability", "coverage"):
            assert row[key][1] == item[key]
        end = "origin" if "sources" in path else "target"
        assert row[end][0] == f"{item[end]['code']} {item[end]['label']}"
        known = item["known"]
        rank = "–" if known is None else f"n° {known['rank']}" if lang == "fr" else f"no. {known['rank']}"
        assert plain(row["known"][0]).replace("No.", "no.") == rank
        assert plain(row["access"][0]) == plain(line["access"])
    # Every column that the result declares for pages is there, and no other; without data no wages, no observed moves.
    keys = {c.key for c in Move.spec.columns if On.PAGE in c.on}
    assert set(shown[0]) == keys - {"origin" if "rank" in path else "target", "score", "wages", "observed"}


def test_a_sheet_says_every_line_of_the_command_line(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    for code in ("K2110", "K2110-GL", "N4101"):
        blocks = read(client, f"/show/{code}").blocks
        said = [plain(text) for texts in blocks.values() for text in texts]
        assert said == [plain(line["text"]) for line in rows(capsys, "show", code)]


def test_one_move_has_no_place_in_a_list(client: Client) -> None:
    (row,) = read(client, "/move/K2110/N4101").tables["ranking"]
    assert "target" in row
    assert "rank" not in row


def test_what_a_competency_is_near_is_not_unknown_where_nothing_is_near(client: Client) -> None:
    cells = [row["via"][0] for row in read(client, "/move/K2110/N4101").tables["competencies"]]
    assert "–" in cells
    assert "inconnu" not in cells


def test_a_comparison_shows_all_its_competencies_with_their_weights(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    page = read(client, "/compare?job=N4101&job=N4103&job=K2110")
    expected = printed(capsys, "compare", "N4101", "N4103", "K2110")
    for row, item in zip(page.tables["compared"], expected["results"], strict=True):
        assert row["label"][0] == item["label"]
        assert row["requirements"][1] == item["requirements"]
        assert row["shared"][1] == item["shared"]
    text = client.get("/explorer/compare?job=N4101&job=N4103&job=K2110").text
    weights = [float(v) for v in re.findall(r'class="number" data-label="[^"]+" data-value="([^"]+)"><span><svg', text)]
    assert weights == [w for c in expected["competencies"] for w in c["weights"]]


def test_what_one_job_alone_asks_for_stands_in_the_order_of_the_jobs(client: Client) -> None:
    for codes in (["N4103", "K2110", "N4101"], ["K2110", "N4101", "N4103"]):
        text = client.get(f"/explorer/compare?job={'&job='.join(codes)}").text
        alone = [unescape(title) for title in re.findall(r'data-presence="only"[^>]*><summary><h3>([^<]+)', text)]
        page = read(client, f"/compare?job={'&job='.join(codes)}")
        labels = [row["label"][0] for row in page.tables["compared"]]
        assert [label for each in alone for label in labels if label in each] == labels


def test_a_path_says_what_the_command_line_says(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("paths", "K2110", "N4102", "--frame", "ptp")
    shown = read(client, "/paths/K2110/N4102?frame=ptp").tables["paths"]
    for row, item in zip(shown, printed(capsys, *words)["results"], strict=True):
        assert row["rank"][1] == item["rank"]
        for key in set(row) & {"hours", "months"}:
            assert row[key][1] is None or row[key][1] == item[key]["expected"]


def test_a_legal_frame_is_chosen_by_its_name_in_words(client: Client) -> None:
    for path in ("/explorer/paths/K2110/N4102?frame=ptp", "/explorer/territory"):
        assert "Projet de transition professionnelle (PTP)</option>" in client.get(path).text


def test_the_code_of_a_job_is_found_in_any_case(client: Client) -> None:
    assert "N4103" in client.get("/explorer/", params={"q": " n4103"}).text


def test_a_search_says_how_sure_it_is(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    for text, doubt in (
        ("moniteur auto ecole", "sure"),
        ("zzzz qqqq", "unknown"),
        ("12345", "nothing"),
        ("conducteur", None),
    ):
        answer = client.get("/explorer/", params={"q": text}).text
        found = re.search(r'class="doubt (\w+)"', answer)
        assert found is not None
        assert doubt in (None, found[1])
        shown = Read(answer).tables.get("resolution", [])
        expected = printed(capsys, "resolve", text, "-n", "8")["results"]
        assert [row["code"][0] for row in shown] == [item["code"] for item in expected]
        assert [row["confidence"][1] for row in shown] == [item["confidence"] for item in expected]
        assert "confiance\N{NO-BREAK SPACE}: 0" not in answer  # what rounds to nothing is small, not impossible


def test_what_is_wrong_is_a_page_that_helps(client: Client) -> None:
    missing = client.get("/explorer/rank/Moniteur poids lourd")
    assert missing.status_code == 404
    assert 'href="/explorer/?q=' in missing.text
    assert client.get("/explorer/rank/K2110?filter=nonsense").status_code == 422
    assert client.get("/explorer/nowhere").status_code == 404
    assert client.get("/explorer/move/K2110/K2110").status_code == 404
    evil = client.get("/explorer/", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in evil
    wrong = client.get("/explorer/show/K9999").text
    assert "K9999" in wrong
    assert "passerelles search" not in wrong  # no page is where a command can be typed
    same = client.get("/explorer/paths/K2110/K2110").text
    assert "/explorer/move/K2110/K2110" not in same


def test_pages_ask_for_nothing_outside_and_are_off_unless_asked_for(
    client: Client, embedded_graph: OccupationGraph
) -> None:
    answer = client.get("/explorer/rank/K2110")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    page = Read(answer.text)
    assert page.scripts
    for source in page.scripts:
        assert source.startswith("/explorer/static/")
        assert client.get(source).headers["content-type"].startswith("text/javascript")
    assert "style=" not in answer.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)
    with Client(create_app(Engine.of(embedded_graph))) as closed:
        assert closed.get("/explorer/").status_code == 404
    with Client(create_app(Engine.of(embedded_graph), Options(explorer="alone"))) as alone:
        assert alone.get("/").headers["location"] == "/explorer/"
        assert alone.get("/explorer?lang=en").headers["location"] == "/explorer/?lang=en"


def test_a_page_is_kept_under_what_was_asked_whatever_its_host_is_called(client: Client) -> None:
    cached = client.get("/explorer/show/D1106", headers={"host": "elsewhere/explorer/show/K2110#"})
    assert "(D1106)" in cached.text
    assert "(K2110)" in client.get("/explorer/show/K2110?self=1&path=2").text  # fields nobody reads change nothing
    assert "(K2110)" in client.get("/explorer/show/K2110").text


@pytest.mark.parametrize(("explorer", "free"), [("alone", "/health/live"), ("beside", "/v1/show")])
def test_a_page_is_answered_by_the_names_of_this_machine_alone(
    explorer: Literal["alone", "beside"], free: str, embedded_graph: OccupationGraph
) -> None:
    names = {
        "127.0.0.1:8765": 200, "LOCALHOST": 200, "[::1]:8765": 200, "evil.example": 421, "": 421,
        "localhost.evil.example:8765": 421, "evil.example:127.0.0.1": 421, "[::1]evil.example": 421,
    }  # fmt: skip
    with Client(create_app(Engine.of(embedded_graph), Options(explorer=explorer, hosts=LOOPBACK))) as opened:
        for name, status in names.items():
            assert opened.get("/explorer/", headers={"host": name}).status_code == status, name
            other = opened.get(free, params={"code": "K2110"}, headers={"host": name}).status_code
            assert (other == 421) == (status == 421 and explorer == "alone"), name


def test_the_commands_say_by_which_names_they_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Options] = []
    monkeypatch.setattr("passerelles.service.run.run", lambda options, **_: asked.append(options))
    for words in (
        ["explore", "--no-browser", "--port", "0"],
        ["serve", "--explorer", "--host", "127.0.0.2", "--port", "8799"],
        ["serve", "--explorer", "--host", "0.0.0.0", "--port", "8799"],  # noqa: S104 - not opened
    ):
        with pytest.raises(SystemExit):
            run(words)
    assert [options.hosts for options in asked] == [LOOPBACK, (*LOOPBACK, "127.0.0.2"), ()]


def table_of(text: str, name: str) -> list[dict[str, tuple[str, float | None]]]:
    return Read(text).tables[name]


def same_moves(shown: list[dict[str, tuple[str, float | None]]], expected: list[dict[str, Any]]) -> None:
    assert len(shown) == len(expected) > 0
    for row, item in zip(shown, expected, strict=True):
        assert row["target"][0] == f"{item['target']['code']} {item['target']['label']}"
        assert (row["rank"][1], row["probability"][1]) == (item["rank"], item["probability"])
        assert row["coverage"][1] == item["coverage"]


def test_neighbours_stand_nearer_the_likelier_they_are(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    text = client.get("/explorer/near/K2110").text
    same_moves(table_of(text, "ranking"), printed(capsys, "rank", "K2110", "-n", "16")["results"])
    stars = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="21"', text)
    far = [(float(x) - 300) ** 2 + (float(y) - 300) ** 2 for x, y in stars]
    assert len(far) == 16
    assert all(a <= b + 100 for a, b in pairwise(far))
    assert all(math.dist(map(float, a), map(float, b)) > 2 * 21 for a, b in combinations(stars, 2))
    # The number of a circle stands on it, and on no disc.
    rings = re.findall(r'<text x="([\d.]+)" y="([\d.]+)">\d+', text)
    assert len(rings) > 1
    for x, y in rings:
        assert min(math.dist((float(x), float(y) - 5), (float(a), float(b))) for a, b in stars) > 21 + 8


def test_a_person_is_ranked_as_on_the_command_line_and_never_kept(
    client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    english = client.post("/explorer/profile/holds?lang=en", json={"job": "N4101"}).text
    assert "<h3>Skills (" in english
    assert "Savoir" not in english
    body = client.post("/explorer/profile/holds", json={"job": "N4101"}).text
    ticks = re.findall(r'data-own value="([^"]+)"', body)
    assert len(ticks) > 10
    people: tuple[dict[str, Any], ...] = (
        {"occupation": "N4101"},
        {"competencies": ticks[:7]},
        {"occupation": "K2110", "credentials": {"PERM-C": "yes"}},
    )
    for person in people:
        file = tmp_path / "person.json"
        file.write_text(json.dumps(person), encoding="utf-8")
        answer = client.post("/explorer/profile/moves", json=person)
        assert answer.headers["cache-control"] == "no-store"
        assert ("sans métier exercé" in answer.text) == ("occupation" not in person)
        same_moves(
            table_of(answer.text, "ranking"), printed(capsys, "rank", "--profile", str(file), "-n", "15")["results"]
        )
    assert "PERM-C" not in caplog.text
    assert "notice" not in client.post("/explorer/profile/moves", json={}).text
    assert client.post("/explorer/profile/moves", json={"name": "Jean"}).status_code == 422
    assert client.post("/explorer/profile/moves", json={"competencies": ["nope"]}).status_code == 404


def test_sample_territories_are_offered_where_their_rome_codes_are(client: Client, tmp_path: Path) -> None:
    graph = build_graph(load_referential(write_onet(tmp_path / "db_30_0_text")))
    assert 'id="sample"' in client.get("/explorer/territory").text
    with Client(create_app(Engine.of(graph), Options(explorer="beside"))) as other:
        page = other.get("/explorer/territory").text
    assert 'id="fragile"' in page
    assert 'id="sample"' not in page


def test_no_file_of_the_machine_is_read_as_a_frame(client: Client, tmp_path: Path) -> None:
    (mine := tmp_path / "own.toml").write_text('name = "own"\nlabel = "Accord maison"\n', encoding="utf-8")
    answers = [
        client.get(f"/explorer/paths/N4101/N4102?frame={mine}"),
        client.post("/explorer/territory/plan", json={"sample": "redon", "frame": str(mine)}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]


def test_no_page_outlives_the_day(client: Client, set_today: Callable[[str], None]) -> None:
    pages = []
    for day in ("2025-12-31", "2026-01-01"):
        set_today(day)
        pages.append(client.get("/explorer/paths/N4101/N4102?frame=transco").text)
    assert ["a pris fin" in page for page in pages] == [False, True]


def test_a_job_written_in_other_words_is_chosen_by_the_person(client: Client) -> None:
    body = client.post("/explorer/profile/holds", json={"job": "chauffeur de car scolaire"}).text
    assert re.findall(r'data-job="([^"]+)"', body)
    assert "peut viser plusieurs métiers" in body
    assert "avec assez de certitude" in client.post("/explorer/profile/holds", json={"job": "zzzz qqqq"}).text
    found = client.post("/explorer/profile/holds", json={"text": "conduire un véhicule"}).text
    assert re.findall(r'data-add="([^"]+)"', found)


def test_a_path_by_hand_counts_what_the_steps_before_taught(
    client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = client.get("/explorer/way?job=K2110&job=N4101&job=N4103").text
    first = printed(capsys, "show", "K2110")["results"][0]
    person = {"occupation": "N4101", "competencies": [r["code"] for r in first["requirements"]]}
    file = tmp_path / "person.json"
    file.write_text(json.dumps(person), encoding="utf-8")
    expected = printed(capsys, "rank", "--profile", str(file), "-n", "40")["results"]
    (leg,) = printed(capsys, "paths", "--profile", str(file), "N4103", "--max-steps", "1", "-n", "1")["results"]
    assert plain(f"{leg['hours']['expected']:.0f}") in plain(text)
    onward = client.get("/explorer/way?job=K2110&job=N4101").text
    shown = [row["target"][0] for row in table_of(onward, "ranking")]
    kept = [f"{m['target']['code']} {m['target']['label']}" for m in expected if m["target"]["code"] != "K2110"]
    assert shown == kept[: len(shown)]
    assert "job=K2110&amp;job=N4101&amp;job=" in onward


def test_titles_are_written_as_their_language_writes(client: Client) -> None:
    for path, title in (
        ("/rank/K2110", "Vers où aller\u00a0: Enseignant"),
        ("/rank/K2110?lang=en", "Where to go: Enseignant"),
        ("/areas?jobs=K2110", "1 aire de mobilité"),
        ("/areas?jobs=K2110&lang=en", "1 mobility area"),
    ):
        found = re.search(r"<title>(.+?)</title>", client.get(f"/explorer{path}").text)
        assert found is not None
        assert found[1].replace("\u202f", "\u00a0").startswith(title), found[1]


def test_areas_and_interests_have_their_tables(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    shown = table_of(client.get("/explorer/areas").text, "areas")
    expected = printed(capsys, "areas")["results"]
    assert [(r["number"][1], r["name"][0], r["size"][1], r["stability"][1]) for r in shown] == [
        (a["number"], a["name"], len(a["members"]), a["stability"]) for a in expected
    ]
    members = table_of(client.get("/explorer/areas/1").text, "members")
    assert [r["strength"][1] for r in members] == [m["strength"] for m in expected[0]["members"]]
    assert {client.get(f"/explorer/areas/{number}").status_code for number in ("0", "999", "x")} == {404}
    fits = table_of(client.get("/explorer/interests?first=S&second=E").text, "interests")
    assert set(fits[0]["interests"][0].split(", ")) == {"Social", "Entreprenant"}
    assert all("Social" in r["interests"][0] or "Entreprenant" in r["interests"][0] for r in fits)


def test_the_map_has_every_job_once_and_its_colours_can_be_seen(
    client: Client, embedded_graph: OccupationGraph
) -> None:
    text = client.get("/explorer/map").text
    drawn = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="[\d.]+" data-code="([^"]+)"', text)
    assert sorted(code for *_, code in drawn) == sorted(embedded_graph.codes)
    assert all(0 < float(x) < 1000 > float(y) > 0 for x, y, _ in drawn)
    assert len(table_of(text, "map")) == len(drawn)
    for colour in COLOURS:
        assert contrast(colour) >= 3
    picture = client.get("/explorer/map.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert ET.fromstring(picture.text).tag.endswith("svg")  # noqa: S314 - the package's own


def test_positions_are_the_same_each_time_and_kept_in_an_index(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    place = compile_index(embedded_graph, tmp_path / "metiers.zip")
    opened = build_graph(load_referential(place))
    assert opened.index is not None
    assert np.array_equal(occupation_positions(opened), opened.index.array(POSITIONS))
    assert np.array_equal(occupation_positions(opened), occupation_positions(embedded_graph))
    again = build_graph(load_referential().with_overlay("enseignement-conduite"))
    assert np.array_equal(occupation_positions(again), occupation_positions(embedded_graph))


FRAGILE = """Entreprise;Intitulé du poste;Effectif;Bassin
Ateliers du Canal;soudeur;14;Redon
Transports Morel;moniteur auto école;5;Rennes
Transports Morel;conducteur de poids lourd;6;Vannes
Divers;gribouilleur de plans;4;Redon
"""
HIRING = """Entreprise;Intitulé;nb de postes;Bassin
Logis Ouest;conducteur poids lourd;12;Rennes
Maison Duval;aide-soignant;6;Vannes
Fab Métal;N1103;7;Rennes
Ouest Formation;formateur;3;Rennes
"""


def same_figures(row: dict[str, tuple[str, float | None]], line: dict[str, str]) -> None:
    """Each figure of a page's row is that of the command line; what is unknown is in both."""
    figures = {key: value for key, (_, value) in row.items() if value is not None and key in line}
    assert figures == {key: float(line[key]) for key in figures}
    assert figures or "masqué" in {text for text, _ in row.values()}
    assert all(line[key] == "" for key, (text, _) in row.items() if text == "inconnu" and key in line)


def dropped(name: str, text: str) -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(text.encode()).decode()}


TABLES = {"fragile": dropped("fragile.csv", FRAGILE), "hiring": dropped("hiring.csv", HIRING)}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "fragile.csv").write_text(FRAGILE, encoding="utf-8")
    (tmp_path / "hiring.csv").write_text(HIRING, encoding="utf-8")
    return ("--fragile", str(tmp_path / "fragile.csv"), "--hiring", str(tmp_path / "hiring.csv"))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, ()),
        ({"budget_hours": 300, "stretch": True}, ("--budget-hours", "300", "--stretch")),
        ({"min_probability": 0.2, "max_cost": 900}, ("--min-probability", "0.2", "--max-cost", "900")),
        ({"frame": "ptp", "mask": True}, ("--frame", "ptp", "--mask")),
        ({"floor": 0.5}, ("--floor", "0.5")),
    ],
)
def test_a_territory_is_that_of_the_command_line(
    bounds: dict[str, Any],
    words: tuple[str, ...],
    client: Client,
    capsys: pytest.CaptureFixture[str],
    files: tuple[str, ...],
) -> None:
    answer = client.post("/explorer/territory/plan", json={**TABLES, **bounds})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    shown = Read(answer.text).tables
    expected = printed(capsys, "territory", "match", *files, *words)
    for name, key in (("flows", "results"), ("to_confirm", "to_confirm"), ("stretched", "stretched"),
                      ("uncovered", "uncovered"), ("set_aside", "set_aside")):  # fmt: skip
        assert len(shown.get(name, [])) == len(expected[key]), name
    lines = rows(capsys, "territory", "match", *files, *words)
    for row, line in zip(shown.get("flows", []), lines, strict=True):
        same_figures(row, line)
    for row, item in zip(shown["set_aside"], expected["set_aside"], strict=True):
        assert row["row"][1] == item["row"]
        assert plain(item["reason"]).startswith(plain(row["reason"][0]))  # the nearest jobs are a column of the page
    # The sentence that says it all, and every total among the figures.
    figures = [plain(text) for text in re.findall(r"<dd data-figure>([^<]+)</dd>", answer.text)]
    assert plain(number(expected["totals"]["headcount"])) in figures
    if not bounds.get("mask"):
        assert plain(number(expected["totals"]["placed"])) in figures


def test_a_title_that_was_set_aside_is_used_once_a_person_chose(client: Client) -> None:
    first = client.post("/explorer/territory/plan", json=TABLES).text
    assert 'data-title="gribouilleur de plans"' in first
    assert len(Read(first).tables["set_aside"]) == 1
    choices = {"fragile": {"gribouilleur de plans": "N1103"}}
    second = client.post("/explorer/territory/plan", json={**TABLES, "choices": choices}).text
    assert "set_aside" not in Read(second).tables
    assert "choisi" in second


def test_a_masked_page_tells_no_small_headcount_beside_a_title(client: Client) -> None:
    cells = {}
    for masked in (False, True):
        page = client.post("/explorer/territory/plan", json={**TABLES, "mask": masked}).text
        (row,) = re.findall(r"<tr>(?:(?!</tr>).)*gribouilleur de plans(?:(?!</tr>).)*</tr>", page, flags=re.DOTALL)[:1]
        cells[masked] = re.findall(r'<td class="number"[^>]*><span>([^<]*)</span>', row)[0]
    assert cells == {False: "4", True: "masqué"}


def test_the_order_of_masked_titles_does_not_tell_which_has_more_people(client: Client) -> None:
    pages = set()
    for first, second in ((3, 4), (4, 3)):
        rows = f"A;gribouilleur de plans;{first};Redon\nA;zinzineur de tubes;{second};Redon\nA;N1103;30;Redon\n"
        table = dropped("fragile.csv", "employeur;métier;effectif;bassin\n" + rows)
        body = {"fragile": table, "hiring": TABLES["hiring"], "mask": True}
        pages.add(client.post("/explorer/territory/plan", json=body).text)
    assert len(pages) == 1


def test_what_is_taken_away_is_what_the_command_line_writes(
    client: Client, files: tuple[str, ...], tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    taken = client.post("/explorer/territory/file", json={"asked": TABLES, "form": "xlsx"})
    assert taken.headers["content-disposition"].startswith("attachment")
    place = tmp_path / "territoire.xlsx"
    with pytest.raises(SystemExit):
        run(["territory", "match", *files, *BRANCH, "--format", "xlsx", "--output", str(place)])
    books = [openpyxl.load_workbook(source) for source in (io.BytesIO(taken.content), place)]
    names = [name for name in books[1].sheetnames if name != books[1].sheetnames[-1]]
    for name in names:  # the last says what made it: of files on disk it has the sums too
        mine, theirs = ([[c.value for c in row] for row in book[name].rows] for book in books)
        assert mine == theirs
    report = client.post("/explorer/territory/file", json={"asked": TABLES, "form": "html"})
    assert report.text.startswith("<!DOCTYPE html>")
    assert "Ateliers du Canal" in report.text


def test_what_is_taken_away_says_the_floor_that_was_asked_for(client: Client) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook, page, other = (
        client.post("/explorer/territory/file", json={"asked": TABLES | {"floor": floor}, "form": form})
        for floor, form in ((0.25, "xlsx"), (0.25, "html"), (None, "html"))
    )
    about = openpyxl.load_workbook(io.BytesIO(workbook.content)).worksheets[-1]
    assert {row[1]: row[2] for row in about.iter_rows(values_only=True)}["territory.floor"] == 0.25
    checksums = [re.findall(r"\b[0-9a-f]{64}\b", each.text)[-1] for each in (page, other)]
    assert "territory.floor" in page.text
    assert "territory.floor" not in other.text
    assert checksums[0] != checksums[1]


def test_what_is_taken_away_names_the_market_that_its_figures_come_from(
    embedded_graph: OccupationGraph, files: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    data = market_folder(tmp_path / "data")
    engine = Engine.of(embedded_graph, data=(data,))
    with Client(create_app(engine, Options(explorer="alone"))) as opened:
        taken, report = (
            opened.post("/explorer/territory/file", json={"asked": TABLES, "form": form}) for form in ("xlsx", "html")
        )
    expected = printed(capsys, "territory", "match", *files, "--data", str(data))["sources"]
    market = {source["name"] for source in expected if source["content"] != "table"}
    assert {"a.csv", "d.csv"} <= market
    about = openpyxl.load_workbook(io.BytesIO(taken.content)).worksheets[-1]
    told = {str(cell.value) for row in about.rows for cell in row}
    assert market == told & {path.name for path in data.rglob("*")} | {name for name in market if "/" in name}
    assert all(name in report.text for name in market)
    assert "b.csv" not in report.text  # tensions, of which openings that were given need none


def test_a_table_that_cannot_be_read_says_why(client: Client) -> None:
    missing = client.post("/explorer/territory/plan", json={})
    assert (missing.status_code, "<html" in missing.text) == (422, False)
    wrong = {"fragile": dropped("x.csv", "a;b\n1;2\n"), "hiring": TABLES["hiring"]}
    assert client.post("/explorer/territory/plan", json=wrong).status_code == 422
    assert client.post("/explorer/territory/plan", json={"fragile": {"name": "x", "content": "%%"}}).status_code == 422
    for name in ("../../etc/passwd.csv", "..", "/"):
        away = {"fragile": dropped(name, FRAGILE), "hiring": TABLES["hiring"]}
        assert client.post("/explorer/territory/plan", json=away).status_code == 200


def test_a_table_whose_content_cannot_be_read_is_told_by_its_side_its_name_and_the_reason(client: Client) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Nord": [["Métier", "Postes"], ["N1103", 2]],
        "Sud": [["Nb de postes", "Métier"], [3, "N1103"]],
    }
    parts = members(workbook(sheets))
    damaged = zipped((name, b"<!DOCTYPE x>" if "sheet1" in name else part) for name, part in parts.items())
    unread = (
        ("fragile", "gens.xlsx", b"PK\x03\x04 no", "Tableau des emplois fragilisés", "pas un classeur, malgré"),
        ("hiring", "postes.xlsx", damaged, "Tableau des postes à pourvoir", "ce classeur est abîmé"),
        ("hiring", "a\\postes.xlsx", HIRING.encode(), "Tableau des postes à pourvoir", "pas un classeur, malgré"),
        ("hiring", "postes.csv", b"\0\0\0", "Tableau des postes à pourvoir", "ni un fichier CSV"),
        ("hiring", "postes.xlsx", workbook(sheets), "Tableau des postes à pourvoir", "Nord, Sud. Déposez un classeur"),
    )
    for side, name, content, table, reason in unread:
        body = {**TABLES, side: {"name": name, "content": base64.b64encode(content).decode()}}
        told = client.post("/explorer/territory/plan", json=body)
        text = unescape(told.text)
        assert (told.status_code, table in text, reason in text, "Il manque" in text) == (422, True, True, False)
        assert Path(name.replace("\\", "/")).name in text
        assert "/fragile/" not in text
        assert "/hiring/" not in text


def test_a_fault_of_this_machine_is_no_fault_of_a_table_and_is_logged(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR", "passerelles.service")
    whole = Path.open
    for fault, key in ((PermissionError("no"), "no_permission"), (OSError(5, "broken disk"), "unreadable_path")):

        def refuse(place: Path, mode: str = "r", *more: Any, fault: OSError = fault, **named: Any) -> Any:
            if (place.name, mode) == ("hiring.csv", "rb"):
                raise fault
            return whole(place, mode, *more, **named)

        caplog.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", refuse)
            told = client.post("/explorer/territory/plan", json=TABLES)
        assert (told.status_code, "Tableau des" in told.text) == (500, False)
        assert [json.loads(JsonLines().format(record))["key"] for record in caplog.records] == [key]


def test_a_name_longer_than_any_file_has_is_cut(client: Client) -> None:
    table = dropped(f"{'é' * 190}\0{'è' * 190}.csv"[-200:], FRAGILE)
    assert client.post("/explorer/territory/plan", json={**TABLES, "fragile": table}).status_code == 200


def test_the_jobs_that_hire_in_a_basin_need_a_market(client: Client) -> None:
    for fields in ("basin=Redon", "wage=0.9"):
        assert client.get(f"/explorer/rank/K2110?{fields}").status_code == 422
    assert "f-basin" not in client.get("/explorer/rank/K2110").text


def test_beside_other_answers_areas_are_there_before_anybody_asks(embedded_graph: OccupationGraph) -> None:
    asked: list[str] = []
    for explorer in ("beside", "alone"):
        app = create_app(Engine.of(embedded_graph), Options(explorer=explorer))
        with Client(app) as opened:
            while not app.warming.done():
                opened.get("/health/live")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(
                    "passerelles.service.explorer.pages.mobility_areas", lambda *_, name=explorer: asked.append(name)
                )
                opened.get("/explorer/areas")
    assert asked == ["alone"]


def test_on_ones_own_machine_the_market_is_read_before_a_page_asks(
    embedded_graph: OccupationGraph, tmp_path: Path
) -> None:
    engine = Engine.of(embedded_graph, data=(market_folder(tmp_path),))
    app = create_app(engine, Options(explorer="alone"))
    with Client(app) as opened, pytest.MonkeyPatch.context() as patch:
        while not app.warming.done():
            opened.get("/health/live")
        patch.setattr("passerelles.session.load_market", lambda *_, **__: pytest.fail("read while a page waits"))
        assert "projects" in table_of(opened.get("/explorer/compare?job=N4101&job=K2110").text, "compared")[0]


def test_a_market_stands_on_the_pages_of_jobs_and_areas(
    embedded_graph: OccupationGraph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = market_folder(tmp_path)
    engine = Engine.of(embedded_graph, data=(folder,))
    with Client(create_app(engine, Options(explorer="alone"))) as opened:
        for basin in ("", "5313"):
            where = ("--data", str(folder), *(("--basin", basin) if basin else ()))
            fields = f"&basin={basin}" if basin else ""
            shown = table_of(opened.get(f"/explorer/compare?job=N4101&job=K2110{fields}").text, "compared")
            told = printed(capsys, "compare", "N4101", "K2110", *where)["results"]
            page = opened.get(f"/explorer/areas?{fields}")
            areas, expected = table_of(page.text, "areas"), printed(capsys, "areas", *where)["results"]
            assert page.text.count("<path d=") > 3
            for row, item in zip([*shown, *areas], [*told, *expected], strict=True):
                for name in ("projects", "tension", "wage_ratio"):
                    assert row[name][1] == item["market"][name]["low"], (name, row, item)
            assert "2023" in page.text
        assert opened.get("/explorer/areas?basin=Atlantide").status_code == 404
    with Client(create_app(Engine.of(embedded_graph), Options(explorer="alone"))) as bare:
        assert "projects" not in table_of(bare.get("/explorer/areas").text, "areas")[0]


def test_a_cache_without_data_offers_no_basin(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    (tmp_path / "cache" / "indexes").mkdir(parents=True)
    pages = ("compare?job=N4101&job=K2110", "rank/K2110", "areas")
    for folder, offered in ((tmp_path / "cache", 0), (market_folder(tmp_path / "market"), 1)):
        engine = Engine.of(embedded_graph)
        vars(engine)["folders"] = (folder,)
        with Client(create_app(engine, Options(explorer="alone"))) as opened:
            for page in pages:
                assert opened.get(f"/explorer/{page}").text.count('name="basin"') == offered, page
            assert opened.get("/explorer/show/N4101").text.count("--data") == 2 - offered


def test_moves_are_kept_to_what_hires_in_a_basin(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    engine = Engine.of(embedded_graph, data=(market_folder(tmp_path),))
    with Client(create_app(engine, Options(explorer="alone", limits=PATIENT))) as opened:
        shown = table_of(opened.get("/explorer/rank/N4102?basin=5313").text, "ranking")
        market = engine.market
        assert market is not None
        found = list(signals(market, embedded_graph.referential, find_basin(market, "5313")))
        hiring, doubtful = ([s.occupation for s in found if s.status == status] for status in ("hiring", "unknown"))
        strict = table_of(opened.get("/explorer/rank/N4102?basin=5313&strict=1").text, "ranking")
        sheet = opened.get("/explorer/show/N4101?basin=5313").text
    expected = rank_moves(embedded_graph, "N4102", targets=hiring)
    assert [row["target"][0] for row in strict] == [m.target.named for m in expected]
    kept = rank_moves(embedded_graph, "N4102", targets=[*hiring, *doubtful])
    assert [row["target"][0] for row in shown] == [m.target.named for m in kept]
    assert 0 < len(strict) < len(shown)
    assert "France Travail" in sheet


def test_a_table_is_read_in_the_light_of_where_the_other_is(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    people, openings = "A;N1101;5;Sainte-Colombe", "B;N1101;2;Redon"  # one of two communes of that name is near
    tables = (("fragile", "headcount", people), ("hiring", "openings", openings))
    asked = {side: dropped(f"{side}.csv", f"employer;job;{count};commune\n{row}") for side, count, row in tables}
    engine = Engine.of(embedded_graph, data=(places_folder(tmp_path),))
    with Client(create_app(engine, Options(explorer="alone", limits=PATIENT))) as opened:
        page = opened.post("/explorer/territory/plan", json={**asked, "radius_km": 40}).text
    assert [row["people"][1] for row in Read(page).tables.get("flows", ())] == [2]


def test_who_stays_in_a_basin_neither_leaves_it_nor_arrives(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    lines = {"fragile": ("A;N1101;5;Redon", "A;N1101;2;Béarn"), "hiring": ("B;N1101;6;Redon", "B;N1101;1;Béarn")}
    asked = {s: dropped(f"{s}.csv", "\n".join(("employer;job;number;basin", *rest))) for s, rest in lines.items()}
    engine = Engine.of(embedded_graph, data=(places_folder(tmp_path),))
    with Client(create_app(engine, Options(explorer="alone", limits=PATIENT))) as opened:
        page = opened.post("/explorer/territory/plan", json=asked).text
        shown = table_of(page, "basins")
    assert "Communes de France, coordonnées" in page  # places have a source, as on the command line
    assert [(row["arriving"][1], row["leaving"][1]) for row in shown] == [(1, 0), (0, 1)]
