"""The context of one operation as resolvers see it: the stores, the viewer, the clock."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from auth.facts import Facts
from auth.viewer import Viewer
from engine.act import Act
from engine.context import Condition
from engine.context import Context as EngineContext
from resolvers.checker import Checker
from resolvers.facts import ViewerFacts
from resolvers.feed import News
from resolvers.offered import Offered
from resolvers.printed.press import Press
from resolvers.recipient import Recipient
from resolvers.supporting import SupportContact
from sources.postgres.ask import Ask, Window
from sources.postgres.store import Store
from sources.remote.errand import Errand
from sources.signing import Signing
from sources.stores import Stores

if TYPE_CHECKING:
    from sources.remote.service import Service


@dataclass(eq=False)
class Context(EngineContext):
    """Made for each operation; `viewer` is also what the engine knows as `rights`.

    Attributes:
        language: of messages to people, "ru" or "en".
        request_id: what the caller and the log know the request by.
        bearer: the token that the caller showed, for services that know our callers themselves.
        facts, clock: where an act has the viewer looked at anew; an operation that only reads needs neither.
        whence: tells what failures of the caller are counted under by his address; None where nobody knows it.
        told: the news that this operation of a stream tells.
        own_patients: the patients who the viewer is or for whom he stands, and the instant at which that is so; None
            until somebody asked (`resolvers/schedule/own.py`).
        openings: emergency openings of the viewer in force, by patient, and the instant at which they are; None until
            somebody asked (`resolvers/clinical/emergency/relied_on.py`).
        reachable_by: how the service can send somebody a code: PHONE, EMAIL.
        done_under: by permission, which acts and fields of the graph take it.
        acts: by name, the permission that each act of the graph takes, and the act.
        sign_in: the methods of sign-in, in the order in which people see them.
        support: how support is reached.
        step_up: where a second factor can be shown, as a URL without a query; None where that is nowhere.
        recipients: whom packages of documents are sent to; `source`: what the cabinet calls itself to them.
        seals: whether packages of the journal can be sealed here.
        press: what documents are made with.
        signing: what signatures are verified and made with.
        checker: who is asked before a prescription is signed; None where nobody is.
        joined: gives the services whose graphs are joined with ours, as they are asked.
    """

    stores: Stores
    viewer: Viewer
    language: str = "ru"
    request_id: str = field(default="", kw_only=True)
    bearer: str | None = field(default=None, kw_only=True, repr=False)
    facts: ViewerFacts | None = field(default=None, kw_only=True)
    clock: Callable[[], datetime] | None = field(default=None, kw_only=True)
    whence: Callable[[], str | None] | None = field(default=None, kw_only=True)
    told: News | None = field(default=None, kw_only=True)
    openings: tuple[datetime, Mapping[int, int]] | None = field(default=None, kw_only=True)
    own_patients: tuple[datetime, asyncio.Future[list[int]]] | None = field(default=None, kw_only=True)
    reachable_by: frozenset[str] = field(default=frozenset(), kw_only=True)
    done_under: Mapping[str, tuple[str, ...]] = field(default_factory=dict, kw_only=True)
    acts: Mapping[str, tuple[str, Act]] = field(default_factory=dict, kw_only=True)
    sign_in: tuple[Offered, ...] = field(default=(), kw_only=True)
    step_up: str | None = field(default=None, kw_only=True)
    support: tuple[SupportContact, ...] = field(default=(), kw_only=True)
    seals: bool = field(default=False, kw_only=True)
    press: Press = field(default=Press(), kw_only=True)
    recipients: tuple[Recipient, ...] = field(default=(), kw_only=True)
    source: str = field(default="", kw_only=True)
    signing: Signing = field(default_factory=Signing, kw_only=True)
    checker: Checker | None = field(default=None, kw_only=True)
    joined: "Callable[[], Sequence[Service]]" = field(default=tuple, kw_only=True)

    def ask(self, columns: frozenset[str] | None, narrow: tuple[tuple[Condition, ...], ...]) -> Ask:
        """How rows are asked for, at the operation's instant."""
        return Ask(self.at, columns, narrow, self.language)

    def window(
        self, size: int, *, backward: bool, after: tuple[Any, ...] | None, before: tuple[Any, ...] | None, ends: bool
    ) -> Window:
        """Which part of a list is wanted."""
        return Window(size, backward, after, before, ends)

    def room(self, store: str) -> bool:
        """Whether a statement should come beside others of this operation."""
        service = self.stores.services.get(store)
        if service is not None:
            return service.room
        # One that no setting names is not waited for.
        found: Store | None = getattr(self.stores, store, None)
        return found is None or found.room

    @cached_property
    def errand(self) -> Errand:
        """What services are asked for this operation."""
        return Errand(self.request_id, self.language, self.bearer)

    async def look(self) -> float:
        """See the viewer as he is now, and say since when, on the loop's clock, that is known to be so."""
        began = asyncio.get_running_loop().time()
        at = self.at if self.clock is None else max(self.clock(), self.at)
        known = self.viewer.facts
        principal = self.viewer.acting.principal
        if self.facts is not None and known is not None:
            known, principal, began = await self._known_now(self.facts, known, at)
        self._become(self.viewer.at_instant(known, at, principal))
        return began

    async def unchanged_since(self) -> float | None:
        """Since when, on the loop's clock, the viewer is known to be still what he is here; None if he is not."""
        known, at = self.viewer.facts, self.at if self.clock is None else self.clock()
        if self.facts is None or known is None:
            return asyncio.get_running_loop().time()
        now, principal, since = await self._known_now(self.facts, known, at)
        same = now == known and principal == self.viewer.acting.principal
        return since if same and at < self.viewer.standing.until else None

    async def _known_now(self, known: ViewerFacts, facts: Facts, at: datetime) -> tuple[Facts, Facts | None, float]:
        """The facts of the viewer and of the practitioner on whose behalf he asks, and since when they are so."""
        now = await known.of(facts.subject, facts.assurance, at, facts.session)
        since, principal = known.checked, self.viewer.acting.principal
        if principal is None or principal.practitioner_id is None:
            return now, principal, since
        principal = await known.of_person(principal.practitioner_id, at)
        return now, principal, min(since, known.checked)

    async def renew(self, at: datetime) -> None:
        """Read on as of an act that is done: its instant, and rights that may rest on it."""
        if self.facts is not None:
            self.facts.heard()
        await self.look()
        self.advance(at)

    def advance(self, at: datetime) -> None:
        """Go on to a later instant."""
        if at > self.at:
            self._become(self.viewer.at_instant(self.viewer.facts, at, self.viewer.acting.principal))

    def go_on(self, other: EngineContext) -> None:
        """Go on at the instant, and as the viewer, of another context of the same caller."""
        if isinstance(other, Context):
            self._become(other.viewer)

    def _become(self, viewer: Viewer) -> None:
        self.rights = self.viewer = viewer
        self.at = viewer.at
