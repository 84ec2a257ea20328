"""There is no way to a foreign field but under its permission: by no alias, interface, fragment or requirement."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from tests.conftest import Gateway
from tests.gateway.joined.services import Made

IDENTITY = "practitioner:identity:read"


def whys(answer: Any) -> dict[str, str]:
    return {
        ".".join(map(str, error["path"])): error["extensions"].get("reason", error["extensions"]["code"])
        for error in answer.errors
    }


WAYS = {
    "plain": ("{ node(id: \"prac_2\") { ... on Practitioner { samples } } }", "samples"),
    "alias": ("{ node(id: \"prac_2\") { ... on Practitioner { id: samples } } }", "id"),
    "fragment": ("{ node(id: \"prac_2\") { ...F } } fragment F on Node { ...G } fragment G on Practitioner { samples }", "samples"),
    "interface": ("{ node(id: \"prac_2\") { ... on Staffed { samples } } }", "samples"),
    "interface in a type": ("{ node(id: \"prac_2\") { ... on Practitioner { ... on Staffed { samples } } } }", "samples"),
    "beside another": ("{ node(id: \"prac_2\") { ... on Practitioner { _samples: id samples } } }", "samples"),
    "included": ("query ($yes: Boolean = true) { node(id: \"prac_2\") { ... on Practitioner { samples @include(if: $yes) } } }", "samples"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("who", "reason"), [("anonymous", "SIGN_IN"), ("therapist", "OBJECT"), ("surgeon", None)])
async def test_every_way_leads_to_the_same_permission(
    labs: Gateway, lab: tuple[Made, str], way: str, who: str, reason: str | None
) -> None:
    lab[0].asked.clear()
    document, key = WAYS[way]
    answer = await labs.ask(who, document)
    if reason is None:
        assert answer.body["data"]["node"][key] == 2
        assert not answer.errors
        assert lab[0].representations == [{"__typename": "Practitioner", "id": "prac_2"}]
    else:
        assert answer.body["data"]["node"][key] is None
        assert whys(answer) == {f"node.{key}": reason}
        assert [error["extensions"]["coordinate"] for error in answer.errors] == ["Practitioner.samples"]
        assert lab[0].asked == []


async def test_nothing_can_be_named_like_a_slip(labs: Gateway, lab: tuple[Made, str]) -> None:
    lab[0].asked.clear()
    for alias in ("_kabinet_samples", "_kabinet_type", "_kabinet"):
        document = f'{{ node(id: "prac_2") {{ ... on Practitioner {{ {alias}: fullName samples }} }} }}'
        answer = await labs.ask("therapist", document)
        assert (answer.codes, answer.data) == (["GRAPHQL_VALIDATION_FAILED"], None)
    assert lab[0].asked == []


async def test_an_interface_of_theirs_is_looked_at_for_each_type(labs: Gateway, lab: tuple[Made, str]) -> None:
    lab[0].asked.clear()
    answer = await labs.ask("surgeon", "{ staffed { samples ... on Practitioner { fullName } } }")
    assert [one["samples"] for one in answer.data["staffed"]] == [100, None, 2, None]
    assert answer.data["staffed"][2]["fullName"] == "Воронцов Андрей Павлович"
    (error,) = answer.errors
    assert error["path"] == ["staffed", 1, "samples"]
    assert (error["extensions"]["count"], error["extensions"]["rows"]) == (2, [[1], [3]])
    assert [one["id"] for one in lab[0].representations if one["__typename"] == "Practitioner"] == ["prac_2"]


async def test_what_nothing_speaks_of_is_read_by_nobody(labs: Gateway, lab: tuple[Made, str]) -> None:
    lab[0].asked.clear()
    answer = await labs.ask("surgeon", "{ benches { id: hidden who { tools { name secret } } } }")
    assert answer.data["benches"] == [{"id": None, "who": {"tools": [{"name": "loupe", "secret": None}]}}] * 2
    assert whys(answer) == {"benches.0.id": "UNDECLARED", "benches.0.who.tools.0.secret": "ROLE"}
    assert not any("hidden" in text or "secret" in text for text, _ in lab[0].asked)


async def test_what_a_service_requires_of_ours_is_read_as_the_caller_reads_it(
    labs: Gateway, lab: tuple[Made, str]
) -> None:
    for who, quota in (("surgeon", True), ("therapist", False), ("anonymous", False)):
        lab[0].asked.clear()
        answer = await labs.ask(who, '{ node(id: "prac_2") { ... on Practitioner { badge quota } } }')
        shown = [one["snils"] for one in lab[0].representations if "snils" in one]
        assert answer.data["node"]["badge"].startswith("badge ")
        assert (len(shown) == 1 and shown[0] is not None) is quota
        assert (answer.data["node"]["quota"] != "quota None") is quota, who


async def test_what_one_service_requires_of_another_takes_the_right_to_that(
    labs: Gateway, lab: tuple[Made, str], pay: tuple[Made, str]
) -> None:
    document = '{ node(id: "prac_2") { ... on Practitioner { bonus } } }'
    for who, bonus in (("surgeon", "for 2"), ("therapist", None), ("anonymous", None)):
        lab[0].asked.clear()
        pay[0].asked.clear()
        answer = await labs.ask(who, document)
        assert answer.data == {"node": {"bonus": bonus}}, who
        assert pay[0].representations == (
            [] if bonus is None else [{"__typename": "Practitioner", "id": "prac_2", "samples": 2}]
        )
        assert bool(lab[0].asked) is (bonus is not None)
        told = [(error["path"], error["extensions"]["coordinate"]) for error in answer.errors]
        assert told == ([] if bonus is not None else [(["node", "bonus"], "Practitioner.samples")])


@pytest.mark.parametrize("badge", [True, False])
async def test_what_is_left_out_takes_nothing_from_what_is_asked_beside_it(
    labs: Gateway, lab: tuple[Made, str], badge: bool
) -> None:
    """Neither its slip nor what it requires is asked for then."""
    lab[0].asked.clear()
    fields = "badge @include(if: $badge) samples ... @skip(if: $badge) { file quota }"
    document = f'query ($badge: Boolean!) {{ node(id: "prac_2") {{ ... on Practitioner {{ {fields} }} }} }}'
    answer = await labs.ask("surgeon", document, {"badge": badge})
    assert not answer.errors
    found = answer.data["node"]
    assert (found["samples"], set(found)) == (2, {"samples", "badge"} if badge else {"samples", "file", "quota"})
    shown = {key for one in lab[0].representations for key in one}
    assert shown == {"__typename", "id", "registryNumber" if badge else "snils"}


async def test_nobody_is_shown_an_object_that_he_does_not_see(labs: Gateway, lab: tuple[Made, str]) -> None:
    """A reference to nobody: what a line makes public is public on what there is."""
    answer = await labs.ask("surgeon", '{ nodes(ids: ["prac_999999"]) { ... on Practitioner { badge } } }')
    assert answer.data == {"nodes": [None]}
    assert not answer.errors


async def test_costs_of_theirs_count(labs: Gateway) -> None:
    rows = " ".join(f"a{number}: practitioners(first: 100) {{ nodes {{ samples }} }}" for number in range(30))
    answer = await labs.ask("surgeon", f"{{ {rows} }}")
    (error,) = answer.errors
    assert error["extensions"]["code"] == "COST_ESTIMATED_TOO_EXPENSIVE"
    assert error["extensions"]["cost"] == 30 * 100 * (1 + 7)


async def test_the_read_journal_is_told_of_their_fields_by_their_own_coordinates(
    labs: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told of no slip."""
    told: list[tuple[str, list[dict[str, Any]]]] = []

    async def keep(some: Sequence[Any]) -> None:
        grounds = [orjson.loads(one.grounds) for one in some]
        told.extend((one["verdict"], one["read"]) for one in grounds if one["permission"] == IDENTITY)

    monkeypatch.setattr(labs.application.operating.reads.writer, "keep", keep)
    document = '{ nodes(ids: ["prac_1", "prac_2"]) { ... on Practitioner { number: file } } }'
    answer = await labs.ask("therapist", document)
    assert answer.data == {"nodes": [{"number": 1}, {"number": None}]}
    assert told == [
        ("GIVEN", [{"coordinates": ["Practitioner.file"], "objects": ["prac_1"]}]),
        ("OBJECT", [{"coordinates": ["Practitioner.file"], "objects": ["prac_2"]}]),
    ]
    told.clear()
    # Refused before anything is planned: of nobody in particular.
    answer = await labs.ask("auditor", document)
    assert answer.data == {"nodes": [{"number": None}, {"number": None}]}
    assert told == [("ROLE", [{"coordinates": ["Practitioner.file"], "objects": []}])]


async def test_a_second_factor_is_asked_for_as_of_a_field_of_ours(labs: Gateway) -> None:
    document = '{ node(id: "prac_1") { ... on Practitioner { file snils } } }'
    answer = await labs.ask("registrar", document, second_factor=False)
    told = {error["path"][-1]: error["extensions"] for error in answer.errors}
    assert told["file"] | {"coordinate": ""} == told["snils"] | {"coordinate": ""}
    assert told["file"]["reason"] == "SECOND_FACTOR"
