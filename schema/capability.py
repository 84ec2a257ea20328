"""What accreditations open to the viewer: operations of work and specialised resources."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers import organization as organizations
from resolvers.accreditation.opening import OpenedView, ResourceView
from resolvers.acts.foreseeing import ActState
from resolvers.rules.capability import Operation, ResourceTopic
from schema.enums import enum

if TYPE_CHECKING:
    from schema.acting import StepUp
    from schema.organization import Organization

__all__ = ["ActState", "OpenedOperation", "Operation", "SpecialisedResource"]

enum(
    Operation,
    "Operations of work that an accreditation opens; whose data they reach, other rights say (операция).",
    CLINICAL_DOCUMENT_READ="Read clinical documents of one's patients (чтение медицинских документов).",
    CLINICAL_DOCUMENT_DRAFT="Draw up clinical documents, for a signature (проект медицинского документа).",
    CLINICAL_DOCUMENT_SIGN="Sign clinical documents (подпись медицинского документа).",
    NURSING_RECORD_WRITE="Keep nursing records (сестринская документация).",
    PRESCRIPTION_DRAFT="Draw up prescriptions, for a signature (проект рецепта).",
    PRESCRIPTION_SIGN="Sign prescriptions (рецепт).",
    CONTROLLED_PRESCRIPTION_SIGN="Sign prescriptions of controlled drugs (рецепт на наркотические и психотропные).",
    REFERRAL_DRAFT="Draw up referrals, for a signature (проект направления).",
    REFERRAL_SIGN="Sign referrals (направление).",
    SURGERY_PROTOCOL="Order and draw up protocols of operations (протокол операции).",
    RADIOLOGY_PROTOCOL="Order and draw up radiology protocols (протокол лучевого исследования).",
    LABORATORY_PROTOCOL="Order and draw up protocols of laboratory studies (протокол лабораторного исследования).",
    TELEMEDICINE_READ="Read telemedicine sessions of one's patients (чтение телемедицинских консультаций).",
    TELEMEDICINE_CONDUCT="Conduct telemedicine sessions (проведение телемедицинской консультации).",
    ACCESS_GRANT="Give others access to one's patients' files (предоставление доступа).",
    PROCEDURE_REPORT_READ="Read reports on procedures (чтение отчётов о процедурах).",
    PROCEDURE_REPORT_WRITE="Write reports on procedures (отчёт о процедуре).",
    CERTIFICATE_EXTRACT="Get an extract on the accreditation, as an electronic certificate (электронная выписка).",
    SHARED_TEMPLATE_READ="Use templates that the organisation shares (общие шаблоны).",
    ORGANIZATION_NOTICE_READ="Read notices of the organisation (объявления организации).",
    ORGANIZATION_REPORT_READ="Read reports of the organisation without clinical data (неклинические отчёты).",
)
enum(
    ActState,
    "Whether the viewer may do something now, and what is missing if not.",
    ALLOWED="He may.",
    NEEDS_SECOND_FACTOR="He may as soon as he shows a second factor (нужен второй фактор).",
    NEEDS_CONSENT="His accreditation gives it once he agrees to the terms of access (нужно согласие с условиями).",
    NEEDS_GRANT="Not by what he is; access that somebody hands on could give it (нужен переданный доступ).",
    NOT_ALLOWED="He may not; `reason` says why.",
    NOT_TOLD="He has the right to it; whether on this object, the act says once it is done.",
)
enum(
    ResourceTopic,
    "What a specialised resource is for.",
    REFERENCE="Looking something up (справочники и рекомендации).",
    TRAINING="Further education (обучение).",
    SERVICE="Work with others (сервисы).",
    SUPERVISION="Contact with supervisory bodies (надзорные органы).",
)


@shows(OpenedView)
class OpenedOperation:
    """An operation that the viewer's accreditations open."""

    operation: Operation = public("The operation.")
    valid_until: datetime | None = public("The instant from which none of them opens it, as far as is known.")
    organizations: "list[Organization]" = edge(
        organizations.by_id, "The organisations for which they open it.", by="organization_ids"
    )
    coordinates: list[str] = public(
        "What does it in this graph, as `Mutation.signNote`; empty where nothing does, and other systems may."
    )
    state: ActState | None = public(
        "Whether he may do that now, on whatever object it is right; null where nothing here does it."
    )
    reason: str | None = public("The reason why not; null where he may.")
    step_up: "StepUp | None" = public("How the second factor is shown, where it is what is missing.")


@shows(ResourceView)
class SpecialisedResource:
    """A specialised resource (специализированный ресурс)."""

    code: str = public("Code, the same in every language.")
    topic: ResourceTopic = public("What it is for.")
    title: str = public("Title, in the language of the answer.")
    url: str = public("Where it is.")
    coordinate: str | None = public("Where this graph has what it is about, as `Query.specialties`; null if nowhere.")
