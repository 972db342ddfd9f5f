"""What histories call the acts of documents."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("documents", verbs={
    "add_document": _("新建文件"), "edit_document": _("修改文件信息"),
    "adopt_starter": _("采用范本为草稿"), "draft_version": _("起草版本"),
    "edit_version": _("修改草稿"), "submit_version": _("提交审核"),
    "comment_version": _("审核意见"), "approve_version": _("批准"),
    "refuse_version": _("退回"), "withdraw_version": _("作废"),
    "read_version": _("阅读确认"), "review_document": _("评审"),
    "hold_document": _("法律保全"), "destroy_document": _("销毁"),
    "set_documents": _("修改文件设置"),
}, names={
    "number": _("编号"), "version": _("版本"), "title": _("名称"), "sha256": _("校验值（SHA-256）"),
    "summary": _("修改说明"), "effective": _("生效日期"), "until": _("有效至"),
    "reason": _("原因"), "text": _("意见"), "starter": _("范本"), "versions": _("版本"),
    "next_review": _("下次评审"), "legal_hold": _("法律保全"), "state": _("状态"),
    "own_approval": _("允许起草人批准"), "readers": _("须阅读的人员"),
    "read_roles": _("须阅读的岗位"), "systems": _("对应制度"), "duties": _("对应任务"),
})
