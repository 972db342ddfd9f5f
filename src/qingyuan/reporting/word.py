"""A report as DOCX: native headings, tables and styles, so that Word and WPS open it clean."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from .blocks import Chart, Section, Table, Text, shown
from .charts import png
from .cover import Cover

FONT = "宋体"
WIDTH = Cm(16)


def docx(
    cover: Cover, sections: Sequence[Section], passages: Mapping[str, str] | None = None,
) -> bytes:
    """The report as a DOCX file (A4, Chinese fonts named for Word and WPS). ``passages`` are what
    people wrote, by key of the section."""
    paper = Document()
    _styles(paper)
    _front(paper, cover)
    for section in sections:
        _section(paper, section, (passages or {}).get(section.key, ""))
    _foot(paper, cover)
    held = io.BytesIO()
    paper.save(held)
    return held.getvalue()


def _styles(paper: Any) -> None:
    for name, size in (("Normal", 10.5), ("Heading 1", 14), ("Title", 20), ("Caption", 9)):
        style = paper.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), FONT)
        style.font.color.rgb = RGBColor(0, 0, 0)
        for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    # Han glyphs as they are written in China, not those that a machine's first CJK font has.
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "en-US")
    lang.set(qn("w:eastAsia"), "zh-CN")
    paper.styles["Normal"].element.get_or_add_rPr().append(lang)
    part = paper.sections[0]
    part.page_width, part.page_height = Cm(21), Cm(29.7)
    part.left_margin = part.right_margin = Cm(2.5)
    part.top_margin = part.bottom_margin = Cm(2.3)


def _front(paper: Any, cover: Cover) -> None:
    paper.core_properties.title = cover.title
    paper.core_properties.author = cover.unit
    title = paper.add_paragraph(cover.title, style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    table = paper.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for name, value in cover.lines:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
    _widths(table, (4, 12))


def _section(paper: Any, section: Section, passage: str) -> None:
    paper.add_heading(section.title, level=1)
    for block in section.blocks:
        if isinstance(block, Text):
            paper.add_paragraph("".join(shown(part) for part in block.parts))
        elif isinstance(block, Table):
            _table(paper, block)
        elif isinstance(block, Chart):
            paper.add_picture(io.BytesIO(png(block)), width=WIDTH)
    for line in passage.splitlines():
        paper.add_paragraph(line)


def _table(paper: Any, block: Table) -> None:
    paper.add_paragraph(block.title, style="Caption")
    table = paper.add_table(rows=1, cols=len(block.heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _fill(table.rows[0].cells, block.heads, (), bold=True)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))  # repeated on every page
    for row in block.rows:
        _fill(table.add_row().cells, [shown(one) for one in row], block.numeric)
    after = paper.add_paragraph()
    after.paragraph_format.space_after = Pt(0)
    after.paragraph_format.line_spacing = Pt(6)


def _fill(cells: Sequence[Any], words: Sequence[str], numeric: Sequence[int],
          bold: bool = False) -> None:
    for n, (cell, word) in enumerate(zip(cells, words, strict=True)):
        line = cell.paragraphs[0]
        run = line.add_run(word)
        run.bold, run.font.size = bold, Pt(9)
        if n in numeric:
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(table: Any, widths: Sequence[float]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


def _foot(paper: Any, cover: Cover) -> None:
    line = paper.sections[0].footer.paragraphs[0]
    line.text = cover.foot
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for run in line.runs:
        run.font.size = Pt(8)


