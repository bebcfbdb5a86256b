"""The overlays that ship: each passes its own check, and splits fiches where people's certificates differ."""

from collections import defaultdict

import pytest

from passerelles.access.conditions import access_conditions
from passerelles.referentials.credentials import DEFAULT
from passerelles.referentials.load import load_referential
from passerelles.referentials.places import bundled
from passerelles.referentials.referential import Referential, lay_access
from passerelles.referentials.validate import check_overlay

OWN = ("chantiers", "domicile-et-creches", "maritime")


@pytest.fixture(scope="module", params=[*OWN, "enseignement-conduite"])
def laid(rome: Referential, request: pytest.FixtureRequest) -> Referential:
    return rome.with_overlay(request.param)


def test_each_ships_under_its_name() -> None:
    assert set(bundled("overlay")) == {DEFAULT, "enseignement-conduite", *OWN}


@pytest.mark.parametrize("name", [*OWN, "enseignement-conduite"])
def test_on_another_referential_nothing_is_wrong(name: str) -> None:
    found = check_overlay(name, load_referential("transitions")).severities
    assert (found["error"], found["warning"]) == (0, 0)


def test_each_passes_its_own_check(laid: Referential, rome: Referential) -> None:
    new = [n for n in laid.notices if n not in rome.notices]
    assert {n.code for n in new} <= {"choice_removed"}  # a nursery's job by derogation needs no diploma of the choice
    fresh = [c for c in laid.credentials if c.code not in rome.credential_by_code]
    assert all(c.source for c in fresh)
    assert all(c.hours.source for c in fresh if c.hours[:3] != (None, None, None))


def test_parts_of_one_fiche_do_not_all_take_the_same(laid: Referential) -> None:
    whole = lay_access(laid)
    parts = defaultdict(list)
    for occupation in whole.occupations:
        if occupation.base is not None:
            parts[occupation.base].append(occupation.code)
    assert parts
    for codes in parts.values():
        taken = {
            frozenset(
                (c.code, c.requirement) for c in access_conditions(whole, code).credentials if c.requirement != "option"
            )
            for code in codes
        }
        # An officer of the watch and a captain may hold the same certificate, by tonnage: not each pair differs.
        assert len(taken) > 1 or len(codes) == 1, codes


def test_sea_service_is_months_and_a_mechanic_on_land_needs_none(rome: Referential) -> None:
    whole = lay_access(rome.with_overlay("maritime"))
    chief = whole.credential_by_code["CM3000"]
    assert (chief.months.low, chief.hours[:3]) == (24, (None, None, None))
    land, sea = ({c.credential for c in whole.credentials_of.get(code, ())} for code in ("I1605-TERRE", "I1605-QUART"))
    assert not land & {"CFBS", "APT-MER", "MEC-MER"}
    assert {"CFBS", "APT-MER", "CERT-MECQ"} <= sea
    assert "MEC-MER" not in sea
