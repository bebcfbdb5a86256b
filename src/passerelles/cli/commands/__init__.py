"""Commands, one file each; every heavy import is inside the function, so that a command loads what it uses only."""
