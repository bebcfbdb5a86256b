"""Referentials in: one reader a format, one draft that checks them all, overlays, and the embedded ones."""
