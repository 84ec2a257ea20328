import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.request.request import Request
from gateway.http.body import (
    LONGEST_QUERY_STRING,
    BodyRefused,
    CallerLeft,
    DocumentNotSent,
    decode_body,
    decode_query_string,
    read_body,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.dictionaries(st.sampled_from(["query", "operationName", "variables", "extensions", "x"]), JSON)


def outcome(decode: Callable[[bytes], Request], raw: bytes) -> int | str:
    try:
        decoded: object = decode(raw)
    except BodyRefused as refused:
        return refused.status
    return "request" if isinstance(decoded, Request) else "something else"


def refusal(raw: bytes) -> tuple[int, str]:
    with pytest.raises(BodyRefused) as refused:
        decode_body(raw)
    return refused.value.status, refused.value.code


@given(
    st.binary(max_size=300)
    | JSON.map(lambda one: json.dumps(one).encode())
    | MEMBERS.map(lambda one: json.dumps(one).encode())
)
@example(b"[" * 100_000)
@example(b'{"query":"{a}","variables":' + b'{"a":' * 900 + b"1" + b"}" * 901)
@example(b'{"query":"\\u007ba}","variables":{"a":' + b"[" * 990 + b"]" * 990 + b"}}")
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_a_request_or_a_refusal(raw: bytes) -> None:
    assert outcome(decode_body, raw) in {"request", 400, 422}


@given(st.binary(max_size=300) | st.text("query=&variables%{}[]2B7D", max_size=60).map(str.encode))
@example(b"query=%ff")
@example(b"query=a&variables=" + b"[" * 4000)
@example(b"&" * 5000)
@settings(max_examples=500, deadline=None)
def test_any_query_string_is_a_request_or_a_refusal(raw: bytes) -> None:
    assert outcome(decode_query_string, raw) in {"request", 400, 422}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"5",
        b'"{a}"',
        b"true",
        b"{",
        b"[]",
        b'[{"query": "{a}"}]',
        b'{"query": "{a}", "variables": {"a": NaN}}',
        b'{"query": "{a}", "variables": {"a": ' + b"9" * 5000 + b"}}",
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        b'\xef\xbb\xbf{"query": "{a}"}',
        '{"query": "{a}"}'.encode("utf-16"),
        b'{"query": "{a}"} {"query": "{b}"}',
        b'{"query": "{a}", "query": "{b}"}',
        b'{"query": "{a}", "qu\\u0065ry": "{b}"}',
        b'{"query": "{a}", "variables": {}, "variables": {"id": 1}}',
        b"\x1f\x8b\x08\x00\x00",
    ],
)
def test_bytes_that_are_no_json_object_are_a_bad_request(raw: bytes) -> None:
    assert refusal(raw) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"query": None},
        {"query": 1},
        {"query": ["{a}"]},
        {"query": "{a}", "operationName": 1},
        {"query": "{a}", "operationName": {}},
        {"query": "{a}", "variables": "{}"},
        {"query": "{a}", "variables": []},
        {"query": "{a}", "variables": False},
        {"query": "{a}", "extensions": 0},
        {"query": "{a}", "extensions": ["a"]},
        {"query": "{a}", "extensions": {"idempotencyKey": " a"}},
        {"query": "{a}", "extensions": {"idempotencyKey": 1}},
    ],
)
def test_parameters_of_a_wrong_shape_are_a_bad_request(members: dict[str, object]) -> None:
    assert refusal(json.dumps(members).encode()) == (422, "BAD_REQUEST")


def test_members_nobody_knows_and_nulls_are_passed_over() -> None:
    members = {"query": "{a}", "operationName": None, "variables": None, "extensions": None, "id": 7}
    assert decode_body(json.dumps(members).encode()) == Request("{a}")


def test_the_names_of_parameters_may_stand_in_values() -> None:
    variables = {"query": "query", "more": {"variables": "query", "query": "ё"}}
    body = json.dumps({"query": 'query A { a(b: "query") }', "operationName": "A", "variables": variables})
    assert decode_body(body.encode()) == Request('query A { a(b: "query") }', "A", variables)


@pytest.mark.parametrize(
    "inside",
    [
        '"variables": {"a": 1, "a": 1}',
        '"variables": {"i": {"documents": [{"slot": "A"}, {"slot": "A", "slot": "B"}]}}',
        '"variables": {"i": {"kind": ":", "kind": 1}}',
        '"variables": {"i": {"a:b": 1, "a:b": 1}}',
        '"variables": {"i": {"kind": 1, "kin\\u0064": 1}, "x": "\\u003a\\u003A"}',
        '"variables": {"i" : {"kind" :1 , "kind":2}}',
        '"extensions": {"a": {"b": null, "b": null}}',
        '"other": {"b": [], "b": []}',
        '"other": 1, "other": 2',
    ],
)
def test_no_name_stands_twice_at_any_depth(inside: str) -> None:
    assert refusal(b'{"query": "{a}", %b}' % inside.encode()) == (400, "BAD_REQUEST")


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.booleans())
@settings(max_examples=300, deadline=None)
def test_names_that_stand_once_are_taken_whatever_stands_in_them(variables: dict[str, Any], escaped: bool) -> None:
    body = json.dumps({"query": "{a}", "variables": variables}, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    try:
        expected: int | str = "request" if orjson.loads(body) else ""
    except orjson.JSONDecodeError:
        expected = 400
    assert outcome(decode_body, body) == expected


@pytest.mark.parametrize(
    "members",
    [
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ab"}}},
        {"query": None, "operationName": "A", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ab"}}},
        {"documentId": "sha256:ab", "variables": {}},
    ],
)
def test_a_document_that_is_only_named_is_asked_for(members: dict[str, Any]) -> None:
    with pytest.raises(BodyRefused) as refused:
        decode_body(json.dumps(members).encode())
    assert refused.value.code == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert refused.value.message == "PersistedQueryNotSupported"
    with pytest.raises(DocumentNotSent):
        decode_query_string(urlencode({name: json.dumps(value) for name, value in members.items() if value}).encode())
    assert decode_body(json.dumps({**members, "query": "{a}"}).encode()).document == "{a}"


@pytest.mark.parametrize("kind", [dict, list])
def test_variables_may_be_nested_to_a_bound(kind: type) -> None:
    def nested(depth: int) -> object:
        value: object = 1
        for _ in range(depth):
            value = {"a": value} if kind is dict else [value]
        return {"query": "{a}", "variables": {"a": value}}

    fits = 30
    assert decode_body(json.dumps(nested(fits)).encode()).variables
    assert refusal(json.dumps(nested(fits + 1)).encode()) == (422, "BAD_REQUEST")


def test_url_parameters_are_decoded_like_a_body() -> None:
    decoded = decode_query_string(b"query=%7Ba%7D&operationName=&variables=%7B%22a%22%3A1%7D&extensions=&other=1")
    assert decoded == Request("{a}", None, {"a": 1})


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"query=%7Ba%7D&query=%7Bb%7D", 400),
        (b"query=%7Ba%7D&other=1&other=2", 400),
        (b"query=%7Ba%7D&variables=%7B%22a%22%3A%7B%22b%22%3A1%2C%22b%22%3A2%7D%7D", 400),
        (b"query=%7Ba%7D&variables=%7B%22a%22%3A" + b"%5B" * 30 + b"1" + b"%5D" * 30 + b"%7D", "request"),
        (b"query=%7Ba%7D&variables=%7B%22a%22%3A" + b"%5B" * 31 + b"1" + b"%5D" * 31 + b"%7D", 422),
        (b"query=%FF", 400),
        (b"query=%7Ba%7D&variables=%7B", 400),
        (b"query=%7Ba%7D&variables=%5B%5D", 422),
        (b"query=" + b"a" * LONGEST_QUERY_STRING, 414),
    ],
)
def test_url_parameters_are_read_as_strictly_as_a_body(raw: bytes, status: int | str) -> None:
    assert outcome(decode_query_string, raw) == status


class Arriving:
    """A body that arrives in pieces; after the last one nothing comes any more."""

    def __init__(self, *pieces: bytes, ends: bool = True, leaves: bool = False) -> None:
        self._messages = self._of(pieces, ends, leaves)

    @staticmethod
    def _of(pieces: tuple[bytes, ...], ends: bool, leaves: bool) -> Iterator[dict[str, Any]]:
        for number, piece in enumerate(pieces, 1):
            yield {"type": "http.request", "body": piece, "more_body": number < len(pieces) or not ends}
        if leaves:
            yield {"type": "http.disconnect"}

    async def __call__(self) -> dict[str, Any]:
        for message in self._messages:
            return message
        await asyncio.get_running_loop().create_future()
        return {}


async def test_a_body_is_joined_from_its_pieces() -> None:
    assert await read_body(Arriving(b"ab", b"", b"cd"), None, 4) == b"abcd"
    assert await read_body(Arriving(b"abcd"), b"4", 4) == b"abcd"


@pytest.mark.parametrize(
    ("receive", "declared", "status"),
    [
        (Arriving(b"abcde"), b"5", 413),
        (Arriving(), b"9" * 18, 413),
        (Arriving(b"abcde"), None, 413),
        (Arriving(b"abc", b"de", ends=False), None, 413),
        (Arriving(b"abcde"), b"4", 413),
        (Arriving(b"a"), b"-1", 400),
        (Arriving(b"a"), b"1e3", 400),
        (Arriving(b"a"), b"9" * 19, 400),
    ],
)
async def test_a_body_over_the_limit_is_refused_however_it_comes(
    receive: Arriving, declared: bytes | None, status: int
) -> None:
    with pytest.raises(BodyRefused) as refused:
        await read_body(receive, declared, 4)
    assert refused.value.status == status


@pytest.mark.parametrize("receive", [Arriving(leaves=True), Arriving(b"a", ends=False, leaves=True)])
async def test_a_caller_who_leaves_while_sending_is_noticed(receive: Arriving) -> None:
    with pytest.raises(CallerLeft):
        await read_body(receive, None, 4)


def test_the_key_of_an_act_may_stand_in_extensions() -> None:
    assert decode_body(b'{"query": "{a}", "extensions": {"idempotencyKey": "a b"}}').key == "a b"
    assert decode_body(b'{"query": "{a}", "extensions": {"idempotencyKey": null}}').key is None
