"""What a role is: its name, what it rests on, and the sets that rules look into."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RoleName(StrEnum):
    """Who somebody is to the cabinet at an instant; docs/rights.md says who each is and what it rests on."""

    NOB = "NOB"
    APL = "APL"
    LNK = "LNK"
    TMP = "TMP"
    DOC = "DOC"
    NUR = "NUR"
    SPC = "SPC"
    REM = "REM"
    SUP = "SUP"
    DSK = "DSK"
    HRR = "HRR"
    HED = "HED"
    EXP = "EXP"
    REG = "REG"
    INS = "INS"
    PAT = "PAT"
    MIS = "MIS"
    AUD = "AUD"
    SUPP = "SUPP"
    ADM = "ADM"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Role:
    """A role in force, what it rests on, and the sets that rules look into.

    Attributes:
        until: the instant from which it is no longer in force, as far as the facts say; None without an end.
    """

    name: RoleName
    because: str
    until: datetime | None = None
    organizations: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    trainees: frozenset[int] = frozenset()
