"""What people read, in French and in English: data in TOML files, one folder a language, one file a subject."""
