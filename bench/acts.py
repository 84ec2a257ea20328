"""`python -m bench.acts`: submissions of the product beside a bare transaction that leaves the same rows.

The bare transactions have a database of their own on the same server, so that the product has nothing to do about them.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from rich.console import Console

from bench.contenders import Contender, asgi
from bench.running import Server, running
from bench.world import PATIENCE, environment, fresh
from gateway.identity import demo
from gateway.settings import Settings
from gateway.world import numbers
from gateway.world.loading import load
from sources.application.tables import application
from sources.documents.document import document
from sources.employment import employment
from sources.postgres.migrating import migrate
from sources.postgres.store import Store
from sources.practitioner import education, practitioner
from sources.stores import NAMES, Stores

CLIENTS = 16
WARMING = 20 * CLIENTS
TARGET = 0.35
FIRST = 1_000_000  # keys of the applicants and of all that is theirs
SPECIALTY = "31.08.49"
DIGEST = "0" * 32
SUBMIT = (
    "mutation Submit($input: SubmitApplicationInput!) { submitApplication(input: $input) "
    "{ receipt { number at } problems { code path } } }"
)
READ = "query Read($id: ID!) { application(by: { id: $id }) { id version } }"
BARE = (
    "INSERT INTO idempotency_key (key, subject, act, digest, outcome, at) VALUES ($1, $2, $3, $4, $5, $6)",
    """
    UPDATE application SET stage = 'RECEPTION', queue = 'UNCLAIMED', submitted_at = $2, changed_at = $2,
        earliest_on = $3, latest_on = $3, provisional = false, procedure_version = $4, version = version + 1
    WHERE id = $1
    """,
    """
    INSERT INTO application_event (application_id, at, kind, stage, actor, as_of, digest)
    VALUES ($1, $2, $3, $4, $5, $2, $6)
    """,
    "INSERT INTO event (at, kind, payload) VALUES ($1, $2, $3)",
    "INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5)",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both in alternating rounds and print the ratio; 1 when it is below the target."""
    parser = argparse.ArgumentParser(prog="python -m bench.acts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--acts", type=int, default=300, help="acts of one round, each of a person of his own")
    options = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack:
        folder, urls = stack.enter_context(fresh("bare"))
        people = options.rounds * options.acts + WARMING
        settings = environment(
            folder, urls, KABINET_DEADLINE=PATIENCE, KABINET_STORE_DEADLINE=PATIENCE, KABINET_POOL=str(CLIENTS)
        )
        asyncio.run(_fill(urls, settings, people))
        contender = Contender("acts", lambda port: [*asgi("gateway.serving:application")(port), "--factory"])
        served = stack.enter_context(running(contender, settings, folder))
        bench = Bench(served, urls["bare"], folder)
        found = asyncio.run(bench.measured(options.rounds, options.acts))
        done = asyncio.run(_submitted(urls["accreditation"]))
    if done != people:
        console.print(f"bench: {people} submissions were answered, {done} were done", style="bold")
        return 1
    ratios = [product / bare for product, bare in found]
    for product, bare in found:
        console.print(f"submit {product:7.0f}/s   bare {bare:7.0f}/s   ratio {product / bare:.2f}")
    ratio = statistics.median(ratios)
    console.print(f"median ratio {ratio:.2f}; at least {TARGET} is wanted", style="bold")
    return 0 if ratio >= TARGET else 1


class Bench:
    """Both sides, sixteen clients each: the product over HTTP, the bare transaction over connections of its own."""

    def __init__(self, served: Server, bare: str, folder: Path) -> None:
        self._served = served
        self._url = bare
        self._folder = folder
        self._connections: list[Any] = []
        self._wires: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def measured(self, rounds: int, acts: int) -> list[tuple[float, float]]:
        """Acts of the product and of the bare transaction in a second, round by round."""
        port = self._served.port
        self._connections = [await asyncpg.connect(self._url) for _ in range(CLIENTS)]
        self._wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CLIENTS)]
        found = []
        for number in range(-1, rounds):
            # A first round, in which connections are opened and statements prepared, is not counted.
            keys = range(WARMING) if number < 0 else range(WARMING + number * acts, WARMING + (number + 1) * acts)
            requests = {key: _request(self._folder, key) for key in keys}
            await _rate(self._read, requests.items())
            await asyncio.to_thread(self._served.await_rest)
            product = await _rate(self._submit, requests.items())
            await asyncio.to_thread(self._served.await_rest)
            bare = await _rate(self._bare, requests.items())
            found.append((product, bare))
        for connection in self._connections:
            await connection.close()
        for _, writer in self._wires:
            writer.close()
        return found[1:]

    async def _read(self, client: int, number: int, requests: tuple[bytes, bytes]) -> None:
        """Whoever submits has read the version before: his token is verified, his facts are known."""
        answer = await self._asked(client, requests[0])
        if answer.get("data") != {"application": {"id": f"app_{FIRST + number}", "version": 1}}:
            raise RuntimeError(f"application {number} was not read: {answer}")

    async def _submit(self, client: int, number: int, requests: tuple[bytes, bytes]) -> None:
        answer = await self._asked(client, requests[1])
        submitted = (answer.get("data") or {}).get("submitApplication") or {}
        if "errors" in answer or submitted.get("problems") != [] or not submitted.get("receipt"):
            raise RuntimeError(f"application {number} was not submitted: {answer}")

    async def _asked(self, client: int, request: bytes) -> Any:
        reader, writer = self._wires[client]
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        return orjson.loads(await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])))

    async def _bare(self, client: int, number: int, _: object) -> None:
        await _transaction(self._connections[client], number)


async def _rate(
    act: Callable[[int, int, tuple[bytes, bytes]], Awaitable[None]],
    requests: Collection[tuple[int, tuple[bytes, bytes]]],
) -> float:
    """Acts in a second, by all clients together."""
    left = iter(requests)

    async def client(number: int) -> None:
        for key, request in left:
            await act(number, key, request)

    began = time.monotonic()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return len(requests) / (time.monotonic() - began)


async def _submitted(url: str) -> int:
    """How many applications of the bench are submitted, with key, event and audit entry."""
    connection: Any = await asyncpg.connect(url)
    found: int = await connection.fetchval(
        """
        SELECT count(*) FROM application a
        JOIN idempotency_key k ON k.key = 'bench-' || (a.id - $1) AND k.outcome <> '{}'
        JOIN audit_entry e ON e.object = 'app_' || a.id AND e.act = 'submitApplication'
        JOIN event t ON (t.payload ->> 'applicationId')::bigint = a.id
        WHERE a.id >= $1 AND a.stage = 'RECEPTION'
        """,
        FIRST,
    )
    await connection.close()
    return found


async def _transaction(connection: Any, number: int) -> None:
    at, key, subject = datetime.now(UTC), FIRST + number, _subject(number)
    told = {"applicationId": key, "practitionerId": key, "organizationId": None, "officer": None, "step": "SUBMITTED"}
    grounds: dict[str, Any] = {"roles": ["DOC", "LNK"], "permission": "application:file:write", "asOf": at.isoformat()}
    grounds |= {"requestId": DIGEST, "versionBefore": 1, "versionAfter": 2, "digest": DIGEST}
    outcome = {"application_id": key, "receipt_number": f"b{key}", "receipt_at": at.isoformat()}
    values = (
        (f"bench-{number}", subject, "submitApplication", bytes.fromhex(DIGEST), json.dumps(outcome), at),
        (key, at, at.date(), "2025.1"),
        (key, at, "SUBMITTED", "RECEPTION", subject, DIGEST),
        (at, "APPLICATION_CHANGED", json.dumps({**told, "stage": "RECEPTION", "outcome": None})),
        (at, subject, "submitApplication", f"app_{key}", json.dumps(grounds)),
    )
    async with connection.transaction():
        for text, given in zip(BARE, values, strict=True):
            await connection.execute(text, *given)


def _subject(number: int) -> str:
    return f"census-{1_000 + number:04d}"


def _request(folder: Path, number: int) -> tuple[bytes, bytes]:
    """What a person asks: his application, and to submit it."""
    token = demo.token(folder, _subject(number), timedelta(hours=2), datetime.now(UTC))
    thing = f"app_{FIRST + number}"
    given = {"id": thing, "expectedVersion": 1, "idempotencyKey": f"bench-{number}"}
    return _posted(token, READ, {"id": thing}), _posted(token, SUBMIT, {"input": given})


def _posted(token: str, query: str, variables: Mapping[str, object]) -> bytes:
    body = orjson.dumps({"query": query, "variables": variables})
    head = f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\nauthorization: Bearer {token}\r\n\r\n".encode() + body


async def _fill(urls: Mapping[str, str], settings: Mapping[str, str], people: int) -> None:
    """A village, and beside it people with a draft each that lacks nothing."""
    await asyncio.gather(*(migrate(urls[name], name) for name in NAMES), migrate(urls["bare"], "accreditation"))
    stores = Stores.from_urls(urls, keyring=Settings.from_environment(settings).clinical_keys, deadline=60)
    await load(stores, "village")
    keys = range(FIRST, FIRST + people)
    now = datetime.now(UTC)
    await stores.registry.copy(
        practitioner,
        ("id", "subject", "registry_number", "family_name", "given_name", "sort_name", "specialty_code", "birth_on",
         "snils", "phone", "email"),
        [(key, _subject(key - FIRST), f"b{key}", "Бенч", "Бен", "бенч бен", SPECIALTY, date(1990, 1, 1),
          numbers.snils(key - FIRST + 500_000), "+70001234567", "b@hospital.example") for key in keys],
    )  # fmt: skip
    await stores.registry.copy(
        employment,
        ("id", "practitioner_id", "organization_id", "department_id", "position_code", "kind", "rate", "starts_on"),
        [(key, key, 1, 1, "109", "MAIN", Decimal(1), date(2020, 1, 1)) for key in keys],
    )
    await stores.registry.copy(
        education,
        ("id", "practitioner_id", "kind", "institution", "specialty_code", "document_number", "completed_on"),
        [(key, key, "RESIDENCY", "Университет", SPECIALTY, str(key), date(2019, 6, 25)) for key in keys],
    )
    await stores.documents.copy(
        document,
        ("id", "practitioner_id", "kind", "title", "status", "media_type", "byte_size", "sha256", "created_at"),
        [(key, key, "EXPERIENCE", "Отчёт", "CHECKED", "application/pdf", 1, "0" * 64, now) for key in keys],
    )
    given = {"ACCREDITATION_TERMS": "2023.1", "PERSONAL_DATA": "2025.1"}
    consents = json.dumps({kind: {"version": version, "at": now.isoformat()} for kind, version in given.items()})
    beside = Store("accreditation", urls["bare"])
    for store in (stores.accreditation, beside):
        await store.copy(
            application,
            ("id", "number", "practitioner_id", "kind", "specialty_code", "stage", "created_at", "changed_at",
             "organization_id", "organization_ids", "document_ids", "papers", "consents"),
            [(key, f"b{key}", key, "PERMANENT", SPECIALTY, "DRAFT", now, now, 1, [1], [key],
              json.dumps({"EXPERIENCE": [key]}), consents) for key in keys],
        )  # fmt: skip
    for store in (stores.registry, stores.documents, stores.accreditation, beside):
        await store.execute("ANALYZE")
    await beside.close()
    await stores.close()


if __name__ == "__main__":
    sys.exit(main())
