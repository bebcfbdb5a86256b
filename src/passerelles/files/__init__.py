"""The compiled index on disk: named arrays and documents, mapped into memory, checked when first read."""
