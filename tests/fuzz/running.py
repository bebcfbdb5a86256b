"""One reader on many inputs: each gives an answer or a message, in time, and what means the same the same answer."""

import random
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from fuzz.corpus import COUNTS, Answer, Files, Reader
from fuzz.mutations import READINGS, damage, keep
from passerelles.errors import PasserellesError, PasserellesWarning
from passerelles.language.say import LANGS

SECONDS: Final = 5.0  # longer is a hang
SEED: Final = 20261126
DEAR: Final = frozenset({"a chain without end", "empty cells", "blanks", "an endless cell", "a nested manifest"})
RARELY: Final = 0.9  # share of the times that one of these is drawn and another taken instead


class HangError(BaseException):
    """An input took too long. No reader may take it for a fault of the file."""


@dataclass
class Report:
    """What became of the inputs of one reader, and every fault, each with what makes it again."""

    reader: str
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def inputs(self) -> int:
        """How many were tried."""
        return sum(self.outcomes.values())


@dataclass(frozen=True)
class Outcome:
    """What a reader said of some files: a refusal by its key, or an answer."""

    refused: str = ""
    answer: Answer | None = None


class Folder:
    """Where inputs lie one after the other: of the hundreds of files of an index, those that change are written."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.files: Files = {}

    def holding(self, files: Files) -> "Folder":
        """Hold these files alone; what is written is a new file, as the one before may still be mapped."""
        for name in self.files.keys() - files.keys():
            (self.place / name).unlink()
        for name, data in files.items():
            if self.files.get(name) != data:
                path = self.place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                path.write_bytes(data)
        self.files = files
        return self


def fuzz(reader: Reader, count: int, *, seed: int = SEED) -> Report:
    """Try every seed, then changes of them, drawn at random: the same in every run."""
    report = Report(reader.name)
    with tempfile.TemporaryDirectory() as place:
        _fuzz(reader, count, seed, report, Folder(Path(place)))
    return report


def _fuzz(reader: Reader, count: int, seed: int, report: Report, folder: Folder) -> None:
    seeds = {name: cache(make) for name, make in reader.seeds.items()}
    names = list(seeds)
    first: dict[str, Outcome | None] = {}
    for number in range(count):
        rng = random.Random(f"{seed} {reader.name} {number}")  # noqa: S311 - a draw that can be repeated
        name = names[number] if number < len(names) else rng.choice(names)
        if name in DEAR and number >= len(names) and rng.random() < RARELY:
            name = names[0]
        files = seeds[name]()
        if name not in first:
            first[name] = _tried(reader, folder.holding(files), report, f"{name}, as it is")
            continue
        turn = rng.random()
        if turn < 0.25 and reader.keeps:
            change = rng.choice(reader.keeps)
            kept = folder.holding(keep(files, change, rng))
            before, after = first[name], _tried(reader, kept, report, f"{number}: {name}, {change}")
            if None not in (before, after) and not _alike(before, after):
                report.faults.append(f"{number}: {name}, {change}: another answer: {_short(before)} / {_short(after)}")
        elif turn < 0.5 and reader.counts and name == "sound":
            _count(reader, files, first[name], report, rng, number, folder)
        else:
            for _ in range(rng.choice((1, 1, 2))):
                files = damage(files, rng)
            _tried(reader, folder.holding(files), report, f"{number}: {name}, damaged")


def _alike(before: Any, after: Any) -> bool:
    if before.answer is None or after.answer is None:  # for another reason perhaps: a zip of one byte again and again
        return before.answer is after.answer
    return bool(before.answer.content == after.answer.content)


def _short(outcome: Any) -> str:
    return outcome.refused or repr(outcome.answer)[:300]


def _count(
    reader: Reader,
    files: Files,
    before: Outcome | None,
    report: Report,
    rng: random.Random,
    number: int,
    folder: Folder,
) -> None:
    """Write one count as people do: it is read as that number or set aside, and so is every other; none is lost."""
    text = rng.choice(sorted(READINGS))
    ((name, data),) = files.items()
    rows = [line.split(";") for line in data.decode().splitlines()]
    place, row = rows[0].index(reader.counts), rng.randrange(1, len(rows))
    rows[row][place] = text
    changed = "\n".join(";".join(row) for row in rows).encode()
    outcome = _tried(reader, folder.holding({name: changed}), report, f"{number}: count {text!r}")
    if outcome is None or outcome.answer is None or before is None or before.answer is None:
        return
    lots, aside = outcome.answer.content
    people = {employer: count for employer, _, count, _ in lots}
    for at, count in enumerate(COUNTS):
        found = people.get(f"Société {at}")
        allowed = READINGS[text] if at == row - 1 else frozenset({count})
        if found is not None and found not in allowed:
            report.faults.append(f"{number}: count {text!r} of row {row}: {found} people of Société {at}")
    if len(people) < len(COUNTS) and not aside:
        report.faults.append(f"{number}: count {text!r}: a row is lost without a word")


def _tried(reader: Reader, folder: Folder, report: Report, what: str) -> Outcome | None:
    """Read what a folder holds; anything but an answer or a message in both languages is a fault."""
    start = time.process_time()
    try:
        with _limited(SECONDS), warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            warnings.simplefilter("ignore", PasserellesWarning)  # a column that is not read is told, and breaks nothing
            outcome = _read(reader, folder)
    except (Exception, HangError) as error:  # noqa: BLE001 - what is looked for
        *_, before, last = (None, *traceback.extract_tb(error.__traceback__))
        where = before if isinstance(error, HangError) and before else last
        report.outcomes["fault"] += 1
        place = f"{Path(where.filename).name}:{where.lineno}" if where else "?"
        report.faults.append(f"{what}: {type(error).__name__} {str(error)[:200]} ({place})")
        return None
    finally:
        report.slowest = max(report.slowest, time.process_time() - start)
    report.outcomes["refused" if outcome.answer is None else "told" if outcome.answer.said else "read"] += 1
    return outcome


def _read(reader: Reader, folder: Folder) -> Outcome:
    first, *others = folder.files
    single = reader.single or (not others and first.endswith(".zip"))
    try:
        return Outcome(answer=reader.read(folder.place / first if single else folder.place))
    except PasserellesError as error:
        messages = [error.message(lang) for lang in LANGS]
        assert all(message.strip() for message in messages)
        return Outcome(refused=error.key)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise in the middle of what takes too long: so much of the processor, or twenty times that on the clock."""

    def stop(*_: object) -> None:
        raise HangError(f"{seconds} s")

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, 20 * seconds))
    before = [signal.signal(number, stop) for _, number, _ in timers]
    for timer, _, after in timers:
        signal.setitimer(timer, after)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
