"""Where sealed files lie: a folder of this machine, or a bucket that speaks S3."""

import re
from typing import Final

_BUCKET: Final = re.compile(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?"
    r"(\?(endpoint=(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?|region=[a-z0-9-]+|&)*)?"
)


def is_bucket(place: str) -> bool:
    """Whether a place is written as that of a bucket: an endpoint elsewhere than on this machine speaks HTTPS."""
    return _BUCKET.fullmatch(place) is not None
