# %% [markdown]
# # Lacq, Pau, Tarbes : la chimie et l'aéronautique
#
# Pau et Lacq sont dans le bassin BEARN, Tarbes dans le sien. *Les opérateurs de la chimie retrouvent-ils leur métier
# à côté ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("lacq-pau-tarbes-entreprises")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# Les lieux sont des communes avec leur code postal ; la géographie (`--data`) dit leur bassin. Un intitulé vaut « ???
# » : il est mis de côté avec ses trois personnes, et le total le dit.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# Les mouvements vers le même métier viennent d'abord ; ceux dont l'intitulé est lu sans certitude sont à confirmer,
# avec les postes qui leur sont réservés.

# %%
for problem in found.release().set_aside:
    print(problem.sentence("fr"))

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
