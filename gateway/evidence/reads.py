"""The journal of reads: what an operation read or was refused of clinical and identity data, kept before it is told."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from engine.answer.answer import Answer, Stage, refused
from engine.errors import Code, Fault
from engine.graph import Graph
from gateway.evidence.denied import DeniedReads
from gateway.evidence.entries import Entries, Request
from gateway.evidence.group_writer import GroupWriter
from gateway.evidence.unsigned import Unsigned
from gateway.log import Exchange
from resolvers.clinical.emergency.relied_on import NOTHING, openings_in_force
from resolvers.context import Context
from sources.journal.reads import NewRead, keep
from sources.postgres.failure import SourceFailure
from sources.postgres.store import Store

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
UNKEPT: Final = "What was read cannot be noted in the journal now, so it is not told."
DONE_UNKEPT: Final = "It was done, but what it gave cannot be noted in the journal now; ask again with the same key."


class JournalUnavailable(SourceFailure):
    """What an operation read could not be noted, so that it must not be told.

    Attributes:
        answer: what the caller is told instead.
    """

    code = Code.JOURNAL_UNAVAILABLE.value

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        super().__init__("journal")
        fault = Fault(Code.JOURNAL_UNAVAILABLE, UNKEPT if data is None else DONE_UNKEPT, retryable=True)
        self.answer = refused(Stage.VALIDATION, [fault])
        if data is not None:
            # Acts that were committed stand.
            self.answer.stage, self.answer.data = Stage.EXECUTED, dict.fromkeys(data)


class ReadJournal:
    """What one process notes in the journal of what is read.

    Attributes:
        denied: who was refused how often, for whoever locks accounts.
    """

    def __init__(self, graph: Graph, journal: Store) -> None:
        self._graph = graph
        self._entries = Entries(graph)
        self._unsigned = Unsigned()
        self.denied = DeniedReads()

        async def write(entries: Any) -> None:
            await keep(journal, entries)

        self.writer: GroupWriter[NewRead] = GroupWriter(write)

    async def told(self, context: Context, answer: Answer, exchange: Exchange, *, acts: bool = False) -> None:
        """Note what an answer tells; only then may it leave.

        Raises:
            JournalUnavailable: it cannot be noted.
        """
        barred = self._barred(answer) if answer.stage is not Stage.EXECUTED and answer.errors else {}
        if not (context.reads or context.refusals or context.sought or barred):
            return
        if context.viewer.facts is None:
            self._unsigned.count(context.at, exchange.client, self._entries.refused(context), barred)
            return
        self.denied.note(context.viewer, self._entries.refused(context), barred)
        request = Request(exchange.document, exchange.operation, exchange.client)
        noted = self._entries.of(context, request, barred)
        if not noted:
            return
        try:
            openings = await openings_in_force(context) if any(one.opened for one in noted) else NOTHING
            await self.writer.keep([one.entry(openings) for one in noted])
        except SourceFailure as failed:
            raise JournalUnavailable(answer.data if acts else None) from failed

    async def fetched(self, entry: NewRead) -> None:
        """Note that something leaves beside the graph; only then may it.

        Raises:
            JournalUnavailable: it cannot be noted.
        """
        try:
            await self.writer.keep([entry])
        except SourceFailure as failed:
            raise JournalUnavailable from failed

    async def sums(self, at: datetime) -> None:
        """Write the sums of what callers without a token were refused in minutes that are over; all at once.

        Raises:
            SourceFailure: the journal did not take them.
        """
        await self._tell(self._unsigned.taken(at))

    async def close(self) -> None:
        """Write what is left, once nobody is answered any more; what a journal that is lost does not take is lost."""
        with suppress(SourceFailure):
            await self._tell(self._unsigned.taken(FOREVER))
        await self.writer.rest()

    async def _tell(self, entries: list[NewRead]) -> None:
        if entries:
            try:
                await self.writer.keep(entries)
            except SourceFailure:
                self._unsigned.again(entries)
                raise

    def _barred(self, answer: Answer) -> dict[str, str]:
        """Guarded inputs for which an operation was refused as a whole, with the reason."""
        found = {}
        for error in answer.errors:
            told = error["extensions"]
            permission = self._graph.input_guards.get(told.get("coordinate", ""))
            if told["code"] == Code.UNAUTHORIZED_FIELD_OR_TYPE and self._graph.journals(permission):
                found[told["coordinate"]] = str(told["reason"])
        return found
