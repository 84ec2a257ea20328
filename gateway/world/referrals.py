"""Referrals of the cast between the two hospitals: in each state one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from gateway.world.batch import Batch
from gateway.world.cast import MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.days import midnight
from gateway.world.numbers import insurance_number
from gateway.world.orders import ELSEWHERE
from gateway.world.patients import Patient
from gateway.world.people import Person
from resolvers.rules import referral_rules
from resolvers.rules.referral import ReferralKind, ReferralUrgency
from sources.books import BOOKS

COLUMNS = (
    "id", "patient_id", "organization_id", "practitioner_id", "order_id", "kind", "urgency", "to_organization_id",
    "to_practitioner_id", "code", "book_version", "reason", "at", "state", "cosigner_id", "signer_id", "issued_at",
    "accreditation_id", "employment_id", "patient_name", "patient_birth_on", "patient_insurance_number",
    "document_code", "document_edition", "accept_until", "acceptor_id", "accepted_at", "care_until", "closed_at",
    "closing", "answer", "version", "changed_at",
)  # fmt: skip
# Keys of referrals are records' too, beyond those of consents.
FIRST = 61_000_000
# The one by which a patient goes to whom something was ordered for him.
ORDERED = FIRST + 1
# The one that was accepted: what it opened, the relations of care have.
ACCEPTED, OF_ACCEPTED = FIRST + 2, 2
# Who drew it up, for which patient, of which kind, how it stands, and how many days ago it was drawn up.
MADE: tuple[tuple[str, int, str, str, int], ...] = (
    ("therapist", 1, "CONSULTATION", "ISSUED", 2),
    ("therapist", OF_ACCEPTED, "HOSPITALIZATION", "ACCEPTED", 3),
    ("therapist", 1, "EXAMINATION", "ANSWERED", 60),
    ("therapist", 1, "CONSULTATION", "DECLINED", 80),
    ("therapist", 1, "REHABILITATION", "ANNULLED", 50),
    ("therapist", 1, "LABORATORY", "EXPIRED", 45),
    ("therapist", 1, "EXAMINATION", "DRAFT", 1),
    ("intern", 10, "CONSULTATION", "AWAITING_SIGNATURE", 1),
    ("stranger", 31, "HIGH_TECH", "ISSUED", 4),
)
DIAGNOSIS = "I10"
# So long it takes until somebody accepts one.
TO_ACCEPT = timedelta(days=1, hours=1)
REASON = "Артериальное давление не снижается на фоне лечения, нужна консультация."
ANSWER = "Данных за вторичную гипертензию нет, лечение продолжить."
CLOSED = {"DECLINED": "Нет нужного оборудования.", "ANNULLED": "Пациент отказался от реабилитации."}


def accepted_term(now: datetime) -> tuple[datetime, datetime]:
    """Since when, and until when, the referral opens records that was accepted."""
    kind, ago = MADE[ACCEPTED - FIRST - 1][2::2]
    since = _drawn_up(now, ago) + TO_ACCEPT
    return since, since + referral_rules(since).kinds[ReferralKind(kind)].opens_for


def _drawn_up(now: datetime, ago: int) -> datetime:
    return now - timedelta(days=ago) + timedelta(hours=11)


class Referring:
    """Makes the referrals of the first block of patients."""

    def __init__(self, people: Sequence[Person], posts: Mapping[int, int], today: date) -> None:
        self._cast = {person.persona: person for person in people if person.persona}
        self._posts = posts
        self._now = midnight(today)

    def batch(self, patients: Sequence[Patient]) -> Batch:
        """The referrals of those among the patients who have some."""
        found = {one.id: one for one in patients}
        rows = [
            self._row(key, found[patient], persona, kind, state, ago)
            for key, (persona, patient, kind, state, ago) in enumerate(MADE, FIRST + 1)
            if patient in found
        ]
        return Batch("referral", COLUMNS, rows)

    def _row(self, key: int, patient: Patient, persona: str, kind: str, state: str, ago: int) -> tuple[object, ...]:
        author, stranger = self._cast[persona], self._cast["stranger"]
        at = _drawn_up(self._now, ago)
        to = MAIN_HOSPITAL if persona == "stranger" else OTHER_HOSPITAL
        named = stranger.id if state in {"ACCEPTED", "ANSWERED"} else None
        supervisor = self._cast["supervisor"].id if state == "AWAITING_SIGNATURE" else None
        said: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "organization_id": author.place.id,
            "practitioner_id": author.id,
            "order_id": ELSEWHERE if key == ORDERED else None,
            "kind": kind,
            "urgency": "PLANNED",
            "to_organization_id": to,
            "to_practitioner_id": named,
            "code": DIAGNOSIS,
            "book_version": BOOKS.conditions.version,
            "reason": REASON,
            "at": at,
            "state": "ISSUED" if state == "EXPIRED" else state,
            "cosigner_id": supervisor,
            "version": 1 if state in {"DRAFT", "AWAITING_SIGNATURE"} else 2,
            "changed_at": at,
        }
        if state not in {"DRAFT", "AWAITING_SIGNATURE"}:
            said |= dict(self._issued(patient, author, kind, at))
        if named is not None:
            rule = referral_rules(at).kinds[ReferralKind(kind)]
            accepted = at + TO_ACCEPT
            until = accepted + rule.opens_for
            said |= {"acceptor_id": named, "accepted_at": accepted, "care_until": until, "changed_at": accepted}
        if state in {"ANSWERED", *CLOSED}:
            closed = at + timedelta(days=5)
            said |= {"closed_at": closed, "changed_at": closed, "closing": CLOSED.get(state)}
            said |= {"answer": ANSWER if state == "ANSWERED" else None}
        return tuple(said.get(name) for name in COLUMNS)

    def _issued(self, patient: Patient, author: Person, kind: str, at: datetime) -> Iterator[tuple[str, Any]]:
        rule = referral_rules(at).kinds[ReferralKind(kind)]
        yield "signer_id", author.id
        yield "issued_at", at
        yield "accreditation_id", None if author.base is None else author.base.id
        yield "employment_id", self._posts[author.id]
        yield "patient_name", " ".join(filter(None, patient.name))
        yield "patient_birth_on", patient.birth_on
        yield "patient_insurance_number", insurance_number(patient.id)
        yield "document_code", rule.document.code
        yield "document_edition", rule.document.edition
        yield "accept_until", at + rule.accepted_within[ReferralUrgency.PLANNED]
