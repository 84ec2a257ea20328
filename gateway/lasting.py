"""The settings of how long sessions last."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from gateway.identity.signed_in import Kind, Lasting
from gateway.variables import Reader

_BROWSER_IDLE: Final = "KABINET_BROWSER_IDLE_MINUTES"
_BROWSER: Final = "KABINET_BROWSER_HOURS"
_APP_IDLE: Final = "KABINET_APP_IDLE_DAYS"
_APP: Final = "KABINET_APP_DAYS"
# How long sessions last: the default, the least and the most.
_BOUNDS: Final = {
    _BROWSER_IDLE: (30, 5, 1_440),
    _BROWSER: (12, 1, 168),
    _APP_IDLE: (14, 1, 365),
    _APP: (90, 1, 365),
}


def lasting(reader: Reader) -> dict[Kind, Lasting]:
    """Read how long sessions last; one that is not used ends no later than it would anyway."""
    minutes, hours, idle_days, days = (reader.integer(name, *bounds) for name, bounds in _BOUNDS.items())
    browser, app = (
        Lasting(timedelta(minutes=minutes), timedelta(hours=hours)),
        Lasting(timedelta(days=idle_days), timedelta(days=days)),
    )
    if browser.idle > browser.whole:
        reader.refuse(_BROWSER_IDLE, f"expected no more than {_BROWSER}, which holds whatever the session is used for")
    if app.idle > app.whole:
        reader.refuse(_APP_IDLE, f"expected no more than {_APP}, which holds whatever the session is used for")
    return {"BROWSER": browser, "APP": app}


def shown(lasting: Mapping[Kind, Lasting]) -> dict[str, str]:
    """The variables as they are in force."""
    browser, app = lasting["BROWSER"], lasting["APP"]
    return {
        _BROWSER_IDLE: str(browser.idle // timedelta(minutes=1)),
        _BROWSER: str(browser.whole // timedelta(hours=1)),
        _APP_IDLE: str(app.idle.days),
        _APP: str(app.whole.days),
    }
