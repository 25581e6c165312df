"""Words to tokens: one for each word, one for each Chinese character, marks for breaks. Judges nothing, never fails."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

HAN: Final = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
BREAK: Final = ","
ASKED: Final = "?"
URL: Final = "<url>"
_WORD: Final = rf"[^\W_{HAN[1:-1]}]"
_PIECE: Final = re.compile(rf"""
    (?P<url> <?https?://[!-;=?-~]*[a-z0-9/=&%_#-]>? )                    # without the comma behind it
  | (?P<skip> <(?:@[!&]?\d{{1,25}}|a?:\w{{2,32}}:\d{{1,25}})>          # a mention, a server's own emoji
      | ~~[^~]*~~                                                     # struck out: taken back
      | @{_WORD}+                                                     # a mention that Discord did not resolve
      | :[a-z0-9_+-]{{2,32}}:                                         # an emoji by its name
      | (?<!{_WORD})(?:[:;=]['-]?[()dpo3/\\]+|x+d+|<3+)(?!{_WORD}) )  # :) ;-) xD <3
  | (?P<word> {_WORD}+(?:['’._]{_WORD}+)* )
  | (?P<han> {HAN} )
  | (?P<asked> \? )
  | (?P<pause> [,;:!()/、。…—–~] | [.-](?!{_WORD}) | \n )
  | (?P<join> [&+] )
  | (?P<other> \S )
""", re.VERBOSE)
_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")   # pleaseee
_MARKUP: Final = frozenset("*_`|^.-")
_UNHEARD: Final = frozenset({"So", "Sk", "Mn", "Me", "Cf", "Cn", "Co", "Cs"})   # emoji (newer ones than our tables, too), joiners
_REFUSALS: Final = frozenset("❌✖🚫⛔🛑👎")
_SIMPLE: Final = str.maketrans(
    "導匯積餘狀態傳載檔軌時間軸點數給發幫請謝嗎個這還視頻儲輸顯麼樣煩現將進裡裏聲樂條項專過來爲為後對電腦機質畫無損層圖錄"
    "當馬詢帳賬戶額夠沒聽歡錯問從轉換動學長線經結彙剛讓選擇貼嘍囉們編輯貝連網絡員總種誰幾單與體東說會應該啓處張廣開買賣費價錢檢滿厲讚覽",
    "导汇积余状态传载档轨时间轴点数给发帮请谢吗个这还视频储输显么样烦现将进里里声乐条项专过来为为后对电脑机质画无损层图录"
    "当马询帐账户额够没听欢错问从转换动学长线经结汇刚让选择贴喽啰们编辑贝连网络员总种谁几单与体东说会应该启处张广开买卖费价钱检满厉赞览")


def tokens(words: str) -> list[str]:
    """The tokens of `words`: folded case and width, simplified characters; emoji, mentions and markup are left out.

    Quotation marks and signs that no phrase knows stay as tokens of their own: what is quoted is a text, not an order.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    heard = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf" or letter == "\n")
    return list(_tokens(heard.translate(_SIMPLE)))


def _tokens(text: str) -> Iterator[str]:
    for piece in _PIECE.finditer(text):
        match piece.lastgroup:
            case "url":
                yield URL
            case "word":
                yield _RUN.sub(r"\1", piece[0].replace("'", "").replace("’", ""))
            case "asked":
                yield ASKED
            case "pause":
                yield BREAK
            case "join":
                yield "and"
            case "han":
                yield piece[0]
            case "other" if _is_heard(piece[0]):
                yield piece[0]


def _is_heard(sign: str) -> bool:
    return sign in _REFUSALS or (sign not in _MARKUP and unicodedata.category(sign) not in _UNHEARD)
