"""Whom we believe: authorities with the periods in which they are accredited, and their lists of revoked certificates.

A folder holds it all: `authorities.json`, and the files that it names.

    {"dated": "2026-11-01", "authorities": [{"title": "...", "certificates": ["uc.crt"], "lists": ["uc.crl"],
     "accredited": [{"from": "2020-01-01", "until": null}]}]}

`until` is the first day on which the authority is accredited no more. A certificate counts that its authority issued
while it was accredited, whatever became of the authority afterwards.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sources.signing.certificate import Certificate, CertificateUnreadable, read_certificate
from sources.signing.distributed import Distributed

FILE: Final = "authorities.json"
# Periods of law are days of Moscow.
ZONE: Final = ZoneInfo("Europe/Moscow")
_MEMBERS: Final = frozenset({"title", "certificates", "lists", "accredited"})


class TrustInvalid(Exception):
    """The folder tells of nobody who could be trusted; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Period:
    """Days of accreditation: from the first on, up to the day on which it is over."""

    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that issues certificates (удостоверяющий центр).

    Attributes:
        lists: files with its lists of revoked certificates (CRL), DER or PEM.
    """

    title: str
    certificates: tuple[Certificate, ...]
    lists: tuple[Path, ...]
    accredited: tuple[Period, ...]

    def accredited_at(self, at: datetime) -> bool:
        """Whether it is accredited at an instant."""
        day = at.astimezone(ZONE).date()
        return any(period.covers(day) for period in self.accredited)


@dataclass(frozen=True, slots=True)
class Trust:
    """The authorities of one reading of the folder.

    Attributes:
        dated: the day of the list, as it says of itself; None where nobody is trusted.
        distributed: who asks for lists where certificates say that they are; None where nobody does.
    """

    authorities: tuple[Authority, ...] = ()
    dated: date | None = None
    stamp: tuple[tuple[str, int, int], ...] = field(default=(), repr=False)
    distributed: Distributed | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return bool(self.authorities)

    def issuers_of(self, certificate: Certificate) -> list[tuple[Authority, Certificate]]:
        """The authorities whose name and key a certificate gives as those of its issuer, with their certificates."""
        return [
            (authority, one)
            for authority in self.authorities
            for one in authority.certificates
            if one.issued(certificate)
        ]

    @property
    def pem(self) -> bytes:
        """All certificates of all authorities."""
        return b"".join(one.pem for authority in self.authorities for one in authority.certificates)


class TrustFolder:
    """A folder of trust; it is read anew when a file of it has changed."""

    def __init__(self, path: Path | None = None, distributed: Distributed | None = None) -> None:
        self.path = path
        self.distributed = distributed
        self._read: Trust | None = None

    def current(self) -> Trust:
        """What it holds now; nobody where there is no folder, or where it cannot be read.

        What was read before holds until all of a new reading is right.
        """
        if self.path is None:
            return Trust()
        stamp = _stamp(self.path)
        if self._read is None or self._read.stamp != stamp:
            try:
                self._read = replace(read_trust(self.path), distributed=self.distributed)
            except TrustInvalid:
                self._read = self._read or Trust()
        return self._read


def read_trust(folder: Path) -> Trust:
    """The authorities of a folder.

    Raises:
        TrustInvalid: something of it is missing or malformed.
    """
    stamp = _stamp(folder)
    try:
        said = json.loads((folder / FILE).read_bytes())
        dated, entries = date.fromisoformat(said["dated"]), said["authorities"]
    except (OSError, ValueError, KeyError, TypeError):
        raise TrustInvalid([f"expected {FILE}: an object with dated, a day, and a list of authorities"]) from None
    if not isinstance(entries, list):
        raise TrustInvalid([f"{FILE}: expected authorities to be a list"])
    faults: list[str] = []
    found = [_authority(f"authorities[{place}]", entry, folder, faults) for place, entry in enumerate(entries)]
    if faults:
        raise TrustInvalid(faults)
    return Trust(tuple(one for one in found if one is not None), dated, stamp)


def _authority(place: str, entry: Any, folder: Path, faults: list[str]) -> Authority | None:
    if not isinstance(entry, dict) or not {"title", "certificates", "accredited"} <= set(entry) <= _MEMBERS:
        faults.append(f"{place}: expected an object with title, certificates, accredited and maybe lists")
        return None
    before = len(faults)
    certificates = [_certificate(f"{place}.certificates", name, folder, faults) for name in entry["certificates"]]
    lists = [_file(f"{place}.lists", name, folder, faults) for name in entry.get("lists", ())]
    periods = [_period(f"{place}.accredited", one, faults) for one in entry["accredited"]]
    if not isinstance(entry["title"], str) or not entry["title"].strip():
        faults.append(f"{place}.title: expected a text")
    if not certificates or not periods:
        faults.append(f"{place}: expected a certificate and a period at least")
    if len(faults) > before:
        return None
    return Authority(
        entry["title"],
        tuple(one for one in certificates if one is not None),
        tuple(one for one in lists if one is not None),
        tuple(one for one in periods if one is not None),
    )


def _file(place: str, name: Any, folder: Path, faults: list[str]) -> Path | None:
    path = folder / name if isinstance(name, str) and Path(name).name == name else None
    if path is None or not path.is_file():
        faults.append(f"{place}: expected the name of a file in the folder")
        return None
    return path


def _certificate(place: str, name: Any, folder: Path, faults: list[str]) -> Certificate | None:
    path = _file(place, name, folder, faults)
    if path is None:
        return None
    try:
        return read_certificate(path.read_bytes())
    except (OSError, CertificateUnreadable):
        faults.append(f"{place}: expected a file with a certificate")
        return None


def _period(place: str, entry: Any, faults: list[str]) -> Period | None:
    try:
        since, until = date.fromisoformat(entry["from"]), entry["until"]
        period = Period(since, None if until is None else date.fromisoformat(until))
    except (ValueError, KeyError, TypeError):
        faults.append(f"{place}: expected from, a day, and until, a later day or null")
        return None
    if period.until is not None and period.until <= period.since:
        faults.append(f"{place}: expected until to be later than from")
        return None
    return period


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """By what a change of the folder is seen."""
    try:
        files = sorted(one for one in folder.iterdir() if one.is_file())
        return tuple((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in files)
    except OSError:
        return ()
