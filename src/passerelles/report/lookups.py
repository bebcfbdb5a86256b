"""Sheets and pages of an occupation, of titles resolved and of codes migrated, with their envelopes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from passerelles.access.conditions import AccessConditions, AccessCredential, access_conditions, takes_no_training
from passerelles.access.wording import asked_text, duration_text, others_text, said_once, some_only_lines
from passerelles.codes import grouped
from passerelles.language.say import Lang, labelled, listed, number_shown, percent, say
from passerelles.market.certifications import PUBLISHED
from passerelles.matching import find_occupation
from passerelles.matching.evidence import Kind, about_weights
from passerelles.matching.migrate import DESTINATION, Destination, Migration, TitleMoves
from passerelles.matching.titles import SURE, Candidate, Status, resolve_competency, resolve_title, status
from passerelles.matching.worklist import Agenda, ResolvedRow, Review, ReviewedTitle, is_aside
from passerelles.model import Competency, Domain, Hours, Mobility, Occupation, Requirement, RequirementKind
from passerelles.ranking.move import KINDS
from passerelles.referentials.referential import Referential, named_titles
from passerelles.referentials.table import FLAGS
from passerelles.report.envelope import print_dim, referential_dict, source_lines, unscored_envelope
from passerelles.settings import TitleSettings
from passerelles.text import cut
from passerelles.views.schema import Shape, one_of
from passerelles.views.spec import Column, On, Page, Record, Sheet, dicts, part_of, parts_of, within

if TYPE_CHECKING:
    from passerelles.views.terminal import Screen

_SHOWN = 3
_MERGES = 3
_TERMINAL_WIDTH = 80  # characters of a terminal


def resolution_envelope(
    referential: Referential, settings: TitleSettings, kind: Kind, results: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the object that ``resolve --format json`` prints."""
    about = {"kind": kind, "sure": SURE, "review": settings.review_threshold}
    return unscored_envelope("resolve@1", referential, results, scorer=dict(about_weights()), settings=about)


class Resolution(NamedTuple):
    """What one text may mean in a referential, and the settings under which the first candidate is judged."""

    referential: Referential
    settings: TitleSettings
    kind: Kind
    text: str
    candidates: Sequence[Candidate]

    @classmethod
    def of(
        cls, referential: Referential, settings: TitleSettings, text: str, *, kind: Kind = "title", limit: int = 5
    ) -> "Resolution":
        """Resolve a text; see `resolve_title` and `resolve_competency`."""
        resolve = resolve_title if kind == "title" else resolve_competency
        return cls(referential, settings, kind, text, resolve(referential, text, limit=limit))

    @property
    def status(self) -> Status:
        """The verdict on the first candidate."""
        return status(self.candidates, self.settings.review_threshold)

    def to_dict(self, lang: Lang = "fr") -> dict[str, Any]:
        """Return ``resolve@1``, ready for JSON: the candidates, with the verdict on the first."""
        items = [c.to_dict(lang) | {"status": self.status if c.rank == 1 else None} for c in self.candidates]
        about = resolution_envelope(self.referential, self.settings, self.kind, items)
        return about | {"text": self.text, "status": self.status}

    def sheet(self, lang: Lang = "fr") -> Sheet:
        """Return the candidates as rows."""
        return Sheet("resolution", Candidate.spec.columns, lambda: self.candidates, lang)

    def page(self, lang: Lang = "fr") -> Page:
        """Return what the candidates show: code, confidence, and why; whether several families are meant."""
        if not self.candidates:
            return Page(say("resolve.nothing", lang=lang, text=_one_line(self.text)))
        first = self.candidates[0]
        verdict = say(f"resolve.status.{self.status}", lang=lang)
        title = say("resolve.title", lang=lang, text=_one_line(self.text), status=verdict)
        lead = []
        if first.ignored:
            lead.append(say("resolve.read", lang=lang, read=first.read, ignored=", ".join(first.ignored)))
        if first.ambiguous:
            lead.append(say("resolve.ambiguous", lang=lang))
        elif self.kind == "title" and first.parent_code != first.code:
            share = percent(first.parent_confidence, lang=lang)
            lead.append(say("resolve.family", lang=lang, code=first.parent_code, label=first.parent_label, share=share))
        columns = Candidate.spec.pick("rank", "code", "label", "confidence", "why")
        sheet = Sheet("resolution", columns, lambda: self.candidates, lang)
        return Page(title, lead, [sheet], notes=[say("resolve.disclaimer", lang=lang, share=percent(SURE, lang=lang))])


def review_page(done: Review, *, lang: Lang = "fr") -> Page:
    """Return what a reviewed list shows: each text with its first candidate and the verdict."""
    columns = (
        *ResolvedRow.spec.pick("row"),
        Column("given", value=lambda row, _: _one_line(row.text)),
        Column("candidates", value=lambda row, _: f"{c.code} {c.label}" if (c := _first_candidate(row)) else None),
        Column("confidence", "share", value=lambda row, _: c.confidence if (c := _first_candidate(row)) else None),
        *ResolvedRow.spec.pick("status"),
    )
    sheet = Sheet("resolution", columns, lambda: done.rows, lang)
    return Page(say("sheets.resolution", lang=lang), [], [sheet], notes=[review_line(done, lang=lang)])


def _first_candidate(row: ResolvedRow) -> Candidate | None:
    return row.candidates[0] if row.candidates else None


def agenda_page(plan: Agenda, *, limit: int, lang: Lang = "fr") -> Page:
    """Return the titles to look at first, with three candidates each, and how many are left."""

    def offered(group: ReviewedTitle, _lang: Lang) -> str | None:
        return "\n".join(f"{c.rank}. {c.code} {c.label}" for c in group.candidates[:_SHOWN]) or None

    columns = (
        Column("people", "integer", value="people", shown=lambda group, lang: number_shown(group.people, lang=lang)),
        Column("given", value=lambda group, _: _one_line(group.text)),
        Column("candidates", value=offered),
        *ReviewedTitle.spec.pick("status"),
    )
    sheet = Sheet("resolution", columns, lambda: plan.left[:limit], lang)
    return Page(say("sheets.resolution", lang=lang), [], [sheet], notes=[agenda_line(plan, lang=lang)])


def question_lines(group: ReviewedTitle, place: int, of: int, *, lang: Lang) -> list[str]:
    """Return what a terminal asks about one title: how many people, and the numbered candidates."""
    people = number_shown(group.people, lang=lang)
    first = say("resolve.review.question", lang=lang, place=place, of=of, text=_one_line(group.text), people=people)
    return [first, *(f"  {c.rank}. {c.code} {c.label} ({c.confidence:.2f})" for c in group.candidates)]


def agenda_line(plan: Agenda, *, lang: Lang) -> str:
    """Return how many titles are left to look at, in one sentence."""
    people, chosen = sum(group.people for group in plan.left), sum(group.chosen for group in plan.groups)
    counts = {"n": len(plan.left), "people": number_shown(people, lang=lang), "chosen": chosen, "all": len(plan.groups)}
    return say("resolve.review.left", lang=lang, **counts)


def review_line(done: Review, *, lang: Lang) -> str:
    """Return how many rows have each verdict, in one sentence."""
    counts = {"sure": done.count("sûr"), "review": done.count("à vérifier"), "unknown": done.count("inconnu")}
    text = say("resolve.done", lang=lang, n=sum(not is_aside(row.text) for row in done.rows), **counts)
    return _with_aside(text, [row.text for row in done.rows], lang)


def _with_aside(text: str, cells: Iterable[str], lang: Lang) -> str:
    """Return a sentence that counts rows with how many it leaves aside, where there are some."""
    aside = sum(map(is_aside, cells))
    return f"{text} {say('resolve.aside', lang=lang, n=aside)}" if aside else text


def migration_envelope(
    new: Referential, old: Referential | None, migrations: Sequence[Migration], moves: TitleMoves | None, *, lang: Lang
) -> dict[str, Any]:
    """Return the object that ``migrate --format json`` prints."""
    more = {"from": referential_dict(old) if old is not None else None, "titles": moves._asdict() if moves else None}
    return unscored_envelope("migrate@1", new, dicts(migrations, lang), **more)


def migration_sheet(migrations: Sequence[Migration], *, lang: Lang) -> Sheet:
    """Return one row for each old code and each code to which it may lead."""
    pairs = [(m, d) for m in migrations for d in (m.destinations or (Destination("", "", None),))]
    related = any(d.relation for _, d in pairs)
    columns = within(Migration.spec.columns, itemgetter(0)) + within(DESTINATION.columns, itemgetter(1))
    return Sheet("migration", columns if related else columns[:-1], lambda: pairs, lang)


def migration_page(migrations: Sequence[Migration], moves: TitleMoves | None, *, title: str, lang: Lang = "fr") -> Page:
    """Return where codes lead: what is decided and why, else every code possible with its share."""
    columns = (
        *Migration.spec.pick("old_code"),
        Column("new_code", value=lambda m, _: m.destination or "?"),
        *Migration.spec.pick("outcome"),
        Column("possible", value=_possible_text, on=On.SCREEN),  # what is to be decided from: never left out
    )
    notes = [migration_line(migrations, lang=lang)]
    if moves is not None:
        notes.append(say("resolve.migrate.moves", lang=lang, **moves._asdict()))
    if any(m.outcome == "open" for m in migrations):
        notes.append(say("resolve.migrate.hint", lang=lang))
    return Page(title, [], [Sheet("migration", columns, lambda: migrations, lang)], notes=notes)


def migration_line(rows: Sequence[Migration], *, lang: Lang) -> str:
    """Return how many codes are kept, moved, open and unknown, in one sentence."""
    coded = [m for m in rows if not is_aside(m.code)]
    counts = {name: sum(m.outcome == name for m in coded) for name in ("kept", "moved", "open", "unknown")}
    return _with_aside(say("resolve.migrate.done", lang=lang, n=len(coded), **counts), [m.code for m in rows], lang)


def _possible_text(migration: Migration, lang: Lang) -> str:
    if migration.destination is not None:
        chosen = [d for d in migration.destinations if d.code == migration.destination]
        return (f"{chosen[0].label}{_merges(chosen[0], lang)}. " if chosen else "") + migration.why(lang)
    shares = [_destination_text(d, lang) for d in migration.destinations[:_SHOWN]]
    others = len(migration.destinations) - len(shares)
    text = listed(shares, lang) or migration.why(lang)
    text += say("resolve.migrate.more", lang=lang, n=others) if others else ""
    return text + (f" ({say('resolve.migrate.lost', lang=lang, n=migration.lost)})" if migration.lost else "")


def _destination_text(dest: Destination, lang: Lang) -> str:
    known = "" if dest.share is None else percent(dest.share, lang=lang)
    share = known if dest.relation is None else say(f"resolve.migrate.relation.{dest.relation}", lang=lang)
    key = "share" if share else "no_share"
    return say(f"resolve.migrate.{key}", lang=lang, code=dest.code, label=dest.label, share=share) + _merges(dest, lang)


def _merges(dest: Destination, lang: Lang) -> str:
    if not dest.merges:
        return ""
    codes = ", ".join(dest.merges[:_MERGES]) + ("…" if len(dest.merges) > _MERGES else "")
    return say("resolve.migrate.merges", lang=lang, codes=codes)


def _one_line(text: str) -> str:
    return cut(" ".join(text.split()), _TERMINAL_WIDTH)


SHOWN_KINDS = ("savoir-faire", "savoir", "savoir-être")
STATUSES = ("core", "emerging", "other")


class Fiche(NamedTuple):
    """An occupation of a referential, and the job titles of it that are asked about; the occupation at large else."""

    referential: Referential
    code: str
    titles: frozenset[str] = frozenset()

    @classmethod
    def of(cls, referential: Referential, text: str) -> "Fiche":
        """
        Return the occupation of a code or an exact job title, with that title.

        Raises
        ------
        UnknownCodeError
            If there is none.
        """
        return cls(referential, find_occupation(referential, text), named_titles(referential, [text]))

    @property
    def occupation(self) -> Occupation:
        """The occupation itself."""
        return self.referential.occupation_by_code[self.code]

    @property
    def label(self) -> str:
        """Its label, or its code."""
        return self.occupation.name

    @property
    def asked(self) -> str:
        """What asks for it once more: the title whose conditions are shown, else its code."""
        return self.conditions.title or self.code

    @property
    def name(self) -> str:
        """What people call it: the title whose conditions are shown, else its label."""
        return self.conditions.title or self.label

    @property
    def domain(self) -> str:
        """Labels of its domains, from the top of the tree."""
        return " › ".join(d.label or d.code for d in self.domains)

    @property
    def domains(self) -> list[Domain]:
        """Domains that it stands in, from the top of the tree to its own."""
        path: list[Domain] = []
        code, known = self.occupation.domain, self.referential.domain_by_code
        while code is not None and code in known:
            path.insert(0, known[code])
            code = known[code].parent
        return path

    @property
    def mobilities(self) -> list[tuple[Mobility, Occupation]]:
        """Moves that experts list from it, or from the occupation that it specialises, each with its target."""
        source, known = self.occupation.base or self.code, self.referential.occupation_by_code
        return [(m, known[m.target]) for m in self.referential.mobilities if m.origin == source]

    @property
    def requirements(self) -> list[tuple[Requirement, Competency]]:
        """What it requires, by code of the competency, each with that."""
        known = self.referential.competency_by_code
        return [(row, known[row.competency]) for row in self.referential.requirements_of.get(self.code, ())]

    @property
    def requirements_by_kind(self) -> list[tuple[str, list[tuple[Requirement, Competency]]]]:
        """The same as people read them: by kind, the core first, then by label."""
        rows = sorted(self.requirements, key=lambda row: (STATUSES.index(row[0].status), row[1].name))
        return [(kind, [row for row in rows if row[1].kind == kind]) for kind in SHOWN_KINDS]

    @property
    def conditions(self) -> AccessConditions:
        """What access takes: that of the job titles, of the occupation at large where there is none."""
        return access_conditions(self.referential, self.code, titles=self.titles)

    def to_dict(self) -> dict[str, Any]:
        """Return everything about the occupation as plain values, ready for JSON; what is not known is null."""
        return OCCUPATION.to_dict(self, "fr")

    def sheet(self, lang: Lang, *, codes: bool = False) -> Sheet:
        """Return the same as rows of two cells: field and text."""
        rows = [(field, text) for _, field, texts in self.lines(lang, codes=codes) for text in texts]
        return Sheet.of_rows("occupation", (Column("field"), Column("text")), rows)

    def lines(self, lang: Lang, *, codes: bool = False) -> list[tuple[str, str, list[str]]]:
        """Return what is said of it: a key, the field in words, and its lines, with codes where asked for."""

        def coded(code: str, text: str) -> str:
            return f"{code}  {text}" if codes else text

        word = partial(say, lang=lang)
        values, conditions, unknown = self.to_dict(), _lettered(self.conditions), [word("show.unknown")]
        titles = {title.code: title.label for title in self.referential.titles_in(self.code)}
        flags, choices = values["flags"].items(), _choices(conditions, titles, lang)
        said = {c.code: set[str]() for c in conditions.credentials}
        asked = ((c, c[0].code) for c in _rows(conditions))
        credentials = [coded(code, _credential(c, [*choices], titles, said[code], lang)) for c, code in asked]
        blocks = [
            ("definition", [values["definition"]] if values["definition"] else unknown),
            ("access", [values["access"]] if values["access"] else unknown),
            ("conditions", [*_conditions(conditions, lang), *choices.values()]),
            ("credentials", credentials),
            ("flags", [labelled(word(f"show.flag.{k}"), word(f"show.value.{v}"), lang) for k, v in flags]),
            ("domain", [self.domain] if self.domain else unknown),
            ("parts", [f"{p['code']} {p['label']}" for p in values["parts"]]),
            ("titles", [coded(t["code"], t["label"]) for t in values["titles"]]),
        ]
        for kind, rows in self.requirements_by_kind:
            blocks.append((kind, [coded(c.code, _requirement(row, c, lang)) for row, c in rows]))
        if not self.requirements:
            blocks.append(("savoir-faire", [word("show.no_requirements")]))
        moves = [f"{m['rank'] or '–'}  {m['code']} {m['label'] or ''}".rstrip() for m in values["mobilities"]]
        contexts = [coded(c["code"], c["label"] or c["code"]) for c in values["contexts"]]
        blocks += [("contexts", contexts), ("mobilities", moves)]
        return [(name, word(f"show.{name}", n=len(texts)), texts) for name, texts in blocks if texts]


_NAMED = Record("labelled", "A code and its label", Column("code", promised="code"), Column("label", promised="text?"))
_TITLE = Record("", "A job title", Column("code", promised="text?"), Column("label", promised="text"))
_REQUIREMENT = (  # of a requirement and its competency
    *within(_NAMED.columns, itemgetter(1)),
    Column("kind", promised=one_of(KINDS)).at(itemgetter(1)),
    Column("status", promised=one_of(STATUSES)).at(itemgetter(0)),
)
_CONTEXT = (*_NAMED.columns, Column("category", promised="text"))
_TEXTS = tuple(Column(key, promised="text") for key in ("label", "kind"))
_CREDENTIAL = (  # of what is demanded, the credential, and those that it takes
    *within((Column("code", promised="code"), *_TEXTS), itemgetter(1)),
    Column("requirement", value=lambda r, _: r[0].kind, promised=one_of(get_args(RequirementKind))),
    Column("source", value=lambda r, _: r[0].source or r[1].source, promised="text"),
    Column("hours", value=lambda r, _: r[1].hours._asdict(), promised=PUBLISHED.schema()),
    Column("prerequisites", value=lambda r, _: list(r[2]), promised=["code"]),
)
_MOBILITY = (
    *within(_NAMED.columns, itemgetter(1)),
    *within((Column("rank", promised="ordinal?"), Column("kind", promised="text")), itemgetter(0)),
)


def _own_column(key: str, shape: Shape) -> Column:
    """Return the column of what an occupation says itself; an empty text says nothing."""
    return Column(key, value=lambda f, _: getattr(f.occupation, key) or None, promised=shape)


OCCUPATION = Record(
    "occupation",
    "What the referential says of an occupation; null: nothing",
    Column("code", promised="code"),
    _own_column("label", "text?"),
    _own_column("definition", "text?"),
    _own_column("access", "text?"),
    _own_column("base", "code?: Occupation that this one specialises"),
    parts_of("parts", _NAMED, "Specialised occupations that it is made of", promised=True,
             path=lambda f, _: f.referential.parts_of(f.code)),
    _own_column("parent", "code?"),
    parts_of("domain", _NAMED, "From the top of the tree to the occupation's own", promised=True, path="domains"),
    _own_column("riasec", "text?"),
    Column("flags", value=lambda f, _: {name: getattr(f.occupation, name) for name in (*FLAGS, "ecological")},
           promised={"each": "text", "about": "yes, no or unknown; for `ecological` its role"}),
    parts_of("titles", _TITLE, promised=True, path=lambda f, _: f.referential.titles_of.get(f.code, ())),
    parts_of("requirements", _REQUIREMENT, promised=True),
    parts_of("contexts", _CONTEXT, promised=True, path=lambda f, _: [
        f.referential.context_by_code[c] for c in f.referential.contexts_of.get(f.code, ())
    ]),
    parts_of("credentials", _CREDENTIAL, promised=True, path=lambda f, _: [
        (r, f.referential.credential_by_code[r.credential], f.referential.prerequisites_of(r.credential))
        for r in f.referential.credentials_of.get(f.code, ())
    ]),
    part_of("access_conditions", "access_conditions", "conditions"),
    parts_of("mobilities", _MOBILITY, promised=True),
)  # fmt: skip


def print_occupation(console: "Screen", fiche: Fiche, lang: Lang, *, codes: bool = False) -> None:
    """Print the sheet of an occupation."""
    from passerelles.views.terminal import print_unfolded  # noqa: PLC0415 - drawing takes a library

    console.print(f"{fiche.code}  {fiche.occupation.name}", style="bold")
    for _, field, texts in fiche.lines(lang, codes=codes):
        print_unfolded(console, Page(field, texts))
    print_dim(console, source_lines(fiche.referential, lang=lang))


def _requirement(row: Requirement, competency: Competency, lang: Lang) -> str:
    return competency.name + ("" if row.status == "other" else say(f"show.status.{row.status}", lang=lang))


def _conditions(conditions: AccessConditions, lang: Lang) -> list[str]:
    """Return what access takes as a whole: free or not, a selection, the levels asked for, titles that differ."""
    others = others_text(conditions, lang)
    status = say(f"conditions.status.{conditions.status}", lang=lang) + (f", {others}" if others else "")
    sentences = [status, *some_only_lines(conditions, lang)]
    levels = [str(level) for level in (conditions.level_low, conditions.level_high) if level is not None]
    if levels:
        key = "levels_from_none" if conditions.level_low == 0 else "levels"
        sentences.append(say(f"show.{key}", lang=lang, levels=" – ".join(dict.fromkeys(levels))))
    if conditions.title:
        sentences.append(say("show.of_title", lang=lang, title=conditions.title))
    if conditions.note:
        sentences.append(say("conditions.note", lang=lang, note=conditions.note))
    return sentences


def _lettered(conditions: AccessConditions) -> AccessConditions:
    """Return what access takes with the ways of each choice lettered from a on, whatever the tables call them."""
    named = grouped((c.group, c.alternative or "") for c in conditions.credentials if c.group is not None)
    letters = {(g, way): chr(ord("a") + n) for g, ways in named.items() for n, way in enumerate(sorted({*ways}))}
    ways = [(c, (c.group or "", c.alternative or "")) for c in conditions.credentials]
    return replace(conditions, credentials=tuple(replace(c, alternative=letters.get(way)) for c, way in ways))


def _choices(conditions: AccessConditions, titles: Mapping[str, str], lang: Lang) -> dict[str, str]:
    """Return each choice among several ways in a sentence, by its group, numbered where there are several."""
    groups = grouped((c.group, c) for c in conditions.credentials if c.group is not None)
    by_group: dict[str, str] = {}
    for place, (group, members) in enumerate(groups.items(), start=1):
        ways = grouped((c.alternative or "", c) for c in members)
        names = {way: " + ".join(dict.fromkeys(c.short for c in ways[way])) for way in sorted(ways)}
        of_way = {way: _of_whom(ways[way], titles, lang) for way in names}
        whom = next(iter(of_way.values())) if len(set(of_way.values())) == 1 else ""
        of_way = dict.fromkeys(of_way, "") if whom else of_way
        texts = [say("show.way", lang=lang, way=way, names=names[way]) + of_way[way] for way in names]
        start = say("show.choice", lang=lang, n=place) if len(groups) > 1 else say("show.only_choice", lang=lang)
        by_group[group] = labelled(start + whom, listed(texts, lang), lang)
    return by_group


def _of_whom(items: Sequence[AccessCredential], titles: Mapping[str, str], lang: Lang) -> str:
    """
    Of whom something is asked, and by whom ways of a choice are, between brackets; empty = by law of everybody.

    `titles`: labels of the occupation's job titles, by code.
    """
    scopes = dict.fromkeys(scope for c in items for scope in ((c.scope, "titles") if c.titles else (c.scope,)))
    # Rows of one way that are of other titles each, or of titles that nobody lists, are of none together.
    [named, *others_named] = {frozenset(c.titles) for c in items if c.scope == "titles" or c.titles} or {frozenset()}
    of = {s: say(f"conditions.scope.{s}", lang=lang) for s in scopes if s != "all"}
    if "titles" in of and named and not others_named and named <= titles.keys():
        others = titles.keys() - named
        key, codes = ("but_titles", others) if 0 < len(others) <= min(len(named), _SHOWN) else ("of_titles", named)
        labels, hidden = sorted(titles[code] for code in codes)[:_SHOWN], len(codes) - _SHOWN
        more = say("moves.more", lang=lang, n=hidden) if hidden > 0 else ""
        of["titles"] = say(f"show.{key}", lang=lang, titles=listed(labels, lang) + more)
    parts = [] if any(c.scope == "all" and not c.titles for c in items) else [*of.values()]
    if all(c.group is not None and c.ground for c in items):
        parts.insert(0, asked_text(items, lang))
    return f" ({', '.join(parts)})" if parts else ""


def _rows(conditions: AccessConditions) -> Iterable[Sequence[AccessCredential]]:
    """Return what access takes line by line: what several ways of a choice ask for, and say alike, in one."""
    asked = conditions.credentials
    keys = (n if c.group is None else (c.group, c.code, c.scope, c.titles, c.note) for n, c in enumerate(asked))
    return grouped(zip(keys, asked, strict=True)).values()


def _credential(
    rows: Sequence[AccessCredential], choices: Sequence[str], titles: Mapping[str, str], said: set[str], lang: Lang
) -> str:
    item, detail, new, word = rows[0], rows[0].detail, said_once(rows[0].note, said), partial(say, lang=lang)
    asked = word(f"conditions.requirement.{item.ground or item.requirement}")
    if item.group is not None:
        ways = dict.fromkeys(c.alternative or "" for c in rows)
        key = ("ways_of" if len(ways) > 1 else "way_of") + ("_choice" if len(choices) > 1 else "")
        asked = word(f"show.{key}", n=choices.index(item.group) + 1, way=", ".join(ways))
    whom = _of_whom([item], {} if item.group else titles, lang)  # a choice names the titles itself
    months, company, valid = duration_text(detail.months, lang), detail.company_hours, detail.validity_months
    unit, n = ("months", valid) if valid and valid % 12 else ("years", (valid or 0) // 12)
    facts = (
        asked + whom,
        "" if months and item.hours[:3] == (None, None, None) else _training(item, lang),
        word("show.company_hours", hours=_length(company, lang)) if any(company[:3]) else "",
        months,
        "" if detail.minimum_age is None else word("show.minimum_age", n=detail.minimum_age),
        "" if valid is None else word(f"show.valid_{unit}", n=n),
        word("show.renewal", text=detail.renewal) if detail.renewal else "",
    )
    sources = listed(dict.fromkeys(c.source for c in rows if c.source), lang)
    note, source = f". {new}" if new else "", f" [{sources}]" if sources else ""
    return labelled(item.label, f"{', '.join(filter(None, facts))}{note}{source}", lang)


def _training(item: AccessCredential, lang: Lang) -> str:
    """Return how long it takes to obtain something, and whose figure that is; or that nothing has to be learnt."""
    known, kind = {hours for hours in item.hours[:3] if hours is not None}, item.detail.hours_kind
    if not known and kind == "none-exists":
        return say("paths.step.any_length", lang=lang)
    if known <= {0} and takes_no_training(item.detail):
        return say("show.no_training", lang=lang)
    several = "s" if len(known) > 1 and kind == "centre" else ""
    told = f" ({say(f'show.hours_kind.{kind}{several}', lang=lang)})" if known and kind != "unknown" else ""
    return _length(item.hours, lang) + told


def _length(hours: Hours, lang: Lang) -> str:
    """Write the hours that are known: one figure, the range that they span, or the least."""
    known = sorted({h for h in hours[:3] if h is not None})
    if not known:
        return say("show.hours_unknown", lang=lang)
    ends = [number_shown(hours, lang=lang) for hours in (known[0], known[-1])]
    if ends[0] != ends[1]:
        return say("show.hours_range", lang=lang, low=ends[0], high=ends[1])
    least = hours.expected is None and hours.high is None
    return say("show.hours_least" if least else "show.hours", lang=lang, n=ends[0])
