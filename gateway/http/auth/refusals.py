"""Refused sign-ins as the journal has them: each with its reason, and in a flood their number."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from auth.accounts import NOBODY
from gateway.identity.providers.refusal import SignInRefused
from gateway.log import Log
from sources.identity.entries import enter
from sources.postgres.failure import SourceFailure
from sources.postgres.store import Store

ACT: Final = "signInRefused"
# So many entries a minute one process leaves one by one; of the others, one for each reason says how many there were.
EACH_MINUTE: Final = 60
MINUTE: Final = 60.0
# Doors times reasons times methods: there are not many, and what an outsider calls a method is not among them.
Key = tuple[str, str, str | None, str | None]


class Refusals:
    """Those of one process."""

    def __init__(
        self,
        store: Store,
        log: Log,
        methods: frozenset[str],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._log = log
        self._methods = methods
        self._clock = clock
        self._passing = passing
        self._since = float("-inf")
        self._entered = 0
        self._summed: Counter[Key] = Counter()

    async def noted(self, refused: SignInRefused, step: str, method: str | None, request_id: str) -> None:
        """Leave an entry; a store that is lost keeps nobody from being told that he was refused."""
        known = method if method in self._methods else None
        key = (step, refused.why.value, refused.detail, known)
        sums = self._over()
        self._entered += 1
        if self._entered > EACH_MINUTE:
            self._summed[key] += 1
        else:
            await self._enter(key, requestId=request_id)
        for one, count in sums.items():
            await self._enter(one, count=count)

    def _over(self) -> Counter[Key]:
        """What was summed in the minute before, where one is over."""
        now = self._passing()
        if now - self._since < MINUTE:
            return Counter()
        self._since, self._entered = now, 0
        sums, self._summed = self._summed, Counter()
        return sums

    async def _enter(self, key: Key, **more: str | int) -> None:
        step, reason, detail, method = key
        told = {"step": step, "reason": reason, "detail": detail, "method": method}
        grounds: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        grounds |= {"roles": ["NOB"], **more}
        try:
            await enter(self._store, self._clock(), NOBODY, ACT, grounds)
        except (SourceFailure, TimeoutError):
            facts = {name: str(value) for name, value in grounds.items() if name != "roles"}
            self._log.event("refused sign-in not journaled", **facts)
