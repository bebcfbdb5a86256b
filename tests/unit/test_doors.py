"""What a command writes and where: streams that are full, closed or narrow, devices, links, signals, its own input."""

import csv
import errno
import io
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from passerelles import build_graph, load_referential, rank_profiles
from passerelles.__main__ import main
from passerelles.cli.main import run
from passerelles.compiled import compile_index
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.io.atomic import atomic_file
from passerelles.io.csv import csv_text
from passerelles.session import read_settings
from passerelles.settings import Settings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes, devices and signals of POSIX")
ENGINE = [sys.executable, "-m", "passerelles"]
RANK = ["rank", "K2110", "--limit", "3"]


@pytest.fixture(scope="module")
def index(plain_embedded: OccupationGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled index, from which a process ranks in a third of the time."""
    return compile_index(plain_embedded, tmp_path_factory.mktemp("index") / "metiers.zip")


def outcome(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        run(words)
    seen = capsys.readouterr()
    return ended.value.code, seen.out, seen.err


def temporary(folder: Path) -> list[Path]:
    return list(folder.glob(".passerelles-*"))


def test_an_output_goes_through_a_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.append(pipe.read_bytes()))
    reader.start()
    code, _, _ = outcome(*RANK, "-f", "json", "-o", str(pipe), capsys=capsys)
    reader.join(20)
    assert code == 0
    assert json.loads(seen[0])["schema"] == "passerelles/rank@1"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_output_goes_into_a_device_that_stays_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(*RANK, "-o", "/dev/null", capsys=capsys)[0] == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_device_that_is_full_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = outcome(*RANK, "-o", "/dev/full", capsys=capsys)
    assert (code, len(err.splitlines()), "(plus de place)" in err) == (2, 1, True)
    assert "/dev/full" in err


def test_a_link_is_followed_and_stays_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "real.csv", tmp_path / "link.csv"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    link.symlink_to(target)
    assert outcome(*RANK, "-f", "csv", "-o", str(link), capsys=capsys)[0] == 0
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("rank,")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert temporary(tmp_path) == temporary(target.parent) == []


def test_a_link_that_leads_nowhere_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "link.csv")
    code, _, err = outcome(*RANK, "-f", "csv", "-o", str(link), capsys=capsys)
    assert (code, len(err.splitlines())) == (2, 1)
    assert str(link) in err
    assert "RuntimeError" not in err


@pytest.mark.parametrize("spelling", ["same", "link", "hard link", "sheet"])
def test_a_command_never_writes_onto_its_own_input(
    spelling: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "liste.csv"
    own.write_text("métier\nmaçon\n", encoding="utf-8")
    output = own
    if spelling == "link":
        output = tmp_path / "autre.csv"
        output.symlink_to(own)
    elif spelling == "hard link":
        output = tmp_path / "autre.csv"
        output.hardlink_to(own)
    given = f"{own}#x" if spelling == "sheet" else str(own)
    code, _, err = outcome("resolve", "-i", given, "-o", str(output), capsys=capsys)
    assert (code, len(err.splitlines())) == (2, 1)
    assert str(output) in err
    assert own.read_text(encoding="utf-8") == "métier\nmaçon\n"


@pytest.mark.parametrize(
    "words",
    [
        ("resolve", "--review", "liste.csv", "--choices", "x.csv", "--output", "./x.csv"),
        ("evaluate", "--methods", "random", "--predictions", "x.csv", "--output", "x.csv"),
    ],
)
def test_no_output_of_a_command_erases_another(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("liste.csv").write_text("métier\nmaçon\n", encoding="utf-8")
    code, _, err = outcome(*words, capsys=capsys)
    assert (code, len(err.splitlines()), "x.csv" in err) == (2, 1, True)
    assert not Path("x.csv").exists()


def test_a_command_never_writes_onto_the_data_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "trajets.csv"
    own.write_text("from,to,minutes\nRedon,Figeac,300\n", encoding="utf-8")
    words = (*RANK, "-f", "csv", "--data", str(tmp_path), "-o", str(own))
    if "--data" not in outcome("rank", "--help", capsys=capsys)[1]:
        words = ("territory", "rank", "--basin", "Redon", "-f", "csv", "--data", str(tmp_path), "-o", str(own))
    assert outcome(*words, capsys=capsys)[0] == 2
    assert own.read_text(encoding="utf-8").startswith("from,")


@pytest.mark.parametrize(
    ("encoding", "form"), [("cp1252", "table"), ("ascii", "json"), ("cp1252", "csv"), ("", "table")]
)
def test_a_terminal_that_lacks_a_character_gets_a_substitute(encoding: str, form: str, index: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    if not encoding:
        environment |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    words = [*ENGINE, *RANK, "-r", str(index), "-f", form]
    done = subprocess.run(words, capture_output=True, env=environment, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("utf-8" if form == "csv" else encoding or "ascii")  # CSV is for programs
    assert "K2110" in text
    assert ("é" in text) == (form == "csv" or encoding == "cp1252")
    assert form != "table" or "-" * 40 in text
    usual = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=True)
    assert text.count("?") == usual.stdout.decode().count("?"), "_PLAIN_SIGNS in cli/main.py lacks a sign"
    if form == "json":  # nothing is lost there: the character is written as an escape
        assert (
            "œ" in json.dumps(json.loads(text), ensure_ascii=False) or "é" in json.loads(text)["results"][0].__str__()
        )


def test_a_word_in_oe_keeps_its_letters_where_an_encoding_lacks_them_and_no_text_breaks_a_pipe() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp850", "PYTHONUTF8": "0"}
    shown = subprocess.run(
        [*ENGINE, "resolve", "manœuvre bâtiment", "-n", "1"], capture_output=True, env=environment, check=True
    )
    assert "Manoeuvre" in shown.stdout.decode("cp850")
    words = [*map(os.fsencode, ENGINE), b"resolve", b"caf\xe9 cariste", b"-n", b"1", b"-f", b"csv"]
    done = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_sign_that_changes_a_figure_has_a_substitute_of_the_same_meaning(index: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    words = [*ENGINE, *RANK, "-r", str(index), "--explain", "1"]
    shown = [
        subprocess.run(words, capture_output=True, env=environment | more, timeout=120, check=True).stdout
        for more in ({}, {"PYTHONIOENCODING": "utf-8"})
    ]
    narrow, whole = shown[0].decode("cp1252"), shown[1].decode("utf-8")
    signs = str.maketrans({"−": "-", "\u202f": " ", "─": "-", "≈": "~", "→": ">"})
    assert narrow.replace("->", ">") == whole.translate(signs).replace("->", ">")
    assert {"−", "\u202f"} <= {*whole}


def shell(line: str, **options: object) -> subprocess.CompletedProcess[str]:
    engine = " ".join(ENGINE)
    done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S602 - our own line
        line.replace("ENGINE", engine),
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    return done


@pytest.mark.parametrize(
    "line",
    [
        "ENGINE rank K2110 -r INDEX -f json > /dev/full",
        "ENGINE rank K2110 -r INDEX -f xlsx -o /dev/full",
        "ENGINE rank K2110 -r INDEX >&-",
        "ENGINE schema >&-",
    ],
)
def test_an_output_that_takes_nothing_is_told_in_one_line(line: str, index: Path) -> None:
    done = shell(line.replace("INDEX", str(index)))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_closed_stdout_matters_only_to_what_is_printed(tmp_path: Path, index: Path) -> None:
    written = tmp_path / "a.json"
    done = shell(f"ENGINE rank K2110 -r {index} -f json -o {written} >&-")
    assert (done.returncode, done.stderr) == (0, f"Écrit : {written}\n")
    assert json.loads(written.read_text(encoding="utf-8"))["results"]


def test_a_reader_that_leaves_is_no_fault(index: Path) -> None:
    for words in ("schema", f"rank K2110 -r {index} -f csv"):
        assert shell(f"(ENGINE {words}; echo $? >&2) | true").stderr == "0\n"


WAIT = (
    "import signal, sys, time\nfrom pathlib import Path\nfrom passerelles.cli import main, moves\n"
    # A run in the background of a shell ignores Ctrl-C, and so would the run that it starts.
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from passerelles.io.atomic import atomic_file\n"
    "def command(origin: str):\n"
    "    with atomic_file(Path(sys.argv[1]), overwrite=True) as file:\n"
    "        file.write(b'half')\n        print('ready', flush=True)\n        time.sleep(60)\n"
    "moves.rank = command\nmain.run(['rank', 'K2110'])\n"
)


def interrupted(path: Path, number: int) -> tuple[int, str]:
    """What a run says that a signal ends while it writes."""
    with subprocess.Popen(
        [sys.executable, "-c", WAIT, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        return process.returncode, err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_in_one_line_and_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old", encoding="utf-8")
    ended, err = interrupted(tmp_path / "out.csv", number)
    assert ended == code
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "old"


def test_what_a_killed_run_left_is_swept_after_a_day(tmp_path: Path) -> None:
    code, _ = interrupted(tmp_path / "out.csv", signal.SIGKILL)
    assert code == -signal.SIGKILL
    (left,) = temporary(tmp_path)
    with atomic_file(tmp_path / "next.csv") as file:  # it may be another run's, still at work
        file.write(b"x")
    assert temporary(tmp_path) == [left]
    os.utime(left, (time.time() - 90_000,) * 2)
    with atomic_file(tmp_path / "next.csv", overwrite=True) as file:
        assert len(temporary(tmp_path)) == 1  # its own
    assert temporary(tmp_path) == []


def test_a_disk_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")

    def write() -> None:
        with atomic_file(tmp_path / "a.csv", overwrite=True) as file:
            file.write(b"new")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(PasserellesError) as caught:
        write()
    assert caught.value.key == "write_failed"
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == ["old"]


def test_no_text_of_a_csv_is_a_formula() -> None:
    cells = ["=1+1", "+33 6", "-x", "@a", "\tb", "\rc", "-1,5", "+3", -2, -0.5, "plain", None]
    _, row = csv.reader(io.StringIO(csv_text(["a"] * len(cells), [cells]), newline=""))
    assert row[:6] == ["'=1+1", "'+33 6", "'-x", "'@a", "'\tb", "'\nc"]
    assert row[6:] == ["-1,5", "+3", "-2", "-0.5", "plain", ""]


def _nested(path: Path) -> Path:
    path.write_text('{"competencies": ' + "[" * 200_000, encoding="utf-8")
    return path


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


PROFILES: dict[str, Callable[[Path], Path]] = {
    "nested": _nested,
    "endless": lambda _: Path("/dev/zero"),
    "not a number": lambda path: _written(path, b'{"competencies": [NaN]}'),
    "a folder": lambda path: path.parent,
    "bytes": lambda path: _written(path, b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_that_is_deep_or_endless_gives_one_message_within_a_second(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = PROFILES[name](tmp_path / "profil.json")
    start = time.monotonic()
    code, _, err = outcome("rank", "--profile", str(path), capsys=capsys)
    assert time.monotonic() - start < 1.5
    assert (code, len(err.splitlines())) == (2, 1)


@pytest.mark.parametrize("output", ["parts", "moves.csv"])
def test_many_profiles_without_end_give_one_message_at_once(
    output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.monotonic()
    words = ("rank", "--profiles", "/dev/zero", "-o", str(tmp_path / output))
    code, _, err = outcome(*words, capsys=capsys)
    assert time.monotonic() - start < 5
    assert (code, len(err.splitlines())) == (2, 1)
    assert [*tmp_path.iterdir()] == []
    with pytest.raises(PasserellesError, match="/dev/zero"):
        rank_profiles(build_graph(load_referential("transitions")), "/dev/zero")


@pytest.mark.parametrize("value", ["1e999", "-1e999", "NaN", "1e300", "1" + "0" * 400])
def test_settings_that_are_no_measure_are_refused(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reglages.json"
    path.write_text(f'{{"effort": {{"skill_hours": {value}}}}}', encoding="utf-8")
    code, _, err = outcome(*RANK, "--settings", str(path), capsys=capsys)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "skill_hours" in err or "JSON" in err
    with pytest.raises(ValueError, match="skill_hours"):
        Settings.model_validate({"effort": {"skill_hours": float("inf")}})


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [
        ('{"strict": "x"}', "strict : il faut true ou false", "strict: it must be true or false"),
        ('{"weights": 3}', "weights : il faut un objet", "weights: an object is needed"),
        ('{"near": {"exact_categories": 3}}', "near.exact_categories : il faut une liste", "a list is needed"),
        ('{"scorer": 3}', "scorer : il faut un texte", "a text is needed"),
        (
            '{"titles": {"review_treshold": 1}}',
            "inconnu). Vouliez-vous dire : titles.review_threshold ?",
            "unknown). Did",
        ),
        ('{"weights": {"core": NaN}}', "weights.core : il faut un nombre fini", "a finite number is needed"),
        ('{"weights": {"core": 1e13}}', "weights.core : il faut au plus 1000000000000)", "at most 1000000000000 is"),
        ('{"weights": {"core": 0}}', "weights.core : il faut plus de 0)", "more than 0 is needed"),
        ('{"near": {"label_threshold": 0.2}}', "il faut plus de 0.5)", "more than 0.5 is needed"),
    ],
)
def test_what_is_wrong_with_settings_is_told_in_the_language_asked_for(
    text: str, fr: str, en: str, tmp_path: Path
) -> None:
    (path := tmp_path / "reglages.json").write_text(text, encoding="utf-8")
    with pytest.raises(PasserellesError) as told:
        read_settings(path)
    assert fr in told.value.message("fr")
    assert en in told.value.message("en")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_without_end_is_refused_before_anything_is_loaded(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("territory", "match", "--fragile", "nowhere.csv", f"--radius={value}")
    code, _, err = outcome(*words, capsys=capsys)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "--radius" in err


def _overlay(folder: Path, *, length: int) -> Path:
    folder.mkdir()
    names = [f"C{i:04}" for i in range(length)]
    tables = {
        "manifest.toml": 'schema = "passerelles/overlay@1"\nname = "x"\nversion = "1"\n',
        "credentials.csv": "code,label,kind\n" + "".join(f"{n},Titre {n},titre\n" for n in names),
        "credential_prerequisites.csv": "credential,requires,source\n"
        + "".join(f"{a},{b},s\n" for a, b in itertools.pairwise(names)),
        "credential_requirements.csv": f"occupation,credential,kind,source\nN4101,{names[0]},required,s\n",
    }
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_chain_of_prerequisites_without_end_gives_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, long = _overlay(tmp_path / "short", length=40), _overlay(tmp_path / "long", length=3000)
    assert outcome("show", "N4101", "--overlay", str(short), capsys=capsys)[0] == 0
    code, _, err = outcome("levers", "--origin", "K2110", "--target", "N4101", "--overlay", str(long), capsys=capsys)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "C0000" in err


def test_a_manifest_nested_without_end_gives_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.toml").write_text("x = " + "[" * 100_000, encoding="utf-8")
    code, _, err = outcome("show", "K2110", "--referential", str(tmp_path), capsys=capsys)
    assert code == 2
    assert "RecursionError" not in err


def test_zips_with_an_entry_twice_or_leading_out_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, names in enumerate((("a.csv", "a.csv"), ("../a.csv",), ("/a.csv",), ("x\\..\\..\\a.csv",))):
        place = tmp_path / f"{number}.zip"
        with warnings.catch_warnings(), zipfile.ZipFile(place, "w") as archive:
            warnings.simplefilter("ignore")
            for name in names:
                archive.writestr(name, "a,b\n1,2\n")
        for words in (("show", "K2110", "-r", str(place)), ("download", "rome", "--from", str(place))):
            code, _, err = outcome(*words, capsys=capsys)
            assert (code, len(err.splitlines())) == (2, 1)
            assert "a.csv" in err


def test_an_interruption_before_the_command_line_is_loaded_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("passerelles.cli.main.run", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Interrompu.\n"
