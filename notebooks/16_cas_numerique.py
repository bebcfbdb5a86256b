# %% [markdown]
# # S'installer à son compte dans le numérique (ENVI) : une option, jamais un placement
#
# Une école propose des places pour devenir développeur, graphiste ou gestionnaire de communauté à son compte. *Qui
# pourrait le choisir, et que faut-il avant ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("numerique")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# La colonne du statut dit « indépendant » ou « micro-entreprise » : ces lignes sont des options, à côté des postes
# salariés.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# Personne n'est compté comme placé sur une activité à son compte : l'option est dite, avec ce qu'exige le métier (une
# coiffeuse à domicile doit tenir le diplôme que l'entreprise exige). Ce qui n'est pas de ce calcul : l'étude de
# marché, l'immatriculation, l'assurance, la protection sociale ; elles se voient avec un conseiller à la création.

# %%
for flow in found.options:
    print(flow.fragile.title, "->", flow.hiring.title, ":", flow.access_said())

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
