"""Where and for whom a request is made: what its headers name has to be the caller's, or nothing is executed."""

from auth.facts import Facts
from auth.role import RoleName
from auth.viewer import Viewer
from auth.workplace import Acting, posts_of
from engine.errors import Code
from engine.global_id import decode
from resolvers import prefixes
from resolvers.facts import ViewerFacts

# Without these nobody can say where somebody works, nor whom he serves.
_TELLING = frozenset({"registry", "journal"})


class Misplaced(Exception):
    """The workplace is none of the caller's, or he may not ask on behalf of the practitioner; nothing is executed."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def no_workplace() -> Misplaced:
    """The employment that is named is none that the caller holds at this instant."""
    message = "The workplace is no employment in force of the caller."
    return Misplaced(Code.WORKPLACE_UNKNOWN, message)


def no_principal() -> Misplaced:
    """There is nobody of this id for whom the caller may ask; whether there is one at all, nothing tells."""
    message = "The caller may ask on behalf of nobody of this id."
    return Misplaced(Code.ON_BEHALF_UNKNOWN, message)


async def acting(known: ViewerFacts, viewer: Viewer, workplace: str | None, on_behalf_of: str | None) -> Acting:
    """What the texts of a request mean for a viewer.

    While a store is lost that would tell, what they mean is left open: it gives nothing, and says which store is lost.

    Raises:
        Misplaced: one of them names nothing of his.
    """
    principal = None if on_behalf_of is None else await _principal(known, viewer, on_behalf_of)
    chosen = None if workplace is None else decode(prefixes.EMPLOYMENT, workplace)
    if workplace is not None and chosen is None:
        raise no_workplace()
    made = Acting(chosen, principal)
    if _open(viewer.facts, principal):
        return made
    posts = posts_of(viewer.facts, made, viewer.at, viewer.roles)
    if principal is not None and not posts:
        raise no_principal()
    if chosen is not None and all(post.id != chosen for post in posts):
        raise no_workplace()
    return made


async def _principal(known: ViewerFacts, viewer: Viewer, on_behalf_of: str) -> Facts:
    key = decode(prefixes.PRACTITIONER, on_behalf_of)
    serves = any(role.name is RoleName.MIS for role in viewer.roles)
    if key is None or viewer.facts is None or not (serves or _open(viewer.facts, None)):
        raise no_principal()
    return await known.of_person(key, viewer.at)


def _open(*somebody: Facts | None) -> bool:
    return any(lost.store in _TELLING for one in somebody if one is not None for lost in one.lost)
