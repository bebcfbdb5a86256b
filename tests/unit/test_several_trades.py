"""Titles that mean several trades, or are written by several names."""

import pytest

from job_titles import ROWS, referential
from passerelles import resolve_title
from passerelles.graph.core import OccupationGraph
from passerelles.matching.titles import SURE, status
from passerelles.referentials.referential import Referential
from passerelles.territory.jobs import Resolved, several_jobs
from passerelles.territory.match import match_territory
from passerelles.territory.reading import read_lots

MORE = (
    ("24", "Pilote de ligne", "N2102"), ("25", "Copilote", "N2102"),
    ("26", "Conducteur / Conductrice de ligne en industrie alimentaire", "H2102"),
    ("27", "Gardien / Gardienne", "K2501"), ("28", "Agent / Agente de prévention et de sécurité", "K2503"),
)  # fmt: skip
SMALL = referential((*ROWS, *MORE))


@pytest.mark.parametrize(("text", "family"), [("Pilote de ligne", "N2102"), ("Gardien", "K2501")])
def test_a_title_that_usage_gives_to_several_trades_is_sure_of_none(text: str, family: str) -> None:
    found = resolve_title(SMALL, text)
    assert (found[0].parent_code, status(found)) == (family, "à vérifier")
    rows = [{"Métier": text, "Effectif": 2}]
    assert read_lots(SMALL, rows, "fragile").lots[0].confidence < 0.9  # nor in a table, though it is a title


def test_what_homes_ask_for_in_one_breath_is_one_job_to_be_confirmed(rome: Referential) -> None:
    job = several_jobs(rome, "AS / AMP", family=True)
    assert isinstance(job, Resolved)
    assert (job.job, job.confidence < SURE) == ("J1501", True)


@pytest.mark.parametrize("text", ["Maçon, coffreur (H/F)", "Charcutier, traiteur H/F"])
def test_a_title_of_two_trades_with_genders_behind_it_is_that_title(rome: Referential, text: str) -> None:
    assert several_jobs(rome, text) is None


def test_two_trades_joined_by_a_word_may_be_the_title_of_both(rome: Referential) -> None:
    found = several_jobs(rome, "Maçon ou coffreur")
    assert isinstance(found, Resolved)
    assert (found.job, found.confidence < SURE) == ("F1703", True)
    assert several_jobs(rome, "Charcutier et traiteur") is None  # nor is it refused


def test_names_of_one_occupation_in_a_cell_are_as_sure_as_each(rome: Referential) -> None:
    found = several_jobs(rome, "Femme de chambre / valet de chambre")
    assert isinstance(found, Resolved)
    assert (found.job, found.confidence >= 0.9) == ("G1501", True)
    assert several_jobs(rome, "Ambulancier / Ambulancière") is None  # a title, and read as one
    assert several_jobs(rome, "Assistant administratif et comptable H/F") is None


@pytest.mark.parametrize(("title", "job"), [
    ("Formateur / Formatrice de conducteurs routiers", "K2110"),  # not a trainer, and another one
    ("Aide électricien / Aide électricienne de maintenance", "I1309"),  # not an electrician, as usage has it
    ("Ouvrier d'exploitation forestière H/F", "A1201"),  # as sure as without
])  # fmt: skip
def test_a_title_that_is_copied_whole_is_that_title(rome: Referential, title: str, job: str) -> None:
    lot = read_lots(rome, [{"Métier": title, "Nb": 2}], "hiring").lots[0]
    assert (lot.job, lot.confidence >= 0.99) == (job, True)


@pytest.mark.parametrize(("text", "family"), [
    ("Conducteur de grumier", "N4101"), ("Accrocheur", None), ("Enseignant en EPS", "K2107"), ("DST", "I1101"),
    ("Directeur général adjoint des services", "K1401"), ("Hacker éthique", "M1802"), ("Directeur d'EAJE", "K1202"),
    ("Technicien télécom", None), ("Caviste", None), ("Rondier", None), ("Bobinier", None), ("Make-up artist", None),
    ("Chargé d'affaires professionnels", None), ("Directeur de la culture", None),
    ("Livreur de repas", "N4104"), ("Opticien visagiste", "J1405"), ("Réceptionnaire atelier", "I1604"),
    ("Gardien de gymnase", "K2501"), ("Serrurier", None), ("Conseillère clientèle particuliers", "C1206"),
    ("Régulateur trafic", None), ("Agent d'exploitation voyageurs", "N4204"),
    ("Opérateur sur machine à commande numérique", "H2903"), ("Agent de maintenance ferroviaire", "I1304"),
    ("Opérateur mouleur", None), ("Opérateur de couture airbags", "H2402"), ("Employé commercial épicerie", "D1507"),
    ("Maroquinier table", "H2401"), ("Opérateur caoutchouc", "H3201"), ("Mécano machines à coudre", "I1310"),
    ("Piqueuse main et machine", "H2401"), ("Modéliste patronnier", "H1205"), ("Réceptionnaire quai", "N1103"),
    ("Agent de restauration en milieu hospitalier", "G1603"), ("Agent de sécurité hospitalier", "K2503"),
    ("Agent de nettoyage hospitalier", "J1301"), ("Magasinier hospitalier", "N1103"),
    ("Agent de nettoyage bateaux", "K2204"), ("Agent de nettoyage urbain", "K2303"), ("Peintre nautique", "H3404"),
    ("Opérateur de production brasserie", "H2102"), ("Électricien bateau", None),
    ("Opérateur découpe dinde", "H2101"), ("Peintre aéro", "H3404"), ("Conducteur de ligne surgelés", "H2102"),
    ("Agent de tri légumes", "H3302"), ("Conductrice de presse isostatique", "H2803"), ("Monteur pneus", "I1604"),
    ("Gestionnaire sinistres IRD", "C1109"), ("Technicien matériel roulant", "I1304"), ("Agent de tri", None),
    ("Monteur de lignes aéro-souterraines", "F1605"),
    ("Conducteur de four tunnel", None), ("Agent d'accueil et de placement", "G1205"), ("Agent de carénage", None),
    ("Retoucheur cartes électroniques", "H2605"), ("Aiguilleur", "N4401"), ("Conducteur presse à tuiles", "H2803"),
    ("Aiguilleur du ciel", "N2202"), ("Couvreur tuiles", "F1610"),
    ("Conducteur de chargeuse centre de valorisation", "F1302"), ("Formateur conducteurs voyageurs", "K2110"),
    ("Agents des services hospitaliers", "J1301"), ("Agent des services hospitaliers de nuit", "J1301"),
    ("Directeur hospitalier", "K1403"), ("Responsable d'équipe production", "H2504"),
    ("Technicien hotline", "I1401"), ("Téléconseiller expert / référent", "D1408"), ("Infirmier référent", "J1506"),
    ("Agent de tri linge sale", "K2201"), ("Couturière lingère", "D1205"), ("Dessinateur projeteur mobilier", "H2209"),
    ("Mécanicien matériel de piste", "I1603"), ("Agent de nettoyage avion", "K2204"),
    ("Conducteur presse à emboutir", "H2905"), ("Agent logistique cariste", "N1101"),
    ("Opérateur sérigraphie", "E1301"),
    ("Télésurveilleur", "K2503"), ("Technicien de prestations sociales", "C1109"), ("Contrôleur-vérificateur", None),
    ("Conseiller de vente jardin", "D1209"), ("Technicien de maintenance engins", "I1603"),
    ("Gestionnaire courrier", "M1603"), ("Employé de magasin", "D1507"), ("Auxiliaire petite enfance", "K1303"),
    ("Chef d'équipe logistique", "N1303"), ("Chef d'équipe maçonnerie", "F1202"), ("Chauffeur de chaudière", "H2701"),
    ("Agent de maintenance mécanique", "I1310"), ("Agent de maintenance électrique", "I1309"),
    ("Laveur de cars", "I1604"),
])  # fmt: skip
def test_a_usage_names_the_trade_or_leaves_several(rome: Referential, text: str, family: str | None) -> None:
    best = resolve_title(rome, text)[0]
    assert (best.parent_code if best.parent_confidence >= 0.9 else None) == family


@pytest.mark.parametrize(("text", "family"), [
    ("Chef de produit cosmétique", "M1703"), ("Assistante comptable polyvalente TPE", "M1203"),
    ("Chef comptable hôtellerie", "M1206"), ("Aide comptable agricole", "M1203"),
    ("Secrétaire de direction hôpital", "M1604"), ("Responsable de magasin en horlogerie-bijouterie", "D1301"),
    ("Responsable de salle en hôtellerie", "G1802"),
])  # fmt: skip
def test_words_of_a_sector_behind_what_any_firm_has_change_no_family(rome: Referential, text: str, family: str) -> None:
    best = resolve_title(rome, text)[0]
    assert (best.parent_code, best.parent_confidence >= SURE) == (family, False)


@pytest.mark.parametrize(("text", "family"), [
    ("Chef de produit touristique", "G1301"),  # a title of its own
    ("Juriste droit social", "K1903"), ("Juriste contrats internationaux", "K1903"),  # the evidence says so too
])  # fmt: skip
def test_what_any_firm_has_is_sure_where_a_title_or_the_evidence_says_it(
    rome: Referential, text: str, family: str
) -> None:
    best = resolve_title(rome, text)[0]
    assert (best.parent_code, best.parent_confidence >= SURE) == (family, True)


@pytest.mark.parametrize(
    "text",
    [
        *("À recruter", "Métiers en tension", "Résidence du Parc", "Mairie de Redon", "À remplacer"),
        *("Boulangerie Dupain", "PHARMACIE DES HALLES", "plomberie Durand et fils", "Boucherie charcuterie Lebrun"),
    ],
)
def test_what_heads_a_list_or_employs_is_no_job(rome: Referential, text: str) -> None:
    assert resolve_title(rome, text) == []


@pytest.mark.parametrize(("text", "code"), [
    ("À recruter : soudeur", "H2913"), ("Mairie de Redon : jardinier", "A1203"),
    ("Boulangerie", "D1102"), ("Boulangerie artisanale", "D1102"), ("Boulangerie patiserie", "D1102"),  # mistyped
    ("Plomberie chauffage", "F1603"), ("Boucherie halal", "D1101"), ("Coiffure afro", "D1202"),
])  # fmt: skip
def test_a_job_behind_what_heads_a_list_or_employs_is_read(rome: Referential, text: str, code: str) -> None:
    assert resolve_title(rome, text)[0].parent_code == code


@pytest.mark.parametrize(("text", "family"), [
    # What a diploma says behind "option" is read as after a dash.
    ("Chef d'équipe de maintenance aéronautique : option avionique", "I1602"),
    # Signs and words that the referential says otherwise.
    ("Technicien réseaux et services très haut débit", "I1307"), ("Chargé de clientèle location longue durée", "D1204"),
    ("Conducteur de téléporté", "N4402"), ("Chef de poste en centrale de cogénération", "H2701"),
    ("Technicien d'affûtage", "H2903"), ("Agent technique ONF", "A1301"), ("Technicien en géologie", "F1105"),
    # Names of directories of jobs, of certificates and of agreements.
    ("Contrôleur du travail", "K1502"), ("Pompier d'aérodrome", "K1705"), ("Directrice exécutive", "M1301"),
    ("Agent d'exploitation des voies navigables", "N1104"), ("Opérateur service rapide", "I1604"),
    ("Manager d'unité marchande", "D1301"),
    ("Ingénieur calcul structure mécanique", "H1206"), ("Ingénieur calcul de structure", "F1106"),
])  # fmt: skip
def test_official_names_are_read(rome: Referential, text: str, family: str) -> None:
    assert resolve_title(rome, text)[0].parent_code == family


@pytest.mark.parametrize(("text", "sure"), [
    ("Plombier chauffagiste dépannage", True), ("Infirmier spécialiste", False),  # another job
])  # fmt: skip
def test_what_says_how_leaves_a_title_as_sure_and_what_says_which_does_not(
    rome: Referential, text: str, *, sure: bool
) -> None:
    assert (status(resolve_title(rome, text)) == "sûr") is sure


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Chef de cuisine H/F - restaurant scolaire", True),
        ("Responsable de production (fromagerie)", True),
        ("Conseiller de vente - banque", False),  # the words of another trade
    ],
)
def test_a_label_before_a_dash_is_sure_where_the_other_evidence_says_its_family(
    rome: Referential, text: str, *, sure: bool
) -> None:
    assert (resolve_title(rome, text)[0].parent_confidence >= SURE) is sure


@pytest.mark.parametrize(("text", "job"), [
    ("Agent logistique (cariste)", "N1101"), ("Opérateur de production (cariste)", "N1101"),
    ("Cariste (agent logistique)", "N1101"), ("Aide-soignant (AMP)", "J1501"), ("Conducteur MAP", "H3101"),
    ("Agent polyvalent (entretien, restauration)", "K2205"), ("Conducteur de cuve (fabrication)", "H2304"),
    ("Chef d'équipe (soudeur)", "H2504"), ("Responsable magasin (boulanger)", "D1302"),
])  # fmt: skip
def test_a_title_in_brackets_says_which_of_many_trades(rome: Referential, text: str, job: str) -> None:
    assert read_lots(rome, [{"Métier": text, "Nb": 2}], "fragile").lots[0].job == job


def test_people_whose_title_names_an_opening_go_there_before_a_likelier_job(rome4_graph: OccupationGraph) -> None:
    people = [{"Entreprise": "A", "Métier": "Magasinier cariste", "Effectif": 2, "Bassin": "Redon"}]
    jobs = ("Cariste", 1), ("Préparateur de commandes", 2)
    openings = [{"Entreprise": "B", "Métier": job, "Postes": n, "Bassin": "Redon"} for job, n in jobs]
    found = match_territory(rome4_graph, people, openings)
    assert {(flow.hiring.job, flow.people) for flow in found.flows} == {("N1101", 1), ("N1103", 1)}


def test_a_driver_of_the_heaviest_lorries_is_one_wherever_the_road_stands(rome: Referential) -> None:
    assert resolve_title(rome, "Conducteur SPL")[0].code == "N4115"
