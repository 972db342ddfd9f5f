"""``qingyuan manage``: Django's own management commands on an installation."""

import os
from pathlib import Path

from .installation import opened


def run(argv: list[str]) -> int:
    """``qingyuan manage [--data DIR] COMMAND …``."""
    data = None
    if argv[:1] == ["--data"] and len(argv) > 1:
        data, argv = Path(argv[1]), argv[2:]
    opened(data, migrate=False)
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qingyuan.project.settings")
    execute_from_command_line(["qingyuan manage", *argv])
    return 0
