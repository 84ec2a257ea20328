"""The commands that announce: works on the service (`kabinet notice`), and what a file says (`kabinet announce`).

What is announced is listed, corrected and withdrawn by `kabinet notices` and `kabinet announcements`. Each leaves an
audit entry, which names the account of the operating system that ran the command.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.commands.operator import operator
from gateway.commands.store import asked

if TYPE_CHECKING:
    from sources.announced import AnnouncedWorks

FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
Number = Annotated[int, typer.Argument(help="Their number, as `kabinet notices list` shows it.")]

notices = typer.Typer(
    help="Works on the service that are announced and not over.", no_args_is_help=True, rich_markup_mode=None
)
announcements = typer.Typer(
    help="Inspections, trainings and new procedures that are announced.", no_args_is_help=True, rich_markup_mode=None
)


def notice(
    starts: Annotated[datetime, typer.Argument(formats=FORMS, help="When the works begin, in Moscow time.")],
    ends: Annotated[datetime, typer.Argument(formats=FORMS, help="When they are over.")],
    russian: Annotated[str, typer.Option("--ru", help="What will be different meanwhile, in Russian.")],
    english: Annotated[str, typer.Option("--en", help="The same in English.")],
) -> None:
    """Announce works on the service to everybody, from now until they are over."""
    from sources.notice import announce_works

    at, term = datetime.now(UTC), (_moscow(starts), _moscow(ends))
    _check(at, term, russian, english)
    number = asked("journal", lambda store: announce_works(store, at, term, russian, english, operator()))
    typer.echo(f"Announced: {starts:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}, number {number}.")


@notices.command("list")
def list_notices() -> None:
    """List the works that are announced and not over: number, beginning and end in Moscow time, words."""
    from sources import announced

    at = datetime.now(UTC)
    found = asked("journal", lambda store: announced.works(store, at))
    for one in found:
        typer.echo(f"{one.id:<10} {_local(one.starts_at)}  {_local(one.ends_at)}  {one.text_ru}")
    if not found:
        typer.echo("No works are announced.")


@notices.command()
def correct(
    number: Number,
    starts: Annotated[datetime | None, typer.Option(formats=FORMS, help="Another beginning.")] = None,
    ends: Annotated[datetime | None, typer.Option(formats=FORMS, help="Another end.")] = None,
    russian: Annotated[str | None, typer.Option("--ru", help="Other words in Russian.")] = None,
    english: Annotated[str | None, typer.Option("--en", help="Other words in English.")] = None,
) -> None:
    """Put something else in the place of what was announced; at another time the works are told anew."""
    from sources import announced

    if all(given is None for given in (starts, ends, russian, english)):
        raise typer.BadParameter("give what is to be corrected: --starts, --ends, --ru, --en")
    at = datetime.now(UTC)
    one = _works(at, number)
    term = (_moscow(starts) if starts else one.starts_at, _moscow(ends) if ends else one.ends_at)
    words = (one.text_ru if russian is None else russian, one.text_en if english is None else english)
    _check(at, term, *words)
    asked("journal", lambda store: announced.correct_works(store, at, number, term, *words, operator()))
    typer.echo("Corrected.")


@notices.command("withdraw")
def withdraw_notice(number: Number) -> None:
    """Announce works no more; messages that were sent stay."""
    from sources import announced

    at = datetime.now(UTC)
    _works(at, number)
    asked("journal", lambda store: announced.withdraw_works(store, at, number, operator()))
    typer.echo("Withdrawn.")


def announce(
    file: Annotated[
        Path, typer.Argument(help="A JSON list of inspections, trainings and new procedures.", dir_okay=False)
    ],
) -> None:
    """Announce inspections, trainings and new procedures to whom they concern; all of the file, or nothing."""
    from gateway.commands.announcements import FileIsWrong, entries
    from sources.notice import NewAnnouncement
    from sources.notice import announce as announce_all
    from sources.organization import organizations
    from sources.postgres.ask import AUTHORITY_ZONE, Ask

    at = datetime.now(UTC)
    try:
        found = entries(file.read_text(encoding="utf-8"), at.astimezone(AUTHORITY_ZONE).date())
    except (OSError, UnicodeError, FileIsWrong) as wrong:
        said = str(wrong) if isinstance(wrong, FileIsWrong) else "cannot be read"
        raise typer.BadParameter(said, param_hint="FILE") from None
    oids = sorted({one.organization for one in found if one.organization is not None})
    places = asked("registry", lambda store: organizations(store, "oid", oids, Ask(at))) if oids else {}
    unknown = [oid for oid in oids if oid not in places]
    if unknown:
        raise typer.BadParameter(f"there is no organisation {', '.join(unknown)}", param_hint="FILE")
    new = [
        NewAnnouncement(
            one.number, one.kind, places[one.organization].id if one.organization is not None else None,
            one.specialty, one.starts_on, one.ru, one.en,
        )
        for one in found
    ]  # fmt: skip
    asked("journal", lambda store: announce_all(store, at, new, operator()))
    typer.echo(f"{len(new)} announced.")


@announcements.command("list")
def list_announcements() -> None:
    """List what is announced: number, kind, first day, words. `kabinet announce` corrects what has the same number."""
    from sources import announced

    found = asked("journal", announced.announcements)
    for one in found:
        day = "" if one.starts_on is None else one.starts_on.isoformat()
        typer.echo(f"{one.number:<16} {one.kind:<14} {day:<10}  {one.title_ru}")
    if not found:
        typer.echo("Nothing is announced.")


@announcements.command("withdraw")
def withdraw_announcement(
    number: Annotated[str, typer.Argument(help="Its number, as `kabinet announcements list` shows it.")],
) -> None:
    """Announce something no more; messages that were sent stay."""
    from sources import announced

    at = datetime.now(UTC)
    if not asked("journal", lambda store: announced.withdraw(store, at, number, operator())):
        raise typer.BadParameter("nothing of this number is announced", param_hint="NUMBER")
    typer.echo("Withdrawn.")


def _works(at: datetime, number: int) -> "AnnouncedWorks":
    """The works of a number, which are not over."""
    from sources import announced

    found = asked("journal", lambda store: announced.works(store, at, number))
    if not found:
        raise typer.BadParameter("no works of this number are announced", param_hint="NUMBER")
    return found[0]


def _check(at: datetime, term: tuple[datetime, datetime], russian: str, english: str) -> None:
    from gateway.commands.announcements import faults_of_words

    starts, ends = term
    if ends <= starts:
        raise typer.BadParameter("expected an end after the beginning")
    if ends <= at:
        raise typer.BadParameter("expected an end to come")
    faults = [*faults_of_words("--ru", russian), *faults_of_words("--en", english)]
    if faults:
        raise typer.BadParameter("; ".join(faults))


def _moscow(instant: datetime) -> datetime:
    from sources.postgres.ask import AUTHORITY_ZONE

    return instant.replace(tzinfo=AUTHORITY_ZONE)


def _local(instant: datetime) -> str:
    from sources.postgres.ask import AUTHORITY_ZONE

    return f"{instant.astimezone(AUTHORITY_ZONE):%Y-%m-%d %H:%M}"
