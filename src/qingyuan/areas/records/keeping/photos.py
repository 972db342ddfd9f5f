"""Files in answers: where they stand, whether they may stand there, and their rows."""

from collections.abc import Iterator
from typing import Any

from qingyuan.areas.assets.models import EntryKind, MonitoringPoint
from qingyuan.areas.assets.sites_queries import conditions_at
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.organisations.models import Organisation
from qingyuan.forms import Form, Problem

from ..models import Record, RecordFile

Cells = dict[str, Any]


def placed(answers: Any, path: str = "") -> Iterator[tuple[str, Cells]]:
    """(path of the answer, attachment) of every photo, file and signature in the answers. A photo
    of an item stands at ``item.photos``; one left out where photos are forbidden has ``left_out``.

    >>> list(placed({"a": {"sign": {"name": "甲", "sha256": "ab"}, "p": [{"left_out": "禁"}]}}))
    [('a.sign', {'name': '甲', 'sha256': 'ab'}), ('a.p', {'left_out': '禁'})]
    """
    if isinstance(answers, dict):
        if answers.get("sha256") or "left_out" in answers:
            yield path, answers
            return
        for name, inner in answers.items():
            yield from placed(inner, f"{path}.{name}".strip("."))
    elif isinstance(answers, list):
        for number, inner in enumerate(answers, 1):
            alone = isinstance(inner, dict) and ("sha256" in inner or "left_out" in inner)
            yield from placed(inner, path if alone else f"{path}.{number}")


def attachments(organisation: Organisation, answers: Cells) -> dict[str, Attachment]:
    """The organisation's files that the answers name, by digest. One query."""
    wanted = {one["sha256"] for _path, one in placed(answers)
              if isinstance(one.get("sha256"), str)}
    rows = Attachment.objects.filter(organisation=organisation, sha256__in=wanted)
    return {row.sha256: row for row in rows} if wanted else {}


def problems(record: Record, form: Form, answers: Cells) -> list[Problem]:
    """A problem for each file that has not arrived, for each photo left out at a place where photos
    are allowed, and for what stands in a photo's place but was not sent as a photo: it has neither
    stamp nor time and place to be weighed by."""
    held = attachments(record.organisation, answers)
    found = []
    forbidden: bool | None = None
    for path, one in placed(answers):
        if "left_out" in one:
            if forbidden is None:
                forbidden = no_photos(record.point, record.day)
            if not forbidden:
                found.append(Problem(path, "photo_missing", "本站点没有登记禁止拍照，请拍摄照片"))
        elif one["sha256"] not in held:
            found.append(Problem(path, "not_arrived", "照片或附件尚未上传，请重新上传"))
        elif held[one["sha256"]].kind != MediaKind.PHOTO and _asks_photo(form, path):
            found.append(Problem(path, "no_photo", "这里应为现场照片，该文件不是以照片上传的"))
    return found


def _asks_photo(form: Form, path: str) -> bool:
    """Whether a photo belongs at an answer's path: a question for one, or the photos of an item."""
    names = [name for name in path.split(".") if not name.isdecimal()]
    asked = {(spot.section, one.name): one.type for spot, one in form.fields()}
    return asked.get((names[0], names[-1])) == "photo" or (
        names[-1] == "photos" and asked.get((names[0], names[-2])) == "check")


def no_photos(point: MonitoringPoint, day: Any) -> bool:
    """Whether the site forbids photos at a point on a day."""
    return any(one.kind == EntryKind.NO_PHOTO for one in conditions_at(point, day))


def keep_rows(record: Record, answers: Cells) -> None:
    """The rows by which whoever may read the record may read its files."""
    held = attachments(record.organisation, answers)
    seen = {(path[:128], one["sha256"]) for path, one in placed(answers) if "sha256" in one}
    RecordFile.objects.bulk_create(
        [RecordFile(record=record, attachment=held[digest], path=path)
         for path, digest in sorted(seen) if digest in held])
