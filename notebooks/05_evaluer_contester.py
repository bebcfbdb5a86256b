# %% [markdown]
# # Évaluer et contester un classement
#
# *Ce classement est-il juste ? Pour qui l'est-il moins ? Que répondre à quelqu'un qui le conteste ?*

# %%
import pandas as pd

from passerelles import Settings, build_graph, charts, evaluate, load_referential, rank_moves

graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))

# %% [markdown]
# ## Juger sur ce que les experts ont listé
#
# Pour chaque métier, le référentiel liste les mobilités que ses experts tiennent pour réalistes. Une méthode est
# bonne si elle les place en tête **sans les avoir vues** : le groupe de l'origine est laissé de côté.

# %%
evaluation = evaluate(graph, methods=["random", "cosine", "nesta", "unfitted", "shipped"])
evaluation

# %%
charts.method_comparison(evaluation)

# %% [markdown]
# `shipped` est le score livré, ajusté sur le ROME ; `cosine` une simple ressemblance de listes. Sur un petit
# référentiel où les voisins se ressemblent, la plus simple est difficile à battre : les intervalles le disent.
#
# ## Pour qui est-ce moins bon ?

# %%
groups = evaluation.to_pandas("breakdown")
regulated = groups[(groups["method"] == "shipped") & (groups["split"] == "regulated")]
regulated[["group_label", "origins", "ndcg@10", "recall@10"]].rename(columns={"group_label": "métier réglementé"})

# %% [markdown]
# ## Contester une ligne
#
# Une personne dit : « Pourquoi formateur avant chauffeur de bus ? » On pose les deux scores côte à côte, partie par
# partie.

# %%
first, second = rank_moves(graph, "K2110-B", targets=["K2111", "N4103"])
pd.DataFrame(
    {
        move.target.label: {part.label(): part.value for part in move.parts} | {"Score": move.score}
        for move in (first, second)
    }
).round(2)

# %%
charts.score_waterfall(first)

# %% [markdown]
# ## Essayer une autre règle
#
# Les réglages sont écrits dans chaque résultat. Un score plus simple, aux poids posés à la main, donne-t-il le même
# ordre ?

# %%
plain = rank_moves(graph, "K2110-B", settings=Settings(scorer="unfitted"), limit=5)
fitted = rank_moves(graph, "K2110-B", limit=5)
pd.DataFrame(
    {"ajusté": [move.target.label for move in fitted], "à la main": [move.target.label for move in plain]},
    index=range(1, 6),
)

# %% [markdown]
# Quand les deux divergent, c'est une bonne raison d'en parler avec quelqu'un du métier.

# %%
assert abs(sum(part.value for part in first.parts) - first.score) < 1e-9

# %% [markdown]
# ## Sur vos fichiers
#
# Votre liste de passages jugés bons (colonnes `origine` et `cible`, des codes), en CSV : à quel rang le modèle
# les met.

# %%
from pathlib import Path

mine = Path("mes_passages.csv")
if mine.is_file():
    for start, end in pd.read_csv(mine, dtype=str, sep=";")[["origine", "cible"]].itertuples(index=False):
        ranks = [move.rank for move in rank_moves(graph, start, limit=50) if move.target.code == end]
        print(start, "->", end, ":", f"rang {ranks[0]}" if ranks else "au-delà du rang 50")
else:
    print(f"Posez votre liste à côté de ce carnet, sous le nom {mine}.")
