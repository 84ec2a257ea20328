"""Whatever comes together of facts: a record is read by whoever may by the table of access, and by nobody else.

The oracle (`judging.py`) judges from the facts alone who may read which record. It is compared with what the gateway
gives over its door, by every way in, by both executors, at two instants.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import httpx
import pytest

from engine import executor
from engine.request import documents
from gateway.application import Application
from gateway.identity import demo
from gateway.identity.issuers import DEMO_ISSUER
from gateway.settings import Settings
from gateway.world.loading import Loaded
from gateway.world.numbers import insurance_number
from resolvers.facts import ViewerFacts
from sources.embedded import EmbeddedServer
from sources.stores import Stores
from tests.authorization.handing import Handing, grants
from tests.authorization.judging import Oracle
from tests.authorization.putting import insert, put
from tests.authorization.situating import AT, AUTHOR, KINDS, LATER, Person, Situation, situation
from tests.keys import KEYRING, KEYS, VARIABLE
from tests.villages import copied

SEED, PEOPLE, PATIENTS = 20_261_122, 90, 14
PREFIXES = {"encounter": "enc", "condition": "cond", "observation": "obs", "note": "note"}
# Everybody who shall see something somewhere, lest nothing be compared.
ROLES = {"DOC", "TMP", "NUR", "SUP", "HED", "REG", "INS", "PAT", "DSK"}


LISTS = "history(first: 100) { totalCount nodes { id entry { ... on Node { id } } } }"
CHILDREN = (
    "conditions(first: 9) { nodes { id } } observations(first: 9) { nodes { id } } notes(first: 9) { nodes { id } }"
)
OF_A_PATIENT = f"""id {LISTS} encounters(first: 100) {{ totalCount nodes {{ id patient {{ id }} {CHILDREN} }} }}
  conditions(first: 100) {{ totalCount nodes {{ id encounter {{ id }} }} }}
  observations(first: 100) {{ totalCount nodes {{ id }} }} notes(first: 100) {{ totalCount nodes {{ id }} }}"""


def question(made: Situation) -> str:
    """Everything by id, by edges from patients, encounters and their author, and by lists."""
    ids = [f'"{PREFIXES[kind]}_{row["id"]}"' for kind in KINDS for row in made.rows[kind]]
    parts = [f"n{i}: nodes(ids: [{', '.join(ids[i : i + 100])}]) {{ id }}" for i in range(0, len(ids), 100)]
    parts += [f'p{row["id"]}: patient(by: {{id: "pat_{row["id"]}"}}) {{ ...whole }}' for row in made.rows["patient"]]
    parts += [
        f"{of.lower()}: patients(of: {of}, first: 100) {{ nodes {{ id }} }}" for of in ("MINE", "UNIT", "TRAINEES")
    ]
    parts.append("granted: patients(of: GRANTED, first: 100) { totalCount nodes { id } }")
    parts.append("viewer { patients(first: 100) { nodes { id } } }")
    parts.append(f'practitioner(by: {{id: "prac_{AUTHOR}"}}) {{ encounters(first: 100) {{ nodes {{ id }} }} }}')
    return f"{{ {' '.join(parts)} }} fragment whole on Patient {{ {OF_A_PATIENT} }}"


def found(value: Any) -> Iterator[str]:
    """Every id in a part of an answer."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "id":
                yield one
            else:
                yield from found(one)
    elif isinstance(value, list):
        for one in value:
            yield from found(one)


def nodes(part: Any) -> set[str]:
    """The ids of a list that may be refused."""
    return set() if part is None else {one["id"] for one in part["nodes"]}


def wrong_ways(made: Situation, data: Any, patients: set[str], records: dict[str, set[str]]) -> Iterator[str]:
    """The ways in by which something else came than may be seen."""
    every = set().union(*records.values())
    if {one["id"] for part in data if part[0] == "n" for one in data[part] if one} != every:
        yield "nodes"
    for row in made.rows["patient"]:
        key, shown = row["id"], data[f"p{row['id']}"]
        if (shown is not None) is not (f"pat_{key}" in patients):
            yield f"patient {key}"
        if shown is None:
            continue
        mine = {kind: {f"{PREFIXES[kind]}_{one['id']}" for one in made.of(kind, key)} & records[kind] for kind in KINDS}
        for kind in KINDS:
            part = shown[f"{kind}s"]
            if nodes(part) != mine[kind] or (part is not None and part["totalCount"] != len(mine[kind])):
                yield f"{kind}s of {key}"
        history = shown["history"]
        if nodes(history) != set().union(*mine.values()) or (
            history and history["totalCount"] != len(history["nodes"])
        ):
            yield f"history of {key}"
    author = data["practitioner"]["encounters"]
    if nodes(author) != records["encounter"]:
        yield "encounters of their author"
    strange = {one for one in found(data) if not one.startswith("prac_")} - every - patients
    if strange:
        yield f"anywhere: {sorted(strange)}"


@dataclass
class Door:
    """Both executors over the same stores."""

    made: Situation
    departments: dict[int, list[int]]
    gateways: dict[str, tuple[Application, httpx.AsyncClient]]

    async def ask(self, name: str, person: Person, text: str, at: datetime) -> Any:
        """Ask as somebody, who signed in at AT, at an instant."""
        application, client = self.gateways[name]
        application.operating.clock = lambda: at
        headers = {"authorization": f"Bearer {self._token(application, person)}"}
        if person.chosen is not None:
            headers["kabinet-workplace"] = f"emp_{person.chosen}"
        response = await client.post("/graphql", json={"query": text}, headers=headers)
        return response.json()

    def _token(self, application: Application, person: Person) -> str:
        at = int(AT.timestamp())
        claims: dict[str, object] = {
            "iss": DEMO_ISSUER, "aud": demo.AUDIENCE, "sub": person.subject, "iat": at, "exp": at + 80_000,
            "jti": f"{person.id}", "client_id": "chance", "auth_time": at, "assurance": "CONFIRMED",
        }  # fmt: skip
        if person.age is not None:
            claims["second_factor_at"] = at - 60 * person.age
        return demo._signed(claims, demo._key(application.settings.data))


@pytest.fixture(scope="module")
async def door(server: EmbeddedServer, pristine: Loaded, folder: Any) -> AsyncIterator[Door]:
    """Stores of their own with a village in them, and people and patients made up by chance."""
    urls = await asyncio.to_thread(copied, server, "chance_")
    stores = Stores.from_urls(urls, keyring=KEYRING, deadline=60)
    departments: dict[int, list[int]] = {}
    async with stores.registry.connection() as connection:
        for row in await connection.fetch(
            "SELECT id, organization_id FROM department WHERE organization_id < 3 ORDER BY id"
        ):
            departments.setdefault(row["organization_id"], []).append(row["id"])
    # Who is of the village is registered where nobody of chance works: only those of chance are handed on.
    await stores.clinical.execute("UPDATE patient SET organization_id = 3")
    made = situation(SEED, departments, people=PEOPLE, patients=PATIENTS)
    await put(stores, made)
    variables = {VARIABLE: KEYS, **{f"KABINET_{name.upper()}_URL": url for name, url in urls.items()}}
    variables |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data"), "KABINET_DEADLINE": "30"}
    found: dict[str, tuple[Application, httpx.AsyncClient]] = {}
    for name in ("compiled", "reference"):
        application = Application(Settings.from_environment(variables | {"KABINET_EXECUTOR": name}), stores)
        application.operating.facts = ViewerFacts(stores)
        await application.keys.open()
        transport = httpx.ASGITransport(app=application)
        found[name] = application, httpx.AsyncClient(transport=transport, base_url="http://kabinet.test")
    yield Door(made, departments, found)
    for application, client in found.values():
        await client.aclose()
        await application.keys.close()
        application.log.close()
    await stores.close()


async def test_a_record_is_read_by_whoever_may_by_the_facts_and_by_every_way(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "MAX_COST", 10_000_000)
    monkeypatch.setattr(documents, "MAX_TOKENS", 20_000)
    monkeypatch.setattr(documents, "MAX_COMPARED", 10_000_000)
    made, text = door.made, question(door.made)
    seen: Counter[str] = Counter()
    for name, at in (("compiled", AT), ("compiled", AT + LATER), ("reference", AT)):
        oracle = Oracle(made, at, door.departments)
        for person in made.people:
            ways = {row["id"]: oracle.knows(person, row) for row in made.rows["patient"]}
            patients = {f"pat_{key}" for key, roles in ways.items() if roles}
            records: dict[str, set[str]] = {}
            for kind in KINDS:
                by = {row["id"]: oracle.reads(person, kind, row) for row in made.rows[kind]}
                records[kind] = {f"{PREFIXES[kind]}_{key}" for key, roles in by.items() if roles}
                seen.update(role for roles in by.values() for role in roles)
            seen.update(role for roles in ways.values() for role in roles)
            body = await door.ask(name, person, text, at)
            wrong = [*wrong_ways(made, body["data"], patients, records)] if body.get("data") else [body]
            assert not wrong, (f"seed {made.seed}", name, at, wrong, person, [*oracle.roles(person)])
    assert seen.keys() == ROLES


async def test_a_patient_is_found_by_his_number_by_whoever_may_read_it(door: Door) -> None:
    oracle, counted = Oracle(door.made, AT, door.departments), Counter[bool]()
    for person in door.made.people[::2]:
        for row in door.made.rows["patient"][::3]:
            number = insurance_number(row["id"])
            body = await door.ask(
                "compiled", person, f'{{ patient(by: {{insuranceNumber: "{number}"}}) {{ id }} }}', AT
            )
            # Neither an insurer nor a head reads the number, nor whoever opened the record in an emergency.
            roles = oracle.knows(person, row) - {"INS", "HED"}
            if roles == {"DOC"} and not oracle.cares(person, row):
                roles = set()
            shown = (body.get("data") or {}).get("patient")
            counted[bool(roles)] += 1
            assert (shown is not None) is bool(roles), (f"seed {door.made.seed}", person, row, body)
    assert min(counted.values()) > 3


async def test_a_grant_gives_what_its_grantor_may_and_the_role_of_the_grantee_and_its_scope(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "MAX_COST", 10_000_000)
    monkeypatch.setattr(documents, "MAX_TOKENS", 20_000)
    monkeypatch.setattr(documents, "MAX_COMPARED", 10_000_000)
    made, text, identity = door.made, question(door.made), door.gateways["compiled"][0].stores.identity
    rows = grants(Random(SEED), made, door.departments)
    await insert(identity, "access_grant", rows)
    for application, _ in door.gateways.values():
        application.operating.facts.heard()
    granted: Counter[str] = Counter()
    people = [one for one in made.people if one.posts]
    for name, at, asking in (
        ("compiled", AT, people), ("compiled", AT + LATER, people[::3]), ("reference", AT, people[1::3]),
    ):  # fmt: skip
        oracle = Handing(made, at, door.departments, rows)
        for person in asking:
            patients = {f"pat_{row['id']}" for row in made.rows["patient"]
                        if oracle.knows(person, row) or oracle.known(person, row)}  # fmt: skip
            records: dict[str, set[str]] = {}
            for kind in KINDS:
                records[kind] = set()
                for row in made.rows[kind]:
                    own, by = oracle.reads(person, kind, row), oracle.read(person, kind, row)
                    if own or by:
                        records[kind].add(f"{PREFIXES[kind]}_{row['id']}")
                    granted.update(by if not own else ())
            body = await door.ask(name, person, text, at)
            wrong = [*wrong_ways(made, body["data"], patients, records)] if body.get("data") else [body]
            handed = {f"pat_{row['id']}" for row in made.rows["patient"] if oracle.known(person, row)}
            listed: Any = body["data"]["granted"] if body.get("data") else None
            if handed and (nodes(listed), listed["totalCount"]) != (handed, len(handed)):
                wrong.append("patients that were handed on")
            if not handed and nodes(listed):
                wrong.append("patients that were not handed on")
            granted["LISTED"] += len(handed)
            mine = [row for row in rows if row["grantee_id"] == person.id]
            assert not wrong, (f"seed {made.seed}", name, at, wrong, person, [*oracle.roles(person)], mine)
    # Each scope gave something that nobody had otherwise.
    assert granted.keys() == {"PATIENTS", "UNIT", "ORGANIZATION", "LISTED"}
    assert min(granted.values()) > 5, granted
    # Taken back they give nothing, at once.
    await identity.execute("UPDATE access_grant SET revoked_at = starts_at")
    door.gateways["compiled"][0].operating.facts.heard()
    for person in people[::4]:
        oracle = Handing(made, AT, door.departments)
        patients = {f"pat_{row['id']}" for row in made.rows["patient"] if oracle.knows(person, row)}
        seen = {kind: {f"{PREFIXES[kind]}_{row['id']}" for row in made.rows[kind] if oracle.reads(person, kind, row)}
                for kind in KINDS}  # fmt: skip
        body = await door.ask("compiled", person, text, AT)
        assert not [*wrong_ways(made, body["data"], patients, seen)], person
        assert not nodes(body["data"]["granted"])
