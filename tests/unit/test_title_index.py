"""The index of titles, against scikit-learn and plain linear algebra."""

from collections import Counter
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from job_titles import ROWS, referential
from passerelles.errors import PasserellesError
from passerelles.graph.core import OccupationGraph
from passerelles.matching import index as module
from passerelles.matching.evidence import Trial, rank_block, shipped_weights, terms, wide_evidence
from passerelles.matching.index import IndexedLabel, Owner, TitleIndex, _decompose, build_index, search
from passerelles.matching.reading import Lexicon, language_pack, understand
from passerelles.text import words
from passerelles.vectors import field_cosines, fit_field, fit_letters, letter_bag, rows_times, unit

TEXTS = ("conducteur de bus", "conducteur conducteur routier", "boulanger patissier", "patissier chocolatier")
QUERIES = ("patissier boulanger", "conducteur", "inconnu total", "bus bus routier", "chocolatier patissier bus", "de")


def built(rows: tuple[tuple[str, str, str], ...]) -> TitleIndex:
    codes = sorted({code for _, _, code in rows})
    owners = [Owner(code, code, f"Métier {code}", ("Accueillir",)) for code in codes]
    return build_index([IndexedLabel(*row) for row in rows], owners, pack=language_pack("fr"), dimensions=8)


@pytest.mark.parametrize("few", [True, False])
def test_words_weigh_as_in_scikit_learn(*, few: bool) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    oracle = TfidfVectorizer(sublinear_tf=True, analyzer=str.split)
    known = oracle.fit_transform(TEXTS)
    expected = (oracle.transform(QUERIES) @ known.T).toarray()
    field, _ = fit_field([Counter(text.split()) for text in TEXTS])
    bags = [Counter(text.split()) for text in QUERIES]
    found = np.vstack([field_cosines(field, [bag]) for bag in bags]) if few else field_cosines(field, bags)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("few", [True, False])
def test_letters_weigh_as_in_scikit_learn(*, few: bool) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    oracle = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 4))
    known = oracle.fit_transform(TEXTS)
    expected = (oracle.transform(QUERIES) @ known.T).toarray()
    field = fit_letters([Counter(text.split()) for text in TEXTS], shortest=2, longest=4)
    bags = [letter_bag(text.split(), 2, 4) for text in QUERIES]
    found = np.vstack([field_cosines(field, [bag]) for bag in bags]) if few else field_cosines(field, bags)
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_order_of_words_changes_no_bit() -> None:
    rng = np.random.default_rng(6)
    words = [f"w{place}" for place in range(40)]
    field, _ = fit_field([Counter(rng.choice(words, 12).tolist()) for _ in range(30)])
    bag = dict.fromkeys(words[:25], 1.0)
    assert np.array_equal(field_cosines(field, [bag]), field_cosines(field, [dict(reversed(bag.items()))]))


@pytest.mark.parametrize("density", [0.001, 0.05, 0.5])
def test_rows_together_have_the_products_of_each_alone(density: float) -> None:
    rng = np.random.default_rng(4)
    draw = partial(sparse.random_array, dtype=np.float32, rng=rng)
    rows, columns = draw((150, 300), density=density).tocsr(), draw((300, 400), density=0.3).tocsr()
    rows.sort_indices()
    alone = np.vstack([rows_times(sparse.csr_array(rows[[place]]), columns) for place in range(150)])
    assert np.array_equal(rows_times(rows, columns), alone)
    assert alone == pytest.approx(rows.toarray().astype(float) @ columns.toarray(), abs=1e-5)


@pytest.mark.parametrize("dimensions", [8, 59, 90])
def test_the_latent_space_is_that_of_singular_values(dimensions: int) -> None:
    matrix = sparse.random_array((60, 90), density=0.2, rng=np.random.default_rng(3), dtype=np.float32).tocsr()
    coordinates, axes = _decompose(sparse.csr_array(matrix), dimensions)
    left, scale, right = np.linalg.svd(matrix.toarray().astype(float), full_matrices=False)
    size = min(dimensions, 59)
    assert np.linalg.norm(coordinates, axis=0) == pytest.approx(scale[:size], rel=1e-4)
    assert coordinates @ axes.T == pytest.approx((left[:, :size] * scale[:size]) @ right[:size], abs=1e-4)
    assert axes.T @ axes == pytest.approx(np.eye(size), abs=1e-4)


def test_a_latent_space_of_repeated_texts_is_the_same_each_time() -> None:
    matrix = sparse.csr_array(np.kron(np.eye(20, dtype=np.float32), np.ones((3, 2), dtype=np.float32)))
    first, again = _decompose(matrix, 30), _decompose(matrix, 30)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert first[0] @ first[1].T == pytest.approx(matrix.toarray(), abs=1e-5)


def test_a_word_more_in_one_text_leaves_the_others_where_they_are() -> None:
    texts: Any = sparse.random_array((300, 800), density=0.03, rng=np.random.default_rng(5), dtype=np.float32).tocsr()
    word = np.zeros((300, 1), dtype=np.float32)
    word[7] = 1.0

    def likeness(matrix: Any) -> Any:
        rows = unit(_decompose(sparse.csr_array(matrix), 60)[0])
        return np.delete(np.delete(rows @ rows.T, 7, axis=0), 7, axis=1)

    assert likeness(sparse.hstack([sparse.csr_array(word), texts])) == pytest.approx(likeness(texts), abs=0.02)


def test_the_order_of_rows_is_nothing() -> None:
    here, there = built(ROWS), built(ROWS[::-1])
    assert here.entries == there.entries
    assert here.codes == there.codes
    assert dict(here.exact) == dict(there.exact)
    assert here.letters.columns.toarray() == pytest.approx(there.letters.columns.toarray())


def test_every_form_of_a_title_leads_to_it() -> None:
    index = built(ROWS)
    for form, other in (("moniteur d auto ecole", False), ("monitrice d auto ecole", True)):
        (entry, feminine), *rest = index.exact[form]
        assert not rest
        assert (index.entries[entry].ogr, feminine) == ("1", other)
    assert {index.entries[e].code for e, _ in index.exact["vendeur en boulangerie"]} == {"D1106", "D1107"}
    assert {index.entries[e].ogr for e, _ in index.exact["infographiste 3d"]} == {"15"}


def test_a_label_of_an_unknown_code_is_refused_and_so_is_nothing() -> None:
    with pytest.raises(PasserellesError, match="Z9999"):
        build_index([IndexedLabel("1", "x", "Z9999")], [Owner("A1101", "y")], pack=language_pack("fr"))
    with pytest.raises(PasserellesError):
        build_index([], [Owner("A1101", "y")], pack=language_pack("fr"))


def test_one_title_is_an_index_too() -> None:
    assert built(ROWS[:1]).meaning is None
    assert built(ROWS).meaning is not None


def test_what_ships_is_a_few_numbers() -> None:
    """At most 150 weights, and names of evidence only: no title, no run of letters."""
    numbers = [
        value
        for w in shipped_weights().values()
        for part in (w.first, w.final, w.confidence, w.family)
        for value in part.values()
    ]
    assert len(numbers) <= 160
    names = {
        name for w in shipped_weights().values() for part in (w.first, w.final, w.confidence, w.family) for name in part
    }
    index = built(ROWS)
    allowed = {
        *looked_at("boulanger", index)[0].names,
        "words",
    }
    allowed |= {"chance", "margin", "title", "known", "bare", "rivals", "constant", "holds", "mass", "long"}
    allowed |= {"joint", "purity", "spread", "cut", "lead", "strange", "within", "typo", "readable", "runs", "foreign"}
    allowed |= {"ends"}
    assert {part for name in names for part in name.removeprefix("best:").split("*")} <= allowed


def test_what_the_owners_to_look_at_are_chosen_by_is_known_of_every_owner() -> None:
    index = built(ROWS)
    options = understand("boulanger", words=index.words, lexicon=Lexicon(index.pack)).jobs[0]
    assert shipped_weights()["title"].first.keys() <= wide_evidence(index, options).parts.keys()


def looked_at(text: str, index: TitleIndex) -> tuple[Trial, dict[str, float]]:
    options = understand(text, words=index.words, lexicon=Lexicon(index.pack)).jobs[0]
    (trial,) = rank_block(index, [options], weights=shipped_weights()["title"])
    assert trial is not None
    return trial, terms(index, trial)


def test_the_calibration_hears_the_next_family_and_words_that_nothing_is_known_of() -> None:
    index = built(ROWS)
    for text in ("moniteur de conduite", "vendeur de pain", "infirmier du travail"):
        trial, found = looked_at(text, index)
        letters = trial.evidence[:, trial.names.index("bayes_letters")]
        families = index.parent_of[trial.owners]
        best = {family: float(letters[families == family].max()) for family in families.tolist()}
        first = best.pop(int(families[0]))
        assert found["lead"] == pytest.approx(min(max(first - max(best.values()), -6.0), 12.0))
        assert not found["strange"]
    assert looked_at("zorglub", index)[1]["strange"]
    assert not looked_at("zorglub boulanger", index)[1]["strange"]
    typed = looked_at("boulamger", index)[1]  # a letter away from a label
    assert (typed["strange"], typed["near"], typed["typo"]) == (0.0, 1.0, 1.0)


def test_the_calibration_hears_how_a_text_is_worded() -> None:
    index = built(ROWS)

    def worded(text: str) -> dict[str, float]:
        return looked_at(text, index)[1]

    # Of the labels that have the last word, those that end with it: usages are labels here.
    for text in ("agent de service", "conducteur de poids lourds"):
        last = Lexicon(index.pack).stems(text)[-1]
        held = [form for form in index.stems if last in form]
        ending = sum(form[-1] == last for form in held)
        odds = np.log((ending + 0.5) / (len(held) - ending + 0.5))
        assert worded(text)["ends"] == pytest.approx(min(max(odds, -3.0), 2.0))
    assert worded("boulanger zorglub")["ends"] == 0.0
    assert worded("boulanger de nuit")["readable"] == 1.0
    assert worded("zorglub de boulanger")["readable"] == pytest.approx(2 / 3)
    # " zor", "zorg", "orgl", "rglu", "glub" and "lub " are runs of no label.
    assert worded("zorglub boulanger")["runs"] == pytest.approx(8 / 14)
    assert worded("boulanger with zorglub")["foreign"] == 1.0
    assert worded("boulanger zorglub")["foreign"] == worded("boulanger de nuit")["foreign"] == 0.0
    assert worded("boulanger patissier")["within"] == 1.0


def test_a_referential_keeps_its_index_and_pickles_without_it() -> None:
    import pickle

    from passerelles.matching.titles import title_index

    made = referential()
    assert title_index(made) is title_index(made)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own bytes
    assert again == made
    assert "_memo" not in vars(again)


def test_a_search_finds_the_labels_that_have_most_of_its_words(plain_embedded: OccupationGraph) -> None:
    r = plain_embedded.referential
    labels = {o.code: o.name for o in r.occupations}

    def meets(asked: str, own: str) -> bool:
        return own == asked or (len(asked) >= 4 and own.startswith(asked))

    for sought in ("conduite de la route", "d un", "agent ent", "LA"):
        asked = words(sought)
        met = {code: sum(any(meets(a, own) for own in words(label)) for a in asked) for code, label in labels.items()}
        best = [code for code, number in met.items() if number == max(met.values())]
        expected = sorted(best, key=lambda code: (len(labels[code]), code))
        assert [f.code for f in search(r, sought, kinds=["occupation"], limit=200)] == expected, sought
    assert [f.code for f in search(r, " k2110 ", kinds=["occupation"])] == ["K2110"]


def test_what_resembles_is_listed_only_where_nothing_has_the_words(plain_embedded: OccupationGraph) -> None:
    found = search(plain_embedded.referential, "cariste")  # no credential has the word, and cards resemble it
    assert {f.code for f in found if f.kind == "occupation"} == {"N1101"}
    assert all("cariste" in f.label.casefold() for f in found)
    assert search(plain_embedded.referential, "caristee")


def test_labels_are_cut_once_for_all_searches(plain_embedded: OccupationGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    sought = ("agent de service", "permit de conduirre")  # one that labels have, one that they resemble
    first = [search(plain_embedded.referential, each) for each in sought]
    assert all(first)
    monkeypatch.setattr(module, "normalise_label", None)
    monkeypatch.setattr(module, "plain_forms", None)
    assert [search(plain_embedded.referential, each) for each in sought] == first
    assert search(plain_embedded.referential, "conduite de la route")


def test_a_credential_is_counted_in_every_job_that_asks_for_it_or_for_what_supposes_it(
    plain_embedded: OccupationGraph,
) -> None:
    known = plain_embedded.referential
    by_code = {hit.code: hit.occupations for hit in search(known, "permis", kinds=["credential"], limit=100)}
    asked = {(row.occupation, row.credential) for row in known.credential_requirements}
    supposing = {c.code for c in known.credentials if "PERM-A2" in known.prerequisites_of(c.code)}
    assert "PERM-A" in supposing
    jobs = {job for job, code in asked if code in supposing | {"PERM-A2"}}
    assert by_code["PERM-A2"] == len(jobs) > 0
