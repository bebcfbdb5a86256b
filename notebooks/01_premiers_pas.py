# %% [markdown]
# # Premiers pas
#
# Charger le référentiel embarqué, classer les métiers à portée, comprendre un classement, chercher dans l'autre sens.
# Ce carnet tourne partout : rien à télécharger.

# %%
from passerelles import Profile, build_graph, charts, load_referential, rank_moves, rank_sources

referential = load_referential("transitions").with_overlay("enseignement-conduite")
graph = build_graph(referential)
referential

# %% [markdown]
# `help(rank_moves)` dit ce qu'une fonction attend et rend, avec un exemple qui tourne ; la touche de tabulation
# complète `graph.` ou `moves[0].` comme partout.
#
# ## Du moniteur auto-école au moniteur poids lourds
#
# Un métier se donne par son code ou par une appellation exacte. Le résultat se lit tel quel ; chaque ligne se déplie.

# %%
moves = rank_moves(graph, "Moniteur / Monitrice d'auto-école", limit=5)
moves

# %% [markdown]
# Un passage seul dit tout ce qu'il sait : ce qui est acquis, proche, à acquérir, et ce que la loi exige, détenu ou à
# obtenir. Ce que l'on ne sait pas est dit inconnu.

# %%
best = moves[0]
best

# %% [markdown]
# Le score est la somme de ses parties ; chacune se lit en une phrase.

# %%
charts.score_waterfall(best)

# %%
assert abs(sum(part.value for part in best.parts) - best.score) < 1e-9

# %% [markdown]
# ## Une personne, pas seulement un métier
#
# Qui a déjà le permis C le dit dans un profil ; ce qu'elle ne dit pas reste inconnu.

# %%
person = Profile("K2110-B", credentials={"PERM-C": "yes"})
move = rank_moves(graph, person, targets=["K2110-GL"])[0]
for credential in move.credentials:
    if credential.held == "unknown":
        print("à obtenir, sauf si déjà détenu :", credential.label)

# %% [markdown]
# ## Dans l'autre sens : où trouver des conducteurs poids lourd ?
#
# Un filtre écarte ou garde ; ici, seulement les autres domaines que celui du métier visé.

# %%
rank_sources(graph, "N4101", limit=5, filters=["other-domain"])

# %% [markdown]
# ## Et dans un tableur
#
# `moves.rows()` et `moves.to_pandas()` rendent des lignes ; `passerelles rank N4101 --format xlsx --output f.xlsx`
# écrit le classeur, ses sources et ses réglages.

# %%
import pandas as pd

pd.set_option("display.max_colwidth", None)  # des libellés entiers
moves.to_pandas()[["rank", "target_code", "target_label", "level", "coverage"]]

# %% [markdown]
# ## Sur vos fichiers
#
# Un référentiel à vous (dossier ou zip, voir « le format des tables ») se charge par son chemin. Sans lui, la
# cellule le dit.

# %%
from pathlib import Path

mine, job = Path("mon_referentiel"), "N4101"  # remplacez : votre référentiel, un de ses codes
if mine.exists():
    print(rank_moves(build_graph(load_referential(mine)), job, limit=5))
else:
    print(f"Posez votre référentiel à côté de ce carnet, sous le nom {mine}.")
