"""No English word stands in a history: every act that the code can audit has a Chinese one."""

import ast
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from django.apps import apps

import qingyuan.areas
from qingyuan.areas.organisations import history

AREAS = Path(qingyuan.areas.__file__).parent
# Data keys that are what people write too.
AS_WRITTEN = {"st", "cn", "mn"}


@dataclass(frozen=True)
class Act:
    """A call of ``audit``, and the function that it stands in."""

    place: str
    call: ast.Call
    within: ast.FunctionDef


@cache
def parsed() -> dict[str, ast.Module]:
    return {str(path.relative_to(AREAS)): ast.parse(path.read_text())
            for path in sorted(AREAS.rglob("*.py"))
            if not {"tests", "migrations"} & set(path.parts) and path.name != "conftest.py"}


@cache
def calls(area: str) -> dict[str, list[tuple[str, ast.FunctionDef, ast.Call]]]:
    """Every call in an area by the name called, with its place and the function it stands in."""
    found: dict[str, list[tuple[str, ast.FunctionDef, ast.Call]]] = {}
    for place, module in parsed().items():
        if not place.startswith(f"{area}/"):
            continue
        for within in ast.walk(module):
            if isinstance(within, ast.FunctionDef):
                for one in ast.walk(within):
                    if isinstance(one, ast.Call):
                        name = getattr(one.func, "id", getattr(one.func, "attr", ""))
                        found.setdefault(name, []).append((place, within, one))
    return found


@cache
def acts() -> list[Act]:
    areas = sorted({place.split("/")[0] for place in parsed()})
    return [Act(f"{place}:{call.lineno}", call, within) for area in areas
            for place, within, call in calls(area).get("audit", ()) if len(call.args) > 2]


def argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == name), None)
    return named or (call.args[at] if len(call.args) > at else None)


def texts(expr: ast.expr, within: ast.FunctionDef, area: str) -> set[str]:
    """Every text that an expression can be, followed to the callers of its function."""
    if isinstance(expr, ast.Constant):
        return {str(expr.value)}
    if isinstance(expr, ast.IfExp):
        return texts(expr.body, within, area) | texts(expr.orelse, within, area)
    if isinstance(expr, ast.FormattedValue):
        return texts(expr.value, within, area)
    if isinstance(expr, ast.JoinedStr):
        return {"".join(parts) for parts in product(*(
            sorted(texts(part, within, area)) for part in expr.values))}
    if isinstance(expr, ast.Name):
        return of_name(expr.id, within, area)
    return set()


def of_name(name: str, within: ast.FunctionDef, area: str) -> set[str]:
    found: set[str] = set()
    given = [*within.args.posonlyargs, *within.args.args]
    place = next((at for at, one in enumerate(given) if one.arg == name), len(given))
    if name in {one.arg for one in (*given, *within.args.kwonlyargs)}:
        for _where, caller, call in calls(area).get(within.name, ()):
            value = argument(call, place, name)
            found |= texts(value, caller, area) if value is not None else set()
    for one in ast.walk(within):
        if isinstance(one, ast.Assign) and name in {getattr(t, "id", "") for t in one.targets}:
            found |= texts(one.value, within, area)
    return found


def names_told(act: Act) -> set[str]:
    """The names that stand literally in what an act says of before and after."""
    return {key.value for part in act.call.args[3:] for one in ast.walk(part)
            if isinstance(one, ast.Dict) for key in one.keys if isinstance(key, ast.Constant)}


def chinese(text: str) -> bool:
    return any("\u4e00" <= one <= "\u9fff" for one in text)


def test_every_verb_of_the_code_has_a_chinese_word():
    silent, unknown = [], []
    for act in acts():
        verb = argument(act.call, 1, "verb")
        found = texts(verb, act.within, act.place.split("/")[0])
        silent += [] if found else [f"{act.place}: {ast.unparse(verb)}"]
        unknown += [f"{act.place}: {one}" for one in sorted(found)
                    if not chinese(str(history.VERBS.get(one, "")))]
    assert silent == [], "which verb is that?"
    assert unknown == [], "add them to the area's history_words.py"
    assert len(acts()) > 100


def test_every_name_that_an_act_tells_has_a_chinese_word():
    unknown = []
    for act in acts():
        area = act.place.split("/")[0]
        models = list(apps.get_app_config(area).get_models())
        for name in sorted(names_told(act) - AS_WRITTEN):
            words = [history.label(model, name) for model in models] or [name]
            if not any(map(chinese, words)):
                unknown.append(f"{act.place}: {name}")
    assert unknown == [], "add them to the area's history_words.py"


def test_no_word_stands_for_an_act_that_nobody_does():
    done = {text for act in acts() for text in texts(
        argument(act.call, 1, "verb"), act.within, act.place.split("/")[0])}
    assert sorted(set(history.VERBS) - done) == []


def test_two_areas_cannot_have_words_for_one_verb():
    with pytest.raises(ValueError, match="check_in"):
        history.bring("assets", verbs={"check_in": "签到"})


@pytest.mark.parametrize(("model", "name", "value", "words"), [
    ("assets.LedgerOpening", "page", "record 3 pdf", "记录 3（PDF）"),
    ("records.Record", "verb", "bulk", "批量通过"),
    ("maintenance.Task", "done_by", "record:3", "记录 3"),
    ("maintenance.Task", "forms", ["hj75.g4"], "CEMS零点/量程漂移与校准记录表"),
    ("maintenance.OwnDuty", "where", "site", "现场"),
    ("telemetry.Event", "reference", "order:7", "工单 7"),
    ("telemetry.Event", "reference", "检测报告 2026-07", "检测报告 2026-07"),
    ("assets.EntryCondition", "gate_from", "08:30:00", "08:30"),
])
def test_codes_are_told_in_words(model, name, value, words):
    assert history.told(apps.get_model(model), name, value) == words
