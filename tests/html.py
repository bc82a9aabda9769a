"""HTML compared without the white space that says nothing to a browser."""

import re


def flat(html: str | bytes) -> str:
    """`html` with one space for each run of white space, and none at the end of a tag or between two tags."""
    text = html.decode() if isinstance(html, bytes) else html
    # Not \s: a no-break space is something to see.
    text = re.sub(r"[ \t\r\n\f]+", " ", text)
    return re.sub(r"> <", "><", re.sub(r" (/?>)", r"\1", text))
