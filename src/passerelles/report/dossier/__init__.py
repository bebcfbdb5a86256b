"""The report of a territory: one HTML file that opens offline, read by people who may contest it."""
