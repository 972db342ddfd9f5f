"""``qingyuan check-record``: judge one record of a calibration, verification or comparison."""

import argparse
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from qingyuan.assess.records.check import FORMS, check
from qingyuan.assess.records.table import BadRecord
from qingyuan.standards import load

from . import BadInput

_HEAD = ("因子 factor", "项目 item", "结果 value", "限值 limit", "结论 state", "依据 clause")
_MOST = 4_000_000  # bytes
_WORDS = {
    "zero_drift": "零点漂移", "span_drift": "量程漂移", "zero_abs": "零点绝对误差",
    "relative_accuracy": "相对准确度", "relative_error": "相对误差", "absolute_error": "绝对误差",
    "indication_error": "示值误差", "response_time": "系统响应时间",
    "correlation": "相关系数", "confidence_half_width": "置信区间半宽",
    "tolerance_half_width": "允许区间半宽", "pairs": "数据对", "precision": "速度场系数精密度",
    "days": "天数", "tests_per_day": "每天测试次数",
    "check_error": "标样核查误差", "comparison_error": "水样比对误差", "passed_pairs": "合格对数",
    "difference": "均值之差", "level_error": "液位误差", "flow_error": "流量误差",
    "analyser_logger": "分析仪与数采仪之差", "logger_platform": "数采仪与平台之差",
    "within": "合格", "adjust": "须调整", "out_of_control": "失控",
    "pass": "合格", "fail": "不合格", "unjudged": "不评价",
}


def run(argv: list[str]) -> int:
    """Status 0 whatever the verdict; BadInput (2) when the record cannot be judged."""
    args = _parser().parse_args(argv)
    try:
        with args.record.open("rb") as file:
            raw = file.read(_MOST)
        answer = check(raw.decode("utf-8-sig"), load())
    except OSError as error:
        raise BadInput(f"{args.record}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{args.record}: expected text in UTF-8") from None
    except BadRecord as error:
        raise BadInput(f"{args.record}: {error}") from None
    if args.json:
        sys.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        print("\n".join(_readable(answer)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan check-record",
        description="Judge the numbers of one record by the book of rules, without a database. "
                    f"Forms: {', '.join(FORMS)}. The file is described in "
                    "docs/how-to/check-a-record.md. Status 0 whatever the verdict, 2 for a file "
                    "that cannot be judged.")
    parser.add_argument("record", type=Path, metavar="FILE.toml")
    parser.add_argument("--json", action="store_true", help="the whole answer, unrounded")
    return parser


def _readable(answer: Mapping[str, Any]) -> list[str]:
    verdict = answer["state"] if "state" in answer else _passed(answer["pass"])
    rows = [_HEAD, *(_row(result, item) for result in answer["results"]
                     for item in result["items"])]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell + " " * (width - _width(cell))
                       for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    reasons = [f"{result['code']}: {result['reason']}" for result in answer["results"]
               if result.get("reason")]
    return [f"{answer['form']}: {_word(verdict)}  ({answer['date']})", "", *lines,
            *reasons, *(f"note: {note}" for note in answer["notes"])]


def _row(result: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(result.get("code") or ""), _word(item["name"]),
        _number(item["value"], item["unit"]), _number(item["limit"], item["limit_unit"]),
        _word(item["state"]), f"{item['clause'] or ''} {_status(item['status'])}".strip(),
    )


def _passed(value: object) -> str:
    return "unjudged" if value is None else "pass" if value else "fail"


def _status(value: object) -> str:
    return "" if value in (None, "text") else f"[{value}]"


def _number(value: object, unit: object) -> str:
    if not isinstance(value, int | float):
        return "-"
    return f"{value:.6g} {unit or ''}".strip()


def _word(name: str) -> str:
    return f"{_WORDS[name]} {name}" if name in _WORDS else name


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
