"""The cover of a periodic report, and its files."""

from datetime import datetime

from django.utils.translation import gettext as _

from qingyuan.kernel.clock import CST
from qingyuan.reporting import pdf as paper
from qingyuan.reporting import word
from qingyuan.reporting.blocks import from_json
from qingyuan.reporting.cover import Cover

from .models import PeriodicReport
from .states import FIXED


def cover_of(row: PeriodicReport) -> Cover:
    """Title, who for whom and when, state, and the seal where there is one."""
    title = _("固定污染源自动监测设施运维%s") % row.get_level_display()
    sealed = row.state in FIXED
    lines = [(_("排污单位"), row.discharger.name), (_("运维单位"), row.organisation.name),
             (_("报告期"), _("%(a)s 至 %(b)s") % {"a": row.first, "b": row.last}),
             (_("数据截至"), _time(row.made_at)), (_("编制"), row.made_by)]
    if row.approved_at:
        lines.append((_("批准"), f"{row.approved_by} {_time(row.approved_at)}"))
    lines.append((_("状态"), row.get_state_display() if sealed else _("草稿，未封存")))
    if sealed:
        lines.append((_("封存校验值（SHA-256）"), row.digest))
    foot = (_("封存 %(time)s · SHA-256 %(digest)s") % {
        "time": _time(row.sealed_at), "digest": row.digest} if sealed
            else _("草稿，未封存；%s 生成") % _time(row.made_at))
    return Cover(title, row.organisation.name, tuple(lines), foot,
                 f"QY-REPORT {row.pk} {row.digest}" if sealed else "")


def _time(moment: int | None) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, CST):%Y-%m-%d %H:%M}" if moment else ""


def docx(row: PeriodicReport) -> bytes:
    """The report as a DOCX file."""
    return word.docx(cover_of(row), from_json(row.content), row.passages)


def pdf(row: PeriodicReport) -> bytes:
    """The report as a PDF file; a sealed one bears its SHA-256 as a QR code."""
    return paper.pdf(cover_of(row), from_json(row.content), row.passages)
