"""One stream: a subscription of one caller while it is open, where its events go, and why it may end."""

from collections.abc import Mapping
from enum import Enum
from time import perf_counter
from typing import Any, Protocol

from auth.viewer import Viewer
from engine.plan.subscription import Subscription
from gateway.identity.presented import Presented
from gateway.log import Exchange
from resolvers.feed import News

STANDING = "standingChanged"
# An object that a stream names: the prefix of its id, and its key.
Named = tuple[str, int]


class Ending(Enum):
    """Why a stream ended; the value is the log's word."""

    LEFT = "left"
    FORBIDDEN = "forbidden"
    EXPIRED = "expired"
    LOST = "lost"
    SLOW = "slow"
    LEAVING = "leaving"


class Outlet(Protocol):
    """Where the events of one stream go; neither waits."""

    def next(self, payload: str) -> None:
        """Take one event, as the JSON of its answer."""

    def end(self, ending: Ending, content: Mapping[str, Any]) -> None:
        """There are no more events, for this reason: the answer that says it, without members where nothing is said."""


class Stream:
    """One subscription of one caller while it is open.

    Attributes:
        saw: what it names and its viewer was found to see; when he does no more, the stream is over.
    """

    __slots__ = ("events", "exchange", "outlet", "roles", "saw", "shown", "since", "told", "who")

    def __init__(
        self, told: Subscription, shown: Presented, viewer: Viewer, exchange: Exchange, outlet: Outlet
    ) -> None:
        self.told = told
        self.shown = shown
        assurance = viewer.facts.assurance if viewer.facts else None
        self.who = (viewer.subject, assurance, shown.workplace, shown.on_behalf_of)
        self.roles = viewer.roles
        self.exchange = exchange
        self.outlet = outlet
        self.events = 0
        self.saw: set[Named] = set()
        self.since = perf_counter()

    @property
    def field(self) -> str:
        """The name of the field that is told."""
        return self.told.field.name

    @property
    def named(self) -> frozenset[Named]:
        """The objects that its events have to be about."""
        return frozenset() if self.told.topic is None else self.told.topic[1]

    def stands_otherwise(self, viewer: Viewer) -> bool:
        """Whether it tells of roles, and the viewer's are known and others than before."""
        known = viewer.facts is not None and not viewer.facts.lost
        return known and self.field == STANDING and viewer.roles != self.roles

    def means(self, news: News) -> bool:
        """Whether news of the stream's field is about all that it names, as far as it has to, and for its viewer."""
        topic = self.told.topic
        about = topic is not None and (news.about is None or news.asked <= topic[1] <= news.about)
        return about and news.subject in (None, self.who[0])
