"""The checks of a document (проверки документа): pure, on its bytes, on what is said of it, on what registers say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from resolvers import identifiers
from resolvers.document.comparing import compared
from resolvers.document.found import (
    CheckCode,
    CheckReason,
    CheckVerdict,
    Described,
    Found,
    Registered,
)
from resolvers.months import months_after
from resolvers.rules.document_kind import MEGABYTE, Asked, DocumentKind, KindRules
from sources.examining import Examined, Fault, FaultCode
from sources.postgres.ask import AUTHORITY_ZONE

C, R = CheckCode, CheckReason
PASSED, WARNED, FAILED = CheckVerdict

# What a fault of the bytes is called among checks.
FAULTS: Final[Mapping[FaultCode, tuple[CheckCode, CheckReason]]] = {
    FaultCode.EMPTY: (C.SIZE, R.EMPTY_FILE),
    FaultCode.SIZE_DIFFERS: (C.SIZE, R.SIZE_DIFFERS),
    FaultCode.TOO_LARGE: (C.SIZE, R.FILE_TOO_LARGE),
    FaultCode.UNSUPPORTED_FORMAT: (C.FORMAT, R.UNSUPPORTED_FORMAT),
    FaultCode.DAMAGED: (C.FORMAT, R.FILE_DAMAGED),
    FaultCode.MIXED_FORMATS: (C.SAFETY, R.MIXED_FORMATS),
    FaultCode.ENCRYPTED: (C.SAFETY, R.ENCRYPTED),
    FaultCode.ACTIVE_CONTENT: (C.SAFETY, R.ACTIVE_CONTENT),
    FaultCode.ATTACHED_FILES: (C.SAFETY, R.ATTACHED_FILES),
    FaultCode.EXPANDS_TOO_FAR: (C.SAFETY, R.EXPANDS_TOO_FAR),
    FaultCode.TAKES_TOO_LONG: (C.SAFETY, R.TAKES_TOO_LONG),
}
# Series and number of a passport: four digits and six.
_PASSPORT: Final = 10


@dataclass(frozen=True, slots=True)
class _Case:
    examined: Examined
    size: int
    rules: KindRules
    described: Described
    day: date
    registered: Registered


def checks(
    examined: Examined, size: int, rules: KindRules, described: Described, day: date, registered: Registered
) -> list[Found]:
    """Everything that was looked at, in a fixed order: what is well once for each check, what is not for each place.

    The size is that of the file in bytes, the day the legal day of the check.
    """
    case = _Case(examined, size, rules, described, day, registered)
    found: list[Found] = []
    for code, look in _CHECKS:
        faults = list(look(case))
        found += faults or ([Found(code, PASSED)] if code in _told_when_well(case) else [])
    return found


def passed(found: list[Found]) -> bool:
    """Whether a document may be used: no check failed."""
    return all(one.verdict is not FAILED for one in found)


def refused(examined: Examined) -> Found | None:
    """Why a file is not kept at all, hostile or unreadable as it is; None where it may be kept, with what it lacks."""
    return next(map(_of_fault, examined.faults), None)


def _told_when_well(case: _Case) -> set[CheckCode]:
    told = {C.SAFETY, C.FORMAT, C.SIZE, C.PAGES, C.DESCRIPTION, C.DATE}
    if case.rules.least_dpi is not None and case.examined.lowest_dpi is not None:
        told.add(C.RESOLUTION)
    if case.rules.compared_with is not None:
        told.add(C.REGISTER)
    return told


def _of_fault(fault: Fault) -> Found:
    code, reason = FAULTS[fault.code]
    values = {"what": fault.what} if fault.what and reason is R.ACTIVE_CONTENT else {}
    return Found(code, FAILED, reason, values, fault.page)


def _faults(code: CheckCode) -> Callable[[_Case], Iterator[Found]]:
    def look(case: _Case) -> Iterator[Found]:
        return (one for one in map(_of_fault, case.examined.faults) if one.code is code)

    return look


def _format(case: _Case) -> Iterator[Found]:
    yield from _faults(C.FORMAT)(case)
    media_type = case.examined.media_type
    if media_type is not None and media_type not in case.rules.media_types:
        yield Found(C.FORMAT, FAILED, R.FORMAT_NOT_OF_KIND)


def _size(case: _Case) -> Iterator[Found]:
    faults = list(_faults(C.SIZE)(case))
    yield from faults
    if not faults and case.size > case.rules.most_bytes:
        yield Found(C.SIZE, FAILED, R.FILE_TOO_LARGE, {"most": case.rules.most_bytes // MEGABYTE})


def _pages(case: _Case) -> Iterator[Found]:
    pages, most = case.examined.pages, case.rules.most_pages
    if pages is not None and pages > most:
        yield Found(C.PAGES, FAILED, R.TOO_MANY_PAGES, {"most": most, "pages": pages})


def _resolution(case: _Case) -> Iterator[Found]:
    least = case.rules.least_dpi
    for page, dpi in enumerate(case.examined.resolutions if least is not None else (), 1):
        if dpi is not None and least is not None and dpi < least:
            yield Found(C.RESOLUTION, FAILED, R.LOW_RESOLUTION, {"least": least, "dpi": dpi}, page)


def _description(case: _Case) -> Iterator[Found]:
    said, rules = case.described, case.rules
    if rules.number is Asked.NEEDED and not said.number:
        yield Found(C.DESCRIPTION, FAILED, R.NUMBER_MISSING)
    elif said.number and not _is_number(rules.kind, said.number):
        yield Found(C.DESCRIPTION, FAILED, R.NUMBER_MALFORMED)
    if rules.issuer is Asked.NEEDED and not said.issuer:
        yield Found(C.DESCRIPTION, FAILED, R.ISSUER_MISSING)


def _is_number(kind: DocumentKind, text: str) -> bool:
    digits = identifiers.without_filling(text)
    if kind is DocumentKind.SNILS:
        return identifiers.is_snils(digits)
    if kind is DocumentKind.PASSPORT:
        return len(digits) == _PASSPORT and digits.isascii() and digits.isdecimal()
    return True


def _dates(case: _Case) -> Iterator[Found]:
    said, rules, day = case.described, case.rules, case.day
    issued_on, expires_on = said.issued_on, said.expires_on
    if (certificate := case.examined.certificate) is not None:
        yield from _term(certificate.starts_at, certificate.ends_at, day)
        return
    if rules.issued_on is Asked.NEEDED and issued_on is None:
        yield Found(C.DATE, FAILED, R.ISSUE_DATE_MISSING)
    if rules.expires_on is Asked.NEEDED and expires_on is None:
        yield Found(C.DATE, FAILED, R.EXPIRY_DATE_MISSING)
    if issued_on is not None and issued_on > day:
        yield Found(C.DATE, FAILED, R.ISSUED_IN_FUTURE)
    if expires_on is not None:
        if expires_on <= day:
            yield Found(C.DATE, FAILED, R.EXPIRED)
    elif issued_on is not None and rules.good_months and months_after(issued_on, rules.good_months) <= day:
        yield Found(C.DATE, FAILED, R.TOO_OLD, {"months": rules.good_months})


def _term(starts_at: datetime, ends_at: datetime, day: date) -> Iterator[Found]:
    """What is wrong with the term of a certificate, whose last instant counts."""
    if starts_at.astimezone(AUTHORITY_ZONE).date() > day:
        yield Found(C.DATE, FAILED, R.NOT_YET_VALID)
    if ends_at.astimezone(AUTHORITY_ZONE).date() < day:
        yield Found(C.DATE, FAILED, R.EXPIRED)


def _duplicates(case: _Case) -> Iterator[Found]:
    for title in case.registered.duplicates:
        yield Found(C.DUPLICATE, WARNED, R.SAME_CONTENT, {"document": title})


def _register(case: _Case) -> Iterator[Found]:
    return compared(case.examined, case.rules, case.described, case.day, case.registered)


def _signature(case: _Case) -> Iterator[Found]:
    if case.rules.signatures.needed:
        yield Found(C.SIGNATURE, WARNED, R.NOT_SIGNED)


def _stamp(case: _Case) -> Iterator[Found]:
    if case.rules.stamp:
        yield Found(C.SIGNATURE_OR_STAMP, WARNED, R.SIGNATURE_OR_STAMP_NOT_SEEN)


_CHECKS: Final[tuple[tuple[CheckCode, Callable[[_Case], Iterator[Found]]], ...]] = (
    (C.SAFETY, _faults(C.SAFETY)),
    (C.FORMAT, _format),
    (C.SIZE, _size),
    (C.PAGES, _pages),
    (C.RESOLUTION, _resolution),
    (C.DESCRIPTION, _description),
    (C.DATE, _dates),
    (C.DUPLICATE, _duplicates),
    (C.REGISTER, _register),
    (C.SIGNATURE, _signature),
    (C.SIGNATURE_OR_STAMP, _stamp),
)
