# %% [markdown]
# # Premiers pas
#
# Charger le référentiel embarqué, regarder un métier, classer les métiers à portée, comprendre un classement.
# Ce carnet tourne partout : rien à télécharger.

# %%
from passerelles import Profile, build_graph, load_referential, rank_moves, rank_sources

referential = load_referential("transitions").with_overlay("enseignement-conduite")
graph = build_graph(referential)
print(referential)

# %% [markdown]
# ## Du moniteur auto-école au moniteur poids lourds
#
# Un métier se donne par son code ou par une appellation exacte.

# %%
moves = rank_moves(graph, "Moniteur / Monitrice d'auto-école", limit=5)
for move in moves:
    print(move.rank, move.target.code, move.target.label, f"couverture {move.coverage:.0%}", move.level)

# %% [markdown]
# Le score est la somme de ses parties ; chacune se lit en une phrase.

# %%
best = moves[0]
for part in best.parts:
    print(f"{part.value:+.2f}", part.label(), "-", part.sentence())
assert abs(sum(part.value for part in best.parts) - best.score) < 1e-9

# %% [markdown]
# Ce que la loi exige : détenu, à obtenir, ou inconnu.

# %%
for credential in best.credentials:
    print(credential.held, "-", credential.label)

# %% [markdown]
# Une personne qui a déjà le permis C le dit dans un profil ; ce qu'elle ne dit pas reste inconnu.

# %%
person = Profile("K2110-B", credentials={"PERM-C": "yes"})
move = rank_moves(graph, person, targets=["K2110-GL"])[0]
print([credential.label for credential in move.credentials if credential.held == "unknown"])

# %% [markdown]
# ## Dans l'autre sens : où trouver des conducteurs poids lourd ?

# %%
for move in rank_sources(graph, "N4101", limit=5, filters=["other-domain"]):
    print(move.rank, move.origin.code, move.origin.label, move.level)
