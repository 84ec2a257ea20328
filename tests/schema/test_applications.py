"""Applications are asked for by kind, outcome, day and whose they are, under the rights that the file has."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.conftest import Ask, Gateway
from tests.schema.rows import rows

LISTED = "query($f: ApplicationFilter) { applications(first: 100, filter: $f) { totalCount nodes { number } } }"
FILTERS = [
    ({"kind": ["ORGANISATIONAL"]}, "kind = 'ORGANISATIONAL'"),
    ({"kind": ["SPECIAL", "REMOTE"]}, "kind IN ('SPECIAL', 'REMOTE')"),
    ({"kind": []}, "false"),
    ({"outcome": ["REJECTED"]}, "outcome = 'REJECTED'"),
    ({"outcome": ["ACCREDITED", "WITHDRAWN"]}, "outcome IN ('ACCREDITED', 'WITHDRAWN')"),
    ({"kind": ["PERMANENT"], "outcome": ["ACCREDITED"]}, "kind = 'PERMANENT' AND outcome = 'ACCREDITED'"),
]
NUMBERS = "SELECT number FROM application WHERE {} ORDER BY created_at DESC, id DESC LIMIT 100"
OPEN_CASES = "officer = $1 AND closed_at IS NULL AND application_id IS NOT NULL"
DAY = "(submitted_at AT TIME ZONE 'Europe/Moscow')::date"


async def asked(ask: Ask, persona: str, **given: object) -> list[str]:
    """Numbers of the applications that are listed."""
    answer = await ask(persona, LISTED, {"f": given})
    assert answer.errors == []
    found = [node["number"] for node in answer.data["applications"]["nodes"]]
    assert len(found) == min(answer.data["applications"]["totalCount"], 100)
    return found


async def kept(gateway: Gateway, condition: str, *values: object) -> list[str]:
    """The same, as the store has them."""
    return [row["number"] for row in await rows(gateway, "accreditation", NUMBERS.format(condition), *values)]


@pytest.mark.parametrize(("given", "condition"), FILTERS, ids=[condition for _, condition in FILTERS])
async def test_applications_are_filtered_by_what_they_say(
    ask: Ask, gateway: Gateway, given: dict[str, Any], condition: str
) -> None:
    # Before it is submitted, nobody but its applicant sees one.
    wanted = await kept(gateway, f"{condition} AND submitted_at IS NOT NULL")
    assert await asked(ask, "regulator", **given) == wanted
    assert wanted or "false" in condition or "SPECIAL" in condition or "ORGANISATIONAL" in condition


async def test_days_are_those_of_the_authority_and_both_belong(ask: Ask, gateway: Gateway) -> None:
    found = await rows(
        gateway,
        "accreditation",
        f"SELECT {DAY} AS day, latest_on FROM application WHERE latest_on IS NOT NULL",  # noqa: S608 - ours
    )
    for column, name, names in (
        (DAY, "day", ("submittedFrom", "submittedTo")),
        ("latest_on", "latest_on", ("dueFrom", "dueTo")),
    ):
        days = sorted({row[name] for row in found})
        first, last = days[len(days) // 3], days[2 * len(days) // 3]
        wanted = await kept(gateway, f"{column} BETWEEN $1 AND $2", first, last)
        assert wanted
        given = {names[0]: str(first), names[1]: str(last)}
        assert await asked(ask, "regulator", **given) == wanted
        one = await kept(gateway, f"{column} = $1", first)
        assert await asked(ask, "regulator", **dict.fromkeys(names, str(first))) == one != []
        refused = await ask("regulator", LISTED, {"f": {names[0]: str(last), names[1]: str(first)}})
        assert refused.errors[0]["extensions"]["argument"] == f"filter.{names[1]}"


@pytest.mark.parametrize(
    ("at", "day"), [("2026-03-01T20:59:59.999999Z", "2026-03-01"), ("2026-03-01T21:00:00Z", "2026-03-02")]
)
async def test_a_day_begins_at_its_midnight_in_the_zone_of_the_authority(
    ask: Ask, gateway: Gateway, at: str, day: str
) -> None:
    change = "UPDATE application SET submitted_at = $2::text::timestamptz WHERE id = $1"
    (row,) = await rows(
        gateway, "accreditation", "SELECT id, number, submitted_at FROM application WHERE stage = 'DONE' LIMIT 1"
    )
    await rows(gateway, "accreditation", change, row["id"], at)
    try:
        found = await asked(ask, "regulator", submittedFrom=day, submittedTo=day)
    finally:
        await rows(gateway, "accreditation", change, row["id"], row["submitted_at"].isoformat())
    assert row["number"] in found


async def whose(gateway: Gateway, subject: str, person: int | None, headed: Sequence[int]) -> str:
    """The condition that an application is somebody's own."""
    cases = await rows(
        gateway, "accreditation", f"SELECT application_id FROM review_case WHERE {OPEN_CASES}", subject,  # noqa: S608
    )  # fmt: skip
    taken = ", ".join(str(case["application_id"]) for case in cases) or "0"
    places = ", ".join(map(str, headed)) or "0"
    return (
        f"(coalesce(practitioner_id = {person or 0}, false) OR coalesce(holder_organization_id IN ({places}), false)"
        f" OR id IN ({taken}))"
    )


@pytest.mark.parametrize(
    ("persona", "subject", "person", "headed"),
    [
        ("therapist", "1000000001", 1, ()),
        ("applicant", "1000000007", 6, ()),
        ("head", "1000000011", 10, (1,)),
        ("registrar", "1000000010", 9, ()),
        ("expert", "1000000013", None, ()),
        ("regulator", "1000000014", None, ()),
    ],
)
async def test_ones_own_and_those_of_others_are_all_that_one_sees(
    ask: Ask, gateway: Gateway, persona: str, subject: str, person: int | None, headed: Sequence[int]
) -> None:
    condition = await whose(gateway, subject, person, headed)
    everything = await asked(ask, persona)
    mine, others = await asked(ask, persona, mine=True), await asked(ask, persona, mine=False)
    assert mine == [one for one in await kept(gateway, condition) if one in everything]
    assert set(mine).isdisjoint(others)
    if len(everything) < 100:
        assert sorted((*mine, *others)) == sorted(everything)
    else:
        assert others == await kept(gateway, f"NOT {condition}")
    if persona in {"applicant", "expert"}:
        assert mine
    if persona == "expert":
        assert others, "those that wait"


async def test_an_expert_learns_nothing_of_a_file_that_he_has_not_opened_by_filtering(
    ask: Ask, gateway: Gateway
) -> None:
    waiting = await kept(gateway, "queue = 'UNCLAIMED'")
    assert set(waiting) <= set(await asked(ask, "expert"))
    for given in ({"submittedFrom": "2000-01-01"}, {"submittedTo": "2100-01-01"}, {"outcome": ["ACCREDITED"]}):
        assert set(await asked(ask, "expert", **given)).isdisjoint(waiting)
    # When a decision is due he may read.
    assert set(waiting) <= set(await asked(ask, "expert", dueFrom="2000-01-01"))


async def test_one_page_of_ones_own_is_one_statement(ask: Ask) -> None:
    for mine in (True, False):
        text = f"{{ applications(first: 5, filter: {{mine: {str(mine).lower()}}}) {{ nodes {{ number }} }} }}"
        assert (await ask("expert", text)).statements == {"accreditation": 1}
