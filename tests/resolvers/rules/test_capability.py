"""What the kinds open, as the dated rules say it: a snapshot, directions, levels, versions, refused files."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from resolvers.accreditation.opening import opened_by
from resolvers.rules import RulesAreWrong, capabilities
from resolvers.rules.capability import Operation, read_capabilities
from resolvers.rules.procedure import DIRECTIONS, KINDS
from resolvers.rules.reading import FOLDER
from tests.resolvers.rules.test_rules import spoil

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST = "capabilities-2023.1.json"
DOCTOR, NURSE = "31.08.49", "34.02.01"
OF_ALL = "CLINICAL_DOCUMENT_READ PROCEDURE_REPORT_READ CERTIFICATE_EXTRACT"
# Kind, directions, specialty → all that such a record opens.
OPENED = {
    ("PERMANENT", "", DOCTOR): f"{OF_ALL} PROCEDURE_REPORT_WRITE CLINICAL_DOCUMENT_DRAFT CLINICAL_DOCUMENT_SIGN "
    "PRESCRIPTION_DRAFT PRESCRIPTION_SIGN CONTROLLED_PRESCRIPTION_SIGN REFERRAL_DRAFT REFERRAL_SIGN ACCESS_GRANT",
    ("PERMANENT", "", NURSE): f"{OF_ALL} PROCEDURE_REPORT_WRITE NURSING_RECORD_WRITE",
    ("TEMPORARY", "", DOCTOR): f"{OF_ALL} CLINICAL_DOCUMENT_DRAFT PRESCRIPTION_DRAFT REFERRAL_DRAFT",
    ("TEMPORARY", "", NURSE): OF_ALL,
    ("SPECIAL", "", DOCTOR): "CERTIFICATE_EXTRACT",
    ("SPECIAL", "SURGERY", DOCTOR): "CERTIFICATE_EXTRACT SURGERY_PROTOCOL",
    ("SPECIAL", "RADIATION_DIAGNOSTICS", DOCTOR): "CERTIFICATE_EXTRACT RADIOLOGY_PROTOCOL",
    ("SPECIAL", "LABORATORY", DOCTOR): "CERTIFICATE_EXTRACT LABORATORY_PROTOCOL",
    ("SPECIAL", "SURGERY LABORATORY", DOCTOR): "CERTIFICATE_EXTRACT SURGERY_PROTOCOL LABORATORY_PROTOCOL",
    ("REMOTE", "", DOCTOR): "CERTIFICATE_EXTRACT TELEMEDICINE_READ TELEMEDICINE_CONDUCT",
    ("REMOTE", "", NURSE): "CERTIFICATE_EXTRACT TELEMEDICINE_READ",
    ("ORGANISATIONAL", "", None): "SHARED_TEMPLATE_READ ORGANIZATION_NOTICE_READ ORGANIZATION_REPORT_READ",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the file that a test may spoil."""
    shutil.copy(FOLDER / FIRST, tmp_path)
    return tmp_path


ATTESTED = ["CHANNEL", "WORKPLACE", "CERTIFIED_PROTECTION", "TELEMEDICINE_POINT", "PERSONAL_DATA_ATTESTATION"]


def opened(kind: str, directions: str = "", specialty: str | None = DOCTOR, **changes: Any) -> set[str]:
    """What a record opens that is in force, but for the changes."""
    term = {"state": "ACTIVE", "valid_from": NOW, "valid_to": None, "based": True, "at": NOW, **changes}
    term.setdefault("attested", ATTESTED if kind == "REMOTE" else None)
    return set(opened_by(kind, directions.split(), specialty, **term))


@pytest.mark.parametrize(("kind", "directions", "specialty"), OPENED)
def test_a_kind_opens_this_and_nothing_else(kind: str, directions: str, specialty: str | None) -> None:
    assert opened(kind, directions, specialty) == set(OPENED[kind, directions, specialty].split())


def test_every_kind_and_direction_is_in_the_snapshot_and_every_operation_opens_somewhere() -> None:
    assert {kind for kind, _, _ in OPENED} == set(KINDS)
    assert {name for _, names, _ in OPENED for name in names.split()} == set(DIRECTIONS)
    assert {name for names in OPENED.values() for name in names.split()} == set(Operation)


def test_a_direction_opens_no_operation_of_another() -> None:
    own = {direction: opened("SPECIAL", direction) - opened("SPECIAL") for direction in DIRECTIONS}
    assert all(own.values())
    assert len(set.union(*own.values())) == sum(map(len, own.values()))
    assert "RADIOLOGY_PROTOCOL" not in opened("SPECIAL", "SURGERY")


def test_directions_of_a_record_that_is_not_special_open_nothing() -> None:
    assert opened("PERMANENT", "SURGERY") == opened("PERMANENT")


def test_telemedicine_is_opened_by_remote_alone() -> None:
    telemedicine = {name for name in Operation if name.startswith("TELEMEDICINE")}
    assert telemedicine <= opened("REMOTE")
    for missing in ATTESTED:
        assert opened("REMOTE", attested=[one for one in ATTESTED if one != missing]) == set()
    for kind in set(KINDS) - {"REMOTE"}:
        assert telemedicine.isdisjoint(opened(kind, " ".join(DIRECTIONS)))


def test_an_organisation_opens_nothing_that_a_person_must_be_accredited_for() -> None:
    personal = (opened(kind, " ".join(DIRECTIONS), code) for kind, _, code in OPENED if kind != "ORGANISATIONAL")
    assert opened("ORGANISATIONAL", specialty=None).isdisjoint(set().union(*personal))


def test_a_trainee_signs_nothing_and_gives_no_access() -> None:
    found = opened("TEMPORARY")
    assert not {name for name in found if name.endswith("_SIGN")} | (found & {"ACCESS_GRANT"})


@pytest.mark.parametrize("state", ["SUSPENDED", "REVOKED", "SUPERSEDED"])
def test_a_stopped_record_opens_nothing(state: str) -> None:
    assert opened("PERMANENT", state=state) == set()
    assert opened("PERMANENT", state="UNDER_REVIEW") == opened("PERMANENT")


def test_a_record_opens_from_its_first_instant_until_its_end() -> None:
    tick, end = timedelta(microseconds=1), NOW + timedelta(days=1)
    for at, wanted in ((NOW - tick, False), (NOW, True), (end - tick, True), (end, False)):
        assert bool(opened("REMOTE", valid_to=end, at=at)) is wanted, at


def test_a_record_opens_nothing_without_what_it_stands_on() -> None:
    assert opened("SPECIAL", "SURGERY", based=False) == set()


def test_a_version_holds_from_midnight_in_its_zone(folder: Path) -> None:
    shutil.copy(folder / FIRST, folder / "capabilities-2027.1.json")
    for place, value in (("version", "2027.1"), ("inForceFrom", "2027-03-01"), ("opens/0/operations", [])):
        spoil(folder, "capabilities-2027.1.json", place, value)
    both = read_capabilities(folder)
    midnight = datetime(2027, 2, 28, 21, tzinfo=UTC)
    before, after = capabilities(midnight - timedelta(seconds=1), both), capabilities(midnight, both)
    assert (before.version, after.version) == ("2023.1", "2027.1")
    assert Operation.CERTIFICATE_EXTRACT in before.operations("PERMANENT", (), DOCTOR)
    assert Operation.CERTIFICATE_EXTRACT not in after.operations("PERMANENT", (), DOCTOR)


def test_before_the_first_version_nothing_is_opened() -> None:
    rules = capabilities(datetime(1999, 1, 1, tzinfo=UTC))
    assert rules.operations("PERMANENT", (), DOCTOR) == []
    assert rules.resources == ()


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("version", "2024.1", "version: the name of the file says another"),
        ("zone", "Europe/Nowhere", "zone: 'Europe/Nowhere' cannot be read"),
        ("price", 1, "price means nothing here"),
        ("opens/0/kind", "HONORARY", "opens[0].kind: 'HONORARY' is none of"),
        ("opens/0/operations", ["HEAL"], "opens[0].operations: HEAL cannot stand here"),
        ("opens/1/levels", ["LOW"], "opens[1].levels: LOW cannot stand here"),
        ("opens/6/directions", ["MAGIC"], "opens[6].directions: MAGIC cannot stand here"),
        ("opens/0/specialties", ["99.99.99"], "opens[0].specialties: 99.99.99 cannot stand here"),
        ("opens/11", None, "opens: nothing is said of ORGANISATIONAL"),
        ("resources/0/topic", "FUN", "resources[0].topic: 'FUN' is none of"),
        ("resources/0/title", {"ru": "Справочники"}, "resources[0].title: en is missing"),
        ("resources/0/url", "javascript:alert()", "resources[0].url: an https address is expected"),
        ("resources/0/for", [], "resources[0].for: nobody would see it"),
        ("resources/1/code", "CODE_BOOKS", "resources: a code stands twice"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(folder: Path, place: str, value: Any, fault: str) -> None:
    spoil(folder, FIRST, place, value)
    with pytest.raises(RulesAreWrong) as refused:
        read_capabilities(folder)
    assert fault in str(refused.value)


def test_two_versions_cannot_begin_on_one_day_and_one_there_must_be(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / FIRST, folder / "capabilities-2027.1.json")
    spoil(folder, "capabilities-2027.1.json", "version", "2027.1")
    with pytest.raises(RulesAreWrong, match="another version begins on that day"):
        read_capabilities(folder)
    with pytest.raises(RulesAreWrong, match="there is no such file"):
        read_capabilities(tmp_path / "nowhere")


def test_the_page_tells_what_the_rules_open() -> None:
    page = (Path(__file__).parents[3] / "docs" / "capabilities.md").read_text(encoding="utf-8")
    told = {
        tuple(cell.strip() for cell in line.split("|")[1:4]): {name.strip() for name in line.split("|")[4].split(",")}
        for line in page.splitlines()
        if line.startswith(tuple(f"| {kind} |" for kind in KINDS))
    }
    rules = capabilities(NOW)
    assert told == {
        (
            held.kind,
            ", ".join(sorted(held.directions)) or "any",
            ", ".join(sorted(held.levels)) or "any",
        ): set(names)
        for held, names in rules.opens
    }
    assert [line.split("|")[1].strip() for line in page.splitlines() if line.count("https://") == 1] == [
        one.code for one in rules.resources
    ]
