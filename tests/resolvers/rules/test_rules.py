import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from resolvers.rules import SUPPORTS, YEARS, RulesAreWrong, in_force, procedure, procedure_of
from resolvers.rules.consent import read_consents
from resolvers.rules.education import read_supports
from resolvers.rules.procedure import DOCUMENTS, KINDS, Procedure, read_procedures
from resolvers.rules.reading import FOLDER
from resolvers.rules.year import read_years
from sources.books import BOOKS, DIRECTIONS
from sources.documents import document

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST = "procedures-2023.1.json"
READ: dict[str, Callable[[Path], object]] = {
    FIRST: read_procedures,
    "specialties.json": read_supports,
    "calendar.json": read_years,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rules that a test may spoil."""
    for path in FOLDER.glob("*.json"):
        shutil.copy(path, tmp_path)
    return tmp_path


def spoil(folder: Path, name: str, place: str, value: Any) -> None:
    """Set the member at a dotted place of a file; with None, take it away."""
    content = json.loads((folder / name).read_text(encoding="utf-8"))
    *outer, last = (int(part) if part.isdecimal() else part for part in place.split("/"))
    target = content
    for part in outer:
        target = target[part]
    if value is None:
        del target[last]
    else:
        target[last] = value
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "place", "value", "fault"),
    [
        (FIRST, "version", "2024.1", "procedures-2023.1.json.version: the name of the file says another"),
        (FIRST, "version", "new", "procedures-2023.1.json.version: a version such as 2023.1 is expected"),
        (FIRST, "inForceFrom", None, "procedures-2023.1.json.inForceFrom: is missing"),
        (FIRST, "inForceFrom", "2023-02-30", "procedures-2023.1.json.inForceFrom: '2023-02-30' cannot be read"),
        (FIRST, "source", None, "procedures-2023.1.json.source: is missing"),
        (FIRST, "source", "hearsay", "procedures-2023.1.json.source: a list of texts is expected"),
        (FIRST, "price", 100, "procedures-2023.1.json: price means nothing here"),
        (FIRST, "kinds/REMOTE", None, "procedures-2023.1.json.kinds.REMOTE: is missing"),
        (FIRST, "kinds/REMOTE", [], "procedures-2023.1.json.kinds.REMOTE: an object is expected"),
        (FIRST, "kinds/REMOTE/bases", ["HEARSAY"], "kinds.REMOTE.bases: HEARSAY cannot stand here"),
        (FIRST, "kinds/REMOTE/bases", ["REMOTE", "REMOTE"], "kinds.REMOTE.bases: something stands twice"),
        (FIRST, "kinds/REMOTE/zone", "Europe/Nowhere", "kinds.REMOTE.zone: 'Europe/Nowhere' cannot be read"),
        (FIRST, "kinds/TEMPORARY/mostDays", 29, "kinds.TEMPORARY.mostDays: a whole number from 30 to 3650 is expected"),
        (FIRST, "kinds/TEMPORARY/mostDays", None, "kinds.TEMPORARY.mostDays: is missing"),
        (FIRST, "kinds/TEMPORARY/place", "yes", "kinds.TEMPORARY.place: true or false is expected"),
        (FIRST, "kinds/PERMANENT/slots/1/kinds", ["CASE_HISTORY"], "slots[1].kinds: CASE_HISTORY cannot stand here"),
        (FIRST, "kinds/PERMANENT/slots/1/kinds", [], "slots[1].kinds: no document can fill it"),
        (FIRST, "kinds/PERMANENT/slots/1/sparedBy", ["LUCK"], "slots[1].sparedBy: LUCK cannot stand here"),
        (FIRST, "every/earliestDays", 11, "earliestDays: a whole number from 0 to 10 is expected"),
        (FIRST, "every/latestDays", True, "latestDays: a whole number from 1 to 250 is expected"),
        (FIRST, "every/lapse", "FORGET", "lapse: 'FORGET' is none of REJECT"),
        (FIRST, "every/consents", {"MARKETING": "1"}, "consents: MARKETING means nothing here"),
        (FIRST, "every/stages", ["CHECK", "RECEPTION"], "stages: stages follow each other in another order"),
        ("specialties.json", "groups/0/specialties/0", "31.02.99", "groups[0].specialties: 31.02.99 cannot stand here"),
        ("specialties.json", "groups/0/specialties/0", "31.05.01", "groups[1].specialties: 31.05.01 stands in"),
        ("specialties.json", "groups/4", None, "specialties.json.groups: nothing is said of 32.08.14"),
        ("specialties.json", "groups/0/by", ["HEARSAY"], "groups[0].by: HEARSAY cannot stand here"),
        ("calendar.json", "years/0/status", "LIKELY", "years[0].status: 'LIKELY' is none of ASSUMED, OFFICIAL"),
        ("calendar.json", "years/1/year", 2024, "years[1].off: 2025"),
        ("calendar.json", "years/0/on", ["2024-04-29"], "years[0].on: 2024-04-29 cannot stand here"),
        ("calendar.json", "years/0/off", ["2024-04-28"], "years[0].off: 2024-04-28 cannot stand here"),
        ("calendar.json", "years/0/source", " ", "years[0].source: a text is expected"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_the_place(folder: Path, name: str, place: str, value: Any, fault: str) -> None:
    spoil(folder, name, place, value)
    with pytest.raises(RulesAreWrong) as refused:
        READ[name](folder)
    assert fault in str(refused.value)


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_no_json_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("{", encoding="utf-8")
    with pytest.raises(RulesAreWrong, match=name):
        READ[name](folder)


def test_a_folder_without_procedures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesAreWrong, match="there is no such file"):
        read_procedures(tmp_path)


def test_an_application_keeps_the_version_it_was_submitted_under(folder: Path) -> None:
    shutil.copy(folder / FIRST, folder / "procedures-2027.1.json")
    for place, value in (("version", "2027.1"), ("inForceFrom", "2027-03-01"), ("every/latestDays", 15)):
        spoil(folder, "procedures-2027.1.json", place, value)
    both = read_procedures(folder)
    midnight = datetime(2027, 2, 28, 21, tzinfo=UTC)
    before = in_force(both, "PERMANENT", midnight - timedelta(seconds=1))
    after = in_force(both, "PERMANENT", midnight)
    assert [(one.version, one.latest_days) for one in (before, after)] == [("2026.1", 10), ("2027.1", 15)]


def test_two_versions_cannot_begin_on_one_day(folder: Path) -> None:
    shutil.copy(folder / FIRST, folder / "procedures-2027.1.json")
    spoil(folder, "procedures-2027.1.json", "version", "2027.1")
    with pytest.raises(RulesAreWrong, match="another version begins on that day"):
        read_procedures(folder)


def test_a_procedure_is_found_by_its_version() -> None:
    for kind in KINDS:
        now = procedure(kind, NOW)
        assert procedure_of(now.version, kind) is now
    with pytest.raises(LookupError):
        procedure_of("1999.1", "PERMANENT")
    with pytest.raises(LookupError):
        procedure("PERMANENT", datetime(1999, 1, 1, tzinfo=UTC))
    with pytest.raises(LookupError):
        procedure("HONORARY", NOW)


def test_the_terms_are_those_of_the_cabinet() -> None:
    for kind in KINDS:
        one = procedure(kind, NOW)
        terms = (one.automatic_days, one.earliest_days, one.latest_days, one.clarification_days)
        assert (terms, one.lapse) == ((1, 5, 10, 3), "REJECT")
        assert (one.payment, one.recheck_keeps_rights) == (False, True)
        assert set(one.consents) == {"ACCREDITATION_TERMS", "PERSONAL_DATA"}


def test_the_kinds_ask_for_what_makes_them() -> None:
    found = {kind: procedure(kind, NOW) for kind in KINDS}
    temporary, special, remote = found["TEMPORARY"], found["SPECIAL"], found["REMOTE"]
    assert (temporary.least_days, temporary.most_days) == (30, 90)
    assert (found["PERMANENT"].legal_years, found["PERMANENT"].renewal_months) == (5, 12)
    assert {kind for kind in KINDS if found[kind].supervisors} == {"TEMPORARY"}
    assert {kind for kind in KINDS if found[kind].directions} == {"SPECIAL"}
    assert set(special.directions) == set(DIRECTIONS)
    assert never_spared(special) == {"COMPETENCE"}
    assert never_spared(remote) == {"INFRASTRUCTURE", "DATA_PROTECTION"}
    assert {kind for kind in KINDS if found[kind].subject == "ORGANIZATION" and found[kind].licence} == {
        "ORGANISATIONAL"
    }


def never_spared(one: Procedure) -> set[str]:
    return {slot.name for slot in one.slots if not slot.spared_by}


def test_the_kinds_of_documents_are_those_of_their_store() -> None:
    assert {f"'{kind}'" for kind in DOCUMENTS} <= set(document.KINDS.split(","))


def test_every_specialty_rests_on_something_and_every_year_says_its_source() -> None:
    assert set(SUPPORTS) == set(BOOKS.specialties.by_code)
    assert all(support.by for support in SUPPORTS.values())
    assert {year for year in YEARS if YEARS[year].official} == {2024, 2025, 2026}


def test_the_page_tells_the_terms_and_papers_of_the_rules() -> None:
    page = (Path(__file__).parents[3] / "docs" / "applications.md").read_text(encoding="utf-8")
    for kind in KINDS:
        one = procedure(kind, NOW)
        (row,) = (line for line in page.splitlines() if line.startswith(f"| {kind} | ") and line.count("|") == 4)
        papers = row.split("|")[3].strip()
        assert papers == (", ".join(slot.name for slot in one.slots) or "none")
        for slot in one.slots:
            told = [line.split("|")[1:4] for line in page.splitlines() if line.startswith(f"| {slot.name} | ")]
            ((_, _, spared),) = (cells for cells in told if set(cells[1].strip().split(", ")) == slot.kinds)
            assert set(re.findall("[A-Z]+(?=[)])", spared)) == slot.spared_by


def test_every_consent_that_is_asked_for_has_its_text(tmp_path: Path) -> None:
    asked = read_procedures(FOLDER)
    assert {(kind, version) for one in asked for kind, version in one.consents.items()} <= set(
        read_consents(FOLDER, asked)
    )
    file = json.loads((FOLDER / "consents.json").read_text(encoding="utf-8"))
    faults = {
        "PERSONAL_DATA 2025.1 has no text": file["texts"][:1],
        "texts[1].version: this text is there already": [file["texts"][0]] * 2,
        "texts[0].text: en is missing": [{**file["texts"][0], "text": {"ru": "Согласие"}}],
    }
    for fault, texts in faults.items():
        (tmp_path / "consents.json").write_text(json.dumps({**file, "texts": texts}), encoding="utf-8")
        with pytest.raises(RulesAreWrong) as refused:
            read_consents(tmp_path, asked)
        assert fault in str(refused.value)
