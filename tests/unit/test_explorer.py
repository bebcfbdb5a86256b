"""The explorer's pages: each field shown is that of the command line, doubt is said, nothing from outside."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from passerelles.cli.main import run
from passerelles.graph.core import OccupationGraph
from passerelles.ranking.move import Move
from passerelles.service.app import create_app
from passerelles.service.engine import Engine
from passerelles.service.options import Options
from passerelles.views.spec import On
from service_client import Client

if TYPE_CHECKING:
    from passerelles.language.say import Lang

BRANCH = ("--overlay", "enseignement-conduite")


@pytest.fixture(scope="module")
def client(embedded_graph: OccupationGraph) -> Iterator[Client]:
    with Client(create_app(Engine(embedded_graph), Options(explorer="beside"))) as opened:
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
    "/sources/N4101": ("sources", "N4101"),
    "/rank/K2110?lang=en": ("rank", "K2110", "--lang", "en"),
}  # fmt: skip


@pytest.mark.parametrize("path", RANKINGS)
def test_a_ranking_shows_what_the_command_line_answers(
    path: str, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = read(client, path).tables["ranking"]
    expected, told = printed(capsys, *RANKINGS[path])["results"], rows(capsys, *RANKINGS[path])
    assert len(shown) == len(expected) > 3
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
    # Every column that the result declares for pages is there, and no other.
    keys = {c.key for c in Move.spec.columns if On.PAGE in c.on}
    assert set(shown[0]) == keys - {"origin" if "rank" in path else "target", "score"}


def test_a_sheet_says_every_line_of_the_command_line(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    for code in ("K2110", "K2110-GL", "N4101"):
        blocks = read(client, f"/show/{code}").blocks
        said = [plain(text) for texts in blocks.values() for text in texts]
        assert said == [plain(line["text"]) for line in rows(capsys, "show", code)]


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


def test_a_path_says_what_the_command_line_says(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("paths", "K2110", "N4102", "--frame", "ptp")
    shown = read(client, "/paths/K2110/N4102?frame=ptp").tables["paths"]
    for row, item in zip(shown, printed(capsys, *words)["results"], strict=True):
        assert row["rank"][1] == item["rank"]
        for key in set(row) & {"hours", "months"}:
            assert row[key][1] is None or row[key][1] == item[key]["expected"]


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


def test_what_is_wrong_is_a_page_that_helps(client: Client) -> None:
    missing = client.get("/explorer/rank/Moniteur poids lourd")
    assert missing.status_code == 404
    assert 'href="/explorer/?q=' in missing.text
    assert client.get("/explorer/rank/K2110?filter=nonsense").status_code == 422
    assert client.get("/explorer/nowhere").status_code == 404
    assert client.get("/explorer/move/K2110/K2110").status_code == 404
    evil = client.get("/explorer/", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in evil


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
    with Client(create_app(Engine(embedded_graph))) as closed:
        assert closed.get("/explorer/").status_code == 404
    with Client(create_app(Engine(embedded_graph), Options(explorer="alone"))) as alone:
        assert alone.get("/").headers["location"] == "/explorer/"
