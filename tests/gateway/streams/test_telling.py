"""What happens is told to those who may see it, once, as it is now, through both doors."""

import asyncio
import dataclasses
import json
from typing import Any

import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST
from sources.stores import Stores
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, CHANGED, events, listening, socket, step, until
from tests.served.running import Running, running

SOMEBODY_ELSES = 4


def steps(messages: list[dict[str, Any]]) -> list[str]:
    return [message["payload"]["data"]["applicationChanged"]["step"] for message in messages]


async def test_a_step_is_told_to_the_applicant_over_a_socket(live: Running, own_stores: Stores) -> None:
    async with listening(live, "applicant") as caller:
        await caller.subscribe("a", CHANGED)
        await step(own_stores, APPLICANT_APPLICATION, "COMMENTED")
        told = await caller.hear()
        assert (told["id"], told["type"]) == ("a", "next")
        change = told["payload"]["data"]["applicationChanged"]
        assert change["step"] == "COMMENTED"
        assert change["application"]["id"] == "app_1"


async def test_a_step_is_told_as_a_server_sent_event(live: Running, own_stores: Stores) -> None:
    token = live.token("applicant")
    async with events(live, token, CHANGED, {"id": "app_1"}) as told:
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        kind, content = await anext(told)
        assert kind == "next"
        assert content["data"]["applicationChanged"]["step"] == "UPDATED"
    await until(live.application, 0)


async def test_by_get_too_where_it_is_on(live: Running, own_stores: Stores) -> None:
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {live.token('applicant')}"}
    query = "subscription { applicationChanged { step } }"
    async with live.client.stream("GET", "/graphql", params={"query": query}, headers=headers) as response:
        lines = response.aiter_lines()
        assert await anext(lines) == ":"
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        found = [await anext(lines) for _ in range(3)]
    assert found[1:] == ["event: next", 'data: {"data":{"applicationChanged":{"step":"UPDATED"}}}']


async def test_each_event_shows_what_is_so_now(live: Running, own_stores: Stores) -> None:
    stages = []
    async with listening(live, "regulator") as caller:
        await caller.subscribe("a", CHANGED, id="app_1")
        for stage in ("APPROVAL", "CHECK"):
            await step(own_stores, APPLICANT_APPLICATION, "ADVANCED", stage=stage)
            change = (await caller.hear())["payload"]["data"]["applicationChanged"]
            stages.append(change["application"]["stage"])
    assert stages == ["APPROVAL", "CHECK"]


async def test_only_those_are_told_who_may_see_the_application(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "applicant") as applicant,
        listening(live, "therapist") as therapist,
        listening(live, "expert") as expert,
        listening(live, "registrar") as registrar,
    ):
        for caller in (applicant, therapist, expert, registrar):
            await caller.subscribe("a", CHANGED)
        await step(own_stores, APPLICANT_APPLICATION, "CLARIFIED")
        for caller in (applicant, expert, registrar):
            assert steps([await caller.hear()]) == ["CLARIFIED"]
        await therapist.settle()


async def test_a_stream_about_one_application_is_not_told_of_others(live: Running, own_stores: Stores) -> None:
    async with listening(live, "regulator") as caller:
        await caller.subscribe("a", CHANGED, id=f"app_{SOMEBODY_ELSES}")
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        await step(own_stores, SOMEBODY_ELSES, "UPDATED")
        told = await caller.hear()
        assert told["payload"]["data"]["applicationChanged"]["application"]["id"] == f"app_{SOMEBODY_ELSES}"


@pytest.mark.parametrize("id", ["app_999999999", f"app_{SOMEBODY_ELSES}", "prac_1", "nonsense"])
async def test_an_application_that_may_not_be_seen_is_as_silent_as_none(
    live: Running, own_stores: Stores, id: str
) -> None:
    async with listening(live, "applicant") as caller:
        await caller.subscribe("quiet", CHANGED, id=id)
        await caller.subscribe("all", CHANGED)
        await step(own_stores, SOMEBODY_ELSES, "UPDATED")
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        assert (await caller.hear())["id"] == "all"
        await caller.settle()


async def test_what_was_rolled_back_did_not_happen_and_the_rest_is_told_once_and_in_order(
    live: Running, own_stores: Stores
) -> None:
    payload = json.dumps({"applicationId": APPLICANT_APPLICATION, "step": "WITHDRAWN"})
    insert = "INSERT INTO event (at, kind, payload) VALUES (now(), 'APPLICATION_CHANGED', $1)"
    names = ["CLAIMED", "COMMENTED", "RELEASED", "UPDATED"] * 3
    async with listening(live, "applicant") as caller:
        await caller.subscribe("a", CHANGED)
        async with own_stores.accreditation.connection() as connection:
            undone = connection.transaction()
            await undone.start()
            await connection.execute(insert, payload)
            # While this transaction is open, what others commit stands above the horizon and is found again.
            for name in names:
                await step(own_stores, APPLICANT_APPLICATION, name)
            told = [await caller.hear() for _ in names]
            await undone.rollback()
        await step(own_stores, APPLICANT_APPLICATION, "LAPSED")
        told.append(await caller.hear())
        await caller.settle()
    assert steps(told) == [*names, "LAPSED"]


async def test_equal_streams_of_one_viewer_share_one_execution(live: Running, own_stores: Stores) -> None:
    streams = live.application.streams
    async with listening(live, "applicant") as one, listening(live, "applicant") as two:
        await one.subscribe("a", CHANGED)
        await one.subscribe("b", CHANGED)
        await two.subscribe("c", CHANGED)
        await two.subscribe("other", CHANGED, id="app_1")
        executions = streams.executions
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        told = [await one.hear(), await one.hear(), await two.hear(), await two.hear()]
        assert {message["id"] for message in told} == {"a", "b", "c", "other"}
        assert streams.executions - executions == 2


async def test_the_reference_executor_tells_the_same(
    live: Running, own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    query = (
        "subscription { changed: applicationChanged { at step application { __typename number specialty { code } "
        "applicant { fullName snils } comments { text } history { kind } } } }"
    )
    reference = dataclasses.replace(own_settings, executor="reference")
    async with (
        running(reference, own_urls) as plain,
        listening(live, "expert") as compiled,
        listening(plain, "expert") as other,
    ):
        for caller in (compiled, other):
            await caller.subscribe("a", query)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        first, second = await asyncio.gather(compiled.hear(), other.hear())
    assert first == second
    assert first["payload"]["data"]["changed"]["application"]["applicant"]["fullName"]


async def test_refusals_inside_an_event_are_told_with_it(live: Running, own_stores: Stores) -> None:
    query = "subscription { applicationChanged { application { id documents { title } comments { text } } } }"
    async with listening(live, "registrar") as caller:
        await caller.subscribe("a", query)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        told = (await caller.hear())["payload"]
    assert told["data"]["applicationChanged"]["application"]["comments"] is None
    assert [error["extensions"]["coordinate"] for error in told["errors"]] == ["AccreditationApplication.comments"]
    assert told["extensions"]["requestId"]


@pytest.mark.parametrize(
    ("persona", "reason"), [("anonymous", "SIGN_IN"), ("patient", "ROLE"), ("stranger", None), ("support", "ROLE")]
)
async def test_who_has_no_right_at_all_is_refused_at_once(live: Running, persona: str, reason: str | None) -> None:
    async with socket(live) as caller:
        await caller.greet(None if persona == "anonymous" else live.token(persona))
        await caller.say("subscribe", id="a", payload={"query": CHANGED})
        await caller.say("ping")
        heard = await caller.hear()
        if reason is None:
            assert heard == {"type": "pong"}
        else:
            assert (heard["id"], heard["type"]) == ("a", "error")
            found = heard["payload"][0]["extensions"]
            assert (found["code"], found["reason"]) == ("UNAUTHORIZED_FIELD_OR_TYPE", reason)
            assert await caller.hear() == {"type": "pong"}
    token = None if persona == "anonymous" else live.token(persona)
    if reason is not None:
        async with events(live, token, CHANGED, begun=False) as told:
            kind, content = await anext(told)
            assert (kind, content["errors"][0]["extensions"]["reason"]) == ("next", reason)
            assert await anext(told) == ("complete", None)


async def test_queries_are_answered_over_a_socket_as_over_http(live: Running) -> None:
    query = '{ viewer { roles { name } practitioner { fullName } } practitioner(by: {id: "prac_2"}) { phone } }'
    async with listening(live, "therapist") as caller:
        await caller.say("subscribe", id="a", payload={"query": query})
        told, done = await caller.hear(), await caller.hear()
    assert (told["type"], done) == ("next", {"id": "a", "type": "complete"})
    over_http = await live.ask("therapist", query)
    assert told["payload"]["data"] == over_http["data"]
    assert told["payload"]["errors"] == over_http["errors"]


async def test_a_query_is_one_event_where_only_events_are_accepted(live: Running) -> None:
    async with events(live, live.token("therapist"), "{ viewer { roles { name } } }", begun=False) as told:
        kind, content = await anext(told)
        assert (kind, bool(content["data"]["viewer"]["roles"])) == ("next", True)
        assert await anext(told) == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a: applicationChanged { step } b: standingChanged { at } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_operations_that_cannot_be_begun_are_errors_of_their_own(live: Running, query: str, code: str) -> None:
    async with listening(live, "therapist") as caller:
        await caller.say("subscribe", id="a", payload={"query": query})
        heard = await caller.hear()
        assert heard["type"] == "error"
        assert {error["extensions"]["code"] for error in heard["payload"]} == {code}
        await caller.settle()


async def test_a_subscription_is_not_answered_as_plain_json(live: Running) -> None:
    answered = await live.send("applicant", CHANGED)
    assert answered.status_code == 406
    assert answered.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_the_log_has_one_line_for_each_stream(live: Running, own_stores: Stores) -> None:
    async with listening(live, "applicant") as caller:
        await caller.say(
            "subscribe", id="a", payload={"query": CHANGED, "operationName": "Changed", "variables": {"id": "app_1"}}
        )
        await caller.settle()
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        await caller.hear()
        await caller.say("complete", id="a")
        await caller.settle()
    line = [line for line in await live.log() if line["event"] == "stream"][-1]
    assert (line["method"], line["operation"], line["events"], line["ending"]) == ("WS", "Changed", 1, "left")
    assert "app_1" not in json.dumps(line)


MESSAGE = "subscription { notificationReceived { id kind title body } }"
INSERT = """
INSERT INTO message (subject, kind, at, template, parameters)
SELECT $1, kind, now(), template, parameters FROM message ORDER BY id LIMIT 1 RETURNING id
"""


async def test_a_message_is_told_to_its_reader_alone_and_in_his_language(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "applicant") as russian,
        socket(live, additional_headers={"accept-language": "en"}) as english,
        listening(live, "therapist") as other,
    ):
        await english.greet(live.token("applicant"))
        for caller in (russian, english, other):
            await caller.subscribe("a", MESSAGE)
        async with own_stores.journal.connection() as connection:
            key = await connection.fetchval(INSERT, CAST["applicant"].subject)
        told = [(await caller.hear())["payload"]["data"]["notificationReceived"] for caller in (russian, english)]
        await other.settle()
    assert {one["id"] for one in told} == {f"msg_{key}"}
    assert told[0]["title"] != told[1]["title"]
    assert told[1]["title"].startswith("Application ")


async def test_why_nothing_is_told_is_said_in_the_language_of_the_reader(live: Running) -> None:
    said: dict[str, set[str]] = {"ru": set(), "en": set()}
    for tongue, heard in said.items():
        async with socket(live, additional_headers={"accept-language": tongue}) as nobody:
            await nobody.greet(None)
            await nobody.say("subscribe", id="a", payload={"query": MESSAGE})
            (error,) = (await nobody.hear())["payload"]
        heard.add(error["message"])
        headers = {"accept": "text/event-stream", "accept-language": tongue}
        response = await live.client.post("/graphql", json={"query": MESSAGE}, headers=headers)
        told = json.loads(response.text.split("data: ")[1].split("\n")[0])
        heard.add(told["errors"][0]["message"])
    assert said == {
        "ru": {"Это поле вам недоступно."},
        "en": {"The field may not be read."},
    }
