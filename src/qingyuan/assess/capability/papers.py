"""What is on paper: systems (C11), platform (C12), laboratory (C20), filing (C21)."""

from qingyuan.assess.capability.facts import Document, proven, within
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import PLAIN, Evidence, Outcome, missing
from qingyuan.assess.records.answer import agreed

SYSTEMS = {
    "personnel": ("人员", "考核", "personnel", "staff", "people", "appraisal", "assessment"),
    "supervision": ("监督", "督查", "supervis"),
    "hazardous_waste": ("危险废物", "危废", "waste"),
    "archives": ("档案", "archiv", "record"),
    "reporting": ("汇报", "报告", "report"),
    "sop": ("作业指导书", "操作规程", "sop", "instruction", "procedure"),
}
"""The systems of clause 4.4 by what their names contain. A book entry switches each on or off."""

FUNCTIONS = ("data_access", "data_management", "om_management", "task_management",
             "document_management", "mobile", "back_office_review", "analysis", "reports")
"""The platform functions of clause 4.5, as ``platform.functions`` names them."""


def system_of(name: str) -> str | None:
    """Which of the systems a document belongs to; None for another.

    >>> system_of("危险废物（危废）管理制度"), system_of("SOP"), system_of("车辆制度")
    ('hazardous_waste', 'sop', None)
    """
    low = name.lower()
    if low in SYSTEMS:
        return low
    # the longest word found decides, so that 人员监督 is not decided by the order of the table
    found = [(len(word), key) for key, words in SYSTEMS.items() for word in words if word in low]
    return max(found, key=lambda one: one[0])[1] if found else None


def systems(s: Situation) -> tuple[Outcome, ...]:
    """C11: each required system has a document approved and in effect on the day."""
    if s.facts.documents is None:
        return missing("缺少制度文件（[[document]]），无从评价。")
    needed = {key: s.rule(f"capability.system.{key}") for key in SYSTEMS}
    evidence = []
    for key, rule in needed.items():
        if rule.value is not True:
            continue
        own = [one for one in s.facts.documents if system_of(one.system) == key]
        good = any(_in_force(one, s) for one in own)
        state = "有效" if good else "未批准或未生效" if own else "没有文件"
        evidence.append(Evidence("document", key, good, f"{rule.title}{state}"))
    return (_covered(evidence, "应有制度"),)


def _in_force(one: Document, s: Situation) -> bool:
    return (proven(one.approved, s.day) and one.effective is not None
            and within(s.day, one.effective, one.until))


def platform(s: Situation) -> tuple[Outcome, ...]:
    """C12: each required function is declared."""
    have = s.facts.platform
    if have is None:
        return missing("缺少信息化平台功能的自我声明（platform.functions），无从评价。")
    evidence = []
    for key in FUNCTIONS:
        rule = s.rule(f"capability.platform.{key}")
        if rule.value is True:
            evidence.append(Evidence("function", key, key in have,
                                     f"{rule.title}{'已有' if key in have else '没有'}"))
    return (_covered(evidence, "应有平台功能"),)


def _covered(evidence: list[Evidence], what: str) -> Outcome:
    good = sum(one.ok is True for one in evidence)
    lack = "、".join(one.text for one in evidence if not one.ok)
    return Outcome(PLAIN, good == len(evidence), good, len(evidence),
                   f"{what} {len(evidence)} 项，已有 {good} 项{'：' if lack else ''}{lack}。",
                   tuple(evidence))


def laboratory(s: Situation) -> tuple[Outcome, ...]:
    """C20: a CMA certificate that is valid; scope and people where they are told."""
    lab = s.facts.lab
    if lab is None:
        return missing("缺少实验室资质（[lab]），无从评价。")
    if not lab.cma_no:
        parts: list[tuple[bool | None, str]] = [(False, "实验室没有资质认定（CMA）证书编号")]
    elif lab.cma_expires is None:
        parts = [(None, f"CMA 证书 {lab.cma_no} 缺有效期（lab.cma_expires）")]
    else:
        good = s.day <= lab.cma_expires
        parts = [(good, f"CMA 证书 {lab.cma_no} {'有效至' if good else '已过期：'} "
                        f"{lab.cma_expires}".replace("： ", "："))]
    if lab.scope_covers is not None:
        parts.append((lab.scope_covers,
                      f"能力范围{'已' if lab.scope_covers else '未'}覆盖比对项目"))
    if lab.staff_qualified is not None:
        parts.append((lab.staff_qualified,
                      f"检测人员{'已' if lab.staff_qualified else '未'}全部持证"))
    passed = agreed(ok for ok, _ in parts)
    return (Outcome(PLAIN, passed, passed, True, "，".join(text for _, text in parts) + "。",
                    tuple(Evidence("lab", lab.cma_no, ok, text) for ok, text in parts)),)


def filing(s: Situation) -> tuple[Outcome, ...]:
    """C21: the filing is accepted and has not run out."""
    found = s.facts.filing
    if found is None:
        return missing("缺少备案情况（[filing]），无从评价。")
    good = proven(found.accepted, s.day)
    why = "备案已受理" if good else "尚未备案或备案未被受理"
    if good and not within(s.day, None, found.expires):
        good, why = False, f"备案 {found.expires} 已到期"
    return (Outcome(PLAIN, good, good, True, f"{why}。", (Evidence("filing", "", good, why),)),)
