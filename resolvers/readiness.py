"""What is needed to work, thing by thing: done or not, since when, and what to do next (готовность к работе)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.assurance import Level
from auth.counting import accredited, admitted
from auth.facts import Facts
from auth.role import RoleName
from engine.batch import many
from resolvers.access import shown
from resolvers.context import Context
from resolvers.rules import access_terms
from resolvers.viewer import complete
from sources.postgres.ask import LANGUAGES, Ask

# What to do about each thing, in each language, in the order in which to do them.
NEXT: Mapping[str, tuple[str, str]] = {
    "CONFIRMED_ACCOUNT": (
        "Подтвердите учётную запись и войдите снова.",
        "Have your account confirmed and sign in again.",
    ),
    "SECOND_FACTOR": ("Войдите со вторым фактором.", "Sign in with a second factor."),
    "ORGANIZATION_LINK": (
        "Попросите кадровую службу внести ваше место работы в реестр.",
        "Ask the personnel office to enter your employment in the register.",
    ),
    "ACCREDITATION": ("Подайте заявление об аккредитации.", "Apply for accreditation."),
    "CERTIFICATES": (
        "Добавьте в документы диплом, удостоверение или справку о квалификации.",
        "Add a diploma, a certificate or a reference of qualification to your documents.",
    ),
    "ACCESS_TERMS": (
        "Прочтите условия доступа, версия {version}, и подтвердите согласие с ними.",
        "Read the terms of access, version {version}, and confirm that you agree to them.",
    ),
}
BASES = frozenset({"PERMANENT", "TEMPORARY"})


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """One thing that is needed to work."""

    item: str
    done: bool
    since: datetime | None
    next: str | None


@many("documents", ReadinessView)
async def readiness(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ReadinessView]]:
    """What is needed to work, in the order in which to do it; documents are asked for until their owner is admitted."""
    complete(context)
    facts = context.viewer.facts
    if facts is None:
        return {}
    terms, certificates = access_terms(ask.at), await _certificates(context, facts)
    records = [record for record in accredited(facts, ask.at) if record.kind in BASES]
    sure, factor = facts.assurance.level is Level.CONFIRMED, facts.assurance.second_factor_at
    agreed = facts.terms if admitted(facts, ask.at) else None
    found: dict[str, tuple[bool, datetime | None]] = {
        "CONFIRMED_ACCOUNT": (sure, facts.assurance.auth_time),
        "SECOND_FACTOR": (facts.assurance.second_factor_fresh(ask.at), factor),
        "ORGANIZATION_LINK": (any(role.name is RoleName.LNK for role in context.viewer.roles), None),
        "ACCREDITATION": (sure and bool(records), min((record.valid_from for record in records), default=None)),
        "CERTIFICATES": certificates,
        "ACCESS_TERMS": (agreed is not None, None if agreed is None else agreed.valid_from),
    }
    place = LANGUAGES.index(ask.language)
    items = [
        ReadinessView(item, True, since, None)
        if done
        else ReadinessView(item, False, None, NEXT[item][place].format(version=terms.version))
        for item, (done, since) in found.items()
    ]
    return dict.fromkeys(keys, items)


async def _certificates(context: Context, facts: Facts) -> tuple[bool, datetime | None]:
    """Whether documents of qualification were shown, and since when: at the latest with the consent in force."""
    if admitted(facts, context.at) and facts.terms is not None:
        return True, facts.terms.valid_from
    if facts.practitioner_id is None:
        return False, None
    document = await shown(context, facts.practitioner_id, context.at)
    return document is not None, None if document is None else document.created_at
