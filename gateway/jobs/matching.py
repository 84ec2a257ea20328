"""Looks once more for those who signed in while the register was silent."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from resolvers.identity.matching import Match, MatchState, Profile, matched, settled
from sources.identity import matching as kept
from sources.identity.matching import MatchRecord
from sources.postgres.writing import writing
from sources.stores import Stores

AT_ONCE: Final = 20
# Nobody waits for this answer.
SECONDS: Final = 10.0


class Matching:
    """Settles what is pending; several processes share the work."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._stores = stores
        self._clock = clock

    async def run(self) -> int:
        """Look for 20 at most; how many were settled.

        Raises:
            SourceFailure: the identity store is lost.
        """
        store, at = self._stores.identity, self._clock()
        async with writing(store) as unit:
            rows = await kept.due(unit, at, AT_ONCE)
        return sum([await self._settled(row, at) for row in rows])

    async def _settled(self, row: MatchRecord, at: datetime) -> bool:
        said = kept.opened(self._stores.identity, row)
        if said is None or at - row.since > kept.KEPT:
            # What cannot be read any more, or waited too long, is let go: signing in anew looks anew.
            await self._keep(row, _EMPTY, Match(MatchState.NONE, reason="GIVEN_UP"), at)
            return True
        profile = Profile(
            said.snils, said.family_name, said.given_name, said.patronymic, said.birth_on, confirmed=True, inn=said.inn
        )
        match = await matched(self._stores, profile, at, SECONDS)
        if match.state is MatchState.PENDING:
            return False
        return (await self._keep(row, profile, match, at)).state is not MatchState.PENDING

    async def _keep(self, row: MatchRecord, profile: Profile, match: Match, at: datetime) -> Match:
        return await settled(self._stores, profile, match, row.account, at)


_EMPTY: Final = Profile(None, "", "", None, None, confirmed=False)
