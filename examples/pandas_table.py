"""A table of jobs in pandas: the best move of each, beside it."""

import pandas as pd

from passerelles import build_graph, load_referential, rank_moves

graph = build_graph(load_referential("transitions"))
jobs = pd.DataFrame({"code": ["K2110", "N4101", "H2909"], "headcount": [3, 12, 7]})
best = [rank_moves(graph, code, limit=1)[0] for code in jobs["code"]]
jobs["target"] = [move.target.label for move in best]
jobs["coverage"] = [move.coverage for move in best]
print(jobs.to_string(index=False))
