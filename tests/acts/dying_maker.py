"""A process whose copies make papers, each of which dies at a point; a line of JSON tells by which signals."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence

from gateway.databases import stores_at
from gateway.jobs.forms import Forms
from gateway.jobs.referral_papers import ReferralPapers
from gateway.log import Log
from gateway.settings import Settings
from sources.postgres.crashing import arm


async def made(point: str) -> None:
    """Do the work of the job once."""
    settings = Settings.from_environment()
    arm(point)
    stores = stores_at(settings, settings.urls, pool=2, deadline=30)
    # Nobody waits until the claim of the one who died before is over.
    if point.startswith("referral_"):
        await stores.clinical.execute("UPDATE referral SET paper_again_at = NULL WHERE paper_again_at IS NOT NULL")
        await ReferralPapers(stores, Log("json")).run()
        return
    await stores.accreditation.execute("UPDATE application SET form_again_at = NULL WHERE form_again_at IS NOT NULL")
    await Forms(stores, Log("json")).run()


def main(points: Sequence[str]) -> None:
    """Have one copy after the other die."""
    signals = []
    for point in points:
        child = os.fork()
        if child == 0:
            asyncio.run(made(point))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        signals.append(os.WTERMSIG(status) if os.WIFSIGNALED(status) else None)
    sys.stdout.write(json.dumps(signals))


if __name__ == "__main__":
    main(sys.argv[1:])
