"""Which documents a package may have: those that the viewer may send, and the organisation for which he does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.rules import Rule
from engine.act import NotAllowed
from engine.global_id import decode
from engine.rights import Keys, Verdict
from resolvers import prefixes
from resolvers.acts import charted
from resolvers.acts.acting import require
from resolvers.acts.charted import Tie
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.rules.exchange import ExchangeRules
from sources.exchange import sending as source
from sources.exchange.sending import SendableRecord
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

C = ProblemCode
DOCUMENT_KEYS: Final[Keys] = {
    "own": "practitioner_id",
    "holder": "holder_organization_id",
    "shared": "shared_organization_ids",
    "case": "practitioner_id",
    "enclosed": "id",
    "plain": "plain",
}


async def documents(context: Context, unit: Unit, ids: Sequence[str], rules: ExchangeRules) -> list[SendableRecord]:
    """The documents that are named, held until the transaction ends.

    Raises:
        Hindered: none is named, too many are, one twice, or one is not there for the viewer.
        NotAllowed: one may not be sent by him.
    """
    if not ids:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("ids",), {"field": "ids"}))
    if len(ids) > rules.most_documents:
        raise Hindered(Problem(C.TOO_MANY_DOCUMENTS, ("ids",), {"most": rules.most_documents}))
    twice = [place for place, one in enumerate(ids) if one in ids[:place]]
    if twice:
        raise Hindered(*(Problem(C.FIELD_FORMAT, ("ids", str(place)), {"field": "ids"}) for place in twice))
    keys = [decode(prefixes.DOCUMENT, one) for one in ids]
    of_records = {place: key for place, one in enumerate(ids) if (key := decode(prefixes.CLINICAL_DOCUMENT, one))}
    catalogue, sending = context.viewer[P.DOCUMENT_CATALOGUE_READ], context.viewer[P.DOCUMENT_PACKAGE_SEND]
    ties = await _signable(context, unit, of_records)
    found = await source.sendable(unit, [key for key in keys if key is not None], _seen(catalogue, sending))
    charts = await source.sendable(unit, [*ties], None) if ties else {}
    reach("locked")
    chosen = [
        charts.get(of_records[place]) if place in of_records else found.get(key or 0) for place, key in enumerate(keys)
    ]
    missing = [place for place, row in enumerate(chosen) if row is None]
    if missing and catalogue.lost is not None:
        raise NotAllowed(catalogue.lost)
    if missing:
        raise Hindered(*(Problem(C.NOT_FOUND, ("ids", str(place))) for place in missing))
    rows = [row for row in chosen if row is not None]
    for row in rows:
        if row.patient_id is None:
            require(context, P.DOCUMENT_PACKAGE_SEND, row, DOCUMENT_KEYS)
        elif charted.tie_of(row) != ties[row.id]:
            raise NotAllowed(OBJECT)
    return rows


async def _signable(context: Context, unit: Unit, places: Mapping[int, int]) -> dict[int, Tie]:
    """Of which record each of some documents about patients is, by its key; whoever may sign them sends them.

    Raises:
        Hindered: one is not there, as far as the viewer may know, or is of another organisation.
        NotAllowed: one may not be sent by him.
    """
    if not places:
        return {}
    charted.at_all(context, P.CLINICAL_NOTE_SIGN)
    found: dict[int, Tie] = {}
    for place, key in places.items():
        tie = await charted.tie_of_document(context, key)
        if tie not in found.values():
            await charted.on_record(context, unit, tie, P.CLINICAL_NOTE_SIGN, "ids", str(place))
        found[key] = tie
    return found


def _seen(*verdicts: Verdict) -> Any:
    """The conditions under which one of several verdicts lets a row be seen."""
    narrowed = [one.narrow(DOCUMENT_KEYS) for one in verdicts]
    if any(one is None for one in narrowed):
        return None
    return tuple(condition for one in narrowed for condition in one or ())


def place_of(context: Context, rows: Sequence[SendableRecord], organization_id: str | None) -> int | None:
    """The organisation that sends; None where somebody sends what is his own.

    Raises:
        Hindered: it is not said which of several sends, or the one that is named may not send them all.
    """
    rules = dict(context.viewer[P.DOCUMENT_PACKAGE_SEND].rules)
    own, holds, shared = (rules.get(rule, frozenset()) for rule in (Rule.OWN, Rule.HOLDER, Rule.SHARED))
    if organization_id is None and all(row.practitioner_id in own for row in rows):
        return None
    if context.viewer[P.DOCUMENT_PACKAGE_SEND].always:
        holds = shared = frozenset(place for row in rows for place in _places(row))
    common = frozenset.intersection(
        *(
            frozenset(row.shared_organization_ids) & shared
            | ({row.holder_organization_id} & holds)
            | {one for one in (row.place_id,) if one is not None}
            for row in rows
        )
    )
    path = ("organizationId",)
    if organization_id is not None:
        key = decode(prefixes.ORGANIZATION, organization_id)
        if key is None or key not in common:
            raise Hindered(Problem(C.NOT_FOUND, path))
        return key
    if len(common) != 1:
        raise Hindered(Problem(C.FIELD_REQUIRED, path, {"field": "organizationId"}))
    (place,) = common
    return place


def _places(row: SendableRecord) -> Iterator[int]:
    yield from row.shared_organization_ids
    if row.holder_organization_id is not None:
        yield row.holder_organization_id
