# %% [markdown]
# # Un constructeur automobile : six régions, tous les sites en une fois
#
# Sept cents postes supprimés sur huit sites, dans six régions. *Site par site, région par région, qui trouve un poste
# près de chez lui ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("automobile")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# Deux exports des classeurs du siège : un titre au-dessus des en-têtes, une ligne vide, un total général. Les classeurs
# eux-mêmes conviennent aussi, cellules fusionnées comprises.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# Une seule commande fait une ligne et une page par site (`--by employer`) ou par région (`--by region`, avec
# `--data`). La page d'ensemble donne le tout.

# %%
from passerelles.territory.parts import parts

for part in parts(found.fragile, found.hiring, "employer"):
    here = match_territory(graph, part.fragile, part.hiring)
    print(f"{part.name:40} {here.placed:4} placées sur {part.fragile.people}")

# %% [markdown]
# ## Sur vos fichiers
#
# Remplacez ces deux noms par ceux de vos tables (CSV ou Excel), posées à côté de ce carnet.

# %%
mine = Path("mes_emplois.xlsx"), Path("mes_postes.xlsx")
if all(file.is_file() for file in mine):
    print(match_territory(graph, *mine))
else:
    print("Posez vos tables à côté de ce carnet :", " et ".join(map(str, mine)))
