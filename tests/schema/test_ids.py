"""What a client's cache knows objects by: the viewer, and rows of the registers."""

import re

import pytest

from gateway.world.cast import CAST
from schema.built import graph
from tests.conftest import Ask

ME = "{ viewer { id __typename } }"
AGAIN = "query($id: ID!) { node(id: $id) { __typename id ... on Viewer { practitioner { id } roles { name } } } }"
# What stands in a list and is neither an object with an id nor a value of its parent.
ROWS = """{ practitioner(by: {id: "prac_1"}) {
  education { id } certificates { id } category { id } licences { id } employments { id licences { id } }
  documents(first: 100) { nodes { id createdAt checks { id } signatures { id } } }
  applications(first: 100) { nodes { id history { id } comments { id } } } } }"""
ID = re.compile(r"[a-z]{2,8}_[1-9][0-9]*")


async def test_the_viewer_has_one_id_for_ever_and_nobody_elses(ask: Ask) -> None:
    personas = [name for name in CAST if name != "census"]
    ids = [(await ask(persona, ME)).data["viewer"]["id"] for persona in personas]
    assert all(map(ID.fullmatch, ids))
    assert len(set(ids)) == len(ids)
    assert ids == [(await ask(persona, ME)).data["viewer"]["id"] for persona in personas]
    assert not [one for one in ids if any(persona.subject in one for persona in CAST.values())]


async def test_the_viewer_is_found_again_by_himself_alone(ask: Ask) -> None:
    mine = (await ask("therapist", ME)).data["viewer"]["id"]
    found = await ask("therapist", AGAIN, {"id": mine})
    assert found.errors == []
    node = found.data["node"]
    assert (node["__typename"], node["id"], node["practitioner"]) == ("Viewer", mine, {"id": "prac_1"})
    assert {role["name"] for role in node["roles"]} == {"LNK", "DOC"}
    for persona in ("surgeon", "head", "census", "anonymous"):
        assert (await ask(persona, AGAIN, {"id": mine})).data == {"node": None}


async def test_every_row_of_a_list_has_an_id_of_its_own(ask: Ask) -> None:
    answer = await ask("census", ROWS)
    assert answer.errors == []
    person = answer.data["practitioner"]
    documents = person["documents"]["nodes"]
    found = [
        *person["education"],
        *person["certificates"],
        person["category"],
        *person["licences"],
        *(one for document in documents for one in (*document["checks"], *document["signatures"])),
        *(step for one in person["applications"]["nodes"] for step in (*one["history"], *one["comments"])),
    ]
    ids = [one["id"] for one in found]
    assert all(map(ID.fullmatch, ids))
    assert len(set(ids)) == len(ids) > 20
    assert all(document["createdAt"].endswith("Z") for document in documents)
    moments = [document["createdAt"] for document in documents]
    assert moments == sorted(moments, reverse=True)
    assert person["employments"][0]["licences"] == person["licences"]


@pytest.mark.parametrize(("path", "type_name"), [("licences", "Licence"), ("category", "QualificationCategory")])
async def test_a_row_that_is_a_node_is_found_again(ask: Ask, path: str, type_name: str) -> None:
    person = (await ask("anonymous", ROWS.partition("education")[0] + f"{path} {{ id filingKind }} }} }}")).data
    found = person["practitioner"][path]
    first = found[0] if isinstance(found, list) else found
    text = "query($id: ID!) { node(id: $id) { __typename id ... on Filing { filingKind } } }"
    answer = await ask("anonymous", text, {"id": first["id"]})
    assert answer.data["node"] == {"__typename": type_name, **first}


def test_what_is_filed_has_an_id_whatever_it_is() -> None:
    core = graph().core
    filing = core.get_type("Filing")
    assert "id" in filing.fields  # type: ignore[union-attr]
    node = core.get_type("Node")
    assert {one.name for one in core.get_possible_types(filing)} <= {  # type: ignore[arg-type]
        one.name
        for one in core.get_possible_types(node)  # type: ignore[arg-type]
    }


def test_what_is_deprecated_names_a_field_or_argument_that_stands_beside_it() -> None:
    told = 0
    for bound in graph().types.values():
        for field in bound.fields.values():
            if reason := field.core.deprecation_reason:
                told += 1
                (instead,) = re.findall(r"Ask for `(\w+)`", reason)
                assert instead in bound.fields
                assert bound.fields[instead].core.deprecation_reason is None
            for argument in field.core.args.values():
                if reason := argument.deprecation_reason:
                    told += 1
                    (instead,) = re.findall(r"Give `(\w+):", reason)
                    assert instead in field.core.args
    assert told == 13
