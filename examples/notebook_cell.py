"""Cells of a notebook: a ranking shows itself as a table."""

# %%
from passerelles import build_graph, load_referential, rank_moves

graph = build_graph(load_referential("transitions").with_overlay("enseignement-conduite"))
moves = rank_moves(graph, "K2110-B", limit=5)
moves  # noqa: B018 - the last value of a cell is what a notebook shows

# %%
for move in moves:
    print(move.rank, move.target.label, move.level, [item.label for item in move.missing[:3]])
