# %% [markdown]
# # Évaluer et contester un classement
#
# *Ce classement est-il juste ? Pour qui l'est-il moins ? Que répondre à quelqu'un qui le conteste ?*

# %%
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
shipped = evaluation.result("shipped")
for group in shipped.breakdown["regulated"]:
    print(group.value, group.origins, "métiers, ndcg@10", round(group.metrics["ndcg@10"], 3))

# %% [markdown]
# ## Contester une ligne
#
# Une personne dit : « Pourquoi formateur avant chauffeur de bus ? » On pose les deux scores côte à côte, partie par
# partie.

# %%
first, second = rank_moves(graph, "K2110-B", targets=["K2111", "N4103"])
print(f"{'':34}{first.target.code:>10}{second.target.code:>10}")
for a, b in zip(first.parts, second.parts, strict=True):
    print(f"{a.label():34}{a.value:>10.2f}{b.value:>10.2f}")
print(f"{'score':34}{first.score:>10.2f}{second.score:>10.2f}")

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
for a, b in zip(fitted, plain, strict=True):
    print(f"{a.rank}  ajusté : {a.target.label:60.60}  à la main : {b.target.label}")

# %% [markdown]
# Quand les deux divergent, c'est une bonne raison d'en parler avec quelqu'un du métier.
assert abs(sum(part.value for part in first.parts) - first.score) < 1e-9
