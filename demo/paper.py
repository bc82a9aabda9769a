import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from lib.pdf import compile_pdf

TEMPLATE = Path(__file__).with_name("paper.typ")


def paper_pdf(told: Mapping, day: date) -> bytes:
    """A document of a demonstration kit: `{title, label, project, introduction, remark, blocks, date}`."""
    data = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return compile_pdf(TEMPLATE, data, datetime.combine(day, time(12), UTC))
