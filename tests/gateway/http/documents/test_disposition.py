"""Under which name a file is saved: whatever somebody wrote, a name that is harmless on any system."""

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.documents.disposition import EXTENSIONS, attachment, file_name, media_type_of

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("given_name", "media_type", "expected"),
    [
        ("диплом.pdf", PDF, "диплом.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("..\\..\\boot.ini", PDF, "boot.ini.pdf"),
        ("a\x00b\r\nSet-Cookie: x=1", PDF, "ab Set-Cookie_ x=1.pdf"),
        ("\u202efdp.exe", PDF, "fdp.exe.pdf"),
        ("скан.PDF", PDF, "скан.pdf"),
        ("скан.pdf", "image/jpeg", "скан.jpg"),
        ("снимок.tiff", "image/tiff", "снимок.tif"),
        ("решение", "text/plain; charset=utf-8", "решение.txt"),
        ("страница.html", "text/html", "страница.html"),
        ('a"b;c%d', PDF, "a_b_c_d.pdf"),
        ("...", PDF, "document.pdf"),
        ("", PDF, "document.pdf"),
        ("/", PDF, "document.pdf"),
        ("NUL", PDF, "document-NUL.pdf"),
        ("con.txt", PDF, "document-con.pdf"),
        ("COM1.a.b", PDF, "document-COM1.a.b.pdf"),
        ("  два   слова \n", PDF, "два слова.pdf"),
        ("е\u0308", PDF, "ё.pdf"),
        ("ж" * 300, PDF, "ж" * 75 + ".pdf"),
        ("x" * 149 + "ж", PDF, "x" * 149 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(given_name: str, media_type: str, expected: str) -> None:
    assert file_name(given_name, media_type) == expected


def test_a_name_that_is_not_ascii_is_told_in_both_ways() -> None:
    assert attachment("a b.pdf") == b'attachment; filename="a b.pdf"'
    assert attachment("ё1.pdf") == b"attachment; filename=\"_1.pdf\"; filename*=UTF-8''%D1%911.pdf"


def test_only_types_of_documents_are_told() -> None:
    assert media_type_of("Text/Plain") == "text/plain; charset=utf-8"
    assert media_type_of("application/pdf; x=y") == PDF
    for other in ("text/html", "image/svg+xml", "application/xhtml+xml", "", "a\r\nb"):
        assert media_type_of(other) == "application/octet-stream"


@given(st.text(max_size=400), st.sampled_from([*EXTENSIONS, "text/html"]))
def test_whatever_the_name_the_header_says_it_once_and_nothing_else(given_name: str, media_type: str) -> None:
    name = file_name(given_name, media_type)
    assert 0 < len(name.encode()) <= 160
    assert not re.search(r'[/\\\x00-\x1f\x7f"%;:<>|?*\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]', name)
    assert name[0] not in ". "
    header = attachment(name)
    assert re.fullmatch(rb"attachment; filename=\"[ -~]+\"(; filename\*=UTF-8''[!#$&+^_`|~0-9A-Za-z.%-]+)?", header)
    # Another reader of such headers understands the same.
    read = Message()
    read["content-disposition"] = header.decode("ascii")
    assert read.get_content_disposition() == "attachment"
    told = re.search(rb"filename\*=UTF-8''(.+)$", header)
    assert (name if told is None else unquote_to_bytes(told[1]).decode()) == name
