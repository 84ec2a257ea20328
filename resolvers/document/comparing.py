"""A document beside what the registers say (сверка с реестрами): its numbers and dates, whose certificate it is."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from resolvers import identifiers
from resolvers.document.found import (
    CheckCode,
    CheckReason,
    CheckVerdict,
    Described,
    Found,
    Register,
    Registered,
    Verification,
    VerificationResult,
)
from resolvers.rules.document_kind import Compared, KindRules
from sources.examining import Examined

C, R, V = CheckCode, CheckReason, VerificationResult

_REGISTERS: Final = {
    Compared.SNILS: Register.WORKERS,
    Compared.CERTIFICATE: Register.WORKERS,
    Compared.EDUCATION: Register.WORKERS,
    Compared.ACCREDITATION: Register.ACCREDITATIONS,
    Compared.LICENCE: Register.ORGANIZATIONS,
}
# Of these the register has all there is: what differs from it cannot be right.
_COMPLETE: Final = frozenset({Compared.SNILS, Compared.CERTIFICATE, Compared.ACCREDITATION})
_IN_FORCE: Final = "ACTIVE"


def compared(
    examined: Examined, rules: KindRules, described: Described, day: date, registered: Registered
) -> Iterator[Found]:
    """What differs from the registers, or is unknown to them."""
    found = verification(examined, rules, described, day, registered)
    if found is not None and rules.compared_with is not None:
        severe = CheckVerdict.FAILED if rules.compared_with in _COMPLETE else CheckVerdict.WARNED
        if found.result is V.DIFFERS:
            yield Found(C.REGISTER, severe, R.REGISTER_DIFFERS)
        elif found.result is V.NOT_FOUND:
            yield Found(C.REGISTER, severe, R.NOT_IN_REGISTER)
        elif found.result is V.NOT_IN_FORCE:
            yield Found(C.REGISTER, CheckVerdict.FAILED, R.LICENCE_NOT_ACTIVE)
    if rules.educational and described.issuer and plain_name(described.issuer) not in registered.institutions:
        yield Found(C.REGISTER, CheckVerdict.WARNED, R.ISSUER_UNKNOWN)


def verification(
    examined: Examined, rules: KindRules, described: Described, day: date, registered: Registered
) -> Verification | None:
    """What the register that has documents of a kind says of one; None where there is nothing to compare."""
    if rules.compared_with is None:
        return None
    result = _result(rules.compared_with, examined, described, day, registered)
    return None if result is None else Verification(_REGISTERS[rules.compared_with], result)


def plain_name(name: str) -> str:
    """A name of an institution without what is written one way or the other: quotes, blanks, capitals."""
    return " ".join("".join(one if one.isalnum() else " " for one in name.casefold()).split()).replace("ё", "е")


def _result(
    what: Compared, examined: Examined, described: Described, day: date, registered: Registered
) -> VerificationResult | None:
    if what is Compared.CERTIFICATE:
        signer = None if examined.certificate is None else examined.certificate.snils
        return _same(signer, registered.snils)
    if not described.number:
        return None
    if what is Compared.SNILS:
        return _same(identifiers.without_filling(described.number), registered.snils)
    number = identifiers.number(described.number)
    if what is Compared.EDUCATION:
        days = {course.completed_on for course in registered.courses if identifiers.number(course.number) == number}
        if not days:
            return V.NOT_FOUND
        return V.CONFIRMED if described.issued_on is None or described.issued_on in days else V.DIFFERS
    if what is Compared.ACCREDITATION:
        known = {identifiers.number(one) for one in registered.accreditations}
        return V.CONFIRMED if number in known else V.NOT_FOUND
    licences = [one for one in registered.licences if identifiers.number(one.number) == number]
    if not licences:
        return V.NOT_FOUND
    valid = any(
        one.status == _IN_FORCE and one.starts_on <= day and (one.ends_on is None or day < one.ends_on)
        for one in licences
    )
    return V.CONFIRMED if valid else V.NOT_IN_FORCE


def _same(said: str | None, known: str | None) -> VerificationResult | None:
    if said is None or known is None:
        return None
    return V.CONFIRMED if said == identifiers.without_filling(known) else V.DIFFERS
