"""Whom patients trust with what, and whom their doctors ask: consents, lists of readers, consultations."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from engine.declare import derived, edge, public, shows
from resolvers import practitioner as practitioners
from resolvers.clinical import history
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.acts import consent, consultation, restriction
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.act import PROBLEMS
from schema.clinical.history import ClinicalRecord
from schema.clinical.words import Confidentiality, PatientConsentKind, SpecialKind

if TYPE_CHECKING:
    from schema.clinical.care import PatientConsent
    from schema.clinical.patient import Patient
    from schema.payload import Problem
    from schema.practitioner import Practitioner

PATIENT = (ID, "Global id of the patient.")
act_input(
    consent.GiveConsentInput,
    "What a patient consents to.",
    patient_id=PATIENT,
    kind=(PatientConsentKind, "To what."),
    text_version="Version of the text that was read: the one in force.",
    organization_id=(
        ID | None,
        "To which organisation it is given; left out, that of the workplace. The patient himself has to say.",
    ),
    organization_ids=(
        list[ID] | None, "EXCHANGE, SPECIAL: whose records it opens, beside the own of that one; 20 at most.",
    ),
    special_kinds=(list[SpecialKind] | None, "SPECIAL: to which of what is specially protected."),
    representative_id=(ID | None, "Who gave it for the patient, where a worker has it in writing."),
    last_on="The last day; left out, as long as the rules allow.",
)  # fmt: skip
act_input(
    consent.WithdrawConsentInput,
    "The consent that is taken back.",
    id=(ID, "Global id of the consent."),
    expected_version=VERSION,
)
act_input(
    restriction.RestrictRecordInput,
    "The record, its label, and who may read it.",
    id=(ID, "Global id of the record, of whichever kind."),
    expected_version=VERSION,
    confidentiality=(Confidentiality, "RESTRICTED, or NORMAL; what is SPECIAL stays so, and nothing becomes it."),
    practitioner_ids=(
        list[ID] | None, "RESTRICTED: who may read it beside viewer and author, of those who work there; 50 at most.",
    ),
)  # fmt: skip
act_input(
    consultation.AskConsultationInput,
    "Who is asked to consult on which patient.",
    patient_id=PATIENT,
    practitioner_id=(ID, "Global id of the colleague."),
    employment_id=(ID | None, "At which of his posts; left out, at his main one, or else his only one."),
)
act_input(
    consultation.EndConsultationInput, "The consultation that is over.", id=(ID, "Global id of the consultation.")
)


@shows(consent.PatientConsentText)
class PatientConsentText:
    """A text that a patient can consent to (текст согласия пациента)."""

    kind: PatientConsentKind = public("To what.")
    version: str = public("Version, as `textVersion` of the input takes it.")
    text: str = public("What is consented to, in the language of Accept-Language.")
    most_days: int | None = public("How many days it lasts at most; null where it needs no end.")


@shows(consent.PatientConsentPayload)
class PatientConsentPayload:
    """What came of an act on a consent."""

    consent: "PatientConsent | None" = edge(
        records.CONSENTS.by_id, "The consent after the act, for whoever may see it.", by="consent_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(restriction.RestrictRecordPayload)
class RestrictRecordPayload:
    """What came of labelling a record."""

    record: ClinicalRecord | None = edge(
        history.ENTRIES, "The record after the act, for whoever may see it.", by=history.ENTRY_COLUMNS
    )
    practitioners: "list[Practitioner | None]" = edge(
        practitioners.by_id, "Who may read it; empty while it is not restricted.", by="practitioner_ids"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(consultation.ConsultationPayload)
class ConsultationPayload:
    """What came of an act on a consultation (консультация)."""

    id: strawberry.ID | None = derived(consultation.id_of, "Global id of the consultation.", needs=("key",))
    patient: "Patient | None" = edge(patients.by_id, "Of whom.", by="patient_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who was asked.", by="practitioner_id")
    ends_at: datetime | None = derived(
        consultation.instant, "The instant from which it opens nothing.", needs=("ends_at",)
    )
    problems: "list[Problem]" = public(PROBLEMS)
