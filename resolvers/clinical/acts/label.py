"""How confidential a new record is: what its code tells is special, and so is what was found where all is special."""

from typing import Any, Final

from sources.books import Diagnosis

NORMAL: Final = ("NORMAL", None)


def label_of(parent: Any | None, diagnosis: Diagnosis | None = None) -> dict[str, str | None]:
    """The columns of the label of a record; `parent` is the encounter, or the episode, in which it is made."""
    label: tuple[str, str | None] = NORMAL
    if diagnosis is not None and diagnosis.special is not None:
        label = "SPECIAL", diagnosis.special
    elif parent is not None and parent.confidentiality == "SPECIAL":
        label = "SPECIAL", parent.special_kind
    return dict(zip(("confidentiality", "special_kind"), label, strict=True))
