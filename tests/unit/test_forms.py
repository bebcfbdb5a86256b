"""Forms of titles, stems, readings of what people type, and language packs as data."""

import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from passerelles.errors import PasserellesError
from passerelles.matching.reading import (
    NOISE_FILE,
    LanguagePack,
    Lexicon,
    Words,
    gender_forms,
    joined_words,
    language_pack,
    load_pack,
    paired_forms,
    understand,
)
from passerelles.text import normalise_label

FRENCH = language_pack("fr")
KNOWN = frozenset({"chauffeur", "moniteur", "boulanger", "cariste", "vie", "redon", "95"})


def read(text: str, pack: LanguagePack = FRENCH) -> list[str]:
    labels = frozenset({"boulanger industriel"})  # what a label begins with is no word of a remark
    jobs = understand(text, words=Words(KNOWN, labels), lexicon=Lexicon(pack)).jobs
    return [" ".join(reading.words) for reading in (jobs[0] if jobs else ())]


@pytest.mark.parametrize(
    ("label", "masculine", "feminine"),
    [
        ("Moniteur / Monitrice d'auto-école", "Moniteur d'auto-école", "Monitrice d'auto-école"),
        ("Chef pâtissier / Cheffe pâtissière de gare", "Chef pâtissier de gare", "Cheffe pâtissière de gare"),
        ("Artiste Plasticien / Plasticienne", "Artiste Plasticien", "Artiste Plasticienne"),
        ("Accastilleur(se)-monteur(se)", "Accastilleur-monteur", "Accastilleuse-monteuse"),
        ("Conseiller(ère) commercial(e)", "Conseiller commercial", "Conseillère commerciale"),
        ("Opérateur(trice) machine", "Opérateur machine", "Opératrice machine"),
        ("Steward / Hôtesse de l'air", "Steward de l'air", "Hôtesse de l'air"),
        ("Sage femme / Maïeuticien", "Sage femme", "Maïeuticien"),
        ("Cariste", "Cariste", "Cariste"),
        ("Ostréiculteur (huîtres)", "Ostréiculteur (huîtres)", "Ostréiculteur (huîtres)"),
    ],
)
def test_both_genders_of_a_title(label: str, masculine: str, feminine: str) -> None:
    assert gender_forms(label, pack=FRENCH) == (masculine, feminine)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("vendeur", "vendeuse"),
        ("boulanger", "boulangère"),
        ("technicien", "techniciennes"),
        ("directeur", "directrices"),
        ("chef", "cheffe"),
        ("employé", "employées"),
        ("principal", "principaux"),
        ("sportif", "sportives"),
        ("veuf", "veufs"),
    ],
)
def test_stems_join_genders_and_numbers(left: str, right: str) -> None:
    lexicon = Lexicon(FRENCH)
    assert lexicon.stem(normalise_label(left)) == lexicon.stem(normalise_label(right))


def test_families_join_a_trade_and_its_worker() -> None:
    lexicon = Lexicon(FRENCH)
    assert len({lexicon.root(lexicon.stem(word)) for word in ("soudeur", "soudage", "soudure")}) == 1
    assert lexicon.root(lexicon.stem("boulanger")) != lexicon.root(lexicon.stem("boucher"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Chef dagence", "chef agence"),
        ("Chef de lagence", "chef de agence"),
        ("Chef de la lagence", "chef de la lagence"),  # no article before an article
        ("Chef des dagence", "chef des dagence"),
        ("Chef caisse MAS", "chef caisse maison accueil specialisee"),
        ("Chef machines à sous (MAS)", "chef machines a sous mas"),  # said in full beside it
        ("Chef BE bureau études", "chef bureau etudes bureau etudes"),  # two letters are of any words
    ],
)
def test_what_stands_before_a_word_says_whether_it_lost_an_apostrophe_and_what_it_is_short_for(
    text: str, words: str
) -> None:
    known = Words({"chef", "agence", "machines", "sous", "caisse"})
    assert " ".join(understand(text, words=known, lexicon=Lexicon(FRENCH)).jobs[0][0].words) == words


def test_two_sides_of_a_slash_are_one_title_only_when_they_agree() -> None:
    lexicon = Lexicon(FRENCH)
    assert paired_forms("Vendeur / Vendeuse en gros", lexicon=lexicon) == ("Vendeur en gros", "Vendeuse en gros")
    assert paired_forms("serveur / barman", lexicon=lexicon) is None
    assert paired_forms("Mécanicien/ Mécanicienne TP", lexicon=lexicon) == ("Mécanicien TP", "Mécanicienne TP")
    assert paired_forms("Vendeur/vendeuse en gros", lexicon=lexicon) == ("Vendeur en gros", "vendeuse en gros")
    assert paired_forms("vendeur/se en gros", lexicon=lexicon) is None
    assert paired_forms("Technicien SAV / Technicien atelier", lexicon=lexicon) is None


def test_both_forms_of_a_title_are_one_behind_what_is_left_aside() -> None:
    known = {"agent", "polyvalent", "hotellerie", "vendeur", "gros"}
    words = Words(known, labels={"agent polyvalent d hotellerie", "vendeur en gros"}, heads={"agent", "vendeur"})
    texts = {
        "POEI : Agent polyvalent / Agente polyvalente d'hôtellerie": "Agent polyvalent d'hôtellerie",
        "Alternance - Vendeur / Vendeuse en gros (H/F)": "Vendeur en gros",
    }
    for text, read in texts.items():
        assert understand(text, words=words, lexicon=Lexicon(FRENCH)).read == read
    two = understand("CDI : Vendeur / Agent polyvalent", words=words, lexicon=Lexicon(FRENCH))
    assert two.read == "Vendeur / Agent polyvalent"


def test_blanks_in_a_row_stand_for_a_dash() -> None:
    words = Words({"boulanger"}, labels={"boulanger"}, heads={"boulanger"})
    taken = understand("Netto   boulanger (H/F)", words=words, lexicon=Lexicon(FRENCH))
    assert (taken.read, taken.ignored) == ("boulanger", ("Netto", "H/F"))


@pytest.mark.parametrize(
    "text", ["Boulanger H/F Villefranche", "Boulanger CDI Villefranche", "Boulanger H/F SARL Noël"]
)
def test_a_name_behind_what_is_left_aside_is_a_part_of_its_own(text: str) -> None:
    words = Words({"boulanger", "four"}, labels={"boulanger"}, heads={"boulanger"})
    assert understand(text, words=words, lexicon=Lexicon(FRENCH)).read == "Boulanger"
    assert understand("Boulanger H/F four", words=words, lexicon=Lexicon(FRENCH)).read == "Boulanger four"


@pytest.mark.parametrize(
    ("text", "what_is_read"),
    [
        ("Boulanger de nuit Villefranche", "Boulanger de nuit"),
        ("Boulanger VILLEFRANCHE", "Boulanger"),
        ("Boulanger De Nuit Villefranche", "Boulanger De Nuit Villefranche"),  # each word has a capital
        ("Boulanger de nuit Redon", "Boulanger de nuit Redon"),  # a word of labels
        ("Boulanger de nuit CEF", "Boulanger de nuit CEF"),  # initials
        ("Boulanger en REDONN", "Boulanger en REDONN"),  # of the job, as "en" says
        ("Boulanger four REDONS", "Boulanger four REDONS"),  # of a word of labels, or an error away from one
        ("Boulanger de nuit Redonn", "Boulanger de nuit Redonn"),
        ("BOULANGER VILLEFRANCHE", "BOULANGER VILLEFRANCHE"),
    ],
)
def test_a_last_word_in_more_capitals_that_no_label_has_is_a_name(text: str, what_is_read: str) -> None:
    taken = understand(text, words=Words({"boulanger", "nuit", "redon"}), lexicon=Lexicon(FRENCH))
    assert taken.read == what_is_read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("chofagiste", "chauffagiste"),
        ("manutansionaire", "manutentionnaire"),
        ("élektrissien", "electricien"),
        ("kuizinié", "cuisinier"),
        ("dentretien", "entretien"),
        ("lagence", "agence"),
        ("magicienne", "magicienne"),  # no "musicienne", two letters away
        # Other words: of another vowel, of none that is said through the nose, of a first letter that is no article.
        *(
            (word, word)
            for word in ("raisin", "heures", "quentin", "tentures", "pannes", "accord", "draperies", "taries")
        ),
    ],
)
def test_a_word_that_no_label_has_is_read_as_one_that_sounds_the_same(written: str, meant: str) -> None:
    known = {"chauffagiste", "manutentionnaire", "electricien", "cuisinier", "entretien", "agence", "musicienne"}
    known |= {"resine", "aires", "cantine", "teinture", "peint", "accordeur", "raperies", "tari"}
    taken = understand(f"Agent {written}", words=Words(known, sounds=FRENCH.sounds), lexicon=Lexicon(FRENCH))
    assert taken.jobs[0][0].words == ("agent", meant)


def test_a_number_and_its_letter_are_one_word() -> None:
    assert joined_words("Infographiste 3 D", FRENCH) == joined_words("infographiste 3D", FRENCH)
    assert joined_words("agent d'accueil", FRENCH) == ("agent", "d", "accueil")


@pytest.mark.parametrize("text", ["d'auto-école", "d’auto‑école", "D'AUTO-ECOLE", "d‘auto–école", "d`auto—école"])
def test_apostrophes_and_hyphens_of_every_kind(text: str) -> None:
    assert read(f"moniteur {text}")[0] == "moniteur d auto ecole"


@pytest.mark.parametrize(
    "text",
    [
        "boulanger (H/F)",
        "Boulanger h/f - CDI",
        "boulanger f/h/x temps plein",
        "BOULANGER 35h",
        "boulanger - Quimperlé (29)",
        "boulanger à Quimperlé",
        "recherche boulanger débutant accepté",
        "boulanger(ère)",
        "boulanger.ère",
        "bou\u00adlanger",
        "apprenti boulanger",
    ],
)
def test_noise_around_a_title_is_taken_away(text: str) -> None:
    assert read(text)[0] == "boulanger"


@pytest.mark.parametrize(
    ("text", "read_as", "beside"),
    [
        ("Boulanger / plumaison", ["boulanger plumaison", "boulanger"], [(), ("plum",)]),
        ("Boulanger, zorglub", ["boulanger zorglub", "boulanger"], [(), ("zorglub",)]),
        ("Boulanger, Villefranche", ["boulanger"], [()]),
        ("Boulanger - Villefranche", ["boulanger"], [()]),
    ],
)
def test_a_word_after_a_slash_qualifies_the_job_unless_it_is_a_name(
    text: str, read_as: list[str], beside: list[tuple[str, ...]]
) -> None:
    words = Words({"boulanger"}, labels={"boulanger"}, heads={"boulanger"})
    readings = understand(text, words=words, lexicon=Lexicon(FRENCH)).jobs[0]
    assert [" ".join(reading.words) for reading in readings] == read_as
    assert [reading.beside for reading in readings] == beside


@pytest.mark.parametrize(
    ("text", "what_is_read", "what_is_left"),
    [
        ("Conducteur de Machines à Papier (H/F)", "Conducteur de Machines à Papier", ("H/F",)),
        ("Conducteur de machines à Papier", "Conducteur de machines", ("à Papier",)),
        ("Conducteur de Machines à Redon", "Conducteur de Machines", ("à Redon",)),
        ("Conducteur à Papier", "Conducteur", ("à Papier",)),
    ],
)
def test_where_each_word_has_a_capital_one_that_titles_have_is_no_place(
    text: str, what_is_read: str, what_is_left: tuple[str, ...]
) -> None:
    words = Words({"conducteur", "machines", "papier"}, heads={"conducteur"})
    taken = understand(text, words=words, lexicon=Lexicon(FRENCH))
    assert (taken.read, taken.ignored) == (what_is_read, what_is_left)


def test_a_title_that_ends_with_an_opening_word_is_cut() -> None:
    words = Words({"agent", "maintenance"}, heads={"agent"})

    def cut(text: str) -> bool:
        return understand(text, words=words, lexicon=Lexicon(FRENCH)).jobs[0][0].cut

    assert cut("Agent de") and cut("agent de maintenance et (H/F)")  # noqa: PT018 - one thing
    assert not cut("Agent de maintenance")


@pytest.mark.parametrize(("text", "expanded"), [("Animateur EHPAD", False), ("Plombier EHPAD", True)])
def test_a_usage_is_read_as_it_is_written_before_its_abbreviations(text: str, *, expanded: bool) -> None:
    readings = understand(text, words=Words({"animateur", "plombier"}), lexicon=Lexicon(FRENCH)).jobs[0]
    assert [reading.expanded for reading in readings] == [expanded]


@pytest.mark.parametrize(("text", "dashed"), [("Boulanger - four", True), ("Boulanger / four", False)])
def test_a_dash_is_told_from_a_slash(text: str, *, dashed: bool) -> None:
    words = Words({"boulanger", "four"}, labels={"boulanger"}, heads={"boulanger"})
    assert understand(text, words=words, lexicon=Lexicon(FRENCH)).jobs[0][-1].dashed is dashed


def test_words_that_begin_titles_say_a_kind_of_work() -> None:
    kinds = FRENCH.kinds
    assert kinds["superviseur"] == kinds["chef"] != kinds["operateur"] == kinds["ouvrier"]


def _examples() -> list[object]:
    return [
        pytest.param(language, *rule.get("example", ("", "an example", [])), id=f"{language}: {rule['name']}")
        for language in ("fr", "en")
        for rule in tomllib.loads((files("passerelles.language") / language / NOISE_FILE).read_text("utf-8"))["rule"]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Devenez Boulanger",
        "Besoin d'un Boulanger",
        "Boulanger permis BE",
        "Boulanger hors classe",
        "Boulanger cl. sup.",
        "Boulanger ppal 2e cl.",
        "Boulanger 1er grade",
        "Boulanger diplômé(e) d'État",
        "Boulanger homme ou femme",
        "Boulanger I H/F I CDI",
        "Boulanger H F",
        "Boulanger niveau bac+2",
        "Boulanger 18/20e",
        "Boulanger sans diplôme",
        "Boulanger travail posté",
        "Boulanger - télétravail 2j/semaine",
        "Boulanger mobilité nationale",
        "Boulanger contrat de projet",
        "Boulanger emploi non permanent recrutement externe",
        "Boulanger CDD droit public",
        "Boulanger stage de fin d'études",
        "Candidature spontanée boulanger",
        "Boulanger poste ouvert aux personnes en situation de handicap",
        "Formation boulanger",
        "Boulanger pour Bagnères",
        "Boulanger Sainte-Foy",
        "Plusieurs postes de boulanger",
        "Deviens boulanger",
        "Boulanger à L'Isle-Adam",
        "Boulanger proche Villeneuve-d'Ascq",
        "Restaurant cherche boulanger",
        "L'agence Adecco recrute un boulanger",
        "Boulanger pour notre client",
        "Boulanger dans la ville de Borée",
        "Boulanger - par voie statutaire ou, à défaut, par voie contractuelle",
        "VIE - boulanger",
    ],
)
def test_nothing_but_the_job_is_read(text: str) -> None:
    assert read(text) == ["boulanger"]


@pytest.mark.parametrize(("language", "text", "what_is_read", "what_is_left"), _examples())
def test_each_rule_of_noise_does_what_its_example_says(
    language: str, text: str, what_is_read: str, what_is_left: list[str]
) -> None:
    words = Words(
        {"boulanger", "baker", "pliage", "operateur", "rh", "fils"}, heads=frozenset({"boulanger", "operateur"})
    )
    taken = understand(text, words=words, lexicon=Lexicon(language_pack(language)))
    assert (taken.read, list(taken.ignored)) == (what_is_read, what_is_left)
    assert len(taken.jobs) == 1


@pytest.mark.parametrize(
    ("text", "jobs"),
    [
        ("Boulanger ou cariste", ["boulanger", "cariste"]),
        ("Boulanger, cariste / chauffeur", ["boulanger", "cariste", "chauffeur"]),
        ("Boulanger - cariste (H/F)", ["boulanger", "cariste"]),
        ("Boulanger de nuit, temps partiel", ["boulanger de nuit"]),
        ("chauffeur, livreur", ["chauffeur livreur"]),  # a label of two words is one job
    ],
)
def test_a_line_may_name_several_jobs(text: str, jobs: list[str]) -> None:
    lexicon = Lexicon(FRENCH)
    heads = frozenset(map(lexicon.stem, ("boulanger", "cariste", "chauffeur", "livreur")))
    labels = frozenset(" ".join(lexicon.stems(label)) for label in ("cariste", "boulanger", "chauffeur livreur"))
    taken = understand(text, words=Words(KNOWN | {"livreur"}, labels, heads), lexicon=lexicon)
    assert [" ".join(job[0].words) for job in taken.jobs] == jobs


@pytest.mark.parametrize(
    "text",
    ["néant", "À voir", "12 rue des Lilas", "Mme Durand", "sous-total", "Départ en retraite", "Titulaire", "Élue CSE"],
)
def test_a_remark_names_no_job(text: str) -> None:
    assert understand(text, words=Words(KNOWN), lexicon=Lexicon(FRENCH)) == ("", (text,), (), False)


@pytest.mark.parametrize(
    "text",
    [
        "Poste gelé",
        "à confirmer",
        "départ prévu fin mars",
        "mise à jour le 03/02",
        "Salarié absent : Nathalie",
        "vacant, filled in June",
        "Arrivée reportée",  # "reporté" is the word
        "ok",
        "Lyon",  # a place alone
    ],
)
def test_a_text_of_words_of_remarks_names_no_job(text: str) -> None:
    assert read(text) == []


def test_a_competency_may_be_of_words_of_remarks() -> None:
    lexicon = Lexicon(replace(FRENCH, titles=False))
    assert understand("Contrats, congés, absences", words=Words(KNOWN), lexicon=lexicon).jobs


def test_a_word_that_ends_titles_is_no_word_of_a_remark() -> None:
    """English titles end with the word that says the job."""
    lexicon = Lexicon(language_pack("en"))
    words = Words({"coordinator"}, {" ".join(lexicon.stems("volunteer coordinator"))})
    assert understand("Job: site coordinator", words=words, lexicon=lexicon).jobs
    assert understand("Job: site closed", words=words, lexicon=lexicon).jobs == ()


def test_a_title_of_words_of_remarks_is_a_title() -> None:
    """As "Double" is one of ESCO, and "head of communication" one that people write."""
    lexicon = Lexicon(FRENCH)
    assert understand("Double", words=Words({"double"}), lexicon=lexicon).jobs == ()
    assert understand("Double", words=Words({"double"}, {*lexicon.stems("Double")}), lexicon=lexicon).read == "Double"


def test_strange_words_behind_a_title_are_left_where_titles_begin_with_the_job() -> None:
    """English ones end with it: a "baker vekra" may be of any trade."""
    for language, title, readings in (("fr", "boulanger", 2), ("en", "baker", 1)):
        words = Words({title}, {title})
        (job,) = understand(f"{title} vekra gtx", words=words, lexicon=Lexicon(language_pack(language))).jobs
        assert len(job) == readings
    # A typing error, glued words, another language.
    for text in ("boulanger pani", "boulanger painvekra", "boulanger with gtx"):
        (job,) = understand(text, words=Words({"boulanger", "pain"}, {"boulanger"}), lexicon=Lexicon(FRENCH)).jobs
        assert len(job) == 1, text


def test_numbers_of_certificates_are_no_words_but_known_ones_stay() -> None:
    assert read("cariste 1-3-5") == ["cariste"]
    assert read("CDI") != [""]


def test_context_chooses_what_an_abbreviation_means() -> None:
    assert read("chauffeur TC")[0] == "chauffeur transport commun"
    assert read("ingénieur TC")[0] == "ingenieur technico commercial"
    assert read("moniteur PL")[0] == "moniteur poids lourd"
    assert read("AS de nuit")[0] == "aide soignant de nuit"
    assert len(read("tech indus compta dev")) <= 4


@pytest.mark.parametrize("text", ["", "  ", "42", "12 345", "😀", "-", "́" * 50, "a" * 1001, "Бухгалтер"])
def test_what_is_no_title_has_no_reading(text: str) -> None:
    assert read(text) == []


def test_a_usage_and_a_head_are_written_once_whatever_their_small_words() -> None:
    """The last of two would silently win, as of "conducteur machine" and "conducteur de machine"."""
    written = tomllib.loads(files("passerelles").joinpath("language/fr/titles.toml").read_text(encoding="utf-8"))
    assert len(FRENCH.usages) == len(written["usages"])
    assert len(FRENCH.heads) == len(written["heads"]["titles"])


def test_a_language_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "titles.toml"
    sections = (
        'language = "xx"\nstop_words = ["ze"]\njoins = []\n[stem]\nplural = [["en", "", 3]]\nfeminine = []\nroot = []\n'
        "root_min = 4\n[gender]\nendings = []\npairs = []\n[signs]\n[usages]\n[columns]\n[kinds]\n[abbreviations]\n"
        'lkw = "lastwagen"\n'
    )
    file.write_text(sections, encoding="utf-8")
    noise = tmp_path / "title_noise.toml"
    names = ("leading", "places", "asides", "employers", "alternatives", "openers", "no_jobs", "rule")
    lists = "".join(f"{name} = []\n" for name in names)
    noise.write_text(f'{lists}trailing = ["gmbh"]\n', encoding="utf-8")
    pack = load_pack(file, noise)
    assert read("ze LKW Fahreren GmbH", pack) == ["ze lastwagen fahreren"]
    assert Lexicon(pack).stems("ze Fahreren") == ("fahrer",)
    noise.write_text(f'{lists.replace("rule = []", "")}trailing = []\n[[rule]]\ntake = "gmbh("\n', encoding="utf-8")
    with pytest.raises(PasserellesError, match=r"title_noise.toml .*gmbh\("):
        load_pack(file, noise)
    file.write_text('language = "xx"', encoding="utf-8")
    with pytest.raises(PasserellesError, match="stem"):
        load_pack(file, noise)


def test_a_language_without_rules_gets_the_few_of_english() -> None:
    assert language_pack("zz").language == "en"
    assert language_pack("../fr").language == "en"
    assert Lexicon(language_pack("en")).stems("the drivers") == ("driver",)


def test_every_written_rule_is_folded() -> None:
    for pack in (FRENCH, language_pack("en")):
        for words in (pack.stop_words, pack.leading, pack.trailing, pack.abbreviations):
            assert all(word == normalise_label(word) for word in words)
        for meanings in pack.abbreviations.values():
            assert all(
                m.expansion and " ".join(m.expansion) == normalise_label(" ".join(m.expansion)) for m in meanings
            )
