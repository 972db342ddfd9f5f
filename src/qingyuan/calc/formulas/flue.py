"""Formulas of flue gas, in the order of HJ 212-2017 Annex D.2."""

from collections.abc import Callable

from qingyuan.calc import accuracy, gas
from qingyuan.calc.formulas.formula import Formula, Parameter, Status

P = Parameter
_MASS, _FLOW = "mg/m3", "m3/h"

_STANDARD = (
    P("standard_temperature", "K", "标准状态温度", "T0", provision="gas.standard.temperature"),
    P("standard_pressure", "kPa", "标准状态压力", "P0", provision="gas.standard.pressure"),
)
_STATE = (
    P("temperature", "degC", "烟气温度", "ts"),
    P("static", "kPa", "烟气静压", "Ps"),
    P("atmosphere", "kPa", "环境大气压", "Ba"),
)
_HUMIDITY = P("humidity", "%", "烟气湿度", "Xsw")
_O2 = P("o2", "%", "干基含氧量", "O2")
_DRY = P("dry", _MASS, "标态干基浓度", "Csn干")
_AIR = P("air", "%", "空气含氧量", "A", provision="gas.o2.air")
_GUARD = P("guard", "%", "含氧量上限（达到即不折算）", "G", provision="gas.o2.guard")
_VOLUME = P("molar_volume", "L/mol", "标准摩尔体积", "Vm", provision="gas.molar_volume")
_M_NO = P("mass_no", "g/mol", "NO摩尔质量", "M(NO)", provision="gas.molar_mass.no")
_M_NO2 = P("mass_no2", "g/mol", "NO2摩尔质量", "M(NO2)", provision="gas.molar_mass.a21002")
_Source = tuple[str, str, Status]
_NEEDS_STATE = "a temperature above absolute zero and an absolute pressure above 0"
_NEEDS_HUMIDITY = "a humidity from 0 to below 100 %"
_NEEDS_GUARD = "o2 below the guard"
_NEEDS_REFERENCE = "o2 below the guard and a reference below air"


def _annex(
    function: Callable[..., object],
    title: str,
    result: tuple[str, str],
    clause: str,
    expression: str,
    *parameters: Parameter,
    needs: str = "",
) -> Formula:
    """A formula of HJ 212-2017 Annex D, whose text was read."""
    source: _Source = ("HJ 212-2017", clause, "text")
    return _other(function, title, result, source, expression, *parameters, needs=needs)


def _other(
    function: Callable[..., object],
    title: str,
    result: tuple[str, str],
    source: _Source,
    expression: str,
    *parameters: Parameter,
    needs: str = "",
) -> Formula:
    (symbol, unit), (standard, clause, status) = result, source
    return Formula(
        function.__name__, function, title, symbol, unit, standard, clause, status, expression,
        parameters, needs,
    )


FORMULAS: tuple[Formula, ...] = (
    _annex(
        gas.to_standard_state, "工况浓度换算为标态浓度", ("Csn", _MASS), "D.2.1 (18)",
        "{actual} * {standard_pressure} / ({atmosphere} + {static})"
        " * ({standard_temperature} + {temperature}) / {standard_temperature}",
        P("actual", _MASS, "工况浓度", "Cs"), *_STATE, *_STANDARD,
        needs=_NEEDS_STATE,
    ),
    _annex(
        gas.to_dry, "湿基浓度换算为干基浓度", ("C干", _MASS), "D.2.1 (19)",
        "{wet} / (1 - {humidity} / 100)",
        P("wet", _MASS, "湿基浓度", "C湿"), _HUMIDITY,
        needs=_NEEDS_HUMIDITY,
    ),
    _annex(
        gas.ppm_to_mass, "体积浓度换算为标态质量浓度", ("CQ", _MASS), "D.2.1 (20)",
        "{molar_mass} / {molar_volume} * {ppm}",
        P("ppm", "umol/mol", "体积浓度", "CV"), P("molar_mass", "g/mol", "摩尔质量", "M"), _VOLUME,
    ),
    _annex(
        gas.nox_from_mass, "氮氧化物（以NO2计），由质量浓度", ("CNOx", _MASS), "D.2.1 (21)",
        "{no} * {mass_no2} / {mass_no} + {no2}",
        P("no", _MASS, "一氧化氮质量浓度", "CNO"), P("no2", _MASS, "二氧化氮质量浓度", "CNO2"),
        _M_NO, _M_NO2,
    ),
    _annex(
        gas.nox_from_ppm, "氮氧化物（以NO2计），由体积浓度", ("CNOx", _MASS), "D.2.1 (22)",
        "({no} + {no2}) * {mass_no2} / {molar_volume}",
        P("no", "umol/mol", "一氧化氮体积浓度", "CNOv"),
        P("no2", "umol/mol", "二氧化氮体积浓度", "CNO2v"), _M_NO2, _VOLUME,
    ),
    _annex(
        gas.convert_by_excess_air, "折算浓度（按过量空气系数）", ("C折", _MASS), "D.2.3 (26)",
        "{dry} * ({air} / ({air} - {o2})) / {reference}",
        _DRY, _O2, P("reference", "", "标准过量空气系数", "αs"), _AIR, _GUARD,
        needs="o2 below the guard and a reference above 0",
    ),
    _annex(
        gas.excess_air, "实测过量空气系数", ("α", ""), "D.2.3 (27)",
        "{air} / ({air} - {o2})", _O2, _AIR, _GUARD,
        needs=_NEEDS_GUARD,
    ),
    _annex(
        gas.convert_by_oxygen, "折算浓度（按基准含氧量）", ("C折", _MASS), "D.2.3 (28)",
        "{dry} * ({air} - {reference}) / ({air} - {o2})",
        _DRY, _O2, P("reference", "%", "基准含氧量", "O2s"), _AIR, _GUARD,
        needs=_NEEDS_REFERENCE,
    ),
    _other(
        gas.convert_enriched, "折算浓度（富氧燃烧）", ("C折", _MASS),
        ("GB 18484-2020", "3.20", "text"),
        "{dry} * ({air} - {reference}) / ({combustion_air} - {o2})",
        _DRY, _O2, P("reference", "%", "基准含氧量", "O2s"),
        P("combustion_air", "%", "助燃空气含氧量", "φ0"), _AIR, _GUARD,
        needs="o2 well below combustion_air, air <= combustion_air < 100 %, reference below air",
    ),
    _other(
        gas.pitot_velocity, "皮托管测点流速", ("Vp", "m/s"),
        ("GB/T 16157-1996", "", "secondary"),
        "{coefficient} * sqrt(2 * {dynamic} / ({density} * {standard_temperature}"
        " / ({standard_temperature} + {temperature})"
        " * ({atmosphere} + {static}) / {standard_pressure}))",
        P("dynamic", "Pa", "动压", "Pd"), P("coefficient", "", "皮托管系数", "Kp"), *_STATE,
        P("density", "kg/m3", "标态烟气密度", "ρn"), *_STANDARD,
        needs=f"dynamic not below 0, {_NEEDS_STATE}",
    ),
    _annex(
        gas.duct_velocity, "断面平均流速", ("Vs", "m/s"), "D.2.4 (29)",
        "{field_factor} * {measured}",
        P("measured", "m/s", "测点流速", "Vp"), P("field_factor", "", "速度场系数", "Kv"),
    ),
    _annex(
        gas.wet_flow, "工况湿烟气流量", ("Qs", _FLOW), "D.2.4 (30)",
        "3600 * {area} * {velocity}",
        P("velocity", "m/s", "断面平均流速", "Vs"), P("area", "m2", "断面面积", "F"),
    ),
    _annex(
        gas.dry_standard_flow, "标态干烟气流量", ("Qsn", _FLOW), "D.2.4 (31)",
        "{wet} * {standard_temperature} / ({standard_temperature} + {temperature})"
        " * ({atmosphere} + {static}) / {standard_pressure} * (1 - {humidity} / 100)",
        P("wet", _FLOW, "工况湿烟气流量", "Qs"), *_STATE, _HUMIDITY, *_STANDARD,
        needs=f"{_NEEDS_HUMIDITY}, {_NEEDS_STATE}",
    ),
    _annex(
        gas.daily_flow, "标态干烟气日流量", ("Qsnd", "m3"), "D.2.4 (32)", "sum({hourly})",
        P("hourly", _FLOW, "各小时标态干烟气流量", "Qsn", "series"),
    ),
    _annex(
        gas.hourly_mass, "小时排放量（按实测浓度）", ("Gh", "kg"), "D.2.5 (33)",
        "{dry} * {flow} * 0.000001",
        P("dry", _MASS, "标态干基浓度（实测，非折算）", "C"),
        P("flow", _FLOW, "标态干烟气流量", "Qsn"),
    ),
    _annex(
        gas.daily_mass, "日排放量（式(34)所印10⁻⁶系误印）", ("Gd", "kg"), "D.2.5 (34)",
        "sum({hourly})", P("hourly", "kg", "各小时排放量", "Gh", "series"),
    ),
    _other(
        gas.particulate_linear, "颗粒物浓度（斜率截距）", ("C", _MASS),
        ("HJ 75-2017", "附录A", "recalled"), "{slope} * {signal} + {intercept}",
        P("signal", "", "测量信号", "x"), P("slope", "", "斜率", "b"),
        P("intercept", _MASS, "截距", "a"),
    ),
    _other(
        gas.particulate_factor, "颗粒物浓度（K系数）", ("C", _MASS),
        ("HJ 75-2017", "附录A", "recalled"), "{factor} * {signal}",
        P("signal", "", "测量信号", "x"), P("factor", "", "K系数", "K"),
    ),
    _other(
        gas.humidity_from_oxygen, "烟气湿度（干湿氧法）", ("Xsw", "%"),
        ("HJ 75-2017", "附录C", "recalled"), "(1 - {wet} / {dry}) * 100",
        P("wet", "%", "湿基含氧量", "O2湿"), P("dry", "%", "干基含氧量", "O2干"),
        needs="0 <= wet <= dry and dry above 0",
    ),
    _other(
        accuracy.velocity_field_factor, "速度场系数", ("Kv", ""),
        ("HJ 75-2017", "附录A", "recalled"),
        "{reference_area} * {reference} / ({monitor_area} * {monitor})",
        P("reference_area", "m2", "参比断面面积", "Fs"),
        P("reference", "m/s", "参比平均流速", "Vs"),
        P("monitor_area", "m2", "CEMS测定断面面积", "Fp"),
        P("monitor", "m/s", "CEMS平均流速", "Vp"),
    ),
)
