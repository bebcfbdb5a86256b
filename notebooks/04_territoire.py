# %% [markdown]
# # Un territoire, de bout en bout
#
# *Des emplois fragilisés, des postes, des bassins : qui pourrait aller où, avec combien de formation, et qui reste
# sans solution ?* L'exemple de Redon est inventé : employeurs fictifs, effectifs illustratifs.

# %%
import pandas as pd

from passerelles import build_graph, charts, load_referential, match_territory
from passerelles.referentials.places import sample_tables

pd.set_option("display.max_colwidth", None)  # des phrases entières
fragile, hiring = sample_tables("redon")
pd.read_csv(fragile, dtype=str)[["employer", "job", "headcount", "basin"]]

# %% [markdown]
# ## L'affectation
#
# D'abord le plus de personnes placées, puis le moins d'heures de formation. Le résultat est optimal et le prouve.

# %%
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
found

# %%
charts.territory_sankey(found)

# %% [markdown]
# ## Quels postes restent vides, et pourquoi

# %%
found.to_pandas("unfilled")[["employer", "label", "empty", "openings", "sentence"]].head(5)

# %% [markdown]
# ## Et avec moins de formation ? Qui reste sans solution, et pourquoi
#
# Le budget est en heures, pour tout le territoire. Chaque ligne est un nouveau calcul.

# %%
budgets = (2_000, 10_000, 30_000)
smaller = {budget: match_territory(graph, fragile, hiring, budget_hours=budget) for budget in budgets}
for budget, allocation in smaller.items():
    print(f"{budget:>6} heures : {allocation.summary()}")

# %%
smaller[10_000].to_pandas("uncovered")[["employer", "label", "people", "sentence"]]

# %% [markdown]
# Ce qui changerait, borne par borne :

# %%
smaller[10_000].to_pandas("changes")[["sentence"]]

# %% [markdown]
# ## Pour la table des négociations
#
# `passerelles report --output rapport.html` écrit un fichier unique, lisible hors ligne, imprimable, qui dit ses
# sources, ses réglages et comment le refaire.

# %%
assert 0 < found.placed <= 140

# %% [markdown]
# ## Sur vos fichiers
#
# Vos deux tables, en CSV ou Excel, telles que vos entreprises les écrivent : ce qui n'est pas lu est mis de
# côté et dit.

# %%
from pathlib import Path

mine = Path("mes_emplois.xlsx"), Path("mes_postes.xlsx")
if all(file.is_file() for file in mine):
    print(match_territory(graph, *mine))
else:
    print("Posez vos tables à côté de ce carnet :", " et ".join(map(str, mine)))
