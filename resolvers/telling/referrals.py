"""What a referral has to tell, and to whom: who signs it, who takes it in, who issued it; nothing of the patient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from resolvers.telling.letters import Person, Told

KIND: Final = "REFERRAL"
# What comes back to whoever issued it.
_BACK: Final = {"ACCEPTED": "referral_accepted", "DECLINED": "referral_declined", "ANSWERED": "referral_answered"}


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a referral concerns: who signs what a trainee drew up, who issued it, who takes it in, who accepted it."""

    cosigner: Person | None = None
    issuers: Sequence[Person] = field(default=())
    receivers: Sequence[Person] = field(default=())
    acceptor: Person | None = None


def told(step: str, referral: Any, concerned: Concerned) -> Iterator[Told]:
    """Who is told of a step, in which words."""
    sender, receiver = ({"organizationId": one} for one in (referral.organization_id, referral.to_organization_id))
    if step == "DRAFTED" and concerned.cosigner is not None:
        yield concerned.cosigner, KIND, "referral_awaits_signature", sender
    if step == "ISSUED":
        yield from ((person, KIND, "referral_received", sender) for person in concerned.receivers)
    if step in _BACK:
        yield from ((person, KIND, _BACK[step], receiver) for person in concerned.issuers)
    if step == "ANNULLED":
        taken = [*concerned.receivers, *([] if concerned.acceptor is None else [concerned.acceptor])]
        yield from ((person, KIND, "referral_annulled", sender) for person in taken)
