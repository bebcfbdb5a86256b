"""The HTTP service: the same answers as the command line, for programs that ask over the network."""
