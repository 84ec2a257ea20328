"""The commands that announce: works on the service (`kabinet notice`), and what a file says (`kabinet announce`)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli_store import asked

FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def notice(
    starts: Annotated[datetime, typer.Argument(formats=FORMS, help="When the works begin, in Moscow time.")],
    ends: Annotated[datetime, typer.Argument(formats=FORMS, help="When they are over.")],
    russian: Annotated[str, typer.Option("--ru", help="What will be different meanwhile, in Russian.")],
    english: Annotated[str, typer.Option("--en", help="The same in English.")],
) -> None:
    """Announce works on the service to everybody, from now until they are over."""
    from sources.ask import AUTHORITY_ZONE
    from sources.notice import announce_works

    if ends <= starts:
        raise typer.BadParameter("expected an end after the beginning")
    term = (starts.replace(tzinfo=AUTHORITY_ZONE), ends.replace(tzinfo=AUTHORITY_ZONE))
    asked("journal", lambda store: announce_works(store, datetime.now(UTC), term, russian, english))
    typer.echo(f"Announced: {starts:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}.")


def announce(
    file: Annotated[
        Path, typer.Argument(help="A JSON list of inspections, trainings and new procedures.", dir_okay=False)
    ],
) -> None:
    """Announce inspections, trainings and new procedures to whom they concern; all of the file, or nothing."""
    from gateway.announcing import FileIsWrong, entries
    from sources.ask import AUTHORITY_ZONE, Ask
    from sources.notice import NewAnnouncement
    from sources.notice import announce as announce_all
    from sources.organization import organizations

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
    asked("journal", lambda store: announce_all(store, at, new))
    typer.echo(f"{len(new)} announced.")
