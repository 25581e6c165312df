"""Words and the edits that they ask for: the table that the vocabulary has to live up to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.wish import (
    AnotherTake,
    ChangeLength,
    ChangeTempo,
    Edit,
    MakeSong,
    Mute,
    SetAspect,
    SetLead,
    SetLength,
    SetStyle,
    SetTake,
    SetTempo,
    SetTitle,
    ShiftLength,
    ShiftTempo,
    StartAfresh,
    Transpose,
    Understanding,
    Undo,
    Unmute,
)

SLOWER, FASTER = ChangeTempo(0.85), ChangeTempo(1.18)
BIT_SLOWER, BIT_FASTER = ChangeTempo(0.92), ChangeTempo(1.09)
MUCH_SLOWER, MUCH_FASTER = ChangeTempo(0.72), ChangeTempo(1.39)
SHORTER, LONGER, MUCH_LONGER = ChangeLength(0.77), ChangeLength(1.3), ChangeLength(1.69)
LOFI, POP, ACOUSTIC = SetStyle("lo-fi"), SetStyle("pop"), SetStyle("acoustic")
WIDE, TALL, SQUARE = SetAspect("16:9"), SetAspect("9:16"), SetAspect("1:1")
AGAIN, SONG, UNDO, AFRESH = AnotherTake(), MakeSong(), Undo(), StartAfresh()
NO_DRUMS, NO_BASS, NO_CHORDS, DRUMS, BASS = Mute("drums"), Mute("bass"), Mute("chords"), Unmute("drums"), Unmute("bass")

ENGLISH: list[tuple[str, tuple[Edit, ...]]] = [
    # tempo
    ("slower", (SLOWER,)), ("faster", (FASTER,)), ("make it slower", (SLOWER,)), ("SLOWER!!!", (SLOWER,)),
    ("much slower", (MUCH_SLOWER,)), ("a lot faster", (MUCH_FASTER,)), ("a bit faster", (BIT_FASTER,)),
    ("slightly slower", (BIT_SLOWER,)), ("slower, a bit", (SLOWER,)), ("speed it up", (FASTER,)),
    ("slow down", (SLOWER,)), ("slow the song down a bit please", (BIT_SLOWER,)), ("speed this up", (FASTER,)),
    ("make it fast", (FASTER,)), ("a slow song", (SLOWER,)), ("half speed", (ChangeTempo(0.5),)),
    ("double the tempo", (ChangeTempo(2.0),)), ("twice as fast", (ChangeTempo(2.0),)),
    ("2x faster", (ChangeTempo(2.0),)), ("20% slower", (ChangeTempo(0.8),)), ("at 80% speed", (ChangeTempo(0.8),)),
    ("100 bpm", (SetTempo(100.0),)), ("tempo 120", (SetTempo(120.0),)), ("tempo: 96", (SetTempo(96.0),)),
    ("set the tempo to 140", (SetTempo(140.0),)), ("a hundred and ten bpm", (SetTempo(110.0),)),
    ("ninety-five beats per minute", (SetTempo(95.0),)), ("slow down to 80 bpm", (SetTempo(80.0),)),
    ("lower the tempo to 90 bpm", (SetTempo(90.0),)), ("10 bpm faster", (ShiftTempo(10.0),)),
    ("slower by 5 bpm", (ShiftTempo(-5.0),)), ("lower tempo", (SLOWER,)), ("it's too slow", (FASTER,)),
    ("way too fast", (MUCH_SLOWER,)), ("not fast enough", (FASTER,)),
    # length
    ("longer", (LONGER,)), ("shorter", (SHORTER,)), ("much longer", (MUCH_LONGER,)), ("extend it", (LONGER,)),
    ("longer than before", (LONGER,)), ("too long", (SHORTER,)), ("2 minutes", (SetLength(120.0),)),
    ("1:45 long", (SetLength(105.0),)), ("about a minute and a half", (SetLength(90.0),)),
    ("90 seconds", (SetLength(90.0),)), ("90s", (SetLength(90.0),)), ("1m30s", (SetLength(90.0),)),
    ("1 min 30", (SetLength(90.0),)), ("two and a half minutes", (SetLength(150.0),)),
    ("half a minute", (SetLength(30.0),)), ("a couple of minutes", (SetLength(120.0),)),
    ("a 2-minute song", (SetLength(120.0),)), ("it should be 2 minutes long", (SetLength(120.0),)),
    ("no longer than 2 minutes", (SetLength(120.0),)), ("longer than 2 minutes", (SetLength(120.0),)),
    ("make it shorter: 1 minute", (SetLength(60.0),)), ("30 seconds longer", (ShiftLength(30.0),)),
    ("make it 30 seconds shorter", (ShiftLength(-30.0),)), ("half as long", (ChangeLength(0.5),)),
    ("double the length", (ChangeLength(2.0),)),
    # style
    ("lofi", (LOFI,)), ("make it lo-fi", (LOFI,)), ("Lo-Fi", (LOFI,)), ("lo fi hip hop beats to study", (LOFI,)),
    ("chillhop please", (LOFI,)), ("pop", (POP,)), ("as a pop song", (POP,)), ("unplugged", (ACOUSTIC,)),
    ("could you change the style to acoustic", (ACOUSTIC,)), ("folk", (ACOUSTIC,)), ("go back to lo-fi", (LOFI,)),
    ("in the style of pop", (POP,)),
    # shape
    ("vertical for TikTok", (TALL,)), ("vertical for Reels", (TALL,)), ("for YouTube Shorts", (TALL,)),
    ("square for Instagram", (SQUARE,)), ("instagram story", (TALL,)), ("widescreen", (WIDE,)), ("in 9:16", (TALL,)),
    ("16:9", (WIDE,)), ("1:1", (SQUARE,)), ("9x16 please", (TALL,)), ("portrait mode", (TALL,)),
    # takes and time
    ("another take", (AGAIN,)), ("surprise me", (AGAIN,)), ("try again", (AGAIN,)),
    ("another version please", (AGAIN,)), ("take 3", (SetTake(3),)), ("version 2", (SetTake(2),)),
    ("the second take", (SetTake(2),)), ("3rd take", (SetTake(3),)), ("take two", (SetTake(2),)),
    ("take 4294967295", (SetTake(4294967295),)), ("take 0", (SetTake(0),)),
    ("undo that", (UNDO,)), ("go back", (UNDO,)), ("the previous version", (UNDO,)), ("start over", (AFRESH,)),
    ("from scratch", (AFRESH,)),
    # pitch
    ("higher", (Transpose(2),)), ("a bit lower", (Transpose(-1),)), ("much higher", (Transpose(4),)),
    ("an octave lower", (Transpose(-12),)), ("two octaves higher", (Transpose(24),)),
    ("up an octave", (Transpose(12),)), ("down 2 semitones", (Transpose(-2),)), ("a half step up", (Transpose(1),)),
    ("in a lower key", (Transpose(-2),)), ("transpose up 3", (Transpose(3),)),
    ("transpose by 3 semitones", (Transpose(3),)), ("too high", (Transpose(-2),)),
    # instruments and parts
    ("played on a flute", (SetLead("flute"),)), ("with piano", (SetLead("piano"),)),
    ("on the sax", (SetLead("saxophone"),)), ("as a music box", (SetLead("music box"),)),
    ("use flute instead of piano", (SetLead("flute"),)), ("swap the piano for a flute", (SetLead("flute"),)),
    ("acoustic guitar", (SetLead("guitar"),)), ("electric guitar lead", (SetLead("electric guitar"),)),
    ("play the melody on a trumpet", (SetLead("trumpet"),)), ("without drums", (NO_DRUMS,)), ("no bass", (NO_BASS,)),
    ("add drums back", (DRUMS,)), ("drums off, bass on", (NO_DRUMS, BASS)), ("turn the drums off", (NO_DRUMS,)),
    ("bring the bass back", (BASS,)), ("don't use drums", (NO_DRUMS,)),
    ("no drums or bass please", (NO_DRUMS, NO_BASS)),
    ("without drums, bass and chords", (NO_DRUMS, NO_BASS, NO_CHORDS)),
    ("with piano and drums", (SetLead("piano"), DRUMS)), ("without the melody", (Mute("lead"),)),
    # nothing beyond what is done anyway
    ("full song with instruments from my hummed melody", (SONG,)), ("turn this into a song", (SONG,)), ("please", ()),
    ("in 1080p", ()), ("the song, for me", ()),
]

CHINESE: list[tuple[str, tuple[Edit, ...]]] = [
    ("慢一点", (SLOWER,)), ("快一些", (FASTER,)), ("快点", (FASTER,)), ("更慢", (SLOWER,)),
    ("慢很多", (MUCH_SLOWER,)), ("稍微快一点", (BIT_FASTER,)), ("太慢了", (FASTER,)), ("有点快", (SLOWER,)),
    ("不够快", (FASTER,)), ("快一倍", (ChangeTempo(2.0),)), ("慢一半", (ChangeTempo(0.5),)),
    ("慢20%", (ChangeTempo(0.8),)), ("速度100", (SetTempo(100.0),)), ("一百二十拍", (SetTempo(120.0),)),
    ("请把它变慢一点，谢谢", (SLOWER,)), ("節奏放慢", (SLOWER,)), ("降低速度", (SLOWER,)),
    ("把速度调到80", (SetTempo(80.0),)),
    ("速度改成90", (SetTempo(90.0),)), ("长一点", (LONGER,)),
    ("短一点", (SHORTER,)), ("能不能再长一点", (LONGER,)), ("太长了", (SHORTER,)), ("長一點", (LONGER,)),
    ("两分钟", (SetLength(120.0),)), ("90秒", (SetLength(90.0),)), ("一分半", (SetLength(90.0),)),
    ("一分三十秒", (SetLength(90.0),)), ("1分30秒", (SetLength(90.0),)), ("半分钟", (SetLength(30.0),)),
    ("大概两分半", (SetLength(150.0),)), ("兩分鐘", (SetLength(120.0),)), ("加长30秒", (ShiftLength(30.0),)),
    ("缩短20秒", (ShiftLength(-20.0),)), ("延长到两分钟", (SetLength(120.0),)), ("改成 lo-fi", (LOFI,)),
    ("流行风格", (POP,)), ("民谣", (ACOUSTIC,)), ("原声", (ACOUSTIC,)), ("不插电", (ACOUSTIC,)),
    ("民謠風格", (ACOUSTIC,)), ("竖屏", (TALL,)), ("豎屏", (TALL,)), ("方形", (SQUARE,)), ("横屏", (WIDE,)),
    ("橫屏", (WIDE,)), ("发抖音", (TALL,)), ("再来一版", (AGAIN,)), ("换一个版本", (AGAIN,)),
    ("換一個版本", (AGAIN,)), ("第三版", (SetTake(3),)), ("第2个版本", (SetTake(2),)), ("撤销", (UNDO,)),
    ("重新开始", (AFRESH,)), ("高一点", (Transpose(2),)), ("高八度", (Transpose(12),)),
    ("低两个半音", (Transpose(-2),)), ("升半音", (Transpose(1),)), ("降一个调", (Transpose(-2),)),
    ("用钢琴", (SetLead("piano"),)), ("用長笛吹", (SetLead("flute"),)), ("换成小提琴", (SetLead("violin"),)),
    ("把钢琴换成长笛", (SetLead("flute"),)), ("不要鼓", (NO_DRUMS,)), ("去掉鼓和贝斯", (NO_DRUMS, NO_BASS)),
    ("加上鼓", (DRUMS,)), ("把鼓去掉", (NO_DRUMS,)), ("做成完整的歌", (SONG,)), ("完整的歌，lofi", (SONG, LOFI)),
    ("加钢琴", (SetLead("piano"),)), ("加上吉他", (SetLead("guitar"),)), ("配上小提琴", (SetLead("violin"),)),
    ("加入弦乐", (SetLead("strings"),)), ("加点笛子", (SetLead("flute"),)), ("加一把吉他", (SetLead("guitar"),)),
    ("來點鋼琴", (SetLead("piano"),)), ("換成弦樂", (SetLead("strings"),)), ("用笛子", (SetLead("flute"),)),
    ("加鼓和贝斯", (DRUMS, BASS)), ("配上鼓", (DRUMS,)), ("用鼓", (DRUMS,)), ("换成贝斯", (BASS,)), ("来点鼓", (DRUMS,)),
    ("不用鼓", (NO_DRUMS,)), ("不要鼓，用贝斯", (NO_DRUMS, BASS)), ("加上弦乐，慢一点", (SetLead("strings"), SLOWER)),
    ("谢谢", ()),
]

COMBINED: list[tuple[str, tuple[Edit, ...]]] = [
    ("make it lo-fi, slower and call it Urban Dreams", (LOFI, SLOWER, SetTitle("Urban Dreams"))),
    ("full song with instruments from my hummed melody, lo-fi", (SONG, LOFI)),
    ("no drums and slower", (NO_DRUMS, SLOWER)), ("slower without drums", (SLOWER, NO_DRUMS)),
    ("pop with drums but no bass", (POP, DRUMS, NO_BASS)), ("slower/longer", (SLOWER, LONGER)),
    ("style: pop, tempo: 90, length: 2:00, title: Night Bus",
     (POP, SetTempo(90.0), SetLength(120.0), SetTitle("Night Bus"))),
    ("too fast and too long", (SLOWER, SHORTER)), ("same style, another take", (AGAIN,)),
    ("give me another one, this time with piano", (AGAIN, SetLead("piano"))),
    ("別太快，不要鼓，叫它夏天吧", (SLOWER, NO_DRUMS, SetTitle("夏天"))),
    ("再来一版，慢一点，叫《Click Here》", (AGAIN, SLOWER, SetTitle("Click Here"))),
    ('I hummed this, please turn it into a full lo-fi track about 2 minutes long called "Rainy Window" in 9:16, '
     "without drums", (LOFI, SetLength(120.0), SetTitle("Rainy Window"), TALL, NO_DRUMS)),
    ("longer, and about 2 minutes", (SetLength(120.0),)), ("slower and slower", (SLOWER,)),
    ("in lo-fi style, in 9:16, 90.0 seconds long, take 7", (LOFI, TALL, SetLength(90.0), SetTake(7))),
    ("make it pop. no wait, lo-fi", (LOFI,)),
    ("I'd like a chill lofi beat with piano, 9:16, around 90s", (LOFI, SetLead("piano"), TALL, SetLength(90.0))),
    ("名字叫“晴天”，竖屏，90秒左右", (SetTitle("晴天"), TALL, SetLength(90.0))),
    ("用我哼的旋律做一首有伴奏的完整歌曲，流行 风格，画幅 9:16，90 秒，第 7 版", (SONG, POP, TALL, SetLength(90.0), SetTake(7))),
    ("给我来个流行版的，两分钟", (POP, SetLength(120.0))), ("用小提琴代替钢琴", (SetLead("violin"),)),
]

NEGATED: list[tuple[str, tuple[Edit, ...]]] = [
    ("don't make it longer", ()), ("do not make it faster", ()), ("don’t make it faster", ()), ("not longer", ()),
    ("without making it longer", ()), ("don't make it longer and slower", ()),
    ("don't make it slower, make it lo-fi", (LOFI,)), ("not so fast", (SLOWER,)), ("not too long", (SHORTER,)),
    ("not as long", (SHORTER,)), ("less slow", (FASTER,)), ("a bit less fast", (BIT_SLOWER,)),
    ("not slow", (FASTER,)), ("faster, but not too fast", (FASTER,)), ("make it pop, not lo-fi", (POP,)),
    ("make it pop not lo-fi", (POP,)), ("don't remove the drums", ()), ("don't undo", ()), ("no, slower", (SLOWER,)),
    ("keep the tempo but make it longer", (LONGER,)), ("not metal, pop", (POP,)), ("别再慢了", ()), ("不要变长", ()),
    ("不要太快", (SLOWER,)), ("没那么快", (SLOWER,)), ("不要这么长", (SHORTER,)),
]


@pytest.mark.parametrize(("words", "edits"), ENGLISH + CHINESE + COMBINED + NEGATED)
def test_words_become_edits_and_none_stays_unknown(
    words: str, edits: tuple[Edit, ...], hear: Callable[[str], Understanding],
) -> None:
    heard = hear(words)
    assert heard.edits == edits
    assert heard.unknown == ()
    assert heard.absent_styles == ()


@pytest.mark.parametrize("words", [words for words, _ in CHINESE])
def test_chinese_words_are_told_from_english_ones(words: str, hear: Callable[[str], Understanding]) -> None:
    assert hear(words).language == "zh"


@pytest.mark.parametrize("words", ["slower", "make it lo-fi", "call it 都市之梦", "what a day", "2 minutes"])
def test_english_words_are_told_from_chinese_ones(words: str, hear: Callable[[str], Understanding]) -> None:
    assert hear(words).language == "en"
