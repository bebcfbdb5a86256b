"""
The command line: one file for the commands of a subject, one door for errors, results on stdout and the rest on stderr.

The modules that most commands call stand here, each loaded when something of it is first asked for.
"""

from typing import TYPE_CHECKING

from passerelles.sharing import LaterModule

__all__ = ["envelope", "lookups", "own_overlays", "terminal"]

if TYPE_CHECKING:
    from passerelles.referentials import own_overlays
    from passerelles.report import envelope, lookups
    from passerelles.views import terminal
else:
    envelope, lookups = (LaterModule(f"passerelles.report.{name}") for name in ("envelope", "lookups"))
    own_overlays = LaterModule("passerelles.referentials.own_overlays")
    terminal = LaterModule("passerelles.views.terminal")
