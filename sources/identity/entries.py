"""Audit entries of what is done at the doors of sign-in, where no act leaves them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from sources.postgres.row import Row
from sources.postgres.store import Store

_ENTER = "INSERT INTO audit_entry (at, subject, act, object, grounds) VALUES ($1, $2, $3, $4, $5)"


async def enter(
    store: Store, at: datetime, subject: str, act: str, grounds: Mapping[str, Any], thing: str | None = None
) -> None:
    """Leave an entry: whose account, what was done, to what, on which grounds; no values."""
    await store.fetch(Row, _ENTER, at, subject, act, thing, orjson.dumps(grounds).decode())
