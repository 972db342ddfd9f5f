"""The end of every page: who did what to this thing, when, from where, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.kernel.clock import CST

from .models import AuditLine, Role
from .regions import prefectures
from .scope import Scope, may

VERBS = {
    "register_station": gettext_lazy("登记站点"),
    "edit_station": gettext_lazy("修改站点"),
    "edit_point": gettext_lazy("修改点位"),
    "link_logger": gettext_lazy("关联点位"),
    "end_link": gettext_lazy("结束关联"),
    "add_system": gettext_lazy("登记设施"),
    "edit_system": gettext_lazy("修改设施"),
    "end_system": gettext_lazy("停用设施"),
    "add_instrument": gettext_lazy("登记仪器"),
    "edit_instrument": gettext_lazy("修改仪器"),
    "replace_instrument": gettext_lazy("更换仪器"),
    "end_instrument": gettext_lazy("停用仪器"),
    "set_range": gettext_lazy("设定量程"),
    "add_contract": gettext_lazy("登记合同"),
    "end_contract": gettext_lazy("结束合同"),
    "number_contract": gettext_lazy("填写合同编号"),
    "give_consent": gettext_lazy("记录同意书"),
    "withdraw_consent": gettext_lazy("撤回同意"),
    "send_command": gettext_lazy("发送命令"),
    "import_readings": gettext_lazy("导入数据"),
    "replay_quarantine": gettext_lazy("重放隔离数据"),
    "dismiss_quarantine": gettext_lazy("忽略隔离条目"),
    "add_discharger": gettext_lazy("新增排污单位"),
    "edit_organisation": gettext_lazy("修改单位"),
    "add_member": gettext_lazy("新增成员"),
    "edit_colleague": gettext_lazy("修改人员"),
    "switch_membership": gettext_lazy("停用或恢复角色"),
    "make_start_link": gettext_lazy("生成登录链接"),
    "set_password": gettext_lazy("设置密码"),
    "set_place": gettext_lazy("填写位置"),
    "add_house": gettext_lazy("登记站房"),
    "edit_house": gettext_lazy("修改站房"),
    "keep_point": gettext_lazy("分派责任人"),
    "end_keeping": gettext_lazy("结束负责"),
    "add_entry_condition": gettext_lazy("登记入厂条件"),
    "edit_entry_condition": gettext_lazy("修改入厂条件"),
    "add_office": gettext_lazy("登记办事处"),
    "edit_office": gettext_lazy("修改办事处"),
    "close_office": gettext_lazy("撤销办事处"),
    "set_office_of": gettext_lazy("安排人员"),
    "leave_office": gettext_lazy("人员离开"),
    "add_permit": gettext_lazy("登记证件"),
    "edit_permit": gettext_lazy("修改证件"),
    "check_in": gettext_lazy("签到"),
    "check_out": gettext_lazy("签退"),
    "approve_presence": gettext_lazy("批准签到"),
    "refuse_presence": gettext_lazy("不批准签到"),
    "add_entry": gettext_lazy("登记来访"),
    "end_entry": gettext_lazy("登记离开"),
    "accept_record": gettext_lazy("审核通过"),
    "return_record": gettext_lazy("退回记录"),
    "set_review": gettext_lazy("修改审核设置"),
    "keep_file": gettext_lazy("上传文件"),
    "make_label": gettext_lazy("生成标签"),
    "print_label": gettext_lazy("打印标签"),
    "open_ledger": gettext_lazy("开放台账"),
    "close_ledger": gettext_lazy("关闭台账"),
    "read_ledger": gettext_lazy("扫码查看台账"),
    "override_rule": gettext_lazy("登记规定"),
    "withdraw_override": gettext_lazy("撤回规定"),
    "record_event": gettext_lazy("登记事件"),
    "replace_event": gettext_lazy("更正事件"),
    "withdraw_event": gettext_lazy("撤回事件"),
    "record_manual_value": gettext_lazy("登记手工监测值"),
    "replace_manual_value": gettext_lazy("更正手工监测值"),
    "withdraw_manual_value": gettext_lazy("撤回手工监测值"),
    "add_mark": gettext_lazy("登记标记"),
    "withdraw_mark": gettext_lazy("撤回标记"),
    "replace_mark": gettext_lazy("更正标记"),
    "declare_mark": gettext_lazy("确认申报"),
    "match_mark": gettext_lazy("与平台核对"),
    "map_place": gettext_lazy("对应平台点位"),
    "import_marks": gettext_lazy("导入平台标记"),
    "prepare_audit": gettext_lazy("编制季度审核"),
    "confirm_audit": gettext_lazy("确认季度审核"),
    "set_parameter": gettext_lazy("设定参数"),
    "withdraw_parameter": gettext_lazy("撤回参数"),
    "prepare_month": gettext_lazy("编制月度计划"),
    "send_plan": gettext_lazy("发出月度计划"),
    "recall_plan": gettext_lazy("撤回月度计划"),
    "confirm_plan": gettext_lazy("确认月度计划"),
    "ask_plan": gettext_lazy("要求改期"),
    "accept_wish": gettext_lazy("同意改期"),
    "refuse_wish": gettext_lazy("不同意改期"),
    "record_paper_plan": gettext_lazy("登记纸质确认"),
    "add_trip": gettext_lazy("安排出差"),
    "edit_trip": gettext_lazy("修改行程"),
    "set_loading": gettext_lazy("修改装车清单"),
    "add_to_trip": gettext_lazy("加入行程"),
    "remove_from_trip": gettext_lazy("移出行程"),
    "close_trip": gettext_lazy("结束行程"),
    "record_stop": gettext_lazy("登记停运"),
    "file_stop": gettext_lazy("登记报备"),
    "restart_source": gettext_lazy("登记启运"),
    "withdraw_stop": gettext_lazy("撤销停运"),
    "plan_restart": gettext_lazy("生成启运任务"),
    "withdraw_task": gettext_lazy("撤销任务"),
    "arrange_joint": gettext_lazy("约定检测时段"),
    "agree_joint": gettext_lazy("登记双方确认"),
    "confirm_load": gettext_lazy("登记生产负荷"),
    "note_clocks": gettext_lazy("核对时钟"),
    "attach_report": gettext_lazy("登记检测报告"),
    "ask_need": gettext_lazy("提出保障事项"),
    "answer_need": gettext_lazy("登记已落实"),
    "refuse_need": gettext_lazy("登记不能落实"),
    "draft_hand_over": gettext_lazy("生成交接清单"),
    "redraw_hand_over": gettext_lazy("按现状重列清单"),
    "add_hand_over_item": gettext_lazy("补充交接内容"),
    "remove_hand_over_item": gettext_lazy("删除交接内容"),
    "give_hand_over": gettext_lazy("移交方签字"),
    "take_hand_over": gettext_lazy("接收方签字"),
    "send_back_hand_over": gettext_lazy("退回移交方"),
    "withdraw_hand_over": gettext_lazy("撤销交接"),
    "open_order": gettext_lazy("登记工单"),
    "accept_order": gettext_lazy("响应工单"),
    "assign_order": gettext_lazy("派单"),
    "transfer_order": gettext_lazy("转派工单"),
    "help_order": gettext_lazy("请求协助"),
    "arrive_order": gettext_lazy("到达现场"),
    "repaired_order": gettext_lazy("修复"),
    "restored_order": gettext_lazy("恢复正常运行"),
    "report_order": gettext_lazy("故障报告"),
    "check_order": gettext_lazy("标样核查"),
    "sample_order": gettext_lazy("人工监测采样"),
    "pause_order": gettext_lazy("暂停计时"),
    "resume_order": gettext_lazy("恢复计时"),
    "traits_order": gettext_lazy("变更故障特征"),
    "note_order": gettext_lazy("工单说明"),
    "close_order": gettext_lazy("办结工单"),
    "cancel_order": gettext_lazy("取消工单"),
    "draft_letter": gettext_lazy("起草函件"),
    "edit_letter": gettext_lazy("修改函件"),
    "send_letter": gettext_lazy("发出函件"),
    "scan_letter": gettext_lazy("上传盖章件"),
    "receive_letter": gettext_lazy("登记回执"),
    "agree_letter": gettext_lazy("答复同意"),
    "refuse_letter": gettext_lazy("答复不同意"),
    "silent_letter": gettext_lazy("逾期视为同意"),
    "discard_letter": gettext_lazy("删除函件草稿"),
    "fill_desk": gettext_lazy("填写远程检查"),
    "sign_desk": gettext_lazy("确认远程检查"),
    "keep_own_form": gettext_lazy("登记自定记录表"),
    "switch_own_form": gettext_lazy("启用或停用自定记录表"),
    "start_record": gettext_lazy("开始填写"),
    "save_record": gettext_lazy("代为填写"),
    "submit_record": gettext_lazy("提交记录"),
    "correct_record": gettext_lazy("更正记录"),
    "replace_record": gettext_lazy("由新版代替"),
    "void_record": gettext_lazy("作废记录"),
    "discard_record": gettext_lazy("删除草稿"),
    "choose_set": gettext_lazy("启用或停用项目集"),
    "add_own_duty": gettext_lazy("登记自定项目"),
    "edit_own_duty": gettext_lazy("修改自定项目"),
    "switch_own_duty": gettext_lazy("启用或停用自定项目"),
    "claim_task": gettext_lazy("领取任务"),
    "assign_task": gettext_lazy("指派任务"),
    "transfer_task": gettext_lazy("转交任务"),
    "help_with": gettext_lazy("协助任务"),
    "leave_task": gettext_lazy("退出协助"),
    "move_task": gettext_lazy("改期"),
    "ask_cancel": gettext_lazy("申请取消"),
    "approve_cancel": gettext_lazy("同意取消"),
    "refuse_cancel": gettext_lazy("不同意取消"),
    "begin_task": gettext_lazy("开始任务"),
    "add_task": gettext_lazy("登记临时任务"),
    "finish_sheet": gettext_lazy("完成记录表"),
    "reopen_sheet": gettext_lazy("重新打开记录表"),
}
NAMES = {
    "point": gettext_lazy("点位"),
    "person": gettext_lazy("人员"),
    "backup": gettext_lazy("备岗"),
    "condition": gettext_lazy("条件"),
    "permit": gettext_lazy("证件"),
    "username": gettext_lazy("账号"),
    "role": gettext_lazy("角色"),
    "active": gettext_lazy("启用"),
    "system": gettext_lazy("监测设施"),
    "factor": gettext_lazy("因子"),
    "low": gettext_lazy("量程下限"),
    "high": gettext_lazy("量程上限"),
    "unit": gettext_lazy("单位"),
    "om_unit": gettext_lazy("运维单位"),
    "discharger": gettext_lazy("排污单位"),
    "outlet": gettext_lazy("排放口"),
    "kind": gettext_lazy("类型"),
    "since": gettext_lazy("起"),
    "until": gettext_lazy("止"),
    "name": gettext_lazy("名称"),
    "st": "ST",
    "cn": "CN",
    "reason": gettext_lazy("原因"),
    "withdrawn_at": gettext_lazy("撤回时间"),
    "document": gettext_lazy("文号"),
    "given_by": gettext_lazy("签署人"),
    "digest": gettext_lazy("数据摘要"),
    "scan_digest": gettext_lazy("扫描件摘要"),
    "proof_digest": gettext_lazy("凭证摘要"),
    "state": gettext_lazy("状态"),
    "start": gettext_lazy("开始"),
    "end": gettext_lazy("结束"),
    "time": gettext_lazy("采样时间"),
    "value": gettext_lazy("取值"),
    "method": gettext_lazy("方法"),
    "instrument": gettext_lazy("仪器或实验室"),
    "monitor_type": gettext_lazy("监测类型"),
    "form": gettext_lazy("记录表"),
    "author": gettext_lazy("原填写人"),
    "why": gettext_lazy("原因"),
    "traits": gettext_lazy("故障特征"),
    "clocks": gettext_lazy("时限"),
    "late": gettext_lazy("超时"),
    "left_open": gettext_lazy("未完成的时限"),
    "started": gettext_lazy("新增时限"),
    "ended": gettext_lazy("取消时限"),
    "helper": gettext_lazy("协助人"),
    "passed": gettext_lazy("是否合格"),
    "text": gettext_lazy("内容"),
    "scan": gettext_lazy("盖章件摘要"),
    "receipt": gettext_lazy("回执摘要"),
    "accepted_at": gettext_lazy("响应时间"),
    "arrived_at": gettext_lazy("到场时间"),
    "repaired_at": gettext_lazy("修复时间"),
    "restored_at": gettext_lazy("恢复时间"),
    "reported_at": gettext_lazy("报告时间"),
    "closed_at": gettext_lazy("办结时间"),
    "closed_why": gettext_lazy("办结说明"),
    "order": gettext_lazy("工单"),
    "source": gettext_lazy("来源"),
    "sent_at": gettext_lazy("发出时间"),
    "sent_by": gettext_lazy("发出人"),
    "received_at": gettext_lazy("收到时间"),
    "decision_due": gettext_lazy("答复期限"),
    "decision_source": gettext_lazy("答复期限依据"),
    "silence_consents": gettext_lazy("逾期视为同意"),
    "decided_at": gettext_lazy("答复时间"),
    "lines": gettext_lazy("任务数"),
    "wishes": gettext_lazy("改期要求"),
    "wish": gettext_lazy("希望日期"),
    "crew": gettext_lazy("人员"),
    "trip": gettext_lazy("行程"),
    "points": gettext_lazy("点位"),
    "undone": gettext_lazy("未完成"),
    "items": gettext_lazy("清单行数"),
    "giver": gettext_lazy("移交方"),
    "taker": gettext_lazy("接收方"),
    "given": gettext_lazy("移交方签字"),
    "taken": gettext_lazy("接收方签字"),
    "tasks": gettext_lazy("任务数"),
    "orders": gettext_lazy("工单数"),
    "withdrawn": gettext_lazy("撤销任务数"),
    "planned": gettext_lazy("新增任务数"),
    "set": gettext_lazy("项目集"),
    "on": gettext_lazy("启用"),
    "forms": gettext_lazy("记录表"),
    "done_by": gettext_lazy("依据"),
    "title": gettext_lazy("内容"),
    "begun_at": gettext_lazy("开始"),
    "interval": gettext_lazy("周期"),
    "where": gettext_lazy("方式"),
    "group": gettext_lazy("分组"),
    "clause": gettext_lazy("依据"),
    "months": gettext_lazy("月份"),
    "techniques": gettext_lazy("采样方式"),
    "prefill": gettext_lazy("预填数据"),
    "invalidates": gettext_lazy("逾期数据无效"),
    "key": gettext_lazy("编号"),
    "form_title": gettext_lazy("记录表名称"),
    "below": gettext_lazy("最低气温"),
    "lead": gettext_lazy("提前天数"),
    "needs": gettext_lazy("部件"),
    "(secret)": "••••••",
    "day": gettext_lazy("日期"),
    "approval": gettext_lazy("审批"),
    "approved_at": gettext_lazy("审批时间"),
    "approved_by": gettext_lazy("审批人"),
    "approved_why": gettext_lazy("审批意见"),
    "changed": gettext_lazy("变更"),
    "confirmed_at": gettext_lazy("确认时间"),
    "desk": gettext_lazy("远程检查"),
    "distance": gettext_lazy("距离（m）"),
    "done_at": gettext_lazy("完成时间"),
    "due_at": gettext_lazy("截止时间"),
    "duties": gettext_lazy("项目"),
    "found_at": gettext_lazy("发现时间"),
    "handling": gettext_lazy("处理情况"),
    "helpers": gettext_lazy("协助人"),
    "line": gettext_lazy("远程检查行"),
    "loading": gettext_lazy("装车清单"),
    "made": gettext_lazy("新增"),
    "off_site": gettext_lazy("场外"),
    "outcome": gettext_lazy("结论"),
    "phone_at": gettext_lazy("手机时间"),
    "plan": gettext_lazy("月度计划"),
    "record": gettext_lazy("记录"),
    "review_due": gettext_lazy("审核期限"),
    "reviewed_at": gettext_lazy("审核时间"),
    "risk": gettext_lazy("风险"),
    "settled": gettext_lazy("处理结果"),
    "sheet": gettext_lazy("任务表单"),
    "signed": gettext_lazy("确认"),
    "submitted_at": gettext_lazy("提交时间"),
    "task": gettext_lazy("任务"),
    "through": gettext_lazy("计划至"),
    "confirmed": gettext_lazy("确认设施"),
    "exceptions": gettext_lazy("其中异常"),
    "looked": gettext_lazy("已看画面"),
    "systems": gettext_lazy("设施数"),
    "code": gettext_lazy("编号"),
    "version": gettext_lazy("版本"),
}
INSTANTS = frozenset({"start", "end", "declared_at", "time"})  # epoch seconds
WORDS = {
    **{("role", role.value): role.label for role in Role},
    **{("area", code): name for code, name in prefectures()},
    ("kind", "gas"): gettext_lazy("废气"),
    ("kind", "water"): gettext_lazy("废水"),
    ("kind", "nmhc"): "NMHC",
    ("kind", "video"): gettext_lazy("视频"),
    ("technique", "extractive"): gettext_lazy("完全抽取法"),
    ("technique", "dilution"): gettext_lazy("稀释采样法"),
    ("technique", "in_situ"): gettext_lazy("直接测量法"),
    ("feed", "direct"): gettext_lazy("数采仪直接上报"),
    ("feed", "mirror"): gettext_lazy("镜像数据流"),
    ("link", "permit"): gettext_lazy("排污许可证"),
    ("link", "region"): gettext_lazy("地方规定"),
    ("link", "organisation"): gettext_lazy("本单位规定"),
    ("state", "prepared"): gettext_lazy("待申报"),
    ("state", "declared"): gettext_lazy("已申报"),
    ("state", "matched"): gettext_lazy("已核对"),
    ("state", "differs"): gettext_lazy("与申报不一致"),
    ("state", "withdrawn"): gettext_lazy("已撤回"),
    ("state", "draft"): gettext_lazy("草稿"),
    ("state", "submitted"): gettext_lazy("待审核"),
    ("state", "returned"): gettext_lazy("已退回"),
    ("state", "accepted"): gettext_lazy("已审核"),
    ("state", "replaced"): gettext_lazy("已被更正"),
    ("state", "void"): gettext_lazy("已作废"),
    ("monitor_type", "own"): gettext_lazy("自行监测"),
    ("monitor_type", "enforcement"): gettext_lazy("执法监测"),
    ("why", "time"): gettext_lazy("起止时间不同"),
    ("why", "kind"): gettext_lazy("类型不同"),
    ("why", "factor"): gettext_lazy("因子不同"),
    ("status", "text"): gettext_lazy("原文核对"),
    ("status", "secondary"): gettext_lazy("转述"),
    ("status", "recalled"): gettext_lazy("待核对"),
    ("traits", "gas"): gettext_lazy("废气"),
    ("traits", "water"): gettext_lazy("废水"),
    ("traits", "fault"): gettext_lazy("设备故障"),
    ("traits", "easy"): gettext_lazy("易诊断"),
    ("traits", "logger"): gettext_lazy("数采仪故障"),
    ("traits", "stopped"): gettext_lazy("数据不能正常获得"),
    ("traits", "force_majeure"): gettext_lazy("不可抗力"),
    ("traits", "failed_check"): gettext_lazy("标样核查不合格"),
}
MILLISECONDS = 10**11  # an instant beyond it cannot be in seconds
ALWAYS = 2000  # a link since this year or before takes in all there is


@dataclass(frozen=True, slots=True)
class Entry:
    """One line for people; ``at`` in epoch milliseconds, ``changes`` are (name, before, after)."""

    at: int
    who: str
    role: str
    verb: str
    address: str
    changes: list[tuple[str, str, str]]


def history(scope: Scope, thing: models.Model, limit: int = 30) -> list[Entry]:
    """The last acts on a thing the caller may see, newest first; none without ``see_audit``."""
    return histories(scope, [thing], limit)


def histories(scope: Scope, things: Sequence[models.Model], limit: int = 30) -> list[Entry]:
    """Like ``history``, for several things of one kind on one page."""
    if not things or not may(scope, "see_audit"):
        return []
    lines = AuditLine.objects.filter(
        kind=things[0]._meta.label_lower, object_id__in=[str(thing.pk) for thing in things]
    ).order_by("-id")[:limit]
    return [_entry(line) for line in lines]


def _entry(line: AuditLine) -> Entry:
    before, after = line.before or {}, line.after or {}
    model = apps.get_model(line.kind)
    role = str(Role(line.role).label) if line.role in Role.values else line.role
    return Entry(
        line.at,
        line.who,
        role,
        str(VERBS.get(line.verb, line.verb)),
        line.address,
        [
            (_label(model, name), _text(name, before.get(name), model),
             _text(name, value, model))
            for name, value in after.items()
        ],
    )


def _label(model: type[models.Model], name: str) -> str:
    if name in NAMES:
        return str(NAMES[name])
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _text(name: str, value: Any, model: type[models.Model] | None = None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(_text(name, item) for item in value)
    if value == "(secret)":
        return "••••••"
    if name in INSTANTS and isinstance(value, int):
        return datetime.fromtimestamp(value, CST).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int) and value > MILLISECONDS and name.endswith(("_at", "_due")):
        return datetime.fromtimestamp(value / 1000, CST).strftime("%Y-%m-%d %H:%M")
    known = _choice(model, name, value) or WORDS.get((name, str(value)))
    return str(known or _moment(str(value)) or value)


def _choice(model: type[models.Model] | None, name: str, value: Any) -> object:
    """The word of a column's choice, None for any other."""
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    choices = getattr(field, "flatchoices", None)
    return dict(choices).get(value) if choices and isinstance(value, str) else None


def _moment(text: str) -> str:
    """An instant with its zone in China time; "" for any other text."""
    try:
        when = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return ""
    if when is None or when.tzinfo is None:
        return ""
    when = when.astimezone(CST)
    return _("最早数据") if when.year <= ALWAYS else when.strftime("%Y-%m-%d %H:%M")
