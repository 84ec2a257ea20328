"""The effective resolution of a scan: how many of its dots are on an inch of the paper."""

from typing import Final

# Inches: the paper that a picture is of where it does not say how large it is, and the smallest and the largest it may
# say; a card of the pension account, and A3.
_SHORT, _LONG = 8.27, 11.69
_SMALLEST: Final = (2.0, 3.1)
_LARGEST: Final = (11.8, 16.6)


def of_picture(width: int, height: int, said: tuple[float, float] | None) -> int:
    """Dots per inch of a picture of so many dots; `said` is what it says itself, across and down.

    A picture that says of itself that it is smaller than a card or larger than A3 is taken to be of a page of A4.
    """
    short, long = sorted((width, height))
    if said is not None and min(said) > 0:
        sides = sorted((width / said[0], height / said[1]))
        if all(least <= side <= most for least, side, most in zip(_SMALLEST, sides, _LARGEST, strict=True)):
            return round(min(said))
    return round(min(short / _SHORT, long / _LONG))
