"""Words, icons and colours of stock, moves and loans."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "stock.ok": State(_("充足"), "circle-check", "green"),
    "stock.low": State(_("不足"), "alert-triangle", "red", _("库存没有高于限值")),
    "stock.unknown": State(_("无从评价"), "circle-dashed", "grey",
                           _("没有使用记录，也没有登记适用的仪器")),
    "stock.none": State(_("无限值"), "circle-dashed", "grey", _("标准对该类物料没有数量要求")),
    "move.receive": State(_("入库"), "download", "green"),
    "move.issue": State(_("领用"), "upload", "blue"),
    "move.return": State(_("退库"), "arrow-back-up", "teal"),
    "move.transfer_out": State(_("调出"), "arrow-right", "slate"),
    "move.transfer_in": State(_("调入"), "arrow-left", "slate"),
    "move.count": State(_("盘点"), "checklist", "violet"),
    "move.scrap": State(_("报废"), "trash", "amber"),
    "loan.out": State(_("借出中"), "arrow-right", "blue"),
    "loan.late": State(_("逾期未还"), "alert-triangle", "red"),
    "loan.back": State(_("已归还"), "circle-check", "green"),
})
