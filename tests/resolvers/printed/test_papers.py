"""Documents that the product makes: they say what they were given, in the same bytes, on as many sheets as it takes."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from resolvers.printed import certificate, extract, fonts, form
from resolvers.printed.certificate import Accredited, Awarded, Employed, Qualified, Studied
from resolvers.printed.extract import Extract, Granted
from resolvers.printed.fonts import FontsMissing
from resolvers.printed.foot import Proof
from resolvers.printed.form import Consented, Enclosed, Filled
from resolvers.printed.press import Press
from tests.papers import described, pages, text

AT = datetime(2026, 11, 29, 21, 30, tzinfo=UTC)
CODE = "100000000000000Z"
PROOF = Proof(CODE, "https://kabinet.example.org", signed=True)
PERSON = "Константинопольская-Преображенская Александра Станиславовна"
HOSPITAL = (
    "Государственное бюджетное учреждение здравоохранения «Городская клиническая больница № 15 имени О. М. Филатова "
    "Департамента здравоохранения города Москвы»"
)
DECIDED = Extract(
    authority="Центральная аккредитационная комиссия",
    number="АК-26-00000017",
    kind="PERMANENT",
    protocol="2611-7",
    on=date(2026, 11, 30),
    at=AT,
    accredited=True,
    person=PERSON,
    specialty="31.08.49 Терапия",
    organizations=[HOSPITAL],
    granted=Granted(number="770000000123", since=date(2026, 11, 30), last=date(2031, 11, 29)),
)
QUALIFIED = Qualified(
    authority="Министерство здравоохранения Российской Федерации",
    number="СК-2026-10000001",
    at=AT,
    person=PERSON,
    registry_number="0000000006",
    specialty="31.08.49 Терапия",
    purpose="Для работодателя",
    accreditations=[
        Accredited(
            number="770000000123", kind="PERMANENT", specialty="31.08.49 Терапия", place=HOSPITAL,
            since=date(2024, 2, 29), last=None,
        )
    ],
    courses=[
        Studied(
            kind="HIGHER", institution="Сеченовский университет", specialty="31.05.01 Лечебное дело",
            document="107704 0001234", on=date(2010, 6, 30), hours=None,
        ),
        Studied(
            kind="CPD", institution="РМАНПО", specialty="31.08.49 Терапия", document="180000 5", on=date(2023, 6, 30),
            hours=144,
        ),
    ],
    categories=[Awarded(rank=3, specialty="31.08.49 Терапия", on=date(2022, 1, 1), last=date(2026, 12, 31))],
    posts=[
        Employed(
            organization=HOSPITAL, department="Терапевтическое отделение", position="врач-терапевт",
            since=date(2012, 9, 1),
        )
    ],
)  # fmt: skip
FILLED = Filled(
    authority="Центральная аккредитационная комиссия",
    number="АК-26-00000017",
    kind="TEMPORARY",
    at=AT,
    attempt=2,
    person=PERSON,
    registry_number="0000000006",
    organization=HOSPITAL,
    specialty="31.08.49 Терапия",
    purpose="INTERNSHIP",
    days=60,
    supervisor="Петров Пётр Петрович",
    base=None,
    renews=None,
    directions=(),
    licence=None,
    phone="+79990000000",
    email="a@example.org",
    enclosed=[Enclosed("DIPLOMA", "Диплом врача")],
    consents=[Consented("PERSONAL_DATA", "2025.1", "Я даю согласие на обработку моих персональных данных.")],
)
PROVEN = (
    "Электронный документ. Подлинность, номер, дату выдачи и действие документа проверяют на странице "
    "https://kabinet.example.org/verify по коду 1000-0000-0000-000Z. Электронную подпись хранят отдельно от этого "
    "файла и выдают вместе с ним."
)


def test_the_extract_of_a_decision_says_what_was_decided() -> None:
    content, count = extract.made(DECIDED, PROOF)
    (said,) = pages(content)
    assert count == 1
    assert said == (
        "Центральная аккредитационная комиссия ВЫПИСКА ИЗ ПРОТОКОЛА № 2611-7 от 30.11.2026 "
        "Заявление АК-26-00000017, постоянная аккредитация "
        f"Заявитель {PERSON} Специальность 31.08.49 Терапия Организация {HOSPITAL} "
        "РЕШЕНИЕ Аккредитация предоставлена. Реестровый номер 770000000123 "
        f"Срок действия с 30.11.2026 по 29.11.2031 {PROVEN} Код проверки 1000-0000-0000-000Z Лист 1 из 1"
    )


def test_a_rejection_gives_its_reasons_on_as_many_sheets_as_they_take() -> None:
    long = "Стаж работы по специальности не подтверждён приказом. " * 18
    reasons = [f"{long}{number}" for number in range(1, 21)]
    rejected = replace(DECIDED, accredited=False, granted=None, reasons=reasons, missing=["DIPLOMA", "EXPERIENCE"])
    content, count = extract.made(rejected, Proof(CODE, None, signed=False))
    sheets = pages(content)
    assert len(sheets) == count > 5
    for number, sheet in enumerate(sheets, 1):
        assert sheet.endswith(f"Код проверки 1000-0000-0000-000Z Лист {number} из {count}")
    said = " ".join(sheet.removesuffix(f" Лист {n} из {count}").removesuffix(" Код проверки 1000-0000-0000-000Z")
        for n, sheet in enumerate(sheets, 1))  # fmt: skip
    for number, reason in enumerate(reasons, 1):
        assert f"{number}. {reason}" in said
    assert "Недостающие документы диплом, отчёт о профессиональной деятельности или сведения о стаже." in said
    assert said.endswith("проверяют на странице проверки документов по коду 1000-0000-0000-000Z.")


def test_a_certificate_says_what_the_registers_say_at_its_instant() -> None:
    content, count = certificate.made(QUALIFIED, PROOF)
    said = " ".join(page.rpartition(" Код проверки")[0] for page in pages(content))
    assert count == len(pages(content))
    assert said == (
        "Министерство здравоохранения Российской Федерации СПРАВКА О КВАЛИФИКАЦИИ № СК-2026-10000001 "
        "от 30.11.2026 00:30 (МСК) Выдана в том, что по данным регистров на указанное время: "
        f"Работник {PERSON} Номер в регистре 0000000006 Специальность 31.08.49 Терапия "
        "Действующие аккредитации Вид постоянная аккредитация Реестровый номер 770000000123 "
        f"Специальность 31.08.49 Терапия Организация {HOSPITAL} Срок действия с 29.02.2024 без ограничения срока "
        "Образование Высшее образование Сеченовский университет Специальность 31.05.01 Лечебное дело "
        "Документ 107704 0001234 от 30.06.2010 Повышение РМАНПО, 144 ч квалификации Специальность 31.08.49 Терапия "
        "Документ 180000 5 от 30.06.2023 Квалификационные категории Категория высшая Специальность 31.08.49 Терапия "
        f"Срок действия с 01.01.2022 по 31.12.2026 Место работы Организация {HOSPITAL} "
        "Подразделение Терапевтическое отделение Должность врач-терапевт Работает с 01.09.2012 "
        f"Цель выдачи Для работодателя {PROVEN}"
    )


def test_a_form_says_what_its_applicant_signs() -> None:
    said = text(form.made(FILLED).content)
    assert said == (
        "Центральная аккредитационная комиссия ЗАЯВЛЕНИЕ № АК-26-00000017 подано 30.11.2026 00:30 (МСК) "
        "Прошу провести аккредитацию. Вид временная аккредитация "
        f"Заявитель {PERSON} Номер в регистре 0000000006 Организация {HOSPITAL} Специальность 31.08.49 Терапия "
        "Цель стажировка Срок 60 календарных дней Наставник Петров Пётр Петрович Номер попытки 2 "
        "Телефон +79990000000 Электронная почта a@example.org "
        "Приложенные документы 1. Документ об образовании: Диплом врача "
        "Согласие на обработку персональных данных, версия 2025.1 "
        "Я даю согласие на обработку моих персональных данных. "
        "Электронный документ. Составлен личным кабинетом по сведениям, с которыми заявление подано; заявитель "
        "подписывает его электронной подписью, которую хранят отдельно от этого файла. "
        "Заявление АК-26-00000017 Лист 1 из 1"
    )


def test_the_file_describes_itself_without_a_name_of_anybody() -> None:
    content = certificate.made(QUALIFIED, PROOF).content
    assert described(content) == {
        "Title": "Справка о квалификации № СК-2026-10000001",
        "Creator": "Kabinet",
        "Producer": "Kabinet",
        "CreationDate": "D:20261129213000Z",
    }
    assert b"/Lang (ru-RU)" in content
    assert content.count(b"/FontFile2") == 2
    # Whatever name the font was not made for is a box, and no warning with the name in it.
    assert "Работник □□ Ли" in text(certificate.made(replace(QUALIFIED, person="李娜 Ли"), PROOF).content)


async def test_the_same_facts_are_the_same_bytes_in_whatever_process() -> None:
    once = [extract.made(DECIDED, PROOF).content, certificate.made(QUALIFIED, PROOF).content, form.made(FILLED).content]
    again = await Press(PROOF.address).pressed(AT, extract.made, DECIDED, PROOF)
    assert again.content == once[0]
    code = (
        "import hashlib; from tests.resolvers.printed.test_papers import *\n"
        "for made in (extract.made(DECIDED, PROOF), certificate.made(QUALIFIED, PROOF), form.made(FILLED)):\n"
        "    print(hashlib.sha256(made.content).hexdigest())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: ASYNC221
    assert told.split() == [hashlib.sha256(one).hexdigest() for one in once]


def test_without_its_fonts_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match=r"DejaVuSerif.ttf, DejaVuSerif-Bold.ttf: not in .*npm ci"):
        fonts.require(tmp_path)
