"""What histories call the acts of supplies."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

from .models import MoveKind, PartKind

bring("supplies", verbs={
    "move_stock": _("出入库"), "add_part": _("添加物料"), "edit_part": _("修改物料"),
    "edit_fits": _("修改适用"), "set_minimum": _("设定最低库存"), "add_store": _("添加库房"),
    "edit_store": _("修改库房"), "lend_machine": _("借出备机"), "return_machine": _("备机归还"),
    "import_supplies": _("导入物料"),
}, names={
    "kind": _("类型"), "store": _("库房"), "quantity": _("数量"), "ref": _("用途"),
    "reason": _("原因"), "fits": _("适用"), "office": _("办事处"), "point": _("点位"),
    "due": _("应还日期"), "returned": _("归还日期"), "parts": _("物料数"), "moves": _("入库笔数"),
    "keeper": _("保管人"), "note": _("说明"), "serial": _("出厂编号"),
}, values={
    **{("kind", str(code)): label for code, label in (*MoveKind.choices, *PartKind.choices)},
    ("kind", "store"): _("备件库"), ("kind", "van"): _("车载备件"),
    ("reference", "loan"): _("备机借出"),
})
