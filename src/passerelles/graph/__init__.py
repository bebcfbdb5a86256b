"""The typed graph: sparse matrices behind a code index, and its networkx face."""
