"""Tables of an invented branch; nothing to import."""
