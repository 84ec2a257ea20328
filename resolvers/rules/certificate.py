"""Which certificates (справки) about a patient there are, who issues each, and for how long it is good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from resolvers.rules.reading import Table, midnight, versions
from sources.books import BOOKS

FILES: Final = "certificates-*.json"
_KNOWN: Final = {"names", "form", "specialties", "goodMonths"}


class PatientCertificate(StrEnum):
    """What a certificate says of a patient."""

    ATTENDANCE = "ATTENDANCE"
    ILLNESS = "ILLNESS"
    FITNESS = "FITNESS"
    SPA = "SPA"


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """What holds of one certificate.

    Attributes:
        form: number of the form of the ministry, where it has one.
        specialties: codes of those who issue it; None where every doctor does.
        good_months: for how many months it is good; None without an end.
    """

    names: Mapping[str, str]
    form: str | None
    specialties: frozenset[str] | None
    good_months: int | None


@dataclass(frozen=True, slots=True)
class CertificateRules:
    """One version of the certificates."""

    version: str
    in_force_from: datetime
    certificates: Mapping[PatientCertificate, CertificateRule]


def read_certificates(folder: Path) -> tuple[CertificateRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a certificate is missing, or two versions begin on one day.
    """
    return tuple(map(_version, versions(folder, FILES, {"version", "inForceFrom", "zone", "source", "certificates"})))


def _version(file: Table) -> CertificateRules:
    rows = Table(f"{file.place}.certificates", file.raw("certificates"), known=tuple(PatientCertificate))
    found = {one: _rule(Table(f"{rows.place}.{one}", rows.raw(one), known=_KNOWN)) for one in PatientCertificate}
    return CertificateRules(
        file.version("version"), midnight(file.day("inForceFrom"), file.zone("zone")), MappingProxyType(found)
    )


def _rule(row: Table) -> CertificateRule:
    return CertificateRule(
        names=row.translated("names"),
        form=row.text("form") if "form" in row else None,
        specialties=frozenset(row.texts("specialties", BOOKS.specialties.by_code)) if "specialties" in row else None,
        good_months=row.number("goodMonths", 1, 120) if "goodMonths" in row else None,
    )
