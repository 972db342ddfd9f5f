"""Staff of a unit (4.3): posts, certificates, leave, training. Days are China calendar days, both
ends of a span included; instants are epoch milliseconds."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.organisations.models import Organisation, User


class Post(models.TextChoices):
    OM = "om", _("运维")
    SUPERVISOR = "supervisor", _("督查")
    QA = "qa", _("质量保证")
    MANAGER = "manager", _("管理")
    STORE = "store", _("库管")
    LAB = "lab", _("实验室")


class CertificateKind(models.TextChoices):
    GAS = "gas", _("废气")
    WATER = "water", _("废水")
    LAB = "lab", _("实验室")
    OTHER = "other", _("其他")


class IssuerLevel(models.TextChoices):
    NATIONAL = "national", _("国家级")
    PROVINCIAL = "provincial", _("省级")
    OTHER = "other", _("其他")


class Staff(models.Model):
    """One person of a unit's staff, with or without an account. ``posts`` are codes of Post; a
    person counts once for each. ``left`` is the last day in service."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="staff")
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="staff_rows")
    number = models.CharField(_("工号"), max_length=32)
    name = models.CharField(_("姓名"), max_length=64)
    phone = models.CharField(_("手机"), max_length=32, blank=True)
    posts = models.JSONField(_("岗位"), default=list)
    hired = models.DateField(_("入职日期"))
    left = models.DateField(_("离职日期"), null=True, blank=True)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="staff",
        verbose_name=_("办事处"))
    contract_until = models.DateField(_("劳动合同到期"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_staff_a_number"),
            models.UniqueConstraint(fields=["organisation", "user"], name="one_staff_an_account"),
            models.CheckConstraint(
                condition=models.Q(left=None) | models.Q(left__gte=models.F("hired")),
                name="staff_leaves_after_hired"),
        ]
        ordering = ["organisation_id", "number"]

    def __str__(self) -> str:
        return self.name

    @property
    def post_words(self) -> list[str]:
        """The posts in words, in the order of Post."""
        return [str(one.label) for one in Post if one.value in self.posts]


class Certificate(models.Model):
    """A certificate as it was issued; a renewal is a further row. A withdrawn one was entered
    wrongly or taken away by its issuer: it holds until the day before ``withdrawn``, and is kept.
    ``scan`` is the SHA-256 of an attachment of the unit."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="certificates")
    kind = models.CharField(_("类别"), max_length=8, choices=CertificateKind.choices)
    number = models.CharField(_("证书编号"), max_length=64)
    issuer = models.CharField(_("发证单位"), max_length=128)
    issuer_level = models.CharField(_("发证级别"), max_length=12, choices=IssuerLevel.choices)
    issued = models.DateField(_("发证日期"))
    expires = models.DateField(_("有效期至"), null=True, blank=True)
    scan = models.CharField(_("扫描件"), max_length=64, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals")
    withdrawn = models.DateField(_("撤销日期"), null=True, blank=True)
    withdrawn_why = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "kind", "number", "issued"], name="one_certificate_an_issue"),
            models.CheckConstraint(
                condition=models.Q(expires=None) | models.Q(expires__gte=models.F("issued")),
                name="certificate_expires_after_issued"),
        ]
        indexes = [models.Index(fields=["expires"])]
        ordering = ["staff_id", "kind", "-issued"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Leave(models.Model):
    """Days on which somebody in service is not there."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="leaves")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    reason = models.CharField(_("事由"), max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(
            condition=models.Q(until__gte=models.F("since")), name="leave_ends_after_start")]
        ordering = ["-since", "-id"]

    def __str__(self) -> str:
        return f"{self.staff} {self.since}–{self.until}"


class TrainingPlan(models.Model):
    """Training that a unit means to give in a year. ``posts`` are for whom, [] everybody."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(
        _("年度"), validators=[MinValueValidator(2000), MaxValueValidator(2099)])
    subject = models.CharField(_("培训内容"), max_length=128)
    due = models.DateField(_("计划完成"))
    hours = models.FloatField(_("计划学时"))
    posts = models.JSONField(_("培训对象"), default=list)
    note = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "year", "subject"], name="one_training_plan_a_subject")]
        ordering = ["-year", "due", "id"]

    def __str__(self) -> str:
        return f"{self.year} {self.subject}"


class TrainingSession(models.Model):
    """Training that was held; ``exam``: with an exam, ``pass_score`` of 100."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    plan = models.ForeignKey(
        TrainingPlan, models.PROTECT, null=True, blank=True, related_name="sessions",
        verbose_name=_("培训计划"))
    day = models.DateField(_("日期"))
    subject = models.CharField(_("培训内容"), max_length=128)
    teacher = models.CharField(_("讲师"), max_length=64, blank=True)
    place = models.CharField(_("地点"), max_length=64, blank=True)
    hours = models.FloatField(_("学时"))
    law = models.BooleanField(_("法律法规宣贯"), default=False)
    exam = models.BooleanField(_("有考试"), default=False)
    pass_score = models.FloatField(_("合格分"), default=60)
    scan = models.CharField(_("签到表扫描件"), max_length=64, blank=True)
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-day"])]
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return f"{self.day} {self.subject}"


class Attendance(models.Model):
    """Somebody was there. ``score`` of 100 and ``passed`` are None without an exam."""

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="attendances")
    hours = models.FloatField(_("学时"))
    score = models.FloatField(_("考试成绩"), null=True, blank=True)
    passed = models.BooleanField(_("考试合格"), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["session", "staff"], name="one_attendance_a_session")]
        ordering = ["session_id", "staff_id"]
