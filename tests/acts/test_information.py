"""Information is requested of an organisation, which answers in time or is told that it did not."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.jobs.exchanged import Exchanged
from gateway.jobs.jobs import unanswered
from gateway.world.cast import CAST
from tests.acts.exchanging import Exchange

REQUEST = (
    "request { id what dueOn overdue state version recipient { id } legalBasis { kind number } organization { id } }"
)


async def test_the_regulator_requests_and_the_organisation_answers(exchange: Exchange) -> None:
    today = datetime.now(ZoneInfo("Europe/Moscow")).date()
    basis = {"kind": "STATE_CONTROL", "number": "Пр-5", "issuedOn": str(today)}
    given: dict[str, Any] = {
        "organizationId": "org_1", "what": "Протоколы комиссии за год", "legalBasis": basis,
        "dueOn": str(today + timedelta(days=10)), "recipient": "register",
    }  # fmt: skip

    async def codes(**more: Any) -> list[tuple[str, list[str]]]:
        done = await exchange.act("regulator", "requestInformation", REQUEST, **{**given, **more})
        return [(one["code"], one["path"]) for one in done["problems"]]

    assert await codes(what=" ") == [("FIELD_REQUIRED", ["what"])]
    assert await codes(dueOn=str(today)) == [("DATE_OUT_OF_RANGE", ["dueOn"])]
    assert await codes(organizationId="org_999999") == [("NOT_FOUND", ["organizationId"])]
    # An insurer's desk is no regulator's.
    assert await codes(recipient="insurer") == [("RECIPIENT_UNKNOWN", ["recipient"])]
    refused = await exchange.try_to("head", "requestInformation", REQUEST, **given)
    assert [one["extensions"]["reason"] for one in refused.errors] == ["ROLE"]
    await exchange.rows("TRUNCATE mail, message CASCADE", store="journal")
    first = (await exchange.act("regulator", "requestInformation", REQUEST, **given))["request"]
    second = (await exchange.act("regulator", "requestInformation", REQUEST, **given))["request"]
    assert (first["state"], first["overdue"], first["organization"]) == ("OPEN", False, {"id": "org_1"})
    listed = "{ informationRequests(first: 5) { nodes { id } } }"
    for persona, seen in (("head", 2), ("registrar", 2), ("regulator", 2), ("insurer", 0)):
        answer = await exchange.ask(persona, listed)
        assert len(answer.data["informationRequests"]["nodes"]) == seen, persona
    withdrawn = await exchange.act(
        "regulator", "withdrawInformationRequest", REQUEST, id=second["id"], expectedVersion=second["version"]
    )
    assert withdrawn["request"]["state"] == "WITHDRAWN"
    document = await exchange.document(holder=1, kind="DECISION", sign=False)
    ways: dict[str, Any] = {
        "recipient": "register",
        "purpose": "INFORMATION_REQUEST",
        "legalBasis": basis,
        "ids": [document],
    }
    assert await exchange.refused("head", "sendDocument", **{**ways, "inAnswerTo": second["id"]}) == [
        ("ILLEGAL_TRANSITION", ["inAnswerTo"])
    ]
    # The last day is over: whoever asked, the head and the personnel officer are told, once.
    await exchange.rows("UPDATE information_request SET due_on = current_date - 1", store="documents")
    stores = exchange.application.stores
    for _ in range(2):
        scan = unanswered(stores, exchange.application.operating.clock)
        while await scan.run():
            pass
    assert (
        await exchange.ask(
            "regulator", f'{{ node(id: "{first["id"]}") {{ ... on InformationRequest {{ overdue }} }} }}'
        )
    ).data == {"node": {"overdue": True}}
    await exchange.sent(**ways, inAnswerTo=first["id"])
    exchange.receiver.moods.append("nack:ACCESS_DENIED")
    await exchange.tried()
    delivery = Exchanged(stores)
    while await delivery.events():
        pass
    while await delivery.entries():
        pass
    people = {CAST[name].subject: name for name in ("head", "registrar", "regulator")}
    told = await exchange.rows("SELECT subject, template, parameters FROM message", store="journal")
    assert sorted((row["template"], people[row["subject"]]) for row in told) == [
        ("information_answered", "regulator"),
        ("information_overdue", "head"), ("information_overdue", "registrar"), ("information_overdue", "regulator"),
        ("information_requested", "head"), ("information_requested", "head"),
        ("information_requested", "registrar"), ("information_requested", "registrar"),
        ("information_withdrawn", "head"), ("information_withdrawn", "registrar"),
        ("package_rejected", "head"),
    ]  # fmt: skip
    assert not any("Протоколы" in row["parameters"] for row in told)
    acts = await exchange.rows("SELECT act FROM audit_entry WHERE relayed_at IS NOT NULL", store="documents")
    assert sorted(row["act"] for row in acts) == [
        "requestInformation", "requestInformation", "sendDocument", "withdrawInformationRequest",
    ]  # fmt: skip
    await exchange.rows("TRUNCATE mail, message CASCADE", store="journal")
