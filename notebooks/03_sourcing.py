# %% [markdown]
# # Sourcing : pour un métier qui ne se recrute pas
#
# *Un transporteur ne trouve plus de conducteurs poids lourd. Dans quels métiers fragiles chercher des personnes qui
# ont déjà presque tout ?*

# %%
from passerelles import build_graph, charts, load_referential, rank_sources, resolve_title

referential = load_referential("transitions")
graph = build_graph(referential)

# %% [markdown]
# ## Tous les viviers possibles
#
# `rank_sources` lit les mêmes scores que `rank_moves`, dans l'autre sens.

# %%
target = "N4101"
sources = rank_sources(graph, target, limit=8)
sources

# %% [markdown]
# ## Parmi les métiers fragiles du bassin
#
# La liste arrive en intitulés libres, comme on les écrit dans un tableur. Chacun est rapproché d'un code avec sa
# confiance ; en dessous du seuil, une personne relit.

# %%
titles = ["cariste", "conducteur livreur", "prépa commande", "conducteur de bus", "monteur en usine"]
codes = {}
for title in titles:
    candidate = resolve_title(referential, title, limit=1)[0]
    doubt = "" if candidate.confidence >= 0.9 else "   <- à relire"
    print(f"{title:20} {candidate.code} {candidate.label} ({100 * candidate.confidence:.0f} %){doubt}")
    codes[title] = candidate.code

# %%
fragile = rank_sources(graph, target, origins=sorted(set(codes.values()) - {target}))
fragile

# %% [markdown]
# ## Ce qui manque, vivier par vivier
#
# Deux choses différentes : des compétences, qui s'apprennent ; des titres exigés par la loi, qui s'obtiennent.

# %%
for move in fragile:
    print(f"{move.origin.label} : {100 * move.coverage:.0f} % de ce que le métier demande est couvert")
    for item in move.missing[:3]:
        print("   à acquérir :", item.label)
    for credential in move.credentials:
        if credential.held != "yes":
            print("   à obtenir  :", credential.label)

# %%
charts.competency_bars(fragile[0])

# %% [markdown]
# Le tableau complet, pour Excel ou pandas :

# %%
import pandas as pd

pd.set_option("display.max_colwidth", None)  # des phrases entières
frame = sources.to_pandas()
frame[["origin_label", "level", "coverage", "credentials"]]

# %%
assert len(frame) == len(sources)

# %% [markdown]
# ## Sur vos fichiers
#
# Une table des postes difficiles à pourvoir (colonne `poste`), en CSV : pour chacun, où chercher.

# %%
from pathlib import Path

mine = Path("mes_postes.csv")
if mine.is_file():
    for title in pd.read_csv(mine, dtype=str, sep=";")["poste"].dropna():
        read = next(iter(resolve_title(graph.referential, title)), None)
        if read is None or read.status == "inconnu":
            print(title, ": métier inconnu, à écrire autrement")
        else:
            near = [move.origin.label for move in rank_sources(graph, read.code, limit=3)]
            print(f"{title}, lu {read.label} ({read.status}) <- {near}")
else:
    print(f"Posez votre table à côté de ce carnet, sous le nom {mine}, avec une colonne poste.")
