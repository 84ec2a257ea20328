"""Whether a certificate was revoked: by the lists of its authority, each verified before it is believed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509

from sources.signing.certificate import Certificate
from sources.signing.distributed import Came
from sources.signing.faults import Fault
from sources.signing.lists import MOST, is_list_of, read_list
from sources.signing.trust import Authority


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a list of revoked certificates says of one.

    Attributes:
        source: the name of the list's file, or the URL that it came from.
        at: when the list was made.
        until: when the next is due; None where it does not say.
        revoked_at: since when the certificate is revoked; None where it is not.
    """

    source: str
    at: datetime
    until: datetime | None
    revoked_at: datetime | None

    def fault(self, at: datetime) -> Fault | None:
        """What it means for a signature that is judged as of an instant."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return Fault.REVOKED
        if self.until is not None and self.until <= at:
            return Fault.REVOCATION_STALE
        return None


async def revocation_of(
    certificate: Certificate, authority: Authority, issuer: Certificate, came: Sequence[Came] = ()
) -> Revocation | None:
    """What the newest list of its authority says of a certificate; None where there is none that could be believed.

    Args:
        certificate: whose it is.
        authority: whose files are looked at.
        issuer: who signed the certificate, and should have signed the list.
        came: lists from elsewhere, which are looked at beside the files.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    files = [(path.name, await asyncio.to_thread(_list, path, _changed_at(path))) for path in authority.lists]
    lists = [(name, found) for name, found in (*files, *((one.url, one.found) for one in came)) if found is not None]
    for name, found in sorted(lists, key=lambda one: one[1].last_update_utc, reverse=True):
        if not await is_list_of(found, issuer):
            continue
        entry = await asyncio.to_thread(found.get_revoked_certificate_by_serial_number, int(certificate.serial, 16))
        revoked_at = None if entry is None else entry.revocation_date_utc
        return Revocation(name, found.last_update_utc, found.next_update_utc, revoked_at)
    return None


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=MOST)
def _list(path: Path, _changed: int) -> x509.CertificateRevocationList | None:
    """A list as it was at its last change."""
    return read_list(path)
