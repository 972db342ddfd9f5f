"""What histories call the acts on stations, facilities, contracts, places and people's papers."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring


def page_read(code: str) -> str:
    """The page of an opened ledger: ``ledger``, ``record 3``, ``record 3 pdf``."""
    kind, _space, rest = code.partition(" ")
    if kind != "record":
        return str(_("台账")) if code == "ledger" else ""
    return str(_("记录 %s")) % rest.replace(" pdf", str(_("（PDF）")))


bring("assets", verbs={
    "register_station": _("登记站点"),
    "edit_station": _("修改站点"),
    "edit_point": _("修改点位"),
    "link_logger": _("关联点位"),
    "end_link": _("结束关联"),
    "add_system": _("登记设施"),
    "edit_system": _("修改设施"),
    "end_system": _("停用设施"),
    "add_instrument": _("登记仪器"),
    "edit_instrument": _("修改仪器"),
    "replace_instrument": _("更换仪器"),
    "end_instrument": _("停用仪器"),
    "set_range": _("设定量程"),
    "add_contract": _("登记合同"),
    "end_contract": _("结束合同"),
    "number_contract": _("填写合同编号"),
    "give_consent": _("记录同意书"),
    "withdraw_consent": _("撤回同意"),
    "set_place": _("填写位置"),
    "add_house": _("登记站房"),
    "edit_house": _("修改站房"),
    "keep_point": _("分派责任人"),
    "end_keeping": _("结束负责"),
    "add_entry_condition": _("登记入厂条件"),
    "edit_entry_condition": _("修改入厂条件"),
    "add_office": _("登记办事处"),
    "edit_office": _("修改办事处"),
    "close_office": _("撤销办事处"),
    "set_office_of": _("安排人员"),
    "leave_office": _("人员离开"),
    "add_permit": _("登记证件"),
    "edit_permit": _("修改证件"),
    "make_label": _("生成标签"),
    "print_label": _("打印标签"),
    "open_ledger": _("开放台账"),
    "close_ledger": _("关闭台账"),
    "read_ledger": _("扫码查看台账"),
}, names={
    "organisation": _("单位"),
    "printed_at": _("打印时间"),
    "page": _("页面"),
    "house": _("站房"),
    "backup": _("备岗"),
    "condition": _("条件"),
    "permit": _("证件"),
    "low": _("量程下限"),
    "high": _("量程上限"),
    "unit": _("单位"),
    "om_unit": _("运维单位"),
    "discharger": _("排污单位"),
    "outlet": _("排放口"),
    "st": "ST",
    "cn": "CN",
    "document": _("文号"),
    "given_by": _("签署人"),
}, values={
    ("kind", "gas"): _("废气"),
    ("kind", "water"): _("废水"),
    ("kind", "nmhc"): "NMHC",
    ("kind", "video"): _("视频"),
    ("technique", "extractive"): _("完全抽取法"),
    ("technique", "dilution"): _("稀释采样法"),
    ("technique", "in_situ"): _("直接测量法"),
    ("feed", "direct"): _("数采仪直接上报"),
    ("feed", "mirror"): _("镜像数据流"),
}, readers={
    "page": page_read,
})
