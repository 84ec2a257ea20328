"""Every act on patients, records, bookings and slots in a process that dies: all of it or nothing, and done once."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from schema.clinical.mutation import ClinicalActs
from schema.clinical.referral_act import ReferralActs
from tests.acts.clinic import CHARTED, Clinic
from tests.acts.dying import Dying
from tests.acts.office import LEFT
from tests.acts.ready import HIDDEN, READY, SHOWN

# All that these acts can change.
CHANGED = {
    "clinical": (*CHARTED, *LEFT, "patient", "patient_match", "inquiry", "duty"),
    "schedule": ("slot", "booking", *LEFT),
}
ROWS = "(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t) AS {name}"
COUNTED = "SELECT (SELECT count(*) FROM event) AS event, (SELECT count(*) FROM idempotency_key) AS key"
# Before somebody is looked for, that he was asked for is kept, whatever becomes of the act.
KEPT_FIRST = {"openEmergencyAccess": {"emergency_attempt", "audit_entry"}}

# What is done by an accreditation dies at every point: each is another step of what somebody else goes on with.
EVERYWHERE = re.compile(
    "Order|Service$|Result$|Administration|Prescription|Dispensing|Procedure|Referral|Teleconsultation"
)
UNDONE = ("locked", "written", "left", "before_commit")


def named(room: type) -> list[str]:
    """The acts of a room, as the graph calls them."""
    words = (name.split("_") for name in room.__annotations__)
    return [first + "".join(one.capitalize() for one in rest) for first, *rest in words]


@pytest.fixture
async def ward(clinic: Clinic) -> AsyncIterator[Clinic]:
    """A second factor was shown just now; slots are gone afterwards."""
    clinic.office.tokens.clear()
    yield clinic
    await clinic.office.restore()
    await clinic.office.rows("DELETE FROM slot WHERE id = ANY($1)", [SHOWN, HIDDEN], store="schedule")


async def stands(clinic: Clinic) -> dict[str, Any]:
    """All that there is, as a word for each table."""
    found: dict[str, Any] = {}
    for store, names in CHANGED.items():
        (row,) = await clinic.office.rows(f"SELECT {', '.join(ROWS.format(name=one) for one in names)}", store=store)
        found |= {f"{store}.{name}": value for name, value in row.items()}
    return found


async def counted(clinic: Clinic) -> dict[str, int]:
    """How many events and spent keys there are in both stores."""
    rows = [(await clinic.office.rows(COUNTED, store=store))[0] for store in CHANGED]
    return {name: sum(row[name] for row in rows) for name in ("event", "key")}


def test_no_act_is_left_out() -> None:
    assert sorted(READY) == sorted(named(ClinicalActs) + named(ReferralActs))


@pytest.mark.parametrize("act", READY)
async def test_an_act_that_is_cut_short_is_whole_or_not_there_and_is_done_once(
    ward: Clinic, dying: Dying, act: str
) -> None:
    persona, given = await READY[act](ward)
    said = {**given, "idempotencyKey": f"dies-{act}"}
    kind = act[0].upper() + act[1:]
    document = f"mutation($input: {kind}Input!) {{ {act}(input: $input) {{ problems {{ code path }} }} }}"
    if act in ("confirmEmergencyAccess", "closeEmergencyAccess"):
        document = document.replace(f"{kind}Input", "EmergencyAccessInput")
    body, token = {"query": document, "variables": {"input": said}}, ward.office.token(persona)
    before, had = await stands(ward), await counted(ward)
    everywhere = EVERYWHERE.search(act) is not None
    for point in UNDONE if everywhere else UNDONE[-1:]:
        dying.at(point, token, body)
    cut = await stands(ward)
    assert {name.partition(".")[2] for name in cut if cut[name] != before[name]} == KEPT_FIRST.get(act, set())
    dying.at("after_commit", token, body)
    done = await stands(ward)
    if everywhere:
        dying.at("before_answer", token, body)
    assert await counted(ward) == {"event": had["event"] + 1, "key": had["key"] + 1}
    assert {name for name in done if done[name] != cut[name]} > {
        f"{'schedule' if 'ppointment' in act or 'Slots' in act else 'clinical'}.{name}" for name in LEFT
    }
    answer = await ward.office.ask(persona, document, {"input": said})
    assert answer.data == {act: {"problems": []}}, answer.body
    assert await stands(ward) == done
