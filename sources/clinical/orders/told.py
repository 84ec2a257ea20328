"""What events of orders speak of: who ordered something, where it was done, and how much what was found matters."""

from collections.abc import Sequence
from typing import Any, Final

from sources.postgres.row import Row

_OF_EVENTS: Final = """
SELECT o.id, o.practitioner_id, p.performer_id, p.recorder_id, p.significance
FROM service_order o JOIN order_protocol p ON p.order_id = o.id WHERE o.id = ANY($1)
"""


class ToldOrder(Row):
    """An order with its protocol, as a message may tell of it."""

    id: int
    practitioner_id: int
    performer_id: int
    recorder_id: int
    significance: str


async def told_orders(connection: Any, ids: Sequence[int]) -> dict[int, ToldOrder]:
    """Orders that events speak of, as they are now; those without a protocol are left out."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ToldOrder)
    return {row.id: row for row in rows}
