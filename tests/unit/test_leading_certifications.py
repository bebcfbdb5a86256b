"""What leads to an occupation and is alive on a day: successors, branches, parents, hours and prior learning."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles.errors import UnknownCodeError
from passerelles.market.certifications import (
    Certifications,
    Register,
    Registration,
    leading_lines,
    load_certifications,
)
from passerelles.model import UNKNOWN_HOURS, Credential, CredentialRequirement, Hours, JobTitle, OccupationAccess
from passerelles.referentials.credentials import load_durations
from passerelles.referentials.referential import Referential
from small import occupation, referential

DAY = date(2026, 11, 25)
CERTIFINFO = """Code_Diplome;Libelle_Diplome;Libelle_Type_Diplome;Code_Niveau_Europeen;Date_MaJ;Code_Rome_1;Code_RNCP;\
Annee_Premiere_Session;Annee_Derniere_Session;accessibilite_vae;Etat_Libelle
1;Titre de conducteur;TP;3;01/02/2024;N4101;100;;2030;1;Publié
2;Titre qui finit;TP;3;01/02/2024;N4101;101;;2030;2;Publié
3;Titre sans numero;TP;3;01/02/2024;N4101;;;2030;0;Publié
4;Titre sans date;TP;4;01/02/2024;K2111;104;;;0;Publié
""".replace("\\\n", "")
KIT = """FicheRNCP;Niveau fiche RNCP;Fiche ACTIVE/INACTIVE;Intitulé certification (RNCP);\
Date d'échéance de la fiche RNCP
RNCP100;Niveau 3;ACTIVE;TP - TP Conducteur;31/12/2028
RNCP101;Niveau 3;ACTIVE;TP - TP Ancien;28/04/2026
RNCP103;Niveau 5;INACTIVE;Retiré;31/12/2029
RNCP105;Niveau 3;ACTIVE;CQP d'une branche;31/12/2028
RNCP106;Niveau 3;ACTIVE;Propre au métier;31/12/2028
"""
NEXT = """Numero_Fiche;Ancienne_Certification;Nouvelle_Certification
RNCP101;;RNCP200
RNCP90;;RNCP101
"""
ROME = """Numero_Fiche;Codes_Rome_Code;Codes_Rome_Libelle
RNCP90;N4101;Conduite
RNCP100;N4101;Conduite
RNCP101;N4101;Conduite
RNCP103;N4101;Conduite
RNCP105;N4102;Conduite
RNCP105;N4101;Conduite
RNCP100;N4103;Conduite
"""
BRANCH = "Numero_Fiche;Ccn_1_Numero;Ccn_1_Libelle\nRNCP105;3085;Transports\n"


@pytest.fixture
def table(tmp_path: Path) -> Certifications:
    files = {"c.csv": CERTIFINFO, "kit.csv": KIT, "suite.csv": NEXT, "rome.csv": ROME, "ccn.csv": BRANCH}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_certifications(tmp_path)


@pytest.fixture
def jobs() -> Referential:
    return referential(
        {code: ["a"] for code in ("N4101", "K2111", "N4102", "A1101")},
        occupations=[occupation("N4109", parent="N4101"), occupation("N4102-S", base="N4102", parent=None)],
        credentials=[Credential("OWN", "Propre", "titre", rncp="RNCP106")],
        demands=[("N4102-S", "OWN")],
    )


def test_the_files_of_the_register_are_named_among_those_read(table: Certifications) -> None:
    assert {file.record.name for file in table.files} == {"c.csv", "kit.csv", "suite.csv", "rome.csv", "ccn.csv"}


def test_what_is_over_gives_way_to_its_successor_and_what_was_withdrawn_is_gone(
    table: Certifications, jobs: Referential
) -> None:
    found = {c.code: c for c in table.leading("N4101", jobs, DAY)}
    assert list(found) == ["RNCP200", "RNCP100", "RNCP105", "CI-3"]
    assert (found["RNCP200"].label, found["RNCP200"].until, found["RNCP200"].level) == ("TP Ancien", None, 3)
    assert found["RNCP200"].vae is False  # as the file says of what it replaces
    assert (found["RNCP100"].until, found["RNCP100"].vae, found["RNCP100"].match) == ("2028-12-31", True, "direct")
    assert found["CI-3"].vae is None


def _kit_of_kinds() -> str:
    """The kit with codes of diplomas, which say that RNCP100 is a CAP."""
    head, *lines = KIT.splitlines()
    kinds = {"RNCP100": "50022101", "RNCP101": "40022102", "RNCP105": "26T22101"}
    return "\n".join([f"{head};Code Diplôme", *(f"{line};{kinds.get(line.split(';')[0], '')}" for line in lines)])


def test_a_diploma_without_a_length_of_its_own_lasts_what_its_kind_does(tmp_path: Path, jobs: Referential) -> None:
    for name, text in {"c.csv": CERTIFINFO, "kit.csv": _kit_of_kinds(), "suite.csv": NEXT, "rome.csv": ROME}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = {c.code: c.hours for c in load_certifications(tmp_path).leading("N4101", jobs, DAY)}
    published = {d.code: d.centre for d in load_durations()}
    assert (found["RNCP100"], found["RNCP105"]) == (published["CFD500"], None)  # a CAP; no kind of which a text speaks
    assert found["RNCP200"] == published["CFD400"]  # no file says its kind: that of what it replaces


def test_before_its_end_a_certification_stands_with_its_successor_named(
    table: Certifications, jobs: Referential
) -> None:
    found = {c.code: c for c in table.leading("N4101", jobs, date(2026, 4, 28))}
    assert found["RNCP101"].successor == "RNCP200"
    assert found["RNCP101"].vae is False
    assert "RNCP200" not in found


def test_each_successor_that_a_cell_names_is_one_of_its_own(tmp_path: Path, jobs: Referential) -> None:
    several = NEXT.replace("RNCP200", "RNCP200|RNCP201")
    for name, text in {"c.csv": CERTIFINFO, "kit.csv": KIT, "suite.csv": several, "rome.csv": ROME}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = [c.code for c in load_certifications(tmp_path).leading("N4101", jobs, DAY)]
    assert found[:2] == ["RNCP200", "RNCP201"]


def test_a_successor_of_which_nothing_is_known_is_trusted_for_two_years_only(
    table: Certifications, jobs: Referential
) -> None:
    assert "RNCP200" not in {c.code for c in table.leading("N4101", jobs, date(2028, 6, 1))}


def test_a_fiche_of_its_own_comes_before_its_parents(table: Certifications, jobs: Referential) -> None:
    assert {c.match for c in table.leading("N4109", jobs, DAY)} == {"parent"}
    assert {c.match for c in table.leading("N4101", jobs, DAY)} == {"direct"}
    assert table.leading("A1101", jobs, DAY) == ()


def test_what_bears_the_name_of_the_job_comes_first_then_what_is_of_its_level(tmp_path: Path) -> None:
    kit = KIT.replace("RNCP105;Niveau 3", "RNCP105;Niveau 5")
    for name, text in {"c.csv": CERTIFINFO, "kit.csv": kit, "suite.csv": NEXT, "rome.csv": ROME}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    table = load_certifications(tmp_path)

    def leading(label: str, low: int | None = None, high: int | None = None) -> list[str]:
        access = (OccupationAccess("N4101", "open", low, high),)
        jobs = referential({"N4101": ["a"]}, occupations=[occupation("N4101", label=label)])
        return [c.code for c in table.leading("N4101", replace(jobs, occupation_access=access), DAY)]

    assert leading("Métier") == ["RNCP200", "RNCP100", "RNCP105", "CI-3"]  # by how few jobs each is for
    assert leading("Conductrice") == ["RNCP100", "RNCP200", "RNCP105", "CI-3"]
    assert leading("Conduite")[0] == "RNCP100"  # of the same family of words
    assert leading("Métier", 4, 5) == ["RNCP105", "RNCP200", "RNCP100", "CI-3"]
    assert leading("Métier", 0, 3) == ["RNCP200", "RNCP100", "RNCP105", "CI-3"]
    assert leading("Conductrice", 4, 5)[:2] == ["RNCP100", "RNCP105"]
    assert leading("Branche", 3, 5)[0] == "RNCP105"
    assert leading("Branche", 3, 3)[:3] == ["RNCP200", "RNCP100", "RNCP105"]  # its name, above the level of the job
    assert leading("Branche", 4, 4)[0] == "RNCP105"  # one level above the lowest
    assert leading("Métier", 4, 4)[:2] == ["RNCP200", "RNCP100"]  # none is of that level
    assert leading("Employé d'une agence", 0, 3)[0] == "RNCP200"  # "une" is no word that tells
    two = kit.replace("TP - TP Conducteur", "Viticole musicale")
    (tmp_path / "kit.csv").write_text(two, encoding="utf-8")
    (tmp_path / "c.csv").write_text(CERTIFINFO.replace("Titre de conducteur", "Viticole musicale"), encoding="utf-8")
    table = load_certifications(tmp_path)
    assert leading("Branche : viticulture, musicologie")[:2] == [
        "RNCP105",
        "RNCP100",
    ]  # the word itself, before two of its families
    twice = kit.replace("TP Ancien", "Ingénieur Ingénieure").replace("TP Conducteur", "Ingénieur Conduite")
    (tmp_path / "kit.csv").write_text(twice, encoding="utf-8")
    (tmp_path / "c.csv").write_text(CERTIFINFO.replace("Titre de conducteur", "Ingénieur Conduite"), encoding="utf-8")
    jobs = referential({"N4101": ["a"]}, occupations=[occupation("N4101", label="Ingénieur / Ingénieure conduite")])
    both = load_certifications(tmp_path).leading("N4101", jobs, DAY)
    assert next(c.code for c in both) == "RNCP100"  # one word in two genders counts once
    names = [occupation(f"A110{n}", label=f"Conducteur {n}") for n in range(6)]
    jobs = referential({"N4101": ["a"]}, occupations=[*names, occupation("N4101", label="Conductrice")])
    assert next(c.code for c in table.leading("N4101", jobs, DAY)) == "RNCP200"  # a word of many names tells none


def test_what_no_source_dates_is_shown_only_where_nothing_else_is(table: Certifications, jobs: Referential) -> None:
    assert [(c.code, c.sure) for c in table.leading("K2111", jobs, DAY)] == [("RNCP104", False)]


def test_the_branchs_own_leaves_out_those_of_other_branches(table: Certifications, jobs: Referential) -> None:
    assert [c.code for c in table.leading("N4102-S", jobs, DAY)] == ["RNCP106"]
    assert [c.code for c in table.leading("N4102", jobs, DAY)] == ["RNCP105"]
    with pytest.raises(UnknownCodeError):
        table.leading("Z9999", jobs, DAY)


def test_what_only_other_titles_ask_for_comes_last_and_leaves_nothing_out(table: Certifications) -> None:
    titles = (JobTitle("1", "Conducteur", "N4109"), JobTitle("2", "Pharmacien", "N4109"))
    made = referential(
        {"N4101": ["a"]}, occupations=[occupation("N4109", label="Conducteur", parent="N4101")],
        credentials=[Credential("DE", "Diplôme", "diplôme", rncp="RNCP106")],
    )  # fmt: skip
    made = replace(made, titles=titles)

    def leading(*codes: str) -> list[str]:
        need = CredentialRequirement("N4109", "DE", scope="titles", titles=" ".join(codes))
        return [c.code for c in table.leading("N4109", replace(made, credential_requirements=(need,)), DAY)]

    *of_parent, last = leading("2")
    assert {"RNCP200", "RNCP100"} <= set(of_parent)
    assert last == "RNCP106"
    assert leading("1") == ["RNCP106"]  # that bears the occupation's own name


def test_where_a_diploma_is_demanded_of_everybody_nothing_else_leads_there(table: Certifications) -> None:
    def leading(*demands: CredentialRequirement, numbers: str = "RNCP106 100") -> list[tuple[str, bool]]:
        own = (
            Credential("DE", "Diplôme", "diplôme", rncp=numbers),
            Credential("C", "Carte", "carte", rncp="105"),
            Credential("D", "Stage", "certificat"),
            Credential("T", "Titre", "titre"),
        )
        made = referential({"N4101": ["a"]}, credentials=own)
        made = replace(made, credential_requirements=demands)
        return [(c.code, c.demanded) for c in table.leading("N4101", made, DAY)]

    needed, usual = CredentialRequirement("N4101", "DE"), CredentialRequirement("N4101", "DE", "usual")
    assert leading(needed) == [("RNCP106", True), ("RNCP100", True)]
    assert leading(needed, CredentialRequirement("N4101", "C", "usual")) == [("RNCP106", True), ("RNCP100", True)]
    assert leading(needed._replace(scope="titles"))[-2:] == [("RNCP106", False), ("RNCP100", False)]
    assert leading(usual)[:3] == [("RNCP106", False), ("RNCP100", False), ("RNCP200", False)]
    either = needed._replace(kind="one-of", group="g", alternative="a")
    course = CredentialRequirement("N4101", "D", "one-of", group="g", alternative="b")  # in no register of diplomas
    assert leading(either, course) == [("RNCP106", True), ("RNCP100", True)]
    other = course._replace(credential="T")  # a title that lead there too, whose number nobody gave
    assert leading(either, other)[:3] == [("RNCP106", True), ("RNCP100", True), ("RNCP200", False)]
    assert leading(needed, numbers="103")[0] == ("RNCP200", False)  # withdrawn, and nothing follows


def test_of_a_choice_the_ways_without_a_number_stand_among_those_of_the_parent(
    table: Certifications, jobs: Referential
) -> None:
    ways = (("OWN", "a"), ("OTHER", "b"))
    either = tuple(CredentialRequirement("N4109", code, "one-of", "", "g", way) for code, way in ways)
    some = replace(jobs, credentials=(Credential("OTHER", "Autre", "titre"), *jobs.credentials))
    some = replace(some, credential_requirements=either)
    assert [c.code for c in table.leading("N4109", some, DAY)][:3] == ["RNCP106", "RNCP200", "RNCP100"]
    alone = replace(jobs, credential_requirements=(CredentialRequirement("N4109", "OWN", "usual"),))
    assert [c.code for c in table.leading("N4109", alone, DAY)] == ["RNCP106"]


def test_what_files_tie_to_a_job_is_not_said_to_give_what_it_demands(table: Certifications, jobs: Referential) -> None:
    found = table.leading("N4101", jobs, DAY)
    leads, tied = "Certifications en vigueur qui y mènent", "sans dire qu'elles donnent ce qui est exigé"
    beside = "Certifications en vigueur que les fichiers rattachent à ce métier ou à sa famille : "
    assert leading_lines(found)[0].startswith(beside)  # nor to lead to a job that demands nothing
    assert leading_lines(found, kinds={"aptitude", "experience"})[0].startswith(beside)  # nothing that one could give
    assert leading_lines(found, asked={"RNCP100"})[0].startswith(leads)  # employers ask for it
    undated = [replace(c, sure=False) for c in found]
    assert "encore en vigueur" in leading_lines(undated, asked={"RNCP100"})[0]  # but none says that it is alive
    for kind in ("diplôme", "titre", "certificat", "permis", "concours", "inscription", "autorisation"):
        assert tied in leading_lines(found, kinds={kind})[0]
    (alone,) = leading_lines(found, kinds={"diplôme"}, asked={"RNCP100"})
    assert alone.startswith(leads)
    assert ("RNCP100" in alone, "RNCP105" in alone) == (True, False)  # what is asked of the person, and no other
    (course,) = leading_lines(found, kinds={"certificat"}, asked={"RNCP105"})
    lead, *others = course.split(" ; ")  # a diploma may hold the certificate: what files alone tie is told as such
    assert ("RNCP105" in lead, "rattachée par les fichiers" in lead) == (True, False)
    assert others
    assert all("rattachée par les fichiers" in other for other in others)
    (way,) = leading_lines(found, kinds={"certificat"}, ways={"RNCP105"})
    assert way == course
    assert "sans plus" not in leading_lines(found)[0]  # where all are tied, the head says so
    former = [replace(found[0], code="RNCP300", successor="RNCP100")]  # before the day on which that one begins
    assert leading_lines(former, kinds={"diplôme"}, asked={"RNCP100"})[0].startswith(leads)
    assert tied in leading_lines(former, kinds={"diplôme"}, asked={"RNCP200"})[0]
    twins = [replace(found[0], code=code) for code in ("RNCP301", "RNCP302")]
    (apart,) = leading_lines(twins, kinds={"certificat"}, asked={"RNCP301"})
    assert [("RNCP302" in part, "sans plus" in part) for part in apart.split(" ; ")] == [(False, False), (True, True)]
    (other,) = leading_lines(found, kinds={"diplôme"}, ways={"RNCP100"})  # what is asked of the person has no number
    first, *tied_ones = other.split(" ; ")  # so another way alone does not stand for it
    assert ("RNCP100" in first, "sans plus" in first) == (True, False)
    assert tied_ones
    assert all("sans plus" in part for part in tied_ones)
    own = (replace(found[0], demanded=True),)
    assert leading_lines(own, kinds={"titre"})[0].startswith(leads)


def titled(jobs: Referential, *titles: str) -> Referential:
    """Give the fiche that has a parent some job titles."""
    return replace(jobs, titles=tuple(JobTitle(f"T{n}", label, "N4109") for n, label in enumerate(titles)))


def test_what_the_family_has_is_told_by_the_words_of_what_the_job_lists_and_nothing_without_one(
    table: Certifications, jobs: Referential
) -> None:
    def said(*titles: str) -> list[str]:
        return leading_lines(table.leading("N4109", titled(jobs, *titles), DAY))

    assert said() == said("Serveur") == []
    (line,) = said("Conducteur de car")
    assert ("RNCP100" in line, "RNCP105" in line) == (True, False)
    (line,) = said("Conducteur de car", "Membre d'une branche")
    assert line.index("RNCP100") < line.index("RNCP105")  # as many words: by how few jobs each is for
    (line,) = said("Conducteur de car", "CQP d'une branche")
    assert line.index("RNCP105") < line.index("RNCP100")


def test_what_the_parent_alone_ties_and_bears_no_word_of_the_name_is_not_said_to_lead_there(
    table: Certifications, jobs: Referential
) -> None:
    jobs = titled(jobs, "Conducteur de car")
    family = "Certifications que les fichiers rattachent à la famille de ce métier, sans dire qu'elles y mènent"
    assert leading_lines(table.leading("N4109", jobs, DAY))[0].startswith(family)
    driver = replace(jobs.occupation_by_code["N4109"], label="Conducteur / Conductrice de car")
    named = replace(jobs, occupations=(*(o for o in jobs.occupations if o.code != "N4109"), driver))
    found = table.leading("N4109", named, DAY)
    assert "sans dire qu'elles y mènent" not in leading_lines(found)[0]
    near = [c.code for c in found if not c.far]
    assert 0 < len(near) < len(found)
    (line,) = leading_lines(found)  # those far from its name are not told beside one that bears a word of it
    assert [c.code in line for c in found] == [c.code in near for c in found]
    assert leading_lines(found, held=near) == []
    assert not any(c.far for c in table.leading("N4101", jobs, DAY))


def test_a_successor_whose_own_entry_names_other_jobs_is_not_told_beside_what_names_this_one(
    table: Certifications, tmp_path: Path, jobs: Referential
) -> None:
    (before,) = leading_lines(table.leading("N4101", jobs, DAY))
    (tmp_path / "rome.csv").write_text(ROME + "RNCP200;K2111;Formation\n", encoding="utf-8")
    found = load_certifications(tmp_path).leading("N4101", jobs, DAY)
    assert [(c.code, c.far) for c in found] == [
        ("RNCP100", False),
        ("RNCP105", False),
        ("RNCP200", True),
        ("CI-3", False),
    ]
    (line,) = leading_lines(found)
    assert ("RNCP200" in before, "RNCP200" in line) == (True, False)


@pytest.mark.parametrize(
    ("label", "certification"),
    [("Game master", "MASTER - Sciences"), ("Interprète", "Manager international"), ("Interprète", "Interprétation")],
)
def test_a_kind_of_diplomas_or_a_prefix_is_no_word_that_a_job_and_a_certification_share(
    table: Certifications, tmp_path: Path, jobs: Referential, label: str, certification: str
) -> None:
    (tmp_path / "kit.csv").write_text(KIT.replace("TP - TP Conducteur", certification), encoding="utf-8")
    named = replace(jobs.occupation_by_code["N4109"], label=label)
    jobs = replace(jobs, occupations=(*(o for o in jobs.occupations if o.code != "N4109"), named))
    (found,) = [c for c in load_certifications(tmp_path).leading("N4109", jobs, DAY) if c.code == "RNCP100"]
    assert (found.label, found.far) == (certification, certification != "Interprétation")


def test_what_files_tie_to_the_family_alone_is_not_told_where_something_is_demanded(
    table: Certifications, jobs: Referential
) -> None:
    found = table.leading("N4109", titled(jobs, "Conducteur de car"), DAY)
    assert all(c.far for c in found)
    assert leading_lines(found, kinds={"certificat"}) == []
    assert found[0].code in leading_lines(found, kinds={"certificat"}, asked={found[0].code})[0]
    assert leading_lines(found, kinds={"aptitude"}) != []  # no certification gives fitness


def test_what_the_register_leaves_open_stands_until_the_end_that_the_catalogue_gives(table: Certifications) -> None:
    title = Credential("T", "Titre", "titre", rncp="300", valid_until="2030-12-31")
    made = referential({"N4101": ["a"]}, credentials=[title], demands=[("N4101", "T")])
    known = [(c.code, c.sure, c.until) for c in table.leading("N4101", made, DAY) if c.code == "RNCP300"]
    assert known == [("RNCP300", True, "2030-12-31")]
    assert not any(c.code == "RNCP300" for c in table.leading("N4101", made, date(2031, 1, 1)))


def test_what_the_catalogue_dates_gives_way_before_its_first_day_to_what_it_replaces_and_after_its_last_to_nothing(
    table: Certifications,
) -> None:
    # RNCP200 replaces RNCP101, which ends on 28/04/2026; files have RNCP200 in force for two years more.
    title = Credential("T", "Titre", "titre", rncp="200", valid_from="2026-04-29", valid_until="2027-04-28")
    made = referential({"N4101": ["a"]}, credentials=[title], demands=[("N4101", "T")])

    def own(day: date) -> list[tuple[str, str | None, bool]]:
        of_title = [c for c in table.leading("N4101", made, day) if c.code in ("RNCP101", "RNCP200")]
        return [(c.code, c.until, c.demanded) for c in of_title]

    assert own(date(2026, 4, 28)) == [("RNCP101", "2026-04-28", True)]
    assert own(date(2026, 4, 29)) == own(date(2027, 4, 28)) == [("RNCP200", "2027-04-28", True)]
    assert own(date(2027, 4, 29)) == []
    later = replace(title, rncp="RNCP106", valid_from="2030-01-01")  # nothing is known of what it replaces
    alone = referential({"N4101": ["a"]}, credentials=[later], demands=[("N4101", "T")])
    assert "RNCP106" in {c.code for c in table.leading("N4101", alone, DAY)}


def test_hours_published_for_a_time_that_is_over_are_not_told(table: Certifications) -> None:
    over = next(d for d in load_durations() if d.code.startswith("RNCP") and "" < d.until < DAY.isoformat())
    title = Credential("T", "Titre", "titre", rncp=over.code)
    made = referential({"N4101": ["a"]}, credentials=[title], demands=[("N4101", "T")])
    day = date.fromisoformat(over.until)
    hours = [[c.hours for c in table.leading("N4101", made, d) if c.code == over.code] for d in (day, DAY)]
    assert hours == [[over.centre], [None]]


def test_a_certification_has_the_length_of_the_diploma_that_the_job_names_so_that_one_page_tells_one(
    table: Certifications,
) -> None:
    published = next(d for d in load_durations() if d.code.startswith("RNCP") and d.centre.expected and not d.until)
    for hours, told in ((Hours(7, 7, 7, "école"), 7), (UNKNOWN_HOURS, published.centre.expected)):
        title = Credential("T", "Titre", "titre", hours, rncp=published.code)
        made = referential({"N4101": ["a"]}, credentials=[title], demands=[("N4101", "T")])
        found = [c.hours for c in table.leading("N4101", made, DAY) if c.code == published.code]
        assert [each and each.expected for each in found] == [told]


def test_what_files_tie_to_a_job_below_the_level_of_the_diploma_demanded_of_everybody_is_not_told(
    table: Certifications,
) -> None:
    needed, usual = CredentialRequirement("N4101", "D"), CredentialRequirement("N4101", "D", "usual")
    for level, demand, told in ((4, needed, False), (3, needed, True), (4, usual, True)):
        diploma = Credential("D", "Diplôme sans numéro", "diplôme", level=level)
        made = replace(referential({"N4101": ["a"]}, credentials=[diploma]), credential_requirements=(demand,))
        assert any(c.code == "RNCP100" for c in table.leading("N4101", made, DAY)) is told  # of level 3


def test_a_certification_that_is_held_leads_no_further_and_one_that_nothing_dates_is_not_said_to_be_in_force(
    table: Certifications, jobs: Referential
) -> None:
    found = table.leading("N4101", jobs, DAY)
    assert found[0].code not in leading_lines(found, held={found[0].code})[0]
    assert leading_lines(found, held={c.code for c in found}) == []
    undated = [replace(c, sure=False) for c in found]
    assert "sans que l'on sache si elles sont encore en vigueur" in leading_lines(undated)[0]
    asked = leading_lines(undated, kinds={"titre"}, asked={found[0].code})  # what is demanded today is in force
    assert asked[0].startswith("Certifications en vigueur")


def test_registrations_of_one_certification_are_named_together(table: Certifications, jobs: Referential) -> None:
    first, other, *_ = table.leading("N4101", jobs, DAY)
    (line,) = leading_lines([first, other, replace(first, code="RNCP9")])
    assert line.count(first.label) == 1
    assert f"{first.label} ({first.code}, RNCP9" in line
    assert other.label in line
    (apart,) = leading_lines([first, replace(first, code="RNCP9", until="2099-12-31")])  # not the same end
    assert apart.count(first.label) == 2


CODES = st.sampled_from([f"RNCP{i}" for i in range(8)])


@given(
    ends=st.dictionaries(CODES, st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    links=st.dictionaries(CODES, st.lists(CODES, max_size=3, unique=True).map(tuple)),
    start=CODES,
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)) | st.sampled_from([date.min, date.max]),
)
def test_no_heir_is_over_whatever_the_chain_even_a_cycle(
    ends: dict[str, date], links: dict[str, tuple[str, ...]], start: str, day: date
) -> None:
    made = Register({c: Registration(c, None, d.isoformat(), active=True) for c, d in ends.items()}, links)
    replacements = [heir for heir, _ in made.replacements(start, day)]
    assert start not in replacements
    assert len(replacements) == len(set(replacements))
    assert all(heir not in ends or ends[heir] >= day for heir in replacements)


def test_published_hours_are_written_whole(table: Certifications, jobs: Referential) -> None:
    found = table.leading("N4101", jobs, DAY)[0]
    (column,) = [c for c in found.spec.columns if c.key == "certification_hours"]
    assert column.screen(replace(found, hours=Hours(1350, 1350, 1350)), "fr") == "1\u202f350"
    assert column.screen(replace(found, hours=None), "fr") is None


def test_published_hours_are_said_to_be_those_of_the_centre_beside_a_diploma_counted_with_its_placement(
    table: Certifications, jobs: Referential
) -> None:
    found = replace(table.leading("N4101", jobs, DAY)[0], hours=Hours(770, 770, 770))
    assert "770 h en centre, durée publiée" in found.described("fr")
    assert "770 h in a training centre, published length" in found.described("en")


def test_a_kind_that_the_register_writes_again_or_by_a_code_is_no_part_of_the_name(tmp_path: Path) -> None:
    names = {
        "BAC PRO - BAC PRO Agroéquipement": "BAC PRO Agroéquipement",
        "LICENCE Professionnelle - Licence professionnelle Métiers du son": "Licence professionnelle Métiers du son",
        "Autre - Autre Diplôme national d'œnologue": "Diplôme national d'œnologue",
        "Titre ingénieur - Titre ingénieur Ingénieur diplômé d'une école": "Ingénieur diplômé d'une école",
        "DIPLOVIS - Directeur de création": "Directeur de création",
        "DIPLOVIS Journaliste": "Journaliste",
        "Grade_Master - Grade_Master - Diplôme d'études de gestion": "Diplôme d'études de gestion",
        "BAC - BACHELOR Vente": "BAC - BACHELOR Vente",
        "TP - Carreleur": "TP - Carreleur",  # a kind that people know, said once
        "CAP - Carreleur - mosaïste": "CAP - Carreleur - mosaïste",
    }
    lines = [f"RNCP{n};Niveau 3;ACTIVE;{name};31/12/2028" for n, name in enumerate(names, start=1)]
    (tmp_path / "kit.csv").write_text("\n".join([KIT.splitlines()[0], *lines]), encoding="utf-8")
    (tmp_path / "c.csv").write_text(CERTIFINFO, encoding="utf-8")
    register = load_certifications(tmp_path).register
    assert [register.registrations[f"RNCP{n}"].label for n in range(1, len(names) + 1)] == list(names.values())


def test_an_end_is_a_day_as_written_and_no_successor_is_a_dash(table: Certifications, jobs: Referential) -> None:
    found = replace(table.leading("N4101", jobs, DAY)[0], until="2028-08-31", successor=None)
    until, successor = found.spec.pick("until", "successor")
    assert (until.screen(found, "fr"), until.screen(replace(found, until=None), "fr")) == ("31/08/2028", None)
    assert successor.screen(found, "fr") == "–"


def test_a_number_that_another_follows_keeps_its_hours(tmp_path: Path, jobs: Referential) -> None:
    """An older extract names the number of before; the table of lengths that of today."""
    now = next(d for d in load_durations() if d.former and d.domain and d.code.startswith("RNCP"))
    (tmp_path / "c.csv").write_text(
        CERTIFINFO.replace(";100;", f";{now.former[0].removeprefix('RNCP')};"), encoding="utf-8"
    )
    (found,) = [c for c in load_certifications(tmp_path).leading("N4101", jobs, DAY) if c.code == now.former[0]]
    assert found.hours == now.centre


def test_options_under_one_number_are_called_by_the_diploma_and_by_none_of_them(tmp_path: Path) -> None:
    options = "5;Diplôme mention brève;D;7;01/02/2024;N4101;107;;2030;1;Publié\n"
    (tmp_path / "c.csv").write_text(CERTIFINFO + options + options.replace("5;Diplôme mention brève", "6;Diplôme"
                                    " mention plus longue"), encoding="utf-8")  # fmt: skip
    made = referential(
        {"N4101": ["a"]}, credentials=[Credential("DE", "Le diplôme", "diplôme", rncp="107")], demands=[("N4101", "DE")]
    )
    [found] = load_certifications(tmp_path).leading("N4101", made, DAY)
    assert (found.code, found.label) == ("RNCP107", "Le diplôme")
    alone = CERTIFINFO + options + ROW_WITHOUT_LABEL
    (tmp_path / "c.csv").write_text(alone, encoding="utf-8")
    [found] = load_certifications(tmp_path).leading("N4101", made, DAY)
    assert found.label == "Diplôme mention brève"  # of one label alone, it is the name


ROW_WITHOUT_LABEL = "9;;D;7;01/02/2024;N4101;107;;2030;1;Publié\n"


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (("BTS de gestion option A : hôtels", "BTS de gestion option B"), "BTS de gestion"),
        (
            ("CQP guide spécialité nage mention mer", "CQP guide spécialité nage mention lac"),
            "CQP guide spécialité nage",
        ),
        (("Certificat élevage", "Certificat élevage bio"), "Certificat élevage"),
        (("Licence arts option a", "Licence sciences"), "Licence sciences"),
    ],
)
def test_options_without_a_diploma_of_the_catalogue_are_called_by_what_they_share(
    tmp_path: Path, jobs: Referential, labels: tuple[str, ...], name: str
) -> None:
    rows = "".join(f"{n};{label};D;7;01/02/2024;N4101;107;;2030;1;Publié\n" for n, label in enumerate(labels, start=5))
    (tmp_path / "c.csv").write_text(CERTIFINFO + rows + ROW_WITHOUT_LABEL, encoding="utf-8")
    found = {c.code: c.label for c in load_certifications(tmp_path).leading("N4101", jobs, DAY)}
    assert found["RNCP107"] == name


def test_prior_learning_that_only_a_former_number_is_said_to_give_is_told_so(tmp_path: Path, jobs: Referential) -> None:
    former = "5;Ancien;TP;3;01/02/2024;N4101;90;;2030;1;Publié\n"
    files = {"c.csv": CERTIFINFO + former, "suite.csv": "Numero_Fiche;Ancienne_Certification;Nouvelle_Certification\n"
             "RNCP90;;RNCP108\n", "kit.csv": KIT + "RNCP108;Niveau 3;ACTIVE;TP - Nouveau;31/12/2028\n",
             "rome.csv": ROME + "RNCP108;N4101;Conduite\n"}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = {c.code: c for c in load_certifications(tmp_path).leading("N4101", jobs, DAY)}
    assert (found["RNCP108"].vae, found["RNCP108"].vae_former) == (True, "RNCP90")
    assert "accessible par la VAE selon la fiche RNCP90, qu'elle remplace" in found["RNCP108"].described("fr")
    assert (found["RNCP100"].vae, found["RNCP100"].vae_former) == (True, "")
    (tmp_path / "c.csv").write_text(CERTIFINFO + former.replace(";1;Publié", ";;Publié"), encoding="utf-8")
    unsaid = {c.code: c for c in load_certifications(tmp_path).leading("N4101", jobs, DAY)}["RNCP108"]
    assert (unsaid.vae, unsaid.vae_former) == (None, "")


def test_the_minimum_of_a_text_is_not_told_as_the_length_of_a_course(table: Certifications, jobs: Referential) -> None:
    found = replace(table.leading("N4101", jobs, DAY)[0], hours=Hours(400, 800))
    told = {
        kind: replace(found, hours_kind=kind).described("fr") for kind in ("apprenticeship-minimum", "legal-minimum")
    }
    assert "800 h en centre, minimum pour un apprenti" in told["apprenticeship-minimum"]
    assert "800 h en centre, minimum fixé par un texte" in told["legal-minimum"]
    assert not any("durée publiée" in text for text in told.values())


def test_a_diploma_of_the_law_is_known_for_a_minimum_of_apprentices_by_its_kind(tmp_path: Path) -> None:
    for name, text in {"c.csv": CERTIFINFO, "kit.csv": _kit_of_kinds(), "suite.csv": NEXT, "rome.csv": ROME}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    known = load_certifications(tmp_path)
    least, above = Hours(500, 500), Hours(400, 500)  # the minimum of a text itself, and what a centre teaches
    told = ((Hours(400, 800), "apprenticeship-minimum"), (least, "legal-minimum"), (above, "centre"))
    for hours, kind in told:
        cap = Credential("C", "CAP", "diplôme", hours, rncp="RNCP100", hours_kind="legal-minimum")
        made = referential({"N4101": ["a"]}, credentials=[cap], demands=[("N4101", "C")])
        assert [c.hours_kind for c in known.leading("N4101", made, DAY) if c.code == "RNCP100"] == [kind]
        other = replace(cap, rncp="RNCP99999")  # of a number that no file has
        made = referential({"N4101": ["a"]}, credentials=[other], demands=[("N4101", "C")])
        assert {c.hours_kind for c in known.leading("N4101", made, DAY) if c.code == "RNCP99999"} <= {kind}
