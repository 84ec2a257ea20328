"""The electronic signature of what an act signs: verified before that is held, kept with the act."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.signed_by import CMS, decoded, is_of_viewer
from resolvers.clinical.acts.held import Held
from resolvers.clinical.acts.note_steps import hold_note
from resolvers.context import Context
from resolvers.rules import document_rules
from resolvers.rules.document_kind import DocumentKind
from sources.clinical.changes import Part
from sources.clinical.note import NoteRecord, signable
from sources.clinical.note_signature import signed
from sources.postgres.writing import Unit, writing
from sources.signing.trust import Trust
from sources.signing.verifying import Outcome, Verdict, verified


@dataclass(kw_only=True)
class SigningInput(VersionInput):
    """What is signed as it was read, with a detached signature over its `signable`, if there is one."""

    detached_cms: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed: how it is held, what of it is signed, and how the signature is kept with it.

    Attributes:
        outcome: how the payload names it.
        sure: whether a signature that nobody can judge now is none.
    """

    hold: Callable[[Unit], Awaitable[Held]]
    content: Callable[[Any], str]
    outcome: Callable[[Any], Mapping[str, Any]]
    kept: Callable[[Held, bytes, Verdict, datetime], Part]
    sure: bool = False


class Electronic:
    """The signature that came with an act, if one did."""

    def __init__(self, context: Context, input: SigningInput, what: Signed) -> None:
        self._context = context
        self._input = input
        self._what = what
        self._judged: tuple[bytes, Verdict, datetime] | None = None

    @property
    def judging(self) -> Callable[[], Awaitable[None]] | None:
        """What is to be done before it is held; None without a signature."""
        return None if self._input.detached_cms is None else self._judge

    def part(self, held: Held) -> list[Part]:
        """What is kept with it."""
        if self._judged is None:
            return []
        return [self._what.kept(held, *self._judged)]

    async def _judge(self) -> None:
        """Verify it against what is signed as it was read.

        Raises:
            Hindered: it is not good, not the viewer's, or what is signed is not there as it was read.
            NotAllowed: the viewer may not sign it.
        """
        context, what = self._context, self._what
        cms = decoded(self._input.detached_cms or "")
        async with writing(context.stores.clinical) as unit:
            held = await what.hold(unit)
        row, at = held.row, context.at
        verdict = await verdict_on(what.content(row), cms, at, context.signing.trust)
        unsure = what.sure and verdict.outcome is not Outcome.VALID
        if verdict.outcome is Outcome.INVALID or unsure or verdict.certificate is None:
            faults = (Problem(ProblemCode(one.value), (CMS,)) for one in verdict.faults)
            raise Hindered(*faults, **what.outcome(row))
        if await is_of_viewer(context, verdict.certificate) is None:
            raise Hindered(Problem(ProblemCode.SIGNATURE_WRONG_SIGNER, (CMS,)), **what.outcome(row))
        self._judged = cms, verdict, at


def of_note(context: Context, input: SigningInput, step: str) -> Electronic:
    """The signature under a note."""

    async def hold(unit: Unit) -> Held:
        return (await hold_note(context, unit, input, step))[1]

    def kept(held: Held, cms: bytes, verdict: Verdict, at: datetime) -> Part:
        return signed(held.patient, held.row.id, cms, verdict, at)

    return Electronic(context, input, Signed(hold, content_of_note, lambda row: {"note_id": row.id}, kept))


def content_of_note(row: NoteRecord) -> str:
    """What is signed of a note."""
    return signable(row.patient_id, row.practitioner_id, row.kind, row.text)


async def verdict_on(content: str, cms: bytes, at: datetime, trust: Trust) -> Verdict:
    """The verdict on a signature over what is signed."""
    said = content.encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield said

    return await verified(cms, pieces(), hashlib.sha256(said).hexdigest(), at, trust, allowed=algorithms(at))


def algorithms(at: datetime) -> Collection[str]:
    """By which algorithms it is signed: those of what is taken from a case history."""
    return document_rules(DocumentKind.CASE_HISTORY, at).signatures.algorithms
