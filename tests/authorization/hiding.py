"""What is hidden in the village: how it is made otherwise for a while, who may find it out, and what to ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sources.identity.sealed_text import sealed
from sources.sealing import PersonalKey
from tests.authorization import hiding_work
from tests.authorization.conftest import Desk
from tests.authorization.world import Ties
from tests.keys import KEYRING

KEY = 9_100_001
# The applicant of the cast works where the head and the personnel officer of the cast do; the expert has his case.
EXAMINED = 6
QUARTER = timedelta(minutes=15)
Statement = tuple[str, str, tuple[Any, ...]]
MATCH = """
INSERT INTO registry_match (account, state, reason, since, checked_at) VALUES ($1, 'NONE', 'NOT_IN_REGISTER', $2, $2)
"""


@dataclass(frozen=True)
class Secret:
    """Something hidden that is otherwise for a while.

    Attributes:
        permissions: whoever has one of these on one of the `ties` may find it out.
        made, undone: statements, each with the name of its store and its values.
    """

    permissions: tuple[str, ...]
    ties: tuple[Ties, ...]
    made: tuple[Statement, ...]
    undone: tuple[Statement, ...]


def snils(tail: str | None, taken: set[str]) -> str:
    """Another number that is valid and nobody's; with the same last digits, if they are to stay."""
    for number in range(987_000_000, 0, -1):
        digits = f"{number:09d}"
        check = sum(int(digit) * (9 - place) for place, digit in enumerate(digits)) % 101 % 100
        found = f"{digits}{check:02d}"
        if found not in taken and (tail is None or found.endswith(tail)):
            return found
    raise LookupError


class Hidden:
    """Somebody of the village who is tied to nobody of the cast, and what is known of him."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = world = desk.world
        self.at = world.at
        self.person = next(
            row["id"]
            for row in world.table("practitioner")
            if row["id"] > 12
            and [(post["organization_id"], post["kind"]) for post in world.posts(row["id"])] == [(2, "MAIN")]
            and self._first("document", row["id"])
            and self._first("accreditation", row["id"])
        )
        self.row = world.rows["practitioner"][self.person]
        self.record = self._first("accreditation", self.person)
        (post,) = world.posts(self.person)
        units = frozenset({post["department_id"]} - {None})
        self.self = Ties("Practitioner", self.person, frozenset({2}), units, shared=frozenset({2}))
        # A patient for whom nobody cares, with a diagnosis and something measured.
        self.patient = next(
            row["id"]
            for row in world.table("patient")
            if not world.ties(f"pat_{row['id']}").care.carers
            and not world.ties(f"pat_{row['id']}").care.wards
            and not world.ties(f"pat_{row['id']}").care.inquirers
            and self._of_patient("condition", row["id"])
            and self._of_patient("observation", row["id"])
        )
        self.key = PersonalKey(
            KEYRING.unwrap(world.rows["patient"][self.patient]["sealed_key"], "patient", "sealed_key", self.patient)
        )
        self.condition = self._of_patient("condition", self.patient)[0]
        self.observation = self._of_patient("observation", self.patient)[0]
        self.booking = next(
            row for row in world.table("booking") if row["organization_id"] == 2 and row["practitioner_id"] > 13
        )
        # One of the cast inquired, and may not know him any more.
        self.inquiry = next(
            row
            for row in world.table("inquiry")
            if row["ends_at"] <= self.at and not world.ties(f"pat_{row['patient_id']}").care.accounts
        )
        waiting = (row for row in world.table("application") if row["queue"] == "UNCLAIMED" and row["practitioner_id"])
        self.waiting = next(row for row in waiting if row["practitioner_id"] > 12)

    def _of_patient(self, table: str, patient: int) -> list[Mapping[str, Any]]:
        return [
            row
            for row in self.world.table(table)
            if row["patient_id"] == patient and row["confidentiality"] == "NORMAL" and row.get("value", 0) is not None
        ]

    def _opened(self, column: str) -> str:
        sealed = self.world.rows["patient"][self.patient][column]
        return self.key.open(sealed, "patient", column, self.patient)

    def _first(self, table: str, person: int) -> int | None:
        return next((row["id"] for row in self.world.table(table) if row["practitioner_id"] == person), None)

    def secrets(self) -> Mapping[str, Secret]:
        """One for each permission by which something is hidden, or for what one right of several leaves hidden."""
        person, row, ties = self.person, self.row, self.self
        here = Ties("Accreditation", person, ties.organizations, ties.units)
        filed = Ties("AccreditationApplication", person, ties.organizations, ties.units, submitted=True)
        draft = Ties("AccreditationApplication", EXAMINED)
        ended = Ties("AccreditationApplication", EXAMINED, frozenset({1}), submitted=True)
        taken = {one["snils"] for one in self.world.table("practitioner")}
        patient, known = self.world.rows["patient"][self.patient], self.world.ties(f"pat_{self.patient}")
        opened = {
            "patient_id": self.patient, "organization_id": 2, "department_id": None, "practitioner_id": person,
            "accreditation_id": 1, "employment_id": 1, "opened_at": self.at - timedelta(hours=2),
            "ends_at": self.at - timedelta(hours=1), "changed_at": self.at,
            "reason": self.key.seal("Тайна", "emergency_opening", "reason", KEY),
        }  # fmt: skip
        inquired = {
            "office": "INS", "officer": "somebody", "organization_id": None, "since": self.at - timedelta(days=9),
            "until": self.at, "basis": "ASSIGNMENT", "basis_number": "x", "basis_on": self.at.date(),
            "purpose": "QUALITY_EXAMINATION", "opened_at": self.at - timedelta(hours=2),
            "ends_at": self.at + timedelta(hours=1),
        }  # fmt: skip
        birth = row["birth_on"]
        near = birth.replace(day=birth.day % 28 + 1)
        far = birth.replace(year=birth.year - 3, day=1)
        unit = next(one["id"] for one in self.world.table("department") if one["organization_id"] == 3)
        other = next(one["id"] for one in self.world.table("practitioner") if one["id"] > 12 and one["id"] != person)
        known_to_hr = {"subject": "somebody", "practitioner_id": person, "organization_id": 2, "state": "PENDING",
                       "made_at": self.at, "changed_at": self.at}  # fmt: skip
        return {
            "identity": Secret(
                ("practitioner:identity:read",), (ties,),
                *self._changed("registry", "practitioner", person, row, birth_on=near, inn=None,
                               snils=snils(row["snils"][-2:], taken)),
            ),
            "masked identity": Secret(
                ("practitioner:identity:read", "practitioner:identity:masked"), (ties,),
                *self._changed("registry", "practitioner", person, row, birth_on=far, snils=snils(None, taken)),
            ),
            "contact": Secret(
                ("practitioner:contact:read",), (ties,),
                *self._changed("registry", "practitioner", person, row, phone="+79990000000", email="x@x.example"),
            ),
            "another employment": Secret(
                ("practitioner:employment:read",),
                (ties, Ties("Employment", person, frozenset({3}), frozenset({unit}))),
                *self._new("registry", "employment", practitioner_id=person, organization_id=3, department_id=unit,
                           position_code="73", kind="EXTERNAL_PART_TIME", rate=0.5, starts_on=birth),
            ),
            "education": Secret(
                ("practitioner:education:read",), (ties,),
                *self._new("registry", "education", practitioner_id=person, kind="CPD", institution="x",
                           specialty_code="31.08.49", document_number="x", completed_on=birth),
            ),
            "certificate": Secret(
                ("practitioner:education:read",), (ties,),
                *self._new("registry", "certificate", practitioner_id=person, number="x", institution="x",
                           specialty_code="31.08.49", issued_on=birth, ends_on=birth + timedelta(days=1)),
            ),
            "a record that was revoked": Secret(
                ("accreditation:record:read",), (ties, here),
                *self._new("accreditation", "accreditation", registry_number="x", practitioner_id=person,
                           kind="PERMANENT", procedure="PERIODIC", specialty_code="31.08.49", state="REVOKED",
                           valid_from=self.at - timedelta(days=9), organization_ids=[2]),
            ),
            "why a record is what it is": Secret(
                ("accreditation:decision:read",), (ties, here),
                *self._changed("accreditation", "accreditation", self.record or 0,
                               self.world.rows["accreditation"][self.record or 0], state_reason="x"),
            ),
            "an application": Secret(
                ("application:queue:read", "application:file:read"), (ties, filed),
                *self._new("accreditation", "application", number="АК-26-99999999", practitioner_id=person,
                           kind="PERMANENT", stage="DONE", outcome="WITHDRAWN", organization_ids=[2],
                           submitted_at=self.at, created_at=self.at, changed_at=self.at),
            ),
            "a draft of one who is employed and examined": Secret(
                ("application:queue:read",), (draft,),
                *self._new("accreditation", "application", number="АК-26-99999999", practitioner_id=EXAMINED,
                           kind="PERMANENT", stage="DRAFT", organization_ids=[1], department_ids=[1],
                           document_ids=[1], created_at=self.at, changed_at=self.at),
            ),
            "a draft that was taken back": Secret(
                ("application:queue:read",), (draft,),
                *self._new("accreditation", "application", number="АК-26-99999999", practitioner_id=EXAMINED,
                           kind="PERMANENT", stage="DONE", outcome="WITHDRAWN", organization_ids=[1],
                           created_at=self.at, changed_at=self.at),
            ),
            "another application of one who is examined": Secret(
                ("application:queue:read",), (ended,),
                *self._new("accreditation", "application", number="АК-26-99999999", practitioner_id=EXAMINED,
                           kind="PERMANENT", stage="DONE", outcome="REJECTED", organization_ids=[1],
                           submitted_at=self.at, created_at=self.at, changed_at=self.at),
            ),
            "the file of an application that waits": Secret(
                ("application:file:read", "application:contact:read"),
                (self.world.ties(f"app_{self.waiting['id']}"),),
                *self._changed("accreditation", "application", self.waiting["id"], self.waiting, phone="+79990000000",
                               created_at=self.waiting["created_at"] + timedelta(microseconds=7), purpose="INTERNSHIP",
                               supervisor_id=person, organization_id=3, document_ids=[1]),
            ),
            "a remark of those who examine": Secret(
                ("application:review:read",), (self.world.ties(f"app_{self.waiting['id']}"),),
                *self._new("accreditation", "application_comment", application_id=self.waiting["id"], at=self.at,
                           audience="APPLICANT", text="x"),
            ),
            "a remark that is not for the applicant": Secret(
                ("application:comment:read",), (Ties("ApplicationComment"),),
                *self._new("accreditation", "application_comment", application_id=1, at=self.at, audience="INTERNAL",
                           text="x"),
            ),
            "a document": Secret(
                ("document:catalogue:read", "document:number:read"), (ties, Ties("Document", person)),
                *self._new("documents", "document", practitioner_id=person, kind="DIPLOMA", title="А", status="DRAFT",
                           media_type="application/pdf", byte_size=1, sha256="0" * 64, created_at=self.at),
            ),
            "a document that no open case encloses": Secret(
                ("document:catalogue:read",), (Ties("Document", EXAMINED, document=KEY),),
                *self._new("documents", "document", practitioner_id=EXAMINED, kind="DIPLOMA", title="А", status="DRAFT",
                           media_type="application/pdf", byte_size=1, sha256="0" * 64, created_at=self.at),
            ),
            "a package": Secret(
                ("document:package:read",),
                (Ties("ExchangePackage", organizations=frozenset({2}), addressee="somebody",
                      parties=frozenset({person})),),
                *self._new("documents", "exchange_package", direction="OUTGOING", source="x", package=UUID(int=KEY),
                           status="DEAD", counterpart="insurer-demo", counterpart_kind="INSURER", organization_id=2,
                           owner_ids=[person], subject="somebody", purpose="CARE", basis="CONSENT", made_at=self.at,
                           changed_at=self.at),
            ),
            "what an office requests": Secret(
                ("document:request:read",),
                (Ties("InformationRequest", organizations=frozenset({2}), addressee="somebody"),),
                *self._new("documents", "information_request", subject="somebody", office="REG", organization_id=2,
                           recipient="register-demo", what="x", basis="STATE_CONTROL", basis_number="x",
                           basis_on=birth, due_on=birth, state="OPEN", made_at=self.at, changed_at=self.at),
            ),
            "a shift": Secret(
                ("schedule:shift:read",), (ties, Ties("Shift", person, frozenset({2}))),
                *self._new("schedule", "shift", practitioner_id=person, organization_id=2, kind="DAY",
                           starts_at=self._free("shift"), ends_at=self._free("shift") + QUARTER),
            ),
            "that somebody is a patient, and of which sex": Secret(
                ("clinical:card:masked",), (known,),
                *self._changed("clinical", "patient", self.patient, patient, sex="UNKNOWN"),
            ),
            "what a patient is called": Secret(
                ("clinical:card:read",), (known,),
                *self._changed("clinical", "patient", self.patient, patient, patronymic=self.key.seal(
                    "Тайный", "patient", "patronymic", self.patient)),
            ),
            "how a patient is reached": Secret(
                ("clinical:contact:read",), (known,),
                *self._changed("clinical", "patient", self.patient, patient, phone=self.key.seal(
                    "+79990000000", "patient", "phone", self.patient)),
            ),
            "a diagnosis": Secret(
                ("clinical:history:masked",), (known,),
                *self._new("clinical", "condition", patient_id=self.patient, organization_id=1, practitioner_id=1,
                           kind="MAIN", code="I10", book_version="x", certainty="CONFIRMED", at=self.at,
                           changed_at=self.at),
            ),
            "the wording of a diagnosis": Secret(
                ("clinical:history:read",), (known,),
                *self._changed("clinical", "condition", self.condition["id"], self.condition, wording=self.key.seal(
                    "Тайна", "condition", "wording", self.condition["id"])),
            ),
            "that something was measured": Secret(
                ("clinical:result:masked",), (known,),
                *self._new("clinical", "observation", patient_id=self.patient, organization_id=1, practitioner_id=1,
                           code="8310-5", book_version="x", value=37, unit="Cel", at=self.at, changed_at=self.at),
            ),
            "what was measured": Secret(
                ("clinical:result:read",), (known,),
                *self._changed("clinical", "observation", self.observation["id"], self.observation, value=1),
            ),
            "a slot that is not published": Secret(
                ("schedule:slot:read",), (Ties("Slot", organizations=frozenset({2})),),
                *self._new("schedule", "slot", practitioner_id=person, organization_id=2,
                           starts_at=self._free("slot"), ends_at=self._free("slot") + QUARTER),
            ),
            "a booking": Secret(
                ("schedule:booking:read",), (self.world.ties(f"booking_{self.booking['id']}"),),
                *self._changed("schedule", "booking", self.booking["id"], self.booking, version=9),
            ),
            "that a history was opened in an emergency": Secret(
                ("clinical:emergency:read",),
                (Ties("EmergencyOpening", organizations=frozenset({2}), care=self.world.care.of_opening(opened)),),
                *self._new("clinical", "emergency_opening", **opened),
            ),
            "an inquiry": Secret(
                ("clinical:inquiry:read",),
                (Ties("Inquiry", care=self.world.care.of_inquiry({**inquired, "patient_id": self.patient})),),
                *self._new("clinical", "inquiry", patient_id=self.patient, **inquired),
            ),
            # Entries of the journal are not made otherwise, for that would break the chain.
            "whom an inquiry named that has ended": Secret(
                ("audit:event:read",), (Ties("Inquiry"),),
                *self._changed("clinical", "inquiry", self.inquiry["id"], self.inquiry, patient_id=self.patient),
            ),
            "what somebody asks of the register": Secret(
                ("registry:request:read",),
                (Ties("RegistryRequest", organizations=frozenset({2}), addressee="somebody"),),
                *self._new("registry", "registry_request", kind="CORRECTION", field="FAMILY_NAME",
                           said='{"FAMILY_NAME": "x"}', found="{}", **known_to_hr),
            ),
            "to which organisation somebody wants to be tied": Secret(
                ("organization:link:read",), (Ties("OrganizationLink", person, frozenset({2})),),
                *self._new("registry", "organization_link", consent_version="x", **known_to_hr),
            ),
            "an appointment": Secret(
                ("appointment:record:read",),
                (Ties("Appointment", organizations=frozenset({2}), addressee="somebody"),),
                *self._new("journal", "appointment", subject="somebody", function="HRR", organization_id=2,
                           valid_from=self.at - timedelta(days=9)),
            ),
            "access that is handed on": Secret(
                ("access:grant:read",),
                (Ties("AccessGrant", organizations=frozenset({2}), parties=frozenset({person, other})),),
                *self._new("identity", "access_grant", kind="ORDINARY", module="CASE_HISTORY", organization_id=2,
                           grantor_id=person, grantor_subject="somebody", grantee_id=other, reason="VACATION",
                           given_by="somebody", giver_id=person, given_at=self.at, starts_at=self.at,
                           ends_at=self.at + timedelta(days=1), changed_at=self.at),
            ),
            "that an account is locked": Secret(
                ("support:lock:read",), (Ties("LockedAccount"),),
                *self._new("identity", "account_lock", account="somebody", reason="WRONG_CODES", locked_at=self.at,
                           until=self.at + timedelta(hours=1),
                           proposed_by="nobody", proposed_at=self.at, **self._sealed("account_lock", proposal="x")),
            ),
            "why somebody was not found": Secret(
                ("support:match:read",), (Ties("AccountMatch"),),
                (("identity", MATCH, ("somebody", self.at)),),
                (("identity", "DELETE FROM registry_match WHERE account = $1", ("somebody",)),),
            ),
            "what somebody asks support": Secret(
                ("support:ticket:read",), (Ties("SupportTicket", addressee="somebody"),),
                *self._new("identity", "support_ticket", account="somebody", state="OPEN", request_ids=["x"],
                           opened_at=self.at, changed_at=self.at,
                           **self._sealed("support_ticket", subject="x", text="x")),
            ),
            "a message": Secret(
                ("notification:message:read",), (Ties("Message", addressee="somebody"),),
                *self._new("journal", "message", subject="somebody", kind="MAINTENANCE", at=self.at,
                           template="maintenance_coming"),
            ),
            **self._of_work(),
        }  # fmt: skip

    def _of_work(self) -> dict[str, Secret]:
        rows, found = hiding_work.rows(self.world), {}
        for table, (store, kind, permission) in hiding_work.TOLD.items():
            ties = self.world.ties(f"{hiding_work.PREFIXES[kind]}_{rows[table]['id']}")
            found[f"that there is a {table}"] = Secret(
                (permission,), (ties,), *self._changed(store, table, rows[table]["id"], rows[table], version=9_001)
            )
        for permission, table, row, values in hiding_work.words(self.world):
            ties = self.world.ties(f"{hiding_work.PREFIXES[hiding_work.TOLD[table][1]]}_{row['id']}")
            found[f"what a {table} says"] = Secret(
                (permission,), (ties,), *self._changed("clinical", table, row["id"], row, **values)
            )
        return found

    def _sealed(self, table: str, **texts: str) -> dict[str, bytes]:
        store: Any = self.desk.gateway.application.stores.identity
        return sealed(store, table, KEY, texts)

    def _changed(
        self, store: str, table: str, key: int, row: Mapping[str, Any], **values: Any
    ) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        places = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
        text = f"UPDATE {table} SET {places} WHERE id = $1"  # noqa: S608 - names of this file
        before = tuple(row[name] for name in values)
        return ((store, text, (key, *values.values())),), ((store, text, (key, *before)),)

    def _free(self, table: str) -> datetime:
        """From when on, now or later, he has nothing for a quarter of an hour: the world's hours are in the day."""
        at: datetime = self.at
        for row in sorted(self.world.table(table), key=lambda row: row["starts_at"]):
            if row["practitioner_id"] == self.person and row["starts_at"] < at + QUARTER:
                at = max(at, row["ends_at"])
        return at

    def _new(self, store: str, table: str, **values: Any) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        places = ", ".join(f"${number}" for number in range(1, len(values) + 2))
        names = ", ".join(("id", *values))
        insert = f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({places})"  # noqa: S608
        delete = f"DELETE FROM {table} WHERE id = $1"  # noqa: S608
        return ((store, insert, (KEY, *values.values())),), ((store, delete, (KEY,)),)
