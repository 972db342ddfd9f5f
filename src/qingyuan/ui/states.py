"""The one table of states: word, icon and colour, for pages, charts and scripts alike.

Colour is never alone: every state has an icon and a word. A key is ``family.code``; families are
the state of a point, the data flag of HJ 212 (2017 table 5, 2005 letters beside it), the verdict of
a kept frame, the life of a command, the kind of a quarantine entry, and of a link or process.
"""

from dataclasses import asdict, dataclass

from django.utils.translation import gettext_lazy as _

# tone: (on white, on dark); both reach 4.5:1 against their ground
TONES: dict[str, tuple[str, str]] = {
    "green": ("#15803d", "#4ade80"),
    "amber": ("#a8480a", "#fbbf24"),
    "red": ("#b91c1c", "#f87171"),
    "magenta": ("#a21caf", "#e879f9"),
    "grey": ("#57606a", "#a3acb8"),
    "slate": ("#41566f", "#94a9c4"),
    "teal": ("#0f766e", "#2dd4bf"),
    "violet": ("#6d28d9", "#b197fc"),
    "blue": ("#1d4ed8", "#7fb0ff"),
}


@dataclass(frozen=True, slots=True)
class State:
    """One state as a person sees it; ``hint`` says what it means or what to do."""

    label: str
    icon: str
    tone: str
    hint: str = ""


UNKNOWN = State(_("未知"), "question-mark", "grey")

STATES: dict[str, State] = {
    # a point
    "point.live": State(_("在线"), "circle-check", "green", _("数据按时到达")),
    "point.late": State(
        _("延迟"), "alert-triangle", "amber", _("超过应有间隔没有新数据，未满 1 小时")
    ),
    "point.silent": State(
        _("数据中断"), "clock-off", "red", _("1 小时以上没有新数据，请检查数采仪与通讯")
    ),
    "point.never": State(_("从未上报"), "circle-dashed", "grey", _("登记后还没有收到数据")),
    # data flag of one value
    "flag.N": State(_("正常"), "circle-check", "green"),
    "flag.F": State(_("停运"), "power", "slate"),
    "flag.M": State(_("维护"), "tool", "amber"),
    "flag.S": State(_("手工输入"), "edit", "violet"),
    "flag.D": State(_("故障"), "circle-x", "red"),
    "flag.C": State(_("校准"), "adjustments-horizontal", "blue"),
    "flag.T": State(_("超测量上限"), "alert-triangle", "magenta"),
    "flag.B": State(_("通讯异常"), "plug-connected-x", "red"),
    "flag.P": State(_("电源故障"), "power", "red"),
    "flag.0": State(_("校准"), "adjustments-horizontal", "blue"),
    "flag.1": State(_("气象参数"), "wind", "teal"),
    "flag.2": State(_("异常"), "circle-x", "red"),
    "flag.3": State(_("正常"), "circle-check", "green"),
    # verdict of a kept frame
    "verdict.": State(_("已接收"), "circle-check", "green", _("已知站点，校验通过")),
    "verdict.unknown": State(
        _("未登记 MN"), "user-question", "violet", _("MN 不在站点登记中，数据保存在隔离区")
    ),
    "verdict.password": State(
        _("密码不符"), "shield-lock", "red", _("MN 已登记，但访问密码与登记不一致")
    ),
    "verdict.crc": State(_("校验错误"), "circle-x", "red", _("CRC 与内容不一致")),
    "verdict.length": State(_("长度错误"), "circle-x", "red", _("声明长度与实际不符")),
    "verdict.segment": State(_("数据段不全"), "circle-x", "red", _("校验通过但缺少 CN 或 CP")),
    "verdict.noise": State(_("杂乱字节"), "ban", "grey", _("不属于任何数据包的字节")),
    # a command to a station
    "command.waiting": State(_("等待发送"), "hourglass", "blue", _("等待现场机下次在线")),
    "command.sent": State(_("已发送"), "send", "blue", _("等待现场机应答（9011）")),
    "command.accepted": State(
        _("准备执行"), "player-play", "teal", _("现场机已应答，等待执行结果（9012）")
    ),
    "command.done": State(_("执行成功"), "circle-check", "green"),
    "command.failed": State(_("执行失败"), "circle-x", "red"),
    "command.refused": State(_("被拒绝"), "ban", "red"),
    "command.timeout": State(_("超时"), "clock-off", "amber", _("重发后仍无应答")),
    "command.expired": State(_("已过期"), "clock-off", "grey", _("有效期内现场机未上线")),
    # kinds in the quarantine; the hint says what to do
    "quarantine.station": State(
        _("未知站点"),
        "user-question",
        "violet",
        _("在站点登记中添加该 MN，再点“重放”补入已保存的数据"),
    ),
    "quarantine.password": State(
        _("密码不符"), "shield-lock", "red", _("与排污单位核对访问密码，修改登记或数采仪设置后重放")
    ),
    "quarantine.frame": State(
        _("坏帧"),
        "circle-x",
        "red",
        _("长度或校验有误，无法入库；持续出现时检查数采仪程序与通讯线路"),
    ),
    "quarantine.factor": State(
        _("未知因子"),
        "question-mark",
        "amber",
        _("因子编码不在编码表中，核对数采仪设置；补充因子后重放"),
    ),
    "quarantine.suffix": State(
        _("未知字段"), "question-mark", "amber", _("字段后缀不在标准中，值未入库；与数采仪厂商核对")
    ),
    "quarantine.value": State(
        _("数值无法读取"),
        "alert-triangle",
        "amber",
        _("该值不是数字，未入库；检查仪器与数采仪的通讯"),
    ),
    "quarantine.assignment": State(
        _("该时段未关联点位"),
        "link",
        "violet",
        _("在站点登记中为该 MN 补充点位关联的起止时间，再点“重放”"),
    ),
    "quarantine.time": State(
        _("数据时间有误"), "clock", "amber", _("DataTime 不是有效时间，检查数采仪时钟")
    ),
    "quarantine.part": State(
        _("分包不齐"), "inbox", "amber", _("同一数据的分包没有到齐；补传后自动合并")
    ),
    "qstate.open": State(_("待处理"), "inbox", "violet"),
    "qstate.replayed": State(_("已重放"), "circle-check", "green"),
    "qstate.dismissed": State(_("已忽略"), "ban", "slate"),
    # how grave a departure from the standard is
    "lint.error": State(_("错误"), "circle-x", "red"),
    "lint.warning": State(_("不规范"), "alert-triangle", "amber"),
    "lint.remark": State(_("提示"), "alert-circle", "slate"),
    # where a value came from
    "source.wire": State(_("数采仪"), "antenna", "teal"),
    "source.mirror": State(_("镜像"), "copy", "blue"),
    "source.import": State(_("导入"), "file-import", "violet"),
    "source.simulated": State(_("模拟"), "activity", "slate"),
    # a link, a relay, a process
    "link.up": State(_("在线"), "plug-connected", "green"),
    "link.down": State(_("离线"), "plug-connected-x", "grey"),
    "link.lost": State(_("中断"), "wifi-off", "red"),
    # how a figure of the book of rules was taken from its text
    "status.text": State(_("原文核对"), "circle-check", "green", _("已对照标准原文")),
    "status.secondary": State(
        _("转述"), "copy", "blue", _("取自引用或转述该条款的资料，未对照原文")
    ),
    "status.recalled": State(
        _("待核对"), "alert-triangle", "amber", _("尚未对照任何文本，采用前请核对标准原文")
    ),
    # what is in order, due soon, overdue
    "due.ok": State(_("有效"), "circle-check", "green"),
    "due.soon": State(_("即将到期"), "alert-triangle", "amber"),
    "due.over": State(_("已过期"), "circle-x", "red"),
    "due.none": State(_("未填写"), "circle-dashed", "grey"),
}


def state(family: str, code: str | None) -> State:
    """The state of ``family.code``; an unknown code keeps its own word with a question mark."""
    known = STATES.get(f"{family}.{code or ''}")
    if known is not None:
        return known
    return State(code, UNKNOWN.icon, UNKNOWN.tone) if code else UNKNOWN


def as_json() -> dict[str, object]:
    """For scripts: ``{"tones": {...}, "states": {"flag.N": {label, icon, tone, hint}}}``."""
    return {
        "tones": {name: {"light": light, "dark": dark} for name, (light, dark) in TONES.items()},
        "states": {key: {k: str(v) for k, v in asdict(s).items()} for key, s in STATES.items()},
    }
