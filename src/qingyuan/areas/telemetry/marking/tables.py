"""The tables in which the national platform keeps marks, and samples measured by hand (its
interface V1.6, 2025-03-21): fields in their order, Chinese headings, and which kind of mark a row's
own words amount to."""

from dataclasses import dataclass

DEVICE_KINDS = frozenset(
    {"device_maintenance", "calibration", "standard_check", "fault", "communication"})
"""Kinds about the monitor; the others are about the process."""
BY_FACTOR = DEVICE_KINDS - {"communication"}
"""Kinds that the platform keeps a row a factor of."""

_BEFORE = ("city", "cityCode", "created_by", "created_time")
_PLACE = ("mp_id", "mp_name")
_PROOF = ("proof_id", "province", "provinceCode", "ps_id", "ps_name", "reason")
_FLAG = ("revise_flag", "revise_flag_item", "revise_flag_item_name", "revise_flag_name")
_AFTER = ("start_time", "status", "updated_by", "updated_time")


@dataclass(frozen=True, slots=True)
class Table:
    """One class of marks. ``marks`` is False for what the platform keeps beside them: of such
    sheets the samples measured by hand are taken in, the others are recognised and left alone."""

    code: str
    title: str
    method: str
    fields: tuple[str, ...]
    marks: bool = True


COMMUNICATION = Table(
    "communication", "通讯中断标记", "getAutoCommunicationInterrupt",
    (*_BEFORE, "cxsc", "data_status", "end_time", "id", *_PLACE, *_PROOF, *_FLAG, *_AFTER))
DEVICE = Table(
    "device", "自动监测设备维护标记(污染物)", "getAutoDataAnomalSign/list",
    (*_BEFORE, "cxsc", "data_status", "end_time", "group_id", "id", *_PLACE, "poll_code",
     "poll_name", *_PROOF, "remark", *_FLAG, *_AFTER))
PARAMETER = Table(
    "parameter", "自动监测设备维护标记(工况参数)", "getAutoGkparamDataSign/list",
    (*_BEFORE, "data_status", "end_time", "id", "indursty_code", "indursty_name", *_PLACE,
     "poll_code", "poll_name", *_PROOF, *_FLAG, "sc_id", "sc_name", *_AFTER))
TREATMENT = Table(
    "treatment", "治理设施工况标记", "getAutoGovernWorkcordationInfo",
    (*_BEFORE, "cordation_name", "cordation_type", "data_status", "end_time", "hours", "id",
     "marking_reason", "marking_reasonId", "marking_reasonType", "minutes", *_PLACE,
     "order_number", *_PROOF, "start_time", "status", "updated_by", "updated_time", "work_level"))
PRODUCTION = Table(
    "production", "生产设施工况标记", "getAutoWorkcordationInfo",
    (*_BEFORE, "cordation_name", "cordation_type", "data_status", "end_time", "hours", "id",
     "indursty_code", "indursty_name", "marking_reason", "marking_reasonId", "minutes", *_PLACE,
     *_PROOF, "start_time", "status", "updated_by", "updated_time", "work_level"))
MAJEURE = Table(
    "majeure", "非排污单位责任造成数据缺失无效", "getAutoForceMajeureSign",
    (*_BEFORE, "data_status", "end_time", "id", "majeure_type", *_PLACE, *_PROOF, *_AFTER))
MANUAL = Table(
    "manual", "手工监测值录入", "getAutoDataMonitor",
    ("avg_val", "avg_zs", "cl_equip", "cl_method", "cl_unit", "created_by", "created_time",
     "data_status", "end_time", "group_id", "id", "monitor_type", *_PLACE, "poll_code",
     "poll_name", "proof_id", "ps_id", "ps_name", "reason", "start_time", "updated_by",
     "updated_time"), marks=False)
SWITCH = Table("switch", "CEMS主备切换", "getCemsSwitch", (), marks=False)

TABLES: dict[str, Table] = {table.code: table for table in (
    COMMUNICATION, DEVICE, PARAMETER, PRODUCTION, TREATMENT, MAJEURE, MANUAL, SWITCH)}

HEADINGS: dict[str, tuple[str, ...]] = {
    "city": ("城市",), "cityCode": ("城市编码",), "created_by": ("创建人",),
    "created_time": ("创建时间",), "cxsc": ("持续时长(h)", "持续时长"),
    "data_status": ("数据状态(1在用/-1删除)", "数据状态"), "end_time": ("结束时间",),
    "group_id": ("分组编号",), "id": ("编号", "标记编号", "标记ID"),
    "mp_id": ("监测点编号", "点位编号", "监测点ID", "生产设施ID", "设施编号"),
    "mp_name": ("监测点名称", "点位名称", "监测点", "点位", "设施名称", "生产设施名称",
                "排放口名称"),
    "poll_code": ("污染物编码", "因子编码", "参数编码"),
    "poll_name": ("污染物名称", "因子名称", "污染物", "因子", "监测因子", "参数名称"),
    "proof_id": ("凭证ID", "凭证编号"), "province": ("省份",), "provinceCode": ("省份编码",),
    "ps_id": ("企业编号", "污染源编号"),
    "ps_name": ("企业名称", "排污单位", "污染源名称", "单位名称"),
    "reason": ("备注", "原因", "标记原因"), "remark": ("说明",),
    "revise_flag": ("标记类型编码",), "revise_flag_item": ("标记子项编码", "子项编码"),
    "revise_flag_item_name": ("标记子项", "子项名称"),
    "revise_flag_name": ("标记类型", "标记类型名称", "标记名称"),
    "start_time": ("开始时间", "起始时间"),
    "status": ("完成状态(1完成/0未完成)", "完成状态", "状态"),
    "updated_by": ("更新人", "申报人", "标记人"), "updated_time": ("更新时间", "申报时间"),
    "indursty_code": ("重点行业编码",), "indursty_name": ("重点行业",),
    "sc_id": ("生产设施编号",), "sc_name": ("生产设施",),
    "cordation_type": ("工况类型编码",), "cordation_name": ("工况类型", "工况名称", "工况"),
    "hours": ("时长(时)",), "minutes": ("时长(分)",), "marking_reason": ("标记事由",),
    "marking_reasonId": ("标记事由编号",), "marking_reasonType": ("标记事由类型",),
    "order_number": ("序号",), "work_level": ("工况节点编号",),
    "majeure_type": ("不可抗力类型", "数据缺失无效类型"),
    "avg_val": ("测量值", "手工监测值", "监测值"), "avg_zs": ("折算值",),
    "cl_equip": ("测量仪器", "监测仪器"), "cl_method": ("测量方法", "监测方法"),
    "cl_unit": ("计量单位", "浓度单位"),
    "monitor_type": ("监测类型(1自行监测/2执法监测)", "监测类型"),
}
"""Field → Chinese headings, the first is the one we write."""

_FIELDS = {name.lower(): name for name in HEADINGS} | {
    "mpname": "mp_name", "reviseflagname": "revise_flag_name", "starttime": "start_time",
    "endtime": "end_time", "updatedby": "updated_by", "updatedtime": "updated_time",
} | {heading: name for name, headings in HEADINGS.items() for heading in headings}

FLAG_NAMES = {
    "device_maintenance": "日常维护", "calibration": "校准", "standard_check": "标样核查",
    "fault": "故障", "communication": "通讯中断",
}
"""Kind → the platform's word for it (revise_flag_name); its codes are not published."""
CONDITION_NAMES = {
    "start_up": "启炉", "shut_down": "停炉", "banked": "闷炉", "accident": "故障/事故",
    "stopped": "停运",
}
"""Kind → the platform's word for the state of a process (cordation_name)."""

_FLAG_WORDS = (
    ("核查", "standard_check"), ("质控", "standard_check"), ("校准", "calibration"),
    ("校验", "calibration"), ("通讯", "communication"), ("通信", "communication"),
    ("故障", "fault"), ("维护", "device_maintenance"), ("检修", "device_maintenance"),
    ("调试", "device_maintenance"),
)
_CONDITION_WORDS = (
    ("事故", "accident"), ("故障", "accident"), ("闷炉", "banked"), ("压火", "banked"),
    ("停运", "stopped"), ("停产", "stopped"), ("停炉", "shut_down"), ("解列", "shut_down"),
    ("启炉", "start_up"), ("烘炉", "start_up"), ("点火", "start_up"), ("并网", "start_up"),
    ("启动", "start_up"), ("停机", "shut_down"),
)


def field_of(heading: str) -> str | None:
    """The field that a heading names, by its own name or in Chinese.

    >>> field_of("start_time"), field_of(" 开始时间 "), field_of("Poll_Code"), field_of("颜色")
    ('start_time', 'start_time', 'poll_code', None)
    """
    text = heading.strip().replace("（", "(").replace("）", ")")
    return _FIELDS.get(text) or _FIELDS.get(text.lower())


def table_named(name: str) -> Table | None:
    """The table that a sheet or file is called after.

    >>> table_named("生产设施工况标记.csv").code, table_named("Sheet1")
    ('production', None)
    """
    plain = name.strip().replace("（", "(").replace("）", ")")
    for table in TABLES.values():
        if table.title in plain or table.method in plain or sheet_name(table) in plain:
            return table
    return None


def table_with(fields: frozenset[str]) -> Table | None:
    """The table whose columns these are; None when they fit none.

    >>> table_with(frozenset({"start_time", "end_time", "mp_name", "poll_code"})).code
    'device'
    """
    if fields & {"avg_val", "monitor_type"}:
        return MANUAL
    if "majeure_type" in fields:
        return MAJEURE
    if fields & {"cordation_name", "cordation_type"}:
        return TREATMENT if fields & {"order_number", "marking_reasonType"} else PRODUCTION
    if fields & {"poll_code", "poll_name"}:
        return PARAMETER if fields & {"sc_id", "sc_name", "indursty_code"} else DEVICE
    if fields & {"revise_flag_name", "revise_flag", "cxsc"}:
        return COMMUNICATION
    return None


def sheet_name(table: Table) -> str:
    """A title that a workbook takes as the name of a sheet.

    >>> sheet_name(DEVICE)
    '设备维护标记-污染物'
    """
    return {"device": "设备维护标记-污染物", "parameter": "设备维护标记-工况参数",
            "majeure": "非排污单位责任"}.get(table.code, table.title)


def kind_of(table: Table, cells: dict[str, str]) -> str | None:
    """The kind of mark that a row's words amount to; None for words that name none.

    >>> kind_of(DEVICE, {"revise_flag_name": "校准", "revise_flag_item_name": "设备处于校准"})
    'calibration'
    >>> kind_of(PRODUCTION, {"cordation_name": "停炉降温"}), kind_of(MAJEURE, {"majeure_type": "2"})
    ('shut_down', 'stopped')
    >>> kind_of(PRODUCTION, {"cordation_name": "正常运行"}) is None
    True
    """
    if table is MAJEURE:
        text = cells.get("majeure_type", "")
        return "stopped" if text == "2" or "长期停运" in text else None
    if table is COMMUNICATION:
        return "communication"
    if table in (PRODUCTION, TREATMENT):
        return _word(cells.get("cordation_name", ""), _CONDITION_WORDS)
    return (_word(cells.get("revise_flag_name", ""), _FLAG_WORDS)
            or _word(cells.get("revise_flag_item_name", ""), _FLAG_WORDS))


def table_for(kind: str, *, parameter: bool = False) -> Table:
    """The table in which a mark of a kind is declared; ``parameter``: of a factor that is no
    pollutant."""
    if kind == "communication":
        return COMMUNICATION
    if kind in DEVICE_KINDS:
        return PARAMETER if parameter else DEVICE
    return PRODUCTION


def family(kind: str) -> str:
    """Kinds of one family speak of the same thing and may contradict each other.

    >>> family("fault") == family("calibration"), family("fault") == family("stopped")
    (True, False)
    """
    return "device" if kind in DEVICE_KINDS else "process"


def _word(text: str, words: tuple[tuple[str, str], ...]) -> str | None:
    return next((kind for word, kind in words if word in text), None)
