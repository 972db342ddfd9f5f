"""What was attached: the bytes lie in ``Places.files`` under their SHA-256, the row says the rest.

Rows and bytes are never changed; the same bytes of one organisation are one row.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation, User


class MediaKind(models.TextChoices):
    PHOTO = "photo", _("照片")
    SIGNATURE = "signature", _("签名")
    SCAN = "scan", _("扫描件")
    FILE = "file", _("文件")


class Attachment(models.Model):
    """One file of one organisation. ``taken_at`` and the position are what the phone said of a
    photo; ``at`` is the server's time of arrival."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=MediaKind.choices)
    media_type = models.CharField(max_length=128)  # sniffed from the bytes, never what was said
    size = models.PositiveBigIntegerField()
    name = models.CharField(_("文件名"), max_length=128, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128, blank=True)
    at = models.BigIntegerField()  # epoch milliseconds
    taken_at = models.BigIntegerField(null=True, blank=True)  # epoch milliseconds
    latitude = models.FloatField(null=True, blank=True)  # degrees, WGS 84
    longitude = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)  # m
    place = models.CharField(_("地点"), max_length=128, blank=True)  # what is stamped on the view

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="one_row_a_file"),
        ]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.name or self.sha256[:12]
