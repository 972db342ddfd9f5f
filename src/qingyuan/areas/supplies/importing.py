"""The catalogue and the opening stock from a workbook: every line is tried, then all are entered or
none."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.workbook import SheetError, cell_text, workbook_rows
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import actions, catalogue
from .models import Part, PartKind, Store

MOST = 5000
HEADS = {
    "编码": "code", "名称": "name", "类别": "kind", "计量单位": "unit", "厂商": "maker",
    "型号": "model", "每套用量": "per_set", "到货期（天）": "lead_days", "库房": "store",
    "数量": "quantity", "批号": "lot", "出厂编号": "serial", "有效期至": "expires",
    "供应商": "supplier", "单价（元）": "price",
}
EXAMPLE = ("G-001", "蠕动泵管", "易损易耗品", "根", "示例仪器", "PT-16", "2", "15", "备件库", "40",
           "2026-08", "", "2027-08-31", "示例供应商", "18.50")
KINDS = {str(label): str(code) for code, label in PartKind.choices}
NEEDED = ("code", "name", "kind")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken, and why."""

    line: int
    why: str


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """(line number, typed by name) of the first sheet; SheetError when it is not the template."""
    rows = iter(enumerate(workbook_rows(content), start=1))
    heads: list[str] = []
    for _number, row in rows:
        heads = [HEADS.get(cell_text(cell), "") for cell in row]
        break
    missing = [word for word, name in HEADS.items() if name in NEEDED and name not in heads]
    if missing:
        raise SheetError(_("第一行没有这些列：%s，请使用模板") % "、".join(missing))
    found = []
    for number, row in rows:
        typed = {name: cell_text(cell) for name, cell in zip(heads, row, strict=False) if name}
        if any(typed.values()):
            found.append((number, typed))
        if len(found) > MOST:
            raise SheetError(_("一次至多导入 %d 行") % MOST)
    if not found:
        raise SheetError(_("表中没有数据"))
    return found


def enter(scope: Scope, content: bytes) -> tuple[int, int, list[Refusal]]:
    """(parts, receipts, refusals): with a refusal nothing is entered. The same file sent again
    receives nothing twice. SheetError for a file that cannot be read."""
    require(scope, "edit_supplies")
    require(scope, "move_stock")
    lines, mark = read(content), sha256(content).hexdigest()[:24]
    refused: list[Refusal] = []
    parts, moves = set(), 0
    with transaction.atomic():
        for number, typed in lines:
            try:
                with transaction.atomic():
                    part = _part(scope, typed)
                    moves += _received(scope, part, typed, f"{mark}:{number}")
            except ValidationError as error:
                refused.append(Refusal(number, "；".join(error.messages)))
            else:
                parts.add(part.pk)
                last = part
        if refused:
            transaction.set_rollback(True)
            return 0, 0, refused
        audit(scope, "import_supplies", last, after={"parts": len(parts), "moves": moves})
    return len(parts), moves, []


def _part(scope: Scope, typed: dict[str, str]) -> Part:
    """The part of the line, entered or changed to what the line says."""
    facts: dict[str, Any] = {name: typed[name] for name in (
        "code", "name", "unit", "maker", "model") if typed.get(name)}
    if typed.get("kind", "") not in KINDS:
        raise ValidationError({"kind": _("类别须为 %s") % "、".join(KINDS)})
    facts["kind"] = KINDS[typed["kind"]]
    for name in ("per_set", "lead_days"):
        if typed.get(name):
            facts[name] = _whole(typed[name])
    held = Part.objects.filter(
        organisation=scope.organisation, code=typed.get("code", "").strip()).first()
    return catalogue.add_part(scope, **facts) if held is None else catalogue.edit_part(
        scope, held, **facts)


def _received(scope: Scope, part: Part, typed: dict[str, str], request: str) -> int:
    if not typed.get("quantity"):
        return 0
    store = Store.objects.filter(
        organisation=scope.organisation, name=typed.get("store", "")).first()
    if store is None:
        raise ValidationError({"store": _("没有库房“%s”，请先登记") % typed.get("store", "")})
    try:
        expires = date.fromisoformat(typed["expires"]) if typed.get("expires") else None
        price = Decimal(typed["price"]) if typed.get("price") else None
    except (ValueError, InvalidOperation):
        raise ValidationError(_("有效期须为 2026-01-31 这样的日期，单价须为数")) from None
    if price is not None and not (price.is_finite() and 0 <= price < 10**9):
        raise ValidationError(_("单价须为 0 至 10 亿元的数"))
    actions.receive(scope, store, part, _whole(typed["quantity"]), lot=typed.get("lot", ""),
                    serial=typed.get("serial", ""), expires=expires,
                    supplier=typed.get("supplier", ""), reason=_("期初导入"),
                    price=None if price is None else price.quantize(Decimal("0.01")),
                    client_id=request)
    return 1


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise ValidationError(_("“%s”不是整数") % text)
    return int(text)
