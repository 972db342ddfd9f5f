"""A version's text as a page shows it, and what changed between two: a small part of Markdown."""

import difflib
import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_ITEM = re.compile(r"\s*(?:[-*]|(\d+)[.、])\s+(.*)")
_HEAD = re.compile(r"(#{1,4})\s+(.*)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def rendered(text: str) -> SafeString:
    """Headings, lists, bold and paragraphs; everything else as it was typed, escaped.

    >>> rendered("## 步骤\\n1. 查<看>\\n2. **记**录")
    '<h3>步骤</h3><ol><li>查&lt;看&gt;</li><li><strong>记</strong>录</li></ol>'
    """
    out, kind = [], ""
    for line in text.splitlines():
        item, head = _ITEM.fullmatch(line), _HEAD.fullmatch(line)
        now = ("ol" if item[1] else "ul") if item else ""
        if now != kind:
            out += [f"</{kind}>"] * bool(kind) + [f"<{now}>"] * bool(now)
            kind = now
        if item:
            out.append(f"<li>{_inline(item[2])}</li>")
        elif head:
            level = min(len(head[1]) + 1, 5)
            out.append(f"<h{level}>{_inline(head[2])}</h{level}>")
        elif line.strip():
            out.append(f"<p>{_inline(line)}</p>")
    out += [f"</{kind}>"] * bool(kind)
    return mark_safe("".join(out))


def _inline(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", escape(text.strip()))


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """(sign, line) of the whole: "+" new, "-" gone, "" as it was.

    >>> differences("a\\nb", "a\\nc")
    [('', 'a'), ('-', 'b'), ('+', 'c')]
    """
    return [(line[0].strip(), line[2:]) for line in difflib.ndiff(
        old.splitlines(), new.splitlines()) if line[0] != "?"]
