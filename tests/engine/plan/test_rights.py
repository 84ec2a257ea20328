"""How the engine meets verdicts: before a store is asked, in its statement, and on the rows that it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry

from engine.answer.answer import Answer
from engine.batch import many, one, page
from engine.context import Context as EngineContext
from engine.declare import Root, edge, guarded, public, shows
from engine.executor import Executor
from engine.graph import Graph
from engine.reads import by_coordinate
from engine.relay import Connection
from engine.request.request import Request

SEE, READ = "card:see", "card:face:read"
NUMBERS = count()


class Card(SimpleNamespace):
    """A row of these tests."""

    id: int
    owner: int
    face: str | None


CARDS = [Card(id=key, owner=key % 3, face=f"face {key}") for key in range(1, 7)]


@dataclass(frozen=True)
class Reason:
    """Why not."""

    word: str = "OBJECT"
    store: str | None = None
    retryable: bool = False
    step_up: int | None = None


@dataclass
class Verdict:
    """A verdict that says what the test wants, a store's mistake included."""

    owners: frozenset[int] | None = frozenset({1})
    names: Any = (("own",), ())
    lost: Any = None

    @property
    def always(self) -> bool:
        """Whether every row is allowed."""
        return self.owners is None

    @property
    def never(self) -> bool:
        """Whether no row is allowed."""
        return self.owners == frozenset()

    def allows(self, row: Any, _keys: Any) -> bool:
        """Whether a row is allowed."""
        return self.always or row.owner in self.owners  # type: ignore[operator]

    def covers(self, other: Any) -> Any:
        """Whether whatever another verdict allows is allowed."""
        return self.owners is None or (other.owners is not None and other.owners <= self.owners)

    def settles(self, _row: Any, _keys: Any) -> bool:
        """Whether an edge may be followed."""
        return not self.never

    def refusal(self, _row: Any, _keys: Any) -> Reason:
        """Why not this row."""
        return Reason()

    def refusal_at_all(self) -> Reason:
        """Why not at all."""
        return Reason("ROLE")

    def narrow(self, _keys: Any) -> tuple[tuple[str, tuple[Any, ...]], ...] | None:
        """The conditions of a statement."""
        if self.owners is None:
            return None
        return (("owner", tuple(self.owners)),) if self.owners else ()


@dataclass
class Context(EngineContext):
    """A context that notes what the stores were asked."""

    asked: list[Any] = field(default_factory=list)

    def ask(self, _columns: Any, narrow: Any) -> Any:
        """The narrowing alone."""
        return narrow

    def window(self, size: int, **_: Any) -> Any:
        """The size alone."""
        return size


@one(None, Card)
async def by_id(context: Any, keys: Sequence[int], ask: Any) -> dict[int, Card]:
    """Cards by key, whatever the rules say: a store that forgets them."""
    context.asked.append(ask)
    return {card.id: card for card in CARDS if card.id in keys}


@strawberry.input(description="Names cards.")
class CardBy:
    """Names cards."""

    owner: int | None = strawberry.field(default=None, description="Of this owner.")


@many(None, Card)
async def listed(
    context: Any,
    keys: Sequence[int],
    ask: Any,
    *,
    by: CardBy | None = None,
) -> dict[int, list[Card]]:
    """All cards, whatever the rules say."""
    context.asked.append(ask)
    return {key: list(CARDS) for key in keys}


async def _count(context: Any, keys: Sequence[int], ask: Any) -> dict[int, int]:
    return dict.fromkeys(keys, len(CARDS))


@page(None, Card, _count)
async def paged(context: Any, keys: Sequence[int], ask: Any, window: Any) -> dict[int, Any]:
    """All cards as a page, whatever the rules say."""
    context.asked.append(ask)
    return {key: SimpleNamespace(rows=list(CARDS), position=("id",), more=False) for key in keys}


def key(*, id: int) -> tuple[int, int]:
    """The key of a card."""
    return 0, id


def whole() -> tuple[int, int]:
    """The key of every list."""
    return 0, 0


@shows(Card, gate=SEE, keys={"own": "owner"})
class Shown:
    """A card."""

    id: int = public("Key.")
    face: str | None = guarded(READ, "Face.")


@shows(Root)
class Query:
    """The root."""

    card: Shown | None = edge(by_id, "One card.", key=key, arguments={"id": "Key."})
    cards: list[Shown] = edge(listed, "All cards.", key=whole, arguments={"by": "Which."})
    page: Connection[Shown] | None = edge(paged, "All cards by pages.", key=whole)


def made(*, compiled: bool) -> Executor:
    """An executor of these types."""
    schema = strawberry.Schema(Query)
    graph = Graph(schema, permissions=frozenset({SEE, READ}), input_guards={"CardBy.owner": READ})
    return Executor(graph, introspection=False, explain=False, compiled=compiled)


@pytest.fixture(scope="module", params=[False, True], ids=["reference", "compiled"])
def executor(request: pytest.FixtureRequest) -> Executor:
    return made(compiled=request.param)


class Rights(dict[str, Any]):
    """Verdicts by permission; no two share a plan, not even with those that are gone."""

    @cached_property
    def signature(self) -> int:
        """A signature of its own."""
        return next(NUMBERS)


async def answered(executor: Executor, text: str, see: Any, read: Any) -> tuple[Answer, Context]:
    """The answer to a question under two verdicts, and the context that it was given in."""
    context = Context(Rights({SEE: see, READ: read}), datetime.now(UTC), b"key", b"viewer")
    return await executor.execute(Request(text, None, {}), context), context


@dataclass
class Stale(Verdict):
    """A verdict that waits for a second factor: of some rows for a fresher one than of others."""

    owners: frozenset[int] | None = frozenset({1})
    ages: tuple[int, ...] = (43_200, 900)

    def refusal(self, row: Any, _keys: Any) -> Reason:
        """How fresh it has to be for this row."""
        return Reason("SECOND_FACTOR", step_up=self.ages[row.id % len(self.ages)])


@pytest.mark.parametrize(("ages", "told"), [((43_200, 900), 900), ((900, 43_200), 900), ((43_200,), 43_200)])
async def test_one_error_for_many_rows_asks_for_what_suffices_for_all_of_them(
    executor: Executor, ages: tuple[int, ...], told: int
) -> None:
    answer, _ = await answered(executor, "{ cards { face } }", Verdict(None), Stale(ages=ages))
    (error,) = answer.errors
    assert error["extensions"]["stepUp"] == {"url": None, "maxAge": told}
    assert error["extensions"]["count"] == 4


async def test_the_rules_are_in_the_statement(executor: Executor) -> None:
    _, context = await answered(executor, "{ cards { id } }", Verdict(), Verdict(None))
    assert context.asked == [((("owner", (1,)),),)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ cards { id } }", {"cards": [{"id": 1}, {"id": 4}]}),
        ("{ page { nodes { id } edges { node { id } } } }",
         {"page": {"nodes": [{"id": 1}, {"id": 4}], "edges": [{"node": {"id": 1}}, {"node": {"id": 4}}]}}),
        ("{ a: card(id: 1) { id } b: card(id: 2) { id } }", {"a": {"id": 1}, "b": None}),
    ],
)  # fmt: skip
async def test_a_row_that_a_store_gives_against_the_rules_is_not_there(
    executor: Executor, text: str, found: Any
) -> None:
    answer, _ = await answered(executor, text, Verdict(), Verdict(None))
    assert answer.errors == []
    assert answer.data == found


@pytest.mark.parametrize("text", ["{ cards { id } }", "{ page { nodes { id } totalCount } }", "{ card(id: 1) { id } }"])
async def test_nothing_is_asked_for_where_nothing_may_be_seen(executor: Executor, text: str) -> None:
    answer, context = await answered(executor, text, Verdict(frozenset()), Verdict(None))
    assert context.asked == []
    assert answer.errors == []
    assert answer.data in ({"cards": []}, {"page": {"nodes": [], "totalCount": 0}}, {"card": None})


async def test_a_guarded_value_is_read_on_the_rows_that_its_rule_allows(executor: Executor) -> None:
    answer, context = await answered(executor, "{ cards { id face } }", Verdict(None), Verdict(frozenset({1, 2})))
    assert answer.data is not None
    assert [card["face"] for card in answer.data["cards"]] == ["face 1", "face 2", None, "face 4", "face 5", None]
    (error,) = answer.errors
    assert error["path"] == ["cards", 2, "face"]
    assert error["extensions"]["count"] == 2
    assert by_coordinate(context.reads)["Shown.face"] == {1, 2, 4, 5}


@pytest.mark.parametrize("text", ["{ cards { face } }", "{ page { nodes { face } } }", "{ card(id: 1) { face } }"])
async def test_what_the_gate_settles_is_not_looked_at_once_more_on_each_row(text: str) -> None:
    class Unasked(Verdict):
        def allows(self, row: Any, _keys: Any) -> bool:
            raise AssertionError(row)

    answer, context = await answered(made(compiled=True), text, Verdict(), Unasked(frozenset({1, 2})))
    assert answer.errors == []
    assert "None" not in str(answer.data)
    assert by_coordinate(context.reads)["Shown.face"] <= {1, 4}


async def test_a_gate_that_lets_in_more_settles_nothing(executor: Executor) -> None:
    answer, context = await answered(
        executor, "{ cards { id face } }", Verdict(frozenset({1, 2})), Verdict(frozenset({0, 1}))
    )
    assert answer.data is not None
    assert [card["face"] for card in answer.data["cards"]] == ["face 1", None, "face 4", None]
    assert [error["extensions"]["count"] for error in answer.errors] == [2]
    assert by_coordinate(context.reads)["Shown.face"] == {1, 4}


async def test_who_read_which_objects_is_noted(executor: Executor) -> None:
    _, context = await answered(executor, "{ cards { id } }", Verdict(), Verdict(None))
    assert by_coordinate(context.reads) == {"Shown.id": {1, 4}}


class Odd:
    """A verdict that says something else than yes or no wherever it is asked, but for what is `sound` in it."""

    names = (("own",), ())
    lost = None

    def __init__(self, say: Callable[[], Any], **sound: bool) -> None:
        self.say = say
        self.sound = sound

    def __getattr__(self, name: str) -> Any:
        if name in {"always", "never"}:
            return self.sound[name] if name in self.sound else self.say()
        return {
            "allows": lambda *_: self.say(),
            "covers": lambda *_: self.say(),
            "settles": lambda *_: self.say(),
            "narrow": lambda *_: self.say(),
            "refusal": lambda *_: Reason(),
            "refusal_at_all": lambda: Reason("ROLE"),
        }[name]


async def allowing() -> bool:
    """Yes, to whoever awaits it."""
    return True


def breaking() -> bool:
    """Break."""
    raise ValueError("face 1")


ODD: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "one": lambda: 1,
    "a word": lambda: "yes",
    "a list": lambda: [True],
    "a coroutine": allowing,
    "an exception": breaking,
}
SOUND: list[dict[str, bool]] = [{}, {"never": False}, {"always": False}, {"always": False, "never": False}]


async def told(executor: Executor, text: str, see: Any, read: Any) -> dict[str, Any] | None:
    """The data of an answer; none when there is no answer at all."""
    try:
        answer, _ = await answered(executor, text, see, read)
    except ValueError:
        return None
    assert "face" not in str([error["message"] for error in answer.errors])
    return answer.data


@pytest.mark.filterwarnings("ignore:coroutine 'allowing' was never awaited")
@pytest.mark.parametrize("sound", SOUND, ids=str)
@pytest.mark.parametrize("name", ODD)
async def test_what_is_no_decision_refuses(executor: Executor, name: str, sound: dict[str, bool]) -> None:
    odd, everything = Odd(ODD[name], **sound), Verdict(None)
    cards = await told(executor, "{ cards { id face } }", everything, odd)
    assert cards is None or [card["face"] for card in cards["cards"]] == [None] * len(CARDS)
    for text in ("{ cards { id } }", "{ page { nodes { id } } }", "{ card(id: 1) { id } }"):
        seen = await told(executor, text, odd, everything)
        assert seen in (None, {"cards": []}, {"page": None}, {"page": {"nodes": []}}, {"card": None})
    assert await told(executor, "{ cards(by: {owner: 1}) { id } }", everything, odd) in (None, {"cards": []})
