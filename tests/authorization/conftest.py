"""The world as the tests see it, and the gateway asked at one instant."""

from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLSchema

from engine import executor
from engine.plan import routing
from engine.request import documents
from gateway.evidence.reads import ReadJournal
from gateway.identity import demo
from gateway.world.cast import CAST
from resolvers.facts import ViewerFacts
from schema.built import graph
from tests.answer import Answer as BareAnswer
from tests.authorization import world as worlds
from tests.authorization.comparing import mismatches
from tests.authorization.masking import (
    Mask,
    Watch,
    unwatched,
)
from tests.authorization.oracle import Oracle
from tests.authorization.revealing import FULL_PAGE, revealing
from tests.authorization.syntax import Asked
from tests.authorization.world import World
from tests.conftest import Gateway


@dataclass
class Answer(BareAnswer):
    """An answer with what its errors say."""

    @property
    def told(self) -> list[dict[str, Any]]:
        """What the errors say in their extensions."""
        return [error["extensions"] for error in self.errors]

    @property
    def bare(self) -> dict[str, Any]:
        """The body without what differs from request to request."""
        return {key: value for key, value in self.body.items() if key != "extensions"}


UNNOTED: ContextVar[bool] = ContextVar("unnoted", default=False)


class _Noting:
    """The journal of reads, but for what is asked at a desk."""

    def __init__(self, journal: ReadJournal) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def told(self, *given: Any, **named: Any) -> None:
        """Note one operation."""
        if not UNNOTED.get():
            await self._journal.told(*given, **named)


@dataclass
class Desk:
    """Asks the gateway as one of the cast at the instant of the desk."""

    gateway: Gateway
    schema: GraphQLSchema
    at: datetime
    world: World
    tokens: dict[tuple[str, bool], str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        operating: Any = self.gateway.application.operating
        if not isinstance(operating.reads, _Noting):
            operating.reads = _Noting(operating.reads)

    def token(self, persona: str, second_factor: bool = True) -> str:
        """A token of the demo issuer, signed in at the instant of the desk."""
        key = (persona, second_factor)
        if key not in self.tokens:
            data = self.gateway.application.settings.data
            self.tokens[key] = demo.token(data, persona, timedelta(days=3), self.at, second_factor=second_factor)
        return self.tokens[key]

    async def ask(
        self,
        persona: str,
        document: str | Asked,
        variables: dict[str, Any] | None = None,
        *,
        second_factor: bool = True,
        each: bool = False,
    ) -> Answer:
        """Ask one operation as one of the cast, or as `anonymous`."""
        body: dict[str, Any] = {"query": document, "variables": variables or {}}
        if isinstance(document, Asked):
            body = {"query": document.text, "variables": dict(document.variables), "operationName": document.operation}
        if each:
            body["extensions"] = {"errors": "each"}
        headers = {}
        if persona != "anonymous":
            headers["authorization"] = f"Bearer {self.token(persona, second_factor)}"
        # What is asked here is not noted: the journal stays what the world has of it.
        asking = UNNOTED.set(True)
        try:
            response = await self.gateway.client.post("/graphql", json=body, headers=headers)
        finally:
            UNNOTED.reset(asking)
        return Answer(response.status_code, response.json(), response.content)

    async def reveal(self, source: Asked) -> dict[str, Any]:
        """The answer to a question with every right, with what the mask must know; it may cost what it will."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(executor, "MAX_COST", 10_000_000)
            patch.setattr(executor, "MAX_DEPTH", 1_000)
            patch.setattr(routing, "MAX_PAGE", FULL_PAGE)
            patch.setattr(documents, "MAX_TOKENS", 20_000)
            patch.setattr(documents, "MAX_CHARACTERS", 200_000)
            patch.setattr(documents, "MAX_COMPARED", 10_000_000)
            answer = await self.ask("census", revealing(self.schema, source))
        assert answer.errors == [], f"{answer.errors}\n{source.text}"
        found: dict[str, Any] = answer.data
        return found

    def oracle(self, persona: str, *, second_factor: bool = True) -> Oracle:
        """The oracle of one viewer."""
        return Oracle(self.world, persona, second_factor)

    async def compare(
        self,
        source: Asked,
        revealed: dict[str, Any],
        oracle: Oracle,
        watch: Watch = unwatched,
        *,
        each: bool = False,
    ) -> list[str]:
        """Ask as the viewer of an oracle, and tell where the answer is not the mask of the revealed one."""
        expected = Mask(self.schema, oracle, source, watch).expected(revealed)
        answer = await self.ask(oracle.persona, source, second_factor=oracle.second_factor, each=each)
        found = [f"{oracle.persona}: {text}" for text in mismatches(expected, answer.body, each=each)]
        return found and [*found, source.text, str(dict(source.variables))]


CLARIFICATION = """
UPDATE application SET clarification_requested_at = $1, clarification_deadline = $2, clarification_what = $3
WHERE practitioner_id = 6 AND stage = 'CHECK'
"""
# What the village's own applications do not happen to point at.
POINTERS = """
UPDATE application SET supervisor_id = $1, base_id = $2, renews_id = $2, previous_id = $3,
    form_id = CASE WHEN $3::bigint IS NOT NULL THEN document_ids[1] END
WHERE practitioner_id = 6 AND stage = 'CHECK'
"""
REJECTED = "SELECT min(id) FROM application WHERE outcome = 'REJECTED'"


@pytest.fixture(scope="package")
async def world(gateway: Gateway, lent: None) -> AsyncIterator[World]:
    """The village as it is at the start of these tests; the applicant of the cast is asked to put something right."""
    now = datetime.now(UTC)
    stores = gateway.application.stores
    await stores.accreditation.execute(CLARIFICATION, now, now + timedelta(days=5), "scan the diploma again")
    async with stores.accreditation.connection() as connection:
        rejected = await connection.fetchval(REJECTED)
    await stores.accreditation.execute(POINTERS, 11, 4, rejected)
    # Something read of one person, for the journal to tell of.
    await gateway.ask("registrar", '{ practitioner(by: {id: "prac_1"}) { inn } }')
    subjects = {name: persona.subject for name, persona in CAST.items()}
    yield await worlds.read(stores, now, subjects)
    await stores.accreditation.execute(CLARIFICATION, None, None, None)
    await stores.accreditation.execute(POINTERS, None, None, None)


@pytest.fixture
async def desk(gateway: Gateway, world: World) -> AsyncIterator[Desk]:
    """The gateway with its clock stopped at the instant of the world."""
    operating = gateway.application.operating
    clock, facts = operating.clock, operating.facts
    operating.clock, operating.facts = (lambda: world.at), ViewerFacts(operating.stores)
    yield Desk(gateway, graph().core, world.at, world)
    operating.clock, operating.facts = clock, facts
