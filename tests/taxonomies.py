"""Invented cuts of ESCO and O*NET, written in the format of their files."""

import csv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

Sheet = list[Sequence[object]]
Sheets = dict[str, Sheet]
_ESCO = "http://data.europa.eu/esco"


def esco_uri(kind: str, number: int | str) -> str:
    """Address of an invented concept."""
    return f"{_ESCO}/{kind}/{number}"


def esco(language: str = "en") -> Sheets:
    """Three occupations; one relation leads to an occupation that is not listed, one skill lies in two groups."""

    def job(name: str) -> str:
        return esco_uri("occupation", name)

    def skill(name: str) -> str:
        return esco_uri("skill", name)

    relation = ("occupationUri", "relationType", "skillType", "skillUri")
    head = ("conceptType", "conceptUri", "broaderType", "broaderUri")
    return {
        f"occupations_{language}": [
            ("conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "hiddenLabels", "status",
             "modifiedDate", "regulatedProfessionNote", "scopeNote", "definition", "inScheme", "description", "code"),
            ("Occupation", job("keeper"), "5169", "lighthouse keeper",
             "keeper of the light\nLighthouse Keeper\nlamp keeper", "", "released",
             "", f"{_ESCO}/regulated-professions/unregulated", "", "", "", "Keeps the light.", "5169.1"),
            ("Occupation", job("pilot"), "3152", "harbour pilot", "", "", "released", "",
             f"{_ESCO}/regulated-professions/regulated", "", "", "", "Brings ships in,\nday and night.", "3152.1"),
            ("Occupation", job("master"), "1349", "harbour master", "", "", "released", "", "", "", "", "", "",
             "1349.9"),
        ],
        f"skills_{language}": [
            ("conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels"),
            ("KnowledgeSkillCompetence", skill("trim"), "skill/competence", "occupation-specific", "trim a wick", ""),
            ("KnowledgeSkillCompetence", skill("steer"), "skill/competence", "sector-specific", "steer a ship", ""),
            ("KnowledgeSkillCompetence", skill("tides"), "knowledge", "cross-sector", "tides", ""),
            ("KnowledgeSkillCompetence", skill("calm"), "skill/competence", "transversal", "stay calm", ""),
        ],
        f"skillGroups_{language}": [
            ("conceptType", "conceptUri", "preferredLabel", "code"),
            ("SkillGroup", skill("S"), "skills", "S"),
            ("SkillGroup", skill("S8"), "working with machinery", "S8"),
            ("SkillGroup", skill("S6"), "handling", "S6"),
            ("SkillGroup", skill("T"), "transversal skills", "T"),
            ("SkillGroup", esco_uri("isced-f", "0532"), "earth sciences", ""),
        ],
        "broaderRelationsSkillPillar": [
            head,
            ("KnowledgeSkillCompetence", skill("steer"), "SkillGroup", skill("S8")),
            ("KnowledgeSkillCompetence", skill("steer"), "SkillGroup", skill("S6")),
            ("KnowledgeSkillCompetence", skill("trim"), "KnowledgeSkillCompetence", skill("steer")),
            ("KnowledgeSkillCompetence", skill("tides"), "SkillGroup", esco_uri("isced-f", "0532")),
            ("KnowledgeSkillCompetence", skill("calm"), "SkillGroup", skill("T")),
            ("SkillGroup", skill("S8"), "SkillGroup", skill("S")),
            ("SkillGroup", skill("S6"), "SkillGroup", skill("S")),
        ],
        f"ISCOGroups_{language}": [
            ("conceptType", "conceptUri", "code", "preferredLabel"),
            *[("ISCOGroup", esco_uri("isco", f"C{c}"), c, f"group {c}")
              for c in ("5", "51", "516", "5169", "3", "31", "315", "3152", "1", "13", "134", "1349")],
        ],
        "occupationSkillRelations": [
            relation,
            (job("keeper"), "essential", "skill/competence", skill("trim")),
            (job("keeper"), "optional", "knowledge", skill("tides")),
            (job("keeper"), "optional", "skill/competence", skill("calm")),
            (job("pilot"), "essential", "skill/competence", skill("steer")),
            (job("pilot"), "essential", "knowledge", skill("tides")),
            (job("gone"), "essential", "knowledge", skill("tides")),
        ],
    }  # fmt: skip


def onet() -> Sheets:
    """Three occupations, of which one lists nothing, with every file that is read."""
    soc, scale = "O*NET-SOC Code", ("Element ID", "Element Name", "Scale ID", "Scale Name", "Data Value")
    rated = (soc, "Title", *scale, "Recommend Suppress", "Not Relevant")

    def rating(code: str, element: str, name: str, scale: str, value: object, suppress: str = "N") -> Sequence[object]:
        return (code, "", element, name, scale, "", value, suppress, None)

    return {
        "Occupation Data": [
            (soc, "Title", "Description"),
            ("11-9071.00", "Lighthouse Managers", "Direct lighthouses."),
            ("53-5021.00", "Harbor Pilots", "Bring ships in."),
            ("53-5021.01", "Harbor Pilots, All Other", "All others."),
        ],
        "Task Statements": [
            (soc, "Title", "Task ID", "Task", "Task Type"),
            ("53-5021.00", "Harbor Pilots", 1, "Steer ships into port.", "Core"),
            ("53-5021.00", "Harbor Pilots", 2, "Read tide tables.", "Supplemental"),
            ("11-9071.00", "Lighthouse Managers", 3, "Read tide tables for others.", "Supplemental"),
        ],
        "Tasks to DWAs": [
            (soc, "Title", "Task ID", "Task", "DWA ID", "DWA Title"),
            ("53-5021.00", "", 1, "", "4.A.3.a.4.I01.D01", "Steer ships."),
            ("53-5021.00", "", 2, "", "4.A.3.a.4.I01.D02", "Read tables."),
            ("11-9071.00", "", 3, "", "4.A.3.a.4.I01.D02", "Read tables."),
        ],
        "DWA Reference": [
            ("Element ID", "Element Name", "IWA ID", "IWA Title", "DWA ID", "DWA Title"),
            ("4.A.3.a.4", "Operating Vehicles", "4.A.3.a.4.I01", "Operate ships.", "4.A.3.a.4.I01.D01", "Steer ships."),
            ("4.A.3.a.4", "Operating Vehicles", "4.A.3.a.4.I01", "Operate ships.", "4.A.3.a.4.I01.D02", "Read tables."),
        ],
        "Content Model Reference": [
            ("Element ID", "Element Name", "Description"),
            ("2.A", "Basic Skills", ""), ("2.A.1", "Content", ""), ("2.A.1.a", "Reading", ""),
            ("2.C", "Knowledge", ""), ("2.C.10", "Transportation", ""),
        ],
        "Skills": [
            rated,
            rating("53-5021.00", "2.A.1.a", "Reading", "IM", 3.12),
            rating("53-5021.00", "2.A.1.a", "Reading", "LV", 6.5),
            rating("11-9071.00", "2.A.1.a", "Reading", "IM", 2.88),
            rating("11-9071.00", "2.A.1.a", "Reading", "LV", 4.5),
            rating("53-5021.00", "2.A.1.b", "Listening", "IM", 4.5, "Y"),
        ],
        "Knowledge": [
            rated,
            rating("53-5021.00", "2.C.10", "Transportation", "IM", 4.78),
            rating("53-5021.00", "2.C.10", "Transportation", "LV", 5),
        ],
        "Alternate Titles": [
            (soc, "Title", "Alternate Title", "Short Title", "Source(s)"),
            ("53-5021.00", "", "Bar Pilot", None, "08"), ("53-5021.00", "", "bar pilot", None, "08"),
            ("53-5021.00", "", "Docking Pilot", None, "10"),
        ],
        "Job Zones": [
            (soc, "Title", "Job Zone", "Date", "Domain Source"),
            ("53-5021.00", "", 3, "", ""), ("11-9071.00", "", 4, "", ""),
        ],
        "Work Context": [
            (soc, "Title", "Element ID", "Element Name", "Scale ID", "Scale Name", "Category", "Data Value",
             "Recommend Suppress", "Not Relevant"),
            ("53-5021.00", "", "4.C.2.a.1.c", "Outdoors", "CX", "", "n/a", 4.9, "N", None),
            ("53-5021.00", "", "4.C.2.a.1.c", "Outdoors", "CXP", "", 5, 97.1, "N", None),
            ("53-5021.00", "", "4.C.1.a.4", "Talk", "CX", "", "n/a", 2.5, "N", None),
        ],
        "Interests": [
            (soc, "Title", *scale, "Date", "Domain Source"),
            ("53-5021.00", "", "1.B.1.a", "Realistic", "OI", "", 6.9, "", ""),
            ("53-5021.00", "", "1.B.1.g", "First Interest High-Point", "IH", "", 1, "", ""),
            ("53-5021.00", "", "1.B.1.h", "Second Interest High-Point", "IH", "", 6, "", ""),
            ("53-5021.00", "", "1.B.1.i", "Third Interest High-Point", "IH", "", 0, "", ""),
        ],
        "Related Occupations": [
            (soc, "Title", "Related O*NET-SOC Code", "Related Title", "Relatedness Tier", "Index"),
            ("11-9071.00", "", "53-5021.00", "", "Primary-Short", 1),
            ("11-9071.00", "", "53-5021.01", "", "Primary-Long", 2),
        ],
    }  # fmt: skip


def write_esco(folder: Path, sheets: Mapping[str, Sheet] | None = None) -> Path:
    """Write an ESCO set as CSV files; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (sheets or esco()).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def write_onet(folder: Path, sheets: Mapping[str, Sheet] | None = None, *, form: str = "txt") -> Path:
    """Write an O*NET database as text or workbooks; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Read Me.txt").write_text("O*NET 30.1 Database\n----\nDecember 2025 Release\n", encoding="utf-8")
    for name, rows in (sheets or onet()).items():
        if form == "xlsx":
            book = openpyxl.Workbook()
            page = book.active
            assert page is not None
            for row in rows:
                page.append(list(row))
            book.save(folder / f"{name}.xlsx")
        else:
            with (folder / f"{name}.txt").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, delimiter="\t").writerows([["" if c is None else c for c in row] for row in rows])
    return folder


def zipped(folder: Path, place: Path, names: Sequence[str] | None = None) -> Path:
    """Zip some files of a folder, all of them where `names` is None."""
    with zipfile.ZipFile(place, "w") as archive:
        for path in sorted(folder.iterdir()):
            if names is None or path.name in names:
                archive.write(path, path.name)
    return place
