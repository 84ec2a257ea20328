"""The electronic signature of a note: verified before the note is held, kept with the act that signs it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.signed_by import CMS, decoded, is_of_viewer
from resolvers.clinical.acts.held import Held
from resolvers.clinical.acts.note_steps import hold_note
from resolvers.context import Context
from resolvers.rules import document_rules
from resolvers.rules.document_kind import DocumentKind
from sources.clinical.changes import Part
from sources.clinical.note import NoteRecord, content_hash, signable
from sources.clinical.note_signature import signed
from sources.postgres.writing import writing
from sources.signing.trust import Trust
from sources.signing.verifying import Outcome, Verdict, verified


@dataclass(kw_only=True)
class SigningInput(VersionInput):
    """A note as it was read, with a detached signature over its `signable`, if there is one."""

    detached_cms: str | None = None


class Electronic:
    """The signature that came with an act, if one did."""

    def __init__(self, context: Context, input: SigningInput, step: str) -> None:
        self._context = context
        self._input = input
        self._step = step
        self._judged: tuple[bytes, Verdict, datetime] | None = None

    @property
    def judging(self) -> Callable[[], Awaitable[None]] | None:
        """What is to be done before the note is held; None without a signature."""
        return None if self._input.detached_cms is None else self._judge

    def part(self, held: Held) -> list[Part]:
        """What of it is kept with the note."""
        if self._judged is None:
            return []
        cms, verdict, at = self._judged
        return [signed(held.patient, held.row.id, cms, verdict, at)]

    async def _judge(self) -> None:
        """Verify it against the note as it was read.

        Raises:
            Hindered: it is not good, not the viewer's, or the note is not there as it was read.
            NotAllowed: the viewer may not sign the note.
        """
        context = self._context
        cms = decoded(self._input.detached_cms or "")
        async with writing(context.stores.clinical) as unit:
            _, held = await hold_note(context, unit, self._input, self._step)
        row, at = held.row, context.at
        verdict = await verdict_on(row, cms, at, context.signing.trust)
        if verdict.outcome is Outcome.INVALID or verdict.certificate is None:
            raise Hindered(*(Problem(ProblemCode(one.value), (CMS,)) for one in verdict.faults), note_id=row.id)
        if await is_of_viewer(context, verdict.certificate) is None:
            raise Hindered(Problem(ProblemCode.SIGNATURE_WRONG_SIGNER, (CMS,)), note_id=row.id)
        self._judged = cms, verdict, at


async def verdict_on(row: NoteRecord, cms: bytes, at: datetime, trust: Trust) -> Verdict:
    """The verdict on a signature over a note."""
    said = (row.patient_id, row.practitioner_id, row.kind, row.text)
    content = signable(*said).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    return await verified(cms, pieces(), content_hash(*said), at, trust, allowed=algorithms(at))


def algorithms(at: datetime) -> Collection[str]:
    """By which algorithms a note is signed: those of what is taken from a case history."""
    return document_rules(DocumentKind.CASE_HISTORY, at).signatures.algorithms
