"""Acts made up by chance are done alike by both executors from the same state: answers, reads, and what is left."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import pytest

from engine.executor import Executor
from engine.reads import by_coordinate
from gateway.world.cast import CAST
from resolvers.acts import acting
from resolvers.context import Context
from schema.built import graph
from tests.acts.chances import Chances
from tests.acts.office import Office
from tests.acts.situations import situation
from tests.answer import Answer
from tests.authorization import world as worlds
from tests.authorization.rewriting import Asked, rewritten

TIMES = 100
START = 20_260_101


@dataclass
class Read:
    """The read journal of a test: what the operations read."""

    noted: list[Any] = field(default_factory=list)

    async def told(self, context: Context, *_: Any, **__: Any) -> None:
        """Note one operation."""
        self.noted.append(by_coordinate(context.reads))


async def test_both_executors_do_the_same_acts_alike(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An act that the machine holds up is begun anew, and draws one more number for what it makes.
    monkeypatch.setattr(acting, "FRESH_SECONDS", 60.0)
    operating, journal = office.application.operating, Read()
    there = await situation(office)
    instant = max(now, operating.clock())
    monkeypatch.setattr(operating, "clock", lambda: instant)
    monkeypatch.setattr(operating, "reads", journal)
    both = {name: Executor(graph(), introspection=True, explain=True, compiled=name == "compiled") for name in WAYS}
    subjects = {name: persona.subject for name, persona in CAST.items()}
    world = await worlds.read(office.application.stores, instant, subjects)
    seen: Counter[str] = Counter()
    for number in range(START, START + TIMES):
        asked, persona = Chances(graph().core, world, there, Random(number)).mutation()
        question = rewritten(graph().core, asked, number, times=4) if number % 4 else asked
        found = []
        for executor in both.values():
            monkeypatch.setattr(operating, "executor", executor)
            await there.again()
            answer = await ask(office, persona, question)
            found.append((answer, journal.noted.pop() if journal.noted else None, await there.left()))
        (one, *others), (other, *mine) = found
        where = (number, persona, question.text, dict(question.variables))
        assert one.data == other.data, where
        assert [e for e in one.errors if e not in other.errors] == [], where
        assert [e for e in other.errors if e not in one.errors] == [], where
        assert others == mine, where
        seen += kinds(one)
    assert both["compiled"].counted()["reference"] == {}
    assert both["compiled"].counted()["compiled"] == both["reference"].counted()["reference"]["setting"]
    assert min(seen[kind] for kind in ("done", "hindered", "refused act", "refused field")) >= TIMES // 20, seen


WAYS = ("reference", "compiled")


async def ask(office: Office, persona: str, question: Asked) -> Answer:
    """Ask one operation over HTTP."""
    headers = {} if persona == "anonymous" else {"authorization": f"Bearer {office.token(persona)}"}
    body = {"query": question.text, "variables": dict(question.variables), "operationName": question.operation}
    response = await office.client.post("/graphql", json=body, headers=headers)
    return Answer(response.status_code, response.json(), response.content)


def kinds(answer: Answer) -> Counter[str]:
    """What became of the acts of an answer."""
    found: Counter[str] = Counter()
    for payload in (answer.data or {}).values():
        if isinstance(payload, dict):
            problems = [value for value in payload.values() if isinstance(value, list) and value]
            found["hindered" if problems else "done"] += 1
    for error in answer.errors:
        coordinate = error["extensions"].get("coordinate", "")
        found["refused act" if coordinate.startswith("Mutation.") else "refused field"] += 1
    return found
