"""Entities by their representations: what `nodes` gives, to whom it gives it, by as many statements."""

from typing import Any

import pytest

from gateway.world.cast import CAST
from schema.subgraph import Subgraph
from tests.conftest import Gateway
from tests.subgraphs.told import told

ENTITIES = "query($these: [_Any!]!) { _entities(representations: $these) { __typename %s } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename %s } }"
TOLD = """... on Practitioner { id fullName snils snilsMasked employments { id organization { name } } }
  ... on Document { id title number owner { id } } ... on Patient { id patientName: fullName birthYear }
  ... on Shift { id room practitioner { id } } ... on Accreditation { id held: status }"""
PREFIXES = {"Practitioner": "prac", "Document": "doc", "Patient": "pat", "Shift": "shift", "Accreditation": "acc"}
EVERYBODY = [*CAST, "anonymous"]


def representations(*ids: str) -> list[dict[str, Any]]:
    names = {prefix: name for name, prefix in PREFIXES.items()}
    return [{"__typename": names[one.partition("_")[0]], "id": one} for one in ids]


@pytest.mark.parametrize("persona", EVERYBODY)
async def test_entities_are_what_nodes_are(gateway: Gateway, routed: Gateway, persona: str) -> None:
    ids = [f"{prefix}_{key}" for key in (1, 2, 7, 19) for prefix in PREFIXES.values()]
    nodes = await gateway.ask(persona, NODES % TOLD, {"ids": ids})
    entities = await routed.ask(persona, ENTITIES % TOLD, {"these": representations(*ids)})
    assert entities.data["_entities"] == nodes.data["nodes"]
    assert entities.statements == nodes.statements
    assert told(entities) == told(nodes)


async def test_a_representation_that_means_nothing_is_null(routed: Gateway) -> None:
    strange = [
        {"__typename": "Practitioner", "id": "doc_1"},
        {"__typename": "Document", "id": "prac_1"},
        {"__typename": "Practitioner", "id": "prac_01"},
        {"__typename": "Practitioner", "id": 1},
        {"__typename": "Practitioner", "id": None},
        {"__typename": "Practitioner"},
        {"__typename": "Query", "id": "prac_1"},
        {"__typename": "Nobody", "id": "prac_1"},
        {"__typename": "Practitioner", "id": "prac_999999"},
    ]
    answer = await routed.ask("therapist", ENTITIES % "", {"these": [*strange, *representations("prac_1")]})
    assert answer.errors == []
    assert answer.data["_entities"] == [*([None] * len(strange)), {"__typename": "Practitioner"}]


@pytest.mark.parametrize("these", [[1], ["prac_1"], [{}], [{"__typename": 3}], [None], [[]], {"id": "prac_1"}, None])
async def test_what_is_no_representation_is_refused(routed: Gateway, these: Any) -> None:
    answer = await routed.ask("therapist", ENTITIES % "", {"these": these})
    assert [error["extensions"]["code"] for error in answer.errors] == ["BAD_USER_INPUT"]
    assert "prac_1" not in str(answer.errors)


async def test_who_asks_the_token_alone_tells(routed: Gateway) -> None:
    document = ENTITIES % "... on Viewer { id practitioner { id } }"
    mine = (await routed.ask("therapist", "{ viewer { __typename id practitioner { id } } }")).data["viewer"]
    for said in ({"id": mine["id"]}, {"id": "viewer_1"}, {}, {"id": [1]}):
        representation = [{"__typename": "Viewer", **said}]
        assert (await routed.ask("therapist", document, {"these": representation})).data["_entities"] == [mine]
        assert (await routed.ask("anonymous", document, {"these": representation})).data["_entities"] == [None]


async def test_a_field_that_is_there_besides_is_guarded_like_any(gateway: Gateway, routed: Gateway) -> None:
    """The head of a hospital may know the shifts of his own people, and of nobody else."""
    ids = [f"prac_{key}" for key in range(1, 61)]
    document = ENTITIES % "... on Practitioner { _workload }"
    for persona in EVERYBODY:
        told = await routed.ask(persona, document, {"these": representations(*ids)})
        shifts = NODES % "... on Practitioner { shifts(first: 1) { nodes { id } } }"
        known = await gateway.ask(persona, shifts, {"ids": ids})
        assert [one and one["_workload"] for one in told.data["_entities"]] == [
            one and (True if one["shifts"] is not None else None) for one in known.data["nodes"]
        ]


async def test_the_cost_counts_representations(routed: Gateway) -> None:
    """An employment counts as ten, with its organisation each of them."""
    selected = "... on Practitioner { employments { organization { id } } }"
    for many, code in ((900, None), (1_000, "COST_ESTIMATED_TOO_EXPENSIVE")):
        ids = ["prac_1"] * many
        answer = await routed.ask("census", ENTITIES % selected, {"these": representations(*ids)})
        assert [error["extensions"]["code"] for error in answer.errors] == ([] if code is None else [code])


async def test_the_sdl_has_the_extra_field_and_nothing_of_routers(whole: Subgraph, routed: Gateway) -> None:
    told = (await routed.ask("anonymous", "{ _service { sdl } }")).data["_service"]["sdl"]
    assert told == whole.sdl
    assert "  _workload: Boolean @inaccessible\n" in told
    assert 'type Practitioner implements Node @key(fields: "id") {' in told
    assert not [word for word in ("_entities", "_Any", "@reads", "@acts", "@oneOf", "Subscription") if word in told]


async def test_an_ordinary_graph_has_nothing_of_routers(gateway: Gateway) -> None:
    for document in ("{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"):
        answer = await gateway.ask("therapist", document)
        assert [error["extensions"]["code"] for error in answer.errors] == ["GRAPHQL_VALIDATION_FAILED"]
