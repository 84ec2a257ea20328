"""A process that hands over what waits, or tells what is due, and dies at a point if it was told to."""

import asyncio
import sys
from datetime import UTC, datetime

from gateway.databases import stores_at
from gateway.jobs.exchange import Sender
from gateway.jobs.services import ServicesTold
from gateway.log import Log
from gateway.settings import Settings
from gateway.signatures import signing_of
from sources.postgres.crashing import arm


def clock() -> datetime:
    """The instant by this machine's clock."""
    return datetime.now(UTC)


async def main(point: str) -> None:
    """Do the work of the job once."""
    settings = Settings.from_environment()
    stores = stores_at(settings, settings.urls, pool=2, deadline=30)
    arm(point)
    if settings.services_register is not None:
        await ServicesTold(stores, settings.services_register, clock, Log("json")).run()
        return
    await Sender(stores, settings.exchange, signing_of(settings).keys, clock, Log("json")).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
