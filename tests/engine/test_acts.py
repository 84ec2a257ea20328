"""What a mutation means, case by case, in both executors: in order, each act whole before the next, none undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from engine.context import Way
from engine.executor import Executor
from engine.reads import by_coordinate
from engine.request.request import Request
from tests.engine.cases import CONTRADICTS, INPUT, INTERNAL, REFUSED, UNAVAILABLE, Error
from tests.engine.tiny import Down, Memory, PersonRow, memory
from tests.engine.tiny_acts import COMPILED, DOER, DOES_ALL, REFERENCE
from tests.engine.tiny_rights import Holds, Says


@dataclass(frozen=True)
class Case:
    """One mutation over two people, its data, its errors as (code, path), and whom it left with which name."""

    name: str
    document: str
    data: Any
    errors: tuple[Error, ...] = ()
    left: tuple[Any, Any] = ("Ann", "Bob")
    variables: dict[str, Any] = field(default_factory=dict)
    rights: Holds = DOES_ALL
    broken: dict[str, Exception] = field(default_factory=dict)


OWN = Holds({**DOER, "secret": Says(rules=(("own", frozenset({1})),))})
CASES = [
    Case("acts are done in order, and each payload shows what was done by then",
         """mutation { b: rename(id: 1, name: "X") { text person { name } }
         a: rename(id: 1, name: "Y") { person { name } } }""",
         {"b": {"text": "done", "person": {"name": "X"}}, "a": {"person": {"name": "Y"}}}, left=("Y", "Bob")),
    Case("aliases, fragments, names of types, an act that is named twice and done once",
         """mutation { __typename ...F a: rename(id: 1, name: "X") { ... on Done { t: __typename p: person { ...N } } }
         } fragment F on Mutation { a: rename(id: 1, name: "X") { p: person { id } } }
         fragment N on Node { __typename }""",
         {"__typename": "Mutation", "a": {"p": {"id": "p_1", "__typename": "Person"}, "t": "Done"}}, left=("X", "Bob")),
    Case("directives leave acts and parts of payloads out",
         """mutation($t: Boolean!) { a: rename(id: 1, name: "X") @skip(if: $t) { text }
         b: rename(id: 2, name: "Y") @include(if: $t) { text @skip(if: $t) person { name } } }""",
         {"b": {"person": {"name": "Y"}}}, variables={"t": True}, left=("Ann", "Y")),
    Case("nothing is left", 'mutation { rename(id: 1, name: "X") @skip(if: true) { text } }', {}),
    Case("arguments by variables, one by default",
         'mutation($id: Int!, $n: String! = "X") { rename(id: $id, name: $n) { person { id name } } }',
         {"rename": {"person": {"id": "p_2", "name": "X"}}}, variables={"id": 2}, left=("Ann", "X")),
    Case("an argument that cannot be taken ends its act alone",
         """mutation($n: String = "X") { a: rename(id: 1, name: $n) { text } b: rename(id: 2, name: "Y") { text } }""",
         {"a": None, "b": {"text": "done"}}, ((INPUT, "a"),), variables={"n": None}, left=("Ann", "Y")),
    Case("what failed is null, what was done before and comes after stands",
         """mutation { a: rename(id: 1, name: "X") { text } b: rename(id: 1, name: "broken") { text }
         c: rename(id: 1, name: "down") { text } d: rename(id: 2, name: "Y") { text } }""",
         {"a": {"text": "done"}, "b": None, "c": None, "d": {"text": "done"}},
         ((INTERNAL, "b"), (UNAVAILABLE, "c")), left=("X", "Y")),
    Case("a right that is missing, and an object that it does not cover",
         """mutation { a: forbidden(id: 1, name: "X") { text } b: rename(id: 1, name: "forbidden") { text }
         c: rename(id: 2, name: "Y") { text } }""",
         {"a": None, "b": None, "c": {"text": "done"}}, ((REFUSED, "a"), (REFUSED, "b")), left=("Ann", "Y")),
    Case("an act that says nothing", 'mutation { rename(id: 1, name: "nothing") { text } }', {"rename": None}),
    Case("a null where a value is promised takes the payload, and no act with it",
         """mutation { a: rename(id: 1, name: "silent") { text person { name } }
         b: rename(id: 2, name: "Y") { text } }""",
         {"a": None, "b": {"text": "done"}}, ((CONTRADICTS, "a.text"),), left=("silent", "Y")),
    Case("a null deep below takes what stands above it up to the nearest that may be null",
         """mutation { a: rename(id: 1, name: "null") { text person { boss { name } name } }
         b: rename(id: 2, name: "Y") { somebody { id chief { name } } } }""",
         {"a": {"text": "done", "person": None}, "b": None},
         ((CONTRADICTS, "a.person.name"), (CONTRADICTS, "b.somebody.chief.name")), left=(None, "Y")),
    Case("a store that is down loses parts of payloads, and no act",
         """mutation { a: rename(id: 1, name: "X") { text person { name } }
         b: rename(id: 2, name: "Y") { text somebody { name } } }""",
         {"a": {"text": "done", "person": None}, "b": None}, ((UNAVAILABLE, "a.person"), (UNAVAILABLE, "b.somebody")),
         left=("X", "Y"), broken={"people": Down()}),
    Case("what the rights refuse is told once for each place, act by act",
         """mutation { a: rename(id: 1, name: "X") { whispered person { secret friends { secret } } }
         b: rename(id: 2, name: "Y") { whispered person { hidden { name } } } }""",
         {"a": {"whispered": None, "person": {"secret": None, "friends": [{"secret": None}, {"secret": None}]}},
          "b": {"whispered": None, "person": {"hidden": None}}},
         ((REFUSED, "a.whispered"), (REFUSED, "a.person.secret"), (REFUSED, "a.person.friends.0.secret"),
          (REFUSED, "b.whispered"), (REFUSED, "b.person.hidden")), left=("X", "Y"), rights=Holds(DOER)),
    Case("rules look at payloads and at the rows below them",
         """mutation { a: rename(id: 1, name: "X") { whispered person { secret } }
         b: rename(id: 2, name: "Y") { whispered person { secret } } }""",
         {"a": {"whispered": "done", "person": {"secret": "nick"}},
          "b": {"whispered": None, "person": {"secret": None}}},
         ((REFUSED, "b.whispered"), (REFUSED, "b.person.secret")), left=("X", "Y"), rights=OWN),
    Case("rights that an act gives hold for its payload and for the acts that follow",
         """mutation { a: rename(id: 1, name: "X") { whispered } b: become(everything: true) { whispered }
         c: rename(id: 1, name: "Y") { whispered } d: become(everything: false) { whispered } }""",
         {"a": {"whispered": None}, "b": {"whispered": "done"}, "c": {"whispered": "done"}, "d": {"whispered": None}},
         ((REFUSED, "a.whispered"), (REFUSED, "d.whispered")), left=("Y", "Bob"), rights=Holds(DOER)),
]  # fmt: skip


@pytest.mark.parametrize("executor", [REFERENCE, COMPILED], ids=["reference", "compiled"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_acts_mean_what_the_specification_says(case: Case, executor: Executor) -> None:
    context = village(case.rights, case.broken)
    answer = await executor.execute(Request(case.document, None, dict(case.variables)), context)
    assert orjson.dumps(answer.data) == orjson.dumps(case.data)
    found = [(error["extensions"]["code"], ".".join(map(str, error["path"]))) for error in answer.errors]
    assert sorted(found) == sorted(case.errors)
    assert (context.people[1].name, context.people[2].name) == case.left
    assert context.way == (Way("compiled") if executor is COMPILED else Way("reference", "setting"))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_both_executors_tell_the_same_errors_and_reads(case: Case) -> None:
    told = []
    for executor in (REFERENCE, COMPILED, COMPILED):
        context = village(case.rights, case.broken)
        answer = await executor.execute(Request(case.document, None, dict(case.variables)), context)
        told.append((orjson.dumps(answer.data), answer.errors, by_coordinate(context.reads)))
    assert told[0] == told[1] == told[2]


async def test_an_act_begins_once_the_payload_before_it_is_read() -> None:
    context = village()
    document = (
        'mutation { a: rename(id: 1, name: "X") { person { id boss { id } } } b: rename(id: 2, name: "Y") { text } }'
    )
    await COMPILED.execute(Request(document), context)
    assert [name for name, _, _ in context.log] == ["rename to X", "people", "people", "rename to Y"]


async def test_what_is_read_for_a_payload_is_what_its_selection_needs() -> None:
    context = village()
    await COMPILED.execute(
        Request('mutation { rename(id: 1, name: "X") { a: person { name } b: person { nick } } }'), context
    )
    assert [(name, columns) for name, _, columns in context.log[1:]] == [("people", frozenset({"name", "nick"}))]


async def test_a_payload_that_no_plan_can_complete_is_known_before_the_first_act() -> None:
    document = 'mutation { a: rename(id: 1, name: "X") { text } promise { text later } }'
    context, before = village(Holds(DOER)), COMPILED.counted()["reference"]
    answer = await COMPILED.execute(Request(document), context)
    assert answer.data == {"a": {"text": "done"}, "promise": {"text": "done", "later": "done later"}}
    why = "Promised.later waits for its value"
    assert context.way == Way("reference", why)
    assert COMPILED.counted()["reference"] == {**before, why: before.get(why, 0) + 1}
    assert [name for name, _, _ in context.log] == ["rename to X", "promise"]


async def test_acts_are_told_in_their_order_with_what_is_read_for_them() -> None:
    document = """mutation($n: String!) { a: rename(id: 1, name: $n) { text p: person { boss { name } } }
    b: forbidden(id: 1, name: "X") { text } c: become(everything: true) { whispered } }"""
    found = COMPILED.explained(Request(document, None, {"n": "secret-value"}), Holds(DOER))
    assert isinstance(found, dict)
    assert (found["executor"], found["statements"]) == ("compiled", 2)
    first, last = found["steps"]
    assert {name: first[name] for name in ("at", "field", "arguments", "type", "act", "permission")} == {
        "at": "a",
        "field": "Mutation.rename",
        "arguments": "id: 1, name: $n",
        "type": "Done",
        "act": "tiny_acts.named",
        "permission": "act",
    }
    (person,) = first["steps"]
    assert (person["at"], person["statement"], person["steps"][0]["statement"]) == ("p", 1, 2)
    assert found["refused"] == [{"at": "b", "field": "Mutation.forbidden", "permission": "other", "reason": "ROLE"}]
    assert last["refused"] == [{"at": "whispered", "field": "Done.whispered", "permission": "secret", "reason": "ROLE"}]
    assert "secret-value" not in str(found)


async def test_arguments_of_an_act_that_cannot_be_taken_are_told() -> None:
    document = 'mutation($n: String = "X") { rename(id: 1, name: $n) { text } }'
    found = COMPILED.explained(Request(document, None, {"n": None}), DOES_ALL)
    assert isinstance(found, dict)
    assert found["steps"][0]["fails"] == "an argument cannot be taken"


def village(rights: Holds = DOES_ALL, broken: Mapping[str, Exception] | None = None) -> Memory:
    """Two people, each the other's boss, one with friends."""
    ann = PersonRow(1, name="Ann", nick="nick", boss_id=2, friend_ids=[1, 2])
    return memory(rights, people=(ann, PersonRow(2, name="Bob", boss_id=1)), broken=dict(broken or {}))
