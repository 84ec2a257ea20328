"""Records that were entered in error: what the graph says of them, and the act that marks one."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers import practitioner as practitioners
from resolvers.clinical import history
from resolvers.clinical.acts import entered_in_error as marking
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.act import PROBLEMS
from schema.clinical.history import ClinicalRecord
from sources.clinical.entered_in_error import RecordErrorRecord

if TYPE_CHECKING:
    from schema.payload import Problem
    from schema.practitioner import Practitioner

act_input(
    marking.MarkEnteredInErrorInput,
    "The record that was entered in error.",
    id=(ID, "Global id of an encounter, a condition, an observation, a result, or an entry that is not signed."),
    expected_version=VERSION,
    reason="Why, for whoever still sees it; 1,000 characters at most.",
)


@shows(RecordErrorRecord)
class EnteredInError:
    """That a record was entered in error (внесено ошибочно): it counts no more."""

    at: datetime = public("When that was said.")
    by: "Practitioner | None" = edge(practitioners.by_id, "Who said so.", by="practitioner_id")
    reason: str = public("Why.")


@shows(marking.MarkEnteredInErrorPayload)
class MarkEnteredInErrorPayload:
    """What came of marking a record."""

    record: ClinicalRecord | None = edge(
        history.ENTRIES, "The record after the act, for whoever may still see it.", by=history.ENTRY_COLUMNS
    )
    problems: "list[Problem]" = public(PROBLEMS)
