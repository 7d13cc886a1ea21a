"""Schemathesis over the OpenAPI: whatever it asks, no answer is a fault, or other than documented."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.http.app import create_app
from api.settings import Settings
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from schemathesis import Case
    from schemathesis.schemas import BaseSchema

    from api.composition import Service
    from tests.api.http.conftest import Door

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 10
OPERATIONS = [
    (path, method)
    for path, methods in create_app(cast("Service", SimpleNamespace(settings=Settings())))
    .openapi()["paths"]
    .items()
    for method in methods
]

load_all_checks()

every_operation = pytest.mark.parametrize(("path", "method"), OPERATIONS)


@pytest.fixture(scope="module")
def schema(door: Door) -> BaseSchema:
    """The schema as the running server gives it."""
    return schemathesis.openapi.from_url(f"{door.url}/openapi.json")


def ask(schema: BaseSchema, path: str, method: str, book: str = "") -> int:
    """Ask whatever schemathesis thinks of, about `book` if given; return how many questions were asked."""
    asked = 0

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def ask_one(case: Case[Any]) -> None:
        nonlocal asked
        asked += 1
        if book:
            case.path_parameters["book"] = book
        case.call_and_validate(checks=CHECKS)

    ask_one()
    return asked


@pytest.mark.slow
@every_operation
def test_any_request_gets_a_documented_answer(schema: BaseSchema, path: str, method: str) -> None:
    assert ask(schema, path, method) > 0


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), [one for one in OPERATIONS if "{book}" in one[0]])
def test_any_request_about_the_village_gets_a_documented_answer(
    schema: BaseSchema, path: str, method: str
) -> None:
    assert ask(schema, path, method, BOOK) > 0


def test_every_route_of_the_issue_is_documented() -> None:
    book = "/books/{book}"
    assert {
        (f"{book}/entries", "post"),
        (f"{book}/entries/{{index}}", "get"),
        (f"{book}/entries/{{index}}.note", "get"),
        (f"{book}/entries/{{index}}.json", "get"),
        (f"{book}/proof/{{index}}", "get"),
        (f"{book}/checkpoint", "get"),
        (f"{book}/tile/{{path}}", "get"),
        (f"{book}/trial-balance", "get"),
        (f"{book}/trial-balance.json", "get"),
        (f"{book}/trial-balance.csv", "get"),
        (f"{book}/trial-balance.xlsx", "get"),
        (book, "get"),
    } <= set(OPERATIONS)
