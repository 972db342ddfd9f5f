"""What the environment may say, read once; a wrong value stops the start with a sentence."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from qingyuan.kernel.places import Places

DEFAULT_DATA = "var"
# The page size counts only for a database that is being made (figures in decision 0004). Intake
# checkpoints more often than the others, so that no page's request has to do it.
SQLITE_START = (
    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
    "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; PRAGMA wal_autocheckpoint=16000;"
)


def places() -> Places:
    """The data directory (``QINGYUAN_DATA``, default ``var``), created when absent."""
    root = Path(os.environ.get("QINGYUAN_DATA") or DEFAULT_DATA).expanduser().absolute()
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"QINGYUAN_DATA={root} cannot be used as data directory: {error.strerror}"
        ) from error
    return Places(root)


def secret_key(where: Places) -> str:
    """``QINGYUAN_SECRET_KEY``, else the content of ``secret.key``, made on the first start."""
    given = os.environ.get("QINGYUAN_SECRET_KEY", "")
    if given:
        return _long_enough(given, "QINGYUAN_SECRET_KEY")
    try:
        # O_EXCL: of several processes that start together exactly one makes the key.
        handle = os.open(where.secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _long_enough(_settled(where.secret), str(where.secret))
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


def _settled(path: Path) -> str:
    """The key another process has just made: its file exists a moment before its content."""
    import time

    for _ in range(100):
        text = path.read_text().strip()
        if text:
            return text
        time.sleep(0.02)
    return ""


def _long_enough(key: str, where: str) -> str:
    if len(key) < 32:
        raise ImproperlyConfigured(f"{where} holds a key of {len(key)} characters; give 32 or more")
    return key


def database(where: Places) -> dict[str, object]:
    """Django's DATABASES entry: PostgreSQL by ``DATABASE_URL``, else SQLite in the data directory.

    >>> database_of("postgresql://u:p%40@db:5433/qy?sslmode=require", Places(Path("x")))["PASSWORD"]
    'p@'
    """
    return database_of(os.environ.get("DATABASE_URL", ""), where)


def database_of(url: str, where: Places) -> dict[str, object]:
    """Translate one URL; ``""`` is the embedded database. Other schemes are refused."""
    if not url:
        return {
            "ENGINE": "qingyuan.project.sqlite",
            "NAME": str(where.database),
            "OPTIONS": {
                "timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_START,
            },
        }
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Neither the address nor the reason is repeated: a part of the password may stand in both.
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read (port no number below 65536, or / : @ [ ] in the password "
            "not written as %XX); write postgresql://user:password@host:5432/name"
        ) from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {parts.scheme!r}; write postgresql://user:password@host/name"
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database; write postgresql://host/name")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def whole(
    name: str, default: int, low: int, high: int, env: Mapping[str, str] | None = None
) -> int:
    """An integer setting within its bounds.

    >>> whole("QINGYUAN_REALTIME_DAYS", 90, 1, 36500, {})
    90
    """
    text = (os.environ if env is None else env).get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 18 or not low <= int(text) <= high:
        raise ImproperlyConfigured(f"{name}={text!r}: give a whole number from {low} to {high}")
    return int(text)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated setting."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def yes(name: str) -> bool:
    """A switch: ``1`` or ``0``; anything else stops the start."""
    text = os.environ.get(name, "0") or "0"
    if text not in ("0", "1"):
        raise ImproperlyConfigured(f"{name}={text!r}: write 1 for yes or 0 for no")
    return text == "1"


def address(name: str, default: str) -> str:
    """The http address of a local port; a bare port number is taken for one on this machine."""
    text = os.environ.get(name) or default
    if text.isdecimal() and len(text) < 6 and 0 < int(text) < 65_536:
        return f"http://127.0.0.1:{text}"
    try:
        parts = urlsplit(text)
        usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number below 65536
        usable = False
    if not usable:
        raise ImproperlyConfigured(f"{name}={text!r}: write http://127.0.0.1:PORT")
    return text.rstrip("/")
