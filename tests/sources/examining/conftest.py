from collections.abc import AsyncIterator

PIECE = 1 << 18


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    """A file as it comes from wherever it lies."""
    for at in range(0, len(content), PIECE):
        yield content[at : at + PIECE]
