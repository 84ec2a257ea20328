"""Any supergraph served as it is: everything is public, nothing is ours. For trying, and for audits of routers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as Asking
from starlette.responses import Response
from starlette.routing import Route

from engine.answer.answer import Stage, refused
from engine.answer.json import written
from engine.errors import Fault
from engine.joining.joined import Joined
from engine.joining.planner import Planner
from engine.joining.plans import Plans
from engine.joining.services import Contradicts, Reply
from engine.joining.steps import Asked
from engine.joining.supergraph import Supergraph
from gateway.http.body import BodyRefused, CallerLeft, decode_body, read_body
from sources.remote.errand import Errand
from sources.remote.service import Service

HOST: Final = "127.0.0.1"
DEADLINE: Final = 5.0
BATCH: Final = 1_000
MOST_BYTES: Final = 1_048_576
JSON: Final = "application/json"


class Tried:
    """One service of the supergraph, at the address that stands there."""

    batch = BATCH

    def __init__(self, name: str, url: str) -> None:
        self.door = Service(name, url, deadline=DEADLINE, private=True)

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Errand) -> Reply:
        """What it answers.

        Raises:
            SourceFailure: it does not answer in time, or makes no sense.
            Contradicts: what it answers is no answer to an operation.
        """
        content: dict[str, Any] = {"query": asked.text, "variables": variables}
        if asked.name is not None:
            content["operationName"] = asked.name
        said = await self.door.post("", content, run, reads=asked.reads)
        if not isinstance(said, dict):
            raise Contradicts
        return Reply(said.get("data"), said.get("errors") or ())


class Trying:
    """A supergraph while it is served."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._joined: Joined
        self._services: dict[str, Tried] = {}

    def application(self) -> Starlette:
        """The ASGI application: `POST /graphql`, and `GET /graphql`, which says that it is there."""
        return Starlette(
            routes=[
                Route("/graphql", self._answer, methods=["POST"]),
                Route("/graphql", self._there, methods=["GET"]),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        planner = Planner(self._text)
        await planner.start()
        try:
            supergraph = Supergraph(self._text)
            self._joined = Joined(supergraph, Plans(supergraph, planner), introspection=True, explain=True)
            self._services = {one.name: Tried(one.name, one.url) for one in supergraph.services.values()}
            yield
        finally:
            await planner.stop()
            await asyncio.gather(*[one.door.close() for one in self._services.values()])

    async def _there(self, _: Asking) -> Response:
        return Response(b"{}", media_type=JSON)

    async def _answer(self, asking: Asking) -> Response:
        try:
            body = await read_body(asking.receive, None, MOST_BYTES)
            answer = await self._joined.execute(decode_body(body), self._services, run=Errand())
        except BodyRefused as refusal:
            answer = refused(Stage.PARSE, [Fault(refusal.code, refusal.message)])
        except CallerLeft:
            return Response()
        said: dict[str, Any] = {} if answer.stage is not Stage.EXECUTED else {"data": answer.data}
        if answer.errors:
            said["errors"] = answer.errors
        return Response(written(said), media_type=JSON)


def serve(text: str, port: int) -> None:
    """Serve a supergraph on this machine until told to stop.

    Raises:
        PlannerUnfit, SupergraphUnfit: it cannot be served.
        SystemExit: the port is taken.
    """
    asyncio.run(_fit(text))
    uvicorn.run(Trying(text).application(), host=HOST, port=port, log_level="warning", access_log=False)


async def _fit(text: str) -> None:
    """See whether a supergraph can be served, before anything is."""
    planner = Planner(text)
    await planner.start()
    await planner.stop()
    Supergraph(text)
