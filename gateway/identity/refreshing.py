"""Refresh tokens: each is replaced when it is used, and whoever shows one that was replaced has what is not his.

What follows a token is made of the token itself, by a key that the store does not have: so the same answer can be given
twice without being kept, to whoever lost it on the way.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from auth.compact import encoded
from gateway.identity.auditing import left
from gateway.identity.cookie import digest_of
from gateway.identity.signed_in import RefusedBecause
from sources.identity import session_changes as changes
from sources.identity.session import SessionRecord
from sources.identity.session_changes import TokenRecord
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore

# Whoever lost the answer to his refresh gets the same one again for so long.
GRACE: Final = timedelta(seconds=10)
_PURPOSE: Final = "the refresh token that follows"


async def replaced(
    store: SealedStore,
    unit: Unit,
    session: SessionRecord,
    held: TokenRecord,
    token: str,
    client: str | None,
    at: datetime,
) -> str | RefusedBecause:
    """The successor of a refresh token of a locked session, or why there is none; then its family may have ended.

    Raises:
        SourceUnavailable: the store's ring has no key to make it with.
    """
    if session.ended_at is not None:
        return RefusedBecause.ENDED
    if client is not None and client != session.client:
        return await _broken(unit, session, RefusedBecause.FOREIGN_CLIENT, at)
    if not session.live(at):
        return RefusedBecause.EXPIRED if at >= session.expires_at else RefusedBecause.IDLE
    successors = _successors(store, token, held)
    if held.replaced_at is None:
        new, salt = successors[-1], secrets.token_bytes(32)
        await changes.replace(unit, session.id, held.digest, digest_of(new), salt, at)
        return new
    good = await changes.good_token(unit, session.id)
    again = next((one for one in successors if digest_of(one) == good), None)
    if again is not None and at - held.replaced_at <= GRACE:
        return again
    return await _broken(unit, session, RefusedBecause.REUSED, at)


async def _broken(unit: Unit, session: SessionRecord, because: RefusedBecause, at: datetime) -> RefusedBecause:
    """End the family of a token that somebody has who should not."""
    entry = left("refreshRefused", session.account, session.id, at, {"why": because.value}, stolen=True)
    await unit.leave(entry, changes.ended(session.id, because.value))
    return because


def _successors(store: SealedStore, token: str, held: TokenRecord) -> list[str]:
    """What may follow a refresh token, by each key that hashes; the last by the one in use."""
    with store.keyed() as ring:
        hashed = ring.hashes(_PURPOSE, [token, held.salt.hex()])
    return [encoded(hashlib.sha256(one).digest()) for one in hashed]
