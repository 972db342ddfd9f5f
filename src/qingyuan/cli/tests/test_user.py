"""First accounts from the machine itself."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def run(tmp_path, settled):
    settled(tmp_path)
    environment = {**os.environ, "QINGYUAN_DATA": str(tmp_path), "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def user(*words, **more):
        return subprocess.run([sys.executable, "-m", "qingyuan", "user", *words], text=True,
                              env={**environment, **more}, capture_output=True, timeout=120,
                              check=False)

    return user


def test_the_first_account_gets_a_password_of_its_own_and_works_for_the_only_unit(run):
    done = run("add", "chief", "--role", "manager", "--display", "示例负责人")
    assert done.returncode == 0, done.stderr
    name, password = done.stdout.split()
    assert name == "chief"
    assert len(password) >= 12
    run("add", "field", "--role", "engineer", QINGYUAN_NEW_PASSWORD="from-the-environment")
    rows = json.loads(run("list", "--json").stdout)
    assert [(r["account"], r["role"], r["active"]) for r in rows] == [
        ("chief", "manager", True), ("field", "engineer", True)]
    assert len({r["organisation"] for r in rows}) == 1


@pytest.mark.parametrize(("words", "says"), [
    (("add", "chief", "--role", "boss"), "unknown role 'boss'"),
    (("add", "chief", "--role", "manager"), "already"),
])
def test_what_cannot_be_done_says_so(run, words, says):
    run("add", "chief", "--role", "manager")
    done = run(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
