"""Emergency access as the graph shows it: who opened whose record, why, and what was found of it."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical import emergency as openings
from resolvers.clinical import patient as patients
from resolvers.clinical.emergency.start import EmergencyPayload, OpenEmergencyAccessInput
from resolvers.clinical.emergency.steps import EmergencyAccessInput, EmergencyVerdict, ReviewEmergencyAccessInput
from schema.act_inputs import ID, VERSION, act_input
from schema.enums import enum
from sources.clinical.relation import EmergencyOpeningRecord

if TYPE_CHECKING:
    from schema.clinical.patient import Patient
    from schema.organization import Department, Organization
    from schema.payload import Problem
    from schema.practitioner import Practitioner

enum(
    EmergencyVerdict,
    "What was found of an emergency access (решение по экстренному доступу).",
    JUSTIFIED="It was right (обоснован).",
    UNJUSTIFIED="It was not (не обоснован).",
)


OPENING = (ID, "Global id of the emergency access.")

act_input(
    OpenEmergencyAccessInput,
    "Whose history is opened in an emergency, and why.",
    patient="Who it is.",
    reason="Why, at least 20 letters; the patient and those who lead read it.",
)
act_input(EmergencyAccessInput, "The emergency access.", id=OPENING, expected_version=VERSION)
act_input(
    ReviewEmergencyAccessInput,
    "What was found of an emergency access.",
    id=OPENING,
    expected_version=VERSION,
    verdict=(EmergencyVerdict, "Whether it was right."),
    review="Why, for the patient and the doctor to read.",
)


@shows(
    EmergencyOpeningRecord,
    prefix=openings.PREFIX,
    node=openings.by_id,
    gate=P.CLINICAL_EMERGENCY_READ,
    keys=openings.KEYS,
    traces=("patient_id",),
)
class EmergencyOpening(Node):
    """An emergency access (экстренный доступ): a history that a doctor opened without a relation of care."""

    id: strawberry.ID = derived(Ids(openings.PREFIX), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "Whose history.", by="patient_id")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who opened it.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where he works.", by="organization_id")
    department: "Department | None" = edge(organizations.department, "In which department.", by="department_id")
    reason: str = public("Why, in his words.")
    opened_at: datetime = public("When.")
    ends_at: datetime = public("The instant from which it opens nothing.")
    confirmed_by: "Practitioner | None" = edge(
        practitioners.by_id,
        "The second person, with whom it reaches what is specially protected; null while nobody confirmed it.",
        by="confirmed_by",
    )
    confirmed_at: datetime | None = public("When that was confirmed.")
    review_due_at: datetime = derived(
        openings.review_due, "The instant until which it is to be reviewed.", needs=("opened_at",)
    )
    reviewed_by: "Practitioner | None" = edge(
        practitioners.by_id, "Who reviewed it; null while it waits.", by="reviewed_by"
    )
    reviewed_at: datetime | None = public("When.")
    verdict: EmergencyVerdict | None = public("What he found.")
    review: str | None = public("What he says of it.")
    version: int = public("How often it was changed.")


@shows(EmergencyPayload)
class EmergencyOpeningPayload:
    """What came of an act on an emergency access."""

    opening: "EmergencyOpening | None" = edge(openings.by_id, "The access after the act.", by="opening_id")
    problems: "list[Problem]" = public("What keeps the act from being done; empty when it is done.")
