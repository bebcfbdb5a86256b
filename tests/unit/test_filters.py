"""Filters answer yes, no or unknown; only no drops a move, and strict drops unknown too."""

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from market_files import market_folder, write
from passerelles.cli.main import run
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import LANGS, Lang, sentences
from passerelles.market.market import Market, load_market
from passerelles.market.signals import find_basin, signals, wage_ratio
from passerelles.model import Credential, Hours, Profile, Ternary
from passerelles.paths.rank import rank_paths
from passerelles.ranking.filters import FILTERS, Filter, JudgedMove, MarketAlone, parse_filter
from passerelles.ranking.move import Moves, Verdict, find_start
from passerelles.ranking.rank import rank_moves, rank_sources
from passerelles.service.app import create_app
from passerelles.service.engine import Engine
from passerelles.settings import Settings
from service_client import Client
from small import occupation, referential

PLAIN = Settings(scorer="unfitted")


class UserData(NamedTuple):
    """A market as a session has it."""

    wages: Market
    market: Market
    places: None = None


@pytest.fixture(scope="module")
def graph() -> OccupationGraph:
    """Origin A1, and targets that differ by one flag each."""
    return build_graph(
        referential(
            {"A1": ["a"], "A2": ["a"], "B1": ["a"], "B2": ["b"], "B3": []},
            occupations=[
                occupation("A1", managerial="no", regulated="no"),
                occupation("A2", managerial="yes", regulated="yes"),
                occupation("B1", managerial="no", regulated="no"),
                occupation("B2"),
                occupation("B3", domain=None),
            ],
            contexts={"A2": ["nuit"], "B1": ["jour", "nuit"], "B2": ["jour"]},
        )
    )


CASES: list[tuple[str, dict[str, Ternary]]] = [
    ("unregulated", {"A2": "no", "B1": "yes", "B2": "unknown", "B3": "unknown"}),
    ("same-domain", {"A2": "yes", "B1": "no", "B2": "no", "B3": "unknown"}),
    ("other-domain", {"A2": "no", "B1": "yes", "B2": "yes", "B3": "unknown"}),
    ("min-coverage=0.5", {"A2": "yes", "B1": "yes", "B2": "no", "B3": "unknown"}),
    ("no-managerial-step", {"A2": "no", "B1": "yes", "B2": "unknown", "B3": "unknown"}),
    ("avoid-context=nuit", {"A2": "no", "B1": "no", "B2": "yes", "B3": "unknown"}),
    ("avoid-context=Contexte NUIT", {"A2": "no", "B1": "no", "B2": "yes", "B3": "unknown"}),
    ("exclude=B1, B2", {"A2": "yes", "B1": "no", "B2": "no", "B3": "yes"}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_only_no_drops_a_move(graph: OccupationGraph, text: str, expected: dict[str, Ternary]) -> None:
    kept = {m.target.code: m.filters[0].verdict for m in rank_moves(graph, "A1", filters=[text])}
    assert kept == {code: verdict for code, verdict in expected.items() if verdict != "no"}
    strict = rank_moves(graph, "A1", filters=[text], settings=Settings(strict=True))
    assert {m.target.code for m in strict} == {code for code, verdict in expected.items() if verdict == "yes"}


def test_every_verdict_has_a_reason_in_both_languages(graph: OccupationGraph) -> None:
    """That of a dropped move too, for who judges one with a filter."""
    for text, expected in CASES:
        check, start = parse_filter(graph, text, MarketAlone()).check, find_start(graph, "A1")
        coverage = {m.target.code: m.coverage for m in rank_moves(graph, "A1")}
        targets = (o for o in graph.occupations if o.code in coverage)
        judged = {o.code: check(JudgedMove(graph, start, o, coverage[o.code])) for o in targets}
        assert {code: verdict.verdict for code, verdict in judged.items()} == expected
        assert all(verdict.sentence(lang) for verdict in judged.values() for lang in LANGS)
        reasons = {(verdict.verdict, verdict.reason) for verdict in judged.values()}
        assert len({reason for _, reason in reasons}) == len(reasons)


EXPLORER = Path(__file__).resolve().parents[2] / "docs" / "explorer.md"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_has_its_words(name: str, lang: Lang) -> None:
    words = sentences("filters", lang=lang)
    assert f"name.{name}" in words, f"name it in language/{lang}/filters.toml"
    reason = f"reason.{name.removeprefix('same-').removeprefix('other-').replace('-', '_')}"
    assert any(key.startswith(reason) for key in words), f"{reason}_yes, _no, _unknown in language/{lang}/filters.toml"
    assert f"``{name}" in (parse_filter.__doc__ or ""), "list it where parse_filter tells of its texts"
    assert f"`{name}" in EXPLORER.read_text("utf-8"), "list it in docs/explorer.md"


def test_a_coverage_is_written_as_the_language_writes_it(graph: OccupationGraph) -> None:
    verdict = rank_moves(graph, "A1", targets=["A2"], filters=["min-coverage=0.5"])[0].filters[0]
    share = f"{verdict.low or 0.0:.0%}"
    assert verdict.sentence("en") == f"coverage of {share}"
    assert verdict.sentence("fr") == f"couverture de {share.replace('%', chr(0x202F) + '%')}"


def test_a_filter_has_one_name_however_it_is_written(graph: OccupationGraph) -> None:
    for written, name in (("other_domain", "other-domain"), (" min_coverage = 0.5", "min-coverage")):
        filters = [rank_moves(graph, "A1", filters=[text]) for text in (written, written.strip().replace("_", "-"))]
        assert [[v.name for v in move.filters] for move in filters[0]] == [[name] for _ in filters[1]]
    some = rank_sources(graph, "A1", filters=[" kind = step-down,lateral,advancement"])
    assert some.excluded == ()  # kinds that are asked for are not left out too
    with pytest.raises(PasserellesError, match="≥ 0"):
        rank_moves(graph, "A1", filters=["max-hours=-1"])


def test_filters_stack_and_never_change_a_score(graph: OccupationGraph) -> None:
    plain = {m.target.code: m.score for m in rank_moves(graph, "A1")}
    with pytest.raises(PasserellesError, match="Unknown filter: '3'"):
        rank_moves(graph, "A1", filters=[3])  # type: ignore[list-item]
    stacked = rank_moves(graph, "A1", filters=["other-domain", "min-coverage=0.5"])
    assert [m.target.code for m in stacked] == [code for code in plain if code in ("B1", "B3")]
    assert all(plain[m.target.code] == m.score for m in stacked)


def verdicts(moves: Moves) -> dict[str, Ternary]:
    return {m.target.code or "": m.filters[0].verdict for m in moves}


def every(graph: OccupationGraph, origin: str, text: str) -> tuple[Moves, dict[str, Ternary]]:
    """All moves from an origin, and what a filter says of those that it keeps."""
    return rank_moves(graph, origin, limit=None), verdicts(rank_moves(graph, origin, filters=[text], limit=None))


def test_access_is_looked_at_for_this_origin(embedded_graph: OccupationGraph) -> None:
    moves, kept = every(embedded_graph, "K2110", "access=open")
    assert len(kept) > 10
    for move in moves:
        free = move.access.status == "open" or (move.access.required and not move.access.to_obtain)
        assert ((move.target.code in kept) and kept[move.target.code or ""] == "yes") == bool(free)
    _, more = every(embedded_graph, "K2110", "access=open,conditional")
    assert set(kept) < set(more)
    assert {m.target.code for m in moves if m.access.status == "selective"}.isdisjoint(more)
    # What a category-B instructor holds already asks nothing more of him.
    held = [m.target.code for m in moves if m.access.status == "conditional" and m.target.code in kept]
    assert all("acquis" in m.filters[0].sentence() for m in rank_moves(
        embedded_graph, "K2110", filters=["access=open"], targets=held) if held)  # fmt: skip


def test_kinds_of_move_are_chosen_and_unknown_ones_kept(embedded_graph: OccupationGraph) -> None:
    moves, kept = every(embedded_graph, "N4101", "kind=lateral,advancement")
    assert kept == {m.target.code: "unknown" if m.kind == "unknown" else "yes"
                    for m in moves if m.kind in ("lateral", "advancement", "unknown")}  # fmt: skip
    assert {"lateral", "advancement"} <= {m.kind for m in moves}
    # Towards a job, the kinds asked for stand in the place of those that are left out by default.
    down = rank_sources(embedded_graph, "N4101", filters=["kind=step-down"], limit=None)
    assert {m.kind for m in down} <= {"step-down", "unknown"}
    assert (down.excluded, down.left_out) == ((), 0)
    assert "step-down" in {m.kind for m in down}


@pytest.mark.parametrize("origin", ["K2110", "N4101", Profile(competencies=("100027",))])
def test_hours_are_those_of_a_path_of_one_step(embedded_graph: OccupationGraph, origin: str | Profile) -> None:
    if isinstance(origin, Profile):
        origin = Profile(competencies=tuple(c.code for c in embedded_graph.competencies[:40]))
    moves = rank_moves(embedded_graph, origin, limit=30)
    codes = [m.target.code or "" for m in moves]
    paths = rank_paths(embedded_graph, origin, targets=codes, max_steps=1, limit=1)
    hours = {p.target.code: None if p.hours.lower_bound else p.hours.expected for p in paths}
    least = {p.target.code: p.known_hours.expected or 0.0 for p in paths}  # what is published, where not all is known
    known = sorted(h for h in hours.values() if h is not None)
    most = known[len(known) // 2]
    found = rank_moves(embedded_graph, origin, targets=codes, filters=[f"max-hours={most}"], limit=None)
    expected = {c: "unknown" if h is None else "yes" for c, h in hours.items() if least[c] <= most}
    assert verdicts(found) == expected
    unknown = sum(answer == "unknown" for answer in expected.values())
    assert (found.undecided, found.strict) == ({"max-hours": unknown} if unknown else {}, False)
    assert all(m.filters[0].low == hours[m.target.code] for m in found)
    if isinstance(origin, str):
        towards = {
            c: verdicts(rank_sources(embedded_graph, c, origins=[origin], filters=[f"max-hours={most}"])) for c in codes
        }
        assert towards == {c: {c: expected[c]} if c in expected else {} for c in codes}


def test_what_is_published_of_a_post_that_one_is_chosen_for_is_known(rome4_graph: OccupationGraph) -> None:
    (path,) = rank_paths(rome4_graph, "M1301", targets=["J1511"], max_steps=1, limit=1)
    assert (path.status, path.hours.lower_bound) == ("unknown", False)
    (move,) = rank_moves(rome4_graph, "M1301", targets=["J1511"], filters=["max-hours=9000"])
    assert move.filters[0].low == path.hours.expected
    assert not rank_moves(rome4_graph, "M1301", targets=["J1511"], filters=["max-hours=450"])


def test_hours_do_not_depend_on_which_target_comes_first_where_access_is_set_aside() -> None:
    regulated = [occupation(code, regulated="yes") for code in "BC"]
    graph = build_graph(referential({code: ["a"] for code in "ABC"}, occupations=regulated), access=None)
    assert verdicts(rank_moves(graph, "A", filters=["max-hours=1000"], settings=PLAIN)) == {"B": "yes", "C": "yes"}


def test_no_hours_open_a_job_whose_licence_nobody_can_obtain() -> None:
    licences = [
        Credential("ENDED", "Titre fini", "titre", Hours(70, 70, 70, "un centre"), valid_until="2020-01-01"),
        Credential("TITRE", "Titre", "titre", Hours(70, 70, 70, "un centre")),
    ]
    demands = [("B", "ENDED"), ("C", "TITRE")]
    graph = build_graph(referential({code: ["a"] for code in "ABC"}, credentials=licences, demands=demands))
    for targets in (["B", "C"], None):
        moves = rank_moves(graph, "A", targets=targets, filters=["max-hours=1000"], settings=PLAIN)
        assert verdicts(moves) == {"C": "yes"}
    assert not rank_sources(graph, "B", filters=["max-hours=1000"], settings=PLAIN)


def test_what_is_unknown_is_kept_or_set_aside_and_counted(embedded_graph: OccupationGraph) -> None:
    filters = ["max-hours=400", "other-domain"]
    kept = rank_moves(embedded_graph, "N4101", filters=filters, limit=None)
    strict = rank_moves(embedded_graph, "N4101", filters=filters, limit=None, settings=Settings(strict=True))
    doubtful = [m.target.code for m in kept if m.filters[0].verdict == "unknown"]
    assert kept.undecided["max-hours"] == len(doubtful) > 0
    assert strict.undecided == kept.undecided
    assert [m.target.code for m in strict] == [m.target.code for m in kept if m.target.code not in doubtful]
    figures = {m.filters[0].sentence() for m in kept if m.filters[0].verdict == "yes"}
    assert not any("estimation" in sentence for sentence in figures)  # some are published
    for moves, word in ((kept, "Gardés"), (strict, "Écartés")):
        (told,) = [note for note in moves.page().notes if f"heures de formation ({len(doubtful)})" in note]
        assert told.startswith(word)
    none = rank_moves(
        embedded_graph,
        "N4101",
        filters=["max-hours=0"],
        targets=[c for c in doubtful if c],
        settings=Settings(strict=True),
    )
    assert not none
    assert f"heures de formation ({len(doubtful)})" in " ".join(none.to_text().split())
    assert {d.end.code for d in none.dropped} == set(doubtful)
    assert {d.reasons() for d in none.dropped} == {"heures de formation inconnues"}


def test_a_doubt_of_one_of_two_filters_of_a_name_is_counted(graph: OccupationGraph) -> None:
    def judge(name: str, unsure: str) -> Filter:
        return Filter(name, "", lambda m: Verdict(name, "unknown" if m.target.code == unsure else "yes", "exclude_yes"))

    for second in ("once", "twice"):
        filters = [judge("once", "B1"), judge(second, "B2")]
        moves = rank_moves(graph, "A1", filters=filters, settings=Settings(strict=True))
        assert {"B1", "B2"}.isdisjoint(m.target.code for m in moves)
        assert moves.undecided == ({"once": 2} if second == "once" else {"once": 1, "twice": 1})
        assert f"once ({moves.undecided['once']})" in " ".join(moves.page().notes)  # one's own, by its name


def test_wages_are_compared_with_those_of_the_job_left(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    rows = ["J3Z43,2017-2019,1903", "W1Z80,2017-2019,2100", "Ensemble,2017-2019,1800"]
    folder = market_folder(tmp_path)
    write(folder / "d.csv", "\n".join(['"Fap3","Annee","Salaire_median"', *rows]) + "\n")
    market = load_market(folder)
    referential = embedded_graph.referential
    ratio = {c: wage_ratio(market, referential, c) for c in embedded_graph.codes}
    origin = next(c for c, f in ratio.items() if f.value is not None)
    before = ratio[origin].value
    assert before is not None
    seen = set()
    for least in (1, 1.05):  # the second lies between the wages of the two families of one job
        chosen = parse_filter(embedded_graph, f"min-wage={least}", UserData(market, market))
        found = verdicts(rank_moves(embedded_graph, origin, filters=[chosen], limit=None))
        for code in {m.target.code or "" for m in rank_moves(embedded_graph, origin, limit=None)}:
            low, high = ratio[code].low, ratio[code].high
            if low is None or high is None:
                expected = "unknown"
            else:
                expected = "yes" if low / before >= least else "no" if high / before < least else "unknown"
            seen.add((expected, low is None))
            assert found.get(code, "no") == expected, code
    assert seen == {("yes", False), ("no", False), ("unknown", False), ("unknown", True)}
    # A person without an occupation left no wage, and no market is no answer.
    person = Profile(competencies=tuple(c.code for c in embedded_graph.competencies[:9]))
    assert set(verdicts(rank_moves(embedded_graph, person, filters=[chosen])).values()) == {"unknown"}
    with pytest.raises(PasserellesError, match="min-wage"):
        rank_moves(embedded_graph, origin, filters=["min-wage=1"])


def test_a_basin_says_what_hires_and_what_is_fragile(embedded_graph: OccupationGraph, tmp_path: Path) -> None:
    market = load_market(market_folder(tmp_path))
    basin = find_basin(market, "5313")
    status = {s.occupation: s.status for s in signals(market, embedded_graph.referential, basin)}
    hiring = parse_filter(embedded_graph, "hires-in=5313", UserData(market, market))
    found = verdicts(rank_moves(embedded_graph, "K2110", filters=[hiring], limit=None))
    assert "yes" in found.values()
    assert found == {
        m.target.code: "yes" if status[m.target.code or ""] == "hiring" else "unknown"
        for m in rank_moves(embedded_graph, "K2110", limit=None) if status[m.target.code or ""] in ("hiring", "unknown")
    }  # fmt: skip
    fragile = parse_filter(embedded_graph, "fragile-in=5313", UserData(market, market))
    towards = rank_sources(embedded_graph, "N4101", filters=[fragile], limit=None)
    assert {m.origin.code: m.filters[0].verdict for m in towards} == {
        m.origin.code: "yes" if status[m.origin.code or ""] == "fragile" else "unknown"
        for m in rank_sources(embedded_graph, "N4101", limit=None)
        if status[m.origin.code or ""] in ("fragile", "unknown")
    }
    # Who gives the market alone names the filter alone.
    alone = rank_sources(embedded_graph, "N4101", filters=["fragile-in=5313"], wages=market, limit=None)
    assert [replace(move, wages=None) for move in alone] == towards
    assert verdicts(rank_moves(embedded_graph, "K2110", filters=["hires-in=5313"], wages=market, limit=None)) == found
    paths = rank_paths(embedded_graph, "K2110", targets=None, filters=["hires-in=5313"], wages=market, max_steps=1)
    assert {path.target.code for path in paths} == set(found)
    doubtful = sum(m.filters[0].verdict == "unknown" for m in towards)
    assert towards.undecided["fragile-in"] == doubtful > 0
    with pytest.raises(UnknownCodeError):
        parse_filter(embedded_graph, "hires-in=Atlantide", UserData(market, market))


@pytest.mark.parametrize("word", [(), ("--strict",)])
def test_the_service_filters_as_the_command_line_does(
    embedded_graph: OccupationGraph, tmp_path: Path, word: tuple[str, ...]
) -> None:
    strict = bool(word)
    filters = ["max-hours=1200", "access=open,conditional"]
    with Client(create_app(Engine.of(embedded_graph))) as opened:
        asked = {"origin": "N4101", "filter": filters, "strict": strict}
        answered = opened.get("/v1/rank", params=asked).json()
        towards = opened.get("/v1/sources", params={"target": "N4101", "filter": filters, "strict": strict}).json()
        assert opened.get("/v1/rank", params={"origin": "N4101", "filter": "min-wage=1"}).status_code == 422
    options = [part for text in filters for part in ("--filter", text)]
    for command, told in (("rank", answered), ("sources", towards)):
        place = tmp_path / f"{command}.json"
        with pytest.raises(SystemExit):
            run(
                [
                    command,
                    "N4101",
                    "--overlay",
                    "enseignement-conduite",
                    *options,
                    *word,
                    "-f",
                    "json",
                    "-o",
                    str(place),
                ]
            )
        expected = json.loads(place.read_text(encoding="utf-8"))
        assert told["results"] == expected["results"] != []
        assert told.get("undecided") == expected.get("undecided")
    assert answered["undecided"]["max-hours"] > 0


@pytest.mark.parametrize(
    "text",
    [
        "min-coverage=2", "min-coverage=x", "min-coverage=nan", "nope", "nope=1", "access=", "access=free",
        "kind=unknown", "max-hours=-1", "max-hours=nan", "max-hours=inf", "hires-in=Redon", "fragile-in=Redon",
        "unregulated=no", "no-managerial-step=no", "same-domain=false",
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(graph: OccupationGraph, text: str) -> None:
    with pytest.raises(PasserellesError):
        rank_moves(graph, "A1", filters=[text])


def test_the_name_of_an_unknown_filter_comes_with_the_nearest(graph: OccupationGraph) -> None:
    for text, told in (
        ("Unregulated", "Did you mean: unregulated?"),
        ("UNREGULATD", "unregulated?"),
        ("nope", "fragile-in."),
    ):
        with pytest.raises(PasserellesError) as caught:
            rank_moves(graph, "A1", filters=[text])
        assert str(caught.value).endswith(told)


def test_unknown_codes_in_filters_suggest(graph: OccupationGraph) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(graph, "A1", filters=["avoid-context=contexte"])
    assert "Contexte jour" in caught.value.suggestions
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(graph, "A1", filters=["avoid-context=contexte j"])
    assert list(caught.value.suggestions) == ["Contexte jour"]
    assert "La fiche de chaque métier liste les siens" in caught.value.message("fr")
    with pytest.raises(UnknownCodeError):
        rank_moves(graph, "A1", filters=["exclude=Z9"])


@pytest.mark.parametrize(
    ("said", "suggested"),
    [
        ("charge répétée", "Port de charges répété"),
        ("Porter des charges", "Port de charges répété"),
        ("debout longtemps", "Position debout toute la journée"),
        ("mal de dos", ""),
    ],
)
def test_a_work_context_said_in_other_words_is_suggested(
    embedded_graph: OccupationGraph, said: str, suggested: str
) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        rank_moves(embedded_graph, "N4101", filters=[f"avoid-context={said}"])
    assert list(caught.value.suggestions) == ([suggested] if suggested else [])


@pytest.mark.parametrize(("filters", "times"), [(["avoid-context=nuit"], 1), (["same-domain"], 0), ([], 0)])
def test_what_a_record_does_not_mention_is_not_promised_away(
    graph: OccupationGraph, filters: list[str], times: int
) -> None:
    for moves in (rank_moves(graph, "A1", filters=filters), rank_sources(graph, "B2", filters=filters)):
        for lang in LANGS:
            assert moves.page(lang).notes.count(sentences("moves", lang=lang)["unmentioned"]) == times


def test_flags_left_empty_in_the_real_rome_are_unknown(rome4_graph: OccupationGraph) -> None:
    occupations = rome4_graph.occupations
    assert sum(o.regulated == "unknown" for o in occupations) == 234
    assert sum(o.managerial == "unknown" for o in occupations) == 198


def test_a_manager_takes_no_managerial_step(graph: OccupationGraph) -> None:
    managers = tuple(replace(o, managerial="yes") for o in graph.referential.occupations)
    ranked = rank_moves(
        build_graph(replace(graph.referential, occupations=managers)), "A2", filters=["no-managerial-step"]
    )
    assert {*verdicts(ranked).values()} == {"yes"}
