"""Sheet of the set-up workbook: old records on paper, scanned. Each becomes an accepted record
that holds nothing but its paper; what stood on it is not typed again and brings no events.

The files come beside the workbook, as PDF files or in a ZIP archive. Nothing of an archive is ever
written under a name that it gives: files are read into memory by the name of their last part.
"""

import hashlib
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.assets import queries as assets
from qingyuan.areas.assets.facility_import import day_of
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.setup_book import Column, Sheet, Typed
from qingyuan.areas.assets.workbook import SheetError
from qingyuan.areas.files.actions import keep
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.forms import Form

from .keeping.digest import digest_of
from .keeping.forms import forms_of
from .models import Record, RecordFile, RecordState

OLD = "旧记录"
MOST_FILES = 5000
MOST_BYTES = 1 << 30  # of an archive, unpacked
COLUMNS = (
    Column("排污单位", "discharger", "示例热力有限公司", "与站点登记一致", True),
    Column("排放口", "outlet", "", "同名点位多于一个时必填"),
    Column("点位名称", "point", "1 号锅炉烟气出口", "", True),
    Column("设施名称", "system", "", "不填为整个点位"),
    Column("记录表", "form", "hj75.g4", "记录表的编号或名称", True),
    Column("日期", "day", "2026-09-30", "记录上的日期", True),
    Column("文件名", "file", "2026-09-30 校准.pdf", "随表格上传的 PDF 或 ZIP 中的文件名", True),
)


class Papers:
    """The PDF files that came along, by the last part of their names."""

    def __init__(self) -> None:
        self._pdfs: dict[str, bytes] = {}
        self._zips: dict[str, tuple[ZipFile, ZipInfo]] = {}
        self._double: set[str] = set()

    def add(self, name: str, content: bytes) -> None:
        """A PDF file, or an archive of them. SheetError for anything else, for an archive that is
        broken, is encrypted or would unpack to too much."""
        if content.startswith(b"%PDF"):
            self._put(_last(name), None, content)
        elif content.startswith(b"PK"):
            self._open(name, content)
        else:
            raise SheetError(_("%s 不是 PDF 或 ZIP 文件") % _last(name))

    def _open(self, name: str, content: bytes) -> None:
        try:
            archive = ZipFile(BytesIO(content))
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        except (BadZipFile, ValueError, OSError) as error:
            raise SheetError(_("%s 无法打开，请重新打包") % _last(name)) from error
        if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise SheetError(_("%s 中的文件过多或解压后过大，请分成几次导入") % _last(name))
        for entry in entries:
            if entry.flag_bits & 1:
                raise SheetError(_("%s 有密码，请去掉密码后重新打包") % _last(name))
            self._put(_last(_name(entry)), (archive, entry), b"")

    def _put(self, name: str, packed: tuple[ZipFile, ZipInfo] | None, content: bytes) -> None:
        if name in self._pdfs or name in self._zips:
            self._double.add(name)
        elif packed is None:
            self._pdfs[name] = content
        else:
            self._zips[name] = packed

    def __call__(self, name: str) -> bytes:
        """The bytes of a PDF by its name; ValidationError of column ``file`` otherwise."""
        key = _last(name)
        if key in self._double:
            raise ValidationError({"file": _("有几个文件都叫 %s，请改名") % key})
        if key in self._pdfs:
            return self._pdfs[key]
        if key not in self._zips:
            raise ValidationError({"file": _("没有随表格上传文件 %s") % key})
        return _unpacked(*self._zips[key], key)


def _unpacked(archive: ZipFile, entry: ZipInfo, name: str) -> bytes:
    most = settings.UPLOAD_MB << 20
    try:
        with archive.open(entry) as file:
            # What the archive says of a size is not believed: one byte more than may be is read.
            content = file.read(most + 1)
    except Exception as error:
        # Foreign bytes in a foreign archive: whatever they break, it is that file's fault.
        raise ValidationError({"file": _("文件 %s 已损坏，无法解压") % name}) from error
    if len(content) > most:
        raise ValidationError({"file": _("文件 %(name)s 超过 %(mb)d MB") % {
            "name": name, "mb": settings.UPLOAD_MB}})
    if not content.startswith(b"%PDF"):
        raise ValidationError({"file": _("文件 %s 不是 PDF") % name})
    return content


def _name(entry: ZipInfo) -> str:
    """An entry's name; archives made under a Chinese Windows hold it in GBK and do not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return entry.filename


def _last(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].strip().casefold()


def enter_old(run: Any, typed: Typed) -> list[str]:
    """One old record with its paper; the same paper of the same form and day is there once."""
    point = run.point(typed, "form", "day", "file")
    day = day_of(typed, "day")
    if day is None or day > assets.today():
        raise ValidationError({"day": _("日期不能在将来")})
    form = _form(run, typed["form"], day)
    system = None
    if typed.get("system"):
        system = assets.systems_of(run.scope, point).filter(name=typed["system"]).order_by(
            "until", "-since").first()
        if system is None:
            raise ValidationError({"system": _("该点位没有这套设施")})
    if run.papers is None:
        raise ValidationError({"file": _("没有随表格上传文件 %s") % typed["file"]})
    content = run.papers(typed["file"])
    client = _client_id(point, system, form, day, content)
    if Record.objects.filter(
            organisation=run.scope.organisation, client_id=client).exists():
        return []
    if run.keep:
        _store(run.scope, point, system, form, day, content, typed["file"], client)
    elif not may(run.scope, "attach"):
        raise ValidationError({"file": _("您的角色不能上传文件")})
    return [_("登记旧记录 %s") % form.title]


def _form(run: Any, text: str, day: Any) -> Form:
    known: dict[str, Form] = run.gathered.setdefault("forms", [{}])[0]
    if not known:
        for code, form in forms_of(run.scope.organisation, day).items():
            known[code.casefold()] = known[form.title] = form
    found = known.get(text.casefold()) or known.get(text)
    if found is None:
        raise ValidationError({"form": _("没有这种记录表：%s") % text})
    return found


def _client_id(
    point: MonitoringPoint, system: Any, form: Form, day: Any, content: bytes
) -> str:
    facts = f"{point.pk}|{system.pk if system else ''}|{form.code}|{day}|"
    return "paper-" + hashlib.sha256(facts.encode() + content).hexdigest()[:32]


def _store(
    scope: Scope, point: MonitoringPoint, system: Any, form: Form, day: Any, content: bytes,
    name: str, client: str,
) -> Record:
    """The record, accepted at once: nobody can return what lies signed in a cabinet."""
    try:
        kept = keep(scope, content, kind="scan", name=name)
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error
    now = round(time.time() * 1000)
    midnight = round(assets.midnight(day).timestamp() * 1000)
    row = Record(
        organisation=scope.organisation, point=point, system=system, form=form.code,
        form_version=form.version, form_digest=form.digest, title=form.title[:64],
        kind=form.kind, state=RecordState.ACCEPTED, day=day, client_id=client,
        author=None, who=_("纸质记录"), finished_at=midnight, saved_at=now, submitted_at=now,
        reviewed_at=now, paper=kept.sha256)
    row.digest = digest_of(row)
    row.save()
    RecordFile.objects.create(record=row, attachment=kept, path="paper")
    audit(scope, "import_record", row, None, {
        "form": form.code, "point": point.name, "day": day, "digest": kept.sha256})
    return row


def old_lines(scope: Scope) -> Iterable[Typed]:
    """Old records have their files elsewhere: the sheet is exported empty, to be filled in."""
    return ()


SHEETS = (Sheet(OLD, "一行是一份旧的纸质记录的扫描件；PDF 或 ZIP 与表格一起上传",
                COLUMNS, enter_old, old_lines),)
