"""The commands of whoever runs the service, for the first officers: `kabinet appoint` and `kabinet appointments`.

Later ones are appointed in the cabinet, by two persons. What is done here leaves an audit entry with its reason.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from gateway.commands.operator import operator
from gateway.commands.store import asked

# Functions that an operator gives; ALL is the demo's alone, and comes with its world.
FUNCTIONS = ("HRR", "EXP", "REG", "INS", "PAT", "MIS", "AUD", "SUPP", "ADM")
PLACED = ("HRR", "MIS")
LONGEST_ACCOUNT = 255


def appoint(
    function: Annotated[str, typer.Argument(help=f"One of {', '.join(FUNCTIONS)}.")],
    account: Annotated[str, typer.Argument(help="The account, as `sub` of its tokens names it.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the journal.")],
    organization: Annotated[str | None, typer.Option(help="Where, of HRR and MIS: an id such as org_1.")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day; without it, until it is ended.")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End what the account holds of it, or is proposed for.")] = False,
) -> None:
    """Appoint an account to a function, or end that; servers see it within a second."""
    from resolvers.free_text import on_one_line

    function, account, reason = function.upper(), on_one_line(account), on_one_line(reason)
    _check(function, account, reason)
    place, at = _place(function, organization), datetime.now(UTC)
    grounds = {"function": function, "account": account, "reason": reason}
    if organization is not None:
        grounds["organization"] = organization
    if end:
        if until is not None:
            raise typer.BadParameter("with --end there is no last day", param_hint="--until")
        _end(function, account, place, at, grounds)
        return
    _give(function, account, place, at, _ends(until, at), grounds)


def appointments(
    function: Annotated[str | None, typer.Option(help="Only of this function.")] = None,
) -> None:
    """List the appointments that are in force, to come or proposed: function, account, where, since and until when."""
    from sources.journal.appointments import not_over

    at = datetime.now(UTC)
    found = asked("journal", lambda store: not_over(store, at, function.upper() if function else None))
    for one in found:
        where = "" if one.organization_id is None else f"org_{one.organization_id}"
        since = "proposed" if one.valid_from is None else _day(one.valid_from)
        last = "" if one.valid_to is None else _day(one.valid_to - datetime.resolution)
        typer.echo(f"{one.function:<5} {one.subject:<32} {where:<10} {since:<10} {last:<10}".rstrip())
    if not found:
        typer.echo("Nobody is appointed.")


def _give(
    function: str, account: str, place: int | None, at: datetime, ends: datetime | None, grounds: dict[str, str]
) -> None:
    import orjson

    from sources.journal.appointments import given

    by = operator()
    columns = {
        "subject": account,
        "function": function,
        "organization_id": place,
        "valid_from": at,
        "valid_to": ends,
        "proposed_by": by,
        "proposed_at": at,
        "lapses_at": at,
    }
    told = orjson.dumps(grounds).decode()
    if asked("journal", lambda store: given(store, columns, at, by, told, "appoint")) is None:
        typer.echo(f"kabinet: {account} is appointed to {function} there already", err=True)
        raise typer.Exit(1)
    typer.echo(f"{account} is appointed to {function}.")


def _end(function: str, account: str, place: int | None, at: datetime, grounds: dict[str, str]) -> None:
    import orjson

    from sources.journal.appointments import taken

    told, same = orjson.dumps(grounds).decode(), (function, account, place)
    if not asked("journal", lambda store: taken(store, same, at, operator(), told, "endAppointment")):
        typer.echo(f"kabinet: {account} is not appointed to {function} there", err=True)
        raise typer.Exit(1)
    typer.echo(f"{account} is not appointed to {function} any more.")


def _check(function: str, account: str, reason: str) -> None:
    from resolvers.free_text import LONGEST_REASON, unfit

    if function not in FUNCTIONS:
        raise typer.BadParameter(f"expected one of {', '.join(FUNCTIONS)}", param_hint="FUNCTION")
    if unfit(account, LONGEST_ACCOUNT, "account") is not None:
        raise typer.BadParameter(f"expected 1 to {LONGEST_ACCOUNT} characters", param_hint="ACCOUNT")
    if unfit(reason, LONGEST_REASON, "reason") is not None:
        raise typer.BadParameter(f"expected 1 to {LONGEST_REASON} characters", param_hint="--reason")


def _place(function: str, organization: str | None) -> int | None:
    """The key of the organisation, which the register knows."""
    from engine.global_id import decode
    from resolvers.prefixes import ORGANIZATION
    from sources.organization import organizations
    from sources.postgres.ask import Ask

    if (function in PLACED) is (organization is None):
        said = "it is held at an organisation" if function in PLACED else "it is held at no organisation"
        raise typer.BadParameter(said, param_hint="--organization")
    if organization is None:
        return None
    key, ask = decode(ORGANIZATION, organization), Ask(datetime.now(UTC), frozenset({"id"}))
    if key is None or not asked("registry", lambda store: organizations(store, "id", [key], ask)):
        raise typer.BadParameter("there is no such organisation", param_hint="--organization")
    return key


def _ends(until: datetime | None, at: datetime) -> datetime | None:
    """The instant after the last day."""
    from sources.postgres.ask import midnight

    if until is None:
        return None
    ends = midnight(until.date() + timedelta(days=1))
    if ends <= at:
        raise typer.BadParameter("expected a day to come", param_hint="--until")
    return ends


def _day(instant: datetime) -> str:
    from sources.postgres.ask import AUTHORITY_ZONE

    return f"{instant.astimezone(AUTHORITY_ZONE):%Y-%m-%d}"
