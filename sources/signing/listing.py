"""Lists of revoked certificates as an operator sees and renews them."""

import contextlib
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from sources.signing.certificate import Certificate
from sources.signing.lists import is_list_of, read_list
from sources.signing.trust import Authority, Trust, TrustInvalid, read_trust


class ListRefused(Exception):
    """A list that is not taken; the text says why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line about an authority or a list of its, and whether it is well."""

    said: str
    well: bool


async def listed(trust: Trust, at: datetime) -> list[Listed]:
    """The authorities and their lists, in lines for people.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    found = []
    for authority in trust.authorities:
        accredited = "accredited" if authority.accredited_at(at) else "not accredited"
        found.append(Listed(f"{authority.title}: {accredited}", well=True))
        found += [
            Listed(f"  certificate {one.serial}, valid until {one.valid_to:%Y-%m-%d}", well=at < one.valid_to)
            for one in authority.certificates
        ]
        found += [await _list(authority, path, at) for path in authority.lists]
        if not authority.lists and trust.distributed is None:
            found.append(Listed("  no list of who is revoked: its certificates cannot be judged", well=False))
        elif not authority.lists:
            found.append(Listed("  no list here: it is asked for where certificates say that it is", well=True))
    return found


async def _list(authority: Authority, path: Path, at: datetime) -> Listed:
    found = read_list(path)
    if found is None:
        return Listed(f"  {path.name}: no list of revoked certificates", well=False)
    if not await _of(authority, found):
        return Listed(f"  {path.name}: not signed by the authority, or OpenSSL lacks its engine", well=False)
    due = found.next_update_utc
    said = f"  {path.name}: made {found.last_update_utc:%Y-%m-%d %H:%M}, next due "
    said += "never" if due is None else f"{due:%Y-%m-%d %H:%M}"
    return Listed(said, well=due is None or at < due)


async def put(folder: Path, content: bytes) -> str:
    """Put a list in the place of the one that its authority has in the folder; what was done, in words.

    Raises:
        ListRefused: it is none, of no authority there, older than what is there, or there is no place for it.
    """
    try:
        trust = read_trust(folder)
    except TrustInvalid as invalid:
        raise ListRefused(str(invalid)) from None
    found = read_list(content)
    if found is None:
        raise ListRefused("no list of revoked certificates")
    for authority in trust.authorities:
        for issuer in authority.certificates:
            if await is_list_of(found, issuer):
                return await _put(authority, issuer, found, content)
    raise ListRefused("signed by no authority of the folder, or OpenSSL lacks its engine")


async def _put(authority: Authority, issuer: Certificate, found: x509.CertificateRevocationList, content: bytes) -> str:
    for path in authority.lists:
        known = read_list(path)
        if known is not None and not await is_list_of(known, issuer):
            continue
        if known is not None and known.last_update_utc > found.last_update_utc:
            raise ListRefused(f"older than {path.name}, which is there")
        _replace(path, content)
        return f"in the place of {path.name}, of {authority.title}, made {_day(found.last_update_utc)}"
    raise ListRefused(f"{authority.title} names no list in authorities.json")


async def _of(authority: Authority, found: x509.CertificateRevocationList) -> bool:
    return any([await is_list_of(found, one) for one in authority.certificates])


def _replace(path: Path, content: bytes) -> None:
    """A file as a whole or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".list-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
