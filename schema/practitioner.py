"""The practitioner as the graph shows him. Every field says who reads it and where it comes from."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, ROW_DESCRIPTION, Connection, Node
from resolvers import accreditation as accreditations
from resolvers import application as applications
from resolvers import book as books
from resolvers import employment as employments
from resolvers import filing as filings
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers import schedule as schedules
from resolvers.accreditation import Standing as StandingFact
from resolvers.accreditation import attestation as attestations
from resolvers.bounds import last_day
from resolvers.clinical import record as records
from resolvers.clinical.prescriptions import reading as prescriptions
from resolvers.document import reading as documents
from resolvers.filing import FilingKind, FilingStatus
from resolvers.registering import asked as requests
from resolvers.registering.reached import contact_points
from resolvers.rules.procedure import AccreditationKind
from resolvers.schedule import booking as bookings
from resolvers.schedule import slot as slots
from schema.booking import BY_START, WANTED_BOOKINGS, WANTED_SLOTS
from schema.ends import DAY_AFTER, LAST_ON
from schema.enums import enum, known
from schema.filing import DATED, KIND, STATUS, Filing
from schema.scalars import Inn, Snils
from sources.practitioner import CertificateRecord, EducationRecord, PractitionerRecord, QualificationRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.application import AccreditationApplication
    from schema.attestation import Attestation
    from schema.book import Specialty
    from schema.booking import Booking, Slot
    from schema.clinical.care import Encounter
    from schema.clinical.prescription import Prescription
    from schema.document.document import Document
    from schema.employment import Employment
    from schema.organization import Licence, Organization
    from schema.registering import ContactPoint, RegistryFieldOrigin
    from schema.schedule import Shift


class QualificationLevel(StrEnum):
    """Ranks of the register, from the lowest."""

    SECOND = "SECOND"
    FIRST = "FIRST"
    HIGHEST = "HIGHEST"


enum(
    QualificationLevel,
    "Levels of qualification (квалификационные категории).",
    SECOND="Second, the lowest (вторая категория).",
    FIRST="First (первая категория).",
    HIGHEST="Highest (высшая категория).",
)


class EducationLevel(StrEnum):
    """Courses that the register knows."""

    HIGHER = "HIGHER"
    SECONDARY = "SECONDARY"
    RESIDENCY = "RESIDENCY"
    RETRAINING = "RETRAINING"
    CPD = "CPD"


enum(
    EducationLevel,
    "Level of a course (уровень образования).",
    HIGHER="Higher education (высшее образование).",
    SECONDARY="Secondary vocational education (среднее профессиональное образование).",
    RESIDENCY="Residency (ординатура).",
    RETRAINING="Retraining (профессиональная переподготовка).",
    CPD="Further training (повышение квалификации).",
)
RANKS = {1: QualificationLevel.SECOND, 2: QualificationLevel.FIRST, 3: QualificationLevel.HIGHEST}


def full_name(family_name: str, given_name: str, patronymic: str | None) -> str:
    """Family name, given name and patronymic, as a list of people shows them."""
    name = f"{family_name} {given_name}"
    return f"{name} {patronymic}" if patronymic else name


@shows(
    PractitionerRecord,
    prefix=practitioners.PREFIX,
    node=practitioners.by_id,
    traces=("id",),
    keys={
        "own": "id",
        "org": "organization_ids",
        "unit": "department_ids",
        "trainee": "id",
        "case": "id",
        "shared": "organization_ids",
        "given": "organization_ids",
        "institution": None,
        "holder": None,
        "queue": None,
    },
)
class Practitioner(Node):
    """A medical worker (медицинский работник) of the federal register (ФРМР)."""

    id: strawberry.ID = derived(Ids(practitioners.PREFIX), NODE_DESCRIPTION, needs=("id",))
    registry_number: str = public("Number in the register (регистрационный номер).")
    family_name: str = public("Family name (фамилия).")
    given_name: str = public("Given name (имя).")
    patronymic: str | None = public("Patronymic (отчество), where there is one.")
    full_name: str = derived(
        full_name, "Family name, given name, patronymic.", needs=("family_name", "given_name", "patronymic")
    )
    specialty: "Specialty | None" = derived(
        books.specialty, "Main specialty (специальность).", needs=("specialty_code",)
    )
    category: "QualificationCategory | None" = edge(
        practitioners.category, "Highest qualification category in force (квалификационная категория).",
        by="id", fold="category",
    )  # fmt: skip
    birth_on: date | None = guarded(
        P.PRACTITIONER_IDENTITY_READ, "Date of birth (дата рождения).", masked_by="birth_year"
    )
    snils: Snils | None = guarded(P.PRACTITIONER_IDENTITY_READ, "СНИЛС, 11 digits.", masked_by="snils_masked")
    snils_masked: str | None = derived(
        lambda snils: f"***-***-*** {snils[-2:]}",
        "СНИЛС with all but its last two digits hidden.",
        needs=("snils",),
        permission=P.PRACTITIONER_IDENTITY_MASKED,
    )
    birth_year: int | None = derived(
        lambda birth_on: birth_on.year,
        "Year of birth.",
        needs=("birth_on",),
        permission=P.PRACTITIONER_IDENTITY_MASKED,
    )
    inn: Inn | None = guarded(P.PRACTITIONER_IDENTITY_READ, "ИНН of the person, 12 digits.")
    phone: str | None = guarded(P.PRACTITIONER_CONTACT_READ, "Telephone, E.164 (+7…).")
    email: str | None = guarded(P.PRACTITIONER_CONTACT_READ, "E-mail address.")
    contact_points: "list[ContactPoint] | None" = derived(
        contact_points,
        "How he is reached, and whether he proved it (контакты).",
        needs=("phone", "phone_verified_at", "email", "email_verified_at"),
        permission=P.PRACTITIONER_CONTACT_READ,
    )
    field_origins: "list[RegistryFieldOrigin] | None" = edge(
        requests.origins_of,
        "Where those fields came from that were changed through the cabinet, by name (происхождение сведений).",
        by="id",
        permission=P.PRACTITIONER_IDENTITY_MASKED,
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "Organisation of the main employment (основное место работы).",
        by="organization_id", fold="organization",
    )  # fmt: skip
    employments: "list[Employment] | None" = edge(
        employments.of_practitioner,
        "Employments (трудоустройства), newest first.",
        by="id",
        permission=P.PRACTITIONER_EMPLOYMENT_READ,
        arguments={"active_on": "Only those in force on this day."},
    )
    preferential_from: date | None = guarded(
        P.PRACTITIONER_EMPLOYMENT_READ, "From which day he writes preferential prescriptions (льготные рецепты)."
    )
    preferential_to: date | None = guarded(
        P.PRACTITIONER_EMPLOYMENT_READ, "The last day of that; null without an end, or where he writes none."
    )
    attestations: "list[Attestation] | None" = edge(
        attestations.of_practitioner,
        "What is attested for work from afar (подтверждения), those that began last first.",
        by="id",
        permission=P.ACCREDITATION_ATTESTATION_READ,
    )
    education: "list[Education] | None" = edge(
        practitioners.education, "Education (образование), earliest first.",
        by="id", permission=P.PRACTITIONER_EDUCATION_READ,
    )  # fmt: skip
    certificates: "list[Certificate] | None" = edge(
        practitioners.certificates, "Specialist's certificates (сертификаты специалиста), newest first.",
        by="id", permission=P.PRACTITIONER_EDUCATION_READ,
    )  # fmt: skip
    licences: "list[Licence] | None" = edge(
        organizations.licences, "Licences of the organisation of the main employment (лицензии).", by="organization_id"
    )
    standing: "Standing | None" = edge(
        accreditations.standing, "The public fact of accreditation at this instant.", by="id"
    )
    accreditations: "list[Accreditation] | None" = edge(
        accreditations.of_practitioner,
        "Records of accreditation (записи об аккредитации), newest first.",
        by="id",
        permission=P.ACCREDITATION_RECORD_READ,
        arguments={"status": "Only those that have this status now."},
    )
    applications: "Connection[AccreditationApplication] | None" = edge(
        applications.of_practitioner, "Applications for accreditation (заявления), newest first.",
        by="id", permission=P.APPLICATION_FILE_READ,
    )  # fmt: skip
    documents: "Connection[Document] | None" = edge(
        documents.of_practitioner,
        "Documents of the worker's cabinet (документы), newest first.",
        by="id",
        permission=P.DOCUMENT_CATALOGUE_READ,
        arguments={"filter": "Which documents are wanted."},
    )
    shifts: "Connection[Shift] | None" = edge(
        schedules.of_practitioner,
        "Shifts (смены), by their start.",
        by="id",
        permission=P.SCHEDULE_SHIFT_READ,
        arguments={
            "from_": "With `to`: only shifts that have a part in [from, to); at most 366 days.",
            "to": "End of the range, exclusive.",
        },
    )
    encounters: "Connection[Encounter] | None" = edge(
        records.of_practitioner,
        "Encounters (посещения) with patients, newest first.",
        by="id",
        permission=P.CLINICAL_HISTORY_MASKED,
    )
    prescriptions: "Connection[Prescription] | None" = edge(
        prescriptions.of_practitioner,
        "Prescriptions (рецепты) that he wrote, newest first.",
        by="id",
        permission=P.CLINICAL_PRESCRIPTION_MASKED,
    )
    slots: "Connection[Slot] | None" = edge(
        slots.of_practitioner,
        f"Slots (талоны) with him, {BY_START}.",
        by="id",
        permission=P.SCHEDULE_SLOT_READ,
        arguments=WANTED_SLOTS,
    )
    bookings: "Connection[Booking] | None" = edge(
        bookings.of_practitioner,
        f"Bookings (записи на приём) with him, {BY_START}.",
        by="id",
        permission=P.SCHEDULE_BOOKING_READ,
        arguments=WANTED_BOOKINGS,
    )


@shows(StandingFact)
class Standing:
    """The public fact of accreditation: accredited or not, as what, until when."""

    accredited: bool = public("Whether a permanent or temporary accreditation is in force.")
    kinds: list[AccreditationKind] = public("Kinds in force.")
    valid_until: datetime | None = public("The instant from which it is no longer in force; null without an end.")


@shows(QualificationRecord, prefix=practitioners.AWARD_PREFIX, node=practitioners.award)
class QualificationCategory(Node, Filing):
    """An award of a qualification category (квалификационная категория)."""

    id: strawberry.ID = derived(Ids(practitioners.AWARD_PREFIX), NODE_DESCRIPTION, needs=("id",))
    level: QualificationLevel = derived(RANKS.__getitem__, "Second, first or highest.", needs=("rank",))
    specialty: "Specialty | None" = derived(
        books.specialty, "Specialty that it was awarded in.", needs=("specialty_code",)
    )
    awarded_on: date = public("Day of the award.")
    last_on: date | None = derived(last_day, LAST_ON, needs=("ends_on",))
    ends_on: date = public("First day on which it is no longer in force.", deprecated=DAY_AFTER)
    filing_kind: FilingKind = derived(lambda _: FilingKind.ATTESTATION, KIND, needs=("id",))
    dated: date | None = public(DATED, column="awarded_on")
    filing_status: FilingStatus | None = derived(filings.of_award, STATUS, needs=("ends_on",), clock=True)


@shows(EducationRecord)
class Education:
    """One completed course of education (образование)."""

    id: strawberry.ID = derived(Ids(practitioners.EDUCATION_PREFIX), ROW_DESCRIPTION, needs=("id",))
    level: EducationLevel | None = derived(
        known(EducationLevel),
        "Level of the course (уровень образования); null where the register has another word.",
        needs=("kind",),
    )
    kind: str = public(
        "Level of the course: HIGHER, SECONDARY, RESIDENCY, RETRAINING or CPD.",
        deprecated="Ask for `level`, whose values are known.",
    )
    institution: str = public("Where it was completed.")
    specialty: "Specialty | None" = derived(books.specialty, "Specialty of training.", needs=("specialty_code",))
    document_number: str = public("Series and number of the diploma or certificate.")
    completed_on: date = public("Day of the document.")
    hours: int | None = public("Length in academic hours, for further training.")


@shows(CertificateRecord)
class Certificate:
    """A specialist's certificate of the old system (сертификат специалиста)."""

    id: strawberry.ID = derived(Ids(practitioners.CERTIFICATE_PREFIX), ROW_DESCRIPTION, needs=("id",))
    number: str = public("Series and number.")
    institution: str = public("Who issued it.")
    specialty: "Specialty | None" = derived(books.specialty, "Specialty.", needs=("specialty_code",))
    issued_on: date = public("Day of issue.")
    last_on: date | None = derived(last_day, LAST_ON, needs=("ends_on",))
    ends_on: date = public("First day on which it is no longer in force.", deprecated=DAY_AFTER)
