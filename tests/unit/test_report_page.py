"""The report of a territory as a page: what it says is what was found, escaped, whole without a script."""

import os
import re
import string
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from html_reading import Element, faults, number_of, read_page, rows_of
from passerelles.errors import PasserellesError
from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import listed, typeset
from passerelles.market.figures import Figure, Interval, unknown
from passerelles.market.market import Openings
from passerelles.model import Credential, CredentialRequirement, Hours
from passerelles.paths.legal import FrameVerdict, JudgedTraining, MayPay, Violation, find_frame, judge, payer_lines
from passerelles.ranking.move import by_state
from passerelles.ranking.rank import rank_moves
from passerelles.referentials.credentials import read_catalogue
from passerelles.referentials.load import load_referential
from passerelles.report.case import Case, PageWords, Request
from passerelles.report.moves import (
    access_blocks,
    explained_origins,
    facts_of,
    frame_conditions,
    frame_sentences,
    same_payers,
    staged_paths,
    training_text,
    weightiest,
)
from passerelles.report.page import document_page, move_sheets, territory_page
from passerelles.report.sections import picture_of_flows, report_checksum, territory_document
from passerelles.settings import Settings, TerritorySettings
from passerelles.territory.actions import actions
from passerelles.territory.allocation import Allocation
from passerelles.territory.discretion import publish, published
from passerelles.territory.grid import without_markup
from passerelles.territory.lots import Lot, Lots, reading_notes
from passerelles.territory.match import match_territory
from passerelles.views.document import Bullets, Code, Document, Facts, Part, Text
from small import occupation, referential
from territory_cases import ANY_MOVE

SAMPLES = Path(__file__).resolve().parents[2] / "referentials" / "transitions" / "territories"
ANY = Settings(territory=TerritorySettings(**ANY_MOVE))
NO_PICTURE = Request(pictures=False)


def tables(name: str) -> tuple[Path, Path]:
    return SAMPLES / f"{name}-fragile.csv", SAMPLES / f"{name}-hiring.csv"


@pytest.fixture(scope="module")
def redon(embedded_graph: OccupationGraph) -> Allocation:
    return match_territory(embedded_graph, *tables("redon"), budget_hours=20_000)


@pytest.fixture(scope="module")
def case(embedded_graph: OccupationGraph, redon: Allocation) -> Case:
    return Case(embedded_graph, redon, NO_PICTURE)


@pytest.fixture(scope="module")
def page(case: Case) -> Element:
    return read_page(territory_page(case))


def test_every_flow_and_its_people_are_in_the_page_without_a_script(page: Element, redon: Allocation) -> None:
    rows = rows_of(page, "flows")
    shown = sorted((r["De"], r["Vers"], int(number_of(r["Personnes"]))) for r in rows)
    assert shown == sorted((f.fragile.employer, f.hiring.employer, f.people) for f in redon.flows)
    assert sum(people for *_, people in shown) == redon.placed


def test_the_sums_of_the_tables_are_those_of_the_allocation(page: Element, redon: Allocation) -> None:
    totals = redon.totals()
    fragile, hiring = rows_of(page, "fragile"), rows_of(page, "hiring")

    def total(rows: list[dict[str, str]], column: str) -> int:
        return sum(int(number_of(r[column])) for r in rows)

    assert total(fragile, "Effectif") == totals["headcount"]
    assert total(fragile, "Placés") == total(hiring, "Pourvus") == totals["placed"]
    assert total(fragile, "Sans solution") == totals["uncovered"] > 0
    assert total(fragile, "À confirmer") == total(hiring, "Réservés") == totals["to_confirm"]
    if totals["to_confirm"]:
        assert total(rows_of(page, "to_confirm"), "Personnes") == totals["to_confirm"]
    assert total(hiring, "Postes") == totals["openings"]
    assert total(hiring, "Vides") == total(rows_of(page, "unfilled"), "Postes vides") == totals["unfilled"]
    assert total(rows_of(page, "uncovered"), "Sans solution") == totals["uncovered"]
    for row, lot in zip(rows_of(page, "uncovered"), redon.uncovered, strict=True):
        assert row["Pourquoi"][0].isupper()
        assert row["Pourquoi"][1:] in typeset(lot.sentence(), "fr")
        assert lot.lot.employer not in row["Pourquoi"]
    figures = [number_of(d.text) for d in page.by_id("summary").all("dd")]
    assert figures == [
        totals[k] for k in ("headcount", "openings", "placed", "to_confirm", "uncovered", "unfilled")
    ] + [round(totals["hours"]["expected"])]


def test_two_lots_of_one_employer_job_and_basin_are_counted_apart(embedded_graph: OccupationGraph) -> None:
    fragile = [Lot("A", "N1103", "redon", people=4, basin_label="Redon")]
    told = ((2, "jour"), (3, "nuit"))
    hiring = Lots.of("hiring", [Lot("B", "N1103", "redon", people=n, basin_label="Redon", part=p) for n, p in told])
    page = read_page(territory_page(Case(embedded_graph, match_territory(embedded_graph, fragile, hiring), NO_PICTURE)))
    rows = [[int(row[name]) for name in ("Postes", "Pourvus", "Vides")] for row in rows_of(page, "hiring")]
    assert sorted(places for places, _, _ in rows) == [2, 3]
    assert all(places == filled + empty for places, filled, empty in rows)
    assert sum(empty for _, _, empty in rows) == 1


def test_a_report_lists_the_titles_read_without_certainty_before_the_others(embedded_graph: OccupationGraph) -> None:
    fragile = [Lot("A", "N1103", "redon", people=2, given=given, confidence=chance)
               for given, chance in (("Préparateur", 0.97), ("Agent de quai", 0.6))]  # fmt: skip
    opening = Lots.of("hiring", [Lot("B", "N1103", "redon", people=1)])
    text = read_page(
        territory_page(Case(embedded_graph, match_territory(embedded_graph, fragile, opening), NO_PICTURE))
    ).text
    heads = ("intitulés lus sans certitude", "« Agent de quai »", "Intitulés lus comme des codes", "« Préparateur »")
    places = [text.index(typeset(head, "fr")) for head in heads]
    assert places == sorted(places)


def test_a_report_and_its_sheets_say_the_town_that_a_table_names(embedded_graph: OccupationGraph) -> None:
    towns = ("Campel", "Messac")
    fragile, opening = (
        Lot(name, "N1103", "1", people=2, basin_label="RENNES", commune_label=town)
        for name, town in zip("AB", towns, strict=True)
    )
    made = Case(embedded_graph, match_territory(embedded_graph, [fragile], Lots.of("hiring", [opening])), NO_PICTURE)
    page = read_page(territory_page(made))
    assert page.by_id("fragile").text.count(towns[0]) == 1
    assert rows_of(page, "hiring")[0]["Lieu"] == towns[1]
    (sheet,) = move_sheets(made).parts
    (facts,) = (block for block in sheet.blocks if isinstance(block, Facts))
    assert [text.rsplit(", ", 1)[1] for _, text in facts.rows[:2]] == [*towns]


def test_every_move_of_the_flows_is_explained(page: Element, redon: Allocation) -> None:
    for flow in redon.flows:
        if flow.same_job:
            continue
        move = flow.move
        assert move is not None
        details = page.by_id(f"move-{flow.fragile.job}-{flow.hiring.job}")
        assert details.tag == "details"
        for items in (move.held, (*move.missing, *move.near)):
            assert not items or any((item.label or item.code) in details.text for item in items)
        heaviest = max((p for p in move.parts if p.name != "base"), key=lambda p: abs(p.value))
        assert typeset(heaviest.sentence(), "fr") in details.text
        for credential in move.credentials:
            assert credential.label in details.text
        facts = {n.text: t.text for n, t in zip(details.all("dt"), details.all("dd"), strict=True)}
        assert {"Nature", "Accès", "Heures par personne"} <= set(facts)


def test_who_may_pay_is_said_once_for_frames_alike_and_never_of_one_that_says_no() -> None:
    public, region = MayPay("france_travail", "s"), MayPay("transitions_pro", "s")
    frames = [
        FrameVerdict("a", "Cadre A", "yes", payers=(public,)),
        FrameVerdict("b", "Cadre B", "unknown", payers=(public,)),
        FrameVerdict("c", "Cadre C", "no"),
        FrameVerdict("d", "Cadre D", "yes", payers=(region,)),
    ]
    assert payer_lines(frames) == [
        "Cadre A ; Cadre B – qui peut payer : France Travail.",
        f"Cadre D – qui peut payer : {region.text()}.",
    ]


def test_who_may_pay_is_said_once_in_the_report_and_by_a_move_where_it_is_its_own(case: Case, page: Element) -> None:
    said = "POEI du plan d'investissement dans les compétences – qui peut payer"
    assert page.text.replace("\u00a0", " ").count(said) == 1
    origins = explained_origins(case)
    named = {f.name for f in same_payers(origins)}
    moves = [(i, e, e.path) for i, o in enumerate(origins) for e in o.moves if e.path]
    at, move, frame = next((i, e, f) for i, e, path in moves for f in path.frames if f.name in named)
    conditions = find_frame(frame.name).conditions
    other = replace(frame, verdict="yes", payers=(MayPay("employer", "s"),), conditions=conditions)
    leads = "Certifications que les fichiers rattachent à ce métier", ["CAP"], 2
    told = {"frames": (other,), "certified": lambda _lang: leads, "steps": cast("Any", move.path).steps}
    own = move._replace(path=cast("Any", SimpleNamespace(**told)))
    alike = same_payers([*origins, origins[at]._replace(moves=(own,))])
    assert other.name not in {f.name for f in alike}
    assert {f.name for f in same_payers(origins)} - {f.name for f in alike} <= {other.name}
    shown = [b for b in access_blocks(case, own, {f.name for f in alike}) if isinstance(b, Bullets)]
    rows = " ".join(shown[-1].rows).replace("\u00a0", " ")
    assert "qui peut payer" in rows
    assert "à ces conditions" in rows
    bounds = replace(
        case.allocation.bounds, frame=other.name
    )  # of the frame that one asks about, the answer holds them
    asked = replace(case, allocation=replace(case.allocation, bounds=bounds))
    *_, block = (b for b in access_blocks(asked, own, {f.name for f in alike}) if isinstance(b, Bullets))
    assert block.title == shown[-1].title == "Cadres légaux"
    assert not [*frame_conditions(asked, [other])]  # nor are they told above the moves
    assert "à ces conditions" not in " ".join(block.rows).replace("\u00a0", " ")


def test_hours_whose_top_alone_is_unknown_are_told_from_their_bottom(redon: Allocation) -> None:
    flow = redon.flows[0]
    ranges = [replace(flow, hours=hours).hours_range() for hours in (Hours(210, 280, None), Hours(None, 280, 300))]
    assert ranges == ["210 au moins", "fourchette inconnue"]


def test_hours_that_nobody_knows_are_told_in_words(case: Case) -> None:
    explained = next(e for o in explained_origins(case) for e in o.moves if e.flows)
    alone = replace(explained.flows[0], hours=Hours(None, None, None))
    assert training_text(case, explained._replace(flows=(alone,))) == "durée inconnue"


def test_a_job_that_goes_nowhere_has_its_best_move_explained(page: Element, case: Case) -> None:
    going = {f.fragile.job for f in case.allocation.flows if not f.same_job}
    ranks = {o.code: [e.move.rank for e in o.moves if not e.flows] for o in explained_origins(case)}
    assert {code: found for code, found in ranks.items() if found} == {
        code: [1] for code in {lot.job for lot in case.allocation.fragile.lots} if code not in going
    }
    more = replace(case, request=NO_PICTURE._replace(limit=3))
    assert all({1, 2, 3} <= {e.move.rank for e in o.moves} for o in explained_origins(more))


def facts_told(page: Element) -> dict[str, dict[str, set[str]]]:
    """Hours and access of each pair of jobs, by the place that tells them."""
    found: dict[str, dict[str, set[str]]] = {}
    links = page.by_id("flows").all("a")
    rows = rows_of(page, "flows")
    linked = [r for r in page.by_id("flows").all("tbody")[0].all("tr") if r.all("a")]
    for row, element in zip(rows, page.by_id("flows").all("tbody")[0].all("tr"), strict=True):
        if element in linked:
            key = element.all("a")[0].attributes["href"][1:]
            told = found.setdefault(key, {"hours": set(), "access": set()})
            told["hours"].add(row["Heures par personne"])
            told["access"].add(row["Accès"])
    assert len(links) == len(linked)
    return found


def test_no_two_places_of_a_report_disagree(page: Element, case: Case, redon: Allocation) -> None:
    told = facts_told(page)
    assert len(told) > 5
    for key, flows in told.items():
        details = page.by_id(key)
        facts = {n.text: t.text for n, t in zip(details.all("dt"), details.all("dd"), strict=True)}
        assert {x.split(" (")[0] for x in facts["Heures par personne"].split(" ou ")} == flows["hours"]
        assert set(facts["Accès"].split(" ou ")) == flows["access"]
        short = details.all("summary")[0].text
        assert all(f"{hours}" in short for hours in flows["hours"])
    # The action list counts the same people and hours, the first pages the same lots, the sheets the same moves.
    actions = rows_of(page, "actions")
    trained = [r for r in actions if r["À faire"] == "former"]
    moving = [f for f in redon.flows if not f.same_job and (f.hours.expected or (f.access and f.access.to_obtain))]
    assert sum(number_of(r["Personnes"]) for r in trained) == sum(f.people for f in moving)
    assert sum(number_of(r["Heures en tout"]) for r in trained) == pytest.approx(redon.hours, abs=len(trained))
    for row in rows_of(page, "fragile"):
        going = sum(int(n) for n in re.findall(r"(?:^|; )(\d+) → ", row["Vers où"]))
        assert row["Vers où"].endswith("autre") or going <= number_of(row["Placés"]) + number_of(row["À confirmer"])
        headcount = sum(number_of(row[k]) for k in ("Placés", "À confirmer", "Sans solution"))
        assert headcount == number_of(row["Effectif"])
    sheets = move_sheets(case)
    assert len(sheets.parts) == len(redon.flows) + len(redon.to_confirm)
    for part, flow in zip(sheets.parts, redon.flows, strict=False):
        assert isinstance(part.blocks[0], Facts)
        facts = dict(part.blocks[0].rows)
        if not flow.same_job:
            shown = facts["Heures par personne"].split(" (")[0]
            assert shown in told[f"move-{flow.fragile.job}-{flow.hiring.job}"]["hours"]


def test_the_first_pages_come_first_and_say_what_matters(case: Case, page: Element) -> None:
    document = territory_document(case)
    assert [p.key for p in document.parts if not p.annex] == ["summary", "fragile", "actions"]
    front = sum(len(page.by_id(p.key).text.split()) for p in document.parts if not p.annex)
    assert front < 1_000, "five minutes of reading"
    assert len(page.text.split()) < 12_000


def test_twenty_lots_a_side_make_a_report_that_people_read(embedded_graph: OccupationGraph) -> None:
    jobs = list(embedded_graph.codes)
    fragile = [
        {"employer": f"Société {i}", "job": jobs[i * 3], "headcount": 4 + i, "basin": "Redon"} for i in range(20)
    ]
    hiring = [
        {"employer": f"Usine {i}", "job": jobs[i * 3 + 1], "openings": 5 + i, "basin": "Redon"} for i in range(20)
    ]
    fragile.append({"employer": "Perdue", "job": "zzzz qqqq", "headcount": 3, "basin": "Redon"})
    made = Case(embedded_graph, match_territory(embedded_graph, fragile, hiring), NO_PICTURE)
    page = read_page(territory_page(made))
    assert len(page.text.split()) < 12_000
    assert faults(page) == []
    least = made.allocation.settings.acceptable_probability
    told = [e for origin in explained_origins(made) for e in origin.moves]
    assert all(e.flows or (e.move.probability or 0) >= least for e in told), "nobody is told of what nobody would list"
    # What was set aside is on the first pages, and in no total.
    assert len(rows_of(page, "set_aside")) == 1
    assert sum(number_of(r["Effectif"]) for r in rows_of(page, "fragile")) == sum(4 + i for i in range(20))
    corrected = [r for r in rows_of(page, "actions") if r["À faire"] == "corriger la table"]
    assert [r["Personnes"] for r in corrected] == ["3"]


def test_paths_are_looked_for_where_people_are_left(case: Case, embedded_graph: OccupationGraph) -> None:
    origins = explained_origins(case)
    _, pairs = staged_paths(case, origins)
    left = {u.lot.job for u in case.allocation.uncovered}
    wanted = 0
    for origin in origins:
        flowing = sorted((e for e in origin.moves if e.people), key=lambda e: (-e.people, e.move.rank))[:5]
        best = origin.moves[:5] if origin.code in left or not flowing else ()
        wanted += len({e.move.target.code for e in (*flowing, *best)})
    assert left
    assert pairs == wanted


def test_months_and_wages_stand_where_they_are_known(embedded_graph: OccupationGraph) -> None:
    fragile = [{"Entreprise": "A", "Métier": "H3302", "Effectif": 6, "Bassin": "Redon", "Date de départ": "31/03/2027"}]
    hiring = [
        {"Entreprise": "B", "Métier": "N1103", "Nb de postes": 4, "Bassin": "Redon", "Date souhaitée": "06/2027"},
        {"Entreprise": "B", "Métier": "H3302", "Nb de postes": 2, "Bassin": "Redon", "Date souhaitée": "05/2027"},
    ]
    found = match_territory(embedded_graph, fragile, hiring)
    assert {(a.kind, str(a.dates.due)) for a in actions(found.release())} == {("meet", "2027-05"), ("train", "2027-06")}
    wage = Figure(Interval(0.8, 0.9), "estimated", source="Dares", year="2016-2018", about="J")
    after = replace(wage, interval=Interval(1.25, 1.25), about="S1Z40")
    secret = Figure(Interval(0.2, 0.8), "secret", source="BMO", year="2025", territory="5313", territory_label="Redon")
    surveyed = Openings(unknown("no_row"), unknown("no_row"), secret)
    flows = tuple(replace(flow, wages=(wage, after), surveyed=surveyed) for flow in found.flows)
    paid = replace(found, flows=flows)
    page = read_page(territory_page(Case(embedded_graph, paid, NO_PICTURE)))
    details = page.by_id("move-H3302-N1103")
    facts = {n.text: t.text for n, t in zip(details.all("dt"), details.all("dd"), strict=True)}
    assert facts["Attendu pour"] == "06/2027"
    where = "Dares, 2016-2018, France : domaine FAP J, famille FAP S1Z40"
    said = f"0,80–0,90 avant, 1,25 après, celui de tous étant 1 ({where})"
    assert " ".join(facts["Salaire médian"].split()) == said
    assert (
        " ".join(facts["Recrutements dans ce bassin"].split()) == "de 20 % à 80 % saisonniers (BMO, 2025, bassin Redon)"
    )
    assert "le premier poste en 06/2027" in page.by_id("actions").text


def test_the_structure_of_the_page_is_sound(page: Element) -> None:
    assert faults(page) == []
    assert page.all("html")[0].attributes["lang"] == "fr"
    assert len(page.all("main")) == 1
    assert page.all("a")[0].attributes["href"] == "#summary"
    for region in page.all("div"):
        if region.attributes.get("role") == "region":
            assert region.attributes["tabindex"] == "0"
            assert page.by_id(region.attributes["aria-labelledby"]).text
    for tools in page.all("div"):
        if "tools" in tools.attributes.get("class", "").split():
            assert "hidden" in tools.attributes  # until the script runs
    policy = next(m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")


def test_all_that_was_asked_for_is_there(page: Element, case: Case) -> None:
    assert [s.attributes["id"] for s in page.all("section")] == [
        "summary", "fragile", "actions", "whole", "flows", "moves", "paths", "uncovered", "hiring", "unfilled",
        "sources", "method", "reproduce",
    ]  # fmt: skip
    text = page.text
    assert "chance qu'un expert du référentiel cite ce passage" in text.casefold()
    assert report_checksum(case) in text
    assert "20\u202f000\u00a0h" in text  # the budget, in the choices
    files = {r["Fichier ou référentiel"]: r for r in rows_of(page, "sources")}
    assert set(files) == {"redon-fragile.csv", "redon-hiring.csv", "transitions 1.0.0", "enseignement-conduite 1.0.0"}
    overlay = files.pop("enseignement-conduite 1.0.0")  # the checksum of the referential covers it
    assert overlay["Licence"]
    assert all(re.fullmatch("[0-9a-f]{64}", r["Empreinte SHA-256"]) for r in files.values())
    assert "Tous les réglages sont ceux du paquet." in text
    assert page.by_id("uncovered").all("li")  # what would change


def test_the_proof_is_in_people_and_hours(page: Element, redon: Allocation) -> None:
    rows = {r["Objectif, par ordre"]: r for r in rows_of(page, "objectives")}
    hours = rows["Coût en heures, improbabilité comprise (le moins)"]
    cost = sum((f.cost or 0) * f.people for f in redon.flows)
    assert number_of(hours["Atteint"]) == number_of(hours["Borne prouvée"]) == pytest.approx(cost)
    assert int(number_of(rows["Personnes placées (le plus)"]["Atteint"])) == redon.placed


def test_a_distance_that_nobody_knows_is_unknown_and_not_masked(embedded_graph: OccupationGraph) -> None:
    people = [{"employer": "A", "job": "N1103", "headcount": 2, "basin": "Nord"}]
    posts = [{"employer": "B", "job": "N1103", "openings": 1, "basin": "Sud"}]
    found = match_territory(embedded_graph, people, posts, changes=False)
    page = read_page(territory_page(Case(embedded_graph, found, Request(pictures=False))))
    rows = {r["Objectif, par ordre"]: r for r in rows_of(page, "objectives")}
    assert rows["Kilomètres (le moins)"]["Atteint"] == "inconnu"


def test_french_typography_in_our_own_words(page: Element) -> None:
    own = [e for e in page.all("*") if e.tag in ("p", "dt", "dd", "h1", "h2", "h3", "h4", "caption", "label")]
    for element in own:
        assert not re.search(r" [:;!?»%]|« |\d h\b", element.text), element.text


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("Durée : 3 h ; oui ?", "Durée\u00a0: 3\u00a0h\u202f; oui\u202f?"),
        ("12 % de « x »", "12\u202f% de «\u00a0x\u00a0»"),
    ],
)
def test_typeset(text: str, spaced: str) -> None:
    assert typeset(text, "fr") == spaced


@pytest.fixture(scope="module")
def small_graph() -> OccupationGraph:
    evil = occupation("A1000", label="<script>alert('métier')</script>")
    return build_graph(
        referential({"A1000": ["a", "b"], "B2000": ["a", "c"]}, occupations=[evil], labels={"c": "<b>c</b> & co"})
    )


def small_page(graph: OccupationGraph, employer: str, basin: str = "Redon", **request: str) -> tuple[str, Element]:
    fragile = [{"employer": employer, "job": "A1000", "headcount": 3, "basin": basin}]
    hiring = [{"employer": "=1+1", "job": "B2000", "openings": 5, "basin": basin}]
    made = Request(pictures=False, **request)  # type: ignore[arg-type]
    text = territory_page(Case(graph, match_territory(graph, fragile, hiring, settings=ANY), made))
    return text, read_page(text)


@cache
def plain_page(graph: OccupationGraph, *, dated: bool) -> Element:
    return small_page(graph, "Plain", title="Plain" if dated else "", date="Plain" if dated else "")[1]


@settings(max_examples=20, deadline=None)
@given(
    employer=st.text(alphabet=string.printable + "éà<>&\"'{}%«»\u2028\u00a0\ufeff\U0001f600", min_size=1).filter(
        str.strip
    ),
    title=st.text(alphabet="<>&\"'{}%/scriptonerror= ", max_size=30),
)
@example(employer="0\U0001f600", title="")
def test_whatever_is_written_stays_text(small_graph: OccupationGraph, employer: str, title: str) -> None:
    (read,) = without_markup([employer])  # what tables are read without: tags, pictures beside words
    assume(read.strip())
    text, page = small_page(small_graph, employer, title=title, date=title)
    plain = plain_page(small_graph, dated=bool(title))
    assert [e.tag for e in page.all("*")] == [e.tag for e in plain.all("*")]
    assert [sorted(e.attributes) for e in page.all("*")] == [sorted(e.attributes) for e in plain.all("*")]
    row = rows_of(page, "flows")[0]
    assert " ".join(row["De"].split()) == " ".join(read.split())
    assert faults(page) == []
    assert text.count("<script>") == 1


def test_labels_and_formulas_stay_text(small_graph: OccupationGraph) -> None:
    text, page = small_page(small_graph, "<script>alert(1)</script>", basin='"><img src=x onerror=alert(1)>')
    assert "<script>alert" not in text
    assert "<img" not in text
    row = rows_of(page, "flows")[0]
    assert (row["De"], row["Vers"]) == ("<script>alert(1)</script>", "=1+1")
    assert rows_of(page, "fragile")[0]["Métier"] == "A1000 <script>alert('métier')</script>"
    assert "<b>c</b> & co" in page.text


def test_the_same_case_gives_the_same_bytes_in_another_process(case: Case) -> None:
    code = (
        "import sys; from passerelles import *; from pathlib import Path;"
        "from passerelles.report.case import Case, Request;"
        "from passerelles.report.page import territory_page;"
        "g = build_graph(load_referential().with_overlay('enseignement-conduite'));"
        "a = match_territory(g, Path(sys.argv[1]), Path(sys.argv[2]), budget_hours=20000);"
        "sys.stdout.buffer.write(territory_page(Case(g, a, Request(pictures=False))).encode())"
    )
    command = [sys.executable, "-c", code, *map(str, tables("redon"))]
    env = {"PYTHONHASHSEED": "1", "PATH": "", "PYTHONPATH": os.pathsep.join(sys.path)}  # the code under test
    told = subprocess.run(command, env=env, capture_output=True, check=True).stdout
    assert told == territory_page(case).encode()


def test_the_checksum_follows_what_the_figures_depend_on(embedded_graph: OccupationGraph, redon: Allocation) -> None:
    base = Case(embedded_graph, redon, NO_PICTURE)
    other = build_graph(embedded_graph.referential, settings=Settings(strict=True))
    lots = replace(redon.fragile, lots=redon.fragile.lots[1:])
    different = [
        replace(base, request=NO_PICTURE._replace(limit=6)),
        replace(base, request=NO_PICTURE._replace(mask=True)),
        replace(base, options={"radius": 30}),
        replace(base, allocation=replace(redon, bounds=replace(redon.bounds, radius_km=30.0))),
        replace(base, allocation=replace(redon, settings=redon.settings.model_copy(update={"floor": 0.5}))),
        replace(base, graph=other),
        replace(base, allocation=replace(redon, fragile=replace(redon.fragile, sha256="0" * 64))),
        replace(base, allocation=replace(redon, fragile=lots)),
    ]
    found = [report_checksum(c) for c in (base, *different)]
    assert len(set(found)) == len(found)
    assert report_checksum(Case(embedded_graph, redon, NO_PICTURE)) == found[0]
    (part,) = (part for part in territory_document(base).parts if part.key == "reproduce")
    assert [block.text for block in part.blocks if isinstance(block, Code)] == [report_checksum(base)]  # and no command


def test_a_masked_page_shows_no_small_figure(embedded_graph: OccupationGraph) -> None:
    allocation = match_territory(embedded_graph, *tables("redon"), budget_hours=3000)
    request = Request(mask=True, pictures=False)
    page = read_page(territory_page(Case(embedded_graph, allocation, request)))
    for key, column in (("flows", "Personnes"), ("fragile", "Effectif"), ("uncovered", "Sans solution")):
        for row in rows_of(page, key):
            assert row[column] == "masqué" or number_of(row[column]) >= 5, (key, row)
    assert "Pourvus" not in rows_of(page, "hiring")[0]
    assert "Placés" not in rows_of(page, "fragile")[0]
    assert "s'additionnent" not in page.by_id("fragile").text
    assert "dans l'affectation" not in page.by_id("moves").text
    sums = {side.sha256 for side in (allocation.fragile, allocation.hiring)} - {""}
    assert sums
    assert not any(each in page.text for each in sums)
    one_more = replace(allocation.fragile.lots[0], people=allocation.fragile.lots[0].people + 1)
    other = replace(allocation, fragile=replace(allocation.fragile, lots=(one_more, *allocation.fragile.lots[1:])))
    assert report_checksum(Case(embedded_graph, other, request)) == report_checksum(
        Case(embedded_graph, allocation, request)
    )
    # The moves explained are the best ones, whoever goes where: one more would tell of a flow.
    masked = Case(embedded_graph, allocation, request)
    assert {e.move.rank for o in explained_origins(masked) for e in o.moves} == {1}
    told = [row["Effectif"] for row in rows_of(page, "fragile")]
    assert told.count("masqué") == len(masked.release.hidden) > 0
    assert "ne figure pas dans la version publique" in page.by_id("actions").text
    assert all(number_of(row["Personnes"]) >= 5 for row in rows_of(page, "actions"))
    with pytest.raises(PasserellesError, match="mask"):
        move_sheets(masked)
    assert "masqués" in page.by_id("method").text


def test_a_masked_page_is_the_same_for_tables_that_its_numbers_do_not_tell_apart(
    embedded_graph: OccupationGraph,
) -> None:
    """The order of rows, the checksum and every sentence: nothing tells which of A and B has three people."""
    pages = set()
    for first, second in ((3, 4), (4, 3)):
        sizes = (("A", "N1103", first), ("B", "N1103", second), ("C", "N1103", 30), ("D", "H2909", 25))
        fragile = [{"employer": name, "job": job, "headcount": n, "basin": "x"} for name, job, n in sizes]
        hiring = [{"employer": "P", "job": job, "openings": 60, "basin": "x"} for job in ("N1103", "H2909")]
        allocation = match_territory(embedded_graph, fragile, hiring)
        pages.add(territory_page(Case(embedded_graph, allocation, Request(mask=True, pictures=False))))
    (page,) = pages
    assert [row["Effectif"] for row in rows_of(read_page(page), "fragile")] == ["30", "masqué", "masqué", "masqué"]


def test_what_is_withheld_whole_is_not_said_to_be_nothing(embedded_graph: OccupationGraph) -> None:
    """Three people and five openings: the page must say neither that nobody moves nor that all openings are filled."""
    fragile = [{"employer": "A", "job": "N1103", "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "B", "job": "N1103", "openings": 5, "basin": "Redon"}]
    allocation = match_territory(embedded_graph, fragile, hiring)
    case = Case(embedded_graph, allocation, Request(mask=True, pictures=False))
    texts = {p.key: [b.text for b in p.blocks if isinstance(b, Text)] for p in territory_document(case).parts}
    withheld = "Ce qu'il y aurait ici ne figure pas dans la version publique, où les petits effectifs sont masqués."
    assert texts["flows"][-1] == withheld
    assert (texts["uncovered"], texts["unfilled"]) == ([withheld] * 2, [withheld])
    # Where nothing is withheld, that there is nothing is said.
    whole = Case(embedded_graph, allocation, Request(pictures=False))
    left = [p.blocks[0] for p in territory_document(whole).parts if p.key == "uncovered"]
    assert left == [Text("Personne n'est sans solution sous les bornes choisies.")]


def test_a_masked_action_list_holds_what_printed_flows_ask_for_and_says_that_it_is_not_all(
    embedded_graph: OccupationGraph,
) -> None:
    fragile = [
        {"employer": name, "job": "N1103", "headcount": people, "basin": name}
        for name, people in (("Redon", 20), ("Vannes", 3), ("Rennes", 9))
    ]
    hiring = [
        {"employer": f"B {name}", "job": "N1103", "openings": 30, "basin": name}
        for name in ("Redon", "Vannes", "Rennes")
    ]
    allocation = match_territory(embedded_graph, fragile, hiring)
    request = Request(mask=True, pictures=False)
    page = read_page(territory_page(Case(embedded_graph, allocation, request)))
    flows = [row for row in rows_of(page, "flows") if "autres lots" not in row["De"]]
    printed = [number_of(row["Personnes"]) for row in flows]
    told = rows_of(page, "actions")
    assert {row["À faire"] for row in told} == {"mettre en relation"}
    assert 20 in printed
    assert sum(number_of(row["Personnes"]) for row in told) == sum(n for n in printed if n >= 5)
    assert "ne figure pas dans la version publique" in page.by_id("actions").text


def test_what_a_row_set_aside_says_is_masked_and_told_as_masked(embedded_graph: OccupationGraph) -> None:
    fragile = [
        {"employer": "A", "job": "N1103", "headcount": 20, "basin": "Redon"},
        {"employer": "A", "job": "Zorglub quantique", "headcount": 3, "basin": "Redon"},
    ]
    hiring = [{"employer": "B", "job": "N1103", "openings": 9, "basin": "Redon"}]
    allocation = match_territory(embedded_graph, fragile, hiring)
    (problem,) = allocation.fragile.set_aside
    assert (problem.people, bool(problem.suggestions)) == (3, True)
    release = published(publish(allocation))
    (told,) = release.to_dict()["set_aside"]
    assert (told["people"], told["suggestions"], "masqué" in told["reason"]) == (None, [], True)
    assert "correct" not in {action.kind for action in actions(release)}
    page = read_page(territory_page(Case(embedded_graph, allocation, Request(mask=True, pictures=False))))
    (row,) = rows_of(page, "set_aside")
    assert (row["Personnes"], row["Suggestions"]) == ("masqué", "masqué")


def test_what_may_have_been_meant_is_told_once_in_a_row_set_aside(embedded_graph: OccupationGraph) -> None:
    fragile = [
        {"employer": "A", "job": "N1103", "headcount": 20, "basin": "Redon"},
        {"employer": "A", "job": "Zorglub quantique", "headcount": 3, "basin": "Redon"},
    ]
    hiring = [{"employer": "B", "job": "N1103", "openings": 9, "basin": "Redon"}]
    allocation = match_territory(embedded_graph, fragile, hiring)
    (row,) = rows_of(read_page(territory_page(Case(embedded_graph, allocation, NO_PICTURE))), "set_aside")
    (problem,) = allocation.fragile.set_aside
    assert row["Suggestions"] == typeset(listed(problem.suggestions, "fr"), "fr")
    assert problem.suggestions[0] not in row["Motif"]
    assert problem.suggestions[0] in problem.sentence("fr")  # a line by itself says it all
    assert problem.suggestions[0] in problem.what("fr")


def test_what_a_table_set_aside_is_counted_in_its_own_words(embedded_graph: OccupationGraph) -> None:
    fragile = [{"employer": "A", "job": job, "headcount": n, "basin": "Redon"}
               for job, n in (("N1103", 20), ("Zorglub quantique", 3), ("N1103", "beaucoup"))]  # fmt: skip
    hiring = [{"employer": "B", "job": job, "openings": 1, "basin": "Redon"} for job in ("N1103", "Zorglub quantique")]
    found = match_territory(embedded_graph, fragile, hiring)
    said = " ".join(note.sentence("fr") for note in reading_notes((found.fragile, found.hiring)))
    assert "2 lignes mises de côté (3 personnes, 1 ligne sans nombre lisible) ;" in said
    assert "1 ligne mise de côté (1 poste) ;" in said


def test_a_masked_page_has_no_picture_of_flows(case: Case) -> None:
    pytest.importorskip("matplotlib")
    assert picture_of_flows(replace(case, request=Request())) is not None
    masked = replace(case, request=Request(mask=True))
    assert masked.masked
    assert picture_of_flows(masked) is None
    assert masked.shown_flows == ()


def test_nobody_to_place_is_said(embedded_graph: OccupationGraph) -> None:
    fragile = [{"employer": "A", "job": "H2909", "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "B", "job": "N1103", "openings": 4, "basin": "Redon"}]
    allocation = match_territory(embedded_graph, fragile, hiring, min_probability=0.99)
    page = read_page(territory_page(Case(embedded_graph, allocation, NO_PICTURE)))
    assert "Aucun mouvement n'est possible" in page.by_id("flows").text
    assert rows_of(page, "uncovered")[0]["Sans solution"] == "3"
    assert faults(page) == []


def test_an_impossible_share_is_said(embedded_graph: OccupationGraph) -> None:
    graph = build_graph(embedded_graph.referential, settings=Settings.model_validate({"territory": {"floor": 1.0}}))
    fragile = [{"employer": "A", "job": "H2909", "headcount": 30, "basin": "Redon"}]
    hiring = [{"employer": "B", "job": "N1103", "openings": 4, "basin": "Redon"}]
    allocation = match_territory(graph, fragile, hiring)
    assert allocation.status == "infeasible"
    page = read_page(territory_page(Case(graph, allocation, NO_PICTURE)))
    assert "Aucune affectation" in page.by_id("summary").text


def test_english(embedded_graph: OccupationGraph, redon: Allocation) -> None:
    text = territory_page(Case(embedded_graph, redon, NO_PICTURE, PageWords("en")))
    page = read_page(text)
    assert page.all("html")[0].attributes["lang"] == "en"
    assert "chance that an expert of the referential lists this move" in page.text.casefold()
    assert sum(int(r["People"]) for r in rows_of(page, "flows")) == redon.placed
    assert faults(page) == []


def test_without_the_drawing_library_the_tables_stand(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerelles.report.sections.find_spec", lambda _name: None)
    page = read_page(territory_page(replace(case, request=Request())))
    assert page.all("svg") == []
    assert "sans images" in page.all("header")[0].text
    assert rows_of(page, "flows")


def test_pictures_have_an_alternative_and_the_page_stays_small(case: Case) -> None:
    pytest.importorskip("matplotlib")
    start = time.process_time()
    text = territory_page(replace(case, request=Request()))
    spent = time.process_time() - start
    page = read_page(text)
    pictures = page.all("svg")
    assert len(pictures) == 1
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        names = picture.attributes["aria-labelledby"].split()
        assert all(page.by_id(name).text.strip() for name in names)
    assert faults(page) == []
    assert text == territory_page(replace(case, request=Request()))
    assert len(text.encode()) < 3_000_000
    assert spent < 5


def test_a_large_territory_explains_the_moves_that_matter_most(case: Case, redon: Allocation) -> None:
    case = replace(case, request=NO_PICTURE._replace(limit=5))
    page = read_page(territory_page(case))
    every = [fold.attributes["id"] for fold in page.by_id("moves").all("details")]
    settings = redon.settings.model_copy(update={"explained_moves": len(every) * 3 // 4})
    text = territory_page(replace(case, allocation=replace(redon, settings=settings)))
    smaller = read_page(text)
    assert faults(smaller) == []
    kept = [fold.attributes["id"] for fold in smaller.by_id("moves").all("details")]
    assert len(kept) == settings.explained_moves
    assert set(kept) < set(every)
    # What the allocation uses is kept first, then rank by rank: what is left out is of a worse rank.
    used = {f"move-{f.fragile.job}-{f.hiring.job}" for f in redon.flows if not f.same_job}
    assert used <= set(kept)
    ranks = {e.key: e.move.rank for o in explained_origins(case) for e in o.moves}
    gone = set(every) - set(kept)
    assert min(ranks[k] for k in gone) >= max(ranks[k] for k in set(kept) - used)
    assert len(re.findall(" mouvements? expliqués? ici, sur ", text)) == len({k.split("-")[1] for k in kept})


def test_a_real_territory_is_small_and_quick(rome4_graph: OccupationGraph) -> None:
    allocation = match_territory(rome4_graph, *tables("redon"))
    start = time.process_time()
    text = territory_page(Case(rome4_graph, allocation))
    assert time.process_time() - start < 8  # 3 to 4 s on an idle machine; caches are shared under parallel tests
    assert len(text.encode()) < 3_000_000
    page = read_page(text)
    assert faults(page) == []
    assert sum(int(r["Personnes"]) for r in rows_of(page, "flows")) == allocation.placed


def test_explained_moves_keep_the_words_of_both_employers(embedded_graph: OccupationGraph) -> None:
    fragile = [{"employer": "Société", "job": "Cariste de quai", "choix": "N1101", "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "Usine", "job": "Prépa nuit", "choix": "N1103", "openings": 5, "basin": "Redon"}]
    made = Case(embedded_graph, match_territory(embedded_graph, fragile, hiring), NO_PICTURE)
    ((origin,), page) = (explained_origins(made), read_page(territory_page(made)))
    assert origin.moves[0].flows
    explained = page.by_id("moves").text
    assert "Société, Cariste de quai" in explained
    assert "Usine, Prépa nuit" in explained


def test_a_move_tells_the_ways_of_a_choice_whole_and_the_hours_of_the_way_that_is_counted(
    embedded_graph: OccupationGraph,
) -> None:
    fragile = [{"employer": "A", "job": "n4103", "headcount": 8, "basin": "Redon", "month": "2026-12"}]
    hiring = [{"employer": "B", "job": "N4101", "openings": 9, "basin": "Redon"}]
    found = match_territory(embedded_graph, fragile, hiring)
    case = Case(embedded_graph, found, NO_PICTURE)
    for page in (territory_page(case), document_page(move_sheets(case), case.words)):
        plain = re.sub("[\u00a0\u202f]", " ", read_page(page).text)
        assert "Exigé, une voie suffit : FIMO marchandises + Permis de conduire, catégorie C ou Titre" in plain
        assert "Permis de conduire, catégorie C (105 h, durée publiée) ; FIMO marchandises (35 h" in plain
        assert "catégorie B" not in plain  # held, and a part of a way: nothing to obtain, and not enough
    (train,) = (a for a in actions(case.release) if a.kind == "train")
    assert "carte conducteur, FIMO + permis C ou …" in train.what
    assert train.what.endswith("140 h de formation par personne")
    origin = embedded_graph.referential.occupation_by_code["N4103"].label
    assert move_sheets(case).parts[0].title.startswith(f"De «\u00a0{origin}\u00a0» à «\u00a0")


def test_the_report_tells_near_competencies_apart_as_the_ranking_does(case: Case) -> None:
    move = next(e for o in explained_origins(case) for e in o.moves if e.move.near and e.move.missing)
    told = dict(facts_of(case, move))
    for name, state in (("Déjà acquis", "held"), ("Proches de l'acquis", "near"), ("À acquérir", "missing")):
        items = getattr(move.move, state)
        assert any(key.replace("\u00a0", " ") == f"{name} ({len(items)})" for key in told) is bool(items)


def test_a_row_set_aside_without_a_suggestion_says_that_there_is_none(embedded_graph: OccupationGraph) -> None:
    fragile = [
        {"employer": "A", "job": "N1103", "headcount": 3, "basin": "Redon"},
        {"employer": "A", "job": "", "headcount": 2, "basin": "Redon"},
    ]
    hiring = [{"employer": "B", "job": "N1103", "openings": 9, "basin": "Redon"}]
    page = read_page(territory_page(Case(embedded_graph, match_territory(embedded_graph, fragile, hiring), NO_PICTURE)))
    (row,) = rows_of(page, "set_aside")
    assert row["Suggestions"] == "–"


def test_a_chance_that_is_little_is_not_told_as_none() -> None:
    assert (PageWords("fr").share(0.0004), PageWords("en").share(0.0004), PageWords("fr").share(0.0)) == (
        "<\u202f1\u202f%", "<1%", "0\u202f%"
    )  # fmt: skip


def test_a_kind_of_block_that_pages_have_no_form_for_is_not_passed_over() -> None:
    class Motto(Text):
        """A block that nothing writes."""

    with pytest.raises(UndefinedError, match="Motto"):
        document_page(Document("Plan", (Part("a", "A", (Motto("text"),)),)), PageWords())


def test_the_sheet_of_a_part_of_ones_own_fiche_tells_the_training_that_it_takes() -> None:
    graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
    fragile = [{"employer": "A", "job": "K2110", "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "B", "job": "K2110-2R", "openings": 3, "basin": "Redon"}]
    sheets = move_sheets(Case(graph, match_territory(graph, fragile, hiring)))
    sheet = read_page(document_page(sheets, PageWords())).text
    facts, access, *_ = sheets.parts[0].blocks
    assert isinstance(facts, Facts)
    assert all(text for _, text in facts.rows)
    assert isinstance(access, Bullets)
    (to_obtain,) = [line for line in access.rows if line.startswith("À obtenir, ")]
    assert "Permis de conduire, catégorie B" not in to_obtain  # who teaches driving holds it
    plain = re.sub("[\u00a0\u202f]", " ", sheet)
    assert "Le métier reste le même" not in plain
    assert "Certificat complémentaire de spécialisation deux-roues (210 h, durée publiée, en 1,6 mois)" in plain
    assert "ni les certifications ni les cadres légaux ne sont examinés ici" in plain
    assert "Heures par personne" in plain


@pytest.mark.parametrize(("what", "licence"), [("poids lourds", "permis C (105 h)"), ("moto", "permis A (7 h)")])
def test_the_sheet_of_ones_own_job_elsewhere_tells_access_and_months_and_no_training_only_where_that_is_known(
    plain_embedded: OccupationGraph, what: str, licence: str
) -> None:
    fragile = [
        {"employer": "A", "job": "N1101", "headcount": 3, "basin": "Redon", "date de départ": "06/2027"},
        {"employer": "A", "job": "Moniteur / Monitrice d'auto-école", "headcount": 3, "basin": "Redon"},
    ]
    hiring = [
        {"employer": "B", "job": "N1101", "openings": 3, "basin": "Redon"},
        {"employer": "B", "job": f"Moniteur / Monitrice {what}", "openings": 3, "basin": "Redon"},
    ]
    sheets = move_sheets(Case(plain_embedded, match_territory(plain_embedded, fragile, hiring)))
    pages = read_page(document_page(sheets, PageWords())).all("section")
    truck, instructor = (re.sub("[\u00a0\u202f]", " ", page.text) for page in pages)
    assert "Le métier reste le même : aucune formation" in truck
    assert re.search(r"Libre à partir de\W*06/2027", truck)
    assert "autorisation de conduite (employeur)" in truck
    assert "aucune formation" not in instructor
    assert licence in instructor


@pytest.mark.parametrize(("other", "anyway", "told"), [("LONG", (), 1), ("CARTE", (), 0), ("CARTE", ("ENTREE",), 1)])
def test_what_is_to_be_had_before_training_is_told_once_if_it_is_required_or_of_the_way_that_is_taken(
    other: str, anyway: tuple[str, ...], told: int
) -> None:
    known = (
        Credential("CARTE", "Carte", "carte"),
        Credential("COURS", "Cours", "certificat", Hours(140, 140, 140)),
        Credential("ENTREE", "Agrément d'entrée", "agrément", before_training=True),
        Credential("LONG", "Titre", "titre", Hours(900, 900, 900)),
    )
    ways = (("COURS", "v", "a"), ("ENTREE", "v", "a"), (other, "v", "b"), ("ENTREE", "w", "a"), (other, "w", "b"))
    rows = tuple(CredentialRequirement("Q", code, "one-of", "", group, way) for code, group, way in ways)
    plain = referential({code: ["a", "b", f"x{code}"] for code in "PQ"}, credentials=known)
    rows += tuple(CredentialRequirement("Q", code) for code in anyway)
    some = replace(plain, credential_requirements=rows, access=read_catalogue().name)
    graph = build_graph(some, settings=ANY.model_copy(update={"scorer": "unfitted"}))
    fragile = [{"employer": "A", "job": "P", "headcount": 3, "basin": "Redon"}]
    hiring = [{"employer": "B", "job": "Q", "openings": 3, "basin": "Redon"}]
    page = territory_page(Case(graph, match_territory(graph, fragile, hiring), NO_PICTURE))
    text = read_page(page).text.replace("\u00a0", " ")
    assert text.count("Agrément d'entrée : à obtenir avant l'entrée en formation") == told
    assert ("Cours (140" in text) is (other == "LONG")


def test_frames_that_say_yes_to_another_training_only_are_told_apart_from_those_that_say_yes(case: Case) -> None:
    other = judge(
        find_frame("ptp"), JudgedTraining(known=True, certifying="yes", listed="yes", registered=False), 300, 3
    )
    frames = [FrameVerdict("a", "Cadre A", "yes"), other, FrameVerdict("b", "Cadre B", "no")]
    frames.append(replace(other, name="c", label="Cadre C"))
    condition = "si la formation suivie est une certification qui y mène"
    told = frame_sentences(case, frames)
    within, apart, own, out = (re.sub("[\u00a0\u202f]", " ", text) for text in told)
    assert within == "Cadre A : oui"
    assert apart.startswith(f"{other.label} : oui, sous conditions ({condition}")
    assert "Transitions Pro" not in apart  # what it asks of every move is told once, above them
    assert any("Transitions Pro" in text for text in frame_conditions(case, [other]))
    assert not [*frame_conditions(case, frames[-1:])]  # of one's own frame, each answer tells them
    assert own.startswith(f"Cadre C : oui ({condition}")
    assert "Transitions Pro" in own
    assert out == "Cadre B : non"
    (whole,) = frame_sentences(case, [other], why=other.name)
    assert condition in whole.replace("\u00a0", " ")
    assert len(frame_sentences(case, [other, replace(other, conditions=())])) == 2
    unknown = tuple(Violation(rule) for rule in ("certifying_unknown", "hiring_list_unknown"))
    unsure = FrameVerdict("d", "Cadre D", "unknown", unknown=unknown)
    alone = replace(unsure, name="e", label="Cadre E", unknown=unknown[:1])
    assert frame_sentences(case, [alone]) == frame_sentences(case, [alone], short=True) == ("Cadre E : inconnu",)
    longer, plain = frame_sentences(case, [unsure, alone])[::-1]
    assert (plain, longer.startswith("Cadre D : inconnu (")) == ("Cadre E : inconnu", True)
    (refused,) = frame_sentences(case, [replace(unsure, verdict="no")])
    assert refused == "Cadre D : non"


def test_a_sheet_explains_its_words_and_asks_nobody_to_learn_the_name_of_a_certificate(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of them: names of certificates, the last, are seldom among the few that are named.
    monkeypatch.setattr("passerelles.report.moves.weightiest", partial(weightiest, most=100))
    items = [i for o in explained_origins(case) for e in o.moves for _, some in by_state(e.move) for i in some]
    names = {i.label for i in items if i.certificate}
    told = [block for part in move_sheets(case).parts for block in part.blocks]
    listed = {row for block in told if isinstance(block, Bullets) for row in block.rows}
    assert names
    assert listed & {i.label for i in items}
    assert not listed & names
    assert any(isinstance(block, Text) and block.text.startswith("Couverture") for block in told)


def test_a_sheet_says_who_tells_the_conditions_of_a_legal_frame_that_says_yes(case: Case) -> None:
    blocks = [block for part in move_sheets(case).parts for block in part.blocks if isinstance(block, Bullets)]
    frames = [" ".join(block.rows) for block in blocks if any("sous conditions" in row for row in block.rows)]
    assert frames
    assert all("vous en dira les conditions" in told for told in frames)
    others = [block for block in blocks if not any("sous conditions" in row for row in block.rows)]
    assert not any("vous en dira les conditions" in row for block in others for row in block.rows)


def test_each_sheet_tells_its_whole_move_however_few_moves_a_result_explains(embedded_graph: OccupationGraph) -> None:
    def sheets(most: int) -> tuple[Part, ...]:
        settings = Settings(territory=TerritorySettings(explained_moves=most))
        found = match_territory(embedded_graph, *tables("redon"), settings=settings)
        return move_sheets(Case(embedded_graph, found, NO_PICTURE)).parts

    assert sheets(0) == sheets(1) == sheets(300)


def test_an_option_that_a_sentence_names_is_not_broken_after_its_hyphens(case: Case) -> None:
    blocks = (Text("Demandé : --stretch <b>."), Bullets(("--include step-down",)), Code("passerelles --stretch"))
    page = document_page(Document("T", (Part("p", "P", blocks),)), case.words)
    assert 'Demandé : <span class="option">--stretch</span> &lt;b&gt;.' in page
    assert '<span class="option">--include</span> step-down' in page
    assert "<code>passerelles --stretch</code>" in page
    assert ".option { white-space: nowrap; }" in page


def test_what_has_no_label_is_named_last(embedded_graph: OccupationGraph) -> None:
    (move,) = rank_moves(embedded_graph, "N4101", limit=1)
    items = move.missing
    first, *others = weightiest(items, len(items))
    unlabelled = [i._replace(label=None) if i.label == first else i for i in items]
    (code,) = (i.code for i in unlabelled if i.label is None)
    assert weightiest(unlabelled, len(items)) == (*others, code)
