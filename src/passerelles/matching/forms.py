"""Forms of a label: both genders of a title, and the stems and families of its words."""

import re

from passerelles.matching.pack import LanguagePack, stem_of
from passerelles.text import fold_accents, normalise_label, words

_BRACKET = re.compile(r"([^\W\d_]+)\s?\(([a-zà-ÿ]{1,9})\)", re.IGNORECASE)


class Lexicon:
    """Stems and families of words, each worked out once; made for one piece of work and dropped with it."""

    def __init__(self, pack: LanguagePack) -> None:
        self.pack = pack
        self._stems: dict[str, str] = {}
        self._roots: dict[str, str] = {}

    def stem(self, word: str) -> str:
        """Word without the marks of plural and feminine: the same for both genders of a regular word."""
        found = self._stems.get(word)
        if found is None:
            found = word if word[:1].isdigit() else stem_of(word, self.pack.plural, self.pack.feminine)
            self._stems[word] = found
        return found

    def root(self, stem: str) -> str:
        """Family of a stem, without its derivational suffix: soudeur, soudage and soudure share one."""
        found = self._roots.get(stem)
        if found is None:
            found = self._roots[stem] = self._cut(stem)
        return found

    def _cut(self, stem: str) -> str:
        if not stem[:1].isdigit():
            for suffix in self.pack.roots:
                if stem.endswith(suffix) and len(stem) - len(suffix) >= self.pack.root_min:
                    return stem[: len(stem) - len(suffix)]
        return stem

    def stems(self, text: str) -> tuple[str, ...]:
        """Stems of the words of a text that mean something, in order, without immediate repeats."""
        return self.stems_of(joined_words(text, self.pack))

    def stems_of(self, spelled: tuple[str, ...]) -> tuple[str, ...]:
        """Return the same of words that are already normalised."""
        found: list[str] = []
        for word in spelled:
            if word in self.pack.stop_words:
                continue
            form = self.stem(word)
            if not found or found[-1] != form:
                found.append(form)
        return tuple(found)

    def roots(self, forms: tuple[str, ...]) -> tuple[str, ...]:
        """Families of stems, one by stem."""
        return tuple(self.root(form) for form in forms)


def joined_words(text: str, pack: LanguagePack) -> tuple[str, ...]:
    """
    Words of a text, those that are one word in two parts joined.

    Examples
    --------
    >>> from passerelles.matching.pack import language_pack
    >>> joined_words("Infographiste 3 D", language_pack("fr"))
    ('infographiste', '3d')
    """
    label = normalise_label(text)
    for pattern in pack.joins:
        label = pattern.sub(r"\1\2", label)
    return tuple(label.split())


def gender_forms(label: str, *, pack: LanguagePack) -> tuple[str, str]:
    """
    Masculine and feminine forms of a title.

    Parameters
    ----------
    label
        Title as the referential writes it.
    pack
        Rules of the language.

    Returns
    -------
    masculine, feminine
        Both equal to the label when it has one form only.

    Examples
    --------
    >>> from passerelles.matching.pack import language_pack
    >>> gender_forms("Moniteur / Monitrice d'auto-école", pack=language_pack("fr"))
    ("Moniteur d'auto-école", "Monitrice d'auto-école")
    """
    pair = _slashed(label)
    if pair is not None:
        return pair
    if "(" not in label:
        return label, label
    known = pack.endings

    def masculine(match: re.Match[str]) -> str:
        return match[1] if known.search(fold_accents(match[0])) else match[0]

    def feminine(match: re.Match[str]) -> str:
        return _feminine(match[1], match[2], pack) if known.search(fold_accents(match[0])) else match[0]

    return _BRACKET.sub(masculine, label), _BRACKET.sub(feminine, label)


def paired_forms(text: str, *, lexicon: Lexicon) -> tuple[str, str] | None:
    """Both gender forms of a text that writes them around a slash; None for two titles ('serveur / barman')."""
    left, _, right = text.partition(" / ")
    before, after = words(left), words(right)
    if not before or not after or lexicon.stem(before[0]) != lexicon.stem(after[0]):
        return None
    return _slashed(text)


def _agree(left: str, right: str) -> bool:
    return fold_accents(left)[:3] == fold_accents(right)[:3]


def _slashed(label: str) -> tuple[str, str] | None:
    left, sign, right = label.partition(" / ")
    if not sign or " / " in right:
        return None
    before, after = left.split(), right.split()
    if not before or not after:
        return None
    shared = 0
    if not _agree(before[0], after[0]):
        shared = next((place for place in range(len(before) - 1, 0, -1) if _agree(before[place], after[0])), 0)
    kept = len(before) - shared
    return " ".join([*before, *after[kept:]]), " ".join([*before[:shared], *after])


def _feminine(word: str, ending: str, pack: LanguagePack) -> str:
    for masculine, feminine in pack.pairs:
        if fold_accents(ending) == feminine and fold_accents(word).endswith(masculine):
            return word[: len(word) - len(masculine)] + ending
    return word + ending
