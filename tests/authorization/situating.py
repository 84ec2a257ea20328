"""Facts by chance: who works where and is accredited how, and what ties him to patients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = timedelta(hours=3)
TICK, HOUR = timedelta.resolution, timedelta(hours=1)
TODAY = date(2026, 11, 22)
FIRST = 900_000  # keys of these people, patients and records begin here
AUTHOR = FIRST
PLACES = (1, 2)
THERAPY, PSYCHIATRY, NURSING = "31.08.49", "31.08.20", "34.02.01"
# Posts of a therapist, a psychiatrist, a nurse, a registrar, and one that is for nobody of these.
POSTS = ("109", "109", "83", "83", "L27", "L27", "L40", "49")
AGES = (None, 0, 0, 0, 14, 16, 550, 719, 721)
KINDS = ("encounter", "condition", "observation", "note")
Row = dict[str, Any]


@dataclass
class Person:
    """Somebody who asks, with the rows that stores have of him."""

    id: int
    posts: list[Row]
    records: list[Row]
    agreed: bool
    units: frozenset[int]
    heads: int | None
    function: Row | None
    age: int | None  # of the second factor at AT, in minutes
    chosen: int | None

    @property
    def subject(self) -> str:
        """The name of his account."""
        return f"98{self.id:08d}"


@dataclass
class Situation:
    """Everybody, and all rows about patients by table."""

    seed: int
    people: list[Person] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    _of: dict[str, dict[int, list[Row]]] = field(default_factory=dict)

    def of(self, table: str, patient_id: int) -> list[Row]:
        """The rows of a patient."""
        if table not in self._of:
            found = self._of[table] = {}
            for row in self.rows[table]:
                found.setdefault(row["patient_id"], []).append(row)
        return self._of[table].get(patient_id, [])


def begins(chance: Random) -> datetime:
    """Mostly long ago; at times just now, or a little later."""
    return chance.choice((AT - 400 * HOUR,) * 4 + (AT, AT + TICK, AT + HOUR))


def ends(chance: Random, since: datetime) -> datetime | None:
    """Mostly never; at times just now, or before the later clock."""
    until = chance.choice((None,) * 5 + (AT, AT + TICK, AT + LATER, AT + LATER + TICK))
    return None if until is None or until <= since else until


def somebody(chance: Random, key: int, departments: Mapping[int, Sequence[int]]) -> Person:
    """A person with up to two posts and records, by chance fitting each other."""
    posts: list[Row] = []
    for number in range(chance.choice((0, 1, 1, 1, 2, 2))):
        place = chance.choice(PLACES)
        posts.append(
            {
                "id": key * 10 + number, "practitioner_id": key, "organization_id": place,
                "department_id": chance.choice(departments[place]), "position_code": chance.choice(POSTS),
                "kind": "MAIN" if number == 0 and chance.random() < 0.6 else "EXTERNAL_PART_TIME", "rate": 1,
                "starts_on": chance.choice((date(2020, 1, 1),) * 5 + (TODAY, TODAY + timedelta(days=1))),
                "ends_on": chance.choice((None,) * 5 + (TODAY,)),
            }
        )  # fmt: skip
        if posts[-1]["starts_on"] > TODAY:
            posts[-1]["ends_on"] = None
    records = [_record(chance, key, number, posts) for number in range(chance.choice((0, 1, 1, 2)))]
    led = [one for post in posts for one in departments[post["organization_id"]]]
    now_held = [post["id"] for post in posts if post["starts_on"] <= TODAY]
    function = None
    if chance.random() < 0.25:
        since = begins(chance)
        function = {
            "subject": f"98{key:08d}", "function": chance.choice(("INS", "REG", "PAT")),
            "valid_from": since, "valid_to": ends(chance, since),
        }  # fmt: skip
    return Person(
        key, posts, records, chance.random() < 0.92,
        frozenset(chance.sample(led, 1)) if led and chance.random() < 0.3 else frozenset(),
        None, function, chance.choice(AGES), chance.choice((None, *now_held)),
    )  # fmt: skip


def _record(chance: Random, key: int, number: int, posts: Sequence[Row]) -> Row:
    kind = chance.choice(("PERMANENT", "PERMANENT", "TEMPORARY"))
    post: Row = chance.choice(posts) if posts else {"organization_id": 1, "position_code": "109"}
    fitting = {"109": THERAPY, "83": PSYCHIATRY, "L27": NURSING}.get(post["position_code"], THERAPY)
    since = begins(chance)
    until = ends(chance, since)
    return {
        "id": key * 10 + number, "registry_number": f"chance {key} {number}", "practitioner_id": key, "kind": kind,
        "procedure": "ADMISSION_WITHOUT" if kind == "TEMPORARY" else "PRIMARY",
        "specialty_code": fitting if chance.random() < 0.8 else chance.choice((THERAPY, PSYCHIATRY, NURSING)),
        "state": chance.choice(("ACTIVE",) * 9 + ("UNDER_REVIEW", "SUSPENDED", "REVOKED")),
        "place_id": post["organization_id"] if chance.random() < 0.85 else chance.choice(PLACES),
        "valid_from": since,
        "valid_to": AT + 900 * HOUR if kind == "TEMPORARY" and until is None else until,
        "supervisor_id": AUTHOR + chance.randint(1, 9) if kind == "TEMPORARY" else None,
    }  # fmt: skip


def situation(seed: int, departments: Mapping[int, Sequence[int]], *, people: int, patients: int) -> Situation:
    """So many people and patients, the same for the same seed."""
    chance = Random(seed)
    made = Situation(seed, [somebody(chance, FIRST + key, departments) for key in range(1, people + 1)])
    head = next(one for one in made.people if not one.function and any(p["organization_id"] == 2 for p in one.posts))
    head.heads, head.age = 2, 0
    tables = (
        *KINDS,
        "patient",
        "care_relation",
        "consent",
        "allowed_reader",
        "emergency_opening",
        "inquiry",
        "account",
    )
    made.rows = {table: [] for table in tables}
    for key in range(FIRST + 1, FIRST + patients + 1):
        made.rows["patient"].append({"id": key, "organization_id": chance.choice(PLACES)})
        _records_of(chance, made, key)
        _ties(chance, made, key, departments)
    return made


def _records_of(chance: Random, made: Situation, patient_id: int) -> None:
    met: int | None = None
    for kind in KINDS:
        for _ in range(2):
            label = chance.choice(("NORMAL", "NORMAL", "NORMAL", "RESTRICTED", "SPECIAL"))
            place = chance.choice(PLACES)
            row: Row = {
                "id": FIRST + sum(map(len, (made.rows[one] for one in KINDS))) + 1, "patient_id": patient_id,
                "organization_id": place, "practitioner_id": AUTHOR, "at": AT - chance.randint(1, 60) * 24 * HOUR,
                "confidentiality": label, "changed_at": AT,
                "special_kind": chance.choice(("PSYCHIATRY", "HIV")) if label == "SPECIAL" else None,
            }  # fmt: skip
            match kind:
                case "encounter":
                    row |= {"employment_id": 1, "kind": "AMBULATORY"}
                    met = row["id"]
                case "condition":
                    row |= {"kind": "MAIN", "code": "I10", "book_version": "2026.1", "certainty": "CONFIRMED"}
                case "observation":
                    row |= {"code": "8867-4", "book_version": "2026.1", "value": 70, "unit": "/min"}
                case "note":
                    row |= {"kind": chance.choice(("NURSING", "DIARY")), "text": "x", "text_version": 1}
                    row["state"] = "DRAFT"
            if kind != "encounter":
                row["encounter_id"] = chance.choice((None, met))
            # Some were entered in error, but for encounters by people who may still care for the patient.
            row["error_id"] = row["id"] if row["id"] % 5 == 0 else None
            if row["error_id"] is not None and kind != "encounter":
                row["practitioner_id"] = made.people[row["id"] % len(made.people)].id
            made.rows[kind].append(row)


def _ties(chance: Random, made: Situation, patient_id: int, departments: Mapping[int, Sequence[int]]) -> None:
    """What joins a patient to some of the people: relations, consents, lists, emergencies, cases, accounts."""
    records = [row for kind in KINDS for row in made.rows[kind] if row["patient_id"] == patient_id]
    heads = [one for one in made.people if one.heads]
    for person in (*heads, *chance.sample(made.people, len(made.people) // 3)):
        place = person.posts[0]["organization_id"] if person.posts else 1
        supervised = [one["supervisor_id"] for one in person.records if one["supervisor_id"]]
        who = supervised[0] if supervised and chance.random() < 0.7 else person.id
        since = begins(chance)
        relation = {"practitioner_id": who, "department_id": None}
        if person.units and chance.random() < 0.7:
            relation = {"practitioner_id": None, "department_id": min(person.units)}
        made.rows["care_relation"].append(
            {
                "id": FIRST + len(made.rows["care_relation"]), "patient_id": patient_id, **relation,
                "organization_id": place if chance.random() < 0.9 else chance.choice(PLACES),
                "basis": chance.choice(("EPISODE", "EPISODE", "REFERRAL", "DUTY", "ASSIGNMENT")),
                "basis_id": FIRST + len(made.rows["care_relation"]), "starts_at": since,
                "ends_at": ends(chance, since), "copied_from": chance.choice((None, None, None, "schedule")),
            }
        )  # fmt: skip
        listed = {(one["record_id"], one["practitioner_id"]) for one in made.rows["allowed_reader"]}
        for record in chance.sample(records, 2):
            if (record["id"], who) in listed:
                continue
            made.rows["allowed_reader"].append(
                {
                    "id": FIRST + len(made.rows["allowed_reader"]), "record_id": record["id"],
                    "patient_id": patient_id, "organization_id": place, "practitioner_id": who,
                    "allowed_by": AUTHOR, "starts_at": since, "ends_at": None,
                }
            )  # fmt: skip
        if chance.random() < 0.2:
            _opened(chance, made, patient_id, person, place)
        if person.function is not None or person.heads:
            _inquired(chance, made, patient_id, person)
    for place in PLACES:
        kind = chance.choice(("EXCHANGE", "SPECIAL", "SPECIAL", "TREATMENT"))
        since = begins(chance)
        made.rows["consent"].append(
            {
                "id": FIRST + 500_000 + len(made.rows["consent"]), "patient_id": patient_id, "organization_id": place,
                "kind": kind, "organization_ids": [3 - place] if kind == "EXCHANGE" or chance.random() < 0.5 else [],
                "special_kinds": chance.choice((["PSYCHIATRY"], ["PSYCHIATRY", "HIV"])) if kind == "SPECIAL" else [],
                "subject": "1", "text_version": "2026.1", "at": since, "ends_at": ends(chance, since),
                "changed_at": AT,
            }
        )  # fmt: skip
    own = [one for one in made.people if one.function and one.function["function"] == "PAT"]
    if own and chance.random() < 0.6:
        since = begins(chance)
        made.rows["account"].append(
            {
                "id": FIRST + len(made.rows["account"]), "patient_id": patient_id, "organization_id": 1,
                "subject": chance.choice(own).subject, "kind": "REPRESENTATIVE", "starts_at": since,
                "ends_at": ends(chance, since),
            }
        )  # fmt: skip


def _opened(chance: Random, made: Situation, patient_id: int, person: Person, place: int) -> None:
    since = chance.choice((AT - HOUR, AT, AT + TICK))
    confirmed = chance.random() < 0.5
    made.rows["emergency_opening"].append(
        {
            "id": FIRST + len(made.rows["emergency_opening"]), "patient_id": patient_id, "organization_id": place,
            "practitioner_id": person.id, "accreditation_id": 1, "employment_id": 1, "reason": b"x",
            "opened_at": since, "ends_at": chance.choice((AT + TICK, AT + 2 * HOUR, AT + 4 * HOUR)) + TICK,
            "confirmed_by": AUTHOR if confirmed else None, "confirmed_at": since if confirmed else None,
            "changed_at": AT,
        }
    )  # fmt: skip


def _inquired(chance: Random, made: Situation, patient_id: int, person: Person) -> None:
    office = "HED" if person.heads else (person.function or {})["function"]
    if office == "PAT":
        return
    since = begins(chance)
    made.rows["inquiry"].append(
        {
            "id": FIRST + len(made.rows["inquiry"]), "patient_id": patient_id, "office": office,
            "officer": person.subject, "organization_id": person.heads,
            "since": AT - chance.randint(20, 70) * 24 * HOUR,
            "until": AT - chance.randint(0, 19) * 24 * HOUR, "basis": "ORDER", "basis_number": "1",
            "basis_on": TODAY, "purpose": "STATE_CONTROL", "opened_at": since,
            "ends_at": ends(chance, since) or AT + 99 * HOUR,
        }
    )  # fmt: skip
