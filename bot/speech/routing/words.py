"""The router's common words, in English and Chinese: spellings, courtesies, what a song is called, formats. Data only.

To add a phrase, put it into the rule it belongs to (here, or in phrases.py), and two lines into the tests (test_route.py): the
phrase, and a false friend of it. Rules are written in lower case, in simplified characters, without apostrophes and hyphens
(whats, re export), and without the spellings below. One rule serves both languages wherever their words stand in the same order.
"""

from __future__ import annotations

from typing import Final

# Other spellings of a token, and what the rules call it.
SPELLINGS: Final[dict[str, tuple[str, ...]]] = {spelling: tuple(meant.split()) for spelling, meant in {
    "pls": "please", "plz": "please", "plx": "please", "u": "you", "ya": "you", "ur": "your", "yea": "yes", "yeah": "yes",
    "yep": "yes", "yup": "yes", "sure": "yes", "thx": "thanks", "ty": "thanks", "tysm": "thanks", "tks": "thanks",
    "thanx": "thanks", "thankyou": "thanks", "okay": "ok", "okey": "ok", "k": "ok", "kk": "ok", "alright": "ok",
    "heya": "hey", "rn": "now", "asap": "now", "r": "are", "wanna": "want to", "gimme": "give me", "lemme": "let me",
    "gonna": "going to", "lets": "let us", "id": "i would", "im": "i am", "were": "we are", "ive": "i have",
    "whats": "what is", "wheres": "where is", "hows": "how is", "its": "it is", "thats": "that is", "dl": "download",
    "vid": "video", "vids": "videos", "mpeg4": "mp4", "mid": "midi", "wave": "wav", "reexport": "export", "1080": "1080p",
    "720": "720p", "uhd": "4k", "timelines": "timeline", "stats": "status",
}.items()}

# Words worth understanding with a letter left out, doubled, or swapped with its neighbour.
OFTEN_MISTYPED: Final = ("export", "download", "upload", "credits", "balance", "status", "timeline", "video", "please")

# What parts a message into clauses: an order may stand in one of them, and the others must then ask for nothing.
SEPARATORS: Final = (",", "and", "then", "plus", "然后", "并且", "并", "接着", "和", "以及")

COURTESY: Final[dict[str, str]] = {
    # Before or after anything.
    "polite": """please | kindly | hey | hi | hello | yo | ok | so | now | also | just | thanks | yes | dear | um | hmm
        | mureka | bot | there | excuse me | sorry | bro | dude | man | guys | again | finally | quick question | btw | 请
        | 请问 | 麻烦 [你|您] | 劳驾 | 你好 | 您好 | 嘿 | 嗨 | 嗯 | 好 [的|吧] | 行 [吧] | 对 | 是的 | 那 [么|就] | 就
        | 现在 | 马上 | 立刻 | 赶紧 | 赶快 | 快 [点] | 再 | 先 | 来 | 最后 | 小助手 | 机器人 | 亲 | 直接
        | 帮 (我|忙|个忙|我们) | 给 (我|我们) | 我 想 知道 | 不好意思""",
    # What makes a polite order, a wish or a question of a verb: before it.
    "ask": """{polite} | (can|could|would|will|may) (you|i|we) [possibly|maybe] | (you|we|i) (can|could|may)
        | would you mind | i [just|really|only|still] (want|need|wish|have) [you] to
        | i would [really|just] (like|love) [you] to | (want|need|would like|time|able|ready) to | i am [now] ready to
        | i am trying to | is it possible [for (me|us|you)] to | (am|are) (i|you|we) able to
        | is there (a|any) way [for me] [to|that] | help [me|us] [to] | go ahead | let (us|me) | try to | do
        | how (do|can|could|should|to) [i|you|we|one] | where (do|can|could) (i|we|you) | when can i | you should
        | we should | 能 [够|不能|否] | 可 [以|不可以|否] | 是否可以 | 才 (能|可以) | 你 | 您 | 我 [们] | 咱们 | 想 [要]
        | 要 | 需要 | 希望 [你] | 打算 | 准备 | 替我 | 为我 | 重新 | 怎么 [样] | 怎样 | 如何 | 该 | 在 (哪|哪里|哪儿)
        | [从] (哪|哪里|哪儿) | 去 | 试着 | 尝试 | 开始 | [有|有没有] 办法 | 立即 | {zh_praise}""",
    # What makes an indirect question of a question: before it.
    "wonder": """{polite} | (can|could|would) you [please|just] (tell|show) me | (tell|show|remind) me | do you know
        | [i] [just] (want|would like) to know | (i am|just|i was) wondering [if|about] | let me (know|see|check) | check
        | any idea | (can|could|may) i (see|know|check|ask|have a look) | i wonder | what about | how about
        | 看 [看|下|一下|一看|看看] | 查 [查|下|一下|一查|询|看|询一下|看一下] | 查看 [一下|下] | 告诉 [我|一下我]
        | (我|我们) 想 [知道|问 [一下|问]|看 [看|一下]|查 [一下|查]] | 问 [一下|下] | 知道 | 能 | 可以 | 能不能 | 可不可以
        | 说说 | 说 (下|一下) | 给我 [看 [看|一下]|说说] | 显示 [一下] | 检查 [一下|下] | 你 [知道]""",
    # After anything.
    "tail": """please | now | right (now|away) | immediately | (for|to|with) (me|us) | [in] here | over | again | already
        | yet | too | also | as well | directly | quickly | today | somehow | locally | once more | one more time
        | real quick | yes | ok | (in|to|into|on) (this|the) (channel|chat|thread|server) | in chat | (on|in|to|via) discord
        | from (here|you) | thanks [a lot|so much|in advance] | thank you [so much|very much] | mureka | bot | bro | man
        | dude | mate | guys | buddy | lol | haha
        | if (possible|you can|you could|you do not mind|that is ok|that is possible) | (will|would|can|could) you
        | when (you can|ready|you are ready|done|it is (done|ready|finished)) | once it is (done|ready|finished)
        | (to|on|onto) my (computer|pc|phone|device|laptop|mac|mobile|drive|desktop) | {so_that} | ? | 一下 [子] | 下 | 吧
        | 啊 | 呀 | 呢 | 吗 | 嘛 | 么 | 哦 | 噢 | 喔 | 哈 | 啦 | 呗 | 咯 | 喽 | 哟 | 啰 | 嘞 | 谢谢 [你|您|啦|了]
        | 谢 [啦|了] | 多谢 [了|啦] | 感谢 | {zh_try} | 拜托 [了|啦] | 给我 [们] | 出来 | 下来 | 过来 | 来
        | 到 [我] [的] (本地|电脑|手机|相册|桌面) [上|里|中] | 一份 | 一个 | 一次 | 一遍 | (好|可以|行|能) 吗 | 好不好
        | 行不行 | 可不可以 | 能不能 | 先 | 就 (行|好|可以) [了] | 了 (吗|没|没有) | 现在 | 马上 | 赶紧 | 快点 | 立刻 | 亲
        | 辛苦了 | 麻烦 [你|您] [了|啦]""",
    "zh_try": "(看|听|用|分享|留念|收藏) [看|听|用|一下|下]",
    "so_that": """so [that] (i|we) can (share|post|watch|hear|use|keep|save|listen to|show|send|see) (it|this|that)
          [(with|to) [my] friends]""",
    "very": "so | really | very | super | just | pretty | absolutely | too | much | way | all",
    "fine": """good | great | nice | cool | awesome | amazing | perfect | beautiful | wonderful | excellent | fantastic
        | lovely | dope | fire | sick | brilliant | fine | epic | lit | neat | superb | incredible | insane | sweet
        | gorgeous | stunning | better | right""",
    # What asks for nothing.
    "praise": "{glad} | [oh|omg|wow] [{very}] {fine} | {fine} (job|work|one|stuff|song|video|bot) | well done",
    "glad": """wow | omg | haha | lol | bravo | nothing else | (it|that) is (it|all) | let us go | {zh_praise}
        | {it} [is|looks|sounds|was|came out|turned out] [{very}] {fine} | (it|that) is [{very}] {fine}
        | (looks|sounds) [{very}] {fine} | [i] [{very}] (love|like) {it} [{very}|a lot|so much|very much]
        | [i (think|guess)] [i am|we are|i am all|we are all] (done|finished|happy|ready) [(with|here) [{it}]]
        | good (morning|evening|afternoon|day) | no [more|further] changes [needed] | how are you [doing] [today] | go ahead
        | {purpose}""",
    # What somebody wants it for: no wish to change it.
    "purpose": """i (want|would like|need) to (share|show|post|send|upload) (it|this|that|the (song|video)) (to|with|for)
          [all] (my|some|our) (friends|family|friend|team|band|mom|dad|girlfriend|boyfriend|wife|husband)
        | [我] (想|要) (分享|发|给) (给|到) [我 [的]] (朋友|朋友们|家人|妈妈|爸爸|同学|朋友圈)""",
    "it": "it | this | that | everything | the (song|video|film|result|track)",
    "zh_praise": """[我|这|这个|这首|听起来|看起来] (很|太|真|真的|非常|超|好|挺|特别|蛮) [的] {zh_fine} [了|的|啊|哦|呀|啦]
        | [很] 不错 [哦] | {zh_fine} | 可以 [了] | 没问题 [了] | 就 (这样|这个) [吧|了] | 搞定 [了] | 辛苦了 | 绝了 | 完成了
        | 好了 | 做得 [很|真|太] 好 | 大家好 | (早上|晚上|下午) 好 | 谢谢 [你|您|啦|了] | 哇 | 哈哈
        | 听起来 [很|真|非常] {zh_fine}""",
    "zh_fine": "好 | 棒 | 好听 | 好看 | 喜欢 | 不错 | 满意 | 完美 | 赞 | 美 | 酷 | 牛 | 厉害 | 爱了",
    "filler": "({polite}|{tail}|{praise})*",
    # A praise without a comma: "love it send me the mp3", "perfect now export"; not "perfect export".
    "praised": """({polite}|{praise})* ({glad}|{praise} (now|please|so|ok|can you|could you|can i|could i|let us|let me|i
          want to))""",
}

THINGS: Final[dict[str, str]] = {
    "det": """the | my | this | that | our | your | these | those | 我 [的|们的|那个|那首|这首|这个]
        | [刚才] (这|那) [个|首|段|支|部|条|些] | 你的 | 它的 | 整 [个|首|段|支] | 刚才的""",
    "kind": """finished | final | full | whole | complete | completed | entire | new | latest | last | current | rendered
        | exported | edited | generated | song | music | audio | video | sound | own | actual | resulting | film | {quality}
        | (成品|最终|最后|完整|做好|生成|最新|刚才|刚刚|整个|全部|渲染|编辑|剪辑|制作|生成好|弄好|剪好|渲染好) [了] [的]
        | 的""",
    "noun": """video | videos | film | movie | clip | song | track | music | result | results | project | file | files
        | tune | piece | output | mix | mv | edit | work | creation | product | version | cut | audio | sound | recording
        | one | thing | masterpiece | media | 视频 | 影片 | 片子 | 歌 [曲] | 音乐 | 文件 | 档案 | 成品 | 作品 | 成片 | 短片
        | 项目 | 工程 | 结果 | 音频 | 声音 | 曲子 | 音档 | 专案 | 电影 | 版本""",
    "format": """mp4 | mp3 | wav | midi | stems | stem | mov | avi | webm | mkv | flac | ogg | m4a | aac | multitrack | 分轨
        | 多轨 | (separate|separated|isolated|split|individual) tracks""",
    "container": """file | files | format | version | versions | video | audio | clip | link | 格式 [的] | 文件 | 视频
        | 影片 | 音频 | 版 [本] | 档 [案]""",
    "quality": """2160p | 1440p | 1080p | 720p | 480p | 360p | 4k | 2k | 8k | full hd | fullhd | hd | fhd | 24fps | 25fps
        | 30fps | 60fps | (24|25|30|50|60) fps | (320|256|192|128) kbps | 320k | 256k | 192k | 128k | 320kbps | 256kbps
        | 192kbps | 128kbps | lossless | uncompressed
        | (high|highest|best|max|maximum|top|original|good|full|low|lowest|better|higher|lower) [possible]
          (quality|resolution|res|definition) | (高|超|全|标) 清 | 蓝光 | 无损
        | (最高|最好|高|原|最佳|最大|好) [的] (画质|质量|清晰度|分辨率|音质|品质|解析度)""",
    "pronoun": "it | this | that | them | these | everything | all [of it] | the whole thing | 它 | 这个 | 这首 | 全部",
    "of_it": "(of|from|to|for) ({pronoun}|{det} [final|finished|full|new|song|music] {noun})",
    # Something that is there: the song, its film, its files.
    "definite": """[just|only|all|both] {det} {kind}* ({noun}|{format}) [{container}] [{of_it}]
        | [a|an] (video|audio|sound|music|song) (file|files)
        | [a|an|the] {quality} {quality}* [的] (video|audio|version|视频|音频|影片|版本|音质)
        | [a|an|one|[一] 个|[一] 份] {kind}* {format} [{container}] [{of_it}]
        | [a|the|my|个] [download|下载] (link|url|链接|连结) [{of_it}] | a (download|copy) [{of_it}]
        | (a|an|the|my) [final|full|new|{quality}] export [{of_it}]""",
    "ready": """{polite}* (is|are) (it|everything|we|you|{det} {kind}* {noun}|the (render|export|rendering))
          [all|already|still|almost|nearly] {finished} [with it] {tail}*
        | (done|ready|finished|complete) [yet|now|already] ? | (done|ready|finished) yet | are we there yet ?
        | {polite}* ([{det}] {noun})* [现在|已经] {zh_finished} (了 (吗|没|没有|么|嘛)|没|没有) {tail}*
        | 是不是 {zh_finished} 了 {tail}* | [{det}] [{noun}] [现在] 还 在 (渲染|生成|做|处理|导出|弄|制作) {tail}*""",
    "finished": """done | ready | finished | complete | completed | rendered | rendering | up | made | working | exported
        | processing""",
    "zh_finished": """做好 | 弄好 | 完成 | 做完 | 弄完 | 好 | 生成好 | 写好 | 搞定 | 处理完 | 处理好 | 渲染好 | 渲染完
        | 导出好 | 出来 | 生成 | 准备好 | 搞好""",
}

# What names a format, and which.
FORMATS: Final[dict[str, str]] = {
    "mp4": "mp4", "mp3": "mp3", "wav": "wav", "flac": "flac", "midi": "midi", "stems": "stems", "stem": "stems",
    "multitrack": "stems", "分轨": "stems", "多轨": "stems", "separate tracks": "stems", "separated tracks": "stems",
    "isolated tracks": "stems", "split tracks": "stems", "individual tracks": "stems",
}
# What names a sound file without saying which, unless one of FILM is spoken of: then it is the film's own sound.
SOUND: Final[dict[str, str]] = {
    "lossless": "wav", "无损": "wav", "audio": "mp3", "sound": "mp3", "音频": "mp3", "声音": "mp3", "音档": "mp3",
}
FILM: Final = ("video", "videos", "film", "movie", "with", "视频", "影片", "mv")
