"""The only normaliser of labels: what counts as 'the same words' everywhere in the package."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

# Characters that XML 1.0 forbids, and with it every workbook, office document and picture.
_UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
# Of the search for what resembles a text.
LONGEST: Final = 200  # no code or title is longer; what is longer is not compared
NEAREST: Final = 3
_LEAST_LIKENESS: Final = 60.0  # of 100: below, what resembles is chance
_DIACRITICS = re.compile("[\u0300-\u036f]+")
LOST: Final = re.compile("[?\ufffd]")  # what stands where an export knows no accents
_LOST = re.compile(r"[^\W_]*[?\ufffd](?:[^\W_]|[?\ufffd])*")  # a word, with marks where letters were
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f?]+|\?+")
_INSIDE = re.compile(r"(?<=[^\W\d_])[?\ufffd]+(?=[^\W\d_])")
_ELISION = re.compile(r"([cdjlmnst]|qu)\?(\D.*)")
_ALONE = re.compile(r"(?<=\w[ -])[?\ufffd]+(?=[ -]\w)")
_BETWEEN_HYPHENS = re.compile(r"(?<=\w-)[?\ufffd]+(?=-\w)")
_NEARLY_ALL: Final = 0.9
_VOWELS = frozenset("aeiouyh")
_LEAST_HEAD: Final = 4  # letters of a known word before an ending: shorter ones begin many others
_WORDS_ONLY = bytes(byte if byte in b"0123456789abcdefghijklmnopqrstuvwxyz" else ord(" ") for byte in range(256))


def printable(text: str) -> str:
    r"""
    Return a text without the characters that XML forbids, such as control characters.

    Examples
    --------
    >>> printable("a\x0bb\uffff")
    'ab'
    """
    return text.translate(_UNPRINTABLE)


def fold_accents(text: str) -> str:
    """
    Lower case without accents or ligatures; punctuation stays.

    Examples
    --------
    >>> fold_accents("Bac + 2, Œnologue confirmé")
    'bac + 2, oenologue confirme'
    """
    folded = text.casefold()
    if folded.isascii():
        return folded
    folded = folded.replace("œ", "oe").replace("æ", "ae")  # casefold has already written ß as ss
    return _DIACRITICS.sub("", unicodedata.normalize("NFKD", folded))


def normalise_label(text: str) -> str:
    """
    Fold case, accents, ligatures, hyphens, apostrophes and punctuation; single spaces.

    Examples
    --------
    >>> normalise_label("Moniteur / Monitrice d’auto‑école")
    'moniteur monitrice d auto ecole'
    """
    return " ".join(words(text)) if text else ""  # so are most cells of a wide table


def forms_without_accents(labels: Iterable[str]) -> Mapping[str, str]:
    """
    Words of labels by what an export that knows no accents leaves of them: "?" in place of the letters it lost.

    A form that two words have, by their letters, is that of one which nearly all labels have, else it is left out: what
    was lost cannot be told.

    Examples
    --------
    >>> forms_without_accents(["Maçon / Maçonne", "Bâtonnier", "Bétonnier"])
    {'ma?on': 'maçon', 'ma?onne': 'maçonne'}
    """
    texts = (label.casefold() for label in labels if not label.isascii())
    words = Counter(word for text in texts for word in re.findall(r"[^\W_]+", text) if len(word) > 1)
    forms: dict[str, Counter[str]] = {}
    spelled = {fold_accents(word): word for word in sorted(words) if not word.isascii()}
    for word, n_labels in words.items():
        if not word.isascii():
            forms.setdefault(_BEYOND_ASCII.sub("?", word), Counter())[fold_accents(word)] += n_labels
    likeliest = ((form, same.total(), *same.most_common(1)[0]) for form, same in sorted(forms.items()))
    return {form: spelled[folded] for form, total, folded, n_labels in likeliest if n_labels >= _NEARLY_ALL * total}


def in_case_of(written: str, word: str) -> str:
    """
    Return a word in capitals, capitalised or as it is, as what was written in its place.

    Examples
    --------
    >>> in_case_of("MA?ON", "maçon"), in_case_of("Ma?on", "maçon"), in_case_of("ma?on", "maçon")
    ('MAÇON', 'Maçon', 'maçon')
    """
    return word.upper() if written.isupper() else word.capitalize() if written[:1].isupper() else word


def with_lost_letters(text: str, forms: Mapping[str, str], known: Collection[str] = ()) -> str:
    r"""
    Return a text with the letters that a bad export lost, as far as some words tell; see `forms_without_accents`.

    Inside a word that none of them is, an "e": most accented letters are one. After a known word, the point before an
    ending ("Vendeur·se"). Between two known words or letters a mark stays. One alone is an "à" beside words that lost
    letters, else a question mark.

    Examples
    --------
    >>> forms = forms_without_accents(["Maçon", "Hôtesse", "Chef d'équipe", "Employé"])
    >>> texts = "MA?ON", "H\ufffdtesse", "Chef d??quipe", "Employ? ?", "OP?RATEUR", "Chef?adjoint", "Ma?on?ne", "H?F"
    >>> [with_lost_letters(text, forms, {"chef", "adjoint"}) for text in texts]
    ['MAÇON', 'Hôtesse', "Chef d'équipe", 'Employé ?', 'OPERATEUR', 'Chef?adjoint', 'Maçon·ne', 'H?F']
    """

    def restored(match: re.Match[str]) -> str:
        written = match[0]
        form = _BEYOND_ASCII.sub("?", written.casefold())
        word = forms.get(form, "")
        elided = None if word else _ELISION.fullmatch(form)
        if elided:
            begun, rest = elided.groups()
            rest = forms.get(rest) or forms.get(f"?{rest}") or rest * (rest in known)
            if rest:
                return f"{written[: len(begun)]}'{rest}"
        if word:
            return in_case_of(written, word)
        parts = [part for part in form.split("?") if part]
        apart = all(len(part) == 1 for part in parts) or all(len(part) > 1 and part in known for part in parts)
        if apart or (elided and elided[2][:1] in _VOWELS):
            return written
        heads = (written[: mark.start()] for mark in LOST.finditer(written, _LEAST_HEAD))
        head = next((h for h in heads if fold_accents(h) in known or h.casefold() in forms), "")
        letter = "E" if written.isupper() else "e"
        rest = LOST.sub(letter, written[len(head) + 1 :])
        return f"{_LOST.sub(restored, head)}·{rest}" if head else _INSIDE.sub(letter, written)

    result = _LOST.sub(restored, _BETWEEN_HYPHENS.sub("à", text))
    return result if result == text else _ALONE.sub("à", result)


def slashed_forms(label: str) -> tuple[str, str] | None:
    """
    Masculine and feminine forms of a label that writes both around a slash; None for another.

    Examples
    --------
    >>> slashed_forms("Chauffeur / Chauffeuse de taxi"), slashed_forms("Responsable plate-forme expédition / Livraison")
    (('Chauffeur de taxi', 'Chauffeuse de taxi'), None)
    """
    left, sign, right = label.partition(" / ")
    before, after = left.split(), right.split()
    if not sign or " / " in right or not before or not after:
        return None
    shared = 0
    if not _agree(before[0], after[0]):
        shared = next((place for place in range(len(before) - 1, 0, -1) if _agree(before[place], after[0])), 0)
        if not shared and len(before) > len(after) + 1:  # the words behind the slash are one more object
            return None
    offset = len(before) - shared
    return " ".join([*before, *after[offset:]]), " ".join([*before[:shared], *after])


def _agree(left: str, right: str) -> bool:
    return fold_accents(left)[:3] == fold_accents(right)[:3]


def few(names: Sequence[str], most: int, sep: str = ", ") -> str:
    """
    Return the first of some names in one text, which says where there are more.

    Examples
    --------
    >>> few(["a", "b", "c"], 2), few(["a", "b"], 2, "; ")
    ('a, b, …', 'a; b')
    """
    return sep.join([*names[:most], *(["…"] if len(names) > most else [])])


def cut(text: str, most: int) -> str:
    """
    Return a text of at most so many characters; the last one says where more was written.

    Examples
    --------
    >>> cut("Ouvrier", 4), cut("Pose", 4)
    ('Ouv…', 'Pose')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def words(text: str) -> tuple[str, ...]:
    """
    Words of a label after normalisation.

    Examples
    --------
    >>> words("Conduite d'un véhicule")
    ('conduite', 'd', 'un', 'vehicule')
    """
    # A table over bytes is faster than a pattern; what is not ASCII becomes "?", then a space like all the rest.
    return tuple(fold_accents(text).encode("ascii", "replace").translate(_WORDS_ONLY).decode("ascii").split())


def are_initials(letters: str, spelled: Iterable[str]) -> bool:
    """Whether some letters are those that words begin with, in order; words between them do not matter."""
    initials = iter([word[0] for word in spelled])
    return all(letter in initials for letter in letters)


def alike(
    text: str, names: Mapping[str, str], *, least: float, scorer: str = "ratio", most: int | None = None
) -> dict[str, float]:
    """
    Keys whose names resemble a text, best first, with how much they do, of 100, at least `least`; see rapidfuzz.fuzz.

    Examples
    --------
    >>> [*alike("soudur", {"A": "soudeur", "B": "cariste"}, least=60)]
    ['A']
    """
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistake needs it

    how: dict[str, Any] = {"scorer": getattr(fuzz, scorer), "processor": None, "limit": most, "score_cutoff": least}
    return {key: score for _, score, key in process.extract(text, names, **how)}


Plain = tuple[Mapping[str, str], Mapping[str, str]]


def plain_forms(labels: Mapping[str, str]) -> Plain:
    """Normalised codes and normalised labels of some codes, by code."""
    ordered = sorted(labels.items())
    return {code: normalise_label(code) for code, _ in ordered}, {c: normalise_label(name) for c, name in ordered}


def nearest_codes(text: str, known: Plain, *, least: float = _LEAST_LIKENESS) -> tuple[str, ...]:
    """
    Return codes that resemble `text`, or whose label does, best first; ties in the order of the codes.

    Examples
    --------
    >>> licences = plain_forms({"PERM-C": "Permis de conduire, catégorie C", "TP-ECSR": "Titre professionnel"})
    >>> nearest_codes("PERMIS-C", licences), nearest_codes("permis de conduire", licences)
    (('PERM-C',), ('PERM-C',))
    """
    cut = normalise_label(text[:LONGEST])
    codes, names = known
    by_code = alike(cut, codes, least=least, most=NEAREST)
    by_name = alike(cut, names, scorer="token_sort_ratio", least=least, most=NEAREST)
    best = {code: max(by_code.get(code, 0.0), by_name.get(code, 0.0)) for code in (*by_code, *by_name)}
    return tuple(sorted(best, key=lambda code: (-best[code], code))[:NEAREST])


def an_error_away(word: str, known: Iterable[str]) -> list[str]:
    """
    Those of some words that a typing error parts from one: a letter more, less or another, or two that changed places.

    Examples
    --------
    >>> an_error_away("soduer", ["soudeur", "soude", "sodeur"]), an_error_away("soduer", ["souder"])
    (['sodeur'], ['souder'])
    """
    from rapidfuzz import distance, process  # noqa: PLC0415 - only a word that no label has needs it

    scorer: Any = distance.OSA.distance
    found = process.extract(word, known, scorer=scorer, score_cutoff=1, limit=None)
    return [near for near, _, _ in found]
