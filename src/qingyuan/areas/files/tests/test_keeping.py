"""Keeping files: type by the bytes, original untouched, stamped copy, one row for same bytes."""

import io
import struct
import zlib
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from qingyuan.areas.files import actions, pictures, queries, sniff, store
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db
NOON = 1_795_413_605_000  # 2026-11-23 14:00:05 in China


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as found:
        for name, text in parts.items():
            found.writestr(name, text)
    return out.getvalue()


def huge_png(side: int) -> bytes:
    """A PNG of a few hundred bytes that unpacks to side × side points."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(
        b"IDAT", zlib.compress(bytes(1 << 16))) + chunk(b"IEND", b"")


# -- what is kept --------------------------------------------------------------------------------


def test_the_original_stays_and_its_notes_say_when_and_where(cast, photo, places):
    data = photo()
    row = actions.keep(cast.engineer, SimpleUploadedFile("站房.jpg", data), kind="photo",
                       place="1 号排口")
    assert (places.files / row.sha256[:2] / row.sha256).read_bytes() == data
    assert store.read(row.sha256) == data
    assert (row.media_type, row.size, row.name, row.who) == (
        "image/jpeg", len(data), "站房.jpg", "示例engineer")
    assert (row.taken_at, round(row.latitude, 6), round(row.longitude, 6)) == (
        NOON, 43.8256, 87.6168)
    line = AuditLine.objects.get(verb="keep_file")
    assert (line.kind, line.object_id, line.after["sha256"]) == (
        "files.attachment", str(row.pk), row.sha256)


def test_what_the_phone_says_goes_before_the_notes(cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo", taken_at=NOON + 60_000, latitude=43.9,
                       longitude=87.7, accuracy=8.0)
    assert (row.taken_at, row.latitude, row.longitude, row.accuracy) == (
        NOON + 60_000, 43.9, 87.7, 8.0)


def test_the_copy_is_upright_small_and_stamped(cast, photo):
    row = actions.keep(cast.engineer, photo((4000, 3000)), kind="photo", accuracy=7.6,
                       place="示例热力有限公司 1 号排口")
    copy = Image.open(io.BytesIO(pictures.view_of(row)))
    assert copy.size == (1200, 1600)  # it lay on its side
    assert not copy.getexif()
    assert pictures.stamp_lines(row)[:2] == [
        "示例热力有限公司 1 号排口", "43.825600, 87.616800 ±8 m"]
    assert "手机 2026-11-23 14:00:05" in pictures.stamp_lines(row)[2]
    assert pictures.stamp_lines(row)[3] == "示例engineer"
    upper, lower = copy.crop((0, 0, 1200, 1200)), copy.crop((0, 1400, 1200, 1600))
    assert max(high for _low, high in upper.getextrema()) < 160  # nothing but the teal wall
    assert min(high for _low, high in lower.getextrema()) > 240  # white letters


def test_a_photo_that_knows_nothing_says_so(cast, photo):
    row = actions.keep(cast.engineer, photo(notes=False), kind="photo")
    assert pictures.stamp_lines(row)[0] == "无定位"
    assert "手机 未知" in pictures.stamp_lines(row)[1]


def test_a_signature_is_shown_on_white_without_a_stamp(cast):
    out = io.BytesIO()
    Image.new("RGBA", (300, 100), (0, 0, 0, 0)).save(out, "PNG")
    row = actions.keep(cast.engineer, out.getvalue(), kind="signature")
    assert Image.open(io.BytesIO(pictures.view_of(row))).getextrema() == ((255, 255),) * 3


def test_a_lost_copy_is_made_again_a_lost_original_comes_back_with_the_bytes(cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo")
    first = pictures.view_of(row)
    store.view_path(row.organisation_id, row.sha256, pictures.VIEW).unlink()
    assert pictures.view_of(row) == first
    store.path_of(row.sha256).unlink()
    with pytest.raises(store.Damaged, match="missing"):
        store.read(row.sha256)
    actions.keep(cast.manager, photo(), kind="photo")
    assert store.read(row.sha256) == photo()


def test_the_same_bytes_twice_are_one_row_of_each_organisation(cast, photo):
    one = actions.keep(cast.engineer, photo(), kind="photo", place="1 号排口")
    assert actions.keep(cast.manager, photo(), kind="photo", place="2 号排口") == one
    other = actions.keep(cast.outsider, photo(), kind="photo", place="3 号排口")
    assert other != one
    assert pictures.view_of(other) != pictures.view_of(one)  # each says its own place
    assert AuditLine.objects.filter(verb="keep_file").count() == 2
    assert queries.attachments_of(cast.engineer).get() == one
    assert not queries.attachments_of(cast.officer).exists()


def test_a_changed_file_on_the_disk_is_noticed(cast, photo):
    row = actions.keep(cast.engineer, photo(), kind="photo")
    store.path_of(row.sha256).write_bytes(photo(colour="red"))
    with pytest.raises(store.Damaged, match="changed"):
        store.read(row.sha256)


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "kind", "media"), [
    (workbook(), "file", sniff.XLSX),
    (archive(**{"word/document.xml": "<w/>"}), "file", sniff.DOCX),
    (archive(**{"readme": "x"}), "file", sniff.ZIP),
    (b"%PDF-1.7\n%%EOF", "scan", sniff.PDF),
    (b"\0\0\0\x18ftypisom\0\0\0\0", "file", sniff.MP4),
])
def test_types_by_their_bytes(cast, data, kind, media):
    assert actions.keep(cast.engineer, data, kind=kind).media_type == media


@pytest.mark.parametrize(("data", "kind", "sentence"), [
    (b"<html><script>alert(1)</script>", "photo", "不支持"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "photo", "不支持"),
    (b"MZ\x90\0", "file", "不支持"),
    (b"PK\x03\x04 no archive", "file", "不支持"),
    (b"\0\0\0\x18ftypheic\0\0\0\0", "photo", "HEIC"),
    (b"%PDF-1.7\n%%EOF", "photo", "应为 JPG"),
    (workbook(), "scan", "扫描件"),
    (b"", "file", "空的"),
    (huge_png(8000), "photo", "超过 5000 万像素"),
    (huge_png(30000), "photo", "超过 5000 万像素"),
    (huge_png(600), "photo", "已损坏"),
])
def test_disguised_empty_and_monstrous_files_are_refused(cast, data, kind, sentence):
    with pytest.raises(ValidationError, match=sentence):
        actions.keep(cast.engineer, SimpleUploadedFile("现场.jpg", data, "image/jpeg"), kind=kind)
    assert not Attachment.objects.exists()


def test_a_cut_photo_is_refused_at_once(cast, photo):
    with pytest.raises(ValidationError, match="已损坏"):
        actions.keep(cast.engineer, photo((800, 600))[:2000], kind="photo")


def test_the_limit_of_size_holds(cast, settings):
    settings.UPLOAD_MB = 1
    with pytest.raises(ValidationError, match="超过 1 MB"):
        actions.keep(cast.engineer, b"%PDF-" + bytes(1 << 20), kind="file")


@pytest.mark.parametrize("facts", [
    {"latitude": 91.0, "longitude": 87.0}, {"latitude": 43.0}, {"accuracy": -1.0},
    {"accuracy": float("nan")}, {"taken_at": 5}, {"kind": "video"},
])
def test_impossible_facts_are_refused(cast, photo, facts):
    with pytest.raises(ValidationError):
        actions.keep(cast.engineer, photo(), **{"kind": "photo", **facts})


def test_an_officer_and_an_inspector_attach_nothing(cast, photo):
    for who in (cast.officer, cast.inspector):
        with pytest.raises(PermissionDenied):
            actions.keep(who, photo(), kind="photo")
