"""``passerelles serve``: the HTTP service."""

import importlib.util
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from passerelles.cli.answer import message
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
)
from passerelles.errors import MissingExtraError
from passerelles.language.say import say

_LIBRARIES = ("fastapi", "uvicorn", "orjson")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("serve", help=say("service.command"))(serve)


def serve(
    referential: ReferentialOption = "transitions",
    overlay: OverlayOption = None,
    no_access: NoAccessOption = False,
    data: DataOption = None,
    settings: SettingsOption = None,
    strict: StrictOption = False,
    host: Annotated[str, typer.Option("--host", help=say("service.option.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=say("service.option.port"))] = 8000,
    key: Annotated[str | None, typer.Option("--api-key-env", help=say("service.option.key"))] = None,
    cors: Annotated[list[str] | None, typer.Option("--cors", help=say("service.option.cors"))] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help=say("service.option.workers"))] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, max=64, help=say("service.option.threads"))] = 2,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help=say("service.option.timeout"))] = 10.0,
    cache: Annotated[int, typer.Option("--cache", min=0, help=say("service.option.cache"))] = 64,
    warm: Annotated[bool, typer.Option("--warm/--no-warm", help=say("service.option.warm"))] = True,
    explorer: Annotated[bool, typer.Option("--explorer", help=say("service.option.explorer"))] = False,
    lang: LangOption = Language.FR,
) -> None:
    """Serve over HTTP until told to stop."""
    check_libraries()
    from passerelles.service.options import Limits, Options
    from passerelles.service.run import check_address, run

    check_address(host, port)
    options = Options(
        referential=referential,
        overlays=tuple(overlay or ()),
        data=tuple(data or ()),
        settings=None if settings is None else Path(settings),
        strict=strict,
        access=not no_access,
        accept_errors=accepting(),
        key_variable=key,
        origins=tuple(cors or ()),
        warm=warm,
        explorer="beside" if explorer else "off",
        lang=lang.lang,
        limits=Limits(seconds=timeout, threads=threads, cache_bytes=cache * 1_000_000),
    )
    if key is None and not _is_loopback(host):
        message(say("service.open", lang=lang.lang, host=host))
    message(say("service.starting", lang=lang.lang, host=host, port=str(port)))
    run(options, host=host, port=port, workers=workers)


def check_libraries() -> None:
    """
    Check, before anything is loaded, that the libraries of the service are installed.

    Raises
    ------
    MissingExtraError
        If one is not; it says how to install it.
    """
    for library in _LIBRARIES:
        if importlib.util.find_spec(library) is None:
            raise MissingExtraError(library, "api")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
