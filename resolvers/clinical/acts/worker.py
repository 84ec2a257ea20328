"""Who acts on a patient: a practitioner at his workplace, by the accreditation that counts there."""

from dataclasses import dataclass

from auth.facts import Post
from auth.permissions import Permission
from auth.rights import OBJECT, ROLE, WORKPLACE
from engine.act import NotAllowed
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Worker:
    """Whoever acts, or the practitioner on whose behalf he does.

    Attributes:
        post: the workplace.
        accreditation_id: the record relied on; none at the registration desk.
    """

    practitioner_id: int
    post: Post
    accreditation_id: int | None

    @property
    def place(self) -> int:
        """The organisation of the workplace."""
        return self.post.organization_id

    def own(self, organization_id: int, *path: str) -> None:
        """See to it that a record is of the organisation of the workplace: what others made is theirs to go on with.

        Raises:
            Hindered: it is of another one.
        """
        if organization_id != self.place:
            raise Hindered(Problem(ProblemCode.WRONG_WORKPLACE, path))


def accredited_worker(context: Context, permission: Permission) -> Worker:
    """The worker, who does it by an accreditation: the registration desk does not.

    Raises:
        NotAllowed: he has none there, there is no workplace, or he is in no register.
    """
    by = worker(context, permission)
    if by.accreditation_id is None:
        raise NotAllowed(ROLE)
    return by


def worker(context: Context, permission: Permission, direction: str | None = None) -> Worker:
    """The worker by whom, and by what right, something is done; `direction` is that of the accreditation it takes.

    Raises:
        NotAllowed: there is no workplace, or he is in no register.
    """
    standing = context.viewer.standing
    if standing.workplace is None:
        raise NotAllowed(WORKPLACE)
    if standing.carer is None:
        raise NotAllowed(OBJECT)
    relied_on = standing.relied_on(permission, direction)
    return Worker(standing.carer[0], standing.workplace, None if relied_on is None else relied_on.id)
