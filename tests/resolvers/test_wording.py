import re
from string import Formatter

import pytest

from resolvers.course import Step
from resolvers.problem import Problem, ProblemCode
from resolvers.rules import procedure
from resolvers.wording import LANGUAGES, MESSAGES, WORDS, message
from tests.resolvers.applying import AT, KINDS, PERMANENT

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def test_every_code_has_words_in_both_languages() -> None:
    assert set(MESSAGES) == set(ProblemCode)
    for words in (*MESSAGES.values(), *WORDS.values()):
        russian, english = words
        assert CYRILLIC.search(russian)
        assert english == "СНИЛС" or not CYRILLIC.search(english)


@pytest.mark.parametrize("code", ProblemCode)
def test_both_languages_tell_the_same_values(code: ProblemCode) -> None:
    russian, english = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in MESSAGES[code])
    assert russian == english


def test_every_slot_consent_direction_and_step_has_words() -> None:
    rules = [procedure(kind, AT) for kind in KINDS]
    slots = {slot.name for one in rules for slot in one.slots}
    named = {name for one in rules for name in (*one.consents, *one.directions)}
    assert (slots | named | {step.value for step in Step}) - set(WORDS) == set()


@pytest.mark.parametrize(
    ("problem", "russian", "english"),
    [
        (
            Problem(ProblemCode.DOCUMENT_MISSING, ("documents", "EXPERIENCE"), {"slot": "EXPERIENCE"}),
            "Приложите документ: отчёт о профессиональной деятельности.",
            "Enclose a document: report on professional activity.",
        ),
        (
            Problem(ProblemCode.TERM_OUT_OF_RANGE, ("days",), {"least": 30, "most": 90}),
            "Срок должен быть от 30 до 90 дней.",
            "The length must be from 30 to 90 days.",
        ),
        (
            Problem(ProblemCode.RENEWAL_TOO_EARLY, ("specialtyCode",), {"opensOn": "2028-12-21"}),
            "Следующее заявление можно подать с 21.12.2028.",
            "The next application can be made from 2028-12-21.",
        ),
        (
            Problem(ProblemCode.ILLEGAL_TRANSITION, (), {"possible": "CLAIM, WITHDRAW"}),
            "Сейчас этого сделать нельзя. Можно: взять в работу, отозвать.",
            "This cannot be done now. What can: claim, withdraw.",
        ),
        (
            Problem(ProblemCode.ILLEGAL_TRANSITION, (), {"possible": ""}),
            "Сейчас этого сделать нельзя. Можно: —.",
            "This cannot be done now. What can: —.",
        ),
    ],
)
def test_messages_read_well(problem: Problem, russian: str, english: str) -> None:
    assert message(problem, "ru") == russian
    assert message(problem, "en") == english
    assert message(problem, "fr") == russian


@pytest.mark.parametrize("code", ProblemCode)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_that_nobody_gave_leaves_a_dash_and_no_brace(code: ProblemCode, language: str) -> None:
    assert not re.search("[{}]", message(Problem(code), language))


def test_what_somebody_wrote_is_never_repeated_to_him() -> None:
    secret = "Иванов {0} 112-233-445 95"
    wrong = PERMANENT.but(
        specialty_code=secret, phone=secret, email=secret, licence_number=secret, consents={"PERSONAL_DATA": secret},
    )  # fmt: skip
    problems = wrong.lacks()
    assert len(problems) == 6
    for problem in problems:
        assert secret not in (*problem.path, *map(str, problem.values.values()))
        assert "Иванов" not in message(problem, "ru")
