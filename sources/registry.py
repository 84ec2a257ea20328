"""The practitioner registry (ФРМР, ФРМО): people, organisations and who works where."""

from sqlalchemy import BigInteger, MetaData, Sequence

from sources.delivery import noting, outbox
from sources.postgres import changes

NAME = "registry"
metadata = MetaData()
fact_change = changes.fact_change(metadata)
object_change = noting.object_change(metadata)
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
# Keys of rows that are entered here; those that come from elsewhere are less.
register_key = Sequence("register_key", start=10_000_000, metadata=metadata, data_type=BigInteger())
