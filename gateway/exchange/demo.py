"""Whom the demo exchanges packages with: a folder for each, in the folder of its data."""

from pathlib import Path
from typing import Final

from gateway.exchange.partners import Partner, Partners
from resolvers.recipient import Recipient
from resolvers.rules.exchange import RecipientKind

SOURCE: Final = "kabinet-demo"
_FOLDER: Final = "exchange"
_RECIPIENTS: Final = (
    Recipient("insurer-demo", RecipientKind.INSURER, "Страховая организация (демо)", "Insurer (demo)"),
    Recipient("register-demo", RecipientKind.REGULATOR, "Реестр документов (демо)", "Register of documents (demo)"),
    Recipient("hospital-demo", RecipientKind.ORGANIZATION, "Больница (демо)", "Hospital (demo)"),
)


def partners(data: Path) -> Partners:
    """The folders, which are made."""
    found = {}
    for one in _RECIPIENTS:
        folder = data / _FOLDER / one.id
        folder.mkdir(parents=True, exist_ok=True)
        found[one.id] = Partner(one, folder=folder)
    return Partners(SOURCE, found)
