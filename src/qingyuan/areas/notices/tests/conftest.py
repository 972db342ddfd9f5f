"""Endpoints with real sockets: a mail server, and a web server that answers as robots do."""

import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from qingyuan.areas.notices.dispatch import Dispatcher

EVENING = 1_795_446_000_000  # 2026-11-23 23:00 in China


class _Mail(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client says."""

    def handle(self) -> None:
        box, to = self.server.box, ""
        self.say("220 sink")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
                self.say("550 no such user" if to.startswith("nobody") else "250 ok")
            elif word == b"DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                box.append((to, b"".join(lines)))
                self.say("250 taken")
                if self.server.one_each:
                    return
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, block_on_close = True, True, False
    one_each = False  # whether a connection ends after one mail


class _Web(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.box.append(SimpleNamespace(path=self.path, headers=self.headers, raw=body,
                                               body=json.loads(body)))
        status, answer = self.server.answers.get(
            self.path.partition("?")[0], (200, {"errcode": 0, "errmsg": "ok"}))
        said = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_args) -> None:
        return


def _serving(server):
    server.box, server.answers = [], {}
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    return server


@pytest.fixture
def mail_sink(settings):
    """The installation's mail server; ``box`` holds (recipient, bytes)."""
    server = _serving(_Server(("127.0.0.1", 0), _Mail))
    settings.SMTP = {"host": "127.0.0.1", "port": server.server_address[1], "tls": "", "user": "",
                     "password": "", "sender": "platform@example.com"}
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def web_sink(settings):
    """A web server on this machine: ``box`` holds what came, ``answers`` what it says by path."""
    settings.WEBHOOK_NETWORKS = "any"
    server = _serving(ThreadingHTTPServer(("127.0.0.1", 0), _Web))
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def closed_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def sending(db):
    """A dispatcher with a clock of its own: ``sending()`` sends all that is due, ``sending(60)``
    so many seconds later."""
    clock = SimpleNamespace(now=EVENING)
    one = Dispatcher(lambda: clock.now)

    def drain(later: float = 0) -> str:
        clock.now += round(later * 1000)
        said = []
        while True:
            said.append(one.tick(5))
            if not one._busy and not said[-1]:
                return ", ".join(filter(None, said))

    drain.clock, drain.dispatcher = clock, one
    yield drain
    one.close()
