"""The facts of viewers from the stores: never older than a second, many viewers in one statement of each store."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from auth.accounts import FIRST_ALONE, Reach
from auth.assurance import Assurance
from auth.facts import IDENTITY, Facts, Lost
from resolvers.facts_of_stores import Whose, load, or_lost
from sources.postgres.changes import changes_since
from sources.stores import Stores

# Facts are as of the last check: with the time that a check takes they stay younger than a second.
CHECK_SECONDS = 0.5
RESTED_ON = ("registry", "accreditation", "journal", "identity")
MAX_KNOWN = 10_000


class ViewerFacts:
    """Facts by subject, as far as the reach of its issuer goes.

    Known facts are good while the stores say that nothing of theirs changed: one question to each store as soon as a
    word of change is heard, and in any case in half a second, whatever the number of viewers. One load is under way
    at a time; subjects that come meanwhile are asked together in the next one.
    """

    def __init__(self, stores: Stores, reach: Reach = FIRST_ALONE) -> None:
        self._stores = stores
        self._reach = reach
        self._known: OrderedDict[Whose, Facts] = OrderedDict()
        # The same with the last sign-in, so that they stay the same.
        self._signed: OrderedDict[tuple[str, str | None], tuple[Facts, Facts]] = OrderedDict()
        self._subjects: dict[int, str] = {}  # of the practitioners among the known ones, and of nobody else
        self._persons: dict[str, int] = {}  # those who are known by their key, by their account
        self._leaning: dict[str | int, set[Whose]] = {}  # to whom somebody hands on, by his account and by his key
        self._waiting: dict[Whose, asyncio.Future[Facts]] = {}
        self._running: asyncio.Task[None] | None = None
        self._horizons: dict[str, int | None] = dict.fromkeys(RESTED_ON)
        self._checking: asyncio.Task[None] | None = None
        self._checked = float("-inf")  # on the loop's clock, when the last check began
        self._checks = 0
        self._heard = False
        self._lost: dict[str, Lost] = {}  # by the last check; they are not asked again, for that would cost as long

    @property
    def checked(self) -> float:
        """Since when, on the loop's clock, the stores have said nothing of a change."""
        return self._checked

    def heard(self) -> None:
        """A store said that facts changed: whoever asks from now on is answered after a look at what did."""
        self._heard = True

    async def of(self, subject: str, assurance: Assurance, at: datetime, session: str | None = None) -> Facts:
        """The facts of one subject with the assurance of his sign-in; a store that is down is named in them.

        Which sessions have ended matters to whoever asks under one of ours, and to nobody else.
        """
        known = await self._of(subject, at)
        signed = self._signed.get((subject, session))
        if (
            signed is None
            or signed[0] is not known
            or (signed[1].assurance is not assurance and signed[1].assurance != assurance)
        ):
            lost = known.lost if session is not None else tuple(one for one in known.lost if one.store != IDENTITY)
            signed = known, replace(known, assurance=assurance, session=session, lost=lost)
            self._signed[subject, session] = signed
            if len(self._signed) > MAX_KNOWN:
                self._signed.popitem(last=False)
        return signed[1]

    async def of_person(self, practitioner_id: int, at: datetime) -> Facts:
        """The facts of somebody in the register, as whom nobody signed in: what he holds, without his appointments."""
        return await self._of(practitioner_id, at)

    async def _of(self, whose: Whose, at: datetime) -> Facts:
        loop = asyncio.get_running_loop()
        # A check that answers a word has taken it already: who passed it by would be told what was before.
        if self._heard or self._checking is not None or loop.time() - self._checked >= CHECK_SECONDS:
            await self._look(loop)
        known = self._known.get(whose)
        if known is None:
            waiting = self._waiting.get(whose)
            if waiting is None:
                waiting = self._waiting[whose] = loop.create_future()
            if self._running is None:
                self._running = loop.create_task(self._load(at))
            known = await asyncio.shield(waiting)
        return known

    async def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for a check that has missed nothing: one that was under way may have missed what a word was about."""
        for again in (False, True):
            if not again or self._heard:
                if self._checking is None:
                    self._checking = loop.create_task(self._check(again=again))
                await asyncio.shield(self._checking)

    async def _check(self, *, again: bool) -> None:
        """Ask the stores that rights rest on what changed, and forget the facts that did.

        What was lost a moment ago is not asked again: that would cost a caller the store's deadline once more.
        """
        began = asyncio.get_running_loop().time()
        self._checks += 1
        self._heard = False
        try:
            still = {name: lost for name, lost in self._lost.items() if again}
            names = [name for name in self._horizons if name not in still]
            found = await asyncio.gather(
                *(or_lost(changes_since(getattr(self._stores, name), self._horizons[name])) for name in names)
            )
            self._lost = still | {changes.store: changes for changes in found if isinstance(changes, Lost)}
            for name, changes in zip(names, found, strict=True):
                if isinstance(changes, Lost) or changes.everybody or self._horizons[name] is None:
                    self._known.clear()
                    self._subjects.clear()
                    self._persons.clear()
                    self._leaning.clear()
                if isinstance(changes, Lost):
                    self._horizons[name] = None
                    continue
                self._horizons[name] = changes.horizon
                for subject in changes.subjects:
                    self._forget(subject)
                    self._forget(self._persons.get(subject, ""))
                    self._forget_leaning(subject)
                for person in changes.practitioner_ids:
                    self._forget(self._subjects.get(person, ""))
                    self._forget(person)
                    self._forget_leaning(person)
            self._checked = began
        finally:
            self._checking = None

    async def _load(self, at: datetime) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)
                batch, self._waiting = self._waiting, {}
                checks, quiet = self._checks, self._checking is None
                try:
                    found = await load(self._stores, list(batch), at, self._lost, self._reach)
                except Exception as failed:  # noqa: BLE001 - whoever waits is told; those who come next are not
                    for future in batch.values():
                        future.set_exception(failed)
                    continue
                # A check that ran meanwhile has told of changes that these statements may not have seen.
                if quiet and checks == self._checks:
                    self._remember(found)
                for whose, facts in found.items():
                    batch[whose].set_result(facts)
        finally:
            self._running = None

    def _remember(self, found: dict[Whose, Facts]) -> None:
        for whose, facts in found.items():
            # Of whoever has no account the register leaves no word when something changes. What the identity store
            # lacks, tokens of other issuers do not need: it would cost their callers a load each time. When it is back,
            # by the next check, all of them are forgotten; where a check knows of no loss, nothing would bring it back.
            if not facts.subject or any(one.store != IDENTITY or IDENTITY not in self._lost for one in facts.lost):
                continue
            self._known[whose] = facts
            if isinstance(whose, int):
                self._persons[facts.subject] = whose
            elif facts.practitioner_id is not None:
                self._subjects[facts.practitioner_id] = whose
            for key in _grantors(facts):
                self._leaning.setdefault(key, set()).add(whose)
        # One by one: to let go of all of them would hold up everybody.
        while len(self._known) > MAX_KNOWN:
            self._forget(next(iter(self._known)))

    def _forget(self, whose: Whose) -> None:
        facts = self._known.pop(whose, None)
        if facts is not None and isinstance(whose, int):
            self._persons.pop(facts.subject, None)
        elif facts is not None and self._subjects.get(facts.practitioner_id or 0) == whose:
            del self._subjects[facts.practitioner_id or 0]
        for key in () if facts is None else _grantors(facts):
            leaning = self._leaning.get(key)
            if leaning is not None:
                leaning.discard(whose)
                if not leaning:
                    del self._leaning[key]

    def _forget_leaning(self, grantor: str | int) -> None:
        """What is known of those to whom somebody hands on, whose own facts changed."""
        for whose in tuple(self._leaning.get(grantor, ())):
            self._forget(whose)


def _grantors(facts: Facts) -> Iterator[str | int]:
    """By which names those are told of whose rights are handed on to somebody."""
    for grant in facts.grants:
        yield grant.grantor.subject
        yield grant.grantor_id
