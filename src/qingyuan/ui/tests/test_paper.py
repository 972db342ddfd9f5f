"""Paper: what is typed stays text, the same input gives the same bytes, no character is lost."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from qingyuan.ui import paper

ROOT = Path(__file__).parents[2]
MARKUP = ['#import "/etc/passwd": *', "$x^2$", "*粗*", "= 标题", "#panic(1)", "\\ #sys.inputs",
          '"#read("/data.json")"', "<label> @ref", "// 注释", "`raw`", "- 项", "#[块]"]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def scan(caption: str, image: str | None = None, **images: bytes) -> bytes:
    return paper.typeset("ui/scan.typ", {"caption": caption, "image": image}, images)


def test_no_answer_is_read_as_markup():
    squeezed = text_of(scan("".join(MARKUP))).replace(" ", "").replace("\n", "")
    for typed in MARKUP:
        assert typed.replace(" ", "") in squeezed


def test_the_same_input_gives_the_same_bytes():
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    first, again = (paper.typeset("ui/scan.typ", {"caption": "示例", "image": "a.jpg"},
                                  {"a.jpg": picture.getvalue()}) for _time in range(2))
    assert first == again
    assert paper.joined([first, again]) == paper.joined([first, again])
    assert scan("另一份") != scan("示例")


def test_no_character_of_forms_rules_and_states_lacks_a_glyph():
    from qingyuan.ui.states import STATES

    told = "".join(str(part) for one in STATES.values() for part in (one.label, one.hint))
    for ending in ("toml", "tsv", "html", "typ", "py"):
        for folder in (ROOT / "standards", ROOT / "areas", ROOT / "ui" / "templates"):
            told += "".join(one.read_text() for one in folder.rglob(f"*.{ending}")
                            if "tests" not in one.parts)
    typed = {one for one in told if one not in paper.RAISED and one.isprintable()}
    assert len(typed) > 1000
    assert {one for one in typed if ord(one) not in paper.covered()} == set()


def test_what_has_no_glyph_is_a_box_and_the_log_says_which(caplog):
    assert paper.legible("张\U0001f44d𠮷好") == "张□□好"
    assert "U+1F44D, U+20BB7" in caplog.text
    assert paper.legible("a\tb\x00c\u200dd") == "a bcd"
    assert paper.legible({"k": ["Ａ", 1.5, None, True]}) == {"k": ["Ａ", 1.5, None, True]}


def test_raised_and_lowered_digits_are_printed():
    assert "10−6SO2" in text_of(scan("10⁻⁶ SO₂")).replace(" ", "").replace("\n", "")


def test_only_what_is_printed_is_joined():
    writer = PdfWriter()
    writer.append(io.BytesIO(scan("第一页")))
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert(1)")})})
    writer.add_uri(0, "https://example.org/", [0, 0, 100, 100])
    foreign = io.BytesIO()
    writer.write(foreign)
    done = paper.joined([foreign.getvalue(), scan("第二页")])
    assert paper.pages_of(done) == 2
    assert re.search(r"第一页\s*第二页", text_of(done))
    assert (b"app.alert" in done, b"example.org" in done) == (False, False)


def locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("geheim", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("foreign", [
    b"", b"%PDF-1.7\n%%EOF", b"%PDF-1.7 " + b"x" * 2000, locked()])
def test_what_cannot_be_read_is_named(foreign):
    with pytest.raises(paper.NotAPdf, match="part 2"):
        paper.joined([scan("第一页"), foreign])


def test_a_qr_code_says_its_address():
    mark = paper.qr("https://om.example.org/q/ABCDEFGHJKMN/")
    assert mark.startswith(b"<svg")
    assert mark == paper.qr("https://om.example.org/q/ABCDEFGHJKMN/")
    assert mark != paper.qr("https://om.example.org/q/ABCDEFGHJKMP/")
