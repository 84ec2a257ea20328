"""How support is reached: as the settings say, the same for everybody."""

from dataclasses import dataclass
from enum import StrEnum


class SupportChannel(StrEnum):
    """By what support is reached."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    CHAT = "CHAT"


@dataclass(frozen=True, slots=True)
class SupportContact:
    """A number, an address of mail, or a page."""

    channel: SupportChannel
    value: str
