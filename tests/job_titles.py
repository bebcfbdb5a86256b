"""A small referential with job titles, for the tests of matching."""

from collections.abc import Sequence
from dataclasses import replace

from passerelles.model import Competency, JobTitle, Occupation, Provenance
from passerelles.referentials.referential import Referential

ROWS = (
    ("1", "Moniteur / Monitrice d'auto-école", "K2110"),
    ("2", "Moniteur / Monitrice poids lourds", "K2110"),
    ("3", "Cariste", "N1101"),
    ("4", "Agent / Agente cariste de livraison ferroviaire", "N1101"),
    ("5", "Technicien / Technicienne de maintenance industrielle", "I1304"),
    ("6", "Boulanger / Boulangère", "D1102"),
    ("7", "Accastilleur-gréeur / Accastilleuse-gréeuse", "I1601"),
    ("8", "Aide-soignant / Aide-soignante", "J1501"),
    ("9", "Conducteur / Conductrice de travaux publics", "F1201"),
    ("10", "Veilleur / Veilleuse de nuit", "K1303"),
    ("11", "Vendeur / Vendeuse en boulangerie", "D1106"),
    ("12", "Vendeur / Vendeuse en boulangerie", "D1107"),
    ("13", "Conducteur / Conductrice de poids lourds", "N4101"),
    ("14", "Infirmier / Infirmière de bloc opératoire", "J1504"),
    ("15", "Infographiste 3 D", "E1205"),
)


def referential(rows: Sequence[tuple[str, str, str]] = ROWS, *, version: str = "1") -> Referential:
    """Occupations called by their first title, and a competency each."""
    codes = sorted({code for _, _, code in rows})
    first = {code: min((int(ogr), label) for ogr, label, of in rows if of == code)[1] for code in codes}
    return Referential(
        name="petit",
        version=version,
        provenance=Provenance(source="test", format="rome4"),
        occupations=tuple(Occupation(code, first[code], f"Métier {code}", parent=code) for code in codes),
        competencies=(
            Competency("100", "Conduire un engin de levage", "savoir-faire"),
            Competency("200", "Peser des marchandises", "savoir-faire"),
            Competency("300", "Accueillir le public", "savoir-faire"),
            Competency("400", None, "savoir"),
        ),
        titles=tuple(JobTitle(*row) for row in sorted(rows)),
    )


def regrouped(base: Referential, parents: dict[str, str]) -> Referential:
    """Return the referential with other parents for some codes."""
    occupations = tuple(replace(o, parent=parents.get(o.code, o.parent)) for o in base.occupations)
    return replace(base, occupations=occupations)
