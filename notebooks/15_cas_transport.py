# %% [markdown]
# # La logistique (AFTRAL) : des enseignants de la conduite vers le groupe lourd
#
# Le cas d'école, affecté : des moniteurs de catégorie B, des conducteurs de l'armée, des livreurs ; des postes
# d'enseignants du groupe lourd et de conducteurs. *Qui peut former, qui peut conduire, que manque-t-il ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("transport")
graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# Les deux enseignements sont la même fiche ROME : le référentiel de branche `enseignement-conduite` les distingue,
# avec le certificat complémentaire (CCS groupe lourd) et les permis.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# Un enseignant de catégorie B n'est jamais placé d'office sur un poste du groupe lourd : le mouvement est à confirmer
# ou demande le CCS, et le plan d'action le nomme.

# %%
for flow in (*found.flows, *found.to_confirm):
    print(
        flow.people,
        flow.fragile.title,
        "->",
        flow.hiring.title,
        "|",
        flow.access_said() or "",
        "|",
        flow.to_find_out() or "",
    )

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
