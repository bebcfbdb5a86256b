"""Rows with named columns, and how results show themselves: text, HTML, pandas."""
