"""The nine kinds of project, with tables as companies write them, on the embedded referential and on the ROME."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from market_files import market_folder, write
from passerelles.cli.main import run
from passerelles.graph.core import OccupationGraph
from passerelles.language.say import typeset
from passerelles.market.certifications import load_certifications
from passerelles.market.places import Basin, Places
from passerelles.referentials.places import sample_tables
from passerelles.report.batch import LINES, Batch, Line
from passerelles.report.case import Case, Request
from passerelles.report.page import territory_page
from passerelles.territory.allocation import Allocation
from passerelles.territory.lots import Locator, Lot, Lots
from passerelles.territory.match import match_territory
from passerelles.territory.parts import Cut, parts
from passerelles.territory.reading import read_sides

from html_reading import faults, read_page, rows_of  # isort: skip

# Of each case: words of a fragile title and of an opening between which people must go, placed or to be confirmed.
CASES: dict[str, list[tuple[str, str]]] = {
    "aurillac-figeac-rodez-entreprises": [("Téléconseiller", "Conseiller clientèle"), ("Ajusteur", "Monteur")],
    "redon-entreprises": [("Soudeur", "Soudeur"), ("Découpeur de volaille", "découpe")],
    "lacq-pau-tarbes-entreprises": [("Ajusteur", "Ajusteur"), ("fabrication chimie", "production chimique")],
    "automobile": [("Cariste", "Cariste"), ("Technicien de maintenance", "Technicien de maintenance")],
    "maritime": [("Matelot", "Matelot"), ("conserverie", "production alimentaire")],
    "batiment": [("Plaquiste", "Plaquiste"), ("Conducteur d'engins", "Conducteur de pelle")],
    "petites-entreprises": [("Mécanicien automobile", "Mécanicien automobile")],
    "transport": [("militaire", "SPL"), ("conduite", "groupe lourd")],
    "numerique": [("Téléconseillère", "Conseiller clientèle")],
}


def check(found: Allocation) -> None:
    """What holds of any allocation: nobody is lost, and nobody goes where experts hardly ever see anyone go."""
    totals = found.totals()
    assert totals["headcount"] == totals["placed"] + totals["to_confirm"] + totals["uncovered"]
    assert totals["openings"] == totals["filled"] + totals["reserved"] + totals["unfilled"]
    for flow in found.flows:
        assert flow.same_job or flow.listed or (flow.probability is not None and flow.probability >= 0.05), flow
    for flow in (*found.flows, *found.to_confirm):
        assert not flow.hiring.self_employed
        if flow.access is not None:  # nobody is asked for what they hold
            held = {c.short for c in flow.access.credentials if "yes" in (c.held, c.group_held)}
            assert not held & set((flow.access_said() or "").split(", ")), flow


def test_there_are_nine() -> None:
    assert len(CASES) == 9


@pytest.fixture(scope="module")
def embedded(embedded_graph: OccupationGraph) -> OccupationGraph:
    return embedded_graph


@pytest.mark.parametrize("name", CASES)
def test_a_case_runs_on_the_embedded_referential(name: str, embedded: OccupationGraph) -> None:
    found = match_territory(embedded, *sample_tables(name))
    check(found)
    assert found.placed + found.reserved
    page = read_page(territory_page(Case(embedded, found, Request(pictures=False))))
    assert faults(page) == []
    assert len(page.text.split()) < 12_000
    # The employer's own words stand in the flows, beside the fiche.
    shown = page.by_id("flows").text + page.by_id("fragile").text + page.by_id("hiring").text
    assert all(typeset(lot.title, "fr") in shown for f in found.flows for lot in (f.fragile, f.hiring))
    for problem in found.release().set_aside:
        assert problem.sentence("fr")


@pytest.mark.parametrize("name", CASES)
def test_a_case_runs_on_the_real_rome(name: str, rome4_graph: OccupationGraph, real_places: Places) -> None:
    found = match_territory(rome4_graph, *sample_tables(name), places=real_places, changes=False)
    check(found)
    went = [(f.fragile.title, f.hiring.title) for f in (*found.flows, *found.to_confirm)]
    for start, end in CASES[name]:
        assert any(start in a and end in b for a, b in went), (start, end, went)
    read = sum(lot.people for lot in found.fragile.lots)
    aside = sum(p.people or 0 for p in found.fragile.set_aside)
    assert read > 9 * aside, "nine in ten people are read"


def test_the_flagship_names_what_a_category_b_instructor_lacks(
    rome4_split: OccupationGraph, real_places: Places
) -> None:
    found = match_territory(rome4_split, *sample_tables("transport"), places=real_places, changes=False)
    check(found)
    heavy = [f for f in (*found.flows, *found.to_confirm) if "groupe lourd" in f.hiring.title]
    assert heavy
    assert all(f.fragile.job == "K2110" or f.fragile.job.startswith("K2110-") for f in heavy)
    assert all("lourd" in (f.access_said() or "") for f in heavy)
    assert not [f for f in found.flows if f in heavy and not f.hours.expected], "never for nothing"


def test_one_run_over_all_basins_goes_on_after_a_stop(
    embedded: OccupationGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = read_sides(embedded.referential, *sample_tables("batiment"), locator=Locator())
    cut = parts(first, second, "basin")
    assert {p.name for p in cut} >= {"VANNES", "RENNES", "BREST"}
    assert sum(p.fragile.people for p in cut) == first.people
    batch = Batch(embedded, cut, {}, {})
    calls: list[str] = []
    real = match_territory

    def counted(graph: OccupationGraph, *tables: Any, **options: Any) -> Allocation:
        calls.append(tables[0].lots[0].basin_label)
        if len(calls) == 3 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt
        return real(graph, *tables, **options)

    monkeypatch.setattr("passerelles.report.batch.match_territory", counted)
    folder = tmp_path / "bassins"
    with pytest.raises(KeyboardInterrupt):
        batch.run(folder)
    assert len(list(lines_of(folder))) == 2
    lines = batch.run(folder)
    assert len(calls) == len(cut) + 1, "what was done is not done again"
    written = list(lines_of(folder))
    assert [row["territory"] for row in written] == [line["territory"] for line in lines] == [p.name for p in cut]
    fresh = Batch(embedded, cut, {}, {}).run(tmp_path / "autre")
    assert (folder / LINES).read_bytes() == (tmp_path / "autre" / LINES).read_bytes()
    for line, part in zip(fresh, cut, strict=True):
        page = read_page((folder / line["page"]).read_text(encoding="utf-8"))
        people = sum(int(r["Effectif"]) for r in rows_of(page, "fragile"))
        assert people == int(line["headcount"]) == part.fragile.people
    # Other bounds are another run.
    calls.clear()
    Batch(embedded, cut, {"max_cost": 100.0}, {}).run(folder)
    assert len(calls) == len(cut)


def lines_of(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / LINES).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def call(*arguments: str | Path) -> int:
    try:
        run(["territory", "batch", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_sites_of_a_firm_in_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fragile, hiring = sample_tables("automobile")
    common = ("--fragile", fragile, "--hiring", hiring, "--output", tmp_path / "sites")
    assert call(*common, "--by", "employer", "--no-pages") == 0
    rows = list(lines_of(tmp_path / "sites"))
    assert len(rows) == len({row["territory"] for row in rows}) >= 7
    assert any("Usine de Douai" in row["territory"] for row in rows)
    assert all(int(row["placed"]) <= int(row["headcount"]) for row in rows)
    assert "territoires.csv" in capsys.readouterr().err
    assert call(*common, "--by", "region") == 2
    assert "géographie" in capsys.readouterr().err
    assert call(*common, "--by", "zzz") == 2
    assert "epci" in capsys.readouterr().err
    own = tmp_path / "own" / LINES  # the very table that is read, as a French spreadsheet writes it
    own.parent.mkdir()
    own.write_text("métier;effectif;bassin\nN4101;3;Redon\n", encoding="cp1252")
    held = own.read_bytes()
    assert call("--fragile", own, "--hiring", hiring, "--output", own.parent) == 2
    assert str(own) in capsys.readouterr().err
    assert own.read_bytes() == held


def test_tensions_play_no_part_in_territories_whose_openings_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    data = market_folder(tmp_path / "data")
    fragile = write(tmp_path / "f.csv", "Entreprise;Métier;Effectif;Bassin\nA;N4101;3;Redon\n")
    hiring = write(tmp_path / "h.csv", "Entreprise;Métier;Postes;Bassin\nB;N4101;3;Redon\n")
    tables = ("--fragile", fragile, "--hiring", hiring)
    common = (*tables, "--data", data, "--output", tmp_path / "sites", "--no-pages")
    tension = data / "b.csv"
    lines = []
    for row in ("", "2020;N4102;Conduite;5313;REDON;2;1;5;4;3;2;1;5;4\n"):
        tension.write_text(tension.read_text(encoding="utf-8") + row, encoding="utf-8")
        assert call(*common) == 0
        lines.append(list(lines_of(tmp_path / "sites")))
    assert lines[0] == lines[1]


def test_masked_lines_hold_no_small_number(embedded: OccupationGraph, tmp_path: Path) -> None:
    first, second = read_sides(embedded.referential, *sample_tables("batiment"), locator=Locator())
    lines = Batch(embedded, parts(first, second, "basin"), {}, {}, mask=True, pages=False).run(tmp_path)
    threshold = embedded.settings.territory.mask_threshold
    told = [line[name] for line in lines for name in ("placed", "to_confirm", "uncovered") if not line["problem"]]
    assert told
    assert {line["checksum"] for line in lines} == {""}  # whoever guesses a headcount could check it
    assert all(value in ("", "0") or int(value) >= threshold for value in told)


def test_another_register_of_certifications_is_another_run(embedded: OccupationGraph, tmp_path: Path) -> None:
    rows = [{"Entreprise": "A", "Métier": "H2909", "Effectif": 3, "Postes": 3, "Bassin": "Redon"}]
    cut = parts(*read_sides(embedded.referential, rows, rows, locator=Locator()), "basin")
    write(tmp_path / "c.csv", "Code_Diplome;Libelle_Diplome;Code_Rome_1;Etat_Libelle\n1;Titre;H2909;Publié\n")
    checksums = []
    for state in ("ACTIVE", "INACTIVE"):
        write(tmp_path / "kit.csv", f"FicheRNCP;Niveau fiche RNCP;Fiche ACTIVE/INACTIVE\nRNCP1;Niveau 3;{state}\n")
        data = {"certifications": load_certifications(tmp_path)}
        (line,) = Batch(embedded, cut, {}, data, pages=False).run(tmp_path / "lines")
        checksums.append(line["checksum"])
    assert checksums[0] != checksums[1]


def test_what_changes_a_line_is_worked_out_again(embedded: OccupationGraph, tmp_path: Path) -> None:
    fragile = [
        {"Entreprise": "A", "Métier": "H2909", "Effectif": 3, "Bassin": "Redon"},
        {"Entreprise": "A", "Métier": "H2909", "Effectif": 9, "Bassin": "Vannes"},
    ]
    hiring = [{"Entreprise": "B", "Métier": "H2909", "Postes": 5, "Bassin": "Redon"}]

    def run_batch(people: list[dict[str, Any]], **options: Any) -> list[Line]:
        sides = read_sides(embedded.referential, people, hiring, locator=Locator())
        return Batch(embedded, parts(*sides, "basin"), {}, {}, **options).run(tmp_path)

    redon, vannes = run_batch(fragile, pages=False)
    assert (redon["placed"], vannes["headcount"]) == ("3", "9")
    assert vannes["problem"]
    # Pages that a run without them did not write; volunteers, which no name of a lot tells; and small numbers withheld.
    redon, _ = run_batch(fragile)
    assert (tmp_path / redon["page"]).is_file()
    redon, _ = run_batch([{**row, "Volontaires": 1} for row in fragile])
    assert redon["placed"] == "1"
    small = [{**row, "Effectif": people} for row, people in zip(fragile, (1, 4), strict=True)]
    assert [line["headcount"] for line in run_batch(small, mask=True, pages=False)] == ["", ""]


@pytest.mark.parametrize(
    ("by", "found"), [("department", {"": 1, "35": 6, "56": 4}), ("region", {"": 1, "52": 2, "53": 8})]
)
def test_a_commune_says_the_department_of_a_basin_that_lies_in_several(by: Cut, found: dict[str, int]) -> None:
    basins = (
        Basin("1", "REDON", departments=("35", "44", "56"), regions=("52", "53")),
        Basin("2", "RENNES", departments=("35",), regions=("53",)),
        Basin("3", "VANNES", departments=("56",), regions=("53",)),
        Basin("4", "NANTES", departments=("44",), regions=("52",)),
    )
    lots = [("1", "35236", 2), ("1", "", 1), ("2", "", 4), ("1", "56221", 2)]
    lots += [("1", "44067", 2)] if by == "region" else [("1", "56001", 2)]
    people = Lots.of("fragile", [Lot("A", "J", at, people=n, commune=commune, part=commune) for at, commune, n in lots])
    assert {part.key: part.fragile.people for part in parts(people, None, by, Places(basins))} == found


def test_a_part_has_the_shared_openings_of_its_own_basins_alone() -> None:
    people = Lots.of("fragile", [Lot("A", "J", at, people=3) for at in ("nord", "sud")])
    shared = [Lot("BMO", job, at, "F1", n, at) for at, n in (("nord", 4), ("sud", 6)) for job in ("J", "K")]
    hiring = Lots("hiring", tuple(shared), {"F1": "Famille"})
    assert [(part.key, part.hiring and part.hiring.people) for part in parts(people, hiring, "basin")] == [
        ("nord", 4), ("sud", 6),
    ]  # fmt: skip


def test_openings_where_nobody_is_in_a_fragile_job_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PASSERELLES_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    people, posts = tmp_path / "emplois.csv", tmp_path / "postes.csv"
    people.write_text("Entreprise,Métier,Effectif,Bassin\nA,H2909,3,Redon\nA,Zorglub,2,Redon\n", encoding="utf-8")
    posts.write_text("Entreprise,Métier,Postes,Bassin\nB,H2909,5,Redon\nC,H2909,7,Vannes\n", encoding="utf-8")
    assert call("--fragile", people, "--hiring", posts, "--output", tmp_path / "dossier", "--no-pages") == 0
    told = capsys.readouterr().err
    assert "7 postes sont dans des territoires où personne" in told
    assert "« Zorglub » inconnu" in told


def test_a_car_maker_by_region(rome4_graph: OccupationGraph, real_places: Places) -> None:
    first, second = read_sides(rome4_graph.referential, *sample_tables("automobile"), locator=Locator(real_places))
    cut = parts(first, second, "region", real_places, names={"53": "Bretagne", "28": "Normandie"})
    assert len(cut) == 6
    assert {"Bretagne", "Normandie"} < {part.name for part in cut}
    assert sum(part.fragile.people for part in cut) == first.people
    sites = {part.name: {lot.employer for lot in part.fragile.lots} for part in cut}
    assert sites["Normandie"] == {"Usine de Sandouville", "Fonderie de Cléon"}


def test_forty_one_epci_in_one_run(rome4_graph: OccupationGraph, real_places: Places, tmp_path: Path) -> None:
    largest: dict[str, Any] = {}
    for commune in real_places.communes:
        if commune.epci and commune.latitude and (commune.population or 0) > 3_000:
            known = largest.setdefault(commune.epci, commune)
            if (commune.population or 0) > (known.population or 0):
                largest[commune.epci] = commune
    chosen = [largest[code] for code in sorted(largest)[:41]]
    fragile = [
        {"Entreprise": f"Boutique {c.code}", "Métier": job, "Effectif": n, "Commune": c.code}
        for c in chosen for job, n in (("Vendeuse prêt-à-porter", 2), ("Secrétaire médicale", 1))
    ]  # fmt: skip
    hiring = [
        {"Entreprise": f"Cabinet {c.code}", "Métier": "Secrétaire médicale", "Postes": 2, "Commune": c.code}
        for c in chosen
    ]
    locator = Locator(real_places)
    first, second = read_sides(rome4_graph.referential, fragile, hiring, locator=locator)
    cut = parts(first, second, "epci", real_places)
    assert len(cut) == 41
    assert {p.name for p in cut} == {real_places.epci_labels[c.epci] for c in chosen}
    lines = Batch(rome4_graph, cut, {"radius_km": 30.0}, {"places": real_places}).run(tmp_path)
    assert len(lines) == 41
    assert all(line["headcount"] == "3" and int(line["placed"]) >= 1 for line in lines)
    assert len(list((tmp_path / "pages").glob("*.html"))) == 41
