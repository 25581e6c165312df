"""What is said on the tour, and what its page says, in each language. Data alone."""

from __future__ import annotations

from dataclasses import dataclass

from tests.tour.page import Labels


@dataclass(frozen=True, slots=True)
class Words:
    """An evening's words: of the members, and of the page."""

    locale: str                 # the members', as Discord writes it
    labels: Labels
    channel: str
    other_channel: str
    hello: str
    refinement: str             # typed into the form of the button
    second_wish: str            # typed as a command
    wishes: str                 # of the batch, a line each
    clips: tuple[str, str]
    chapters: tuple[tuple[str, str], ...]


ENGLISH = Words(
    locale="en-US", channel="hums", other_channel="two-at-once",
    labels=Labels(
        language="en", name="English", title="An evening with Mureka",
        lead="Ada hums into her phone. This is what the channel shows until the night is over: every message, picture and film "
             "is as it was made, by the bot and the studio that one command starts, on two processor cores.",
        honest="What this proves: the real bot and the real studio, against a Discord on loopback that keeps Discord's own "
               "document and rules. Not yet tried against discord.com, nor against the live NemoVideo service.",
        only="Only {name} can see this", thinking="Mureka is thinking…", used="{name} used {line}", reply="in reply to {name}",
        deleted="This message was deleted.", grew="How this message came to life: {count} looks", after="{seconds} s",
        ago="a moment ago"),
    hello="hm, this has been in my head all day",
    refinement="slower, call it Harbour at Dusk, 30 seconds",
    second_wish="acoustic, with piano",
    wishes="pop, 30 seconds, call it First Light\nlo-fi, 30 seconds, vertical, call it Last Bus",
    clips=("first-light.ogg", "last-bus.ogg"),
    chapters=(
        ("A tune becomes a song", "A voice message, long-pressed: Apps, “Make a song from this”. The waveform is there at once, "
                                  "then the tune that was heard, then the film."),
        ("Two wishes later", "“Refine” below the film opens a form; a command does the same. Each wish changes the song and "
                             "keeps the tune."),
        ("Another take, and the stems", "“New take” plays it otherwise. “Formats” gives the parts for a music program."),
        ("What is it, what did it cost?", "The timeline, and the credits: private answers. Then a film that nobody needs goes."),
        ("Two clips at once", "A form takes up to ten clips, with a wish for each. One film each, one after the other."),
    ))

CHINESE = Words(
    locale="zh-CN", channel="哼唱", other_channel="一次两首",
    labels=Labels(
        language="zh", name="中文", title="与 Mureka 的一个晚上",
        lead="Ada 对着手机哼了一段。下面就是频道里看到的一切：每条消息、每张图、每部影片都是原样，"
             "由你一条命令就能运行的机器人和工作室，在两个处理器核心上做出来。",
        honest="它证明了什么：真正的机器人和真正的工作室，对着本机上遵守 Discord 官方文档与规则的模拟服务。"
               "尚未在 discord.com 上、也尚未对线上的 NemoVideo 服务试过。",
        only="只有 {name} 能看到", thinking="Mureka 正在思考…", used="{name} 使用了 {line}", reply="回复 {name}",
        deleted="这条消息已被删除。", grew="这条消息的变化过程：{count} 个样子", after="{seconds} 秒", ago="刚才"),
    hello="这段旋律在我脑子里转了一整天",
    refinement="慢一点，叫它《黄昏的港口》，30秒",
    second_wish="原声风格，加钢琴",
    wishes="流行，30秒，叫它《第一缕光》\nlo-fi，30秒，竖屏，叫它《末班车》",
    clips=("第一缕光.ogg", "末班车.ogg"),
    chapters=(
        ("一段旋律变成一首歌", "长按语音消息：应用 →“用这个做一首歌”。先看到波形，再看到听出来的旋律，最后是影片。"),
        ("两个愿望之后", "影片下面的“修改”会打开一张表单；用命令也一样。每个愿望改变歌曲，旋律始终不变。"),
        ("再来一版，还有分轨", "“换一版”换一种演奏；“格式”给出可以放进音乐软件的分轨。"),
        ("这是什么，花了多少？", "时间线和额度：只有自己能看到的回答。然后删掉一部不再需要的影片。"),
        ("一次两段", "一张表单最多收十段音频，每段一个愿望。一段一部影片，依次完成。"),
    ))

EVENINGS = (ENGLISH, CHINESE)
