"""Grants by chance, and who may know and read what by them: judged from facts alone, in code of the tests' own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.authorization.judging import RECENT, Oracle
from tests.authorization.situating import AT, FIRST, HOUR, LATER, TICK, Person, Row, Situation, begins

MODULES = ("CASE_HISTORY",) * 4 + ("RECEPTION", "RECEPTION", "SCHEDULE", "PRESCRIPTIONS")
SCOPES = ("ORGANIZATION", "ORGANIZATION", "UNIT", "PATIENTS")


def grants(chance: Random, made: Situation, departments: dict[int, list[int]]) -> list[Row]:
    """Many for whoever is accredited, a few for others; mostly from those who have something: chains come by chance."""
    found: list[Row] = []
    now = Oracle(made, AT, departments)

    def roles(person: Person, place: int) -> set[str]:
        posts = [one for one in now.posts(person) if one["organization_id"] == place]
        return {role for post in posts for role, _ in now._at_work(person, post)}

    for person in made.people:
        for place in sorted({post["organization_id"] for post in person.posts}):
            there = [one for one in made.people if one is not person and one.posts]
            able = [one for one in there if roles(one, place) & {"DOC", "DSK"}]
            for number in range(30 if roles(person, place) & {"DOC", "TMP", "NUR"} else 2):
                grantor = chance.choice(able if number % 6 else there)
                found.append(_grant(chance, made, len(found), person, grantor, place, departments))
    return found


def _grant(
    chance: Random,
    made: Situation,
    number: int,
    person: Person,
    grantor: Person,
    place: int,
    departments: dict[int, list[int]],
) -> Row:
    scope, since = chance.choice(SCOPES), begins(chance)
    until = chance.choice((AT + 99 * HOUR,) * 5 + (AT, AT + TICK, AT + LATER, AT + LATER + TICK))
    until = until if until > since else AT + 99 * HOUR
    # Departments where nobody lies are of no use.
    units = sorted({row["department_id"] for row in made.rows["care_relation"] if row["department_id"]})
    units = units or [*departments[place]]
    patients = [row["id"] for row in made.rows["patient"]]
    kind = chance.choice(("ORDINARY", "ORDINARY", "EMERGENCY", "REQUESTED"))
    decision = chance.choice(("CONFIRMED", "CONFIRMED", "REFUSED", None)) if kind == "REQUESTED" else None
    return {
        "id": FIRST + number, "kind": kind, "module": chance.choice(MODULES), "organization_id": place,
        "department_id": chance.choice(units) if scope == "UNIT" else None,
        "patient_ids": sorted(chance.sample(patients, 8)) if scope == "PATIENTS" else [],
        "grantor_id": grantor.id, "grantor_subject": grantor.subject, "grantee_id": person.id, "reason": "VACATION",
        "given_by": grantor.subject, "giver_id": grantor.id, "given_at": AT - 900 * HOUR,
        "starts_at": since, "ends_at": until, "changed_at": AT,
        "decision": decision, "decided_at": AT - 900 * HOUR if decision else None,
        "revoked_at": chance.choice((None,) * 6 + (AT, AT + TICK, AT + LATER)),
    }  # fmt: skip


@dataclass
class Handing(Oracle):
    """Who may know and read what by grants; nothing of what others have by grants is asked for."""

    rows: list[Row] = field(default_factory=list)

    def in_force_for(self, person: Person, *modules: str) -> Iterator[tuple[Row, Person]]:
        """The grants in force of somebody at his workplace, each with whose access it is."""
        post, people = self.workplace(person), {one.id: one for one in self.made.people}
        for row in self.rows:
            stands = row["kind"] != "REQUESTED" or row["decision"] == "CONFIRMED"
            ended = row["revoked_at"] is not None and row["revoked_at"] <= self.at
            here = post is not None and post["organization_id"] == row["organization_id"]
            his = row["grantee_id"] == person.id and row["module"] in modules
            if his and here and stands and not ended and self.lasts(row):
                yield row, people[row["grantor_id"]]

    def known(self, person: Person, patient: Row) -> bool:
        """Whether somebody may know a patient by a grant."""
        relations = self.in_force("care_relation", patient["id"])
        mine = {role for role, _ in self.roles(person)} & {"DOC", "TMP", "NUR"}
        for row, grantor in self.in_force_for(person, "CASE_HISTORY", "RECEPTION"):
            if row["module"] == "CASE_HISTORY" and not mine:
                continue
            desk = row["module"] == "RECEPTION" and self._at_the_desk(grantor, row["organization_id"])
            registered = desk and patient["organization_id"] == row["organization_id"]
            if (registered or self._reaches(grantor, row, relations)) and self._within(row, patient["id"]):
                return True
        return False

    def read(self, person: Person, kind: str, record: Row) -> set[str]:
        """The scopes of the grants by which somebody may read a record, be it masked."""
        nursing = kind == "observation" or record.get("kind") == "NURSING"
        mine = {role for role, _ in self.roles(person)} & {"DOC", "TMP", "NUR"}
        able = bool(mine - {"NUR"}) or (bool(mine) and nursing)
        # What was entered in error is not handed on.
        ordinary = record["confidentiality"] == "NORMAL" and record["error_id"] is None
        if not able or not ordinary or not self.factor(person, RECENT):
            return set()
        return {
            "PATIENTS" if row["patient_ids"] else "UNIT" if row["department_id"] else "ORGANIZATION"
            for row, grantor in self.in_force_for(person, "CASE_HISTORY")
            if self._reaches(grantor, row, [*self._reaching(record)]) and self._within(row, record["patient_id"])
        }

    def _reaches(self, grantor: Person, row: Row, relations: list[Row]) -> bool:
        """Whether whose access it is reaches somebody by one of his relations, as a doctor or leading a ward there."""
        place = row["organization_id"]
        for role, who in self._of(grantor, place):
            if role == "DOC" and any((one["practitioner_id"], one["organization_id"]) == who[0] for one in relations):
                return True
            if role == "SUP" and any(one["department_id"] in who[0] for one in relations):
                return True
        return False

    def _at_the_desk(self, grantor: Person, place: int) -> bool:
        return any(role == "DSK" for role, _ in self._of(grantor, place))

    def _of(self, grantor: Person, place: int) -> Iterator[tuple[str, Any]]:
        for post in self.posts(grantor):
            if post["organization_id"] == place:
                yield from self._at_work(grantor, post)

    def _within(self, row: Row, patient: int) -> bool:
        """Whether a patient is within the scope of a grant."""
        if row["department_id"] is not None:
            return any(one["department_id"] == row["department_id"] for one in self.in_force("care_relation", patient))
        return not row["patient_ids"] or patient in row["patient_ids"]
