"""An occupation's sheet: what the referential says of it, and what it does not."""

from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.text import Text

from passerelles.access.conditions import AccessConditions, AccessCredential, access_conditions
from passerelles.language.say import Lang, number, say
from passerelles.language.typography import labelled
from passerelles.model import UNKNOWN_HOURS
from passerelles.referentials.referential import Referential
from passerelles.report.envelope import print_notice_of_source
from passerelles.views.spec import Column, Sheet

if TYPE_CHECKING:
    from rich.console import Console

_FLAGS = ("regulated", "managerial", "digital", "demographic")
_KINDS = ("savoir-faire", "savoir", "savoir-être")


def occupation_dict(referential: Referential, code: str, titles: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return everything about an occupation as plain values, ready for JSON; what is not known is null."""
    occupation = referential.occupation_by_code[code]
    source = occupation.base or code
    by_code = referential.competency_by_code
    return {
        "code": code,
        "label": occupation.label,
        "definition": occupation.definition or None,
        "access": occupation.access or None,
        "base": occupation.base,
        "parts": [{"code": o.code, "label": o.label} for o in referential.parts_of(code)],
        "parent": occupation.parent,
        "domain": _domain(referential, occupation.domain),
        "riasec": occupation.riasec or None,
        "flags": {name: getattr(occupation, name) for name in (*_FLAGS, "ecological")},
        "titles": [{"code": t.code, "label": t.label} for t in referential.titles_of.get(code, ())],
        "requirements": [
            {
                "code": r.competency,
                "label": by_code[r.competency].label,
                "kind": by_code[r.competency].kind,
                "status": r.status,
            }
            for r in referential.requirements_of.get(code, ())
        ],
        "contexts": [
            {
                "code": c,
                "label": referential.context_by_code[c].label,
                "category": referential.context_by_code[c].category,
            }
            for c in referential.contexts_of.get(code, ())
        ],
        "credentials": [
            {
                "code": row.credential,
                "label": referential.credential_by_code[row.credential].label,
                "kind": referential.credential_by_code[row.credential].kind,
                "requirement": row.kind,
                "source": row.source or referential.credential_by_code[row.credential].source,
                "hours": _hours(referential, row.credential),
                "prerequisites": list(referential.prerequisites_of(row.credential)),
            }
            for row in referential.credentials_of.get(code, ())
        ],
        "access_conditions": access_conditions(referential, code, titles=titles).to_dict(),
        "mobilities": [
            {
                "code": m.target,
                "label": referential.occupation_by_code[m.target].label,
                "rank": m.rank,
                "kind": m.kind,
            }
            for m in referential.mobilities
            if m.origin == source
        ],
    }


def occupation_sheet(
    referential: Referential, code: str, *, lang: Lang, codes: bool = False, titles: frozenset[str] = frozenset()
) -> Sheet:
    """Return the same as rows of two cells: field and text."""
    lines = occupation_lines(referential, code, lang, codes=codes, titles=titles)
    rows = [(field, text) for _, field, texts in lines for text in texts]
    return Sheet.of_rows("occupation", (Column("field"), Column("text")), rows)


def print_occupation(
    console: "Console",
    referential: Referential,
    code: str,
    *,
    lang: Lang = "fr",
    codes: bool = False,
    titles: frozenset[str] = frozenset(),
) -> None:
    """Print the sheet of an occupation."""
    console.print(Text(f"{code}  {referential.occupation_by_code[code].name}", style="bold"))
    for _, field, texts in occupation_lines(referential, code, lang, codes=codes, titles=titles):
        console.print(Text(field, style="bold"))
        for text in texts:
            console.print(Padding(Text(text), (0, 0, 0, 2)))
    print_notice_of_source(console, referential, lang=lang)


def occupation_lines(
    referential: Referential, code: str, lang: Lang, *, codes: bool = False, titles: frozenset[str] = frozenset()
) -> list[tuple[str, str, list[str]]]:
    """
    Return what is said of an occupation: a key, the field in words, and its lines, with codes where asked for.

    What access takes is that of the job titles in `titles`, of the occupation at large where there is none.
    """

    def coded(code: str, text: str) -> str:
        return f"{code}  {text}" if codes else text

    found = occupation_dict(referential, code, titles)
    conditions = access_conditions(referential, code, titles=titles)
    unknown = [say("show.unknown", lang=lang)]
    blocks = [
        ("definition", [found["definition"]] if found["definition"] else unknown),
        ("access", [found["access"]] if found["access"] else unknown),
        ("flags", [_flag(name, value, lang) for name, value in found["flags"].items()]),
        ("domain", [" › ".join(d["label"] or d["code"] for d in found["domain"])] if found["domain"] else unknown),
        ("parts", [f"{p['code']} {p['label']}" for p in found["parts"]]),
        ("titles", [coded(t["code"], t["label"]) for t in found["titles"]]),
        ("conditions", _conditions(conditions, lang)),
        ("credentials", [coded(c.code, _credential(c, lang)) for c in conditions.credentials]),
    ]
    for kind in _KINDS:
        listed = [r for r in found["requirements"] if r["kind"] == kind]
        order = {"core": 0, "emerging": 1, "other": 2}
        listed.sort(key=lambda r: (order[r["status"]], r["label"] or r["code"]))
        blocks.append((kind, [coded(r["code"], _requirement(r, lang)) for r in listed]))
    if not found["requirements"]:
        blocks.append(("savoir-faire", [say("show.no_requirements", lang=lang)]))
    blocks += [
        ("contexts", [coded(c["code"], c["label"] or c["code"]) for c in found["contexts"]]),
        ("mobilities", [f"{m['rank'] or '–'}  {m['code']} {m['label'] or ''}".rstrip() for m in found["mobilities"]]),
    ]
    return [(name, say(f"show.{name}", lang=lang, n=len(texts)), texts) for name, texts in blocks if texts]


def _requirement(row: dict[str, Any], lang: Lang) -> str:
    mark = "" if row["status"] == "other" else say(f"show.status.{row['status']}", lang=lang)
    return f"{row['label'] or row['code']}{mark}"


def _conditions(conditions: AccessConditions, lang: Lang) -> list[str]:
    """Return what access takes as a whole: free or not, a selection, the levels asked for, titles that differ."""
    found = [say(f"conditions.status.{conditions.status}", lang=lang)]
    selection = conditions.selection
    if selection is not None:
        who = "" if selection.scope == "all" else f" ({say(f'conditions.scope.{selection.scope}', lang=lang)})"
        kind = say(f"conditions.selection.{selection.kind}", lang=lang) + who
        found.append(labelled(kind, selection.label, lang) if selection.label else kind)
    levels = [str(level) for level in (conditions.level_low, conditions.level_high) if level is not None]
    if levels:
        found.append(say("show.levels", lang=lang, levels=" – ".join(dict.fromkeys(levels))))
    if conditions.varies:
        found.append(say("show.varies", lang=lang))
    if conditions.title:
        found.append(say("show.of_title", lang=lang, title=conditions.title))
    return found


def _credential(item: AccessCredential, lang: Lang) -> str:
    asked = say(f"conditions.requirement.{item.requirement}", lang=lang)
    if item.group is not None:
        asked += f" {item.group}/{item.alternative}"
    if item.scope != "all":
        asked += f" ({say(f'conditions.scope.{item.scope}', lang=lang)})"
    length = _length(list(item.hours[:3]), lang)
    known = {hours for hours in item.hours[:3] if hours is not None}
    if known and item.detail.hours_kind != "unknown":
        several = "s" if len(known) > 1 and item.detail.hours_kind == "centre" else ""
        length += f" ({say(f'show.hours_kind.{item.detail.hours_kind}{several}', lang=lang)})"
    months = item.detail.months
    parts = [asked]
    if known or months == UNKNOWN_HOURS:
        parts.append(length)
    if months != UNKNOWN_HOURS:
        parts.append(_length(list(months[:3]), lang, unit="months"))
    source = f" [{item.source}]" if item.source else ""
    return labelled(item.label, f"{', '.join(parts)}{source}", lang)


def _length(figures: list[float | None], lang: Lang, unit: str = "hours") -> str:
    """Write the hours, or months, that are known: one figure, or the range that they span."""
    known = sorted({h for h in figures if h is not None})
    if not known:
        return say("show.hours_unknown", lang=lang)
    ends = [number(h, lang=lang, decimals=0 if float(h).is_integer() else 1) for h in (known[0], known[-1])]
    if ends[0] == ends[1]:
        return say(f"show.{unit}", lang=lang, n=ends[0])
    return say(f"show.{unit}_range", lang=lang, low=ends[0], high=ends[1])


def _flag(name: str, value: str, lang: Lang) -> str:
    return labelled(say(f"show.flag.{name}", lang=lang), say(f"show.value.{value}", lang=lang), lang)


def _hours(referential: Referential, code: str) -> dict[str, Any]:
    return referential.credential_by_code[code].hours._asdict()


def _domain(referential: Referential, code: str | None) -> list[dict[str, Any]]:
    """Path of domains, from the top to the occupation's own."""
    path: list[dict[str, Any]] = []
    while code is not None and code in referential.domain_by_code:
        domain = referential.domain_by_code[code]
        path.insert(0, {"code": code, "label": domain.label})
        code = domain.parent
    return path
