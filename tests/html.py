"""HTML compared without the white space that says nothing to a browser."""

import re


def flat(html: str | bytes) -> str:
    """`html` with one space for each run of white space, and none at the end of a tag or between two tags."""
    text = html.decode() if isinstance(html, bytes) else html
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"> <", "><", re.sub(r" (/?>)", r"\1", text))
