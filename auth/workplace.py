"""The workplace of a viewer: the one employment under which he asks for what is clinical.

What is one's own, and what HRR, HED and SUP may do beside patients, does not look at it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth.assurance import Level
from auth.counting import held_posts
from auth.facts import Facts, Post
from auth.hindering import barred
from auth.role import Role, RoleName


@dataclass(frozen=True, slots=True)
class Acting:
    """Where and for whom a request is made, beside what its token says.

    Attributes:
        workplace: the key of the employment that was chosen; None leaves it to the register.
        principal: the facts of the practitioner on whose behalf the service account of an organisation asks.
    """

    workplace: int | None = None
    principal: Facts | None = None


ORDINARY: Final = Acting()


def posts_of(facts: Facts | None, acting: Acting, at: datetime, roles: Iterable[Role]) -> list[Post]:
    """The posts that can be a workplace: those of the viewer, or of his principal at the organisations he serves."""
    if facts is None or barred(facts, at) is not None:
        return []
    if acting.principal is None:
        return held_posts(facts, at) if facts.assurance.level is Level.CONFIRMED else []
    served = {place for role in roles if role.name is RoleName.MIS for place in role.organizations}
    return [post for post in held_posts(acting.principal, at) if post.organization_id in served]


def workplace(posts: list[Post], chosen: int | None) -> Post | None:
    """The post that was chosen; unless one was, the main one, or else the only one."""
    if chosen is not None:
        return next((post for post in posts if post.id == chosen), None)
    return next((post for post in posts if post.main), posts[0] if len(posts) == 1 else None)
