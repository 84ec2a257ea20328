"""Whom referrals concern, by the events of the clinical store."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from auth.facts import Work
from gateway.jobs.addressees import people_known
from gateway.jobs.delivery import told_by_event
from resolvers.rules import PRACTICES
from resolvers.telling.letters import Person, Told
from resolvers.telling.referrals import Concerned, told
from sources import contacts
from sources.clinical.referrals.told import ToldReferral, told_referrals
from sources.postgres.ask import Ask
from sources.stores import Stores

# Posts of registration desks, whichever version of the rules names them.
_DESKS: Final = sorted(code for code, dated in PRACTICES.items() if any(one.work is Work.DESK for one in dated))


async def told_of_referrals(stores: Stores, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
    """Whom steps of referrals are told, by their events.

    Raises:
        SourceFailure: a store is lost.
    """
    if not steps:
        return {}
    rows = await told_referrals(connection, [one["referralId"] for one in steps.values()])
    concerned = await _concerned_by(stores, rows.values())
    return told_by_event(steps, "referralId", rows, lambda step, row: told(step, row, concerned[row.id]))


async def _concerned_by(stores: Stores, referrals: Iterable[ToldReferral]) -> dict[int, Concerned]:
    """Whom each concerns; what names nobody, and is not SPECIAL, is taken in at the registration desk."""
    rows = [*referrals]
    desks = await _desks(stores, {row.to_organization_id for row in rows if row.to_practitioner_id is None})
    named = {
        key
        for row in rows
        for key in (row.practitioner_id, row.signer_id, row.cosigner_id, row.to_practitioner_id, row.acceptor_id)
        if key is not None
    }
    people = (await people_known(stores, sorted(named))).people

    def known(*keys: int | None) -> list[Person]:
        return [people[key] for key in dict.fromkeys(keys) if key is not None and key in people]

    found: dict[int, Concerned] = {}
    for row in rows:
        one = row.to_practitioner_id
        receivers = desks.get(row.to_organization_id, []) if one is None else known(one)
        found[row.id] = Concerned(
            people.get(row.cosigner_id or 0),
            known(row.practitioner_id, row.signer_id),
            receivers,
            people.get(row.acceptor_id or 0),
        )
    return found


async def _desks(stores: Stores, places: Iterable[int]) -> dict[int, list[Person]]:
    """For each organisation those who work at its registration desk today and have signed in."""
    wanted = sorted({*places})
    if not wanted:
        return {}
    found: dict[int, list[Person]] = {}
    for row in await contacts.at_posts(stores.registry, wanted, _DESKS, Ask(datetime.now(UTC)).today):
        found.setdefault(row.id, []).append(Person(row.subject, row.reachable))
    return found
