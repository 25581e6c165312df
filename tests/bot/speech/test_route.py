"""Where words go: orders in two languages and every wrapping, and the false friends that look like them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech.routing import Intent, Route, route
from bot.speech.routing.grammar import Grammar
from bot.speech.routing.phrases import ORDERS
from bot.speech.routing.tokens import tokens
from bot.speech.routing.words import FILM, FORMATS, SEPARATORS, SOUND, SPELLINGS

EXPORTS = [
    "export", "Export!", "EXPORT", "export it", "export this", "please export", "export please", "export now",
    "can you export it?", "could you export the video for me?", "export 1080p MP4", "export as mp4", "export in 4k",
    "export the song as a video", "export the final film in full HD, please", "export everything", "let's export",
    "i'd like to export my song", "export, please! 🙏", "ok export", "hey mureka, export the video",
    "<@123456789012345678> export", "export :pray:", "**export**", "`export 1080p MP4`", "ｅｘｐｏｒｔ", "exprot", "donwload",
    "export pls", "exporttt", "/export", "export?", "how do I export this?", "start the export", "download",
    "download the video", "can I download it?", "where can i download my song?", "download link please", "i want to download it",
    "send me the video", "Send me the video please!!", "send it to me as mp3", "send me the mp3", "send me an mp3",
    "gimme the file", "give me the file", "give me the midi file", "can i have the video?", "can i get the wav",
    "post the video here", "share the song with me", "where is my video", "where's my video?", "where is it?",
    "show me the video", "let me hear it", "i need the mp3", "save the video", "save it as wav", "convert it to mp3",
    "the video please", "mp3 please", "mp4", "export the stems", "export separate tracks", "looks great, export it",
    "love it! send me the video", "perfect now export", "thanks, that's it. export please", "is it done? send me the video",
    "export: mp4, 1080p", "export the mp4 and the mp3", "export it so I can share it with my friends", "just the audio please",
    "download and send it to me", "is the video ready to download?", "导出", "导出！", "请导出", "帮我导出一下", "导出视频",
    "导出1080p的mp4", "导出成mp3", "导出音频", "导出分轨", "可以导出吗？", "怎么导出视频", "能不能帮我导出一下呀～",
    "請幫我匯出影片", "匯出", "導出", "下載", "下载视频", "怎么下载", "在哪里下载？", "把视频发给我", "把影片傳給我", "视频发我",
    "发给我吧", "发我mp3", "给我mp3", "把它导出来", "把这首歌导出为wav格式", "我要下载", "可以下载了吗", "我的视频呢？",
    "视频在哪里", "保存视频", "保存到手机", "很好听！导出吧", "太棒了，把视频发给我", "给我下载链接", "看看视频", "转成mp3",
    "导出高清视频，谢谢", "把视频export出来", "导出 video", "yo can u export this real quick", "export in 1080 pls",
    "ok im happy with it, lets download", "can you just send me the final mp4", "how do i save this to my phone?",
    "i wanna share this with my friends, can i get the file", "Is there any way I can get just the audio?",
    "could I have the stems for this track", "download as wav file plz", "mp3 version?",
    "alright that sounds amazing!! export it please", "gimme that mp3", "could you send over the finished song?",
    "render the final video please", "wheres my mp4 file??", "export again but in 720p", "yes, export it",
    "can i get a download link for the video?", "send the file here", "i never got my video", "把歌发过来",
    "帮忙导出成wav，谢啦", "下载到手机上", "能给我一个mp3文件吗", "導出影片，謝謝你", "嗯可以，导出", "怎样才能把视频下载下来",
    "我想把这首歌存下来", "请把成品发给我看看", "有下载链接吗", "this is fire 🔥🔥 drop the mp3", "bro send the vid",
    "can we get an export of this", "ok cool thats perfect, export in hd", "how do I get the video onto my phone",
    "is it possible to download only the audio?", "pls dl", "i need a wav of this", "ready to export!", "can u send it here",
    "I'd like the final file please", "save as mp4", "yo where's the song at",
    "thank you! could you please export the full song in mp3 format?", "I want to see the finished video", "let's see it",
    "export the whole thing in the best quality", "export video + stems", "hi, how to download?", "can you re-export it as midi",
    "exporting as mp3 please", "show me the result", "@Mureka send me the song", "can i listen to it now?", "我要导出视频",
    "麻烦发我一份mp3", "视频可以下载了吗", "直接导出就行", "请问在哪里可以下载视频？", "能把音频单独导出来吗", "输出成1080p",
    "歌做好了吗？发给我", "我想听一下成品", "幫我存成mp3", "這首歌可以下載嗎", "ok 导出吧 谢谢~", "要分轨文件",
    "hey can i download the song as mp3", "export my video in 4k 60fps", "nice one! can you export it now?",
    "would you kindly send me the final cut", "file pls", "how can I export to wav?", "this is perfect omg send me the file",
    "download all stems", "i want the mp4 and the midi", "please export, I'm happy with it",
    "Could you give me the audio file only?", "can you export a 1080p version for me", "send video", "time to export!!",
    "my video please", "what about the mp3?", "hook me up with the mp3", "can I get it in wav", "export full quality",
    "i'd love to have the finished mp3", "可以把mp3发我吗", "视频导出一下呗", "我要导出成片", "帮我把这首歌下载下来",
    "有没有mp3版本", "怎么把歌保存到手机里", "麻烦导出1080P视频，谢谢！", "給我影片檔", "搞定，下载！", "想要无损音频",
    "请将视频发送给我", "导个mp3", "can you send me a download link please", "export it in full hd pls",
    "i think we're done, export", "where do i find the finished video?", "please download the song for me",
    "may I have the midi?", "export as wav, lossless", "give me the final track please", "could you save it as an mp3 for me",
    "I'd like to watch the video now", "lol this is great, send it over", "export the current version", "just export it",
    "mp3 and stems please", "let me download the mp4", "导出mp4文件给我", "这个视频怎么下载", "能不能发我一下成品视频",
    "给我导出一份midi", "太好听了 求mp3", "我想保存这首歌", "音频文件发我一份",
]
CREDITS = [
    "credits", "Credits?", "credit", "my credits", "balance", "Balance please", "my balance", "what's my balance",
    "what is my balance?", "how many credits do I have left?", "how many credits left", "how many credits are left?",
    "credits left?", "remaining credits", "show my credits", "check my balance", "can you check my credits please",
    "do i have any credits left?", "am i out of credits?", "account balance", "credit balance", "cerdits", "blance",
    "how do i get more credits", "top up my account", "buy credits", "how many credits does a song cost?",
    "hey bot how many credits do i have", "what's my credit balance?", "check account", "积分", "积分？", "余额", "我的积分",
    "查积分", "查一下余额", "看看余额", "还剩多少积分？", "還剩多少積分？", "我还有多少积分", "积分还剩多少", "余额多少", "餘額",
    "請問我的餘額還有多少", "还有积分吗", "积分够吗", "剩余积分", "怎么充值", "做一首歌要多少积分", "帮我查一下余额吧",
    "积分余额", "账户余额", "how many credits do i got", "balance?", "can you tell me how many credits i have left pls",
    "how much credit do I have remaining", "whats my credit balance rn", "我现在有多少积分啊", "积分用完了吗", "查看剩余额度",
    "餘額還剩多少？", "帮我看看还有多少点数", "how many tokens do i have left", "am i running low on credits?",
    "do I still have enough credits?", "check credits", "show balance", "what does it cost to make a song?",
    "where do I see my balance?", "查余额", "我的账户里还有多少积分呢", "积分不够了怎么办", "我想看看我的積分",
    "how many credits remain?", "do i need more credits?", "my remaining credits please", "yo what's my balance looking like",
    "can I see how many credits I have", "how much does a song cost", "积分还有吗", "我的余额是多少？", "哪里可以买积分",
    "剩下多少积分", "how many credits do i still have", "what's left of my credits?",
    "can you check how many credits I've got left", "do I have credits", "我还有积分吗", "还有多少额度可以用",
    "看下我的积分余额",
]
STATUSES = [
    "status", "Status?", "show tracks", "show me the tracks", "list the tracks", "show the timeline", "show me the timeline",
    "timeline", "tracks", "track list", "what tracks are there?", "which tracks do i have", "how many tracks are there?",
    "what's the status?", "what is the status of my video?", "is it done?", "is it ready yet?", "is my song ready?", "done?",
    "ready yet?", "progress?", "any updates?", "how's it going", "when will it be ready?", "how long will it take?",
    "check the status please", "project status", "what's on the timeline?", "what do we have so far?", "statsu",
    "can you show me all the tracks in my project?", "状态", "狀態", "看看轨道", "看看軌道", "显示轨道", "列出所有轨道",
    "有哪些轨道", "现在有几条轨道？", "时间线", "看一下时间线", "查看状态", "现在什么状态", "进度", "进度怎么样了", "做好了吗",
    "视频好了吗？", "我的歌做好了没", "还要多久", "时间线上有什么", "什么时候能好", "状态怎么样", "做到哪一步了", "顯示時間軸",
    "is my video done yet?", "what's the progress on my song", "show me whats on the timeline",
    "how many tracks does my song have", "hey, status update?", "list all the tracks pls", "where are we at with the video",
    "渲染好了没有", "现在进度到哪了", "看看都有哪些音轨", "我的视频做完了吗", "what is happening", "how far along is it",
    "did it finish rendering?", "can I see the timeline?", "what tracks do we have so far", "everything ok? what's the status",
    "still waiting for my song...", "目前有什么轨道", "我想看下时间轴", "好了吗", "导出进度", "hows my song coming along?",
    "are you done yet", "pls show tracks", "what's in my timeline rn", "how much longer?", "track status", "display timeline",
    "is the render finished?", "这个项目有几个音轨", "时间轴上都有啥", "歌做完没", "还在渲染吗",
    "what's the current status of the project", "is it still rendering?", "show the track list", "give me an update",
    "tell me the status", "进展如何", "帮我看看时间线", "有几条音轨",
]
UPLOADS = [
    "upload", "Upload!", "upload a file", "upload my recording", "I want to upload a video", "can i upload a file?",
    "how do i upload?", "let me upload my clip", "upload this", "upload it please", "upload https://example.com/hum.mp3",
    "upload this: https://example.com/a.mp4", "uplaod", "upload another clip", "upload these files",
    "where can i upload my voice memo?", "upload from a link", "上传", "上傳", "上传文件", "我要上传", "怎么上传",
    "上传一段录音", "上传这个", "可以上传视频吗？", "请帮我上传这张图片", "把这个文件上传", "上传 https://example.com/a.wav",
    "can I upload my own vocals?", "i want to upload another recording", "how can i upload an mp3 here", "我想上传自己的录音",
    "怎麼上傳檔案", "how do I add a file", "uploading a file", "I have a recording to upload", "can you let me upload a picture",
    "我可以上传一首歌吗", "把我的录音上传", "文件怎么上传", "can i upload something?", "upload a voice note",
    "where do i upload the file", "上传附件", "如何上传音频", "upload file please", "can i upload two files",
    "how do I upload my voice", "我想上传一张封面图片",
]
SAID = [
    # The help's wishes, and wishes that change the song or its film.
    "generate my audio files", "generate a full song with instruments", "full song with instruments from my hummed melody",
    "9:16 please", "add a title overlay 'Summer'", "add a drum track", "show tracks of snow in the video", "make it lo-fi",
    "make a video", "send me a video of a cat", "make it 9:16 vertical", "in 16:9", "mute the drum track",
    "remove the second track", "louder drums", "a song about the sea", "give me a song", "make me a music video",
    "render it in watercolor", "save the chorus for the end", "play it slower",
    # Words that mean something else here.
    "export a feeling of summer", 'title it "Download my heart"', "title it Download my heart", "a title that says download",
    "upload vibes", "give it more balance", "balance the drums and the bass", "balance the mix", "status symbol",
    "a song about status", "add end credits with my name", "roll the credits at the end", "add credits", "credits at the end",
    "show the credits over the last scene", "opening credits in white", "download-festival energy",
    "make it sound like an old upload", "export to the moon", "perfect balance", "perfect balance between sweet and sad",
    "balanced", "export quality vocals", "expert drums", "statue", "state of mind", "status quo vibes", "timeline of our love",
    "add a timeline effect", "download festival 2019", "a beat called Export", "call it export", "name the song Credits",
    "credits: music by Ada", "title: Status", '"export"', "“导出”", "「下载」", "add the word export",
    "the lyrics say download me now", "a progress bar at the bottom", "train tracks at night", "tracks in the snow",
    "send me to the moon", "send me an angel", "give me love", "save me", "save the world", "where is my mind",
    "where is my love", "show me the way", "show me the meaning of being lonely", "let me hear the drums",
    "i want the drums louder", "i want to hear more bass", "give me more energy", "have the video fade out",
    "turn it into a jazz song", "turn the video black and white", "upload culture satire song", "i uploaded my soul",
    "upload it to youtube", "send it to my mom", "download this song https://example.com/a",
    "export to premiere with my presets", "export duty blues", "the balance of power", "credit card song", "no credit",
    "street credits", "extra credit",
    # Refusals, and orders taken back.
    "don't export yet", "do not export", "please don't export it", "dont download it", "never export", "not now, export later",
    "stop the export", "cancel the export", "do not upload anything", "don't upload", "no upload", "no export please",
    "without exporting", "export ❌", "export? no", "i can't download it", "don't send me the video",
    "before you export, add drums", "~~export~~", "> export",
    # Wishes that an export only follows.
    "make it lo-fi and export", "make it lo-fi, then export it", "export it after making it louder",
    "add a title and send me the video", "export it but slower", "export with a louder bass", "export in 9:16",
    "export as a vertical video", "change the style to jazz. then download", "shorter please and then export as mp3",
    "upload this and make a song", "turn my hum into a song and send me the mp3", "show me the tracks and my credits",
    "export and how many credits do i have",
    # Chinese.
    "换成爵士风格然后导出", "加一条鼓轨道", "加上标题“导出”", "标题写下载", "标题改成上传", "导出一种夏天的感觉", "先别导出",
    "不要导出", "别导出", "先不导出", "不用下载", "暂时不要导出", "導出之前加個標題", "把音量余额调高", "把音量余额…",
    "平衡一下鼓和贝斯", "一种放松的状态", "状态不好的感觉", "显示下雪的轨道", "轨道上的火车", "上传的感觉", "不要上传", "别上传",
    "我上传了", "片尾加上制作人员名单", "微积分之歌", "写一首关于积分的歌", "余额不足的伤感情歌", "给我一首歌", "给我一个视频",
    "发我一首歌", "导出不了", "下载失败了", "做成竖屏再导出", "声音大一点，然后导出", "做一个视频", "看看海的视频", "进度条动画",
    "时间线是倒叙的", "上传到抖音", "字幕写“积分”", "导出的时候大声一点", "生成我的音频文件", "把它变成爵士", "存在的意义",
    "给我力量", "听妈妈的话", "我的歌在哪里唱", "还剩多少时间的感觉",
    # Nothing in particular.
    "", "   ", "hello", "thanks!", "👍", "ok", "please", "yes", "?", "...", "谢谢", "好的", "lo-fi", "mureka",
    "<@123456789012345678>", "https://example.com/hum.mp3",
    # Phrases that the grammar met only when it was finished.
    "export vibes of tokyo at night", "add a download button graphic at 0:10", 'make a track called "Status Update"',
    "credits should scroll slowly", "balance out the vocals please", "can you make the export louder",
    "upload the intro to the beginning instead", 'put "export" on screen at the end', "show the tracks of a train in winter",
    "give me the beat from the first version with more bass", "download my heart is the title",
    "make it sound like a file download error", "not yet, dont export", "wait don't send it yet",
    "I like the video but the drums are too loud", "send it into space with big synths", "get the guitar louder",
    "save the drums for the chorus", "can i get a video with a beach", "the credits are too fast",
    "is it possible to make it more balanced", "speed it up and send me the mp3", "export it without the drums",
    "I want to hear the song with piano", "show me the video with subtitles", "render it like a cartoon", "see you in my dreams",
    "where is the chorus? i want it twice", "mp3 player aesthetic", "stems of roses growing", "midi controller solo",
    "progress from sad to happy", "watch the video slowly fade", "导出前先把鼓调小", "余额宝之歌", "下载这种感觉",
    "给我来一首欢快的歌", "把视频改成竖屏", "上传按钮做成动画", "状态栏显示歌名", "轨道二静音", "积分榜背景音乐", "先不要发给我",
    "视频里加一行字：导出中", "看看能不能再快一点", "可以把视频弄亮一点吗", "做好了之后再加个结尾", "不要下载，改成摇滚",
    "时间线上加一张图片", "发给我妈妈的生日歌", "export as a watercolor painting style", "send me flowers in the last scene",
    "the video should start with a download animation", "upload my mood", "do a status check on my heart, lyrics like that",
    "track 2 is too loud", "show the title for 3 seconds", "a download of emotions", "how about some strings?",
    "can I get it in spanish", "watch me dance", "I need a beat", "send it back to the 80s", "get it louder",
    "i'd like the song to be longer", "give me the same video with rain", "save it from being boring, add drums",
    "this is good but export isn't needed", "hold off on the export", "instead of exporting, change the tempo",
    "finish it with a big chorus", "is it sad enough?", "is the bass too loud?", "how long is the song?", "where is the bridge",
    "what key is it in?", "show me something sadder", "hear the rain in the intro", "grab attention in the first 3 seconds",
    "convert it to a waltz", "make it mp3-ish lofi crunchy", "turn it up", "post-rock please", "share the love song",
    "file under jazz", "the final version should be slower", "my credit goes to my mom, add that",
    "thanks to the credits team text", "add status: single", "生活状态的短片", "传统音乐", "存钱罐的故事", "发光的字幕",
    "保存记忆的感觉", "要一个更好听的版本", "给视频加字幕", "视频太短了", "导出一个新的结尾", "查一查为什么鼓这么大声",
    "听起来像下载的", "看看星星", "还有多少时间", "轨道加一条贝斯", "时间线延长到30秒", "给我更多低音", "放一段视频",
    "把歌发得更有力", "再来一个", "我要视频更亮", "the mp3 sounds muffled", "export the feeling", "why is the export so dark?",
    "why did you download that", "i was happy with the first version", "can you send me back in time musically",
    "give me a video with my cat in it", "get me a choir", "i want it to be happier", "show me what jazz would sound like",
    "show rain instead of snow", "put my name in the credits", "the credits need bigger letters", "balance is off",
    "the balance is wrong between voice and piano", "better balance please", "add a status text at the top",
    "track three should come in later", "what tracks would you add?", "tracks by daft punk as reference",
    "is it possible to add a choir?", "is it ok if the drums start later", "how do i make it sadder",
    "upload aesthetic, vaporwave", "file sharing nostalgia", "it's done when the drums stop", "finished with a big bang",
    "ready for takeoff, synth intro", "send more bass", "watch out for the clipping", "see the ocean at sunset",
    "have a slow intro", "grab the hook and repeat it", "save some energy for the end", "the final version of the chorus twice",
    "timeline from 1990 to 2020", "do not send it", "skip the export", "export isn't what I want", "no need to download",
    "make the mp4 brighter", "vertical mp4", "video should be longer please", "导出的视频太暗了", "下载的时候卡住了",
    "视频的声音太小", "歌的结尾再长一点", "有点太快", "有点", "状态拉满的感觉", "余额那句歌词改掉", "时间线第二段删掉",
    "音轨三加混响", "发光的海", "给我来点爵士", "来个大鼓", "听着不错但是太短", "看情况吧", "存一份当备份再改成摇滚",
    "我不想下载", "没必要导出", "等一下再导出", "export me to another dimension", "show how lonely the city is",
    "my song is about credits and debts", "send the drums to the left channel", "can i have the vocals louder",
    "the song please, but with guitars", "i need the song to end softly", "see if you can fix the video",
    "get the video to match the beat", "share less of the chorus", "convert the melody to minor", "is it in tune?",
    "are you ready to rock", "is this the best you can do", "what is the timeline effect", "tracks should crossfade",
    "把视频发光的部分调暗", "下载进度条的音效", "保存一点悬念", "我想要更悲伤的歌",
]


@pytest.mark.parametrize("words", EXPORTS)
def test_an_export_is_asked_for(words: str) -> None:
    assert route(words).intent is Intent.EXPORT


@pytest.mark.parametrize("words", CREDITS)
def test_credits_are_asked_for(words: str) -> None:
    assert route(words).intent is Intent.CREDITS


@pytest.mark.parametrize("words", STATUSES)
def test_a_status_is_asked_for(words: str) -> None:
    assert route(words).intent is Intent.STATUS


@pytest.mark.parametrize("words", UPLOADS)
@pytest.mark.parametrize("has_files", [False, True])
def test_an_upload_is_asked_for(words: str, has_files: bool) -> None:
    assert route(words, has_files=has_files).intent is Intent.UPLOAD


@pytest.mark.parametrize("words", SAID)
def test_everything_else_is_said(words: str) -> None:
    assert route(words) == Route(Intent.SAY, words.strip())


def test_files_make_no_order_of_a_wish() -> None:
    assert [words for words in SAID if route(words, has_files=True).intent is not Intent.SAY] == []


def test_an_export_beside_files_is_a_wish_about_them() -> None:
    assert [words for words in EXPORTS if route(words, has_files=True) != Route(Intent.SAY, words)] == []


def test_a_question_beside_files_costs_no_generation() -> None:
    assert [words for words in CREDITS + STATUSES if route(words, has_files=True) != route(words)] == []


@pytest.mark.parametrize(("words", "named"), [
    ("export 1080p MP4", "mp4"), ("send it to me as mp3", "mp3"), ("the wav please", "wav"), ("export midi", "midi"),
    ("can i have the stems?", "stems"), ("export separate tracks", "stems"), ("导出分轨", "stems"), ("导出成ＭＰ３", "mp3"),
    ("export .mid", "midi"), ("export as flac", "flac"), ("导出 FLAC", "flac"),
    ("export", None), ("send me the video", None), ("把视频发给我", None), ("export in 4k", None), ("export as mov", None),
    ("just the audio please", "mp3"), ("把音频发给我", "mp3"), ("export lossless audio", "wav"), ("导出无损音频", "wav"),
    ("export the video with sound", None), ("export the music video", None), ("导出视频和音频", None),
    ("export the wav and the mp3", "wav"), ("mp3 and stems please", "stems"), ("is it done? send me the mp3", "mp3"),
])
def test_the_format_that_was_named(words: str, named: str | None) -> None:
    assert route(words) == Route(Intent.EXPORT, words, named)


@pytest.fixture(scope="module")
def plain() -> dict[str, Intent]:
    """All orders, and what each is by itself."""
    return {words: route(words).intent for words in EXPORTS + CREDITS + STATUSES + UPLOADS}


@pytest.mark.parametrize("wrap", [
    "  {}\n", "please {}", "{}!!!", "Hey Mureka, {} 🙏🏽", "<@!42> {}", "{} 谢谢啦～", "👍 **{}**", "请问，{}",
    "{}, thank you so much ❤️", "ok so {}",
])
def test_courtesies_change_nothing(wrap: str, plain: dict[str, Intent]) -> None:
    assert [words for words, intent in plain.items() if route(wrap.format(words)).intent is not intent] == []


@pytest.mark.parametrize("wrap", [
    "don't {}", "{} but make it jazzier", "make it slower and {}", "换成爵士风格，{}", "title it “{}”", "a song called {}",
    "先别{}", "> {}", "{}? no",
])
def test_a_word_more_is_a_wish(wrap: str) -> None:
    orders = EXPORTS + CREDITS + STATUSES + UPLOADS
    assert [words for words in orders if route(wrap.format(words)).intent is not Intent.SAY] == []


def test_words_stay_as_they_were_written() -> None:
    assert route("  EXPORT  the Video，ｐｌｅａｓｅ 🙏 \n").words == "EXPORT  the Video，ｐｌｅａｓｅ 🙏"


@pytest.mark.parametrize(("words", "heard"), [
    ("", []), ("Ｅｘｐｏｒｔ！", ["export", ","]), ("導出MP4吗？", ["导", "出", "mp4", "吗", "?"]),
    ("don’t", ["dont"]), ("pleaseee", ["please"]), ("<https://a.example>，好", ["<url>", ",", "好"]),
    ("<@!12> hi :wave: 👋🏽 <a:yay:99>", ["hi"]), ("see https://a.example/x?y=1 ok", ["see", "<url>", "ok"]),
    ("song.mp3", ["song.mp3"]), ("~~no~~ yes", ["yes"]),
    ("'export'", ["'", "export", "'"]), ("re-export", ["re", "export"]), ("\u200bex\u200dport", ["export"]),
])
def test_what_is_heard_of_words(words: str, heard: list[str]) -> None:
    assert tokens(words) == heard


@given(st.text(), st.booleans())
def test_no_text_makes_it_fail(words: str, has_files: bool) -> None:
    found = route(words, has_files=has_files)
    assert found.words == words.strip()
    assert found.format is None or found.intent is Intent.EXPORT


_VOCABULARY = sorted({word for words in EXPORTS + CREDITS + SAID for word in words.split()})


@given(st.lists(st.sampled_from(_VOCABULARY), max_size=12).map(" ".join))
def test_width_case_and_space_are_not_heard(words: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) if "a" <= letter <= "z" else letter for letter in words)
    assert route(words).intent is route(f" {words.upper()}  ").intent
    assert route(words).intent is route(wide).intent


@pytest.mark.parametrize("unit", [
    "please ", "export ", "导出", "export, ", "mp4 ", "can you ", "the my ", "love it ", "'", "~~", "<@1", ":a", "https://", "a.",
    "!?", "好", "ex\u200dport ", "有没有", "\ufdfa", "x", "https://,", "is it done? ",
])
def test_a_text_of_any_length_is_read_once(unit: str) -> None:
    words = unit * (40_000 // len(unit)) + " end"
    route(unit)     # the tables are read once
    before = time.process_time()
    route(words)
    assert time.process_time() - before < 2.0   # about 0.1 s; work that grew with the square would take minutes


def test_the_tables_are_written_as_they_are_heard() -> None:
    rules = " ".join(rule for order in ORDERS.values() for rule in order.values())
    words = set(re.sub(r"\{\w+\}|[\[\]()|*]", " ", rules).split())
    for word in (words | {*FORMATS, *SOUND, *FILM, *SEPARATORS}) - {",", "?", "<url>"}:
        assert "".join(tokens(word)) == word.replace(" ", ""), word
        assert word not in SPELLINGS, word


@pytest.mark.parametrize(("rule", "yes", "no"), [
    ("a | b c", ["a", "b c"], ["", "b", "a b", "b c c"]),
    ("a [b] c", ["a c", "a b c"], ["a b", "a b b c"]),
    ("a* (b|c d)*", ["", "a a", "b c d b", "a b"], ["b a", "c", "d"]),
    ("[a] [b]", ["", "a", "b", "a b"], ["b a", "a a"]),
    ("{other}* c", ["c", "x c", "y z x c"], ["y c", "x"]),
    ("导出 [一下]", ["导 出", "导 出 一 下"], ["导", "导 出 一"]),
    ("(a [b])* c | a d", ["a d", "c", "a a b c"], ["a a d", "a b d"]),
])
def test_the_notation_means_what_it_says(rule: str, yes: list[str], no: list[str]) -> None:
    grammar = Grammar({"top": rule, "other": "x | y z"}, "top")
    assert all(grammar.fits(words.split()) for words in yes)
    assert not any(grammar.fits(words.split()) for words in no)


@pytest.mark.parametrize("rules", [
    {"top": "a (b"}, {"top": "a [b)"}, {"top": "a b)"}, {"top": "a | | b"}, {"top": "(a|)"}, {"top": "{top} a"},
    {"top": "{other}", "other": "[{top}]"},
])
def test_a_rule_that_is_not_well_formed_is_refused(rules: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"rule|bracket|alternative"):
        Grammar(rules, "top")


def test_a_rule_that_nobody_wrote_is_named() -> None:
    with pytest.raises(KeyError, match="missing"):
        Grammar({"top": "{missing}"}, "top")
