"""What a file is, by its bytes; the name and type that were said with it count for nothing."""

import io
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from .models import MediaKind

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP, MP4 = "application/zip", "video/mp4"
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", PDF: ".pdf",
           XLSX: ".xlsx", DOCX: ".docx", ZIP: ".zip", MP4: ".mp4"}
MOST_PIXELS = 50_000_000
"""A picture is unpacked to look at it: this many points are 150 MB of memory."""
_PICTURE_KINDS = (MediaKind.PHOTO, MediaKind.SIGNATURE)


def media_type(data: bytes, kind: str) -> str:
    """One of ``ENDINGS``. Raises ValidationError (field ``file``) with a sentence for anything
    else, for a picture too large to unpack, and for what does not fit the kind."""
    found = _picture(data) or _other(data)
    if not found:
        raise _refusal(_(
            "不支持该文件类型，请上传 JPG、PNG、WEBP 图片，PDF、XLSX、DOCX、ZIP 文件或 MP4 视频"))
    if kind in _PICTURE_KINDS and found not in PICTURES.values():
        raise _refusal(_("照片和签名应为 JPG、PNG 或 WEBP 图片"))
    if kind == MediaKind.SCAN and found not in (*PICTURES.values(), PDF):
        raise _refusal(_("扫描件应为图片或 PDF"))
    return found


def picture(data: bytes) -> Image.Image:
    """The picture, not yet unpacked. Raises ValidationError when there are too many points, OSError
    and the like when it is none."""
    try:
        found = Image.open(io.BytesIO(data), formats=tuple(PICTURES))
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    if found.width * found.height > MOST_PIXELS:
        raise _too_large()
    return found


def _picture(data: bytes) -> str:
    try:
        with picture(data) as found:
            return PICTURES[str(found.format)]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
            raise _refusal(
                _("手机保存的是 HEIC 格式，请在相机设置中改为“兼容性最佳”（JPG）后重拍")) from None
        return ""


def _other(data: bytes) -> str:
    if data[:5] == b"%PDF-":
        return PDF
    if data[4:8] == b"ftyp":
        return MP4
    return _archive(data) if data[:4] == b"PK\x03\x04" else ""


def _archive(data: bytes) -> str:
    """Only the list of its content is read, nothing is unpacked."""
    try:
        with ZipFile(io.BytesIO(data)) as found:
            names = set(found.namelist())
    except (BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return ""
    if "xl/workbook.xml" in names:
        return XLSX
    return DOCX if "word/document.xml" in names else ZIP


def _refusal(sentence: str) -> ValidationError:
    return ValidationError({"file": sentence})


def _too_large() -> ValidationError:
    return _refusal(_("图片超过 %d 万像素，请缩小后上传") % (MOST_PIXELS // 10_000))
