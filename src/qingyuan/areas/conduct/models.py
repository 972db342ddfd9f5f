"""Commitments of Annex A as they were signed (clause 4.3.9.1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.people.models import Staff


class CommitmentText(models.Model):
    """A version of the unit's text. ``months`` is how long a signature holds, none for open;
    ``again``: who has signed an earlier version must sign this one by ``effective``."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    title = models.CharField(_("标题"), max_length=128)
    clauses = models.JSONField(_("条款"), default=list)
    effective = models.DateField(_("生效"))
    months = models.PositiveIntegerField(_("有效月数"), null=True, blank=True)
    again = models.BooleanField(_("须重新签署"), default=True)
    posts = models.JSONField(_("须签署的岗位"), default=list)
    reason = models.CharField(_("修改原因"), max_length=200, blank=True)
    by = models.CharField(max_length=128)
    at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["organisation", "version"], name="one_text_a_version")]
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"


class Commitment(models.Model):
    """Signed by a person with the own account. ``digest`` is the SHA-256 over the text as it was
    read, the person and the time; ``drawn`` that of the drawn signature's picture."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="commitments")
    text = models.ForeignKey(CommitmentText, models.PROTECT, related_name="signed")
    signed_at = models.BigIntegerField()  # epoch milliseconds, the server's clock
    signed_on = models.DateField()  # China day
    holds_until = models.DateField(null=True, blank=True)
    account = models.CharField(max_length=128)
    address = models.CharField(max_length=64, blank=True)
    phone_at = models.BigIntegerField(null=True)  # what the signer's device said
    drawn = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            fields=["staff", "text", "signed_on"], name="one_signature_a_day")]
        indexes = [models.Index(fields=["organisation", "-signed_on"])]
        ordering = ["-signed_at"]

    def __str__(self) -> str:
        return f"{self.staff} {self.signed_on}"
