"""The floor's journal of reads: an entry for each permission, those of all answers that wait in one statement."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

from bench.floor_stores import JOURNAL

# Coordinates, and the objects that they were read of.
Block = tuple[Sequence[str], Sequence[str]]
Entry = tuple[datetime, str, str | None, str]

_waiting: list[tuple[list[Entry], asyncio.Future[None]]] = []
_writing: list[asyncio.Task[None]] = []


async def kept(
    at: datetime, subject: str, operation: str, read: Iterable[tuple[str, Sequence[Block]]], about: Sequence[str]
) -> None:
    """Come back when it is in the journal who read what, by which permission, of whom."""
    thing = about[0] if len(about) == 1 else None
    entries: list[Entry] = [
        (
            at,
            subject,
            thing,
            orjson.dumps(
                {
                    "operation": {"name": operation},
                    "permission": permission,
                    "verdict": "GIVEN",
                    "read": [{"coordinates": coordinates, "objects": objects} for coordinates, objects in blocks],
                    "about": about,
                }
            ).decode(),
        )
        for permission, blocks in read
    ]
    done = asyncio.get_running_loop().create_future()
    _waiting.append((entries, done))
    if not _writing:
        _writing.append(asyncio.create_task(_write()))
    await done


async def _write() -> None:
    while _waiting:
        group = _waiting[:]
        _waiting.clear()
        entries = [entry for entries, _ in group for entry in entries]
        await JOURNAL.rows("kept_reads", *map(list, zip(*entries, strict=True)))
        for _, done in group:
            done.set_result(None)
    _writing.clear()
