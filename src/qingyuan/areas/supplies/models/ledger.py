"""The ledger: a move is written once; the stock is the sum of the moves, and a balance row holds
that sum for each batch in each store. Instants are epoch milliseconds, quantities whole pieces."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.models import Organisation, User

from .catalogue import Part


class Immutable(Exception):
    """A move is never changed or deleted; a wrong one is answered by a counter-move."""


class Batch(models.Model):
    """Pieces of one delivery, or one piece with its serial number. ``lot`` and ``serial`` empty:
    what is not kept by batch."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="batches")
    lot = models.CharField(_("批号"), max_length=64, blank=True)
    serial = models.CharField(_("出厂编号"), max_length=64, blank=True)
    expires = models.DateField(_("有效期至"), null=True, blank=True)
    supplier = models.CharField(_("供应商"), max_length=64, blank=True)
    price = models.DecimalField(
        _("单价（元）"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "lot", "serial"], name="one_batch_a_number"),
        ]
        ordering = [models.F("expires").asc(nulls_last=True), "id"]

    def __str__(self) -> str:
        return self.serial or self.lot


class Balance(models.Model):
    """What lies of a batch in a store now. Locked while a move is written; never below zero."""

    store = models.ForeignKey("supplies.Store", models.PROTECT, related_name="balances")
    part = models.ForeignKey(Part, models.PROTECT, related_name="balances")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="balances")
    quantity = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "batch"], name="one_balance_a_place"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="stock_not_negative"),
        ]
        ordering = ["store_id", "batch_id"]


class MoveKind(models.TextChoices):
    RECEIVE = "receive", _("入库")
    ISSUE = "issue", _("领用")
    RETURN = "return", _("退库")
    TRANSFER_OUT = "transfer_out", _("调出")
    TRANSFER_IN = "transfer_in", _("调入")
    COUNT = "count", _("盘点")
    SCRAP = "scrap", _("报废")


class Moves(models.QuerySet["Move"]):
    """Moves are read and added."""

    def update(self, **_facts: Any) -> NoReturn:
        raise Immutable("moves are never changed")

    def delete(self) -> NoReturn:
        raise Immutable("moves are never deleted")

    def bulk_update(self, *_args: Any, **_facts: Any) -> NoReturn:
        raise Immutable("moves are never changed")


class Move(models.Model):
    """``quantity`` is signed: what the store gained. ``ref`` says for what ("order:7", "loan:3").
    ``client_id`` and ``line`` name the request, so that one that is sent again writes nothing.
    ``reverses``: the move that this one takes back; ``pair``, of what came by a transfer: the move
    that took it out."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    store = models.ForeignKey("supplies.Store", models.PROTECT, related_name="moves")
    part = models.ForeignKey(Part, models.PROTECT, related_name="moves")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="moves")
    kind = models.CharField(_("类型"), max_length=12, choices=MoveKind.choices)
    quantity = models.IntegerField(_("数量"))
    ref = models.CharField(_("用途"), max_length=64, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    who = models.CharField(_("经办人"), max_length=128)
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.BigIntegerField(_("时间"))
    client_id = models.CharField(max_length=64, blank=True)
    line = models.PositiveSmallIntegerField(default=0)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    pair = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="pair_of")

    objects = Moves.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "client_id", "line"], name="one_move_a_request",
                condition=~models.Q(client_id="")),
            models.CheckConstraint(
                condition=~models.Q(quantity=0) | models.Q(kind="count"), name="move_moves"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-at"]),
            models.Index(fields=["part", "at"]),
            models.Index(fields=["organisation", "ref"]),
            models.Index(fields=["store", "batch", "at"]),
        ]
        ordering = ["-at", "-id"]
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity:+d}"

    def save(self, *args: Any, **facts: Any) -> None:
        """Write a new move; Immutable for one that stands."""
        if not self._state.adding:
            raise Immutable("moves are never changed")
        super().save(*args, **{**facts, "force_insert": True})

    def delete(self, *_args: Any, **_facts: Any) -> NoReturn:
        """Never."""
        raise Immutable("moves are never deleted")
