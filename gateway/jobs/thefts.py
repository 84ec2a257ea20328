"""Sessions that ended because somebody else had what was given out for them: whoever they are of is told."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.identity.auditing import STOLEN
from resolvers.telling.letters import Person, Told
from sources import contacts
from sources.stores import Stores

KIND: Final = "ACCOUNT_SECURITY"
EVENT: Final = STOLEN


async def told_of_thefts(stores: Stores, said: Mapping[object, Mapping[str, Any]]) -> dict[object, list[Told]]:
    """Whom ends of sessions are told, by their events; people whom the register does not know find it in the cabinet.

    Raises:
        SourceFailure: a store is lost.
    """
    if not said:
        return {}
    accounts = sorted({one["account"] for one in said.values()})
    reachable = {row.subject for row in await contacts.by_subject(stores.registry, accounts) if row.reachable}
    return {
        key: [
            (Person(one["account"], one["account"] in reachable), KIND, "session_stolen", {"ends": one["endedAt"]}),
        ]
        for key, one in said.items()
    }
