"""From a draft to a record and its suspension, as those who listen are told of it."""

import contextlib
from typing import Any

from sources.stores import Stores
from tests.acts.conftest import GOOD_PAPERS
from tests.acts.office import Office
from tests.gateway.streams.speaking import CHANGED, STANDING, Socket, events, listening
from tests.served.running import Running

NOTES = "subscription { notificationReceived { kind application { id } } }"
READABLE = "{ viewer { roles { name } } }"
APPLICANT = "lapsed"


async def change(caller: Socket) -> tuple[str, str | None]:
    """The next step that is told, and the stage after it."""
    told = await caller.hear()
    assert "errors" not in told["payload"], told
    found = told["payload"]["data"]["applicationChanged"]
    return found["step"], found["application"]["stage"]


async def roles_told(told: Any) -> set[str]:
    kind, content = await anext(told)
    assert kind == "next"
    return {role["name"] for role in content["data"]["standingChanged"]["viewer"]["roles"]}


async def test_whoever_applies_is_told_each_step_and_may_read_more_in_the_same_session(
    live: Running, own_stores: Stores
) -> None:
    await own_stores.documents.execute(GOOD_PAPERS)
    office = Office(live.application, live.client)
    office.tokens[APPLICANT] = live.token(APPLICANT)
    async with contextlib.AsyncExitStack() as stack:
        applicant = await stack.enter_async_context(listening(live, APPLICANT))
        inbox = await stack.enter_async_context(listening(live, APPLICANT))
        await applicant.subscribe("a", CHANGED)
        await inbox.subscribe("a", NOTES)
        standing = await stack.enter_async_context(events(live, live.token(APPLICANT), STANDING))

        made = await office.drafted(APPLICANT)
        made = (await office.act(APPLICANT, "submitApplication", id=made["id"], expectedVersion=made["version"]))[
            "application"
        ]
        assert [await change(applicant), await change(applicant)] == [
            ("CREATED", "DRAFT"),
            ("SUBMITTED", "RECEPTION"),
        ]
        # The scan of ending terms may have something to say to him as well.
        while (note := (await inbox.hear())["payload"]["data"]["notificationReceived"])["kind"] != "APPLICATION_STATUS":
            assert note["application"] is None
        assert note["application"] == {"id": made["id"]}

        made = (await office.act("expert", "claimApplication", id=made["id"]))["application"]
        assert await change(applicant) == ("CLAIMED", "RECEPTION")
        for audience in ("INTERNAL", "APPLICANT"):
            await office.act("expert", "commentApplication", id=made["id"], text="A remark.", audience=audience)
        # Of an internal remark he is not even told that there is one.
        assert await change(applicant) == ("COMMENTED", "RECEPTION")

        for who, act, given, expected in (
            ("expert", "advanceApplication", {}, ("ADVANCED", "CHECK")),
            ("expert", "requestClarification", {"what": "Which ward?"}, ("CLARIFICATION_REQUESTED", "CHECK")),
            (APPLICANT, "answerClarification", {"text": "The first."}, ("CLARIFIED", "CHECK")),
            ("expert", "advanceApplication", {}, ("ADVANCED", "APPROVAL")),
        ):
            payload = await office.act(who, act, id=made["id"], expectedVersion=made["version"], **given)
            made = payload["application"]
            assert await change(applicant) == expected

        assert "DOC" not in await office_roles(office)
        decided = await office.act(
            "expert", "approveApplication", "verdict { outcome }", id=made["id"], expectedVersion=made["version"]
        )
        assert decided["verdict"] == {"outcome": "ACCREDITED"}
        assert await change(applicant) == ("APPROVED", "DONE")
        assert "DOC" in await roles_told(standing)
        assert "DOC" in await office_roles(office)

        seen = await office.ask(
            APPLICANT, '{ practitioner(by: {id: "prac_7"}) { accreditations(status: ACTIVE) { id version } } }'
        )
        record = seen.data["practitioner"]["accreditations"][0]
        stopped = await office.act(
            "regulator", "suspendAccreditation", "accreditation { status }",
            id=record["id"], expectedVersion=record["version"], reason="Inspection",
        )  # fmt: skip
        assert stopped["accreditation"] == {"status": "SUSPENDED"}
        assert "DOC" not in await roles_told(standing)
        assert "DOC" not in await office_roles(office)


async def office_roles(office: Office) -> set[str]:
    answer = await office.ask(APPLICANT, READABLE)
    return {role["name"] for role in answer.data["viewer"]["roles"]}
