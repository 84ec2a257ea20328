"""Whatever four people do to entries of a case history, in whichever order: what is signed never changes again."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from engine.executor import Executor
from schema.built import graph
from tests.acts.clinic import Clinic

PATIENT, ENCOUNTER = 10, "SELECT id FROM encounter WHERE patient_id = 10 ORDER BY at DESC, id DESC LIMIT 1"
STEPS, SEED = 160, 20_261_132
# The therapist and the nurse care for the patient of the trainee too, as long as this test is.
CARE = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at)
SELECT 10, 1, 'ASSIGNMENT', 9300000 + who, who, now() - interval '1 day' FROM unnest(ARRAY[1, 3]) AS who
"""
ALL = "SELECT * FROM note WHERE id >= 100000000 ORDER BY id"
VERSIONS = "SELECT note_id, version, state FROM note_version WHERE note_id >= 100000000 ORDER BY note_id, version"
SELECTION = "note { id version state text sha256 }"

KEYS = {"therapist": 1, "nurse": 3, "intern": 4, "supervisor": 11}
DRAFTS = ("DRAFT", "AWAITING_COSIGNATURE")
# What changes in a row once it is signed: that another one has taken its place, and when.
MAY_CHANGE = {"state", "version", "changed_at"}
COMES_TO_BE = {
    "addNote ", "updateNote ", "discardNote ", "signNote ", "cosignNote ", "correctNote ",
    "addNote FIELD_REQUIRED", "updateNote CONFLICT", "updateNote ILLEGAL_TRANSITION", "updateNote OBJECT!",
    "updateNote NOT_FOUND", "signNote ROLE!", "cosignNote OBJECT!", "correctNote CORRECTION_OPEN",
}  # fmt: skip


@dataclass
class Known:
    """A note as it has to be: who wrote it, and what it was in each version."""

    author: str
    kind: str
    text: str
    state: str
    corrects: str | None = None
    past: list[str] = field(default_factory=list)
    row: dict[str, Any] | None = None  # as it lay in the store when it was signed

    @property
    def version(self) -> int:
        return len(self.past) + 1

    def becomes(self, state: str, text: str | None = None) -> None:
        """Go on to another version."""
        self.past.append(self.state)
        self.state, self.text = state, self.text if text is None else text


@dataclass
class Model:
    """What may be done; what comes of an act is nothing, a code, or a reason with an exclamation mark."""

    notes: dict[str, Known] = field(default_factory=dict)

    def add(self, who: str, kind: str) -> str:
        return "FIELD_REQUIRED" if who == "nurse" and kind != "NURSING" else ""

    def on(self, act: str, who: str, key: str, version: int) -> str:
        """What comes of an act on a note."""
        note = self.notes.get(key)
        if act == "signNote" and who == "intern":
            return "ROLE!"
        if act == "cosignNote" and who != "supervisor":
            return "OBJECT!" if who == "therapist" else "ROLE!"
        if note is None or (who == "nurse" and note.kind != "NURSING"):
            return "NOT_FOUND"
        his = note.author == who
        if act == "cosignNote" and his:
            return "OWN_NOTE"
        if not his and act != "cosignNote" and not (act == "correctNote" and who == "supervisor"):
            return "OBJECT!"
        if version != note.version:
            return "CONFLICT"
        follows = {
            "updateNote": note.state in DRAFTS,
            "discardNote": note.state in DRAFTS,
            "signNote": note.state == "DRAFT",
            "cosignNote": note.state == "AWAITING_COSIGNATURE",
            "correctNote": note.state == "SIGNED",
        }
        if not follows[act]:
            return "ILLEGAL_TRANSITION"
        if act == "correctNote" and any(
            one.corrects == key and one.state != "DISCARDED" for one in self.notes.values()
        ):
            return "CORRECTION_OPEN"
        return ""

    def begun(self, who: str, key: str, kind: str, text: str, corrects: str | None = None) -> None:
        state = "AWAITING_COSIGNATURE" if who == "intern" else "DRAFT"
        self.notes[key] = Known(who, kind, text, state, corrects)

    def done(self, act: str, who: str, key: str, text: str, made: str) -> None:
        """Go on by an act that was done."""
        note = self.notes[key]
        match act:
            case "updateNote":
                note.becomes(note.state, text)
            case "discardNote":
                note.becomes("DISCARDED")
            case "correctNote":
                self.begun(who, made, note.kind, text, key)
            case _:
                note.becomes("SIGNED")
                if note.corrects is not None:
                    self.notes[note.corrects].becomes("CORRECTED")


def chosen(model: Model, random: Random) -> tuple[str, str, dict[str, Any]]:
    """An act, who tries it, and its input; more often than not it could be done."""
    act = random.choice(("addNote", "updateNote", "signNote", "signNote", "cosignNote", "correctNote", "discardNote"))
    who, text = random.choice([*KEYS]), f"запись {random.randrange(1000)}"
    if act == "addNote" or not model.notes:
        kinds = ("NURSING", "NURSING", "DIARY") if who == "nurse" else ("DIARY",)
        return "addNote", who, {"kind": random.choice(kinds), "text": text}
    key = random.choice([*model.notes])
    if act == "correctNote" and random.random() < 0.3:
        key = random.choice([one.corrects for one in model.notes.values() if one.corrects] or [key])
        who = model.notes[key].author
    elif random.random() < 0.7:
        likely = [(one, name) for one, name in possible(model, act)]
        key, who = random.choice(likely) if likely else (key, who)
    version = model.notes[key].version if random.random() < 0.9 else random.randint(1, 4)
    given: dict[str, Any] = {"id": key, "expectedVersion": version}
    return act, who, {**given, "text": text} if act in {"updateNote", "correctNote"} else given


def possible(model: Model, act: str) -> Iterator[tuple[str, str]]:
    """On which notes, by whom, an act could be done."""
    for key, note in model.notes.items():
        yield from ((key, who) for who in KEYS if model.on(act, who, key, note.version) == "")


@pytest.mark.parametrize("executor", ["reference", "compiled"])
async def test_what_is_signed_never_changes(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, executor: str) -> None:
    office, random, model, seen = clinic.office, Random(SEED), Model(), Counter[str]()
    office.tokens.clear()
    await clinic.rows(CARE)
    encounter = f"enc_{(await clinic.rows(ENCOUNTER))[0]['id']}"
    executing = Executor(graph(), introspection=True, explain=True, compiled=executor == "compiled")
    monkeypatch.setattr(office.application.operating, "executor", executing)
    for number in range(STEPS):
        act, who, given = chosen(model, random)
        if act == "addNote":
            expected, of = model.add(who, given["kind"]), {"patientId": "pat_10"} if who == "nurse" else {}
            given = {**given, **(of or {"encounterId": encounter})}
        else:
            expected = model.on(act, who, given["id"], given["expectedVersion"])
        answer = await clinic.try_to(who, act, SELECTION, **given)
        payload = answer.data[act]
        came = f"{answer.errors[0]['extensions']['reason']}!" if payload is None else ",".join(
            one["code"] for one in payload["problems"]
        )  # fmt: skip
        assert came == expected, (number, who, act, given)
        seen[f"{act} {came}"] += 1
        if came == "":
            key = payload["note"]["id"]
            if act == "addNote":
                model.begun(who, key, given["kind"], given["text"])
            else:
                model.done(act, who, given["id"], given.get("text", ""), key)
            shown = payload["note"]
            assert (shown["version"], shown["state"], shown["text"]) == (
                model.notes[key].version, model.notes[key].state, model.notes[key].text,
            )  # fmt: skip
        await stands(clinic, model)
    # By chance all of it came to be.
    assert COMES_TO_BE - seen.keys() == set(), seen
    assert sum(one.state == "CORRECTED" for one in model.notes.values()) > 1
    await told(clinic, model)


async def stands(clinic: Clinic, model: Model) -> None:
    """The store has the notes of the model in their versions, and those that are signed byte by byte as they were."""
    rows = {f"note_{row['id']}": row for row in await clinic.rows(ALL)}
    assert {key: (row["version"], row["state"]) for key, row in rows.items()} == {
        key: (note.version, note.state) for key, note in model.notes.items()
    }
    kept = [(f"note_{row['note_id']}", row["version"], row["state"]) for row in await clinic.rows(VERSIONS)]
    assert sorted(kept) == sorted(
        (key, version, state) for key, note in model.notes.items() for version, state in enumerate(note.past, start=1)
    )
    for key, note in model.notes.items():
        if note.state not in {"SIGNED", "CORRECTED"}:
            continue
        now = {name: value for name, value in rows[key].items() if name not in MAY_CHANGE}
        note.row = note.row or now
        assert now == note.row, key


async def told(clinic: Clinic, model: Model) -> None:
    """Whoever reads them is told what was written, and the digest of it where it is signed."""
    asked = (
        f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on ClinicalNote {{ {SELECTION[7:-2]} signer {{ id }} }} }} }}"
    )
    answer = await clinic.office.ask("supervisor", asked, {"ids": [*model.notes]})
    for shown, note in zip(answer.data["nodes"], model.notes.values(), strict=True):
        signed = note.state in {"SIGNED", "CORRECTED"}
        said = f"{PATIENT}\n{KEYS[note.author]}\n{note.kind}\n{note.text}".encode()
        signer = KEYS["supervisor" if note.author == "intern" else note.author]
        assert (shown["text"], shown["state"]) == (note.text, note.state)
        assert shown["sha256"] == (hashlib.sha256(said).hexdigest() if signed else None)
        assert shown["signer"] == ({"id": f"prac_{signer}"} if signed else None)
