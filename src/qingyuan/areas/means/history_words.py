"""What histories call the acts on papers, rooms, vehicles and tools."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("means", verbs={
    "add_paper": _("登记证照"), "withdraw_paper": _("证照失效"), "add_premises": _("登记办公场所"),
    "look_at_room": _("检查房间"), "save_vehicle": _("登记车辆"), "save_tool": _("登记工具"),
    "ask_for_vehicle": _("申请用车"), "decide_use": _("审批用车"), "take_out": _("出车"),
    "bring_back": _("回车"), "lend_tool": _("借出工具"), "give_back_tool": _("归还工具"),
}, names={
    "kind": _("类别"), "number": _("编号"), "issued": _("发证日期"), "expires": _("有效期至"),
    "covers": _("经营范围含自动监测运维"), "on": _("日期"), "reason": _("原因"),
    "area_m2": _("面积（m²）"), "since": _("起"), "until": _("止"), "name": _("名称"),
    "suitable": _("环境适宜"), "note": _("说明"), "plate": _("车牌"), "model": _("型号"),
    "office": _("办事处"), "inspection_until": _("年检有效期至"),
    "insurance_until": _("保险有效期至"), "odometer": _("里程（km）"), "purpose": _("事由"),
    "state": _("状态"), "km": _("里程（km）"), "person": _("人员"), "due": _("应还"),
    "metrology_number": _("检定证书编号"), "metrology_until": _("检定有效期至"),
    "retired_on": _("停用日期"), "scan": _("扫描件"),
}, values={
    **{("kind", code): label for code, label in (
        ("licence", _("营业执照")), ("quality", _("GB/T 19001 质量管理体系")),
        ("grade_water", _("运维能力评价（废水）")), ("grade_gas", _("运维能力评价（废气）")),
        ("cma", _("CMA 资质认定")), ("filing", _("备案")), ("other", _("其他")),
        ("station", _("站房")), ("office", _("办公")), ("lab", _("实验室")), ("store", _("备件库")),
        ("archive", _("档案室")), ("gas", _("废气")), ("water", _("废水")))},
    ("state", "approved"): _("已批准"), ("state", "refused"): _("未批准"),
    ("state", "out"): _("使用中"), ("state", "back"): _("已归还"),
})
