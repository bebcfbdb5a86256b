"""
The licences of what the package stands on, read from what is installed: docs/licences.md.

``python docs/make_licences.py [--print]`` in an environment with the extras; what is not installed is listed as such.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from pages import publish, table

ROOT: Final = Path(__file__).resolve().parents[1]
HEAD: Final = """# Licences of dependencies

What `pip install passerelles` and its extras bring, with the licence that each package states of itself. Made by
`python docs/make_licences.py`; a bill of materials of an environment (CycloneDX), with versions and licences, is made
by `python -m cyclonedx_py environment --pyproject pyproject.toml -o sbom.cdx.json` (`pip install cyclonedx-bom`).

The package itself is under the MIT licence; the licences of data stand in the README and under every result.

"""


def wanted() -> Iterator[tuple[Requirement, str]]:
    """Yield what the project asks for, and what brings it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in project["dependencies"]:
        yield Requirement(text), "always"
    for extra, texts in project["optional-dependencies"].items():
        for text in texts:
            if not text.startswith("passerelles["):
                yield Requirement(text), extra


def closure() -> dict[str, set[str]]:
    """Names of all packages, direct or not, and what brings each."""
    found: dict[str, set[str]] = {}
    waiting = list(wanted())
    while waiting:
        requirement, by = waiting.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if by in found.setdefault(name, set()):
            continue
        found[name].add(by)
        try:
            below = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            continue
        for text in below:
            each = Requirement(text)
            extras = [{"extra": extra} for extra in (*requirement.extras, "")]
            if each.marker is None or any(each.marker.evaluate(extra) for extra in extras):
                waiting.append((each, by))
    return found


def licence(name: str) -> str:
    """Return what an installed package says of its licence."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "not installed where this page was made"
    stated = told.get("License-Expression")
    if stated:
        return str(stated)
    classified = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    if classified:
        return "; ".join(classified)
    text = (told.get("License") or "").strip().splitlines()
    return text[0] if text and len(text[0]) < 80 else "see the package"  # noqa: PLR2004 - a name, not a whole licence


def page() -> str:
    """Return the page."""
    rows = []
    for name, by in sorted(closure().items()):
        brought = "always" if "always" in by else ", ".join(f"`{extra}`" for extra in sorted(by))
        rows.append((name, brought, licence(name)))
    return HEAD + table(("package", "brought by", "licence"), rows) + "\n"


if __name__ == "__main__":
    publish("licences.md", page())
