"""What goes over the wire to each kind of endpoint, and which answers count as received."""

import base64
import email
import hashlib
import hmac
import ipaddress
import json
import socket
import threading
import time
from email import policy
from urllib.parse import parse_qs, urlsplit

import pytest

from qingyuan.areas.notices import senders
from qingyuan.areas.notices.senders import http
from qingyuan.areas.notices.senders.contract import Busy, Down, Message, Refused, Target

SAID = Message("delivery-7", "finding", "报警与发现", "二氧化硫超标\n<@all>", "1 号排口，自 14:00",
               "https://qy.example.com/findings/1/", "finding:1", True, 1_795_446_000_000,
               "示例运维有限公司")


def send(kind: str, address: str, secret: str = "", message: Message = SAID) -> None:
    one = senders.open_sender(kind)
    try:
        one.send(Target(address, secret), message)
    finally:
        one.close()


def test_webhook_is_json_with_a_signature_over_time_and_body(web_sink):
    send("webhook", f"{web_sink.url}/hook", "s3cret")
    came, = web_sink.box
    stamp = came.headers["X-Qingyuan-Timestamp"]
    digest = hmac.digest(b"s3cret", stamp.encode() + b"." + came.raw, "sha256").hex()
    assert came.headers["X-Qingyuan-Signature"] == f"sha256={digest}"
    assert abs(time.time() - int(stamp)) < 60
    assert came.headers["X-Qingyuan-Delivery"] == came.body["id"] == "delivery-7"
    assert came.body["title"].startswith("二氧化硫超标")
    assert came.body["urgent"] is True


def test_dingtalk_signs_its_address_and_cannot_be_made_to_call_everybody(web_sink):
    send("dingtalk", f"{web_sink.url}/robot?access_token=abc", "SECk")
    came, = web_sink.box
    said = {name: values[0] for name, values in parse_qs(urlsplit(came.path).query).items()}
    whole = f"{said['timestamp']}\nSECk".encode()
    assert said["sign"] == base64.b64encode(
        hmac.new(b"SECk", whole, hashlib.sha256).digest()).decode()
    assert said["access_token"] == "abc"
    assert "＜＠all＞" in came.body["markdown"]["text"]


def test_wecom_gets_markdown_within_its_bytes(web_sink):
    long = Message(**{name: getattr(SAID, name) for name in SAID.__slots__}
                   | {"items": ("超标" * 400,) * 5})
    send("wecom", f"{web_sink.url}/send?key=1", message=long)
    content = web_sink.box[0].body["markdown"]["content"]
    assert "**【紧急】二氧化硫超标 ＜＠all＞**" in content
    assert 3700 < len(content.encode()) <= 4096


@pytest.mark.parametrize(("kind", "status", "answer", "error"), [
    ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, Refused),
    ("wecom", 200, {"errcode": 45009, "errmsg": "freq out of limit"}, Busy),
    ("wecom", 200, ["ok"], Refused),
    ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, Refused),
    ("dingtalk", 200, {"errcode": 130101, "errmsg": "send too fast"}, Busy),
    ("webhook", 302, {}, Refused),
    ("webhook", 429, {}, Busy),
    ("webhook", 503, {}, Down),
])
def test_status_200_alone_is_no_receipt(web_sink, kind, status, answer, error):
    web_sink.answers["/x"] = (status, answer)
    with pytest.raises(error):
        send(kind, f"{web_sink.url}/x")


def test_mail_has_title_words_and_link(mail_sink):
    send("email", "someone@example.com")
    (to, raw), = mail_sink.box
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert to == "someone@example.com"
    assert mail["Subject"] == "【紧急】二氧化硫超标 <@all>"
    assert mail["Message-ID"] == "<delivery-7.1795446000000@example.com>"
    assert "https://qy.example.com/findings/1/" in mail.get_content()


def test_mail_server_that_knows_no_such_person_refuses_one_mail(mail_sink):
    with pytest.raises(Refused, match="550"):
        send("email", "nobody@example.com")


def test_mail_server_that_takes_one_mail_a_connection_gets_them_all(mail_sink):
    mail_sink.one_each = True
    one = senders.open_sender("email")
    for n in range(3):
        one.send(Target(f"someone{n}@example.com"), SAID)
    one.close()
    assert [to for to, _mail in mail_sink.box] == [f"someone{n}@example.com" for n in range(3)]


def test_sms_goes_by_the_gateway_of_the_setting(web_sink, settings):
    settings.SMS = {"url": f"{web_sink.url}/sms", "token": "t0", "good": '"code": 0',
                    "json": {"to": ["{phone}"], "msg": "【示例】{text}"}}
    with pytest.raises(Refused):
        send("sms", "13900000000")
    web_sink.answers["/sms"] = (200, {"code": 0})
    send("sms", "13900000000")
    came = web_sink.box[-1]
    assert came.body == {"to": ["13900000000"],
                         "msg": "【示例】【紧急】二氧化硫超标 <@all>，1 号排口，自 14:00"}
    assert came.headers["Authorization"] == "Bearer t0"


def test_without_mail_server_and_gateway_it_says_so(settings):
    settings.SMTP = settings.SMS = {}
    for kind, word in (("email", "发信服务器"), ("sms", "短信网关")):
        assert word in senders.missing(kind)
        with pytest.raises(Down, match=word):
            send(kind, "x")


@pytest.mark.parametrize(("url", "networks"), [
    ("ftp://example.com/x", "any"), ("file:///etc/passwd", "any"), ("//example.com", "any"),
    ("http://a:b@example.com/", "any"), ("http://example.com:99999/", "any"),
    ("http://127.0.0.1/", "private"), ("http://[::1]/", "private"),
    ("http://localhost/", "private"), ("http://169.254.169.254/", "private"),
    ("http://10.0.0.1/", "public"),
    ("http://192.168.0.1/", "public"), ("http://[::ffff:127.0.0.1]/", "private"),
    ("http://exa mple.com/", "any"), ("http://[fe80::1]/", "private"),
])
def test_address_that_leads_where_it_may_not_is_refused(settings, url, networks):
    settings.WEBHOOK_NETWORKS = networks
    assert http.check(url)


def test_name_that_leads_to_this_machine_is_refused_when_it_is_resolved(
        settings, web_sink, monkeypatch):
    """The name looks harmless; what it leads to is judged at the connection."""
    port = web_sink.server_address[1]
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answer)
    settings.WEBHOOK_NETWORKS = "private"
    assert not http.check(f"http://hooks.example.com:{port}/")
    with pytest.raises(Down, match="网段"):
        send("webhook", f"http://hooks.example.com:{port}/")
    assert web_sink.box == []


def test_intranet_is_allowed_by_default():
    assert http.allowed(ipaddress.ip_address("192.168.10.2"), "private")


def test_endpoint_that_drips_is_cut_off(monkeypatch, settings):
    settings.WEBHOOK_NETWORKS = "any"
    monkeypatch.setattr(http, "LONGEST", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def drip() -> None:
            with server.accept()[0] as link:
                link.sendall(b"HTTP/1.1 200 OK\r\n")
                while not ended.wait(0.05):
                    try:
                        link.sendall(b"X: y\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(Down):
            send("webhook", f"http://127.0.0.1:{server.getsockname()[1]}/")
        ended.set()
        thread.join()
    assert time.monotonic() - began < 5


def test_body_is_utf_8_json(web_sink):
    send("webhook", web_sink.url)
    assert json.loads(web_sink.box[0].raw)["organisation"] == "示例运维有限公司"
