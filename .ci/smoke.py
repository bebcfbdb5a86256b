"""What must work with nothing but the built wheel: a light import, the embedded referential, a ranking."""

import sys

import passerelles

heavy = {"sklearn", "networkx", "pandas", "openpyxl", "pyarrow"} & set(sys.modules)
assert not heavy, f"import passerelles pulls in {heavy}"
referential = passerelles.load_referential(strict=True).with_overlay("enseignement-conduite")
moves = passerelles.rank_moves(passerelles.build_graph(referential), "Moniteur / Monitrice d'auto-école", limit=2)
assert len(moves) == 2, moves
print(passerelles.__version__, referential, [move.target.code for move in moves])
