"""Payloads of our own acts with fields of another service: the act is whole, whatever becomes of them."""

from typing import Any
from uuid import uuid4

import pytest

from engine.joining.planner import PlannerGone
from tests.conftest import Answered, Gateway
from tests.gateway.joined.wards import Wards

FIELDS = "viewer { roles { name } practitioner { fullName beds bed { days chart } } } problems { code }"
CONFIRM = f'mutation {{ confirmAccessTerms(input: {{version: "2023.1"}}) {{ {FIELDS} }} }}'
WITHDRAW = f"mutation {{ withdrawAccessTerms(input: {{}}) {{ {FIELDS} }} }}"


def viewed(answer: Answered) -> Any:
    (payload,) = answer.data.values()
    assert payload["problems"] == []
    return payload["viewer"]


def told(answer: Answered) -> list[tuple[Any, ...]]:
    return [
        (one["extensions"]["code"], one["extensions"].get("store") or one["extensions"]["reason"], one["path"][1:])
        for one in answer.errors
    ]


async def test_what_another_service_gives_comes_with_what_an_act_gave(warded: Gateway, ward: Wards) -> None:
    answer = await warded.ask("therapist", CONFIRM)
    person = viewed(answer)["practitioner"]
    assert not answer.errors
    assert person["fullName"]
    assert (person["beds"], person["bed"]) == (len(ward.done), {"days": 1, "chart": "c"})
    assert ward.acts == []


async def test_it_is_read_under_the_rights_that_the_act_left(warded: Gateway, ward: Wards) -> None:
    both = f"mutation {{ b: {WITHDRAW[11:-2]} c: {CONFIRM[11:-2]} }}"
    try:
        closed = await warded.ask("therapist", WITHDRAW)
        assert {one["name"] for one in viewed(closed)["roles"]} == {"LNK"}
        assert viewed(closed)["practitioner"]["bed"] == {"days": 1, "chart": None}
        refused = ("UNAUTHORIZED_FIELD_OR_TYPE", "ROLE", ["viewer", "practitioner", "bed", "chart"])
        assert told(closed) == [refused]
        assert ward.asked
        assert not any("chart" in text for text, _ in ward.asked)
        # What an act opens is open in its payload.
        opened = await warded.ask("therapist", CONFIRM)
        assert viewed(opened)["practitioner"]["bed"]["chart"] == "c"
        assert not opened.errors
        turned = await warded.ask("therapist", both)
        assert [one["viewer"]["practitioner"]["bed"]["chart"] for one in turned.data.values()] == ["c", "c"]
    finally:
        await warded.ask("therapist", CONFIRM)


@pytest.mark.parametrize(("fault", "code"), [("garbage", "SOURCE_CONTRADICTS"), ("slow", "SOURCE_TIMED_OUT")])
async def test_a_service_that_fails_makes_no_act_look_failed(
    warded: Gateway, ward: Wards, fault: str, code: str
) -> None:
    assert warded.application.joined is not None
    ward.fault, ward.everywhere = fault, True
    if fault == "slow":
        warded.application.joined.doors["ward"].door.deadline = 0.2
    answer = await warded.ask("therapist", CONFIRM, headers={"idempotency-key": uuid4().hex})
    person = viewed(answer)["practitioner"]
    assert person["fullName"]
    assert (person["beds"], person["bed"]) == (None, None)
    places = [["viewer", "practitioner", name] for name in ("beds", "bed")]
    assert sorted(told(answer)) == sorted((code, "ward", place) for place in places)


async def test_an_act_that_is_refused_asks_nobody_else(warded: Gateway, ward: Wards) -> None:
    answer = await warded.ask("anonymous", CONFIRM)
    assert answer.data == {"confirmAccessTerms": None}
    assert [one["extensions"]["coordinate"] for one in answer.errors] == ["Mutation.confirmAccessTerms"]
    assert ward.asked == []
    answer = await warded.ask("therapist", CONFIRM.replace("2023.1", "1999"))
    assert answer.data["confirmAccessTerms"]["problems"] == [{"code": "CONSENT_MISSING"}]


async def test_without_a_planner_an_act_is_done_or_not_begun(
    warded: Gateway, ward: Wards, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warded.application.joined is not None
    plans = warded.application.joined.joint.plans
    inner, left = plans.plan, [1]

    async def planned(*name: Any) -> Any:
        if not left:
            raise PlannerGone
        left.pop()
        return await inner(*name)

    monkeypatch.setattr(plans, "plan", planned)
    done = await warded.ask("therapist", CONFIRM)
    assert viewed(done)["practitioner"]["fullName"]
    places = [["viewer", "practitioner", name] for name in ("bed", "beds")]
    assert told(done) == [("SOURCE_UNAVAILABLE", "planner", place) for place in places]
    not_begun = await warded.ask("therapist", CONFIRM)
    assert (not_begun.data, not_begun.codes) == (None, ["SOURCE_UNAVAILABLE"])
    assert ward.asked == []
