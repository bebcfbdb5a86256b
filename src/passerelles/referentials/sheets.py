"""A validation report as a table, and as the page that it shows of itself."""

from dataclasses import replace

from passerelles.language.say import Lang, number, say
from passerelles.language.typography import labelled, listed
from passerelles.referentials.validate import ValidationReport
from passerelles.views.spec import Column, Page, Sheet


def notice_sheet(report: ValidationReport, *, lang: Lang) -> Sheet:
    """Return every notice as a row."""
    columns = (
        Column("severity", words="validation.severity"),
        Column("code"),
        Column("file"),
        Column("line", "integer"),
        Column("count", "integer"),
        Column("what"),
        Column("action"),
    )
    rows = [(n.severity, n.code, n.file or None, n.line, n.count, n.what(lang), n.action(lang)) for n in report.notices]
    return Sheet.of_rows("notices", columns, rows, ("severity", "count", "file", "what", "action"))


def validation_page(report: ValidationReport, lang: Lang) -> Page:
    """Return a report as a page: verdict and counts, one line a kind of notice and file, all of them to unfold."""
    name = f"{report.name} {report.version}".strip()
    counted = {k: number(v, lang=lang) for k, v in report.severities.items()}
    lead = [say(f"validation.{'ok' if report.ok else 'not_ok'}", lang=lang, **counted)]
    lead.append(
        listed(
            (
                labelled(say(f"validation.count.{key}", lang=lang).strip(), number(value, lang=lang), lang)
                for key, value in report.counts.items()
                if value or key == "dropped"
            ),
            lang,
        )
    )
    every = notice_sheet(report, lang=lang)
    details = [Page(every.label(lang), sheets=[every])] if every.rows else []
    title = say("validation.title", lang=lang, name=name, place=report.place)
    return Page(title, lead, [notice_sheet(replace(report, notices=report.summary()), lang=lang)], details)
