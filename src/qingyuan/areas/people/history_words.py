"""What histories call the acts on staff."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("people", verbs={
    "hire_staff": _("登记人员"), "edit_staff": _("修改资料"), "leave_service": _("离职"),
    "add_certificate": _("登记证书"), "withdraw_certificate": _("证书失效"),
    "record_leave": _("登记请假"), "plan_training": _("安排培训"), "hold_training": _("登记培训"),
}, names={
    "number": _("编号"), "name": _("姓名"), "phone": _("电话"), "posts": _("岗位"),
    "hired": _("入职"), "left": _("离职"), "office": _("办事处"), "contract_until": _("劳动合同至"),
    "user": _("账号"), "note": _("备注"), "kind": _("类别"), "issued": _("发证日期"),
    "expires": _("有效期至"), "on": _("日期"), "reason": _("原因"), "since": _("起"),
    "until": _("止"), "subject": _("培训内容"), "due": _("计划完成"), "hours": _("学时"),
    "people": _("人数"),
}, values={
    ("kind", "gas"): _("废气运维"), ("kind", "water"): _("废水运维"), ("kind", "lab"): _("实验室"),
    ("kind", "other"): _("其他"),
})
