"""Full-text search over Chinese documents and records of one unit; JSON on stdout.

``--entries`` texts (a tenth of them documents of some 3,000 characters, the others records of some
500) are written with the trade's words into a new database (``--database postgresql`` for a server
of the bench's own), those of a second unit beside them. Then every question of ``QUESTIONS`` is
asked again and again as the page asks it: counts by kind, twenty ranked hits with marked extracts.
At most 200 ms are allowed for a question.
"""

import argparse
import contextlib
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORDS = (
    "校准", "漂移", "零点", "量程", "巡检", "维护", "更换", "滤芯", "采样", "探头", "伴热",
    "管线", "冷凝", "蠕动泵", "标准气体", "钢瓶", "压力", "流量", "温度", "湿度", "颗粒物",
    "二氧化硫", "氮氧化物", "氨氮", "总磷", "总氮", "化学需氧量", "站房", "空调", "稳压电源",
    "数采仪", "通讯", "上传", "平台", "故障", "停机", "恢复", "正常", "异常", "限值", "超标",
    "记录", "签名", "审核", "复核", "校验", "比对", "手工监测", "参数", "备案", "斜率", "截距",
    "皮托管", "反吹", "干燥剂", "试剂", "废液", "交接", "钥匙", "联系", "厂方", "负责人", "设备",
    "型号", "编号", "检查", "清洗", "紧固", "测试", "响应时间", "示值误差", "线性", "重复性",
    "合格", "不合格", "整改",
)
RARE = ("光源老化", "阿勒泰", "催化剂中毒", "雷击")  # in one text of two hundred
# In nearly every text and in few; several words, longer ones, one character; none.
QUESTIONS = ("校准", "漂移", "巡检", "雷击", "光源", "校准 漂移", "零点 氨氮 试剂", "二氧化硫",
             "标准气体", "化学需氧量", "光源老化", "响应时间 合格", "校", "泵",
             "SO2", "EX-100 校准", "甲乙")
LENGTHS = {"paper": 1300, "record": 210}  # words of a text
ALLOWED = 200.0  # ms


def texts(count: int, luck: random.Random) -> Iterator[tuple[str, str, str]]:
    """(kind, title, text); words of uneven frequency, as a language has them."""
    weights = [1 / (place + 3) for place in range(len(WORDS))]
    for number in range(count):
        kind = "paper" if number % 10 == 0 else "record"
        words = luck.choices(WORDS, weights, k=LENGTHS[kind])
        for place in range(9, len(words), 10):
            words[place] += luck.choice("，。；")
        for word in RARE:
            if luck.random() < 0.005:
                words.insert(luck.randrange(len(words)), f"，{word}，")
        title = f"{luck.choice(WORDS)}{luck.choice(WORDS)} {number} 号"
        yield kind, title, f"{''.join(words)} SO2 {luck.uniform(1, 90):.1f} mg/m³ EX-{number % 300}"


def measured(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    from qingyuan.cli.installation import opened

    opened(folder)
    from django.db import connection

    from qingyuan.areas.organisations.models import Organisation
    from qingyuan.areas.organisations.scope import Scope
    from qingyuan.areas.search import index, kinds

    with contextlib.suppress(ValueError):  # the area of documents may have named its own
        kinds.bring("paper", "文件", "see_documents", "files")
    units = [Organisation.objects.create(kind="om_unit", name=f"示例运维 {n}") for n in range(2)]
    luck, begun = random.Random(4), time.perf_counter()
    for unit in units:
        index.put_many(index.Put(unit, kind, f"{kind}:{n}", title, text, "/", 1_795_000_000_000 + n)
                       for n, (kind, title, text) in enumerate(texts(count, luck)))
    written = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scope = Scope(units[0], "manager")
    by_question: dict[str, Any] = {}
    every: list[float] = []
    for words in QUESTIONS:
        took = []
        for _turn in range(rounds):
            at = time.perf_counter()
            found = index.find(scope, words, limit=20)
            took.append(1000 * (time.perf_counter() - at))
        every += took
        by_question[words] = {"found": found.total, "median_ms": round(statistics.median(took), 1),
                              "worst_ms": round(max(took), 1)}
    return {
        "what": "full-text search in Chinese", "database": connection.vendor,
        "entries": count, "entries_of_others": count, "written_s": round(written, 1),
        "median_ms": round(statistics.median(every), 1), "worst_ms": round(max(every), 1),
        "allowed_ms": ALLOWED, "within": max(every) <= ALLOWED, "questions": by_question,
        "python": platform.python_version(), "machine": platform.machine()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory("-search")))
        os.environ.pop("DATABASE_URL", None)
        if args.database == "postgresql":
            sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
            from with_postgres import server

            os.environ["DATABASE_URL"] = stack.enter_context(server())
        found = measured(folder, args.entries, args.rounds)
        print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0 if found["within"] else 1


if __name__ == "__main__":
    sys.exit(main())
