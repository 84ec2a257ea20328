"""Errors in the language of their reader: Russian unless English is asked for, by one rule for all of them."""

import re
from typing import Any

import httpx
import pytest

from tests.conftest import Ask, Gateway

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
QUERY: dict[str, Any] = {"json": {"query": "{ viewer { subject } }"}}

# Requests that are refused as a whole, each in another place of the program.
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "METHOD_NOT_ALLOWED": ("PUT", QUERY),
    "UNSUPPORTED_MEDIA_TYPE": ("POST", {"content": b"{}", "headers": {"content-type": "text/plain"}}),
    "NOT_ACCEPTABLE": ("POST", {**QUERY, "headers": {"accept": "text/html"}}),
    "BAD_REQUEST": ("POST", {"json": {"query": 1}}),
    "REQUEST_TOO_LARGE": ("POST", {"json": {"query": "#" * 2_000_000}}),
    "UNAUTHENTICATED": ("POST", {**QUERY, "headers": {"authorization": "Bearer nobody"}}),
    "GRAPHQL_PARSE_FAILED": ("POST", {"json": {"query": "{"}}),
    "GRAPHQL_VALIDATION_FAILED": ("POST", {"json": {"query": "{ nothing }"}}),
    "OPERATION_RESOLUTION_FAILURE": ("POST", {"json": {"query": "query A { __typename }", "operationName": "B"}}),
    "BAD_USER_INPUT": ("POST", {"json": {"query": "query($id: ID!) { node(id: $id) { id } }"}}),
}


async def refused(gateway: Gateway, name: str, tongue: str | None) -> dict[str, Any]:
    method, given = REFUSED[name]
    headers = {"accept": "application/json", **given.get("headers", {})}
    if tongue is not None:
        headers["accept-language"] = tongue
    response: httpx.Response = await gateway.client.request(method, "/graphql", **{**given, "headers": headers})
    errors = response.json()["errors"]
    assert {error["extensions"]["code"] for error in errors} == {name}
    first: dict[str, Any] = errors[0]
    return first


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_is_said_in_the_language_asked_for(gateway: Gateway, name: str) -> None:
    russian = await refused(gateway, name, "ru-RU,ru;q=0.9,en;q=0.8")
    english = await refused(gateway, name, "en-GB,en;q=0.9,ru;q=0.1")
    unsaid, other = await refused(gateway, name, None), await refused(gateway, name, "fr")
    assert russian["message"] == unsaid["message"] == other["message"]
    assert CYRILLIC.match(russian["message"])
    assert not CYRILLIC.search(english["message"])
    # Nothing else of the error depends on the language.
    assert {**russian, "message": ""} == {**english, "message": ""}


@pytest.mark.parametrize(
    ("document", "russian", "english"),
    [
        (
            '{ practitioner(by: {id: "prac_2"}) { snils } }',
            "Это поле вам недоступно.",
            "The field may not be read.",
        ),
        (
            "{ practitioners(first: 101) { nodes { id } } }",
            "Не подходит значение поля «сколько с начала»: ожидается не больше 100.",
            "The argument 'first' is not valid: expected at most 100.",
        ),
        (
            '{ documents(filter: {issuedFrom: "2026-02-02", issuedTo: "2026-02-01"}) { nodes { id } } }',
            "Не подходит значение поля «дата выдачи, по»: ожидается день не раньше, чем «дата выдачи, с».",
            "The argument 'filter.issuedTo' is not valid: expected a day not before 'issuedFrom'.",
        ),
    ],
)
async def test_what_is_refused_at_a_place_is_said_so_too(ask: Ask, document: str, russian: str, english: str) -> None:
    for tongue, wanted in ((None, russian), ("ru", russian), ("en", english)):
        answer = await ask("therapist", document, headers={} if tongue is None else {"accept-language": tongue})
        assert {error["message"] for error in answer.errors} == {wanted}


async def test_what_a_role_rests_on_is_said_so_too(ask: Ask) -> None:
    document = "{ viewer { roles { name because } } }"
    for tongue, wanted in ((None, "аккредитация: acc_"), ("en", "accreditation acc_")):
        answer = await ask("therapist", document, headers={} if tongue is None else {"accept-language": tongue})
        because = {role["name"]: role["because"] for role in answer.data["viewer"]["roles"]}
        assert because["DOC"].startswith(wanted)
