"""A record as PDF, in the layout of the official table. Who may read it has been asked before:
every record here comes from ``records_of(scope)``."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.files import pictures, store
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.files.sniff import PDF
from qingyuan.areas.records.layout import Layout, lay_out
from qingyuan.areas.records.models import Record, RecordState, Review, ReviewVerb
from qingyuan.areas.records.words import TECHNIQUES
from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.forms import Form, Setting
from qingyuan.forms.evaluating import BookOnDay
from qingyuan.ui import paper
from qingyuan.ui.numbers import china_time
from qingyuan.ui.states import state

from . import paper_data
from .forms import form_by_digest, form_for
from .paper_public import without_phones
from .photos import attachments

TEMPLATE = "records/record.typ"
ACROSS_STATES = (RecordState.DRAFT, RecordState.RETURNED, RecordState.REPLACED, RecordState.VOID)
"""States that are written across every page: such a sheet is no proof of anything."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A record with the form that it was filled in by (None: no longer there, or a scan of old
    paper) and the book that it is read by. ``link`` is what its QR code opens, "" for none;
    ``public``: without what an opened ledger leaves out."""

    record: Record
    form: Form | None
    book: BookFor
    link: str = ""
    public: bool = False

    @property
    def setting(self) -> Setting:
        said = self.record.setting
        first = self.form.techniques[0] if self.form else ""
        return Setting(str(said.get("technique") or first),
                       frozenset(said.get("methods") or ()), frozenset(said.get("sets") or ()),
                       self.book.chain)


def number_of(record: Record) -> str:
    """What a record is called on paper."""
    return f"{record.day:%Y%m%d}-{record.pk}"


def sheet_of(
    record: Record, link: str = "", book: BookFor | None = None, *, public: bool = False
) -> Sheet:
    """The record with the very form it was filled in by, else the one of that day, and its point's
    book."""
    unit = record.organisation
    form = form_by_digest(unit, record.form_digest) or form_for(unit, record.form, record.day)
    return Sheet(record, form, book or book_for(record.point), link, public)


def laid_out(sheet: Sheet) -> Layout:
    """The answers as they were submitted, by the book of the record's day; nothing of a record
    that is only a scan."""
    record = sheet.record
    if sheet.form is None or (record.paper and not record.answers):
        return Layout((), ())
    figures = BookOnDay(sheet.book.book, record.day, sheet.book.chain)
    return lay_out(sheet.form, sheet.setting, figures, record.answers)


def answered(sheet: Sheet) -> tuple[list[dict[str, Any]], paper_data.Figures]:
    """The answers as plain data, and the photos and files that they name."""
    figures = paper_data.Figures()
    sections = paper_data.sections(laid_out(sheet), figures)
    return (without_phones(sections) if sheet.public else sections), figures


def record_pdf(sheet: Sheet) -> bytes:
    """The record; behind it the scan of the paper that it was taken over from. The same record
    gives the same bytes."""
    sections, figures = answered(sheet)
    kept = attachments(sheet.record.organisation, sheet.record.answers)
    images = _images(figures, kept)
    data = facts_of(sheet) | {
        "sections": sections, "across": paper_data.across(sections),
        "figures": [_figure(one, kept.get(one.sha256), images) for one in figures.found],
        "images": sorted(images), "words": _words(),
    }
    if sheet.link:
        images["qr.svg"] = paper.qr(sheet.link)
    done = paper.typeset(TEMPLATE, data, images)
    scan = scan_pdf(sheet.record)
    return paper.joined([done, scan]) if scan else done


def scan_pdf(record: Record) -> bytes:
    """The scanned paper behind a record, b"" without one; one that cannot be put in is said on a
    page of its own."""
    if not record.paper:
        return b""
    kept = Attachment.objects.filter(
        organisation_id=record.organisation_id, sha256=record.paper).first()
    caption = _("记录 %(number)s 的纸质原件扫描件") % {"number": number_of(record)}
    try:
        if kept is not None and kept.media_type == PDF:
            return paper.joined([store.read(kept.sha256)])
        if kept is not None and pictures.is_picture(kept):
            return paper.typeset("ui/scan.typ", {"caption": caption, "image": "scan.jpg"},
                                 {"scan.jpg": pictures.view_of(kept)})
    except (paper.NotAPdf, store.Damaged, ValidationError) as error:
        log.warning("scan of record %s cannot be printed: %s", record.pk, error)
    missing = _("%(caption)s 无法并入本文件，请在系统中查看原文件（SHA-256 %(sha)s）。") % {
        "caption": caption, "sha": record.paper}
    return paper.typeset("ui/scan.typ", {"caption": missing, "image": None})


def _images(figures: paper_data.Figures, kept: Mapping[str, Attachment]) -> dict[str, bytes]:
    """Pictures by the name that the data call them: the digest."""
    found = {}
    for sha256 in [*(one.sha256 for one in figures.found), *figures.signatures]:
        one = kept.get(sha256)
        if one is not None and pictures.is_picture(one):
            try:
                found[sha256 + ".jpg"] = pictures.view_of(one, pictures.PRINT)
            except (store.Damaged, ValidationError) as error:  # its frame says so
                log.warning("picture of attachment %s: %s", one.pk, error)
    return found


def _figure(
    one: paper_data.Figure, kept: Attachment | None, images: Mapping[str, bytes]
) -> dict[str, Any]:
    """A frame with the picture, or with what is known of the file."""
    image = one.sha256 + ".jpg"
    if kept is None:
        said = [_("文件不在系统中"), f"SHA-256 {one.sha256[:16]}…"]
    elif image in images:
        said = []
    else:
        said = [kept.name, f"SHA-256 {one.sha256[:16]}…"]
    return {"image": image if image in images else "", "label": f"{one.number}　{one.label}",
            "said": [text for text in said if text]}


def facts_of(sheet: Sheet) -> dict[str, Any]:
    """What stands around the answers: title, whose, when, by whom, state, digest."""
    record, form = sheet.record, sheet.form
    point: MonitoringPoint = record.point
    word = str(state("record", record.state).label)
    several = form is not None and len(form.techniques) > 1
    return {
        "cite": form.cite() if form else "", "title": form.title if form else record.title,
        "sub": str(TECHNIQUES[sheet.setting.technique]) if several else "",
        "facts": [
            [_("排污单位"), point.organisation.name], [_("监测点"), point.name],
            [_("运维单位"), record.organisation.name], [_("日期"), record.day.isoformat()],
            [_("填写"), _who(record.who, record.submitted_at)],
            [_("审核"), _who(*_reviewed(record))],
        ],
        "passed": {True: [_("全部合格"), "green"], False: [_("有不合格或异常"), "red"]}.get(
            record.passed, ["", ""]),
        "over": word if record.state in ACROSS_STATES else "",
        "corrects": _("本版更正第 %d 版") % (record.version - 1) if record.version > 1 else "",
        "note": form.note if form else "", "qr": bool(sheet.link),
        "foot": _("记录 %(number)s · 第 %(version)d 版 · %(state)s · 表 %(form)s 第 %(edition)d 版")
        % {"number": number_of(record), "version": record.version, "state": word,
           "form": record.form, "edition": record.form_version},
        "digest": _("摘要 %s") % record.digest if record.digest else "",
    }


def _who(name: str, at: int | None) -> str:
    return f"{name} {china_time(at)}".strip()


def _reviewed(record: Record) -> tuple[str, int | None]:
    """Who accepted the record, and when; the remarks of the reading are not printed."""
    if record.state != RecordState.ACCEPTED:
        return "", None
    last = Review.objects.filter(
        record=record).exclude(verb=ReviewVerb.RETURN).last()
    return (last.who, last.at) if last else ("", record.reviewed_at)


def _words() -> dict[str, str]:
    return {
        "no": _("序号"), "item": _("检查项目"), "every": _("周期"), "result": _("结果"),
        "notes": _("备注及处理情况"), "none": _("无"), "figures": _("附图"),
        "rule": _("计算与评价依据"), "note": _("填表说明："), "page": _("第 {n} / {m} 页"),
        "legend": _("√ 正常　× 异常　/ 未检查或不适用"),
    }
