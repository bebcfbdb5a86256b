"""What an index of packages shows: whole metadata, a description that renders, licences of all that is brought."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_metadata_is_whole() -> None:
    assert PROJECT["authors"]
    assert all(author["name"] for author in PROJECT["authors"])
    assert len(PROJECT["keywords"]) >= 5
    assert PROJECT["license"] == "MIT"
    assert PROJECT["urls"]
    known = [
        file.read_text("utf-8") for file in (ROOT / "src" / "passerelles").rglob("*") if file.suffix in (".py", ".toml")
    ]
    assert [url for url in PROJECT["urls"].values() if not any(url in text for text in known)] == []  # none is invented
    versions = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert versions[0] == PROJECT["requires-python"].removeprefix(">=")
    assert versions == sorted(versions, key=lambda v: int(v[2:]))
    ran = (ROOT / "docs" / "release-pythons.txt").read_text("utf-8")
    assert [v for v in versions if f"{v}." not in ran] == []  # named only once tests passed on it


def test_no_checkout_changes_the_ends_of_lines_that_checksums_count() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout")
    asked = ["git", "-c", "core.autocrlf=true", "check-attr", "text", "referentials/transitions/occupations.csv"]
    assert subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.endswith("text: unset\n")


def test_the_long_description_renders() -> None:
    markdown = pytest.importorskip("readme_renderer.markdown")
    assert PROJECT["readme"] == "README.md"
    text = (ROOT / "README.md").read_text("utf-8")
    shown = markdown.render(text)
    assert shown is not None
    assert len(re.findall(r"<h2[ >]", shown)) == len(re.findall(r"^## ", text, flags=re.MULTILINE))
    assert "<pre" in shown


def test_every_dependency_has_its_licence_listed() -> None:
    rows = re.findall(
        r"^\| ([a-z0-9-]+) \| (.+?) \| (.+?) \|$", (ROOT / "docs" / "licences.md").read_text("utf-8"), re.MULTILINE
    )
    listed = {name: licence for name, _, licence in rows}
    extras = [text for texts in PROJECT["optional-dependencies"].values() for text in texts]
    asked = [re.split(r"[\[><=;]", text)[0] for text in (*PROJECT["dependencies"], *extras)]
    assert {name for name in asked if name != "passerelles"} <= set(listed)
    assert all(licence not in ("", "see the package") for licence in listed.values())
