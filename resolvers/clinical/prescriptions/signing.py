"""Acts by which a prescription leaves: signed by who prescribes, by the leader where the form says so; and annulled.

With the last signature it is registered under series and number; nothing that is not signed has one.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, ProblemCode
from resolvers.clinical.acts.electronic import Electronic, Signed, SigningInput
from resolvers.clinical.acts.held import Held
from resolvers.clinical.acts.stepping import moment
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.prescriptions.allowed import hindrances
from resolvers.clinical.prescriptions.checking import checked
from resolvers.clinical.prescriptions.reading import PrescriptionStatus as S
from resolvers.clinical.prescriptions.steps import PrescriptionPayload, effect, hold_prescription
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from resolvers.rules import prescription_rules
from resolvers.rules.prescribing import PrescriptionForm
from sources.clinical.changes import Part
from sources.clinical.prescriptions import acts as source
from sources.clinical.prescriptions.prescription import PrescriptionRecord, content_hash, content_of
from sources.postgres.ask import Ask, midnight
from sources.postgres.writing import Unit, writing
from sources.signing.verifying import Verdict

SIGN: Final = P.CLINICAL_PRESCRIPTION_SIGN
ANNUL: Final = P.CLINICAL_PRESCRIPTION_ANNUL
LONGEST_REASON: Final = 1_000
_DAY: Final = timedelta(days=1)
SIGNER, LEADER = "SIGNER", "LEADER"
# So many digits of a number are by chance: whoever knows one number knows no other.
BY_CHANCE: Final = 10_000


@dataclass(kw_only=True)
class SignPrescriptionInput(SigningInput):
    """The prescription as it was read, which its author signs."""


@dataclass(kw_only=True)
class CosignPrescriptionInput(SigningInput):
    """The prescription of another as it was read."""


@dataclass(kw_only=True)
class AnnulPrescriptionInput(VersionInput):
    """The prescription that shall not be dispensed, and why."""

    reason: str


async def sign(context: Context, *, input: SignPrescriptionInput) -> PrescriptionPayload:
    """Sign one's own prescription."""
    return await _sign(context, input, "signPrescription", "SIGN")


async def cosign(context: Context, *, input: CosignPrescriptionInput) -> PrescriptionPayload:
    """Sign what a trainee drafted, or what somebody has signed who does not prescribe it alone."""
    return await _sign(context, input, "cosignPrescription", "COSIGN")


async def annul(context: Context, *, input: AnnulPrescriptionInput) -> PrescriptionPayload:
    """Annul a prescription that is registered and not dispensed in full."""

    async def do(unit: Unit) -> Effect:
        reason = plain(input.reason)
        if (problem := unfit(reason, LONGEST_REASON, "reason", missing=ProblemCode.REASON_REQUIRED)) is not None:
            raise Hindered(problem)
        by, held = await hold_prescription(context, unit, input, "ANNUL")
        at = moment(context, held.row)
        columns = {
            "state": S.ANNULLED.value, "annulled_at": at, "annulled_by": by.practitioner_id, "reason": reason,
        }  # fmt: skip
        return effect(context, by, held, "ANNULLED", source.changed(held.patient, held.row, at, columns))

    return await carried_out(
        Doing(context, "annulPrescription", ANNUL, input, do, into="clinical"), PrescriptionPayload
    )


async def _sign(context: Context, input: SigningInput, act: str, step: str) -> PrescriptionPayload:
    electronic = _electronic(context, input, step)
    check = _Check(context, input, step)

    async def do(unit: Unit) -> Effect:
        by, held = await hold_prescription(context, unit, input, step)
        row, at = held.row, moment(context, held.row)
        prescribes = row.signer_id is None
        if prescribes and (problems := await hindrances(context, unit, row, by)):
            raise Hindered(*problems, prescription_id=row.id)
        columns = _prescribed(by, row, at) | check.columns if prescribes else {}
        if not prescribes:
            columns = {"leader_id": by.practitioner_id, "leader_signed_at": at}
        awaited = prescribes and prescription_rules(context.at).forms[PrescriptionForm(row.form)].leader
        if awaited:
            columns["state"] = S.AWAITING_SIGNATURE.value
        else:
            columns |= await _registered(unit, row, at)
        parts = [source.changed(held.patient, row, at, columns), *electronic.part(held)]
        return effect(context, by, held, "SIGNED" if awaited else "REGISTERED", *parts, form=row.form)

    doing = Doing(context, act, SIGN, input, do, into="clinical", first=_both(electronic.judging, check.judging))
    return await carried_out(doing, PrescriptionPayload)


def _prescribed(by: Worker, row: PrescriptionRecord, at: datetime) -> dict[str, Any]:
    """The signature of who prescribes, as the cabinet makes it; an electronic one stands beside it."""
    return {
        "signer_id": by.practitioner_id,
        "signed_at": at,
        "accreditation_id": by.accreditation_id,
        "employment_id": by.post.id,
        "sha256": content_hash(content_of(row)),
    }


async def _registered(unit: Unit, row: PrescriptionRecord, at: datetime) -> dict[str, Any]:
    """Series and number, and until when something is dispensed: its days are counted from the next one on."""
    day = Ask(at).today
    number = f"{await source.next_number(unit):08d}{secrets.randbelow(BY_CHANCE):04d}"
    return {
        "state": S.REGISTERED.value,
        "series": f"{row.organization_id}-{day:%y}",
        "number": number,
        "registered_at": at,
        "expires_at": midnight(day + (row.days + 1) * _DAY),
    }


def _electronic(context: Context, input: SigningInput, step: str) -> Electronic:
    """The signature under a prescription; what nobody can judge now does not leave."""

    async def hold(unit: Unit) -> Held:
        return (await hold_prescription(context, unit, input, step))[1]

    def kept(held: Held, cms: bytes, verdict: Verdict, at: datetime) -> Part:
        role = SIGNER if held.row.signer_id is None else LEADER
        return source.signed(held.patient, held.row.id, role, cms, verdict, at)

    what = Signed(hold, content_of, lambda row: {"prescription_id": row.id}, kept, sure=True)
    return Electronic(context, input, what)


class _Check:
    """What a checker of interactions says, asked before the prescription is held."""

    def __init__(self, context: Context, input: SigningInput, step: str) -> None:
        self._context = context
        self._input = input
        self._step = step
        self.columns: dict[str, Any] = {}

    @property
    def judging(self) -> Callable[[], Awaitable[None]] | None:
        """What is to be done before; None where no checker is set up."""
        return None if self._context.checker is None else self._ask

    async def _ask(self) -> None:
        context = self._context
        async with writing(context.stores.clinical) as unit:
            _, held = await hold_prescription(context, unit, self._input, self._step)
        if context.checker is not None and held.row.signer_id is None:
            self.columns = await checked(context, context.checker, held.row)


def _both(
    *steps: Callable[[], Awaitable[None]] | None,
) -> Callable[[], Awaitable[None]] | None:
    """Several things that come before an act, one after the other."""
    wanted = [one for one in steps if one is not None]
    if not wanted:
        return None

    async def all_of_them() -> None:
        for one in wanted:
            await one()

    return all_of_them
