"""How documents are filtered, wherever a list of documents stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from engine.global_id import decode
from resolvers import prefixes
from resolvers.bounds import between
from resolvers.document.kinds import DocumentKind
from resolvers.document.status import DocumentStatus
from resolvers.names import searched
from sources.postgres.ask import midnight

# No document came in before the one day or after the other; beyond them days have no midnight in every zone.
_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True)
class DocumentFilter:
    """Which documents are wanted: all conditions must hold."""

    search: str | None = None
    number: str | None = None
    kind: list[DocumentKind] | None = None
    status: list[DocumentStatus] | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    created_from: date | None = None
    created_to: date | None = None
    owner: str | None = None
    organization: str | None = None


def filters(given: DocumentFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: a period that ends before it begins, or a text that cannot be looked for.
    """
    if given is None:
        return {}
    found = between({"issued_from": given.issued_from, "issued_to": given.issued_to}, "filter.")
    found |= dict(_created(given))
    for name in ("search", "number"):
        if text := searched(getattr(given, name), f"filter.{name}"):
            found[name] = text
    if given.kind is not None:
        found["kind"] = [kind.value for kind in given.kind]
    if given.status is not None:
        found["status"] = [status.value for status in given.status]
    if given.owner is not None:
        found["owner"] = decode(prefixes.PRACTITIONER, given.owner) or 0
    if given.organization is not None:
        found["organization"] = decode(prefixes.ORGANIZATION, given.organization) or 0
    return found


def _created(given: DocumentFilter) -> Iterator[tuple[str, object]]:
    """The days of coming in, as instants of legal days."""
    days = between({"created_from": given.created_from, "created_to": given.created_to}, "filter.")
    if "created_from" in days and given.created_from is not None:
        yield "created_since", midnight(max(given.created_from, _EARLIEST))
    if "created_to" in days and given.created_to is not None:
        yield "created_before", midnight(min(given.created_to, _LATEST) + timedelta(days=1))
