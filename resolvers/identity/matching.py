"""Who somebody is who signs in: the row of the register that his confirmed profile means, found by its СНИЛС.

What comes of it is told to nobody but the viewer himself; why it came so stands in the audit entry.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.global_id import encode
from resolvers import prefixes
from resolvers.identifiers import is_snils
from resolvers.likeness import MatchField, Profile, alike, differing, digits_of
from sources.identity import matching as kept
from sources.identity.matching import Outcome, SaidProfile
from sources.postgres.failure import SourceFailure
from sources.postgres.writing import Left, writing
from sources.registering import matching as source
from sources.registering.matching import FoundPerson
from sources.stores import Stores

__all__ = ["BUDGET", "Match", "MatchField", "MatchState", "Profile", "matched", "settled", "stands"]

# How long whoever signs in waits for the register; then it is asked again behind his back.
BUDGET: Final = 1.0
ACT: Final = "tieAccount"
UNTIED: Final = "untieAccount"


class MatchState(StrEnum):
    """What the register says of somebody who signs in."""

    MATCHED = "MATCHED"
    NONE = "NONE"
    AMBIGUOUS = "AMBIGUOUS"
    MISMATCH = "MISMATCH"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True)
class Match:
    """What came of a search.

    Attributes:
        practitioner_id: with MATCHED, the row of the register.
        account: with MATCHED, the account that the person has already; he signs in to that one, whatever the method.
        field: with MISMATCH, in what the two differ, the first in the order of `MatchField`.
        reason: why, in one word for the audit entry and for support; nobody else is told.
    """

    state: MatchState
    practitioner_id: int | None = None
    account: str | None = None
    field: MatchField | None = None
    reason: str = ""


async def matched(stores: Stores, profile: Profile, at: datetime, seconds: float = BUDGET) -> Match:
    """Whom of the register a profile means; it reads alone, and never raises because the register is lost.

    PENDING: the register did not answer within so many seconds. A profile that is not confirmed means nobody.
    """
    if not profile.confirmed:
        return Match(MatchState.NONE, reason="NOT_CONFIRMED")
    try:
        async with asyncio.timeout(seconds):
            return await _found(stores, profile)
    except TimeoutError:
        return Match(MatchState.PENDING, reason="TIMED_OUT")
    except SourceFailure as failure:
        return Match(MatchState.PENDING, reason=failure.code)


async def stands(stores: Stores, profile: Profile, account: str, at: datetime, seconds: float = BUDGET) -> bool:
    """Whether the match that an earlier sign-in wrote of an account still holds: nobody is to be looked for then.

    It holds as long as the register has the row with this account and the СНИЛС, whatever became of the names; and
    while the register is silent. Where the register has another СНИЛС in the row by now, the tie rested on a mistake
    of the register's, and is taken back.

    Raises:
        SourceFailure: the identity store is lost, or the register is when something is to be taken back.
    """
    (written,) = await kept.matches_of(stores.identity, [account]) or (None,)
    if written is None or written.practitioner_id is None:
        return False
    try:
        async with asyncio.timeout(seconds):
            person = await source.by_key(stores.registry, written.practitioner_id)
    except (TimeoutError, SourceFailure):
        return True
    if person is None or person.subject != account:
        return False
    said = digits_of(profile.snils)
    if said == person.snils:
        return True
    if kept.said_before(stores.identity, written, person.snils) is not False:
        return said is None
    await _untied(stores, person, account, at)
    return False


async def settled(stores: Stores, profile: Profile, match: Match, account: str, at: datetime) -> Match:
    """Keep what came of a search for an account, and tie the account to the row that was found.

    It is to be called at each sign-in of an account whose match does not stand (`stands`). What it gives counts, not
    what it was given: if somebody else was tied meanwhile, `account` of it is the one to sign in to.

    Raises:
        SourceFailure: the identity store is lost.
    """
    if match.state is MatchState.MATCHED and match.account is None:
        match = await _tied(stores, profile, match, account, at)
    outcome = Outcome(
        account=match.account or account,
        state=match.state.value,
        practitioner_id=match.practitioner_id,
        field=None if match.field is None else match.field.value,
        reason=match.reason,
    )
    said = SaidProfile(
        snils=digits_of(profile.snils),
        family_name=profile.family_name,
        given_name=profile.given_name,
        patronymic=profile.patronymic,
        birth_on=profile.birth_on,
        inn=digits_of(profile.inn),
    )
    await kept.keep(stores.identity, outcome, said, at)
    if outcome.account != account:
        await kept.let_go(stores.identity, account)
    return match


async def _found(stores: Stores, profile: Profile) -> Match:
    """What the register says of a confirmed profile."""
    snils = digits_of(profile.snils)
    if snils is not None and is_snils(snils):
        person = await source.by_snils(stores.registry, snils)
        if person is not None:
            return _compared(profile, person)
    if profile.birth_on is None:
        return Match(MatchState.NONE, reason="NOT_IN_REGISTER")
    key = alike(" ".join(filter(None, (profile.family_name, profile.given_name, profile.patronymic))))
    others = await source.born(stores.registry, profile.birth_on, key)
    if not others:
        return Match(MatchState.NONE, reason="NOT_IN_REGISTER")
    # Nobody is tied by a name: whoever has another СНИЛС there is told so, and has it corrected.
    if len(others) > 1:
        return Match(MatchState.AMBIGUOUS, reason="SEVERAL_OF_THE_NAME")
    return Match(MatchState.MISMATCH, field=MatchField.SNILS, reason="SNILS_DIFFERS")


def _compared(profile: Profile, person: FoundPerson) -> Match:
    differs = differing(profile, person)
    if differs is not None:
        return Match(MatchState.MISMATCH, field=differs, reason=f"{differs.value}_DIFFERS")
    reason = "EXACT" if person.subject is None else "HAS_AN_ACCOUNT"
    return Match(MatchState.MATCHED, person.id, person.subject, reason=reason)


async def _untied(stores: Stores, person: FoundPerson, account: str, at: datetime) -> None:
    async with writing(stores.registry) as unit:
        if await source.untie(unit, person.id, account, person.snils):
            thing = encode(prefixes.PRACTITIONER, person.id)
            grounds = {"reason": "SNILS_CORRECTED"}
            await unit.leave(Left(at=at, events=(), subject=account, act=UNTIED, thing=thing, grounds=grounds))


async def _tied(stores: Stores, profile: Profile, match: Match, account: str, at: datetime) -> Match:
    """The match once the tie is written; another one where somebody was faster, or the register is lost."""
    person = match.practitioner_id or 0
    try:
        async with writing(stores.registry) as unit:
            if await source.tie(unit, person, account):
                grounds = {"state": match.state.value, "reason": match.reason}
                await unit.leave(
                    Left(
                        at=at,
                        events=(),
                        subject=account,
                        act=ACT,
                        thing=encode(prefixes.PRACTITIONER, person),
                        grounds=grounds,
                    )
                )
                return match
        again = await matched(stores, profile, at)
    except SourceFailure as failure:
        return Match(MatchState.PENDING, reason=failure.code)
    # Neither is the row without an account any more, nor could the account take it: the account has another row.
    if again.state is MatchState.MATCHED and again.account is None:
        return Match(MatchState.MISMATCH, field=MatchField.SNILS, reason="ACCOUNT_OF_ANOTHER_ROW")
    return again if again.account != account else replace(again, account=None)
