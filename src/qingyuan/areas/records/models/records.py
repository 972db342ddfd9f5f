"""A record: one form, filled in. Once submitted its answers never change; a correction is a new
row that replaces it. Instants are epoch milliseconds, days China calendar days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.models import TaskSheet, WorkOrder
from qingyuan.areas.organisations.models import Organisation, User


class OwnForm(models.Model):
    """A form that a company added itself: the text of a form file, checked by the same loader;
    its code begins with ``own.``."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    title = models.CharField(_("名称"), max_length=64)
    text = models.TextField()  # TOML
    digest = models.CharField(max_length=64)
    active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code", "version"], name="one_own_form_a_version"),
        ]
        ordering = ["organisation_id", "code", "-version"]

    def __str__(self) -> str:
        return self.title


class RecordState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("已审核")
    REPLACED = "replaced", _("已被更正")
    VOID = "void", _("已作废")


class Record(models.Model):
    """``setting`` is the form's setting ({technique, methods, sets}), ``outcome`` what
    ``forms.outcome`` gave at submission, ``digest`` the SHA-256 over form, answers, place and
    people as they were submitted. ``client_id`` is the phone's or page's own id of the draft, so
    that sending twice makes one record. ``replaces``: the version that this one corrects."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, models.PROTECT, related_name="records")
    system = models.ForeignKey(
        MonitoringSystem, models.PROTECT, null=True, blank=True, related_name="+")
    sheet = models.ForeignKey(
        TaskSheet, models.SET_NULL, null=True, blank=True, related_name="records")
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="records")
    form = models.CharField(max_length=64)
    form_version = models.PositiveIntegerField()
    form_digest = models.CharField(max_length=64)
    title = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)  # of the form: inspection, calibration, …
    setting = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=RecordState.choices, default=RecordState.DRAFT)
    day = models.DateField()  # China day of the work
    version = models.PositiveIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    reason = models.CharField(_("更正原因"), max_length=200, blank=True)
    answers = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    passed = models.BooleanField(null=True)
    book = models.CharField(max_length=64, blank=True)  # fingerprint of the rules
    digest = models.CharField(max_length=64, blank=True)
    client_id = models.CharField(max_length=40)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128)
    begun_at = models.BigIntegerField(null=True)
    finished_at = models.BigIntegerField(null=True)  # real finish of the work
    saved_at = models.BigIntegerField()
    submitted_at = models.BigIntegerField(null=True)
    review_due = models.BigIntegerField(null=True)
    reviewed_at = models.BigIntegerField(null=True)
    returned_why = models.CharField(_("退回原因"), max_length=400, blank=True)
    risk = models.PositiveSmallIntegerField(default=0)  # 0–100, higher is read first
    risks = models.JSONField(default=list)  # [{code, points, sentence}]
    paper = models.CharField(max_length=64, blank=True)  # sha256 of the scan of an old paper record

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "client_id"], name="one_record_a_client_id"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "-risk", "submitted_at"]),
            models.Index(fields=["point", "-day"]),
            models.Index(fields=["organisation", "form", "-day"]),
        ]
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return f"{self.title} {self.point} {self.day}"


class RecordFile(models.Model):
    """A file that a record shows; who may read the record may read the file."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="files")
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    path = models.CharField(max_length=128)  # of the answer

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "attachment", "path"], name="one_file_a_place"),
        ]
        ordering = ["record_id", "path", "id"]


class RecordEvent(models.Model):
    """An event that the record brought to the point's data (``telemetry.Event``)."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="events")
    event = models.ForeignKey("telemetry.Event", models.PROTECT, related_name="+")
    path = models.CharField(max_length=128)

    class Meta:
        ordering = ["record_id", "id"]
