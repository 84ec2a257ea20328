"""From what is announced or dated to the message: inspections, trainings, procedures, licences, works."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gateway.commands.announcements import FileIsWrong, entries
from gateway.jobs.jobs import coming
from gateway.jobs.mailing import Mailer
from gateway.settings import Settings
from gateway.smtp import SmtpSettings
from gateway.world.cast import CAST
from sources.notice import NewAnnouncement, announce
from sources.postgres.ask import AUTHORITY_ZONE
from sources.stores import Stores
from tests.conftest import opened
from tests.notices.conftest import Village
from tests.notices.post import post

MAIN_HOSPITAL, THERAPY = 1, "31.08.49"
LEADERS = {CAST[name].subject for name in ("head", "registrar")}
OFFICERS = {CAST[name].subject for name in ("expert", "regulator", "insurer", "patient", "auditor", "support")}
MACHINES = {CAST[name].subject for name in ("mis", "census")}


@pytest.fixture
async def village(village: Village) -> AsyncIterator[Village]:
    """The village in which nothing of its own is to come."""
    kept = await village.rows("journal", "SELECT * FROM service_notice")
    await village.rows("journal", "DELETE FROM service_notice")
    yield village
    await village.rows("journal", "DELETE FROM service_notice")
    names = "id, at, starts_at, ends_at, text_ru, text_en"
    for row in kept:
        text = f"INSERT INTO service_notice ({names}) VALUES ($1, $2, $3, $4, $5, $6)"  # noqa: S608 - our names
        await village.rows("journal", text, *(row[name] for name in names.split(", ")))


def day(days: int) -> date:
    return datetime.now(AUTHORITY_ZONE).date() + timedelta(days=days)


def announced(kind: str, number: str = "1-пр", **given: Any) -> NewAnnouncement:
    said = {
        "organization_id": None,
        "specialty_code": None,
        "starts_on": None,
        "title_ru": "Порядок",
        "title_en": "Order",
    }
    return NewAnnouncement(number=number, kind=kind, **{**said, **given})


async def scanned(stores: Stores, at: datetime | None = None) -> None:
    moment = at or datetime.now(UTC)
    scan = coming(stores, lambda: moment)
    while await scan.run():
        pass


async def told(village: Village, kind: str) -> list[dict[str, Any]]:
    return [row for row in await village.messages() if row["kind"] == kind]


async def staff(village: Village, organization: int, specialty: str | None = None) -> set[str]:
    rows = await village.rows(
        "registry",
        """SELECT DISTINCT p.subject FROM practitioner p JOIN employment e ON e.practitioner_id = p.id
        WHERE e.organization_id = $1 AND p.subject IS NOT NULL AND ($2::text IS NULL OR p.specialty_code = $2)
          AND e.starts_on <= $3 AND (e.ends_on IS NULL OR e.ends_on >= $3)""",
        organization, specialty, day(0),
    )  # fmt: skip
    return {row["subject"] for row in rows}


async def test_those_who_lead_are_told_of_an_inspection_before_it_comes(village: Village) -> None:
    inspection = announced("INSPECTION", organization_id=MAIN_HOSPITAL, starts_on=day(30))
    await announce(village.stores.journal, datetime.now(UTC), [inspection], "operator:test")
    now = datetime.now(UTC)
    for days in range(34):
        await scanned(village.stores, now + timedelta(days=days))
    rows = await told(village, "INSPECTION")
    assert {row["subject"] for row in rows} == LEADERS
    assert {row["template"] for row in rows} == {"inspection_coming"}
    for subject in LEADERS:
        before = [json.loads(row["parameters"])["days"] for row in rows if row["subject"] == subject]
        assert before == [30, 7, 1]


async def test_the_staff_of_a_specialty_is_told_of_a_training(village: Village) -> None:
    training = announced("TRAINING", organization_id=MAIN_HOSPITAL, specialty_code=THERAPY, starts_on=day(7))
    await announce(village.stores.journal, datetime.now(UTC), [training], "operator:test")
    await scanned(village.stores)
    rows = await told(village, "TRAINING")
    assert {row["subject"] for row in rows} == await staff(village, MAIN_HOSPITAL, THERAPY)
    assert len(rows) == len({row["subject"] for row in rows}) > 1


async def test_everybody_is_told_of_a_new_procedure_once_whatever_scans(village: Village) -> None:
    await announce(
        village.stores.journal, datetime.now(UTC), [announced("NEW_PROCEDURE", starts_on=day(90))], "operator:test"
    )
    others = [Stores.from_urls(village.urls, deadline=30) for _ in range(2)]
    await asyncio.gather(*(scanned(stores) for stores in (village.stores, *others)))
    await scanned(village.stores, datetime.now(UTC) + timedelta(days=1))
    for stores in others:
        await stores.close()
    subjects = [row["subject"] for row in await told(village, "NEW_PROCEDURE")]
    known = await village.rows("registry", "SELECT subject FROM practitioner WHERE subject IS NOT NULL")
    assert len(subjects) == len(set(subjects))
    assert {row["subject"] for row in known} | OFFICERS <= set(subjects)
    assert not MACHINES & set(subjects)


async def test_what_is_announced_after_the_scan_of_the_day_is_told_on_the_same_day(village: Village) -> None:
    await scanned(village.stores)
    new = announced("NEW_PROCEDURE", organization_id=MAIN_HOSPITAL)
    await announce(village.stores.journal, datetime.now(UTC), [new], "operator:test")
    await scanned(village.stores)
    assert {row["subject"] for row in await told(village, "NEW_PROCEDURE")} == await staff(village, MAIN_HOSPITAL)


async def test_another_day_for_the_same_number_is_told_anew(village: Village) -> None:
    for days in (7, 30):
        moved = announced("INSPECTION", organization_id=MAIN_HOSPITAL, starts_on=day(days))
        await announce(village.stores.journal, datetime.now(UTC), [moved], "operator:test")
        await scanned(village.stores)
    (row,) = await village.rows("journal", "SELECT starts_on FROM announcement")
    assert row["starts_on"] == day(30)
    days_told = [json.loads(one["parameters"])["days"] for one in await told(village, "INSPECTION")]
    assert sorted(days_told) == [7, 7, 30, 30]


async def test_those_who_lead_are_told_when_a_licence_ends(village: Village) -> None:
    text = "SELECT min(id) FROM licence WHERE organization_id = $1 AND status = 'ACTIVE'"
    licence = await village.value("registry", text, MAIN_HOSPITAL)
    (before,) = await village.rows("registry", "SELECT number, ends_on FROM licence WHERE id = $1", licence)
    await village.rows("registry", "UPDATE licence SET ends_on = $2 WHERE id = $1", licence, day(60))
    try:
        for days in (0, 30, 46, 47, 59):
            await scanned(village.stores, datetime.now(UTC) + timedelta(days=days))
    finally:
        await village.rows("registry", "UPDATE licence SET ends_on = $2 WHERE id = $1", licence, before["ends_on"])
    rows = await told(village, "LICENSE_UPDATE")
    assert {row["subject"] for row in rows} == LEADERS
    said = [json.loads(row["parameters"]) for row in rows if row["subject"] == CAST["head"].subject]
    assert [one["days"] for one in said] == [60, 14]
    assert {(one["record"], one["last"]) for one in said} == {(f"…{before['number'][-4:]}", day(59).isoformat())}


async def test_everybody_is_told_of_works_and_nobody_has_to_sign_in_to_read_of_them(
    settings: Settings, village: Village
) -> None:
    now = datetime.now(UTC)
    add = "INSERT INTO service_notice (at, starts_at, ends_at, text_ru, text_en) VALUES ($1, $2, $3, 'Работы', 'Works')"
    await village.rows("journal", add, now, now + timedelta(days=3), now + timedelta(days=3, hours=2))
    for days in range(5):
        await scanned(village.stores, now + timedelta(days=days))
    mine = [row for row in await told(village, "MAINTENANCE") if row["subject"] == CAST["nurse"].subject]
    assert [json.loads(row["parameters"])["days"] for row in mine] == [3, 1]
    async with opened(settings, village.urls) as gate:
        answer = await gate.ask("anonymous", "{ serviceNotices { text startsAt } }", headers={"accept-language": "en"})
        assert [one["text"] for one in answer.data["serviceNotices"]] == ["Works"]
        asked = "{ viewer { messages(first: 1) { nodes { kind title body } } } }"
        (message,) = (await gate.ask("nurse", asked)).data["viewer"]["messages"]["nodes"]
    works = (now + timedelta(days=3)).astimezone(AUTHORITY_ZONE)
    assert message == {"kind": "MAINTENANCE", "title": f"Плановые работы {works:%d.%m.%Y}", "body": "Работы"}


async def test_an_inspection_goes_by_mail_in_the_words_of_its_announcement(village: Village) -> None:
    inspection = announced("INSPECTION", organization_id=MAIN_HOSPITAL, starts_on=day(7), title_ru="плановая проверка")
    await announce(village.stores.journal, datetime.now(UTC), [inspection], "operator:test")
    await scanned(village.stores)
    async with post() as office:
        smtp = SmtpSettings("127.0.0.1", office.port, "none", None, None, "cabinet@kabinet.example")
        while await Mailer(village.stores, smtp).run():
            pass
    subjects = [letter["Subject"] for letter in office.taken if "роверка" in letter["Subject"]]
    assert subjects == ["Проверка через 7 дн.: плановая проверка"] * len(LEADERS)


LINE = "expected a line of 300 characters at most"


def listed(**changes: Any) -> dict[str, Any]:
    said = {"number": "7", "kind": "TRAINING", "startsOn": day(20).isoformat(), "ru": "Курс", "en": "Course", **changes}
    return {name: value for name, value in said.items() if value is not None}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "expected JSON"),
        ("{}", "expected a list of announcements"),
        ("[]", "expected a list of announcements"),
        ("[1]", "entry 1: expected an object"),
        ("[" * 100_000, "expected JSON"),
        (json.dumps([listed(), listed()]), "entry 2: number: expected every number once"),
        (
            json.dumps([listed(), listed(number="8", ru=""), 5, listed(number="9"), listed(number="10", en="")]),
            f"entry 2: ru: {LINE}\nentry 3: expected an object\nentry 5: en: {LINE}",
        ),
        *(
            (json.dumps([listed(**changes)]), f"entry 1: {fault}")
            for changes, fault in (
                ({"kind": "PARTY"}, "kind: expected INSPECTION, TRAINING, NEW_PROCEDURE"),
                ({"ru": " "}, "ru: expected a line of 300 characters at most"),
                ({"ru": None}, "ru: expected a line of 300 characters at most"),
                ({"en": "a\nb"}, "en: expected a line of 300 characters at most"),
                ({"en": "a@b.example"}, "en: expected no identifier, phone number or address"),
                ({"ru": "СНИЛС 112-233-445 95"}, "ru: expected no identifier, phone number or address"),
                ({"startsOn": None}, "startsOn: expected a day"),
                ({"startsOn": 5}, "startsOn: expected a day such as 2027-03-01"),
                ({"startsOn": "2020-01-01"}, "startsOn: expected a day to come"),
                ({"specialty": "99"}, "specialty: expected a code of the book"),
                ({"kind": "INSPECTION"}, "organization: expected the OID of the organisation to be inspected"),
                ({"organisation": "1"}, "there is no organisation"),
            )
        ),
    ],
)
def test_a_file_that_is_wrong_says_where(text: str, said: str) -> None:
    with pytest.raises(FileIsWrong) as wrong:
        entries(text, day(0))
    assert str(wrong.value) == said
