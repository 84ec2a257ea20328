"""How the viewer wants to be told, and how he changes that."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.batch import many
from resolvers.acts.grounds import grounds_of
from resolvers.acts.problem import Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView, viewed
from resolvers.context import Context
from resolvers.telling.wishes import (
    DEFAULTS,
    LONGEST_LEAD,
    MOST_LEADS,
    MailLanguage,
    NotificationChannel,
    NotificationKind,
    Wish,
    wishes,
)
from sources import notification as source
from sources.postgres.ask import Ask

MOST_SETTINGS = len(DEFAULTS)


@dataclass(kw_only=True)
class NotificationSettingInput:
    """How one kind shall be told by one channel."""

    kind: NotificationKind
    channel: NotificationChannel
    enabled: bool
    lead_days: list[int] | None = None


@dataclass(kw_only=True)
class ChangeNotificationSettingsInput:
    """What shall be different; the rest stays as it is."""

    settings: list[NotificationSettingInput] | None = None
    mail_language: MailLanguage | None = None


@dataclass(frozen=True, slots=True)
class ChangeNotificationSettingsPayload:
    """What came of it; `key` is that of the viewer."""

    key: int
    problems: list[ProblemView]


@many("journal", Wish)
async def settings(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[Wish]]:
    """Every kind by every channel, as the defaults say or as the viewer changed it."""
    changed = await source.settings_of(context.stores.journal, [context.viewer.subject or ""])
    found = [*wishes(changed).values()]
    return dict.fromkeys(keys, found)


async def change(context: Context, *, input: ChangeNotificationSettingsInput) -> ChangeNotificationSettingsPayload:
    """Change how the viewer is told; done twice, it is as if done once."""
    wanted = input.settings or []
    problems = [*_problems(wanted)]
    if not problems:
        made = [(one.kind.value, one.channel.value, one.enabled, one.lead_days) for one in wanted]
        language = None if input.mail_language is None else input.mail_language.value.lower()
        grounds = {
            **grounds_of(context),
            "settings": [f"{kind}:{channel}" for kind, channel, *_ in made],
        }
        subject, journal = context.viewer.subject or "", context.stores.journal
        await source.change(journal, subject, context.at, made, language, json.dumps(grounds))
    return ChangeNotificationSettingsPayload(0, [viewed(one, context.language) for one in problems])


def _problems(wanted: Sequence[NotificationSettingInput]) -> Iterator[Problem]:
    if len(wanted) > MOST_SETTINGS or len({(one.kind, one.channel) for one in wanted}) < len(wanted):
        yield _unfit("settings")
        return
    for number, one in enumerate(wanted):
        default = DEFAULTS[one.kind.value, one.channel.value]
        place = ("settings", str(number))
        if default.required and not one.enabled:
            yield _unfit(*place, "enabled")
        leads = one.lead_days
        if leads is None:
            continue
        if default.lead_days is None or not 0 < len(leads) <= MOST_LEADS or len(set(leads)) < len(leads):
            yield _unfit(*place, "leadDays")
        elif not all(0 <= days <= LONGEST_LEAD for days in leads):
            values = {"least": 0, "most": LONGEST_LEAD}
            yield Problem(ProblemCode.TERM_OUT_OF_RANGE, (*place, "leadDays"), values)


def _unfit(*path: str) -> Problem:
    return Problem(ProblemCode.FIELD_FORMAT, path, {"field": path[-1]})
