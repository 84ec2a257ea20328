"""Locks of accounts, and what people ask support for, as the graph shows them."""

from datetime import datetime

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers.identity import locks, tickets
from resolvers.identity.locks import OwnLockView, ProposalView
from resolvers.identity.ticket_acts import TicketPayload as TicketResult
from resolvers.identity.tickets import TicketState, WordsView
from resolvers.identity.unlocking import UnlockPayload as UnlockResult
from resolvers.rules.limits import LockReason
from resolvers.supporting import SupportChannel
from resolvers.supporting import SupportContact as Contact
from schema.enums import enum
from schema.payload import DONE, Problem
from sources.identity.limits import LockRecord
from sources.identity.support import TicketRecord

enum(
    LockReason,
    "Why an account is locked.",
    FAILED_SIGN_INS="Signing in failed too often; sessions go on (много неудачных входов).",
    WRONG_CODES="Too many wrong codes were given (много неверных кодов).",
    DENIED_READS="Too much was asked for that may not be read (много отказов в доступе).",
)
enum(
    TicketState,
    "Where a ticket stands.",
    OPEN="It waits for an answer (открыто).",
    ANSWERED="It was answered (дан ответ).",
    CLOSED="It is done with (закрыто).",
)
enum(
    SupportChannel,
    "By what support is reached.",
    PHONE="Telephone (телефон).",
    EMAIL="E-mail (электронная почта).",
    CHAT="A page in a browser (чат).",
)


@shows(OwnLockView)
class AccountLock:
    """A lock of the viewer's account (блокировка); it ends by itself, or support lifts it."""

    reason: LockReason = public("Why.")
    locked_at: datetime = public("Since when.")
    until: datetime = public("The instant from which it is over.")


@shows(ProposalView)
class UnlockProposal:
    """That somebody wants a lock lifted."""

    by: str = public("Who: the account.")
    at: datetime = public("When he said so.")
    reason: str = public("Why.")


# No rule but `all` holds on any of them.
@shows(LockRecord, prefix=locks.PREFIX, node=locks.by_id, gate=P.SUPPORT_LOCK_READ, keys={"own": None})
class LockedAccount(Node):
    """A lock of an account as support sees it, in force or over."""

    id: strawberry.ID = derived(Ids(locks.PREFIX), NODE_DESCRIPTION, needs=("id",))
    account: str = public("Whose it is: the account.")
    reason: LockReason = public("Why.")
    locked_at: datetime = public("Since when.")
    until: datetime = public("The instant from which it is over; of one that was lifted, when it was.")
    in_force: bool = derived(
        locks.in_force_at, "Whether it is in force at this instant.", needs=("locked_at", "until"), clock=True
    )
    proposal: UnlockProposal | None = edge(locks.proposal, "That it be lifted, where somebody proposed it.", by="id")
    lifted_by: str | None = public("Who lifted it: the account.")
    lifted_at: datetime | None = public("When.")
    version: int = public("Goes up with each change.")


@shows(UnlockResult)
class UnlockPayload:
    """What came of an act on a lock."""

    lock: LockedAccount | None = edge(locks.by_id, "The lock after the act.", by="lock_id")
    problems: list[Problem] = public(DONE)


@shows(WordsView)
class TicketWords:
    """What somebody asked, and what he was answered."""

    subject: str = public("In a line.")
    text: str = public("In his words.")
    answer: str | None = public("What support answered.")


@shows(TicketRecord, prefix=tickets.PREFIX, node=tickets.by_id, gate=P.SUPPORT_TICKET_READ, keys=tickets.KEYS)
class SupportTicket(Node):
    """What somebody asks support for (обращение в поддержку)."""

    id: strawberry.ID = derived(Ids(tickets.PREFIX), NODE_DESCRIPTION, needs=("id",))
    account: str = public("Whose it is: the account.")
    state: TicketState = public("Where it stands.")
    request_ids: list[str] = public("Ids of the requests that it is about, by which the log knows them.")
    words: TicketWords | None = edge(tickets.words, "What is asked, and the answer; no data of patients belong there.",
                                     by="id")  # fmt: skip
    opened_at: datetime = public("When it was opened.")
    changed_at: datetime = public("When it was changed last.")
    version: int = public("Goes up with each change.")


@shows(TicketResult)
class SupportTicketPayload:
    """What came of an act on a ticket."""

    ticket: SupportTicket | None = edge(tickets.by_id, "The ticket after the act.", by="ticket_id")
    problems: list[Problem] = public(DONE)


@shows(Contact)
class SupportContact:
    """One way to reach support."""

    channel: SupportChannel = public("By what.")
    value: str = public("The number, the address or the page.")
