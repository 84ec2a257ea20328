"""What signing in makes of somebody whom the register knows, does not know, nearly knows, or is silent about."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.jobs.matching import Matching
from gateway.world import numbers
from resolvers.identity.matching import Match, MatchState, Profile, matched, settled
from sources.stores import Stores
from tests.acts.office import Office
from tests.acts.reception import NEWCOMER, PROFILE, looked_for, now

# Of the village's people who have never signed in, the first.
UNTIED = "SELECT * FROM practitioner WHERE subject IS NULL ORDER BY id LIMIT 1"


async def profile_of(office: Office, text: str = UNTIED) -> tuple[int, Profile]:
    (row,) = await office.rows(text, store="registry")
    said = (row["snils"], row["family_name"], row["given_name"], row["patronymic"], row["birth_on"])
    return row["id"], Profile(*said, confirmed=True)


async def subject_of(office: Office, key: int) -> str | None:
    (row,) = await office.rows("SELECT subject FROM practitioner WHERE id = $1", key, store="registry")
    subject: str | None = row["subject"]
    return subject


@pytest.fixture
async def untied(hall: Office) -> Any:
    """Somebody of the register who has never signed in, before and after."""
    key, profile = await profile_of(hall)
    yield key, profile
    await hall.rows("UPDATE practitioner SET subject = NULL WHERE id = $1", key, store="registry")


async def test_whoever_is_found_is_tied_once_and_sees_himself(hall: Office, untied: tuple[int, Profile]) -> None:
    key, profile = untied
    match = await looked_for(hall, profile)
    assert match == Match(MatchState.MATCHED, key, None, reason="EXACT")
    assert await subject_of(hall, key) == NEWCOMER
    hall.application.operating.facts.heard()
    seen = await hall.ask("newcomer", "{ viewer { practitioner { id } registryMatch { state field } } }")
    assert seen.data["viewer"] == {
        "practitioner": {"id": f"prac_{key}"}, "registryMatch": {"state": "MATCHED", "field": None},
    }  # fmt: skip
    # Another method of the same person leads to the account that he has.
    again = await looked_for(hall, profile, "other:4711")
    assert (again.state, again.account) == (MatchState.MATCHED, NEWCOMER)
    assert await subject_of(hall, key) == NEWCOMER


async def test_an_account_that_is_somebody_else_is_not_tied_to_another_row(
    hall: Office, untied: tuple[int, Profile]
) -> None:
    key, profile = untied
    match = await looked_for(hall, profile, "1000000001")
    assert (match.state, match.reason) == (MatchState.MISMATCH, "ACCOUNT_OF_ANOTHER_ROW")
    assert await subject_of(hall, key) is None


async def test_of_two_who_sign_in_at_once_one_account_is_his(hall: Office, untied: tuple[int, Profile]) -> None:
    key, profile = untied
    stores, at = hall.application.stores, now(hall)
    first = await matched(stores, profile, at, 20)
    second = await matched(stores, profile, at, 20)
    assert first == second
    assert (await settled(stores, profile, first, NEWCOMER, at)).account is None
    assert (await settled(stores, profile, second, "other:4711", at)).account == NEWCOMER
    assert await subject_of(hall, key) == NEWCOMER


@pytest.mark.parametrize(
    ("changed", "state", "reason"),
    [
        ({"confirmed": False}, MatchState.NONE, "NOT_CONFIRMED"),
        ({"snils": numbers.snils(777_002)}, MatchState.MISMATCH, "SNILS_DIFFERS"),
        ({"snils": None}, MatchState.MISMATCH, "SNILS_DIFFERS"),
        ({"snils": "1"}, MatchState.MISMATCH, "SNILS_DIFFERS"),
        ({"family_name": "Чужой"}, MatchState.MISMATCH, "FAMILY_NAME_DIFFERS"),
        ({"snils": None, "family_name": "Чужой"}, MatchState.NONE, "NOT_IN_REGISTER"),
        ({"snils": None, "birth_on": None}, MatchState.NONE, "NOT_IN_REGISTER"),
    ],
)
async def test_whoever_is_not_quite_found_is_not_tied(
    hall: Office, untied: tuple[int, Profile], changed: dict[str, Any], state: MatchState, reason: str
) -> None:
    key, profile = untied
    match = await looked_for(hall, replace(profile, **changed))
    assert (match.state, match.reason, match.practitioner_id) == (state, reason, None)
    assert await subject_of(hall, key) is None
    entries = await hall.rows("SELECT subject, object, grounds FROM audit_entry", store="identity")
    assert [(one["subject"], one["object"], json.loads(one["grounds"])) for one in entries] == [
        (NEWCOMER, None, {"state": state.value, "reason": reason})
    ]


async def test_of_two_of_one_name_and_day_nobody_is_meant(hall: Office) -> None:
    for number in (1, 2):
        await hall.rows(
            TWIN, 10_000_100 + number, f"970000010{number}", numbers.snils(777_100 + number), store="registry"
        )
    match = await looked_for(hall, PROFILE)
    assert (match.state, match.practitioner_id) == (MatchState.AMBIGUOUS, None)


TWIN = """
INSERT INTO practitioner (id, registry_number, family_name, given_name, patronymic, sort_name, birth_on, snils)
VALUES ($1, $2, 'Ёлкина-Серова', 'Алёна', 'Юрьевна', 'елкина-серова алена юрьевна', '1994-05-17', $3)
"""


async def test_while_the_register_is_silent_the_profile_waits_sealed_and_is_dropped_once_it_answers(
    hall: Office, untied: tuple[int, Profile]
) -> None:
    key, profile = untied
    stores, at = hall.application.stores, now(hall)
    silent = Stores.from_urls(
        {store.name: store.url for store in stores} | {"registry": "postgresql://nobody@127.0.0.1:9/none"},
        identity_keyring=stores.identity.keyring,
    )
    try:
        match = await matched(silent, profile, at)
        assert match.state is MatchState.PENDING
        await settled(silent, profile, match, NEWCOMER, at)
    finally:
        await silent.close()
    (row,) = await hall.rows("SELECT * FROM registry_match", store="identity")
    assert row["state"] == "PENDING"
    told = " ".join(map(str, row.values())).encode() + row["profile"] + row["sealed_key"]
    for value in (profile.snils, profile.family_name, profile.given_name):
        assert (value or "").encode() not in told
    seen = await hall.ask("newcomer", "{ viewer { registryMatch { state } practitioner { id } } }")
    assert seen.data["viewer"] == {"registryMatch": {"state": "PENDING"}, "practitioner": None}

    early = Matching(stores, lambda: at)
    assert await early.run() == 0
    job = Matching(stores, lambda: at + timedelta(minutes=1))
    assert await job.run() == 1
    (row,) = await hall.rows("SELECT * FROM registry_match", store="identity")
    assert (row["state"], row["profile"], row["sealed_key"]) == ("MATCHED", None, None)
    assert await subject_of(hall, key) == NEWCOMER
    assert await job.run() == 0
