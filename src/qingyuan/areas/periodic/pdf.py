"""A report as PDF, set by typst with the fonts of the house; text stays text."""

from typing import Any

from qingyuan.ui.paper import qr, typeset

from .blocks import Block, Chart, Table, Text, from_json, shown
from .charts import png
from .cover import cover_of
from .models import PeriodicReport
from .states import FIXED


def pdf(row: PeriodicReport) -> bytes:
    """The report as a PDF file. A sealed one bears its SHA-256 as a QR code."""
    images: dict[str, bytes] = {}
    cover = cover_of(row)
    parts = [{"title": section.title,
              "blocks": [_block(block, images) for block in section.blocks],
              "passage": row.passages.get(section.key, "").splitlines()}
             for section in from_json(row.content)]
    if row.state in FIXED:
        images["seal.svg"] = qr(f"QY-REPORT {row.pk} {row.digest}")
    return typeset("periodic/report.typ", {
        "title": cover.title, "lines": [list(one) for one in cover.lines], "foot": cover.foot,
        "seal": "seal.svg" if "seal.svg" in images else "", "parts": parts}, images)


def _block(block: Block, images: dict[str, bytes]) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"type": "text", "text": "".join(shown(part) for part in block.parts)}
    if isinstance(block, Table):
        return {"type": "table", "title": block.title, "heads": list(block.heads),
                "rows": [[shown(one) for one in row] for row in block.rows],
                "numeric": list(block.numeric)}
    assert isinstance(block, Chart)
    name = f"chart{len(images)}.png"
    images[name] = png(block)
    return {"type": "chart", "image": name}
