"""Words of Chinese text without a dictionary: a run of Chinese characters becomes its overlapping
pairs, so that every word of two characters is found wherever it stands; Latin words and numbers
stay whole. Reads nothing but its arguments.

The last character of a run follows as a token of its own: with it a single character is found as
the beginning of a token, and no pair of one run stands next to a pair of the next.
"""

import re
from dataclasses import dataclass

# Same length out as in, so that a place in the folded text is a place in the text.
_FOLD = {
    **{0xFF10 + n: ord("0") + n for n in range(10)},
    **{0xFF21 + n: ord("a") + n for n in range(26)},
    **{0xFF41 + n: ord("a") + n for n in range(26)},
    **{0x2080 + n: ord("0") + n for n in range(10)},
    0xB9: ord("1"), 0xB2: ord("2"), 0xB3: ord("3"), 0x0130: ord("i"),
}
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")
LONGEST = 64  # characters of a token; what is longer is no word
MOST = 12  # pieces of a question


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is asked for. ``tokens`` have to follow each other; ``begins``: the one token
    is the beginning of those that are meant."""

    text: str
    tokens: tuple[str, ...]
    begins: bool = False

    @property
    def is_han(self) -> bool:
        return bool(_IS_HAN.match(self.text))


def fold(text: str) -> str:
    """Lower case, full-width and subscript signs as plain ones; as long as the text.

    >>> fold("ＮＯ₂ 校准")
    'no2 校准'
    """
    return text.translate(_FOLD).lower()


def runs(text: str) -> list[str]:
    """The folded text's runs of Chinese characters and its Latin words and numbers, in order.

    >>> runs("2 号排口 SO₂校准，HJ75")
    ['2', '号排口', 'so2', '校准', 'hj75']
    """
    return [one[:LONGEST] if not _IS_HAN.match(one) else one for one in _RUN.findall(fold(text))]


def tokens(text: str) -> list[str]:
    """What is indexed of a text.

    >>> tokens("校准记录 SO2")
    ['校准', '准记', '记录', '录', 'so2']
    """
    found: list[str] = []
    for run in runs(text):
        if _IS_HAN.match(run):
            found += pairs(run)
            found.append(run[-1])
        else:
            found.append(run)
    return found


def pairs(run: str) -> list[str]:
    return [run[at:at + 2] for at in range(len(run) - 1)]


def pieces(words: str) -> list[Piece]:
    """What a question asks for, each piece once; whatever is no letter or digit only parts them.

    >>> [one.tokens for one in pieces('"校准记录" OR 准*')]
    [('校准', '准记', '记录'), ('or',), ('准',)]
    """
    found: dict[str, Piece] = {}
    for run in runs(words):
        if not _IS_HAN.match(run):
            found[run] = Piece(run, (run,))
        elif len(run) == 1:
            found[run] = Piece(run, (run,), begins=True)
        else:
            found[run[:LONGEST]] = Piece(run[:LONGEST], tuple(pairs(run[:LONGEST])))
    return list(found.values())[:MOST]
