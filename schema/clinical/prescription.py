"""Prescriptions as the graph shows them."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import accreditation as accreditations
from resolvers import book as books
from resolvers import employment as employments
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.prescriptions import reading
from resolvers.clinical.prescriptions.reading import PrescriptionStatus
from resolvers.live.prescriptions import PrescriptionChange as PrescriptionChangeRow
from resolvers.live.prescriptions import PrescriptionStep
from resolvers.rules.prescribing import PrescriptionForm
from schema.clinical.care import LABEL, RECORD_TRACES, SPECIAL
from schema.clinical.prescription_words import (
    InteractionSeverity,
    MedicineControl,
    PrescriptionCheckState,
    PrescriptionFunding,
    PrescriptionSignatureRole,
    PrescriptionUrgency,
)
from schema.clinical.words import Confidentiality, SpecialKind
from sources.clinical.prescriptions.prescription import (
    DispensingRecord,
    PrescriptionRecord,
    PrescriptionSignatureRecord,
    signable,
)

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.clinical.care import Encounter
    from schema.clinical.patient import Patient
    from schema.employment import Employment
    from schema.organization import Organization
    from schema.practitioner import Practitioner

__all__ = ["PrescriptionForm"]

READ = P.CLINICAL_PRESCRIPTION_READ


@shows(reading.ItemView)
class PrescribedItem:
    """A medicine (лекарственный препарат) of a prescription."""

    line: int = public("Its line, from 1 on.")
    code: str = public("Code in the book of medicines.")
    name: str | None = public(
        "INN, form and strength (МНН, лекарственная форма, дозировка); null of one it has no more."
    )
    control: MedicineControl | None = public("How its turnover is controlled.")
    amount: int = public("How much, in pieces of its form (количество).")
    dose: Decimal | None = public("How much at a time, in `unit` (разовая доза).")
    unit: str | None = public("Unit of the dose by UCUM.")
    times_per_day: int | None = public("How often a day.")
    use_days: int | None = public("For how many days.")
    signa: str = public("How it is taken (способ применения).")


@shows(reading.WarningView)
class InteractionWarning:
    """What a checker of interactions said (предупреждение о взаимодействии)."""

    code: str = public("Its code of it.")
    severity: InteractionSeverity = public("How much it weighs.")
    medicines: list[str] = public("Classes of ATC (АТХ) that it is about.")
    text: str | None = public("The same in its words.")


@shows(DispensingRecord)
class Dispensing:
    """What a pharmacy said of a line of a prescription (отпуск)."""

    line: int = public("The line.")
    amount: int = public("How much was dispensed, in pieces of its form.")
    delayed: bool = public("Whether it has none, and serves the line later (отсроченное обслуживание).")
    dispensed_at: datetime = public("When.")
    organization: "Organization | None" = edge(organizations.by_id, "The pharmacy (аптека).", by="organization_id")


@shows(PrescriptionSignatureRecord)
class PrescriptionSignature:
    """An electronic signature under a prescription (электронная подпись), found good when it came."""

    role: PrescriptionSignatureRole = public("As whom somebody signed.")
    holder: str | None = public("Whose certificate it is, as that says.")
    cms: str = public("The signature: DER in base64.")
    profile: str = public("Its profile, as CADES_BES.")
    received_at: datetime = public("When it came, and was judged.")
    serial: str | None = public("Serial number of the certificate.")
    issuer: str | None = public("The authority that issued it (удостоверяющий центр).")
    valid_to: datetime | None = public("Until when the certificate is valid.")


@shows(
    PrescriptionRecord,
    prefix=reading.PRESCRIPTIONS.prefix,
    node=reading.PRESCRIPTIONS.by_id,
    gate=P.CLINICAL_PRESCRIPTION_MASKED,
    keys=keys.NOTE,
    traces=RECORD_TRACES,
)
class Prescription(Node):
    """A prescription (рецепт)."""

    id: strawberry.ID = derived(Ids(reading.PRESCRIPTIONS.prefix), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "For whom.", by="patient_id")
    encounter: "Encounter | None" = edge(
        records.ENCOUNTERS.by_id, "The encounter at which it was written.", by="encounter_id"
    )
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    author: "Practitioner | None" = edge(practitioners.by_id, "Who wrote it.", by="practitioner_id")
    form: PrescriptionForm = public("On which form.")
    status: PrescriptionStatus = derived(
        reading.status_at, "Where it stands at this instant.", needs=("state", "expires_at"), clock=True
    )
    at: datetime = public("When it was begun.")
    items: list[PrescribedItem] | None = derived(reading.shown, "The medicines.", needs=("medicines",), permission=READ)
    reason_code: str | None = guarded(READ, "Code of the diagnosis by ICD-10 (МКБ-10).")
    reason_name: str | None = derived(
        lambda code: None if code is None else books.condition_name(code),
        "Its name in the book, of the version in use.",
        needs=("reason_code",),
        permission=READ,
    )
    days: int = public("For how many days it holds once it is registered.")
    chronic: bool = public("Whether it is for use over a long time (по специальному назначению).")
    urgency: PrescriptionUrgency | None = public("How soon it is served.")
    over_dose: bool | None = guarded(READ, "Whether a dose greater than the greatest is meant (превышение дозы).")
    funding: PrescriptionFunding | None = guarded(READ, "Who pays, of a preferential one.")
    benefit_code: str | None = guarded(READ, "Code of the benefit (код льготы), three digits.")
    percent: int | None = guarded(READ, "How much of the price is paid for him: 50 or 100.")
    cosigner: "Practitioner | None" = edge(
        practitioners.by_id, "Without whose signature it does not count.", by="cosigner_id"
    )
    signer: "Practitioner | None" = edge(practitioners.by_id, "Who prescribed it by a signature.", by="signer_id")
    signed_at: datetime | None = public("When.")
    leader: "Practitioner | None" = edge(
        practitioners.by_id,
        "The leader of a department who signed it besides, where its form takes that.",
        by="leader_id",
    )
    leader_signed_at: datetime | None = public("When.")
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The accreditation under which it was signed.", by="accreditation_id"
    )
    workplace: "Employment | None" = edge(
        employments.by_id, "The workplace (место работы) at which it was signed.", by="employment_id"
    )
    series: str | None = guarded(READ, "Series, once it is registered (серия).")
    number: str | None = guarded(READ, "Number, once it is registered (номер).")
    registered_at: datetime | None = public("When it was registered.")
    last_on: date | None = derived(
        reading.last_day, "The last day on which something is dispensed by it.", needs=("expires_at",)
    )
    sha256: str | None = guarded(READ, "SHA-256 of what was signed, in hexadecimal.")
    signable: str | None = derived(
        signable,
        "What is signed of it, in UTF-8: for whom, by whom, on which form, for how long, and what.",
        needs=(
            "patient_id", "practitioner_id", "form", "days", "medicines", "reason_code", "funding", "benefit_code",
            "percent", "over_dose",
        ),
        permission=READ,
    )  # fmt: skip
    signatures: "list[PrescriptionSignature] | None" = edge(
        reading.signatures, "Electronic signatures, that of who prescribes first.", by="id", permission=READ
    )
    check_state: PrescriptionCheckState | None = public(
        "Whether a checker of interactions answered before it was signed; null where none was asked."
    )
    checks: list[InteractionWarning] | None = derived(
        reading.warned, "What it said.", needs=("warnings",), permission=READ
    )
    dispensings: "list[Dispensing] | None" = edge(
        reading.dispensed, "What pharmacies dispensed by it.", by="id", permission=READ
    )
    annulled_at: datetime | None = public("When it was annulled.")
    annulled_by: "Practitioner | None" = edge(practitioners.by_id, "Who annulled it.", by="annulled_by")
    annulment_reason: str | None = guarded(READ, "Why.", column="reason")
    version: int = public("How often it was changed.")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)


@shows(PrescriptionChangeRow, gate=P.CLINICAL_PRESCRIPTION_MASKED, keys=keys.NOTE, traces=RECORD_TRACES)
class PrescriptionChange:
    """Something happened to a prescription (изменение рецепта)."""

    prescription_id: strawberry.ID = derived(
        Ids(reading.PRESCRIPTIONS.prefix), "Which prescription it is.", needs=("prescription_id",)
    )
    prescription: Prescription | None = edge(
        reading.PRESCRIPTIONS.by_id, "The prescription as it is now.", by="prescription_id"
    )
    step: PrescriptionStep = public("What happened.")
    at: datetime = public("When it happened.")
