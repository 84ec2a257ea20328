"""Commands that sign and verify what Python cannot: a few at a time, each within a deadline, by standard input."""

import asyncio
import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.identity.providers.refusal import SignInRefused, Why

DEADLINE: Final = 5.0
AT_ONCE: Final = 4
# Beyond so many that wait for their turn, nobody is let in to wait longer than a person would.
WAITING: Final = 64
LARGEST: Final = 65_536
SIGNATURE_BYTES: Final = 64
GOST_DIGEST: Final = ("openssl", "dgst", "-engine", "gost", "-md_gost12_256")


@dataclass(slots=True)
class Commands:
    """Runs the commands of one process."""

    deadline: float = DEADLINE
    waiting: int = 0
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def signed(self, argv: Sequence[str], content: bytes) -> bytes:
        """What a signer makes of the content: the raw signature.

        Raises:
            SignInRefused: it is not there, fails, says nothing or too much, or takes too long.
        """
        code, output = await self._run(argv, content)
        if code != 0 or not 1 <= len(output) <= LARGEST:
            raise SignInRefused(Why.SIGNER_FAILED)
        return output

    async def fits(self, public_key: Path, content: bytes, signature: bytes) -> bool:
        """Whether a GOST signature is that of the content by the owner of a public key.

        Raises:
            SignInRefused: OpenSSL or its engine is not there, so that nobody can say.
        """
        if len(signature) != SIGNATURE_BYTES:
            return False
        reading, writing = os.pipe()
        try:
            # Short enough to lie in the pipe until it is read.
            os.write(writing, signature)
            os.close(writing)
            argv = (*GOST_DIGEST, "-verify", str(public_key), "-signature", f"/dev/fd/{reading}")
            code, output = await self._run(argv, content, passed=(reading,))
        finally:
            os.close(reading)
        if code == 0 and output.startswith(b"Verified OK"):
            return True
        if output.startswith(b"Verification failure"):
            return False
        raise SignInRefused(Why.SIGNER_FAILED)

    async def digest(self, content: bytes) -> str:
        """The hash GOST R 34.11-2012 of 256 bits, in hexadecimal.

        Raises:
            SignInRefused: OpenSSL or its engine is not there.
        """
        code, output = await self._run((*GOST_DIGEST, "-r"), content)
        found = output.split(b" ", 1)[0].decode("ascii", "replace")
        if code != 0 or len(found) != 64:
            raise SignInRefused(Why.SIGNER_FAILED)
        return found

    async def _run(self, argv: Sequence[str], content: bytes, passed: Sequence[int] = ()) -> tuple[int, bytes]:
        if self.waiting >= WAITING:
            raise SignInRefused(Why.SIGNER_BUSY)
        self.waiting += 1
        try:
            async with asyncio.timeout(self.deadline), self.turns:
                return await _ran(argv, content, passed)
        except (TimeoutError, OSError, ValueError):
            raise SignInRefused(Why.SIGNER_FAILED) from None
        finally:
            self.waiting -= 1


async def _ran(argv: Sequence[str], content: bytes, passed: Sequence[int]) -> tuple[int, bytes]:
    """Exit code and standard output; what it says on standard error may hold paths, and is not kept."""
    null = asyncio.subprocess.DEVNULL
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=pipe, stdout=pipe, stderr=null, pass_fds=tuple(passed), env=_environment()
    )
    try:
        output, _ = await process.communicate(content)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
    return process.returncode or 0, output


def _environment() -> dict[str, str]:
    """Nothing of ours that a command has no use for, least of all the keys of the stores."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
