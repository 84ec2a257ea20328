"""What the tables of the clinical store have in common: identity, place, confidentiality, version."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    any_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.delivery import noting, outbox

NAME: Final = "clinical"
metadata = MetaData()

LABELS = "'NORMAL','RESTRICTED','SPECIAL'"
SPECIAL_KINDS = "'PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE'"
IN_AN_ENCOUNTER = text("encounter_id IS NOT NULL")
ICD10 = "^[A-Z][0-9]{2}([.][0-9]{1,2})?$"

event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
# The object is the patient; the record is the one that changed, where it was one.
object_change = noting.object_change(metadata, Column("kind", Text), Column("record_id", BigInteger))


def record_id() -> Column[Any]:
    """The key of a record: one sequence for all kinds, so that a record has a name and a history an order by it alone.

    It is drawn from the sequence `record_id` before the row is made, for what is sealed is sealed for its row.
    """
    return Column("id", BigInteger, primary_key=True, autoincrement=False)


def of_patient() -> Column[Any]:
    """Whose record it is."""
    return Column("patient_id", BigInteger, ForeignKey("patient.id"), nullable=False)


def placed() -> Iterator[Column[Any]]:
    """Where it was made, and by whom."""
    yield Column("organization_id", BigInteger, nullable=False)
    yield Column("practitioner_id", BigInteger, nullable=False)


def labelled(table: str) -> Iterator[Column[Any] | CheckConstraint]:
    """How confidential it is, beyond what relations open: its label, and which kind of special it is."""
    yield Column("confidentiality", Text, nullable=False, server_default="NORMAL")
    yield Column("special_kind", Text)
    yield CheckConstraint(f"confidentiality IN ({LABELS})", name=f"{table}_confidentiality_check")
    yield CheckConstraint(f"special_kind IN ({SPECIAL_KINDS})", name=f"{table}_special_kind_check")
    yield CheckConstraint("(confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)", name=f"{table}_special")


def versioned() -> Iterator[Column[Any]]:
    """How often it was changed, and when last."""
    yield Column("version", Integer, nullable=False, server_default="1")
    yield Column("changed_at", DateTime(timezone=True), nullable=False)


def of_encounter(table: str) -> Iterator[Column[Any] | ForeignKeyConstraint]:
    """The encounter at which it was made, if any: one of the same patient."""
    yield Column("encounter_id", BigInteger)
    yield ForeignKeyConstraint(
        ["encounter_id", "patient_id"], ["encounter.id", "encounter.patient_id"], name=f"{table}_encounter"
    )


def errable() -> Column[Any]:
    """That it was entered in error, where it was: the key of why (`entered_in_error.py`)."""
    return Column("error_id", BigInteger)


def of_order(table: str) -> Iterator[Column[Any] | Index]:
    """The order that brought it, if one did."""
    yield Column("order_id", BigInteger, ForeignKey("service_order.id"))
    yield Index(f"{table}_by_order", "order_id", "at", "id", postgresql_where=text("order_id IS NOT NULL"))


def within(table: Table) -> Mapping[str, tuple[Any, Callable[[Any], ColumnElement[bool]]]]:
    """Filters by the place in a history: from one instant, before another, and by the kinds of the table, if any."""
    at, kind = table.c.at, table.c.get("kind")
    found: dict[str, tuple[Any, Callable[[Any], ColumnElement[bool]]]] = {
        "from": (DateTime(timezone=True), lambda value: at >= value),
        "before": (DateTime(timezone=True), lambda value: at < value),
    }
    if kind is not None:
        found["kind"] = (ARRAY(Text), lambda value: kind == any_(value))
    return found


def term(name: str, start: str, end: str) -> CheckConstraint:
    """A term that ends after it begins, if it ends."""
    return CheckConstraint(f"{end} IS NULL OR {end} > {start}", name=name)
