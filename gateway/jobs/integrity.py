"""Contents are read in their turn to see whether they are whole; one that is not is noted, and whose it is, told."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from auth.accounts import FIRST_ALONE, SERVICE, Reach
from gateway.jobs.addressees import people_and_heads_known
from gateway.jobs.periodic import Job
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from gateway.log import Log
from resolvers.document.holding import id_of
from resolvers.telling.wishes import NotificationKind
from sources.documents import integrity
from sources.documents.held import held
from sources.documents.version import VersionRecord
from sources.files import FileLost, IntegrityBroken
from sources.postgres.transaction import transaction
from sources.postgres.writing import Left, writing
from sources.sealing import KeyMissing, SealBroken
from sources.stores import Stores

BROKEN_EVENT: Final = "DOCUMENT_CONTENT_BROKEN"
SECONDS: Final = 60.0
HEARD_SECONDS: Final = 1.0
# So much is read at a time, and of a larger file all of it: 90 GB a day, of which nobody else on the disk feels much.
BYTES: Final = 64 << 20
AT_ONCE: Final = 50
LONGEST: Final = 600.0  # seconds of it
# Whatever was read whole is not read again for so long.
FRESH: Final = timedelta(days=30)
TOLD_AT_ONCE: Final = 200
# More than so many in an hour is no fault of single files: their place is gone, and that is for its operators.
MOST_NOTED: Final = 20
NOTED_WITHIN: Final = timedelta(hours=1)
_ACT: Final = "verifyContent"
_KIND: Final = NotificationKind.DOCUMENT_WARNING.value


class Verifying:
    """Reads contents again: those of which somebody met a fault at once, all others in their turn."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime], log: Log) -> None:
        self._stores = stores
        self._clock = clock
        self._log = log
        self._heard: set[UUID] = set()
        self._said_at: datetime | None = None

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What is done periodically."""
        return (
            Job("contents that were met broken", HEARD_SECONDS, self.heard),
            Job("contents that are read to see whether they are whole", SECONDS, self.next),
        )

    def hear(self, file: UUID, code: str) -> None:
        """A file is broken or lost, whoever met it: it goes into the log now, and is looked at soon."""
        self._log.event("a file is not what was kept", file=str(file), code=code)
        self._heard.add(file)

    async def heard(self) -> int:
        """Read what somebody met broken, and note it; 0, for nobody waits.

        Raises:
            SourceFailure: the store or the place of files does not answer; it is looked at the next time.
        """
        files, self._heard = self._heard, set()
        try:
            for row in await integrity.of_files(self._stores.documents, files) if files else ():
                await self._read(row)
        except BaseException:
            self._heard |= files
            raise
        return 0

    async def next(self) -> int:
        """Read the contents that waited longest, one process at a time; 0, for the next ones have time.

        Raises:
            SourceFailure: the store or the place of files does not answer.
        """
        store, size = self._stores.documents, 0
        async with transaction(store, LONGEST) as connection:
            if await integrity.turn(connection):
                for row in await integrity.unread(store, self._clock() - FRESH, AT_ONCE):
                    await self._read(row)
                    size += row.byte_size
                    if size >= BYTES:
                        break
        return 0

    async def _read(self, row: VersionRecord) -> None:
        files, store = self._stores.files, self._stores.documents
        fault = await _fault(files.read(row.kept, row.bound))
        if fault is not None and not self._opens(row) and not any(map(self._opens, await integrity.beside(store, row))):
            # With a key of the ring that is wrong, all would seem broken: `kabinet check` tells of that.
            self._log.event("no file opens under a key", version=row.wrapped_key[0])
            return
        at = self._clock()
        if fault is not None and await self._too_many(at):
            return
        async with writing(store) as unit:
            if fault is None:
                await integrity.intact(unit, *row.bound, at)
                return
            document = await held(unit, row.document_id, None)
            if document is None or not await integrity.broken(unit, *row.bound, at, fault):
                return
            thing = id_of(document)
            told = {
                "object": thing,
                "documentId": row.document_id,
                "practitionerId": document.practitioner_id,
                "organizationId": document.holder_organization_id,
                "contentVersion": row.version,
            }
            grounds = {"contentVersion": row.version, "fault": fault}
            await unit.leave(
                Left(at=at, events=((BROKEN_EVENT, told),), subject=SERVICE, act=_ACT, thing=thing, grounds=grounds)
            )

    async def _too_many(self, at: datetime) -> bool:
        """Whether so many were found within the hour that no more are noted, which the log says once in it."""
        noted = await integrity.noted_since(self._stores.documents, at - NOTED_WITHIN)
        if noted < MOST_NOTED:
            return False
        if self._said_at is None or at - self._said_at >= NOTED_WITHIN:
            self._said_at = at
            self._log.event("too many files are broken or lost", noted=noted)
        return True

    def _opens(self, row: VersionRecord) -> bool:
        try:
            self._stores.files.renewed(row.kept, row.bound)
        except (KeyMissing, SealBroken):
            return False
        return True


class BrokenContents:
    """Contents that are broken or lost: told once of each version to whose document it is, or the head."""

    def __init__(self, stores: Stores, reach: Reach = FIRST_ALONE) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: tuple[int, int] | None) -> Page:
        """The next contents by document and version."""
        store = self._stores.documents
        rows = await integrity.broken_since(store, at - STILL_WORTH, after or (0, 0), TOLD_AT_ONCE)
        people = sorted({row.practitioner_id for row in rows if row.practitioner_id is not None})
        places = sorted({row.holder_organization_id for row in rows if row.holder_organization_id is not None})
        known = await people_and_heads_known(self._stores, people, places, self._reach)
        notices: list[Notice] = []
        for row in rows:
            owner = (
                known.heads.get(row.holder_organization_id or 0)
                if row.practitioner_id is None
                else known.people.get(row.practitioner_id)
            )
            if owner is not None:
                template = "document_lost" if row.fault == FileLost.code else "document_broken"
                said = {"paper": row.kind, "documentId": row.document_id}
                thing = f"doc_{row.document_id} content_{row.version}"
                notices.append(Notice(owner, _KIND, thing, row.added, template, said, ahead=False))
        return Page(notices, (rows[-1].document_id, rows[-1].version) if rows else None)


async def _fault(content: AsyncGenerator[bytes, None]) -> str | None:
    """The code of what is wrong with a content that is read to its end."""
    try:
        async with aclosing(content) as pieces:
            async for _ in pieces:
                pass
    except (IntegrityBroken, FileLost) as failed:
        return failed.code
    return None
