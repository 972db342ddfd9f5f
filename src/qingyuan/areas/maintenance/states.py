"""The life of a task: what may be done in which state, and the state that follows."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.ui.states import state as state_word

from .models import Task, TaskState

S = TaskState
# (state, verb) -> state. "finish" leads to DONE when it was the last sheet, else to what stands
# here; a refused cancel leads back to the state before. A finish is a fact of a record: it counts
# even where the task was cancelled or withdrawn meanwhile.
LIFE: dict[tuple[str, str], str] = {
    (S.OPEN, "claim"): S.ASSIGNED,
    (S.OPEN, "assign"): S.ASSIGNED,
    (S.ASSIGNED, "assign"): S.ASSIGNED,
    (S.ASSIGNED, "transfer"): S.ASSIGNED,
    (S.UNDER_WAY, "transfer"): S.UNDER_WAY,
    (S.OPEN, "help"): S.OPEN,
    (S.ASSIGNED, "help"): S.ASSIGNED,
    (S.UNDER_WAY, "help"): S.UNDER_WAY,
    (S.OPEN, "move"): S.OPEN,
    (S.ASSIGNED, "move"): S.ASSIGNED,
    (S.OPEN, "ask_cancel"): S.CANCEL_ASKED,
    (S.ASSIGNED, "ask_cancel"): S.CANCEL_ASKED,
    (S.UNDER_WAY, "ask_cancel"): S.CANCEL_ASKED,
    (S.CANCEL_ASKED, "approve_cancel"): S.CANCELLED,
    (S.CANCEL_ASKED, "refuse_cancel"): S.ASSIGNED,
    (S.OPEN, "begin"): S.UNDER_WAY,
    (S.ASSIGNED, "begin"): S.UNDER_WAY,
    (S.UNDER_WAY, "begin"): S.UNDER_WAY,
    (S.UNDER_WAY, "end_visit"): S.DONE,
    (S.OPEN, "finish"): S.UNDER_WAY,
    (S.ASSIGNED, "finish"): S.UNDER_WAY,
    (S.UNDER_WAY, "finish"): S.UNDER_WAY,
    (S.CANCEL_ASKED, "finish"): S.CANCEL_ASKED,
    (S.CANCELLED, "finish"): S.UNDER_WAY,
    (S.WITHDRAWN, "finish"): S.UNDER_WAY,
    (S.DONE, "finish"): S.DONE,
    (S.DONE, "reopen"): S.UNDER_WAY,
    (S.ASSIGNED, "reopen"): S.UNDER_WAY,
    (S.WITHDRAWN, "reopen"): S.WITHDRAWN,
    (S.UNDER_WAY, "reopen"): S.UNDER_WAY,
    (S.CANCEL_ASKED, "reopen"): S.CANCEL_ASKED,
    (S.CANCELLED, "reopen"): S.CANCELLED,
}
STANDING = (S.OPEN, S.ASSIGNED, S.UNDER_WAY, S.CANCEL_ASKED)
"""States in which the work is still to be done."""


def may(task: Task, verb: str) -> bool:
    """Whether the state allows the verb."""
    return (task.state, verb) in LIFE


def following(task: Task, verb: str) -> str:
    """The state after a verb; ValidationError in words where the state does not allow it."""
    if not may(task, verb):
        raise ValidationError(_("任务%s，不能进行该操作") % state_word("task", task.state).label)
    return LIFE[task.state, verb]
