"""The hospital over HTTP: its graph at /graphql, what it was asked for at /counts."""

from graphql import graphql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gateway.hospital.graph import LAST, Counts, schema


def application(counts: Counts | None = None, last: int = LAST) -> Starlette:
    """The hospital; it counts into `counts`, and knows practitioners up to the number `last`."""
    known = Counts() if counts is None else counts
    answering = schema(known, last)

    async def operate(request: Request) -> JSONResponse:
        try:
            asked = await request.json()
            document, variables = asked["query"], asked.get("variables")
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"errors": [{"message": "no operation"}]}, 400)
        known.asked += 1
        result = await graphql(
            answering, document, variable_values=variables, operation_name=asked.get("operationName")
        )
        return JSONResponse(result.formatted)

    async def told(_: Request) -> JSONResponse:
        return JSONResponse(known.told())

    return Starlette(routes=[Route("/graphql", operate, methods=["POST"]), Route("/counts", told)])
