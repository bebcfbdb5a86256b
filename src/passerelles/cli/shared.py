"""The options that commands share, and the ways to write a result."""

import io
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, get_args

import typer

from passerelles.cli import envelope, terminal
from passerelles.errors import PasserellesError, need
from passerelles.io.atomic import check_free, file_with_provenance, write_whole
from passerelles.io.csv import csv_text
from passerelles.language.say import Lang, say
from passerelles.model import MoveKind
from passerelles.views.excel import BookPage, book_page, write_workbook
from passerelles.views.shown import whole_page
from passerelles.views.spec import Page, Sheet

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from passerelles.charts.drawing import Chart
    from passerelles.graph.core import OccupationGraph
    from passerelles.market.own_lists import JobList
    from passerelles.market.places import Places
    from passerelles.matching.worklist import Worklist
    from passerelles.notices import Notice
    from passerelles.progress import Tell, Unit
    from passerelles.referentials.referential import Referential
    from passerelles.session import Session
    from passerelles.settings import Settings
    from passerelles.territory.lots import Locator, Lots, Problem, Side, Table

Show = Callable[["terminal.Screen"], None]
MakeJson = Callable[[], Mapping[str, Any]]
# Options of all commands, wherever they stand in the line: variables of the environment that the entry point sets.
NO_CACHE: Final = "PASSERELLES_NO_CACHE"
ACCEPT_ERRORS: Final = "PASSERELLES_ACCEPT_ERRORS"


def option(key: str, *names: str, **more: Any) -> Any:
    """Return an option of some names; `key` is that of the sentence which helps, in ``cli.option`` if it has no dot."""
    # readable: what may not be read says so in our words, where it is read.
    return typer.Option(*names, help=key if "." in key else f"cli.option.{key}", readable=False, **more)


def argument(key: str, **more: Any) -> Any:
    """Return an argument; `key` is that of the sentence which helps, in ``cli.argument`` if it has no dot."""
    return typer.Argument(help=key if "." in key else f"cli.argument.{key}", readable=False, **more)


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


# What the ending of an output's name says of its form, where --format says nothing.
_LIST_ENDINGS: Final = (".csv", ".xlsx", ".json")
_FORM_OF: Final = dict.fromkeys(("", ".txt"), Format.TABLE) | {
    ending: Format(ending[1:]) for ending in (*_LIST_ENDINGS, ".html")
}
_OUTPUT_OPTIONS: Final = frozenset({"output", "chart", "rejects", "predictions"})  # names of options
_ENDINGS_READ: Final = frozenset({".csv", ".toml", ".xlsx"})
_SET_ASIDE_ROWS: Final = 12  # of tables, set aside, that are said one by one

LangOption = Annotated[Lang, option("lang", "--lang")]
FragileOption = Annotated[Path | None, option("fragile", "--fragile")]
FrameOption = Annotated[str | None, option("frame", "--frame")]


@dataclass(frozen=True)
class CommandOptions:
    """Values of the options that commands share; those that a command does not take are at their defaults."""

    basin: Annotated[str | None, option("market_basin", "--basin")] = None
    include: Annotated[list[str] | None, option("include", "--include")] = None
    explain: Annotated[int, option("explain", "--explain", min=0)] = 0
    filters: Annotated[list[str] | None, option("filter", "--filter")] = None
    referential: Annotated[str, option("referential", "--referential", "-r")] = "transitions"
    overlay: Annotated[list[str] | None, option("overlay", "--overlay")] = None
    no_access: Annotated[bool, option("no_access", "--no-access")] = False
    data: Annotated[list[Path] | None, option("data", "--data")] = None
    observed: Annotated[Path | None, option("observed", "--observed")] = None
    travel: Annotated[Path | None, option("travel", "--travel")] = None
    source: Annotated[Path | None, option("input", "--input", "-i")] = None
    column: Annotated[str | None, option("column", "--column", "-c")] = None
    limit: Annotated[int, option("limit", "--limit", "-n", min=1)] = 10
    strict: Annotated[bool, option("strict", "--strict")] = False
    settings: Annotated[Path | None, option("settings", "--settings")] = None
    form: Annotated[Format | None, option("format", "--format", "-f")] = None
    output: Annotated[Path | None, option("output", "--output", "-o")] = None
    chart: Annotated[Path | None, option("chart", "--chart")] = None
    lang: LangOption = "fr"

    def say(self, key: str, **values: object) -> str:
        """Return a sentence in the language asked for."""
        return say(key, lang=self.lang, **values)

    def tell(self, key: str, **values: object) -> None:
        """Say a sentence to the person, beside the result."""
        message(self.say(key, **values))

    def tell_notices(self, notices: "Iterable[Notice | Problem]") -> None:
        """Say what reading a table of the user's own left out or changed, row by row."""
        for notice in notices:
            message(f"  {notice.sentence(self.lang)}")

    def read_lots(self, table: "Table", side: "Side", *, locator: "Locator | None" = None) -> "Lots":
        """Read a table of lots; say what was set aside, and what was done with the others."""
        from passerelles.territory.reading import read_lots

        least = self.session.settings.titles.review_threshold
        lots = read_lots(self.session.referential, table, side, locator=locator, review_threshold=least)
        self.tell_reading(lots)
        return lots

    def tell_reading(self, *sides: "Lots | None") -> None:
        """Say what reading tables of lots did, and which rows it set aside: the first ones, each with its reason."""
        from passerelles.territory.lots import reading_notes

        tables = [*filter(None, sides)]
        for note in reading_notes(tables):
            message(note.sentence(self.lang))
        rows = [row for lots in tables for row in lots.set_aside]
        self.tell_notices(rows[:_SET_ASIDE_ROWS])
        if len(rows) > _SET_ASIDE_ROWS:
            message(f"  {self.say('territory.table.more', n=len(rows) - _SET_ASIDE_ROWS)}")

    def job_list(self, path: Path | None, *, places: "Places | None" = None) -> "JobList | None":
        """Read a list of jobs, where one is named; say which rows of it were left out or changed."""
        if path is None:
            return None
        from passerelles.market.own_lists import load_job_list

        jobs = load_job_list(path, self.session.referential, places=places)
        self.tell_notices(jobs.notices)
        return jobs

    @staticmethod
    def refuse_unused(key: str, **options: object) -> None:
        """
        Refuse options that would change nothing beside others, by names such as ``no_context``.

        Raises
        ------
        PasserellesError
            If one is given; `key` is that of the message.
        """
        named = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
        if named:
            raise PasserellesError(key, options=", ".join(named))

    def progress(
        self, key: str, *, total: int | None = None, unit: "Unit" = "items", **values: object
    ) -> "AbstractContextManager[Tell]":
        """Return a progress bar on stderr under a sentence."""
        from passerelles.progress import progress_bar

        return progress_bar(self.say(key, **values), total=total, unit=unit, lang=self.lang)

    def open(self, referential: str | None = None, *, tensions: bool = True) -> "Session":
        """Open what is named, or the files of another referential; what reading finds in overlays is said in a line."""
        from passerelles.session import Session

        def tell(name: str, errors: int, warnings: int, command: str) -> None:
            self.tell("overlay.found", name=name, errors=errors, warnings=warnings, command=command)

        return Session(
            referential or self.referential, tuple(self.overlay or ()) if referential is None else (),
            tuple(self.data or ()), self.settings, self.strict, self.travel, self.observed, tensions,
            access=not self.no_access, cache=referential is None and not is_on(NO_CACHE),
            accept_errors=is_on(ACCEPT_ERRORS), tell=tell,
            preparing=lambda name: self.tell("cache.preparing", name=name), noticed=self.tell_notices,
        )  # fmt: skip

    @cached_property
    def session(self) -> "Session":
        """The session of all that is named."""
        return self.open()

    @cached_property
    def graph(self) -> "OccupationGraph":
        """The graph of the referential that is named."""
        return self.session.graph

    def with_included_kinds(self, settings: "Settings") -> "Settings":
        """
        Return settings with which a ranking of sources lists the kinds of move that are asked for besides.

        Raises
        ------
        PasserellesError
            If there is no such kind.
        """
        from passerelles.settings import with_options

        kinds, known = self.include or (), get_args(MoveKind)
        if odd := [kind for kind in kinds if kind not in known]:
            raise PasserellesError("unknown_move_kind", value=odd[0], known=", ".join(known))
        excluded = tuple(kind for kind in settings.ranking.sources_exclude if kind not in kinds)
        return with_options(settings, "ranking", sources_exclude=excluded)

    def with_access(self) -> "Referential":
        """Return the referential with its overlays and, unless it was refused, the catalogue of access facts."""
        from passerelles.referentials.referential import lay_access

        loaded = self.session.referential
        return loaded if self.no_access or loaded.access is not None or loaded.index is not None else lay_access(loaded)

    def scored(self, name: str, items: Sequence[dict[str, Any]], settings: "Settings | None" = None) -> dict[str, Any]:
        """
        Return the object that a command prints as JSON, where the graph scored; see `report.envelope.envelope`.

        `settings` are those that options changed; the graph's own where None.
        """
        return envelope.envelope(name, self.graph, items, settings=settings)

    def on_screen(
        self,
        page: "Callable[[Lang], Page]",
        of: "Referential | None" = None,
        *,
        unfold: int | None = None,
        occupied: bool | None = None,
    ) -> "PageShow":
        """
        Return what shows the page of a result, then where the data come from.

        What the scorer does not tell stands between, where it is said whether the origin is `occupied`.
        """
        return PageShow(self, page, of, unfold, occupied)

    def emit(self, payload: MakeJson, sheets: Sequence[Sheet], show: Show) -> None:
        """
        Write an answer on stdout, or whole into the output: what is asked for is made, and nothing else.

        Parameters
        ----------
        payload
            Gives the whole JSON object.
        sheets
            Its rows for CSV (the first one) and Excel (all).
        show
            Prints it on a terminal.

        Raises
        ------
        PasserellesError
            If the file cannot be written, or Excel is asked for on stdout.
        """
        if self.form is Format.XLSX:
            self._write_book([book_page(sheet, lang=self.lang) for sheet in sheets], payload())
        elif self.form is Format.TABLE:
            write_text(self._table(show), self.output, encoding=None)
        elif self.form is Format.HTML:
            if not isinstance(show, PageShow):
                raise PasserellesError("output_page")
            write_text(show.html(), self.output)
        elif self.form is Format.JSON:
            write_text(json_text(payload(), self.output), self.output)
        else:
            self._write_csv(csv_text([column.key for column in sheets[0].columns], sheets[0].rows), payload)
        if self.output is not None:
            self.tell("cli.written", path=self.output)

    def _write_csv(self, text: str, payload: MakeJson) -> None:
        """Write a CSV, and where it goes into a file, what made it beside."""
        if self.output is None:
            write_text(text, None)
            return
        with file_with_provenance(self.output, envelope.about_payload(payload())) as file:
            file.write(text.encode("utf-8"))

    def _write_book(self, pages: Sequence[BookPage], about: Mapping[str, Any]) -> None:
        """Write a workbook that ends with a sheet which says where the answer comes from: `about`, its JSON object."""
        write_workbook([*pages, book_page(envelope.about_sheet(about, lang=self.lang), lang=self.lang)], self.output)

    def _table(self, show: Show) -> str:
        """Print on a terminal as it is; into a pipe or a file without colour, nor blanks at the ends of lines."""
        screen = terminal.Screen(lang=self.lang)
        if self.output is None and sys.stdout.isatty():
            show(screen)
            return ""
        width = screen.width if self.output is None else terminal.WIDTH
        return terminal.printed_text(show, lang=self.lang, width=width)

    def with_form(self) -> Self:
        """
        Return the same, its form the one asked for, else what the name of the output says, else a table.

        Checks what would make the run fail at its end: the name, the folder, the library.

        Raises
        ------
        PasserellesError
            If the name is that of another kind of file or of another form than the one asked for, the folder does not
            exist, or stdout should take a workbook; the same of the name of a chart.
        MissingExtraError
            If a workbook or a chart is asked for, and what makes it is not installed.
        """
        if self.output == Path("-"):  # stdout, as elsewhere
            return replace(self, output=None).with_form()
        form, ending = self.form, "" if self.output is None else self.output.suffix.casefold()
        if self.output is not None:
            check_free(self.output, overwrite=True)
        if form is None:
            if ending not in _FORM_OF:
                raise PasserellesError("output_form", path=self.output, known=", ".join(filter(None, _FORM_OF)))
            form = _FORM_OF[ending]
        elif ending in _LIST_ENDINGS and _FORM_OF[ending] is not form:
            raise PasserellesError("output_differs", path=self.output, form=form)
        if form is Format.XLSX and self.output is None:
            raise PasserellesError("excel_needs_output")
        if form is Format.XLSX:
            need("openpyxl", "excel")
        if self.chart is not None:
            need("matplotlib", "charts")
            from passerelles.charts.drawing import form_of

            form_of(self.chart)
            check_free(self.chart, overwrite=True)
        return replace(self, form=form)

    def check_list_output(self) -> None:
        """
        Check that the output is that of a list, which no table on a screen is.

        Raises
        ------
        PasserellesError
            If the name of the output does not say which.
        """
        if self.output is not None and self.form is Format.TABLE:
            raise PasserellesError("resolve_output", path=self.output, known=", ".join(_LIST_ENDINGS))

    def emit_list(
        self, worklist: "Worklist", line: str, payload: MakeJson, show: Show, choice: tuple[int, int, int] | None = None
    ) -> None:
        """
        Write a list as CSV or a workbook, whole or not at all; say where, and the `line` that sums it up.

        The list keeps the look and the column names that it came with, so that a second run reads it again; the
        workbook ends with a sheet that says where the answer comes from. `choice` is a column with a drop-down list,
        see `passerelles.views.excel.BookPage`. As JSON or on a terminal it is written as `emit` does.
        """
        from passerelles.matching.worklist import worklist_csv

        if self.form not in (Format.CSV, Format.XLSX):
            self.emit(payload, (), show)
            return
        if self.form is Format.XLSX:
            page = BookPage(self.say("sheets.list"), worklist.header, worklist.rows, choice=choice)
            self._write_book([page], payload())
        else:
            self._write_csv(worklist_csv(worklist), payload)
        if self.output is not None:
            self.tell("cli.written", path=self.output)
        message(line)

    def draw(self, make: "Callable[[Any], Chart]") -> None:
        """Draw a chart into a file where one is asked for, and say so; `make` is given `passerelles.charts`."""
        if self.chart is not None:
            from passerelles import charts
            from passerelles.charts.drawing import save

            self.tell("cli.written", path=save(make(charts), self.chart, overwrite=True))


def shared(names: str, **defaults: Any) -> Callable[[Callable[..., bool | None]], Callable[..., None]]:
    """
    Make a command of a function: its first parameter holds the values of the shared options of the `names`.

    The function returns False where the answer is negative: the command exits with 1. `defaults` are those that differ.
    """
    wanted = names.split()

    def decorate(command: Callable[..., bool | None]) -> Callable[..., None]:
        first, *others = signature(command).parameters.values()
        kind, options = Parameter.KEYWORD_ONLY, (f for f in fields(first.annotation) if f.name in wanted)
        common = [Parameter(f.name, kind, annotation=f.type, default=defaults.get(f.name, f.default)) for f in options]

        @wraps(command)
        def call(**values: Any) -> None:
            check_options(values)
            chosen = first.annotation(**{parameter.name: values.pop(parameter.name) for parameter in common})
            if "form" in wanted and not values.get("profiles"):  # many profiles are written as Parquet, or in parts
                chosen = chosen.with_form()
            if command(chosen, **values) is False:
                raise typer.Exit(1)

        parameters = [*(parameter.replace(kind=kind) for parameter in others), *common]
        call.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
        return call

    return decorate


@dataclass(frozen=True)
class PageShow:
    """What shows a result, on a terminal or as a file for a browser: see `CommandOptions.on_screen`."""

    opts: CommandOptions
    page: "Callable[[Lang], Page]"
    of: "Referential | None"
    unfold: int | None
    occupied: bool | None

    def __call__(self, console: "terminal.Screen") -> None:
        """Print it."""
        terminal.print_page(console, self.page(self.opts.lang), unfold=self.unfold or 0)
        if self.of is not None and self.unfold is not None:
            console.print()
        envelope.print_dim(console, self._closing())

    def html(self) -> str:
        """Return it as a whole file, to read offline, print and hand over."""
        page = self.page(self.opts.lang)
        return whole_page(page._replace(notes=[*page.notes, *self._closing()]), lang=self.opts.lang)

    def _closing(self) -> "Iterator[str]":
        if self.of is None:
            return
        if self.occupied is not None:
            scorer = envelope.scorer_dict(self.opts.graph, occupied=self.occupied)
            yield from envelope.scorer_limits(scorer, lang=self.opts.lang)
        if self.opts.no_access:
            yield say("moves.no_access", lang=self.opts.lang)
        yield from envelope.source_lines(self.of, lang=self.opts.lang)


def check_options(values: Mapping[str, Any]) -> None:
    """
    Check the options of any command, before anything is loaded.

    Raises
    ------
    PasserellesError
        If a number is infinite or none, or an output is an input or another output of the same command.
    """
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise PasserellesError("territory_bound", name=f"--{name}", value=repr(value))
    written = [value for name, value in values.items() if value is not None and name in (*_OUTPUT_OPTIONS, "choices")]
    if len(set(map(os.path.realpath, written))) < len(written):
        raise PasserellesError("write_twice", path=written[-1])
    for output in (Path(value) for name, value in values.items() if name in _OUTPUT_OPTIONS and value is not None):
        for name, value in values.items() if output.is_file() else ():
            if name not in _OUTPUT_OPTIONS and any(_reads(place, output, name) for place in _paths_of(value)):
                raise PasserellesError("write_onto_input", path=output)


def _paths_of(value: object) -> Iterator[Path]:
    for path in value if isinstance(value, list | tuple) else (value,):
        if isinstance(path, str | Path) and str(path):  # an option left out is no folder, though Path("") is one
            yield from (Path(path), Path(str(path).rpartition("#")[0] or path))


def _reads(place: Path, output: Path, name: str) -> bool:
    """Whether a command that is given `place` reads the file `output`."""
    try:
        if place.is_dir():
            if not output.resolve().is_relative_to(place.resolve()):
                return False
            if name != "data":
                return output.suffix.casefold() in _ENDINGS_READ
            from passerelles.market.read import scan_all  # of a folder of data: its public files

            return bool(scan_all(output).recognised)
        return place.exists() and place.samefile(output)
    except (OSError, ValueError):
        return False


def is_on(variable: str) -> bool:
    """Whether an option of all commands is on: `NO_CACHE`, no use of the user's cache, or `ACCEPT_ERRORS`."""
    return os.environ.get(variable, "").strip().lower() not in ("", "0", "false", "no", "off", "n", "f")


def message(text: str) -> None:
    """Say something to the person, beside the result."""
    typer.echo(text, err=True)


def write_text(text: str, output: Path | None, *, encoding: str | None = "utf-8") -> None:
    """
    Write a text on stdout, or whole into a file in UTF-8.

    Into a pipe, or a file that the shell opens, an `encoding` goes before that of the system's terminals.

    Raises
    ------
    PasserellesError
        If the file cannot be written.
    """
    if output is not None:
        write_whole(output, text)
    elif text:
        if encoding and isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
            sys.stdout.reconfigure(encoding=encoding, errors=sys.stdout.errors)  # else strict again
        sys.stdout.write(text)


def json_text(payload: object, output: Path | None) -> str:
    """Return JSON as it is printed; in escapes where the terminal cannot show every character."""
    escaped = output is None and not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    return json.dumps(payload, ensure_ascii=escaped, indent=2, allow_nan=False) + "\n"


def start_group(ctx: typer.Context, lang: LangOption = "fr") -> None:
    """Speak a language in all commands of a group, unless they name another; without a command, show the help."""
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"lang": lang}}
        return
    translate_help(ctx.command, lang=lang)
    typer.echo(ctx.get_help(), nl=False)
    ctx.exit(2)


# Names of typer's own words; one that a version lacks stays as it is.
_AROUND: Final = {"DEFAULT_STRING": "default", "REQUIRED_LONG_STRING": "required", "COMMANDS_PANEL_TITLE": "commands"}


def _folded(items: Iterable[Any]) -> Any:
    """Lay the help of an option out, words wider than their column folded: a name that is cut cannot be typed."""
    from rich.columns import Columns
    from rich.text import Text

    texts = [*items]
    for text in texts:
        if isinstance(text, Text):
            text.overflow = "fold"
    return Columns(texts)


def translate_help(command: Any, *, lang: Lang) -> None:
    """Put the sentences of a language in the place of their keys in the help of a command, and of those under it."""
    from typer import rich_utils

    for name, key in _AROUND.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, say(f"cli.around.{key}", lang=lang))
    vars(rich_utils)["Columns"] = _folded
    context = typer.Context(command)
    context.help_option_names = ["-h", "--help"]
    _translate_command(command, context, lang)


def _named_in_help(key: str, lang: Lang) -> dict[str, str]:
    """Return the names that the help of an option gives, as what reads them has them."""
    if key == "cli.option.filter":
        from passerelles.ranking.filters import FILTER_FORMS

        return {"filters": ", ".join(FILTER_FORMS)}
    if key == "cli.option.frame":
        from passerelles.paths.legal import frame_names

        return {"frames": frame_names(lang)}
    return {}


def _translate_command(command: Any, context: typer.Context, lang: Lang) -> None:
    for described in (command, *(param for param in command.params if getattr(param, "help", None))):
        described.help = say(described.help, lang=lang, **_named_in_help(described.help, lang))
    option = command.get_help_option(context)
    if option is not None:
        option.help = say("cli.around.help", lang=lang)
    for name in getattr(command, "commands", {}):
        _translate_command(command.commands[name], context, lang)
