"""What a PDF says, as a reader of the product sees it: by a library that had no part in making it."""

import pypdfium2


def pages(content: bytes) -> list[str]:
    """The text of each page, on one line."""
    found = pypdfium2.PdfDocument(content)
    try:
        return [" ".join(found[place].get_textpage().get_text_bounded().split()) for place in range(len(found))]
    finally:
        found.close()


def text(content: bytes) -> str:
    """The text of all pages, on one line."""
    return " ".join(pages(content))


def described(content: bytes) -> dict[str, str]:
    """What the file says of itself, without what it leaves empty."""
    found = pypdfium2.PdfDocument(content)
    try:
        return {name: said for name, said in found.get_metadata_dict().items() if said}
    finally:
        found.close()
