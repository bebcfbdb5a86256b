# %% [markdown]
# # Aurillac, Figeac, Rodez : trois bassins, une industrie qui se défait
#
# Trois bassins éloignés, de la mécanique aéronautique, de la confection, un centre d'appels. *Qui pourrait aller où
# sans quitter son bassin ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("aurillac-figeac-rodez-entreprises")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# Quatre tables arrivent de trois bassins. Une ligne est écrite deux fois (même employeur, même métier, même lieu) :
# elle est additionnée, et c'est dit. Un intitulé n'est pas lu : il est mis de côté.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# Sans rayon, des personnes sont placées à soixante kilomètres de chez elles. Comparez avec `--radius 0`, qui garde
# chacun dans son bassin, et `--radius 40`.

# %%
by_basin = {}
for flow in found.flows:
    key = flow.fragile.basin_label, flow.hiring.basin_label
    by_basin[key] = by_basin.get(key, 0) + flow.people
by_basin

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
