"""A graph that could leak is not served: the process refuses to start and names what is wrong."""

import re
import subprocess
import sys
from typing import Any

import pytest
import strawberry

from auth import policy
from auth.permissions import Permission
from engine.batch import one
from engine.declare import Root, derived, edge, guarded, public, shows
from engine.graph import Graph, GraphRefused

READ = "card:face:read"


class Card:
    """The record of these tests."""

    id: int
    owner: int
    face: str | None


@one(None, Card)
async def card(context: Any, keys: Any, ask: Any) -> dict[int, Card]:
    """No card at all."""
    return {}


def key() -> tuple[int, int]:
    """The key of the only card."""
    return 0, 1


def built(
    card_type: type, *, permissions: frozenset[str] = frozenset({READ}), guards: dict[str, str] | None = None
) -> Graph:
    """A graph with one type, read at its root."""
    query = type("Query", (), {"__annotations__": {"card": card_type | None}, "card": edge(card, "The card.", key=key)})
    schema = strawberry.Schema(shows(Root)(query))
    return Graph(schema, permissions=permissions, input_guards=guards or {})


def refusal(card_type: type, **given: Any) -> list[str]:
    """Why the graph of a type is refused."""
    with pytest.raises(GraphRefused) as refused:
        built(card_type, **given)
    return refused.value.faults


def test_a_graph_that_is_declared_in_full_is_built() -> None:
    @shows(Card, keys={"own": "owner"}, gate=READ)
    class Good:
        id: int = public("Key.")
        face: str | None = guarded(READ, "Face.")

    assert built(Good).permission_of("Good.id") == READ


def test_a_field_that_is_not_declared_is_named() -> None:
    class Silent:
        id: int = public("Key.")
        face: str | None = strawberry.field(description="Face.", default=None)

    with pytest.raises(TypeError, match=re.escape("Silent.face")):
        shows(Card)(Silent)


def test_a_field_without_any_declaration_is_named() -> None:
    class Bare:
        face: str | None = None

    with pytest.raises(TypeError, match=re.escape("Bare.face")):
        shows(Card)(Bare)


def test_a_type_that_says_no_record_is_named() -> None:
    @strawberry.type
    class Loose:
        id: int

    assert refusal(Loose) == ["Loose: the type does not say which record it shows"]


def test_an_unknown_permission_is_named_with_its_coordinate() -> None:
    @shows(Card)
    class Lost:
        face: str | None = guarded("card:face:raed", "Face.")

    assert refusal(Lost) == ["Lost.face: unknown permission card:face:raed"]


def test_an_unknown_permission_of_a_whole_type_is_named() -> None:
    @shows(Card, keys={"own": "owner"}, gate="card:whole:read")
    class Gated:
        id: int = public("Key.")

    assert refusal(Gated) == ["Gated: unknown permission card:whole:read"]


def test_a_guarded_field_that_cannot_be_null_is_named() -> None:
    @shows(Card)
    class Stiff:
        face: str = guarded(READ, "Face.")
        twice: str = derived(lambda face: face * 2, "Face, twice.", needs=("face",), permission=READ)

    assert refusal(Stiff) == [
        "Stiff.face: a guarded field must be nullable",
        "Stiff.twice: a guarded field must be nullable",
    ]


def test_a_gated_type_without_keys_for_rules_is_named() -> None:
    @shows(Card, gate=READ)
    class Keyless:
        id: int = public("Key.")

    assert refusal(Keyless) == ["Keyless: a gated type needs keys for its rules"]


def test_a_guard_on_an_input_that_does_not_exist_is_named() -> None:
    @shows(Card)
    class Plain:
        id: int = public("Key.")

    assert refusal(Plain, guards={"CardBy.number": READ}) == ["CardBy.number: no such input"]


def test_a_field_that_needs_a_column_the_record_lacks_is_named() -> None:
    class Greedy:
        face: str | None = guarded(READ, "Face.", column="back")

    with pytest.raises(TypeError, match=re.escape("Greedy.face")):
        shows(Card)(Greedy)


def test_all_faults_are_told_at_once() -> None:
    @shows(Card, keys={"own": "owner"})
    class Many:
        id: int = guarded("nobody:knows:it", "Key.")
        face: str = guarded(READ, "Face.")

    assert len(refusal(Many)) == 3


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_without_a_row_is_refused(permission: Permission) -> None:
    without = {known: row for known, row in policy.POLICY.items() if known is not permission}
    with pytest.raises(policy.PolicyRefused, match=permission.value):
        policy.check(without)


BREAK = """
from auth import policy
from auth.permissions import Permission
{damage}
from schema.built import graph
graph()
"""
DELETED = "del policy.POLICY[Permission.PRACTITIONER_CONTACT_READ]"
RENAMED = "policy.POLICY['practitioner:contacts:read'] = policy.POLICY.pop(Permission.PRACTITIONER_CONTACT_READ)"


@pytest.mark.parametrize("damage", [DELETED, RENAMED], ids=["deleted", "renamed"])
def test_a_process_whose_policy_lost_a_row_does_not_start_and_names_the_coordinates(damage: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BREAK.format(damage=damage)], capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "Practitioner.phone" in ended.stderr
    assert "Practitioner.email" in ended.stderr
