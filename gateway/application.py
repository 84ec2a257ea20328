"""The ASGI application: which address is whose, and what lives as long as the process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from engine.joining.planner import PlannerUnfit
from gateway.address import Addresses
from gateway.beside import HOST
from gateway.evidence.seal import deciding_key, exporting_key
from gateway.graphiql import GraphiQLPages
from gateway.http.auth import people
from gateway.http.auth.client_doors import ClientDoors
from gateway.http.certified import certified
from gateway.http.cross_origin import ALLOWED, EXPOSED, CrossOrigin, Origins
from gateway.http.documents import download, preview, upload
from gateway.http.documents.download import DownloadDoor
from gateway.http.documents.fetching import Fetching
from gateway.http.documents.preview import PreviewDoor
from gateway.http.documents.upload import UploadDoor
from gateway.http.draining import unready_first
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.exchange.door import PACKAGES as EXCHANGED
from gateway.http.exchange.door import RECEIPTS, ExchangeDoor
from gateway.http.headers import Receive, Scope, Send, answer
from gateway.http.health import Health
from gateway.http.negotiation import StatusProfile
from gateway.http.package import PREFIX, PackageDoor
from gateway.http.routed import RoutersAlone
from gateway.http.shedding import Shedding
from gateway.http.verify import PATH as VERIFY
from gateway.http.verify import VerifyDoor
from gateway.identity import demo, demo_esia
from gateway.identity.keys import KeyRing, KeysNotLoaded
from gateway.identity.methods import Method
from gateway.identity.sessions import Sessions
from gateway.jobs.appointments import JournalRelay
from gateway.jobs.counters import Counting
from gateway.jobs.delivery import ScheduleRelay
from gateway.jobs.emergencies import Emergencies
from gateway.jobs.exchanged import Exchanged
from gateway.jobs.identity import IdentityRelay
from gateway.jobs.integrity import Verifying
from gateway.jobs.jobs import EVENT, MESSAGE, jobs
from gateway.jobs.periodic import Periodic
from gateway.jobs.registering import RegistryRelay
from gateway.jobs.relay import Relay
from gateway.jobs.sessions import session_jobs
from gateway.jobs.uploads import Clearing
from gateway.joined.joining import FOLDER, Joined, joined
from gateway.log import Log
from gateway.operating import Operating
from gateway.settings import Settings
from gateway.signatures import signing_of
from gateway.streams.event_stream import EventStreams
from gateway.streams.feeds import Feeds, feeds, sights
from gateway.streams.open_streams import Streams
from gateway.streams.watching import Watching
from gateway.streams.websocket import WebSocketDoor
from resolvers.acts import acting
from resolvers.offered import Offered
from schema.built import graph
from schema.version import VERSION
from sources.postgres.listening import Listener
from sources.stores import Stores

# What each store gives word of: facts that rights rest on, what happened, and which objects changed.
FACTS = "fact_change"
OBJECTS = "object_change"
CHANNELS = {
    "registry": (FACTS, OBJECTS, EVENT),
    "accreditation": (FACTS, EVENT),
    "documents": (OBJECTS, EVENT),
    "schedule": (OBJECTS, EVENT),
    "clinical": (OBJECTS, EVENT),
    "journal": (FACTS, MESSAGE, EVENT),
    "identity": (FACTS, EVENT),
}
# What the demo calls the hospital that it joins.
HOSPITAL = "mis"
PACKAGES = Path(__file__).parent.parent / "node_modules"


class Application:
    """Everything of one process: `/graphql`, health, and in the demo GraphiQL."""

    def __init__(self, settings: Settings, stores: Stores, log: Log | None = None) -> None:
        self.settings = settings
        self.stores = stores
        self.log = log or Log(settings.log)
        fixed = (demo.issuer(settings.data),) if settings.demo else ()
        self.sessions = Sessions(stores.identity, settings.issuer, lasting=settings.lasting)
        self.methods = methods_of(settings)
        self._addresses = Addresses(settings.trusted_proxies, settings.forwarded_header)
        self.keys = KeyRing(settings.issuers, fixed, log=self.log, own=self.sessions.keys)
        offered = tuple(Offered(one.id, one.kind, one.title, one.title_en) for one in self.methods)
        self.signing = signing_of(settings)
        self.joined = joined_of(settings, self.log)
        self.operating = Operating(
            settings,
            stores,
            self.keys,
            self.log,
            sessions=self.sessions,
            sign_in=offered,
            signing=self.signing,
            joined=self.joined,
        )
        self._listeners = {
            name: Listener(getattr(stores, name), channels, self._heard) for name, channels in CHANNELS.items()
        }
        stores.clinical.tell = partial(self._unopened, "clinical")
        stores.identity.tell = partial(self._unopened, "identity")
        stores.documents.tell = partial(self._unopened, "documents")
        self.verifying = Verifying(stores, self._now, self.log)
        stores.files.tell = self.verifying.hear
        self.streams = Streams(
            self.operating,
            self.log,
            Feeds(feeds(stores, self._now), self._listeners),
            Watching(sights(stores), self._now),
            most=settings.streams,
            most_each=settings.streams_per_viewer,
            deadline=settings.deadline,
        )
        self._deliveries = (
            Relay(stores, self.log, deciding_key(settings), settings.reach, self.operating.press),
            RegistryRelay(stores, self.log, settings.reach),
            ScheduleRelay(stores, self.log),
            Exchanged(stores, self.log, settings.reach),
            IdentityRelay(stores, self.log, settings.reach),
            JournalRelay(stores, self.log, settings.reach),
            Emergencies(stores, self.log, settings.reach),
        )
        tasks = jobs(settings, stores, self._now, self._deliveries, self.operating.reads, self.log, self.signing)
        clearing = Clearing(stores, self._now, self.log)
        kept_up = session_jobs(self.sessions, stores, self.methods, self._now)
        work = (*tasks, *kept_up, *clearing.jobs, *self.verifying.jobs)
        # Without all of the keys only what is about this process can be done: the rest is left to others.
        self.background = Periodic([job for job in work if job.own or settings.keyed], self.log)
        self.health = Health(self._states if settings.demo else None)
        origins = Origins((*settings.origins, *settings.own_origin), local=settings.demo)
        profile = StatusProfile(settings.status_profile)
        endpoint = GraphQLEndpoint(
            self.operating,
            self.log,
            get=settings.get,
            profile=profile,
            body_limit=settings.body_limit,
            deadline=settings.deadline,
            events=EventStreams(self.streams),
            plain_cookie=settings.demo,
            whence=self._addresses.told,
        )
        self._graph: ASGIApp = CrossOrigin(endpoint, origins, self.log, get=settings.get)
        self._shedding = Shedding(self.operating.admission, profile)
        self._sockets = WebSocketDoor(
            self.operating,
            self.streams,
            self.log,
            origins=origins,
            most=settings.streams,
            deadline=settings.deadline,
            plain_cookie=settings.demo,
            whence=self._addresses.told,
        )
        self._socket_door: ASGIApp = self._sockets
        if settings.only:
            self._graph = self._socket_door = RoutersAlone(endpoint, settings.routers, self.log)
        self._clients = ClientDoors(
            settings, settings.issuer, stores, self.sessions, self.keys, self._addresses, self.log, self._now
        )
        # No browser asks a part.
        shown = settings.demo and not settings.only
        self._pages = _pages(settings) if shown else None
        fetching = Fetching(self.operating, settings.cursor_key, self.log, plain_cookie=settings.demo)
        self._downloads = CrossOrigin(
            DownloadDoor(fetching, self.log),
            origins,
            self.log,
            get=True,
            allowed=(*ALLOWED, *download.ASKED),
            exposed=(*EXPOSED, *download.SHOWN),
        )
        self._uploads = CrossOrigin(
            UploadDoor(self.operating, fetching, settings.cursor_key, self.log, plain_cookie=settings.demo),
            origins,
            self.log,
            get=False,
            allowed=(*ALLOWED, *upload.ASKED),
            exposed=(*EXPOSED, *upload.SHOWN),
            methods=upload.METHODS,
        )
        self._previews = CrossOrigin(PreviewDoor(fetching, self.log), origins, self.log, get=True)
        self._packages = PackageDoor(self.operating, exporting_key(settings), settings.cursor_key, self.log)
        partners = settings.exchange
        self._exchange = {
            EXCHANGED: ExchangeDoor(self.operating, partners, self.log),
            RECEIPTS: ExchangeDoor(self.operating, partners, self.log, receipts=True),
        }
        self._routed = self._router()
        header = settings.certificate_header
        self._certificates = None if header is None else header.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The hot path first: two comparisons stand between the server and the graph."""
        if self._certificates is not None and "headers" in scope:
            scope = certified(scope, self._certificates)
        if scope["type"] == "http" and scope["path"] == "/graphql":
            await self._graph(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket_door(scope, receive, send)
        else:
            await self._routed(scope, receive, send)

    def _heard(self, store: str, channel: str) -> None:
        """A store gave word: rights are looked at anew before anybody is answered or told."""
        if channel == FACTS:
            self.operating.facts.heard()
        self.background.heard(store, channel)
        self.streams.heard(rights=channel == FACTS)

    def _unopened(self, store: str, why: str, version: int) -> None:
        self.log.event(f"the {store} store is not opened", why=why, version=version)

    def _drain(self) -> None:
        """End what would otherwise never end."""
        self.streams.drain()
        self._sockets.drain()

    def _now(self) -> datetime:
        return self.operating.clock()

    async def _states(self) -> dict[str, object]:
        asked = [*self.stores, *self.stores.services.values(), *self.operating.joined()]
        found = await asyncio.gather(*(one.state() for one in asked))
        stores = {one.name: state.value for one, state in zip(asked, found, strict=True)}
        return {"stores": stores, "counters": self._counted()}

    def _counted(self) -> dict[str, Any]:
        counted: dict[str, Any] = {"streams": self.streams.counted(), "relay": self._relayed()}
        counted["refused"] = self.operating.admission.counted()
        return {**self.operating.executor.counted(), **counted}

    def _relayed(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for delivery in self._deliveries:
            found.update(delivery.counted())
        return dict(found)

    def _router(self) -> ASGIApp:
        routes = [Route(path, self.health, methods=None) for path in (Health.LIVE, Health.READY)]
        routes.append(Route(f"{PREFIX}{{ticket}}", self._packages, methods=None))
        routes += [Route(path, door, methods=None) for path, door in self._exchange.items()]
        routes.append(Route(VERIFY, VerifyDoor(self.stores, self._now, self.log, self._addresses.told), methods=None))
        routes.append(Route(download.PATH, self._downloads, methods=None))
        routes.append(Route(preview.PATH, self._previews, methods=None))
        routes.append(Route(upload.PATH, self._uploads, methods=None))
        routes += people.routes(
            self.methods,
            self.settings.issuer or "",
            self.stores,
            self.sessions,
            self._now,
            self.log,
            addresses=self._addresses,
            plain_cookie=self.settings.demo,
        )
        app = Starlette(routes=[*routes, *self._clients.routes], lifespan=self._lifespan)
        app.router.default = _Otherwise(self._pages)
        return app

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[dict[str, Any]]:
        try:
            await self.keys.open()
            if self.joined is not None:
                await self.joined.open()
        except (KeysNotLoaded, PlannerUnfit):
            self.log.close()
            raise
        parts = {"parts": ",".join(self.settings.only)} if self.settings.only else {}
        self.log.event(
            "started", version=VERSION, profile=self.settings.profile, executor=self.settings.executor, **parts
        )
        for listener in self._listeners.values():
            listener.start()
        self.background.start()
        self.health.ready = True
        try:
            with unready_first(lambda: setattr(self.health, "ready", False), self._drain):
                async with Counting(self.log, self._counted).running():
                    yield {"log": self.log, "shedding": self._shedding}
        finally:
            self.health.ready = False
            await self.streams.stop()
            await asyncio.gather(*(listener.stop() for listener in self._listeners.values()))
            await self.background.stop()
            await acting.at_rest()
            await self.operating.reads.close()
            await self.sessions.rest()
            await self.keys.close()
            await self._clients.close()
            if self.joined is not None:
                await self.joined.close()
            await self.stores.close()
            self.log.close()


def _pages(settings: Settings) -> GraphiQLPages:
    joined = any(one.name == HOSPITAL for one in settings.joined.services)
    return GraphiQLPages(settings.data, PACKAGES, address=settings.issuer or "", joined=joined)


def joined_of(settings: Settings, log: Log) -> Joined | None:
    """Our graph and the services of the settings, joined; None where there are none.

    Raises:
        GraphRefused: they do not fit together; every fault is listed.
        CannotCompose: nobody can compose them here.
    """
    if not settings.joined:
        return None
    return joined(settings.joined, graph(), settings.data / FOLDER, log.event)


def methods_of(settings: Settings) -> tuple[Method, ...]:
    """The methods of sign-in: those of the settings, in the demo with its own portal before them, where that runs."""
    if not settings.demo or not settings.portal_port:
        return settings.sign_in
    return (demo_esia.method(settings.data, f"http://{HOST}:{settings.portal_port}"), *settings.sign_in)


class _Otherwise:
    """What answers where nothing else does: the demo's pages, and 404 with the headers of every answer."""

    def __init__(self, pages: GraphiQLPages | None) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._pages is not None and self._pages.serves(scope["path"]):
            await self._pages(scope, receive, send)
        else:
            await answer(send, 404, b"application/json", b'{"status":"not found"}', head=scope["method"] == "HEAD")
