"""The readers of ESCO and O*NET: invented cuts in the format of their files, and the real sets."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from passerelles import build_graph, compile_index, levers, rank_moves, rank_paths, resolve_title
from passerelles.cli.main import run
from passerelles.cli.shared import CommandOptions
from passerelles.compiled import cached_indexes, clear_cache, index_place
from passerelles.errors import PasserellesError, ReferentialError, UnknownCodeError
from passerelles.io.archive import open_source
from passerelles.language.say import say
from passerelles.matching import find_occupation
from passerelles.matching.index import search
from passerelles.model import Competency, Domain, JobTitle, Mobility, Occupation, Requirement, WorkContext
from passerelles.referentials.load import load_referential, recognise
from passerelles.referentials.places import place_of
from passerelles.referentials.referential import Referential, foreign_code, nearest
from passerelles.referentials.validate import validate
from passerelles.report.envelope import envelope
from passerelles.report.transparency import duties
from passerelles.scoring import table as tables
from passerelles.scoring.features import context_of_all
from passerelles.session import Session
from passerelles.settings import Settings
from passerelles.territory.jobs import Unusable, read_title
from passerelles.vectors import level_named, stem, word_rules
from taxonomies import esco, onet, write_esco, write_onet, zipped


def counts(referential: Referential) -> dict[str, int]:
    found: Counter[str] = Counter()
    for notice in referential.notices:
        found[notice.code] += notice.count
    return dict(found)


def test_every_field_of_an_esco_set(tmp_path: Path) -> None:
    small = load_referential(write_esco(tmp_path / "ESCO dataset - v1.2.0"))
    assert (small.name, small.version, small.language, small.provenance.format) == ("esco", "1.2.0", "en", "esco")
    assert "This service uses the ESCO classification of the European Commission" in small.provenance.licence
    assert small.occupations == (
        Occupation(
            "keeper",
            "lighthouse keeper",
            definition="Keeps the light.",
            parent="5169",
            domain="516",
            level=3.5,
            notation="5169.1",
        ),
        Occupation(
            "master", "harbour master", parent="1349", domain="134", managerial="yes", level=6.0, notation="1349.9"
        ),
        Occupation(
            "pilot",
            "harbour pilot",
            definition="Brings ships in,\nday and night.",
            parent="3152",
            domain="315",
            regulated="yes",
            level=5.0,
            notation="3152.1",
        ),
    )
    assert small.requirements == (
        Requirement("keeper", "calm", "other"),
        Requirement("keeper", "tides", "other"),
        Requirement("keeper", "trim", "core"),
        Requirement("pilot", "steer", "core"),
        Requirement("pilot", "tides", "core"),
    )
    assert [c for c in small.competencies if not c.is_macro] == [
        Competency("calm", "stay calm", "savoir-être", "T", "transversal"),
        Competency("steer", "steer a ship", "savoir-faire", "S6", "sector-specific"),
        Competency("tides", "tides", "savoir", "isced-f/0532", "cross-sector"),
        Competency("trim", "trim a wick", "savoir-faire", "S6", "occupation-specific"),
    ]
    assert small.competency_by_code["S6"] == Competency("S6", "handling", "savoir-faire", "S", is_macro=True)
    assert small.titles == (
        JobTitle("keeper/keeper-of-the-light", "keeper of the light", "keeper"),
        JobTitle("keeper/lamp-keeper", "lamp keeper", "keeper"),
    )
    assert small.domain_by_code["516"] == Domain("516", "group 516", "51")
    assert counts(small) == {
        "link_of_unlisted_occupation": 1,
        "several_groups": 1,
        "title_repeated": 1,
        "no_requirements": 1,
    }


@pytest.mark.parametrize("form", ["folder", "zip", "two zips in a folder"])
def test_esco_reads_alike_from_a_folder_a_zip_and_two_zips_in_a_folder(tmp_path: Path, form: str) -> None:
    plain = write_esco(tmp_path / "plain")
    place = plain
    if form == "zip":
        place = zipped(plain, tmp_path / "all.zip")
    if form.startswith("two"):
        place = tmp_path / "both"
        place.mkdir()
        relations = [p.name for p in plain.iterdir() if "Relations" in p.name]
        zipped(plain, place / "relations.zip", relations)
        zipped(plain, place / "labels.zip", [p.name for p in plain.iterdir() if p.name not in relations])
    read = load_referential(place)
    assert read == load_referential(plain)
    assert read.provenance.sha256 == load_referential(plain).provenance.sha256


def test_two_zips_that_both_have_a_file_are_refused(tmp_path: Path) -> None:
    plain = write_esco(tmp_path / "plain")
    (tmp_path / "both").mkdir()
    for name in ("a.zip", "b.zip"):
        zipped(plain, tmp_path / "both" / name)
    with pytest.raises(PasserellesError, match="ISCOGroups_en"):
        load_referential(tmp_path / "both")


def test_esco_in_another_language_says_which_and_files_of_a_second_language_are_named(tmp_path: Path) -> None:
    folder = write_esco(tmp_path / "set", esco("de"))
    assert load_referential(folder).language == "de"
    more = esco("pl")
    write_esco(folder, {"occupations_pl": more["occupations_pl"]})
    both = load_referential(folder)
    assert (both.language, [n.file for n in both.notices if n.code == "other_language"]) == (
        "de",
        ["occupations_pl.csv"],
    )


def test_an_esco_set_without_its_relations_is_recognised_and_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    sheets = esco()
    del sheets["occupationSkillRelations"]
    folder = write_esco(tmp_path / "set", sheets)
    assert recognise(open_source(folder)).name == "esco"
    with pytest.raises(ReferentialError, match=r"occupationSkillRelations_en\.csv"):
        load_referential(folder)
    assert not validate(folder).ok


@pytest.mark.parametrize("form", ["txt", "xlsx"])
def test_every_field_of_an_onet_database(tmp_path: Path, form: str) -> None:
    small = load_referential(write_onet(tmp_path / "db", form=form))
    assert (small.name, small.version, small.language) == ("onet", "30.1", "en")
    assert (small.provenance.format, small.provenance.date) == ("onet", "2025-12")
    assert "CC BY 4.0" in small.provenance.licence
    assert small.occupations == (
        Occupation(
            "11-9071.00",
            "Lighthouse Managers",
            definition="Direct lighthouses.",
            parent="11-9070",
            domain="11-9000",
            managerial="yes",
            level=6.0,
        ),
        Occupation(
            "53-5021.00",
            "Harbor Pilots",
            definition="Bring ships in.",
            parent="53-5020",
            domain="53-5000",
            riasec="RC",
            level=5.0,
        ),
        Occupation(
            "53-5021.01", "Harbor Pilots, All Other", definition="All others.", parent="53-5020", domain="53-5000"
        ),
    )
    steer, read = "4.A.3.a.4.I01.D01", "4.A.3.a.4.I01.D02"
    assert small.requirements == (
        Requirement("11-9071.00", read, "other"),
        Requirement("53-5021.00", "2.A.1.a", "other", level=6.5),
        Requirement("53-5021.00", "2.C.10", "core", level=5.0),
        Requirement("53-5021.00", steer, "core"),
        Requirement("53-5021.00", read, "other"),
    )
    assert {c.code: c.macro for c in small.competencies} == {
        "2.A.1": None,
        "2.A.1.a": "2.A.1",
        "2.C.10": None,
        "4.A.3.a.4": None,
        "4.A.3.a.4.I01": "4.A.3.a.4",
        steer: "4.A.3.a.4.I01",
        read: "4.A.3.a.4.I01",
    }
    assert [t.label for t in small.titles] == ["Bar Pilot", "Docking Pilot"]
    assert small.contexts == (WorkContext("4.C.2.a.1.c", "Outdoors", "4.C.2"),)
    assert small.occupation_contexts == (("53-5021.00", "4.C.2.a.1.c"),)
    assert small.mobilities == (
        Mobility("11-9071.00", "53-5021.00", 1),
        Mobility("11-9071.00", "53-5021.01", 2),
    )
    assert counts(small) == {"no_requirements": 1, "rating_suppressed": 1, "title_repeated": 1}


def test_the_level_of_an_onet_element_is_its_own_scale_wherever_it_stands_in_the_file(tmp_path: Path) -> None:
    """The rows of levels before those of importance; an element that is not important asks for nothing."""
    expected = load_referential(write_onet(tmp_path / "db")).requirements
    sheets = onet()
    for name in ("Skills", "Knowledge"):
        head, *rows = sheets[name]
        scale = head.index("Scale ID")
        sheets[name] = [head, *sorted(rows, key=lambda row: str(row[scale]), reverse=True)]
        assert sheets[name][1][scale] == "LV"
    assert load_referential(write_onet(tmp_path / "turned", sheets)).requirements == expected
    assert ("11-9071.00", "2.A.1.a") not in {r[:2] for r in expected}


def test_every_row_of_an_onet_occupation_that_is_not_listed_is_counted(tmp_path: Path) -> None:
    sheets = {**onet(), "Occupation Data": [row for row in onet()["Occupation Data"] if row[0] != "53-5021.00"]}
    notices = load_referential(write_onet(tmp_path / "db", sheets)).notices
    assert {n.file: n.count for n in notices if n.code == "link_of_unlisted_occupation"} == {
        "Alternate Titles.txt": 3,
        "Interests.txt": 4,
        "Job Zones.txt": 1,
        "Knowledge.txt": 2,
        "Skills.txt": 3,
        "Tasks to DWAs.txt": 2,
        "Work Context.txt": 2,
    }


def test_an_onet_activity_without_a_code_is_none(tmp_path: Path) -> None:
    sheets = onet()
    head, row, *_ = sheets["DWA Reference"]
    blank = ["" if str(name).casefold() == "dwa id" else cell for name, cell in zip(head, row, strict=True)]
    found = load_referential(
        write_onet(tmp_path / "db", {**sheets, "DWA Reference": [*sheets["DWA Reference"], blank]})
    )
    assert all(c.code for c in found.competencies)
    assert [n.file for n in found.notices if n.code == "empty_code"] == ["DWA Reference.txt"]


def test_an_onet_database_without_its_optional_files_says_what_each_would_bring(tmp_path: Path) -> None:
    folder = write_onet(tmp_path / "db", {"Occupation Data": onet()["Occupation Data"]})
    bare = load_referential(folder)
    missing = [n for n in bare.notices if n.code == "missing_file"]
    assert len(missing) == 11
    assert all(n.what(lang) and n.action(lang) for n in missing for lang in ("fr", "en"))
    assert (len(bare.occupations), bare.requirements) == (3, ())


def test_an_index_keeps_levels_notations_and_ratings(tmp_path: Path) -> None:
    for name, folder in (("esco", write_esco(tmp_path / "esco")), ("onet", write_onet(tmp_path / "onet"))):
        plain = load_referential(folder)
        compile_index(build_graph(plain), tmp_path / f"{name}.index")
        assert load_referential(tmp_path / f"{name}.index") == plain


@pytest.mark.slow
def test_the_real_esco_is_counted_to_the_row(real_data: Path) -> None:
    real = load_referential(real_data / "esco-v1.1.1")
    assert (real.name, real.version, real.language) == ("esco", "1.1.1", "en")
    assert (len(real.occupations), len(real.requirements)) == (3007, 123_788)
    assert sum(not c.is_macro for c in real.competencies) == 13_896
    assert counts(real)["link_of_unlisted_occupation"] == 67
    assert not any(n.severity == "error" for n in real.notices)


@pytest.mark.slow
def test_the_real_onet_is_counted_to_the_row(real_data: Path) -> None:
    real = load_referential(real_data / "onet-29.3")
    assert (real.name, real.version, real.provenance.date) == ("onet", "29.3", "2025-05")
    assert len(real.occupations) == 1016
    assert counts(real)["no_requirements"] == 93
    assert sum(o.level is not None for o in real.occupations) == 923
    assert not any(n.severity == "error" for n in real.notices)


def test_chance_and_level_are_unknown_off_the_family_on_which_they_were_calibrated(tmp_path: Path) -> None:
    for folder, origin in (
        (write_esco(tmp_path / "esco"), "harbour pilot"),
        (write_onet(tmp_path / "onet"), "53-5021.00"),
    ):
        graph = build_graph(load_referential(folder))
        moves = rank_moves(graph, origin)
        assert moves
        for move in moves:
            assert (move.probability, move.level) == (None, None)
            assert move.score == pytest.approx(sum(part.value for part in move.parts), abs=1e-9)
        scorer = envelope("rank@1", graph, [])["scorer"]
        assert (scorer["calibrated_on"], scorer["calibrated"]) == ("rome", False)
        (path,) = paths = rank_paths(graph, origin, targets=[moves[0].target.code], max_steps=1)
        told = "neither 'feasible' nor the hours allow for it"
        assert (path.status == "feasible") is (told in " ".join(paths.to_text("en").split()))
        framed = rank_paths(graph, origin, targets=[moves[0].target.code], frame="ptp", max_steps=1)
        assert (path.status == "feasible") is (told in " ".join(framed.to_text("en").split()))  # unknown, by the frame
        assert "'open' does not allow for it" in " ".join(levers(graph, [origin], path.codes[1:]).to_text("en").split())
        assert not any("acces-france" in point.answer("en") for point in duties(graph).points)  # it lies on ROME alone


def test_what_is_shown_of_an_english_set_holds_no_french_word_and_no_half_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(write_esco(tmp_path / "esco"))
    jobs = [o.code for o in load_referential(folder).occupations[:2]]
    lots, posts, page = (str(tmp_path / name) for name in ("lots.csv", "posts.csv", "page.html"))
    Path(lots).write_text(f"employer,job,headcount,basin\nA,{jobs[0]},2,x\nA,glorbist,2,x\n", encoding="utf-8")
    Path(posts).write_text("employer,job,openings,basin\nB,harbour pilot,2,x\n", encoding="utf-8")
    tables = ("--fragile", lots, "--hiring", posts)
    for words in (
        ("show", jobs[0]), ("compare", *jobs), ("areas",), ("validate", folder), ("territory", "match", *tables),
        ("report", *tables, "--output", page), ("territory", "match", *tables, "--stretch"),
        ("territory", "rank", "--basin", "x", *tables),
    ):  # fmt: skip
        with pytest.raises(SystemExit):
            run([*words, "--lang", "en", *(() if words[0] == "validate" else ("--referential", folder))])
        text = capsys.readouterr().out + (Path(page).read_text(encoding="utf-8") if words[0] == "report" else "")
        assert not any(word in text for word in ("avoir", "choix", "rapport", "econversion", "OPCO"))
        assert "By chance" not in text  # of moves that experts list, which there are none of
        of_chances = (
            "chance that an expert",
            "'experts' percentage",
            "Experts",
            "Chance",
            "Least chance",
            "Lists of experts",
        )
        assert not any(said in " ".join(text.split()) for said in of_chances)


@pytest.mark.parametrize("write", [write_esco, write_onet])
def test_french_law_is_told_of_a_foreign_taxonomy_only_where_it_is_asked_for(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    graph = build_graph(load_referential(write(tmp_path / "set")))
    origin, target = graph.codes[:2]
    assert [[f.name for f in p.frames] for p in rank_paths(graph, origin, targets=[target])] == [[]]
    (asked,) = rank_paths(graph, origin, targets=[target], frame="ptp")
    assert [f.name for f in asked.frames] == ["ptp"]


@pytest.mark.parametrize(("language", "told"), [("fr", True), ("en", False), ("", True)])
def test_french_law_is_told_of_own_tables_without_rome_codes_where_they_are_in_french(
    language: str, *, told: bool, tmp_path: Path
) -> None:
    stated = f'\nlanguage = "{language}"' if language else ""
    head = f'schema = "passerelles/table@1"\nname = "glass"\nversion = "1"{stated}\n'
    links = "occupation,competency,kind\nA1,C1,core\nA2,C1,core\n"
    for name, text in {
        "manifest.toml": head, "occupations.csv": "code,label\nA1,cutter\nA2,blower\n",
        "competencies.csv": "code,label,kind\nC1,cut glass,savoir-faire\n", "requirements.csv": links,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    (path,) = rank_paths(build_graph(load_referential(tmp_path)), "A1", targets=["A2"])
    assert bool(path.frames) is told
    translated = replace(load_referential("transitions"), language="en")
    assert rank_paths(build_graph(translated), "N1101", targets=["N1105"])[0].frames, "ROME codes are of France"


def test_what_carries_rome_codes_is_of_its_family_whatever_its_name() -> None:
    embedded = load_referential("transitions")
    assert (embedded.name, embedded.family) == ("transitions", "rome")
    assert envelope("rank@1", build_graph(embedded), [])["scorer"]["calibrated"] is True


def test_an_occupation_is_found_by_the_number_printed_beside_its_label(tmp_path: Path) -> None:
    small = load_referential(write_esco(tmp_path / "esco"))
    assert find_occupation(small, "3152.1") == "pilot"
    assert find_occupation(small, "http://data.europa.eu/esco/occupation/pilot") == "pilot"
    assert find_occupation(small, "Lamp keeper") == "keeper"


def test_an_own_label_wins_over_the_title_of_another(tmp_path: Path) -> None:
    sheets = esco()
    row = list(sheets["occupations_en"][3])
    row[4] = "harbour pilot\nport master"
    sheets["occupations_en"][3] = row
    small = load_referential(write_esco(tmp_path / "esco", sheets))
    assert find_occupation(small, "harbour pilot") == "pilot"
    assert find_occupation(small, "port master") == "master"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("A high school diploma or GED.", 4.0),
        ("Most need a master's degree, some a Ph.D.", 7.5),
        ("An undergraduate degree", 6.0),
        ("An associate's degree or vocational school", 5.0),
        ("No formal education", 2.5),
        ("A master craftsman", None),
    ],
)
def test_english_texts_name_levels_of_training(text: str, level: float | None) -> None:
    found = level_named(text, word_rules("en"))
    assert np.isnan(found) if level is None else found == level


def test_english_words_lose_their_endings_and_those_without_weight() -> None:
    rules = word_rules("en")
    assert {stem(word, rules.endings) for word in ("manager", "managers", "managing", "management")} == {"manag"}
    assert {"the", "of"} <= rules.stop


def test_a_level_that_the_referential_gives_counts_before_its_text(tmp_path: Path) -> None:
    graph = build_graph(load_referential(write_onet(tmp_path / "onet")))
    attributes = context_of_all(graph).reference.attributes
    assert attributes.level[graph.position["11-9071.00"]] == 6.0
    assert attributes.level[graph.position["53-5021.00"]] == 5.0


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PASSERELLES_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PASSERELLES_NO_CACHE")
    return tmp_path / "cache"


def ranked(folder: Path, *options: str, capsys: pytest.CaptureFixture[str], told: str = "") -> str:
    with pytest.raises(SystemExit) as ended:
        run(["rank", "53-5021.00", "-r", str(folder), "--format", "json", *options])
    assert ended.value.code == 0
    out, err = capsys.readouterr()
    assert told in err if told else err == ""
    return out


def test_a_second_run_opens_the_index_that_the_first_kept_and_answers_alike(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_onet(tmp_path / "onet")
    first = ranked(folder, capsys=capsys, told=say("cache.preparing", name="onet"))
    assert len(cached_indexes()) == 1
    monkeypatch.setattr(tables, "build_table", lambda *_: pytest.fail("the scores were computed again"))
    assert ranked(folder, capsys=capsys) == first


def test_without_the_cache_nothing_is_kept(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERELLES_NO_CACHE", "")
    ranked(write_onet(tmp_path / "onet"), "--no-cache", capsys=capsys)
    assert not cache.exists()


def test_python_keeps_nothing_unless_asked(tmp_path: Path, cache: Path) -> None:
    place = str(write_onet(tmp_path / "onet"))
    assert Session(place).graph
    assert not cache.exists()
    assert Session(place, cache=True).graph
    assert len(cached_indexes()) == 1


def test_what_goes_with_a_graph_opened_in_the_cache_is_of_the_same_referential(tmp_path: Path, cache: Path) -> None:
    place = str(write_onet(tmp_path / "onet"))
    assert Session(place, cache=True).graph
    session = Session(place, cache=True)
    assert session.graph.index is not None
    assert session.referential is session.graph.referential  # read from its files, it would take seconds more


def test_what_needs_no_graph_is_answered_from_the_cache_too(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(write_onet(tmp_path / "onet"))
    read = Session(place, cache=True)
    fresh = resolve_title(read.referential, "bus drivr")
    assert read.referential.index is None
    assert read.graph
    monkeypatch.setattr("passerelles.matching.titles.build_index", None)  # that of titles is kept, and none is made
    monkeypatch.setattr("passerelles.session.load_referential", None)
    kept = Session(place, cache=True).referential
    assert kept.index is not None
    assert kept.access == read.graph.referential.access
    assert [c.code for c in resolve_title(kept, "bus drivr")] == [c.code for c in fresh] != []
    monkeypatch.setattr("passerelles.compiled.keep_index", None)  # nor is it written again
    assert Session(place, cache=True).graph.referential.index is not None


def test_an_overlay_is_checked_on_the_files_of_its_referential_not_on_what_the_cache_has(
    tmp_path: Path, cache: Path
) -> None:
    place = str(write_onet(tmp_path / "onet"))
    assert Session(place, cache=True).graph
    options = CommandOptions(referential=place)
    assert options.session.referential.index is not None
    assert options.open(place).referential.index is None  # an index has access facts, which a check would count


def test_a_changed_file_or_setting_makes_another_index_and_a_damaged_one_is_made_again(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_onet(tmp_path / "onet")
    name = str(folder)
    assert Session(name, cache=True).graph
    (first,) = cached_indexes()
    assert index_place(name, (), Settings()) == first
    assert index_place(name, (), Settings(scorer="content")) != first
    first.write_bytes(b"damaged")
    assert Session(name, cache=True).graph.index is None
    assert Session(name, cache=True).graph.index is not None
    sheets = onet()
    sheets["Job Zones"][1] = ("53-5021.00", "", 4, "", "")
    write_onet(folder, sheets)
    assert Session(name, cache=True).graph.index is None
    assert len(cached_indexes()) == 2
    assert len(clear_cache()) == 2
    assert cached_indexes() == []


def test_a_fact_of_access_that_changes_makes_another_index(tmp_path: Path) -> None:
    place, facts = str(write_onet(tmp_path / "onet")), tmp_path / "facts"
    shutil.copytree(place_of("acces-france", "overlay"), facts)
    own = Settings(access=str(facts))
    before = index_place(place, (), own)
    assert index_place(place, (), own) == before
    with (facts / "credentials.csv").open("a", encoding="utf-8") as rows:
        rows.write("\n")
    assert index_place(place, (), own) != before


def test_the_embedded_referential_is_not_kept(cache: Path) -> None:
    assert index_place("transitions", (), Settings()) is None


def test_a_table_of_pairs_that_does_not_fit_is_refused_with_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_free_memory", lambda: 2_000_000_000)
    tables.check_memory(1584, 11, mobilities=True)
    with pytest.raises(PasserellesError, match=r"15,840 occupations.* 37\.13 GB.* 2\.00 GB") as refused:
        tables.check_memory(15_840, 11, mobilities=True)
    assert "37,13" in refused.value.message("fr")
    with pytest.raises(PasserellesError, match=r" 19\.07 GB"):
        tables.check_memory(15_840, 11, mobilities=False)


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("K9999", "ROME"),
        ("K 9999", "ROME"),
        ("http://data.europa.eu/esco/occupation/00000000-1111-2222-3333-444444444444", "ESCO"),
        ("00000000-1111-2222-3333-444444444444", "ESCO"),
        ("625d", "PCS"),
        ("S1Z40", "FAP"),
        ("3322", "CITP (ISCO)"),
        ("2026", ""),
    ],
)
def test_a_code_of_another_nomenclature_is_told_as_such_and_suggests_nothing(
    code: str, form: str, tmp_path: Path
) -> None:
    small = load_referential(write_onet(tmp_path / "db_30_0_text"))
    with pytest.raises(UnknownCodeError) as refused:
        find_occupation(small, code)
    assert refused.value.suggestions == ()
    text = refused.value.message("en")
    assert "Referential loaded: onet 30.1." in text
    assert ("form of a code" in text, form in text) == (bool(form), True)
    if form:
        assert search(small, code, kinds=["occupation"]) == ()
        read = read_title(small, code, (), threshold=0.5)
        assert isinstance(read, Unusable)
        assert (read.key, read.values["form"], read.suggestions) == ("job_foreign", form, ())


def test_a_mistyped_code_of_a_nomenclature_suggests_its_own(tmp_path: Path) -> None:
    embedded, small = load_referential("transitions"), load_referential(write_onet(tmp_path / "db_30_0_text"))
    own = small.occupations[0].code
    assert own in nearest(small, own[:-1] + "7")
    assert nearest(embedded, "2110") == ("K2110",)  # its letter was lost
    assert "form" not in foreign_code(embedded, "2110")  # nor is it told as a number of ISCO
    assert nearest(embedded, "K 2119") == nearest(embedded, "K2119") == ("K2110", "K2111", "K2116")
    assert nearest(embedded, own) == nearest(embedded, "3322") == ()
    ends = "aaaa1111-1111-4111-8111-aaaaaa111111", "bbbb1111-1111-4111-8111-bbbbbb111111"  # alike by half
    pair = (replace(o, code=code) for o, code in zip(small.occupations, ends, strict=False))
    assert nearest(replace(small, occupations=tuple(pair)), f"{ends[0][:-1]}2") == ends[:1]
