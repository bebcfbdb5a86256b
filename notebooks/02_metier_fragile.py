# %% [markdown]
# # Du métier fragile aux métiers porteurs
#
# *Un atelier d'emballage ferme. Où ses conducteurs d'installation peuvent-ils aller, par quel chemin, que leur
# manque-t-il ?*
#
# La réponse se lit en quatre temps : les métiers à portée, pourquoi, ce qui manque, le chemin et les heures.

# %%
from passerelles import (
    build_graph,
    charts,
    counterfactual,
    counterfactual_note,
    load_referential,
    rank_moves,
    rank_paths,
)

graph = build_graph(load_referential("transitions"))
fragile = "H3302"
print(graph.referential.occupation_by_code[fragile].name)

# %% [markdown]
# ## Les métiers porteurs à portée
#
# La plateforme a sa liste de métiers qui recrutent. Le score d'un couple ne dépend pas de cette liste : on peut
# l'allonger sans rien changer aux autres lignes.

# %%
hiring = ["N4101", "N4109", "H2913", "H2903", "F1703", "K1302", "N1103", "I1613", "H3301"]
moves = rank_moves(graph, fragile, targets=hiring, limit=6)
moves

# %% [markdown]
# La carte place les métiers les plus proches autour du métier d'origine.

# %%
charts.neighbour_map(graph, fragile)

# %% [markdown]
# ## Pourquoi le premier ?
#
# Le score est une somme. Chaque barre est une partie, qui se lit en une phrase.

# %%
best = moves[0]
charts.score_waterfall(best)

# %%
charts.competency_bars(best)

# %% [markdown]
# ## Que faudrait-il pour qu'un passage devienne plus proche ?
#
# Ce n'est pas deviné : le passage est noté à nouveau, comme si la personne avait ces compétences.

# %%
far = moves[-1]
for move in moves[1:]:
    nearer = "accessible" if move.level == "exigeante" else "proche"
    found = counterfactual(graph, fragile, move.target.code, level=nearer)
    print(f"{move.target.label}, {move.level}. {counterfactual_note(found, move, level=nearer)}")

# %% [markdown]
# ## Par quel chemin ?
#
# Les heures sont une estimation, sauf celles qu'une source publie ; ce qui n'est pas connu le reste. La
# période de reconversion borne les heures et les mois, et demande une certification : le verdict dit ce qui bloque.

# %%
paths = rank_paths(
    graph, fragile, targets=[best.target.code, far.target.code], frame="periode-de-reconversion", limit=3
)
paths

# %%
charts.path_ladder(paths[0])

# %% [markdown]
# **À décider par une personne.** Le classement ne sait rien de l'envie, de la santé, des horaires, ni du salaire de
# celles et ceux qu'il concerne.

# %%
assert [move.rank for move in moves] == list(range(1, len(moves) + 1))

# %% [markdown]
# ## Sur vos fichiers
#
# Une table de métiers fragiles (une ligne par métier, colonne `metier`), en CSV : pour chacun, les trois
# métiers les plus proches.

# %%
from pathlib import Path

import pandas as pd

from passerelles import resolve_title

mine = Path("mes_metiers.csv")
if mine.is_file():
    for title in pd.read_csv(mine, dtype=str, sep=";")["metier"].dropna():
        read = next(iter(resolve_title(graph.referential, title)), None)
        if read is None or read.status == "inconnu":
            print(title, ": métier inconnu, à écrire autrement")
        else:
            near = [move.target.label for move in rank_moves(graph, read.code, limit=3)]
            print(f"{title}, lu {read.label} ({read.status}) -> {near}")
else:
    print(f"Posez votre table à côté de ce carnet, sous le nom {mine}, avec une colonne metier.")
