"""A service that misbehaves is lost within the deadline, and leaves nothing of what it said."""

import asyncio
import gc
import gzip
import os
import ssl
import traceback
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sources.postgres.failure import (
    SourceContradicts,
    SourceCrowded,
    SourceFailure,
    SourceTimedOut,
    SourceUnavailable,
)
from sources.postgres.store import State, statements
from sources.remote.breaker import FIRST_PAUSE
from sources.remote.errand import Errand
from sources.remote.service import Service
from sources.remote.token import token_policy
from tests.acts.receiver import made
from tests.passing import passing
from tests.sources.remote.misbehaving import (
    SECRET,
    Behaviour,
    Misbehaving,
    drips,
    drips_chunks,
    drips_its_head,
    floods,
    hangs_up,
    informs,
    misbehaving,
    never,
    raw,
    says,
    speaks_no_http,
)

DEADLINE = 0.4
PATIENCE = 0.2
LONGER = 1.1  # where some have to be answered in time: a busy machine may stand still for a moment
HANGS = 60  # by then whoever has not closed a connection keeps it
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKS = b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
BOMB = b"%x\r\n%s\r\n0\r\n\r\n" % (len(_bomb := gzip.compress(b" " * 2**26)), _bomb)
GOOD = says('{"name": "Соколова"}')


@asynccontextmanager
async def served(behaviour: Behaviour, **more: Any) -> AsyncIterator[tuple[Service, Misbehaving]]:
    async with misbehaving(behaviour) as server:
        service = Service("hospital", server.url, **{"deadline": DEADLINE, "private": True, **more})
        try:
            yield service, server
        finally:
            await service.close()


async def lost(service: Service, errand: Errand | None = None) -> SourceFailure:
    with pytest.raises(SourceFailure) as caught:
        await service.get("Practitioner?_id=1", errand or Errand())
    return caught.value


async def test_a_question_is_answered_and_counted_and_says_who_asks() -> None:
    counted: dict[str, int] = {}
    token = statements.set(counted)
    async with served(GOOD) as (service, server):
        before = service.answers
        assert await service.get("Practitioner?_id=1", Errand("request-1", "en")) == {"name": "Соколова"}
        assert await service.post("", [1, {"ключ": None}], Errand("request-2")) == {"name": "Соколова"}
        assert (before, service.answers) == (None, True)
    statements.reset(token)
    assert counted == {"hospital": 2}
    assert server.connections == 1
    heads = [dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2]) for head in server.heads]
    assert [head.split("\r\n")[0] for head in server.heads] == [
        "GET /base/Practitioner?_id=1 HTTP/1.1", "POST /base HTTP/1.1",
    ]  # fmt: skip
    lower = [{name.lower(): value for name, value in head.items()} for head in heads]
    assert lower[0].pop("host").startswith("127.0.0.1:")
    assert lower[0] == {
        "accept": "application/json", "accept-language": "en", "x-request-id": "request-1",
        "accept-encoding": "identity", "user-agent": "kabinet",
    }  # fmt: skip
    assert server.bodies == [b"", '[1,{"ключ":null}]'.encode()]


MATRIX = {
    "stopped": (never, SourceTimedOut),
    "500": (says(SECRET, status="500 Internal"), SourceUnavailable),
    "busy": (says(SECRET, status="429 Too Many"), SourceUnavailable),
    "keeps us out": (says(SECRET, status="403 Forbidden"), SourceUnavailable),
    "not found": (says(SECRET, status="404 Not Found"), SourceContradicts),
    "garbage": (says(f"<html>{SECRET}"), SourceContradicts),
    "cut short": (says(f'{{"name": "{SECRET}'), SourceContradicts),
    "no utf-8": (says(b'"\xff\xfe"'), SourceContradicts),
    "nested deep": (says("[" * 500 + f'"{SECRET}"' + "]" * 500), SourceContradicts),
    "nested deeper": (says("[" * 100_000), SourceContradicts),
    "of a million objects": (says("[" + "{}," * 1_000_000 + "{}]"), SourceContradicts),
    "encoded": (says(SECRET, more="content-encoding: gzip\r\n"), SourceContradicts),
    "no http": (speaks_no_http, SourceContradicts),
    "50 MB": (floods, SourceContradicts),
    "says it has 50 MB": (says("", length=50_000_000), SourceContradicts),
    "drips": (drips, SourceTimedOut),
    "drips its head": (drips_its_head, SourceTimedOut),
    "drips chunks": (drips_chunks, SourceTimedOut),
    "only informs": (informs, SourceTimedOut),
    "half a character": (says(rb'"\ud800"'), SourceContradicts),
    "no number": (says('{"name": NaN}'), SourceContradicts),
    "an infinite number": (says('{"name": 1e999}'), SourceContradicts),
    "two answers in one": (says(f'{{"name": "{SECRET}"}}{{"name": 1}}'), SourceContradicts),
    "a bomb": (says(gzip.compress(b" " * 2**26), more="content-encoding: gzip\r\n"), SourceContradicts),
    "a bomb on the way": (
        raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n" + BOMB),
        SourceContradicts,
    ),
    "two lengths": (raw(OK + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{} "), SourceContradicts),
    "a length and chunks": (
        raw(OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        SourceContradicts,
    ),
    "a length below nothing": (raw(OK + b"content-length: -2\r\n\r\n{}"), SourceContradicts),
    "a chunk without a size": (raw(OK + CHUNKS.replace(b"2", b"x")), SourceContradicts),
    "another protocol": (
        raw(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n{}"),
        SourceContradicts,
    ),
    "a head without an end": (raw(OK + b"x: " + b"x" * 2**20), SourceContradicts),
    "redirects": (says(SECRET, status="302 Found", more="location: http://127.0.0.1:1/\r\n"), SourceContradicts),
    "closes in the middle": (says(f'{{"name": "{SECRET}"', length=900), SourceUnavailable),
    "hangs up": (hangs_up, SourceUnavailable),
}


@pytest.mark.parametrize("case", MATRIX)
async def test_whatever_it_does_it_is_lost_in_time_and_nothing_is_told(
    case: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    behaviour, kind = MATRIX[case]
    # Only who says nothing is waited for until then.
    async with served(behaviour, deadline=DEADLINE if kind is SourceTimedOut else HANGS) as (service, server):
        async with passing() as passed:
            failed = await lost(service)
        assert type(failed) is kind
        assert passed.seconds < DEADLINE + PATIENCE
        # What was not read to its end is not kept for the next.
        if case in {"50 MB", "drips", "drips its head", "stopped"}:
            await asyncio.wait_for(server.left.wait(), HANGS)
    assert str(failed) == f"{kind.code}: hospital"
    told = "".join(traceback.format_exception(failed)) + caplog.text + "".join(capfd.readouterr())
    assert not any(word in told for word in ("Соколова", "F20", "127.0.0.1"))


async def test_whoever_is_dead_is_lost_at_once() -> None:
    async with misbehaving(never) as server:
        pass
    service = Service("hospital", server.url, deadline=DEADLINE, private=True)
    async with passing() as passed:
        assert type(await lost(service)) is SourceUnavailable
    assert passed.seconds < PATIENCE
    assert not service.answers
    assert await service.state() is State.SILENT
    await service.close()


async def test_of_an_answer_that_is_too_large_little_is_held() -> None:
    async with served(floods, most_bytes=1_000_000) as (service, server):
        gc.collect()
        tracemalloc.start()
        try:
            assert type(await lost(service)) is SourceContradicts
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        await asyncio.wait_for(server.left.wait(), HANGS)
    assert peak < 4_000_000
    assert server.sent < 8_000_000


async def test_who_leaves_takes_his_connection_along() -> None:
    async with served(never, deadline=60.0) as (service, server):
        asking = asyncio.ensure_future(service.get("slow", Errand()))
        while not server.heads:
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(server.left.wait(), HANGS)
        assert service.room


async def test_who_leaves_in_the_middle_of_an_answer_takes_his_connection_along() -> None:
    async with served(drips, deadline=60.0) as (service, server):
        asking = asyncio.ensure_future(service.get("slow", Errand()))
        while not server.heads:
            await asyncio.sleep(0)
        # Some of the answer is there by then.
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(server.left.wait(), HANGS)


async def test_an_operation_has_one_deadline_for_all_that_it_asks() -> None:
    async def late(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.6)
        await GOOD(server, writer)

    async with served(late, deadline=LONGER) as (service, server):
        errand = Errand()
        async with passing() as passed:
            await service.get("first", errand)
            assert type(await lost(service, errand)) is SourceTimedOut
        assert passed.seconds < LONGER + PATIENCE
        # Now it has waited long enough, and asks no more; another operation does.
        asked = len(server.heads)
        assert type(await lost(service, errand)) is SourceTimedOut
        assert len(server.heads) == asked
        await service.get("of another", Errand())


async def test_what_is_asked_side_by_side_has_the_time_of_one() -> None:
    async def late(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await GOOD(server, writer)

    async with served(late, deadline=LONGER) as (service, _):
        errand = Errand()
        await asyncio.gather(*(service.get(str(number), errand) for number in range(5)))
        await service.get("after them", errand)


async def test_a_service_that_fails_is_left_alone_for_a_while_and_then_tried_by_one() -> None:
    broken = True

    async def behave(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        if not broken:
            await asyncio.sleep(0.05)
        await (says("", status="503 Busy") if broken else GOOD)(server, writer)

    async with served(behave) as (service, server):
        for _ in range(5):
            assert type(await lost(service)) is SourceUnavailable
        assert len(server.heads) == 5
        for _ in range(20):
            assert type(await lost(service)) is SourceUnavailable
        assert len(server.heads) == 5
        broken = False
        await asyncio.sleep(1.05 * FIRST_PAUSE)
        found = await asyncio.gather(*(service.get("x", Errand()) for _ in range(10)), return_exceptions=True)
        assert sum(isinstance(one, dict) for one in found) == 1
        assert len(server.heads) == 6
        assert await service.get("x", Errand()) == {"name": "Соколова"}


async def test_that_one_caller_is_refused_says_nothing_of_the_service() -> None:
    async def behave(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        known = "Bearer good" in server.heads[-1]
        await (GOOD if known else says(SECRET, status="401 Who"))(server, writer)

    async with served(behave, token=token_policy("caller")) as (service, server):
        for _ in range(8):
            assert type(await lost(service, Errand(bearer="bad"))) is SourceUnavailable
        assert await service.get("x", Errand(bearer="good")) == {"name": "Соколова"}
        await lost(service, Errand())
        assert "authorization" not in server.heads[-1].lower()


async def test_a_crowd_waits_for_its_turn_and_whoever_waits_too_long_is_told_so() -> None:
    async def slow(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        await GOOD(server, writer)

    async with served(slow, at_once=2, deadline=LONGER) as (service, server):
        found = await asyncio.gather(*(service.get("x", Errand()) for _ in range(9)), return_exceptions=True)
        assert server.connections <= 3
        kinds = {type(one) for one in found}
        assert dict in kinds
        assert SourceCrowded in kinds
        assert sum(isinstance(one, dict) for one in found) >= 4


async def test_a_connection_that_was_closed_meanwhile_costs_no_answer_but_no_act_is_sent_twice() -> None:
    async def once_for_each_connection(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        if len(server.heads) % 2:
            await GOOD(server, writer)
        else:
            writer.close()

    async with served(once_for_each_connection) as (service, server):
        await service.get("x", Errand())
        await service.get("x", Errand())
        assert len(server.heads) == 3
        with pytest.raises(SourceUnavailable):
            await service.post("", {}, Errand(), reads=False)
        assert len(server.heads) == 4


async def test_a_token_in_a_file_is_read_anew_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.remote.token.LOOK_SECONDS", 0.0)
    path = tmp_path / "token"
    path.write_text("first\n")
    async with served(GOOD, token=token_policy(f"file:{path}")) as (service, server):
        await service.get("x", Errand(bearer="of-the-caller"))
        path.write_text("the-second")
        await service.get("x", Errand())
        for wrong in ("two words", "x\r\nx-injected: 1", "", "я"):
            path.write_text(wrong)
            failed = await lost(service)
            assert type(failed) is SourceUnavailable
            assert "expected a file" in str(failed.__cause__)
        path.unlink()
        assert type(await lost(service)) is SourceUnavailable
        path.write_text("third")
        await service.get("x", Errand())
    told = [line for head in server.heads for line in head.split("\r\n") if line.lower().startswith("authorization")]
    assert [line.partition(": ")[2] for line in told] == ["Bearer first", "Bearer the-second", "Bearer third"]


@pytest.mark.parametrize("wrong", ["", "some", "file:", "file:relative", "Caller"])
def test_a_policy_of_tokens_is_one_of_three(wrong: str) -> None:
    with pytest.raises(ValueError, match="expected none, caller, or file: with the whole path of a file"):
        token_policy(wrong)


@pytest.mark.parametrize("pause", [0.0, 0.05])
async def test_an_answer_that_nobody_asked_for_is_nobodys(pause: float) -> None:
    """It comes right behind another one, or while the connection rests: the next question has an answer of its own."""

    async def behave(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        number = len(server.heads)
        answer = OK + b"content-length: 1\r\n\r\n%d"
        writer.write(answer % number)
        await asyncio.sleep(pause)
        writer.write(answer % 9)

    async with served(behave) as (service, server):
        for number in (1, 2, 3):
            assert await service.get("x", Errand()) == number
            await asyncio.sleep(2 * pause)
        assert server.connections == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
async def test_a_private_address_is_refused_unless_it_is_allowed(host: str) -> None:
    async with misbehaving(GOOD) as server:
        service = Service("hospital", server.url.replace("127.0.0.1", host), deadline=DEADLINE)
        assert type(await lost(service)) is SourceUnavailable
        assert server.connections == 0
        await service.close()


async def test_its_certificate_must_be_of_an_authority_that_we_believe(tmp_path: Path) -> None:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-x509")
    for name in ("server", "other"):
        made(tmp_path, "req", *curve, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost")  # fmt: skip
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    async with misbehaving(GOOD, serving) as server:
        for name, answered in (("server", True), ("other", False)):
            trusted = ssl.create_default_context(cafile=os.fspath(tmp_path / f"{name}.pem"))
            url = server.url.replace("127.0.0.1", "localhost")
            service = Service("hospital", url, deadline=2.0, tls=trusted, private=True)
            if answered:
                assert await service.get("x", Errand()) == {"name": "Соколова"}
            else:
                assert type(await lost(service)) is SourceUnavailable
            await service.close()


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        ("[" * 32 + "]" * 32, True),
        ("[" * 33 + "]" * 33, False),
        ('{"a":' * 32 + "1" + "}" * 32, True),
        ('{"a":' * 33 + "1" + "}" * 33, False),
        ('["' + "[" * 500 + '"]', True),
        ('["]", "' + "[" * 50 + '", "' + "]" * 50 + '"]', True),
        ('["]]]]", ' + "[" * 40 + "]" * 40 + "]", False),
    ],
)
async def test_an_answer_is_nested_so_deep_and_no_deeper(answer: str, whole: bool) -> None:
    async with served(says(answer)) as (service, _):
        if whole:
            assert await service.get("x", Errand()) is not None
        else:
            assert type(await lost(service)) is SourceContradicts
