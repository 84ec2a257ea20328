import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sources.books import BOOKS, FOLDER, BookIsWrong, load
from sources.books.medicine import medicines


def test_books_carry_their_oid_and_version() -> None:
    assert BOOKS.positions.oid == "1.2.643.5.1.13.13.11.1002"
    assert BOOKS.specialties.oid == "1.2.643.5.1.13.13.11.1107"
    assert all(book.version and book.published_on.year >= 2026 for book in (BOOKS.regions, BOOKS.positions))


def test_codes_lead_to_entries() -> None:
    assert BOOKS.positions.by_code["122"].name == "врач-хирург"
    assert BOOKS.positions.by_code["122"].category == "DOCTOR"
    assert BOOKS.specialties.by_code["31.08.67"].direction == "SURGERY"
    assert BOOKS.specialties.by_code["34.02.01"].level == "SECONDARY"
    assert BOOKS.regions.by_code["77"].name == "Москва"
    assert len(BOOKS.regions.entries) == 89


def test_a_position_without_an_official_code_says_so() -> None:
    for position in BOOKS.positions.entries:
        assert position.local == position.code.startswith("L")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("стажер", ["врач-стажёр"]),
        ("СТАЖЁР", ["врач-стажёр"]),
        ("врач хир", ["врач-детский хирург", "врач-стоматолог-хирург", "врач-хирург"]),
        ("12", ["врач-хирург"]),
        ("ирург", []),
        ("%", []),
    ],
)
def test_search_takes_beginnings_of_words_and_codes(words: str, found: list[str]) -> None:
    assert [position.name for position in BOOKS.positions.search(words)] == found


def test_an_empty_search_finds_everything_in_the_order_of_the_book() -> None:
    assert BOOKS.specialties.search("  ") == list(BOOKS.specialties.entries)


def test_search_by_the_beginning_of_a_code() -> None:
    assert {specialty.code for specialty in BOOKS.specialties.search("31.02")} == {
        "31.02.01",
        "31.02.02",
        "31.02.03",
        "31.02.05",
    }


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"code": "122"}, "the code 122 stands twice"),
        ({"name": "  "}, "entry 1: name is empty"),
        ({"category": "CAPTAIN"}, "entry 1: 'CAPTAIN' is none of"),
        ({"code": 5}, "entry 1: code is empty"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    content = copied(tmp_path)
    content["entries"][0].update(change)
    (tmp_path / "positions.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BookIsWrong, match=rf"positions\.json.*{complaint}"):
        load(tmp_path)


def test_all_entries_that_are_wrong_are_told_at_once(tmp_path: Path) -> None:
    content = copied(tmp_path)
    content["entries"][1] = ["122"]
    content["entries"][3] = {"code": "1"}
    content["publishedOn"] = "soon"
    (tmp_path / "positions.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BookIsWrong) as refused:
        load(tmp_path)
    places = [line.partition(":")[0] for line in str(refused.value).splitlines()]
    assert places == ["positions.json, entry 2", "positions.json, entry 4", "positions.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"entries": [{}]}', '{"entries": 5}'])
def test_a_malformed_book_is_refused(tmp_path: Path, text: str) -> None:
    copied(tmp_path)
    (tmp_path / "positions.json").write_text(text, encoding="utf-8")
    with pytest.raises(BookIsWrong, match=r"positions\.json"):
        load(tmp_path)


def test_a_missing_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookIsWrong, match=r"specialties\.json"):
        load(tmp_path)


def copied(folder: Path) -> dict[str, Any]:
    for path in FOLDER.glob("*.json"):
        shutil.copy(path, folder)
    content: dict[str, Any] = json.loads((folder / "positions.json").read_text(encoding="utf-8"))
    return content


def test_the_book_of_medicines_says_how_turnover_is_controlled() -> None:
    codes = dict.fromkeys(("NONE", "SUBJECT_QUANTITY", "LIST_II", "LIST_III"), 0)
    for medicine in BOOKS.medicines.entries:
        codes[medicine.control] += 1
    assert all(codes.values())
    morphine = BOOKS.medicines.by_code["N02AA01.1"]
    assert (morphine.name, morphine.control, morphine.most) == (
        "Морфин, раствор для инъекций, 10 мг/мл", "LIST_II", 20,
    )  # fmt: skip
    assert [one.code for one in BOOKS.medicines.search("трамад кап")] == ["N02AX02.1"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"control": "LIST_I"}, "'LIST_I' is none of"),
        ({"doseUnit": None}, "doses take a unit"),
        ({"dose": "0"}, "a dose is more than nothing"),
        ({"greatestSingle": "81"}, "greater than that of a day"),
        ({"atc": "A2"}, "'A2' is no class of ATC"),
        ({"mostPerPrescription": 0}, "0 is no number of pieces"),
        ({"dose": "much"}, "entry 1"),
    ],
)
def test_a_whole_book_of_medicines_is_taken_from_a_file_and_checked(
    tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    content = json.loads((FOLDER / "medicines.json").read_text(encoding="utf-8"))
    content["version"] = "2030.7"
    path = tmp_path / "whole.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert medicines(path).version == "2030.7"
    content["entries"][0].update(change)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BookIsWrong, match=complaint):
        medicines(path)
