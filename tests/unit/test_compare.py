"""Occupations side by side: what is shared is what sets say, in every output."""

import json

import pytest

from passerelles import compare
from passerelles.cli.main import run
from passerelles.errors import PasserellesError, UnknownCodeError
from passerelles.graph.core import OccupationGraph


def test_shared_and_single_competencies_are_those_of_the_sets(embedded_graph: OccupationGraph) -> None:
    codes = ["N4101", "N4103", "N4105"]
    wanted = {
        code: {r.competency for r in embedded_graph.referential.requirements if r.occupation == code} for code in codes
    }
    found = compare(embedded_graph, codes)
    assert [o.code for o in found.occupations] == codes
    by = {presence: {c.code for c in found.competencies if c.presence == presence} for presence in ("shared", "only")}
    assert by["shared"] == set.intersection(*wanted.values())
    alone = {c for code in codes for c in wanted[code] if sum(c in w for w in wanted.values()) == 1}
    assert by["only"] == alone
    for item in found.competencies:
        assert set(item.occupations) == {code for code in codes if item.code in wanted[code]}
        assert len(item.weights) == len(item.occupations)
    for each in found.occupations:
        assert each.requirements == len(wanted[each.code])


def test_two_different_occupations_are_needed(embedded_graph: OccupationGraph) -> None:
    for codes in ([], ["N4101"], ["N4101", "N4101"], "N4101"):
        with pytest.raises(PasserellesError):
            compare(embedded_graph, codes)
    with pytest.raises(UnknownCodeError):
        compare(embedded_graph, ["N4101", "Z9999"])


@pytest.mark.parametrize("words", [("compare", "N4101", "N4103"), ("areas",)])
def test_the_commands_print_their_shapes(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    from jsonschema import Draft202012Validator

    from passerelles.report.schemas import json_schema

    with pytest.raises(SystemExit) as ended:
        run((*words, "--format", "json"))
    answer = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert answer["schema"] == f"passerelles/{words[0]}@1"
    Draft202012Validator(json_schema(words[0])).validate(answer)
    for form in ("table", "csv"):
        with pytest.raises(SystemExit):
            run((*words, "--format", form))
        assert capsys.readouterr().out
