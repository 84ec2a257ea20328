"""Where and for whom somebody asks: the header is his, or nothing is executed; what it gives, it gives there alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.conftest import Gateway

PLACES = "{ viewer { workplaces { active employment { id organization { id } } } permissions { name rules } } }"
SECOND = 9_000_007
ADDED = """
INSERT INTO employment (id, practitioner_id, organization_id, position_code, kind, rate, starts_on)
VALUES (9000007, 1, 2, '109', $1, 0.5, '2020-01-01')
"""
MAIN = "UPDATE employment SET kind = $2 WHERE practitioner_id = $1 AND ends_on IS NULL"
READING = "clinical:history:read"


async def asked(gateway: Gateway, persona: str, **headers: str) -> dict[str, Any]:
    """Who the viewer is at his workplace."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await gateway.ask(persona, PLACES, headers=sent)
    assert answer.errors == [], answer.body
    found: dict[str, Any] = answer.data["viewer"]
    found["permissions"] = {one["name"]: one["rules"] for one in found["permissions"]}
    return found


def active(viewer: dict[str, Any]) -> list[str]:
    """The employments that are active, which is one at most."""
    return [one["employment"]["id"] for one in viewer["workplaces"] if one["active"]]


@asynccontextmanager
async def second_post(gateway: Gateway, kind: str = "EXTERNAL_PART_TIME") -> AsyncIterator[None]:
    """The therapist works in the other hospital too, for a while."""
    stores, facts = gateway.application.stores, gateway.application.operating.facts
    await stores.registry.execute(ADDED, kind)
    facts.heard()
    try:
        yield
    finally:
        await stores.registry.execute("DELETE FROM employment WHERE id = 9000007")
        await stores.registry.execute(MAIN, 1, "MAIN")
        facts.heard()


async def test_a_record_counts_at_its_own_place_and_the_workplace_is_the_main_one_unless_chosen(
    gateway: Gateway,
) -> None:
    (only,) = (await asked(gateway, "therapist"))["workplaces"]
    here = only["employment"]["id"]
    assert (only["active"], only["employment"]["organization"]["id"]) == (True, "org_1")
    async with second_post(gateway):
        by_default, there = [
            await asked(gateway, "therapist"),
            await asked(gateway, "therapist", kabinet_workplace=f"emp_{SECOND}"),
        ]
        assert (active(by_default), active(there)) == ([here], [f"emp_{SECOND}"])
        assert (READING in by_default["permissions"], READING in there["permissions"]) == (True, False)
        # What is not clinical is the same wherever it is asked.
        assert (
            there["permissions"]["practitioner:contact:read"] == by_default["permissions"]["practitioner:contact:read"]
        )
        await gateway.application.stores.registry.execute(MAIN, 1, "COMBINATION")
        gateway.application.operating.facts.heard()
        nowhere = await asked(gateway, "therapist")
        assert (active(nowhere), len(nowhere["workplaces"])) == ([], 2)
        assert READING not in nowhere["permissions"]
        assert READING in (await asked(gateway, "therapist", kabinet_workplace=here))["permissions"]


@pytest.mark.parametrize("persona", ["therapist", "newcomer", "anonymous"])
@pytest.mark.parametrize("named", ["emp_1000000", "emp_2", "prac_1", "emp_", "emp_1x", "", "1"])
async def test_a_workplace_that_is_not_the_callers_refuses_the_operation(
    gateway: Gateway, persona: str, named: str
) -> None:
    for language, message in (
        ("ru", "Такого места работы у вас нет, или оно больше не действует."),
        ("en", "The workplace is no employment in force of the caller."),
    ):
        sent = {"kabinet-workplace": named, "accept-language": language}
        answer = await gateway.ask(persona, PLACES, headers=sent)
        (error,) = answer.errors
        assert (answer.status, error["extensions"]["code"], error["message"]) == (403, "WORKPLACE_UNKNOWN", message)
        assert "data" not in answer.body


async def test_a_service_account_asks_with_the_rights_of_a_practitioner_of_its_hospital(gateway: Gateway) -> None:
    itself = await asked(gateway, "mis")
    assert itself["workplaces"] == []
    # It registers patients, and has to say for whom; that of a pharmacy says what it dispensed.
    assert {name for name in itself["permissions"] if name.startswith("clinical:")} == {
        "clinical:card:write", "clinical:prescription:dispense",
    }  # fmt: skip
    for_him = await asked(gateway, "mis", kabinet_on_behalf_of="prac_1")
    (only,) = for_him["workplaces"]
    assert (only["active"], only["employment"]["organization"]["id"]) == (True, "org_1")
    clinical = {name: rules for name, rules in for_him["permissions"].items() if name.startswith("clinical:")}
    assert clinical[READING] == ["cares", "trusted"]
    assert not {name for name in clinical if name.endswith((":sign", ":cosign")) or ":emergency:" in name}
    assert {clinical.pop(name) == ["org"] for name in ("clinical:card:write", "clinical:prescription:dispense")} == {
        True
    }
    # What is not clinical it may as itself, but for what it puts in for him, and the reports that are his.
    others = {name: rules for name, rules in for_him["permissions"].items() if not name.startswith("clinical:")}
    assert others.pop("document:content:write") == ["behalf"]
    assert others.pop("report:procedure:read") == ["org", "own"]
    itself["permissions"].pop("report:procedure:read")
    assert others == {name: rules for name, rules in itself["permissions"].items() if not name.startswith("clinical:")}
    for_a_nurse = await asked(gateway, "mis", kabinet_on_behalf_of="prac_3")
    assert for_a_nurse["permissions"][READING] == ["nursing"]
    suspended = await asked(gateway, "mis", kabinet_on_behalf_of="prac_8")
    assert READING not in suspended["permissions"]


@pytest.mark.parametrize(
    ("persona", "named"),
    [("mis", "prac_12"), ("mis", "prac_999999"), ("mis", "emp_1"), ("therapist", "prac_1"), ("anonymous", "prac_1")],
)
async def test_nobody_asks_on_behalf_of_somebody_whom_he_does_not_serve(
    gateway: Gateway, persona: str, named: str
) -> None:
    answer = await gateway.ask(persona, PLACES, headers={"kabinet-on-behalf-of": named, "accept-language": "ru"})
    (error,) = answer.errors
    wanted = ("ON_BEHALF_UNKNOWN", "Действовать от имени этого работника вы не можете.")
    assert (answer.status, error["extensions"]["code"], error["message"]) == (403, *wanted)
    assert "data" not in answer.body


async def test_his_place_elsewhere_is_none_for_the_service_account(gateway: Gateway) -> None:
    async with second_post(gateway):
        sent = {"kabinet-on-behalf-of": "prac_1", "kabinet-workplace": f"emp_{SECOND}"}
        answer = await gateway.ask("mis", PLACES, headers=sent)
        assert answer.errors[0]["extensions"]["code"] == "WORKPLACE_UNKNOWN"
        found = await asked(gateway, "mis", kabinet_on_behalf_of="prac_1")
        assert [one["employment"]["organization"]["id"] for one in found["workplaces"]] == ["org_1"]


async def test_a_change_of_whoever_is_spoken_for_is_seen_at_once(gateway: Gateway) -> None:
    """Those without an account leave no word of a change, so their facts are not kept."""
    stores, facts = gateway.application.stores, gateway.application.operating.facts
    text = "UPDATE accreditation SET state = $1 WHERE practitioner_id = 1 AND kind = 'PERMANENT' AND state = $2"
    for account in ("1000000001", None):
        await stores.registry.execute("UPDATE practitioner SET subject = $1 WHERE id = 1", account)
        facts.heard()
        try:
            assert READING in (await asked(gateway, "mis", kabinet_on_behalf_of="prac_1"))["permissions"]
            await stores.accreditation.execute(text, "SUSPENDED", "ACTIVE")
            facts.heard()
            assert READING not in (await asked(gateway, "mis", kabinet_on_behalf_of="prac_1"))["permissions"]
        finally:
            await stores.accreditation.execute(text, "ACTIVE", "SUSPENDED")
            await stores.registry.execute("UPDATE practitioner SET subject = '1000000001' WHERE id = 1")
            facts.heard()


async def test_who_does_not_say_where_asks_no_statement_more(gateway: Gateway) -> None:
    for _ in range(2):
        plain = await gateway.ask("mis", "{ viewer { roles { name } } }")
        spoken = await gateway.ask("mis", "{ viewer { roles { name } } }", headers={"kabinet-on-behalf-of": "prac_1"})
    assert plain.statements == spoken.statements == {}
