"""The phrases of the router's four orders, as rules of grammar.py's notation. Data only; how to add one is told in words.py.

Each intent has its `order`, a clause that asks for it, and its `extra`, a clause that may stand beside an order and is no order.
"""

from __future__ import annotations

from typing import Final

from bot.speech.routing.words import COURTESY, THINGS

_EXPORT: Final = {
    # Verbs that mean the export alone, too.
    "take_out": """[re] export | download | exporting | downloading | 导出 | 下载 | 汇出 | 输出 | 导 (个|一个|一份|出一份)
        | (start|begin|do|run|make|trigger) [the|an|my|another] [final|full|video|song] export""",
    # Verbs that need a thing beside them, and one that is there. Without "me", "show" and "drop" speak of the film.
    "get": """save | get | grab | fetch | receive | see | watch | hear | listen to | view | render | post | deliver
        | provide | (send|give|hand|forward|share|resend|dm) [me|us|over|out|with me] | (show|bring|drop|pass) (me|us)
        | (can|could|may) (i|we) [please|just|also] have | let (me|us) have | hook me up with""",
    "get_it": """(save|render|share|post|deliver|resend|send|dm|(give|send|show|dm) (me|us|over|back)) {pronoun}
        | (get|grab|see|watch|hear|listen to|view|fetch) (it|them|everything|all of it|the whole thing)
        | (give|hand|show) {pronoun} to (me|us) | (can|could|may) (i|we) [please|just|also] have (it|them)""",
    "convert": "convert | turn | change | transform | make | render | save | 转换 | 转 | 变 | 存 | 保存",
    "convert_all": "convert | render | save | 转换 | 转 | 存 | 保存",
    "converted": "[to|into|as|in|成|为] [a|an|the] {quality}* {format} [{container}]",
    "verbs": """(send [me]|share|post|save) (video|song|file|files|audio|film|music) | drop the (mp3|mp4|wav|file)
        | {take_out} [{pronoun}|[all|both] [the|my|all] {kind}* ({noun}|{format}) [{container}]|{definite}|it all]
        | {get} {definite} | {get_it} | {convert} ({pronoun}|{definite}) {converted} | {convert_all} {converted}
        | [把|将] {zh_thing} ({zh_out}|{hand_over}|{give}) | {hand_over} [{zh_thing}] | {give} {zh_thing}
        | {zh_thing} [可以|能|怎么|如何|在哪 [里]|去哪 [里]] {zh_out}
        | (保存|储存|存|渲染|看 [看|一下|下]|听 [听|一下|下]|拿 [到]|取|获取|得到|放) {zh_owned} [文件]
        | (保存|储存|存) {zh_media} | (保存|储存|存) 到 [我的] (本地|电脑|手机|相册) [上|里]
        | (来|给|要|求|有 [没有]) [一] [个|份] [下载] (链接|连结)
        | (来|给|要|求|想要|有 [没有]) [一] [个|份] ({kind}* {format}|{quality} (音频|视频|影片)) [{container}]
        | 给 {zh_media}""",
    # Things that are an order by being named.
    "nouns": """[the] [my] {kind}* (mp4|mp3|wav|midi|stems|flac) [file|files|version|format|格式 [的]|文件|版]
        | [the|my|final] export | [the] [download] (link|url) | [time|ready] (to|for) [the] (export|download)
        | [download|下载] (链接|连结) | (the|my) {kind}* {noun} please | file please | [just] [the] (audio|sound|video) only
        | (just|only) the (audio|sound) | {questions}""",
    "questions": """where [exactly] (is|are) ({pronoun}|{definite}|[the] (download|export) [link|button|file]) [at]
        | where ({definite}|it) is | where did ({det} {kind}* {noun}|it) go
        | where (can|do|could) (i|we) find ({pronoun}|{definite})
        | (can|could) (it|{det} {kind}* {noun}) be (exported|downloaded|saved|sent|rendered|shared)
        | (is|are) (it|{det} {kind}* {noun}) (ready|available) (to|for) (download|export)
        | is (it|{det} {kind}* {noun}) (downloadable|exportable)
        | i (didnt|havent|never) (get|got|gotten|received|receive) ({pronoun}|{definite})
        | i [just|only|really|still|also] (want|need|would like|would love) [to have] {definite}
        | ({det} {kind}* {noun}|视频|影片|成品|片子|歌|文件) (呢|[现在] 在哪 [里|儿]|去哪 [里|儿] [了]|哪去了|哪里去了)
        | [在|从] (哪|哪里|哪儿) [可以|能] (看|看到|找到|拿到|听|下|找) [{zh_thing}]
        | {zh_thing} (怎么|在哪 [里]) (下|看|听|拿)""",
    "zh_out": """[单独|直接|一起|全部|都|再|重新|先|也|给我|帮我]*
          (导出|下载|汇出|输出|导|渲染|保存|储存|存|export|download) [成|为|给|出 [来]]""",
    # The member is given something: 发给我, 传过来; 给我 alone names nothing yet.
    "hand_over": """[单独|直接|一起|全部|都|再|重新|先|也|帮我]* (发|发送|传|传送|分享|转发) [一下|下] (给 我 [们]|我
          [们]|来|过来 [给我]|出来|到 (群里|频道 [里]|这里)) [一下|下] | (发|传) (一下|下|个|一个|一份)""",
    "give": "(给|交给|拿给|弄给|丢给) 我 [们]",
    "zh_thing": """{det} {kind}* ({noun}|{format}) [{container}] | [[一] (个|份|首|段)] {kind}* {format} [{container}]
        | {kind}* {zh_media} | 它 | 这个 | 这首 | 那个""",
    "zh_owned": "{det} {kind}* {noun} | {kind}* ((视频|影片) [文件|档]|成品|成片|片子|作品|结果|文件|mv|最终版|完整版)",
    "zh_media": """(视频|影片|音频|歌曲) [文件|档案|档] | 成品 | 成片 | 片子 | 作品 | 文件 | 结果 | 音频 | mv | 歌 [曲]
        | video | 最终版 | 完整版 | 档案 | 音档 | 音乐""",
    "detail": """[but|also] [as|to|in|into|at|with|成|为|做|用|以|按 [照]] [a|an|the|one|my] {quality}* [的]
          ({format}|{quality}) [的] [{container}]
        | (as|to|in|成|为) [a|an] {quality}* (video|film|movie|audio|sound|song|视频|影片|音频) [only|file]
        | with [the] (sound|audio|music) | [just|only] [the] (audio|sound|video|music) only | only | just | both | version
        | 格式 | 的 | (只要|只) (音频|视频|声音)""",
    "order": "([{praised}] {ask}* {verbs}|{wonder}* {nouns}) ({detail}|{tail})*",
    "extra": "({polite}|{detail}|{tail}|{praise}|[just|only|all|both] [the|my] {kind}* {noun})* | {ready}",
}

_STATUS: Final = {
    "owner": """export | render | rendering | 导出 | 渲染 | 生成 | 制作 | the | my | our | this | current | project | video
        | song | all | of | full | track | 我的 | 当前 [的] | 现在的 | 项目 [的] | 工程 [的] | 视频 [的] | 所有 [的]
        | 全部 [的] | 这首歌 [的] | 歌 [的] | 我 | 目前 [的]""",
    "state": """status | state | progress | timeline | tracks | tracklist | track list | layers | 状态 | 进度 | 轨道 [列表]
        | 音轨 [列表] | 时间线 | 时间轴 | 进展""",
    "whole": """{owner}* ({state}|(project|song|video|track|timeline) (status|state|overview|summary|list)|[a] status
          (update|report|check)) [{of_song}]""",
    "of_song": """(of|in|on|for|from) [the|my|this|that|our] (project|song|video|film|timeline|track|it) [so far] | i have
        | we have [got] | so far | are there | there are | that i have | it has""",
    "look": """(show|list|display|see|view|check|print|give|tell|read|get|report) [me|us|out|on] | [take|have] [a] look at
        | check out | 看 [看|一下|下|一看] | 显示 [一下|下|出] | 列 [出] [一下|下] | 查看 [一下|下] | 展示 [一下|下]
        | 查 [询|一下|下|看] | 告诉我 | 检查 [一下|下] | 检视 | 列举""",
    "song": "it | everything | that | things | {det} {kind}* {noun} | the (progress|render|export|rendering)",
    "verbs": """{look} ({whole}|{owner}* (overview|summary|project [overview|summary|status]))
        | (check|look) [on|in on] (my|the) (song|video|film|project)""",
    "nouns": """{whole} | {ready} | how far (are|is|along) [is|are] (you|we|{song}) [along] | what is {whole}
        | what is {owner}* status like
        | (what|which) (tracks|layers) (are|is|exist|do|does|did|have) [there|i|we|you|it|{song}] [have|got|made|used|exist]
          [{of_song}]
        | how many (tracks|layers) [are|is|do|does|did|have] [there|i|we|you|it|{song}] [have|got|made|used|exist]
          [{of_song}] | what is (in|on) (the|my|this) (timeline|project) [so far|currently]
        | what does (the|my) (timeline|project) look like
        | what (do|have|did) (i|we|you) (have|got|made|make|done|do) so far
        | how is {song} (going|coming [along|on]|looking|doing|progressing)
        | [give me] (any|an) (update|updates|news|progress) [on {song}] | updates | (update|news) ?
        | when (will|is) {song} [be|going to be] {finished} | when {song} (is|will be) {finished}
        | how (long|much longer) [will it take|it will take|it takes|to go|left|more|is left|does it take|until {song} is
          {finished}] | [what is the] eta | what is (happening|going on|up with {song}) | where are we [at] [with {song}]
        | did (it|that|{song}) (work|finish) [rendering|exporting] | [is] everything ok | did you finish [it]
        | are you [still] (working|rendering) [on it] | still (working|rendering|going|waiting) [on it|for {song}]
        | {zh_place}* [都|一共|总共] [有] {zh_which} {zh_tracks} | {zh_place}* {zh_tracks} [现在|都|一共] 有 {zh_which}
        | {zh_place} [现在|都] [有] (有什么|有哪些|有啥|什么样 [的]|是什么样 [的]) [{zh_tracks}]
        | [现在|目前] [是|到] (什么|啥) (状态|进度|情况) [了]
        | ({zh_song}|{state}|现在|目前)* [做|进行|弄|处理|渲染] 到 (哪 [里|儿]|哪 [一] 步) 了
        | ({owner}|{zh_song}|{state})* [现在|做得|弄得|进行得] (怎么样|怎样|如何|咋样) [了]
        | {zh_song}* 还 (要|需要) (多久|多长时间|等多久)
        | {zh_song}* (什么时候|何时|多久) [能|可以|会|才能|才] {zh_finished}""",
    "zh_place": "现在 | 目前 | 我 | [这 (个|首)|我的] (时间线|时间轴|项目|工程|视频|歌) [里|上|里面|上面|中] [的]",
    "zh_which": "哪些 | 什么 | 几条 | 几个 | 多少 [条|个] | 几轨 | 哪几 [条|个]",
    "zh_tracks": "轨道 | 音轨 | 图层 | 轨",
    "zh_song": "[{det}] (歌 [曲]|视频|影片|项目|工程|片子|渲染|导出|生成)",
    "order": """([{praised}] {ask}* {verbs}|{wonder}* {nouns}) ({tail}|so far|at the moment|currently|给我看
          [看]|有哪些|有什么|是什么)*""",
    "extra": "{filler}",
}

_CREDITS: Final = {
    "coin": "credits | credit | quota | 积分 | 额度 | 点数 | 余额",
    "coins": "credits | credit | points | tokens | coins | quota | 积分 | 额度 | 点数 | 余额",
    "mine": """my | our | remaining | current | available | account | 我 [的] | 剩余 [的] | 当前 [的] | 现在的
        | (账户|账号|帐户|帐号) [的|里] | 可用 [的] | 目前 [的]""",
    "purse": """{mine}* ({coin}|balance|{coin} (balance|余额)) | the [current|account|credit|credits] balance
        | my [remaining|current|account] (points|tokens|coins|quota|account) | (remaining|available) {coins}
        | {coins} (remaining|left)""",
    "look": """(show|see|view|check|tell) [me|us] | give me my | check on | look (up|at) | 看 [看|一下|下|一看]
        | 显示 [一下|下] | 查 [询|一下|下|看|查|一查|看一下|询一下] | 查看 [一下|下] | 告诉我 | 检查 [一下|下]""",
    "left": "left | remaining | still | in total | now | available | at the moment | [in|on] my account | to spend",
    "i_have": "(do|have) (i|we) [still] [have|got|own] | (are|is) [still|there|there still] | i (have|have got|still have)",
    "priced": """it | this | that | one | an export | exporting
        | (a|one|each|another) [new] (song|video|film|generation|render|clip) | [making|generating] a (song|video)""",
    "verbs": """{look} {purse} | {look} [my|the] account | {look} (how many|how much|what) {coins} {i_have} [{left}]
        | buy [more|some] {coins} | (get|purchase) more {coins} | (top up|recharge) [my] [account|{coin}|balance] | 充值
        | (充|购买|买|获得|充点|买点|买些) [更多] [的] {coins}""",
    "nouns": """{purse} | what (is|are) {purse}
        | (how many|how much|what) [of] [my|the] {coins} [{i_have}] [{left}] [for me]
        | how much (do i have left|[do i have] left in my account) | (how many|how much) {coins} remain
        | {i_have} [any|enough|some|more] {coins} [{left}] | do i need [more|any] {coins}
        | (how much|what) is left of my {coins} | any {coins} (left|remaining)
        | (am i|are we) [running] (out of|low on) {coins} | did i run out of {coins}
        | (where|how) (can|do) i (see|check|find|view) {purse}
        | (where|how) (can|do|could) i (get|buy|add|earn|purchase) [more|some|additional|extra] {coins}
        | i need more {coins} | how (many|much) {coins} (does|do|will|would) {priced} (cost|take|need|use|require)
        | how (many|much) {coins} per (song|video|film|generation|export)
        | (how much|what) (does|do|will|would) {priced} cost | what does it cost to (make|generate|export) {priced}
        | {zh_mine}* (剩 [下|余]|有|还有) [了] (多少|几个) {coins} [可以用|可用|能用]
        | {purse} [里] [还] (剩 [下]|有) (多少|几个) [{coins}] | {zh_mine}* 多少 {coins} | {purse} [是|还|还是] 多少 [了]
        | {purse} 还 有 [没有] | {zh_mine}* (有|有没有) {coins} [了]
        | {purse} [还] [是不是] (够|够不够|足够|不够|不足|用完|用光|没|没有|不多) [用] [了] [怎么办]
        | (做|生成|导出|一|写) [一] [首|个|次|段] ([歌|歌曲|视频|片子|音乐]) [需要|要|得|会] [花|用|扣|消耗|花费] 多少
          {coins}""",
    "zh_mine": "我 [的] | (账户|账号|帐户|帐号) [里|上] | 现在 | 目前 | 还",
    "order": """([{praised}] {ask}* {verbs}|{wonder}* {nouns}) ({tail}|left|remaining|looking like|looking|at the
          moment|currently|for my account|查询|[还] (剩|有|是) 多少|在哪 [里] 看|怎么看)*""",
    "extra": "{filler}",
}

_UPLOAD: Final = {
    "put": "upload | uploading | 上传 | 上载",
    "material": """file | files | clip | clips | recording | recordings | video | videos | audio | song | songs | photo
        | photos | picture | pictures | image | images | pic | pics | footage | media | sound | melody | tune | hum
        | humming | vocals | voice | memo | note | message | track | mp3 | mp4 | wav | m4a | mov | midi | sample
        | attachment | attachments | stuff | beat | demo | one | ones | 文件 | 音频 | 视频 | 影片 | 图片 | 照片 | 录音
        | 素材 | 歌 [曲] | 音乐 | 片段 | 附件 | 档案 | 音档 | 声音 | 语音 | 旋律 | 哼唱 | 封面""",
    "some": """封面 | the | my | this | that | these | those | a | an | some | another | more | new | one | two | three
        | few | other | own | 2 | 3 | several | multiple | audio | video | voice | sound | media | image | short | recorded
        | mp3 | wav | mp4 | local | attached | all | [一|这|那|几|两|多|另一] (个|段|张|首|些|份|条) | 新 [的] | 我 [的]
        | 自己 [的] | 本地 [的] | 几个""",
    "verbs": """{put} | {put} {some}* {material} [file|files|clip|文件]
        | {put} (it|this|that|these|those|them|something|another|two|{some}|它)
        | {put} (from|via|by|through|从|通过) [a|an|the|my|this] (link|url|链接|网址|<url>)
        | {put} {some}* [{material}] [from|at|link|链接] <url> | {put} (a|the|this|my) (link|url) [<url>]
        | [把|将] {some}* ({material}|它) {put} | [把|将] <url> {put}
        | {some}* {material} (怎么|在哪 [里|儿]|如何|从哪 [里|儿]) {put} | (make|start|do) (an|the|a new) upload
        | (add|attach|send [you]) (a|my own|another|a new|some|more) [audio|voice|video|sound]
          (file|files|recording|memo|attachment)""",
    "nouns": """[file|a|new|files] upload | how does [the] upload work | i have {some}* {material} to upload
        | (我 有|有) {some}* {material} [要|想] 上传""",
    "order": """([{praised}] {ask}* {verbs}|{wonder}* {nouns}) ({tail}|to (you|mureka|the bot|[the|my|this] project|the
          timeline) | from my (computer|pc|phone|device|laptop|disk) | of mine|to work with|到
          (项目|工程|这里|时间线|时间轴) [里|中|上]|上来|上去|给你|在哪 [里]|哪里|到哪 [里])*""",
    "extra": "{polite}* <url> {tail}* | {filler}",
}

ORDERS: Final[dict[str, dict[str, str]]] = {name: COURTESY | THINGS | own for name, own in {
    "export": _EXPORT,
    "credits": _CREDITS,
    "status": _STATUS,
    "upload": _UPLOAD,
}.items()}
