"""`python -m bench.prescribe`: drafts of prescriptions beside a bare transaction that leaves the same rows.

The bare transactions have a database of their own on the same server, so that the product has nothing to do about them.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
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
from gateway.world.loading import load
from sources.postgres.migrating import migrate
from sources.stores import NAMES, Stores

CLIENTS = 16
WARMING = 10 * CLIENTS
TARGET = 0.35
DOCTOR, HOSPITAL = 1, 1
FIRST = 1_000_000_000  # keys of the rows of the bare transactions
DIGEST = "0" * 32
ITEMS = [{"code": "C09AA02.1", "amount": 30, "signa": "По 1 таблетке утром"}]
DRAFT = (
    "mutation Draft($input: DraftPrescriptionInput!) { draftPrescription(input: $input) "
    "{ prescription { id status } problems { code path } } }"
)
# Everybody of the hospital who was met there is a patient of the doctor's.
CARED = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at)
SELECT DISTINCT patient_id, organization_id, 'ASSIGNMENT', 900000000 + patient_id, $1::bigint, now() - interval '1 hour'
FROM encounter WHERE organization_id = $2 AND confidentiality = 'NORMAL' AND error_id IS NULL ON CONFLICT DO NOTHING
"""
MET = """
SELECT DISTINCT ON (e.patient_id) e.id, e.patient_id FROM encounter e LEFT JOIN episode c ON c.id = e.episode_id
WHERE e.organization_id = $1 AND e.confidentiality = 'NORMAL' AND e.error_id IS NULL AND c.ends_at IS NULL
ORDER BY e.patient_id, e.at DESC
"""
BARE = (
    "SELECT id FROM patient WHERE id = $1 FOR NO KEY UPDATE",
    "INSERT INTO idempotency_key (key, subject, act, digest, outcome, at) VALUES ($1, $2, $3, $4, $5, $6)",
    """
    INSERT INTO prescription (id, patient_id, encounter_id, organization_id, practitioner_id, at, form, rules_version,
        book_version, medicines, text_version, days, chronic, over_dose, state, changed_at)
    VALUES ($1, $2, $3, 1, 1, $4, 'F107_1', '2026.1', '2026.1', $5, 1, 60, false, false, 'DRAFT', $4)
    """,
    "INSERT INTO event (at, kind, payload) VALUES ($1, $2, $3)",
    "INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5)",
)
COPIED = ("patient", "episode", "encounter")

Met = tuple[int, int]
Act = Callable[[int, int], Awaitable[None]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both in alternating rounds and print the ratio; 1 when it is below the target."""
    parser = argparse.ArgumentParser(prog="python -m bench.prescribe", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--acts", type=int, default=300, help="drafts of one round")
    options = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack:
        folder, urls = stack.enter_context(fresh("bare"))
        settings = environment(
            folder, urls, KABINET_DEADLINE=PATIENCE, KABINET_STORE_DEADLINE=PATIENCE, KABINET_POOL=str(CLIENTS)
        )
        met = asyncio.run(_fill(urls, settings))
        contender = Contender("prescribe", lambda port: [*asgi("gateway.serving:application")(port), "--factory"])
        served = stack.enter_context(running(contender, settings, folder))
        found = asyncio.run(Bench(served, urls["bare"], folder, met).measured(options.rounds, options.acts))
        done = asyncio.run(_drafted(urls["clinical"]))
    wanted = WARMING + options.rounds * options.acts
    if done != wanted:
        console.print(f"bench: {wanted} drafts were answered, {done} were done", style="bold")
        return 1
    for product, bare in found:
        console.print(f"draft {product:7.0f}/s   bare {bare:7.0f}/s   ratio {product / bare:.2f}")
    ratio = statistics.median(product / bare for product, bare in found)
    console.print(f"median ratio {ratio:.2f}; at least {TARGET} is wanted", style="bold")
    return 0 if ratio >= TARGET else 1


class Bench:
    """Both sides, sixteen clients each: the product over HTTP, the bare transaction over connections of its own."""

    def __init__(self, served: Server, bare: str, folder: Path, met: Sequence[Met]) -> None:
        self._served = served
        self._url = bare
        self._met = met
        self._token = demo.token(folder, "therapist", timedelta(hours=2), datetime.now(UTC))
        self._connections: list[Any] = []
        self._wires: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def measured(self, rounds: int, acts: int) -> list[tuple[float, float]]:
        """Drafts of the product and of the bare transaction in a second, round by round."""
        self._connections = [await asyncpg.connect(self._url) for _ in range(CLIENTS)]
        self._wires = [await asyncio.open_connection("127.0.0.1", self._served.port) for _ in range(CLIENTS)]
        found, numbers = [], itertools.count()
        for number in range(-1, rounds):
            # A first round, in which connections are opened and statements prepared, is not counted.
            keys = list(itertools.islice(numbers, WARMING if number < 0 else acts))
            await asyncio.to_thread(self._served.await_rest)
            product = await _rate(self._draft, keys)
            await asyncio.to_thread(self._served.await_rest)
            found.append((product, await _rate(self._bare, keys)))
        for connection in self._connections:
            await connection.close()
        for _, writer in self._wires:
            writer.close()
        return found[1:]

    async def _draft(self, client: int, number: int) -> None:
        encounter, _ = self._met[number % len(self._met)]
        given = {
            "encounterId": f"enc_{encounter}",
            "form": "F107_1",
            "items": ITEMS,
            "idempotencyKey": f"bench-{number}",
        }
        reader, writer = self._wires[client]
        writer.write(_posted(self._token, DRAFT, {"input": given}))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = orjson.loads(await reader.readexactly(length))
        drafted = (answer.get("data") or {}).get("draftPrescription") or {}
        if "errors" in answer or drafted.get("problems") != [] or drafted["prescription"]["status"] != "DRAFT":
            raise RuntimeError(f"prescription {number} was not drafted: {answer}")

    async def _bare(self, client: int, number: int) -> None:
        await _transaction(self._connections[client], number, self._met[number % len(self._met)])


async def _rate(act: Act, keys: Sequence[int]) -> float:
    """Acts in a second, by all clients together."""
    left = iter(keys)

    async def client(number: int) -> None:
        for key in left:
            await act(number, key)

    began = time.monotonic()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return len(keys) / (time.monotonic() - began)


async def _transaction(connection: Any, number: int, met: Met) -> None:
    at, key, (encounter, patient) = datetime.now(UTC), FIRST + number, met
    thing = f"rx_{key}"
    told = {"object": thing, "patientId": patient, "practitionerId": DOCTOR, "organizationId": HOSPITAL}
    told |= {"prescriptionId": key, "step": "DRAFTED"}
    grounds: dict[str, Any] = {"roles": ["DOC", "LNK"], "permission": "clinical:prescription:draft", "asOf": str(at)}
    grounds |= {"requestId": DIGEST, "workplace": "emp_1", "patient": f"pat_{patient}", "versionAfter": 1}
    values = (
        (patient,),
        (f"bench-{number}", "1000000001", "draftPrescription", bytes.fromhex(DIGEST), json.dumps({"id": key}), at),
        (key, patient, encounter, at, bytes(180)),
        (at, "PRESCRIPTION_CHANGED", json.dumps(told)),
        (at, "1000000001", "draftPrescription", thing, json.dumps(grounds)),
    )
    async with connection.transaction():
        for text, given in zip(BARE, values, strict=True):
            await connection.execute(text, *given)


def _posted(token: str, query: str, variables: Mapping[str, object]) -> bytes:
    body = orjson.dumps({"query": query, "variables": variables})
    head = f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\nauthorization: Bearer {token}\r\n\r\n".encode() + body


async def _drafted(url: str) -> int:
    """How many prescriptions of the bench there are, with key, event and audit entry."""
    connection: Any = await asyncpg.connect(url)
    found: int = await connection.fetchval(
        """
        SELECT count(*) FROM prescription r
        JOIN idempotency_key k ON k.outcome ->> 'prescription_id' = r.id::text
        JOIN audit_entry e ON e.object = 'rx_' || r.id AND e.act = 'draftPrescription'
        JOIN event t ON t.payload ->> 'object' = e.object
        """
    )
    await connection.close()
    return found


async def _fill(urls: Mapping[str, str], settings: Mapping[str, str]) -> list[Met]:
    """A village whose hospital's patients are the doctor's, and the same patients beside it; whom he met, and where."""
    await asyncio.gather(*(migrate(urls[name], name) for name in NAMES), migrate(urls["bare"], "clinical"))
    stores = Stores.from_urls(urls, keyring=Settings.from_environment(settings).clinical_keys, deadline=60)
    await load(stores, "village")
    bare: Any = await asyncpg.connect(urls["bare"])
    async with stores.clinical.connection() as connection:
        await connection.execute(CARED, DOCTOR, HOSPITAL)
        met = [(row["id"], row["patient_id"]) for row in await connection.fetch(MET, HOSPITAL)]
        for table in COPIED:
            rows = await connection.fetch(f"SELECT * FROM {table}")  # noqa: S608 - our own names
            columns = [name for name in dict(rows[0]) if name not in {"key_version", "hash_version"}]
            await bare.copy_records_to_table(
                table, records=[[row[name] for name in columns] for row in rows], columns=columns
            )
        await connection.execute("ANALYZE")
    await bare.execute("ANALYZE")
    await bare.close()
    await stores.close()
    return met


if __name__ == "__main__":
    sys.exit(main())
