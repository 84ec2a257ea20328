"""Of several Pythons on the path, `make` takes the one that answers cheapest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import tree

# A Python that says of itself what it is told to.
STANDING_IN = """#!/bin/sh
exec '{python}' -S -c '
import sys, sysconfig
sysconfig.get_config_var = {flags!r}.get
sys.version_info, sys.base_prefix = {version!r}, "{prefix}"
exec(sys.argv[1])' "$2"
"""
PLAIN = {"CONFIG_ARGS": "--enable-shared", "PY_CORE_CFLAGS": "-O3"}
OPTIMISED = {"CONFIG_ARGS": "--enable-optimizations --with-lto"}


def taken(folder: Path, pythons: dict[str, tuple[dict[str, object], tuple[int, int], str]]) -> str:
    """Which of these is taken, each in a folder of its own, in the order of the path."""
    for name, (flags, version, prefix) in pythons.items():
        file = folder / name
        file.parent.mkdir()
        text = STANDING_IN.format(python=sys.executable, version=version, prefix=prefix, flags=flags)
        file.write_text(text.replace("{'", '{"').replace("'}", '"}').replace("': '", '": "').replace("', '", '", "'))
        file.chmod(0o755)
    environment = {**os.environ, "PATH": ":".join(str((folder / name).parent) for name in pythons)}
    command = ["/bin/sh", str(tree.ROOT / ".ci" / "python")]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    return str(Path(found).relative_to(folder)) if found else ""


@pytest.mark.parametrize(
    ("pythons", "expected"),
    [
        ({"a/python3.11": (PLAIN, (3, 11), "/opt"), "b/python3.11": (OPTIMISED, (3, 11), "/opt")}, "b/python3.11"),
        ({"a/python3.11": (PLAIN, (3, 11), "/opt"), "b/python3.11": (PLAIN, (3, 11), "/usr")}, "b/python3.11"),
        ({"a/python3.11": (PLAIN, (3, 11), "/opt"), "b/python3.13": (OPTIMISED, (3, 13), "/opt")}, "b/python3.13"),
        ({"a/python3": (OPTIMISED, (3, 10), "/usr"), "b/python3.12": (PLAIN, (3, 12), "/opt")}, "b/python3.12"),
        ({"a/python3.12": (PLAIN, (3, 12), "/opt"), "b/python3.11": (PLAIN, (3, 11), "/opt")}, "b/python3.11"),
        ({"a/python3": (OPTIMISED, (3, 9), "/usr")}, ""),
    ],
)
def test_make_takes_a_python_that_was_built_with_its_optimisations(
    pythons: dict[str, tuple[dict[str, object], tuple[int, int], str]], expected: str, tmp_path: Path
) -> None:
    assert taken(tmp_path, pythons) == expected
