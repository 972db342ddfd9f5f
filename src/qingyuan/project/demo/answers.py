"""Believable answers for the demonstration's records: generated ones that pass the form's rules,
under what the register and the visit already say, with photos and signatures that are really kept.
"""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qingyuan.forms import Form, Setting, compute, validate
from qingyuan.forms.definition import ABNORMAL, NORMAL, Field
from qingyuan.forms.sampling import sample
from qingyuan.standards import Book

Cells = dict[str, Any]
REMARKS = ("", "", "", "示例：现场正常", "示例：已清洁", "示例：更换滤芯后正常",
           "示例：标气余压 6 MPa")
ABNORMALITIES = (
    ("示例：采样泵流量偏低，已调整", False), ("示例：空调制冷差，已通知厂方", False),
    ("示例：伴热管线温度报警，需更换加热带", True), ("示例：制冷器温度偏高，已清理散热片", False),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who fills the form in, from when to when (China time), and how attachments are kept:
    ``photo(what)`` and ``signature(name)`` give what an answer holds."""

    engineer: str
    begin: datetime
    end: datetime
    photo: Callable[[str], Cells]
    signature: Callable[[str], Cells]


def believable(
    form: Form, draft: Cells, setting: Setting, book: Book, visit: Visit, *, seed: int,
    failing: bool = False, figures: Cells | None = None,
) -> Cells:
    """Answers that the form takes on the day of the visit, with the ``figures`` that were read.
    ``failing``: one item is abnormal and asks for a work order, where the form has items."""
    day = visit.begin.date()
    dice = random.Random(seed)
    draft = _joined(draft, figures or {})
    answers = sample(form, seed, technique=setting, book=book, day=day, known=draft)
    writer = _Writer(visit, dice)
    for section in form.sections:
        known = draft.get(section.name) or {}
        cells = answers.get(section.name) or {}
        blocks = {block.name for block in section.blocks}
        groups = [(cells[k], known.get(k) or {}) for k in cells] if blocks else [(cells, known)]
        for group, before in groups:
            writer.fields(section.fields, group, before)
            for table in section.tables:
                told = before.get(table.name) or []
                for place, row in enumerate(group.get(table.name) or []):
                    writer.fields(table.fields, row, told[place] if place < len(told) else {})
    if failing:
        _fail(form, answers, dice)
    found = compute(form, answers, book, day, setting)
    if validate(form, found, book, day, setting):
        # What the visit says of itself did not fit the form's rules: the generated answers do.
        plain = sample(form, seed, technique=setting, book=book, day=day, known=figures)
        return compute(form, _attached(form, plain, writer), book, day, setting)
    return found


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> Cells:
    """Both, cell by cell; the second stands where both say something. A section that the second
    names with blocks keeps those of the first."""
    found = dict(first)
    for name, value in second.items():
        old = found.get(name)
        found[name] = _joined(old, value) if isinstance(old, dict) and isinstance(
            value, dict) else value
    return found


class _Writer:
    """Puts into generated answers what people would write there."""

    def __init__(self, visit: Visit, dice: random.Random) -> None:
        self.visit, self.dice = visit, dice
        self.moment = visit.begin

    def fields(self, fields: tuple[Field, ...], cells: Cells, known: Mapping[str, Any]) -> None:
        for one in fields:
            if one.computed is not None or one.name not in cells:
                continue
            if one.name in known and one.type not in ("photo", "file", "signature"):
                cells[one.name] = known[one.name]
            else:
                self.answer(one, cells)

    def answer(self, one: Field, cells: Cells) -> None:
        value = cells[one.name]
        if one.type in ("photo", "file"):
            cells[one.name] = [self.visit.photo(one.of or one.label) for _ in value]
        elif one.type == "signature":
            cells[one.name] = self.visit.signature(self.visit.engineer)
        elif one.type == "number" and isinstance(value, float):
            cells[one.name] = round(value, 2)
        elif one.type == "date":
            cells[one.name] = self.visit.begin.date().isoformat()
        elif one.type == "datetime":
            self.moment = min(self.moment + timedelta(minutes=2), self.visit.end)
            cells[one.name] = self.moment.strftime("%Y-%m-%dT%H:%M")
        elif isinstance(value, str) and value == f"示例{one.label}":
            self.text(one, cells)

    def text(self, one: Field, cells: Cells) -> None:
        if one.default == "visit:engineer" or one.type == "person":
            cells[one.name] = self.visit.engineer
        elif one.type == "text" and not one.required:
            remark = self.dice.choice(REMARKS)
            if remark:
                cells[one.name] = remark
            else:
                del cells[one.name]


def _fail(form: Form, answers: Cells, dice: random.Random) -> None:
    items = [cells[f.name] for s in form.sections if not s.blocks
             for cells in [answers.get(s.name) or {}] for f in s.fields
             if f.type == "check" and (cells.get(f.name) or {}).get("mark") == NORMAL]
    if not items:
        return
    sentence, order = dice.choice(ABNORMALITIES)
    item = dice.choice(items)
    item |= {"mark": ABNORMAL, "handling": sentence, "note": sentence}
    if order:
        item["order"] = True


def _attached(form: Form, answers: Cells, writer: _Writer) -> Cells:
    """Generated answers whose attachments are real ones."""
    for section in form.sections:
        cells = answers.get(section.name) or {}
        for group in cells.values() if section.blocks else [cells]:
            rows = [(table.fields, row) for table in section.tables
                    for row in group.get(table.name) or []]
            for fields, place in [(section.fields, group), *rows]:
                for one in fields:
                    if one.type in ("photo", "file", "signature") and one.name in place:
                        writer.answer(one, place)
    return answers


def picture(what: str, where: str, moment: datetime, seed: int) -> bytes:
    """A drawing in place of a photo (JPEG): what it would show, where and when, plainly an
    example."""
    from PIL import Image, ImageDraw, ImageFont

    from qingyuan.ui import paper

    dice = random.Random(seed)
    ground = tuple(dice.randrange(150, 215) for _ in range(3))
    image = Image.new("RGB", (960, 720), ground)
    pen = ImageDraw.Draw(image)
    for _ in range(7):
        x, y = dice.randrange(40, 760), dice.randrange(60, 520)
        shade = tuple(dice.randrange(60, 140) for _ in range(3))
        pen.rounded_rectangle((x, y, x + dice.randrange(60, 180), y + dice.randrange(80, 170)), 12,
                              fill=shade, outline=(40, 40, 40), width=3)
    font = ImageFont.truetype(str(paper.FONTS / "NotoSansHans-Bold.otf"), 40)
    pen.text((40, 620), f"示例照片：{what}"[:24], fill=(20, 20, 20), font=font)
    pen.text((40, 24), f"{where} {moment:%m-%d %H:%M}"[:34], fill=(20, 20, 20), font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def signature(name: str, seed: int) -> bytes:
    """A scrawl in place of a signature (PNG)."""
    from PIL import Image, ImageDraw

    dice = random.Random(f"{name}{seed}")
    image = Image.new("RGBA", (320, 120), (255, 255, 255, 0))
    x, y = 30, 70
    points = [(x, y)]
    for _ in range(14):
        x += dice.randrange(8, 26)
        y = min(100, max(20, y + dice.randrange(-38, 39)))
        points.append((x, y))
    ImageDraw.Draw(image).line(points, fill=(20, 30, 90, 255), width=4, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
