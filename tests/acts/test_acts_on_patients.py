"""Acts on patients are done alike by both executors from the same state: answers, what they read, what is left."""

from typing import Any

import pytest

from engine.executor import Executor
from engine.reads import by_coordinate
from resolvers.acts import acting
from resolvers.context import Context
from schema.built import graph
from tests.acts.clinic import CHARTED, Clinic

CASE = "episode { id version at endsAt practitioner { fullName } patient { fullName } }"
MET = "encounter { id at kind episode { id outcome } patient { conditions(first: 1) { totalCount } } }"
FOUND = "condition { id code name wording encounter { id } patient { id } }"
SIGN = "observation { id value flag at }"
RESULT = "result { id value words flag low high }"
ENTRY = (
    "note { id version state text sha256 author { id } signer { id } corrects { id state } versions { state text } }"
)
FEVER = {"code": "8310-5", "value": "38.5", "unit": "Cel"}


async def acts(clinic: Clinic) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Who does what: things that can be done, that cannot, and that not everybody may read of."""
    met, restricted = await clinic.encounter(1), await clinic.encounter(2)
    (case,) = await clinic.rows("SELECT id, version FROM episode WHERE patient_id = 1 AND ends_at IS NULL")
    case_id = f"case_{case['id']}"
    opened = {"patientId": "pat_2", "basis": "ASSIGNMENT", "kind": "INPATIENT"}
    sick = {"kind": "MAIN", "code": "I10", "certainty": "CONFIRMED", "wording": "Гипертония"}
    entry, at = {"kind": "DIARY", "text": "Жалоб нет."}, "note_20000000"
    return [
        ("therapist", "addNote", ENTRY, {"encounterId": met, **entry}),
        ("therapist", "updateNote", ENTRY, {"id": f"{at}1", "expectedVersion": 1, "text": "Жалобы есть."}),
        ("surgeon", "signNote", ENTRY, {"id": f"{at}1", "expectedVersion": 2}),
        ("therapist", "signNote", ENTRY, {"id": f"{at}1", "expectedVersion": 2}),
        ("therapist", "discardNote", ENTRY, {"id": f"{at}1", "expectedVersion": 3}),
        ("supervisor", "correctNote", ENTRY, {"id": f"{at}1", "expectedVersion": 3, "text": "Жалоб нет."}),
        ("supervisor", "signNote", ENTRY, {"id": f"{at}2", "expectedVersion": 1}),
        ("intern", "addNote", ENTRY, {"encounterId": await clinic.encounter(10), **entry}),
        ("intern", "signNote", ENTRY, {"id": f"{at}3", "expectedVersion": 1}),
        ("supervisor", "cosignNote", ENTRY, {"id": f"{at}3", "expectedVersion": 1}),
        ("nurse", "addNote", ENTRY, {"patientId": "pat_8", **entry, "kind": "NURSING"}),
        ("nurse", "updateNote", ENTRY, {"id": f"{at}3", "expectedVersion": 2, "text": "Нет."}),
        ("therapist", "openEpisode", CASE, opened),
        ("therapist", "openEpisode", CASE, opened),
        ("therapist", "openEpisode", CASE, {**opened, "basis": "BOOKING"}),
        ("nurse", "openEpisode", CASE, opened),
        ("therapist", "recordEncounter", MET, {"patientId": "pat_1", "kind": "HOME", "episodeId": case_id}),
        ("surgeon", "recordEncounter", MET, {"patientId": "pat_1", "kind": "AMBULATORY"}),
        ("therapist", "recordCondition", FOUND, {"encounterId": met, **sick}),
        ("therapist", "recordCondition", FOUND, {"encounterId": met, **sick, "code": "Z21"}),
        ("stranger", "recordCondition", FOUND, {"encounterId": restricted, **sick}),
        ("stranger", "recordCondition", FOUND, {"encounterId": met, **sick}),
        ("nurse", "recordObservation", SIGN, {"patientId": "pat_8", **FEVER}),
        ("intern", "recordObservation", SIGN, {"patientId": "pat_10", **FEVER, "value": "98"}),
        ("nurse", "recordLaboratoryResult", RESULT, {"patientId": "pat_8", **FEVER}),
        ("supervisor", "recordLaboratoryResult", RESULT, {"patientId": "pat_10", "code": "883-9", "words": "B (III)"}),
        ("anonymous", "recordObservation", SIGN, {"patientId": "pat_1", **FEVER}),
        ("therapist", "closeEpisode", CASE, {"id": case_id, "expectedVersion": case["version"], "outcome": "IMPROVED"}),
        ("therapist", "recordCondition", FOUND, {"encounterId": met, **sick}),
    ]


async def test_both_executors_do_the_same_to_patients(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "FRESH_SECONDS", 60.0)
    operating = clinic.office.application.operating
    clinic.office.tokens.clear()  # who signs has just shown a second factor
    instant, read = operating.clock(), list[Any]()

    class Reads:
        async def told(self, context: Context, *_: Any, **__: Any) -> None:
            read.append(by_coordinate(context.reads))

    monkeypatch.setattr(operating, "clock", lambda: instant)
    monkeypatch.setattr(operating, "reads", Reads())
    found = []
    for compiled in (True, False):
        monkeypatch.setattr(
            operating, "executor", Executor(graph(), introspection=True, explain=True, compiled=compiled)
        )
        await clinic.restore()
        await clinic.rows("SELECT setval('record_id', 200000000)")
        read.clear()
        answers = []
        for persona, name, selection, given in await acts(clinic):
            answer = await clinic.try_to(persona, name, selection, **given)
            answers.append((answer.data, sorted(map(str, answer.errors))))
        left = await clinic.everything()
        found.append((answers, [*read], {name: len(rows) for name, rows in left.items()}))
    one, other = found
    for mine, theirs in zip(one[0], other[0], strict=True):
        assert mine == theirs
    assert one == other
    done = [data for data, _ in one[0] if data is not None and all(p and not p["problems"] for p in data.values())]
    assert len(done) == 16
    assert sum(one[2][name] for name in CHARTED if name != "care_relation") > 0
