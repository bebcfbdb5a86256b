"""From ESCO to ROME and O*NET and back, through crosswalks written in the format of the official ones."""

from pathlib import Path

import pytest

from passerelles import build_graph, rank_moves
from passerelles.cli.main import run
from passerelles.errors import PasserellesError
from passerelles.matching.migrate import Bridge, Destination, Migration, read_crosswalk, turned
from passerelles.model import Profile
from passerelles.referentials.load import load_referential
from passerelles.referentials.referential import Referential
from passerelles.report.lookups import migration_page
from passerelles.views.terminal import print_page, printed_text
from sets import rome4, write_rome
from taxonomies import esco_uri, write_esco, write_onet


def esco_rome(folder: Path) -> Path:
    """Keeper is exactly title 501 and close to 502; pilot is broader than 502; master leads to a title not there."""
    rows = [
        (esco_uri("occupation", "keeper"), "k", "501", "t", "skos:exactMatch"),
        (esco_uri("occupation", "keeper"), "k", "502", "t", "skos:closeMatch"),
        (esco_uri("occupation", "pilot"), "p", "502", "t", "skos:broadMatch"),
        (esco_uri("occupation", "master"), "m", "999999", "t", "skos:exactMatch"),
        (esco_uri("occupation", "master"), "m", "501", "t", "skos:soundsLike"),
        (esco_uri("occupation", "keeper"), "k", "501", "t", "skos:closeMatch"),  # said to be exact above
    ]
    head = "classification 1 ID,classification 1 prefered label,classification 2 ID,classification 2 prefered label,"
    lines = ["Mapping project name,ESCO - ROME", "", head + "mapping relation", *(",".join(row) for row in rows)]
    place = folder / "esco-rome.csv"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


def esco_onet(folder: Path) -> Path:
    """Harbor pilots are exactly the pilot; lighthouse managers are broader than the keeper, and linked to ISCO."""
    rows = [
        ("53-5021.00", "", "", esco_uri("occupation", "pilot"), "", "", "exactMatch"),
        ("11-9071.00", "", "", esco_uri("occupation", "keeper"), "", "", "broadMatch"),
        ("11-9071.00", "", "", esco_uri("isco", "C1"), "", "", "exactISCO"),
    ]
    head = "O*NET Id,O*NET Title,O*NET Description,ESCO or ISCO URI,ESCO or ISCO Title,ESCO or ISCO Description,"
    lines = ["Mapping project name,ESCO-O*NET Crosswalk,,,,,", ",,,,,,", head + "Type of Match"]
    place = folder / "esco-onet.csv"
    place.write_text("\n".join([*lines, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8-sig")
    return place


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, Referential]:
    return {
        "rome": load_referential(write_rome(tmp_path / "rome", rome4())),
        "esco": load_referential(write_esco(tmp_path / "esco")),
        "onet": load_referential(write_onet(tmp_path / "onet")),
    }


def owner(rome: Referential, title: str) -> str:
    return next(t.occupation for t in rome.titles if t.code == title)


def test_the_rows_that_are_no_link_between_occupations_are_counted(tmp_path: Path) -> None:
    rome, onet = read_crosswalk(esco_rome(tmp_path)), read_crosswalk(esco_onet(tmp_path))
    assert (rome.origin, rome.target, rome.left_out) == ("esco", "rome", 2)
    assert (onet.origin, onet.target, onet.left_out) == ("onet", "esco", 1)
    assert turned(onet).links["keeper"] == {"11-9071.00": "narrow"}


def test_one_exact_link_decides_and_the_others_are_shown_with_their_relation(
    tmp_path: Path, sets: dict[str, Referential]
) -> None:
    bridge = Bridge(sets["rome"], sets["esco"], [read_crosswalk(esco_rome(tmp_path))])
    first, second = owner(sets["rome"], "501"), owner(sets["rome"], "502")
    found = bridge.migrate("keeper")
    assert (found.outcome, found.destination, found.basis) == ("moved", first, "crosswalk")
    wanted = {first: "exact"} | ({second: "close"} if second != first else {})
    assert {d.code: d.relation for d in found.destinations} == wanted
    broad = bridge.migrate("pilot")
    assert (broad.outcome, broad.destination) == ("open", None)
    assert broad.to_dict()["destinations"][0]["relation"] == "broad"
    assert bridge.migrate("master").outcome == "unknown"
    assert all(found.why(lang) for lang in ("fr", "en"))


def test_a_title_of_one_of_the_codes_possible_decides_and_those_that_share_it_come_first(
    tmp_path: Path, sets: dict[str, Referential]
) -> None:
    bridge = Bridge(sets["rome"], sets["esco"], [read_crosswalk(esco_rome(tmp_path))])
    title = next(t for t in sets["rome"].titles if t.code == "502")
    found = bridge.migrate("pilot", f" {title.label.upper()} ")
    assert (found.outcome, found.destination, found.basis) == ("moved", title.occupation, "title")
    assert bridge.migrate("pilot", "Un autre métier").outcome == "open"
    second = bridge.migrate("keeper", title.label)  # rather than what the table says of the whole code
    assert (second.destination, second.destinations[0].code) == (title.occupation, title.occupation)


def test_what_a_code_may_become_stands_on_the_screen_however_wide_codes_are() -> None:
    long, short = "8d3e8aaa-791b-4c75-a465-f3f827028f50", "53-3032.00"
    possible = (Destination(long, "nurse", None), Destination(long[::-1], "porter", None))
    found = Migration(short, "", "open", None, "none", possible)
    decided = Migration(short, "", "moved", long, "title", possible)
    page = migration_page([found, decided], None, title="t")
    assert "porter" in printed_text(lambda screen: print_page(screen, page))


def test_rome_leads_back_to_esco_through_its_titles_with_the_relation_turned(
    tmp_path: Path, sets: dict[str, Referential]
) -> None:
    bridge = Bridge(sets["esco"], sets["rome"], [read_crosswalk(esco_rome(tmp_path))])
    found = {d.code: d.relation for d in bridge.migrate(owner(sets["rome"], "502")).destinations}
    assert found["pilot"] == "narrow"
    assert len(bridge.all()) == len(sets["rome"].occupations)


def test_onet_and_rome_meet_in_esco_and_relations_add_up(tmp_path: Path, sets: dict[str, Referential]) -> None:
    crosswalks = [read_crosswalk(esco_rome(tmp_path)), read_crosswalk(esco_onet(tmp_path))]
    bridge = Bridge(sets["rome"], sets["onet"], crosswalks)
    pilots = bridge.migrate("53-5021.00")
    assert [(d.code, d.relation) for d in pilots.destinations] == [(owner(sets["rome"], "502"), "broad")]
    with pytest.raises(PasserellesError, match="onet"):
        Bridge(sets["rome"], sets["onet"], crosswalks[:1])


def test_a_profile_is_carried_with_what_could_not_be_counted_and_ranked(
    tmp_path: Path, sets: dict[str, Referential]
) -> None:
    rome = sets["rome"]
    bridge = Bridge(rome, sets["esco"], [read_crosswalk(esco_rome(tmp_path))])
    carried = bridge.carry(Profile("keeper", competencies=("trim", "no such skill")))
    assert carried.profile.occupation == owner(rome, "501")
    assert set(carried.lost) | set(carried.competencies) == {"trim", "no such skill"}
    assert "no such skill" in carried.lost
    assert rank_moves(build_graph(rome), carried.profile)


def test_a_file_that_is_no_crosswalk_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(PasserellesError, match="crosswalk"):
        read_crosswalk(place)


def test_the_command_asks_for_the_crosswalk_that_it_lacks(
    tmp_path: Path, sets: dict[str, Referential], capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["migrate", "keeper", "--from", str(tmp_path / "esco"), "-r", str(tmp_path / "rome")]
    with pytest.raises(SystemExit) as ended:
        run(there)
    assert ended.value.code == 2
    assert "--bridge" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        run([*there, "--bridge", str(esco_rome(tmp_path)), "--format", "csv"])
    assert ended.value.code == 0
    assert owner(sets["rome"], "501") in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run([*there, "--bridge", str(esco_rome(tmp_path))])
    assert "classification of the European Commission" in " ".join(capsys.readouterr().out.split())  # the old one's too


def test_the_real_crosswalks_are_counted_to_the_row(real_data: Path) -> None:
    rome = read_crosswalk(real_data / "crosswalks" / "esco-rome-v1.4.csv")
    onet = read_crosswalk(real_data / "crosswalks" / "esco-onet-2022.csv")
    assert (sum(map(len, rome.links.values())), rome.left_out) == (11_118, 0)
    assert (sum(map(len, onet.links.values())), onet.left_out) == (4_210, 43)
