"""Inquiries (запросы сведений): open cases of an insurer, the regulator or a head that name a patient and a time."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    FromClause,
    Identity,
    Index,
    Table,
    Text,
    and_,
    case,
    or_,
    text,
)

from sources.clinical.tables import metadata, term
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity

OFFICES = "'INS','REG','HED'"
BASES = "'ASSIGNMENT','ORDER','REQUEST','COMPLAINT'"
PURPOSES = (
    "'ECONOMIC_EXAMINATION','QUALITY_EXAMINATION','STATE_CONTROL','INTERNAL_CONTROL','COMPLAINT_REVIEW',"
    "'AUTHORITY_REQUEST'"
)

# The reason is told in words of a list and by a paper's number: what anybody could write of a patient has no place
# where it would stand unsealed, and one that names nobody has no key to seal it under.
inquiry = Table(
    "inquiry",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("patient_id", BigInteger, ForeignKey("patient.id")),  # none where nobody was found; it then opens nothing
    Column("office", Text, CheckConstraint(f"office IN ({OFFICES})"), nullable=False),
    Column("officer", Text, nullable=False),  # the subject of the token
    Column("organization_id", BigInteger),  # that the head heads; its records alone are opened
    # Whose it is, as viewers look for it.
    Column(
        "inquirer",
        Text,
        Computed("office || coalesce('@' || organization_id, '') || ':' || officer", persisted=True),
        nullable=False,
    ),
    Column("since", DateTime(timezone=True), nullable=False),  # which time of the patient's it is about
    Column("until", DateTime(timezone=True), nullable=False),
    Column("basis", Text, CheckConstraint(f"basis IN ({BASES})"), nullable=False),
    Column("basis_number", Text, nullable=False),
    Column("basis_on", Date, nullable=False),
    Column("purpose", Text, CheckConstraint(f"purpose IN ({PURPOSES})"), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),  # the end of its term, or when it was closed
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("(office = 'HED') = (organization_id IS NOT NULL)", name="inquiry_of_a_head"),
    CheckConstraint("until > since", name="inquiry_period"),
    term("inquiry_term", "opened_at", "ends_at"),
    CheckConstraint("closed_at = ends_at", name="inquiry_closed"),
    Index("inquiry_by_patient", "patient_id", "opened_at", "id", postgresql_where=text("patient_id IS NOT NULL")),
    Index("inquiry_by_inquirer", "inquirer", "opened_at", "id"),
)


class InquiryRecord(Row):
    """An inquiry (запрос сведений): whose, about whom and which time, on which basis, until when it is open.

    Attributes:
        accounts: those that are the patient's own, or of who stands for him by law.
    """

    id: int
    patient_id: int | None
    office: str
    officer: str
    organization_id: int | None
    inquirer: str
    since: datetime
    until: datetime
    basis: str
    basis_number: str
    basis_on: date
    purpose: str
    opened_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    accounts: list[str]


INQUIRY = Entity(
    InquiryRecord,
    inquiry,
    filters={
        "open": (Boolean(), lambda value: and_(inquiry.c.opened_at <= AT, inquiry.c.ends_at > AT) == value),
        "patient": (BigInteger(), lambda value: inquiry.c.patient_id == value),
    },
)


def reaches(row: FromClause) -> ColumnElement[bool]:
    """Whether an inquiry reaches a record: of its time and its organisation, as far as the label lets its office.

    What is RESTRICTED a head alone looks into, what is SPECIAL the regulator alone.
    """
    within = and_(inquiry.c.since <= row.c.at, row.c.at < inquiry.c.until)
    here = or_(inquiry.c.organization_id.is_(None), inquiry.c.organization_id == row.c.organization_id)
    label = row.c.confidentiality
    return and_(
        within, here, or_(label == "NORMAL", inquiry.c.office == case((label == "RESTRICTED", "HED"), else_="REG"))
    )
