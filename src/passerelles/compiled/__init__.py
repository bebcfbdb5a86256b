"""Compiling: everything that ranking needs, computed once and written as an index that opens at once."""
