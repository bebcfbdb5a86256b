"""Basins by code, name or commune; centres; distances; what the geography lacks stays unknown."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from market_files import BASINS_2019, BASINS_2021, COORDINATES, places_folder, write
from passerelles import match_territory
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.market.market import Market
from passerelles.market.places import (
    _OF_COMMUNES,
    Basin,
    Commune,
    Places,
    distance_matrix_km,
    load_places,
    with_basins,
)
from passerelles.settings import Settings
from territory_cases import graph


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return load_places(places_folder(tmp_path))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5313", "5313"), ("REDON", "5313"), ("redon", "5313"), ("  Redon ", "5313"), ("Béarn", "7538"),
        ("pau", "7538"), ("LACQ", "7538"), ("64445", "7538"), ("l'abergement clemenciat", "8401"), ("101", "0101"),
        ("0101", "0101"), ("bassin basse-terre", "0101"), ("Iles du Nord", "0101"), ("saint-vincent", "5313"),
        ("agde pézenas", "7649"), ("Bourg-en-Bresse", "8401"),
    ],
)  # fmt: skip
def test_a_basin_is_found_by_code_name_alias_or_commune(places: Places, text: str, code: str) -> None:
    assert places.basin(text).code == code


def test_a_commune_name_of_several_basins_lists_the_choices(places: Places) -> None:
    with pytest.raises(PasserellesError) as caught:
        places.basin("Sainte Colombe")
    assert caught.value.key == "ambiguous_place"
    message = caught.value.message("fr")
    assert "Sainte-Colombe (01), Sainte-Colombe (44)" in message
    assert places.basin("Sainte-Colombe (01)").name == "BOURG EN BRESSE"  # what the message says to write


def test_an_unknown_name_gets_suggestions(places: Places) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        places.basin("Rédonn")
    assert caught.value.suggestions[0] == "REDON"
    assert "Vouliez-vous dire" in caught.value.message("fr")
    for nothing in ("", "  ", 5313):
        with pytest.raises(PasserellesError):
            places.basin(nothing)  # type: ignore[arg-type]
    assert places.suggest("qqqqqqqq") == ()
    assert places.suggest("secteur de Redonn")[0] == "REDON"
    assert places.spot_of("tout le bassin de Redonn") is None


def test_basin_names_come_before_aliases_and_communes(tmp_path: Path) -> None:
    text = BASINS_2021 + "1,97,97801,104,ILES DU NORD\n"
    places = load_places(write(tmp_path / "b.csv", text))
    assert places.basin("Iles du Nord").code == "0104"


def test_a_commune_is_found_by_its_name_of_today_and_by_those_before(tmp_path: Path) -> None:
    glued = BASINS_2019.replace("Lacq", "Vald'Arry").replace("Redon", "0", 1)
    write(places_folder(tmp_path) / "g" / "0.csv", glued)
    today = "64300,Val d'Arry,64,75,800,,\n64445,Pau-Béarn,64,75,77000,,\n"
    write(tmp_path / "4.csv", f"code,nom,departement,region,population,epci,epci_nom\n{today}")
    places = load_places(tmp_path)
    for text in ("Val d'Arry", "Vald'Arry"):
        spot = places.spot(text, communes_first=True)
        assert (spot.commune and spot.commune.code, spot.name) == ("64300", "Val d'Arry"), text
    assert [places.spot(text).name for text in ("Pau", "Pau-Béarn")] == ["Pau-Béarn", "Pau-Béarn"]
    assert places.suggest("Val d'Arri") == ("Val d'Arry",)  # once, by whichever name
    assert places.commune_by_code["35236"].name is None  # no letter: no name


def test_communes_keep_their_zeros_and_their_latest_basin(places: Places) -> None:
    assert places.commune_by_code["01001"].basin == "8401"  # 8403 in the file of 2019
    assert places.basin_by_code["8401"].communes == ("01001", "01002")
    assert places.basin_by_code["5313"].departments == ("35", "44", "56")
    assert places.basin_by_code["0101"].departments == ("971",)
    codes = {n.code: n.count for n in places.notices}
    assert codes["commune_moved"] == 1
    refilled = {dict(n.values)["column"]: n.count for n in places.notices if n.code == "zero_filled"}
    assert refilled == {"codgeo": 2, "codbe": 2, "dep": 2, "reg": 2}


def test_the_centre_is_the_plain_mean_of_located_communes(places: Places) -> None:
    redon = places.basin_by_code["5313"]
    assert redon.latitude == pytest.approx((47.65 + 47.41) / 2)
    assert redon.longitude == pytest.approx((-2.08 - 1.86) / 2)
    agde = places.basin_by_code["7649"]
    assert (agde.latitude, agde.longitude, agde.name) == (None, None, "AGDE-PEZENAS")
    codes = {n.code: n.count for n in places.notices}
    assert codes["communes_without_coordinates"] == 4
    assert codes["communes_without_name"] == 2
    assert codes["basin_without_coordinates"] == 1
    assert codes["basin_name_damaged"] == 1
    assert codes["basin_names_differ"] == 1
    assert codes["invalid_value"] == 1  # a latitude that is no number


def _chord_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle by another road: the angle between two vectors."""
    u, v = (
        np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
        for lat, lon in ((math.radians(p), math.radians(q)) for p, q in (a, b))
    )
    return 6371.0088 * math.atan2(float(np.linalg.norm(np.cross(u, v))), float(u @ v))


def test_distances_agree_with_another_formula(places: Places) -> None:
    a, b = places.basin("Redon"), places.basin("Pau")
    assert a.latitude is not None
    assert a.longitude is not None
    assert b.latitude is not None
    assert b.longitude is not None
    expected = _chord_km((a.latitude, a.longitude), (b.latitude, b.longitude))
    found = places.distance("5313", "7538")
    assert found == pytest.approx(expected, rel=1e-9)
    paris, marseille = (48.8566, 2.3522), (43.2965, 5.3698)
    assert distance_matrix_km(np.array([paris, marseille]))[0, 1] == pytest.approx(660.48, abs=0.01)
    assert distance_matrix_km(np.array([(0, 0), (0, 180)]))[0, 1] == pytest.approx(math.pi * 6371.0088)


def test_unknown_distances_stay_unknown(places: Places) -> None:
    assert places.distance("7649", "5313") is None
    assert places.distance("7649", "7649") == 0.0
    assert places.distance(places.basin("5313").name, places.basin("7538").name) == places.distance("5313", "7538")
    with pytest.raises(UnknownCodeError):
        places.distance("5313", "9999")
    matrix = places.distance_matrix
    row = [b.code for b in places.basins].index("7649")
    assert np.isnan(np.delete(matrix[row], row)).all()
    assert matrix[row, row] == 0
    assert not matrix.flags.writeable


def test_basins_that_only_a_survey_knows(places: Places) -> None:
    wider = with_basins(places, {"7549": "AIGUILLON", "5313": "Redon", "7538": "Pays de Béarn"}, source="bmo")
    assert wider.basin("aiguillon").code == "7549"
    assert wider.distance("7549", "5313") is None
    assert wider.basin("pays de bearn").code == "7538"
    [said] = [n for n in wider.notices if n.code == "basin_without_geography"]
    assert said.file == "bmo"
    assert "7549" not in places.basin_by_code
    assert wider.suggest("Redonn") == places.suggest("Redonn")
    assert all(getattr(wider, name) is getattr(places, name) for name in _OF_COMMUNES)  # not made twice


def test_a_travel_table_comes_before_the_crow(tmp_path: Path) -> None:
    folder = places_folder(tmp_path / "geo")
    table = write(
        tmp_path / "trajets.csv",
        "from;to;minutes;km\nRedon;Pau;330;560\nBéarn;bourg en bresse;400;\nRedon;Nulle-Part;3;\n"
        "Redon;8401;-5;\nredon;lacq;1;1\n",
    )
    places = load_places(folder, travel=table)
    assert places.distance("5313", "7538") == 560.0
    assert places.distance("7538", "5313") == 560.0  # the other direction, where only one is given
    assert places.travel_between("7538", "8401") == (400.0, None)
    assert places.distance("7538", "8401") == places.distance_matrix[places._row["7538"], places._row["8401"]]
    found = {n.code: n.line for n in places.notices if n.file == "trajets.csv"}
    assert (found["place_unknown"], found["travel_invalid"], found["duplicate_code"]) == (4, 5, 6)
    with pytest.raises(PasserellesError, match=r"read: ici, temps\)"):
        load_places(folder, travel=write(tmp_path / "rien.csv", "ici,temps\n1,2\n"))


@pytest.mark.parametrize("ends", ["commune de départ;commune d'arrivée", "Lieu départ;Lieu arrivée", "De;Vers"])
def test_a_travel_table_is_read_under_french_headers_and_minutes_alone_are_enough(tmp_path: Path, ends: str) -> None:
    table = write(tmp_path / "trajets.csv", f"{ends};Minutes\nRedon;Pau;330\n")
    places = load_places(places_folder(tmp_path / "geo"), travel=table)
    assert places.travel_between("5313", "7538") == (330.0, None)
    assert [n.code for n in places.notices if n.file == "trajets.csv"] == []


def test_what_is_no_geography_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "c.csv", COORDINATES)
    with pytest.raises(PasserellesError) as caught:
        load_places(tmp_path)
    assert caught.value.key == "no_places_data"


def test_the_older_file_alone_is_enough(tmp_path: Path) -> None:
    places = load_places(write(tmp_path / "b.csv", BASINS_2019))
    assert (places.year, places.basin("Pau").code) == ("2019", "7538")
    assert places.distance("7538", "5313") is None


def test_the_newest_of_several_lists_counts_and_the_older_ones_where_it_says_nothing(tmp_path: Path) -> None:
    places_folder(tmp_path)
    head = "code,nom,population,epci,epci_nom\n"
    write(tmp_path / "communes-2026.csv", f"{head}35236,Redon,9000,2,Nouvelle\n")
    write(tmp_path / "communes-2025.csv", f"{head}35236,Redon,1,1,Ancienne\n44007,Sainte-Colombe,5,1,Ancienne\n")
    write(tmp_path / "0.csv", "Annee;Code_Officiel_Commune;latitude;longitude\n2020;35236;1;1\n2020;56250;47;-2\n")
    by_code = load_places(tmp_path).commune_by_code
    assert [(c.population, c.epci, c.latitude) for c in map(by_code.__getitem__, ("35236", "44007", "56250"))] == [
        (9000, "2", 47.65), (5, "1", 47.41), (None, None, 47.0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lost", "name"),
    [
        ("Villefranche-sur-Sa?ne", "Villefranche-sur-Saône"),  # and not of the Saâne, which few towns name
        ("Pont-?-Marcq", "Pont-à-Marcq"),
        ("LU?AY-LE-M?LE", ""),  # "mâle" or "môle"
    ],
)
def test_names_of_towns_that_lost_their_accents_are_those_of_most(real_places: Places, lost: str, name: str) -> None:
    spot = real_places.spot_of(lost)
    assert (spot.name if spot else "") == name


def test_the_published_geography(real_places: Places) -> None:
    places = real_places
    assert (len(places.communes), len(places.basins), places.year) == (37_498, 404, "2021")
    assert all(len(c.code) == 5 for c in places.communes)
    counts = {n.code: n.count for n in places.notices}
    assert counts["communes_without_coordinates"] == 48  # arrondissements; merged ones have those of their successor
    assert {dict(n.values)["column"]: n.count for n in places.notices if n.code == "zero_filled"}["codgeo"] == 3_282
    names = {"Redon": "5313", "Pau": "7538", "Lacq": "7538", "Béarn": "7538", "Figeac": "7622", "rodez": "7614"}
    assert {name: places.basin(name).code for name in names} == names
    near = {b.name for b in places.basins if (places.distance("5313", b.code) or 0.0) <= 60}
    assert {"REDON", "VANNES", "RENNES", "SAINT NAZAIRE"} <= near
    assert "TARBES" not in near
    assert not np.isnan(places.distance_matrix).any()
    redon = places.commune_by_code["35236"]
    assert redon.population is not None
    assert 9_000 < redon.population < 11_000
    assert "Redon" in places.epci_labels[redon.epci or ""]
    with pytest.raises(PasserellesError) as caught:
        places.basin("Sainte-Colombe")
    assert caught.value.key == "ambiguous_place"


def test_two_surveyed_basins_are_not_in_the_geography(real_market: Market, real_places: Places) -> None:
    survey, places = real_market.survey(), real_places
    assert set(survey.basins) - set(places.basin_by_code) == {"0104", "7549"}
    wider = with_basins(places, {b.code: b.name for b in survey.basins.values()})
    assert wider.distance("7549", "5313") is None
    assert wider.basin("Bassin Iles du Nord").code == "0104"


def written(*rows: tuple[str, str, str], travel: dict[tuple[str, str], tuple[float, None]] | None = None) -> Places:
    basins = {
        "5901": "LILLE",
        "5902": "LENS",
        "4401": "SAINT NAZAIRE",
        "3001": "NIMES",
        "2901": "QUIMPER",
        "7501": "PARIS",
    }
    found = tuple(Commune(code, name, basin, 47.0, 2.0, 1000 + i, "2000") for i, (code, name, basin) in enumerate(rows))
    return Places(
        tuple(Basin(code, name) for code, name in sorted(basins.items())), found, travel or {},
        epci_labels={"2000": "CC du Pays d'Ici"},
    )  # fmt: skip


HERE = (
    ("59512", "Roubaix", "5901"), ("59599", "Tourcoing", "5901"), ("62498", "Lens", "5902"),
    ("62427", "Hénin-Beaumont", "5902"), ("59001", "Hénin-sur-Escaut", "5901"), ("29072", "Guilvinec", "2901"),
    ("44184", "Saint-Nazaire", "4401"), ("30288", "Saint-Nazaire", "3001"), ("62160", "Boulogne-sur-Mer", "5902"),
    ("59093", "Boulogne-sur-Helpe", "5901"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "area", "found"),
    [
        ("LENS-HENIN", "", ("5902", None)), ("ROUBAIX-TOURCOING", "", ("5901", None)),
        ("Le Guilvinec", "", ("2901", "29072")), ("St-Nazaire", "", ("4401", "44184")),
        ("44600 SAINT NAZAIRE CEDEX 2", "", ("4401", "44184")), ("Saint-Nazaire", "30200", ("3001", "30288")),
        ("Boulogne (62)", "", ("5902", "62160")), ("Boulogne", "59", ("5901", "59093")),
        ("CC du Pays d'Ici", "", ("5901", "59093")), ("Pays d'Ici", "", ("5901", "59093")),
        ("62498", "", ("5902", "62498")), ("Saint-Nazaire 30200", "", ("3001", "30288")),
        ("Boulogne 62", "", ("5902", "62160")), ("tout le bassin de Lens", "", ("5902", None)),
        ("Environs d'Hénin-Beaumont", "", ("5902", None)), ("Secteur Tourcoing", "", ("5901", None)),
        ("5902 - LENS", "", ("5902", None)), ("ZE Lens", "", ("5902", None)),
        ("Lens et environs", "", ("5902", None)), ("62 - BOULOGNE S/ MER", "", ("5902", "62160")),
        ("Boulognesur Mer", "", ("5902", "62160")), ("Henin Beau Mont", "", ("5902", "62427")),
        ("Aire sur Lys", "", ("5902", "62014")), ("Boulogne/Mer", "", ("5902", "62160")),
        ("Boulogne sur H.", "", ("5901", "59093")), ("H?nin-Beaumont", "", ("5902", "62427")),
        ("20 km de Lens", "", ("5902", None)), ("autour de Lens", "", ("5902", None)),
        ("Lens et alentours", "", ("5902", None)),
        ("proche Tourcoing", "", ("5901", None)), ("FR-62110 Hénin-Beaumont", "", ("5902", "62427")),
        ("75012", "", ("7501", "75056")), ("75116", "", ("7501", "75056")),
    ],
)  # fmt: skip
def test_places_are_read_as_companies_write_them(text: str, area: str, found: tuple[str, str | None]) -> None:
    spot = written(("62014", "Aire-sur-la-Lys", "5902"), ("75056", "Paris", "7501"), *HERE).spot(
        text, area, communes_first=True
    )
    assert (spot.basin.code, spot.commune and spot.commune.code) == found


def test_a_village_named_as_a_basin_elsewhere_may_be_the_town_of_it() -> None:
    village = ("59001", "Léns", "5901")
    places = written(("62001", "Lens Aval", "5902"), village, ("62498", "Lens Artois", "5902"))  # from small to large
    with pytest.raises(PasserellesError) as caught:
        places.spot("Lens", communes_first=True)
    assert caught.value.values["choices"] == "Léns (59), Lens Artois (62)"
    assert places.spot("Lens", "59", communes_first=True).commune == places.commune_by_code["59001"]
    places = written(village, ("62498", "Lens", "5902"), ("62499", "Lens Artois", "5902"))
    assert places.spot("Lens", communes_first=True).commune == places.commune_by_code["62498"]


def test_a_beginning_that_several_communes_have_is_asked_back() -> None:
    with pytest.raises(PasserellesError) as caught:
        written(*HERE).spot("Boulogne", communes_first=True)
    assert caught.value.values["choices"] == "Boulogne-sur-Helpe (59), Boulogne-sur-Mer (62)"
    for name in ("Nulle-Part", "Boulogne sur H"):  # no point says that the last word is cut off
        with pytest.raises(UnknownCodeError):
            written(*HERE).spot(name, communes_first=True)


def peopled() -> Places:
    """The same places, with what each basin holds and two groups of communes."""
    places = written(*HERE)
    communes = tuple(c._replace(epci="2001" if c.basin == "5901" else "2000") for c in places.communes)
    basins = tuple(
        replace(b, communes=tuple(c.code for c in communes if c.basin == b.code), departments=(b.code[:2],))
        for b in places.basins
    )
    return replace(places, basins=basins, communes=communes, epci_labels={"2000": "CC d'Ici", "2001": "CA de Lens"})


@pytest.mark.parametrize(
    ("text", "kind", "codes"),
    [
        ("Lens", "basin", {"62498", "62427", "62160"}), ("62498", "communes", {"62498"}),
        ("lens, Roubaix", "communes", {"62498", "59512"}), ("Hénin-Beaumont; 59512", "communes", {"62427", "59512"}),
        ("Saint-Nazaire (30), Guilvinec", "communes", {"30288", "29072"}),
        ("62", "department", {"62498", "62427", "62160"}),
        ("CA de Lens", "epci", {"59512", "59599", "59001", "59093"}),
        ("2001", "epci", {"59512", "59599", "59001", "59093"}),
        ("CA de Lens, 30288", "communes", {"59512", "59599", "59001", "59093", "30288"}),
    ],
)  # fmt: skip
def test_a_territory_is_a_basin_a_group_a_department_or_communes(text: str, kind: str, codes: set[str]) -> None:
    found = peopled().area(text)
    assert found.kind == kind
    assert found.communes == codes


def test_names_of_several_places_in_a_territory_are_all_asked_back_with_their_departments() -> None:
    twice = replace(peopled(), communes=(*peopled().communes, Commune("02001", "Roubaix", "5902")))
    with pytest.raises(PasserellesError) as caught:
        twice.area("Boulogne, Roubaix, Lens")
    told = caught.value.message("fr")
    assert "Boulogne-sur-Helpe (59), Boulogne-sur-Mer (62)" in told
    assert "Roubaix (59), Roubaix (02)" in told
    with pytest.raises(UnknownCodeError):
        peopled().area("Lens, Nulle-Part")
    with pytest.raises(UnknownCodeError):
        peopled().area(" , ")


def test_a_territory_holds_both_tables_and_says_what_is_outside_and_what_is_not_known() -> None:
    def lot(**cells: object) -> dict[str, object]:
        return {"employer": "A", "job": "J00", **cells}

    fragile = [
        lot(headcount=5, commune="Roubaix"), lot(headcount=7, commune="Guilvinec"), lot(headcount=2, basin="LENS"),
        lot(headcount=3, basin="LILLE"),
    ]  # fmt: skip
    hiring = [lot(openings=4, commune="Hénin-Beaumont"), lot(openings=9, commune="Guilvinec")]
    found = match_territory(graph(), fragile, hiring, places=peopled(), territory="62, 59512")
    assert [(x.commune, x.people) for x in found.fragile.lots] == [("59512", 5), ("", 2)]
    assert found.hiring.people == 4
    (unsure,) = found.fragile.set_aside
    assert (unsure.key, unsure.people) == ("partly_inside", 3)
    told = " ".join(note.sentence("en") for note in found.release().notes)
    assert "People or openings outside of it, and not counted: 7 (lots: 1)" in told
    with pytest.raises(PasserellesError, match="No opening"):
        match_territory(graph(), fragile, hiring, places=peopled(), territory="59512")
    with pytest.raises(PasserellesError, match="--data"):
        match_territory(graph(), fragile, hiring, territory="62")


def test_a_table_that_says_no_place_has_its_distances_confirmed_and_bars_nobody() -> None:
    fragile = [{"employer": "A", "job": "J00", "headcount": 5}]
    hiring = [{"employer": "B", "job": "J00", "openings": 3, "commune": "Roubaix"}]
    places = peopled()
    found = match_territory(graph(), fragile, hiring, places=places, radius_km=30)
    assert (found.placed, [(f.people, f.unknown) for f in found.to_confirm]) == (0, [(3, ("distance",))])
    assert found.to_confirm[0].to_find_out("fr") == "la distance : une table ne dit pas où"
    free = match_territory(graph(), fragile, hiring, places=places)
    assert (free.placed, free.to_confirm) == (3, ())  # no radius asks for no distance
    strict = match_territory(graph(), fragile, hiring, places=places, radius_km=30, settings=Settings(strict=True))
    assert (strict.placed, strict.to_confirm, strict.uncovered[0].reason) == (0, (), "distance_unknown")
