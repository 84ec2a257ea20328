"""How confidential a note is when it is begun: as the encounter or episode that it is of, or more; by whom it may be.

What is special may be written by whoever could read it: his specialty fits, and the patient consents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from auth.footing import fitting
from auth.permissions import Permission as P
from auth.rights import Verdict
from auth.rules import Rule
from engine.act import NotAllowed
from resolvers.acts.acting import require
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical.acts.worker import Worker
from resolvers.context import Context
from resolvers.rules import confidentiality
from sources.clinical import note_acts as source
from sources.clinical.held import HeldPatient
from sources.postgres.writing import Unit

NURSING: Final = "NURSING"
RESTRICTED: Final = "RESTRICTED"
OPENNESS: Final = ("NORMAL", "RESTRICTED", "SPECIAL")
FITTING: Final = frozenset({Rule.TRUSTED, Rule.WARD_TRUSTED})


@dataclass(frozen=True, slots=True)
class Label:
    """A label, and which kind of special it says."""

    confidentiality: str = "NORMAL"
    special_kind: str | None = None

    def narrower(self, other: "Label") -> bool:
        """Whether whoever may read this may read the other, as far as labels go."""
        if other.special_kind is not None:
            return self.special_kind == other.special_kind
        return OPENNESS.index(self.confidentiality) >= OPENNESS.index(other.confidentiality)


def misfits(label: str | None, special_kind: str | None) -> Iterator[Problem]:
    """What does not fit together in a label as it was given."""
    if label == "SPECIAL" and special_kind is None:
        yield Problem(ProblemCode.FIELD_REQUIRED, ("specialKind",), {"field": "specialKind"})
    if label != "SPECIAL" and special_kind is not None:
        yield Problem(ProblemCode.FIELD_FORMAT, ("specialKind",), {"field": "specialKind"})


async def to_be(
    context: Context,
    unit: Unit,
    patient: HeldPatient,
    by: Worker,
    kind: str,
    label: Label,
    permission: P = P.CLINICAL_NOTE_WRITE,
) -> Any:
    """What rules look at in a note, or another record, before it is made, as the store says of one that is there.

    Raises:
        Hindered: it is special, and the specialty of whoever writes does not fit, or the patient does not consent.
        NotAllowed: the viewer may not write such a note.
    """
    whose = patient.row
    special = label.special_kind
    if special is not None:
        trusted, wards = await _special(context, unit, patient, by, special, permission)
        row = SimpleNamespace(carers=[], nurses=[], wards=[], trusted=trusted, trusted_wards=wards, granted=[])
    else:
        nurses = whose.carers if kind == NURSING else []
        ordinary = label.confidentiality == "NORMAL"
        row = SimpleNamespace(
            carers=whose.carers,
            nurses=nurses,
            wards=whose.wards if ordinary else [],
            trusted=[],
            trusted_wards=[],
            granted=whose.granted if ordinary else [],
        )
    require(context, permission, row, keys.RECORD)
    return row


async def _special(
    context: Context, unit: Unit, patient: HeldPatient, by: Worker, special: str, permission: P
) -> tuple[list[str], list[str]]:
    table, verdict, at = confidentiality(context.at), context.viewer[permission], context.at
    codes = sorted(table.specialties(special))
    trusted = [fitting(carer, code) for carer in patient.row.carers for code in codes]
    wards = [fitting(ward, code) for ward in patient.row.wards for code in codes]
    row = SimpleNamespace(trusted=trusted, trusted_wards=wards)
    if not verdict.always and not _fits(verdict.rules, row):
        fitting_ones = tuple(one for one in verdict.locked if one.rule in FITTING)
        reason = Verdict(locked=fitting_ones, configured=verdict.configured).refusal(row, keys.RECORD)
        if reason.step_up is not None:
            raise NotAllowed(reason)
        raise Hindered(Problem(ProblemCode.SPECIALTY_NOT_FITTING, ("specialKind",), {"special": special}))
    consent = table.consent("SPECIAL", own=True)
    if consent is not None and not await _consented(unit, patient, by, consent, special, at):
        raise Hindered(Problem(ProblemCode.PATIENT_CONSENT_MISSING, ("specialKind",), {"special": special}))
    return trusted, wards


def _fits(rules: Any, row: Any) -> bool:
    """Whether a rule that asks for a specialty holds."""
    return Verdict(rules=tuple(one for one in rules if one[0] in FITTING)).allows(row, keys.RECORD)


async def _consented(unit: Unit, patient: HeldPatient, by: Worker, consent: str, special: str, at: datetime) -> bool:
    return await source.consented(unit, patient, by.place, consent, special, at)
