"""How confidential a new record is: what its code tells is special, and so is what was found where all is special."""

from typing import Any, Final

from sources.books import Diagnosis

NORMAL: Final = ("NORMAL", None)


def label_of(encounter: Any | None, diagnosis: Diagnosis | None = None) -> dict[str, str | None]:
    """The columns of the label of a record that is made at an encounter, if at one."""
    label: tuple[str, str | None] = NORMAL
    if diagnosis is not None and diagnosis.special is not None:
        label = "SPECIAL", diagnosis.special
    elif encounter is not None and encounter.confidentiality == "SPECIAL":
        label = "SPECIAL", encounter.special_kind
    return dict(zip(("confidentiality", "special_kind"), label, strict=True))
