"""What is found of a document: by its bytes, by what is said of it, by what the registers say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.document.checking import FAULTS, checks, passed, refused
from resolvers.document.comparing import verification
from resolvers.document.found import CheckReason, Course, Described, Licensed, Registered
from resolvers.document.kinds import DocumentKind, document_kinds, document_rules
from resolvers.rules.document_kind import Asked
from resolvers.wording.checks import MESSAGES, told
from sources.examining import Certificate, Examined, Fault, FaultCode

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)
SNILS = "11223344595"
SAID: dict[str, dict[str, Any]] = {
    "PASSPORT": {"number": "45 07 123456", "issuer": "ОВД", "issued_on": date(2015, 3, 1)},
    "SNILS": {"number": "112-233-445 95"},
    "DIPLOMA": {"number": "107704 0001234", "issuer": "Медицинский университет", "issued_on": date(2010, 6, 30)},
    "CPD": {"number": "77-0012", "issuer": "Академия «Здоровье»", "issued_on": date(2024, 6, 1)},
    "EXPERIENCE": {"issuer": "Больница", "issued_on": date(2026, 10, 1)},
    "SIGNING_CERTIFICATE": {},
    "LICENCE": {"number": "Л041-90001-77/90000001", "issuer": "Минздрав", "issued_on": date(2023, 1, 9)},
    "ACCREDITATION": {"number": "7722 031234567"},
    "REFERRAL": {"issued_on": date(2026, 11, 1)},
}
KNOWN = Registered(
    snils="112-233-445 95",
    courses=(Course("1077040001234", date(2010, 6, 30)), Course("77-0012", date(2024, 6, 1))),
    accreditations=frozenset({"7722031234567"}),
    licences=(Licensed("Л041-90001-77/90000001", "ACTIVE", date(2023, 1, 9)),),
    institutions=frozenset({"академия здоровье"}),
)
SCAN = Examined(media_type="application/pdf", pages=2, resolutions=(300, 300))


def certificate(snils: str | None = SNILS, starts: timedelta = -DAY, ends: timedelta = DAY) -> Examined:
    about = Certificate("1", snils, None, NOW + starts, NOW + ends, "GOST_2012_256")
    return Examined(media_type="application/pkix-cert", certificate=about)


def found(
    kind: str, examined: Examined = SCAN, registered: Registered = KNOWN, size: int = 9_000, **said: Any
) -> list[str]:
    """What is not well, each as CODE VERDICT REASON and its page."""
    described = Described(**{**SAID[kind], **said})
    results = checks(examined, size, document_rules(kind, NOW), described, TODAY, registered)
    return [
        f"{one.code} {one.verdict} {one.reason}" + (f" {one.page}" if one.page else "")
        for one in results
        if one.reason is not None
    ]


STAMP = "SIGNATURE_OR_STAMP WARNED SIGNATURE_OR_STAMP_NOT_SEEN"


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("PASSPORT", {}, []),
        ("PASSPORT", {"number": "45 07 12345"}, ["DESCRIPTION FAILED NUMBER_MALFORMED"]),
        ("PASSPORT", {"number": "٤٥٠٧١٢٣٤٥٦"}, ["DESCRIPTION FAILED NUMBER_MALFORMED"]),
        ("PASSPORT", {"number": None, "issuer": ""},
         ["DESCRIPTION FAILED NUMBER_MISSING", "DESCRIPTION FAILED ISSUER_MISSING"]),
        ("PASSPORT", {"issued_on": None}, ["DATE FAILED ISSUE_DATE_MISSING"]),
        ("PASSPORT", {"issued_on": TODAY + DAY}, ["DATE FAILED ISSUED_IN_FUTURE"]),
        ("PASSPORT", {"issued_on": TODAY}, []),
        ("SNILS", {}, []),
        ("SNILS", {"number": "112-233-445 96"},
         ["DESCRIPTION FAILED NUMBER_MALFORMED", "REGISTER FAILED REGISTER_DIFFERS"]),
        ("SNILS", {"number": "087-654-303 00"}, ["REGISTER FAILED REGISTER_DIFFERS"]),
        ("DIPLOMA", {}, [STAMP]),
        ("DIPLOMA", {"number": "ВСГ 1"}, ["REGISTER WARNED NOT_IN_REGISTER", STAMP]),
        ("DIPLOMA", {"issued_on": date(2010, 7, 1)}, ["REGISTER WARNED REGISTER_DIFFERS", STAMP]),
        ("CPD", {}, [STAMP]),
        ("CPD", {"issuer": "АКАДЕМИЯ  Здоровье"}, [STAMP]),
        ("CPD", {"issuer": "Курсы"}, ["REGISTER WARNED ISSUER_UNKNOWN", STAMP]),
        ("CPD", {"issued_on": date(2021, 11, 29)}, ["DATE FAILED TOO_OLD", "REGISTER WARNED REGISTER_DIFFERS", STAMP]),
        ("CPD", {"expires_on": TODAY}, ["DATE FAILED EXPIRED", STAMP]),
        ("CPD", {"expires_on": TODAY + DAY}, [STAMP]),
        ("EXPERIENCE", {"issued_on": date(2025, 11, 29)}, ["DATE FAILED TOO_OLD", STAMP]),
        ("EXPERIENCE", {"issued_on": date(2025, 11, 30)}, [STAMP]),
        ("ACCREDITATION", {}, []),
        ("ACCREDITATION", {"number": "7722 000000000"}, ["REGISTER FAILED NOT_IN_REGISTER"]),
        ("LICENCE", {}, []),
        ("LICENCE", {"number": "Л041-1"}, ["REGISTER WARNED NOT_IN_REGISTER"]),
        ("REFERRAL", {}, ["SIGNATURE WARNED NOT_SIGNED"]),
    ],
)  # fmt: skip
def test_what_is_said_of_a_document_is_checked(kind: str, changes: dict[str, Any], expected: list[str]) -> None:
    assert found(kind, **changes) == expected


@pytest.mark.parametrize(
    ("status", "starts_on", "ends_on", "good"),
    [
        ("ACTIVE", TODAY, None, True), ("ACTIVE", TODAY + DAY, None, False), ("ACTIVE", TODAY, TODAY, False),
        ("ACTIVE", TODAY, TODAY + DAY, True), ("SUSPENDED", TODAY, None, False), ("TERMINATED", TODAY, None, False),
    ],
)  # fmt: skip
def test_a_licence_counts_while_the_register_has_it_in_force(
    status: str, starts_on: date, ends_on: date | None, good: bool
) -> None:
    licence = Licensed("Л041-90001-77/90000001", status, starts_on, ends_on)
    known = replace(KNOWN, licences=(licence,))
    assert found("LICENCE", registered=known) == ([] if good else ["REGISTER FAILED LICENCE_NOT_ACTIVE"])


@pytest.mark.parametrize(
    ("kind", "examined", "size", "expected"),
    [
        ("PASSPORT", replace(SCAN, resolutions=(300, 149)), 9, ["RESOLUTION FAILED LOW_RESOLUTION 2"]),
        ("PASSPORT", replace(SCAN, resolutions=(150, None)), 9, []),
        ("DIPLOMA", replace(SCAN, resolutions=(199, 72)), 9,
         ["RESOLUTION FAILED LOW_RESOLUTION 1", "RESOLUTION FAILED LOW_RESOLUTION 2", STAMP]),
        ("PASSPORT", replace(SCAN, pages=21), 9, ["PAGES FAILED TOO_MANY_PAGES"]),
        ("PASSPORT", SCAN, 20 << 20, []),
        ("PASSPORT", SCAN, (20 << 20) + 1, ["SIZE FAILED FILE_TOO_LARGE"]),
        ("PASSPORT", certificate(), 9, ["FORMAT FAILED FORMAT_NOT_OF_KIND"]),
        ("SIGNING_CERTIFICATE", certificate(), 9, []),
        ("SIGNING_CERTIFICATE", certificate(starts=DAY), 9, ["DATE FAILED NOT_YET_VALID"]),
        ("SIGNING_CERTIFICATE", certificate(ends=-DAY), 9, ["DATE FAILED EXPIRED"]),
        ("SIGNING_CERTIFICATE", certificate(snils="08765430300"), 9, ["REGISTER FAILED REGISTER_DIFFERS"]),
        ("SIGNING_CERTIFICATE", certificate(snils=None), 9, []),
        ("PASSPORT", Examined(faults=(Fault(FaultCode.UNSUPPORTED_FORMAT),)), 9,
         ["FORMAT FAILED UNSUPPORTED_FORMAT"]),
        ("PASSPORT", replace(SCAN, faults=(Fault(FaultCode.ACTIVE_CONTENT, 2, "LAUNCH"),)), 9,
         ["SAFETY FAILED ACTIVE_CONTENT 2"]),
    ],
)  # fmt: skip
def test_what_a_file_is_is_checked(kind: str, examined: Examined, size: int, expected: list[str]) -> None:
    assert found(kind, examined, size=size) == expected


def test_another_document_with_the_same_bytes_is_named() -> None:
    described = Described(**SAID["PASSPORT"])
    known = replace(KNOWN, duplicates=("Диплом", "Справка"))
    results = checks(SCAN, 9, document_rules("PASSPORT", NOW), described, TODAY, known)
    twins = [one for one in results if one.reason is CheckReason.SAME_CONTENT]
    assert [told(one.reason, one.values, one.page, "ru") for one in twins] == [
        "Тот же файл уже загружен как другой документ: Диплом.",
        "Тот же файл уже загружен как другой документ: Справка.",
    ]
    assert passed(results)


def test_what_was_found_is_told_with_its_page_and_its_numbers_in_both_languages() -> None:
    results = checks(
        replace(SCAN, resolutions=(300, 90), faults=(Fault(FaultCode.ACTIVE_CONTENT, None, "JAVASCRIPT"),)), 9,
        document_rules("PASSPORT", NOW), Described(**SAID["PASSPORT"]), TODAY, KNOWN,
    )  # fmt: skip
    said = {one.code: one for one in results}
    low, active, well = said["RESOLUTION"], said["SAFETY"], said["SIZE"]  # type: ignore[index]
    assert (low.severity, active.severity, well.severity) == ("ERROR", "ERROR", "INFO")
    assert told(low.reason, low.values, low.page, "ru") == (
        "Разрешение страницы 2 — 90 точек на дюйм; нужно не меньше 150. Отсканируйте её заново."
    )
    assert told(active.reason, active.values, active.page, "en") == (
        "The file has actions or scripts: a script. Save it as PDF/A."
    )
    assert told(well.reason, well.values, well.page, "en") == "All is well."


def test_every_reason_has_words_and_every_fault_a_reason() -> None:
    assert set(MESSAGES) == set(CheckReason)
    assert set(FAULTS) == set(FaultCode)
    for fault in FaultCode:
        reason = refused(Examined(faults=(Fault(fault),)))
        assert reason is not None
        assert reason.reason in MESSAGES


@given(
    kind=st.sampled_from(DocumentKind), pages=st.integers(1, 300), low=st.lists(st.integers(1, 700), max_size=5),
    number=st.none() | st.text(max_size=30), issuer=st.none() | st.text(max_size=30),
    issued=st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    expires=st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    faults=st.lists(st.sampled_from(FaultCode), max_size=2), size=st.integers(0, 200 << 20),
)  # fmt: skip
def test_a_document_passes_only_where_nothing_failed(
    kind: DocumentKind, pages: int, low: list[int], number: str | None, issuer: str | None, issued: date | None,
    expires: date | None, faults: list[FaultCode], size: int,
) -> None:  # fmt: skip
    rules = document_rules(kind, NOW)
    examined = Examined(
        media_type="application/pdf", pages=pages, resolutions=tuple(low), faults=tuple(map(Fault, faults))
    )
    described = Described(number=number, issuer=issuer, issued_on=issued, expires_on=expires)
    results = checks(examined, size, rules, described, TODAY, KNOWN)
    good = (
        not faults
        and size <= rules.most_bytes
        and pages <= rules.most_pages
        and (rules.least_dpi is None or all(dpi >= rules.least_dpi for dpi in low))
        and "application/pdf" in rules.media_types
        and not (rules.number is Asked.NEEDED and not number)
        and not (rules.issuer is Asked.NEEDED and not issuer)
        and not (rules.issued_on is Asked.NEEDED and issued is None)
        and (issued is None or issued <= TODAY)
        and (expires is None or expires > TODAY)
    )
    assert not passed(results) or good
    for one in results:
        for language in ("ru", "en"):
            assert "{" not in told(one.reason, one.values, one.page, language)


def test_a_register_is_asked_of_what_it_has_alone() -> None:
    asked = {kind for kind, rules in document_kinds(NOW).kinds.items() if rules.compared_with is not None}
    assert asked == {
        "SNILS", "DIPLOMA", "RETRAINING", "CPD", "SIGNING_CERTIFICATE", "LICENCE", "ACCREDITATION",
    }  # fmt: skip
    said = verification(SCAN, document_rules("SNILS", NOW), Described(**SAID["SNILS"]), TODAY, KNOWN)
    assert said is not None
    assert (said.register, said.result) == ("WORKERS", "CONFIRMED")
    assert verification(SCAN, document_rules("PASSPORT", NOW), Described(), TODAY, KNOWN) is None
