"""Notes of trainees that wait for a co-signature: listed for whoever supervises, and for nobody else."""

from typing import Any

import pytest

from gateway.jobs.emergencies import Emergencies
from gateway.world.cast import CAST
from tests.acts.clinic import Clinic
from tests.acts.notes import OF_THE_INTERN, added, done

WAITING = """
query($first: Int!, $after: String) {
  viewer { notesToCosign(first: $first, after: $after) {
    totalCount nodes { id state author { id } } pageInfo { hasNextPage endCursor }
  } }
}
"""
MESSAGES = "SELECT * FROM message WHERE kind = 'NOTE_COSIGNATURE' ORDER BY id"
WORLDS = """
UPDATE note SET state = 'DISCARDED', version = version + 1, changed_at = now() WHERE state = 'AWAITING_COSIGNATURE'
"""


@pytest.fixture(autouse=True)
async def _alone(clinic: Clinic) -> None:
    """None of the world's waits, and a second factor was shown just now."""
    clinic.office.tokens.clear()
    await clinic.rows(WORLDS)


async def waiting(clinic: Clinic, persona: str = "supervisor", first: int = 10, after: str | None = None) -> Any:
    answer = await clinic.office.ask(persona, WAITING, {"first": first, "after": after})
    assert answer.errors == [], answer.body
    return answer.data["viewer"]["notesToCosign"]


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found["nodes"]]


async def test_what_waits_is_listed_until_it_is_signed(clinic: Clinic) -> None:
    assert (await waiting(clinic))["totalCount"] == 0
    notes = [await added(clinic, "intern", OF_THE_INTERN) for _ in range(3)]
    found = await waiting(clinic)
    assert (found["totalCount"], ids(found)) == (3, [one["id"] for one in notes])
    assert {one["author"]["id"] for one in found["nodes"]} == {"prac_4"}
    page = await waiting(clinic, first=2)
    rest = await waiting(clinic, first=2, after=page["pageInfo"]["endCursor"])
    assert ids(page) + ids(rest) == [one["id"] for one in notes]
    assert (page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    # Neither his author nor a colleague has to sign it.
    for persona in ("intern", "therapist"):
        assert (await waiting(clinic, persona))["totalCount"] == 0
    await done(clinic, "supervisor", "cosignNote", notes[0])
    await done(clinic, "intern", "discardNote", notes[1])
    assert ids(await waiting(clinic)) == [notes[2]["id"]]


async def test_what_may_not_be_read_is_not_among_them(clinic: Clinic) -> None:
    note = await added(clinic, "intern", OF_THE_INTERN)
    assert ids(await waiting(clinic)) == [note["id"]]
    await clinic.rows("UPDATE care_relation SET ends_at = now() WHERE patient_id = $1", OF_THE_INTERN)
    found = await waiting(clinic)
    assert (found["totalCount"], found["nodes"]) == (0, [])


async def test_to_whoever_reads_no_history_it_is_refused(clinic: Clinic) -> None:
    for persona in ("applicant", "desk"):
        answer = await clinic.office.ask(persona, WAITING, {"first": 1})
        assert answer.data["viewer"]["notesToCosign"] is None
        assert answer.errors[0]["extensions"]["reason"] == "ROLE"


async def told(clinic: Clinic) -> list[dict[str, Any]]:
    """What was told of notes, once everything has arrived."""
    delivery = Emergencies(clinic.office.application.stores)
    while await delivery.events():
        pass
    return await clinic.office.rows(MESSAGES, store="journal")


async def test_who_has_to_sign_is_told_and_so_is_the_author_once_it_counts(clinic: Clinic) -> None:
    await clinic.office.rows("TRUNCATE mail, message", store="journal")
    own = await added(clinic)
    note, gone = [await added(clinic, "intern", OF_THE_INTERN) for _ in range(2)]
    # What waits no longer when word of it comes is told to nobody.
    await done(clinic, "intern", "discardNote", gone)
    note = await done(clinic, "intern", "updateNote", note, text="б")
    await done(clinic, "therapist", "signNote", own)
    supervisor, intern = CAST["supervisor"].subject, CAST["intern"].subject
    first = await told(clinic)
    expected = [(supervisor, "note_awaits_cosignature", 4, True)]
    assert [_of(one) for one in first] == expected
    await done(clinic, "supervisor", "cosignNote", note)
    found = await told(clinic)
    assert [_of(one) for one in found] == [*expected, (intern, "note_cosigned", 11, True)]
    # Of the patient not even the id.
    assert [one["parameters"] for one in found] == ["{}", "{}"]
    text = "{ viewer { messages(first: 1) { nodes { kind title body } } } }"
    (message,) = (await clinic.office.ask("intern", text)).data["viewer"]["messages"]["nodes"]
    assert (message["kind"], message["title"]) == ("NOTE_COSIGNATURE", "Ваша запись подписана")


def _of(message: dict[str, Any]) -> tuple[Any, ...]:
    return message["subject"], message["template"], message["practitioner_id"], message["read_at"] is None
