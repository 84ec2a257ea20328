"""What a detached signature is worth: every check by itself, so that a verdict says what it rests on.

What is verified by whom: the structure here, the signature and the content by OpenSSL's `cms`, the certificate by its
`verify`, lists of revoked certificates by its `crl`, time stamps by its `ts`. A signature is judged as of its time
stamp, if it has one that holds, and otherwise as of its receipt.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sources.signing.algorithms import FAMILIES, GOST
from sources.signing.certificate import Certificate
from sources.signing.faults import UNDECIDED, Fault
from sources.signing.openssl import STDIN, OpenSslMissing, OpenSslTimedOut, ran, speaks_gost
from sources.signing.revocation import Revocation, revocation_of
from sources.signing.stamp import Stamp, read_stamp, stamps
from sources.signing.structure import Refused, Structure, read
from sources.signing.trust import Authority, Trust

# How far ahead of ours the clock of a signer may be.
CLOCKS: Final = timedelta(minutes=5)
_SAID: Final = re.compile(r"^error (\d+) at \d+ depth", re.MULTILINE)
# What OpenSSL says of a chain, by its numbers.
_OF_CHAIN: Final[Mapping[int, Fault]] = {
    9: Fault.NOT_YET_VALID,
    10: Fault.EXPIRED,
    24: Fault.CERTIFICATE_UNSUITABLE,
    25: Fault.CERTIFICATE_UNSUITABLE,
    26: Fault.CERTIFICATE_UNSUITABLE,
    34: Fault.CERTIFICATE_UNSUITABLE,
}


class Outcome(StrEnum):
    """What a signature is found to be."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"


class Check(StrEnum):
    """What is looked at, in this order."""

    STRUCTURE = "STRUCTURE"
    ALGORITHM = "ALGORITHM"
    SIGNATURE = "SIGNATURE"
    CONTENT = "CONTENT"
    CERTIFICATE = "CERTIFICATE"
    AUTHORITY = "AUTHORITY"
    REVOCATION = "REVOCATION"
    STAMP = "STAMP"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        outcome: VALID without any fault; UNKNOWN where another look may do away with all of them.
        checks: PASSED, FAILED or UNKNOWN by check, those that were made.
        profile: CADES_BES or CADES_T; None where the structure is none.
        judged_at: the instant as of which it is judged.
        sha256: of the content, as it was given.
    """

    outcome: Outcome
    faults: tuple[Fault, ...]
    checks: Mapping[str, str]
    sha256: str
    judged_at: datetime
    profile: str | None = None
    family: str | None = None
    certificate: Certificate | None = None
    revocation: Revocation | None = None
    claimed_at: datetime | None = None
    stamped_at: datetime | None = None


@dataclass(slots=True)
class _Found:
    """Faults and checks as they come."""

    faults: list[Fault] = field(default_factory=list)
    checks: dict[str, str] = field(default_factory=dict)

    def say(self, check: Check, *faults: Fault | None) -> None:
        found = [one for one in faults if one is not None]
        self.faults += [one for one in found if one not in self.faults]
        known = self.checks.get(check, "PASSED")
        failed = any(one not in UNDECIDED for one in found) or known == "FAILED"
        self.checks[check] = "FAILED" if failed else "UNKNOWN" if found or known == "UNKNOWN" else "PASSED"

    @property
    def outcome(self) -> Outcome:
        if not self.faults:
            return Outcome.VALID
        return Outcome.UNKNOWN if all(one in UNDECIDED for one in self.faults) else Outcome.INVALID

    def verdict(self, sha256: str, judged_at: datetime, **about: Any) -> Verdict:
        return Verdict(self.outcome, tuple(self.faults), dict(self.checks), sha256, judged_at, **about)


async def verified(
    cms: bytes,
    content: AsyncIterator[bytes],
    sha256: str,
    at: datetime,
    trust: Trust,
    *,
    allowed: Collection[str] = FAMILIES,
) -> Verdict:
    """The verdict on a detached signature over content that is read once, in pieces, and kept nowhere.

    Args:
        cms: the signature, DER.
        content: what should have been signed.
        sha256: the hash that the content has to have, in hexadecimal.
        at: when the signature was received.
        trust: whom we believe.
        allowed: families of algorithms, of `algorithms.FAMILIES`.
    """
    found = _Found()
    try:
        structure = read(cms)
    except Refused as refused:
        found.say(Check.STRUCTURE, refused.fault)
        return found.verdict(sha256, at)
    found.say(Check.STRUCTURE, *_of_times(structure, at))
    about: dict[str, Any] = {
        "profile": structure.profile,
        "family": structure.family,
        "certificate": structure.certificate,
        "claimed_at": structure.claimed_at,
    }
    permitted = structure.family is not None and structure.family in allowed and structure.digest is not None
    found.say(Check.ALGORITHM, None if permitted else Fault.ALGORITHM_NOT_ALLOWED)
    if not permitted:
        return found.verdict(sha256, at, **about)
    try:
        await _signature(structure, cms, content, sha256, found)
        if not found.faults and not trust:
            found.say(Check.AUTHORITY, Fault.TRUST_MISSING)
        if found.faults:
            return found.verdict(sha256, at, **about)
        stamp = await _stamp(structure, at, trust, found)
        judged = at if stamp is None else stamp.at
        about |= {
            "revocation": await _certificate(structure.certificate, judged, trust, found),
            "stamped_at": None if stamp is None else stamp.at,
        }
    except OpenSslMissing:
        found.say(Check.SIGNATURE, Fault.ENGINE_MISSING)
        return found.verdict(sha256, at, **about)
    except OpenSslTimedOut:
        found.say(Check.SIGNATURE, Fault.TIMED_OUT)
        return found.verdict(sha256, at, **about)
    return found.verdict(sha256, judged, **about)


def _of_times(structure: Structure, at: datetime) -> list[Fault]:
    claimed = structure.claimed_at
    return [Fault.TIME_IN_FUTURE] if claimed is not None and claimed > at + CLOCKS else []


async def _signature(
    structure: Structure, cms: bytes, content: AsyncIterator[bytes], sha256: str, found: _Found
) -> None:
    """Whether the signature is one of the content, which has its hash, by the key of its certificate."""
    read_as = _Hashed(content)
    fits = await _cms(structure, cms, "-content", STDIN, given=read_as.pieces())
    if not fits and structure.family in GOST and not await speaks_gost():
        found.say(Check.SIGNATURE, Fault.ENGINE_MISSING)
        return
    # The same without the content says which of both does not fit.
    alone = fits or await _cms(structure, cms, "-no_content_verify", "-content", STDIN)
    found.say(Check.SIGNATURE, None if alone else Fault.BROKEN)
    if alone:
        found.say(Check.CONTENT, None if fits and read_as.sha256 == sha256 else Fault.CONTENT_DIFFERS)


async def _cms(structure: Structure, cms: bytes, *more: str, given: AsyncIterator[bytes] | bytes = b"") -> bool:
    """Whether a signature is one by the key of its certificate, which is looked at by itself."""
    ended = await ran(
        "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "{cms}", *more,
        "-nointern", "-certfile", "{signer}", "-CAfile", "{signer}",
        "-partial_chain", "-no_check_time", "-ignore_critical", "-purpose", "any", "-out", "/dev/null",
        given=given,
        files={"cms": cms, "signer": structure.certificate.pem},
    )  # fmt: skip
    return ended.code == 0


async def _certificate(certificate: Certificate, at: datetime, trust: Trust, found: _Found) -> Revocation | None:
    """Whether a certificate is one of an accredited authority, valid and not revoked at an instant."""
    found.say(Check.CERTIFICATE, None if certificate.signs else Fault.CERTIFICATE_UNSUITABLE)
    issuers = trust.issuers_of(certificate)
    for authority, issuer in issuers:
        fault = await _chained(certificate, issuer, at)
        if fault is Fault.UNTRUSTED:
            continue
        found.say(Check.CERTIFICATE, fault)
        accredited = authority.accredited_at(certificate.valid_from)
        found.say(Check.AUTHORITY, None if accredited else Fault.NOT_ACCREDITED)
        return await _revocation(certificate, at, trust, found)
    # Without the engine no signature by GOST can be seen to be there, that of an issuer as little as any other.
    mute = any(issuer.family in GOST for _, issuer in issuers) and not await speaks_gost()
    found.say(Check.AUTHORITY, Fault.ENGINE_MISSING if mute else Fault.UNTRUSTED)
    return None


async def _chained(certificate: Certificate, issuer: Certificate, at: datetime) -> Fault | None:
    """Whether the issuer signed the certificate, and both are valid at an instant."""
    ended = await ran(
        "verify", "-partial_chain", "-trusted", "{issuer}", "-purpose", "any", "-attime", str(int(at.timestamp())),
        "{certificate}",
        files={"issuer": issuer.pem, "certificate": certificate.pem},
    )  # fmt: skip
    if ended.code == 0:
        return None
    said = [int(number) for number in _SAID.findall(ended.said)]
    if any(number not in _OF_CHAIN for number in said) or not said:
        return Fault.UNTRUSTED
    return _OF_CHAIN[said[0]]


async def _revocation(certificate: Certificate, at: datetime, trust: Trust, found: _Found) -> Revocation | None:
    """What the lists say of the certificate, and of those of its issuers that others issued."""
    own: Revocation | None = None
    seen: set[str] = set()
    current: Certificate | None = certificate
    while current is not None and current.sha256 not in seen and not current.issued(current):
        seen.add(current.sha256)
        issuers = trust.issuers_of(current)
        said = [one for pair in issuers if (one := await _listed(current, *pair, trust)) is not None]
        if current is certificate:
            own = said[0] if said else None
            found.say(Check.REVOCATION, Fault.REVOCATION_UNKNOWN if own is None else own.fault(at))
        elif said and said[0].fault(at) is Fault.REVOKED:
            found.say(Check.REVOCATION, Fault.REVOKED)
        current = issuers[0][1] if issuers else None
    return own


async def _listed(
    certificate: Certificate, authority: Authority, issuer: Certificate, trust: Trust
) -> Revocation | None:
    """What the newest list says of a certificate: of those in the folder, and of those where it says that they are."""
    came = [] if trust.distributed is None else await trust.distributed.lists(certificate, issuer)
    return await revocation_of(certificate, authority, issuer, came)


async def _stamp(structure: Structure, at: datetime, trust: Trust, found: _Found) -> Stamp | None:
    """The time stamp, if there is one, and it holds."""
    if structure.stamp is None:
        return None
    try:
        stamp = read_stamp(structure.stamp)
    except Refused as refused:
        found.say(Check.STAMP, refused.fault)
        return None
    holds = stamp.at <= at + CLOCKS and await stamps(stamp, structure.signature, trust.pem)
    if holds:
        for authority, issuer in trust.issuers_of(stamp.certificate):
            said = await _listed(stamp.certificate, authority, issuer, trust)
            holds = holds and (said is None or said.fault(stamp.at) is not Fault.REVOKED)
    mute = not holds and stamp.certificate.family in GOST and not await speaks_gost()
    found.say(Check.STAMP, None if holds else Fault.ENGINE_MISSING if mute else Fault.STAMP_BROKEN)
    return stamp if holds else None


class _Hashed:
    """Content whose hash is taken while it is read."""

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        self._content = content
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def pieces(self) -> AsyncIterator[bytes]:
        async for piece in self._content:
            # Long pieces are hashed while others have the loop.
            await asyncio.to_thread(self._hash.update, piece)
            yield piece
