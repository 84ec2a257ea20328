"""Files of docs/ that the program makes: printed, written in place, or compared with what is kept."""

import difflib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import typer


def shown_or_written(path: Path, make: Callable[[], str], *, check: bool, write: bool) -> None:
    """Print what is made, write it to its file, or say whether that is current: then the exit code is 1 when not."""
    text = make().rstrip("\n") + "\n"
    if write:
        path.write_text(text, encoding="utf-8")
        typer.echo(f"{path.name} is written")
    elif not check:
        typer.echo(text, nl=False)
    else:
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        if kept == text:
            return
        current = difflib.unified_diff(
            kept.splitlines(), text.splitlines(), f"docs/{path.name}", "as it would be", lineterm="", n=1
        )
        for line in islice(current, 40):
            typer.echo(line, err=True)
        typer.echo(f"docs/{path.name} is not current: run `make generate`", err=True)
        raise typer.Exit(1)
