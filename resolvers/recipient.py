"""Whom packages are sent to and taken from, as acts and readers know them; how they are reached, the gateway knows."""

from dataclasses import dataclass

from resolvers.rules.exchange import RecipientKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """An insurer, a regulator, or another organisation.

    Attributes:
        id: what packages and settings call it.
        organization_id: for which organisation of the register it stands, if for one.
        ogrn: the same by its ОГРН, as the other side knows it.
    """

    id: str
    kind: RecipientKind
    title: str
    title_en: str
    organization_id: int | None = None
    ogrn: str | None = None

    def titled(self, language: str) -> str:
        """Its name for people."""
        return self.title_en if language == "en" else self.title


def recipient_of(recipients: tuple[Recipient, ...], name: str) -> Recipient | None:
    """The recipient of an id; None where the settings have none."""
    return next((one for one in recipients if one.id == name), None)
