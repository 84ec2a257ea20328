"""The whole graph as one subgraph, asked in process as the cast ask it."""

from collections.abc import AsyncIterator, Mapping

import pytest
from graphql import GraphQLBoolean

from auth.permissions import Permission as P
from engine.declare import derived
from engine.executor import Executor
from gateway.settings import Settings
from schema.subgraph import Extra, Subgraph, subgraph
from tests.conftest import Gateway, opened

WORKLOAD = Extra(
    "Practitioner",
    "_workload",
    derived(lambda _: True, "Whether the workload may be read.", needs=("id",), permission=P.SCHEDULE_SHIFT_READ),
    GraphQLBoolean,
    "@inaccessible",
)


@pytest.fixture(scope="session")
def whole() -> Subgraph:
    """The whole graph as one subgraph, with a field that it has besides."""
    return subgraph(extra=[WORKLOAD])


@pytest.fixture(scope="module")
async def routed(settings: Settings, urls: Mapping[str, str], whole: Subgraph) -> AsyncIterator[Gateway]:
    """A gateway that executes the subgraph."""
    async with opened(settings, urls) as made:
        made.application.operating.executor = Executor(whole.graph, introspection=True, explain=True, compiled=True)
        yield made
