"""``passerelles explore``: pages in the browser, on this machine."""

import socket
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import message
from passerelles.cli.commands.serve import check_libraries
from passerelles.cli.options import (
    DataOption,
    LangOption,
    Language,
    NoAccessOption,
    OverlayOption,
    ReferentialOption,
    SettingsOption,
    StrictOption,
    accepting,
    caching,
)
from passerelles.language.say import say

_HOST = "127.0.0.1"
_PATIENCE = 1.0  # seconds between two looks at whether the service listens
_LOOKS = 60


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explore", help=say("explorer.command"))(explore)


def explore(
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    settings: SettingsOption = None,
    strict: StrictOption = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=say("explorer.option.port"))] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help=say("explorer.option.no_browser"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Serve pages for people until told to stop."""
    check_libraries()
    from passerelles.service.options import LOOPBACK, Limits, Options
    from passerelles.service.run import check_address, run

    chosen = port or _free_port()
    check_address(_HOST, chosen)
    options = Options(
        referential=referential,
        overlays=tuple(overlay or ()),
        data=tuple(data or ()),
        settings=None if settings is None else Path(settings),
        strict=strict,
        access=not no_access,
        cache=caching(),
        accept_errors=accepting(),
        explorer="alone",
        hosts=LOOPBACK,
        lang=lang.lang,
        # One person on one machine: a territory takes the time that it takes.
        limits=Limits(seconds=600.0, body_bytes=40_000_000, brackets=2_000_000),
    )
    address = f"http://{_HOST}:{chosen}/"
    message(say("explorer.opened", lang=lang.lang, address=address))
    if not no_browser:
        threading.Thread(target=_open, args=(address, chosen), daemon=True).start()
    run(options, host=_HOST, port=chosen)


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind((_HOST, 0))
        return int(tried.getsockname()[1])


def _open(address: str, port: int) -> None:
    """Open the browser once the service listens."""
    for _ in range(_LOOKS):
        try:
            socket.create_connection((_HOST, port), timeout=_PATIENCE).close()
        except OSError:
            threading.Event().wait(_PATIENCE / 5)
            continue
        webbrowser.open(address)
        return
