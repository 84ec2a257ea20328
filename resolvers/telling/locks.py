"""What locks of accounts have to tell, and to whom: whose account it is, and who may lift one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "ACCOUNT_LOCK"


def told(step: str, lock: Any, owner: Person, support: Sequence[Person], at: datetime) -> Iterator[Told]:
    """Who is told of a step at an instant; of a name under which nobody ever came in, nobody."""
    said = {"lock": lock.reason, "starts": lock.locked_at.isoformat(), "ends": lock.until.isoformat()}
    if step == "LOCKED" and lock.known:
        yield owner, KIND, "account_locked", said
    elif step == "UNLOCKED":
        yield owner, KIND, "account_unlocked", said
    elif step == "UNLOCK_PROPOSED" and lock.lifted_at is None and lock.until > at:
        aside = {lock.account, lock.proposed_by}
        yield from ((one, KIND, "unlock_proposed", said) for one in support if one.subject not in aside)
