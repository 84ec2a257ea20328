"""What stands in the way of a viewer before any role does: in his account, in the register, at the places of work."""

from collections.abc import Sequence
from datetime import datetime

from auth.assurance import AUTHORITY_ZONE, Level
from auth.facts import Facts, Hindrance, Post
from auth.rights import (
    ACCOUNT_BLOCKED,
    ACCOUNT_NOT_CONFIRMED,
    IDENTITY_MISMATCH,
    LINK_REQUIRED,
    ORG_CLOSED,
    REGISTRY_LINK_MISSING,
    Reason,
)


def barred(facts: Facts, at: datetime) -> Reason | None:
    """Why an account has no role at all, whoever it belongs to."""
    if facts.hindered_by(Hindrance.ACCOUNT_BLOCKED, at):
        return ACCOUNT_BLOCKED
    return ACCOUNT_NOT_CONFIRMED if facts.assurance.level is Level.UNCONFIRMED else None


def unlinked(facts: Facts, held: Sequence[Post], at: datetime) -> Reason | None:
    """What an account lacks to be that of a worker who has a post: `held` are those in force."""
    if held:
        return None
    if facts.practitioner_id is None:
        mismatch = facts.hindered_by(Hindrance.IDENTITY_MISMATCH, at)
        return IDENTITY_MISMATCH if mismatch else REGISTRY_LINK_MISSING
    day = at.astimezone(AUTHORITY_ZONE).date()
    over = [post for post in facts.posts if post.ends_on is not None and post.ends_on < day]
    last = max(over, key=lambda post: (post.ends_on, post.id), default=None)
    return ORG_CLOSED if last is not None and last.closes else LINK_REQUIRED
