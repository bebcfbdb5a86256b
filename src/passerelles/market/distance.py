"""Great-circle distances on a sphere, in kilometres."""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Mean radius of the Earth (IUGG), km. The sphere is off by at most 0.6 %: far below what a centroid blurs.
EARTH_RADIUS_KM: Final = 6371.0088


def great_circle_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """
    Distance between two points, by the haversine formula.

    Parameters
    ----------
    latitude, longitude, other_latitude, other_longitude
        Decimal degrees; latitude in [-90, 90].

    Returns
    -------
    distance
        Kilometres, 0 or more; symmetric.

    Examples
    --------
    >>> round(great_circle_km(48.8566, 2.3522, 43.2965, 5.3698))  # Paris - Marseille
    660
    """
    points = np.array([[latitude, longitude], [other_latitude, other_longitude]])
    return float(distance_matrix_km(points)[0, 1])


def distance_matrix_km(points: Floats) -> Floats:
    """
    Distances between all pairs of points.

    Parameters
    ----------
    points
        Shape (n, 2): latitude and longitude, decimal degrees; nan = unknown.

    Returns
    -------
    distances
        Shape (n, n), kilometres, symmetric, diagonal 0; nan to and from a point that is unknown, 0 to itself.

    Notes
    -----
    haversine(d / R) = haversine(Δlatitude) + cos(latitude) cos(latitude') haversine(Δlongitude).

    Examples
    --------
    >>> distance_matrix_km(np.array([[0.0, 0.0], [0.0, 90.0]])).round(1)
    array([[    0. , 10007.6],
           [10007.6,     0. ]])
    """
    latitude, longitude = np.radians(np.asarray(points, dtype=np.float64)).T
    by_latitude = np.sin((latitude[:, None] - latitude[None, :]) / 2) ** 2
    by_longitude = np.sin((longitude[:, None] - longitude[None, :]) / 2) ** 2
    haversine = by_latitude + np.cos(latitude)[:, None] * np.cos(latitude)[None, :] * by_longitude
    distances = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0)))
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances, dtype=np.float64)
