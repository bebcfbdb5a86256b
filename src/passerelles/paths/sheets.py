"""Paths and levers as tables, and as the pages that they show of themselves."""

from collections.abc import Sequence

from passerelles.language.say import Lang, number, percent, say
from passerelles.paths.levers import Lever, Levers
from passerelles.paths.path import Path, Step
from passerelles.paths.rank import Paths
from passerelles.paths.sentences import (
    frame_lines,
    hours_short,
    months_text,
    path_lines,
    path_sentences,
    path_title,
    state_lines,
)
from passerelles.views.spec import Cell, Column, Page, Sheet

_SHOWN = 5


def path_sheets(paths: Sequence[Path], *, lang: Lang) -> list[Sheet]:
    """Return the sheets of a list of paths: paths, steps, what is to be learned, credentials, frames."""
    return [_paths(paths, lang), _steps(paths, lang), _missing(paths), _credentials(paths), _frames(paths, lang)]


def path_page(path: Path, lang: Lang) -> Page:
    """Return a path as a page: its steps in sentences, and what legal frames say of it."""
    lead = [line for lines in path_lines(path, lang) for line in lines]
    return Page(f"{path.rank}. {path_title(path, lang)}", [*lead, *state_lines(path, lang), *frame_lines(path, lang)])


def paths_page(paths: Paths, lang: Lang) -> Page:
    """Return a list of paths as a page: one line each, and each path to unfold."""
    if not paths:
        return Page(say("moves.none", lang=lang))
    columns = (Column("rank", "integer"), *map(Column, ("path", "hours", "months", "status")))
    rows = [
        (
            p.rank,
            " → ".join(step.target.label or step.target.code or "?" for step in p.steps),
            hours_short(p.hours, lang),
            months_text(p.months, lang),
            say(f"paths.status.{p.status}", lang=lang),
        )
        for p in paths
    ]
    origin = paths[0].origin
    title = say(
        "moves.title" if origin.code else "moves.title_profile", lang=lang, label=origin.label, code=origin.code
    )
    lead = [say("paths.disclaimer", lang=lang)]
    return Page(title, lead, [Sheet.of_rows("paths", columns, rows)], [path_page(p, lang) for p in paths])


def levers_page(found: Levers, lang: Lang) -> Page:
    """Return a choice of levers as a page: the levers, what they are worth, and whether that is proven best."""
    figures = {"total": found.total, "already": found.already, "possible": found.possible}
    written = {name: number(value, lang=lang) for name, value in figures.items()}
    key = "exact" if found.exact else "greedy"
    lead = [
        say("paths.levers.worth", lang=lang, **written),
        say(f"paths.levers.{key}", lang=lang, share=percent(found.guarantee, lang=lang)),
    ]
    levers, opened = lever_sheets(found, lang=lang)
    return Page(say("paths.levers.title", lang=lang), lead, [levers], [Page(opened.label(lang), sheets=[opened])])


def _paths(paths: Sequence[Path], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("origin_code"),
        Column("origin_label"),
        Column("target_code"),
        Column("target_label"),
        Column("through"),
        Column("steps", "integer"),
        Column("status", words="paths.status"),
        Column("hours_low", "number"),
        Column("hours_expected", "number"),
        Column("hours_high", "number"),
        Column("hours_sourced", "number"),
        Column("lower_bound"),
        Column("months", "number"),
        Column("score", "number"),
        Column("weakest", "number"),
        Column("direct_hours", "number"),
        Column("gap", "number"),
        Column("frames"),
        Column("reasons"),
    )
    rows: list[Sequence[Cell]] = [
        (
            p.rank,
            p.origin.code,
            p.origin.label,
            p.target.code,
            p.target.label,
            " > ".join(p.codes[:-1]) or None,
            len(p.codes),
            p.status,
            p.hours.low,
            p.hours.expected,
            p.hours.high,
            round(sum(s.sourced for s in p.steps), 1),
            p.hours.lower_bound,
            p.months.expected,
            p.score,
            p.weakest,
            p.direct_hours,
            p.gap,
            "; ".join(f"{f.name}: {say(f'terms.verdict.{f.verdict}', lang=lang)}" for f in p.frames),
            "; ".join(say(f"paths.reason.{key}", lang=lang, what=what) for key, what in p.reasons) or None,
        )
        for p in paths
    ]
    return Sheet.of_rows("paths", columns, rows)


def _steps(paths: Sequence[Path], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("origin_code"),
        Column("target_code"),
        Column("target_label"),
        Column("hours_low", "number"),
        Column("hours_expected", "number"),
        Column("hours_high", "number"),
        Column("basis", words="terms.basis"),
        Column("practice_months", "number"),
        Column("hours_replaced", "number"),
        Column("probability", "share"),
        Column("credentials"),
        Column("missing"),
        Column("sentence"),
    )
    sentences = {p.rank: path_sentences(p, lang) for p in paths}
    rows = [
        (
            p.rank,
            place,
            s.origin.code,
            s.target.code,
            s.target.label,
            s.hours.low,
            s.hours.expected,
            s.hours.high,
            s.basis,
            s.practice_months,
            s.practised,
            s.probability,
            "; ".join(f"{c.label} ({say(f'terms.verdict.{c.held}', lang=lang)})" for c in s.credentials) or None,
            "; ".join(i.label or i.code for i in s.missing[:_SHOWN]) or None,
            sentences[p.rank][2 * (place - 1)],
        )
        for p, place, s in _each(paths)
    ]
    return Sheet.of_rows("steps", columns, rows)


def _each(paths: Sequence[Path]) -> list[tuple[Path, int, Step]]:
    return [(p, place, s) for p in paths for place, s in enumerate(p.steps, start=1)]


def _missing(paths: Sequence[Path]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("target_code"),
        Column("state", words="terms.state"),
        Column("competency_code"),
        Column("competency_label"),
        Column("kind"),
        Column("core"),
        Column("via"),
    )
    rows = [
        (p.rank, place, s.target.code, state, i.code, i.label, i.kind, i.core, i.via_label or i.via)
        for p, place, s in _each(paths)
        for state, items in (("near", s.near), ("missing", s.missing))
        for i in items
    ]
    return Sheet.of_rows("competencies", columns, rows)


def _credentials(paths: Sequence[Path]) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("target_code"),
        Column("order", "integer"),
        Column("credential_code"),
        Column("credential_label"),
        Column("kind"),
        Column("held", words="terms.verdict"),
        Column("hours_expected", "number"),
        Column("grants_access"),
        Column("source"),
    )
    rows = [
        (p.rank, place, s.target.code, c.order, c.code, c.label, c.kind, c.held, c.hours.expected, c.grants, c.source)
        for p, place, s in _each(paths)
        for c in s.credentials
    ]
    return Sheet.of_rows("credentials", columns, rows)


def _frames(paths: Sequence[Path], lang: Lang) -> Sheet:
    columns = (
        Column("rank", "integer"),
        Column("step", "integer"),
        Column("frame"),
        Column("verdict", words="terms.verdict"),
        Column("reasons"),
    )
    whole = [(p.rank, None, f) for p in paths for f in p.frames]
    parts = [(p.rank, place, f) for p, place, s in _each(paths) for f in s.frames]
    rows = [
        (rank, place, f.name, f.verdict, "; ".join(v.reason(lang) for v in (*f.violations, *f.unknown)) or None)
        for rank, place, f in [*whole, *parts]
    ]
    return Sheet.of_rows("frames", columns, rows)


def lever_sheets(found: Sequence[Lever], *, lang: Lang) -> list[Sheet]:
    """Return the sheets of a choice of levers: the levers, and each job that each opens to each origin."""
    columns = (
        Column("rank", "integer"),
        Column("code"),
        Column("lever"),
        Column("kind"),
        Column("people_opened", "integer"),
        Column("people_alone", "integer"),
        Column("targets_opened", "integer"),
        Column("with_it"),
        Column("hours_expected", "number"),
        Column("level", "integer"),
    )
    rows = [
        (
            each.rank,
            each.code,
            each.label,
            say(f"paths.levers.kind_{each.kind}", lang=lang),
            each.gained,
            each.alone,
            len(each.targets),
            "; ".join(each.with_it) or None,
            each.hours,
            each.level,
        )
        for each in found
    ]
    opened = (
        Column("rank", "integer"),
        Column("code"),
        Column("origin_code"),
        Column("target_code"),
        Column("people", "integer"),
        Column("certification_link"),
    )
    pairs = [(each.rank, each.code, o.origin, o.target, o.people, o.via) for each in found for o in each.opened]
    brief = ("rank", "lever", "kind", "people_opened", "targets_opened", "hours_expected")
    return [Sheet.of_rows("levers", columns, rows, brief), Sheet.of_rows("opened", opened, pairs)]
