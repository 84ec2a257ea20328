"""The practitioner registry (ФРМР, ФРМО): people, organisations and who works where."""

from sqlalchemy import MetaData

from sources.delivery import noting, outbox
from sources.postgres import changes

NAME = "registry"
metadata = MetaData()
fact_change = changes.fact_change(metadata)
object_change = noting.object_change(metadata)
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
