"""Who joins services says which entities are asked together, and which fields of them are not asked for at all."""

from collections.abc import Iterable, Sequence
from typing import Any

from graphql import parse, print_ast

from engine.joining.services import Group, Manners, Places, Representation, Told, Trouble
from engine.joining.steps import Entities, Fetch
from engine.joining.telling import told_of_store
from engine.path import Path
from engine.request.request import Request
from tests.engine.joining.conftest import Clinic
from tests.engine.joining.people import clinic as services
from tests.engine.joining.services import Bent

BONUS, PAID = frozenset({"Doctor.bonus"}), frozenset({"Doctor.paid"})
DOCUMENT = "query($days: Boolean!) { people { name ... on Doctor { bonus paid { amount days @include(if: $days) } } } }"


def only(permitted: dict[str, frozenset[str]], seen: list[list[Path]] | None = None) -> Any:
    """Grouping by id: what is not asked of whom; who is not named is not asked for at all, and salaries stay here."""

    def grouping(
        fetch: Fetch, _entities: Entities, representations: Sequence[Representation], places: Places
    ) -> Iterable[Group]:
        assert fetch.service == "pay"
        for number, one in enumerate(representations):
            if seen is not None:
                seen.append(places.paths(number))
            if one["id"] in permitted:
                sent = {key: value for key, value in one.items() if key != "salary"}
                yield Group([number], [sent], permitted[one["id"]])

    return grouping


async def ask(clinic: Clinic, manners: Manners, *, days: bool = True) -> tuple[Any, dict[str, Any]]:
    asked = services()
    request = Request(DOCUMENT, None, {"days": days})
    answer = await clinic.joined().execute(request, asked, manners=manners)
    return answer, asked


async def test_groups_go_in_aliases_of_one_request_each_with_what_may_be_asked(clinic: Clinic) -> None:
    seen: list[list[Path]] = []
    manners = Manners(told_of_store, only({"1": BONUS, "2": PAID}, seen))
    answer, asked = await ask(clinic, manners)
    assert answer.errors == []
    assert answer.data == {
        "people": [
            {"name": "Ada", "bonus": None, "paid": {"amount": 7, "days": [1, 15]}},
            {"name": "Bob", "bonus": None, "paid": None},
            {"name": "Eve"},
        ]
    }
    assert seen == [[["people", 0]], [["people", 1]]]
    assert asked["pay"].looked_up == [{"__typename": "Doctor", "id": "1"}, {"__typename": "Doctor", "id": "2"}]
    ((text, variables),) = asked["pay"].asked
    assert print_ast(parse(text)).replace("_kabinet_", "") == print_ast(
        parse(
            """query($days: Boolean!, $representations0: [_Any!]!, $representations1: [_Any!]!) {
              part0: _entities(representations: $representations0) {
                ... on Doctor { paid { amount days @include(if: $days) } }
                type: __typename
                ... on Doctor { key_Doctor_id: id }
              }
              part1: _entities(representations: $representations1) {
                ... on Doctor { bonus }
                type: __typename
                ... on Doctor { key_Doctor_id: id }
              }
            }"""
        )
    )
    assert variables.keys() == {"days", "representations0", "representations1"}


async def test_a_variable_of_what_is_not_asked_is_not_sent(clinic: Clinic) -> None:
    _, asked = await ask(clinic, Manners(told_of_store, only({"1": PAID})))
    ((text, variables),) = asked["pay"].asked
    assert "days" not in text
    assert variables.keys() == {"representations0"}


async def test_where_nothing_is_left_nothing_is_asked(clinic: Clinic) -> None:
    for permitted in ({}, {"1": BONUS | PAID, "2": BONUS | PAID}):
        answer, asked = await ask(clinic, Manners(told_of_store, only(permitted)))
        assert asked["pay"].asked == []
        assert answer.data["people"][0] == {"name": "Ada", "bonus": None, "paid": None}
        assert answer.errors == []


async def test_a_trouble_of_a_group_is_told_only_of_what_was_asked_of_it(clinic: Clinic) -> None:
    asked: dict[str, Any] = dict(services())
    troubles: list[Trouble] = []

    def telling(trouble: Trouble) -> Told | None:
        troubles.append(trouble)
        return None if trouble.path[-1] == "paid" else told_of_store(trouble) | {"path": [*trouble.path, "own"]}

    def bend(reply: Any) -> Any:
        reply.data["part1"] = "nonsense"
        return reply

    asked["pay"] = Bent(asked["pay"], bend)
    manners = Manners(telling, only({"1": PAID, "2": frozenset()}))
    answer = await clinic.joined().execute(Request(DOCUMENT, None, {"days": False}), asked, manners=manners)
    assert [(one.service, one.path, one.error) for one in troubles] == [
        ("pay", ["people", 1, "bonus"], None),
        ("pay", ["people", 1, "paid"], None),
    ]
    # It is told as its teller wants it, or not at all.
    assert [one["path"] for one in answer.errors] == [["people", 1, "bonus", "own"]]
