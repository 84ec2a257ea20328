"""Keys that tell who may read a row: computed columns, there where `access` has put them into the kind of rows."""


class KnownPatient:
    """Keys of a row about a patient as a whole.

    Attributes:
        carers: who cares for him, at which organisation.
        wards: the departments where he is.
        openers: who opened his history in an emergency, at which organisation.
        inquirers: whose open inquiries name him, and the time that a record is of.
        accounts: those that are his own, or of who stands for him by law.
        granted: what of him can be handed on, in each form in which a grant may name it.
    """

    carers: list[str]
    wards: list[int]
    openers: list[str]
    inquirers: list[str]
    accounts: list[str]
    granted: list[str]


class KnownRecord(KnownPatient):
    """Keys of a record, as far as its organisation and its label let each of them read it.

    Attributes:
        nurses: carers, where the row is a nurse's work.
        confirmed: openers whom a second person let reach what is special.
        trusted, trusted_wards: carers and departments with each specialty that fits what is special.
    """

    nurses: list[str]
    confirmed: list[str]
    trusted: list[str]
    trusted_wards: list[str]
