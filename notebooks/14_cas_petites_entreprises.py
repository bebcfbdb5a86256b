# %% [markdown]
# # Les petites entreprises (OPCO EP) : autant de territoires que l'on veut
#
# Des entreprises de moins de cinquante salariés, une ou deux personnes par ligne. *Une ligne et une page par
# territoire, pour quarante territoires, en une commande.*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("petites-entreprises")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# Une enquête déclarative : deux lignes de titre, des effectifs de un à quatre. Les petits nombres désignent des
# personnes : la version publique les masque (`--mask`).
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# `--by epci` range chaque lot dans l'EPCI de sa commune (`--data`). Un calcul interrompu reprend où il en était : ce
# qui est écrit et serait identique est gardé.

# %%
from passerelles.territory.parts import parts

[(part.name, part.fragile.people, part.hiring.people) for part in parts(found.fragile, found.hiring, "basin")]

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
