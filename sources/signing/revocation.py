"""Whether a certificate was revoked: by the lists of its authority, each verified before it is believed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from asn1crypto import crl
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from sources.signing.certificate import Certificate
from sources.signing.faults import Fault
from sources.signing.openssl import ran
from sources.signing.trust import Authority

_VERIFIED: Final = "verify OK"
_MOST_LISTS: Final = 64
# Verified lists, by their thumbprint and that of who signed them.
_verified: dict[tuple[bytes, str], None] = {}


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a list of revoked certificates says of one.

    Attributes:
        source: the name of the list's file.
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


async def revocation_of(certificate: Certificate, authority: Authority, issuer: Certificate) -> Revocation | None:
    """What the newest list of its authority says of a certificate; None where there is none that could be believed.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    lists = [await asyncio.to_thread(_list, path, _changed_at(path)) for path in authority.lists]
    for path, found in sorted(
        ((path, one) for path, one in zip(authority.lists, lists, strict=True) if one is not None),
        key=lambda pair: pair[1].last_update_utc,
        reverse=True,
    ):
        if not await is_list_of(found, issuer):
            continue
        entry = await asyncio.to_thread(found.get_revoked_certificate_by_serial_number, int(certificate.serial, 16))
        revoked_at = None if entry is None else entry.revocation_date_utc
        return Revocation(path.name, found.last_update_utc, found.next_update_utc, revoked_at)
    return None


async def is_list_of(found: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    """Whether an authority's key signed a list.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    if _issuer_name(found) != issuer.subject_name:
        return False
    content = found.public_bytes(Encoding.DER)
    known = (found.fingerprint(SHA256()), issuer.sha256)
    if known not in _verified:
        said = await ran(
            "crl", "-inform", "DER", "-in", "{list}", "-noout", "-verify", "-CAfile", "{issuer}",
            files={"list": content, "issuer": issuer.pem},
        )  # fmt: skip
        if said.code != 0 or _VERIFIED not in said.said:
            return False
        while len(_verified) >= _MOST_LISTS:
            del _verified[next(iter(_verified))]
        _verified[known] = None
    return True


def _issuer_name(found: x509.CertificateRevocationList) -> bytes:
    name: bytes = crl.CertificateList.load(found.public_bytes(Encoding.DER))["tbs_cert_list"]["issuer"].dump()
    return name


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=_MOST_LISTS)
def _list(path: Path, _changed: int) -> x509.CertificateRevocationList | None:
    """A list as it was at its last change."""
    return read_list(path)


def read_list(place: Path | bytes) -> x509.CertificateRevocationList | None:
    """A list, DER or PEM, in a file or as bytes; None where it is none."""
    try:
        content = place if isinstance(place, bytes) else place.read_bytes()
        if content.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(content)
        return x509.load_der_x509_crl(content)
    except (OSError, ValueError):
        return None
