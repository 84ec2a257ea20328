"""Phones and addresses for which a provider of sign-in vouches: the register takes them where nothing is proved yet."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from engine.global_id import encode
from resolvers import prefixes
from resolvers.registering import reached
from resolvers.registering.reached import ContactKind
from sources.postgres.failure import SourceFailure
from sources.postgres.writing import Left, writing
from sources.registering import origin, person
from sources.stores import Stores

# How long whoever signs in waits for the register.
BUDGET: Final = 1.0
# From where the register has such a contact.
SIGN_IN: Final = "SIGN_IN"
ACT: Final = "confirmContact"
_READ: Final = {ContactKind.PHONE: reached.phone, ContactKind.EMAIL: reached.email}


async def taken(stores: Stores, account: str, told: Mapping[ContactKind, str], at: datetime) -> None:
    """Write what the person of an account has confirmed elsewhere, unless he has proved another one here.

    Where the register does not answer in time, it is for the next sign-in.
    """
    known = {kind: value for kind, text in told.items() if (value := _READ[kind](text)) is not None}
    if not known:
        return
    with suppress(SourceFailure, TimeoutError):
        async with asyncio.timeout(BUDGET), writing(stores.registry) as unit:
            for kind, value in known.items():
                key = await person.first_reached_by(unit, account, kind, value, at)
                if key is None:
                    continue
                await origin.noted(unit, key, [kind], SIGN_IN, at)
                thing, grounds = encode(prefixes.PRACTITIONER, key), {"contact": kind.value, "origin": SIGN_IN}
                await unit.leave(Left(at=at, events=(), subject=account, act=ACT, thing=thing, grounds=grounds))
