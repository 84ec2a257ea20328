"""Loads a world into the stores, once; what is loaded already is left alone."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from gateway.world.batch import Batch
from gateway.world.days import AUTHORITY_ZONE
from gateway.world.making import VERSION, generate
from gateway.world.scale import SCALES, Scale
from gateway.world.sealing import Sealing
from sources.access import access_consent
from sources.accreditation import accreditation, decision
from sources.accreditation.attestation import attestation
from sources.application.tables import application, application_comment, application_event, review_case
from sources.clinical.condition import condition
from sources.clinical.consent import allowed_reader, consent
from sources.clinical.episode import encounter, episode
from sources.clinical.inquiry import inquiry
from sources.clinical.note import note
from sources.clinical.observation import imaging_study, laboratory_result, observation
from sources.clinical.orders.order import order_administration, order_protocol, service_order
from sources.clinical.patient import account, patient, representative
from sources.clinical.prescriptions.tables import prescription, prescription_dispensing
from sources.clinical.procedures.message import procedure_message
from sources.clinical.procedures.procedure import procedure
from sources.clinical.procedures.report import procedure_report
from sources.clinical.referrals.table import referral
from sources.clinical.relation import care_relation, emergency_opening
from sources.clinical.rotating import key_states
from sources.clinical.telemedicine.session import teleconsultation
from sources.documents.check import document_check
from sources.documents.document import document
from sources.documents.signature import signature
from sources.employment import employment
from sources.external_service import external_service
from sources.identity.grant import access_grant
from sources.identity.limits import account_lock
from sources.identity.matching import registry_match
from sources.identity.report_template import report_template
from sources.identity.support import support_ticket
from sources.journal import appointment, world_mark
from sources.message import message
from sources.notice import service_notice
from sources.organization import department, licence, organization
from sources.postgres.store import Store
from sources.practitioner import certificate, education, practitioner, qualification
from sources.registering.link import organization_link
from sources.registering.origin import field_origin
from sources.registering.request import registry_request
from sources.schedule import shift
from sources.schedule.booking import booking
from sources.schedule.slot import slot
from sources.stores import Stores

FRESH_FOR = timedelta(days=14)
# So many tables are made while those before them are on their way: a city has more than should be in memory at once.
MOST_AHEAD = 30
LOCK = 7_220_115  # any number, the same in every process

TABLES = {
    "registry": (
        organization, department, licence, practitioner, education, certificate, qualification, employment,
        registry_request, field_origin, organization_link, external_service,
    ),
    "accreditation": (
        accreditation, decision, attestation, access_consent, application, application_event, application_comment,
        review_case,
    ),
    "documents": (document, document_check, signature),
    "schedule": (shift, slot, booking),
    "clinical": (
        patient, representative, account, episode, encounter, condition, observation, laboratory_result,
        imaging_study, service_order, order_protocol, order_administration, note, consent, care_relation,
        allowed_reader, emergency_opening, inquiry, procedure, procedure_message, procedure_report, prescription,
        prescription_dispensing, referral, teleconsultation,
    ),
    "journal": (appointment, message, service_notice),
    "identity": (access_grant, account_lock, support_ticket, registry_match, report_template),
}  # fmt: skip
# What is not made but grows in a loaded world; it speaks of that world alone and goes with it.
GROWN = {
    "schedule": ("booking_change", "duty_change"),
    "documents": (
        "document_content",
        "document_version",
        "reference",
        "upload",
        "exchange_receipt",
        "exchange_attempt",
        "exchange_step",
        "exchange_document",
        "exchange_package",
        "information_request",
        "verification",
    ),
    "clinical": (
        "encounter_document",
        "note_signature",
        "prescription_signature",
        "referral_signature",
        "note_version",
        "copy_horizon",
        "duty",
        "emergency_attempt",
        "patient_match",
        "record_error",
    ),
    "identity": (
        "account",
        "sign_in_method",
        "device",
        "sign_in_attempt",
        "session",
        "refresh_token",
        "failure_slice",
        "known_address",
        "contact_challenge",
        "authorization_code",
        "used_assertion",
    ),
    "journal": (
        "mail",
        "scan_mark",
        "scan_day",
        "announcement",
        "notification_setting",
        "notification_language",
        "package_ticket",
    ),
}
STORE_OF = {table.name: (store, table) for store, tables in TABLES.items() for table in tables}


class OtherWorld(Exception):
    """The stores hold another world, with what was done in it; `held` is its scale."""

    def __init__(self, held: str) -> None:
        super().__init__(f"the stores hold the {held}, with what was done in it; --replace puts another in its place")
        self.held = held


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the stores hold now; `rows` is 0 when it was there before."""

    scale: str
    seed: int
    anchored_on: date
    rows: int
    seconds: float


async def load(
    stores: Stores,
    scale: str,
    *,
    seed: int = 1,
    today: date | None = None,
    console: Console | None = None,
    replace: bool = True,
) -> Loaded:
    """Make sure that the stores hold this world, anchored at most 14 days ago.

    Anything else they hold of a world is deleted first, one of another scale, or under other keys of the clinical
    store, only if it is to be replaced. The mark that says what is loaded goes away before the first row does and comes
    back after the last, so that a load cut short is done again.

    Raises:
        OtherWorld: they hold one of another scale, or under other keys, which is not to be replaced.
        ValueError: there is no world of that scale.
    """
    if scale not in SCALES:
        raise ValueError(f"there is no world of that scale; there are {', '.join(SCALES)}")
    anchor = today or datetime.now(AUTHORITY_ZONE).date()
    console = console or Console(stderr=True)
    async with _alone(stores.journal):
        found = await _mark(stores.journal, scale, seed)
        held, opens = await _held(stores.journal), await _opens(stores)
        if found is not None and opens and timedelta(0) <= anchor - found <= FRESH_FOR:
            return Loaded(scale, seed, found, rows=0, seconds=0.0)
        if held is not None and not replace and (held != scale or not opens):
            raise OtherWorld(held if opens else f"{held} under other keys")
        began = time.monotonic()
        await stores.journal.execute("TRUNCATE world_mark")
        for name, names in _names(grown=True):
            await _store(stores, name).execute(f"TRUNCATE {names} RESTART IDENTITY")
        rows = await _copy_all(stores, SCALES[scale], seed, anchor, console)
        # What bookings open was loaded beside them; duties are copied once somebody serves.
        await stores.schedule.execute("TRUNCATE booking_change, duty_change")
        await stores.schedule.execute("INSERT INTO duty_change DEFAULT VALUES")
        # Without names they would wait for each other over the catalogues that databases of one server share.
        await asyncio.gather(*(_store(stores, name).execute(f"ANALYZE {names}") for name, names in _names()))
        await stores.journal.copy(
            world_mark,
            ("scale", "seed", "version", "anchored_on", "loaded_at"),
            [(scale, seed, VERSION, anchor, datetime.now(UTC))],
        )
        return Loaded(scale, seed, anchor, rows, time.monotonic() - began)


@asynccontextmanager
async def _alone(journal: Store) -> AsyncIterator[None]:
    """Keep two processes from loading at the same time; the second then finds the world loaded."""
    async with journal.connection() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        try:
            yield
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def _mark(journal: Store, scale: str, seed: int) -> date | None:
    """The anchor of exactly this world, when it is loaded."""
    async with journal.connection() as connection:
        anchored_on: date | None = await connection.fetchval(
            "SELECT anchored_on FROM world_mark WHERE scale = $1 AND seed = $2 AND version = $3", scale, seed, VERSION
        )
        return anchored_on


async def _held(journal: Store) -> str | None:
    """The scale of the world that is loaded."""
    async with journal.connection() as connection:
        held: str | None = await connection.fetchval("SELECT scale FROM world_mark")
        return held


async def _opens(stores: Stores) -> bool:
    """Whether the patients of the world that is loaded, if there are any, are under keys that are held."""
    return all(one.fits for one in await key_states(stores.clinical) if one.used)


async def _copy_all(stores: Stores, scale: Scale, seed: int, anchor: date, console: Console) -> int:
    """Make the tables one after the other while those before them are on their way; order holds within a store."""
    batches = generate(scale, seed, anchor)
    sealing = Sealing(stores.clinical.keyring, stores.identity)
    last: dict[str, asyncio.Task[None]] = {}
    ahead: deque[asyncio.Task[None]] = deque()
    total = 0
    with _Bar(console) as bar:
        try:
            while (batch := await asyncio.to_thread(_next, batches)) is not None:
                name = STORE_OF[batch.table][0]
                last[name] = asyncio.create_task(_copy(_store(stores, name), batch, sealing, bar, last.get(name)))
                total += len(batch.rows)
                ahead.append(last[name])
                if len(ahead) > MOST_AHEAD:
                    await ahead.popleft()
            for task in last.values():
                await task
        except BaseException:
            # What is under way comes to its end: a copy that is given up goes on at the server, and holds its locks.
            await asyncio.gather(*last.values(), return_exceptions=True)
            raise
    return total


async def _copy(store: Store, batch: Batch, sealing: Sealing, bar: "_Bar", before: "asyncio.Task[None] | None") -> None:
    if before is not None:
        await before
    began = time.monotonic()
    await store.copy(STORE_OF[batch.table][1], sealing.columns(batch), bar.watched(batch, sealing.rows(batch)))
    bar.done(batch, time.monotonic() - began)


def _names(*, grown: bool = False) -> Iterator[tuple[str, str]]:
    """Each store with its tables that are made, and those that grow, as a list for a statement."""
    for name in {**TABLES, **GROWN} if grown else TABLES:
        made = (table.name for table in TABLES.get(name, ()))
        yield name, ", ".join((*made, *(GROWN.get(name, ()) if grown else ())))


def _next(batches: Iterator[Batch]) -> Batch | None:
    return next(batches, None)


def _store(stores: Stores, name: str) -> Store:
    store: Store = getattr(stores, name)
    return store


class _Bar:
    """One bar per table on a terminal, one plain line per table elsewhere."""

    STEP = 1_000

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console) if console.is_terminal else None
        self._tasks: dict[str, TaskID] = {}
        self._arrived: dict[str, tuple[int, float]] = {}

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def watched(self, batch: Batch, rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        """The rows of the batch, counted as they leave."""
        if self._progress is None:
            yield from rows
            return
        before, _ = self._arrived.get(batch.table, (0, 0.0))
        if batch.table not in self._tasks:
            self._tasks[batch.table] = self._progress.add_task(batch.table)
        task = self._tasks[batch.table]
        self._progress.update(task, total=before + len(batch.rows))
        for number, row in enumerate(rows, start=before + 1):
            if number % self.STEP == 0:
                self._progress.update(task, completed=number)
            yield row

    def done(self, batch: Batch, seconds: float) -> None:
        """The batch has arrived."""
        rows, took = self._arrived.get(batch.table, (0, 0.0))
        rows, took = self._arrived[batch.table] = rows + len(batch.rows), took + seconds
        if self._progress is not None:
            self._progress.update(self._tasks[batch.table], completed=rows)
        elif not batch.more:
            self._console.print(f"{batch.table}: {rows} rows, {took:.1f} s", highlight=False)
