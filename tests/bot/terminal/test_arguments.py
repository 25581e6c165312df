"""Arguments: a wrong one is one line with exit code 2, in the terminal's language."""

from __future__ import annotations

import pytest

from bot.terminal.arguments import parser

WRONG = [("sing",), ("song", "--aspect", "4:3"), ("song", "--backend", "both"), ("song", "--seconds", "29"),
         ("song", "--seconds", "1e2"), ("song", "--seconds", "9" * 5000), ("song", "--seed", "0"), ("song", "--wish"),
         ("song", "--loud")]


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words)[:20])
def test_a_wrong_word_is_one_line(words: tuple[str, ...], capsys: pytest.CaptureFixture[str],
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    for language, tag in (("en", "C.UTF-8"), ("zh", "zh_CN.UTF-8")):
        monkeypatch.setenv("LC_ALL", tag)
        with pytest.raises(SystemExit) as ended:
            parser().parse_args(words)
        said = capsys.readouterr()
        assert ended.value.code == 2
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert ("用法" in said.err) == (language == "zh")


def test_the_edges_are_allowed() -> None:
    chosen = parser().parse_args(["song", "x.wav", "--seconds", "240", "--seed", "1000000", "--aspect", "9:16"])
    assert (chosen.seconds, chosen.seed, chosen.aspect) == (240, 1_000_000, "9:16")
