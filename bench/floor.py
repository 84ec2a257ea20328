"""The floor: the operations by hand, as little as can stand between PostgreSQL and the socket.

A bare ASGI application with the statements of `bench/sql` on asyncpg and orjson: no GraphQL, no rights, no log. It
knows an operation by its name, asks one statement after the other (tasks would cost more than they save), and answers
`{"data": …}` byte for byte as the graph would, the place of a cursor apart.
"""

import base64
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from bench import floor_charts
from bench.floor_stores import ACCREDITATION, DATABASES, DOCUMENTS, REGISTRY, SCHEDULE, Object, Rows, written
from gateway.jobs.garbage import begin
from sources.books import BOOKS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

ZONE = ZoneInfo("Europe/Moscow")
PAGE = 50
LEVELS = {1: {"level": "SECOND"}, 2: {"level": "FIRST"}, 3: {"level": "HIGHEST"}, None: None}
SPECIALTIES = {entry.code: {"code": entry.code, "name": entry.name} for entry in BOOKS.specialties.entries}
SPECIALTY_CODES = {entry.code: {"code": entry.code} for entry in BOOKS.specialties.entries}
POSITIONS = {entry.code: {"code": entry.code, "name": entry.name} for entry in BOOKS.positions.entries}
ENDS = frozenset({"ACTIVE", "UNDER_REVIEW", "SUSPENDED"})
NOBODY = b'{"data":{"practitioner":null}}'


async def card(variables: Object) -> bytes:
    """One practitioner with the records of accreditation."""
    key, now = int(variables["id"].removeprefix("prac_")), datetime.now(UTC)
    people = await REGISTRY.rows("practitioner", now.astimezone(ZONE).date(), key)
    records = await ACCREDITATION.rows("accreditations", [key])
    if not people:
        return NOBODY
    (person,) = practitioners(people, accreditations(records, (key,), now))
    return written({"practitioner": person})


async def cabinet(variables: Object) -> bytes:
    """Everything that a worker's own page shows."""
    key, now = int(variables["id"].removeprefix("prac_")), datetime.now(UTC)
    people = await REGISTRY.rows("practitioner", now.astimezone(ZONE).date(), key)
    records = await ACCREDITATION.rows("accreditations", [key])
    posts = await REGISTRY.rows("employments", key)
    applications = await ACCREDITATION.rows("applications", key)
    documents = await DOCUMENTS.rows("documents", key)
    shifts = await SCHEDULE.rows("shifts", key)
    if not people:
        return NOBODY
    (person,) = practitioners(people, accreditations(records, (key,), now))
    person["employments"] = [
        {
            "id": f"emp_{id}",
            "kind": kind,
            "position": POSITIONS[position],
            "organization": {"id": f"org_{organization}", "name": name},
            "startsOn": starts,
            "endsOn": ends,
        }
        for id, kind, position, organization, name, starts, ends in posts
    ]
    person["applications"] = {
        "nodes": [
            {
                "id": f"app_{id}",
                "number": number,
                "stage": stage,
                "submittedAt": submitted,
                "deadline": None if earliest is None or latest is None else {"latestOn": latest},
            }
            for id, number, stage, submitted, earliest, latest in applications
        ]
    }
    person["documents"] = {
        "nodes": [
            {
                "id": f"doc_{id}",
                "kind": kind,
                "title": title,
                "status": status,
                "issuedOn": issued,
                "expiresOn": expires,
                "mediaType": media_type,
                "byteSize": size,
                "sha256": sha256,
            }
            for id, kind, title, status, issued, expires, media_type, size, sha256 in documents
        ]
    }
    person["shifts"] = {
        "nodes": [
            {"id": f"shift_{id}", "startsAt": starts, "endsAt": ends, "room": room, "kind": kind}
            for id, starts, ends, room, kind in shifts
        ]
    }
    return written({"practitioner": person})


async def listed(variables: Object) -> bytes:
    """Fifty practitioners by name, with what each of them has."""
    now, after = datetime.now(UTC), variables.get("after")
    name, key = orjson.loads(base64.urlsafe_b64decode(after)) if after else ("", 0)
    people = await REGISTRY.rows("practitioners", now.astimezone(ZONE).date(), name, key)
    more = len(people) > PAGE
    del people[PAGE:]
    keys = [person[0] for person in people]
    records = await ACCREDITATION.rows("accreditations", keys)
    documents = await DOCUMENTS.rows("documents_of_each", keys)
    shifts = await SCHEDULE.rows("shifts_of_each", keys)
    papers: dict[int, list[Object]] = {key: [] for key in keys}
    for parent, id, kind, title, status, issued, expires in documents:
        papers[parent].append(
            {
                "id": f"doc_{id}",
                "kind": kind,
                "title": title,
                "status": status,
                "issuedOn": issued,
                "expiresOn": expires,
            }
        )
    work: dict[int, list[Object]] = {key: [] for key in keys}
    for parent, id, starts, ends, room, kind in shifts:
        work[parent].append({"id": f"shift_{id}", "startsAt": starts, "endsAt": ends, "room": room, "kind": kind})
    nodes = practitioners(people, accreditations(records, keys, now))
    for key, node in zip(keys, nodes, strict=True):
        node["documents"] = {"nodes": papers[key]}
        node["shifts"] = {"nodes": work[key]}
    end = base64.urlsafe_b64encode(orjson.dumps([people[-1]["sort_name"], keys[-1]])).decode() if keys else None
    return written({"practitioners": {"pageInfo": {"endCursor": end, "hasNextPage": more}, "nodes": nodes}})


def practitioners(people: Rows, records: dict[int, list[Object]]) -> list[Object]:
    """The part that all three operations show."""
    return [
        {
            "id": f"prac_{id}",
            "registryNumber": number,
            "fullName": f"{family} {given} {middle}" if middle else f"{family} {given}",
            "specialty": SPECIALTIES.get(specialty),
            "category": LEVELS[rank],
            "phone": phone,
            "email": email,
            "snils": snils,
            "organization": None if place is None else {"id": f"org_{place}", "name": name, "ogrn": ogrn},
            "accreditations": records[id],
        }
        for id, number, family, given, middle, specialty, phone, email, snils, rank, place, name, ogrn, *_ in people
    ]


def accreditations(records: Rows, keys: Iterable[int], now: datetime) -> dict[int, list[Object]]:
    """Records of accreditation by their holder, with what each is worth now."""
    found: dict[int, list[Object]] = {key: [] for key in keys}
    for holder, id, kind, state, valid_from, valid_to, specialty in records:
        found[holder].append(
            {
                "id": f"acc_{id}",
                "kind": kind,
                "status": "EXPIRED" if state in ENDS and valid_to is not None and valid_to <= now else state,
                "validFrom": valid_from,
                "validTo": valid_to,
                "specialty": SPECIALTY_CODES.get(specialty),
            }
        )
    return found


# Operation → what answers it, and how many statements that takes.
OPERATIONS: dict[str, tuple[Callable[[Object], Awaitable[bytes]], bytes]] = {
    "Card": (card, b"2"),
    "Cabinet": (cabinet, b"6"),
    "List": (listed, b"4"),
    "Chart": (floor_charts.chart, b"8"),
    "Ward": (floor_charts.ward, b"4"),
}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    request = orjson.loads(body)
    answer, statements = OPERATIONS[request["operationName"]]
    content = await answer(request["variables"])
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(content)),
        (b"x-statements", statements),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def lifespan(receive: Receive, send: Send) -> None:
    """Connect before the first request, and part after the last; the garbage collector is set as the product's is."""
    await receive()
    for database in DATABASES:
        await database.open()
    await floor_charts.ready()
    begin()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    for database in DATABASES:
        await database.close()
    await send({"type": "lifespan.shutdown.complete"})
