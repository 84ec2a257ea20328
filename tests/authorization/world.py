"""The world as the stores have it, read by SQL of the tests' own: who is tied to what at an instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sources.postgres.store import Store
from sources.stores import Stores
from tests.authorization.care import Care, Facts

MOSCOW = ZoneInfo("Europe/Moscow")
NOBODY: frozenset[int] = frozenset()

STORE_OF = {
    "practitioner": "registry",
    "employment": "registry",
    "organization": "registry",
    "department": "registry",
    "licence": "registry",
    "qualification": "registry",
    "accreditation": "accreditation",
    "application": "accreditation",
    "review_case": "accreditation",
    **dict.fromkeys(("document", "clinical_document", "exchange_package", "information_request"), "documents"),
    "attestation": "accreditation",
    "external_service": "registry",
    "shift": "schedule",
    "slot": "schedule",
    "booking": "schedule",
    "appointment": "journal",
    "message": "journal",
    **dict.fromkeys(("access_grant", "account_lock", "support_ticket"), "identity"),
    **dict.fromkeys(("registry_request", "organization_link"), "registry"),
    "arrived_audit_entry": "journal",
    **dict.fromkeys(
        (
            "patient", "account", "consent", "allowed_reader", "care_relation", "emergency_opening", "episode",
            "encounter", "condition", "observation", "laboratory_result", "imaging_study", "note", "inquiry",
            "service_order",
            "referral",
            "prescription",
            "procedure",
            "procedure_report",
            "teleconsultation",
        ),
        "clinical",
    ),
}  # fmt: skip
# Where objects are not known by their id.
KEYS = {"arrived_audit_entry": "position"}
# What the graph shows of more than one table.
_ENTRY = "SELECT position, store, at, subject, act, object, grounds FROM"
SOURCES = {
    "arrived_audit_entry": f"({_ENTRY} arrived_audit_entry UNION ALL {_ENTRY} read_entry) AS entry",
    "document": "(SELECT * FROM document WHERE patient_id IS NULL) AS document",
    "clinical_document": "(SELECT * FROM document WHERE patient_id IS NOT NULL) AS document",
}
TYPES = {
    "prac": "Practitioner",
    "org": "Organization",
    "dept": "Department",
    "lic": "Licence",
    "award": "QualificationCategory",
    "emp": "Employment",
    "acc": "Accreditation",
    "app": "AccreditationApplication",
    "doc": "Document",
    "shift": "Shift",
    "slot": "Slot",
    "booking": "Booking",
    "msg": "Message",
    "aud": "AuditEvent",
    "apt": "Appointment",
    "pat": "Patient",
    "case": "EpisodeOfCare",
    "enc": "Encounter",
    "cond": "Condition",
    "obs": "Observation",
    "lab": "LaboratoryResult",
    "img": "ImagingStudy",
    "note": "ClinicalNote",
    "order": "Order",
    "cdoc": "ClinicalDocument",
    "rx": "Prescription",
    "proc": "Procedure",
    "procrep": "SubmittedProcedureReport",
    "consent": "PatientConsent",
    "emrg": "EmergencyOpening",
    "inq": "Inquiry",
    "ref": "Referral",
    "tele": "Teleconsultation",
    "att": "Attestation",
    "ext": "ExternalService",
    "grant": "AccessGrant",
    "lock": "LockedAccount",
    "tick": "SupportTicket",
    "regreq": "RegistryRequest",
    "link": "OrganizationLink",
    "pkg": "ExchangePackage",
    "inforeq": "InformationRequest",
}
# What tells of a patient, or is a record of his.
ABOUT_PATIENTS = frozenset(
    (
        "Patient", "PatientConsent", "Inquiry", "EpisodeOfCare", "Encounter", "Condition", "Observation",
        "LaboratoryResult", "ImagingStudy", "ClinicalNote", "ClinicalDocument", "Order",
        "Prescription", "Procedure",
    )
)  # fmt: skip
TABLES = {
    "Practitioner": "practitioner",
    "Organization": "organization",
    "Department": "department",
    "Licence": "licence",
    "QualificationCategory": "qualification",
    "Employment": "employment",
    "Accreditation": "accreditation",
    "AccreditationApplication": "application",
    "Document": "document",
    "Shift": "shift",
    "Slot": "slot",
    "Booking": "booking",
    "Message": "message",
    "AuditEvent": "arrived_audit_entry",
    "Appointment": "appointment",
    "Patient": "patient",
    "EpisodeOfCare": "episode",
    "Encounter": "encounter",
    "Condition": "condition",
    "Observation": "observation",
    "LaboratoryResult": "laboratory_result",
    "ImagingStudy": "imaging_study",
    "ClinicalNote": "note",
    "Order": "service_order",
    "ClinicalDocument": "clinical_document",
    "Prescription": "prescription",
    "Procedure": "procedure",
    "SubmittedProcedureReport": "procedure_report",
    "PatientConsent": "consent",
    "EmergencyOpening": "emergency_opening",
    "Inquiry": "inquiry",
    "Referral": "referral",
    "Teleconsultation": "teleconsultation",
    "Attestation": "attestation",
    "ExternalService": "external_service",
    "AccessGrant": "access_grant",
    "LockedAccount": "account_lock",
    "SupportTicket": "support_ticket",
    "RegistryRequest": "registry_request",
    "OrganizationLink": "organization_link",
    "ExchangePackage": "exchange_package",
    "InformationRequest": "information_request",
}
PREFIXES = {name: prefix for prefix, name in TYPES.items()}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ties:
    """What an object is tied to, as far as access depends on it."""

    type_name: str
    person: int | None = None
    organizations: frozenset[int] = NOBODY
    units: frozenset[int] = NOBODY
    shared: frozenset[int] = NOBODY
    given: frozenset[int] = NOBODY
    holders: frozenset[int] = NOBODY
    unclaimed: bool = False
    institution: bool = False
    for_applicant: bool = False
    addressee: str | None = None
    parties: frozenset[int] = NOBODY
    offices: frozenset[int] = NOBODY
    file: int | None = None
    document: int | None = None
    submitted: bool = False
    published: bool = False
    plain: bool = False
    care: Care = field(default_factory=Care)


@dataclass
class World:
    """All rows that access depends on, by table and key."""

    at: datetime
    rows: Mapping[str, Mapping[int, Row]]
    subjects: Mapping[str, str]
    _ties: dict[str, Ties] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.care = Facts(self.at, self.rows)

    def table(self, name: str) -> Iterable[Row]:
        """All rows of a table, by key."""
        return self.rows[name].values()

    def posts(self, person: int | None) -> list[Row]:
        """The employments of a person that are in force; the last day counts."""
        today = self.at.astimezone(MOSCOW).date()
        return [
            row
            for row in self.table("employment")
            if row["practitioner_id"] == person
            and row["starts_on"] <= today
            and (row["ends_on"] is None or today <= row["ends_on"])
        ]

    def in_term(self, row: Row, since: str = "valid_from", until: str = "valid_to") -> bool:
        """Whether the instant is in the half-open term of a row."""
        return row[since] <= self.at and (row[until] is None or self.at < row[until])

    def ids(self, type_name: str) -> list[str]:
        """The global ids of all objects of a type."""
        return [f"{PREFIXES[type_name]}_{key}" for key in sorted(self.rows[TABLES[type_name]])]

    def row(self, global_id: str) -> Row:
        """The row behind a global id."""
        prefix, _, key = global_id.partition("_")
        rows = self.rows[TABLES[TYPES[prefix]]]
        # Other tests read, too; no rule looks at what the entry of a read has.
        return rows.get(int(key), {}) if prefix == "aud" else rows[int(key)]

    def ties(self, global_id: str) -> Ties:
        """What the object of a global id is tied to."""
        found = self._ties.get(global_id)
        if found is None:
            found = self._ties[global_id] = self._tied(TYPES[global_id.partition("_")[0]], self.row(global_id))
        return found

    def _tied(self, type_name: str, row: Row) -> Ties:
        match type_name:
            case "Practitioner":
                places, units = self._of_person(row["id"])
                return Ties(type_name, row["id"], places, units, shared=places, given=places)
            case "Organization":
                return Ties(type_name, organizations=frozenset({row["id"]}))
            case "Employment" | "Shift":
                units = NOBODY if row["department_id"] is None else frozenset({row["department_id"]})
                return Ties(type_name, row["practitioner_id"], frozenset({row["organization_id"]}), units)
            case "Accreditation" | "AccreditationApplication":
                person = row["practitioner_id"]
                places, units = self._of_person(person)
                if person is None:
                    places = frozenset({row["holder_organization_id"]})
                submitted = row.get("submitted_at") is not None
                if type_name == "AccreditationApplication" and not submitted:
                    places = NOBODY
                holder = row["holder_organization_id"]
                return Ties(
                    type_name, person, places, units,
                    holders=NOBODY if holder is None else frozenset({holder}),
                    unclaimed=row.get("queue") == "UNCLAIMED",
                    institution=type_name == "Accreditation" and row["kind"] == "ORGANISATIONAL",
                    file=row["application_id"] if type_name == "Accreditation" else row["id"],
                    submitted=submitted,
                )  # fmt: skip
            case "Document":
                holder = row["holder_organization_id"]
                holders = NOBODY if holder is None else frozenset({holder})
                shared = frozenset(row["shared_organization_ids"])
                plain = row["kind"] not in {"PASSPORT", "SNILS"}
                return Ties(
                    type_name, row["practitioner_id"], shared=shared, given=shared if plain else NOBODY,
                    holders=holders, document=row["id"], plain=plain,
                )  # fmt: skip
            case "Slot" | "Booking" | "AccessGrant":
                return self._handed(row) if type_name == "AccessGrant" else self._of_schedule(type_name, row)
            case "Referral":
                return Ties(type_name, care=self.care.of_referral(row))
            case "EmergencyOpening" | "Teleconsultation":
                of = self.care.of_opening if type_name == "EmergencyOpening" else self.care.of_session
                return Ties(type_name, organizations=frozenset({row["organization_id"]}), care=of(row))
            case _ if type_name in ABOUT_PATIENTS:
                # No paper of identity is about a patient.
                return Ties(type_name, care=self._care(type_name, row), plain=type_name == "ClinicalDocument")
        return self._of_account(type_name, row)

    def _of_account(self, type_name: str, row: Row) -> Ties:
        match type_name:
            case "OrganizationLink" | "Attestation":
                return Ties(type_name, row["practitioner_id"], frozenset({row["organization_id"]}))
            case "SubmittedProcedureReport":
                places = frozenset({row["organization_id"]})
                return Ties(type_name, row["practitioner_id"], places, care=Care(desks=places))
            case "ExternalService":
                return Ties(type_name, organizations=frozenset({row["organization_id"]}))
            case "SupportTicket":
                return Ties(type_name, addressee=row["account"])
            case "ExchangePackage":
                organizations = frozenset({row["organization_id"]} - {None})
                return Ties(
                    type_name,
                    organizations=organizations,
                    addressee=row["subject"],
                    parties=frozenset(row["owner_ids"]),
                )
            case "Message" | "Appointment" | "RegistryRequest" | "InformationRequest":
                organizations = frozenset({row["organization_id"]} - {None})
                return Ties(type_name, organizations=organizations, addressee=row["subject"])
        return Ties(type_name)

    def _handed(self, row: Row) -> Ties:
        organizations = frozenset({row["organization_id"]})
        return Ties(
            "AccessGrant", organizations=organizations, units=frozenset({row["department_id"]} - {None}),
            parties=frozenset({row["grantor_id"], row["grantee_id"], row["giver_id"]} - {None}),
            offices=organizations if row["module"] in {"DOCUMENTS", "REPORTS"} else NOBODY,
        )  # fmt: skip

    def _of_schedule(self, type_name: str, row: Row) -> Ties:
        organizations = frozenset({row["organization_id"]})
        if type_name == "Slot":
            return Ties(type_name, organizations=organizations, published=row["published_at"] is not None)
        return Ties(type_name, organizations=organizations, care=self.care.of_booking(row))

    def _care(self, type_name: str, row: Row) -> Care:
        match type_name:
            case "Patient":
                return self.care.of_patient(row["id"], row["organization_id"])
            case "PatientConsent":
                return self.care.of_patient(row["patient_id"], row["organization_id"])
            case "Inquiry":
                return self.care.of_inquiry(row)
        if type_name == "ClinicalDocument":
            # Whoever knows its record knows it.
            row = self.rows["encounter"][row["encounter_id"]]
        return self.care.of_record(row, nursing=row.get("kind") == "NURSING")

    def _of_person(self, person: int | None) -> tuple[frozenset[int], frozenset[int]]:
        posts = self.posts(person)
        return (
            frozenset(row["organization_id"] for row in posts),
            frozenset(row["department_id"] for row in posts if row["department_id"] is not None),
        )


async def read(stores: Stores, at: datetime, subjects: Mapping[str, str]) -> World:
    """Read the world as it is now; `subjects` tells the subject of each persona."""
    rows: dict[str, Mapping[int, Row]] = {}
    for table, name in STORE_OF.items():
        store: Store = getattr(stores, name)
        async with store.connection() as connection:
            key = KEYS.get(table, "id")
            source = SOURCES.get(table, table)
            found = await connection.fetch(f"SELECT * FROM {source} ORDER BY {key}")  # noqa: S608 - names of this file
        rows[table] = {row[key]: dict(row) for row in found}
    return World(at, rows, subjects)
