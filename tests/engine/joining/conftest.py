"""The planner of the clinic, as a process of Node, for all tests of joined graphs."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from engine.joining.joined import Joined
from engine.joining.planner import Planner
from engine.joining.plans import Plans
from engine.joining.supergraph import Supergraph
from tests.engine.joining.services import sdl


class Clinic(NamedTuple):
    """The joined graph of the clinic, with who plans it."""

    planner: Planner
    supergraph: Supergraph
    version: str

    def joined(self) -> Joined:
        """The graph with no plan known yet."""
        return Joined(self.supergraph, Plans(self.supergraph, self.planner), introspection=True, explain=True)


@pytest.fixture(scope="session")
async def clinic() -> AsyncIterator[Clinic]:
    """The clinic, planned by a real planner."""
    planner = Planner(sdl("supergraph"))
    version = await planner.start()
    yield Clinic(planner, Supergraph(sdl("supergraph")), version)
    await planner.stop()
