"""Forms of applications are made once each, whoever dies meanwhile, and one that cannot be made holds up no other."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.jobs.forms import Forms
from gateway.log import Log
from sources.postgres.crashing import OF_JOBS
from tests.acts.office import Office
from tests.keys import KEYS, VARIABLE

# A consent without its version says nothing that could be printed; what stood there is kept beside it.
BROKEN = "UPDATE application SET consents = jsonb_build_object('KEPT', consents, 'PERSONAL_DATA', '{}'::jsonb)"
MENDED = "UPDATE application SET consents = consents -> 'KEPT'"
ONE = " WHERE id = $1"
DUE = "UPDATE application SET form_again_at = now() WHERE id = $1 AND form_again_at IS NOT NULL"
STATE = """
SELECT form_id IS NOT NULL AS made, form_wanted_at IS NOT NULL AS wanted, form_attempts AS attempts,
    form_again_at - now() AS pause
FROM application WHERE id = $1
"""
FORMS = "SELECT id FROM document WHERE kind = 'APPLICATION_FORM' AND id >= 10000000"


async def stands(office: Office, made: dict[str, Any]) -> dict[str, Any]:
    (row,) = await office.rows(STATE, int(made["id"][4:]))
    return row


async def drained(forms: Forms) -> int:
    """How many were tried until none was due."""
    tried = 0
    while await forms.run():
        tried += 1
    return tried


async def test_a_form_that_cannot_be_made_waits_longer_each_time_and_the_others_are_made(office: Office) -> None:
    sink = io.StringIO()
    log = Log("json", sink)
    forms = Forms(office.application.stores, log)
    broken, good = await office.submitted("applicant"), await office.submitted("lapsed")
    key = int(broken["id"][4:])
    assert key < int(good["id"][4:])
    await office.rows(BROKEN + ONE, key)
    assert await drained(forms) == 2
    assert (await stands(office, good))["made"]
    found = await stands(office, broken)
    assert (found["made"], found["wanted"], found["attempts"]) == (False, True, 1)
    assert timedelta(seconds=20) < found["pause"] <= timedelta(seconds=30)
    assert await drained(forms) == 0
    for attempt, seconds in ((2, 60), (3, 120)):
        await office.rows(DUE, key)
        assert await drained(forms) == 1
        found = await stands(office, broken)
        assert found["attempts"] == attempt
        assert timedelta(seconds=seconds - 10) < found["pause"] <= timedelta(seconds=seconds)
    await office.rows("UPDATE application SET form_attempts = 40, form_again_at = now() WHERE id = $1", key)
    assert await drained(forms) == 1
    assert (await stands(office, broken))["pause"] <= timedelta(hours=6)
    await office.rows(MENDED + ONE, key)
    await office.rows(DUE, key)
    assert await drained(forms) == 1
    assert await stands(office, broken) == {"made": True, "wanted": False, "attempts": 0, "pause": None}
    log.close()
    told = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [one["event"] for one in told] == ["fault", "form set aside"] * 4
    assert [one["kind"] for one in told[::2]] == ["KeyError"] * 4
    assert [(one["application"], one["attempts"], one["seconds"]) for one in told[1::2]] == [
        (broken["id"], 1, 30.0), (broken["id"], 2, 60.0), (broken["id"], 3, 120.0), (broken["id"], 41, 21_600.0),
    ]  # fmt: skip
    assert [one["errorId"] for one in told[::2]] == [one["errorId"] for one in told[1::2]]


async def test_whoever_dies_while_he_makes_a_form_leaves_one_form(
    office: Office, office_urls: dict[str, str], folder: Path
) -> None:
    points = [point for point in OF_JOBS if point.startswith("form_")]
    made = await office.submitted("applicant")
    environ = {f"KABINET_{name.upper()}_URL": url for name, url in office_urls.items()}
    environ |= {VARIABLE: KEYS, "KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data")}
    argv = (sys.executable, "-m", "tests.acts.dying_maker", *points)
    died = await asyncio.to_thread(
        subprocess.run, argv, env=os.environ | environ, capture_output=True, check=False, timeout=120
    )
    assert json.loads(died.stdout) == [signal.SIGKILL] * 3, died.stderr
    found = await stands(office, made)
    assert (found["made"], found["wanted"], found["attempts"]) == (False, True, 0)
    forms = Forms(office.application.stores, office.application.log)
    # Whoever died has claimed it for a minute.
    assert await drained(forms) == 0
    await office.rows(DUE, int(made["id"][4:]))
    (left,) = await office.rows(FORMS, store="documents")
    assert await drained(forms) == 1
    assert await office.rows(FORMS, store="documents") == [left]
    (row,) = await office.rows("SELECT form_id FROM application WHERE id = $1", int(made["id"][4:]))
    assert row["form_id"] == left["id"]
