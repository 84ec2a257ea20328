"""What the errors of an answer say: one for each place and reason with its rows, or one for each row, within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from engine.answer.answer import Answer
from engine.executor import Executor
from engine.request.request import Request
from engine.rights import Keys
from tests.engine.tiny import ALL, COMPILED, REFERENCE, HomeRow, PersonRow, memory
from tests.engine.tiny_rights import Holds, Says, Why

NOBODY = Holds({"note": Says(always=True)})


@dataclass(frozen=True)
class ByTeam(Says):
    """A verdict that has a reason of its own for each team."""

    def refusal(self, row: Any, keys: Keys) -> Why:  # noqa: ARG002
        """The name of the team."""
        return Why(row.team)


@pytest.fixture(params=[REFERENCE, COMPILED], ids=["reference", "compiled"])
def executor(request: pytest.FixtureRequest) -> Executor:
    found: Executor = request.param
    return found


async def ask(
    executor: Executor,
    document: str,
    *people: PersonRow,
    rights: Holds = NOBODY,
    each: bool = False,
    variables: Mapping[str, Any] | None = None,
) -> Answer:
    context = memory(rights, people=people)
    return await executor.execute(Request(document, None, dict(variables or {}), each=each), context)


def told(answer: Answer) -> list[tuple[str, str | None, int | None, list[list[int]] | None]]:
    """Path, reason or code, number of rows, and rows of each error."""
    return [
        (
            ".".join(map(str, error["path"])),
            error["extensions"].get("reason") or error["extensions"]["code"],
            error["extensions"].get("count"),
            error["extensions"].get("rows"),
        )
        for error in answer.errors
    ]


def friends(size: int) -> list[PersonRow]:
    """A person with so many friends."""
    return [PersonRow(1, friend_ids=list(range(2, size + 2))), *(PersonRow(key) for key in range(2, size + 2))]


async def test_rows_that_are_refused_for_different_reasons_have_an_error_for_each(executor: Executor) -> None:
    teams = [PersonRow(1, team="red", friend_ids=[4, 2, 3, 1]), PersonRow(2, team="blue"), PersonRow(3, team="red")]
    rights = Holds({"secret": ByTeam(rules=(("team", frozenset({"green"})),))})
    document = "{ person(id: 1) { friends { secret also: secret name } } }"
    answer = await ask(executor, document, *teams, PersonRow(4, team="green", nick="x"), rights=rights)
    assert told(answer) == [
        ("person.friends.1.also", "blue", 1, [[1]]),
        ("person.friends.1.secret", "blue", 1, [[1]]),
        ("person.friends.2.also", "red", 2, [[2], [3]]),
        ("person.friends.2.secret", "red", 2, [[2], [3]]),
    ]
    assert [friend["secret"] for friend in answer.data["person"]["friends"]] == ["x", None, None, None]  # type: ignore[index]


async def test_where_no_list_is_on_the_way_there_are_no_rows(executor: Executor) -> None:
    answer = await ask(executor, "{ person(id: 1) { boss { secret } } }", PersonRow(1, boss_id=1))
    assert told(answer) == [("person.boss.secret", "ROLE", 1, None)]


async def test_a_row_is_told_by_its_position_in_each_list_on_the_way(executor: Executor) -> None:
    some = [PersonRow(1, friend_ids=[2, 1]), PersonRow(2, friend_ids=[1])]
    document = '{ nodes(ids: ["p_1", "a_1", "p_2"]) { ... on Person { friends { secret } } } }'
    answer = await ask(executor, document, *some)
    assert told(answer) == [("nodes.0.friends.0.secret", "ROLE", 3, [[0, 0], [0, 1], [2, 0]])]


async def test_lost_rows_are_told_like_refused_ones(executor: Executor) -> None:
    some = [PersonRow(1, boss_id=3), PersonRow(2, boss_id=2), PersonRow(3, name=None)]
    document = '{ nodes(ids: ["p_1", "p_2", "p_1"]) { ... on Person { boss { name } } } }'
    answer = await ask(executor, document, *some, rights=ALL)
    assert told(answer) == [("nodes.0.boss.name", "SOURCE_CONTRADICTS", 2, [[0], [2]])]


async def test_rows_that_were_lost_with_what_is_above_them_are_not_told(executor: Executor) -> None:
    some = [PersonRow(1, boss_id=3), PersonRow(2), PersonRow(3, name=None)]
    document = '{ nodes(ids: ["p_1", "p_2"]) { ... on Person { secret chief { id } } } }'
    answer = await ask(executor, document, *some)
    codes = {error["extensions"]["code"] for error in answer.errors}
    assert answer.data == {"nodes": [{"secret": None, "chief": {"id": "p_3"}}, None]}
    assert ("nodes.1.chief", "SOURCE_CONTRADICTS", 1, [[1]]) in told(answer)
    assert codes == {"SOURCE_CONTRADICTS", "UNAUTHORIZED_FIELD_OR_TYPE"}


async def test_an_error_names_the_first_hundred_rows_and_counts_all(executor: Executor) -> None:
    answer = await ask(executor, "{ person(id: 1) { friends { secret } } }", *friends(130))
    ((path, _, count, rows),) = told(answer)
    assert (path, count) == ("person.friends.0.secret", 130)
    assert rows == [[number] for number in range(100)]
    assert answer.left_out == 0


async def test_fifty_errors_are_told_and_how_many_more_there_are(executor: Executor) -> None:
    names = [f"f{number:02}" for number in range(80)]
    document = "{ person(id: 1) { " + " ".join(f"{name}: secret" for name in names) + " } }"
    answer = await ask(executor, document, PersonRow(1))
    assert [path for path, _, _, _ in told(answer)] == [f"person.{name}" for name in names[:50]]
    assert answer.left_out == 30


async def test_on_request_every_row_has_an_error_of_its_own(executor: Executor) -> None:
    some = [PersonRow(1, friend_ids=[2, 1], boss_id=3), PersonRow(2, boss_id=1), PersonRow(3, name=None)]
    document = "{ person(id: 1) { secret friends { secret boss { name } } } }"
    answer = await ask(executor, document, *some, each=True)
    assert told(answer) == [
        ("person.friends.0.secret", "ROLE", None, None),
        ("person.friends.1.boss.name", "SOURCE_CONTRADICTS", None, None),
        ("person.friends.1.secret", "ROLE", None, None),
        ("person.secret", "ROLE", None, None),
    ]


async def test_of_these_a_thousand_are_told(executor: Executor) -> None:
    answer = await ask(executor, "{ person(id: 1) { friends { b: secret a: secret } } }", *friends(600), each=True)
    assert [path for path, *_ in told(answer)] == [
        f"person.friends.{number}.{name}" for number in range(500) for name in "ab"
    ]
    assert answer.left_out == 200


async def test_what_is_noted_of_a_failure_is_noted_of_each_of_its_rows(executor: Executor) -> None:
    home = HomeRow("Fail Street")
    some = [PersonRow(1, friend_ids=[2, 3]), PersonRow(2, home=home), PersonRow(3, home=home)]
    answer = await ask(executor, "{ person(id: 1) { friends { home { street } } } }", *some, each=True)
    ((noted, failure),) = answer.faults
    noted["extensions"]["errorId"] = "1"
    assert isinstance(failure, RuntimeError)
    assert [error["extensions"]["errorId"] for error in answer.errors] == ["1", "1"]
