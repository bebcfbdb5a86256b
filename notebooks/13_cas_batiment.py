# %% [markdown]
# # Le bâtiment, bassin par bassin : une commande pour toute une région
#
# La branche compare ses bassins. *Où manque-t-on de postes, où manque-t-on de formation ?*
#
# Les tables sont inventées : employeurs fictifs, effectifs illustratifs.

# %%
from pathlib import Path

from passerelles import build_graph, load_referential, match_territory
from passerelles.referentials.places import sample_tables

fragile, hiring = sample_tables("batiment")
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %% [markdown]
# Une table pour la région, le bassin dans une colonne. Chaque bassin est calculé seul, sous les mêmes choix : les
# lignes se comparent.
#
# Le référentiel embarqué n'a que 128 métiers : sur le ROME, bien plus de lignes sont lues.

# %%
found.to_pandas("set_aside") if found.release().set_aside else "rien n'est mis de côté"

# %% [markdown]
# `territoires.csv` a une ligne par bassin : effectif, placés, à confirmer, sans solution, postes vides, heures ; la
# page de chaque bassin dit pourquoi.

# %%
import tempfile

from passerelles.report.batch import Batch
from passerelles.territory.parts import parts

by_basin = Batch(graph, parts(found.fragile, found.hiring, "basin"), {}, {}, pages=False)
with tempfile.TemporaryDirectory() as folder:
    lines = by_basin.run(Path(folder))
for line in lines:
    print(f"{line['territory']:15} {line['headcount']:>3} personnes, {line['placed'] or 0:>3} placées")

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
