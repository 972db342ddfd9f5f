"""Controlled documents: what they are, their versions, who said what of them, who has read them.
Instants are epoch milliseconds, days China calendar days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation, User

YEARS, CMA_YEARS = 5, 6


class Kind(models.TextChoices):
    POLICY = "policy", _("制度")
    INSTRUCTION = "instruction", _("作业指导书")
    FORM = "form", _("表格")
    EXTERNAL = "external", _("外来文件")
    OTHER = "other", _("其他")


class Basis(models.TextChoices):
    """Why a document is kept as long as it is."""

    RECORDS = "records", _("原始记录和台账，不少于 5 年（生态环境法典第一百八十三条）")
    CMA = "cma", _("资质认定检测，不少于 6 年（检验检测机构监督管理办法）")


class Settings(models.Model):
    """Whether an author may approve their own text, and why."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    own_approval = models.BooleanField(_("允许起草人批准"), default=False)
    reason = models.CharField(_("依据"), max_length=200, blank=True)
    by = models.CharField(max_length=128, blank=True)


class Document(models.Model):
    """``systems`` are keys of ``systems.toml``; ``maker`` and ``model`` (empty: any) and ``duties``
    (keys of the catalogue) say what a work instruction is for; ``read_roles`` and ``readers`` who
    must read it. ``told`` is the warning of its review that was sent last."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(_("文件编号"), max_length=32)
    title = models.CharField(_("名称"), max_length=128)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices)
    systems = models.JSONField(_("对应制度"), default=list, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("责任人"))
    review_months = models.PositiveSmallIntegerField(_("评审周期（月）"), default=12)
    basis = models.CharField(
        _("保存依据"), max_length=8, choices=Basis.choices, default=Basis.RECORDS)
    retention_years = models.PositiveSmallIntegerField(_("保存年限（年）"), default=YEARS)
    legal_hold = models.BooleanField(_("法律保全"), default=False)
    hold_reason = models.CharField(_("保全原因"), max_length=200, blank=True)
    maker = models.CharField(_("仪器厂商"), max_length=64, blank=True)
    model = models.CharField(_("仪器型号"), max_length=64, blank=True)
    duties = models.JSONField(_("对应任务"), default=list, blank=True)
    read_roles = models.JSONField(_("须阅读的岗位"), default=list, blank=True)
    readers = models.ManyToManyField(
        User, related_name="+", blank=True, verbose_name=_("须阅读的人员"))
    reviewed_on = models.DateField(_("上次评审"), null=True, blank=True)
    told = models.CharField(max_length=32, blank=True)
    created_at = models.BigIntegerField()
    created_by = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "number"], name="one_document_a_number")]
        indexes = [models.Index(fields=["organisation", "kind"])]
        ordering = ["number", "id"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class State(models.TextChoices):
    """What is kept of a version. Whether an approved one is in force is a matter of the day."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("审核中")
    APPROVED = "approved", _("已批准")
    WITHDRAWN = "withdrawn", _("已作废")


class Version(models.Model):
    """``sha256`` is of the text, a line end and the file's own digest: what was approved and read.
    In force from ``effective`` to ``until``, both included."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    text = models.TextField(_("正文"), blank=True)
    file = models.CharField(_("文件"), max_length=64, blank=True)  # sha256 of files.Attachment
    sha256 = models.CharField(max_length=64)
    summary = models.CharField(_("修改说明"), max_length=400, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    starter = models.CharField(max_length=32, blank=True)  # key of starters.toml
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=128)
    created_at = models.BigIntegerField()
    submitted_at = models.BigIntegerField(null=True)
    approved_at = models.BigIntegerField(null=True)
    approved_on = models.DateField(_("批准日期"), null=True)
    approved_by = models.CharField(max_length=128, blank=True)
    effective = models.DateField(_("生效日期"), null=True)
    until = models.DateField(_("有效至"), null=True)
    ended_why = models.CharField(_("作废原因"), max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["document", "number"], name="one_version_a_number")]
        indexes = [models.Index(fields=["document", "state", "effective"])]
        ordering = ["document_id", "-number"]

    def __str__(self) -> str:
        return f"{self.document} 第 {self.number} 版"


class Comment(models.Model):
    """What somebody said of a version while it was looked at; ``verdict`` refused, approved, ""."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="comments")
    text = models.CharField(_("意见"), max_length=1000)
    verdict = models.CharField(max_length=8, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        ordering = ["at", "id"]


class Reading(models.Model):
    """Somebody says to have read a version: account, time and the digest of what was read."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="readings")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["version", "person"], name="one_reading_a_version")]
        ordering = ["at", "id"]
