"""Acts that another service does: once for a key, under the rights of the instant, in the journal before and after.

No transaction of ours holds what it does. So the key is taken and the act noted before it is sent, and what became of
it is noted after; where nobody knows that, the same is sent again under the same key, when the caller says so.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from auth.workplace import ORDINARY
from engine.act import NotAllowed
from engine.errors import Code, Fault
from engine.joining.deeds import Anew, Deed, Said, Sending, Unnoted
from engine.joining.services import Reply
from resolvers.acts.acting import FRESH_SECONDS, to_its_end
from resolvers.acts.fingerprint import fingerprint
from resolvers.acts.grounds import grounds_of
from resolvers.context import Context
from sources.journal import elsewhere as source
from sources.journal.elsewhere import Note, Outcome
from sources.postgres.failure import SourceFailure
from sources.postgres.writing import LOCK_SECONDS, Key, KeyConflict, KeyInProgress, writing

# How much longer than the service has time nobody else may ask under the key; whoever still notes then asks no more.
MARGIN: Final = timedelta(seconds=2)
CONFLICT: Final = "The key was used for another act, or with other values."
IN_PROGRESS: Final = "Another request with this key is still under way."
NOT_TOLD: Final = "It was done; what it gave is not told again."
REFUSED: Final = "The service did not do it."
NOT_DONE: Final = "The service could not be asked; nothing was done."
UNKNOWN: Final = "Nobody knows whether it was done; ask again with the same key."

# By subject and key, who is under way in this process.
_sent: dict[tuple[str, str], asyncio.Task[Any]] = {}


@dataclass(frozen=True, slots=True)
class _Doing:
    deed: Deed
    sending: Sending
    context: Context
    key: Key
    lasts: timedelta


class Elsewhere:
    """Does acts of other services; `deadlines` are theirs, in seconds, by name."""

    def __init__(self, deadlines: Mapping[str, float]) -> None:
        self._deadlines = deadlines

    async def look(self, context: Context) -> None:
        """See the caller as he is now."""
        await context.look()

    async def done(self, deed: Deed, sending: Sending, context: Context) -> Reply:
        """Do one act, or tell again what came of it; once begun it is carried to its end, whoever waits.

        Raises:
            Anew: the rights are others than those that it was planned under; nothing was done.
            NotAllowed: the caller may not do it; nothing was done.
            Fault: why it was not done, or why nobody knows.
            Unnoted: the journal took no entry.
            SourceFailure: the key cannot be kept, for lack of a secret; nothing was done.
        """
        lasts = timedelta(seconds=self._deadlines[deed.service]) + MARGIN
        doing = _Doing(deed, sending, context, _key_of(context, deed), lasts)
        return await to_its_end(_in_turn(doing))


async def _in_turn(doing: _Doing) -> Reply:
    """Do it; where the same is under way in this process, wait for that as long as for a lock."""
    same, mine = (doing.key.subject, doing.key.text), asyncio.current_task()
    loop = asyncio.get_running_loop()
    ends = loop.time() + LOCK_SECONDS
    while (rival := _sent.get(same)) is not None and loop.time() < ends:
        await asyncio.wait({rival}, timeout=ends - loop.time())
    if mine is not None:
        _sent.setdefault(same, mine)
    try:
        return await _done(doing)
    except KeyConflict:
        raise Fault(Code.IDEMPOTENCY_CONFLICT, CONFLICT) from None
    except KeyInProgress:
        raise Fault(Code.IDEMPOTENCY_IN_PROGRESS, IN_PROGRESS, retryable=True) from None
    finally:
        if _sent.get(same) is mine:
            del _sent[same]


async def _done(doing: _Doing) -> Reply:
    sent = await _begun(doing)
    if isinstance(sent, source.Done):
        return _told_again(doing, sent.answer)
    said: Said | None = None
    failed: Exception | None = None
    try:
        said = await doing.sending.send(_shown(doing.key))
    except Exception as failure:  # noqa: BLE001 - whatever it is, it may have been done
        failed = failure
    outcome = _outcome(said, failed)
    await _ended(doing, outcome, sent, None if said is None else said.reply)
    if said is not None and outcome is Outcome.DONE:
        return said.reply
    raise _fault(doing, outcome, failed)


async def _begun(doing: _Doing) -> source.Done | int:
    """Take the key and note that it is sent; the position of that entry, or what was done under the key.

    Raises:
        Anew, NotAllowed, KeyConflict, KeyInProgress, Unnoted: it is not sent.
    """
    context, loop = doing.context, asyncio.get_running_loop()
    journal = context.stores.journal
    known_since = await context.look()
    verdict = context.viewer[doing.deed.permission]
    if verdict.never is not False:
        raise NotAllowed(verdict.refusal_at_all())
    if not doing.sending.stands():
        raise Anew
    try:
        async with journal.turns, writing(journal) as unit:
            found = await source.take(unit, doing.key, context.at, doing.lasts, context.stores.clinical.keyring)
            if found is not None:
                return found
            if loop.time() - known_since > FRESH_SECONDS and not await _stands(context):
                raise Anew
            # The end of the chain is everybody's: it is held for this one statement.
            return await source.noted(unit, _note(doing, Outcome.SENT))
    except SourceFailure as failed:
        raise Unnoted from failed


async def _stands(context: Context) -> bool:
    """Whether the viewer is known to be still what he was when he was looked at."""
    try:
        return await context.unchanged_since() is not None
    except SourceFailure:
        return False


async def _ended(doing: _Doing, outcome: Outcome, position: int, reply: Reply | None) -> None:
    """Note what became of it, and keep it with the key.

    Raises:
        Unnoted: it was done, and the journal did not take it; the key stays open.
        Fault: nobody knows what became of it, and the journal did not take that.
    """
    stores, kept = doing.context.stores, None
    if reply is not None:
        places = [one.get("path") if isinstance(one, dict) else None for one in reply.errors]
        kept = {"asked": doing.sending.digest, "data": reply.data, "places": places}
    note = _note(doing, outcome, position)
    try:
        async with stores.journal.turns:
            await source.end(stores.journal, doing.key, outcome, note, kept, stores.clinical.keyring)
    except SourceFailure as failed:
        if outcome is Outcome.DONE:
            raise Unnoted(doing.deed.key) from failed
        raise Fault(Code.JOURNAL_UNAVAILABLE, UNKNOWN, retryable=True, outcome=Outcome.UNKNOWN.value) from failed


def _told_again(doing: _Doing, kept: Any) -> Reply:
    """What was answered when it was done.

    Raises:
        Fault: that is not kept, or something else was to be read of it.
    """
    if not isinstance(kept, dict) or kept["asked"] != doing.sending.digest:
        raise _of_service(doing, Code.SOURCE_UNAVAILABLE, NOT_TOLD, Outcome.DONE, retryable=False)
    return Reply(kept["data"], [{"path": place} for place in kept["places"]])


def _outcome(said: Said | None, failed: Exception | None) -> Outcome:
    if said is not None:
        return Outcome.REFUSED if said.refused else Outcome.DONE
    return Outcome.NOT_DONE if getattr(failed, "undone", False) else Outcome.UNKNOWN


def _fault(doing: _Doing, outcome: Outcome, failed: Exception | None) -> Fault:
    if outcome is Outcome.REFUSED:
        return _of_service(doing, Code.SOURCE_UNAVAILABLE, REFUSED, outcome, retryable=False)
    code = Code(getattr(failed, "code", Code.SOURCE_UNAVAILABLE))
    text = UNKNOWN if outcome is Outcome.UNKNOWN else NOT_DONE
    return _of_service(doing, code, text, outcome, retryable=True)


def _of_service(doing: _Doing, code: Code, text: str, outcome: Outcome, *, retryable: bool) -> Fault:
    return Fault(code, text, store=doing.deed.service, retryable=retryable, outcome=outcome.value)


def _note(doing: _Doing, outcome: Outcome, position: int | None = None) -> Note:
    """The entry that it is sent, or of what became of it: ids and no values."""
    context, deed = doing.context, doing.deed
    grounds: dict[str, Any] = {
        **grounds_of(context),
        "permission": deed.permission,
        "asOf": context.at.astimezone(UTC).isoformat(),
        "service": deed.service,
        "coordinate": deed.coordinate,
        "objects": list(deed.objects),
        "outcome": outcome.value,
    }
    if position is not None:
        grounds["sentAt"] = position
    thing = deed.objects[0] if len(deed.objects) == 1 else None
    at = context.at if position is None or context.clock is None else max(context.at, context.clock())
    return Note(at, context.viewer.subject or "", deed.name, thing, orjson.dumps(grounds).decode())


def _key_of(context: Context, deed: Deed) -> Key:
    """The key with what is asked under it; what that is, nobody finds out of the digest by trying.

    Raises:
        SourceUnavailable: it cannot be kept, for lack of a secret.
    """
    said: dict[str, Any] = {"": deed.service, **deed.arguments}
    acting = context.viewer.acting
    if acting is not ORDINARY:
        # No argument has such a name.
        said["."] = (acting.workplace, acting.principal and acting.principal.practitioner_id)
    digest = context.stores.clinical.kept_as(fingerprint(said))
    return Key(context.idempotency_key or "", context.viewer.subject or "", deed.name, digest)


def _shown(key: Key) -> str:
    """The key as the service sees it: two callers who choose the same text have two keys there."""
    return sha256(f"{key.subject}\n{key.text}".encode("utf-8", "surrogatepass")).hexdigest()
