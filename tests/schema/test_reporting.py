"""Reports on work: their formulas counted a second time, and nothing small to be had by whoever sees no patients."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Gateway

MOSCOW = ZoneInfo("Europe/Moscow")
LEAST, HOURS = 5, 24
ASK = """query($period: ReportPeriod!, $of: ReportScope!, $id: ID) { reporting(period: $period, of: $of, id: $id) {
  scope organization { id } department { id }
  visits { total leftOut leastCell byKind { kind count practitionerDays } }
  prescriptions { total leftOut leastCell byForm { form count } }
  documentationTimeliness { due timely share leftOut leastCell } } }"""
MET = """SELECT id, practitioner_id, department_id, organization_id, kind, at, ends_at FROM encounter
WHERE error_id IS NULL"""
ISSUED = """SELECT p.organization_id, p.practitioner_id, e.department_id, p.form, p.registered_at
FROM prescription p LEFT JOIN encounter e ON e.id = p.encounter_id
WHERE p.registered_at IS NOT NULL AND p.state <> 'ANNULLED'"""
SIGNED = "SELECT encounter_id, practitioner_id, signed_at FROM note WHERE signed_at IS NOT NULL AND error_id IS NULL"


async def rows(gateway: Gateway, text: str, store: str = "clinical") -> list[Any]:
    async with getattr(gateway.application.stores, store).connection() as connection:
        return [*await connection.fetch(text)]


def weeks(back: int, count: int = 1) -> dict[str, str]:
    """So many whole weeks, the first of them so many back."""
    today = datetime.now(MOSCOW).date()
    first = today - timedelta(days=today.weekday(), weeks=back)
    return {"startsOn": str(first), "lastOn": str(first + timedelta(days=7 * count - 1))}


async def report(gateway: Gateway, persona: str, of: str, id: str | None = None, **period: str) -> Any:
    period = period or weeks(52, 53)
    answer = await gateway.ask(persona, ASK, {"period": period, "of": of, "id": id})
    assert answer.errors == [], answer.body
    return answer.data["reporting"]


async def counted(gateway: Gateway, column: str, key: int, least: int, period: dict[str, str]) -> dict[str, Any]:
    """The same report, made of plain rows: every encounter is put into its cell, and small cells are put away."""
    first, last = (date.fromisoformat(period[name]) for name in ("startsOn", "lastOn"))
    signed: dict[tuple[int, int], datetime] = {}
    for note in await rows(gateway, SIGNED):
        whose = note["encounter_id"], note["practitioner_id"]
        signed[whose] = min(note["signed_at"], signed.get(whose, note["signed_at"]))
    cells: dict[tuple[Any, ...], list[Any]] = {}
    for one in await rows(gateway, MET):
        day = one["at"].astimezone(MOSCOW).date()
        if one[column] == key and first <= day <= last:
            week = day - timedelta(days=day.weekday())
            cells.setdefault((one["organization_id"], one["department_id"], one["kind"], week), []).append((one, day))
    kinds: Counter[str] = Counter()
    days: Counter[str] = Counter()
    due = timely = left_out = 0
    for (_, _, kind, _), met in cells.items():
        if len(met) < least:
            left_out += 1
            continue
        kinds[kind] += len(met)
        days[kind] += len({(one["practitioner_id"], day) for one, day in met})
        for one, _ in met:
            until = (one["ends_at"] or one["at"]) + timedelta(hours=HOURS)
            if until <= datetime.now(MOSCOW):
                due += 1
                at = signed.get((one["id"], one["practitioner_id"]))
                timely += at is not None and at <= until
    return {
        "total": sum(kinds.values()), "leftOut": left_out, "due": due, "timely": timely,
        "byKind": [{"kind": one, "count": kinds[one], "practitionerDays": days[one]} for one in sorted(kinds)],
    }  # fmt: skip


async def issued(gateway: Gateway, column: str, key: int, least: int, period: dict[str, str]) -> list[dict[str, Any]]:
    """The prescriptions of a report, made of plain rows in the same way."""
    first, last = (date.fromisoformat(period[name]) for name in ("startsOn", "lastOn"))
    cells: Counter[tuple[Any, ...]] = Counter()
    for one in await rows(gateway, ISSUED):
        day = one["registered_at"].astimezone(MOSCOW).date()
        if one[column] == key and first <= day <= last:
            week = day - timedelta(days=day.weekday())
            cells[one["form"], one["organization_id"], one["department_id"], week] += 1
    forms: Counter[str] = Counter()
    for (form, *_), count in cells.items():
        forms[form] += count if count >= least else 0
    return [{"form": form, "count": count} for form, count in sorted(forms.items()) if count]


def figures(made: Any) -> dict[str, Any]:
    visits, notes = made["visits"], made["documentationTimeliness"]
    assert visits["leftOut"] == notes["leftOut"]
    return {
        **{name: visits[name] for name in ("total", "leftOut", "byKind")},
        "due": notes["due"],
        "timely": notes["timely"],
    }


async def unit_of(gateway: Gateway, practitioner_id: int) -> int:
    headed = await rows(gateway, "SELECT id, head_id FROM department", "registry")
    return next(int(row["id"]) for row in headed if row["head_id"] == practitioner_id)


async def test_figures_are_what_the_rows_come_to(gateway: Gateway) -> None:
    unit, whole = await unit_of(gateway, 11), weeks(52, 53)
    for persona, of, id, column, key, least in (
        ("therapist", "SELF", None, "practitioner_id", 1, 0),
        ("nurse", "SELF", None, "practitioner_id", 3, 0),
        ("supervisor", "UNIT", f"dept_{unit}", "department_id", unit, 0),
        ("head", "UNIT", f"dept_{unit}", "department_id", unit, LEAST),
        ("head", "ORGANIZATION", "org_1", "organization_id", 1, LEAST),
        ("registrar", "ORGANIZATION", "org_1", "organization_id", 1, LEAST),
        ("regulator", "ORGANIZATION", "org_2", "organization_id", 2, LEAST),
    ):
        made = await report(gateway, persona, of, id)
        assert figures(made) == await counted(gateway, column, key, least, whole), (persona, of)
        assert made["prescriptions"]["byForm"] == await issued(gateway, column, key, least, whole), (persona, of)
        assert made["visits"]["leastCell"] == made["prescriptions"]["leastCell"] == (least or None)
        notes = made["documentationTimeliness"]
        assert notes["share"] == (round(notes["timely"] / notes["due"], 4) if notes["due"] else None)
    own = await report(gateway, "therapist", "SELF")
    assert own["documentationTimeliness"]["timely"] > 0
    assert own["prescriptions"]["total"] > 0


async def test_nothing_small_is_had_by_taking_one_report_from_another(gateway: Gateway) -> None:
    # All the weeks, and all but one; the organisation, and each of its departments: whatever is left is 0 or not small.
    spans = [weeks(back, count) for back, count in ((8, 8), (8, 7), (7, 7), (7, 6), (5, 3), (5, 2), (1, 1))]
    units = await rows(gateway, "SELECT id FROM department WHERE organization_id = 1", "registry")
    found = []
    for period in spans:
        whole = (await report(gateway, "head", "ORGANIZATION", "org_1", **period))["visits"]
        parts = [(await report(gateway, "head", "UNIT", f"dept_{one['id']}", **period))["visits"] for one in units]
        rest: Counter[str] = Counter({one["kind"]: one["count"] for one in whole["byKind"]})
        for part in parts:
            rest.subtract({one["kind"]: one["count"] for one in part["byKind"]})
        found += [*rest.values()]
        found.append(whole["total"])
    totals = [(await report(gateway, "head", "ORGANIZATION", "org_1", **period))["visits"]["total"] for period in spans]
    # Of two spans of which one lies in the other, the rest is a span as well.
    for one, more in zip(spans, totals, strict=True):
        for other, less in zip(spans, totals, strict=True):
            if one["startsOn"] <= other["startsOn"] and other["lastOn"] <= one["lastOn"]:
                found.append(more - less)
    assert [one for one in found if 0 < one < LEAST] == []
    assert sum(totals) > 0


async def test_reports_are_of_whoever_is_accredited_or_leads_and_of_nobody_else(gateway: Gateway) -> None:
    unit = await unit_of(gateway, 11)
    for persona in ("applicant", "lapsed", "suspended", "patient", "insurer", "auditor", "mis", "anonymous"):
        answer = await gateway.ask(persona, ASK, {"period": weeks(4), "of": "SELF"})
        (error,) = answer.errors
        assert error["extensions"]["reason"] == ("SIGN_IN" if persona == "anonymous" else "ROLE"), persona
    for persona, of, id in (
        ("therapist", "UNIT", f"dept_{unit}"), ("therapist", "ORGANIZATION", "org_1"), ("registrar", "SELF", None),
        ("supervisor", "ORGANIZATION", "org_1"), ("head", "ORGANIZATION", "org_2"),
        ("head", "ORGANIZATION", "org_99999"), ("head", "ORGANIZATION", "dept_1"), ("supervisor", "UNIT", "dept_99999"),
    ):  # fmt: skip
        assert await report(gateway, persona, of, id) is None, (persona, of, id)


@pytest.mark.parametrize(
    ("of", "id", "period", "place"),
    [
        ("SELF", None, {"startsOn": "2026-11-03", "lastOn": "2026-11-08"}, "period.startsOn"),
        ("SELF", None, {"startsOn": "2026-11-02", "lastOn": "2026-11-07"}, "period.lastOn"),
        ("SELF", None, {"startsOn": "2026-11-02", "lastOn": "2026-11-01"}, "period.lastOn"),
        ("SELF", None, {"startsOn": "2024-01-01", "lastOn": "2026-11-01"}, "period.lastOn"),
        ("SELF", "org_1", {"startsOn": "2026-11-02", "lastOn": "2026-11-08"}, "id"),
        ("UNIT", None, {"startsOn": "2026-11-02", "lastOn": "2026-11-08"}, "id"),
    ],
)
async def test_a_report_is_of_whole_weeks_and_of_somebody(
    gateway: Gateway, of: str, id: str | None, period: dict[str, str], place: str
) -> None:
    answer = await gateway.ask("therapist", ASK, {"period": period, "of": of, "id": id})
    assert {error["extensions"]["argument"] for error in answer.errors} == {place}
    assert set(answer.codes) == {"BAD_USER_INPUT"}


async def test_each_group_of_figures_takes_one_statement(gateway: Gateway) -> None:
    without = await gateway.ask("head", "{ viewer { id } }")
    answer = await gateway.ask("head", ASK, {"period": weeks(8, 8), "of": "ORGANIZATION", "id": "org_1"})
    assert answer.statements.get("clinical", 0) - without.statements.get("clinical", 0) == 3
