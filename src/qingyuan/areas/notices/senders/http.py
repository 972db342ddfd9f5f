"""One HTTP question to an address that somebody typed in.

Such an address makes the server speak to whatever it names (server-side request forgery). So:
http and https only, no redirects, the name is resolved once and what it leads to is judged before
a connection is made to just that. Loopback and link-local addresses (the product's own ports, the
metadata service of a cloud) are refused unless QINGYUAN_WEBHOOK_NETWORKS=any. Intranet addresses
are allowed by default: most installations and the systems that they report to stand in one, and
who may enter an address is a manager of the unit; an installation that serves strangers sets
``public``.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from .contract import LONGEST, SECONDS, Busy, Down, Refused

MOST = 64 << 10  # bytes of an answer that are read
AGENT = "Qingyuan"


def check(url: str, networks: str = "") -> str:
    """Why an address cannot be used, "" where it can as far as its text goes. ``networks``: other
    than the setting's."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _("地址无法识别，请以 http:// 或 https:// 开头填写完整地址")
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return _("地址须以 http:// 或 https:// 开头")
    if parts.username or parts.password:
        return _("地址中不能带用户名或密码")
    if any(ord(sign) < 33 or ord(sign) > 126 for sign in url):
        return _("地址中不能有空格或中文")
    known = _literal_allowed(parts.hostname, networks or settings.WEBHOOK_NETWORKS)
    return "" if known else _("不允许使用该网段的地址")


def _literal_allowed(host: str, networks: str) -> bool:
    try:
        return allowed(ipaddress.ip_address(host), networks)
    except ValueError:  # a name: judged when it is resolved
        return host != "localhost" or networks == "any"


def allowed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: str
) -> bool:
    """Whether a connection may be made to an address.

    >>> [allowed(ipaddress.ip_address(a), "private")
    ...  for a in ("192.168.1.4", "127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1")]
    [True, False, False, False, False]
    >>> allowed(ipaddress.ip_address("10.0.0.8"), "public")
    False
    """
    one = getattr(address, "ipv4_mapped", None) or address
    if networks == "any":
        return not one.is_multicast and not one.is_unspecified
    if (one.is_loopback or one.is_link_local or one.is_multicast or one.is_unspecified
            or one.is_reserved):
        return False
    return networks == "private" or one.is_global


def ask(
    url: str, body: bytes | None, headers: Mapping[str, str], networks: str = ""
) -> tuple[int, bytes]:
    """POST ``body`` (None: GET) and give status and answer. Down, Busy or Refused by status.
    ``networks``: other than the setting's, for an address that the setting itself holds."""
    wrong = check(url, networks)
    if wrong:
        raise Down(wrong)
    parts = urlsplit(url)
    link = _link(parts.scheme, parts.hostname or "", parts.port,
                 networks or settings.WEBHOOK_NETWORKS)
    watch = threading.Timer(LONGEST, _cut, [link])
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request("POST" if body is not None else "GET", path, body,
                     {"User-Agent": AGENT, **headers})
        answer = link.getresponse()
        status, said = answer.status, answer.read(MOST)
        if link.cut:  # what was read until then may look like a whole answer
            raise TimeoutError
    except TimeoutError:
        raise Down(_("超时：没有及时应答")) from None
    except (OSError, UnicodeError, http.client.HTTPException) as error:  # a label over 63 signs
        raise Down(_("连接失败：%s") % _why(error)) from None
    finally:
        watch.cancel()
        link.close()
    return _judged(status, said)


def _judged(status: int, said: bytes) -> tuple[int, bytes]:
    text = _("HTTP 状态 %(status)d：%(said)s") % {
        "status": status, "said": said[:200].decode("utf-8", "replace")}
    if status == 429:
        raise Busy(text)
    if status >= 500:
        raise Down(text)
    if status >= 300:  # redirects too: they could lead where the address itself may not
        raise Refused(text)
    return status, said


def read_json(said: bytes) -> dict[str, Any]:
    """An answer that has to be a JSON object."""
    try:
        found = json.loads(said)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(_("应答不是 JSON：%s") % said[:200].decode("utf-8", "replace"))
    return found


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


JSON = {"Content-Type": "application/json; charset=utf-8"}


class _Plain(http.client.HTTPConnection):
    """``raw`` outlives ``sock``, which an answer without length takes with it."""

    networks = "public"
    raw: socket.socket | None = None
    cut = False

    def connect(self) -> None:
        self.raw = self.sock = _reach(self.host, self.port, self.networks)


class _Tls(http.client.HTTPSConnection):
    networks = "public"
    raw: socket.socket | None = None
    cut = False

    def connect(self) -> None:
        plain = _reach(self.host, self.port, self.networks)
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.raw = self.sock


def _link(scheme: str, host: str, port: int | None, networks: str) -> _Plain | _Tls:
    if scheme == "https":
        link: _Plain | _Tls = _Tls(
            host, port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        link = _Plain(host, port, timeout=SECONDS)
    link.networks = networks
    return link


def _reach(host: str, port: int, networks: str) -> socket.socket:
    """A socket to the first address of the host that answers and may be spoken to."""
    last: OSError = OSError(_("不允许使用该网段的地址"))
    for family, kind, proto, _name, place in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM):
        if not allowed(ipaddress.ip_address(str(place[0]).partition("%")[0]), networks):
            continue
        one = socket.socket(family, kind, proto)
        one.settimeout(SECONDS)
        try:
            one.connect(place)
        except OSError as error:
            one.close()
            last = error
        else:
            return one
    raise last


def _cut(link: _Plain | _Tls) -> None:
    """End a conversation that takes too long: whoever waits for it reads its end."""
    link.cut = True
    if link.raw is not None:
        try:
            link.raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended meanwhile


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200]
