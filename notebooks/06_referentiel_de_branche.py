# %% [markdown]
# # Écrire le référentiel de sa branche
#
# *Le ROME a une fiche là où notre branche voit deux métiers.* Un référentiel de branche se pose sur un autre : il
# découpe une fiche, ajoute des compétences et des titres exigés. Il s'écrit dans un tableur : un tableau, un fichier
# CSV.

# %%
import tempfile
from pathlib import Path

from passerelles import build_graph, charts, load_referential, rank_moves
from passerelles.referentials.validate import validate

folder = Path(tempfile.mkdtemp()) / "quai"
folder.mkdir()

# %% [markdown]
# ## Les tableaux
#
# Ici, deux sortes de préparateurs de commandes : en froid négatif, et en entrepôt mécanisé.

# %%
tables = {
    "manifest.toml": """
schema = "passerelles/overlay@1"
name = "quai"
version = "0.1.0"
title = "Préparation de commandes, deux spécialités"
date = "2026-11-25"
language = "fr"
licence = "MIT"
source = "Exemple inventé pour ce carnet"
""",
    "specialised_occupations.csv": """code,base,label,definition
N1103-FROID,N1103,Préparateur / Préparatrice de commandes en froid négatif,Prépare des commandes en chambre froide.
N1103-MECA,N1103,Préparateur / Préparatrice de commandes en entrepôt mécanisé,Sert un poste alimenté par des convoyeurs.
""",
    "competencies.csv": """code,label,kind
Q001,Travailler par grand froid en respectant les temps de pause,savoir-faire
Q002,Débloquer un convoyeur sans danger,savoir-faire
""",
    "requirements.csv": """occupation,competency,action,status
N1103-FROID,Q001,add,core
N1103-MECA,Q002,add,core
N1103-MECA,Q003,add,core
""",
}
for name, text in tables.items():
    (folder / name).write_text(text, encoding="utf-8")

# %% [markdown]
# ## Vérifier
#
# Tout ce qui ne va pas est dit en une fois : fichier, ligne, quoi, que faire. Ici, une compétence citée n'existe pas.

# %%
report = validate("transitions", overlays=[folder])
for notice in report.notices:
    if notice.file == "requirements.csv" or "Q003" in notice.what("fr"):
        print(f"{notice.file}, ligne {notice.line} : {notice.what('fr')}")
        print("   ->", notice.action("fr"))

# %% [markdown]
# On corrige la ligne, et on vérifie à nouveau.

# %%
fixed = tables["requirements.csv"].replace("N1103-MECA,Q003,add,core\n", "")
(folder / "requirements.csv").write_text(fixed, encoding="utf-8")
report = validate("transitions", overlays=[folder])
assert not any("Q003" in notice.what("fr") for notice in report.notices)
print(report.severities)

# %% [markdown]
# ## Utiliser
#
# Poser le référentiel de branche ne change aucun score entre les autres métiers : on peut l'adopter sans refaire le
# reste.

# %%
plain = build_graph(load_referential("transitions"))
graph = build_graph(load_referential("transitions").with_overlay(folder))
moves = rank_moves(graph, "N4105", targets=["N1103-FROID", "N1103-MECA", "N4101"])
moves

# %%
cold = next(move for move in moves if move.target.code == "N1103-FROID")
charts.competency_bars(cold)

# %%
before = rank_moves(plain, "N4105", targets=["N4101"])[0]
after = rank_moves(graph, "N4105", targets=["N4101"])[0]
assert before.score == after.score
print(before.score, "=", after.score)

# %% [markdown]
# ## Sur vos fichiers
#
# Votre référentiel de branche (dossier de tables, ou classeur) : ce qu'il ajoute. Ses fautes arrêtent la
# cellule, toutes dites d'un coup.

# %%
mine = Path("ma_branche")
if mine.exists():
    enriched = build_graph(load_referential("transitions").with_overlay(mine))
    print(len(enriched.codes) - len(plain.codes), "métiers de plus")
else:
    print(f"Posez votre référentiel de branche à côté de ce carnet, sous le nom {mine}.")
