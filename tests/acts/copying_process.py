"""A process that copies bookings until nothing waits, or until it dies at the point that KABINET_CRASH_AT names."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta

from gateway.jobs.copying import Copying
from sources.postgres.crashing import arm
from sources.stores import Stores


async def main() -> None:
    arm(os.environ["KABINET_CRASH_AT"])
    stores = Stores.from_urls(json.loads(os.environ["COPIED_STORES"]), deadline=30)
    copying = Copying(stores, lambda: datetime.now(UTC), fresh=timedelta(0))
    await copying.run()
    while await copying.run():
        pass
    await stores.close()


if __name__ == "__main__":
    asyncio.run(main())
