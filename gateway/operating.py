"""From a request to an answer: who asks, with which facts at this instant, and what the executor makes of it."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b

from graphql import OperationType

from auth.viewer import Viewer, Viewers
from engine.answer import Answer
from engine.executor import Executor
from engine.request import Request
from gateway.keys import KeyRing
from gateway.log import Exchange, Log
from gateway.reads import CountedReads, ReadJournal
from gateway.settings import Settings
from resolvers.context import Context
from resolvers.facts import ViewerFacts
from schema.built import graph
from sources.store import statements
from sources.stores import Stores


class Operating:
    """Answers operations over the five stores; one for each process.

    Attributes:
        clock: the instant of an operation is taken from it once.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        keys: KeyRing,
        log: Log,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.stores = stores
        self.facts = ViewerFacts(stores)
        self.viewers = Viewers(demo=settings.demo)
        self.clock = clock
        self.reads: ReadJournal = CountedReads()
        self.executor = Executor(
            graph(),
            introspection=settings.demo,
            explain=settings.demo,
            compiled=settings.executor == "compiled",
        )
        self._settings = settings
        self._keys = keys
        self._log = log

    def kind(self, request: Request) -> OperationType | None:
        """The kind of the operation meant; none when the document does not tell."""
        return self.executor.kind(request)

    async def operate(self, request: Request, bearer: str | None, exchange: Exchange) -> Answer:
        """Answer one operation, and note in the exchange what the log may tell.

        Raises:
            TokenRefused: the bearer is not good; nothing was executed.
            KeysStale: nobody can say whether the bearer is good.
        """
        counted: dict[str, int] = {}
        exchange.statements = counted
        exchange.document = blake2b(request.document.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        viewer = await self.viewer(bearer)
        statements.set(counted)
        context = self.context(viewer)
        try:
            answer = await self.executor.execute(request, context)
        finally:
            if context.way is not None:
                exchange.executor, exchange.because = context.way.executor, context.way.because
        self.reads.read(viewer, context.reads)
        exchange.refusals = len(context.refusals)
        for error, fault in answer.faults:
            error_id = error["extensions"]["errorId"] = secrets.token_hex(8)
            self._log.fault(error_id, exchange.request_id, fault)
        return answer

    async def viewer(self, bearer: str | None) -> Viewer:
        """The viewer behind a bearer token at this instant; nobody without one.

        Raises:
            TokenRefused: the bearer is not good.
            KeysStale: nobody can say whether the bearer is good.
        """
        at = self.clock()
        if bearer is None:
            return self.viewers.of(None, at)
        claims = await self._keys.verify(bearer, at)
        facts = await self.facts.of(claims.subject, claims.assurance, at)
        return self.viewers.of(facts, at)

    def context(self, viewer: Viewer) -> Context:
        """The context of one operation of a viewer."""
        scope = (viewer.subject or "").encode("utf-8", "surrogatepass")
        return Context(viewer, viewer.at, self._settings.cursor_key, scope, self.stores, viewer)
