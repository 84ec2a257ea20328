"""The Python client gql, with the operations that every client sends."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport

from tests.served.process import Served

pytestmark = pytest.mark.clients

OPERATIONS = Path(__file__).parent / "operations"
Open = Callable[[str], AbstractAsyncContextManager[AsyncClientSession]]


def operation(name: str, variables: dict[str, Any] | None = None) -> GraphQLRequest:
    """One of the operations that every client sends, with the fragment that several of them use."""
    text = (OPERATIONS / f"{name}.graphql").read_text("utf-8")
    if "...CardFields" in text and "fragment CardFields" not in text:
        text += "fragment" + (OPERATIONS / "card.graphql").read_text("utf-8").partition("fragment")[2]
    return GraphQLRequest(text, variable_values=variables)


@pytest.fixture
def opened(served: Served) -> Open:
    """A session of one of the cast, which checks every operation against the schema it was told."""

    @asynccontextmanager
    async def session(persona: str) -> AsyncIterator[AsyncClientSession]:
        transport = HTTPXAsyncTransport(served.graphql, headers=served.headers(persona), timeout=60)
        async with Client(transport=transport, fetch_schema_from_transport=True) as found:
            yield found

    return session


@pytest.mark.parametrize("name", ["card", "cabinet"])
async def test_own_record_is_answered_whole(opened: Open, name: str) -> None:
    async with opened("therapist") as session:
        found = await session.execute(operation(name, {"id": "prac_1"}))
    assert found["practitioner"]["snils"]
    assert found["practitioner"]["accreditations"]


async def test_the_client_finds_every_operation_valid_against_the_served_schema(opened: Open) -> None:
    async with opened("therapist") as session:
        for path in sorted(OPERATIONS.glob("*.graphql")):
            session.client.validate(operation(path.stem))


async def test_a_partial_answer_shows_data_and_refusals_side_by_side(opened: Open) -> None:
    async with opened("stranger") as session:
        # The client raises for errors, and the exception holds what was answered beside them.
        with pytest.raises(TransportQueryError) as partial:
            await session.execute(operation("cabinet", {"id": "prac_1"}))
    assert partial.value.data is not None
    assert partial.value.data["practitioner"]["fullName"]
    assert partial.value.data["practitioner"]["documents"] is None
    errors = partial.value.errors or []
    refused = {error["extensions"]["coordinate"]: error["extensions"]["reason"] for error in errors}
    assert refused["Practitioner.documents"] == "OBJECT"


@pytest.mark.parametrize("backward", [False, True])
async def test_a_walk_from_either_end_shows_each_person_once(opened: Open, *, backward: bool) -> None:
    async with opened("anonymous") as session:
        whole = (await session.execute(operation("walk", {"first": 100})))["practitioners"]
        ids: list[str] = []
        cursor, more = None, True
        while more:
            paging = {"last": 13, "before": cursor} if backward else {"first": 13, "after": cursor}
            page = (await session.execute(operation("walk", paging)))["practitioners"]
            found = [edge["node"]["id"] for edge in page["edges"]]
            ids = found + ids if backward else ids + found
            info = page["pageInfo"]
            cursor = info["startCursor"] if backward else info["endCursor"]
            more = info["hasPreviousPage"] if backward else info["hasNextPage"]
    assert ids == [edge["node"]["id"] for edge in whole["edges"]]
    assert len(ids) == whole["totalCount"]


async def test_variables_carry_filters_and_orders(opened: Open) -> None:
    order = [{"field": "REGISTRY_NUMBER", "direction": "DESC"}]
    async with opened("census") as session:
        request = operation("walk", {"filter": {"organization": "org_1"}, "orderBy": order, "first": 5})
        found = await session.execute(request)
    assert len(found["practitioners"]["edges"]) == 5


async def test_a_bad_token_is_401_and_says_how_to_sign_in(served: Served) -> None:
    headers = {"authorization": "Bearer not.a.token"}
    transport = HTTPXAsyncTransport(served.graphql, headers=headers)
    async with Client(transport=transport) as session:
        with pytest.raises(TransportQueryError) as refused:
            await session.execute(operation("viewer"))
    assert [error["extensions"]["code"] for error in refused.value.errors or []] == ["UNAUTHENTICATED"]
    async with httpx.AsyncClient() as client:
        plain = await client.post(served.graphql, json={"query": "{ viewer { __typename } }"}, headers=headers)
    assert plain.status_code == 401
    assert plain.headers["www-authenticate"].startswith("Bearer")
    assert plain.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in plain.json()
