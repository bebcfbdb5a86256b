# %% [markdown]
# # Sur le ROME entier
#
# *Le même cas d'école, sur les 1 584 fiches du ROME.* Ce carnet demande le ROME : `passerelles download rome`, ou la
# variable `PASSERELLES_DATA` qui nomme le dossier des données publiques. Sans lui, il le dit et s'arrête.

# %%
import os
from pathlib import Path

from passerelles import PasserellesError, build_graph, charts, load_referential, rank_moves, rank_paths, rank_sources

folder = Path(os.environ.get("PASSERELLES_DATA", "")) / "rome-v460"
try:
    rome = load_referential(folder if folder.is_dir() else "rome")
except PasserellesError as error:
    print(error)
    raise SystemExit(0) from None
graph = build_graph(rome.with_overlay("enseignement-conduite"))
print(graph)

# %% [markdown]
# ## De la catégorie B au groupe lourd

# %%
moves = rank_moves(graph, "K2110-B", limit=8)
moves

# %%
charts.score_waterfall(moves[0])

# %%
charts.neighbour_map(graph, "K2110-B")

# %% [markdown]
# Les titres exigés, dans l'ordre où ils s'obtiennent, et les heures : publiées, estimées ou inconnues.

# %%
paths = rank_paths(graph, "K2110-B", targets=["K2110-GL"], frame="periode-de-reconversion")
paths

# %%
charts.path_ladder(paths[0])

# %% [markdown]
# ## Qui pourrait conduire des camions ?

# %%
sources = rank_sources(graph, "N4101", limit=10)
sources

# %%
assert all(move.target.code == "N4101" for move in sources)

# %% [markdown]
# ## Sur vos fichiers
#
# Vos tables d'emplois fragilisés et de postes, sur le ROME entier.

# %%
from passerelles import match_territory

mine = Path("mes_emplois.xlsx"), Path("mes_postes.xlsx")
if all(file.is_file() for file in mine):
    print(match_territory(graph, *mine))
else:
    print("Posez vos tables à côté de ce carnet :", " et ".join(map(str, mine)))
