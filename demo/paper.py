"""The PDF of a document of a demonstration kit, by Typst."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from lib.pdf import compile_pdf

TEMPLATE = Path(__file__).with_name("paper.typ")


def paper_pdf(content: Mapping, day: date) -> bytes:
    """The PDF of demo_kits.paper_data: `{title, label, project, introduction, remark, blocks, date}`.

    `day` is its date of creation, so that the same content gives the same bytes.
    """
    data = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return compile_pdf(TEMPLATE, data, datetime.combine(day, time(12), UTC))
