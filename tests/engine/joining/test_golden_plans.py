"""The plans of the pinned planner, one of each kind: a release that plans otherwise is looked at before it is taken."""

from collections.abc import Iterator
from typing import Any

import pytest

from engine.joining.planner import NotPlanned
from engine.joining.reading import PlanUnfit, read
from engine.joining.supergraph import Supergraph
from tests.engine.joining.conftest import Clinic

PERSON = "query($representations:[_Any!]!){_entities(representations: $representations){...on Person{%s}}}"
DOCTOR = PERSON.replace("Person", "Doctor")
WARD = PERSON.replace("Person", "Ward")

PLANS = {
    "one service is asked once": (
        "{ people { id name } }",
        ["staff: {people{id __typename name}}"],
    ),
    "interfaceObject: the interface is looked up by its key, whatever the type": (
        "{ people { name shifts } }",
        [
            "staff: {people{__typename id name}}",
            f"rota at people.@ by Person(__typename id) as Person: {PERSON % 'shifts'}",
        ],
    ),
    "interfaceObject: who knows the type is asked for it": (
        "{ onDuty { __typename shifts } }",
        [
            "rota: {onDuty{__typename id shifts}}",
            f"staff at onDuty.@ by Person(__typename id) as Person: {PERSON % '__typename'}",
        ],
    ),
    "provides: what one service gives beside is not asked of another": (
        "{ wards { head { name } } }",
        ["wards: {wards{head{name}}}"],
    ),
    "several keys: from one service to the third by way of the second": (
        "{ wards { head { paid { amount } } } }",
        [
            "wards: {wards{head{__typename licence}}}",
            f"staff at wards.@.head by Doctor(__typename licence): {DOCTOR % 'id'}",
            f"pay at wards.@.head by Doctor(__typename id): {DOCTOR % 'paid{amount}'}",
        ],
    ),
    "requires: what is required goes along, also where it is not public": (
        '{ doctor(licence: "L1") { bonus } }',
        [
            'staff: {doctor(licence: "L1"){__typename id salary}}',
            f"pay at doctor by Doctor(__typename salary id): {DOCTOR % 'bonus'}",
        ],
    ),
    "requires with an argument, beside the same field with another one; a nested key": (
        "{ wards { beds load } }",
        [
            "wards: {wards{__typename _as_beds: beds code site{id} beds(free: true)}}",
            f"rota at wards.@ by Ward(__typename beds code site(id)): {WARD % 'load'}",
        ],
    ),
    "override: the service that took the field over is asked": (
        '{ doctor(licence: "L1") { room } }',
        [
            'staff: {doctor(licence: "L1"){__typename id}}',
            f"pay at doctor by Doctor(__typename id): {DOCTOR % 'room'}",
        ],
    ),
    "union: only members are looked up": (
        "{ found { ... on Doctor { paid { amount } } ... on Ward { code } } }",
        [
            "staff: {found{__typename ...on Doctor{__typename id} ...on Ward{code}}}",
            f"pay at found.@.Doctor by Doctor(__typename id): {DOCTOR % 'paid{amount}'}",
        ],
    ),
    "flags are left to the one who follows": (
        "query($all: Boolean!) { people { id shifts @include(if: $all) } }",
        [
            "staff: {people{__typename id}}",
            "if all",
            f"rota at people.@ by Person(__typename id) as Person: {PERSON % 'shifts'}",
        ],
    ),
    "mutation": (
        'mutation { rename(id: "1", name: "x") { shifts } }',
        [
            'staff: mutation{rename(id: "1", name: "x"){__typename id}}',
            f"rota at rename by Person(__typename id) as Person: {PERSON % 'shifts'}",
        ],
    ),
}


@pytest.mark.parametrize("name", PLANS)
async def test_plan(clinic: Clinic, name: str) -> None:
    document, expected = PLANS[name]
    assert list(_told((await clinic.planner.plan(document, None))["node"])) == expected


async def test_an_operation_that_cannot_be_planned_is_refused_each_time(clinic: Clinic) -> None:
    for _ in range(2):
        with pytest.raises(NotPlanned):
            await clinic.planner.plan("{ onDuty { ... on Doctor { bonus } } }", None)


@pytest.mark.parametrize(
    "node",
    [
        {"kind": "Defer"},
        {"kind": "Subscription", "primary": {}},
        {"kind": "Sequence", "nodes": [{"kind": "Later"}]},
        {"kind": "Fetch", "serviceName": "nobody", "operation": "{a}"},
        {"kind": "Fetch", "serviceName": "staff", "operation": "{"},
        {"kind": "Flatten", "path": [{"Index": 1}], "node": {"kind": "Fetch"}},
        {
            "kind": "Flatten",
            "path": ["@"],
            "node": {"kind": "Fetch", "serviceName": "staff", "operation": "{people{id}}"},
        },
        {"kind": "Fetch", "serviceName": "staff", "operation": "{a}", "outputRewrites": [{"Remover": {"path": []}}]},
        {
            "kind": "Fetch",
            "serviceName": "staff",
            "operation": "{_entities{id}}",
            "requires": [{"kind": "FragmentSpread"}],
        },
        [],
    ],
)
def test_a_plan_that_is_not_known_is_refused_when_it_is_read(clinic: Clinic, node: Any) -> None:
    with pytest.raises(PlanUnfit):
        read({"kind": "QueryPlan", "node": node}, clinic.supergraph)


def _told(node: Any, place: str = "") -> Iterator[str]:
    kind = node["kind"]
    if kind in {"Sequence", "Parallel"}:
        for one in node["nodes"]:
            yield from _told(one)
    elif kind == "Condition":
        yield f"if {node['condition']}"
        yield from _told(node["ifClause"])
    elif kind == "Flatten":
        yield from _told(node["node"], " at " + ".".join(map(_part, node["path"])))
    else:
        assert kind == "Fetch"
        by = "".join(f" by {_sent(one)}" for one in node.get("requires", ()))
        as_ = "".join(f" as {one['ValueSetter']['setValueTo']}" for one in node.get("inputRewrites", ()))
        yield f"{node['serviceName']}{place}{by}{as_}: {node['operation']}"


def _part(part: Any) -> str:
    return part if isinstance(part, str) else "|".join(part.get("TypeCondition", [part.get("Field")]))


def _sent(one: Any) -> str:
    inside = " ".join(map(_sent, one.get("selections", ())))
    renamed = f"{one['alias']}<{one['name']}" if one.get("alias") else one.get("name") or one["typeCondition"]
    return f"{renamed}({inside})" if inside else renamed


async def test_entities_say_their_key_again_unless_the_service_only_names_it(clinic: Clinic) -> None:
    plan = await clinic.planner.plan("{ wards { head { room } } }", None)
    _, staff, _ = read(plan, clinic.supergraph).fetches
    assert "_kabinet_key_Doctor_licence: licence" in staff.asked.text
    known = "licence: String! @join__field(graph: STAFF)"
    assert known in clinic.supergraph.text
    named = Supergraph(clinic.supergraph.text.replace(known, known[:-1] + ", external: true)"))
    _, staff, _ = read(plan, named).fetches
    assert "_kabinet_key" not in staff.asked.text
    assert "_kabinet_type: __typename" in staff.asked.text
    _, staff, _ = read(plan, named, trusted=frozenset({"staff"})).fetches
    assert "_kabinet" not in staff.asked.text
