"""Sends codes that prove a phone or an address: by SMTP, and by a command that knows how to send an SMS.

A code is claimed before it is sent; whoever dies with it is followed, as long as the code is good. The demo, which
has neither, writes them to a file.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from gateway.jobs.mailing import carried
from gateway.log import Log
from gateway.smtp import SmtpSettings
from resolvers.telling.codes import code_text
from sources.identity import challenge
from sources.identity.challenge import Sent
from sources.postgres.writing import writing
from sources.stores import Stores

AT_ONCE: Final = 10
CLAIM_SECONDS: Final = 10.0
COMMAND_SECONDS: Final = 10.0
MOST_TRIES: Final = 5
FILE: Final = "codes.txt"


class Codes:
    """Sends what is due; several processes share the work.

    Attributes:
        command: a program with its arguments; it gets the number on one line and the text after it, and says by its
            exit status whether the message is on its way.
        file: where the demo writes what it cannot send.
    """

    def __init__(
        self,
        stores: Stores,
        clock: Callable[[], datetime],
        log: Log,
        *,
        smtp: SmtpSettings | None,
        command: Sequence[str],
        file: Path | None,
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._log = log
        self._smtp = smtp
        self._command = tuple(command)
        self._file = file

    async def run(self) -> int:
        """Try ten at most; how many.

        Raises:
            SourceFailure: the identity store is lost; what was claimed is tried again.
        """
        store = self._stores.identity
        async with writing(store) as unit:
            due = await challenge.to_send(store, unit, self._clock(), AT_ONCE, CLAIM_SECONDS)
        for one, code_hash in due:
            code = await self._sent(one)
            if code is None or one.tries + 1 >= MOST_TRIES:
                await challenge.sent(store, one, code_hash)
            if code is not None:
                self._log.event("code not sent", kind=one.kind, code=code, attempts=one.tries + 1)
        return len(due)

    async def _sent(self, one: Sent) -> str | None:
        """Send one; None where it is on its way, else why it is not."""
        if one.kind == "EMAIL" and self._smtp is not None:
            return await self._mailed(self._smtp, one)
        if one.kind == "PHONE" and self._command:
            return await self._called(one)
        if self._file is None:
            return "NO_CHANNEL"
        await asyncio.to_thread(self._written, self._file, one)
        return None

    async def _mailed(self, smtp: SmtpSettings, one: Sent) -> str | None:
        title, body = code_text(one.code, one.language)
        letter = EmailMessage()
        letter["From"] = Address("Kabinet", addr_spec=smtp.sender)
        letter["To"] = Address(addr_spec=one.value)
        letter["Subject"] = title
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(body)
        letter["Content-Language"] = one.language
        return await carried(smtp, letter)

    async def _called(self, one: Sent) -> str | None:
        _, body = code_text(one.code, one.language)
        pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=nowhere, stderr=nowhere, env=_environment()
            )
        except OSError:
            return "COMMAND_NOT_STARTED"
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                await process.communicate(f"{one.value}\n{body}\n".encode())
        except TimeoutError:
            process.kill()
            await process.wait()
            return "COMMAND_TIMED_OUT"
        return None if process.returncode == 0 else "COMMAND_FAILED"

    def _written(self, file: Path, one: Sent) -> None:
        _, body = code_text(one.code, one.language)
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as kept:
            kept.write(f"{self._clock():%Y-%m-%d %H:%M:%S} {one.kind} {one.value}: {body}\n")


def _environment() -> dict[str, str]:
    """What the program may know of ours: nothing that is secret."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
