"""Whom the results of orders concern, by the events of the clinical store."""

from collections.abc import Mapping
from typing import Any

from engine.global_id import decode
from gateway.jobs.addressees import people_known
from resolvers.clinical.record import ORDERS
from resolvers.telling.letters import Told
from resolvers.telling.results import FOUND, told
from sources.clinical.orders.told import told_orders
from sources.stores import Stores


async def told_of_orders(stores: Stores, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
    """Whom steps of orders are told, by their events.

    Raises:
        SourceFailure: a store is lost.
    """
    keys = {key: decode(ORDERS.prefix, one["object"]) for key, one in steps.items() if one["step"] in FOUND}
    rows = await told_orders(connection, [key for key in keys.values() if key is not None]) if keys else {}
    found = {key: rows[order] for key, order in keys.items() if order in rows}
    people = sorted({row.practitioner_id for row in found.values()})
    known = (await people_known(stores, people)).people if people else {}
    made = {key: [*told(steps[key]["step"], row, known)] for key, row in found.items()}
    return {key: letters for key, letters in made.items() if letters}
