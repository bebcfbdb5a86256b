"""Commands that serve: serve, explore."""

import os
import socket
import threading
import time
import webbrowser
from contextlib import suppress
from ipaddress import ip_address
from typing import Annotated, Any

import typer

from passerelles.cli.shared import ACCEPT_ERRORS, NO_CACHE, CommandOptions, is_on, option, shared
from passerelles.errors import need

_HOST = "127.0.0.1"
_EVERYWHERE = ("", "0.0.0.0", "::")  # listened on, nothing says by which name  # noqa: S104
_LIBRARIES = ("fastapi", "uvicorn", "orjson", "prometheus_client")


def _option(name: str, **bounds: Any) -> Any:
    """Return an option that a variable of the environment may state too."""
    variable = f"PASSERELLES_{name.upper()}"
    return option(f"service.option.{name}", f"--{name}", envvar=variable, show_envvar=False, **bounds)


@shared("referential overlay no_access data observed strict settings lang")
def serve(
    opts: CommandOptions,
    ctx: typer.Context,
    host: Annotated[str, _option("host")] = _HOST,
    port: Annotated[int, _option("port", min=1, max=65535)] = 8000,
    key: Annotated[str | None, option("service.option.key", "--api-key-env")] = None,
    cors: Annotated[list[str] | None, option("service.option.cors", "--cors")] = None,
    workers: Annotated[int, _option("workers", min=1, max=64)] = 1,
    threads: Annotated[int, option("service.option.threads", "--threads", min=1, max=64)] = 2,
    timeout: Annotated[float, option("service.option.timeout", "--timeout", min=0.1)] = 10.0,
    cache: Annotated[int, option("service.option.cache", "--cache", min=0)] = 64,
    warm: Annotated[bool, option("service.option.warm", "--warm/--no-warm")] = True,
    explorer: Annotated[bool, option("service.option.explorer", "--explorer")] = False,
) -> None:
    """Serve over HTTP until told to stop."""
    check_libraries()
    from passerelles.referentials.places import place_of
    from passerelles.service.app import read_keys
    from passerelles.service.engine import LOOPBACK, options_of
    from passerelles.service.run import check_address, run

    check_address(host, port)
    stated = {
        **_data_options(opts),
        "key": ("key_variable", key),
        "cors": ("origins", tuple(cors or ())),
        "lang": ("lang", opts.lang),
        "threads": ("limits.threads", threads),
        "timeout": ("limits.seconds", timeout),
        "cache": ("limits.cache_bytes", cache * 1_000_000),
    }
    # What the command line states wins over what the environment does, and that over the defaults.
    chosen = {name: value for option, (name, value) in stated.items() if _is_stated(ctx, option)}
    chosen |= {"warm": warm} if _is_stated(ctx, "warm") or not os.environ.get("PASSERELLES_WARM") else {}
    chosen |= {"explorer": "beside" if explorer else "off"}
    if not os.environ.get("PASSERELLES_HOSTS") and host not in _EVERYWHERE:
        chosen |= {"hosts": (*LOOPBACK, host)}
    options = options_of(os.environ, chosen)
    read_keys(options.key_variable)  # before anything is said to be served
    place_of(options.referential, "referential")
    if options.key_variable is None and not _is_loopback(host):
        opts.tell("service.open", host=host)
    opts.tell("service.starting", host=host, port=str(port))
    run(options, host=host, port=port, workers=workers)


def _data_options(opts: CommandOptions) -> dict[str, tuple[str, Any]]:
    """What is opened, by option of the command line: the service's own name of it, and its value."""
    return {
        "referential": ("referential", opts.referential),
        "overlay": ("overlays", tuple(opts.overlay or ())),
        "data": ("data", tuple(opts.data or ())),
        "observed": ("observed", opts.observed),
        "settings": ("settings", opts.settings),
        "strict": ("strict", opts.strict),
        "no_access": ("access", not opts.no_access),
    }


def check_libraries() -> None:
    """
    Check, before anything is loaded, that the libraries of the service are installed.

    Raises
    ------
    MissingExtraError
        If one is not; it says how to install it.
    """
    for library in _LIBRARIES:
        need(library, "api")


def _is_stated(ctx: typer.Context, option: str) -> bool:
    source = ctx.get_parameter_source(option)
    return source is not None and source.name not in ("DEFAULT", "DEFAULT_MAP")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_LOOK_SECONDS = 1.0  # seconds between two looks at whether the service listens
_LOOKS = 60


@shared("referential overlay no_access data observed strict settings lang")
def explore(
    opts: CommandOptions,
    port: Annotated[int, option("explorer.option.port", "--port", min=0, max=65535)] = 8765,
    no_browser: Annotated[bool, option("explorer.option.no_browser", "--no-browser")] = False,
) -> None:
    """Serve pages for people until told to stop."""
    check_libraries()
    from passerelles.service import engine
    from passerelles.service.run import check_address, run

    chosen = port or _free_port()
    check_address(_HOST, chosen)
    options = engine.Options(
        **dict(_data_options(opts).values()), cache=not is_on(NO_CACHE), accept_errors=is_on(ACCEPT_ERRORS),
        explorer="alone", hosts=engine.LOOPBACK, lang=opts.lang,
        # One person on one machine: a territory takes the time that it takes.
        limits=engine.Limits(seconds=600.0, body_bytes=40_000_000, brackets=2_000_000),
    )  # fmt: skip
    address = f"http://{_HOST}:{chosen}/"
    opts.tell("explorer.opened", address=address)
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
        with suppress(OSError):
            socket.create_connection((_HOST, port), timeout=_LOOK_SECONDS).close()
            webbrowser.open(address)
            return
        time.sleep(_LOOK_SECONDS / 5)
