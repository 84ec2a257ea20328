"""The contacts that the register has of people, which it takes from a portal as they sign in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

_READ = """
SELECT id, phone, phone_verified_at, email, email_verified_at FROM practitioner WHERE subject IS NOT NULL ORDER BY id
"""
_BACK = """
UPDATE practitioner SET phone = $2, phone_verified_at = $3, email = $4, email_verified_at = $5 WHERE id = $1
"""
_FORGOTTEN = "DELETE FROM field_origin WHERE origin = 'SIGN_IN'"


@asynccontextmanager
async def contacts_kept(url: str) -> AsyncIterator[None]:
    """Leave the contacts of the register, and from where it has them, as they were."""
    connection = await asyncpg.connect(url)
    try:
        before = [tuple(row) for row in await connection.fetch(_READ)]
        yield
        await connection.executemany(_BACK, before)
        await connection.execute(_FORGOTTEN)
    finally:
        await connection.close()
