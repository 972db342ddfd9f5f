"""Values of answers: what each type of field accepts, and moments as instants of China time."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time

from qingyuan.forms.definition import MARKS, Field
from qingyuan.kernel.clock import CST

_SHA = re.compile(r"[0-9a-f]{64}")
_CHECK_KEYS = {"mark", "note", "handling", "order", "photos"}
_ATTACHED_KEYS = {"sha256", "at", "lat", "lon", "accuracy", "name", "note"}
_LEFT_OUT_KEYS = {"left_out", "confirmed_by", "at"}
LONGEST = 4000


def is_blank(value: object) -> bool:
    """Whether nothing was answered: absent, an empty text, list or object."""
    return value is None or value == "" or value == [] or value == {}


def moment(text: object) -> datetime | None:
    """A date, or date and time, in China time; None for anything else.

    >>> moment("2026-03-05T10:30").isoformat(), moment("2026-03-05").isoformat()
    ('2026-03-05T10:30:00+08:00', '2026-03-05T00:00:00+08:00')
    >>> moment("10:30") is None
    True
    """
    if not isinstance(text, str) or len(text) < 10:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=CST) if found.tzinfo is None else found.astimezone(CST)


def refused(field: Field, value: object) -> str | None:
    """A Chinese sentence when ``value`` (not blank) cannot be an answer to ``field``."""
    return _REFUSALS[field.type](field, value)


def from_text(field: Field, text: str) -> object:
    """What was typed into an input of a page as an answer: numbers and 是/否 read, the rest as it
    is. A text that is no number stays, so that ``refused`` can say so.

    >>> from_text(Field("x", "值", "number"), " 12.50 "), from_text(Field("x", "值", "truth"), "是")
    (12.5, True)
    """
    text = text.strip()
    if field.type in ("number", "duration", "whole"):
        return _number_in(text, field.type == "whole")
    if field.type == "truth":
        return {"是": True, "否": False, "true": True, "false": False}.get(text, text)
    return text


def _number_in(text: str, whole: bool) -> object:
    try:
        found = float(text)
    except ValueError:
        return text
    if not math.isfinite(found):
        return text
    return int(found) if whole and found == int(found) else found


def _number(field: Field, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "请填写数字"
    if field.type == "whole" and value != int(value):
        return "请填写整数"
    if field.least is not None and value < field.least:
        return f"不应小于{field.least:g}"
    if field.most is not None and value > field.most:
        return f"不应大于{field.most:g}"
    return None


def _text(field: Field, value: object) -> str | None:
    if not isinstance(value, str):
        return "请填写文字"
    return f"不应超过{LONGEST}字" if len(value) > LONGEST else None


def _truth(field: Field, value: object) -> str | None:
    return None if isinstance(value, bool) else "请选择是或否"


def _choice(field: Field, value: object) -> str | None:
    return None if value in field.options else f"请从{'、'.join(field.options)}中选择"


def _choices(field: Field, value: object) -> str | None:
    if not isinstance(value, list) or any(v not in field.options for v in value):
        return f"请从{'、'.join(field.options)}中选择"
    return "同一选项不应重复" if len(set(value)) != len(value) else None


def _day(field: Field, value: object) -> str | None:
    try:
        date.fromisoformat(str(value) if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        return "请填写日期，如2026-03-05"
    return None


def _clock(field: Field, value: object) -> str | None:
    try:
        time.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        return "请填写时刻，如10:30"
    return None


def _instant(field: Field, value: object) -> str | None:
    found = moment(value) if isinstance(value, str) and len(value) > 10 else None
    return None if found else "请填写日期和时刻，如2026-03-05T10:30"


def _reference(field: Field, value: object) -> str | None:
    if isinstance(value, str):
        return _text(field, value)
    known = isinstance(value, Mapping) and set(value) <= {"id", "text"}
    named = isinstance(value, Mapping) and isinstance(value.get("text"), str)
    return None if known and named else "请选择或填写名称"


def _attached(field: Field, value: object) -> str | None:
    if isinstance(value, list) and any(map(_is_left_out, value)):
        return _left_out(field, value)
    if not isinstance(value, list) or not all(map(_is_attachment, value)):
        return "附件不完整，请重新上传"
    if len({one["sha256"] for one in value}) < len(value):
        return "同一照片或附件重复上传"
    if len(value) < field.fewest:
        return f"至少需要{field.fewest}张：{field.of or field.label}"
    return f"最多{field.maximum}张" if len(value) > field.maximum else None


def _is_attachment(value: object) -> bool:
    return (
        isinstance(value, Mapping) and set(value) <= _ATTACHED_KEYS
        and isinstance(value.get("sha256"), str) and bool(_SHA.fullmatch(value["sha256"]))
        and ("at" not in value or moment(value["at"]) is not None)
    )


def _is_left_out(value: object) -> bool:
    return isinstance(value, Mapping) and "left_out" in value


def _left_out(field: Field, value: list[object]) -> str | None:
    """Where the site forbids photos, one statement stands in place of all of them."""
    one = value[0]
    if field.type != "photo" or len(value) > 1 or not isinstance(one, Mapping):
        return "未拍照说明不应与照片同时填写"
    said = all(isinstance(one.get(key), str) and one[key].strip()
               for key in ("left_out", "confirmed_by"))
    sound = set(one) <= _LEFT_OUT_KEYS and ("at" not in one or moment(one["at"]) is not None)
    return None if said and sound else "未拍照须说明原因，并填写厂方确认人"


def _signature(field: Field, value: object) -> str | None:
    sound = (
        isinstance(value, Mapping) and set(value) <= {"name", "at", "sha256"}
        and isinstance(value.get("name"), str) and bool(value["name"])
        and moment(value.get("at")) is not None
        and (value.get("sha256") is None or bool(_SHA.fullmatch(str(value["sha256"]))))
    )
    return None if sound else "请签名（姓名和时间）"


def _check(field: Field, value: object) -> str | None:
    if not isinstance(value, Mapping) or not set(value) <= _CHECK_KEYS:
        return "请标记√、×或/"
    if value.get("mark") not in (*MARKS, None, ""):
        return "请标记√、×或/"
    if any(not isinstance(value.get(k, ""), str) for k in ("note", "handling")):
        return "备注和处理情况请填写文字"
    if not isinstance(value.get("order", False), bool):
        return "是否转工单请选择是或否"
    photos = value.get("photos", [])
    whole = isinstance(photos, list) and all(map(_is_attachment, photos))
    return None if whole else "附件不完整，请重新上传"


def _result(field: Field, value: object) -> str | None:
    return None if isinstance(value, str) else "结果由系统计算"


_REFUSALS = {
    "text": _text, "number": _number, "whole": _number, "truth": _truth, "choice": _choice,
    "choices": _choices, "check": _check, "date": _day, "time": _clock, "datetime": _instant,
    "duration": _number, "photo": _attached, "file": _attached, "signature": _signature,
    "person": _reference, "instrument": _reference, "material": _reference, "result": _result,
}
