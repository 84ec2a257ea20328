"""A null where none may stand, by a variable with a default: found in its place by both executors, before any act."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from engine.answer.answer import Answer, Stage
from engine.executor import Executor
from engine.request.request import Request
from tests.engine import tiny, tiny_acts
from tests.engine.cases import INPUT, NOTES, ONE, PETS, TWO, Case
from tests.engine.tiny import PersonRow, memory
from tests.engine.tiny_acts import DOES_ALL

FLAG = "($t: Boolean = true)"
NULL: Mapping[str, Any] = {"t": None}
CASES = [
    Case("in a condition of one field", f"query{FLAG} {{ person(id: 1) {{ id name @skip(if: $t) }} }}",
         {"person": None}, ((INPUT, "person"),), content=ONE, variables=NULL),
    Case("in a condition of a fragment",
         f"query{FLAG} {{ person(id: 1) {{ id ...F @include(if: $t) }} }} fragment F on Person {{ name }}",
         {"person": None}, ((INPUT, "person"),), content=ONE, variables=NULL),
    Case("only what stands around it is lost",
         f"query{FLAG} {{ person(id: 1) {{ id boss {{ name @skip(if: $t) }} other: boss {{ name }} }} }}",
         {"person": {"id": "p_1", "boss": None, "other": {"name": "Bob"}}}, ((INPUT, "person.boss"),),
         content=TWO, variables=NULL),
    Case("in a list of objects", f"query{FLAG} {{ person(id: 1) {{ somePets {{ name @skip(if: $t) }} }} }}",
         {"person": {"somePets": [None, None]}}, ((INPUT, "person.somePets.0"),), content=PETS, variables=NULL),
    Case("in a list without objects",
         f"query{FLAG} {{ person(id: 2) {{ notes {{ nodes {{ text @skip(if: $t) }} }} }} }}",
         {"person": {"notes": {"nodes": []}}}, content=NOTES, variables=NULL),
    Case("where nobody is", f"query{FLAG} {{ person(id: 9) {{ id name @skip(if: $t) }} }}", {"person": None},
         content=ONE, variables=NULL),
    Case("for one type of several",
         f"""query{FLAG} {{ nodes(ids: ["a_1", "r_1"])
         {{ ... on Pet {{ name @skip(if: $t) }} ... on Robot {{ name }} }} }}""",
         {"nodes": [None, {"name": "robot"}]}, ((INPUT, "nodes.0"),), content=PETS, variables=NULL),
    Case("in what is left out",
         f"query{FLAG} {{ person(id: 1) {{ id boss @skip(if: true) {{ name @skip(if: $t) }} }} }}",
         {"person": {"id": "p_1"}}, content=TWO, variables=NULL),
    Case("in an argument", "query($i: Int = 1) { person(id: $i) { id } other: person(id: 1) { id } }",
         {"person": None, "other": {"id": "p_1"}}, ((INPUT, "person"),), content=ONE, variables={"i": None}),
    Case("in a list of an argument", "query($a: String = \"p_1\") { person(id: 1) { id } nodes(ids: [$a]) { id } }",
         None, ((INPUT, "nodes"),), content=ONE, variables={"a": None}),
    Case("before what takes all of the answer",
         "query($a: String = \"p_1\", $i: Int = 1) { person(id: $i) { id } nodes(ids: [$a]) { id } }",
         None, ((INPUT, "nodes"),), content=ONE, variables={"a": None, "i": None}),
    Case("after what takes all of the answer",
         "query($a: String = \"p_1\", $i: Int = 1) { nodes(ids: [$a]) { id } person(id: $i) { id } }",
         None, ((INPUT, "nodes"),), content=ONE, variables={"a": None, "i": None}),
]  # fmt: skip
# Of the argument that has the null of a variable, the name and the place inside.
PLACES: Mapping[str, list[Any]] = {"i": ["id"], "a": ["ids", 0]}
# What is known before anything is done.
REFUSED = {
    "in a condition at the root": f"query{FLAG} {{ person(id: 1) @skip(if: $t) {{ id }} }}",
    "in a condition of an act": f"mutation{FLAG} {{ rename(id: 1, name: \"X\") @skip(if: $t) {{ text }} }}",
    "in a condition of a payload": f"""mutation{FLAG} {{ rename(id: 1, name: "X") {{ text }}
        last: rename(id: 1, name: "Y") {{ text @include(if: $t) }} }}""",
    "in a condition below a payload":
        f'mutation{FLAG} {{ rename(id: 1, name: "X") {{ person {{ boss {{ ... @include(if: $t) {{ name }} }} }} }} }}',
    "in an argument below a payload":
        'mutation($t: String = "Rex") { rename(id: 1, name: "X") { text called(name: $t) { id } } }',
}  # fmt: skip


@pytest.mark.parametrize("executor", [tiny.REFERENCE, tiny.COMPILED], ids=["reference", "compiled"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_a_null_is_found_where_it_stands(case: Case, executor: Executor) -> None:
    request = Request(case.document, None, dict(case.variables))
    answer = await executor.execute(request, memory(case.rights, **case.content))
    assert answer.stage is Stage.EXECUTED
    assert orjson.dumps(answer.data) == orjson.dumps(case.data)
    assert [(error["extensions"]["code"], ".".join(map(str, error["path"]))) for error in answer.errors] == list(
        case.errors
    )
    for error in answer.errors:
        variable = error["extensions"]["variable"]
        assert variable in case.variables
        found = {name: error["extensions"][name] for name in ("finding", "variable", "path")}
        assert found == {"finding": "MISSING", "variable": variable, "path": PLACES.get(variable, [variable])}


@pytest.mark.parametrize("executor", [tiny_acts.REFERENCE, tiny_acts.COMPILED], ids=["reference", "compiled"])
@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_wrong_with_the_root_or_below_an_act_is_told_before_anything_is_done(
    name: str, executor: Executor
) -> None:
    context = memory(DOES_ALL, people=(PersonRow(1, name="Ann"),))
    request = Request(REFUSED[name], None, dict(NULL))
    answer = await executor.execute(request, context)
    assert (answer.stage, answer.data) == (Stage.VARIABLES, None)
    place = {"argument": "name", "path": ["name"]} if "argument" in name else {"path": ["t"]}
    assert [error["extensions"] for error in answer.errors] == [
        {"code": INPUT, "finding": "MISSING", "variable": "t", **place}
    ]
    assert context.log == []
    told = executor.explained(request, context.rights)
    assert isinstance(told, Answer)
    assert told.errors == answer.errors


async def test_a_null_in_a_condition_is_explained_as_what_the_reference_finds() -> None:
    request = Request(CASES[0].document, None, dict(NULL))
    told = tiny.COMPILED.explained(request, tiny.ALL)
    assert isinstance(told, dict)
    assert (told["executor"], told["because"]) == ("reference", "a null stands in a directive")
