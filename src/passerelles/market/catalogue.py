"""How each public file is recognised and who publishes it: by its columns, never by its name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from passerelles.text import normalise_label

KindName = Literal[
    "bmo",
    "fap-rome",
    "fap2021-labels",
    "tension-rome-basin",
    "tension-fap",
    "wages",
    "basins",
    "coordinates",
    "commune-names",
    "travel",
    "certifications",
]
Group = Literal["market", "places", "certifications"]
_LICENCE_OUVERTE: Final = "Licence Ouverte / Open Licence"


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of file: the columns that give it away, all that it may hold, and its producer.

    Columns are regular expressions over `normalise_label` of the header, by the name that the reader uses.
    `signature` columns recognise the kind; `others` may be absent, which is reported.
    """

    name: KindName
    group: Group
    source: str
    signature: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...] = ()
    licence: str = ""

    def columns(self, header: Sequence[str]) -> dict[str, str] | None:
        """Header cell of each column that `header` has, or None when it is another kind of file."""
        folded = _folded(tuple(header))
        found: dict[str, str] = {}
        for place, (name, pattern) in enumerate((*self.signature, *self.others)):
            cell = next((cell for text, cell in folded if re.fullmatch(pattern, text)), None)
            if cell is not None:
                found[name] = cell
            elif place < len(self.signature):
                return None  # most files are of most kinds not: the first column missing says so
        return found


@lru_cache(maxsize=64)
def _folded(header: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each cell of a header as it is compared, and as it is written."""
    return tuple((normalise_label(cell), cell) for cell in header)


KINDS: Final = (
    Kind(
        "bmo",
        "market",
        "France Travail, enquête Besoins en main-d'œuvre",
        (("family", "code metier bmo"), ("basin", r"be ?\d\d"), ("met", "met")),
        (
            ("xmet", "xmet"),
            ("smet", "smet"),
            ("department", "dept"),
            ("year", "annee"),
            ("label", "nom metier bmo"),
            ("group", "famille met(ier)?"),
            ("group_label", "lbl fam met|libelle de famille de metier"),
            ("basin_label", r"nom ?be ?\d\d"),
            ("region", "reg"),
            ("region_label", "nom reg"),
        ),
        _LICENCE_OUVERTE,
    ),
    Kind(
        "fap-rome",
        "market",
        "Dares, table de correspondance FAP 2009 - ROME 3",
        (("family", "fap"), ("rome", "rome")),
        (("label", "intitule rome"),),
    ),
    Kind(
        "fap2021-labels",
        "market",
        "Dares, nomenclature FAP 2021",
        (("family", "code fap228"), ("label", "intitule fap228")),
        (("detail", "code fap341"), ("detail_label", "intitule fap341")),
    ),
    Kind(
        "tension-rome-basin",
        "market",
        "Pôle emploi - Dares, tensions par métier et bassin d'emploi",
        (("rome", "rome"), ("basin", "cbassin"), ("tension", "ind tension d")),
        (
            ("hiring_intensity", "ind int emb d"),
            ("training_fit", "ind specif form empl d"),
            ("labour_shortage", "ind main oeuvre d"),
            ("job_instability", "ind dur empl d"),
            ("working_conditions", "ind cond travail d"),
            ("geographic_mismatch", "ind mismatch geo d"),
            ("year", "annee"),
            ("offers", "oee"),
            ("jobseekers", "defm abc"),
        ),
        _LICENCE_OUVERTE,
    ),
    Kind(
        "tension-fap",
        "market",
        "Dares - Pôle emploi, tensions par famille professionnelle",
        (("family", "fap"), ("tension", "categorie tension"), ("level", "niveau geo")),
        (
            ("hiring_intensity", "intensite d embauches"),
            ("training_fit", "lien formation emploi"),
            ("labour_shortage", "manque de main d oeuvre disponible"),
            ("job_instability", "non durabilite de l emploi"),
            ("working_conditions", "conditions de travail contraignantes"),
            ("geographic_mismatch", "inadequation geographique"),
            ("year", "annee"),
            ("region", "reg"),
            ("department", "dep"),
            ("index", "tension"),
        ),
    ),
    Kind(
        "wages",
        "market",
        "Dares, salaire net médian par famille professionnelle",
        (("family", "fap3?"), ("period", "annee"), ("wage", "salaire median")),
    ),
    Kind(
        "basins",
        "places",
        "France Travail, bassins d'emploi",
        (
            ("commune", "codgeo|code commune insee"),
            ("basin", r"codbe|be ?\d\d"),
            ("label", r"libbe|nom ?be ?\d\d"),
        ),
        (("department", "dep"), ("region", "reg"), ("commune_label", "nomcom|libgeo")),
        _LICENCE_OUVERTE,
    ),
    Kind(
        "coordinates",
        "places",
        "Communes de France, coordonnées (données ouvertes)",
        (
            ("commune", "code officiel commune|codgeo|code commune insee"),
            ("latitude", "latitude"),
            ("longitude", "longitude"),
        ),
        (("year", "annee"),),
    ),
    Kind(
        "commune-names",
        "places",
        "Insee, communes par zone d'emploi",
        (("commune", "codgeo"), ("commune_label", "libgeo")),
        (),
        _LICENCE_OUVERTE,
    ),
    Kind(
        "travel",
        "places",
        "table de trajets fournie par l'utilisateur",
        (("start", "from|de|origine|depart"), ("end", "to|vers|a|destination|arrivee")),
        (("minutes", "minutes|duree( min(utes)?)?"), ("km", "km|kilometres|distance( km)?")),
    ),
    Kind(
        "certifications",
        "certifications",
        "Certif Info (Onisep, réseau des Carif-Oref)",
        (("code", "code diplome"), ("label", "libelle diplome"), ("rome_1", "code rome 1")),
        (
            *((f"rome_{i}", f"code rome {i}") for i in range(2, 6)),
            ("type", "libelle type diplome"),
            ("level", "code niveau europeen"),
            ("updated", "date maj"),
            ("formacode", "code formacode"),
            ("formacode_label", "libelle formacode"),
            ("nsf", "code nsf"),
            ("rncp", "code rncp"),
            ("rs", "code rs"),
            ("first_session", "annee premiere session"),
            ("last_session", "annee derniere session"),
            ("replaces", "code ancien diplome"),
            ("state", "etat libelle"),
        ),
    ),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}


def recognise(header: Sequence[str], groups: Iterable[Group] | None = None) -> Kind | None:
    """
    Kind of a file with this header, or None; the first that fits in the order of the catalogue.

    Examples
    --------
    >>> recognise(["Fap", "Rome", "intitule_rome"]).name
    'fap-rome'
    >>> recognise(["a", "b"]) is None
    True
    """
    wanted = None if groups is None else set(groups)
    for kind in KINDS:
        if kind.columns(header) is None:
            continue
        if kind.name == "travel" and not {"minutes", "km"} & set(kind.columns(header) or ()):
            continue
        return kind if wanted is None or kind.group in wanted else None
    return None
