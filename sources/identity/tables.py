"""What the tables of the identity store have in common: the name of their store, their metadata, what acts leave."""

from typing import Final

from sqlalchemy import MetaData

from sources.delivery import outbox
from sources.postgres.changes import fact_change as fact_change_table

NAME: Final = "identity"
metadata = MetaData()
event = outbox.event(metadata)
audit_entry = outbox.audit_entry(metadata)
idempotency_key = outbox.idempotency_key(metadata)
fact_change = fact_change_table(metadata)
