"""From a request to an answer: who asks, with which facts at this instant, and what the executor makes of it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from graphql import OperationType

from auth.facts import Facts, Lost
from auth.tokens import Reason, TokenRefused
from auth.viewer import Viewer, Viewers
from engine.answer.answer import Answer
from engine.executor import Executor
from engine.joining.deeds import Unnoted
from engine.joining.executor import JoinedExecutor
from engine.plan.subscription import Subscription
from engine.request.request import Request
from gateway.admission import Admission, Rank, demand
from gateway.checker import Checker
from gateway.evidence.reads import JournalUnavailable, ReadJournal
from gateway.identity.keys import KeyRing
from gateway.identity.presented import Presented
from gateway.identity.sessions import Sessions
from gateway.joined.joining import Joined
from gateway.log import Exchange, Log, Notes
from gateway.settings import Settings
from resolvers.acting_as import acting
from resolvers.context import Context
from resolvers.facts import ViewerFacts
from resolvers.facts_of_stores import UNSIGNED
from resolvers.feed import News
from resolvers.offered import Offered
from resolvers.printed.press import Press
from schema.built import graph
from schema.subgraph import subgraph
from sources.postgres.crashing import arm, reach
from sources.postgres.failure import SourceFailure
from sources.postgres.store import statements
from sources.remote.service import Service
from sources.signing import Signing
from sources.stores import Stores

UNKNOWN_SESSION = ""
FOREVER = datetime.max.replace(tzinfo=UTC)
MUTATION = OperationType.MUTATION.value


class Caller(NamedTuple):
    """A viewer at an instant, and until when neither his token nor a term of his facts comes to its end."""

    viewer: Viewer
    until: datetime


class Operating:
    """Answers operations over the stores; one for each process.

    Attributes:
        clock: the instant of an operation is taken from it once.
        press: what documents are made with.
        checker: who is asked before prescriptions are signed; None where nobody is.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        keys: KeyRing,
        log: Log,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sessions: Sessions | None = None,
        sign_in: tuple[Offered, ...] = (),
        signing: Signing | None = None,
        joined: Joined | None = None,
    ) -> None:
        self.stores = stores
        self.sessions = sessions or Sessions(stores.identity, settings.issuer, lasting=settings.lasting)
        self.sign_in = sign_in
        self.signing = signing or Signing()
        self.facts = ViewerFacts(stores, settings.reach)
        self.viewers = Viewers(demo=settings.demo, ages=settings.ages)
        self.clock = clock
        whole = graph()
        self.executor = _executor(settings, settings.step_up if sign_in else None, joined)
        arm(settings.crash_at)
        self.admission = Admission(log, most=settings.operations, deadline=settings.deadline)
        self.reads = ReadJournal(self.executor.graph, stores.journal)
        # What can be done at all, whichever part does it.
        self._done_under = whole.done_under()
        self._acts = whole.acts()
        self._settings = settings
        self._joined = joined
        self.checker = None if settings.prescription_checker is None else Checker(settings.prescription_checker)
        self.press = Press(settings.address, self.signing)
        self._seals = settings.demo or settings.journal_key is not None
        self._bound = settings.clients.certificates
        self._keys = keys
        self._log = log

    def kind(self, request: Request) -> OperationType | None:
        """The kind of the operation meant; none when the document does not tell.

        Raises:
            Overloaded: the document would have to be made ready, and whatever it asks, its turn would not come.
        """
        # An act cannot do without the word; that it stands there for something else costs no more than it always did.
        if not self.executor.known(request) and MUTATION not in request.document:
            now = asyncio.get_running_loop().time()
            if self.admission.crowded(Rank.READ, now):
                raise self.admission.refuse(Rank.READ, now)
        return self.executor.kind(request)

    async def operate(self, request: Request, shown: Presented, exchange: Exchange) -> Answer:
        """Answer one operation, and note in the exchange what the log may tell.

        Raises:
            Overloaded: there is too much to do; nothing was executed, and nobody was asked who the caller is.
            TokenRefused: the bearer is not good; nothing was executed.
            KeysStale: nobody can say whether the bearer is good.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's; nothing was executed.
            JournalUnavailable: what it read cannot be noted, and is not told; acts that were committed stand.
        """
        executor, kind = self.executor, self.executor.kind(request)
        wanted = demand(kind, 0 if kind is OperationType.MUTATION else executor.cost(request))
        if not self.admission.enter(wanted):
            await self.admission.wait(wanted)
        try:
            self._told_apart(request, exchange)
            exchange.document = executor.digest(request)
            viewer, _ = await self._who(shown)
            statements.set(exchange.statements)
            context = self.context(viewer, exchange.language)
            context.request_id, context.idempotency_key = exchange.request_id, request.key
            context.whence, context.bearer = exchange.whence, shown.bearer
            try:
                answer = await executor.execute(request, context)
            except Unnoted as failed:
                raise JournalUnavailable(None if failed.done is None else {failed.done: None}) from failed
            finally:
                _name(exchange, request)
                if context.way is not None:
                    exchange.executor, exchange.because = context.way.executor, context.way.because
            exchange.refusals = len(context.refusals)
            if kind is OperationType.MUTATION:
                reach("before_answer")
            await self.reads.told(context, answer, exchange, acts=kind is OperationType.MUTATION)
            self._note(answer, exchange.request_id, self._log)
            return answer
        finally:
            self.admission.leave(wanted)

    async def viewer(self, shown: Presented) -> Viewer:
        """The viewer behind what is shown, at this instant; nobody without a token.

        Raises:
            TokenRefused: the bearer is not good.
            KeysStale: nobody can say whether the bearer is good.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's.
        """
        return (await self._who(shown))[0]

    async def caller(self, shown: Presented) -> Caller:
        """The viewer behind what is shown, and how long he is sure to stay what he is.

        Raises:
            TokenRefused: the bearer is not good.
            KeysStale: nobody can say whether the bearer is good.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's, or no longer.
        """
        viewer, expires_at = await self._who(shown, using=False)
        expires = FOREVER if expires_at is None else datetime.fromtimestamp(expires_at, UTC)
        return Caller(viewer, min(expires, viewer.standing.until))

    async def _who(self, shown: Presented, *, using: bool = True) -> tuple[Viewer, float | None]:
        """The viewer, and when what he shows ends, in seconds since 1970; `using` keeps his session up."""
        at, (bearer, workplace, on_behalf_of, cookie, certificate) = self.clock(), shown
        facts, expires_at, claims = None, None, None
        if bearer is not None:
            claims = await self._keys.verify(bearer, at)
        elif cookie is not None:
            try:
                claims = await self.sessions.known.claims(cookie, at, using=using)
            except SourceFailure as failure:
                facts = _somebody(failure)
        if claims is not None:
            # What was given to a machine that has a certificate is of no use to anybody else.
            bound = self._bound.get(claims.client_id or "") if claims.session is not None else None
            if bound is not None and bound != certificate:
                raise TokenRefused(Reason.CERTIFICATE)
            facts = await self.facts.of(claims.account, claims.assurance, at, claims.session)
            expires_at = claims.expires_at
            if facts.ended and (facts.over or claims.token_id in facts.ended):
                raise TokenRefused(Reason.DENIED)
        viewer = self.viewers.of(facts, at)
        if workplace is not None or on_behalf_of is not None:
            viewer = self.viewers.of(facts, at, await acting(self.facts, viewer, workplace, on_behalf_of))
        return viewer, expires_at

    async def subscribe(self, request: Request, viewer: Viewer, exchange: Exchange) -> Subscription | Answer:
        """Make a subscription ready; the answer where it is none, or is refused.

        Raises:
            JournalUnavailable: the refusal cannot be noted.
        """
        self._told_apart(request, exchange)
        exchange.document = self.executor.digest(request)
        context = self.context(viewer, exchange.language)
        context.request_id = exchange.request_id
        found = self.executor.subscribe(request, context)
        _name(exchange, request)
        answer = found if isinstance(found, Answer) else self.executor.refusal(found, context)
        if answer is None and isinstance(found, Subscription):
            answer = await self.executor.made_ready(found, context)
        if answer is not None:
            await self.reads.told(context, answer, exchange)
        return answer or found

    def refusal(self, told: Subscription, viewer: Viewer, exchange: Exchange) -> Answer | None:
        """The answer to a viewer who may be told nothing by a subscription at all."""
        return self.executor.refusal(told, self.context(viewer, exchange.language))

    async def tell(self, told: Subscription, viewer: Viewer, news: News, exchange: Exchange, notes: Notes) -> Answer:
        """Answer a subscription for one piece of news, under the rights of the viewer as he is now.

        Raises:
            JournalUnavailable: what it read cannot be noted, and is not told.
        """
        context = self.context(viewer, exchange.language)
        context.request_id, context.told = exchange.request_id, news
        answer = await self.executor.tell(told, context)
        await self.reads.told(context, answer, exchange)
        self._note(answer, exchange.request_id, notes)
        return answer

    def context(self, viewer: Viewer, language: str) -> Context:
        """The context of one operation of a viewer, answered in a language."""
        scope = (viewer.subject or "").encode("utf-8", "surrogatepass")
        key = self._settings.cursor_key
        return Context(
            viewer,
            viewer.at,
            key,
            scope,
            self.stores,
            viewer,
            language,
            facts=self.facts,
            clock=self.clock,
            reachable_by=self._settings.reachable_by,
            done_under=self._done_under,
            acts=self._acts,
            sign_in=self.sign_in,
            step_up=self.executor.step_up,
            support=self._settings.support,
            seals=self._seals,
            press=self.press,
            recipients=self._settings.exchange.recipients,
            source=self._settings.exchange.source,
            signing=self.signing,
            checker=self.checker,
            joined=self.joined,
        )

    def joined(self) -> list[Service]:
        """The services whose graphs are joined with ours, as they are asked."""
        return [] if self._joined is None else [one.door for one in self._joined.doors.values()]

    def _told_apart(self, request: Request, exchange: Exchange) -> None:
        """Some clients cannot ask for an error for each row: those that are set up to have them."""
        if exchange.client in self._settings.errors_each:
            request.each = True

    def _note(self, answer: Answer, request_id: str, notes: Notes) -> None:
        for error, fault in answer.faults:
            error["extensions"]["errorId"] = notes.noted(fault, request_id)


def _executor(settings: Settings, step_up: str | None, joined: Joined | None) -> Executor:
    compiled = settings.executor == "compiled"
    if joined is None:
        offered = subgraph(settings.only).graph if settings.only else graph()
        return Executor(offered, introspection=settings.demo, explain=settings.demo, compiled=compiled, step_up=step_up)
    return JoinedExecutor(
        joined.graph,
        joined.joint,
        introspection=settings.demo,
        explain=settings.demo,
        compiled=compiled,
        step_up=step_up,
    )


def _somebody(failure: SourceFailure) -> Facts:
    """Whoever shows a session of which nobody can say whose it is: he reads what everybody may, and no more for now."""
    lost = (Lost(failure.store, failure.code, failure.retryable),)
    return Facts("", UNSIGNED, lost=lost, session=UNKNOWN_SESSION)


def _name(exchange: Exchange, request: Request) -> None:
    """Let the log know the operation by the name that it has in its document, where the request gave none."""
    if exchange.operation is None and request.operation is not None:
        exchange.operation = request.operation.name
