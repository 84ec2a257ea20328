"""What is out of order with the viewer's own facts, each with the act that mends it; it is there while the fact is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.facts import Facts, Hindrance
from auth.permissions import Permission
from auth.permissions import Permission as P
from engine.batch import many
from engine.global_id import encode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.accreditation import attestation as attestations
from resolvers.acts.foreseeing import at_all
from resolvers.clinical import keys as looked_at
from resolvers.clinical.prescriptions.reading import PRESCRIPTIONS, PrescriptionStatus
from resolvers.clinical.record import ENCOUNTERS, NOTES, ORDERS
from resolvers.clinical.referrals import reading as referrals
from resolvers.context import Context
from resolvers.records import RECORDS
from resolvers.rules import attestation_rules, reporting_rules
from resolvers.telling.wishes import DEFAULTS, NotificationChannel, NotificationKind
from resolvers.viewer import complete
from resolvers.wording.complying import Issue, told
from sources.accreditation.attestation import AttestationRecord, attestations_of
from sources.clinical import reading
from sources.clinical.reading import Filters, Kind
from sources.postgres.ask import Ask, Window
from sources.postgres.statement import Order

MOST: Final = 50
LASTING: Final = frozenset({"ACTIVE", "UNDER_REVIEW"})
_OLDEST_FIRST: Final[Order] = (("at", "asc"), ("id", "asc"))
_OF_A_NOTE: Final = frozenset({"id", "at", "encounter_id"})
_OF_A_RECORD: Final = frozenset({"id", "at"})
_OF_AN_ENCOUNTER: Final = frozenset({"id", "at", "ends_at", "kind"})
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class IssueView:
    """One thing that is out of order.

    Attributes:
        object: the global id of what it is about; None where that is the account.
        since: from when it is so; of what ends, when it does.
        act: what mends it; `state`, whether the viewer may do that at all.
    """

    kind: Issue
    object: str | None
    since: datetime | None
    said: str
    act: str
    state: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What is out of order, in no language yet; `day` is the one that the words name."""

    issue: Issue
    act: str
    object: str | None = None
    since: datetime | None = None
    day: datetime | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """Whose records at which workplace are looked at."""

    context: Context
    ask: Ask
    who: int
    place: int

    async def rows(
        self, kind: Kind, permission: Permission, keys: Keys, columns: frozenset[str], of: Mapping[str, Any],
        filters: Filters | None = None,
    ) -> list[Any]:  # fmt: skip
        """The oldest records among those that the viewer sees, of which columns have these values."""
        narrowed = self.context.viewer[permission].narrow(keys)
        if narrowed == ():
            return []
        narrow = tuple(((name, (value,)),) for name, value in of.items())
        seen = () if narrowed is None else (tuple(narrowed),)
        found = await reading.records_of(
            self.context.stores.clinical, kind, [None], Ask(self.ask.at, columns, (*narrow, *seen)),
            Window(MOST, ends=False), filters or {}, parent=None, order=_OLDEST_FIRST,
        )  # fmt: skip
        rows: list[Any] = found[None].rows
        return rows


@many(None, IssueView)
async def issues(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[IssueView]]:
    """What is out of order with the viewer's own facts, the most pressing first; 50 of each kind at most.

    Raises:
        FactsLost: a store did not say who he is.
        SourceFailure: a store did not say what is out of order.
    """
    complete(context)
    facts, carer = context.viewer.facts, context.viewer.standing.carer
    if facts is None:
        return {}
    found = [*_of_account(facts, ask.at)]
    if facts.practitioner_id is not None:
        rows = await attestations_of(context.stores.accreditation, [facts.practitioner_id], Ask(ask.at))
        found += [*_of_attestations(facts, rows[facts.practitioner_id], ask), *_of_records(facts, ask.at)]
    if carer is not None and carer[0] == facts.practitioner_id:
        work = _Work(context, ask, *carer)
        found += [*await _results(work), *await _cosignatures(work), *await _drafts(work)]
    views = [_view(context, one, ask.language) for one in found]
    return dict.fromkeys(keys, views)


def _view(context: Context, one: _Found, language: str) -> IssueView:
    permission, _ = context.acts[one.act]
    said = told(one.issue, language, one.day, one.what)
    return IssueView(one.issue, one.object, one.since, said, f"Mutation.{one.act}", at_all(context, permission).state)


def _soon(at: datetime) -> datetime:
    """Until when what ends is said beforehand: as long as people are told of it, unless they wish otherwise."""
    leads = DEFAULTS[NotificationKind.ACCREDITATION_EXPIRY.value, NotificationChannel.CABINET.value].lead_days
    return at + timedelta(days=max(leads or (0,)))


def _of_account(facts: Facts, at: datetime) -> Iterator[_Found]:
    if facts.hindered_by(Hindrance.IDENTITY_MISMATCH, at):
        yield _Found(Issue.REGISTER_MISMATCH, "registerPractitioner")


def _of_attestations(facts: Facts, rows: Iterable[AttestationRecord], ask: Ask) -> Iterator[_Found]:
    """What is attested for work from afar, where a record rests on it, and has ended or ends soon with none after."""
    last: dict[tuple[int, str], tuple[datetime, AttestationRecord]] = {}
    for row in rows:
        ends_at = row.valid_to if row.ended_at is None else min(row.valid_to, row.ended_at)
        thing = row.organization_id, row.kind
        if thing not in last or last[thing][0] < ends_at:
            last[thing] = ends_at, row
    resting = {
        one.place_id
        for one in facts.accreditations
        if one.attested is not None and one.state in LASTING and (one.valid_to is None or ask.at < one.valid_to)
    }
    required = attestation_rules(ask.at).required
    for (place, kind), (ends_at, row) in sorted(last.items(), key=lambda one: one[1][0]):
        if place not in resting or kind not in required or ends_at > _soon(ask.at):
            continue
        issue = Issue.ATTESTATION_MISSING if ends_at <= ask.at else Issue.ATTESTATION_ENDS
        day = ends_at if issue is Issue.ATTESTATION_MISSING else ends_at - _INSTANT
        thing_id = encode(attestations.PREFIX, row.id)
        yield _Found(issue, "renewAttestation", thing_id, ends_at, day, required[kind].title[ask.language])


def _of_records(facts: Facts, at: datetime) -> Iterator[_Found]:
    """Records of accreditation that end soon, with none after them."""
    lasting = [one for one in facts.accreditations if one.state in LASTING]
    for one in sorted(lasting, key=lambda one: (one.valid_to is None, one.valid_to, one.id)):
        ends_at = one.valid_to
        if ends_at is None or not one.valid_from <= at < ends_at <= _soon(at):
            continue
        outlived = any(
            (other.kind, other.place_id) == (one.kind, one.place_id)
            and (other.valid_to is None or other.valid_to > ends_at)
            for other in lasting
        )
        if not outlived:
            thing = encode(prefixes.ACCREDITATION, one.id)
            yield _Found(Issue.ACCREDITATION_ENDS, "renewAccreditation", thing, ends_at, ends_at - _INSTANT)


async def _results(work: _Work) -> list[_Found]:
    """What was found by his orders and is not as it should be."""
    filters = {"author": work.who, "place": work.place, "waiting": True}
    rows = await work.rows(RECORDS.order, P.CLINICAL_ORDER_MASKED, looked_at.ORDER, _OF_A_RECORD, {}, filters)
    return [
        _Found(Issue.RESULT_NOT_ACKNOWLEDGED, "acknowledgeResult", encode(ORDERS.prefix, row.id), row.at)
        for row in rows
    ]


async def _cosignatures(work: _Work) -> list[_Found]:
    """What trainees drew up, and waits for him."""
    his = {"cosigner_id": work.who}
    notes = await work.rows(
        RECORDS.note, P.CLINICAL_HISTORY_MASKED, looked_at.NOTE, _OF_A_RECORD, his, {"awaiting_at": work.place}
    )
    drawn_up = await work.rows(
        RECORDS.referral, P.CLINICAL_REFERRAL_MASKED, referrals.KEYS, _OF_A_RECORD,
        {**his, "organization_id": work.place, "state": referrals.ReferralState.AWAITING_SIGNATURE.value},
    )  # fmt: skip
    prescribed = await work.rows(
        RECORDS.prescription, P.CLINICAL_PRESCRIPTION_MASKED, looked_at.NOTE, _OF_A_RECORD | {"signer_id"},
        {**his, "organization_id": work.place, "state": PrescriptionStatus.AWAITING_SIGNATURE.value},
    )  # fmt: skip
    kinds = (
        (notes, NOTES.prefix, "cosignNote"),
        (drawn_up, referrals.PREFIX, "issueReferral"),
        # One that he has signed waits for who leads the department.
        ([row for row in prescribed if row.signer_id is None], PRESCRIPTIONS.prefix, "cosignPrescription"),
    )
    return [
        _Found(Issue.COSIGNATURE_AWAITED, act, encode(prefix, row.id), row.at)
        for rows, prefix, act in kinds
        for row in rows
    ]


async def _drafts(work: _Work) -> list[_Found]:
    """His drafts of notes whose term is over: that of the kind of their encounter."""
    notes = await work.rows(
        RECORDS.note, P.CLINICAL_HISTORY_MASKED, looked_at.NOTE, _OF_A_NOTE,
        {"practitioner_id": work.who, "organization_id": work.place, "state": "DRAFT"},
    )  # fmt: skip
    met = sorted({row.encounter_id for row in notes if row.encounter_id is not None})
    if not met:
        return []
    at, hours = work.ask.at, reporting_rules(work.ask.at).note_hours
    encounters = await ENCOUNTERS.by_id.call(work.context, met, Ask(at, _OF_AN_ENCOUNTER))
    found = []
    for row in notes:
        one = encounters.get(row.encounter_id)
        if one is not None:
            due = (one.ends_at or one.at) + timedelta(hours=hours[one.kind])
            if due <= at:
                found.append(_Found(Issue.DRAFT_OVERDUE, "signNote", encode(NOTES.prefix, row.id), due, due))
    return found
