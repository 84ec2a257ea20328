"""What an act on a patient leaves: its change with an event, and what it rested on for the journal; no value of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Effect
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.patient import PREFIX
from resolvers.context import Context
from sources.clinical.changes import Part, change
from sources.clinical.held import HeldPatient

NOTHING: Mapping[str, Any] = {}


def recorded(
    context: Context,
    step: str,
    thing: str,
    patient: HeldPatient,
    worker: Worker | None,
    *parts: Part,
    outcome: Mapping[str, Any],
    at: datetime | None = None,
    grounds: Mapping[str, Any] = NOTHING,
) -> Effect:
    """The effect of an act: `step` is the kind of its event, `thing` the global id of the record.

    Without a worker it is done by the patient, or by whoever stands for him.
    """
    ids = {"object": thing, "patientId": patient.id}
    said: dict[str, Any] = {"patient": encode(PREFIX, patient.id)}
    if worker is not None:
        ids |= {"practitionerId": worker.practitioner_id, "organizationId": worker.place}
        if worker.accreditation_id is not None:
            said["accreditation"] = encode(prefixes.ACCREDITATION, worker.accreditation_id)
    return Effect(
        at=at or context.at,
        outcome=outcome,
        thing=thing,
        change=change(*parts),
        events=((step, ids),),
        grounds={**said, **grounds},
    )
