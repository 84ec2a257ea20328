"""What acts on patients take, and what they answer with."""

from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers.clinical import diagnosing
from resolvers.clinical import record as records
from schema.act_inputs import ID, act_input
from schema.clinical.words import Certainty, ConditionKind

if TYPE_CHECKING:
    from schema.clinical.record import Condition
    from schema.payload import Problem

PROBLEMS = "What keeps the act from being done; empty when it is done."
ENCOUNTER = (ID, "Global id of the encounter (посещение) at which it is done.")

act_input(
    diagnosing.RecordConditionInput,
    "A diagnosis that was made at an encounter.",
    encounter_id=ENCOUNTER,
    kind=(ConditionKind, "Main, a complication, or beside."),
    code="Code of ICD-10, as I10.",
    certainty=(Certainty, "How sure it is."),
    wording="In the doctor's words (формулировка).",
    began_on="Day on which it began.",
    resolved_on="Day on which it was over.",
)


@shows(diagnosing.ConditionPayload)
class ConditionPayload:
    """What came of recording a diagnosis."""

    condition: "Condition | None" = edge(
        records.CONDITIONS.by_id, "The condition after the act, for whoever may see it.", by="condition_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)
