"""The few numbers that ship: how evidence adds up, and how it turns into a confidence."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from passerelles.matching.pack import TextFile

Kind = Literal["title", "competency"]
_FILE = files("passerelles.matching") / "weights.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """
    Fitted numbers of one kind of index.

    Attributes
    ----------
    first
        Wide evidence to weight: which owners are looked at closely.
    final
        Evidence to weight: the ranking.
    confidence
        Calibration terms to weight (``constant`` is the intercept).
    rules
        Numbers set by hand: see weights.toml.
    """

    first: Mapping[str, float]
    final: Mapping[str, float]
    confidence: Mapping[str, float]
    rules: Mapping[str, float]


@cache
def shipped_weights() -> Mapping[str, Weights]:
    """Weights of the package, by kind of index: ``title``, ``competency``."""
    return MappingProxyType(load_weights(_FILE))


@cache
def about_weights() -> Mapping[str, str]:
    """Name, version and origin of the package's weights."""
    return MappingProxyType(dict(tomllib.loads(_FILE.read_text(encoding="utf-8"))["about"]))


def load_weights(file: TextFile) -> dict[str, Weights]:
    """
    Read the weights of every kind of index.

    Raises
    ------
    KeyError
        If a section is absent: a fault of the package, never of its input.
    """
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        kind: Weights(first=table["first"], final=table["final"], confidence=table["confidence"], rules=table["rules"])
        for kind, table in data.items()
        if kind != "about"
    }
