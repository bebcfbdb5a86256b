# %% [markdown]
# # Un territoire, de bout en bout
#
# *Des emplois fragilisés, des postes, des bassins : qui pourrait aller où, avec combien de formation, et qui reste
# sans solution ?* L'exemple de Redon est inventé : employeurs fictifs, effectifs illustratifs.

# %%
import csv

from passerelles import build_graph, charts, load_referential, match_territory
from passerelles.referentials.bundled import sample_tables

fragile, hiring = sample_tables("redon")
with fragile.open(encoding="utf-8") as file:
    for row in csv.DictReader(file):
        print(row["employer"], row["job"], row["headcount"])

# %% [markdown]
# ## L'affectation
#
# D'abord le plus de personnes placées, puis le moins d'heures de formation. Le résultat est optimal et le prouve.

# %%
graph = build_graph(load_referential("transitions"))
found = match_territory(graph, fragile, hiring)
print(found.summary())
found

# %%
charts.territory_sankey(found)

# %% [markdown]
# ## Qui reste sans solution, et pourquoi ; quels postes restent vides

# %%
for left in found.uncovered:
    print(left)
for left in found.unfilled[:5]:
    print(left)

# %% [markdown]
# ## Et avec moins de formation ?
#
# Le budget est en heures, pour tout le territoire. Chaque ligne est un nouveau calcul.

# %%
for budget in (2_000, 10_000, 30_000):
    smaller = match_territory(graph, fragile, hiring, budget_hours=budget)
    print(f"{budget:>6} heures : {smaller.placed} personnes placées")

# %% [markdown]
# ## Pour la table des négociations
#
# `passerelles report --output rapport.html` écrit un fichier unique, lisible hors ligne, imprimable, qui dit ses
# sources, ses réglages et comment le refaire.
assert 0 < found.placed <= 140
