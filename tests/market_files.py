"""Small market, geography and certification files written at run time, with every quirk of the public ones."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

BMO_2023 = ("annee", "Code métier BMO", "Nom métier BMO", "Famille_met", "Lbl_fam_met", "BE23", "NOMBE23", "Dept",
            "NomDept", "REG", "NOM_REG", "met", "xmet", "smet")  # fmt: skip
BMO_2024 = ("annee", "Code métier BMO", "Nom métier BMO", "Famille_met", "Lbl_fam_met", "REG", "NOM_REG", "Dept",
            "NomDept", "BE24", "NOMBE24", "met", "xmet", "smet")  # fmt: skip
NAMES = {"A0Z40": "Famille agricole", "J3Z43": "Famille route", "W1Z80": "Famille formation", "A0X40": "Famille neuve"}


def bmo_row(
    family: str, basin: object, department: str, met: object, xmet: object = "*", smet: object = "*", **other: object
) -> dict[str, object]:
    """One row by column name, the basin column being called BASIN."""
    return {
        "annee": 2023,
        "Code métier BMO": family,
        "Nom métier BMO": NAMES.get(family, family),
        "Famille_met": "Z",
        "Lbl_fam_met": "Autres métiers",
        "BASIN": basin,
        "NOMBASIN": f"BASSIN {basin}",
        "Dept": department,
        "NomDept": f"Département {department}",
        "REG": "53",
        "NOM_REG": "Région Neuve",
        "met": met,
        "xmet": xmet,
        "smet": smet,
        **other,
    }


def write_bmo(path: Path, rows: Iterable[dict[str, object]], header: Sequence[str] = BMO_2023) -> Path:
    """Write a workbook whose first sheet describes the variables, as the published ones do."""
    book = openpyxl.Workbook()
    about = book.active
    assert about is not None
    about.title = "Description des variables"
    about.append([])
    about.append([None, "Variables ", "Description "])
    for name in header:
        about.append([None, name, f"description de {name}"])
    sheet = book.create_sheet("données")
    sheet.append(list(header))
    for row in rows:
        sheet.append([row[_plain(name)] for name in header])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def _plain(name: str) -> str:
    return {"BE23": "BASIN", "BE24": "BASIN", "NOMBE23": "NOMBASIN", "NOMBE24": "NOMBASIN"}.get(name, name)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a text file, its folder included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


CROSSWALK = """Fap;Rome;intitule_rome
A0Z00;NA;NA
A0Z40;A1416;Polyculture, élevage
J3Z43;N4101;Conduite de transport
J3Z43;N4102;Conduite de personnes
W1Z80;K2110;Formation en conduite
J3Z43;K2110;Formation en conduite
J3Z43;N4101;Conduite de transport
;;
"""
TENSION_ROME = """annee;rome;libfap;cbassin;lib_bassin_bmo19;oee;defm_abc;ind_tension_d;ind_int_emb_d;\
ind_main_oeuvre_d;ind_dur_empl_d;ind_cond_travail_d;ind_mismatch_geo_d;ind_specif_form_empl_d
2020;N4101;Conduite;5313;REDON;2;1;5;4;3;2;1;5;4
2020;N4101;Conduite;101;BASSE-TERRE;2;9;1;1;1;1;1;1;NA
2020;K2110;Formation;5313;REDON;2;1;2;3;3;3;3;3;3
"""
TENSION_FAP = """fap,Emploi moyen,Tension ,Catégorie Tension,Intensité d'embauches,Lien formation-emploi,\
Manque de main-d'œuvre disponible,Non-durabilité de l'emploi,\
Conditions de travail contraignantes,Inadéquation géographique,Année,niveau_geo,niveau_fap,reg,dep
J3Z43,63100,-0.1,3.0,5.0,3.0,2.0,5.0,4.0,5.0,2019,nat,fap 225,,
J3Z43,100,0.2,4.0,5.0,3.0,2.0,5.0,4.0,5.0,2019,reg ,fap 225,1.0,
J3Z43,100,,,,,,,,,2019,dep,fap 225,,35
J3Z43,100,0.1,2.0,2.0,2.0,2.0,2.0,2.0,2.0,2019,dep,fap 225,,44
W1Z80,100,0.3,1.0,1.0,1.0,1.0,1.0,1.0,1.0,2019,nat,fap 225,,
"""
WAGES = """"Fap3","Annee","Salaire_median"
"J3Z43","2017-2019",1903
"J3Z43","2003-2005",1200
"W1Z","2017-2019",2100
"W1Z80","2003-2005",NA
"Z","2003-2005",NA
"""
BMO_ROWS = (
    bmo_row("J3Z43", 5313, "35", "50", "14", "*"),
    bmo_row("J3Z43", 5313, "44", "*", "*", "*"),
    bmo_row("W1Z80", 5313, "35", "16", "16", "*"),
    bmo_row("J3Z43", 101, "971", "*"),
    bmo_row("A0Z40", 101, "971", "250", "58", "47"),
    bmo_row("A0Z40", 7549, "47", "8", "5"),
)


def market_folder(folder: Path) -> Path:
    """Write a folder of market files whose names say nothing of what they hold."""
    write_bmo(folder / "x" / "un.xlsx", BMO_ROWS)
    rows = [row | {"annee": 2024, "Code métier BMO": "A0X40"} for row in BMO_ROWS[:1]]
    write_bmo(folder / "deux.xlsx", rows, BMO_2024)
    write(folder / "a.csv", CROSSWALK, "cp1252")
    write(folder / "b.csv", TENSION_ROME)
    write(folder / "y" / "z" / "c.txt", TENSION_FAP)
    write(folder / "d.csv", WAGES)
    write(folder / "autre.csv", "a,b\n1,2\n")
    return folder


BASINS_2021 = """reg,dep,codgeo,codbe,libbe
53,35,35236,5313,REDON
53,44,44007,5313,REDON
53,56,56250,5313,REDON
75,64,64445,7538,BEARN
75,64,64300,7538,BEARN
84,1,1001,8401,BOURG EN BRESSE
84,1,1002,8401,BOURG EN BRESSE
1,97,97105,101,BASSIN BASSE-TERRE
1,97,97123,101,ILES DU NORD
76,34,34003,7649,Agde-P麥nas
"""
BASINS_2019 = """CODE_COMMUNE_INSEE,REG_CREDOC,REG,DEP,CCOMMUNE,NOMCOM,BE19,NOMBE19
35236,C,53,35,35236,Redon,5313,REDON
44007,C,53,44,44007,Sainte-Colombe,5313,REDON
64445,M,75,64,64445,Pau,7538,BEARN
64300,M,75,64,64300,Lacq,7538,BEARN
01001,A,84,01,01001,L' Abergement-Clémenciat,8403,AMBERIEU
34003,A,76,34,34003,Agde,7649,AGDE-PEZENAS
"""
COORDINATES = """;GeoPoint;Annee;Code_Officiel_Commune;latitude;longitude
0;x;2025;35236;47.65;-2.08
1;x;2025;44007;47.41;-1.86
2;x;2025;64445;43.30;-0.37
3;x;2025;64300;43.41;-0.62
4;x;2025;01001;46.15;4.93
5;x;2025;97105;16.0;-61.7
6;x;2025;34003;nord;3.47
"""
COMMUNE_NAMES = """codgeo,libgeo,ze_2020,codze2020,libze2020
01002,Sainte-Colombe,8405 - Bourg en Bresse,8405,Bourg en Bresse
56250,Saint-Vincent,8405 - x,8405,x
"""


def places_folder(folder: Path) -> Path:
    """Write a folder of geography files whose names say nothing of what they hold."""
    write(folder / "g" / "1.csv", BASINS_2021, "utf-8-sig")
    write(folder / "g" / "0.csv", BASINS_2019)
    write(folder / "2.csv", COORDINATES)
    write(folder / "3.csv", COMMUNE_NAMES, "utf-8-sig")
    return folder
