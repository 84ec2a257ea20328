"""Many viewers at once: each is answered as if nobody else were there."""

import asyncio
from random import Random

import pytest

from tests.authorization.conftest import Desk
from tests.authorization.table import CAST

OWN = """{ viewer { practitioner { id phone } roles { name } permissions { name rules } }
  practitioner(by: {id: "prac_4"}) {
    id phone snils birthYear accreditations { id } documents(first: 9) { nodes { id } } }
  documents(first: 100, filter: {kind: [DIPLOMA]}) { totalCount nodes { id owner { id } } } }"""
HANGS = 60.0
FORTY = [*CAST, *(f"census-{number:04d}" for number in range(2, 21))]


async def test_forty_viewers_at_once_are_answered_as_each_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody is sent away, however busy the machine is: what crosses is looked for, not what there is room for.
    application = desk.gateway.application
    monkeypatch.setattr(application.operating.admission, "_patience", [HANGS] * 3)
    for store in application.stores:
        monkeypatch.setattr(store, "deadline", HANGS)
    assert len(FORTY) >= 40
    alone = {persona: (await desk.ask(persona, OWN)).bare for persona in FORTY}
    crowd = FORTY * 4
    Random(40).shuffle(crowd)
    together = await asyncio.gather(*(desk.ask(persona, OWN) for persona in crowd))
    for persona, answer in zip(crowd, together, strict=True):
        assert answer.bare == alone[persona], persona


async def test_two_viewers_in_turn_never_see_each_others_answer(desk: Desk) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { phone } }'
    for _ in range(25):
        mine, theirs = await asyncio.gather(desk.ask("therapist", text), desk.ask("stranger", text))
        assert mine.data["practitioner"]["phone"]
        assert theirs.data["practitioner"]["phone"] is None
