"""The files of the project as the rules of the house see them."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("schema", "resolvers", "sources")


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Files that are, or would be, kept in the repository; of these endings, or all."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    found = (ROOT / name for name in sorted(set(listed)) if name)
    return tuple(path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes))


@cache
def text(path: Path) -> str:
    """The text of a file; nothing for a file that is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def name(path: Path) -> str:
    """The file as a reader of a failure looks for it."""
    return path.relative_to(ROOT).as_posix()


def modules(floor: str) -> set[str]:
    """Names of the modules and packages that stand directly on a floor."""
    parts = {path.relative_to(ROOT / floor).parts[0] for path in files(".py") if path.is_relative_to(ROOT / floor)}
    return {part.removesuffix(".py") for part in parts} - {"__init__"}


@cache
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
