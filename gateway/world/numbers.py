"""Numbers with valid checksums, from ranges that no living person and no real organisation can have."""

PERSON_WEIGHTS_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
PERSON_WEIGHTS_12 = (3, *PERSON_WEIGHTS_11)
ORGANIZATION_WEIGHTS = PERSON_WEIGHTS_11[1:]


def snils(key: int) -> str:
    """A СНИЛС that begins with 999: three equal digits in a row are never issued."""
    number = f"999{key:06d}"
    total = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=True))
    return f"{number}{total % 101 % 100:02d}"


def person_inn(key: int) -> str:
    """An ИНН of a person in the region 00, which does not exist."""
    number = f"00{key:08d}"
    number += _inn_digit(number, PERSON_WEIGHTS_11)
    return number + _inn_digit(number, PERSON_WEIGHTS_12)


def organization_inn(key: int) -> str:
    """An ИНН of an organisation in the region 00, which does not exist."""
    number = f"00{key:07d}"
    return number + _inn_digit(number, ORGANIZATION_WEIGHTS)


def ogrn(key: int, year: int) -> str:
    """An ОГРН of the region 00, which does not exist."""
    number = f"1{year % 100:02d}00{key:07d}"
    return f"{number}{int(number) % 11 % 10}"


def insurance_number(key: int) -> str:
    """A number of compulsory insurance (ЕНП) of the region 00, which does not exist."""
    number = f"00{key:013d}"
    doubled = str(2 * int(number[::-2]))
    total = sum(map(int, doubled + number[-2::-2]))
    return f"{number}{-total % 10}"


def patient_phone(key: int) -> str:
    """A number of the area code 001, which is not given out."""
    return f"+7001{key:07d}"


def patient_email(key: int) -> str:
    """An address under a domain that is reserved for examples."""
    return f"person{key}@mail.example"


def phone(key: int) -> str:
    """A number of the area code 000, which is not given out."""
    return f"+7000{key:07d}"


def email(key: int) -> str:
    """An address under a domain that is reserved for examples."""
    return f"worker{key}@hospital.example"


def _inn_digit(number: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 % 10)
