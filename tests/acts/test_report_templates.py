"""Templates of reports: kept under a name that nobody else reads, changed, thrown away, 50 of an account at most."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.world.cast import CAST
from tests.acts.clinic import told
from tests.acts.office import LEFT, Office

SAVE, DELETE = "saveReportTemplate", "deleteReportTemplate"
SHOWN = """template { id name metric of by last startsOn lastOn version department { id } organization { id } }"""
MINE = f"{{ viewer {{ reportTemplates {SHOWN[9:]} }} }}"
VISITS: dict[str, Any] = {
    "name": "Приёмы отделения",
    "metric": "VISITS",
    "filter": {"of": "UNIT", "id": "dept_1", "last": 4},
}
SERVICES: dict[str, Any] = {
    "name": "Услуги за квартал",
    "metric": "PROCEDURES",
    "filter": {"of": "ORGANIZATION", "id": "org_1", "last": 3, "by": "SERVICE"},
}
LEFT_OF = "SELECT * FROM report_template WHERE account = $1"
MANY = """
INSERT INTO report_template (account, metric, scope, span, key, name, made_at, changed_at)
SELECT account, metric, 'SELF', span, key, name, made_at, changed_at FROM report_template, generate_series(1, $1)
"""


@pytest.fixture(autouse=True)
async def as_it_was(office: Office) -> AsyncIterator[None]:
    yield
    await office.rows(f"TRUNCATE report_template, {', '.join(LEFT)}", store="identity")


async def kept(office: Office, persona: str, **given: Any) -> dict[str, Any]:
    payload = await office.act(persona, SAVE, SHOWN, **given)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["template"]
    return made


async def mine(office: Office, persona: str) -> list[dict[str, Any]]:
    answer = await office.ask(persona, MINE)
    assert answer.errors == [], answer.body
    found: list[dict[str, Any]] = answer.data["viewer"]["reportTemplates"]
    return found


def on(one: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"id": one["id"], "expectedVersion": one["version"], **given}


async def test_a_template_is_kept_changed_and_thrown_away_by_its_owner_alone(office: Office) -> None:
    visits = await kept(office, "supervisor", idempotencyKey="kept", **VISITS)
    assert await kept(office, "supervisor", idempotencyKey="kept", **VISITS) == visits
    assert (visits["name"], visits["metric"], visits["of"], visits["by"], visits["version"]) == (
        "Приёмы отделения", "VISITS", "UNIT", None, 1,
    )  # fmt: skip
    assert (visits["department"], visits["organization"]) == ({"id": "dept_1"}, None)
    # The last whole weeks, and months, that are over today: what `reporting` and `procedureReport` take.
    today = datetime.now(ZoneInfo("Europe/Moscow")).date()
    last_sunday = today - timedelta(days=today.isoweekday())
    assert (visits["startsOn"], visits["lastOn"]) == (str(last_sunday - timedelta(days=27)), str(last_sunday))
    services = await kept(office, "supervisor", **SERVICES)
    month = date(today.year - (today.month <= 3), (today.month + 8) % 12 + 1, 1)
    assert (services["startsOn"], services["lastOn"]) == (str(month), str(today.replace(day=1) - timedelta(days=1)))
    assert (services["organization"], services["by"]) == ({"id": "org_1"}, "SERVICE")
    assert await mine(office, "supervisor") == [visits, services]
    period = {"startsOn": visits["startsOn"], "lastOn": visits["lastOn"]}
    asked = 'query($period: ReportPeriod!) { reporting(period: $period, of: UNIT, id: "dept_1") { visits { total } } }'
    assert (await office.ask("supervisor", asked, {"period": period})).errors == []
    # Nobody else has it, whatever he knows of it.
    assert await mine(office, "head") == []
    for act, given in ((SAVE, VISITS), (DELETE, {})):
        assert told(await office.act("head", act, SHOWN, **on(visits, **given))) == [("NOT_FOUND", "id")]
        assert told(await office.act("head", act, SHOWN, **{**on(visits, **given), "id": "rtpl_1"})) == [
            ("NOT_FOUND", "id")
        ]
    changed = await kept(office, "supervisor", **on(visits, **{**VISITS, "name": " Приёмы\u00a0за месяц"}))
    assert (changed["id"], changed["name"], changed["version"]) == (visits["id"], "Приёмы за месяц", 2)
    assert told(await office.act("supervisor", SAVE, SHOWN, **on(visits, **VISITS))) == [
        ("CONFLICT", "expectedVersion")
    ]
    assert told(await office.act("supervisor", SAVE, SHOWN, **VISITS, id=visits["id"])) == [
        ("FIELD_REQUIRED", "expectedVersion")
    ]
    assert told(await office.act("supervisor", DELETE, SHOWN, **on(visits))) == [("CONFLICT", "expectedVersion")]
    gone = await office.act("supervisor", DELETE, SHOWN, **on(changed))
    assert (gone["problems"], gone["template"]) == ([], None)
    assert await mine(office, "supervisor") == [services]
    # What it is called lies sealed, and nothing that is left says it.
    (row,) = await office.rows(LEFT_OF, CAST["supervisor"].subject, store="identity")
    assert not any("Услуги".encode() in value for value in row.values() if isinstance(value, bytes))
    entries = await office.rows("SELECT act, object, grounds FROM audit_entry ORDER BY at", store="identity")
    assert [(one["act"], one["object"]) for one in entries] == [
        (SAVE, visits["id"]), (SAVE, services["id"]), (SAVE, visits["id"]), (DELETE, visits["id"]),
    ]  # fmt: skip
    assert not any("риёмы" in one["grounds"] or "слуги" in one["grounds"] for one in entries)


UNNAMED = "Не заполнено поле: название."
SELF = {"of": "SELF", "last": 4}
WRONG: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"name": " \u200b"}, [("FIELD_REQUIRED", "name")]),
    ({"name": "я" * 201}, [("FIELD_TOO_LONG", "name")]),
    ({"filter": {**SELF, "id": "dept_1"}}, [("FIELD_FORMAT", "filter.id")]),
    ({"filter": {**SELF, "of": "UNIT"}}, [("FIELD_FORMAT", "filter.id")]),
    ({"filter": {**SELF, "of": "UNIT", "id": "org_1"}}, [("FIELD_FORMAT", "filter.id")]),
    ({"filter": {**SELF, "last": 0}}, [("TERM_OUT_OF_RANGE", "filter.last")]),
    ({"filter": {**SELF, "last": 54}}, [("TERM_OUT_OF_RANGE", "filter.last")]),
    ({"filter": {**SELF, "by": "UNIT"}}, [("FIELD_FORMAT", "filter.by")]),
    ({"metric": "PROCEDURES"}, [("FIELD_FORMAT", "filter.of"), ("FIELD_FORMAT", "filter.by")]),
    (
        {"metric": "PROCEDURES", "filter": {"of": "ORGANIZATION", "id": "org_1", "last": 13, "by": "UNIT"}},
        [("TERM_OUT_OF_RANGE", "filter.last")],
    ),
]


async def test_what_no_report_could_be_is_not_kept_and_no_more_than_fifty_are(office: Office) -> None:
    given: dict[str, Any] = {"name": "Мои приёмы", "metric": "VISITS", "filter": SELF}
    for wrong, problems in WRONG:
        assert told(await office.act("therapist", SAVE, SHOWN, **{**given, **wrong})) == problems, wrong
    unnamed = await office.act("therapist", SAVE, SHOWN, **{**given, "name": ""})
    assert [one["message"] for one in unnamed["problems"]] == [UNNAMED]
    refused = await office.try_to("anonymous", SAVE, SHOWN, **given)
    assert [one["extensions"]["reason"] for one in refused.errors] == ["SIGN_IN"]
    one = await kept(office, "therapist", **given)
    await office.rows(MANY, 48, store="identity")
    fiftieth = await kept(office, "therapist", **given)
    payload = await office.act("therapist", SAVE, SHOWN, **given)
    assert told(payload) == [("TOO_MANY_TEMPLATES", "")]
    # Others have theirs, and who has so many may still change and throw away.
    await kept(office, "nurse", **given)
    await kept(office, "therapist", **on(one, **given))
    await office.act("therapist", DELETE, SHOWN, **on(fiftieth))
    await kept(office, "therapist", **given)
