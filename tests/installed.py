"""An example package as an installer would leave it, so that no network is needed."""

import tomllib
from pathlib import Path


def write_about(project: Path, folder: Path) -> None:
    """Write beside a package's modules in `folder` what an installer writes of it, its entry points among the rest."""
    about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    place = folder / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n")
    lines = [
        line
        for group, points in about["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (place / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
