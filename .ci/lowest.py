"""Print the lowest version that pyproject.toml allows of each dependency, one requirement a line."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Clusters are driven by tests that the run on lowest versions leaves out: their newest releases serve.
extras = {name: rows for name, rows in project["optional-dependencies"].items() if name not in ("dask", "spark")}
for requirement in sorted({*project["dependencies"], *(r for rows in extras.values() for r in rows)}):
    if match := re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", requirement):
        print(f"{match[1]}=={match[2]}")
    elif not requirement.startswith("passerelles["):
        raise SystemExit(f"pyproject.toml: '{requirement}' has no floor of the form name>=version")
