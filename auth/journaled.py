"""Which permissions the journal of reads knows: those of clinical data and of what identifies a person."""

from typing import Final

from auth.permissions import Permission as P

# Every domain of patients: their records, and who is booked when.
_CLINICAL: Final = ("clinical:", "schedule:booking:")
# Of papers the numbers of those alone that identify somebody: `sources/document.py` says which these are.
_IDENTITY: Final = frozenset(
    {
        P.PRACTITIONER_IDENTITY_READ,
        P.PRACTITIONER_IDENTITY_MASKED,
        P.REGISTRY_REQUEST_VALUES,
        P.DOCUMENT_NUMBER_READ,
    }
)

JOURNALED: Final = frozenset(
    permission for permission in P if permission.startswith(_CLINICAL) or permission in _IDENTITY
)
