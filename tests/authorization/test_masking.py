"""Whoever asks is answered what everybody would be, with exactly that hidden which he may not read."""

import os
import sys
from collections import Counter
from itertools import islice
from random import Random

import pytest

from tests.authorization.asking import questions
from tests.authorization.conftest import Desk
from tests.authorization.rewriting import rewritten
from tests.authorization.table import CAST

# How many pairs of a question and a viewer; a nightly run may raise it.
PAIRS = int(os.environ.get("KABINET_PAIRS", "2000"))
SEED = int(os.environ.get("KABINET_SEED", "20261121"))
VIEWERS_EACH = 10
# Whose is "mine", whence a direction is seen, and which numbers of a report are about too few to be told, differs from
# viewer to viewer: there is nothing to mask. Of two questions the second may know what answers, and the first not yet.
OF_THE_VIEWER = ("mine: ", "direction: ", "report {", "serviceStatus")


async def test_every_answer_is_the_mask_of_the_answer_without_rights(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(SEED)
    viewers = [(persona, True) for persona in CAST if persona != "census"] + [("registrar", False)]
    verdicts: Counter[str | None] = Counter()

    def watch(coordinate: str, path: object, reason: str | None) -> None:
        verdicts[reason] += 1

    pairs = 0
    number_of_documents = -(-PAIRS // VIEWERS_EACH)
    asked = questions(desk.schema, desk.world, SEED, 2 * number_of_documents)
    absolute = (plain for plain in asked if not any(words in plain.text for words in OF_THE_VIEWER))
    for number, plain in enumerate(islice(absolute, number_of_documents)):
        source = rewritten(desk.schema, plain, SEED + number)
        revealed = await desk.reveal(source)
        for persona, second_factor in random.sample(viewers, VIEWERS_EACH):
            oracle = desk.oracle(persona, second_factor=second_factor)
            if faults := await desk.compare(source, revealed, oracle, watch, each=number % 3 == 0):
                pytest.fail("\n".join(faults), pytrace=False)
            pairs += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{pairs} pairs; fields by verdict: {dict(verdicts)}\n")
    assert pairs >= PAIRS
    assert {"SIGN_IN", "ROLE", "OBJECT", "MASKED", "SECOND_FACTOR", None} <= verdicts.keys(), "too little was tried"
