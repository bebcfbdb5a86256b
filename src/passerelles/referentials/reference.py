"""From what a person writes to a code: an exact code or an exact job title, else the nearest ones as suggestions."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from passerelles.codes import check_code
from passerelles.errors import UnknownCodeError
from passerelles.model import JobTitle
from passerelles.referentials.referential import Referential
from passerelles.text import normalise_label, slashed_forms

_LONGEST: Final = 200  # no code or title is longer; what is longer is not compared
_NEAREST: Final = 3
_ALIKE: Final = 60.0  # of 100: below, what resembles is chance


def find_occupation(referential: Referential, text: str) -> str:
    """
    Return the code that `text` stands for.

    Parameters
    ----------
    referential
        Where to look.
    text
        A code (``"K2110"``), the code of a specialised occupation, or an exact job title or label, whole or in one
        of its two gender forms; case, accents, hyphens and apostrophes are not compared.

    Raises
    ------
    UnknownCodeError
        If it is neither, or a title that several occupations share; `suggestions` are codes or titles that work.
    PasserellesError
        If it is a number, or empty.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> find_occupation(load_referential("transitions"), "Moniteur / Monitrice d'auto-école")
    'K2110'
    """
    check_code(text, what="occupation")
    if text in referential.occupation_by_code:
        return text
    wanted = normalise_label(text[:_LONGEST])
    found: tuple[str, ...] = ()
    if wanted and len(text) <= _LONGEST:
        found = titles_by_label(referential).get(wanted) or tuple(
            sorted({title.occupation for title in _titles_by_form(referential).get(wanted, ())})
        )
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownCodeError(text, suggestions=found, key="ambiguous_title")
    raise UnknownCodeError(_shortened(text), suggestions=nearest(referential, text))


def named_titles(referential: Referential, texts: Iterable[str]) -> frozenset[str]:
    """
    Codes of the job titles by which occupations are named, where what access takes differs between their titles.

    An occupation that is also named by its code or its own label, or by several titles, is meant at large.
    """
    by_occupation: dict[str, set[frozenset[str]]] = {}
    for text in texts:
        code = find_occupation(referential, text)
        rows = referential.credentials_of.get(code, ())
        whole = referential.access_of.get(code)
        if any(row.scope == "titles" for row in rows) or (whole is not None and whole.selection_scope == "titles"):
            by_occupation.setdefault(code, set()).add(_titles_of_name(referential, code, text))
    return frozenset(code for some in by_occupation.values() if len(some) == 1 for titles in some for code in titles)


def _titles_of_name(referential: Referential, occupation: str, text: str) -> frozenset[str]:
    """Titles of an occupation that a text is the name of; none for its code or its own label."""
    wanted = normalise_label(text)
    if text == occupation or wanted == normalise_label(referential.occupation_by_code[occupation].name):
        return frozenset()
    known = referential.titles_in(occupation)
    found = {title.code for title in known if normalise_label(title.label) == wanted} or {
        title.code for title in _titles_by_form(referential).get(wanted, ()) if title.occupation == occupation
    }
    return frozenset(found) if len(found) == 1 else frozenset()


def find_occupations(referential: Referential, some: Iterable[str] | str) -> tuple[str, ...]:
    """
    Return the codes of several occupations, sorted, each once; one may stand alone. See `find_occupation`.

    Examples
    --------
    >>> from passerelles import load_referential
    >>> find_occupations(load_referential("transitions"), ["N4101", "K2110", "N4101"])
    ('K2110', 'N4101')
    """
    return tuple(sorted({find_occupation(referential, each) for each in several(some)}))


def several(some: Iterable[str] | str) -> tuple[str, ...]:
    """Return codes or titles, of which one may stand alone, as a tuple."""
    return (some,) if isinstance(some, str) or not isinstance(some, Iterable) else tuple(some)


def _titles_by_form(referential: Referential) -> Mapping[str, tuple[JobTitle, ...]]:
    """Job titles of each normalised gender form of those that are written with both."""

    def find() -> Mapping[str, tuple[JobTitle, ...]]:
        known: dict[str, dict[JobTitle, None]] = {}
        for title in referential.titles:
            for form in slashed_forms(title.label) or ():
                known.setdefault(normalise_label(form), {})[title] = None
        return MappingProxyType({form: tuple(titles) for form, titles in known.items()})

    return referential.derived("titles-by-form", find)


def titles_by_label(referential: Referential) -> Mapping[str, tuple[str, ...]]:
    """Codes of the occupations that each normalised title, label or notation means; an own label wins over a title."""
    return referential.derived("titles-by-label", lambda: _titles_by_label(referential))


def _titles_by_label(referential: Referential) -> Mapping[str, tuple[str, ...]]:
    known: dict[str, set[str]] = {}
    for title in referential.titles:
        known.setdefault(normalise_label(title.label), set()).add(title.occupation)
    own: dict[str, set[str]] = {}
    for occupation in referential.occupations:
        if occupation.label is not None:
            label = normalise_label(occupation.label)
            # A fiche's own label is no other's title; with an overlay, a claimed title means the part.
            claimed = {c for c in known.get(label, ()) if referential.occupation_by_code[c].base == occupation.code}
            own.setdefault(label, set()).update(claimed or {occupation.code})
        if occupation.notation:
            own.setdefault(normalise_label(occupation.notation), set()).add(occupation.code)
    known |= own
    return MappingProxyType({label: tuple(sorted(codes)) for label, codes in known.items()})


def nearest(referential: Referential, text: str, *, limit: int = _NEAREST) -> tuple[str, ...]:
    """Return codes or titles that resemble `text`, best first; ties in the order of the codes."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistake needs it

    cut = text[:_LONGEST].strip()
    if any(c.isdigit() for c in cut) and " " not in cut:
        codes = [o.code for o in referential.occupations]
        found = process.extract(cut.upper(), codes, scorer=fuzz.ratio, processor=None, limit=limit, score_cutoff=50)
        return tuple(code for code, _, _ in found)
    labels = sorted({t.label for t in referential.titles} | {o.label for o in referential.occupations if o.label})
    normalised = [normalise_label(label) for label in labels]
    found = process.extract(
        normalise_label(cut), normalised, scorer=fuzz.token_sort_ratio, processor=None, limit=limit, score_cutoff=50
    )
    return tuple(labels[i] for _, _, i in found)


def nearest_codes(text: str, labels: Mapping[str, str], *, limit: int = _NEAREST) -> tuple[str, ...]:
    """
    Return codes that resemble `text`, or whose label does, best first; ties in the order of the codes.

    Examples
    --------
    >>> licences = {"PERM-C": "Permis de conduire, catégorie C", "TP-ECSR": "Titre professionnel"}
    >>> nearest_codes("PERMIS-C", licences), nearest_codes("permis de conduire", licences)
    (('PERM-C',), ('PERM-C',))
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistake needs it

    cut = normalise_label(text[:_LONGEST])
    codes = sorted(labels)
    best = dict.fromkeys(codes, 0.0)
    for names, scorer in (
        ([normalise_label(code) for code in codes], fuzz.ratio),
        ([normalise_label(labels[code]) for code in codes], fuzz.token_sort_ratio),
    ):
        for _, score, number in process.extract(
            cut, names, scorer=scorer, processor=None, limit=limit, score_cutoff=_ALIKE
        ):
            best[codes[number]] = max(best[codes[number]], score)
    return tuple(sorted((c for c in codes if best[c]), key=lambda c: (-best[c], c))[:limit])


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
