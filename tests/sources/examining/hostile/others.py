"""Whatever else is put in: nothing of it is a document, but a certificate."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ObjectIdentifier

from tests.sources.examining.hostile.case import Case, archive

SNILS = "11223344595"
KEY = ec.derive_private_key(20_233, ec.SECP256R1())
STARTS, ENDS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)


def certificate(snils: str = SNILS) -> x509.Certificate:
    """A certificate of somebody's, signed by itself."""
    named = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "Кто-то"),
            x509.NameAttribute(ObjectIdentifier("1.2.643.100.3"), snils),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(named).issuer_name(named).public_key(KEY.public_key()).serial_number(4_660)
        .not_valid_before(STARTS).not_valid_after(ENDS).sign(KEY, hashes.SHA256())
    )  # fmt: skip


def accepted() -> Iterator[Case]:
    """Certificates."""
    yield Case("certificate", certificate().public_bytes(Encoding.DER))
    yield Case("certificate in words", certificate().public_bytes(Encoding.PEM))


def odd() -> Iterator[Case]:
    """What is no document."""
    der, pem = certificate().public_bytes(Encoding.DER), certificate().public_bytes(Encoding.PEM)
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    none = "UNSUPPORTED_FORMAT:"
    yield Case("nothing", b"", "EMPTY:")
    yield Case("certificate before other bytes", der + b"MZ", none)
    yield Case("certificate cut off", der[:-9], none)
    yield Case("certificate and key", pem + key, "MIXED_FORMATS:")
    yield Case("key and certificate", key + pem, none)
    yield Case("certificate in bad words", pem.replace(b"\nMI", b"\n!!"), "DAMAGED:")
    yield Case("certificate without an end", pem[:200], "DAMAGED:")
    for name, content in {
        "a byte": b"\0", "a text": b"hello", "blanks": b" " * 5_000, "a page": b"<!DOCTYPE html><html></html>",
        "a drawing": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an office file": archive(),
        "a program": b"MZ" + bytes(500), "a program of Linux": b"\x7fELF" + bytes(500), "a script": b"#!/bin/sh\n",
        "a gif": b"GIF89a" + bytes(50), "a bitmap": b"BM" + bytes(60), "a webp": b"RIFF\x24\0\0\0WEBPVP8 ",
        "PostScript": b"%!PS-Adobe-3.0\n", "rich text": b"{\\rtf1 }", "xml": b"<?xml version='1.0'?><a/>",
        "a rar": b"Rar!\x1a\x07\x00", "a 7z": b"7z\xbc\xaf\x27\x1c", "gzip": b"\x1f\x8b\x08" + bytes(20),
        "a film": b"\0\0\0\x18ftypmp42", "djvu": b"AT&TFORM", "words in UTF-16": "текст".encode("utf-16"),
    }.items():  # fmt: skip
        yield Case(name, content, none)
