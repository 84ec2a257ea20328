"""Who may know a referral: those of the records beside it, and once it is issued, those whom it is sent to."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    any_,
    case,
    func,
    literal,
    literal_column,
    null,
)
from sqlalchemy.dialects.postgresql import array

from sources.clinical.access import Keys, Labels, keys_of_record
from sources.clinical.in_force import NUMBERS, TEXTS, Clause
from sources.clinical.referrals.table import UNISSUED

_NOBODY: Final[ColumnElement[Any]] = literal_column("'{}'::text[]", TEXTS)


def keys_of_referral(row: FromClause, labels: Labels) -> Keys:
    """The keys of a referral.

    The patient and whoever inquires learn of it once it is issued. The organisation that it names takes it in from then
    on; what is SPECIAL, the doctor whom it names alone.
    """
    record, issued = keys_of_record(row, labels), row.c.state.not_in(UNISSUED)
    taken_in = and_(issued, row.c.confidentiality == "NORMAL")
    hidden = {name: case((issued, record.computed[name]), else_=_NOBODY) for name in ("accounts", "inquirers")}
    kind, inquired = record.narrows["inquirers"]
    return Keys(
        {
            **record.computed,
            **hidden,
            "received_at": case((taken_in, row.c.to_organization_id), else_=null().cast(BigInteger)),
            "parties": _parties(row, issued),
        },
        {
            **record.narrows,
            "inquirers": (kind, lambda values: and_(issued, inquired(values))),
            "received_at": (NUMBERS, lambda values: and_(taken_in, row.c.to_organization_id == any_(values))),
        },
    )


def _parties(row: FromClause, issued: Clause) -> ColumnElement[Any]:
    """Whoever drew it up and who signed it; once it is issued, whom it names and who accepted it."""

    def at(where: str, *whose: str) -> ColumnElement[Any]:
        named = [func.concat(row.c[who], literal("@"), row.c[where], type_=Text()) for who in whose]
        return array([case((row.c[who].is_not(None), text)) for who, text in zip(whose, named, strict=True)])

    senders = at("organization_id", "practitioner_id", "signer_id")
    receivers = at("to_organization_id", "to_practitioner_id", "acceptor_id")
    known = case((issued, func.array_cat(senders, receivers, type_=TEXTS)), else_=senders)
    return func.array_remove(known, literal_column("NULL", Text()), type_=TEXTS)
