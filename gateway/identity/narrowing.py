"""Links of a provider that was believed about who somebody is, and is no more: each leads nowhere from then on."""

from datetime import datetime
from typing import Final

from engine.global_id import encode
from gateway.identity.auditing import left
from gateway.identity.methods import Method
from gateway.identity.signed_in import Why
from resolvers.identity.session import METHOD_PREFIX
from sources.identity.linking import links_to_others, unlink
from sources.identity.session_changes import ended
from sources.postgres.writing import Left, writing
from sources.stores import Stores

ACT: Final = "unlinkSignInMethod"


async def narrowed(stores: Stores, method: Method, at: datetime, subject: str | None = None) -> int:
    """Unlink whom a provider led to accounts of others, or one subject of it, and end what was begun so; how many.

    Of a provider that is believed nothing is unlinked.

    Raises:
        SourceFailure: the identity store did not take it.
    """
    if method.believed:
        return 0
    prefix = "" if method.name is None else f"{method.name}:"
    async with writing(stores.identity) as unit:
        links = await links_to_others(unit, method.issuer, prefix, subject)
        if not links:
            return 0
        sessions = await unlink(unit, [one.id for one in links], at)
        for one in sessions:
            why = Why.ADMINISTERED.value
            await unit.leave(left("endSession", one.account, one.id, at, {"why": why}), ended(one.id, why))
        for one in links:
            grounds = {"reason": "PROVIDER_NARROWED"}
            thing = encode(METHOD_PREFIX, one.id)
            await unit.leave(Left(at=at, events=(), subject=one.account, act=ACT, thing=thing, grounds=grounds))
    return len(links)
