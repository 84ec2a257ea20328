"""What came of looking for an account in the register: as its owner sees it, and as support and the auditor do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.batch import one
from resolvers.codes import printed
from resolvers.context import Context
from sources.identity.limits import LONGEST_ACCOUNT
from sources.identity.matching import matches_of
from sources.postgres.ask import Ask


@dataclass(frozen=True, slots=True)
class MatchView:
    """What came of looking for the viewer."""

    state: str
    field: str | None
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class AccountMatchView:
    """What came of looking for an account, and why."""

    account: str
    state: str
    field: str | None
    reason: str
    attempts: int
    since: datetime
    checked_at: datetime


@one("identity", MatchView)
async def registry_match(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, MatchView]:
    """What came of it; nothing where his sign-in told nothing to look for."""
    account = context.viewer.subject
    rows = [] if account is None else await matches_of(context.stores.identity, [account])
    return {key: MatchView(row.state, row.field, row.checked_at) for key in keys for row in rows}


@one("identity", AccountMatchView)
async def of_account(context: Context, keys: Sequence[str], ask: Ask) -> dict[str, AccountMatchView]:
    """The same of any account, with the reason; nothing of one that was never looked for."""
    return {
        row.account: AccountMatchView(
            row.account, row.state, row.field, row.reason, row.attempts, row.since, row.checked_at
        )
        for row in await matches_of(context.stores.identity, list(keys))
    }


def key_of_account(*, account: str) -> tuple[int, str]:
    """The key of an account.

    Raises:
        BadArgument: it can be none.
    """
    return 0, printed(account, "account", LONGEST_ACCOUNT)
