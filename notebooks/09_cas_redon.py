# %% [markdown]
# # Redon : un seul bassin, des tables telles qu'elles arrivent
#
# Soudure, découpe de volaille, conditionnement d'un côté ; logistique, agroalimentaire, soin de l'autre. *Que peut-on
# annoncer le mois prochain, et que faut-il confirmer d'abord ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("redon-entreprises")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# La table des emplois a deux lignes de titre, une ligne de total, un poste écrit deux fois. Rien n'est à nettoyer :
# la lecture passe les titres et le total, additionne, met de côté ce qu'elle ne comprend pas.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# Lisez d'abord la page « Plan d'action » : les mises en relation (un soudeur pour un soudeur) n'attendent personne ;
# les intitulés à confirmer se règlent d'un coup de téléphone.

# %%
from passerelles.territory.actions import actions

for action in actions(found.release()):
    print(f"{action.kind:10} {action.people or '?':>3}  {action.what}")

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
