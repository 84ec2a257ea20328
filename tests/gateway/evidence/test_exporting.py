"""The package that the auditor has made in the graph: his alone, once, whole or without its seal."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.commands.main import app
from gateway.evidence import journal as journals
from gateway.http import package as doors
from resolvers import audit_package
from tests.conftest import Answered, Gateway

EXPORT = """mutation($input: ExportAuditInput!) { exportAudit(input: $input) {
  package { path endsAt entries firstPosition lastPosition } problems { code path againAt } } }"""
ENTRIES = """query($filter: AuditFilter) { auditEvents(filter: $filter, first: 5) { nodes {
  action actor roleNames requestId } } }"""


def term(days: int = 30) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"since": (now - timedelta(days=days)).isoformat(), "until": (now + timedelta(minutes=1)).isoformat()}


async def asked(gateway: Gateway, persona: str = "auditor", *, second_factor: bool = True, **given: Any) -> Answered:
    return await gateway.ask(persona, EXPORT, {"input": {**term(), **given}}, second_factor=second_factor)


async def exported(gateway: Gateway, **given: Any) -> Any:
    """A package that waits for the auditor."""
    answer = await asked(gateway, **given)
    assert answer.errors == []
    assert answer.data["exportAudit"]["problems"] == []
    return answer.data["exportAudit"]["package"]


async def fetched(gateway: Gateway, path: str, persona: str | None = "auditor", *, second_factor: bool = True) -> Any:
    sent = {}
    if persona is not None:
        sent["authorization"] = f"Bearer {gateway.token(persona, second_factor=second_factor)}"
    return await gateway.client.get(path, headers=sent)


def codes(response: Any) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


@pytest.fixture(autouse=True)
async def without_tickets(gateway: Gateway) -> None:
    """No ticket of another test counts."""
    await gateway.application.stores.journal.execute("DELETE FROM package_ticket")


async def test_the_package_is_that_of_the_command_and_holds_without_any_store(gateway: Gateway, tmp_path: Path) -> None:
    await gateway.ask("therapist", '{ patient(by: {id: "pat_1"}) { fullName } }')
    package = await exported(gateway)
    first, last = package["firstPosition"], package["lastPosition"]
    assert package["entries"] == last - first + 1 > 1
    ends = datetime.fromisoformat(package["endsAt"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < ends <= timedelta(minutes=15)
    response = await fetched(gateway, package["path"])
    assert (response.status_code, response.headers["content-type"]) == (200, "application/x-ndjson")
    assert response.headers["cache-control"] == "no-store"
    assert "attachment" in response.headers["content-disposition"]
    lines = response.content.splitlines()
    assert [json.loads(line)["position"] for line in lines[1:-1]] == [*range(first, last + 1)]
    reads = [json.loads(line) for line in lines[1:-1] if json.loads(line)["act"] == "read"]
    assert any("pat_1" in one["grounds"] for one in reads)
    file = tmp_path / "package"
    file.write_bytes(response.content)
    done = await asyncio.to_thread(CliRunner().invoke, app, ["journal", "verify", "--file", str(file)])
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{package['entries']} entries, positions {first} to {last}, ")
    for line in (1, len(lines) // 2, len(lines) - 1):
        file.write_bytes(b"\n".join([*lines[:line], lines[line].replace(b"2", b"3"), *lines[line + 1 :]]) + b"\n")
        done = await asyncio.to_thread(CliRunner().invoke, app, ["journal", "verify", "--file", str(file)])
        assert done.exit_code == 1


async def test_a_ticket_is_used_once_and_both_steps_stand_in_the_journal(gateway: Gateway) -> None:
    package = await exported(gateway)
    assert (await fetched(gateway, package["path"])).status_code == 200
    again = await fetched(gateway, package["path"])
    assert (again.status_code, codes(again)) == (404, ["TICKET_UNKNOWN"])
    for action in ("EXPORT_AUDIT", "FETCH_AUDIT"):
        found = (await gateway.ask("auditor", ENTRIES, {"filter": {"action": [action]}})).data["auditEvents"]["nodes"]
        assert (found[0]["actor"], found[0]["roleNames"]) == ("1000000018", ["AUD"])
    # The entries say which part it was, and neither has the ticket.
    async with gateway.application.stores.journal.connection() as connection:
        rows = await connection.fetch(
            "SELECT grounds FROM arrived_audit_entry WHERE act IN ('exportAudit', 'fetchAudit')"
        )
    secret = package["path"].rpartition("-")[2]
    assert all(secret not in row["grounds"] for row in rows)


async def test_nobody_else_uses_it(gateway: Gateway) -> None:
    path = (await exported(gateway))["path"]
    assert (await fetched(gateway, path, None)).status_code == 401
    for persona, second_factor, status, code in (
        ("therapist", True, 403, "UNAUTHORIZED_FIELD_OR_TYPE"),
        ("auditor", False, 403, "UNAUTHORIZED_FIELD_OR_TYPE"),
        ("census", True, 404, "TICKET_UNKNOWN"),
    ):
        response = await fetched(gateway, path, persona, second_factor=second_factor)
        assert (response.status_code, codes(response)) == (status, [code])
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")
    for other in (changed, "/audit/1-x", "/audit/99999999999999999999", path.replace("/audit/", "/audit/1")):
        response = await fetched(gateway, other)
        assert (response.status_code, codes(response)) == (404, ["TICKET_UNKNOWN"])
    refused = await gateway.client.post(path, headers={"authorization": f"Bearer {gateway.token('auditor')}"})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
    broken = await gateway.client.get(path, headers={"authorization": "Bearer nothing"})
    assert (broken.status_code, codes(broken)) == (401, ["UNAUTHENTICATED"])
    assert (await fetched(gateway, path)).status_code == 200


async def test_a_ticket_ends(gateway: Gateway) -> None:
    path = (await exported(gateway))["path"]
    await gateway.application.stores.journal.execute(
        "UPDATE package_ticket SET at = at - interval '16 minutes', ends_at = ends_at - interval '16 minutes'"
    )
    assert (await fetched(gateway, path)).status_code == 404


async def test_who_may_not_export_is_told_why(gateway: Gateway) -> None:
    for persona, second_factor, reason in (
        ("auditor", False, "SECOND_FACTOR"),
        ("head", True, "ROLE"),
        ("anonymous", True, "SIGN_IN"),
    ):
        answer = await asked(gateway, persona, second_factor=second_factor)
        assert answer.data == {"exportAudit": None}
        assert [error["extensions"]["reason"] for error in answer.errors] == [reason]


async def test_a_package_has_its_bounds(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def problems(**given: Any) -> list[Any]:
        answer = await asked(gateway, **given)
        assert answer.data["exportAudit"]["package"] is None
        return [(one["code"], one["path"]) for one in answer.data["exportAudit"]["problems"]]

    assert await problems(until=term()["since"], since=term()["until"]) == [("DATES_OUT_OF_ORDER", ["until"])]
    assert await problems(**term(366)) == [("TERM_OUT_OF_RANGE", ["until"])]
    empty = await exported(gateway, since="2020-01-01T00:00:00Z", until="2020-02-01T00:00:00Z")
    assert (empty["entries"], empty["firstPosition"]) == (0, None)
    assert len((await fetched(gateway, empty["path"])).content.splitlines()) == 2
    monkeypatch.setattr(audit_package, "MOST_ENTRIES", 2)
    assert await problems() == [("EXPORT_TOO_LARGE", ["until"])]
    monkeypatch.setattr(gateway.application.operating, "_seals", False)
    assert await problems() == [("EXPORT_NOT_SET_UP", [])]


async def test_so_many_are_made_in_a_day(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_package, "MOST_IN_A_DAY", 2)
    for _ in range(2):
        await exported(gateway)
    (problem,) = (await asked(gateway)).data["exportAudit"]["problems"]
    again = datetime.fromisoformat(problem["againAt"]) - datetime.now(UTC)
    assert problem["code"] == "TOO_OFTEN"
    assert timedelta(hours=23) < again <= timedelta(hours=24)


async def pieces(gateway: Gateway, path: str, most: int) -> list[bytes]:
    """The pieces of a body that come until the caller has had so many and leaves."""
    found: list[bytes] = []
    leaves = asyncio.Event()

    async def receive() -> Any:
        await leaves.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            found.append(message.get("body", b""))
            if len(found) == most:
                leaves.set()
                await asyncio.sleep(0)

    token = gateway.token("auditor").encode()
    headers = [(b"authorization", b"Bearer " + token)]
    scope: Any = {
        "type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "root_path": "",
    }  # fmt: skip
    await gateway.application(scope, receive, send)
    return found


async def test_it_comes_piece_by_piece_and_ends_when_the_reader_leaves(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PIECE", 500)
    whole = await pieces(gateway, (await exported(gateway))["path"], 0)
    assert len(whole) > 3
    assert whole[-1] == b""
    assert b'{"seal":"' in whole[-2]
    some = await pieces(gateway, (await exported(gateway))["path"], 2)
    assert len(some) == 2
    assert b'{"seal":"' not in b"".join(some)


async def test_a_broken_chain_is_never_sealed(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "PIECE", 1)
    package = await exported(gateway)
    store = gateway.application.stores.journal
    # A ticket that says more than there is, as if the end had been cut off.
    await store.execute("UPDATE package_ticket SET last_position = last_position + 1000000")
    got = b"".join(await pieces(gateway, package["path"], 0))
    assert got.count(b"\n") > package["entries"]
    assert b'{"seal":"' not in got


async def test_so_many_are_sent_at_a_time_and_whoever_does_not_read_is_let_go(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PIECE", 1)
    monkeypatch.setattr(doors, "PIECE_SECONDS", 0.5)
    paths = [(await exported(gateway))["path"] for _ in range(3)]
    begun: list[bytes] = []
    both = asyncio.Event()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            begun.append(message["body"])
            if len(begun) == 2:
                both.set()
            await asyncio.Event().wait()

    headers = [(b"authorization", b"Bearer " + gateway.token("auditor").encode())]
    scopes: list[Any] = [
        {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "root_path": ""}
        for path in paths
    ]
    async with asyncio.TaskGroup() as tasks:
        for scope in scopes[:2]:
            tasks.create_task(gateway.application(scope, receive, send))
        await both.wait()
        refused = await fetched(gateway, paths[2])
        assert (refused.status_code, codes(refused)) == (503, ["SERVICE_OVERLOADED"])
    assert not any(b'{"seal":"' in one for one in begun)
    assert (await fetched(gateway, paths[2])).status_code == 200
