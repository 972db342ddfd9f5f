"""What histories call the acts on units and people, and names that all areas use."""

from django.utils.translation import gettext_lazy as _

from .history import bring
from .models import Role
from .regions import prefectures

bring("organisations", verbs={
    "make_token": _("生成 API 令牌"),
    "withdraw_token": _("撤销 API 令牌"),
    "add_discharger": _("新增排污单位"),
    "edit_organisation": _("修改单位"),
    "add_member": _("新增成员"),
    "edit_colleague": _("修改人员"),
    "switch_membership": _("停用或恢复角色"),
    "make_start_link": _("生成登录链接"),
    "set_password": _("设置密码"),
}, names={
    "point": _("点位"),
    "person": _("人员"),
    "username": _("账号"),
    "phone": _("手机"),
    "role": _("角色"),
    "active": _("启用"),
    "system": _("监测设施"),
    "factor": _("因子"),
    "kind": _("类型"),
    "since": _("起"),
    "until": _("止"),
    "name": _("名称"),
    "reason": _("原因"),
    "withdrawn_at": _("撤回时间"),
    "digest": _("数据摘要"),
    "scan_digest": _("扫描件摘要"),
    "state": _("状态"),
    "form": _("记录表"),
    "why": _("原因"),
    "passed": _("是否合格"),
    "text": _("内容"),
    "key": _("编号"),
    "(secret)": "••••••",
    "day": _("日期"),
    "code": _("编号"),
}, values={
    **{("role", role.value): role.label for role in Role},
    **{("area", code): name for code, name in prefectures()},
})
