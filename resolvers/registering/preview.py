"""What is public of an organisation before somebody asks to be tied to it (предпросмотр организации)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from engine.batch import many
from resolvers import identifiers
from resolvers.context import Context
from resolvers.rules import link_consent
from sources.organization import OrganizationRecord, licences_of, organizations_of
from sources.postgres.ask import Ask

# A licence for the care of patients; whoever has it suspended works under none.
ORDER: Final = ("ACTIVE", "SUSPENDED", "TERMINATED")


@dataclass(frozen=True)
class OrganizationNumber:
    """Names an organisation by a number: exactly one of the fields."""

    ogrn: str | None = None
    inn: str | None = None
    oid: str | None = None


@dataclass(frozen=True, slots=True)
class PreviewView:
    """An organisation that somebody may be tied to; `licence` is the best state that one of its licences has."""

    id: int
    name: str
    address: str | None
    branch_of_id: int | None
    closed_on: date | None
    licence: str | None
    diagnosis: str | None
    consent_version: str
    consent_text: str


def key_of(*, by: OrganizationNumber) -> tuple[int, tuple[str, Any]]:
    """The key that a number means.

    Raises:
        BadArgument: it is none.
    """
    if by.ogrn is not None:
        return 0, ("ogrn", identifiers.ogrn(by.ogrn, "by.ogrn"))
    if by.inn is not None:
        return 0, ("inn", identifiers.inn(by.inn, "by.inn"))
    return 0, ("oid", identifiers.oid(by.oid or "", "by.oid"))


def _ahead(_: Mapping[str, Any]) -> int:
    # The organisations come before their licences.
    return 1


@many("registry", PreviewView, ahead=_ahead)
async def previews(
    context: Context, keys: Sequence[tuple[str, str]], ask: Ask
) -> dict[tuple[str, str], list[PreviewView]]:
    """The institution of each number, then its branches: one of them is to be chosen; nothing where there is none."""
    consent = link_consent(ask.at)
    whole = Ask(ask.at, language=ask.language)
    rows: dict[tuple[str, str], list[OrganizationRecord]] = {}
    for column in sorted({name for name, _ in keys}):
        values = sorted({value for name, value in keys if name == column})
        named = await organizations_of(context.stores.registry, column, values, whole)
        rows |= {(column, value): named[value] for value in values}
    ids = sorted({row.id for one in rows.values() for row in one})
    licences = await licences_of(context.stores.registry, ids, whole) if ids else {}
    return {
        key: [
            PreviewView(
                row.id,
                row.name,
                row.address,
                row.branch_of_id,
                row.closed_on,
                _licence(licences.get(row.id, []), ask.today),
                "ORG_CLOSED" if row.closed_on is not None and row.closed_on < ask.today else None,
                consent.version,
                consent.text[ask.language],
            )
            for row in rows[key]
        ]
        for key in keys
    }


def _licence(rows: Sequence[Any], today: date) -> str | None:
    states = {
        "TERMINATED" if row.ends_on is not None and row.ends_on <= today else row.status
        for row in rows
        if row.starts_on <= today
    }
    return next((state for state in ORDER if state in states), None)
