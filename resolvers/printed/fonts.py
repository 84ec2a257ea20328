"""The fonts of documents that the product makes: files of the package dejavu-fonts-ttf."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "node_modules" / "dejavu-fonts-ttf" / "ttf"
PLAIN: Final = "DejaVuSerif.ttf"
BOLD: Final = "DejaVuSerif-Bold.ttf"


class FontsMissing(Exception):
    """No document can be made; the text names the files that are missing, and what brings them."""


def require(folder: Path = FOLDER) -> None:
    """That the fonts are there.

    Raises:
        FontsMissing: one is not.
    """
    missing = [name for name in (PLAIN, BOLD) if not (folder / name).is_file()]
    if missing:
        raise FontsMissing(f"{', '.join(missing)}: not in {folder}; `npm ci` brings the fonts of documents")
