# %% [markdown]
# # Les métiers de la mer : certificats STCW et VAE
#
# Marins pêcheurs, mécaniciens de bord, conserverie. *Qui peut passer au transport de passagers ou au remorquage, et
# que faut-il avoir d'abord ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("maritime")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# La table des marins vient d'un armement : colonnes en capitales, une colonne vide, les lieux sont des ports.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# L'accès à bord demande une aptitude médicale, un certificat de formation de base à la sécurité (CFBS) et le
# certificat ou le brevet de la fonction : le plan d'action les nomme, ce qui vient avant la formation d'abord. La VAE
# est une voie : là où une source le dit, la certification le porte (`vae`).

# %%
for flow in (*found.flows, *found.to_confirm):
    if not flow.same_job and flow.access is not None:
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
