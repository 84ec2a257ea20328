"""A paper of A4 sheets as people know it from offices: who says it, its title, facts line by line, texts.

Every text is broken into lines, and goes on on the next sheet where there is no room. What the font has no sign for is
shown as a box. Names stand in the text alone: neither in the description of the file nor in names of its objects.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from resolvers.printed import fonts

# Millimetres, as ГОСТ Р 7.0.97-2016 has them: the left margin is for the file.
_LEFT, _RIGHT, _TOP, _BOTTOM = 20.0, 10.0, 20.0, 20.0
_LABELS: Final = 55.0
_GAP: Final = 3.0
_SIZE, _SMALL, _LARGE = 11.0, 8.5, 13.0
_LINE, _SMALL_LINE, _LARGE_LINE = 5.6, 4.2, 6.8
_FAMILY: Final = "serif"
_PRODUCER: Final = "Kabinet"
_ABSENT: Final = "□"


class Printed(NamedTuple):
    """A document as a file, and how many pages it has."""

    content: bytes
    pages: int


class _Pages(FPDF):
    """The pages, with what stands below each of them: how the document is verified, and which sheet it is."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4", unit="mm")
        self._foot = foot

    def footer(self) -> None:
        self.set_y(-_BOTTOM + 5)
        self.set_font(_FAMILY, "", _SMALL)
        self.cell(self.epw * 0.75, _SMALL_LINE, self._foot)
        self.cell(self.epw * 0.25, _SMALL_LINE, f"Лист {self.page_no()} из {{nb}}", align=Align.R)


class Sheet:
    """One document under way."""

    def __init__(self, title: str, foot: str, at: datetime) -> None:
        """`title` describes the file, and says nothing of a person; `foot` stands below each sheet; `at` is its time.

        Raises:
            FontsMissing: there is no font to write it with.
        """
        fonts.require()
        self._pages = pages = _Pages(foot)
        pages.set_margins(_LEFT, _TOP, _RIGHT)
        pages.set_auto_page_break(auto=True, margin=_BOTTOM)
        for style, name in (("", fonts.PLAIN), ("B", fonts.BOLD)):
            pages.add_font(_FAMILY, style, fonts.FOLDER / name)
        pages.set_title(title)
        pages.set_lang("ru-RU")
        pages.set_creator(_PRODUCER)
        pages.set_producer(_PRODUCER)
        pages.set_creation_date(at.astimezone(UTC))
        pages.add_page()

    def authority(self, name: str) -> None:
        """Who says what the document says."""
        pages = self._pages
        self._centred(name, "B", _SIZE, _LINE)
        pages.set_draw_color(90)
        pages.line(pages.l_margin, pages.get_y() + 1.5, pages.w - pages.r_margin, pages.get_y() + 1.5)
        pages.ln(9)

    def heading(self, name: str, *below: str) -> None:
        """What the document is, in large letters, with lines below."""
        self._centred(name, "B", _LARGE, _LARGE_LINE)
        for line in below:
            self._centred(line, "", _SIZE, _LINE)
        self._pages.ln(6)

    def section(self, name: str) -> None:
        """The name of a part; it does not stand alone at the foot of a sheet."""
        self._pages.ln(2)
        if self._pages.will_page_break(_LINE * 3):
            self._pages.add_page()
        self._pages.set_font(_FAMILY, "B", _SIZE)
        self._lines(name)
        self._pages.ln(1)

    def facts(self, said: Iterable[tuple[str, str | None]]) -> None:
        """Facts, each with what it is called to its left; what nobody knows has no line."""
        for label, value in said:
            if value:
                self._fact(label, value)

    def paragraph(self, said: str) -> None:
        """A paragraph."""
        self._pages.set_font(_FAMILY, "", _SIZE)
        self._lines(said)
        self._pages.ln(1.5)

    def note(self, said: str) -> None:
        """A paragraph in small letters."""
        self._pages.set_font(_FAMILY, "", _SMALL)
        self._lines(said, _SMALL_LINE)
        self._pages.ln(1)

    def numbered(self, said: Iterable[str]) -> None:
        """Paragraphs with their numbers before them."""
        for number, one in enumerate(said, 1):
            self.paragraph(f"{number}. {one}")

    def gap(self) -> None:
        """Some room before what follows."""
        self._pages.ln(5)

    def made(self) -> Printed:
        """The document."""
        pages = self._pages.page_no()
        return Printed(bytes(self._pages.output()), pages)

    def _fact(self, label: str, value: str) -> None:
        pages = self._pages
        wide = pages.epw - _LABELS - _GAP
        named, told = self._broken(label, _LABELS, "B"), self._broken(value, wide, "")
        for place in range(max(len(named), len(told))):
            pages.set_font(_FAMILY, "B", _SIZE)
            pages.cell(_LABELS, _LINE, named[place] if place < len(named) else "")
            pages.set_x(pages.l_margin + _LABELS + _GAP)
            pages.set_font(_FAMILY, "", _SIZE)
            told_here = told[place] if place < len(told) else ""
            pages.cell(wide, _LINE, told_here, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        pages.ln(1)

    def _broken(self, said: str, wide: float, style: str) -> list[str]:
        self._pages.set_font(_FAMILY, style, _SIZE)
        lines = self._pages.multi_cell(
            wide, _LINE, self._shown(said), dry_run=True, output=MethodReturnValue.LINES, align=Align.L
        )
        return [str(line) for line in lines] if isinstance(lines, list) else []

    def _lines(self, said: str, high: float = _LINE) -> None:
        self._pages.multi_cell(0, high, self._shown(said), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _centred(self, said: str, style: str, size: float, high: float) -> None:
        self._pages.set_font(_FAMILY, style, size)
        self._pages.multi_cell(0, high, self._shown(said), align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _shown(self, said: str) -> str:
        """A text as one line of signs that the font has."""
        font = self._pages.current_font
        known = getattr(font, "cmap", {})
        return "".join(one if ord(one) in known else _ABSENT for one in " ".join(said.split()))
