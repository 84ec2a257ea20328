"""What was made for one request is there for the next: parsed, measured, planned, written as statements, generated."""

from typing import Any

import pytest

from auth import standing
from engine.plan import planning
from engine.plan import projection as shaping
from engine.plan.plan import Plan
from gateway.operating import Operating
from sources.postgres import statement
from tests.conftest import Gateway

CARD = """query Card($id: ID!, $phone: Boolean!) { practitioner(by: {id: $id}) {
  id fullName phone @include(if: $phone) organization { name } accreditations { kind status }
  documents(first: 2) { nodes { title checks { code } } } } }"""


class Made:
    """How often each thing was made that a request should find."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts: dict[str, int] = {}
        for module, name in (
            (standing, "roles"),
            (planning, "_Planner"),
            (statement, "_statement"),
            (shaping, "_Writer"),
        ):
            monkeypatch.setattr(module, name, self._counting(name, getattr(module, name)))

    def _counting(self, name: str, real: Any) -> Any:
        def made(*args: Any, **named: Any) -> Any:
            self.counts[name] = self.counts.get(name, 0) + 1
            return real(*args, **named)

        return made

    def since(self) -> dict[str, int]:
        """What was made since the last look."""
        counts, self.counts = self.counts, {}
        return counts


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Counts from now on."""
    return Made(monkeypatch)


@pytest.fixture
def operating(gateway: Gateway) -> Operating:
    """What answers, to look at its plans."""
    return gateway.application.operating


async def test_a_second_request_finds_everything_made(gateway: Gateway, operating: Operating, made: Made) -> None:
    plans = operating.executor.plans
    assert plans is not None
    for person in ("prac_1", "prac_2"):
        await gateway.ask("census", CARD, {"id": person, "phone": True})
    made.since()
    built, found = plans.built, plans.found
    for person in ("prac_2", "prac_1", "prac_2", "prac_1"):
        assert (await gateway.ask("census", CARD, {"id": person, "phone": True})).errors == []
    assert made.since() == {}
    assert (plans.built - built, plans.found - found) == (0, 4)


async def test_viewers_of_the_same_roles_share_a_plan_and_others_do_not(gateway: Gateway, operating: Operating) -> None:
    plans = operating.executor.plans
    assert plans is not None
    built = []
    for persona in ("census", "census-0002", "anonymous", "therapist", "census-0003", "anonymous"):
        before = plans.built
        await gateway.ask(persona, CARD.replace("Card", "Shared"), {"id": "prac_1", "phone": True})
        built.append(plans.built - before)
    assert built == [1, 0, 1, 1, 0, 0]


async def test_a_plan_is_for_one_choice_of_what_is_included(gateway: Gateway, operating: Operating) -> None:
    plans = operating.executor.plans
    assert plans is not None
    before = plans.built
    for phone in (True, False, True, False):
        answer = await gateway.ask("census", CARD.replace("Card", "Chosen"), {"id": "prac_1", "phone": phone})
        assert ("phone" in answer.data["practitioner"]) is phone
    assert plans.built - before == 2


OWN = """{ viewer { practitioner { id fullName snils phone organization { name } accreditations { id status }
  employments { position { name } organization { name } } documents(first: 3) { nodes { title owner { fullName } } }
  shifts(first: 3) { nodes { startsAt } } } } }"""


@pytest.mark.parametrize("persona", ["therapist", "applicant", "census"])
async def test_whoever_reads_what_is_his_is_answered_by_one_function(
    gateway: Gateway, operating: Operating, persona: str
) -> None:
    """Under rules that look at rows too: they allow all of them."""
    answer = await gateway.ask(persona, OWN)
    plans = operating.executor.plans
    assert plans is not None
    plan = list(plans._known.values())[-1]
    assert isinstance(plan, Plan)
    assert "errors" not in answer.body
    assert (plan.outright, plan.tired, plan.made is not None) == (True, 0, True)
