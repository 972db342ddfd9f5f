"""Opening an installation from the command line; wrong settings become a sentence and status 2."""

import os
from pathlib import Path

from qingyuan.kernel.places import Places

from . import BadInput


def opened(data: Path | None, *, migrate: bool = True) -> Places:
    """Load Django on a data directory (default: QINGYUAN_DATA, else ``var``), bring its schema up
    to date, and say where things lie."""
    os.umask(0o077)  # the database holds passwords of loggers; the spool's directory is private too
    from qingyuan.project.setup import BadSetting, configure, prepare

    try:
        configure(data or Path(os.environ.get("QINGYUAN_DATA") or "var"))
        if migrate:
            prepare()
    except BadSetting as error:
        raise BadInput(str(error)) from None
    from django.conf import settings

    return settings.PLACES
