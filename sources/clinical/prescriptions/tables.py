"""The tables of prescriptions."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.tables import (
    ICD10,
    IN_AN_ENCOUNTER,
    labelled,
    metadata,
    of_encounter,
    of_patient,
    placed,
    record_id,
    versioned,
)

FORMS: Final = "'F107_1','F107_NP','F148_1_04','F148_1_88'"
# Of these a number was given, and whoever has it may ask a pharmacy.
REGISTERED: Final = "'REGISTERED','PARTIALLY_DISPENSED','DISPENSED','DELAYED_SERVICE','ANNULLED'"
STATES: Final = f"'DRAFT','AWAITING_SIGNATURE','CANCELLED',{REGISTERED}"
FUNDING: Final = "'FEDERAL','REGIONAL','MUNICIPAL'"
URGENCY: Final = "'CITO','STATIM'"

# A trigger of the migration keeps what is signed as it was signed: only how far it has come changes from then on.
prescription = Table(
    "prescription",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("prescription"),
    *placed(),  # by its author
    Column("at", DateTime(timezone=True), nullable=False),
    Column("form", Text, CheckConstraint(f"form IN ({FORMS})"), nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("book_version", Text, nullable=False),
    Column("medicines", LargeBinary, nullable=False),  # a JSON list
    Column("text_version", Integer, nullable=False),  # the version with which they came
    Column("reason_code", Text, CheckConstraint(f"reason_code ~ '{ICD10}'")),
    Column("days", Integer, CheckConstraint("days BETWEEN 1 AND 366"), nullable=False),
    Column("chronic", Boolean, nullable=False),
    Column("urgency", Text, CheckConstraint(f"urgency IN ({URGENCY})")),
    Column("over_dose", Boolean, nullable=False),
    Column("funding", Text, CheckConstraint(f"funding IN ({FUNDING})")),
    Column("benefit_code", Text),
    Column("percent", Integer, CheckConstraint("percent IN (50, 100)")),
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("cosigner_id", BigInteger),  # without whom it does not count
    Column("grant_id", BigInteger),  # the access by which it was drafted; whose that is, co-signs
    Column("signer_id", BigInteger),
    Column("signed_at", DateTime(timezone=True)),
    Column("accreditation_id", BigInteger),
    Column("employment_id", BigInteger),  # the workplace at which it was signed
    Column("sha256", LargeBinary),  # of the content that was signed
    Column("leader_id", BigInteger),  # who signed it besides, as leader of a department
    Column("leader_signed_at", DateTime(timezone=True)),
    Column("series", Text),
    Column("number", Text),
    Column("registered_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    Column("check_state", Text, CheckConstraint("check_state IN ('CHECKED','CHECK_UNAVAILABLE')")),
    Column("warnings", LargeBinary),  # what the checker said, a JSON list
    Column("annulled_at", DateTime(timezone=True)),
    Column("annulled_by", BigInteger),
    Column("reason", LargeBinary),  # why it was annulled
    *labelled("prescription"),
    *versioned(),
    CheckConstraint(
        "num_nonnulls(signer_id, signed_at, accreditation_id, employment_id, sha256) IN (0, 5)",
        name="prescription_signature",
    ),
    CheckConstraint(
        "num_nonnulls(series, number, registered_at, expires_at) = "
        f"CASE WHEN state IN ({REGISTERED}) THEN 4 ELSE 0 END",
        name="prescription_registered",
    ),
    CheckConstraint(f"state NOT IN ({REGISTERED}) OR signer_id IS NOT NULL", name="prescription_signed"),
    CheckConstraint("(leader_id IS NULL) = (leader_signed_at IS NULL)", name="prescription_leader"),
    CheckConstraint(
        "num_nonnulls(annulled_at, annulled_by, reason) = CASE WHEN state = 'ANNULLED' THEN 3 ELSE 0 END",
        name="prescription_annulled",
    ),
    CheckConstraint("cosigner_id <> practitioner_id", name="prescription_cosigned_by_another"),
    CheckConstraint("grant_id IS NULL OR cosigner_id IS NOT NULL", name="prescription_granted"),
    CheckConstraint("leader_id <> signer_id", name="prescription_signed_by_two"),
    CheckConstraint("text_version BETWEEN 1 AND version", name="prescription_text_version_check"),
    CheckConstraint("expires_at > registered_at", name="prescription_term"),
    UniqueConstraint("series", "number", name="prescription_number"),
    Index("prescription_by_patient", "patient_id", "at", "id"),
    Index("prescription_by_practitioner", "practitioner_id", "at", "id"),
    Index("prescription_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER),
    Index(
        "prescription_by_registration", "organization_id", "registered_at",
        postgresql_where=text("registered_at IS NOT NULL"),
    ),
)  # fmt: skip

# Of the doctor, and of the leader of a department: one of each at most.
prescription_signature = Table(
    "prescription_signature",
    metadata,
    Column("prescription_id", BigInteger, ForeignKey("prescription.id"), nullable=False),
    Column("role", Text, CheckConstraint("role IN ('SIGNER','LEADER')"), nullable=False),
    of_patient(),
    Column("cms", LargeBinary, nullable=False),
    Column("holder", LargeBinary),  # whose certificate it is, as that says
    Column("profile", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("stamped_at", DateTime(timezone=True)),
    Column("serial", Text),
    Column("issuer", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("policies", ARRAY(Text), nullable=False, server_default="{}"),
    PrimaryKeyConstraint("prescription_id", "role"),
)

# What pharmacies say: a later version of what they said takes the place of an earlier one.
prescription_dispensing = Table(
    "prescription_dispensing",
    metadata,
    Column("prescription_id", BigInteger, ForeignKey("prescription.id"), nullable=False),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),  # the pharmacy
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("event_version", Integer, CheckConstraint("event_version > 0"), nullable=False),
    Column("line", Integer, CheckConstraint("line > 0"), nullable=False),
    Column("amount", Integer, CheckConstraint("amount >= 0"), nullable=False),
    Column("delayed", Boolean, nullable=False),  # the pharmacy has none, and took the prescription into its queue
    Column("dispensed_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("organization_id", "source", "external_id"),
    CheckConstraint("NOT delayed OR amount = 0", name="prescription_dispensing_delayed"),
    Index("prescription_dispensing_by_prescription", "prescription_id", "line"),
)
