"""``passerelles`` and ``python -m passerelles``: an interruption ends in one line, also while modules still load."""

import gc
import sys
from typing import Final

# New objects before Python looks for circles of dead ones: its own 700 cost a short command a fifth of its time.
_OBJECTS: Final = 100_000


def main() -> None:
    """Run the command line."""
    gc.set_threshold(_OBJECTS)
    try:
        from passerelles.cli.main import run  # noqa: PLC0415 - a third of a second, in which one may press Ctrl-C

        run()
    except KeyboardInterrupt:
        from passerelles.language.say import say  # noqa: PLC0415 - as above

        sys.stderr.write(say("cli.interrupted") + "\n")
        sys.exit(130)
    finally:
        gc.freeze()  # memory goes with the process: a last garbage collection would take a fifth of a short command


if __name__ == "__main__":
    main()
