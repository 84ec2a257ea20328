"""The floor's charts: Chart and Ward by hand, with the relation of care, what is sealed, and the journal.

Statements check the relation, and who read what is in the journal before the answer leaves. Who asks is settled: the
therapist at the main hospital, and for Ward the supervisor, who leads a department there. What nobody may read does not
come out of the statements, so nothing is looked at twice; a patient's key is unwrapped once.
"""

import base64
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from bench.floor_journal import kept
from bench.floor_stores import CLINICAL, REGISTRY, Object, written
from gateway.settings import Settings
from gateway.world.cast import CAST, MAIN_HOSPITAL
from sources.books import BOOKS
from sources.sealing import Keyring, PersonalKey

THERAPIST = CAST["therapist"].practitioner_id
SUPERVISOR = CAST["supervisor"].practitioner_id
PAGE = 50
SPECIALTIES = {entry.code: {"code": entry.code, "name": entry.name} for entry in BOOKS.specialties.entries}
CONDITIONS = {entry.code: entry.name for entry in BOOKS.conditions.entries}
MEASURES = {entry.code: entry.name for entry in BOOKS.measures.entries}
CARD = [f"Patient.{name}" for name in ("birthOn", "fullName", "id", "sex")]
CONTACT = [f"Patient.{name}" for name in ("address", "insuranceNumberMasked", "phone")]
ENCOUNTER = [f"Encounter.{name}" for name in ("at", "endsAt", "id", "kind", "organization", "practitioner")]
CONDITION = [
    f"Condition.{name}" for name in ("at", "certainty", "code", "id", "kind", "name", "practitioner", "wording")
]
RESULT = [
    f"LaboratoryResult.{name}" for name in ("at", "code", "flag", "high", "id", "low", "name", "unit", "value", "words")
]
NOTE = [f"ClinicalNote.{name}" for name in ("at", "author", "id", "kind", "signedAt", "state", "text")]
OBSERVATION = [
    f"Observation.{name}" for name in ("at", "code", "flag", "id", "name", "practitioner", "unit", "value", "words")
]
NOBODY = b'{"data":{"patient":null}}'

# The ring of keys and the department that the supervisor leads, known before the first request.
ring = Keyring()
units: list[int] = []


async def ready() -> None:
    """Learn what does not change from one request to the next."""
    global ring  # noqa: PLW0603 - once, before the first request
    ring = Settings.from_environment(os.environ).clinical_keys
    units[:] = [id for (id,) in await REGISTRY.rows("led_unit", SUPERVISOR)]


async def chart(variables: Object) -> bytes:
    """A patient with his encounters, conditions, results and notes."""
    key, now = int(variables["id"].removeprefix("pat_")), datetime.now(UTC)
    asked = (key, THERAPIST, MAIN_HOSPITAL, now)
    patients = await CLINICAL.rows("patient", *asked)
    if not patients:
        return NOBODY
    encounters = await CLINICAL.rows("encounters", *asked)
    conditions = await CLINICAL.rows("conditions", *asked)
    results = await CLINICAL.rows("results", *asked)
    notes = await CLINICAL.rows("notes", *asked)
    writers = await authors([row[-2] for row in encounters] + [row[-1] for row in (*conditions, *notes)])
    places = {row[-1] for row in encounters}
    named = dict(await REGISTRY.rows("organizations", [*places])) if places else {}
    ((sex, wrapped, family, given, middle, born, insured, phone, address),) = patients
    opened = personal_key(key, wrapped).open
    place = str(key)
    number = None if insured is None else opened(insured, "patient", "insurance_number", place)
    patient = {
        "id": f"pat_{key}",
        "fullName": name(opened, place, family, given, middle),
        "sex": sex,
        "birthOn": opened(born, "patient", "birth_on", place),
        "insuranceNumberMasked": None if number is None else f"************{number[-4:]}",
        "phone": None if phone is None else opened(phone, "patient", "phone", place),
        "address": None if address is None else opened(address, "patient", "address", place),
    }
    patient["encounters"] = {
        "nodes": [
            {
                "id": f"enc_{id}",
                "kind": kind,
                "at": at,
                "endsAt": ends,
                "practitioner": writers[doctor][0],
                "organization": {"id": f"org_{where}", "name": named[where]},
            }
            for id, kind, at, ends, doctor, where in encounters
        ]
    }
    patient["conditions"] = {
        "nodes": [
            {
                "id": f"cond_{id}",
                "kind": kind,
                "code": code,
                "name": CONDITIONS.get(code),
                "certainty": certainty,
                "wording": None if wording is None else opened(wording, "condition", "wording", str(id)),
                "at": at,
                "practitioner": writers[doctor][0],
            }
            for id, kind, code, certainty, wording, at, doctor in conditions
        ]
    }
    patient["results"] = {
        "nodes": [
            {
                "id": f"lab_{id}",
                "code": code,
                "name": MEASURES.get(code),
                "value": None if value is None else str(value),
                "unit": unit,
                "words": None if words is None else opened(words, "laboratory_result", "words", str(id)),
                "low": None if low is None else str(low),
                "high": None if high is None else str(high),
                "flag": flag,
                "at": at,
            }
            for id, code, value, unit, words, low, high, flag, at in results
        ]
    }
    patient["notes"] = {
        "nodes": [
            {
                "id": f"note_{id}",
                "kind": kind,
                "state": state,
                "text": opened(text, "note", "text", f"{id}.{version}"),
                "at": at,
                "signedAt": signed,
                "author": {**writers[author][0], "specialty": writers[author][1]},
            }
            for id, version, kind, state, text, at, signed, author in notes
        ]
    }
    history = [
        (coordinates, [one["id"] for one in patient[name]["nodes"]])
        for name, coordinates in (("encounters", ENCOUNTER), ("conditions", CONDITION), ("notes", NOTE))
    ]
    about = [patient["id"]]
    read = (
        ("clinical:card:read", [(CARD, about)]),
        ("clinical:contact:read", [(CONTACT, about)]),
        ("clinical:history:read", history),
        ("clinical:result:read", [(RESULT, [one["id"] for one in patient["results"]["nodes"]])]),
    )
    await kept(now, CAST["therapist"].subject, "Chart", read, about)
    return written({"patient": patient})


async def ward(variables: Object) -> bytes:
    """Fifty patients of a unit with what was measured last."""
    now, after = datetime.now(UTC), variables.get("after")
    before = orjson.loads(base64.urlsafe_b64decode(after)) if after else 0
    patients = await CLINICAL.rows("ward", units[0], before, now)
    more = len(patients) > PAGE
    del patients[PAGE:]
    keys = [row[0] for row in patients]
    vitals = await CLINICAL.rows("vitals_of_each", keys, units[0], SUPERVISOR, MAIN_HOSPITAL, now)
    takers = await authors([row[-1] for row in vitals])
    unwrapped = {row[0]: personal_key(row[0], row[2]).open for row in patients}
    measured: dict[int, list[Object]] = {key: [] for key in keys}
    for parent, id, code, value, unit, words, flag, at, taker in vitals:
        measured[parent].append(
            {
                "id": f"obs_{id}",
                "code": code,
                "name": MEASURES.get(code),
                "value": None if value is None else str(value),
                "unit": unit,
                "words": None if words is None else unwrapped[parent](words, "observation", "words", str(id)),
                "flag": flag,
                "at": at,
                "practitioner": takers[taker][0],
            }
        )
    nodes = []
    for id, sex, _, family, given, middle, born in patients:
        opened, place = unwrapped[id], str(id)
        nodes.append(
            {
                "id": f"pat_{id}",
                "fullName": name(opened, place, family, given, middle),
                "sex": sex,
                "birthOn": opened(born, "patient", "birth_on", place),
                "observations": {"nodes": measured[id]},
            }
        )
    about = [node["id"] for node in nodes]
    taken = [one["id"] for rows in measured.values() for one in rows]
    read = (("clinical:card:read", [(CARD, about)]), ("clinical:result:read", [(OBSERVATION, taken)]))
    await kept(now, CAST["supervisor"].subject, "Ward", read, about)
    end = base64.urlsafe_b64encode(orjson.dumps(keys[-1])).decode() if keys else None
    return written({"patients": {"pageInfo": {"endCursor": end, "hasNextPage": more}, "nodes": nodes}})


async def authors(keys: Iterable[int]) -> dict[int, tuple[Object, Object | None]]:
    """Who wrote or measured something: the person, and the specialty."""
    rows = await REGISTRY.rows("authors", [*set(keys)])
    return {
        id: (
            {"id": f"prac_{id}", "fullName": f"{family} {given} {middle}" if middle else f"{family} {given}"},
            SPECIALTIES.get(specialty),
        )
        for id, family, given, middle, specialty in rows
    }


def personal_key(patient: int, wrapped: bytes) -> PersonalKey:
    """What opens the values of a patient."""
    return PersonalKey(ring.unwrap(wrapped, "patient", "sealed_key", patient))


def name(opened: Any, place: str, family: bytes, given: bytes, middle: bytes | None) -> str:
    """The full name of a patient."""
    shown = f"{opened(family, 'patient', 'family_name', place)} {opened(given, 'patient', 'given_name', place)}"
    return shown if middle is None else f"{shown} {opened(middle, 'patient', 'patronymic', place)}"
