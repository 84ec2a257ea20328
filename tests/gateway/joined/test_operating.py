"""What an operator sees of joined services: what they are, what would be asked of them, plans made beforehand."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from auth.permissions import Permission
from engine.joining.executor import JoinedExecutor
from engine.plan.subscription import Subscription
from engine.request.request import Request
from gateway.commands.explain import Explained, lines
from gateway.commands.main import app
from gateway.hospital.graph import SDL
from gateway.identity.presented import Presented
from gateway.joined.checking import differences
from gateway.joined.joining import FOLDER
from gateway.joined.planning import planned
from gateway.log import Exchange
from gateway.settings import JOINED, STORES, Settings
from schema.built import graph
from tests.conftest import Gateway, opened
from tests.gateway.joined import wards
from tests.gateway.joined.conftest import LINES, Hospital, joining

LOAD, WEEK = "Practitioner.workload", "(week: Int): Workload"
DOCUMENT = "query Wards { wards { name head { fullName workload { hours } } } }"
HEARD = "subscription Heard($id: ID) { practitionerChanged(id: $id) { at practitioner { phone workload { hours } } } }"


# What is asked of us and of the hospital, at the root and for objects of two places.
BOTH = """query Both($week: Int) {
  wards { name head { fullName workload(week: $week) { hours } patientsToday { time patientName } } }
  practitioners(first: 3) { nodes { id workload { hours } organization { name } } }
}"""
# By who asks: what is withheld, and the requests, by whom they are answered and for objects of which places.
EXPLAINED = {
    "head": (
        {"wards.head.patientsToday.patientName = Visit.patientName: UNDECLARED"},
        ["kabinet", "mis", "mis, for practitioners.nodes.@", "kabinet, for wards.@.head", "mis, for wards.@.head"],
    ),
    "anonymous": (
        {"wards = Query.wards: SIGN_IN", "practitioners.nodes.workload = Practitioner.workload: SIGN_IN"},
        ["kabinet"],
    ),
}


def kabinet(settings: Settings, file: Path, *words: str) -> Result:
    environ = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(settings.data), JOINED: str(file)}
    environ |= {variable: settings.urls[store] for store, variable in STORES.items()}
    environ |= {"KABINET_DEADLINE": "60", "KABINET_STORE_DEADLINE": "30"}
    return CliRunner().invoke(app, words, env=environ)


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (SDL, []),
        (SDL.replace('"Who comes."', '"Whoever comes."'), []),
        (SDL.replace("hours: Int!", "hours: Float!"), ["Workload.hours was Int!, and is Float!"]),
        (SDL.replace('  "A remark of the head."\n  note: String\n', ""), ["Plan.note is gone"]),
        (SDL.replace("rate: Float!", "rate: Float! basis: String"), ["Plan.basis is new"]),
        (SDL.replace("(week: Int)", "(week: Int!)"), [f"{LOAD} was {WEEK}, and is {WEEK.replace('Int', 'Int!')}"]),
    ],
)  # fmt: skip
def test_drift_is_told_coordinate_by_coordinate(served: str, expected: list[str]) -> None:
    assert [*differences(SDL, served)] == expected


async def test_join_check_asks_the_service_itself(settings: Settings, hospital: Hospital, tmp_path: Path) -> None:
    joining(tmp_path, hospital.url)
    file = tmp_path / "joined.toml"
    # By a process of its own, as an operator does.
    environ = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(settings.data), JOINED: str(file)}
    argv = (str(Path(sys.executable).with_name("kabinet")), "join", "check")
    done = await asyncio.to_thread(
        subprocess.run, argv, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "mis: Visit.patientName is read by nobody: no line speaks of it",
        "mis: as it is pinned",
    ]
    assert done.returncode == 0
    joining(tmp_path, hospital.url, LINES, SDL.replace("rate: Float!", "rate: Int!"))
    told = await asyncio.to_thread(kabinet, settings, file, "join", "check")
    assert "mis: Plan.rate was Int!, and is Float!" in told.output.splitlines()
    assert told.exit_code == 1
    joining(tmp_path, "http://127.0.0.1:9/graphql", LINES.replace("schedule:shift:read", "schedule:shift:see"))
    told = await asyncio.to_thread(kabinet, settings, file, "join", "check")
    assert told.output.splitlines()[:2] == [
        'mis: mis.reads."Practitioner.workload": there is no such permission',
        "mis: it does not say what it is (SOURCE_UNAVAILABLE)",
    ]
    assert told.exit_code == 1


async def test_join_check_tells_what_nobody_does(settings: Settings, tmp_path: Path) -> None:
    joining(tmp_path, "http://127.0.0.1:9/graphql", wards.LINES, wards.SDL)
    told = await asyncio.to_thread(kabinet, settings, tmp_path / "joined.toml", "join", "check")
    assert "ward: Mutation.closeWard is done by nobody: no line speaks of it" in told.output.splitlines()
    assert "bookBed" not in told.output


async def test_plans_made_beforehand_are_run_without_node(
    settings: Settings, urls: Mapping[str, str], hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "wards.graphql").write_text(f"{DOCUMENT} {HEARD}", "utf-8")
    made = joining(tmp_path, hospital.url)
    data = tmp_path / "data"
    found = await planned(made, graph(), data / FOLDER, documents)
    # Of whoever holds both permissions, and of whoever lacks the one of the workload; without wards nothing is asked.
    # An event is told to whoever hears it, with or without the workload.
    assert (found.operations, found.plans) == (2, 4)
    assert json.loads(found.file.read_bytes())["plans"]
    monkeypatch.setenv("PATH", "/nowhere")
    ready = replace(settings, joined=made, data=data)
    async with opened(ready, urls) as gateway:
        assert gateway.application.joined is not None
        await gateway.application.joined.open()
        for who, expected in (("anonymous", None), ("regulator", [None] * 3), ("head", [31, 32, 31])):
            answer = await gateway.ask(who, DOCUMENT)
            hours = answer.data["wards"] and [
                (ward["head"]["workload"] or {}).get("hours") for ward in answer.data["wards"]
            ]
            assert hours == expected, who
        unknown = await gateway.ask("head", "{ wards { id } }")
        assert unknown.data is None
        assert [error["extensions"]["store"] for error in unknown.errors] == ["planner"]
        operating = gateway.application.operating
        viewer = await operating.viewer(Presented(gateway.token("head")))
        for document, planned_for in ((HEARD, True), (HEARD.replace("hours", "week"), False)):
            told = await operating.subscribe(Request(document), viewer, Exchange("", "POST", "en"))
            assert isinstance(told, Subscription) is planned_for
        assert (await gateway.ask("head", "{ viewer { practitioner { fullName } } }")).data["viewer"]["practitioner"]
        await gateway.application.joined.close()


async def test_a_plan_is_told_with_its_requests(joined: Gateway) -> None:
    executor = joined.application.operating.executor
    assert isinstance(executor, JoinedExecutor)
    viewer = await joined.application.operating.viewer(Presented(joined.token("regulator")))
    told = await executor.explained_whole(Request(DOCUMENT), viewer)
    assert isinstance(told, dict)
    assert told["withheld"] == [
        {
            "at": "wards.head.workload",
            "coordinate": "Practitioner.workload",
            "reason": "ROLE",
            "permission": Permission.SCHEDULE_SHIFT_READ,
        }
    ]
    assert [(one["service"], one.get("places")) for one in told["requests"]] == [
        ("mis", None),
        ("kabinet", ["wards.@.head"]),
    ]
    assert told["requests"][1]["plan"]["statements"] == 1
    written = "\n".join(lines(Explained(viewer, told), "regulator"))
    assert "joined, requests: 2" in written
    assert "withheld  wards.head.workload = Practitioner.workload: ROLE" in written
    assert "2 kabinet, for wards.@.head" in written
    assert "statement 1: registry" in written


@pytest.mark.parametrize("who", EXPLAINED)
async def test_explain_tells_from_the_command_line_what_will_be_asked_of_whom(
    settings: Settings, joined: Gateway, hospital: Hospital, tmp_path: Path, who: str
) -> None:
    joining(tmp_path, hospital.url)
    (tmp_path / "both.graphql").write_text(BOTH, "utf-8")
    asked = hospital.counts.asked
    words = ["explain", str(tmp_path / "both.graphql"), "--variables", '{"week": 7}']
    words += [] if who == "anonymous" else ["--as", who]
    told = await asyncio.to_thread(kabinet, settings, tmp_path / "joined.toml", *words)
    assert (told.exit_code, told.stderr) == (0, "")
    assert hospital.counts.asked == asked
    withheld, requests = EXPLAINED[who]
    assert set(re.findall("^withheld  (.*)$", told.output, re.MULTILINE)) == withheld
    assert re.findall("^[0-9]+ (.*)$", told.output, re.MULTILINE) == requests
    assert f"joined, requests: {len(requests)}\n" in told.output
    # As it is told, so it is done.
    answer = await joined.ask(who, BOTH, {"week": 7})
    made = {
        "mis": sum(one.startswith("mis") for one in requests),
        "registry": len(re.findall("statement [0-9]+: registry", told.output)),
    }
    assert answer.statements == {name: number for name, number in made.items() if number}
    refused = {f"{one['coordinate']}: {one['reason']}" for one in (error["extensions"] for error in answer.errors)}
    assert {one.partition(" = ")[2] for one in withheld} <= refused


async def test_a_subscription_is_told_with_the_requests_of_an_event(joined: Gateway) -> None:
    executor = joined.application.operating.executor
    assert isinstance(executor, JoinedExecutor)
    person = "practitionerChanged.practitioner"
    for who, requests, withheld in (
        ("head", [("kabinet", None), ("mis", [person])], []),
        ("expert", [("kabinet", None)], [f"{person}.workload"]),
    ):
        viewer = await joined.application.operating.viewer(Presented(joined.token(who)))
        told = await executor.explained_whole(Request(HEARD), viewer)
        assert isinstance(told, dict)
        assert (told["cost"], told["depth"]) == (3, 4)
        assert [(one["service"], one.get("places")) for one in told["requests"]] == requests
        assert [one["at"] for one in told["withheld"]] == withheld
        (root,) = told["requests"][0]["plan"]["steps"]
        assert (root["at"], root["field"]) == ("practitionerChanged", "Subscription.practitionerChanged")


async def test_whoever_watches_sees_the_services(joined: Gateway) -> None:
    answer = (await joined.client.get("/health/ready")).json()
    assert answer["stores"]["mis"] == "answers"
    assert answer["counters"]["joined"] >= 0
