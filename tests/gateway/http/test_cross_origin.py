"""Pages of other origins: whom a browser lets ask and read, by what it is told."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from gateway.http.cross_origin import CrossOrigin, Origins
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.negotiation import StatusProfile
from gateway.log import Log
from tests.gateway.http.door import Lines, StandIn, carries_all_headers

FRIENDLY = "https://cabinet.example.org"
LOCAL = ("http://localhost:5173", "http://127.0.0.1:3000", "http://[::1]:8080", "https://localhost")
FOREIGN = (
    "null",
    "https://evil.example.net",
    "https://cabinet.example.org.evil.net",
    "http://cabinet.example.org",
    "https://cabinet.example.org:8443",
    "http://localhost.evil.net",
    "http://localhost:5173.evil.net",
    "http://localhost:",
    "file://localhost",
    "",
)
# What the pages of a cabinet send beside what every page may, as the product's own clients do.
SENT = (
    "authorization, content-type, idempotency-key, kabinet-workplace, kabinet-on-behalf-of, accept-language, "
    "graphql-client-name, x-request-id"
)

Opens = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def opens(lines: Lines) -> Opens:
    @asynccontextmanager
    async def client(*, local: bool = False) -> AsyncIterator[httpx.AsyncClient]:
        log = Log(sink=lines)
        endpoint = GraphQLEndpoint(
            StandIn(), log, get=False, profile=StatusProfile.CLASSIC, body_limit=2048, deadline=30.0
        )
        app = CrossOrigin(endpoint, Origins([FRIENDLY], local=local), log, get=False)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://graph.test") as opened:
            yield opened
        log.close()

    return client


def asking(origin: str) -> dict[str, str]:
    """The headers of a browser that asks beforehand for a page."""
    return {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": SENT}


def cors(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


def lower(text: str) -> set[str]:
    return {part.strip().lower() for part in text.split(",")}


async def test_a_browser_is_told_once_for_hours_what_a_friendly_page_may_send(opens: Opens) -> None:
    async with opens() as client:
        response = await client.options("/graphql", headers=asking(FRIENDLY))
    assert (response.status_code, response.content) == (204, b"")
    told = cors(response)
    assert told["access-control-allow-origin"] == FRIENDLY
    assert told["access-control-allow-methods"] == "POST"
    assert lower(SENT) <= lower(told["access-control-allow-headers"])
    assert int(told["access-control-max-age"]) >= 600
    assert "access-control-allow-credentials" not in told
    assert "origin" in lower(response.headers["vary"])


@pytest.mark.parametrize(
    ("document", "headers", "status"),
    [("{a}", {}, 200), ("{a}", {"authorization": "Bearer bad"}, 401), ("ValueError", {}, 500), (5, {}, 400)],
)
async def test_a_friendly_page_reads_every_answer_and_the_headers_it_needs(
    opens: Opens, document: object, headers: dict[str, str], status: int
) -> None:
    async with opens() as client:
        response = await client.post("/graphql", json={"query": document}, headers={"origin": FRIENDLY, **headers})
    assert response.status_code == status
    assert cors(response)["access-control-allow-origin"] == FRIENDLY
    exposed = lower(cors(response)["access-control-expose-headers"])
    assert {"x-request-id", "retry-after", "www-authenticate"} <= exposed
    assert carries_all_headers(response)


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("origin", FOREIGN)
async def test_no_other_page_may_and_the_log_says_which_asked(
    opens: Opens, lines: Lines, origin: str, local: bool
) -> None:
    async with opens(local=local) as client:
        asked = await client.options("/graphql", headers=asking(origin))
        answered = await client.post("/graphql", json={"query": "{a}"}, headers={"origin": origin})
    assert cors(asked) == cors(answered) == {}
    assert "origin" in lower(answered.headers["vary"])
    assert lines.text.count('"event":"origin refused"') == 1


@pytest.mark.parametrize("origin", LOCAL)
async def test_pages_of_this_machine_may_in_the_demo_alone(opens: Opens, origin: str) -> None:
    for local in (True, False):
        async with opens(local=local) as client:
            asked = await client.options("/graphql", headers=asking(origin))
        assert cors(asked).get("access-control-allow-origin") == (origin if local else None)


async def test_to_programs_nothing_of_it_is_told(opens: Opens) -> None:
    async with opens(local=True) as client:
        assert cors(await client.post("/graphql", json={"query": "{a}"})) == {}
        assert cors(await client.options("/graphql")) == {}
