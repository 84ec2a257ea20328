"""What the tables of the documents store have in common: its name, its metadata, what acts leave, what is noted."""

from typing import Final

from sqlalchemy import MetaData

from sources.delivery import noting, outbox

NAME: Final = "documents"
metadata = MetaData()
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
object_change = noting.object_change(metadata)
