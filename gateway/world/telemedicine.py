"""Sessions of telemedicine of the cast: one in each state, and the consents by which they are held."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from gateway.world.batch import Batch
from gateway.world.care import TEXT_VERSION
from gateway.world.cast import CAST, MAIN_HOSPITAL
from gateway.world.charts import COLUMNS as CHARTED
from gateway.world.days import midnight
from gateway.world.patients import CARING, EACH, Patient
from gateway.world.people import Person
from gateway.world.records import Record
from sources.clinical.note import content_hash

COLUMNS = (
    "id", "patient_id", "organization_id", "practitioner_id", "asked_by", "reason", "at", "ends_at", "kind",
    "started_at", "encounter_id", "accreditation_id", "employment_id", "outcome", "outcome_at", "cancel_reason",
    "note_id", "changed_at",
)  # fmt: skip
CONSENTED = ("id", "patient_id", "organization_id", "kind", "subject", "text_version", "at", "ends_at", "changed_at")
# Keys of what is recorded at them are records' too, beyond those of consents.
FIRST_RECORD, FIRST_CONSENT = 60_000_000, 60_001_000
OWN = CARING.index("telemedic") * EACH + 1  # whom the telemedic has in her care
REASON, CALLED_OFF = "Контроль давления, вопросы по приёму препаратов", "Пациент не вышел на связь"
CONCLUSION = "Состояние стабильное, рекомендован очный осмотр через месяц."
NONE = (None,) * 5

Row = tuple[object, ...]


def telemedicine(
    patients: Sequence[Patient], people: Sequence[Person], records: Sequence[Record], posts: dict[int, int], today: date
) -> Iterator[Batch]:
    """The sessions of patients of the first block, after what is recorded at them."""
    holder = next(person for person in people if person.persona == "telemedic")
    if patients[0].id != 1:
        return
    record = next(one.id for one in records if one.kind == "REMOTE" and one.holder is holder)
    now = midnight(today)
    who, post = holder.id, posts[holder.id]
    finished, expired = now - timedelta(days=12), now - timedelta(days=5)
    hour = timedelta(hours=10)
    met = [
        (FIRST_RECORD, finished + hour, finished + hour + timedelta(minutes=25)),
        (FIRST_RECORD + 1, expired + hour, None),
    ]
    yield Batch(
        "encounter",
        CHARTED["encounter"],
        [
            (
                key, OWN, None, MAIN_HOSPITAL, who, holder.department, post, None, None, "TELEMEDICINE", at, ends_at,
                "NORMAL", None, at,
            )
            for key, at, ends_at in met
        ],
    )  # fmt: skip
    note, said = FIRST_RECORD + 2, met[0][1] + timedelta(minutes=20)
    digest = content_hash(OWN, who, "CONSULTATION", CONCLUSION)
    yield Batch(
        "note",
        CHARTED["note"],
        [
            (
                note, OWN, met[0][0], None, MAIN_HOSPITAL, who, "CONSULTATION", said, CONCLUSION, 1, "SIGNED", None,
                who, said, record, post, digest, "NORMAL", None, said,
            )
        ],
    )  # fmt: skip
    subject = f"14{OWN:08d}"
    since = now - timedelta(days=30)
    consent = ("TELEMEDICINE", subject, TEXT_VERSION, since, since + timedelta(days=365), since)
    yield Batch("consent", CONSENTED, [(FIRST_CONSENT, OWN, MAIN_HOSPITAL, *consent)])
    yield Batch("teleconsultation", COLUMNS, [*_sessions(who, (record, post), met, note, now, subject)])


def _sessions(
    who: int, by: tuple[int, int], met: Sequence[tuple[int, datetime, datetime | None]], note: int, now: datetime,
    subject: str,
) -> Iterator[Row]:  # fmt: skip
    (first, began, ended), (second, lost, _) = met
    lasts, waits, before = timedelta(hours=2), timedelta(hours=72), timedelta(days=1)
    asked = (subject, REASON)
    yield (
        1, OWN, MAIN_HOSPITAL, who, *asked, began - before, began + lasts, "PRIMARY", began, first, *by, "FINISHED",
        ended, None, note, ended,
    )  # fmt: skip
    yield (
        2,
        OWN,
        MAIN_HOSPITAL,
        who,
        None,
        None,
        lost,
        lost + lasts,
        "PRIMARY",
        lost,
        second,
        *by,
        None,
        None,
        None,
        None,
        lost,
    )
    called = now - timedelta(days=20)
    yield (
        3, OWN, MAIN_HOSPITAL, who, *asked, called, called + waits, *NONE, "CANCELLED", called + timedelta(hours=5),
        CALLED_OFF, None, called + timedelta(hours=5),
    )  # fmt: skip
    late = now - timedelta(days=9)
    yield (4, OWN, MAIN_HOSPITAL, None, *asked, late, late + waits, *NONE, None, None, None, None, late)
    # It waits, of the patient of the cast.
    yield (
        5, 1, MAIN_HOSPITAL, who, CAST["patient"].subject, REASON, now, now + waits, *NONE, None, None, None, None, now,
    )  # fmt: skip
