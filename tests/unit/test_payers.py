"""Which OPCO may pay for a training: the published table, and agreements that have changed since."""

from pathlib import Path

import pytest

from passerelles.market.market import Market, load_market
from passerelles.market.tables import Payer, Payers, agreement_code

ROWS = "idcc,siren_opco\n0016,851240499\n1486,851296632\n2111,879036895\n2395,879036895\n9999,123456789\n0018,\n16,1\n"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    folder = tmp_path_factory.mktemp("payers")
    (folder / "opco.csv").write_text(ROWS, encoding="utf-8")
    return load_market(folder)


@pytest.fixture(scope="module")
def payers(market: Market) -> Payers:
    assert market.payers is not None
    return market.payers


def test_the_table_names_the_opco_of_an_agreement_however_it_is_written(payers: Payers) -> None:
    assert [payers.of(text).name for text in ("16", "0016", "IDCC 16", "16.0")] == ["OPCO Mobilités"] * 4
    found = payers.of("1486")
    assert (found.name, found.siren, found.standing, found.related) == ("Atlas", "851296632", "published", ())
    assert "2019" in found.source
    assert "()" not in found.source


def test_an_agreement_that_another_replaced_is_said_to_be_and_so_is_its_successor(payers: Payers) -> None:
    old, new = payers.of("2111"), payers.of("3239")
    assert (old.name, old.standing, old.related, old.since) == ("OPCO EP", "replaced", ("3239",), "2022-01-01")
    assert (new.name, new.standing, new.related) == ("OPCO EP", "successor", ("2111", "2395"))
    assert "fepem" in new.source


def test_what_is_not_known_is_said_not_guessed(market: Market, payers: Payers) -> None:
    assert payers.of("3248") == Payer("3248", "", "", "unknown")
    assert payers.of("Syntec").standing == "unknown"
    assert payers.of("9999").name == "123456789"  # an OPCO of which only the SIREN is known
    assert payers.of("18").standing == "unknown"
    assert [n.code for n in market.notices if n.file == "opco.csv"] == ["duplicate_code", "invalid_value"]


def test_the_money_for_training_plans_is_for_small_firms(payers: Payers) -> None:
    assert [payers.of("16", headcount=n).plan for n in (49, 50)] == [True, False]
    assert payers.of("16").plan is None


def test_a_market_without_the_table_has_no_payers(tmp_path: Path) -> None:
    (tmp_path / "fap.csv").write_text("Fap;Rome;intitule_rome\nA0Z40;A1402;Aide agricole\n", encoding="utf-8")
    assert load_market(tmp_path).payers is None


@pytest.mark.parametrize(("text", "code"), [
    ("idcc 2216", "2216"), ("IDCC2216", "2216"), ("3", "0003"), ("", ""), ("1486 - Bureaux d'études", "1486"),
    ("Bureaux d'études (IDCC n° 1486)", "1486"), ("Métallurgie", "metallurgie"),
])  # fmt: skip
def test_numbers_of_agreements_have_four_digits(text: str, code: str) -> None:
    assert agreement_code(text) == code


def test_every_row_of_the_published_table_has_an_opco_with_a_name(real_data: Path) -> None:
    payers = load_market(real_data / "crosswalks", tensions=False).payers
    assert payers is not None
    assert len(payers.by_agreement) == 330
    assert len({payers.of(idcc).name for idcc in payers.by_agreement}) == 11
    assert not any(payers.of(idcc).name.isdigit() for idcc in payers.by_agreement)
