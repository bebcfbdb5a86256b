"""Quality of rankings against the moves that a referential's own experts list."""
