"""``qingyuan hj212 decode`` and ``encode`` as somebody at a shell meets them."""

import json
import resource
import subprocess
import sys

import pytest

from qingyuan import hj212
from qingyuan.cli import main

SEGMENT = (b"QN=20160801085857223;ST=32;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=9;"
           b"CP=&&DataTime=20160801084000;w01018-Avg=120.3,w01018-Flag=N&&")
FRAME = hj212.frame(SEGMENT)
KEY = "30" * 16


def run(*args, stdin=b"", code=None):
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "qingyuan"]
    return subprocess.run([*command, *args], input=stdin, capture_output=True, check=False)


def rows(output):
    return [json.loads(line) for line in output.splitlines()]


def changed(row):
    return {key: row[key] for key in row if key not in ("offset", "length", "warnings")}


@pytest.mark.parametrize("name", [[], ["-"], ["FILE"]])
def test_decode_reads_standard_input_or_a_file(tmp_path, name):
    (tmp_path / "packets").write_bytes(b"Hour" + FRAME + b"##0100QN=1")
    names = [str(tmp_path / "packets") if each == "FILE" else each for each in name]
    done = run("hj212", "decode", *names, stdin=(tmp_path / "packets").read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    lines = rows(done.stdout)
    assert [line.get("error", "ok") for line in lines] == ["noise", "ok", "length"]
    assert lines[0] == {"ok": False, "offset": 0, "length": 4, "error": "noise",
                        "detail": "4 bytes that begin no frame", "raw": b"Hour".hex()}
    assert lines[1]["factors"] == {"w01018": {"Avg": "120.3", "Flag": "N"}}


def test_an_empty_input_gives_no_line():
    done = run("hj212", "decode")
    assert (done.returncode, done.stdout) == (0, b"")


def test_packets_appear_while_the_pipe_is_open():
    command = [sys.executable, "-m", "qingyuan", "hj212", "decode"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(FRAME)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["ok"]
        process.stdin.close()
        assert process.wait(20) == 0


def test_the_cap_is_an_option(capfdbinary, tmp_path):
    (tmp_path / "p").write_bytes(FRAME)
    assert main(["hj212", "decode", "--max-length", "100", str(tmp_path / "p")]) == 0
    assert rows(capfdbinary.readouterr().out)[0]["error"] == "noise"


@pytest.mark.parametrize(("arguments", "message"), [
    (["decode", "/nowhere/packets"], "/nowhere/packets: No such file or directory"),
    (["encode", "/nowhere/packets"], "/nowhere/packets: No such file or directory"),
    (["decode", "/"], "/: Is a directory"),
    (["decode", "--sm4-key", "3030"], "--sm4-key: an SM4 key is 32 hex digits"),
    (["encode", "--sm4-key", "x"], "--sm4-key: an SM4 key is 32 hex digits"),
    (["decode", "--max-length", "0"], "--max-length is a number from 1 to 9999"),
    (["decode", "--max-length", "many"], "invalid int value"),
    (["decode", "--nonsense"], "unrecognized arguments"),
    (["nonsense"], "unknown verb 'nonsense'"),
])
def test_bad_input_is_status_2_with_a_message(arguments, message):
    done = run("hj212", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr.decode()


@pytest.mark.parametrize("arguments", [["hj212"], ["hj212", "--help"], ["hj212", "decode", "-h"]])
def test_help_is_status_0(arguments):
    done = run(*arguments)
    assert done.returncode == 0
    assert b"decode" in done.stdout


def test_encode_gives_the_frames_back():
    stream = b"Hour" + FRAME + FRAME[:-6] + b"0000\r\n" + FRAME
    lines = run("hj212", "decode", stdin=stream).stdout
    done = run("hj212", "encode", stdin=lines)
    assert (done.returncode, done.stdout) == (0, stream)


def test_encode_names_the_line_it_cannot_read_and_writes_the_others():
    good = json.dumps({"cn": "9013", "st": "91", "pairs": []}).encode()
    stdin = b"\n".join([good, b"{", b"5", b'{"ok": false}', b"", b'{"cn": 5}', good])
    done = run("hj212", "encode", stdin=stdin)
    assert done.returncode == 2
    assert done.stdout == hj212.frame(b"ST=91;CN=9013;CP=&&&&") * 2
    messages = done.stderr.decode().splitlines()
    assert [message.split(": ")[1] for message in messages] == [f"line {n}" for n in (2, 3, 4, 6)]


def test_encrypted_both_ways():
    plain = rows(run("hj212", "decode", stdin=FRAME).stdout)
    line = json.dumps(plain[0]).encode()
    sent = run("hj212", "encode", "--sm4-key", KEY, stdin=line).stdout
    assert (len(sent), sent[-6:], b"w01018" in sent) == (len(FRAME), FRAME[-6:], False)
    opened = rows(run("hj212", "decode", "--sm4-key", KEY, stdin=sent).stdout)
    assert list(map(changed, opened)) == list(map(changed, plain))
    assert rows(run("hj212", "decode", stdin=sent).stdout)[0]["error"] == "crc"


def test_decode_imports_neither_django_nor_a_cipher_nor_a_loop():
    code = (
        "import sys; from qingyuan.cli import main; main(['hj212', 'decode', '/dev/null']);"
        "print({'django', 'cryptography', 'asyncio', 'sqlite3'} & set(sys.modules))"
    )
    assert run(code=code).stdout == b"set()\n"


def test_start_takes_less_than_a_third_of_a_second():
    """Processor time, the best of three: what another program does meanwhile does not count."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run("hj212", "decode", stdin=FRAME).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.3
