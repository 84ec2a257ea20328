"""Documents of the world, their automatic checks and signatures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from gateway.world.batch import Batch
from gateway.world.cast import MAIN_HOSPITAL
from gateway.world.days import days_before, midnight, years_after
from gateway.world.people import Person
from gateway.world.scale import Scale
from gateway.world.study import graduated_on

COLUMNS = (
    "id",
    "practitioner_id",
    "kind",
    "title",
    "status",
    "number",
    "issued_on",
    "expires_on",
    "issuer",
    "media_type",
    "byte_size",
    "sha256",
    "created_at",
    "shared_organization_ids",
    "holder_organization_id",
    "patient_id",
    "encounter_id",
    "author_id",
    "place_id",
)
OF_NOBODY = (None,) * 4  # no patient's
CHECK_COLUMNS = ("id", "document_id", "code", "verdict", "checked_at", "reason", "said", "page")
SIGNATURE_COLUMNS = ("id", "document_id", "signer_id", "profile", "verdict", "signed_at")

# Kind → title, who issues it, years until it ends.
KINDS: Mapping[str, tuple[str, str, int | None]] = {
    "PASSPORT": ("Паспорт гражданина Российской Федерации", "Подразделение по вопросам миграции", None),
    "SNILS": ("Страховое свидетельство", "Социальный фонд", None),
    "DIPLOMA": ("Диплом об образовании", "Медицинский университет", None),
    "RETRAINING": ("Диплом о профессиональной переподготовке", "Академия последипломного образования", None),
    "CPD": ("Удостоверение о повышении квалификации", "Академия последипломного образования", 5),
    "EXPERIENCE": ("Отчёт о профессиональной деятельности", "Медицинская организация", None),
    "SIGNING_CERTIFICATE": ("Сертификат ключа проверки электронной подписи", "Удостоверяющий центр", 1),
    "APPLICATION_FORM": ("Заявление о допуске к аккредитации", "Заявитель", None),
    "REFERENCE": ("Справка с места работы", "Медицинская организация", 1),
    "DECISION": ("Выписка из протокола комиссии", "Центральная аккредитационная комиссия", None),
    "CASE_HISTORY": ("Выписка из истории болезни", "Медицинская организация", None),
    "DISCHARGE_SUMMARY": ("Эпикриз в стационаре выписной", "Медицинская организация", None),
    "REFERRAL": ("Направление на консультацию", "Медицинская организация", None),
}
FIRST = ("PASSPORT", "DIPLOMA", "SNILS", "SIGNING_CERTIFICATE")
PERSONAL = ("CPD", "EXPERIENCE", "RETRAINING", "REFERENCE", "APPLICATION_FORM", "DECISION")
CLINICAL = ("CASE_HISTORY", "DISCHARGE_SUMMARY", "REFERRAL")
CAST_DOCUMENTS = 8
INSTITUTIONAL = 1  # the main hospital's own: the extract of the decision on it
# One of the cast has what telemedicine asks for: a statement on his workplace, his last document.
REFERENCED = "therapist"
FEWEST = 3

PERSONAL_STATUSES = ("CHECKED", "SIGNED", "REGISTERED", "DRAFT", "REJECTED", "ANNULLED")
PERSONAL_SHARES = (40, 25, 20, 10, 3, 2)
CLINICAL_STATUSES = ("REGISTERED", "SIGNED", "SENT", "QUEUED", "DRAFT", "REJECTED")
CLINICAL_SHARES = (52, 16, 10, 8, 9, 5)
SIGNED = frozenset({"SIGNED", "QUEUED", "SENT", "REGISTERED", "ANNULLED"})
# What a check that was not passed has found, what is said of it, and where.
FOUND: Mapping[str, tuple[str, str, int | None]] = {
    "DATE": ("EXPIRED", "{}", None),
    "FORMAT": ("FILE_DAMAGED", "{}", None),
    "SIZE": ("FILE_TOO_LARGE", '{"most": 20}', None),
    "RESOLUTION": ("LOW_RESOLUTION", '{"least": 200, "dpi": 96}', 1),
    "SIGNATURE_OR_STAMP": ("NO_SIGNATURE_OR_STAMP", "{}", None),
}
CHECKS = ("DATE", "FORMAT", "SIZE", "RESOLUTION", "SIGNATURE_OR_STAMP")


def allot(people: Sequence[Person], scale: Scale, stream: Random) -> None:
    """Give everybody the keys of their documents, one run of keys for each person."""
    crowd = [person for person in people if not person.persona]
    left = scale.documents - INSTITUTIONAL - CAST_DOCUMENTS * (len(people) - len(crowd))
    fewest, more = divmod(left, len(crowd))
    counts = [fewest + 1] * more + [fewest] * (len(crowd) - more)
    stream.shuffle(counts)
    for index in range(0, len(counts) - 1, 2):
        moved = stream.randint(0, max(0, counts[index] - FEWEST))
        counts[index] -= moved
        counts[index + 1] += moved
    shares = iter(counts)
    first = 1
    for person in people:
        count = CAST_DOCUMENTS if person.persona else next(shares)
        person.documents = range(first, first + count)
        first += count


def documents(people: Sequence[Person], today: date, stream: Random, seed: int) -> tuple[Batch, Batch, Batch]:
    """The documents of everybody, their checks and their signatures."""
    rows: list[tuple[object, ...]] = []
    checks: list[tuple[object, ...]] = []
    signatures: list[tuple[object, ...]] = []
    now = midnight(today)
    for person in people:
        own = person.organization_ids[:1]
        for place, key in enumerate(person.documents):
            kind = _kind(person, place, stream)
            title, issuer, years = KINDS[kind]
            clinical = kind in CLINICAL
            created_at = now - timedelta(minutes=stream.randint(60, 900 * 24 * 60))
            issued_on = created_at.date() - timedelta(days=stream.randint(0, 25 if clinical or years == 1 else 700))
            statuses = (CLINICAL_STATUSES, CLINICAL_SHARES) if clinical else (PERSONAL_STATUSES, PERSONAL_SHARES)
            status = stream.choices(*statuses)[0]
            shared = place % 2 == 0 if person.persona else stream.random() < 0.4
            scan = not clinical and stream.random() < 0.5
            if person.persona == REFERENCED and place == CAST_DOCUMENTS - 1:
                kind, issued_on = "REFERENCE", days_before(today, 30)
                title, issuer, years = KINDS[kind]
            elif kind == "DIPLOMA" and person.trade.specialty is not None:
                issued_on = graduated_on(person)
            # What is kept, checked and signed here was issued before.
            created_at = max(created_at, midnight(issued_on) + timedelta(hours=12))
            rows.append(
                (
                    key,
                    person.id,
                    kind,
                    title,
                    status,
                    f"99{key:08d}",
                    issued_on,
                    years_after(issued_on, years) if years else None,
                    issuer,
                    "image/jpeg" if scan else "application/pdf",
                    stream.randint(40_000, 4_000_000),
                    sha256(f"{seed}/{key}".encode()).hexdigest(),
                    created_at,
                    own if shared else [],
                    None,
                    *OF_NOBODY,
                )
            )
            if status == "DRAFT":
                continue
            for code in (CHECKS[key % 5], CHECKS[(key + 2) % 5]):
                failed = status == "REJECTED" and code == CHECKS[key % 5]
                verdict = "FAILED" if failed else "WARNED" if stream.random() < 0.06 else "PASSED"
                reason, said, page = (None, "{}", None) if verdict == "PASSED" else FOUND[code]
                checks.append(
                    (len(checks) + 1, key, code, verdict, created_at + timedelta(minutes=1), reason, said, page)
                )
            if status in SIGNED:
                signed_at = created_at + timedelta(minutes=stream.randint(2, 50))
                verdict = "VALID" if stream.random() < 0.97 else "UNKNOWN"
                signatures.append((len(signatures) + 1, key, person.id, "CADES_BES", verdict, signed_at))
                if clinical:
                    signatures.append((len(signatures) + 1, key, None, "CADES_T", "VALID", signed_at))
    rows.append(_institutional(len(rows) + 1, today, seed))
    return (
        Batch("document", COLUMNS, rows),
        Batch("document_check", CHECK_COLUMNS, checks),
        Batch("signature", SIGNATURE_COLUMNS, signatures),
    )


def _institutional(key: int, today: date, seed: int) -> tuple[object, ...]:
    title, issuer, _ = KINDS["DECISION"]
    issued_on = days_before(today, 100)
    digest = sha256(f"{seed}/{key}".encode()).hexdigest()
    said = ("DECISION", title, "CHECKED", f"99{key:08d}", issued_on, None, issuer, "application/pdf", 60_000, digest)
    return (key, None, *said, midnight(issued_on), [], MAIN_HOSPITAL, *OF_NOBODY)


def _kind(person: Person, place: int, stream: Random) -> str:
    if place < len(FIRST):
        return FIRST[place]
    if person.persona and place < CAST_DOCUMENTS - 1:
        return PERSONAL[place - len(FIRST)]
    return stream.choice(PERSONAL + CLINICAL if person.doctor else PERSONAL)


def clinical(documents: Batch) -> tuple[Batch, dict[int, list[int]], dict[int, tuple[object, ...]]]:
    """Documents that are of no patient, the keys of those of care by whose they are, and the rows of these by key."""
    found: dict[int, list[int]] = {}
    of_care: dict[int, tuple[object, ...]] = {}
    others: list[tuple[object, ...]] = []
    for row in documents.rows:
        key, person, kind, *_ = row
        if kind in CLINICAL and isinstance(key, int) and isinstance(person, int):
            found.setdefault(person, []).append(key)
            of_care[key] = row
        else:
            others.append(row)
    return replace(documents, rows=others, more=True), found, of_care


def charted(of_care: dict[int, tuple[object, ...]], ties: Iterable[tuple[int, int, int, int, int]]) -> Batch:
    """The documents that are of encounters, each of the patient, and taken from those of care."""
    rows = [_of_a_record(of_care.pop(key), *tie) for key, *tie in ties]
    return Batch("document", COLUMNS, rows)


def left(of_care: dict[int, tuple[object, ...]]) -> Batch:
    """The documents of care that are of no encounter: their authors keep them as their own."""
    return Batch("document", COLUMNS, [*of_care.values()])


def _of_a_record(row: tuple[object, ...], *tie: int) -> tuple[object, ...]:
    said = dict(zip(COLUMNS, row, strict=True))
    said |= {"practitioner_id": None, "shared_organization_ids": []}
    said |= dict(zip(("patient_id", "encounter_id", "author_id", "place_id"), tie, strict=True))
    return tuple(said.values())
