"""
Take the pictures of the explorer that the documentation shows: ``python docs/make_explorer.py``.

They are taken of the running pages, on the embedded referential and an invented territory, at 1400 and 400 pixels, so
that they never show what is no longer there; the tests take the same ones.
"""

import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.referentials.load import load_referential
from passerelles.service.app import create_app
from passerelles.service.engine import Engine, Limits, Options

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE: Final = Path(__file__).resolve().parent / "explorer"
SIZES: Final = ((1400, 900), (400, 800))
_PALETTE: Final = 96
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def unfold(page: "Page") -> None:
    """Unfold the first explanation, and look at it."""
    page.locator("details.move summary").first.click()
    page.locator("details.move").first.evaluate("e => e.scrollIntoView()")


def wheel(page: "Page") -> None:
    """Look at the picture of the areas."""
    page.locator(".wheel").evaluate("e => e.scrollIntoView()")


def tick(page: "Page") -> None:
    """List what a job asks for, and untick some of it."""
    page.fill("#job", "K2110")
    page.locator("#start button").click()
    page.wait_for_selector("#moves .t-ranking")
    page.locator("[data-own]").nth(1).uncheck()
    page.wait_for_selector("#moves .change")


def allocate(page: "Page") -> None:
    """Allocate the people of an invented territory."""
    page.select_option("#sample", "redon")
    page.locator("#territory [type=submit]").click()
    page.wait_for_selector("[data-figure]", timeout=60_000)
    page.locator("#h-plan").evaluate("e => e.scrollIntoView()")


PICTURES: Final[dict[str, tuple[str, Callable[["Page"], None] | None]]] = {
    "moves": ("/rank/K2110", None),
    "explained": ("/rank/K2110", unfold),
    "compare": ("/compare?job=K2110&job=N4101", None),
    "map": ("/map", None),
    "areas": ("/areas", wheel),
    "profile": ("/profile", tick),
    "territory": ("/territory", allocate),
}


@contextmanager
def served(graph: OccupationGraph) -> Iterator[str]:
    """Serve the pages on this machine, and give their address."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    options = Options(explorer="alone", limits=Limits(seconds=120.0, body_bytes=10_000_000))
    app = create_app(Engine.of(graph), options)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}/explorer"
    finally:
        server.should_exit = True
        thread.join(20)


def take_all(browser: "Browser", address: str, size: tuple[int, int], folder: Path) -> Iterator[Path]:
    """Take all pictures of a size, on one page: to start a browser's page takes longer than to show it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="fr-FR"
    )
    page = context.new_page()
    for name, (path, prepare) in PICTURES.items():
        page.goto(f"{address}{path}")
        if prepare is not None:
            prepare(page)
        place = folder / f"{name}-{size[0]}.png"
        page.screenshot(path=place)
        yield place
    context.close()


def main() -> None:
    """Take all pictures."""
    from PIL import Image  # noqa: PLC0415 - a tool of the charts
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a tool of the tests

    chromium = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if chromium is None:
        sys.exit("no Chromium on the PATH")
    HERE.mkdir(exist_ok=True)
    graph = build_graph(load_referential().with_overlay("enseignement-conduite"))
    with served(graph) as address, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for size in SIZES:
            for place in take_all(browser, address, size, HERE):
                # A page has few colours: a palette of them is a third of the size.
                Image.open(place).convert("RGB").quantize(_PALETTE).save(place, optimize=True)
                print(place.relative_to(HERE.parent))
        browser.close()


if __name__ == "__main__":
    main()
