"""Every stream of ours stands in the joined graph, where plans alone can ask for it."""

from collections import deque
from typing import Any

import pytest
from graphql import GraphQLNonNull, get_named_type, is_abstract_type, is_object_type

from engine.joining.executor import JoinedExecutor
from engine.plan.subscription import Subscription
from engine.request.request import Request
from engine.subgraph.streams import hidden
from gateway.identity.presented import Presented
from gateway.log import Exchange
from schema.built import graph
from tests.conftest import Gateway

CORE = graph().core
STREAMS = sorted(CORE.subscription_type.fields) if CORE.subscription_type else []
LED_TO = "Practitioner"


def leading(stream: str) -> str:
    """A subscription of the stream that asks for a foreign field, by the shortest way that leads to somebody."""
    root: Any = CORE.subscription_type
    kind = get_named_type(root.fields[stream].type)
    left, seen = deque([(kind, "%s")]), {kind.name}
    while left:
        here, text = left.popleft()
        if here.name == LED_TO:
            return f"subscription {{ {stream} {{ __typename {text % 'id workload { hours }'} }} }}"
        for name, field in getattr(here, "fields", {}).items():
            needed = any(isinstance(one.type, GraphQLNonNull) for one in field.args.values())
            inside: Any = get_named_type(field.type)
            for below in CORE.get_possible_types(inside) if is_abstract_type(inside) else (inside,):
                if not needed and is_object_type(below) and below.name not in seen:
                    seen.add(below.name)
                    left.append((below, text % f"{name} {{ ... on {below.name} {{ %s }} }}"))
    raise AssertionError(stream)


@pytest.mark.parametrize("stream", STREAMS)
async def test_every_stream_is_planned_with_a_field_of_others(joined: Gateway, stream: str) -> None:
    operating = joined.application.operating
    executor = operating.executor
    assert isinstance(executor, JoinedExecutor)
    viewer = await operating.viewer(Presented(joined.token("census")))
    request = Request(leading(stream))
    assert isinstance(await operating.subscribe(request, viewer, Exchange("", "POST", "en")), Subscription)
    told = await executor.explained_whole(request, viewer)
    assert isinstance(told, dict)
    assert [one["service"] for one in told["requests"]] == ["kabinet", "mis"]
    (step,) = told["requests"][0]["plan"]["steps"]
    assert step["field"] == f"Subscription.{stream}"


@pytest.mark.parametrize("way", ["{ %s { at } }", "{ wards { name } new: %s { at } }", "subscription { %s { at } }"])
async def test_a_stream_is_nothing_that_can_be_queried(joined: Gateway, way: str) -> None:
    assert joined.application.joined is not None
    sdl = joined.application.joined.own.sdl
    assert sdl.count("@inaccessible") >= len(STREAMS) == sdl.count("  " + hidden(""))
    assert "_kabinet" not in joined.application.joined.composed.public
    answer = await joined.ask("therapist", way % hidden("practitionerChanged"))
    assert (answer.codes, answer.body.get("data")) == (["GRAPHQL_VALIDATION_FAILED"], None)
