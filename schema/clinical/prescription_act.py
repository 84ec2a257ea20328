"""What acts on prescriptions take, and what they answer with."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.declare import edge, public, shows
from resolvers.clinical.prescriptions import dispensing, drafting, fitting, reading, signing, steps
from resolvers.rules.prescribing import PrescriptionForm
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.prescription_words import PrescriptionFunding, PrescriptionUrgency

if TYPE_CHECKING:
    from schema.clinical.prescription import Prescription
    from schema.payload import Problem

PRESCRIPTION = (ID, "Global id of the prescription.")
SIGNED = "A detached CAdES over the UTF-8 of its `signable`: DER in base64; left out, the cabinet alone signs."
PROBLEMS = "What keeps the act from being done; empty when it is done."

act_input(
    fitting.PrescribedItemInput,
    "A medicine, how much of it, and how it is taken.",
    code="Code of the book of medicines.",
    amount="How much, in pieces of its form; a book may say how much at most.",
    dose=(Decimal | None, "How much at a time, in the unit of the book."),
    times_per_day="How often a day: 24 at most.",
    use_days="For how many days.",
    signa="How it is taken: 500 characters at most.",
)
SAID: dict[str, str | tuple[Any, str]] = {
    "form": (PrescriptionForm, "On which form."),
    "items": "The medicines: as many as the form takes.",
    "reason_code": "Code of the diagnosis by ICD-10; some forms take it.",
    "days": "For how many days it holds; left out, as the form says.",
    "chronic": "Whether it is for use over a long time, where the form lets it hold longer.",
    "urgency": (PrescriptionUrgency | None, "How soon it is served."),
    "over_dose": "That a dose greater than the greatest is meant.",
    "funding": (PrescriptionFunding | None, "Who pays, of a preferential one."),
    "benefit_code": "Code of the benefit, three digits, of a preferential one.",
    "percent": "How much of the price is paid for him, of a preferential one: 50 or 100.",
}
act_input(
    drafting.DraftPrescriptionInput,
    "What shall be prescribed.",
    encounter_id=(ID, "Global id of the encounter (посещение) at which it is prescribed."),
    **SAID,
)
act_input(
    drafting.UpdatePrescriptionInput,
    "Changes of a prescription that nobody has signed; fields left out stay as they are.",
    id=PRESCRIPTION,
    expected_version=VERSION,
    **{**SAID, "form": (PrescriptionForm | None, "On which form.")},
)
act_input(
    drafting.DiscardPrescriptionInput, "The prescription to throw away.", id=PRESCRIPTION, expected_version=VERSION
)
act_input(
    signing.SignPrescriptionInput, "The prescription to sign.",
    id=PRESCRIPTION, expected_version=VERSION, detached_cms=SIGNED,
)  # fmt: skip
act_input(
    signing.CosignPrescriptionInput, "The prescription of another to sign.",
    id=PRESCRIPTION, expected_version=VERSION, detached_cms=SIGNED,
)  # fmt: skip
act_input(
    signing.AnnulPrescriptionInput,
    "The prescription by which nothing shall be dispensed.",
    id=PRESCRIPTION,
    expected_version=VERSION,
    reason="Why: 1,000 characters at most.",
)
act_input(
    dispensing.RecordDispensingInput,
    "What a pharmacy dispensed by a line of a prescription.",
    organization_id=(ID, "Global id of the pharmacy's organisation: one for which the account speaks."),
    source="Which of its systems says so.",
    id="Id of the event in that system.",
    version="Version of the event, from 1 on; a later one takes the place of an earlier one.",
    series="Series of the prescription.",
    number="Number of the prescription.",
    line="Which line; left out, the first.",
    amount="How much, in pieces of the form; of a later version, all that was dispensed by the event.",
    delayed="That there is none, and the line is served later; `amount` is 0 then.",
    dispensed_at="When; left out, now.",
)


@shows(steps.PrescriptionPayload)
class PrescriptionPayload:
    """What came of an act on a prescription."""

    prescription: "Prescription | None" = edge(
        reading.PRESCRIPTIONS.by_id, "The prescription after the act, for whoever may see it.", by="prescription_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(dispensing.DispensingPayload)
class DispensingPayload:
    """What came of telling of a dispensing: by these numbers alone the pharmacy knows the prescription."""

    series: str | None = public("Series.")
    number: str | None = public("Number.")
    problems: "list[Problem]" = public(PROBLEMS)
