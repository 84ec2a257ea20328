"""How support is reached, as the settings say it."""

from collections.abc import Iterable
from typing import Final

from resolvers.supporting import SupportChannel, SupportContact

SUPPORT: Final = {
    SupportChannel.PHONE: "KABINET_SUPPORT_PHONE",
    SupportChannel.EMAIL: "KABINET_SUPPORT_EMAIL",
    SupportChannel.CHAT: "KABINET_SUPPORT_CHAT",
}


def shown(contacts: Iterable[SupportContact]) -> dict[str, str]:
    """Every variable as it is in force."""
    found = {one.channel: one.value for one in contacts}
    return {name: found.get(channel, "unset") for channel, name in SUPPORT.items()}
