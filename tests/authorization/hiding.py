"""What is hidden in the village: how it is made otherwise for a while, who may find it out, and what to ask for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.world.numbers import insurance_number
from sources.sealing import PersonalKey
from tests.acts.test_rights import BY_APPLICANT, BY_EXPERT, BY_REGULATOR, given
from tests.authorization.conftest import Desk
from tests.authorization.extracting import Probes
from tests.authorization.filtering import quoted
from tests.authorization.matrix import Matrix
from tests.authorization.world import Ties
from tests.keys import KEYRING

KEY = 9_100_001
# The applicant of the cast works where the head and the personnel officer of the cast do; the expert has his case.
EXAMINED = 6
Statement = tuple[str, str, tuple[Any, ...]]


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


class Village:
    """Somebody of the village who is tied to nobody of the cast, and what is known of him."""

    def __init__(self, desk: Desk) -> None:
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
            and self._of_patient("condition", row["id"])
            and self._of_patient("observation", row["id"])
        )
        self.key = PersonalKey(
            KEYRING.unwrap(world.rows["patient"][self.patient]["sealed_key"], "patient", "sealed_key", self.patient)
        )
        self.condition = self._of_patient("condition", self.patient)[0]
        self.observation = self._of_patient("observation", self.patient)[0]
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
        birth = row["birth_on"]
        near = birth.replace(day=birth.day % 28 + 1)
        far = birth.replace(year=birth.year - 3, day=1)
        unit = next(one["id"] for one in self.world.table("department") if one["organization_id"] == 3)
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
                ("document:catalogue:read",), (ties, Ties("Document", person)),
                *self._new("documents", "document", practitioner_id=person, kind="DIPLOMA", title="А", status="DRAFT",
                           media_type="application/pdf", byte_size=1, sha256="0" * 64, created_at=self.at),
            ),
            "a document that no open case encloses": Secret(
                ("document:catalogue:read",), (Ties("Document", EXAMINED, document=KEY),),
                *self._new("documents", "document", practitioner_id=EXAMINED, kind="DIPLOMA", title="А", status="DRAFT",
                           media_type="application/pdf", byte_size=1, sha256="0" * 64, created_at=self.at),
            ),
            "a shift": Secret(
                ("schedule:shift:read",), (ties, Ties("Shift", person, frozenset({2}))),
                *self._new("schedule", "shift", practitioner_id=person, organization_id=2, kind="DAY",
                           starts_at=self.at, ends_at=self.at + timedelta(minutes=1)),
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
            "a message": Secret(
                ("notification:message:read",), (Ties("Message", addressee="somebody"),),
                *self._new("journal", "message", subject="somebody", kind="MAINTENANCE", at=self.at,
                           template="maintenance_coming"),
            ),
        }  # fmt: skip

    def _changed(
        self, store: str, table: str, key: int, row: Mapping[str, Any], **values: Any
    ) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        places = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
        text = f"UPDATE {table} SET {places} WHERE id = $1"  # noqa: S608 - names of this file
        before = tuple(row[name] for name in values)
        return ((store, text, (key, *values.values())),), ((store, text, (key, *before)),)

    def _new(self, store: str, table: str, **values: Any) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        places = ", ".join(f"${number}" for number in range(1, len(values) + 2))
        names = ", ".join(("id", *values))
        insert = f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({places})"  # noqa: S608
        delete = f"DELETE FROM {table} WHERE id = $1"  # noqa: S608
        return ((store, insert, (KEY, *values.values())),), ((store, delete, (KEY,)),)

    def values(self) -> Mapping[str, Sequence[str]]:
        """Literals that tell one from another, for whatever an input compares."""
        row = self.row
        taken = {one["snils"] for one in self.world.table("practitioner")}
        numbers = [row["snils"], snils(row["snils"][-2:], taken), snils(None, taken)]
        days = [row["birth_on"], row["birth_on"] - timedelta(days=800)]
        codes = sorted({one["specialty_code"] for one in self.world.table("practitioner")} - {None})
        places = [*self.world.table("organization")]
        instants = [(self.at + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ") for number in (-3, 0, 3)]
        found: dict[str, Sequence[Any]] = {
            "PractitionerBy.id": [f"prac_{self.person}"],
            "PractitionerBy.snils": numbers,
            "PractitionerBy.registryNumber": [row["registry_number"], "9" * 10],
            "PractitionerFilter.search": [row["family_name"], row["family_name"][:2]],
            "PractitionerFilter.specialty": codes,
            "PractitionerFilter.region": sorted({one["region_code"] for one in places}),
            "PractitionerFilter.organization": [f"org_{one['id']}" for one in places],
            "PractitionerFilter.snils": numbers,
            "PractitionerFilter.bornFrom": days,
            "PractitionerFilter.bornTo": days,
            "OrganizationBy.id": ["org_3"],
            "OrganizationBy.ogrn": [places[2]["ogrn"]],
            "OrganizationBy.inn": [places[2]["inn"]],
            "OrganizationBy.oid": [places[2]["oid"]],
            "OrganizationFilter.search": ["Гор"],
            "OrganizationFilter.region": sorted({one["region_code"] for one in places}),
            "ApplicationBy.id": [f"app_{KEY}", f"app_{self.waiting['id']}"],
            "ApplicationBy.number": ["АК-26-99999999", self.waiting["number"]],
            "ApplicationFilter.specialty": codes,
            "ApplicationFilter.submittedFrom": [self.at.date(), *days],
            "ApplicationFilter.submittedTo": [self.at.date(), *days],
            "ApplicationFilter.dueFrom": [self.at.date(), *days],
            "ApplicationFilter.dueTo": [self.at.date(), *days],
            "DocumentBy.id": [f"doc_{KEY}"],
            "Query.document(id)": [f"doc_{KEY}"],
            "DocumentFilter.issuedFrom": days,
            "DocumentFilter.issuedTo": days,
            "AuditFilter.since": instants,
            "AuditFilter.until": instants,
            "AuditFilter.act": ["claimApplication"],
            "AuditFilter.object": [f"app_{KEY}"],
            "AuditFilter.actor": ["somebody"],
            "AuditFilter.person": [f"prac_{KEY}"],
            "AuditFilter.patient": [f"pat_{KEY}"],
            "PatientBy.id": [f"pat_{self.patient}"],
            "PatientBy.insuranceNumber": [insurance_number(self.patient), insurance_number(KEY)],
            "Practitioner.employments(activeOn)": [self.at.date(), *days],
            "Practitioner.shifts(from)": instants[:1],
            "Practitioner.shifts(to)": instants[2:],
        }
        named = {"familyName": "family_name", "givenName": "given_name", "birthOn": "birth_on"}
        name = ", ".join(f"{field}: {quoted(self._opened(column))}" for field, column in named.items())
        made = {name: [quoted(str(one)) for one in literals] for name, literals in found.items()}
        return {**made, "PatientBy.name": [f"{{{name}}}"]}

    def probes(self, desk: Desk) -> Probes:
        """Every question that compares something."""
        people = [f"prac_{key}" for key in (self.person, self.waiting["practitioner_id"], 1, 6)]
        return Probes(
            desk.schema, self.values(), people, [f"org_{one['id']}" for one in self.world.table("organization")]
        )

    def questions(self, desk: Desk) -> Iterator[str]:
        """Every question that compares something, and every field of what is hidden, read outright."""
        yield from self.probes(desk).documents()
        matrix = Matrix(desk.schema, self.world)
        for kind in matrix.types:
            ids = {
                "Practitioner": [self.person],
                "AccreditationApplication": [KEY, self.waiting["id"], 1],
                "Patient": [self.patient],
                "Condition": [KEY, self.condition["id"]],
                "Observation": [KEY, self.observation["id"]],
            }.get(kind.name, [KEY, self.record or 0])
            if kind.name in {
                "Employment",
                "Document",
                "Shift",
                "Message",
                "Accreditation",
                "Patient",
                "Condition",
                "Observation",
                *list(_PREFIXES)[:2],
            }:
                named = ", ".join(quoted(f"{_PREFIXES[kind.name]}_{key}") for key in ids)
                yield f"{{ nodes(ids: [{named}]) {{ ... on {kind.name} {{ {matrix.fields_of(kind)} }} }} }}"

    def acts(self) -> Iterator[str]:
        """Every act on what is hidden."""
        on_records = (*BY_REGULATOR, "renewAccreditation")
        for names, thing in (((*BY_APPLICANT, *BY_EXPERT), f"app_{KEY}"), (on_records, f"acc_{KEY}")):
            yield f"mutation {{ {' '.join(_act(name, thing) for name in names)} }}"


_PREFIXES = {
    "Practitioner": "prac", "AccreditationApplication": "app", "Employment": "emp", "Accreditation": "acc",
    "Document": "doc", "Shift": "shift", "Message": "msg",
    "Patient": "pat", "Condition": "cond", "Observation": "obs",
}  # fmt: skip


def _act(name: str, id: str) -> str:
    said = given(name, id)
    parts = ", ".join(f"{key}: {_literal(key, value)}" for key, value in said.items())
    return f"{name}(input: {{{parts}}}) {{ problems {{ code path message }} }}"


def _literal(key: str, value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(quoted(one) for one in value)}]"
    return str(value) if isinstance(value, int) or key == "audience" else quoted(value)
