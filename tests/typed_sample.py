"""A hand-made referential with one of everything: each type of node and edge, unknowns, awkward codes and labels."""

from dataclasses import replace

from passerelles.model import (
    Competency,
    Credential,
    CredentialRequirement,
    Domain,
    Hours,
    JobTitle,
    Mobility,
    Occupation,
    Provenance,
    Requirement,
    Tag,
    WorkContext,
)
from passerelles.referentials.referential import Referential

AWKWARD = 'Poser & vérifier <gabarits> "œuvrés"\r\n\tà l\'unité\x0b\x00'

PLAIN = Referential(
    name="essai",
    version="7",
    provenance=Provenance(source="Tests", format="table", date="2026-01-31", licence="MIT", sha256="ab12"),
    occupations=(
        Occupation("0110", "Zéro devant", parent="0110", domain="D1", regulated="no", riasec="RI"),
        Occupation("A1", None),
        Occupation("B1", "Soudeur", "Soude.", "Avec un titre.", parent="0110", domain="D9", ecological="green"),
    ),
    competencies=(
        Competency("007", AWKWARD, "savoir-faire", macro="M1", category="technique", subcategory="gestes"),
        Competency("100", "Souder des tubes et des tôles en acier", "savoir-faire", macro="M1"),
        Competency("101", "Souder des tubes et des tôles en acier fin", "savoir-faire", macro="MX"),
        Competency("102", "Souder des tubes et des tôles en acier", "savoir"),
        Competency("103", None, "savoir"),
        Competency("M1", "Assembler", "savoir-faire", macro="M2", is_macro=True),
        Competency("M2", "Fabriquer", "savoir-faire", is_macro=True),
        Competency("ZZ", "Que personne ne demande", "savoir"),
    ),
    requirements=(
        Requirement("0110", "007", "core"),
        Requirement("0110", "100", "emerging"),
        Requirement("B1", "007"),
        Requirement("B1", "101", "core"),
        Requirement("B1", "102"),
        Requirement("B1", "103"),
    ),
    titles=(JobTitle("0042", "Soudeuse", "B1", principal=True), JobTitle("43", "Braseur", "B1", rare=True)),
    contexts=(WorkContext("01", "De nuit", "Horaires"), WorkContext("02", None)),
    occupation_contexts=(("0110", "01"), ("B1", "01"), ("B1", "02")),
    tags=(Tag("naf:25", "Métallurgie", "naf"), Tag("sector:1", "Industrie", "sector")),
    occupation_tags=(("B1", "naf:25", False), ("B1", "sector:1", True)),
    domains=(Domain("D", "Production", None), Domain("D1", "Atelier", "D"), Domain("D2", "Chantier", "DX")),
    mobilities=(Mobility("0110", "B1", 2), Mobility("B1", "0110", None, "proche"), Mobility("B1", "A1", 1)),
    credentials=(
        Credential("C1", "Licence de soudeur", "habilitation", Hours(None, 35, 70.5, "un centre"), source="arrêté"),
        Credential("C2", "Titre", "titre", rncp="0123", certifinfo="045", note="n", prerequisites=("C1", "C9")),
    ),
    credential_requirements=(
        CredentialRequirement("B1", "C1", "required", "la branche"),
        CredentialRequirement("B1", "C2", "option"),
    ),
)

# The same with B1 split by a branch, whose own competency says the words of another in another way.
SPLIT = replace(
    PLAIN,
    provenance=replace(PLAIN.provenance, overlays=("branche 1.0",)),
    occupations=(
        *PLAIN.occupations,
        replace(PLAIN.occupations[2], code="B1-TIG", label="Soudeur TIG", base="B1"),
    ),
    competencies=(
        *PLAIN.competencies,
        Competency("ZZZ", "Souder des tubes et des tôles en acier fin ancien", "savoir-faire"),
    ),
    requirements=(
        *PLAIN.requirements,
        *(r._replace(occupation="B1-TIG") for r in PLAIN.requirements if r.occupation == "B1"),
        Requirement("B1-TIG", "ZZ"),
        Requirement("B1-TIG", "ZZZ", "core"),
    ),
)
