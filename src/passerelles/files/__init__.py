"""Reading files as people have them: folders and zips, any usual encoding and delimiter, nothing lost silently."""
