"""Laws of distances and of looking a basin up, whatever the points and the spelling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelles.market.places import Basin, Places, distance_matrix_km

LATITUDE = st.floats(-90, 90)
LONGITUDE = st.floats(-180, 180)
POINT = st.tuples(LATITUDE, LONGITUDE)


def _angle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Vincenty's formula on a sphere: exact at every distance, and not the one under test."""
    (p, l1), (q, l2) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    d = l2 - l1
    top = math.hypot(math.cos(q) * math.sin(d), math.cos(p) * math.sin(q) - math.sin(p) * math.cos(q) * math.cos(d))
    return 6371.0088 * math.atan2(top, math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(d))


@given(POINT, POINT)
def test_distance_agrees_with_vincenty(a: tuple[float, float], b: tuple[float, float]) -> None:
    # Near the antipodes the haversine keeps fewer digits: a metre there is nothing.
    assert distance_matrix_km(np.array([a, b]))[0, 1] == pytest.approx(_angle_km(a, b), rel=1e-6, abs=1.0)


@given(POINT, POINT, POINT)
def test_distance_is_a_metric(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:
    matrix = distance_matrix_km(np.array([a, b, c]))
    assert (matrix == matrix.T).all()
    assert (np.diag(matrix) == 0).all()
    assert (matrix >= 0).all()
    assert (matrix <= math.pi * 6371.0088 + 1e-6).all()
    assert matrix[0, 1] <= matrix[0, 2] + matrix[2, 1] + 1e-6


@given(st.lists(st.one_of(st.none(), POINT), min_size=1, max_size=8))
def test_every_basin_is_at_its_distance_or_an_unknown_one(points: list[tuple[float, float] | None]) -> None:
    places = Places(
        tuple(
            Basin(f"{i:04d}", f"B{i}", latitude=p[0] if p else None, longitude=p[1] if p else None)
            for i, p in enumerate(points)
        )
    )
    assert places.distance("0000", "0000") == 0.0
    for i, point in enumerate(points[1:], 1):
        known = None if point is None or points[0] is None else np.array([points[0], point])
        expected = None if known is None else distance_matrix_km(known)[0, 1]
        assert places.distance("0000", f"{i:04d}") == expected


@given(st.sampled_from(["Redon", "L'Isle-d'Abeau", "Saint-Étienne", "Bœuf sur Mer"]), st.data())
def test_case_accents_and_hyphens_do_not_matter(name: str, data: st.DataObject) -> None:
    places = Places((Basin("0001", name), Basin("0002", "Autre lieu")))
    plain = {"É": "E", "œ": "oe", "-": " ", "'": "’"}
    spelt = "".join(
        plain[c]
        if c in plain and data.draw(st.booleans())
        else (c.swapcase() if data.draw(st.booleans()) and c != "œ" else c)
        for c in name
    )
    assert places.basin(f" {spelt} ").code == "0001"
