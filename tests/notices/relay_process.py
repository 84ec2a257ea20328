"""A process that relays until nothing waits, or until it is killed at the point that KABINET_CRASH_AT names."""

import asyncio
import json
import os

from gateway.databases import stores_at
from gateway.jobs.relay import Relay
from gateway.settings import Settings
from sources.postgres.crashing import arm


async def main() -> None:
    settings = Settings.from_environment()
    arm(settings.crash_at)
    stores = stores_at(settings, json.loads(os.environ["RELAYED_STORES"]), pool=5, deadline=30)
    relay = Relay(stores)
    while await relay.events() + await relay.entries():
        pass
    await stores.close()


if __name__ == "__main__":
    asyncio.run(main())
