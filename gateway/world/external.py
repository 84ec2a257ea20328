"""External services of the world: the platforms with which the two hospitals of the cast work."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.days import days_before, midnight
from gateway.world.places import Place

COLUMNS = (
    "id", "organization_id", "kind", "endpoint", "secret_name", "enabled", "configured_by", "changed_at", "checked_at",
    "fault", "next_check_at",
)  # fmt: skip
# Of the first hospital, then of the second: kind, host, whether it is enabled, and what its last check found.
SERVICES = (
    (0, "TELEMEDICINE", "telemed", True, None),
    (0, "PRESCRIPTIONS", "erx", True, "TIMED_OUT"),
    (0, "REFERRALS", "referrals", False, None),
    (1, "TELEMEDICINE", "telemed", True, None),
)
AGE = 30


def services(places: Sequence[Place], today: date) -> Batch:
    """The services of the first two organisations."""
    since, by = midnight(days_before(today, AGE)), CAST["head"].subject
    checked: datetime = midnight(today) - timedelta(hours=1)
    rows = [
        (
            key, places[place].id, kind, f"https://{host}.example.org/health", f"{host}-{places[place].id}", enabled,
            by, since, checked, fault, midnight(today),
        )
        for key, (place, kind, host, enabled, fault) in enumerate(SERVICES, 1)
    ]  # fmt: skip
    return Batch("external_service", COLUMNS, rows)
