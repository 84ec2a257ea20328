"""`python -m bench.acts`: submissions of the product beside a bare transaction that leaves the same rows."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from rich.console import Console

from bench.contenders import Contender, asgi
from bench.running import running
from gateway import demo
from gateway.settings import STORES
from gateway.world import numbers
from gateway.world.loading import load
from sources.application import application
from sources.document import document
from sources.embedded import EmbeddedServer
from sources.employment import employment
from sources.migrating import migrate
from sources.practitioner import education, practitioner
from sources.stores import NAMES, Stores

CLIENTS = 16
TARGET = 0.35
FIRST = 1_000_000  # keys of the applicants and of all that is theirs
SPECIALTY = "31.08.49"
SUBMIT = (
    "mutation Submit($input: SubmitApplicationInput!) { submitApplication(input: $input) "
    "{ receipt { number at } problems { code path } } }"
)
BARE = (
    "INSERT INTO idempotency_key (key, subject, act, digest, outcome, at) VALUES ($1, $2, $3, $4, $5, $6)",
    """
    UPDATE application SET stage = 'RECEPTION', queue = 'UNCLAIMED', submitted_at = $2, changed_at = $2,
        earliest_on = $3, latest_on = $3, version = version + 1 WHERE id = $1
    """,
    "INSERT INTO application_event (application_id, at, kind, stage, actor) VALUES ($1, $2, $3, $4, $5)",
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
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        server = EmbeddedServer(folder / "postgres")
        server.start()
        stack.callback(server.discard)
        stack.callback(server.stop)
        server.ensure_databases(NAMES)
        urls = {name: server.url(name) for name in NAMES}
        people = options.rounds * options.acts * 2 + CLIENTS
        asyncio.run(_fill(urls, people))
        environment = {variable: urls[name] for name, variable in STORES.items()}
        environment |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(folder), "KABINET_DEADLINE": "60"}
        environment |= {"KABINET_STORE_DEADLINE": "60"}
        contender = Contender("acts", lambda port: [*asgi("gateway.serving:application")(port), "--factory"])
        served = stack.enter_context(running(contender, environment, folder))
        requests = {number: _request(folder, number) for number in range(people)}
        found = asyncio.run(_measured(served.port, urls["accreditation"], requests, options.rounds, options.acts))
    ratios = [product / bare for product, bare in found]
    for product, bare in found:
        console.print(f"submit {product:7.0f}/s   bare {bare:7.0f}/s   ratio {product / bare:.2f}")
    ratio = statistics.median(ratios)
    console.print(f"median ratio {ratio:.2f}; at least {TARGET} is wanted", style="bold")
    return 0 if ratio >= TARGET else 1


async def _measured(
    port: int, url: str, requests: Mapping[int, bytes], rounds: int, acts: int
) -> list[tuple[float, float]]:
    numbers_left = iter(requests)
    connections = [await asyncpg.connect(url) for _ in range(CLIENTS)]
    wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CLIENTS)]

    async def submit(client: int, number: int) -> None:
        reader, writer = wires[client]
        writer.write(requests[number])
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        if b'"problems":[]' not in body:
            raise RuntimeError(body[:500].decode())

    async def bare(client: int, number: int) -> None:
        await _bare(connections[client], number)

    for client in range(CLIENTS):
        await submit(client, next(numbers_left))
    found = []
    for _ in range(rounds):
        product = await _rate(submit, [next(numbers_left) for _ in range(acts)])
        found.append((product, await _rate(bare, [next(numbers_left) for _ in range(acts)])))
    for connection in connections:
        await connection.close()
    for _, writer in wires:
        writer.close()
    return found


async def _rate(act: Callable[[int, int], Awaitable[None]], keys: list[int]) -> float:
    """Acts in a second, by all clients together."""
    left = iter(keys)

    async def client(number: int) -> None:
        for key in left:
            await act(number, key)

    began = time.monotonic()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return len(keys) / (time.monotonic() - began)


async def _bare(connection: Any, number: int) -> None:
    at, key, subject = datetime.now(UTC), FIRST + number, _subject(number)
    values = (
        (f"bare-{number}", subject, "submitApplication", b"digest", "{}", at),
        (key, at, at.date()),
        (key, at, "SUBMITTED", "RECEPTION", subject),
        (at, "APPLICATION_CHANGED", json.dumps({"applicationId": key, "step": "SUBMITTED"})),
        (at, subject, "submitApplication", f"app_{key}", json.dumps({"versionBefore": 1, "versionAfter": 2})),
    )
    async with connection.transaction():
        for text, given in zip(BARE, values, strict=True):
            await connection.execute(text, *given)


def _subject(number: int) -> str:
    return f"census-{1_000 + number:04d}"


def _request(folder: Path, number: int) -> bytes:
    token = demo.token(folder, _subject(number), timedelta(hours=2), datetime.now(UTC))
    given = {"id": f"app_{FIRST + number}", "expectedVersion": 1, "idempotencyKey": f"bench-{number}"}
    body = orjson.dumps({"query": SUBMIT, "variables": {"input": given}})
    head = f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\nauthorization: Bearer {token}\r\n\r\n".encode() + body


async def _fill(urls: Mapping[str, str], people: int) -> None:
    """A village, and beside it people with a draft each that lacks nothing."""
    await asyncio.gather(*(migrate(url, name) for name, url in urls.items()))
    stores = Stores.from_urls(urls, deadline=60)
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
    await stores.accreditation.copy(
        application,
        ("id", "number", "practitioner_id", "kind", "specialty_code", "stage", "created_at", "changed_at",
         "organization_id", "organization_ids", "document_ids", "papers", "consents"),
        [(key, f"b{key}", key, "PERMANENT", SPECIALTY, "DRAFT", now, now, 1, [1], [key],
          json.dumps({"EXPERIENCE": [key]}), consents) for key in keys],
    )  # fmt: skip
    for store in (stores.registry, stores.documents, stores.accreditation):
        await store.execute("ANALYZE")
    await stores.close()


if __name__ == "__main__":
    sys.exit(main())
