"""Orders of the world: of patients of the surgeon's in each state, and a medicine; of some others one that waits."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Final

from auth.footing import directed
from gateway.world.batch import Batch
from gateway.world.cast import MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.charts import WORDS, Chart, Row, Staff
from gateway.world.days import midnight
from gateway.world.patients import UNDER_CARE, Patient
from gateway.world.people import Person
from gateway.world.records import Record
from resolvers.clinical.orders.medicine import OrderedMedicineInput, kept, term
from resolvers.rules import order_rules
from sources.books import BOOKS
from sources.clinical.orders.order import MEDICINE

ORDER_COLUMNS = (
    "id", "patient_id", "encounter_id", "organization_id", "practitioner_id", "code", "book_version", "priority",
    "direction", "performer_id", "directed", "text", "at", "valid_until", "state", "cancelled_at", "cancelled_by",
    "reason", "confidentiality", "special_kind", "changed_at", "medicine", "given",
)  # fmt: skip
PROTOCOL_COLUMNS = (
    "id", "patient_id", "order_id", "organization_id", "practitioner_id", "performer_id", "recorder_id", "directed",
    "state", "significance", "conclusion", "at", "signer_id", "signed_at", "accreditation_id", "employment_id",
    "confidentiality", "special_kind", "changed_at",
)  # fmt: skip
ADMINISTRATION_COLUMNS = (
    "id", "patient_id", "order_id", "organization_id", "practitioner_id", "at", "recorded_at",
)  # fmt: skip
# Keys of orders are records' too, beyond those of charts and of consents.
FIRST_ORDER: Final = 62_000_000
# What the therapist orders for a patient of hers at the other hospital, to which she refers him for it.
ELSEWHERE, REFERRED, CONSULTATION = FIRST_ORDER - 1, 1, "B01.015.001"
# Of so many patients of the crowd one waits for a test.
EVERY: Final = 25
TEST: Final = "B03.016.002"
# Of the surgeon's patient: service, how urgent, and in which state.
EACH_STATE: Final = (
    (TEST, "ROUTINE", "ACTIVE"),
    ("A16.14.009", "ROUTINE", "ACTIVE"),
    ("A06.09.007", "URGENT", "CANCELLED"),
    ("A09.05.023", "CITO", "ACTIVE"),  # its term is over
    ("A16.30.002", "ROUTINE", "FULFILLED"),
    ("A09.05.003", "URGENT", "RECORDED"),
)

# What the surgeon orders besides, and how often it was given.
ORDERED: Final = OrderedMedicineInput(dose=Decimal(500), unit="mg", times_per_day=3, days=5)
PARACETAMOL, GIVEN = "N02BE01.1", 2


class Ordering:
    """Makes orders, block by block, of encounters that are made."""

    def __init__(self, people: Sequence[Person], records: Sequence[Record], staff: Staff, today: date) -> None:
        self._surgeon = next(person for person in people if person.persona == "surgeon")
        self._surgery = self._holding(records, "SURGERY", self._surgeon)
        self._laboratory = self._holding(records, "LABORATORY", None)
        self._posts = staff.posts
        self._now = midnight(today)
        self._keys = count(FIRST_ORDER)

    def batches(self, patients: Sequence[Patient], chart: Chart) -> Iterator[Batch]:
        """Orders, then their protocols, and when medicines were given."""
        last = {row[1]: row for row in chart.rows["encounter"]}
        orders: list[Row] = []
        protocols: list[Row] = []
        given: list[Row] = []
        for patient in patients:
            met = last.get(patient.id)
            if met is None:
                continue
            if patient.carer is self._surgeon and patient.part == UNDER_CARE:
                for code, priority, state in EACH_STATE:
                    row = self._order(met, code, priority, state)
                    protocol = self._protocol(row, state)
                    # Where nobody is there to carry it out, it is not.
                    if protocol or state in {"ACTIVE", "CANCELLED"}:
                        orders.append(row)
                        protocols += protocol
                medicine, times = self._medicine(met)
                orders.append(medicine)
                given += times
            elif patient.id == REFERRED:
                orders.append(self._elsewhere(patient, met))
            elif patient.carer is None and patient.id % EVERY == 0:
                orders.append(self._order(met, TEST, "ROUTINE", "ACTIVE"))
        yield Batch("service_order", ORDER_COLUMNS, orders)
        yield Batch("order_protocol", PROTOCOL_COLUMNS, protocols)
        yield Batch("order_administration", ADMINISTRATION_COLUMNS, given)

    def _holding(self, records: Sequence[Record], direction: str, holder: Person | None) -> Record | None:
        """The record of somebody, or of anybody at the main hospital, by which he holds a direction now."""
        return next(
            (
                one
                for one in records
                if direction in one.directions and one.state == "ACTIVE" and isinstance(one.holder, Person)
                and one.holder.base is not None and one.holder.base.in_force
                and (one.holder is holder if holder else one.holder.place.id == MAIN_HOSPITAL)
            ),
            None,
        )  # fmt: skip

    def _order(self, met: Row, code: str, priority: str, state: str) -> Row:
        encounter, patient, place, author = met[0], met[1], met[3], met[4]
        service, at = BOOKS.services.by_code[code], met[10]
        assert isinstance(at, datetime)  # noqa: S101 - so charts make it
        assert isinstance(place, int)  # noqa: S101 - and this
        if priority == "CITO":
            at = min(at, self._now - timedelta(days=2))
        valid_until = at + order_rules(at).valid[priority]
        whom = None if service.direction is None else directed(service.direction, place)
        gone = (at + timedelta(hours=1), author, WORDS["orders"][-1]) if state == "CANCELLED" else (None, None, None)
        return (
            next(self._keys), patient, encounter, place, author, code, BOOKS.services.version, priority,
            service.direction, place, whom, WORDS["orders"][0], at, valid_until, state, *gone, *met[12:14], at,
            None, 0,
        )  # fmt: skip

    def _elsewhere(self, patient: Patient, met: Row) -> Row:
        at = self._now - timedelta(days=2)
        author = None if patient.carer is None else patient.carer.id
        return (
            ELSEWHERE, patient.id, met[0], MAIN_HOSPITAL, author, CONSULTATION, BOOKS.services.version, "ROUTINE", None,
            OTHER_HOSPITAL, None, WORDS["orders"][0], at, at + order_rules(at).valid["ROUTINE"], "ACTIVE", None, None,
            None, "NORMAL", None, at, None, 0,
        )  # fmt: skip

    def _medicine(self, met: Row) -> tuple[Row, list[Row]]:
        """A medicine that is given today, and each time it was."""
        encounter, patient, place, author, at = met[0], met[1], met[3], met[4], self._now - timedelta(hours=12)
        medicine, key = BOOKS.medicines.by_code[PARACETAMOL], next(self._keys)
        times: list[Row] = [
            (next(self._keys), patient, key, place, author, when, when)
            for when in (at + timedelta(hours=4 * number) for number in range(GIVEN))
        ]
        order = (
            key, patient, encounter, place, author, MEDICINE, BOOKS.medicines.version, "ROUTINE", None, place, None,
            WORDS["orders"][0], at, at + term(ORDERED), "ACTIVE", None, None, None, *met[12:14], at,
            kept(medicine, ORDERED), GIVEN,
        )  # fmt: skip
        return order, times

    def _protocol(self, order: Row, state: str) -> list[Row]:
        record = {"FULFILLED": self._surgery, "RECORDED": self._laboratory}.get(state)
        if record is None or not isinstance(record.holder, Person):
            return []
        key, patient, place, author, whom, at = order[0], order[1], order[3], order[4], order[10], order[12]
        assert isinstance(at, datetime)  # noqa: S101 - so orders are made
        by, when = record.holder.id, at + timedelta(hours=2)
        signed = (by, when, record.id, self._posts[by]) if state == "FULFILLED" else (None, None, None, None)
        made = (
            next(self._keys), patient, key, place, author, place, by, whom,
            "SIGNED" if state == "FULFILLED" else "UNSIGNED", "NORMAL", WORDS["protocols"][0], when, *signed,
            *order[18:20], when,
        )  # fmt: skip
        return [made]
