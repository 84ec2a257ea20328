"""Who may know the patients of the world and their records: relations, consents and labels, stated a second time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[int, Row]]
NOBODY: frozenset[Any] = frozenset()
# Which specialties fit what is specially protected.
FITTING = {
    "PSYCHIATRY": {"31.08.20"},
    "HIV": {"31.08.35"},
    "GENETICS": {"31.08.01", "31.08.18", "31.08.19", "31.08.42"},
    "REPRODUCTIVE": {"31.08.01", "31.08.68"},
}


@dataclass(frozen=True)
class Care:
    """Who may know a patient, or a record of his: people as `12@3`, departments by key, accounts by subject."""

    carers: frozenset[str] = NOBODY
    nurses: frozenset[str] = NOBODY
    wards: frozenset[int] = NOBODY
    openers: frozenset[str] = NOBODY
    inquirers: frozenset[str] = NOBODY
    confirmed: frozenset[str] = NOBODY
    accounts: frozenset[str] = NOBODY
    trusted: frozenset[str] = NOBODY
    trusted_wards: frozenset[str] = NOBODY
    opener: frozenset[str] = NOBODY
    asked_here: frozenset[int] = NOBODY
    conductor: frozenset[str] = NOBODY
    desks: frozenset[int] = NOBODY
    directed: frozenset[str] = NOBODY
    parties: frozenset[str] = NOBODY


@dataclass
class Facts:
    """What the clinical store says of each patient at an instant."""

    at: datetime
    rows: Rows
    _by_patient: dict[str, dict[int, list[Row]]] = field(default_factory=dict)

    def of_booking(self, row: Row) -> Care:
        """Who may know a booking: with whom it is and who made it, the department, the patient, the desk."""
        people = {row["practitioner_id"], row["booker_id"]} - {None}
        return Care(
            carers=frozenset(f"{one}@{row['organization_id']}" for one in people),
            wards=frozenset({row["department_id"]} - {None}),
            accounts=self._accounts(row["patient_id"]),
            desks=frozenset({row["organization_id"]}),
        )

    def of_patient(self, patient: int, desk: int) -> Care:
        """Who may know the patient himself, or what hangs on him alone; at the desk, those of one organisation."""
        relations = [*self._relations(patient)]
        return Care(
            carers=frozenset(filter(None, map(_person, relations))),
            wards=frozenset(row["department_id"] for row in relations) - {None},
            openers=frozenset(filter(None, map(_person, self._openings(patient)))),
            inquirers=frozenset(map(_inquirer, self._inquiries(patient))),
            accounts=self._accounts(patient),
            desks=frozenset({desk}),
            directed=frozenset(
                one["directed"]
                for one in self.rows["service_order"].values()
                if one["patient_id"] == patient and one["directed"] is not None
            ),
        )  # fmt: skip

    def of_record(self, row: Row, *, nursing: bool) -> Care:
        """Who may know one record."""
        patient, accounts = row["patient_id"], self._accounts(row["patient_id"])
        directed = NOBODY if row.get("directed") is None else frozenset({row["directed"]})
        reaching = [one for one in self._relations(patient) if self._reaches(one, row)]
        openings = [*self._openings(patient)]
        inquirers = frozenset(_inquirer(one) for one in self._inquiries(patient) if _looks_into(one, row))
        if row["confidentiality"] == "SPECIAL":
            codes = FITTING[row["special_kind"]]
            return Care(
                accounts=accounts,
                directed=directed,
                inquirers=inquirers,
                confirmed=frozenset(_person(one) or "" for one in openings if one["confirmed_by"] is not None),
                trusted=frozenset(f"{who}#{code}" for who in map(_person, reaching) if who for code in codes),
                trusted_wards=frozenset(
                    f"{one['department_id']}#{code}" for one in reaching if one["department_id"] for code in codes
                ),
            )
        if row["confidentiality"] == "RESTRICTED":
            listed = {one["practitioner_id"] for one in self._in_force("allowed_reader", patient, "starts_at")
                      if one["record_id"] == row["id"]}  # fmt: skip
            reaching = [one for one in reaching if one["practitioner_id"] in listed]
            openings = [one for one in openings if one["practitioner_id"] in listed]
        carers = frozenset(filter(None, map(_person, reaching)))
        return Care(
            carers=carers,
            nurses=carers if nursing else NOBODY,
            wards=frozenset(one["department_id"] for one in reaching) - {None},
            openers=frozenset(_person(one) or "" for one in openings),
            accounts=accounts,
            inquirers=inquirers,
            directed=directed,
        )

    def of_referral(self, row: Row) -> Care:
        """Who may know a referral: as a record, and once it is issued, whom it is sent to."""
        care, issued = self.of_record(row, nursing=False), row["issued_at"] is not None
        senders = {row["practitioner_id"], row["signer_id"]} - {None}
        receivers = {row["to_practitioner_id"], row["acceptor_id"]} - {None} if issued else set()
        place, to = row["organization_id"], row["to_organization_id"]
        takes_in = frozenset({to}) if issued and row["confidentiality"] == "NORMAL" else NOBODY
        return replace(
            care,
            accounts=care.accounts if issued else NOBODY,
            inquirers=care.inquirers if issued else NOBODY,
            asked_here=takes_in,
            desks=takes_in,
            parties=frozenset({f"{one}@{place}" for one in senders} | {f"{one}@{to}" for one in receivers}),
        )

    def of_opening(self, row: Row) -> Care:
        """Who may know of an emergency opening: a doctor of the place may as long as it is in force."""
        in_force = row in self._openings(row["patient_id"])
        return Care(
            wards=frozenset({row["department_id"]} - {None}),
            accounts=self._accounts(row["patient_id"]),
            opener=frozenset({_person(row) or ""}),
            asked_here=frozenset({row["organization_id"]}) if in_force else NOBODY,
        )

    def of_session(self, row: Row) -> Care:
        """Who may know of a session: who is asked or holds it, cares for the patient there, or is he."""
        relations = [one for one in self._relations(row["patient_id"])
                     if one["organization_id"] == row["organization_id"]]  # fmt: skip
        waits = row["practitioner_id"] is None and row["outcome"] is None and self.at < row["ends_at"]
        return Care(
            carers=frozenset(filter(None, map(_person, relations))),
            accounts=self._accounts(row["patient_id"]),
            conductor=frozenset(filter(None, [_person(row)])),
            asked_here=frozenset({row["organization_id"]}) if waits else NOBODY,
        )

    def of_inquiry(self, row: Row) -> Care:
        """Who may know an inquiry, open or not: whoever made it, and whom it names."""
        accounts = NOBODY if row["patient_id"] is None else self._accounts(row["patient_id"])
        return Care(inquirers=frozenset({_inquirer(row)}), accounts=accounts)

    def _reaches(self, relation: Row, record: Row) -> bool:
        """Whether a relation opens a record of its organisation, or another's."""
        own, special = relation["organization_id"] == record["organization_id"], record["confidentiality"] == "SPECIAL"
        if own and not special:
            return True
        if relation["basis"] == "REFERRAL" and not special:
            return True
        wanted = "SPECIAL" if special else "EXCHANGE"
        return any(
            one["kind"] == wanted
            and one["organization_id"] == relation["organization_id"]
            and (own or record["organization_id"] in one["organization_ids"])
            and (not special or record["special_kind"] in one["special_kinds"])
            for one in self._in_force("consent", record["patient_id"], "at")
        )

    def _relations(self, patient: int) -> Iterator[Row]:
        """Those in force; nobody keeps the copies of the village up to date."""
        return (row for row in self._in_force("care_relation", patient, "starts_at") if row["copied_from"] is None)

    def _openings(self, patient: int) -> Iterable[Row]:
        return self._in_force("emergency_opening", patient, "opened_at")

    def _inquiries(self, patient: int) -> Iterable[Row]:
        return self._in_force("inquiry", patient, "opened_at")

    def _accounts(self, patient: int) -> frozenset[str]:
        return frozenset(row["subject"] for row in self._in_force("account", patient, "starts_at"))

    def _in_force(self, table: str, patient: int, since: str) -> list[Row]:
        if table not in self._by_patient:
            found = self._by_patient[table] = {}
            for row in self.rows[table].values():
                found.setdefault(row["patient_id"], []).append(row)
        mine = self._by_patient[table].get(patient, [])
        return [row for row in mine if row[since] <= self.at and (row["ends_at"] is None or self.at < row["ends_at"])]


def _person(row: Row) -> str | None:
    return None if row["practitioner_id"] is None else f"{row['practitioner_id']}@{row['organization_id']}"


def _inquirer(row: Row) -> str:
    where = "" if row["organization_id"] is None else f"@{row['organization_id']}"
    return f"{row['office']}{where}:{row['officer']}"


def _looks_into(inquiry: Row, record: Row) -> bool:
    """Whether an inquiry is about the time and the place of a record, and its office may look under the label."""
    may = {"NORMAL": {"INS", "REG", "HED"}, "RESTRICTED": {"HED"}, "SPECIAL": {"REG"}}
    here = inquiry["organization_id"] in {None, record["organization_id"]}
    within = inquiry["since"] <= record["at"] < inquiry["until"]
    return here and within and inquiry["office"] in may[record["confidentiality"]]
