"""Paper: templates of typst set as PDF, and PDFs put together.

A template gets its words and figures as one JSON file and its images as files beside it. Nothing is
ever written into the template's text, so that no answer can be read as markup or code. The same
input gives the same bytes: no time, no file name and no chance goes into a page.

A template reads ``json("/data.json")``, ``image("/images/NAME")`` and what it imports from
``/ui/paper.typ``.
"""

import io
import json
import logging
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
import typst
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.utils import get_app_template_dirs
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ByteStringObject, NameObject

__all__ = ["BOX", "BOLD", "REGULAR", "covered", "joined", "legible", "pages_of", "qr", "typeset"]

FONTS = Path(__file__).parent / "static" / "vendor" / "paper-fonts"
REGULAR, BOLD = FONTS / "NotoSansHans-Regular.otf", FONTS / "NotoSansHans-Bold.otf"
LIBRARY = "ui/paper.typ"
BOX = "□"
"""Stands for a character that the font has no glyph for."""
RAISED = "⁰⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋"
"""Not in the font either; the library sets them as raised or lowered digits."""
MOST_PAGES = 2000  # of one PDF that is taken in
log = logging.getLogger(__name__)


class NotAPdf(ValueError):
    """Bytes that cannot be put into a PDF: damaged, encrypted, or no PDF at all."""


def typeset(
    template: str, data: Mapping[str, Any], images: Mapping[str, bytes] | None = None
) -> bytes:
    """A PDF of ``template`` (below the ``templates`` folders, "records/record.typ").

    ``data`` is plain JSON; ``images`` are JPEG, PNG or SVG by the name that the data call them.
    Raises TemplateDoesNotExist, ImproperlyConfigured without the fonts, ``typst.TypstError`` for a
    faulty template or an image that is none.
    """
    parts = {
        "main.typ": _source(template),
        LIBRARY: _source(LIBRARY),
        "data.json": json.dumps(legible(data), ensure_ascii=False, sort_keys=True).encode(),
        **{f"images/{name}": content for name, content in (images or {}).items()},
    }
    with TemporaryDirectory(prefix="qingyuan-paper-") as folder:
        # typst takes texts from memory, but pictures only from a folder
        for name, content in parts.items():
            place = Path(folder, name)
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        return typst.compile(Path(folder, "main.typ"), root=folder, font_paths=_fonts(),
                             ignore_system_fonts=True, format="pdf")


def joined(parts: Sequence[bytes]) -> bytes:
    """The PDFs one behind the other. Links, scripts and forms of the pages are left behind, only
    what is printed is kept. Raises NotAPdf naming the first that cannot be read."""
    out = PdfWriter()
    for number, part in enumerate(parts, 1):
        for page in _read(part, f"part {number}").pages:
            for active in ("/Annots", "/AA"):
                if active in page:
                    del page[NameObject(active)]
            out.add_page(page)
    out.compress_identical_objects()
    out.metadata = None
    out._ID = ArrayObject([ByteStringObject(bytes(16))] * 2)
    written = io.BytesIO()
    out.write(written)
    return written.getvalue()


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has. Raises NotAPdf."""
    return len(_read(pdf, "file").pages)


def _read(pdf: bytes, what: str) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(pdf))
        usable = not reader.is_encrypted and 0 < len(reader.pages) <= MOST_PAGES
        reason = "encrypted, empty or too long"
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError,
            NotImplementedError, struct.error) as error:
        # whatever pypdf stumbles over in a foreign file, the file is what is wrong
        raise NotAPdf(f"{what}: {error}") from error
    if not usable:
        raise NotAPdf(f"{what}: {reason}")
    return reader


def qr(address: str) -> bytes:
    """A QR code of an address as SVG, readable with 15 % of it dirty."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, nl=False)
    return out.getvalue()


def legible(value: Any) -> Any:
    """The same data with only characters that can be printed: what is no character is dropped,
    one without a glyph is a ``BOX``, and the log says which.

    >>> legible({"a": ["√ 10⁻⁶", "a\\u200bb\\x07", 3, None]})
    {'a': ['√ 10⁻⁶', 'ab', 3, None]}
    """
    if isinstance(value, str):
        return _legible_text(value)
    if isinstance(value, Mapping):
        return {str(key): legible(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [legible(one) for one in value]
    return value


def _legible_text(text: str) -> str:
    glyphs = covered()
    if all(ord(one) in glyphs for one in text):
        return text
    shown = "".join(map(_one_legible, unicodedata.normalize("NFC", text)))
    if BOX in shown and BOX not in text:
        strange = sorted({f"U+{ord(one):04X}" for one in text if _one_legible(one) == BOX})
        log.warning("no glyph for %s, printed as %s", ", ".join(strange), BOX)
    return shown


def _one_legible(one: str) -> str:
    if ord(one) in covered() or one in RAISED or one == "\n":
        return one
    kind = unicodedata.category(one)
    if one == "\t" or kind == "Zs":
        return " "
    if kind in ("Cc", "Cf", "Cs", "Mn", "Zl", "Zp"):
        return ""
    plain = unicodedata.normalize("NFKC", one)
    known = all(ord(part) in covered() for part in plain)
    return plain if known and len(plain) == 1 else BOX


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Code points that both weights of the font have a glyph for; no control characters, which a
    font may list."""
    both = _code_points(REGULAR.read_bytes()) & _code_points(BOLD.read_bytes())
    return frozenset(one for one in both if unicodedata.category(chr(one))[0] != "C")


def _code_points(font: bytes) -> frozenset[int]:
    """Of an OpenType font: its character map in segments (cmap format 12)."""
    tables = {font[12 + 16 * n:16 + 16 * n]: struct.unpack_from(">I", font, 20 + 16 * n)[0]
              for n in range(struct.unpack_from(">H", font, 4)[0])}
    start = tables[b"cmap"]
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        place = start + struct.unpack_from(">I", font, start + 8 + 8 * number)[0]
        if struct.unpack_from(">H", font, place)[0] != 12:
            continue
        for group in range(struct.unpack_from(">I", font, place + 12)[0]):
            first, last = struct.unpack_from(">II", font, place + 16 + 12 * group)
            found.update(range(first, last + 1))
    return frozenset(found)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    for font in (REGULAR, BOLD):
        if not font.is_file():
            raise ImproperlyConfigured(
                f"{font} is missing; the front-end files are copied by frontend/install.sh")
    return typst.Fonts(
        font_paths=[str(FONTS)], include_system_fonts=False, include_embedded_fonts=False)


@lru_cache(maxsize=64)
def _source(template: str) -> bytes:
    for folder in get_app_template_dirs("templates"):
        place = Path(folder) / template
        if place.is_file():
            return place.read_bytes()
    raise TemplateDoesNotExist(template)
