"""An installation starts from nothing, refuses wrong settings with a sentence, says how it is."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from qingyuan.kernel.places import Places
from qingyuan.project import config, heartbeat


@pytest.mark.parametrize(("url", "engine", "name"), [
    ("", "qingyuan.project.sqlite", "x/qingyuan.sqlite"),
    ("postgresql://u:p@db:5433/qy", "django.db.backends.postgresql", "qy"),
    ("postgresql://u@/qy?host=/run/pg", "django.db.backends.postgresql", "qy"),
])
def test_the_database_by_its_url(url, engine, name):
    found = config.database_of(url, Places(Path("x")))
    assert (found["ENGINE"], found["NAME"]) == (engine, name)


@pytest.mark.parametrize(("url", "sentence"), [
    ("mysql://db/qy", "write postgresql://"), ("postgresql://db", "names no database"),
    ("qingyuan.db", "write postgresql://"),
    ("postgresql://u:secret@db:54x2/qy", "cannot be read .*host:5432/name"),
    ("postgresql://u:secret@db:99999/qy", "cannot be read"),
    ("postgresql://u:secret/x@db/qy", "cannot be read"), ("postgresql://[::1/qy", "cannot be read"),
])
def test_another_database_is_refused(url, sentence):
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        config.database_of(url, Places(Path("x")))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["0", "ninety", "-3", "99999999", "9" * 5000])
def test_a_number_out_of_bounds_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="from 1 to 36500"):
        config.whole("QINGYUAN_REALTIME_DAYS", 90, 1, 36_500, {"QINGYUAN_REALTIME_DAYS": text})


def test_the_secret_key_is_made_once_and_private(tmp_path):
    key = config.secret_key(Places(tmp_path))
    assert config.secret_key(Places(tmp_path)) == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("processes", [4])
def test_processes_that_start_together_agree_on_the_key(tmp_path, processes):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(config.secret_key(Places(tmp_path))))
        for _ in range(processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == processes
    assert len(set(found)) == 1


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    return {**kept, "QINGYUAN_DATA": str(data), **more}


@pytest.mark.one_database
@pytest.mark.parametrize(("setting", "value", "sentence"), [
    ("QINGYUAN_SECRET_KEY", "short", "give 32 or more"),
    ("DATABASE_URL", "mysql://db/qy", "write postgresql://"),
    ("QINGYUAN_HTTPS", "maybe", "write 1 for yes or 0 for no"),
    ("DATABASE_URL", "postgresql://u:p@db:54x2/qy", "DATABASE_URL cannot be read"),
    ("QINGYUAN_GATEWAY_HTTP", "nowhere", "write http://127.0.0.1:PORT"),
    ("QINGYUAN_GATEWAY_HTTP", "http://127.0.0.1:92x3", "write http://127.0.0.1:PORT"),
    ("DATABASE_URL", "postgresql://127.0.0.1:1/qy", "the database cannot be used"),
])
def test_a_wrong_setting_ends_with_status_2_and_a_sentence(tmp_path, setting, value, sentence):
    done = subprocess.run(
        [sys.executable, "-m", "qingyuan", "station", "list"], text=True, capture_output=True,
        env=environment(tmp_path, **{setting: value}), timeout=60, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.one_database
def test_two_processes_prepare_an_empty_directory_at_once(tmp_path):
    code = ("from qingyuan.project.setup import prepare; prepare();"
            "from qingyuan.areas.telemetry.models import Factor; print(Factor.objects.count())")
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=environment(tmp_path), text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert said[0][0] == said[1][0]
    assert int(said[0][0]) > 300
    assert json.loads((tmp_path / "registry.json").read_text())["stations"] == []


@pytest.mark.one_database
@pytest.mark.django_db
def test_what_holds_passwords_is_for_its_owner_alone(tmp_path):
    environment = {**os.environ, "QINGYUAN_DATA": str(tmp_path), "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "qingyuan", "station", "add", "010000A8900016F000169D09",
         "--password", "123456", "--kind", "gas", "--name", "1 号排口"],
        env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    from qingyuan.spool.commands import CommandBox

    CommandBox(tmp_path / "commands.sqlite").close()
    for name in ("qingyuan.sqlite", "commands.sqlite", "registry.json", "secret.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name


def test_the_suite_runs_on_the_database_it_is_told():
    from django.db import connection

    wanted = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    assert connection.vendor == wanted


@pytest.mark.django_db
def test_measurements_are_clustered_by_their_key():
    from django.db import connection

    table = "telemetry_minutereading"
    ask = {
        "sqlite": f"SELECT sql FROM sqlite_master WHERE name = '{table}'",
        "postgresql": f"SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'",
    }
    ends = {
        "sqlite": 'PRIMARY KEY ("point_id", "time", "shape_id")) WITHOUT ROWID',
        "postgresql": 'USING btree (point_id, "time", shape_id)',
    }
    with connection.cursor() as cursor:
        cursor.execute(ask[connection.vendor])
        [(said,)] = cursor.fetchall()  # one index: the key
        found = connection.introspection.get_constraints(cursor, table)
    assert said.endswith(ends[connection.vendor])
    assert [one for one in found.values() if one["index"] and not one["primary_key"]] == []


def test_a_heartbeat_is_young_and_its_process_alive(tmp_path):
    where = Places(tmp_path)
    assert not heartbeat.alive(where, "intake")
    heartbeat.beat(where, "intake")
    assert heartbeat.alive(where, "intake")
    assert not heartbeat.alive(where, "intake", now=time.time() + heartbeat.FRESH + 1)
    sign = tmp_path / "run" / "intake.json"
    sign.write_text(json.dumps({"pid": 2**22 + 1, "at": time.time()}))
    assert not heartbeat.alive(where, "intake")


def test_a_heart_stops_and_takes_its_sign_with_it(tmp_path):
    heart = heartbeat.Heart(Places(tmp_path), "work")
    heart.start()
    for _ in range(100):
        if heartbeat.alive(Places(tmp_path), "work"):
            break
        time.sleep(0.02)
    assert heartbeat.alive(Places(tmp_path), "work")
    heart.stop()
    assert not heartbeat.alive(Places(tmp_path), "work")


def test_a_heart_outlives_a_full_disk_and_pauses_while_its_process_cannot_work(tmp_path):
    where, well = Places(tmp_path), threading.Event()
    (tmp_path / "run").write_text("")  # no directory can be made there, as on a full disk
    well.set()
    heart = heartbeat.Heart(where, "intake", well.is_set)
    heart.start()
    time.sleep(0.2)
    (tmp_path / "run").unlink()
    wait_for(lambda: heartbeat.alive(where, "intake"))
    well.clear()
    time.sleep(1.2)
    before = (tmp_path / "run" / "intake.json").read_text()
    time.sleep(1.2)
    assert (tmp_path / "run" / "intake.json").read_text() == before
    heart.stop()


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args):
        """Keep the test's output to itself."""


@pytest.mark.django_db
def test_healthz_names_what_is_missing(client, places, monkeypatch):
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(settings, "GATEWAY_HTTP", f"http://127.0.0.1:{server.server_port}")
    try:
        for name in ("web", "intake"):
            heartbeat.beat(places, name)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["work"])
        heartbeat.beat(places, "work")
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["ok"]) == (200, True)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert client.get("/healthz").json()["missing"] == ["gateway"]


@pytest.mark.django_db
def test_a_body_that_is_too_long_is_refused_before_it_is_read(client, cast):
    def sent(size: int) -> int:
        return client.get("/sign-in/", CONTENT_LENGTH=str(size)).status_code

    assert sent(1 << 20) != 413
    assert sent((1 << 20) + 1) == sent(1 << 40) == 413
    client.force_login(cast.engineer.user)
    assert sent(150 << 20) != 413
    assert sent(300 << 20) == 413


@pytest.mark.django_db
def test_every_answer_carries_the_headers(client):
    answer = client.get("/sign-in/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_model_has_changed_without_a_migration(db):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
