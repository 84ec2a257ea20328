import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from gateway.jobs.mailing import MOST_ATTEMPTS, Mailer
from gateway.jobs.relay import Relay
from gateway.smtp import SmtpSettings, smtp_place
from gateway.world.cast import CAST
from resolvers.telling.texts import TEMPLATES
from sources import mailing
from sources.stores import Stores
from tests.notices.conftest import Village
from tests.notices.post import Post, post

APPLICANT = CAST["applicant"].subject
SENDER = "cabinet@kabinet.example"


def settings(office: Post, security: str = "none") -> SmtpSettings:
    return SmtpSettings("127.0.0.1", office.port, security, None, None, SENDER)


@pytest.fixture
async def office() -> AsyncIterator[Post]:
    """A mail server that takes everything unless told otherwise."""
    async with post() as made:
        yield made


async def told(village: Village, steps: int = 1) -> None:
    for _ in range(steps):
        await village.step("ADVANCED")
    while await Relay(village.stores).events():
        pass


async def sent(village: Village, office: Post, first_pause: float = 0) -> None:
    """Send until nothing is due."""
    mailer = Mailer(village.stores, settings(office), first_pause)
    while await mailer.run():
        pass


async def states(village: Village) -> list[tuple[str, int, str | None]]:
    return [(row["state"], row["attempts"], row["last_error"]) for row in await village.messages()]


async def test_a_message_goes_out_as_a_mail_in_the_readers_language(village: Village, office: Post) -> None:
    address = await village.value("registry", "SELECT email FROM practitioner WHERE id = 6")
    number = await village.value("accreditation", "SELECT number FROM application WHERE id = 1")
    await told(village)
    await sent(village, office)
    await village.rows("journal", "INSERT INTO notification_language VALUES ($1, 'en')", APPLICANT)
    await told(village)
    await sent(village, office)
    russian, english = office.taken
    assert russian["Subject"] == f"Заявление {number}: проверка"
    assert "переведено на следующую стадию: «проверка»" in russian.get_content()
    assert english["Subject"] == f"Application {number}: check"
    assert (russian["To"], russian["From"]) == (address, f"Kabinet <{SENDER}>")
    assert (russian["Content-Language"], english["Content-Language"]) == ("ru", "en")
    assert await states(village) == [("SENT", 1, None)] * 2


async def test_mail_says_where_the_cabinet_is(village: Village, office: Post) -> None:
    for address, where in ((None, []), ("https://cabinet.example.org/", ["Кабинет: https://cabinet.example.org/"])):
        await told(village)
        while await Mailer(village.stores, settings(office), 0, address).run():
            pass
        lines = office.taken[-1].get_content().strip().splitlines()
        assert [line for line in lines if "://" in line] == where


async def test_mail_is_sent_once_though_several_processes_send(village: Village, office: Post) -> None:
    await told(village, 60)
    others = [Stores.from_urls(village.urls, deadline=30) for _ in range(3)]
    mailers = [Mailer(stores, settings(office)) for stores in (village.stores, *others)]
    while any(await asyncio.gather(*(mailer.run() for mailer in mailers))):
        pass
    ids = [mail["Message-ID"] for mail in office.taken]
    assert len(ids) == len(set(ids)) == 60
    for stores in others:
        await stores.close()


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"recipient": ["450 later"]}, "RECIPIENT_REFUSED_450"),
        ({"text": ["451 later"]}, "CONTENT_REFUSED_451"),
        ({"text": ["hang up"]}, "CONNECTION_LOST"),
    ],
)
async def test_what_fails_for_now_is_tried_again(
    village: Village, office: Post, answers: Mapping[str, list[str]], code: str
) -> None:
    for name, said in answers.items():
        setattr(office, name, list(said))
    await told(village)
    assert await Mailer(village.stores, settings(office), first_pause=3_600).run() == 1
    assert await states(village) == [("QUEUED", 1, code)]
    assert await Mailer(village.stores, settings(office)).run() == 0
    await village.rows("journal", "UPDATE mail SET next_at = now()")
    await sent(village, office)
    assert await states(village) == [("SENT", 2, None)]
    assert len(office.taken) == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"recipient": ["550 nobody here"]}, "RECIPIENT_REFUSED_550"),
        ({"text": ["554 no"]}, "CONTENT_REFUSED_554"),
    ],
)
async def test_what_fails_for_good_is_dead_until_it_is_queued_again(
    village: Village, office: Post, answers: Mapping[str, list[str]], code: str
) -> None:
    for name, said in answers.items():
        setattr(office, name, list(said))
    await told(village, 2)
    await sent(village, office)
    assert await states(village) == [("DEAD", 1, code), ("SENT", 1, None)]
    (dead,) = await mailing.dead(village.stores.journal)
    assert (dead.kind, dead.last_error) == ("APPLICATION_STATUS", code)
    assert await mailing.again(village.stores.journal, [dead.id + 1_000]) == 0
    assert await mailing.again(village.stores.journal, None) == 1
    await sent(village, office)
    assert [state for state, _, _ in await states(village)] == ["SENT", "SENT"]


async def test_a_mail_of_unknown_fate_is_sent_again_as_the_same_mail(village: Village, office: Post) -> None:
    office.text = ["take and hang up"]
    await told(village)
    await sent(village, office)
    first, second = office.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert await states(village) == [("SENT", 2, None)]


async def test_a_claim_of_a_dead_process_ends(village: Village, office: Post) -> None:
    await told(village)
    assert len(await mailing.claim(village.stores.journal, 10, 3_600)) == 1
    await sent(village, office)
    assert await states(village) == [("QUEUED", 1, None)]
    await village.rows("journal", "UPDATE mail SET next_at = now()")
    await sent(village, office)
    assert await states(village) == [("SENT", 2, None)]


async def test_a_server_that_never_answers_is_given_up_in_the_end(village: Village) -> None:
    await told(village)
    nowhere = SmtpSettings("127.0.0.1", 9, "none", None, None, SENDER)
    mailer = Mailer(village.stores, nowhere, first_pause=0)
    while await mailer.run():
        pass
    assert await states(village) == [("DEAD", MOST_ATTEMPTS, "UNREACHABLE")]


async def test_an_address_that_is_verified_no_more_gets_nothing(village: Village, office: Post) -> None:
    await told(village)
    await village.stores.registry.execute("UPDATE practitioner SET email_verified_at = NULL WHERE id = 6")
    try:
        await sent(village, office)
    finally:
        await village.stores.registry.execute("UPDATE practitioner SET email_verified_at = now() WHERE id = 6")
    assert office.taken == []
    assert await states(village) == [("DEAD", 1, "NO_VERIFIED_ADDRESS")]


async def test_a_server_that_does_not_keep_mail_private_gets_none_when_that_is_wanted(
    village: Village, office: Post
) -> None:
    await told(village)
    await Mailer(village.stores, settings(office, "starttls"), first_pause=3_600).run()
    assert office.taken == []
    assert [(state, code) for state, _, code in await states(village)] == [("QUEUED", "UNREACHABLE")]


async def test_no_mail_tells_who_somebody_is(village: Village, office: Post) -> None:
    """Everything that can be told to the cast, searched for what their rows in the register say of them."""
    for step in ("SUBMITTED", "ADVANCED", "CLARIFICATION_REQUESTED", "CLARIFIED", "WITHDRAWN", "LAPSED"):
        await village.step(step)
    for accreditation in (1, None):
        await village.decision(accreditation)
    for step in ("SUSPENDED", "REINSTATED", "REVOKED", "RECHECK_REQUESTED"):
        await village.event("ACCREDITATION_CHANGED", None, accreditationId=1, practitionerId=1, step=step)
    while await Relay(village.stores).events():
        pass
    await sent(village, office)
    assert len(office.taken) == 12
    people = await village.rows("registry", "SELECT * FROM practitioner WHERE id IN (1, 6)")
    records = await village.rows("accreditation", "SELECT registry_number FROM accreditation")
    secrets = {str(person[name]) for person in people for name in SECRETS if person[name] is not None}
    secrets |= {record["registry_number"] for record in records}
    for mail in office.taken:
        text = f"{mail['Subject']}\n{mail.get_content()}"
        assert {secret for secret in secrets if secret in text} == set()
        assert not re.search(r"\d{9,}", text.replace(number_of(text), ""))


SECRETS = (
    "snils",
    "inn",
    "family_name",
    "given_name",
    "patronymic",
    "phone",
    "email",
    "registry_number",
    "birth_on",
    "subject",
)


def number_of(text: str) -> str:
    found = re.search(r"АК-\d\d-\d+", text)
    return found[0] if found else "no number"


def test_every_template_has_a_title_that_fits_a_line() -> None:
    lengths: dict[str, Any] = {
        f"{name} {language}": len(parts["title"])
        for name, languages in TEMPLATES.items()
        for language, parts in languages.items()
    }
    assert {name: length for name, length in lengths.items() if length > 80} == {}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "none", None, None)),
        ("smtp+starttls://a%40b:c%2Fd@mail.example.org", ("mail.example.org", 587, "starttls", "a@b", "c/d")),
        ("smtps://mail.example.org:2465", ("mail.example.org", 2465, "tls", None, None)),
        ("http://mail.example.org", None),
        ("smtp://", None),
        ("smtp://:password@mail.example.org", None),
        ("smtp://mail.example.org:port", None),
        ("smtp://mail.example.org/path", None),
    ],
)
def test_an_address_of_a_mail_server_says_how_it_is_reached(url: str, found: tuple[Any, ...] | None) -> None:
    place = smtp_place(url, SENDER)
    assert (place and (place.host, place.port, place.security, place.user, place.password)) == found
