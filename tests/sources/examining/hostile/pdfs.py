"""PDFs, each with one thing in one place, and what is to be said of it."""

import io
import random
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.sources.examining.hostile.case import Case, archive

SEED = 20_231
JS = "JAVASCRIPT"


def built(change: Callable[[pikepdf.Pdf], None] | None = None, *, pad: int = 0, **saved: Any) -> bytes:
    """A PDF of one page of text, changed; `pad` bytes of a stream that nothing refers to make it larger."""
    pdf, kept = pikepdf.new(), io.BytesIO()
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Contents = pdf.make_stream(b"BT ET 0 0 10 10 re f")
    if change is not None:
        change(pdf)
    if pad:
        pdf.Root.Padding = pdf.make_stream(random.Random(SEED).randbytes(pad))
    as_it_is = {} if "encryption" in saved else {"stream_decode_level": pikepdf.StreamDecodeLevel.none}
    pdf.save(kept, **{**as_it_is, **saved})
    return kept.getvalue()


def action(kind: str, **more: Any) -> Dictionary:
    return Dictionary(S=Name("/" + kind), **more)


def script() -> Dictionary:
    return action("JavaScript", JS=String("app.alert(1)"))


def note(pdf: pikepdf.Pdf, **said: Any) -> None:
    pdf.pages[0].obj.Annots = Array(
        [pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **{"Subtype": Name.Link, **said}))]
    )


def _at_opening(does: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.__setitem__("/OpenAction", does)


def _in_names(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), pdf.make_indirect(script())])))


def _on_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=script())


def _in_outline(pdf: pikepdf.Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("a"), A=script()))
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=item, Last=item, Count=1))


def _next(pdf: pikepdf.Pdf) -> None:
    note(pdf, A=Dictionary(S=Name.URI, URI=String("https://example.org"), Next=Array([script()])))


def _orphan(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Unknown = pdf.make_indirect(Dictionary(Deep=Array([Array([Dictionary(X=script())])])))


def _stream_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Unknown = pdf.make_indirect(Dictionary(JS=pdf.make_stream(b"app.alert(1)")))


def _form(**said: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("a"), **said))
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    return change


def _xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


def _attached(pdf: pikepdf.Pdf) -> None:
    inside = pdf.make_stream(b"MZ", Type=Name.EmbeddedFile)
    file = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=inside)))
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String("a"), file])))


def _external(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Unknown = pdf.make_stream(b"", F=String("/etc/passwd"))


def _image(
    width: int, height: int, data: bytes, placed: tuple[float, float] = (595, 842)
) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        image = pdf.make_stream(
            data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
        )  # fmt: skip
        page = pdf.pages[0].obj
        page.Resources = Dictionary(XObject=Dictionary(I=image))
        page.Contents = pdf.make_stream(f"q {placed[0]} 0 0 {placed[1]} 0 0 cm /I Do Q".encode())

    return change


def _flate(size: int, times: int = 1) -> bytes:
    """Zeros, packed: a block of a megabyte again and again, so that nobody has to pack them all."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packing.compress(bytes(1 << 20)) + packing.flush(zlib.Z_FULL_FLUSH)
    total = size & ~((1 << 20) - 1)
    sum_of_all = (total % 65_521) << 16 | 1
    data = b"\x78\xda" + block * (total >> 20) + packing.flush() + sum_of_all.to_bytes(4, "big")
    return data if times == 1 else zlib.compress(data, 9)


def _deep(pdf: pikepdf.Pdf) -> None:
    inner: object = script()
    for _ in range(90):
        inner = Array([inner])
    pdf.Root.Unknown = inner


def _pages(count: int) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        for _ in range(count - 1):
            pdf.pages.append(pdf.pages[0])

    return change


def _in_itself(pdf: pikepdf.Pdf) -> None:
    form = pdf.make_stream(b"/F Do", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    form.stream_dict.Resources = Dictionary(XObject=Dictionary(F=form))
    page = pdf.pages[0].obj
    page.Resources = Dictionary(XObject=Dictionary(F=form))
    page.Contents = pdf.make_stream(b"/F Do")


def _no_pages(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0]


def _later(data: bytes) -> bytes:
    """A second revision of a file, by which an object is replaced."""
    root = re.search(rb"/Root (\d+) 0 R", data)
    size = re.search(rb"/Size (\d+)", data)
    before = re.findall(rb"startxref\s+(\d+)", data)[-1]
    assert root
    assert size
    number = int(size[1])
    at = len(data)
    added = b"%d 0 obj\n<< /A 1 >>\nendobj\n" % number
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %s 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
    return data + added + table % (number, at, number + 1, root[1], before, at + len(added))


def _in_comment(data: bytes, comment: bytes) -> bytes:
    """A file with a comment before its last mark; nothing in it moves."""
    at = data.rfind(b"startxref")
    return data[:at] + b"%" + comment + b"\n" + data[at:]


def _after_header(comment: bytes, more: bytes = b"", *others: bytes, page: bytes = b"") -> bytes:
    """A file of our own hand whose comment stands in the second line, with more in its catalogue and its page.

    The others are objects from 4 on.
    """
    head = b"%PDF-1.4\n%" + comment + b"\n"
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R " + more + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] " + page + b" >>",
        *others,
    )
    places, data = [], [head]
    at = len(head)
    for number, body in enumerate(bodies, 1):
        places.append(at)
        data.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        at += len(data[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, at)
    return b"".join((*data, b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1), table, trailer))


def _stream(data: bytes, said: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), said, data)


def accepted() -> Iterator[Case]:
    """Files that are taken, odd as they are."""
    plain = built()
    yield Case("pdf plain", plain)
    yield Case("pdf of two megabytes", built(pad=2 << 20))
    yield Case("pdf for the web", built(linearize=True))
    yield Case("pdf with object streams", built(object_stream_mode=pikepdf.ObjectStreamMode.generate))
    yield Case("pdf revised", _later(plain))
    yield Case("pdf with blanks after its end", plain + b"\n\0\r\n ")
    yield Case("pdf that opens at a page", built(lambda pdf: _at_opening(Array([pdf.pages[0].obj, Name.Fit]))(pdf)))  # type: ignore[arg-type]
    yield Case("pdf that goes to a page", built(_at_opening(action("GoTo", D=String("a")))))
    yield Case("pdf with a link", built(lambda pdf: note(pdf, A=action("URI", URI=String("https://example.org/")))))
    yield Case("pdf with a form", built(_form(V=String("b"))))
    yield Case("pdf with scripts in words", built(lambda pdf: pdf.Root.__setitem__("/X", String("/JS /Launch /AA"))))
    yield Case("pdf with a scan", built(_image(1240, 1754, bytes(1240 * 1754))), dpi=150)
    yield Case("pdf with a stamp alone", built(_image(20, 20, bytes(400), placed=(60, 60))))
    yield Case("pdf in itself", built(_in_itself))
    yield Case("pdf of three pages", built(_pages(3)))
    yield Case("pdf with a comment", _after_header(b"\xe2\xe3\xcf\xd3"))


def active() -> Iterator[Case]:
    """Files that do something: each payload in each place."""
    places: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
        "names": (_in_names, JS),
        "outline": (_in_outline, JS),
        "next of a link": (_next, f"{JS}@1"),
        "depths": (_orphan, JS),
        "stream": (_stream_script, JS),
    }
    for place, (change, what) in places.items():
        yield Case(f"pdf script in {place}", built(change), f"ACTIVE_CONTENT:{what}")
    yield Case("pdf script in object stream", built(_in_names, object_stream_mode=pikepdf.ObjectStreamMode.generate),
               f"ACTIVE_CONTENT:{JS}")  # fmt: skip
    yield Case("pdf script in large file", built(_in_names, pad=3 << 20), f"ACTIVE_CONTENT:{JS}")
    yield Case("pdf script at opening", built(_at_opening(script())), f"ACTIVE_CONTENT:OPEN_ACTION ACTIVE_CONTENT:{JS}")
    yield Case("pdf script on a page", built(_on_page), f"ACTIVE_CONTENT:ADDITIONAL_ACTIONS@1 ACTIVE_CONTENT:{JS}@1")
    yield Case("pdf script in a field", built(_form(AA=Dictionary(K=script()))),
               f"ACTIVE_CONTENT:ADDITIONAL_ACTIONS ACTIVE_CONTENT:{JS}")  # fmt: skip
    yield Case("pdf script spelt otherwise", _respelt(), f"ACTIVE_CONTENT:{JS}")
    does = {
        "Launch": "LAUNCH", "GoToR": "REMOTE", "GoToE": "REMOTE", "Thread": "REMOTE", "SubmitForm": "SUBMIT",
        "ImportData": "SUBMIT", "Rendition": "MEDIA", "Movie": "MEDIA", "Sound": "MEDIA",
    }  # fmt: skip
    for name, what in does.items():
        yield Case(f"pdf {name} by a click", built(lambda pdf, name=name: note(pdf, A=action(name))),  # type: ignore[misc]
                   f"ACTIVE_CONTENT:{what}@1")  # fmt: skip
    for name in ("Launch", "GoToR"):
        yield Case(f"pdf {name} at opening", built(_at_opening(action(name))),
                   f"ACTIVE_CONTENT:OPEN_ACTION ACTIVE_CONTENT:{does[name]}")  # fmt: skip
    for name in ("RichMedia", "Screen", "3D", "Movie", "Sound"):
        yield Case(f"pdf {name} on a page", built(lambda pdf, name=name: note(pdf, Subtype=Name("/" + name))),  # type: ignore[misc]
                   "ACTIVE_CONTENT:MEDIA@1")  # fmt: skip
    for link in ("javascript:alert(1)", "file:///etc/passwd", "\\\\host\\share", "ms-word:ofe|u|https://a"):
        yield Case(f"pdf link {link[:4]}", built(lambda pdf, link=link: note(pdf, A=action("URI", URI=String(link)))),  # type: ignore[misc]
                   "ACTIVE_CONTENT:LINK@1")  # fmt: skip
    yield Case("pdf xfa", built(_xfa), "ACTIVE_CONTENT:XFA")
    yield Case("pdf attached", built(_attached), "ATTACHED_FILES:")
    yield Case("pdf attached to a page", built(lambda pdf: note(pdf, Subtype=Name.FileAttachment)), "ATTACHED_FILES:@1")
    yield Case("pdf of a file outside", built(_external), "ACTIVE_CONTENT:EXTERNAL")


def _respelt() -> bytes:
    """Names with escapes; the catalogue is the only object whose place does not depend on its length."""
    return _after_header(b"x", b"/Names << /#4aavaScrip#74 << /#4A#53 (1) >> >>")


def broken() -> Iterator[Case]:
    """Files that cannot be read, or are kept from their reader."""
    plain = built(pad=4_000)
    yield Case("pdf cut off", plain[: len(plain) // 2], "DAMAGED:CUT_OFF")
    yield Case("pdf cut off with an end", plain[: len(plain) // 2] + b"\n%%EOF\n", "DAMAGED:")
    yield Case("pdf header alone", b"%PDF-1.7\n", "DAMAGED:CUT_OFF")
    yield Case("pdf header and end", b"%PDF-1.7\n%%EOF\n", "DAMAGED:")
    yield Case("pdf without a table", plain.replace(b"startxref", b"startxxxx"), "DAMAGED:")
    yield Case("pdf with a wrong table", re.sub(rb"startxref\n\d+", b"startxref\n99999999", plain), "DAMAGED:")
    yield Case("pdf of noise", b"%PDF-1.4\n" + random.Random(SEED).randbytes(5_000) + b"\n%%EOF", "DAMAGED:")
    yield Case("pdf without pages", built(_no_pages), "DAMAGED:")
    yield Case("pdf whose pages go round", _after_header(b"").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), "DAMAGED:")
    locked = pikepdf.Encryption(owner="o", user="u")
    yield Case("pdf with a password", built(encryption=locked), "ENCRYPTED:")
    yield Case("pdf with restrictions", built(encryption=pikepdf.Encryption(owner="o", user="")), "ENCRYPTED:")


def of_objects(count: int) -> bytes:
    """A file of so many objects more that have to be looked at closely."""
    return _after_header(b"x", b"", *[b"<< /A [[[ /URI ]]] >>"] * count)


def bombs() -> Iterator[Case]:
    """Files that are small and unpack to what no memory holds, or take no end of time."""
    far, flate = _flate(1 << 30), b"/Filter /FlateDecode"
    for place, said in {"as a page": {"page": b"/Contents 4 0 R"}, "aside": {"more": b"/Unknown 4 0 R"}}.items():
        made = _after_header(b"x", said.get("more", b""), _stream(far, flate), page=said.get("page", b""))
        yield Case(f"pdf bomb {place}", made, "EXPANDS_TOO_FAR:STREAM")
    twice = _stream(_flate(1 << 30, 2), b"/Filter [/FlateDecode /Fl]")
    yield Case("pdf bomb in a bomb", _after_header(b"x", b"/A 4 0 R", twice), "EXPANDS_TOO_FAR:STREAM")
    often = _stream(b"x", b"/Filter [" + b" /FlateDecode" * 9 + b"]")
    yield Case("pdf of many filters", _after_header(b"x", b"/A 4 0 R", often), "EXPANDS_TOO_FAR:FILTERS")
    yield Case("pdf of many dots", built(_image(60_000, 60_000, b"\0")), "EXPANDS_TOO_FAR:PIXELS")
    picture = b"/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    yield Case("pdf picture beyond its size", _after_header(b"x", b"/A 4 0 R", _stream(far, picture + flate)),
               "EXPANDS_TOO_FAR:PICTURE")  # fmt: skip
    many = [b"<< /A 1 >>"] * 31_000
    yield Case("pdf of many objects", _after_header(b"x", b"", *many), "EXPANDS_TOO_FAR:OBJECTS")
    hidden = _after_header(b"x", b"", *many).replace(b"/Size 31004", b"/Size 00004")
    yield Case("pdf that hides how many objects it has", hidden, "EXPANDS_TOO_FAR:OBJECTS")
    yield Case("pdf of many pages", built(_pages(1_001)), "EXPANDS_TOO_FAR:PAGES")
    yield Case("pdf of depths", built(_deep), "EXPANDS_TOO_FAR:NESTED")
    yield Case("pdf bomb of objects", _object_bomb(), "EXPANDS_TOO_FAR:STREAM")


def _object_bomb() -> bytes:
    """A stream of objects that unpacks to a quarter of a gigabyte; it is unpacked to find what is in it."""
    packed = zlib.compress(b"4 0 << /A 1 >>" + bytes(256 << 20), 1)
    head = b"%PDF-1.5\n"
    stream = (
        b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
        + packed + b"\nendstream\nendobj\n"
    )  # fmt: skip
    objects = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X 4 0 R >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n",
        stream,
    )
    places, data = {}, head
    for one in objects:
        places[int(one.split()[0])] = len(data)
        data += one
    at = len(data)
    places[6] = at
    rows = b"".join(
        bytes([0, 0, 0, 0, 0, 0]) if number == 0 else bytes([2, 0, 0, 0, 5, 0]) if number == 4
        else b"\1" + places[number].to_bytes(4, "big") + b"\0"
        for number in range(7)
    )  # fmt: skip
    table = b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n" % len(rows)
    return data + table + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def mixed() -> Iterator[Case]:
    """Files that are something else besides."""
    plain = built()
    zipped = archive()
    yield Case("pdf after other bytes", b"GIF89a\n" + plain, "MIXED_FORMATS:BYTES_BEFORE_BEGINNING")
    yield Case("pdf before other bytes", plain + b"MZ\x90", "MIXED_FORMATS:BYTES_AFTER_END")
    yield Case("pdf far before other bytes", plain + b" " * 70_000 + b"MZ",
               "MIXED_FORMATS:BYTES_AFTER_END DAMAGED:")  # fmt: skip
    yield Case("pdf before an archive", plain + zipped,
               "MIXED_FORMATS:BYTES_AFTER_END MIXED_FORMATS:ARCHIVE")  # fmt: skip
    yield Case("pdf around an archive", _in_comment(plain, zipped.replace(b"\n", b" ")), "MIXED_FORMATS:ARCHIVE")
    yield Case(
        "pdf with a script in a comment", _in_comment(plain, b"<script>alert(1)</script>"), "MIXED_FORMATS:MARKUP"
    )
    for words in (b"<html><body>", b"<ScRiPt >", b"<?php system(1);", b"<!DOCTYPE html>", b"<svg onload=alert(1)>"):
        yield Case(f"pdf with {words[:5].decode()} in its head", _after_header(words), "MIXED_FORMATS:MARKUP")
    tarred = _after_header(b"x" * 247 + b"ustar\0")
    yield Case("pdf as a tar", tarred, "MIXED_FORMATS:ARCHIVE")
