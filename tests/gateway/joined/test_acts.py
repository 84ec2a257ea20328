"""What another service does for a caller: under his rights, once for a key, with an entry before and after."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from engine.joining.executor import JoinedExecutor
from engine.request.request import Request
from gateway.evidence.journal import verify
from gateway.identity.presented import Presented
from gateway.joined.services import JoinedDoor
from resolvers.acts import elsewhere
from resolvers.acts.acting import at_rest
from sources.journal import elsewhere as kept
from sources.postgres.row import Row
from sources.postgres.store import Store
from tests.conftest import Answered, Gateway
from tests.gateway.joined.wards import Wards

BOOK = 'mutation { bookBed(for: "prac_2", days: 3) { id days who { id fullName } } }'
OTHER = BOOK.replace("days: 3", "days: 4")
REGULATOR = "1000000014"
UNKNOWN, DONE, REFUSED, NOT_DONE = "UNKNOWN", "DONE", "REFUSED", "NOT_DONE"
LOST, TIMED_OUT, CONTRADICTS = "SOURCE_UNAVAILABLE", "SOURCE_TIMED_OUT", "SOURCE_CONTRADICTS"
ENTRIES = "SELECT act, object, grounds FROM arrived_audit_entry WHERE act = 'bookBed' ORDER BY position"


async def do(
    gateway: Gateway,
    document: str = BOOK,
    variables: dict[str, Any] | None = None,
    *,
    who: str = "regulator",
    key: str | None = None,
    second_factor: bool = True,
) -> Answered:
    """Have it done, under a key of its own unless one is given."""
    headers = {"idempotency-key": key or uuid4().hex}
    return await gateway.ask(who, document, variables, headers=headers, second_factor=second_factor)


def door_of(gateway: Gateway) -> JoinedDoor:
    assert gateway.application.joined is not None
    return gateway.application.joined.doors["ward"]


def told(answer: Answered) -> list[tuple[Any, ...]]:
    """What the errors say: code, outcome, path; of a refusal the coordinate and the reason."""
    assert b"secret" not in answer.content.replace(b'"secret"', b"").replace(b"Bed.secret", b"")
    return [
        (one["extensions"]["code"], *(one["extensions"].get(name) for name in names), one.get("path"))
        for one in answer.errors
        for names in [("coordinate", "reason") if "reason" in one["extensions"] else ("outcome",)]
    ]


async def entries(gateway: Gateway, after: int = 0) -> list[dict[str, Any]]:
    """The grounds of what the chain has of bookings, with the object; the chain holds."""
    journal = gateway.application.stores.journal
    await verify(journal)
    rows = await journal.fetch(Row, ENTRIES)
    return [{"object": row["object"], **json.loads(row["grounds"])} for row in rows[after:]]


@asynccontextmanager
async def held(journal: Store) -> AsyncIterator[None]:
    """Nobody can add to the chain until the block ends."""
    async with journal.connection() as connection, connection.transaction():
        await connection.execute("SELECT FROM chain_end FOR UPDATE")
        yield


async def test_it_is_done_once_and_what_it_gives_is_read_like_anything_else(warded: Gateway, ward: Wards) -> None:
    before, known, key = len(ward.done), len(await entries(warded)), uuid4().hex
    first, again = await do(warded, key=key), await do(warded, key=key)
    assert not first.errors
    bed = first.data["bookBed"]
    assert bed == {"id": f"b{before}", "days": 3, "who": {"id": "prac_2", "fullName": "Воронцов Андрей Павлович"}}
    assert again.body == first.body
    assert len(ward.acts) == 1
    assert len(ward.done) == before + 1
    # The service knows two callers of one text apart.
    assert ward.acts[0] not in {None, key}
    sent, done = await entries(warded, known)
    assert (sent["outcome"], done["outcome"]) == ("SENT", DONE)
    for one in (sent, done):
        assert (one["service"], one["coordinate"], one["objects"]) == ("ward", "Mutation.bookBed", ["prac_2"])
        assert (one["object"], one["roles"], one["permission"]) == ("prac_2", ["REG"], "accreditation:state:write")


@pytest.mark.parametrize(
    ("who", "second_factor", "reason"),
    [("anonymous", True, "SIGN_IN"), ("therapist", True, "ROLE"), ("regulator", False, "SECOND_FACTOR")],
)
async def test_who_has_no_right_has_nothing_done(
    warded: Gateway, ward: Wards, who: str, second_factor: bool, reason: str
) -> None:
    known = len(await entries(warded))
    answer = await do(warded, who=who, second_factor=second_factor)
    assert answer.data == {"bookBed": None}
    assert told(answer) == [("UNAUTHORIZED_FIELD_OR_TYPE", "Mutation.bookBed", reason, ["bookBed"])]
    assert ("stepUp" in answer.errors[0]["extensions"]) is (reason == "SECOND_FACTOR")
    assert ward.asked == []
    assert len(await entries(warded)) == known


@pytest.mark.parametrize("when", ["it is planned", "its key is taken"])
async def test_a_right_that_ends_meanwhile_has_ended(
    warded: Gateway, ward: Wards, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    assert warded.application.joined is not None
    journal, heard = warded.application.stores.journal, warded.application.operating.facts.heard
    text = "UPDATE appointment SET function = $2 WHERE subject = $1"
    place, name = (warded.application.joined.joint.plans, "plan") if when == "it is planned" else (kept, "take")
    inner = getattr(place, name)

    async def ended(*given: Any) -> Any:
        await journal.execute(text, REGULATOR, "INS")
        # As the journal gives word of it.
        heard()
        return await inner(*given)

    known = len(await entries(warded))
    monkeypatch.setattr(place, name, ended)
    # Stores may take so long.
    monkeypatch.setattr(elsewhere, "FRESH_SECONDS", -1.0)
    try:
        answer = await do(warded)
    finally:
        await journal.execute(text, REGULATOR, "REG")
        heard()
    assert told(answer) == [("UNAUTHORIZED_FIELD_OR_TYPE", "Mutation.bookBed", "ROLE", ["bookBed"])]
    assert (answer.data, ward.asked) == ({"bookBed": None}, [])
    assert len(await entries(warded)) == known


async def test_a_key_is_of_one_caller_and_of_one_content(warded: Gateway, ward: Wards) -> None:
    key = uuid4().hex
    await do(warded, key=key)
    other = await do(warded, OTHER, key=key)
    assert other.data == {"bookBed": None}
    assert told(other) == [("IDEMPOTENCY_CONFLICT", None, ["bookBed"])]
    assert told(await do(warded, 'mutation { freeBed(id: "b0") }', key=key))[0][0] == "IDEMPOTENCY_CONFLICT"
    assert not (await do(warded, OTHER, who="census", key=key)).errors
    assert len(set(ward.acts)) == len(ward.acts) == 2


async def test_what_was_not_read_then_is_not_told_of_what_was_done(warded: Gateway, ward: Wards) -> None:
    key = uuid4().hex
    variables = {"for": "prac_2", "days": 3}
    document = "mutation ($for: ID!, $days: Int!) { bookBed(for: $for, days: $days) { note } }"
    assert (await do(warded, document, variables, key=key)).data == {"bookBed": {"note": None}}
    answer = await do(warded, key=key)
    assert told(answer) == [(LOST, DONE, ["bookBed"])]
    assert len(ward.acts) == 1


async def test_without_a_key_or_beside_something_else_nothing_is_done(warded: Gateway, ward: Wards) -> None:
    answer = await warded.ask("regulator", BOOK)
    assert (told(answer), answer.data) == ([("BAD_USER_INPUT", None, None)], None)
    assert answer.errors[0]["extensions"]["header"] == "Idempotency-Key"
    bed = 'bookBed(for: "prac_2") { id }'
    for beside in (
        f"a: {bed}",
        "updateContacts(input: {phone: null}) { __typename }",
        "...M } fragment M on Mutation { updateContacts(input: {phone: null}) { __typename }",
        f"b: {bed.replace(' {', ' @include(if: false) {')}",
    ):
        answer = await warded.ask("regulator", f"mutation {{ {bed} {beside} }}", headers={"accept-language": "ru"})
        assert (answer.codes, answer.data) == (["GRAPHQL_VALIDATION_FAILED"], None)
        assert answer.errors[0]["message"] == "Действие другой службы должно быть единственным в операции."
    assert (await do(warded, "mutation { closeWard }")).codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert ward.asked == []


FAULTS = {
    "breaks before": (LOST, UNKNOWN),
    "breaks after": (LOST, UNKNOWN),
    "slow": (TIMED_OUT, UNKNOWN),
    "garbage": (CONTRADICTS, UNKNOWN),
    "wrong type": (CONTRADICTS, UNKNOWN),
    "500": (LOST, UNKNOWN),
    "403": (LOST, NOT_DONE),
    "refuses": (LOST, REFUSED),
    "drops": (LOST, REFUSED),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_failed_is_sent_again_under_its_key_when_the_caller_says_so(
    warded: Gateway, ward: Wards, fault: str
) -> None:
    code, outcome = FAULTS[fault]
    before, known, key = len(ward.done), len(await entries(warded)), uuid4().hex
    ward.fault = fault
    if fault == "slow":
        door_of(warded).door.deadline = 0.2
    failed = await do(warded, key=key)
    ward.fault = None
    door_of(warded).door.deadline = 5
    assert failed.data == {"bookBed": None}
    assert told(failed) == [(code, outcome, ["bookBed"])]
    assert failed.errors[0]["extensions"]["store"] == "ward"
    assert len(ward.acts) == 1
    assert told(await do(warded, OTHER, key=key)) == [("IDEMPOTENCY_CONFLICT", None, ["bookBed"])]
    again = await do(warded, key=key)
    assert again.data["bookBed"]["days"] == 3
    assert (len(ward.acts), len(set(ward.acts)), len(ward.done)) == (2, 1, before + 1)
    assert [one["outcome"] for one in await entries(warded, known)] == ["SENT", outcome, "SENT", DONE]


async def test_a_service_that_is_not_there_has_done_nothing(warded: Gateway, ward: Wards) -> None:
    door, service = door_of(warded), warded.application.settings.joined.services[0]
    door.door = JoinedDoor(replace(service, source=replace(service.source, url="http://127.0.0.1:9"))).door
    key, known = uuid4().hex, len(await entries(warded))
    assert told(await do(warded, key=key)) == [(LOST, NOT_DONE, ["bookBed"])]
    await door.door.close()
    door.door = JoinedDoor(service).door
    assert not (await do(warded, key=key)).errors
    assert [one["outcome"] for one in await entries(warded, known)] == ["SENT", NOT_DONE, "SENT", DONE]


async def test_a_connection_that_ends_without_a_word_is_not_tried_twice(warded: Gateway, ward: Wards) -> None:
    door, service = door_of(warded), warded.application.settings.joined.services[0]
    heard: list[bytes] = []

    async def vanish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with await asyncio.start_server(vanish, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        there = replace(service, source=replace(service.source, url=f"http://127.0.0.1:{port}"))
        await door.door.close()
        door.door = JoinedDoor(there).door
        assert told(await do(warded)) == [(LOST, UNKNOWN, ["bookBed"])]
        await door.door.close()
    assert len(heard) == 1


async def test_what_the_journal_does_not_take_is_not_sent(warded: Gateway, ward: Wards) -> None:
    key = uuid4().hex
    async with held(warded.application.stores.journal):
        answer = await do(warded, key=key)
    assert (answer.status, answer.codes, answer.data) == (503, ["JOURNAL_UNAVAILABLE"], None)
    assert answer.headers["retry-after"]
    assert ward.asked == []
    assert not (await do(warded, key=key)).errors


async def test_what_was_done_and_could_not_be_noted_is_asked_for_by_its_key(
    warded: Gateway, ward: Wards, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, before = uuid4().hex, len(ward.done)
    # As long as the service has time nobody else asks under the key.
    monkeypatch.setattr(elsewhere, "MARGIN", timedelta(seconds=-10))
    ward.waits.clear()
    waiting = asyncio.create_task(do(warded, key=key))
    while not ward.acts:
        await asyncio.sleep(0.005)
    async with held(warded.application.stores.journal):
        ward.waits.set()
        answer = await waiting
    assert (answer.status, answer.codes, answer.data) == (503, ["JOURNAL_UNAVAILABLE"], {"bookBed": None})
    again = await do(warded, key=key)
    assert again.data["bookBed"]["id"] == f"b{before}"
    assert len(ward.done) == before + 1
    assert len(set(ward.acts)) == 1


async def test_whoever_leaves_does_not_break_it_off(warded: Gateway, ward: Wards) -> None:
    key, known = uuid4().hex, len(await entries(warded))
    ward.waits.clear()
    leaving = asyncio.create_task(do(warded, key=key))
    while not ward.acts:
        await asyncio.sleep(0.005)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    ward.waits.set()
    await at_rest()
    assert [one["outcome"] for one in await entries(warded, known)] == ["SENT", DONE]
    assert not (await do(warded, key=key)).errors
    assert len(ward.acts) == 1


async def test_two_at_once_under_one_key_are_one(warded: Gateway, ward: Wards, monkeypatch: pytest.MonkeyPatch) -> None:
    key = uuid4().hex
    ward.waits.clear()
    both = [asyncio.create_task(do(warded, key=key)) for _ in range(3)]
    while not ward.acts:
        await asyncio.sleep(0.005)
    # Who is in another process has nobody to wait for.
    monkeypatch.setattr(elsewhere, "LOCK_SECONDS", 0)
    assert told(await do(warded, key=key)) == [("IDEMPOTENCY_IN_PROGRESS", None, ["bookBed"])]
    ward.waits.set()
    first, *others = await asyncio.gather(*both)
    assert not first.errors
    assert [one.body for one in others] == [first.body] * 2
    assert len(ward.acts) == 1


async def test_aliases_fragments_and_variables_lead_to_the_same(warded: Gateway, ward: Wards) -> None:
    known = len(await entries(warded))
    document = """mutation M($for: ID!, $wish: Wish, $yes: Boolean!) { ...A @include(if: $yes) }
      fragment A on Mutation { it: bookBed(for: $for, wish: $wish) { note: id days ...B } }
      fragment B on Bed { id: note secret who { id beds snils } }"""
    variables = {"for": "prac_2", "wish": {"note": "by the window", "near": ["prac_3", "x_1"]}, "yes": True}
    answer = await do(warded, document, variables)
    bed = answer.data["it"]
    assert (bed["id"], bed["days"], bed["who"]["id"]) == ("by the window", 1, "prac_2")
    assert bed["who"]["beds"] == len(ward.done)
    assert told(answer) == [
        ("UNAUTHORIZED_FIELD_OR_TYPE", "Bed.secret", "ROLE", ["it", "secret"]),
        ("UNAUTHORIZED_FIELD_OR_TYPE", "Practitioner.snils", "MASKED", ["it", "who", "snils"]),
    ]
    assert not any("secret" in text for text, _ in ward.asked)
    sent, _ = await entries(warded, known)
    assert (sent["object"], sent["objects"]) == (None, ["prac_2", "prac_3"])
    # Ids, and no values.
    assert "window" not in json.dumps(sent)
    ward.asked.clear()
    answer = await do(warded, document, {**variables, "yes": False})
    assert (answer.data, answer.errors, ward.asked) == ({}, [], [])
    assert len(await entries(warded, known)) == 2


async def test_what_is_kept_tells_nobody_anything_and_errors_of_it_are_told_again(warded: Gateway, ward: Wards) -> None:
    key = uuid4().hex
    document = 'mutation { bookBed(for: "prac_2", wish: {note: "by the door"}) { note broken } }'
    first, again = await do(warded, document, key=key), await do(warded, document, key=key)
    assert first.data == {"bookBed": {"note": "by the door", "broken": None}}
    assert told(first) == [(LOST, None, ["bookBed", "broken"])]
    assert (again.data, told(again), len(ward.acts)) == (first.data, told(first), 1)
    text = "SELECT outcome::text, digest FROM idempotency_key WHERE key = $1"
    (row,) = await warded.application.stores.journal.fetch(Row, text, key)
    assert "door" not in row["outcome"]


async def test_the_auditor_finds_it_by_its_word(warded: Gateway, ward: Wards) -> None:
    await do(warded)
    asked = '{ auditEvents(filter: {act: ["bookBed"]}, first: 2) { nodes { action act object roleNames requestId } } }'
    done, sent = (await warded.ask("auditor", asked)).data["auditEvents"]["nodes"]
    assert done == sent
    assert (done["action"], done["act"], done["object"], done["roleNames"]) == (None, "bookBed", "prac_2", ["REG"])


async def test_a_plan_tells_what_would_be_sent(warded: Gateway, ward: Wards) -> None:
    executor = warded.application.operating.executor
    assert isinstance(executor, JoinedExecutor)
    viewer = await warded.application.operating.viewer(Presented(warded.token("regulator")))
    found = await executor.explained_whole(Request(BOOK), viewer)
    assert isinstance(found, dict)
    assert [one["service"] for one in found["requests"]] == ["ward", "kabinet"]
    assert found["cost"] == 3 + 1
    assert ward.asked == []


async def test_it_is_not_done_by_get(warded: Gateway, ward: Wards) -> None:
    headers = {"authorization": f"Bearer {warded.token('regulator')}", "idempotency-key": "1"}
    answer = await warded.client.get("/graphql", params={"query": BOOK}, headers=headers)
    assert answer.json()["errors"][0]["extensions"]["code"] == "MUTATION_NOT_ALLOWED_OVER_HTTP_GET"
    assert ward.asked == []


async def test_it_is_done_over_a_socket_under_a_key_in_the_message(warded: Gateway, ward: Wards) -> None:
    key, spoken, heard = uuid4().hex, asyncio.Queue[Any](), asyncio.Queue[Any]()

    async def say(kind: str, **members: Any) -> None:
        await spoken.put({"type": "websocket.receive", "text": json.dumps({"type": kind, **members})})

    async def hear() -> Any:
        message = await asyncio.wait_for(heard.get(), 30)
        return json.loads(message["text"]) if message["type"] == "websocket.send" else message

    scope = {"type": "websocket", "path": "/graphql", "query_string": b"", "headers": [], "client": ("test", 1)}
    scope["subprotocols"] = ["graphql-transport-ws"]
    talk = asyncio.create_task(warded.application(scope, spoken.get, heard.put))
    await spoken.put({"type": "websocket.connect"})
    assert (await hear())["type"] == "websocket.accept"
    await say("connection_init", payload={"authorization": f"Bearer {warded.token('regulator')}"})
    assert (await hear())["type"] == "connection_ack"
    await say("subscribe", id="keyless", payload={"query": BOOK})
    assert (await hear())["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    for name in ("a", "b"):
        await say("subscribe", id=name, payload={"query": BOOK, "extensions": {"idempotencyKey": key}})
        assert (await hear())["payload"]["data"]["bookBed"]["days"] == 3
        assert (await hear())["type"] == "complete"
    assert len(ward.acts) == 1
    await spoken.put({"type": "websocket.disconnect", "code": 1000})
    await talk
