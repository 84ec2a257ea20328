"""What acts on patients take, and what they answer with."""

from typing import TYPE_CHECKING, Any

from engine.declare import edge, public, shows
from resolvers.clinical import record as records
from resolvers.clinical.acts import condition, encounter, episode, observation
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.words import (
    CareKind,
    Certainty,
    ConditionKind,
    EncounterKind,
    EpisodeBasis,
    EpisodeOutcome,
    ResultFlag,
)

if TYPE_CHECKING:
    from schema.clinical.care import Encounter, EpisodeOfCare
    from schema.clinical.record import Condition, LaboratoryResult, Observation
    from schema.payload import Problem

PROBLEMS = "What keeps the act from being done; empty when it is done."
PATIENT = (ID, "Global id of the patient.")
ENCOUNTER = (ID, "Global id of the encounter (посещение) at which it is done.")

act_input(
    episode.OpenEpisodeInput,
    "An episode that begins now.",
    patient_id=PATIENT,
    basis=(EpisodeBasis, "On which relation of care, in force now, it is opened."),
    kind=(CareKind, "Under which conditions."),
    practitioner_id=(
        ID | None,
        "The doctor who leads it: left out, whoever opens it; the registration desk names one.",
    ),
)
act_input(
    episode.CloseEpisodeInput,
    "An episode that is over now.",
    id=(ID, "Global id of the episode."),
    expected_version=VERSION,
    outcome=(EpisodeOutcome, "How it ended."),
)
act_input(
    encounter.RecordEncounterInput,
    "An encounter of a patient with the viewer.",
    patient_id=PATIENT,
    kind=(EncounterKind, "Where and how."),
    episode_id=(ID | None, "Global id of the episode that it belongs to."),
    booking_id=(
        ID | None,
        "Global id of the booking (запись на приём) that it came from; a booking has one encounter.",
    ),
    shift_id=(ID | None, "Global id of the viewer's shift in which it was; of a booking and a shift, one."),
    at="When it began; left out, now.",
    ends_at="When it ended.",
)
act_input(
    condition.RecordConditionInput,
    "A diagnosis that was made at an encounter.",
    encounter_id=ENCOUNTER,
    kind=(ConditionKind, "Main, a complication, or beside."),
    code="Code of ICD-10, as I10.",
    certainty=(Certainty, "How sure it is."),
    wording="In the doctor's words (формулировка).",
    began_on="Day on which it began.",
    resolved_on="Day on which it was over.",
)

MEASURED: dict[str, str | tuple[Any, str]] = {
    "patient_id": PATIENT,
    "encounter_id": (ID | None, "Global id of the encounter at which it was done, if at one."),
    "value": "The number, of a code that has a unit.",
    "unit": "Its unit by UCUM: that of the code.",
    "words": "The words, of a code that has no unit.",
    "low": "From which value on it is normal; without either bound, as the book says.",
    "high": "Up to which value it is normal.",
    "flag": (ResultFlag | None, "How the value stands to its range; left out, it is computed."),
    "at": "When; left out, now.",
}
act_input(
    observation.RecordObservationInput,
    "A vital sign that was taken.",
    code="Code of LOINC of a vital sign, as 8310-5.",
    **MEASURED,
)
act_input(
    observation.RecordLaboratoryResultInput,
    "What the laboratory found.",
    code="Code of LOINC of a test, as 718-7.",
    **MEASURED,
)


@shows(episode.EpisodePayload)
class EpisodePayload:
    """What came of opening or closing an episode."""

    episode: "EpisodeOfCare | None" = edge(
        records.EPISODES.by_id,
        "The episode after the act; null once it is closed, to whoever cared for the patient by it alone.",
        by="episode_id",
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(encounter.EncounterPayload)
class EncounterPayload:
    """What came of recording an encounter."""

    encounter: "Encounter | None" = edge(
        records.ENCOUNTERS.by_id, "The encounter after the act, for whoever may see it.", by="encounter_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(condition.ConditionPayload)
class ConditionPayload:
    """What came of recording a diagnosis."""

    condition: "Condition | None" = edge(
        records.CONDITIONS.by_id, "The condition after the act, for whoever may see it.", by="condition_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(observation.ObservationPayload)
class ObservationPayload:
    """What came of recording a vital sign."""

    observation: "Observation | None" = edge(
        records.OBSERVATIONS.by_id, "The observation after the act, for whoever may see it.", by="observation_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(observation.LaboratoryResultPayload)
class LaboratoryResultPayload:
    """What came of recording a result of the laboratory."""

    result: "LaboratoryResult | None" = edge(
        records.RESULTS.by_id, "The result after the act, for whoever may see it.", by="result_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)
