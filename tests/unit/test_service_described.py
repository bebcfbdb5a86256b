"""What the OpenAPI description promises, asked at random, rightly and wrongly: no fault, only answers that it tells."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from passerelles.graph.core import OccupationGraph
from passerelles.service.app import create_app
from passerelles.service.engine import Engine, Limits, Options

schemathesis = pytest.importorskip("schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")
pytestmark = pytest.mark.external
OPERATIONS = (
    *(("GET", f"/v1/{name}") for name in ("rank", "sources", "paths", "resolve", "show")),
    *(("POST", f"/v1/{name}") for name in ("rank", "sources", "paths", "resolve", "match")),
    ("POST", "/v1/rank/batch"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
)
PER_OPERATION = 20


@pytest.fixture(scope="module")
def description(embedded_graph: OccupationGraph) -> Any:
    engine = Engine.of(embedded_graph)
    engine.warm()
    return schemathesis.openapi.from_asgi(
        "/openapi.json",
        create_app(engine, Options(limits=Limits(seconds=30, query_bytes=1_000_000, body_bytes=10_000_000))),
    )


def test_every_operation_is_asked(description: Any) -> None:
    found = [result.ok() for result in description.get_all_operations()]
    assert {(each.method.upper(), each.path) for each in found} == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_is_described(method: str, path: str, description: Any) -> None:
    from schemathesis.generation import GenerationMode

    operation = description[path][method]
    wrong = () if path.startswith(("/health", "/metrics")) else (GenerationMode.NEGATIVE,)
    modes = (GenerationMode.POSITIVE, *wrong)
    asked: list[int] = []

    @given(case=st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes]))
    @settings(
        max_examples=PER_OPERATION,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        response = case.call()
        # A service that has just started is not ready yet, and says so by 503.
        spared = [schemathesis.checks.not_a_server_error] if path == "/health/ready" else []
        # Filters, jobs, and persons of whom nothing is known: what no simple schema can tell.
        if path in {"/v1/rank", "/v1/rank/batch", "/v1/sources", "/v1/match"} or operation.label == "POST /v1/paths":
            spared.append(checks.positive_data_acceptance)
        # Who pays under an agreement is read from data that this service was not given; not any word is a filter.
        if {"agreement", "hiring_agreement", "filter"} & {*(case.query or {})}:
            spared.append(checks.positive_data_acceptance)
        case.validate_response(response, excluded_checks=spared)
        asked.append(response.status_code)

    ask()
    assert asked
