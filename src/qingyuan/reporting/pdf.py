"""A report as PDF, set by typst with the fonts of the house; text stays text."""

from collections.abc import Mapping, Sequence
from typing import Any

from qingyuan.ui.paper import qr, typeset

from .blocks import Block, Chart, Section, Table, Text, shown
from .charts import png
from .cover import Cover


def pdf(
    cover: Cover, sections: Sequence[Section], passages: Mapping[str, str] | None = None,
) -> bytes:
    """The report as a PDF file, with the cover's seal as a QR code. ``passages`` are what people
    wrote, by key of the section."""
    images: dict[str, bytes] = {}
    parts = [{"title": section.title,
              "blocks": [_block(block, images) for block in section.blocks],
              "passage": (passages or {}).get(section.key, "").splitlines()}
             for section in sections]
    if cover.seal:
        images["seal.svg"] = qr(cover.seal)
    return typeset("reporting/report.typ", {
        "title": cover.title, "lines": [list(one) for one in cover.lines], "foot": cover.foot,
        "seal": "seal.svg" if cover.seal else "", "parts": parts}, images)


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
