"""Clinical notes: entries of the case history (записи истории болезни) with their versions and signatures."""

import hashlib
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    literal_column,
    text,
)

from sources.clinical.known import KnownRecord
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.tables import (
    IN_AN_ENCOUNTER,
    errable,
    labelled,
    metadata,
    of_encounter,
    of_patient,
    placed,
    record_id,
    versioned,
    within,
)

KINDS = "'EXAMINATION','DIARY','CONSULTATION','EPICRISIS','PROTOCOL','NURSING'"
STATES = "'DRAFT','AWAITING_COSIGNATURE','SIGNED','CORRECTED','DISCARDED'"

# Triggers of the first migration keep in `note_version` what a note was before each change, and refuse to change what
# is signed: a correction takes its place, and its label may become another.
note = Table(
    "note",
    metadata,
    record_id(),
    of_patient(),
    *of_encounter("note"),
    Column("episode_id", BigInteger),  # where it belongs to an episode as a whole, and to no encounter
    *placed(),  # by its author
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("text_version", Integer, nullable=False),  # the version with which this text came
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("cosigner_id", BigInteger),  # without whom it does not count
    Column("grant_id", BigInteger),  # the access by which it was written; whose that is, co-signs
    Column("corrects_id", BigInteger, ForeignKey("note.id")),
    Column("signer_id", BigInteger),
    Column("signed_at", DateTime(timezone=True)),
    Column("accreditation_id", BigInteger),
    Column("employment_id", BigInteger),  # the workplace at which it was signed
    Column("sha256", LargeBinary),  # of the content that was signed
    *labelled("note"),
    *versioned(),
    errable(),
    CheckConstraint(
        "num_nonnulls(signer_id, signed_at, accreditation_id, employment_id, sha256) = "
        "CASE WHEN state IN ('SIGNED', 'CORRECTED') THEN 5 ELSE 0 END",
        name="note_signature",
    ),
    CheckConstraint("state <> 'AWAITING_COSIGNATURE' OR cosigner_id IS NOT NULL", name="note_awaits_somebody"),
    CheckConstraint("cosigner_id <> practitioner_id", name="note_cosigned_by_another"),
    CheckConstraint("grant_id IS NULL OR cosigner_id IS NOT NULL", name="note_granted"),
    CheckConstraint("signer_id = coalesce(cosigner_id, practitioner_id)", name="note_signed_by_whom_it_takes"),
    CheckConstraint("signed_at >= at", name="note_signed_after"),
    CheckConstraint("corrects_id <> id", name="note_corrects_another"),
    CheckConstraint("text_version BETWEEN 1 AND version", name="note_text_version_check"),
    CheckConstraint("num_nulls(encounter_id, episode_id) > 0", name="note_of_one"),
    ForeignKeyConstraint(["episode_id", "patient_id"], ["episode.id", "episode.patient_id"], name="note_episode"),
    Index("note_by_patient", "patient_id", "at", "id"),
    Index("note_by_encounter", "encounter_id", "at", "id", postgresql_where=IN_AN_ENCOUNTER),
    Index("note_by_episode", "episode_id", "at", "id", postgresql_where=text("episode_id IS NOT NULL")),
    Index("note_by_cosigner", "cosigner_id", "at", "id", postgresql_where=text("state = 'AWAITING_COSIGNATURE'")),
    Index("one_correction_of_a_note", "corrects_id", unique=True, postgresql_where=text("state <> 'DISCARDED'")),
)

note_version = Table(
    "note_version",
    metadata,
    Column("note_id", BigInteger, ForeignKey("note.id"), nullable=False),
    Column("version", Integer, nullable=False),
    of_patient(),
    Column("organization_id", BigInteger, nullable=False),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("text_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("note_id", "version"),
)


class NoteRecord(KnownRecord, Opened):
    """An entry of a case history.

    Attributes:
        sha256: that of the content that was signed, in hexadecimal.
        tutors: carers with the author, as whoever supervises him is known; of a note that was written by a grant, whose
            access that was.
    """

    id: int
    patient_id: int
    encounter_id: int | None
    episode_id: int | None
    organization_id: int
    practitioner_id: int
    kind: str
    at: datetime
    text: str
    text_version: int
    state: str
    cosigner_id: int | None
    corrects_id: int | None
    signer_id: int | None
    signed_at: datetime | None
    accreditation_id: int | None
    employment_id: int | None
    sha256: str | None
    confidentiality: str
    special_kind: str | None
    version: int
    changed_at: datetime
    error_id: int | None
    tutors: list[str]


class NoteVersionRecord(Opened):
    """What a note was before it was changed."""

    note_id: int
    version: int
    patient_id: int
    organization_id: int
    practitioner_id: int
    text: str
    text_version: int
    state: str
    changed_at: datetime


# As the partial index has it, for which a parameter would be any state.
_AWAITING = note.c.state == literal_column("'AWAITING_COSIGNATURE'")
NOTE = Sealed(
    NoteRecord,
    note,
    {"text": str, "sha256": str},
    key_of_patient=sealed_key_of(note, patient),
    row=("id", "text_version"),
    filters={
        **within(note),
        "awaiting_at": (BigInteger(), lambda place: and_(_AWAITING, note.c.organization_id == place)),
    },
)
# A version is the note's own text, moved by the trigger: sealed as that of the note was.
NOTE_VERSION = Sealed(
    NoteVersionRecord,
    note_version,
    {"text": str},
    key_of_patient=sealed_key_of(note_version, patient),
    row=("note_id", "text_version"),
    sealed_in="note",
)


def signable(patient_id: int, author_id: int, kind: str, text: str) -> str:
    """What is signed of a note, in UTF-8: whose it is, by whom, of which kind, and its text."""
    return f"{patient_id}\n{author_id}\n{kind}\n{text}"


def content_hash(patient_id: int, author_id: int, kind: str, text: str) -> str:
    """The SHA-256 of what is signed, in hexadecimal."""
    return hashlib.sha256(signable(patient_id, author_id, kind, text).encode()).hexdigest()
