"""Every Python block of the guides runs, page by page, on the embedded referential or on real data."""

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.+?)^```", re.DOTALL | re.MULTILINE)
PAGES = [
    page
    for page in sorted(DOCS.rglob("*.md"))
    if page.parent.name != "carnets" and BLOCK.search(page.read_text(encoding="utf-8"))  # notebooks are run as such
]
# How pages name the data of their reader.
NAMES = {
    '"rome"': "rome-v460",
    '"chemin/vers/rome"': "rome-v460",
    '"chemin/vers/esco"': "esco-v1.1.1",
    '"esco-rome-v1.4.csv"': "crosswalks/esco-rome-v1.4.csv",
    '"DOSSIER"': "",
    '"chemin/vers/data"': "",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_the_examples_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    code = "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    if any(name in code for name in NAMES):
        data: Path = request.getfixturevalue("real_data")
        for name, folder in NAMES.items():
            code = code.replace(name, repr(str(data / folder)))
    monkeypatch.chdir(tmp_path)
    for name, head in (("fragile", "headcount"), ("hiring", "openings")):
        text = f"employer,job,{head},basin\nAlpha,{'N1103' if name == 'fragile' else 'N4101'},6,Redon\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, str(page), "exec"), {"__name__": "page"})  # noqa: S102 - they are our own pages
