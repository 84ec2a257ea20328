"""Where the streams of a process have their news from: feeds that are asked while somebody listens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Final

from resolvers import application, practitioner, schedule
from resolvers.clinical import patient
from resolvers.document import reading as documents
from resolvers.feed import Feed, News, Sight
from resolvers.live.accreditations import AccreditationNews
from resolvers.live.bookings import BookingNews
from resolvers.live.exchange import ExchangeNews
from resolvers.live.news import ApplicationNews, MessageNews
from resolvers.live.orders import OrderNews
from resolvers.live.patients import PatientNews, PatientSight
from resolvers.live.prescriptions import PrescriptionNews
from resolvers.live.referrals import ReferralNews
from resolvers.live.sections import DocumentChange, ObjectNews, PractitionerChange, PractitionerNews, ShiftChange
from resolvers.live.teleconsultations import TeleconsultationNews
from sources.postgres.failure import SourceFailure
from sources.postgres.listening import Listener
from sources.stores import Stores

# Who takes longer answers in the next round: a store that fell silent holds up no news of the others, and no rights.
PATIENCE: Final = 0.1
# So many seconds a store may make no sense before those who listen are told that nothing more comes.
NONSENSE: Final = 10.0


def feeds(stores: Stores, clock: Callable[[], datetime]) -> dict[str, Feed]:
    """By the field that each is for; `clock` tells the instant at which somebody may see what is told."""
    return {
        "accreditationChanged": AccreditationNews(stores),
        "applicationChanged": ApplicationNews(stores, application.PREFIX),
        "bookingChanged": BookingNews(stores, clock),
        "documentChanged": ObjectNews(stores.documents, DocumentChange, documents.PREFIX),
        "exchangeChanged": ExchangeNews(stores),
        "notificationReceived": MessageNews(stores),
        "orderChanged": OrderNews(stores, clock),
        "patientChanged": PatientNews(stores, clock),
        "prescriptionChanged": PrescriptionNews(stores, clock),
        "practitionerChanged": PractitionerNews(stores.registry, PractitionerChange, practitioner.PREFIX),
        "referralReceived": ReferralNews(stores, clock),
        "shiftChanged": ObjectNews(stores.schedule, ShiftChange, schedule.PREFIX),
        "teleconsultationChanged": TeleconsultationNews(stores, clock),
    }


def sights(stores: Stores) -> dict[str, Sight]:
    """By the prefix of the ids by which streams name what somebody may see for a time alone, whatever his roles."""
    return {patient.PREFIX: PatientSight(stores)}


class Feeds:
    """The feeds of a process by the fields that they are for, each begun with the first stream of its field."""

    def __init__(self, feeds: Mapping[str, Feed], listeners: Mapping[str, Listener]) -> None:
        self._feeds = feeds
        self._listeners = listeners
        self._begun: set[str] = set()
        self._asked: dict[str, asyncio.Task[list[News]]] = {}
        # Since when a store makes no sense, in the loop's seconds.
        self._senseless: dict[str, float] = {}
        self._beginning = {name: asyncio.Lock() for name in feeds}

    async def begin(self, name: str) -> None:
        """See to it that a feed tells what is committed from now on; a field without a feed needs none.

        Raises:
            SourceFailure: its store does not say from where.
        """
        if name not in self._feeds:
            return
        async with self._beginning[name]:
            if name not in self._begun:
                self._listeners[self._feeds[name].store].start()
                await self._feeds[name].begin()
                self._begun.add(name)

    def end(self, name: str) -> None:
        """Nobody listens to a field any more."""
        self._begun.discard(name)
        self._senseless.pop(name, None)
        if (asked := self._asked.pop(name, None)) is not None:
            asked.cancel()

    def stop(self) -> None:
        """Ask no more."""
        for name in list(self._begun):
            self.end(name)

    async def news(self) -> AsyncIterator[tuple[str, list[News] | BaseException]]:
        """What happened since the last question, field by field; the last to answer may do so in the next round.

        A feed that failed cannot tell any more what happened: its listeners have to know.
        """
        for name in self._begun - self._asked.keys():
            self._asked[name] = asyncio.create_task(self._ask(name))
        if self._asked:
            await asyncio.wait(self._asked.values(), timeout=PATIENCE)
        for name, asked in list(self._asked.items()):
            if asked.done() and self._asked.get(name) is asked:
                del self._asked[name]
                yield name, asyncio.CancelledError() if asked.cancelled() else asked.exception() or asked.result()

    async def _ask(self, name: str) -> list[News]:
        # Nothing is lost: the next question is asked from where the last answer ended.
        try:
            found = await self._feeds[name].news()
        except SourceFailure as failed:
            if failed.retryable or not self._lasts(name):
                return []
            raise
        self._senseless.pop(name, None)
        return found

    def _lasts(self, name: str) -> bool:
        """Whether what a store says has made no sense for so long that it will not by itself."""
        now = asyncio.get_running_loop().time()
        return now - self._senseless.setdefault(name, now) >= NONSENSE
