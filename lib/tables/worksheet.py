"""A worksheet that takes a whole row at a time: the bytes of xlsxwriter's own, at a third of its time.

xlsxwriter checks arguments, bounds and formats of every cell; the rows of a table have no formats.
"""

import re
from collections.abc import Sequence

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# UTF-16 units that a cell holds.
CELL_MAX = 32_767
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class RowWorksheet(Worksheet):
    """A worksheet of a workbook in `constant_memory` mode, whose rows are written in order."""

    def write_values(self, number: int, values: Sequence) -> None:
        """Write row `number`, counted from 0: str as text, other values as numbers, None as no cell."""
        if self.table:
            # Cells of the row before, written one by one.
            self._write_single_row(number)
        if len(values) > len(self._letters):
            self._letters = [xl_col_to_name(place) for place in range(len(values))]
            self._check_dimensions(0, len(values) - 1)
        self.previous_row = self.dim_rowmax = number
        line = number + 1
        cells = [
            f'<c r="{letters}{line}"><v>{value:.16G}</v></c>'
            if not isinstance(value, str)
            else f'<c r="{letters}{line}" t="inlineStr"><is>{_text(value)}</is></c>'
            for letters, value in zip(self._letters, values, strict=False)
            if value is not None
        ]
        if cells:
            self.fh.write(f'<row r="{line}">{"".join(cells)}</row>')

    _letters: Sequence[str] = ()


def _text(text: str) -> str:
    """The `<t>` element of a text: cut to what a cell holds, control characters as Excel spells them."""
    if len(text) > CELL_MAX // 2:
        text = text.encode("utf-16-le", "surrogatepass")[: 2 * CELL_MAX].decode("utf-16-le", "ignore")
    if "_x" in text or CONTROL.search(text):
        text = Worksheet._escape_control_characters(text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if text[:1].isspace() or text[-1:].isspace():
        return f'<t xml:space="preserve">{text}</t>'
    return f"<t>{text}</t>"
