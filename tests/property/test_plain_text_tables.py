"""The quick ways through plain ASCII say what the regular expressions say."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity import normal_raw
from pipeline.normalise import text as normalise
from pipeline.normalise.markup import mended
from pipeline.normalise.text import abstract_words, compact, fold, words

ASCII = st.text(st.characters(max_codepoint=127), max_size=80)
# Letters that look like UTF-8 read as cp1252, and such as no byte of it stands for.
DOUBTFUL = st.text(st.sampled_from("aÂÃâ©¶€™\x81\x8d\x80\x9f Ÿ\xff\u4e2d"), max_size=8)


@given(ASCII)
def test_words(text: str) -> None:
    slow = re.sub(r"[^\w]+|_+", " ", re.sub(r"(?<=\w)['`](?=\w)", "", fold(text)))
    assert words(text) == " ".join(slow.split())


@given(st.one_of(ASCII, ASCII.map(lambda text: f"{text} (c) 2019 Publisher"), st.text(max_size=40)))
def test_abstract_words(text: str) -> None:
    assert abstract_words(text, 20) == compact(words(normalise._ABSTRACT_TAIL.sub("", text[:60])))[:20]


def _byte(character: str) -> bytes:
    undefined = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    return bytes([ord(character)]) if ord(character) in undefined else character.encode("cp1252")


@given(DOUBTFUL)
def test_mended_text(text: str) -> None:
    try:
        slow = b"".join(map(_byte, text)).decode("utf-8")
    except UnicodeError:
        slow = text
    assert mended(text) in (slow, text)
    assert mended(text) == slow or not re.search("[ÂÃâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]", text)


@given(st.text(st.sampled_from("ab \t\n\r\ufeff"), max_size=12))
def test_normal_raw(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").split("\n")
    assert normal_raw(text) == "\n".join(line.rstrip(" \t") for line in lines).strip("\n")
