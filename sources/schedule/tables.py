"""What the tables of the schedule have in common: the name of their store, their metadata, and what notes changes."""

from typing import Final

from sqlalchemy import MetaData

from sources.delivery import noting, outbox

NAME: Final = "schedule"
metadata = MetaData()
object_change = noting.object_change(metadata)
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
