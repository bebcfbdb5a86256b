"""The command line: one file a command, one door for errors, results on stdout and the rest on stderr."""
