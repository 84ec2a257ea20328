"""Tables that nothing here reads or writes any more: the version before does, until the release after this one."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Table

from sources.clinical.tables import metadata
from sources.postgres.changes import fact_change

fact_change(metadata)
Table(
    "encounter_document",
    metadata,
    Column("document_id", BigInteger, primary_key=True, autoincrement=False),
    Column("encounter_id", BigInteger, nullable=False),
    Column("patient_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["encounter_id", "patient_id"],
        ["encounter.id", "encounter.patient_id"],
        name="encounter_document_encounter",
    ),
    Index("encounter_document_by_encounter", "encounter_id", "document_id"),
)
