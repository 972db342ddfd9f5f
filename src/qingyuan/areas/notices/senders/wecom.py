"""The group robot of WeCom (企业微信): markdown by POST; the answer's ``errcode`` decides."""

from django.utils.translation import gettext as _

from . import http, text
from .contract import Busy, Message, Refused, Target

TOO_OFTEN = 45009  # more than 20 messages a minute


class Sender:
    def send(self, target: Target, message: Message) -> None:
        """Received when errcode is 0; a status of 200 says nothing."""
        body = {"msgtype": "markdown", "markdown": {"content": text.markdown(message)}}
        _status, said = http.ask(target.address, http.as_json(body), http.JSON)
        answer = http.read_json(said)
        code = answer.get("errcode")
        if code != 0:
            error = Busy if code == TOO_OFTEN else Refused
            raise error(_("企业微信返回 errcode %(code)s：%(said)s") % {
                "code": code, "said": str(answer.get("errmsg", ""))[:200]})

    def close(self) -> None:
        return
