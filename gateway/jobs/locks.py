"""Whom locks of accounts concern, by the events of the identity store."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from auth.accounts import Reach
from auth.role import RoleName
from gateway.jobs.addressees import accounts_known, officers
from resolvers.telling.letters import Told
from resolvers.telling.locks import told
from sources.identity.told_locks import told_locks
from sources.stores import Stores


async def told_of_locks(
    stores: Stores, connection: Any, steps: Mapping[object, Any], reach: Reach
) -> dict[object, list[Told]]:
    """Whom steps of locks are told, by their events.

    Raises:
        SourceFailure: a store is lost.
    """
    if not steps:
        return {}
    at = datetime.now(UTC)
    locks = await told_locks(connection, [one["lockId"] for one in steps.values()])
    support = await officers(stores, RoleName.SUPP, at, reach)
    people = await accounts_known(stores, {*support, *(one.account for one in locks.values())})
    return {
        key: [*told(one["step"], lock, people[lock.account], [people[name] for name in support], at)]
        for key, one in steps.items()
        if (lock := locks.get(one["lockId"])) is not None
    }
