"""Generated functions: the code of each text is made once, and kept while there is room."""

from collections.abc import Iterable, Mapping
from types import CodeType
from typing import Any

from engine.request.cache import Kept

# A character of a generated text takes so many bytes, those of its code among them.
MAX_CODE = 16 * 2**20
BYTES = 10
_CODE: Kept[str, CodeType] = Kept(2_000, MAX_CODE)


def built(name: str, lines: Iterable[str], names: Mapping[str, Any]) -> Any:
    """The function of that name that a generated source defines; the names are what it may call.

    It knows the other functions of the source as variables of the scope around them, and not as global names: among
    these it would stand itself, and hold itself for ever.
    """
    text = "\n".join(["def scope():", *(f"    {line}" for line in lines), f"    return {name}"])
    space = dict(names)
    exec(_compiled(text), space)  # noqa: S102 - generated from the plan; every literal went through repr
    return space.pop("scope")()


def _compiled(text: str) -> CodeType:
    """The code of a text: of operations that differ by what they name alike, many functions are the same."""
    code = _CODE.get(text)
    if code is None:
        code = compile(text, "<generated>", "exec")
        _CODE.keep(text, code, BYTES * len(text))
    else:
        _CODE.move_to_end(text)
    return code
