"""What a page sends as answers of a form: every input is named by its answer's path.

``section.field``, ``section.block.field``, ``section.table.2.field`` (rows from 1). Of compound
answers the parts follow: ``path.mark``, ``.note``, ``.handling``, ``.order``, ``.photos`` of an
item, ``path.name``, ``.at``, ``.sha256`` of a signature, ``path.upload`` of a photo; ``open`` names
each block that is filled in. A photo that was chosen before comes back as the digest of its bytes
and its name, or as JSON with place and time.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from qingyuan.forms import Field, Form, Section, Setting, Table, from_text
from qingyuan.forms.definition import visible
from qingyuan.forms.values import is_blank
from qingyuan.kernel.clock import CST

Cells = dict[str, Any]
_ITEM = ("mark", "note", "handling")


def answers_of(
    form: Form, setting: Setting, sent: QueryDict, files: MultiValueDict[str, UploadedFile]
) -> Cells:
    """The answers of the sections, blocks and questions that the setting shows; computed values,
    and inputs that are no question of the form, are not read."""
    reader = _Reader(setting, sent, files)
    return {section.name: reader.section(section) for section in form.sections
            if section.applies(setting)}


def shortened(answers: Cells, form: Form) -> Cells:
    """The answers without the empty rows at a table's end, which were only offered."""
    for section in form.sections:
        cells = answers.get(section.name, {})
        for group in cells.values() if section.blocks else [cells]:
            for table in section.tables:
                rows = group.get(table.name, [])
                while rows and all(is_blank(value) for value in rows[-1].values()):
                    rows.pop()
    return answers


def as_sent(form: Form, answers: Cells) -> Iterator[tuple[str, str]]:
    """The inputs that say these answers; what ``answers_of`` reads, backwards."""
    for section in form.sections:
        cells = answers.get(section.name, {})
        if not section.blocks:
            yield from _group_sent(section, section.name, cells)
            continue
        for block in section.blocks:
            if block.name in cells:
                path = f"{section.name}.{block.name}"
                yield "open", path
                yield from _group_sent(section, path, cells[block.name])


def attached(text: str) -> Cells:
    """An attachment by the digest and name that a page sends back.

    >>> attached("ab12 站房.jpg"), attached("ab12")
    ({'sha256': 'ab12', 'name': '站房.jpg'}, {'sha256': 'ab12'})
    """
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            return {"sha256": text}
        return found if isinstance(found, dict) else {"sha256": text}
    digest, _blank, name = text.partition(" ")
    return {"sha256": digest, "name": name} if name else {"sha256": digest}


def attachment_text(one: Cells) -> str:
    """An attachment as a page sends it back; what ``attached`` reads, backwards.

    >>> attachment_text({"sha256": "ab12"}), attached(attachment_text({"sha256": "a", "lat": 43.8}))
    ('ab12', {'sha256': 'a', 'lat': 43.8})
    """
    if set(one) <= {"sha256", "name"}:
        return f"{one.get('sha256', '')} {one.get('name', '')}".strip()
    return json.dumps(one, ensure_ascii=False)


class _Reader:
    def __init__(
        self, setting: Setting, sent: QueryDict, files: MultiValueDict[str, UploadedFile]
    ) -> None:
        self.setting, self.sent, self.files = setting, sent, files
        self.open = set(sent.getlist("open"))

    def section(self, section: Section) -> Cells:
        if not section.blocks:
            return self._group(section, section.name)
        paths = {b.name: f"{section.name}.{b.name}" for b in section.blocks_for(self.setting)}
        return {name: self._group(section, path) for name, path in paths.items()
                if path in self.open}

    def _group(self, section: Section, path: str) -> Cells:
        cells = self._fields(section.fields, path)
        for table in section.tables:
            rows = self._rows(table, f"{path}.{table.name}")
            if rows:
                cells[table.name] = rows
        return cells

    def _rows(self, table: Table, path: str) -> list[Cells]:
        numbers = {name[len(path) + 1:].partition(".")[0]
                   for names in (self.sent, self.files) for name in names
                   if name.startswith(f"{path}.")}
        kept = sorted(int(n) for n in numbers if n.isdecimal() and len(n) < 4)
        # one more than allowed, so that validation can say so
        return [self._fields(table.fields, f"{path}.{n}") for n in kept[:table.most + 1]]

    def _fields(self, fields: Iterable[Field], path: str) -> Cells:
        found = {}
        for one in visible(fields, self.setting):
            if one.computed is None:
                given = self._field(one, f"{path}.{one.name}")
                if not is_blank(given):
                    found[one.name] = given
        return found

    def _field(self, one: Field, path: str) -> Any:
        sent = self.sent
        if one.type == "check":
            item: Cells = {key: text for key in _ITEM
                           if (text := sent.get(f"{path}.{key}", "").strip())}
            if item and sent.get(f"{path}.order"):
                item["order"] = True
            photos = [attached(text) for text in sent.getlist(f"{path}.photos") if text]
            return {**item, "photos": photos} if photos else item
        if one.type == "signature":
            name = sent.get(f"{path}.name", "").strip()
            now = timezone.now().astimezone(CST).isoformat(timespec="minutes")[:16]
            digest = sent.get(f"{path}.sha256", "")
            drawn = {"sha256": digest} if digest else {}
            # One drawn before the name is typed is kept; validation asks for the name.
            signed = {"name": name, "at": sent.get(f"{path}.at") or now, **drawn}
            return signed if name or digest else None
        if one.type in ("photo", "file"):
            before = [attached(text) for text in sent.getlist(path) if text]
            return [*before, *map(_digested, self.files.getlist(f"{path}.upload"))]
        if one.type == "choices":
            return sent.getlist(path)
        return from_text(one, sent.get(path, ""))


def _digested(file: UploadedFile) -> Cells:
    """A file by its bytes; the bytes themselves are not kept."""
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return {"sha256": digest.hexdigest(), "name": (file.name or "")[:64]}


def _group_sent(section: Section, path: str, cells: Cells) -> Iterator[tuple[str, str]]:
    yield from _fields_sent(section.fields, path, cells)
    for table in section.tables:
        for place, row in enumerate(cells.get(table.name, []), 1):
            yield from _fields_sent(table.fields, f"{path}.{table.name}.{place}", row)


def _fields_sent(
    fields: Iterable[Field], path: str, cells: Cells
) -> Iterator[tuple[str, str]]:
    for one in fields:
        given = cells.get(one.name)
        name = f"{path}.{one.name}"
        if one.computed is not None or is_blank(given):
            continue
        if one.type in ("photo", "file"):
            yield from ((name, attachment_text(a)) for a in given)
        elif isinstance(given, dict) and one.type in ("check", "signature"):
            yield from ((f"{name}.photos", attachment_text(a)) for a in given.get("photos", []))
            yield from ((f"{name}.{key}", _text(value)) for key, value in given.items()
                        if value and key != "photos")
        elif isinstance(given, list):
            yield from ((name, text) for text in given)
        else:
            yield name, _text(given["text"] if isinstance(given, dict) else given)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
