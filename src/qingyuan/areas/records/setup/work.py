"""Working off an upload: in the request when it is short, else by the worker."""

import logging
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.assets import setup_book, setup_run
from qingyuan.areas.assets.workbook import SheetError
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.records.importing import Papers

from . import SHEETS, store

SHORT = 150  # lines that a request works off by itself
log = logging.getLogger(__name__)


def begin(scope: Scope, one: store.Upload, *, keep: bool) -> store.Upload:
    """Try an upload's lines, or take them over: now when they are few, else by the worker. One that
    is being worked on, or was taken over already, stays as it is."""
    lines = setup_book.read(one.book, SHEETS)
    with store.claimed(one) as mine:
        if mine is None or mine.keep:
            return one
        waiting = store.save(
            mine, keep=keep, state=store.WAITING, done=0, total=len(lines), error="")
        return _tried(scope, waiting) if len(lines) <= SHORT else waiting


def run(scope: Scope, one: store.Upload) -> store.Upload:
    """Work off an upload in the name of a scope and write its report."""
    running = store.save(one, state=store.RUNNING)
    state = {"one": running}

    def progress(done: int, total: int) -> None:
        state["one"] = store.save(state["one"], done=done, total=total)

    papers = Papers()
    for name, content in one.papers():
        papers.add(name, content)
    report = setup_run.run(scope, SHEETS, setup_book.read(one.book, SHEETS), keep=one.keep,
                           papers=papers, progress=progress)
    store.write_report(one, report)
    return store.save(state["one"], state=store.DONE)


def due() -> str:
    """Work off what waits; what a worker that died left running is begun again, which changes
    nothing where it had been."""
    swept = store.sweep()
    done = 0
    for one in store.every():
        if one.state not in (store.WAITING, store.RUNNING):
            continue
        with store.claimed(one) as mine:
            if mine is not None and mine.state in (store.WAITING, store.RUNNING):
                _tried(store.scope_of(mine), mine)
                done += 1
    return ", ".join(text for text, n in ((f"{done} uploads", done), (f"{swept} removed", swept))
                     if n)


def _tried(scope: Scope | None, one: store.Upload) -> store.Upload:
    if scope is None:
        return store.save(
            one, state=store.FAILED, error=_("上传的人已没有这个角色，请重新上传"))
    try:
        return run(scope, one)
    except SheetError as error:
        return store.save(one, state=store.FAILED, error=str(error))
    except Exception:
        # The next upload must not wait for this one for ever; the log has the trace.
        log.exception("set-up %s", one.id)
        return store.save(one, state=store.FAILED, error=_(
            "导入时出错，已导入的部分有效；请联系系统管理员"))


def summary(report: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each sheet of the report: lines, those that would do something, those that are there
    already, those refused."""
    rows = []
    for sheet in SHEETS:
        own = [entry for entry in report if entry["sheet"] == sheet.title]
        if own:
            bad = sum(bool(entry["errors"]) for entry in own)
            new = sum(bool(entry["done"]) for entry in own)
            rows.append({"title": sheet.title, "lines": len(own), "new": new, "bad": bad,
                         "same": len(own) - new - bad})
    return rows
