"""What a form for an application needs: the rules of the kinds, and for one applicant what the register fills in."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.declare import derived, edge, public, shows
from resolvers import accreditation as accreditations
from resolvers import book as books
from resolvers import organization as organizations
from resolvers.application import asked, form, suggestions
from resolvers.book import Direction
from resolvers.document.kinds import DocumentKind
from resolvers.rules.procedure import AccreditationKind, RegistryEvidence
from schema.application import AccreditationPurpose, ConsentKind
from schema.enums import enum
from schema.payload import Problem

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.book import Specialty
    from schema.organization import Organization

enum(
    RegistryEvidence,
    "What the register may know that makes a document unneeded (сведения реестра).",
    IDENTITY="Name, date of birth and СНИЛС (личность).",
    EDUCATION="Education, or a certificate of the old system (образование).",
    TRAINING="Further training in the specialty that is not too old (повышение квалификации).",
    FIRST="No permanent record of the specialty yet: it is the first (первая аккредитация).",
    SERVICE="Length of service, confirmed by a personnel office (подтверждённый стаж).",
)
enum(
    suggestions.Origin,
    "Where a suggested value is known from (источник).",
    name="SuggestionOrigin",
    ACCREDITATION="A record of accreditation (аккредитация).",
    CERTIFICATE="A certificate of the old system in force (сертификат).",
    EDUCATION="Education in the register (образование).",
    EMPLOYMENT="An employment in force (место работы).",
    LEADERSHIP="He heads the institution (руководство).",
    LICENCE="A licence of the organisation in force (лицензия).",
    SPECIALTY="The specialty opens it (специальность).",
)


@shows(asked.PaperSlot)
class PaperSlot:
    """A place for documents (место для документов); one of any of the kinds fills it."""

    name: str = public("Name, as `documents.slot` of the input takes it.")
    title: str = public("What it is called, in the language of Accept-Language.")
    kinds: list[DocumentKind] = public("Kinds of documents that fit.")
    most: int = public("How many documents it takes.")
    spared_by: list[RegistryEvidence] = public("What makes it unneeded: any one of these.")


@shows(asked.ConsentText)
class ConsentText:
    """A text to agree to (текст согласия)."""

    kind: ConsentKind = public("To what.")
    version: str = public("Version, as `consents.version` of the input takes it.")
    text: str = public("What is agreed to, in the language of Accept-Language.")


@shows(asked.CalendarDays)
class CalendarDays:
    """Bounds of a length in calendar days (границы срока), both included."""

    least: int = public("At least.")
    most: int = public("At most.")


@shows(asked.WorkingDays)
class WorkingDays:
    """Terms of an examination in working days of the authority (сроки рассмотрения)."""

    automatic: int = public("Until the result of the automatic check.")
    earliest: int = public("The decision not before.")
    latest: int = public("The decision at the latest.")
    clarification: int = public("For the answer to a request.")


@shows(asked.ApplicationRules)
class ApplicationRules:
    """What a kind of accreditation asks for (требования к заявлению)."""

    kind: AccreditationKind = public("The kind.")
    version: str = public("Version of the rules.")
    in_force_from: datetime = public("Since when they are in force.")
    authority: str = public("Who examines the application.")
    slots: list[PaperSlot] = public("Places for documents.")
    consents: list[ConsentText] = public("Consents that have to be given.")
    days: CalendarDays | None = public("Bounds of `days`; null where the length is not asked for.")
    terms: WorkingDays = public("How long the examination takes.")
    purposes: list[AccreditationPurpose] = public("Purposes of which one has to be named; empty where none is.")
    directions: list[Direction] = public("Directions of which some have to be named; empty where none is.")
    bases: list[AccreditationKind] = public("Kinds of a record that it stands on; empty where it stands alone.")
    supervisors: list[AccreditationKind] = public(
        "Kinds of a record that the supervisor (наставник) holds; empty where there is none."
    )


@shows(form.FormSlot)
class FormSlot:
    """A place for documents, for this applicant."""

    name: str = public("Name of the slot.")
    needed: bool = public("Whether a document is needed: the register spares it not.")
    spared_by: list[RegistryEvidence] = public("What the register knows of him that spares it.")


@shows(suggestions.Suggestion)
class Suggestion:
    """A value that the register has for a field of the form (предзаполнение)."""

    field: str = public("Field of the input.")
    value: str = public("Value, as the input takes it.")
    origin: suggestions.Origin = public("Where it is known from.")
    specialty: "Specialty | None" = derived(books.specialty, "The specialty it names.", needs=("specialty_code",))
    organization: "Organization | None" = edge(organizations.by_id, "The organisation it names.", by="organization_id")
    accreditation: "Accreditation | None" = edge(accreditations.by_id, "The record it names.", by="accreditation_id")


@shows(form.ApplicationForm)
class ApplicationForm:
    """A form for one applicant, before there is a draft (форма заявления)."""

    rules: ApplicationRules = public("What the kind asks for.")
    slots: list[FormSlot] = public("Places for documents, needed or spared.")
    suggestions: list[Suggestion] = public(
        "What the register fills in: of several values for a field the likeliest comes first."
    )
    lacks: list[Problem] = public("What a draft that takes the first of each field still lacks.")
