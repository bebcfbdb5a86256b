"""The measure of titles on real offers reads them as the API of France Travail gives them, or a table of them."""

import json
from pathlib import Path

import pytest
import titles_ads

from passerelles import load_referential
from passerelles.matching.titles import Context

OFFER = {
    "id": "000AAAA",
    "intitule": " Moniteur auto-école (H/F)",
    "romeCode": "K2110",
    "appellationlibelle": "Moniteur / Monitrice d'auto-école",
    "entreprise": {"nom": "Auto-école du Port", "entrepriseAdaptee": False},
    "codeNAF": "85.53Z",
    "secteurActiviteLibelle": "Enseignement de la conduite",
}
AGENCY = OFFER | {"intitule": "Moniteur PL", "entreprise": {}, "codeNAF": "78.20Z", "secteurActiviteLibelle": "Intérim"}


OFFERS = [OFFER, OFFER, AGENCY, {"intitule": "Sans code"}]


@pytest.mark.parametrize("content", [{"resultats": OFFERS}, OFFERS])
def test_offers_are_read_as_the_api_answers_and_as_a_list(tmp_path: Path, content: object) -> None:
    file = tmp_path / "offers.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    first, second = titles_ads.read_offers(file)
    assert first == titles_ads.Offer(
        "Moniteur auto-école (H/F)",
        "K2110",
        "Moniteur / Monitrice d'auto-école",
        Context("Auto-école du Port", "Enseignement de la conduite"),
    )
    assert second.context is None  # the sector of an agency says nothing of the job


def test_offers_are_read_from_a_table(tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    text = 'intitule;romeCode;description;entreprise\nCariste, CACES 3;N1101;"Ici,\nmaintenant";Dupont\n;N1101;;\n'
    file.write_text("\ufeff" + text, encoding="utf-8")
    assert titles_ads.read_offers(file) == [titles_ads.Offer("Cariste, CACES 3", "N1101", "", Context("Dupont"))]


def test_the_appellation_tells_the_family_before_the_code_and_computing_is_left_out() -> None:
    rome = load_referential()
    offers = [
        titles_ads.Offer("Moniteur", "N1101", "Moniteur / Monitrice d'auto-école", None),
        titles_ads.Offer("Cariste", "N1101", "", None),
        titles_ads.Offer("Développeur", "M1855", "", None),
        titles_ads.Offer("Inconnu", "Z9999", "", None),
    ]
    assert [query.families for query in titles_ads.queries_of(offers, rome).values()] == [{"K2110"}, {"N1101"}]


def test_a_title_stays_in_its_half_however_it_is_written() -> None:
    titles = [f"Métier {number}" for number in range(100)]
    assert [titles_ads.half_of(title) for title in titles] == [titles_ads.half_of(title.upper()) for title in titles]
    assert 30 < sum(titles_ads.half_of(title) for title in titles) < 70
