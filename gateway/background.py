"""Which jobs every server process does in the background."""

from collections.abc import Callable
from datetime import datetime

from gateway.expiry import ExpiryScan
from gateway.mailing import Mailer
from gateway.periodic import Job
from gateway.relay import Relay
from gateway.settings import Settings
from sources.relaying import forget_relayed
from sources.stores import Stores


def jobs(settings: Settings, stores: Stores, clock: Callable[[], datetime]) -> tuple[Job, ...]:
    """The jobs; mail only where there is a server to send it by."""
    relay = Relay(stores)

    async def forget() -> int:
        await forget_relayed(stores.accreditation)
        return 0

    found = (
        Job("relay of events", 0.5, relay.events),
        Job("relay of audit entries", 0.5, relay.entries),
        Job("scan for ending terms", 600, ExpiryScan(stores, clock).run),
        Job("forgetting what was relayed", 3_600, forget),
    )
    if settings.smtp is None:
        return found
    return (*found, Job("mail", 1, Mailer(stores, settings.smtp).run))
