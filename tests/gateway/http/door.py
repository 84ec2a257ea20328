"""A door with a stand-in behind it, which answers by what the document is called."""

import asyncio
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx
from graphql import OperationType

from auth.tokens import Reason, TokenRefused
from engine.request.request import Request
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.headers import SECURITY, Receive, Scope, Send
from gateway.identity.keys import KeysStale
from gateway.log import Exchange, Log

NEW = "application/graphql-response+json"
OLD = "application/json"
LIMIT = 2048


class Stage(StrEnum):
    PARSE = "PARSE"
    VALIDATION = "VALIDATION"
    VARIABLES = "VARIABLES"
    EXECUTED = "EXECUTED"


@dataclass
class Answer:
    stage: Stage = Stage.EXECUTED
    data: dict[str, Any] | None = field(default_factory=lambda: {"a": 1})
    errors: list[dict[str, Any]] = field(default_factory=list)
    plan: dict[str, Any] | None = None
    values: int = 0


def failed(stage: Stage, code: str) -> Answer:
    return Answer(stage, None, [{"message": "No.", "extensions": {"code": code}}])


@dataclass
class StandIn:
    """Answers by what the document is called, and remembers what it was asked."""

    asked: list[tuple[Request, str | None]] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    def kind(self, request: Request) -> OperationType | None:
        kind = request.document.split(" ")[0]
        return OperationType(kind) if kind in {"query", "mutation", "subscription"} else None

    async def operate(self, request: Request, bearer: str | None, exchange: Exchange) -> Answer:
        self.asked.append((request, bearer))
        self.exchanges.append(exchange)
        exchange.statements = {"registry": 1}
        if bearer == "bad":
            raise TokenRefused(Reason.EXPIRED)
        if bearer == "uncertain":
            raise KeysStale
        if request.document == "wait":
            return await self.wait()
        if request.document in FAILURES:
            raise FAILURES[request.document]
        return ANSWERS.get(request.document) or Answer()

    async def wait(self) -> Answer:
        self.begun.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.cancelled.set()
        return Answer()


ANSWERS = {
    "unparsable": failed(Stage.PARSE, "GRAPHQL_PARSE_FAILED"),
    "invalid": failed(Stage.VALIDATION, "GRAPHQL_VALIDATION_FAILED"),
    "uncoerced": failed(Stage.VARIABLES, "BAD_USER_INPUT"),
    "partial": Answer(
        errors=[{"message": "No.", "path": ["b"], "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"}}],
        data={"a": 1, "b": None},
    ),
    "large": Answer(data={"list": [{"number": number, "text": "ё"} for number in range(30_000)]}, values=60_000),
    "unserialisable": Answer(data={"a": object()}),
}
FAILURES = {
    kind.__name__: kind("secret 112-233-445 95")
    for kind in (
        ValueError,
        KeyError,
        TypeError,
        OSError,
        RuntimeError,
        RecursionError,
        MemoryError,
        TimeoutError,
        LookupError,
    )
}


class Lines:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str, /) -> None:
        self.text += text

    def flush(self) -> None: ...


@dataclass
class Door:
    client: httpx.AsyncClient
    operations: StandIn
    log: Log
    lines: Lines
    port: int

    async def post(self, document: object = "{a}", accept: str | None = NEW, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
        if accept is not None:
            given[b"accept"] = accept.encode()
        return await self.client.post("/graphql", json={"query": document}, headers=given)

    def logged(self) -> list[dict[str, Any]]:
        self.log.close()
        return [json.loads(line) for line in self.lines.text.splitlines()]


class Server:
    """One server for all tests of this file; each test has a door of its own behind it."""

    def __init__(self) -> None:
        self.behind: GraphQLEndpoint | None = None
        self.port = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.behind is not None
        await self.behind(scope, receive, send)


def code(response: httpx.Response) -> str:
    body = response.json()
    assert "data" not in body
    (error,) = body["errors"]
    found: str = error["extensions"]["code"]
    return found


def carries_all_headers(response: httpx.Response) -> bool:
    wanted = {name.decode(): value.decode() for name, value in SECURITY}
    return wanted.items() <= dict(response.headers).items() and "server" not in response.headers
