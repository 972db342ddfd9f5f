"""What failed in a record, as a sentence beside the hours it made unusable: figure, limit, clause.

Every result of a form is an expression over figures of its group and provisions of the book, so
that both can be read from the expression itself; no form is named here.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from qingyuan.areas.rules import values
from qingyuan.forms import RESULT_WORDS, Field, printed
from qingyuan.forms.kinds import provisions
from qingyuan.forms.tree import Node, Ref, walk

from ..models import Record
from ..review.answers import Said, said
from .definitions import Engine, NoForm, engine_of

PASS = "pass"
MOST = 6  # sentences of a record


def failing(record: Record, factor: str) -> tuple[str, ...]:
    """The results of a factor ("" all) that did not pass. Two queries."""
    try:
        engine = engine_of(record)
    except NoForm:
        return ()
    told = said(engine.form, engine.setting, record.answers)
    found: list[str] = []
    for section in engine.form.sections:
        groups = [(f"{section.name}.{block.name}", block.label, {**section.keys, **block.keys})
                  for block in section.blocks] or [(section.name, "", dict(section.keys))]
        for path, label, keys in groups:
            if factor and keys.get("factor", factor) != factor:
                continue
            found += _of_group(engine, section.fields, path, label, keys, told)
            for table in section.tables:
                own = f"{path}.{table.name}."
                rows = sorted({int(one.removeprefix(own).partition(".")[0])
                               for one in told if one.startswith(own)})
                for number in rows:
                    found += _of_group(engine, table.fields, f"{own}{number}", label, keys, told)
    return tuple(found[:MOST])


def _of_group(
    engine: Engine, fields: Sequence[Field], path: str, label: str, keys: Mapping[str, str],
    told: Mapping[str, Said],
) -> Iterator[str]:
    for field in fields:
        one = told.get(f"{path}.{field.name}")
        if field.type != "result" or one is None or one.value == PASS or field.computed is None:
            continue
        figures = [f"{known.label} {known.text} {known.unit}".strip()
                   for known in _figures(fields, path, field.computed, told)]
        if not figures:
            continue  # the worst of others, each told by itself
        limits, cites = _limits(engine, field, keys)
        bound = _("；限值 %s") % "、".join(limits) if limits else ""
        yield _("%(what)s %(word)s：%(figures)s%(bound)s（%(clause)s）") % {
            "what": f"{label} {one.label}".strip(), "word": RESULT_WORDS[str(one.value)],
            "figures": "，".join(figures), "bound": bound,
            "clause": "、".join(cites) or engine.form.cite()}


def _figures(
    fields: Sequence[Field], path: str, node: Node, told: Mapping[str, Said]
) -> Iterator[Said]:
    kinds = {one.name: one.type for one in fields}
    seen: set[str] = set()
    for one in walk(node):
        if not isinstance(one, Ref) or len(one.parts) != 1 or one.parts[0] in seen:
            continue
        seen.add(one.parts[0])
        known = told.get(f"{path}.{one.parts[0]}")
        if kinds.get(one.parts[0]) in ("number", "whole") and known is not None:
            yield known


def _limits(
    engine: Engine, field: Field, keys: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """(limits in words, clauses) of the figures that a result reads from the book, each once."""
    assert field.computed is not None
    limits: dict[str, None] = {}
    cites: dict[str, None] = {}
    for name in provisions(field.computed, keys, engine.book.book):
        held = engine.book.find(name, engine.day)
        if held is not None and isinstance(held.value, int | float) and not isinstance(
                held.value, bool):
            limits[f"{values.word(held.value)} {printed(held.unit)}".strip()] = None
            cites[held.cite()] = None
    return list(limits), list(cites)
