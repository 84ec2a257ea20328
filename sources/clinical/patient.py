"""Patients: who they are, who represents them, and whose accounts may act for them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from sources.clinical.known import KnownPatient
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.tables import metadata, of_patient, term, versioned
from sources.postgres.row import Row
from sources.postgres.statement import Entity

SEXES = "'FEMALE','MALE','UNKNOWN'"
REPRESENTATIVES = "'PARENT','GUARDIAN','TRUSTEE','PROXY'"
ACCOUNTS = "'SELF','REPRESENTATIVE'"

patient = Table(
    "patient",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("organization_id", BigInteger, nullable=False),  # that registered him
    Column("sex", Text, CheckConstraint(f"sex IN ({SEXES})"), nullable=False),
    Column("sealed_key", LargeBinary, nullable=False),
    Column("key_version", SmallInteger, Computed("get_byte(sealed_key, 0)", persisted=True), nullable=False),
    Column("family_name", LargeBinary, nullable=False),
    Column("given_name", LargeBinary, nullable=False),
    Column("patronymic", LargeBinary),
    Column("birth_on", LargeBinary, nullable=False),
    Column("insurance_number", LargeBinary),
    Column("phone", LargeBinary),
    Column("email", LargeBinary),
    Column("address", LargeBinary),
    # Of family name, given name and day of birth together: a family name's alone would be betrayed by its frequency.
    Column("name_hash", LargeBinary, nullable=False),
    Column("hash_version", SmallInteger, Computed("get_byte(name_hash, 0)", persisted=True), nullable=False),
    Column("insurance_hash", LargeBinary),
    *versioned(),
    # Each organisation has a card of its own.
    UniqueConstraint("insurance_hash", "organization_id", name="one_card_of_a_number"),
    CheckConstraint("octet_length(sealed_key) = 61", name="patient_sealed_key_check"),
    CheckConstraint("octet_length(name_hash) = 33", name="patient_name_hash_check"),
    CheckConstraint("octet_length(insurance_hash) = 33", name="patient_insurance_hash_check"),
    CheckConstraint("(insurance_number IS NULL) = (insurance_hash IS NULL)", name="patient_found_by_insurance"),
    CheckConstraint("get_byte(insurance_hash, 0) = get_byte(name_hash, 0)", name="patient_hashed_together"),
    Index("patient_by_name", "name_hash"),
    Index("patient_by_key_version", "key_version", "id"),
    Index("patient_by_hash_version", "hash_version", "id"),
)

# Cards of other organisations that had the number of a patient when he was registered: told to nobody, and matched by
# whoever keeps the register of persons.
patient_match = Table(
    "patient_match",
    metadata,
    Column("patient_id", BigInteger, ForeignKey("patient.id"), primary_key=True, autoincrement=False),
    Column("match_id", BigInteger, ForeignKey("patient.id"), primary_key=True, autoincrement=False),
    Column("named_alike", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("patient_id <> match_id", name="patient_match_of_two"),
)

representative = Table(
    "representative",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),  # that saw his papers
    Column("kind", Text, CheckConstraint(f"kind IN ({REPRESENTATIVES})"), nullable=False),
    Column("family_name", LargeBinary, nullable=False),
    Column("given_name", LargeBinary, nullable=False),
    Column("patronymic", LargeBinary),
    Column("phone", LargeBinary),
    Column("basis", LargeBinary, nullable=False),  # the paper that makes him one
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    *versioned(),
    UniqueConstraint("id", "patient_id", name="representative_of_patient"),
    term("representative_term", "starts_at", "ends_at"),
    Index("representative_by_patient", "patient_id", "id"),
)

# One account of a patient's own at a time, and one patient whom an account is: exclusion constraints of the first
# migration.
account = Table(
    "account",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),  # that joined them
    Column("subject", Text, nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ({ACCOUNTS})"), nullable=False),
    Column("representative_id", BigInteger),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    CheckConstraint("(kind = 'REPRESENTATIVE') = (representative_id IS NOT NULL)", name="account_kind_fits"),
    ForeignKeyConstraint(
        ["representative_id", "patient_id"],
        ["representative.id", "representative.patient_id"],
        name="account_representative",
    ),
    term("account_term", "starts_at", "ends_at"),
    Index("account_by_subject", "subject"),
    Index("account_by_patient", "patient_id", "id"),
)


class PatientRecord(KnownPatient, Opened):
    """A patient (пациент), opened; `directed` is for whom his orders are."""

    id: int
    organization_id: int
    sex: str
    family_name: str
    given_name: str
    patronymic: str | None
    birth_on: date
    insurance_number: str | None
    phone: str | None
    email: str | None
    address: str | None
    version: int
    changed_at: datetime
    directed: list[str]


class RepresentativeRecord(KnownPatient, Opened):
    """Who acts for a patient by law or by proxy (законный представитель), opened."""

    id: int
    patient_id: int
    organization_id: int
    kind: str
    family_name: str
    given_name: str
    patronymic: str | None
    phone: str | None
    basis: str
    starts_at: datetime
    ends_at: datetime | None
    version: int
    changed_at: datetime


class AccountRecord(Row):
    """An account that is a patient's own or his representative's, and until when."""

    id: int
    patient_id: int
    organization_id: int
    subject: str
    kind: str
    representative_id: int | None
    starts_at: datetime
    ends_at: datetime | None


PATIENT = Sealed(
    PatientRecord,
    patient,
    {
        **dict.fromkeys(("family_name", "given_name", "patronymic", "insurance_number"), str),
        **dict.fromkeys(("phone", "email", "address"), str),
        "birth_on": date.fromisoformat,
    },
    key_of_patient=patient.c.sealed_key,
    patient_id="id",
)
REPRESENTATIVE = Sealed(
    RepresentativeRecord,
    representative,
    dict.fromkeys(("family_name", "given_name", "patronymic", "phone", "basis"), str),
    key_of_patient=sealed_key_of(representative, patient),
)
ACCOUNT = Entity(AccountRecord, account)
