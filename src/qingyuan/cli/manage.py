"""``qingyuan manage``: Django's own management commands on an installation."""

import os
from pathlib import Path

from . import BadInput
from .installation import opened


def run(argv: list[str]) -> int:
    """``qingyuan manage [--data DIR] COMMAND …``. 2 for a command that does not exist or refuses
    what it was given, otherwise the command's own status."""
    data = None
    if argv[:1] == ["--data"] and len(argv) > 1:
        data, argv = Path(argv[1]), argv[2:]
    opened(data, migrate=False)
    from django.core.management import CommandError, execute_from_command_line, get_commands

    if argv and not argv[0].startswith("-") and argv[0] not in {*get_commands(), "help", "version"}:
        raise BadInput(f"there is no management command {argv[0]!r}; qingyuan manage help "
                       "lists them")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingyuan.project.settings")
    try:
        execute_from_command_line(["qingyuan manage", *argv])
    except CommandError as error:  # raised when --traceback was asked for
        raise BadInput(str(error)) from error
    except SystemExit as end:
        # Django prints a CommandError and leaves with 1, as a command may do for its own reasons.
        if isinstance(end.__context__, CommandError):
            return 2
        raise
    return 0
