"""What the documents of decisions say: read together for all decisions that are relayed at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from resolvers.application.filing import rules_of
from resolvers.printed.extract import Extract, Granted
from resolvers.printed.masking import initials
from resolvers.telling.letters import last_day
from sources.books import BOOKS
from sources.organization import organizations
from sources.postgres.ask import AUTHORITY_ZONE, Ask
from sources.practitioner import practitioners
from sources.stores import Stores

PERSON = frozenset({"family_name", "given_name", "patronymic"})
PLACE = frozenset({"name"})


class Names:
    """Names of people and organisations, as the registry has them."""

    def __init__(self, people: Mapping[int, Sequence[str]], places: Mapping[int, str]) -> None:
        """`people` are family names, given names, and patronymics where there are such."""
        self._people = people
        self._places = places

    def masked(self, application: Any) -> str:
        """Who applied, as everybody may read it: initials of a person, the name of an institution."""
        if application.practitioner_id is not None:
            return initials(*self._people.get(application.practitioner_id, ()))
        return self._places.get(application.holder_organization_id, "")

    def extract(self, application: Any, record: Any, protocol: str, at: datetime, *, accredited: bool) -> Extract:
        """What is said of a decision that was made at an instant; a rejection has no record."""
        specialty = BOOKS.specialties.by_code.get(application.specialty_code or "")
        directions = application.directions if record is None else record.directions
        return Extract(
            authority=rules_of(application, at).authority,
            number=application.number,
            kind=application.kind,
            protocol=protocol,
            accredited=accredited,
            on=at.astimezone(AUTHORITY_ZONE).date(),
            at=at,
            person=" ".join(self._people.get(application.practitioner_id, ())) or None,
            specialty=None if specialty is None else f"{specialty.code} {specialty.name}",
            organizations=[self._places[key] for key in _places(application, record) if key in self._places],
            directions=directions if application.kind == "SPECIAL" else (),
            granted=None if record is None else _granted(record),
            reasons=application.rejection_reasons or (),
            missing=application.missing_documents or (),
        )


async def names(stores: Stores, decisions: Iterable[tuple[Any, Any]], at: datetime) -> Names:
    """The names that the documents of decisions need, each an application with its record or None.

    Raises:
        SourceFailure: the registry did not answer.
    """
    made = [*decisions]
    people = sorted({one.practitioner_id for one, _ in made if one.practitioner_id is not None})
    places = sorted({key for application, record in made for key in _places(application, record)})
    persons = await practitioners(stores.registry, "id", people, Ask(at, PERSON)) if people else {}
    sites = await organizations(stores.registry, "id", places, Ask(at, PLACE)) if places else {}
    return Names(
        {
            key: [name for name in (one.family_name, one.given_name, one.patronymic) if name]
            for key, one in persons.items()
        },
        {key: one.name for key, one in sites.items()},
    )


def _places(application: Any, record: Any) -> list[int]:
    """Where an accreditation is worked under; of a rejection, what was applied for."""
    if record is not None:
        return sorted(record.organization_ids)
    named = application.holder_organization_id or application.organization_id
    return [] if named is None else [named]


def _granted(record: Any) -> Granted:
    since = record.valid_from.astimezone(AUTHORITY_ZONE).date()
    return Granted(
        number=record.registry_number,
        since=since,
        last=None if record.valid_to is None else last_day(record.valid_to),
    )
