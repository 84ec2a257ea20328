"""The extract of a decision (выписка из протокола): whom it names, for what, where, for how long, and why not."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.relay import Relay
from tests import papers
from tests.acts.office import Office
from tests.acts.test_kinds import institution
from tests.acts.test_problems import SPECIAL

MOSCOW = ZoneInfo("Europe/Moscow")
KEPT = """
SELECT id, title, issuer, issued_on, number FROM document
WHERE event_id IS NOT NULL AND kind = 'DECISION' AND title LIKE '%' || $1
"""
RECORD = """
SELECT a.registry_number, a.valid_from, a.valid_to, d.authority, d.protocol_number
FROM accreditation a JOIN decision d ON d.accreditation_id = a.id WHERE application_id = $1
"""
PERSON = "SELECT family_name || ' ' || given_name || ' ' || patronymic AS name FROM practitioner WHERE id = $1"
PLACE = "SELECT name FROM organization WHERE id = $1"
CENTRAL = "Центральная аккредитационная комиссия"
LOCAL = "Аккредитационная комиссия медицинской организации"
OF_THE_REGION = "Аккредитационная комиссия субъекта Российской Федерации"


async def extract(office: Office, number: str) -> tuple[str, dict[str, object]]:
    """The text of the extract on an application, and what the catalogue of documents says of it."""
    relay = Relay(office.application.stores)
    while await relay.events():
        pass
    (kept,) = await office.rows(KEPT, number, store="documents")
    said, _, foot = papers.text(await office.content(kept["id"])).partition(" Электронный документ. ")
    assert foot.endswith(" Лист 1 из 1")
    return said, kept


async def name(office: Office, text: str, key: int) -> str:
    (row,) = await office.rows(text, key, store="registry")
    found: str = row["name"]
    return found


def day(at: date) -> str:
    return f"{at:%d.%m.%Y}"


@pytest.mark.parametrize(("kind", "persona", "authority"), [
    ("PERMANENT", "applicant", CENTRAL), ("SPECIAL", "surgeon", LOCAL), ("ORGANISATIONAL", "head", OF_THE_REGION),
])  # fmt: skip
async def test_the_extract_of_a_decision_names_who_is_accredited_for_what_where_and_for_how_long(
    office: Office, kind: str, persona: str, authority: str
) -> None:
    await office.rows("UPDATE accreditation SET state = 'REVOKED' WHERE base_id IS NOT NULL RETURNING id")
    given = {"PERMANENT": {}, "SPECIAL": SPECIAL}.get(kind)
    made = await office.examined(persona, "APPROVAL", **(await institution(office) if given is None else given))
    await office.act(
        "expert", "approveApplication", "application { id }", id=made["id"], expectedVersion=made["version"]
    )
    text, kept = await extract(office, made["number"])
    (record,) = await office.rows(RECORD, int(made["id"].removeprefix("app_")))
    since, hospital = record["valid_from"].astimezone(MOSCOW).date(), await name(office, PLACE, 1)
    until = record["valid_to"]
    last = (
        "без ограничения срока"
        if until is None
        else f"по {day(date.fromordinal(until.astimezone(MOSCOW).date().toordinal() - 1))}"
    )
    (row,) = await office.rows("SELECT protocol_number FROM application WHERE number = $1", made["number"])
    told = [
        authority,
        f"ВЫПИСКА ИЗ ПРОТОКОЛА № {row['protocol_number']} от {day(since)}",
    ]
    if kind == "PERMANENT":
        told += [
            f"Заявление {made['number']}, постоянная аккредитация",
            f"Заявитель {await name(office, PERSON, 6)}",
            "Специальность 31.08.49 Терапия",
        ]
    elif kind == "SPECIAL":
        told += [
            f"Заявление {made['number']}, специальная аккредитация",
            f"Заявитель {await name(office, PERSON, 2)}",
            "Специальность 31.08.67 Хирургия",
            "Направление хирургия",
        ]
    else:
        told += [f"Заявление {made['number']}, организационная аккредитация"]
    told += [
        f"Организация {hospital}",
        "РЕШЕНИЕ Аккредитация предоставлена.",
        f"Реестровый номер {record['registry_number']}",
        f"Срок действия с {day(since)} {last}",
    ]
    assert text == " ".join(told)
    # By one name in the register, in the document, and under it.
    assert (record["authority"], kept["issuer"]) == (authority, authority)


async def test_the_extract_of_a_rejection_gives_the_reasons(office: Office) -> None:
    made = await office.examined("applicant", "CHECK")
    reasons = ["Стаж не подтверждён:\nнет приказа", "Документ нечитаем"]
    await office.act(
        "expert", "rejectApplication", "application { id }", id=made["id"], expectedVersion=made["version"],
        reasons=reasons, missingDocuments=["DIPLOMA", "EXPERIENCE"],
    )  # fmt: skip
    text, kept = await extract(office, made["number"])
    assert text.endswith(
        f"Заявитель {await name(office, PERSON, 6)} Специальность 31.08.49 Терапия "
        f"Организация {await name(office, PLACE, 1)} РЕШЕНИЕ В аккредитации отказано. "
        "Причины отказа 1. Стаж не подтверждён: нет приказа 2. Документ нечитаем "
        "Недостающие документы диплом, отчёт о профессиональной деятельности или сведения о стаже."
    )
    assert text.startswith(f"{CENTRAL} ВЫПИСКА")
    assert kept["issuer"] == CENTRAL


async def test_the_authority_of_a_kind_has_one_name(office: Office) -> None:
    named = await office.rows(
        "SELECT DISTINCT kind, authority FROM accreditation a JOIN decision d ON d.accreditation_id = a.id ORDER BY 1"
    )
    assert {row["kind"]: row["authority"] for row in named} == {
        "PERMANENT": CENTRAL, "TEMPORARY": LOCAL, "SPECIAL": LOCAL, "REMOTE": LOCAL, "ORGANISATIONAL": OF_THE_REGION,
    }  # fmt: skip
    assert len(named) == 5
