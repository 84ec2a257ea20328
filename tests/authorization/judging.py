"""Who may read which record, judged from facts alone: what the table of access says, in code of the tests' own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.authorization.situating import AT, NURSING, PSYCHIATRY, THERAPY, Person, Row, Situation

FITTING = {"PSYCHIATRY": {PSYCHIATRY}, "HIV": {"31.08.35"}}
DOCTORS = {"109": {THERAPY}, "83": {PSYCHIATRY}}
FRESH, RECENT = 15, 720


@dataclass
class Oracle:
    """Who may read what at an instant, by the facts."""

    made: Situation
    at: datetime
    departments: Mapping[int, Sequence[int]]

    def roles(self, person: Person) -> Iterator[tuple[str, Any]]:
        """Each role of somebody with what it looks for: himself or his supervisor there, units, an account."""
        post = self.workplace(person)
        if post is not None:
            yield from self._at_work(person, post)
        function = person.function
        if function is not None and self.lasts(function, "valid_from", "valid_to"):
            place = function["function"]
            yield place, person.subject if place == "PAT" else f"{place}:{person.subject}"
        if person.heads and any(one["organization_id"] == person.heads for one in self.posts(person)):
            yield "HED", f"HED@{person.heads}:{person.subject}"

    def _at_work(self, person: Person, post: Row) -> Iterator[tuple[str, Any]]:
        here, position = post["organization_id"], post["position_code"]
        if position == "L40":
            yield "DSK", here
        codes = set()
        for record in person.records if person.agreed else ():
            code, live = record["specialty_code"], record["state"] in {"ACTIVE", "UNDER_REVIEW"}
            if not live or record["place_id"] != here or not self.lasts(record, "valid_from", "valid_to"):
                continue
            if record["kind"] == "TEMPORARY":
                if code in DOCTORS.get(position, set()) or position == "L27":
                    yield "TMP", (record["supervisor_id"], here)
            elif code in DOCTORS.get(position, set()):
                codes.add(code)
            elif position == "L27" and code == NURSING:
                yield "NUR", (person.id, here)
        if codes:
            yield "DOC", ((person.id, here), codes)
            yield "SUP", (person.units & {*self.departments[here]}, codes)

    def posts(self, person: Person) -> list[Row]:
        """His posts in force; the last day counts."""
        day = (self.at + timedelta(hours=3)).date()
        return [one for one in person.posts if one["starts_on"] <= day and (one["ends_on"] or day) >= day]

    def workplace(self, person: Person) -> Row | None:
        """The post that he chose; else the main one, else the only one."""
        posts = self.posts(person)
        if person.chosen is not None:
            return next(one for one in posts if one["id"] == person.chosen)
        main = [one for one in posts if one["kind"] == "MAIN"]
        return (main or posts)[0] if main or len(posts) == 1 else None

    def lasts(self, row: Row, since: str = "starts_at", until: str = "ends_at") -> bool:
        """Whether a row is in force."""
        return bool(row[since] <= self.at and (row[until] is None or self.at < row[until]))

    def in_force(self, table: str, patient: int, since: str = "starts_at") -> list[Row]:
        """The rows of a patient that are in force."""
        return [one for one in self.made.of(table, patient) if self.lasts(one, since)]

    def factor(self, person: Person, most: int) -> bool:
        """Whether his second factor is not older than so many minutes."""
        waited = int((self.at - AT).total_seconds() // 60)
        return person.age is not None and person.age + waited <= most

    def knows(self, person: Person, patient: Row) -> set[str]:
        """The roles by which somebody may know that there is a patient."""
        found = set()
        key = patient["id"]
        relations = self.in_force("care_relation", key)
        carers = {(one["practitioner_id"], one["organization_id"]) for one in relations}
        openers = {(one["practitioner_id"], one["organization_id"])
                   for one in self.in_force("emergency_opening", key, "opened_at")}  # fmt: skip
        cases = {_inquirer(one) for one in self.in_force("inquiry", key, "opened_at")}
        accounts = {one["subject"] for one in self.in_force("account", key)}
        for role, who in self.roles(person):
            known = carers | openers if role == "DOC" else carers
            match role:
                case "DSK":
                    met = who == patient["organization_id"]
                case "SUP":
                    met = bool(who[0] & {one["department_id"] for one in relations})
                case "PAT":
                    met = who in accounts
                case "REG" | "INS" | "HED":
                    met = who in cases and self.factor(person, FRESH)
                case _:
                    met = (who[0] if role == "DOC" else who) in known
            if met:
                found.add(role)
        return found

    def cares(self, person: Person, patient: Row) -> bool:
        """Whether somebody cares for a patient as a doctor at his workplace."""
        relations = self.in_force("care_relation", patient["id"])
        carers = {(one["practitioner_id"], one["organization_id"]) for one in relations}
        return any(role == "DOC" and who[0] in carers for role, who in self.roles(person))

    def reads(self, person: Person, kind: str, record: Row) -> set[str]:
        """The roles by which somebody may read a record, be it masked."""
        return {role for role, who in self.roles(person) if self._reads(person, role, who, kind, record)}

    def _reads(self, person: Person, role: str, who: Any, kind: str, record: Row) -> bool:
        patient, label = record["patient_id"], record["confidentiality"]
        special, recent, fresh = label == "SPECIAL", self.factor(person, RECENT), self.factor(person, FRESH)
        match role:
            case "PAT":
                return who in {one["subject"] for one in self.in_force("account", patient)}
            case "REG" | "INS" | "HED":
                labels = {"REG": {"NORMAL", "SPECIAL"}, "INS": {"NORMAL"}, "HED": {"NORMAL", "RESTRICTED"}}[role]
                return label in labels and fresh and self._inquired(who, record)
            case "DSK":
                return False
            case "SUP":
                units, codes = who
                reach = any(one["department_id"] in units for one in self._reaching(record))
                return reach and self._protected(label, record, codes, recent=recent, fresh=fresh, listed=False)
            case "DOC":
                me, codes = who
                mine = any((one["practitioner_id"], one["organization_id"]) == me for one in self._reaching(record))
                listed = self._listed(me[0], record)
                opened = [one for one in self.in_force("emergency_opening", patient, "opened_at")
                          if (one["practitioner_id"], one["organization_id"]) == me]  # fmt: skip
                if opened and not special and recent and listed:
                    return True
                if special and fresh and any(one["confirmed_by"] for one in opened):
                    return True
                return mine and self._protected(label, record, codes, recent=recent, fresh=fresh, listed=listed)
        mine = any((one["practitioner_id"], one["organization_id"]) == who for one in self._reaching(record))
        nursing = kind == "observation" or record.get("kind") == "NURSING"
        return mine and not special and recent and self._listed(who[0], record) and (role == "TMP" or nursing)

    def _protected(self, label: str, record: Row, codes: set[str], *, recent: bool, fresh: bool, listed: bool) -> bool:
        """Whether somebody related to the patient may look under a label."""
        if label == "SPECIAL":
            return fresh and bool(codes & FITTING[record["special_kind"]])
        return recent and (listed or label == "NORMAL")

    def _listed(self, practitioner: int, record: Row) -> bool:
        if record["confidentiality"] != "RESTRICTED":
            return True
        lists = self.in_force("allowed_reader", record["patient_id"])
        return any((one["record_id"], one["practitioner_id"]) == (record["id"], practitioner) for one in lists)

    def _reaching(self, record: Row) -> Iterator[Row]:
        """The relations of a patient that open a record: of its place, by referral, or by a consent."""
        special = record["confidentiality"] == "SPECIAL"
        for relation in self.in_force("care_relation", record["patient_id"]):
            own = relation["organization_id"] == record["organization_id"]
            if not special and (own or relation["basis"] == "REFERRAL"):
                yield relation
                continue
            for consent in self.in_force("consent", record["patient_id"], "at"):
                there = own or record["organization_id"] in consent["organization_ids"]
                given = consent["organization_id"] == relation["organization_id"] and there
                fits = not special or record["special_kind"] in consent["special_kinds"]
                if given and fits and consent["kind"] == ("SPECIAL" if special else "EXCHANGE"):
                    yield relation
                    break

    def _inquired(self, who: str, record: Row) -> bool:
        return any(
            _inquirer(one) == who
            and one["since"] <= record["at"] < one["until"]
            and one["organization_id"] in {None, record["organization_id"]}
            for one in self.in_force("inquiry", record["patient_id"], "opened_at")
        )


def _inquirer(row: Row) -> str:
    where = "" if row["organization_id"] is None else f"@{row['organization_id']}"
    return f"{row['office']}{where}:{row['officer']}"
