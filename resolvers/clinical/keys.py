"""For each rule the column that it looks at, of records of patients: for readers and for acts."""

from typing import Final

from engine.rights import Keys
from resolvers.acts.keys import PATIENT, RECORD

__all__ = ["CARD", "HELD", "NOTE", "NURSES_WORK", "NURSES_WORK_AT", "ORDER", "PATIENT", "RECORD"]

# Of the patient himself, whose masked card is seen by whoever carries out an order for him.
CARD: Final[Keys] = {**PATIENT, "directed": "directed"}
# Of an order, and of what came of it.
ORDER: Final[Keys] = {**RECORD, "directed": "directed"}
# Of a note, which somebody may co-sign.
NOTE: Final[Keys] = {**RECORD, "tutored": "tutors"}
# Of a record that is a nurse's work, before it is made: whoever cares for the patient may make it.
NURSES_WORK: Final[Keys] = {**PATIENT, "nursing": "carers"}
# Of the patient whose record it is that an act holds.
HELD: Final[Keys] = {**NURSES_WORK, "directed": "directed"}
NURSES_WORK_AT: Final[Keys] = {**RECORD, "nursing": "carers"}
