"""Reports on procedures: equal to the records to the unit, of whom one may know; frozen, versioned, acknowledged."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.emergencies import Emergencies
from tests.acts.clinic import Clinic, told

MOSCOW = ZoneInfo("Europe/Moscow")
REPORT = """
query($period: ReportPeriod!, $place: ID!, $by: ReportBy!) {
  procedureReport(period: $period, organizationId: $place, by: $by) {
    total withheld lines { code practitioner { id } department { id } count }
  }
}
"""
# A month in which the world has nothing.
MONTH = {"startsOn": "2026-03-01", "lastOn": "2026-03-31"}
FIRST = 70_000_000
ROW = """
INSERT INTO procedure (id, patient_id, organization_id, practitioner_id, department_id, code, book_version, at, count,
    confidentiality, special_kind, state, error_id, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, '2026.1', $7, $8, $9, $10, $11, $12, now())
"""
CODES = ("A02.31.001", "A11.02.002", "B01.047.001", "A16.14.009", "A05.10.006")
# The head heads organisation 1; the supervisor leads departments there.
SUBMITTED = (
    "report { id issue status version sha256 watermark reason acknowledgedAt replaces { id status } "
    "practitioner { id } report { total withheld lines { code count } } }"
)


@pytest.fixture
async def busy(clinic: Clinic) -> tuple[Clinic, list[dict[str, Any]]]:
    """A month of 240 procedures, drawn: some of few patients, some entered in error, some at another organisation."""
    drawn = Random(1)
    units = [row["id"] for row in await clinic.office.rows("SELECT id FROM department WHERE organization_id = 1 "
                                                           "ORDER BY id", store="registry")]  # fmt: skip
    rows: list[dict[str, Any]] = []
    for number in range(240):
        code = drawn.choices(CODES, (40, 30, 20, 2, 3))[0]
        day = date(2026, 2, 27) + timedelta(days=drawn.randrange(35))
        special, mistaken = drawn.random() < 0.1, drawn.random() < 0.1
        rows.append(
            {
                "id": FIRST + number,
                "patient_id": drawn.choice((4,) if code == "A16.14.009" else (1, 2, 3, 4, 5, 8, 9, 14)),
                "organization_id": drawn.choice((1, 1, 1, 2)), "practitioner_id": drawn.choice((1, 1, 2, 3, 11, 12)),
                "department_id": drawn.choice((*units[:4], None)), "code": code,
                "at": datetime(day.year, day.month, day.day, drawn.choice((0, 9, 23)), tzinfo=MOSCOW),
                "count": drawn.randrange(1, 6), "confidentiality": "SPECIAL" if special else "NORMAL",
                "special_kind": "HIV" if special else None,
                "state": "ENTERED_IN_ERROR" if mistaken else "FINAL", "error_id": 1 if mistaken else None,
            }
        )  # fmt: skip
    for row in rows:
        await clinic.rows(ROW, *row.values())
    clinic.office.tokens.clear()
    return clinic, rows


async def asked(clinic: Clinic, persona: str, by: str, period: Any = None, place: str = "org_1") -> dict[str, Any]:
    answer = await clinic.office.ask(persona, REPORT, {"period": period or MONTH, "place": place, "by": by})
    assert answer.errors == [], answer.body
    found: dict[str, Any] = answer.data["procedureReport"]
    return found


def counted(rows: Iterable[dict[str, Any]], place: int = 1) -> list[dict[str, Any]]:
    """The records that count in the month, by a walk over all of them."""
    return [
        row
        for row in rows
        if row["organization_id"] == place and row["state"] == "FINAL"
        if (row["at"].year, row["at"].month) == (2026, 3)
    ]


def lines(report: dict[str, Any]) -> dict[Any, int | None]:
    """The lines by what they are."""
    return {
        one["code"] or ((one["practitioner"] or one["department"] or {}).get("id")): one["count"]
        for one in report["lines"]
    }


KEY: dict[str, Callable[[dict[str, Any]], Any]] = {
    "SERVICE": lambda row: row["code"],
    "PERFORMER": lambda row: f"prac_{row['practitioner_id']}",
    "UNIT": lambda row: None if row["department_id"] is None else f"dept_{row['department_id']}",
}


async def test_totals_equal_the_records_of_whom_one_may_know_to_the_unit(
    busy: tuple[Clinic, list[dict[str, Any]]],
) -> None:
    clinic, rows = busy
    led = {
        row["id"]
        for row in await clinic.office.rows("SELECT id FROM department WHERE head_id = 11 AND organization_id = 1",
                                            store="registry")
    }  # fmt: skip
    inquired = await clinic.rows("SELECT * FROM inquiry WHERE ends_at > now() AND office IN ('INS', 'REG')")
    known: dict[str, Any] = {
        "therapist": lambda row: row["practitioner_id"] == 1,
        "surgeon": lambda row: row["practitioner_id"] == 2,
        "nurse": lambda row: row["practitioner_id"] == 3,
        "supervisor": lambda row: row["practitioner_id"] == 11 or row["department_id"] in led,
        "stranger": lambda row: row["practitioner_id"] == 12,
        "census": bool,
    }
    for office, persona, label in (("INS", "insurer", "NORMAL"), ("REG", "regulator", None)):
        cases = [one for one in inquired if one["office"] == office]
        assert cases, office
        await clinic.rows("UPDATE inquiry SET since = '2026-01-01' WHERE office = $1", office)
        known[persona] = lambda row, cases=cases, label=label: any(
            row["patient_id"] == one["patient_id"] and (label is None or row["confidentiality"] == label)
            for one in cases
        )
    for persona, knows in known.items():
        mine = [row for row in counted(rows) if knows(row)]
        for by, key in KEY.items():
            expected: Counter[Any] = Counter()
            for row in mine:
                expected[key(row)] += row["count"]
            report = await asked(clinic, persona, by)
            assert (report["total"], report["withheld"]) == (sum(expected.values()), False), (persona, by)
            if by == "SERVICE" or persona != "insurer":
                assert lines(report) == dict(expected), (persona, by)
    assert sum(row["count"] for row in counted(rows)) > sum(row["count"] for row in counted(rows) if led) - 1


async def test_who_sees_none_of_the_patients_is_told_no_number_that_is_about_few_of_them(
    busy: tuple[Clinic, list[dict[str, Any]]],
) -> None:
    clinic, rows = busy
    for persona in ("head", "mis"):
        for by, key in KEY.items():
            report = await asked(clinic, persona, by)
            people: dict[Any, set[int]] = {}
            exact: Counter[Any] = Counter()
            for row in counted(rows):
                people.setdefault(key(row), set()).add(row["patient_id"])
                exact[key(row)] += row["count"]
            shown = lines(report)
            assert shown.keys() == exact.keys()
            hidden = {name for name, count in shown.items() if count is None}
            assert {name for name in exact if len(people[name]) < 5} <= hidden
            assert all(shown[name] == exact[name] for name in shown.keys() - hidden)
            assert report["withheld"] is (bool(hidden) or report["total"] is None)
            # What the sum leaves open is about several lines, and about enough people.
            if report["total"] is not None and hidden:
                assert len(hidden) > 1, by
                assert len(set.union(*(people[name] for name in hidden))) >= 5, by
            assert report["total"] in {None, sum(exact.values())}
    assert None in lines(await asked(clinic, "head", "SERVICE")).values()
    # By days it could be told what was done on one of them.
    for period in (
        {"startsOn": "2026-03-01", "lastOn": "2026-03-30"},
        {"startsOn": "2026-03-02", "lastOn": "2026-03-31"},
    ):
        answer = await clinic.office.ask("head", REPORT, {"period": period, "place": "org_1", "by": "SERVICE"})
        assert [one["extensions"]["code"] for one in answer.errors] == ["BAD_USER_INPUT"]
        assert (await asked(clinic, "therapist", "SERVICE", period))["total"] is not None


WHO = {
    "anonymous": "SIGN_IN", "newcomer": "REGISTRY_LINK_MISSING", "applicant": "ROLE", "lapsed": "ROLE",
    "suspended": "ROLE", "registrar": "ROLE", "expert": "ROLE", "auditor": "ROLE", "support": "ROLE",
    "patient": "ROLE",
}  # fmt: skip


async def test_reports_are_opened_by_an_accreditation_in_force_and_by_office_alone(clinic: Clinic) -> None:
    for persona, reason in WHO.items():
        answer = await clinic.office.ask(persona, REPORT, {"period": MONTH, "place": "org_1", "by": "SERVICE"})
        assert answer.data == {"procedureReport": None}, persona
        assert [one["extensions"]["reason"] for one in answer.errors] == [reason], persona
        answer = await clinic.office.ask(persona, "{ procedureReports(first: 1) { totalCount } }")
        assert [one["extensions"]["reason"] for one in answer.errors] == [reason], persona
    opened = "{ viewer { operations { operation coordinates } } }"
    for persona, reads, writes in (("therapist", True, True), ("nurse", True, True), ("intern", True, False)):
        answer = await clinic.office.ask(persona, opened)
        found = {one["operation"]: one["coordinates"] for one in answer.data["viewer"]["operations"]}
        assert ("Query.procedureReport" in found.get("PROCEDURE_REPORT_READ", [])) is reads, persona
        assert ("Mutation.recordProcedure" in found.get("PROCEDURE_REPORT_WRITE", [])) is writes, persona
    answer = await clinic.office.ask("lapsed", opened)
    assert "PROCEDURE_REPORT_READ" not in {one["operation"] for one in answer.data["viewer"]["operations"]}


async def test_a_report_is_frozen_and_submitted_again_names_the_issue_before(
    busy: tuple[Clinic, list[dict[str, Any]]],
) -> None:
    clinic, rows = busy
    given = {"organizationId": "org_1", "period": MONTH, "scope": "OWN"}
    first = await clinic.act("therapist", "submitProcedureReport", SUBMITTED, idempotencyKey="r", **given)
    same = await clinic.act("therapist", "submitProcedureReport", SUBMITTED, idempotencyKey="r", **given)
    assert first == same
    made = first["report"]
    mine = [row for row in counted(rows) if row["practitioner_id"] == 1]
    by_code: Counter[str] = Counter()
    for row in mine:
        by_code[row["code"]] += row["count"]
    frozen = [{"code": code, "count": by_code[code]} for code in sorted(by_code)]
    assert made["report"] == {"total": sum(by_code.values()), "withheld": False, "lines": frozen}
    assert (made["issue"], made["status"], made["replaces"], made["practitioner"]) == (
        1, "SUBMITTED", None, {"id": "prac_1"},
    )  # fmt: skip
    said = {
        "format": "kabinet-procedure-report/1", "issue": 1, "lastOn": "2026-03-31", "lines": frozen,
        "organization": "org_1", "practitioner": "prac_1", "startsOn": "2026-03-01",
        "total": sum(by_code.values()), "watermark": made["watermark"],
    }  # fmt: skip
    content = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    assert made["sha256"] == hashlib.sha256(content).hexdigest()

    # What is recorded afterwards is in another issue, and the first stays as it was.
    await clinic.rows("UPDATE procedure SET count = count + 1 WHERE id = $1", mine[0]["id"])
    second = (await clinic.act("therapist", "submitProcedureReport", SUBMITTED, **given))["report"]
    assert (second["issue"], second["report"]["total"]) == (2, made["report"]["total"] + 1)
    assert second["replaces"] == {"id": made["id"], "status": "REPLACED"}
    assert second["sha256"] != made["sha256"]
    for text in (
        "UPDATE procedure_report SET total = total + 1 WHERE id = $1",
        "UPDATE procedure_report SET status = 'ACCEPTED', acknowledged_at = now() WHERE id = $1",
        "DELETE FROM procedure_report WHERE id = $1",
    ):
        with pytest.raises(Exception, match=r"stands|not unmade"):
            await clinic.rows(text, int(made["id"].split("_")[1]))
    # Whoever answers for the organisation sees that there is one, and nothing of it that is about few.
    answer = await clinic.office.ask(
        "head",
        f'{{ node(id: "{second["id"]}") {{ ... on SubmittedProcedureReport {{ report {{ lines {{ count }} }} }} }} }}',
    )
    assert None in [one["count"] for one in answer.data["node"]["report"]["lines"]]
    for persona in ("nurse", "surgeon", "supervisor", "insurer"):
        answer = await clinic.office.ask(persona, f'{{ node(id: "{second["id"]}") {{ id }} }}')
        assert answer.data == {"node": None}, persona

    desk = {"id": second["id"], "expectedVersion": 1}
    act = "acknowledgeProcedureReport"
    wrong = [
        ({"id": made["id"], "expectedVersion": 2, "status": "ACCEPTED"}, [("ILLEGAL_TRANSITION", "id")]),
        ({**desk, "expectedVersion": 7, "status": "ACCEPTED"}, [("CONFLICT", "expectedVersion")]),
        ({**desk, "status": "SUBMITTED"}, [("ILLEGAL_TRANSITION", "status")]),
        ({**desk, "status": "RETURNED"}, [("REASON_REQUIRED", "reason")]),
        ({**desk, "status": "ACCEPTED", "reason": "DUPLICATE"}, [("FIELD_FORMAT", "reason")]),
        ({**desk, "id": "procrep_99999999", "status": "ACCEPTED"}, [("NOT_FOUND", "id")]),
    ]
    for said_, problems in wrong:
        assert told(await clinic.act("desk", act, "report { id }", **said_)) == problems, said_
    returned = await clinic.act("desk", act, SUBMITTED, **desk, status="RETURNED", reason="TOTALS_DIFFER")
    assert (returned["report"]["status"], returned["report"]["reason"]) == ("RETURNED", "TOTALS_DIFFER")
    again = await clinic.act("desk", act, "report { id }", **{**desk, "expectedVersion": 2}, status="ACCEPTED")
    assert told(again) == [("ILLEGAL_TRANSITION", "id")]
    third = (await clinic.act("therapist", "submitProcedureReport", SUBMITTED, **given))["report"]
    assert (third["issue"], third["replaces"]) == (3, {"id": second["id"], "status": "RETURNED"})
    events = await clinic.rows("SELECT payload FROM event WHERE kind = 'PROCEDURE_REPORT_CHANGED' ORDER BY at")
    steps = [json.loads(row["payload"])["step"] for row in events]
    # Whoever submitted it is told, without a number.
    stores = clinic.office.application.stores
    await Emergencies(stores).events()
    messages = await clinic.office.rows(
        "SELECT subject, parameters FROM message WHERE template = 'procedure_report_returned'", store="journal"
    )
    assert [(one["subject"], json.loads(one["parameters"])["day"]) for one in messages] == [
        ("1000000001", "2026-03-31")
    ]
    assert steps == ["SUBMITTED", "SUBMITTED", "RETURNED", "SUBMITTED"]


async def test_who_submits_what_is_as_the_table_says(clinic: Clinic) -> None:
    clinic.office.tokens.clear()
    today = datetime.now(MOSCOW).date()
    tomorrow = {"startsOn": str(today.replace(day=1)), "lastOn": str(today)}
    table: list[tuple[str, dict[str, Any], Any]] = [
        ("surgeon", {"scope": "OWN"}, []),
        ("head", {"scope": "ORGANIZATION"}, []),
        ("therapist", {"scope": "ORGANIZATION"}, "OBJECT"),
        ("head", {"scope": "ORGANIZATION", "organizationId": "org_2"}, "OBJECT"),
        ("nurse", {"scope": "OWN"}, "ROLE"),
        ("intern", {"scope": "OWN"}, "ROLE"),
        ("applicant", {"scope": "OWN"}, "ROLE"),
        ("lapsed", {"scope": "OWN"}, "ROLE"),
        ("desk", {"scope": "ORGANIZATION"}, "ROLE"),
        ("mis", {"scope": "ORGANIZATION"}, "ROLE"),
        ("therapist", {"scope": "OWN", "organizationId": "org_2"}, [("WRONG_WORKPLACE", "organizationId")]),
        ("therapist", {"scope": "OWN", "period": tomorrow}, None),
        ("therapist", {"scope": "OWN", "period": {"startsOn": "2026-03-02", "lastOn": "2026-03-31"}},
         [("PERIOD_NOT_WHOLE", "period")]),
        ("therapist", {"scope": "OWN", "period": {"startsOn": "2026-03-31", "lastOn": "2026-03-01"}},
         [("DATES_OUT_OF_ORDER", "period.lastOn")]),
        ("therapist", {"scope": "OWN", "organizationId": "x"}, [("NOT_FOUND", "organizationId")]),
    ]  # fmt: skip
    for persona, given, expected in table:
        said = {"organizationId": "org_1", "period": MONTH, **given}
        answer = await clinic.try_to(persona, "submitProcedureReport", "report { id }", **said)
        if isinstance(expected, str):
            assert [one["extensions"]["reason"] for one in answer.errors] == [expected], (persona, given)
            continue
        assert answer.errors == [], (persona, given, answer.body)
        if expected is None:
            assert told(answer.data["submitProcedureReport"]) != []
        else:
            assert told(answer.data["submitProcedureReport"]) == expected, (persona, given)
    # Without a second factor nobody vouches for anything.
    clinic.office.tokens["therapist"] = clinic.office.token_without_factor("therapist")
    said = {"organizationId": "org_1", "period": MONTH, "scope": "OWN"}
    answer = await clinic.try_to("therapist", "submitProcedureReport", "report { id }", **said)
    clinic.office.tokens.clear()
    assert [one["extensions"]["reason"] for one in answer.errors] == ["SECOND_FACTOR"]
    # A report that waits is accepted by nobody but the registration office.
    for persona in ("head", "therapist", "registrar", "auditor"):
        answer = await clinic.try_to(
            persona, "acknowledgeProcedureReport", "report { id }", id="procrep_4", expectedVersion=1, status="ACCEPTED"
        )
        assert answer.data == {"acknowledgeProcedureReport": None}, persona
