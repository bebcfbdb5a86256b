"""The guide for a branch, followed to the letter: what it says to type is typed, what it shows is shown."""

import re
import shlex
from pathlib import Path

import pytest
from openpyxl import load_workbook

from passerelles.cli.main import run

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "branch.md"
STEP = re.compile(
    r"```sh\n(?P<commands>.+?)```"
    r"|```text\n(?P<shown>.+?)```"
    r"|^Feuille \*\*(?P<sheet>[^*]+)\*\* :\n\n(?P<table>(?:\|[^\n]+\n)+)"
    r"|feuille \*\*(?P<where>[^*]+)\*\*, ligne (?P<row>\d+), colonne \*(?P<column>[^*]+)\* : `(?P<value>[^`]+)`",
    re.DOTALL | re.MULTILINE,
)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def add_rows(book_path: Path, sheet: str, lines: list[str]) -> None:
    book = load_workbook(book_path)
    page = book[sheet]
    heads = [cell.value for cell in page[1]]
    named = cells(lines[0])
    assert set(named) <= set(heads), named
    for line in lines[2:]:
        row = dict(zip(named, cells(line), strict=True))
        page.append([row.get(str(head)) or None for head in heads])
    book.save(book_path)


def test_the_guide_can_be_followed_to_the_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PASSERELLES_HOME", str(tmp_path / "home"))
    book, out, codes, steps = tmp_path / "citernes.xlsx", "", [], 0
    for step in STEP.finditer(GUIDE.read_text(encoding="utf-8")):
        steps += 1
        if step["commands"]:
            for line in step["commands"].strip().splitlines():
                program, *words = shlex.split(line)
                assert program == "passerelles"
                with pytest.raises(SystemExit) as stopped:
                    run(words)
                codes.append((words[:2], stopped.value.code))
                out = capsys.readouterr().out
        elif step["shown"]:
            assert " ".join(step["shown"].split()) in " ".join(out.split())
        elif step["sheet"]:
            add_rows(book, step["sheet"], step["table"].strip().splitlines())
        else:
            workbook = load_workbook(book)
            sheet = workbook[step["where"]]
            heads = [cell.value for cell in sheet[1]]
            sheet.cell(int(step["row"]), heads.index(step["column"]) + 1, step["value"])
            workbook.save(book)
    assert steps > 12
    assert [code for words, code in codes if words == ["overlay", "check"]] == [1, 0]
    assert {code for words, code in codes if words != ["overlay", "check"]} == {0}


def test_the_guide_takes_two_pages() -> None:
    assert len(GUIDE.read_text(encoding="utf-8").split()) < 1300
