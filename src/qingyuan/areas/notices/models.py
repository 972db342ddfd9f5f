"""Messages to people and what became of them. Instants are epoch milliseconds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.organisations.models import Organisation, User


class Notice(models.Model):
    """One message to one person, shown in the inbox whatever else is done with it. ``link`` is an
    address of the product, ``ref`` what it is about ("finding:12")."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=24)  # key of ``kinds.KINDS``
    title = models.CharField(_("标题"), max_length=200)
    body = models.CharField(_("内容"), max_length=1000, blank=True)
    link = models.CharField(max_length=200, blank=True)
    ref = models.CharField(max_length=64, blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    at = models.BigIntegerField()
    read_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "organisation", "read_at", "-at"]),
            models.Index(fields=["ref"]),
            models.Index(fields=["at"]),
        ]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.title


class ChannelKind(models.TextChoices):
    EMAIL = "email", _("电子邮件")
    WEBHOOK = "webhook", _("通用 Webhook")
    WECOM = "wecom", _("企业微信群机器人")
    DINGTALK = "dingtalk", _("钉钉群机器人")
    SMS = "sms", _("短信")


class Channel(models.Model):
    """A way out. With ``person``: that person's own (an e-mail address, a telephone number).
    Without: the unit's, to which everything of its ``kinds`` (empty: all) goes. ``secret`` signs
    what is sent and is never shown again."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="channels")
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="channels")
    kind = models.CharField(_("方式"), max_length=12, choices=ChannelKind.choices)
    name = models.CharField(_("名称"), max_length=64)
    address = models.CharField(_("地址"), max_length=400)
    secret = models.CharField(_("签名密钥"), max_length=200, blank=True)
    kinds = models.JSONField(_("通知种类"), default=list, blank=True)
    urgent_only = models.BooleanField(_("仅紧急"), default=False)
    active = models.BooleanField(_("启用"), default=True)
    paused_until = models.BigIntegerField(default=0)  # after failures: nothing is tried before
    failures = models.PositiveIntegerField(default=0)  # in a row
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "person"])]
        ordering = ["organisation_id", "person_id", "kind", "id"]

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """By which kinds of channel a person wants to hear of one kind of notice; without a row the
    kind's own. ``digest``: not one by one but once a day."""

    person = models.ForeignKey(User, models.CASCADE, related_name="notice_preferences")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    channels = models.JSONField(default=list)  # values of ChannelKind
    digest = models.BooleanField(_("汇总发送"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "kind"], name="one_preference_a_kind"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class QuietHours(models.Model):
    """Between ``since`` and ``until`` (minutes after midnight in China; over midnight when later
    than ``until``) nothing is sent but what a clock runs for; ``digest_at`` is the minute at which
    the day's digest goes out."""

    person = models.OneToOneField(User, models.CASCADE, related_name="quiet_hours")
    since = models.PositiveSmallIntegerField(_("免打扰起"), null=True, blank=True)
    until = models.PositiveSmallIntegerField(_("免打扰止"), null=True, blank=True)
    digest_at = models.PositiveSmallIntegerField(_("汇总时间"), default=8 * 60)

    def __str__(self) -> str:
        return str(self.person)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    HELD = "held", _("免打扰中")
    DIGEST = "digest", _("待汇总")
    SENT = "sent", _("已发送")
    RETRYING = "retrying", _("重试中")
    FAILED = "failed", _("发送失败")


class Delivery(models.Model):
    """One notice on its way out by one channel (of a group: without a notice). Claimed by a
    conditional update; ``next_at`` is when it is due (again)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries")
    notice = models.ForeignKey(
        Notice, models.CASCADE, null=True, blank=True, related_name="deliveries")
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=200)
    body = models.CharField(max_length=1000, blank=True)
    link = models.CharField(max_length=200, blank=True)
    ref = models.CharField(max_length=64, blank=True)
    urgent = models.BooleanField(default=False)
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.BigIntegerField()
    claimed_until = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField()
    sent_at = models.BigIntegerField(null=True)
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "next_at"]),
            models.Index(fields=["organisation", "-created_at"]),
        ]
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


class ShiftKind(models.TextChoices):
    DAY = "day", _("白班")
    NIGHT = "night", _("夜班")
    HOLIDAY = "holiday", _("节假日")
    STANDBY = "standby", _("备勤")


class DutyShift(models.Model):
    """Somebody on duty for an office (or the whole unit) from ``since`` to ``until``. A standby
    is called when nobody else is on duty, or when an alarm is not answered."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="shifts")
    person = models.ForeignKey(User, models.PROTECT, related_name="shifts")
    kind = models.CharField(_("班次"), max_length=8, choices=ShiftKind.choices)
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    note = models.CharField(_("备注"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")),
                                   name="shift_ends_after_start"),
        ]
        indexes = [models.Index(fields=["organisation", "until", "since"])]
        ordering = ["since", "office_id", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.person}"
