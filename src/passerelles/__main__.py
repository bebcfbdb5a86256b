"""``python -m passerelles``."""

from passerelles.cli.main import run

run()
