"""Whoever asks is answered what everybody would be, with exactly that hidden which he may not read."""

import os
from random import Random

import pytest

from tests.authorization.asking import questions
from tests.authorization.conftest import Desk
from tests.authorization.rewriting import rewritten
from tests.authorization.table import CAST

PAIRS = int(os.environ.get("KABINET_PAIRS", "2000"))
VIEWERS_EACH = 8
SEED = 20_261_121


async def test_every_answer_is_the_mask_of_the_answer_without_rights(desk: Desk) -> None:
    random = Random(SEED)
    viewers = [(persona, True) for persona in CAST if persona != "census"] + [("registrar", False), ("head", False)]
    pairs = 0
    for number, plain in enumerate(questions(desk.schema, desk.world, SEED, -(-PAIRS // VIEWERS_EACH))):
        source = rewritten(desk.schema, plain, SEED + number)
        revealed = await desk.reveal(source)
        for persona, second_factor in random.sample(viewers, VIEWERS_EACH):
            faults = await desk.compare(source, revealed, desk.oracle(persona, second_factor=second_factor))
            if faults:
                pytest.fail("\n".join(faults), pytrace=False)
            pairs += 1
    assert pairs >= PAIRS
