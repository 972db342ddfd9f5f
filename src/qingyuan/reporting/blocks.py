"""What a report is made of, before it is a page, a DOCX or a PDF: sections of blocks.

A figure is a value of its own with key, unit and the list it counts; text stands around figures.
So a figure can be checked, linked and compared with what it is today, and nobody edits it by hand.
Everything turns into plain JSON and back; that is what a report keeps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` as it is printed ("" where there is none: ``unit`` is then the reason)."""

    key: str
    value: str
    unit: str = ""
    link: str = ""


Part = str | Figure


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """``numeric`` are the columns set to the right."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """``kind`` "trend" (``x`` epoch seconds, lines with None for no value, ``limit``; ``bands``
    [begin, end) of invalid time) or "bars" (``x`` labels, one series)."""

    key: str
    kind: str
    title: str
    unit: str
    x: tuple[Any, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    limit: float | None = None
    bands: tuple[tuple[int, int], ...] = ()


Block = Text | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """One of the nine parts. ``passage`` is what a person has written under it."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    passage: str = ""


def text(*parts: Part) -> Text:
    """A paragraph of words and figures."""
    return Text(parts)


def count(key: str, value: int, unit: str = "", link: str = "") -> Figure:
    """A whole number."""
    return Figure(key, f"{value}", unit, link)


def percent(key: str, value: float | None, link: str = "") -> Figure:
    """A fraction as per cent to one digit; "—" for none.

    >>> percent("a", 0.98765), percent("a", None).value
    (Figure(key='a', value='98.8', unit='%', link=''), '—')
    """
    return Figure(key, "—" if value is None else f"{100 * value:.1f}",
                  "" if value is None else "%", link)


def shown(part: Part) -> str:
    """A part as it is read.

    >>> shown(Figure("n", "3", "个")), shown("本月")
    ('3个', '本月')
    """
    return part if isinstance(part, str) else f"{part.value}{part.unit}"


def figures(sections: Sequence[Section]) -> Iterator[Figure]:
    """All figures of a report, in their order."""
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Text):
                yield from (one for one in block.parts if isinstance(one, Figure))
            elif isinstance(block, Table):
                yield from (one for row in block.rows for one in row if isinstance(one, Figure))


def to_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Sections as plain JSON."""
    return [{"key": one.key, "title": one.title, "passage": one.passage,
             "blocks": [_block(block) for block in one.blocks]} for one in sections]


def from_json(data: Sequence[Mapping[str, Any]]) -> list[Section]:
    """Back from what ``to_json`` gave."""
    return [Section(one["key"], one["title"], tuple(_unblock(block) for block in one["blocks"]),
                    one.get("passage", "")) for one in data]


def _part(part: Part) -> Any:
    return part if isinstance(part, str) else {
        "k": part.key, "v": part.value, "u": part.unit, "l": part.link}


def _unpart(data: Any) -> Part:
    return data if isinstance(data, str) else Figure(data["k"], data["v"], data["u"], data["l"])


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"type": "text", "parts": [_part(one) for one in block.parts]}
    if isinstance(block, Table):
        return {"type": "table", "title": block.title, "heads": list(block.heads),
                "rows": [[_part(one) for one in row] for row in block.rows],
                "numeric": list(block.numeric)}
    return {"type": "chart", "key": block.key, "kind": block.kind, "title": block.title,
            "unit": block.unit, "x": list(block.x), "limit": block.limit,
            "series": [[name, list(values)] for name, values in block.series],
            "bands": [list(one) for one in block.bands]}


def _unblock(data: Mapping[str, Any]) -> Block:
    if data["type"] == "text":
        return Text(tuple(_unpart(one) for one in data["parts"]))
    if data["type"] == "table":
        return Table(data["title"], tuple(data["heads"]),
                     tuple(tuple(_unpart(one) for one in row) for row in data["rows"]),
                     tuple(data["numeric"]))
    return Chart(data["key"], data["kind"], data["title"], data["unit"], tuple(data["x"]),
                 tuple((name, tuple(values)) for name, values in data["series"]), data["limit"],
                 tuple((one[0], one[1]) for one in data["bands"]))
