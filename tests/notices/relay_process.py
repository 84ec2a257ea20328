"""A process that relays until nothing waits, or until it is killed at the point that KABINET_CRASH_AT names."""

import asyncio
import json
import os

from gateway.jobs.relay import Relay
from sources.postgres.crashing import arm
from sources.stores import Stores


async def main() -> None:
    arm(os.environ["KABINET_CRASH_AT"])
    stores = Stores.from_urls(json.loads(os.environ["RELAYED_STORES"]), deadline=30)
    relay = Relay(stores)
    while await relay.events() + await relay.entries():
        pass
    await stores.close()


if __name__ == "__main__":
    asyncio.run(main())
