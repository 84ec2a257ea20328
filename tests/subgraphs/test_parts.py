"""Each part by itself: what it does not offer cannot be asked of it, and what it offers is read as in the whole."""

import random
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLField, get_named_type, is_leaf_type, is_required_argument

from engine.request.request import Request
from gateway.identity.routers import Routers
from gateway.settings import BODY_LIMIT_OF_PARTS, PARTS, Settings
from gateway.world.cast import CAST
from schema.built import graph
from schema.subgraph import parts
from sources.sealing import Keyring
from tests.conftest import Answered, Gateway, opened
from tests.subgraphs.composing import written
from tests.subgraphs.told import told

# Stores of which a part needs no keys.
SEALED = ("clinical", "documents")
SECRET = "of-the-router-alone-0123456789-abcdef"
EVERYBODY = [*CAST, "anonymous"]
FOUND = "query($these: [_Any!]!) { _entities(representations: $these) { __typename ... on Node { id } } }"
NO_FIELD = re.compile("Cannot query field '([A-Za-z0-9]+)' on type")
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
# How many fields a document may name beside what it takes to name them.
FIELDS = 150
MANY = 10_000
STRANGE: list[dict[str, Any]] = [
    {"__typename": "Practitioner"},
    {"__typename": "Practitioner", "id": None},
    {"__typename": "Practitioner", "id": 1},
    {"__typename": "Practitioner", "id": ["prac_1"]},
    {"__typename": "Practitioner", "id": "prac_01"},
    {"__typename": "Practitioner", "id": "prac_1 "},
    {"__typename": "Practitioner", "id": f"prac_{'9' * 19}"},
    {"__typename": "practitioner", "id": "prac_1"},
    {"__typename": "Node", "id": "prac_1"},
    {"__typename": "_Entity", "id": "prac_1"},
    {"__typename": "", "id": "prac_1"},
    {"__typename": "Document", "id": "prac_1"},
    {"__typename": "Accreditation", "id": "doc_1"},
    {"__typename": "Patient", "id": "viewer_1"},
]


@pytest.fixture(scope="module", params=PARTS)
async def part(request: pytest.FixtureRequest, settings: Settings, urls: Mapping[str, str]) -> AsyncIterator[Gateway]:
    """A gateway that serves one part, with the keys of its own store alone."""
    keys: dict[str, Any] = {f"{store}_keys": Keyring() for store in SEALED if store != request.param}
    routers = Routers((SECRET.encode(),))
    alone = replace(settings, only=(request.param,), routers=routers, body_limit=BODY_LIMIT_OF_PARTS, **keys)
    async with opened(alone, urls) as made:
        yield made


async def asked(part: Gateway, persona: str, document: str, variables: dict[str, Any] | None = None) -> Answered:
    """Ask a part as its router does for somebody."""
    return await part.ask(persona, document, variables, headers={"kabinet-router": SECRET})


def selections(names: Sequence[str]) -> Iterator[dict[str, str]]:
    """By type, what can be selected of a part's entities without an argument: scalars, and ids of what they lead to."""
    chosen: dict[str, str] = {}
    size = 0
    for name in parts().resolved(names):
        if name == "Viewer":
            continue
        core: Any = graph().core.type_map[name]
        fields = [_selected(name, one, core.fields[one]) for one in parts().offer(names)[name]]
        chosen[name] = " ".join(field for field in fields if field)
        size += chosen[name].count(":")
        if size > FIELDS:
            yield chosen
            chosen, size = {}, 0
    if chosen:
        yield chosen


def references(names: Iterable[str]) -> list[dict[str, str]]:
    """A hundred references to entities of these types, whether there are such or not."""
    prefixes = {name: graph().types[name].declaration.prefix for name in names if name != "Viewer"}
    found = [
        {"__typename": name, "id": f"{prefix}_{key}"} for key in range(1, 101) for name, prefix in prefixes.items()
    ]
    return found[:100]


def _selected(owner: str, name: str, field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if any(map(is_required_argument, field.args.values())):
        return ""
    if is_leaf_type(kind):
        return f"{owner}_{name}: {name}"
    return f"{owner}_{name}: {name} {{ id }}" if parts().is_entity(kind.name) else ""


async def test_entities_of_a_part_are_what_nodes_are(gateway: Gateway, part: Gateway) -> None:
    """Data, and errors with their counts, for everybody; each type is asked for by as many statements."""
    for chosen in selections(part.application.settings.only):
        these = references(chosen)
        fields = " ".join(f"... on {name} {{ {selected} }}" for name, selected in chosen.items())
        nodes_document = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename {fields} }} }}"
        document = f"query($these: [_Any!]!) {{ _entities(representations: $these) {{ __typename {fields} }} }}"
        for persona in EVERYBODY:
            nodes = await gateway.ask(persona, nodes_document, {"ids": [one["id"] for one in these]})
            entities = await asked(part, persona, document, {"these": these})
            assert (entities.data["_entities"], told(entities)) == (nodes.data["nodes"], told(nodes))
            assert entities.statements == nodes.statements


async def test_of_ten_thousand_references_those_count_that_mean_something(gateway: Gateway, part: Gateway) -> None:
    """The rest is wrong, malformed or of what the viewer may not see, and is told by a null."""
    these = references(parts().resolved(part.application.settings.only))
    mixed = random.Random(20_261_130).choices([*these, *STRANGE], k=MANY)
    for persona in EVERYBODY:
        nodes = await gateway.ask(persona, NODES, {"ids": [one["id"] for one in these]})
        seen = {(one["__typename"], one["id"]) for one in nodes.data["nodes"] if one}
        answer = await asked(part, persona, FOUND, {"these": mixed})
        assert answer.errors == []
        told_of = [one if (one["__typename"], str(one.get("id"))) in seen else None for one in mixed]
        assert answer.data["_entities"] == told_of


async def test_what_a_part_does_not_offer_is_refused(part: Gateway) -> None:
    """Each field of the roots and of entities is asked for, a handful at once: the validator names those it misses."""
    operations = part.application.operating.executor.operations
    offer = parts().offer(part.application.settings.only)
    refused = 0
    for bound in graph().types.values():
        if bound.name not in {"Query", "Mutation"} and not parts().is_entity(bound.name):
            continue
        offered = offer.get(bound.name, ())
        fields = list(bound.fields.items())
        for first in range(0, len(fields), 15):
            these = fields[first : first + 15]
            leaves = {name: is_leaf_type(get_named_type(field.core.type)) for name, field in these}
            selected = " ".join(name if leaf else f"{name} {{ __typename }}" for name, leaf in leaves.items())
            asks = {"Query": f"{{ {selected} }}", "Mutation": f"mutation {{ {selected} }}"}
            entity = f"{{ _entities(representations: []) {{ ... on {bound.name} {{ {selected} }} }} }}"
            faults = operations.prepare(Request(asks.get(bound.name, entity))).faults
            missed = {found[1] for fault in faults if (found := NO_FIELD.match(fault.message))}
            wanted = set(leaves) - set(offered)
            assert missed == wanted or (not offered and any(f"type '{bound.name}'" in one.message for one in faults))
            refused += len(wanted)
    assert refused > 300


async def test_subscriptions_are_in_no_part(part: Gateway) -> None:
    answer = await asked(part, "therapist", "subscription { messageReceived { id } }")
    assert (answer.status, answer.codes) == (200, ["GRAPHQL_VALIDATION_FAILED"])


async def test_a_part_shows_what_it_offers(part: Gateway) -> None:
    names = part.application.settings.only
    document = "{ _service { sdl } __schema { types { name } subscriptionType { name } } }"
    answer = await asked(part, "anonymous", document)
    assert answer.data["_service"]["sdl"] == written(*names)
    shown = {one["name"] for one in answer.data["__schema"]["types"]}
    assert set(parts().offer(names)) <= shown
    assert not shown & {name for name in graph().types if name not in parts().offer(names)}
    assert answer.data["__schema"]["subscriptionType"] is None
