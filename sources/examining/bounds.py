"""How much an examination may take."""

from typing import Final

# Of a file as a whole; what is larger is not looked at.
MOST_BYTES: Final = 100 << 20
# Above what the waiting child has, beside the file itself.
MEMORY: Final = 64 << 20
# A preview is made of what an examination let pass; a page in colour takes more.
PREVIEW_MEMORY: Final = 320 << 20
# Of wall time, from when the child has the bytes.
SECONDS: Final = 1.8
PREVIEW_SECONDS: Final = 4.0
# How much longer whoever waits gives the process that keeps the deadline.
GRACE: Final = 2.0
AT_ONCE: Final = 2

# Within a file.
MOST_PAGES: Final = 1_000
MOST_OBJECTS: Final = 30_000
MOST_PIXELS: Final = 150_000_000
# Of one picture whose pixels are all in memory at once.
MOST_RASTER: Final = 48 << 20
# Of one stream of a PDF that is no picture, unpacked, and packed.
MOST_UNPACKED: Final = 32 << 20
MOST_PACKED: Final = 16 << 20
# Of all pictures of a PDF that are unpacked, as far as they are.
MOST_LOOKED_AT: Final = 128 << 20
MOST_SCANS: Final = 64
MOST_CERTIFICATE: Final = 64 << 10
WIDEST_PREVIEW: Final = 2_000
