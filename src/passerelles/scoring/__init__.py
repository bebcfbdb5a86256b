"""Scores: what an origin holds of a target, what resembles, and the sum of named parts."""
