"""Short messages by the installation's HTTP gateway, whichever it is: address, JSON and the text
of a good answer are settings."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from . import http, text
from .contract import Down, Message, Refused, Target


def missing() -> str:
    """Why nobody can be reached by SMS, "" where it is set up."""
    return "" if settings.SMS else _("本平台没有设置短信网关，不能发送短信")


class Sender:
    def send(self, target: Target, message: Message) -> None:
        """Received when the status is 2xx and the answer holds the text that the setting asks for,
        blanks aside."""
        gateway = settings.SMS
        if not gateway:
            raise Down(missing())
        holes = {"{phone}": target.address, "{text}": text.short(message)}
        body = filled(gateway["json"], holes)
        headers = dict(http.JSON) if body is not None else {}
        if gateway["token"]:
            headers["Authorization"] = f"Bearer {gateway['token']}"
        url = filled(gateway["url"], {hole: quote(said, safe="") for hole, said in holes.items()})
        # Whoever sets up the installation says where its gateway is; it may well be beside it.
        _status, said = http.ask(
            url, None if body is None else http.as_json(body), headers, "any")
        answer = said.decode("utf-8", "replace")
        if "".join(gateway["good"].split()) not in "".join(answer.split()):
            raise Refused(_("短信网关拒绝：%s") % answer[:200])

    def close(self) -> None:
        return


def filled(template: Any, holes: dict[str, str]) -> Any:
    """A template with its holes filled, in every text of it.

    >>> filled({"to": ["{phone}"], "n": 1}, {"{phone}": "139", "{text}": "x"})
    {'to': ['139'], 'n': 1}
    """
    if isinstance(template, str):
        for hole, said in holes.items():
            template = template.replace(hole, said)
        return template
    if isinstance(template, dict):
        return {name: filled(value, holes) for name, value in template.items()}
    return [filled(one, holes) for one in template] if isinstance(template, list) else template
