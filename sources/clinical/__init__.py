"""The clinical store: patients and their records, sealed as far as they tell of a named person.

Each module has the tables of a kind with what is read of them; `reading` reads all kinds alike, `opening` opens what
is sealed, `finding` finds patients by what the store does not show. `access` says who may read which row; `shown` and
`listing` put that into the kinds of rows and the lists that the graph has.
"""

from sources.clinical import condition, consent, duty, episode, leaving, note, observation, patient, relation
from sources.clinical.orders import order
from sources.clinical.tables import NAME, metadata

__all__ = [
    "NAME", "condition", "consent", "duty", "episode", "leaving", "metadata", "note", "observation", "order", "patient",
    "relation",
]  # fmt: skip
