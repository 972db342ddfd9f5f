"""Words, icons and colours of points, flags, frames, commands, verdicts and marks."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
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
    # verdict of a judged hour, day or longer (calc.types.VERDICTS)
    "judged.valid": State(_("有效"), "circle-check", "green"),
    "judged.exempt": State(
        _("豁免"), "shield-check", "teal",
        _("启炉、停炉、闷炉或事故时段，不参与超标判定，计入排放量"),
    ),
    "judged.invalid": State(_("无效"), "circle-x", "red", _("有效数据不足，排放量按规定修约")),
    "judged.out_of_control": State(
        _("失控"), "alert-triangle", "magenta",
        _("校准超期或核查未通过，数据不可信，排放量按规定修约"),
    ),
    "judged.missing": State(_("缺失"), "circle-dashed", "grey", _("没有收到任何数据")),
    "judged.stopped": State(_("停运"), "power", "slate", _("排放源停运，不计入捕集率")),
    # an invalid day or longer that is not over: nobody can say yet whether it will be valid
    "judged.running": State(
        _("暂计"), "hourglass", "blue", _("时段尚未结束，按已判定的部分暂计，结束后才有判定"),
    ),
    # why a judged figure was judged anew
    "cause.data": State(_("数据变化"), "database-import", "blue", _("补传或重发的数据改变了输入")),
    "cause.facts": State(_("事件、标记、参数或手工监测值变化"), "edit", "violet"),
    "cause.rules": State(_("规则变化"), "list", "amber"),
    "cause.above": State(_("随其他时段变化"), "refresh", "slate", _("所依据的其他时段重新判定")),
    # what happened at a point
    "event.calibration": State(_("校准"), "adjustments-horizontal", "blue"),
    "event.full_calibration": State(_("全系统校准"), "adjustments-horizontal", "blue"),
    "event.standard_check": State(_("标样核查"), "check", "blue"),
    "event.comparison": State(_("比对"), "copy", "blue"),
    "event.verification": State(_("校验"), "shield-check", "blue"),
    "event.fault": State(_("故障"), "circle-x", "red"),
    "event.maintenance": State(_("维护"), "tool", "amber"),
    "event.stop": State(_("停运"), "power", "slate"),
    # a mark of the marking rule (公告2022年第21号)
    "mark.device_maintenance": State(_("设备维护"), "tool", "amber"),
    "mark.calibration": State(_("校准"), "adjustments-horizontal", "blue"),
    "mark.standard_check": State(_("标样核查"), "check", "blue"),
    "mark.fault": State(_("设备故障"), "circle-x", "red"),
    "mark.communication": State(_("通讯中断"), "plug-connected-x", "red"),
    "mark.start_up": State(_("启炉"), "player-play", "teal"),
    "mark.shut_down": State(_("停炉"), "player-pause", "teal"),
    "mark.banked": State(_("闷炉"), "hourglass", "teal"),
    "mark.accident": State(_("事故"), "alert-triangle", "teal"),
    "mark.stopped": State(_("停运"), "power", "slate"),
    # how far a mark has come between the unit, the discharger and the national platform
    "markstate.prepared": State(
        _("待申报"), "hourglass", "violet", _("已准备，待排污单位在国发平台企业端申报")
    ),
    "markstate.late": State(
        _("逾期未申报"), "alert-triangle", "red", _("申报期限已过，请尽快申报")
    ),
    "markstate.declared": State(_("已申报"), "send", "blue", _("已申报，参与判定")),
    "markstate.matched": State(_("已核对"), "circle-check", "green", _("与国发平台一致，参与判定")),
    "markstate.differs": State(
        _("与申报不一致"), "alert-circle", "amber", _("与国发平台上的申报不一致，以平台为准")
    ),
    "markstate.withdrawn": State(_("已撤回"), "ban", "slate"),
    # what became of a line of the platform's tables
    "outcome.matched": State(_("一致"), "circle-check", "green", _("与准备的标记一致")),
    "outcome.differs": State(
        _("不一致"), "alert-circle", "amber", _("时间、类型或因子与准备的不同")
    ),
    "outcome.new": State(_("新申报"), "plus", "blue", _("没有准备过，作为已申报的标记登记")),
    "outcome.unfinished": State(
        _("未完成"), "hourglass", "grey", _("排污单位尚未完成申报，不参与判定")
    ),
    "outcome.deleted": State(_("已撤销"), "trash", "slate", _("平台上已删除，不再参与判定")),
    # a row of the platform's tables
    "platform.completed": State(_("已完成"), "circle-check", "green"),
    "platform.unfinished": State(_("未完成"), "hourglass", "grey"),
    "platform.deleted": State(_("已撤销"), "trash", "slate"),
    # a quarter's audit
    "audit.not_due": State(_("未到期"), "calendar", "slate", _("季度还没有结束")),
    "audit.due": State(_("待编制"), "hourglass", "violet", _("季度已结束，请在期限内编制")),
    "audit.overdue": State(_("逾期未编制"), "alert-triangle", "red"),
    "audit.prepared": State(_("待确认"), "user-question", "amber", _("已编制，待排污单位确认")),
    "audit.changed": State(
        _("数据有变化"), "refresh", "magenta", _("编制后重新判定过，请核对差异并重新编制")
    ),
    "audit.confirmed": State(_("已确认"), "circle-check", "green"),
    "audit.voluntary": State(_("自愿"), "circle-dashed", "slate", _("标准没有要求，可自愿编制")),
    "audit.no_data": State(_("没有数据"), "circle-dashed", "grey", _("该季度没有判定过的数据")),
    # how firm a fact is
    "standing.provisional": State(_("暂定"), "hourglass", "amber",
                                  _("所依据的记录待审核，退回、更正或作废后撤销")),
})
