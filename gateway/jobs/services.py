"""Tells the central register of services what was done: at least once, under one name, by which it knows it again.

A message is claimed before it is tried. The register that took it may still be unknown to us when the connection breaks
or the process dies; then it is told again, and answers what it answered.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

from gateway.exchange.services import Place, ServicesRegister, read_answer, written
from gateway.exchange.transport import NotDelivered, posted
from gateway.log import Log
from resolvers.clinical.record import PROCEDURES
from resolvers.rules import exchange_rules
from sources.clinical.opening import KEY, unsealing
from sources.clinical.patient import PATIENT
from sources.clinical.procedures import message as source
from sources.clinical.procedures.message import RECORDED, ClaimedMessage
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceFailure
from sources.sealing import PersonalKey
from sources.stores import Stores

AT_ONCE: Final = 10
# All attempts of a claim are over before it is.
ATTEMPT_SECONDS: Final = 20.0
CLAIM_SECONDS: Final = 300.0
PREFIX: Final = PROCEDURES.prefix


class ServicesTold:
    """Tells what is due; several processes share the work, each message is one's at a time."""

    def __init__(
        self,
        stores: Stores,
        register: ServicesRegister,
        clock: Callable[[], datetime],
        log: Log,
        *,
        seconds: float = ATTEMPT_SECONDS,
        first_pause: float | None = None,
    ) -> None:
        self._stores = stores
        self._register = register
        self._clock = clock
        self._log = log
        self._seconds = seconds
        self._first_pause = first_pause

    async def run(self) -> int:
        """Try some that are due; how many.

        Raises:
            SourceFailure: a store is lost; what was claimed is tried again when the claim ends.
        """
        claimed = await source.claim(self._stores.clinical, AT_ONCE, CLAIM_SECONDS)
        if not claimed:
            return 0
        places = await self._places({one.organization_id for one in claimed})
        for one in claimed:
            await self._tried(one, places.get(one.organization_id))
        return len(claimed)

    async def _places(self, keys: set[int]) -> dict[int, Place]:
        ask = Ask(self._clock(), frozenset({"id", "oid", "ogrn"}))
        found = await organizations(self._stores.registry, "id", sorted(keys), ask)
        return {key: Place(row.oid, row.ogrn) for key, row in found.items()}

    async def _tried(self, message: ClaimedMessage, place: Place | None) -> None:
        if place is None:
            await self._again(message, "ORG_NOT_FOUND_IN_FRMO")
            return
        try:
            number = self._number(message)
        except SourceFailure:
            await self._again(message, "CONTENT_LOST")
            return
        try:
            content = written(message, place, number)
            answer = await posted(
                self._register, _whole(content), len(content), self._register.headers(message.name), self._seconds
            )
            reach("service_told")
            decided = read_answer(answer, message.name, self._clock())
        except NotDelivered as failed:
            await self._again(message, failed.code)
            return
        status = "ACCEPTED" if decided.accepted else "REJECTED"
        store = self._stores.clinical
        await source.settled(store, message.id, status, PREFIX, code=decided.code, number=decided.number)
        self._log.event("service answered", message=str(message.name), kind=message.kind, verdict=status)

    def _number(self, message: ClaimedMessage) -> str | None:
        """The patient's number of insurance, where the register asks for it and the procedure is an ordinary one.

        Raises:
            SourceFailure: it does not open.
        """
        sealed, store = message.insurance_number, self._stores.clinical
        asked = self._register.insured and message.kind == RECORDED and message.confidentiality == "NORMAL"
        if not asked or sealed is None:
            return None
        with unsealing(store, lambda: message.sealed_key):
            key = PersonalKey(store.keyring.unwrap(message.sealed_key, PATIENT.table, KEY, message.patient_id))
            return key.open(sealed, PATIENT.table, "insurance_number", str(message.patient_id))

    async def _again(self, message: ClaimedMessage, code: str) -> None:
        """Try it later, or give it up."""
        at, store = self._clock(), self._stores.clinical
        next_at = exchange_rules(at).delivery.next_at(message.attempts, at, self._first_pause)
        if next_at is None:
            await source.settled(store, message.id, "DEAD", PREFIX, code=code)
            self._log.event("service given up", message=str(message.name), code=code)
            return
        await source.later(store, message.id, next_at, code)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
