"""What a PDF does by itself, or has hidden in it (активное содержимое)."""

import re
from collections.abc import Iterator
from typing import Final

import pikepdf

from sources.examining.examined import FaultCode

_DEEPEST: Final = 60
# Names without which nothing here is found; where one stands, its object is looked at closely.
_SUSPECT: Final = re.compile(
    rb"/(?:JS|JavaScript|OpenAction|AA|Launch|GoToR|GoToE|SubmitForm|ImportData|Rendition|RichMedia\w*|Movie|Sound"
    rb"|Screen|3D|XFA|EmbeddedFiles?|FileAttachment|Filespec|EF|URI|Thread|Ref|FFilter|OPI)\b"
)
_KEYS: Final = {
    "/JS": "JAVASCRIPT", "/JavaScript": "JAVASCRIPT", "/AA": "ADDITIONAL_ACTIONS", "/XFA": "XFA",
    "/FFilter": "EXTERNAL", "/OPI": "EXTERNAL", "/Ref": "EXTERNAL",
}  # fmt: skip
_ATTACHING: Final = frozenset({"/EF", "/EmbeddedFiles"})
_ACTIONS: Final = {
    "/JavaScript": "JAVASCRIPT", "/Launch": "LAUNCH", "/GoToR": "REMOTE", "/GoToE": "REMOTE", "/Thread": "REMOTE",
    "/SubmitForm": "SUBMIT", "/ImportData": "SUBMIT", "/Rendition": "MEDIA", "/Movie": "MEDIA", "/Sound": "MEDIA",
    "/RichMediaExecute": "MEDIA",
}  # fmt: skip
_PARTS: Final = {"/RichMedia": "MEDIA", "/Movie": "MEDIA", "/Screen": "MEDIA", "/3D": "MEDIA", "/Sound": "MEDIA"}
# A link of these kinds leads out of a document only when a person follows it.
_LINKS: Final = re.compile(rb"(?:https?|mailto|tel):", re.IGNORECASE)

Found = tuple[FaultCode, str]


def active(thing: pikepdf.Object) -> Iterator[Found]:
    """What one object of a file does or hides, in whatever way its names are spelt."""
    stream = isinstance(thing, pikepdf.Stream)
    own = thing.stream_dict if stream else thing
    if stream and "/F" in own:
        yield FaultCode.ACTIVE_CONTENT, "EXTERNAL"
    if _SUSPECT.search(own.unparse(resolved=True)):
        yield from _inside(own, 0)


def _inside(thing: pikepdf.Object, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST:
        yield FaultCode.EXPANDS_TOO_FAR, "NESTED"
        return
    parts: list[object] = []
    if isinstance(thing, pikepdf.Dictionary):
        yield from _of_dictionary(thing)
        parts = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        parts = [*thing]
    for part in parts:
        # What is an object of its own is looked at in its own right.
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _inside(part, depth + 1)


def _of_dictionary(thing: pikepdf.Dictionary) -> Iterator[Found]:
    keys = set(thing.keys())
    for key in keys & set(_KEYS):
        yield FaultCode.ACTIVE_CONTENT, _KEYS[key]
    if keys & _ATTACHING or _name(thing, "/Type") in {"/Filespec", "/EmbeddedFile"}:
        yield FaultCode.ATTACHED_FILES, ""
    if "/OpenAction" in keys and not _is_place(thing["/OpenAction"]):
        yield FaultCode.ACTIVE_CONTENT, "OPEN_ACTION"
    action, part = _name(thing, "/S"), _name(thing, "/Subtype")
    if action in _ACTIONS:
        yield FaultCode.ACTIVE_CONTENT, _ACTIONS[action]
    if part in _PARTS:
        yield FaultCode.ACTIVE_CONTENT, _PARTS[part]
    if part == "/FileAttachment":
        yield FaultCode.ATTACHED_FILES, ""
    if action == "/URI" and not _LINKS.match(bytes(thing["/URI"]) if _is_text(thing, "/URI") else b""):
        yield FaultCode.ACTIVE_CONTENT, "LINK"


def _is_place(action: object) -> bool:
    """Whether what is done at the opening is only to show a place of the document."""
    if isinstance(action, pikepdf.Dictionary):
        return _name(action, "/S") == "/GoTo"
    return isinstance(action, pikepdf.Array | pikepdf.Name | pikepdf.String)


def _name(thing: pikepdf.Dictionary, key: str) -> str:
    value = thing.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _is_text(thing: pikepdf.Dictionary, key: str) -> bool:
    return isinstance(thing.get(key), pikepdf.String)
