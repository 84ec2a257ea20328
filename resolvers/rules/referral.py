"""Referrals (направления): which document each kind is, until when it is accepted, how long it opens records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from resolvers.rules.document_kind import BOOK_OF_DOCUMENTS, Code
from resolvers.rules.reading import Table, versions

FILES: Final = "referrals-*.json"


class ReferralKind(StrEnum):
    """What somebody is referred for."""

    HOSPITALIZATION = "HOSPITALIZATION"
    CONSULTATION = "CONSULTATION"
    EXAMINATION = "EXAMINATION"
    LABORATORY = "LABORATORY"
    HIGH_TECH = "HIGH_TECH"
    REHABILITATION = "REHABILITATION"


class ReferralUrgency(StrEnum):
    """How soon it has to be."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"
    PLANNED = "PLANNED"


@dataclass(frozen=True, slots=True)
class ReferralRule:
    """What one version says of a kind.

    Attributes:
        names: what it is for, by language, after the word for a referral.
        document: what it is among electronic medical documents.
        accepted_within: by urgency, how long it can be accepted from its issue on.
        opens_for: how long the relation of care lasts that it opens once it is accepted.
    """

    names: Mapping[str, str]
    document: Code
    accepted_within: Mapping[ReferralUrgency, timedelta]
    opens_for: timedelta


@dataclass(frozen=True, slots=True)
class ReferralRules:
    """One version of the rules of referrals."""

    version: str
    in_force_from: datetime
    kinds: Mapping[ReferralKind, ReferralRule]


def read_referrals(folder: Path) -> tuple[ReferralRules, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, says nothing of a kind or an urgency, or two begin on one day.
    """
    return tuple(map(_version, versions(folder, FILES, {"version", "inForceFrom", "zone", "source", "kinds"})))


def _version(file: Table) -> ReferralRules:
    kinds = Table(f"{file.place}.kinds", file.raw("kinds"), known=[*ReferralKind])
    found = {kind: _kind(Table(f"{kinds.place}.{kind}", kinds.raw(kind), known=_OF_A_KIND)) for kind in ReferralKind}
    return ReferralRules(file.version("version"), file.begins(), MappingProxyType(found))


_OF_A_KIND: Final = {"names", "document", "acceptDays", "careDays"}


def _kind(row: Table) -> ReferralRule:
    paper = Table(f"{row.place}.document", row.raw("document"), known={"code", "edition", "earlier"})
    within = Table(f"{row.place}.acceptDays", row.raw("acceptDays"), known=[*ReferralUrgency])
    return ReferralRule(
        names=row.translated("names"),
        document=Code(
            BOOK_OF_DOCUMENTS, paper.text("code"), paper.number("edition", 1, 99), tuple(paper.texts("earlier"))
        ),
        accepted_within=MappingProxyType(
            {urgency: timedelta(days=within.number(urgency, 1, 366)) for urgency in ReferralUrgency}
        ),
        opens_for=timedelta(days=row.number("careDays", 1, 366)),
    )
