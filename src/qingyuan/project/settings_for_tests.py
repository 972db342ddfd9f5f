"""The same settings on a throw-away data directory; both databases by ``DATABASE_URL``."""

import atexit
import os
import shutil
import tempfile

if "QINGYUAN_TEST_DATA" not in os.environ:
    os.environ["QINGYUAN_TEST_DATA"] = tempfile.mkdtemp(prefix="qingyuan-test-")
    atexit.register(shutil.rmtree, os.environ["QINGYUAN_TEST_DATA"], ignore_errors=True)
os.environ["QINGYUAN_DATA"] = os.environ.pop("QINGYUAN_TEST_DATA")

from qingyuan.project.settings import *  # noqa: F403

# Argon2 takes its time on purpose; the cast of every test signs in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
# Every client of a test would list all static files at its start; this way they are looked up when
# one is asked for.
WHITENOISE_AUTOREFRESH = True
