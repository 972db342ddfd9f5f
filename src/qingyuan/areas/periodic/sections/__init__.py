"""The nine parts of Annex B, in order: each a function subject → blocks."""

from collections.abc import Callable, Mapping, Sequence

from qingyuan.reporting.blocks import Block, Section

from ..subject import Subject
from . import abnormal, oversight, running, work

PARTS: Sequence[tuple[str, str, Callable[[Subject], list[Block]]]] = (
    ("overview", "一、项目概况", running.overview),
    ("running", "二、设施运行情况", running.running),
    ("work", "三、运维工作情况", work.done),
    ("abnormal", "四、异常数据分析", abnormal.abnormal),
    ("directives", "五、环保督办及整改情况", oversight.directives),
    ("inspection", "六、内部运维质量检查", oversight.inspections),
    ("study", "七、法律法规宣贯学习", oversight.study),
    ("plan", "八、下月工作计划", work.planned),
    ("advice", "九、建议及需支持事项", oversight.advice),
)


def written(subject: Subject, passages: Mapping[str, str] | None = None) -> list[Section]:
    """The report as the facts have it now, with what people wrote under its parts."""
    held = passages or {}
    return [Section(key, title, tuple(part(subject)), held.get(key, ""))
            for key, title, part in PARTS]
