import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import uvicorn

from engine.answer.json import written_in_turns
from engine.request.request import Request
from gateway.http import endpoint
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.negotiation import StatusProfile
from gateway.http.watch import EVERY
from gateway.log import Log
from gateway.serving import PROTOCOLS
from tests.gateway.http.door import (
    ANSWERS,
    FAILURES,
    LIMIT,
    NEW,
    OLD,
    Door,
    Lines,
    Server,
    StandIn,
    carries_all_headers,
    code,
)
from tests.passing import passing


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    app = Server()
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, server_header=False, **PROTOCOLS)
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve())
    while not running.started:
        assert not serving.done(), "the server did not start"
        await asyncio.sleep(0)
    app.port = running.servers[0].sockets[0].getsockname()[1]
    yield app
    running.should_exit = True
    await serving


Opens = Callable[..., Door]


@pytest.fixture(scope="module")
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as opened:
        yield opened


@pytest.fixture
def opens(server: Server, client: httpx.AsyncClient) -> Opens:
    def door(*, get: bool = False, profile: StatusProfile = StatusProfile.CLASSIC, deadline: float = 30.0) -> Door:
        operations, lines = StandIn(), Lines()
        log = Log(sink=lines)
        server.behind = GraphQLEndpoint(operations, log, get=get, profile=profile, body_limit=LIMIT, deadline=deadline)
        return Door(client, operations, log, lines, server.port)

    return door


@pytest.fixture
def door(opens: Opens) -> Door:
    return opens()


@pytest.fixture
def reading_door(opens: Opens) -> Door:
    return opens(get=True)


async def test_an_operation_is_answered_in_the_type_asked_for(door: Door) -> None:
    for accept, expected in ((NEW, NEW), (OLD, OLD), (None, OLD), (f"{NEW}, {OLD};q=0.9", NEW)):
        response = await door.post(accept=accept)
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{expected}; charset=utf-8"
        assert response.json() == {"data": {"a": 1}}
        assert carries_all_headers(response)


async def test_the_operation_reaches_whoever_answers(door: Door) -> None:
    body = {"query": "query A {a}", "operationName": "A", "variables": {"id": "prac_1"}}
    await door.client.post("/graphql", json=body, headers={"authorization": "bEaReR good", "accept-language": "en"})
    assert door.operations.asked == [(Request("query A {a}", "A", {"id": "prac_1"}), "good")]
    assert door.operations.exchanges[0].language == "en"


STATUSES = {
    "unparsable": (400, 400, 200),
    "invalid": (400, 422, 200),
    "uncoerced": (400, 422, 200),
    "partial": (200, 294, 200),
    "{a}": (200, 200, 200),
}


@pytest.mark.parametrize("profile", StatusProfile)
async def test_the_status_tells_how_far_the_operation_came(opens: Opens, profile: StatusProfile) -> None:
    door = opens(profile=profile)
    for document, (classic, edition, legacy) in STATUSES.items():
        expected = classic if profile is StatusProfile.CLASSIC else edition
        assert (await door.post(document)).status_code == expected, document
        assert (await door.post(document, accept=OLD)).status_code == legacy, document


@pytest.mark.parametrize(("profile", "status"), [(StatusProfile.CLASSIC, 400), (StatusProfile.EDITION_2026, 422)])
async def test_parameters_of_a_wrong_shape_have_the_status_of_the_profile(
    opens: Opens, profile: StatusProfile, status: int
) -> None:
    door = opens(profile=profile)
    for accept in (NEW, OLD):
        response = await door.post(5, accept=accept)
        assert (response.status_code, code(response)) == (status, "BAD_REQUEST")


async def test_errors_stand_beside_data_with_request_and_instant_once(door: Door) -> None:
    response = await door.post("partial", x_request_id="trace-1.a_b", accept_language="en")
    body = response.json()
    assert body["data"] == {"a": 1, "b": None}
    assert body["errors"] == ANSWERS["partial"].errors
    assert set(body["extensions"]) == {"requestId", "occurredAt"}
    assert body["extensions"]["requestId"] == response.headers["x-request-id"] == "trace-1.a_b"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["extensions"]["occurredAt"])


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "a/b", "ё", "{{7*7}}"])
async def test_a_request_id_that_could_do_harm_is_replaced(door: Door, given: str) -> None:
    made = (await door.post(x_request_id=given)).headers["x-request-id"]
    assert made != given
    assert re.fullmatch(r"[0-9a-f]{32}", made)


@pytest.mark.parametrize("authorization", ["Bearer bad", "bearer  bad", "BEARER bad"])
async def test_a_bad_token_is_refused_with_a_challenge(door: Door, authorization: str) -> None:
    response = await door.post(authorization=authorization)
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "EXPIRED" not in response.text
    assert carries_all_headers(response)


async def test_another_scheme_is_refused_without_blaming_a_token(door: Door) -> None:
    response = await door.post(authorization="Basic YTpi")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert not door.operations.asked


async def test_a_token_that_nobody_can_check_is_neither_believed_nor_blamed(door: Door) -> None:
    response = await door.post(authorization="Bearer uncertain")
    assert (response.status_code, code(response)) == (503, "SOURCE_UNAVAILABLE")
    assert response.headers["retry-after"]


async def test_a_token_twice_or_in_the_url_is_refused(door: Door) -> None:
    headers = [("authorization", "Bearer good"), ("authorization", "Bearer good")]
    twice = await door.client.post("/graphql", json={"query": "{a}"}, headers=headers)
    in_url = await door.client.post("/graphql?access_token=good", json={"query": "{a}"})
    for response in (twice, in_url):
        assert (response.status_code, code(response)) == (400, "BAD_REQUEST")
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_request"'
    assert not door.operations.asked


async def test_a_token_in_a_cookie_is_no_token(door: Door) -> None:
    await door.post(cookie="access_token=good; Authorization=Bearer good")
    assert door.operations.asked[0][1] is None


CONTENT_TYPES = [
    None,
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=utf-16",
    "application/graphql",
    "application/graphql-response+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=a",
    "text/plain",
    "text/plain; application/json",
    "text/html",
    "application/jsonp",
]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET", "QUERY"])
@pytest.mark.parametrize("origin", [None, "https://evil.example", "null"])
async def test_only_a_json_post_has_an_effect(
    door: Door, method: str, content_type: str | None, origin: str | None
) -> None:
    given = {"content-type": content_type, "origin": origin}
    headers = {name: value for name, value in given.items() if value is not None}
    url = "/graphql?query=mutation%20%7Ba%7D"
    response = await door.client.request(method, url, content=b'{"query": "mutation {a}"}', headers=headers)
    allowed = method == "POST" and content_type in CONTENT_TYPES[1:3]
    assert bool(door.operations.asked) is allowed
    if not allowed:
        assert response.status_code == (415 if method == "POST" else 405)
        assert "data" not in response.text
    assert "access-control-allow-origin" not in response.headers


async def test_a_mutation_by_get_is_refused_and_not_executed(reading_door: Door) -> None:
    for document in ("mutation {a}", "subscription {a}"):
        response = await reading_door.client.get("/graphql", params={"query": document})
        assert (response.status_code, code(response)) == (405, "MUTATION_NOT_ALLOWED_OVER_HTTP_GET")
        assert response.headers["allow"] == "POST"
    assert not reading_door.operations.asked


async def test_a_query_by_get_is_answered_where_it_is_switched_on(reading_door: Door) -> None:
    params = {"query": "query A {a}", "operationName": "A", "variables": '{"id": 1}'}
    response = await reading_door.client.get("/graphql", params=params)
    assert response.json() == {"data": {"a": 1}}
    assert reading_door.operations.asked[0][0] == Request("query A {a}", "A", {"id": 1})


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize(("get", "allowed"), [(False, "POST, OPTIONS"), (True, "GET, POST, OPTIONS")])
async def test_other_methods_are_told_which_ones_there_are(opens: Opens, method: str, get: bool, allowed: str) -> None:
    response = await opens(get=get).client.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, allowed)
    assert carries_all_headers(response)
    assert bool(response.content) is (method != "HEAD")


async def test_options_tells_the_methods_and_nothing_more(door: Door) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    response = await door.client.options("/graphql", headers=headers)
    assert (response.status_code, response.headers["allow"], response.content) == (204, "POST, OPTIONS", b"")
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_type_nobody_speaks_is_not_acceptable(door: Door) -> None:
    response = await door.post(accept="text/html")
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
    assert response.headers["content-type"].startswith(OLD)


async def chunks(size: int) -> AsyncIterator[bytes]:
    yield b'{"query": "'
    for _ in range(size // 256):
        yield b"a" * 256


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_body_is_refused_declared_or_not(door: Door, chunked: bool) -> None:
    content = chunks(4 * LIMIT) if chunked else b"a" * (4 * LIMIT)
    response = await door.client.post("/graphql", content=content, headers={"content-type": OLD})
    assert (response.status_code, code(response)) == (413, "REQUEST_TOO_LARGE")


async def test_a_compressed_body_is_refused(door: Door) -> None:
    headers = {"content-type": OLD, "content-encoding": "gzip"}
    response = await door.client.post("/graphql", content=b"\x1f\x8b", headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"5", b"[" * 2000, b'{"query":' + b"9" * 2000, b"\xff\xfe", b'{"a":NaN}']
)
async def test_no_bytes_lead_to_a_failure(door: Door, raw: bytes) -> None:
    response = await door.client.post("/graphql", content=raw, headers={"content-type": OLD})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_large_answer_arrives_whole(door: Door) -> None:
    response = await door.post("large")
    assert response.json() == {"data": ANSWERS["large"].data}
    assert int(response.headers["content-length"]) == len(response.content) > 500_000


@pytest.mark.parametrize("document", [*FAILURES, "unserialisable"])
async def test_whatever_goes_wrong_has_one_shape_and_no_text(door: Door, document: str) -> None:
    response = await door.post(document)
    assert (response.status_code, code(response)) == (500, "INTERNAL_SERVER_ERROR")
    (error,) = response.json()["errors"]
    assert set(error) == {"message", "extensions"}
    assert set(error["extensions"]) == {"code", "errorId"}
    assert "secret" not in response.text
    assert carries_all_headers(response)
    fault, request = door.logged()
    assert (fault["event"], fault["errorId"]) == ("fault", error["extensions"]["errorId"])
    assert request["codes"] == ["INTERNAL_SERVER_ERROR"]
    assert "secret" not in door.lines.text


@pytest.mark.parametrize("deadline", [0.001, 0.05])
async def test_an_operation_over_its_time_is_ended(opens: Opens, deadline: float) -> None:
    door = opens(deadline=deadline)
    response = await door.post("wait")
    assert (response.status_code, code(response)) == (504, "GATEWAY_TIMEOUT")
    assert door.operations.cancelled.is_set()
    assert (await door.post()).status_code == 200


async def test_what_is_answered_in_time_is_written_to_its_end(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    async def after_the_deadline(value: Any) -> list[bytes]:
        await asyncio.sleep(4 * EVERY)
        return await written_in_turns(value)

    monkeypatch.setattr(endpoint, "written_in_turns", after_the_deadline)
    door = opens(deadline=EVERY)
    assert len((await door.post("large")).json()["data"]["list"]) == 30_000
    assert [line["status"] for line in door.logged()] == [200]


async def test_a_body_that_does_not_arrive_is_refused_and_the_connection_closed(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_RECEIVE_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    head = f"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: {OLD}\r\ncontent-length: 20\r\n\r\n"
    writer.write(head.encode() + b'{"query":')
    async with passing() as passed:
        answer = await reader.read()
    assert passed.seconds < 5
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer
    assert (await door.post()).status_code == 200
    assert [line["status"] for line in door.logged()] == [408, 200]


async def test_a_caller_who_leaves_ends_the_operation(door: Door) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    body = b'{"query": "wait"}'
    head = f"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: {OLD}\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await door.operations.begun.wait()
    writer.close()
    await asyncio.wait_for(door.operations.cancelled.wait(), 60)
    assert (await door.post()).status_code == 200
    assert [line["status"] for line in door.logged()] == [499, 200]


async def test_each_request_is_one_line_without_values(door: Door) -> None:
    body = {"query": "partial", "operationName": "Card", "variables": {"snils": "112-233-445 95"}}
    headers = {
        "accept": NEW,
        "graphql-client-name": "cabinet-web",
        "authorization": "Bearer t0ken",
        "x-request-id": "r-1",
    }
    await door.client.post("/graphql", json=body, headers=headers)
    (line,) = door.logged()
    assert line.pop("ms") >= 0
    assert line.pop("at")
    assert line == {
        "event": "request",
        "requestId": "r-1",
        "method": "POST",
        "status": 200,
        "operation": "Card",
        "client": "cabinet-web",
        "statements": {"registry": 1},
        "codes": ["UNAUTHORIZED_FIELD_OR_TYPE"],
    }


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Forwarded-User", "X-Remote-User", "X-Debug", "X-Original-URL", "Forwarded"]
)
async def test_headers_that_claim_something_change_nothing(door: Door, name: str) -> None:
    response = await door.post(**{name.replace("-", "_"): "canary"})
    assert response.json() == {"data": {"a": 1}}
    assert "canary" not in str(response.headers)
    assert "canary" not in str(door.logged())


async def test_a_cancellation_from_elsewhere_goes_through() -> None:
    operations = StandIn()
    endpoint = GraphQLEndpoint(
        operations, Log(sink=Lines()), get=False, profile=StatusProfile.CLASSIC, body_limit=LIMIT, deadline=30
    )
    messages = iter([{"type": "http.request", "body": b'{"query": "wait"}', "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await asyncio.get_running_loop().create_future()
        return {}

    async def send(_: Any) -> None:
        raise AssertionError("nothing is sent")

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")], "query_string": b""}
    running = asyncio.create_task(endpoint(scope, receive, send))
    await operations.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert operations.cancelled.is_set()
