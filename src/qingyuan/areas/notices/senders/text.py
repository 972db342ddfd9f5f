"""A message as text: plain, markdown for group robots, short for telephones."""

from datetime import datetime

from django.utils.translation import gettext as _

from qingyuan.kernel.clock import CST

from .contract import Message

# Signs that would make a link, a picture or a mention of a name that somebody typed in.
_PLAIN = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "`": "'", "@": "＠", "#": "＃",
                        "*": "＊"})
ROBOT_BYTES = 3800  # WeCom takes 4096 bytes of markdown; DingTalk more
SMS_SIGNS = 200


def heading(message: Message) -> str:
    """The title on one line, urgent ones marked."""
    title = " ".join(message.title.split())
    return _("【紧急】%s") % title if message.urgent else title


def moment(message: Message) -> str:
    """When it was told, in China time."""
    return f"{datetime.fromtimestamp(message.at / 1000, CST):%Y-%m-%d %H:%M}"


def plain(message: Message) -> str:
    """Lines of a mail."""
    lines = [heading(message), ""]
    if message.body:
        lines += [message.body, ""]
    lines += [f"{number}. {item}" for number, item in enumerate(message.items, 1)]
    if message.items:
        lines.append("")
    lines.append(message.link or _("请登录平台，在“消息”中查看。"))
    lines += ["", f"{message.organisation} · {message.label} · {moment(message)}"]
    return "\n".join(lines)


def markdown(message: Message) -> str:
    """What robots of WeCom and DingTalk both render: bold, quote, link."""
    lines = [f"**{heading(message).translate(_PLAIN)}**", ""]
    lines += [f"> {line.translate(_PLAIN)}" for line in message.body.splitlines() if line.strip()]
    lines += [f"- {item.translate(_PLAIN)}" for item in message.items]
    lines += ["", f"{message.label} · {moment(message)}"]
    if message.link:
        lines += ["", f"[{_('在平台中打开')}]({message.link})"]
    return cut("\n".join(lines), ROBOT_BYTES)


def short(message: Message) -> str:
    """One line for a telephone."""
    said = heading(message) + (f"，{' '.join(message.body.split())}" if message.body else "")
    return said[:SMS_SIGNS]


def cut(text: str, most: int) -> str:
    """No more than ``most`` bytes of UTF-8, never half a sign.

    >>> cut("超标", 4)
    '超'
    """
    return text.encode()[:most].decode("utf-8", "ignore")
