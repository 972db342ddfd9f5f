"""Pictures: what a phone wrote into one, and the upright copy that people look at.

The original is kept as it came. The copy of a photo carries place, position, the phone's time, the
server's time and the person, so that a print or a screenshot of it still says them.
"""

import io
import logging
import math
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageDraw, ImageFont, ImageOps

from qingyuan.kernel.clock import CST
from qingyuan.ui.numbers import china_time
from qingyuan.ui.paper import REGULAR, legible

from . import sniff, store
from .models import Attachment, MediaKind

VIEW = 1600
"""Longest side of the copy on the screen, in pixels."""
PRINT = 1000
"""The same on paper: 280 points to the inch at half the width of A4."""
QUALITY = 82
_BROKEN = (OSError, SyntaxError, ValueError, ZeroDivisionError, Image.DecompressionBombError)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What the picture's own notes say: epoch milliseconds, degrees in WGS 84."""

    taken_at: int | None = None
    latitude: float | None = None
    longitude: float | None = None


def said(data: bytes) -> Said:
    """Time and position from the Exif notes; a time without zone is China time. What cannot be
    read is left out: phones write many strange things."""
    try:
        with sniff.picture(data) as picture:
            notes = picture.getexif()
            shot = notes.get_ifd(ExifTags.IFD.Exif)
            position = notes.get_ifd(ExifTags.IFD.GPSInfo)
    except (*_BROKEN, ValidationError, KeyError, TypeError):
        return Said()
    latitude = _degrees(position, ExifTags.GPS.GPSLatitude, "S", 90)
    longitude = _degrees(position, ExifTags.GPS.GPSLongitude, "W", 180)
    if latitude is None or longitude is None:
        latitude = longitude = None
    return Said(_moment(shot), latitude, longitude)


def _moment(shot: dict[int, Any]) -> int | None:
    text = str(shot.get(ExifTags.Base.DateTimeOriginal, ""))
    zone = str(shot.get(ExifTags.Base.OffsetTimeOriginal, "")).strip()
    try:
        when = datetime.strptime(text[:19] + zone, "%Y:%m:%d %H:%M:%S%z") if zone else (
            datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=CST))
    except ValueError:
        return None
    return round(when.timestamp() * 1000) if 2000 <= when.year < 2100 else None


def _degrees(position: dict[int, Any], tag: int, negative: str, most: int) -> float | None:
    """Degrees, minutes, seconds; the tag before says the side of the equator or meridian."""
    try:
        degrees, minutes, seconds = (float(part) for part in position[tag])
        found = degrees + minutes / 60 + seconds / 3600
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not math.isfinite(found) or not 0 <= found <= most:
        return None
    return -found if str(position.get(tag - 1, "")).startswith(negative) else found


def view_of(attachment: Attachment, longest: int = VIEW) -> bytes:
    """The copy of a picture as JPEG, made when there is none yet. Raises store.Damaged when the
    original is gone, ValidationError (field ``file``) when it cannot be unpacked."""
    place = store.view_path(attachment.organisation_id, attachment.sha256, longest)
    try:
        return place.read_bytes()
    except FileNotFoundError:
        pass  # made here, from the original
    made = _made(store.read(attachment.sha256), attachment, longest)
    store.write(place, made)
    return made


def is_picture(attachment: Attachment) -> bool:
    return attachment.media_type in sniff.PICTURES.values()


def _made(data: bytes, attachment: Attachment, longest: int) -> bytes:
    try:
        upright = _upright(data, longest)
    except _BROKEN as error:
        log.info("%s cannot be unpacked: %s", attachment.sha256, error)
        raise ValidationError({"file": _("图片已损坏，无法打开")}) from error
    if attachment.kind == MediaKind.PHOTO:
        _stamp(upright, stamp_lines(attachment))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _upright(data: bytes, longest: int) -> Image.Image:
    """As it was seen, on white, no side longer than ``longest``; nothing of its notes is kept."""
    with sniff.picture(data) as picture:
        picture.draft("RGB", (longest, longest))
        picture.load()
        turned = ImageOps.exif_transpose(picture)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        clear = turned.convert("RGBA")
        turned = Image.new("RGB", clear.size, "white")
        turned.paste(clear, mask=clear.getchannel("A"))
    turned = turned.convert("RGB")
    turned.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    turned.info.clear()
    return turned


def stamp_lines(attachment: Attachment) -> list[str]:
    """What the copy says, one line each; without position or phone time it says so."""
    one = attachment
    if one.latitude is None or one.longitude is None:
        position = _("无定位")
    else:
        position = f"{one.latitude:.6f}, {one.longitude:.6f}"
        if one.accuracy is not None:
            position += f" ±{one.accuracy:.0f} m"
    taken = china_time(one.taken_at, "second") if one.taken_at is not None else _("未知")
    times = _("手机 %(phone)s　平台 %(server)s") % {
        "phone": taken, "server": china_time(one.at, "second")}
    return [line for line in (one.place, position, times, one.who) if line]


def _stamp(picture: Image.Image, lines: list[str]) -> None:
    """Words at the lower edge on a dark ground, readable on any picture."""
    width, height = picture.size
    size = max(11, min(width, height) // 34)
    gap = size // 2
    pen = ImageDraw.Draw(picture, "RGBA")
    rows = [row for line in legible(lines) for row in _broken(line, _font(size), width - 2 * gap)]
    step = size * 4 // 3
    top = max(0, height - len(rows) * step - gap)
    pen.rectangle((0, top, width, height), fill=(0, 0, 0, 150))
    for number, row in enumerate(rows):
        pen.text((gap, top + gap // 2 + number * step), row, font=_font(size),
                 fill=(255, 255, 255, 255))


def _broken(line: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The line in pieces that fit."""
    rows, row = [], ""
    for letter in line.replace("\n", " "):
        if row and font.getlength(row + letter) > width:
            rows.append(row)
            row = ""
        row += letter
    return [*rows, row]


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(REGULAR), size, layout_engine=ImageFont.Layout.BASIC)
