"""GUI talk in English: the table. Data only; `rules.py` says how to read and extend it."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from bot.speech.gui.english_words import VOCABULARY, WORDS
from bot.speech.gui.rules import Row, Tongue, compiled, expanded, rules_of, words_of
from bot.speech.gui.values import Action

_ROWS: Final = (
    # Clicking
    Row("Click Export to keep it.", r"<click> (?:<det> )?<label><end>"),
    Row("Tap the little disk icon.", r"<click> (?:<det> )?<np>(?:<button>|<screen_only>)"),
    Row("Double-click the second clip.", r"<click> (?:<det> )<np><clip>", Action.REFINE),
    Row(
        "Hit the big Download button.",
        r"(?:<click>|<press>) (?:<det> )?(?:[\w-]{1,20} ){0,3}?(?:\ue000|<known>) (?:buttons?|icons?|tabs?|menus?|panels?"
        r"|switch(?:es)?|keys?)\b",
    ),
    Row(
        "Try refreshing the page.",
        r"(?:try|start by|begin by|consider|how about|keep) (?:<clicking>) (?:<det> )?(?:<label><end>|<np>(?:<button>"
        r"|<screen_only>|<section>|<stage>|<clip>|site|app|browser))",
    ),
    Row(
        "Try uploading it in the Media tab.",
        r"(?:try|start by|consider|keep) \w{2,20}ing (?:<thing> )?(?:<on>) (?:<det> )?(?:<np><screen_only>|<named>(?:<button>"
        r"|<section>)|<stage>)",
    ),
    Row(
        "Use the crop tool in the toolbar.",
        r"(?:use|try|apply|pick up) <thing>(?:<on>) (?:<det> )?(?:<np><screen_only>|<named>(?:<button>"
        r"|<section>))", Action.REFINE,
    ),
    Row(
        "Hold Shift while dragging.",
        r"hold (?:down )?(?:the )?(?:ctrl|cmd|command|alt|shift|control|option|⌘)(?: key)?\b", Action.REFINE,
    ),
    Row(
        "Tap the blue button at the bottom left.",
        r"(?:<click>) (?:<det> )?(?:[\w-]{1,20} ){0,4}?(?:buttons?|icons?) <corner>",
    ),
    Row("Click through the clips.", r"<click> (?:through|around|along|into|between|anywhere|outside)\b", Action.TIMELINE),
    Row("Click here to go on.", r"<click> (?:here|below|there|it|that|anywhere)<end>", sure=False),
    Row("Click on your account page.", r"<click> (?:<det> )?<named><section>"),
    Row(
        "Hit Save when you are happy.",
        r"<press> (?:<det> )?(?:<path>|<quoted>|(?!play on (?!the <stage>))(?:<known>)|(?:<known>) <cap>)<end>",
    ),
    Row("Press the Render button.", r"<press> (?:<det> )?<named>(?:<button>|<section>)"),
    Row("Press the button on the right.", r"<press> (?:<det> )?<np>(?:<button>) <corner>"),
    Row("Press the button to download it.", r"<press> (?:<det> )?<np>(?:<button>) (?:to|and) (?:<send>|<load>|<play>)\b"),
    Row("Use the slider for the volume.", r"use (?:<det> )?<np>(?:<button>|<screen_only>)", sure=False),
    Row("Use the timeline to move things.", r"use (?:<det> )?<np><stage>(?: \w+)?", Action.TIMELINE),
    Row(
        "Press Ctrl+E to save.",
        r"<press> (?:<det> )?(?:(?:ctrl|cmd|command|alt|shift|control|⌘) ?(?:[+-] ?)?\w{1,9}(?: ?\+ ?\w{1,9})?|space ?-?bar"
        r"|spacebar key|esc(?:ape)?|f\d{1,2}|(?-i:Enter|Space|Delete|Return|Backspace|Tab|[A-Z]))(?: key| bar)?<end>",
    ),
    # Opening
    Row("Open the Text panel.", r"<open> (?:<det> )?<named>(?:<button>|<section>)", Action.TIMELINE),
    Row("Go to the toolbar.", r"<open> (?:<det> )?<np><screen_only>", Action.TIMELINE),
    Row("Open the panel on the left.", r"<open> (?:<det> )?<np><button> <corner>", Action.TIMELINE),
    Row("Open the menu.", r"<open> (?:<det> )?<np><button><end>", Action.TIMELINE, sure=False),
    Row("Open your timeline.", r"<open> (?:<det> )?<np><stage><end>", Action.TIMELINE),
    Row(
        "Go to Settings.",
        r"<open> (?:<det> )?<np>(?:<path>|<quoted>(?= (?:tab|page|menu|section|to|and))|settings|preferences|properties"
        r"|library|<known>)<end>", Action.REFINE,
    ),
    # Dragging, selecting, scrolling
    Row(
        "Drop your files here.",
        r"(?:<drag>|drop|throw) (?:<det> )?<np><files> (?:here|below|in here|(?:in|into|onto|on|to"
        r"|over) (?:<det> )?<np>(?:<button>|<section>|window))", Action.UPLOAD, by_words=False,
    ),
    Row(
        "Drag it onto this window.",
        r"<drag> <thing>(?:onto|into|to|in|on|over) (?:<det> )?<np>(?:window|page|box|area|zone|tab)\b", Action.UPLOAD,
    ),
    Row("Drag the caption upwards.", r"<drag> (?:<det> )<np><clip>", Action.REFINE),
    Row(
        "Drag it onto the timeline.",
        r"(?:<drag>|drop|move|slide|place) <thing>(?:to|onto|into|along|across|in|on) (?:<det> )?<np>(?:<stage>|<screen_only>"
        r"|track)\b", Action.REFINE, by_words=False,
    ),
    Row("Drag and drop to rearrange.", r"(?:drag (?:and|&) drop|drag-and-drop)<end>", Action.REFINE),
    Row(
        "Pull the handle of the clip.",
        r"<move> (?:<det> )<np>(?:handles?|play ?heads?|sliders?|faders?|edges? of (?:<det> )?(?:clip|title|segment"
        r"|track))\b", Action.REFINE,
    ),
    Row(
        "Select the second clip in the row.",
        r"(?:select|highlight|grab|mark) (?:<det> )<np>(?:clips?|segments?|layers?|tracks?|text|text box|key ?frames?"
        r"|elements?)\b(?! (?:of|from|shown|you|to)\b)", Action.REFINE,
    ),
    Row(
        "Select the title on the timeline.",
        r"(?:select|highlight|choose|pick|find) <thing>(?:on|in|from|under) (?:<det> )?<np><stage>(?:"
        r" \w+)?", Action.REFINE, by_words=False,
    ),
    Row(
        "Choose Split from the context menu.",
        r"<choose> (?:<det> )?(?:<label>|<np>option|[\w ]{1,40}?) (?:from|in|under|on|via) (?:<det> )?<np>(?:<button>"
        r"|<screen_only>)",
    ),
    Row("Choose File > Export.", r"<choose> <path>"),
    Row("Choose the Split option.", r"<choose> (?:<det> )?<named>(?:<button>|option\b|tab\b)", Action.REFINE),
    Row(
        "Pick 1080p.",
        r"(?:choose|pick|select) (?:<det> )?(?:(?:<quality>)(?: (?:or|and|/) (?:<quality>))?)(?: (?:<quality>|as|for|quality"
        r"|resolution|format|video|output|option)){0,5}<end>(?! ?[,/] ?(?:<quality>))", Action.EXPORT, sure=False,
    ),
    Row(
        "Scroll down to the captions.",
        r"scroll (?:(?:all the way|a bit|back|further) )?(?:up|down|left|right|to|through|along|over|in"
        r"|past)\b", Action.TIMELINE,
    ),
    Row(
        "Zoom in on the timeline.",
        r"zoom (?:in|out)(?: \w+){0,2}? (?:on|of|in|using|with) (?:<det> )?<np>(?:<stage>|<button>)", Action.TIMELINE,
    ),
    # Looking
    Row(
        "Preview it in the player.",
        r"<view> (?:<thing> )?(?:<on>) (?:<det> )?<stage>(?: \w+){0,2}?", Action.TIMELINE, by_words=False,
    ),
    Row(
        "Find the titles in the Text panel.",
        r"<view> (?:<thing> )?(?:<on>) (?:<det> )?(?:<np><screen_only>|<named>(?:<button>|<section>))", Action.TIMELINE,
    ),
    Row(
        "Check the timeline for it.",
        r"(?:check(?: out)?|look at|see|view|take a look at|have a look at|inspect|review|watch) (?:<det> )?<np>(?:timeline"
        r"|preview (?:window|panel|pane|player|area|monitor|screen)|preview<end>)(?! (?:of|summary)\b)", Action.TIMELINE,
    ),
    Row("Look for the download icon.", r"<view> (?:<det> )?<named>(?:<button>)", Action.TIMELINE),
    Row(
        "Preview it below.",
        r"<play> (?:(?:it|this|that|them|everything|the (?:result|film|video|song|clip|whole thing)"
        r"|your \w+)(?: \w+)?) <corner>", Action.TIMELINE,
    ),
    Row("Look to the right.", r"look (?:in|at|on|to|for it) (?:<corner>|the right|the left)", Action.TIMELINE, sure=False),
    # Handing over, loading, paying, reading again
    Row(
        "Export it from the menu.",
        r"<send> <thing>(?:<on>) (?:<det> )?(?:<path>|<np>(?:<button>|<screen_only>)|<named><section>)", Action.EXPORT,
    ),
    Row(
        "Download it at the top right.",
        r"(?:export|download|save|share) (?:(?:it|this|them|everything|(?:<det> )?<np>(?:film|video|song|clip|file|project"
        r"|movie|result))(?: \w+){0,3}? )?<corner>", Action.EXPORT,
    ),
    Row(
        "Add footage with the plus button.",
        r"<load> <thing>(?:with|via|using|through|from|by using|in|to|into) (?:<det> )?(?:<np><screen_only>|<named>(?:button"
        r"|icon|panel|tab|library|menu|bin|section|area|box|zone|page)\b)", Action.UPLOAD,
    ),
    Row(
        "Check your billing.",
        r"(?:check(?: out)?|see|view|monitor|manage|verify|review|look at|track) (?:your"
        r"|the) (?:\w+ ){0,2}?<account>(?: (?:page|status|section|balance|details|dashboard|history|tab|info"
        r"|settings))?<end>", Action.CREDITS, by_words=False,
    ),
    Row(
        "Top up on the pricing page.",
        r"(?:check(?: out)?|see|view|monitor|manage|verify|top up|buy|get|add|purchase|find|track|look up|recharge"
        r"|upgrade) (?:<thing> )?(?:<on>|to) (?:<det> )?(?:<word> ){0,2}?<account>(?: (?:page|section|settings|area|tab|menu"
        r"|dashboard|panel))?<end>", Action.CREDITS, by_words=False,
    ),
    Row(
        "Visit your account.",
        r"(?:<open>|sign in to|log ?in to|log into|sign into) (?:<det> )(?:<word> ){0,2}?<account>(?: (?:page|section"
        r"|settings|area|tab|menu|dashboard|balance))?<end>", Action.CREDITS, by_words=False,
    ),
    Row(
        "Refresh the page.",
        r"(?:hard[- ]?)?(?:refresh|reload|re-open|reopen|restart) (?:<det> )?(?:<np>(?:page|tab|window|app|site|website"
        r"|screen|view)|(?:<word> ){0,1}?(?:browser|editor|timeline|project|preview|player|workspace"
        r"|dashboard))\b(?! of\b)", Action.REFRESH, by_words=False,
    ),
    Row(
        "Refresh if it is not there.",
        r"(?:try )?(?:(?<=try )(?:refresh|reload)ing\b|(?:refresh|reload)(?: it)?)(?= ?$| (?:to (?:see|load|get|view|check"
        r"|update)|if|and (?:try|check|see|it)|once|after|when)\b)", Action.REFRESH, sure=False, by_words=False,
    ),
    # Editing somewhere: the place goes, the wish stays
    Row(
        "Change the colour in Settings.",
        r"(?:<edit>)\b <thing>(?P<place> (?:(?:<on>) |by (?:<clicking>) )(?:<det> )?(?:settings|preferences|properties|<path>"
        r"|<screen_only>|(?:<np>|<named>)(?:<button>|<section>)|<stage>(?! (?:at|from|to)\b))(?: <corner>)?)(?: ?$|(?= (?:if"
        r"|when|to|and|at|once|whenever|as|until)\b))", Action.REFINE,
    ),
    Row(
        "You can silence the drums in the Stems panel.",
        r"(?!\w+ed\b)<word> <thing>(?P<place> (?:in|from|via|under|inside|with|through) (?:the|your) (?:<np><screen_only>"
        r"|<named>(?:panel|tab|menu|side ?bar|tool ?bar|drop-?down|inspector)\b)(?: <corner>)?)(?: ?$|(?= (?:if|when|to|and"
        r"|once|whenever|until)\b))", Action.REFINE, sure=False,
    ),
    # What the editor is like
    Row(
        "The Export button is at the top.",
        r"(?:the|your|an?) <named>(?:button|icon|tab|panel|menu|slider|handle|side ?bar|toolbar"
        r"|toggle)s? (?:\ue003 )?(?:(?:<on>) [^,;.]{1,40} )?(?:is|are|will|lets?|allows?|can|sits?|saves?|gives?|has|have"
        r"|appears?|should|offers?|contains?|shows?)\b",
    ),
    Row(
        "There is a Download button below.",
        r"there(?:['’]s|['’]re| is| are) (?:also )?(?:the|an?|some) <named>(?:button|icon|tab|panel|menu|slider|side ?bar"
        r"|toolbar|toggle)s?\b",
    ),
    Row(
        "Everything can be seen in the timeline.",
        r"(?:it|this|that|they|everything|all of (?:it|this)|(?:the|your) (?:<word> ){1,4}?)(?: ?can| may"
        r"| could)(?: (?:<adverb>|all|both))* be (?:\w{1,15} )(?:<thing> )?(?:(?:<on>) (?:<det> )?(?:<stage>(?! at\b)"
        r"|<np><screen_only>|<named>(?:<button>|<section>)|settings)|(?:by|with) (?:<clicking>)\b)", Action.TIMELINE,
    ),
    Row(
        "Clicking Preview will play it.",
        r"(?:<clicking>) (?:<det> )?(?:<label>|<np>(?:<button>|<screen_only>)) (?:<corner> )?<verdict>",
    ),
)

_CUTS: Final = (
    Row(
        "Save it by clicking Export.",
        r"(?:,? ?(?:just|simply|either) )?\bby (?:simply |just )?(?:<clicking>) (?:<det> )?(?:<label><end>|<np>(?:<button>"
        r"|<screen_only>|<section>|<clip>|<stage>)).*",
    ),
    Row(
        "It is one tap away with a click on Export.",
        r"\b(?:with|via|at) (?:an?|one|a single|the) (?:single |quick |simple )?(?:click|tap|press|push) (?:on"
        r"|of) (?:<det> )?(?:<label><end>|<np>(?:<button>)).*",
    ),
    Row(
        "The clip is there to view in the timeline.",
        r"(?:\bavailable |(?<=is )there |\bfor you )?\bto (?:now )?(?:<view>|<play>"
        r"|<edit>) (?:<thing> )?(?:<on>) (?:<det> )?(?:<stage>|<np><screen_only>|<named>(?:<button>"
        r"|<section>))(?: <corner>)?<end>", Action.TIMELINE,
    ),
    Row(
        "Your clip is ready to save with the Export button.",
        r"\b(?:for you )?to (?:<send>) (?:<thing> )?(?:<on>) (?:<det> )?(?:<np><screen_only>"
        r"|<named>(?:<button>))(?: <corner>)?<end>", Action.EXPORT,
    ),
    Row(
        "Here is the song, which you can hear in the player.",
        r"\b(?:which|that) you(?: can|['’]ll| will) (?:<adverb> )?(?:<view>|<edit>"
        r"|<send>) (?:<thing> )?(?:<on>) (?:<det> )?(?:<stage>|<named>(?:<button>"
        r"|<section>))(?: <corner>)?<end>", Action.TIMELINE,
    ),
    Row(
        "The titles are now available in the Text panel.",
        r"\b(?:available|visible|displayed|waiting|listed|ready|found|shown)(?P<place> (?:for you )?(?:<on>) (?:<det>"
        r" )?(?:<np><screen_only>|<named>(?:button|panel|tab|menu|side ?bar|section)\b|(?:built-in|preview|video"
        r"|media) (?:player|window|monitor|pane))(?: <corner>)?)<end>", Action.TIMELINE,
    ),
    Row(
        "As you can see in the preview window, it is gold.",
        r",? ?\bas (?:you can see|you see|seen|shown|displayed) (?:<on>) (?:<det> )?(?:<np><screen_only>|<stage>"
        r"|<named>(?:<button>|<section>)),?", Action.TIMELINE,
    ),
)

ROWS: Final = _ROWS + _CUTS


@cache
def english_hint() -> re.Pattern[str]:
    """Without one of these words no instruction is possible: most answers are done with here, and need no grammar."""
    return compiled(
        r"\b(?:(?:(?:double|right|left)-?)?(?:click|tap)|press|hit|hold|hover|toggle|u?n?(?:tick|check)|push|smash|use"
        r"|using|via|try|drag|drop|scroll|zoom|refresh|reload|re-?open|restart|buttons?|icons?|tabs?|panels?|panes?"
        r"|menus?|drop-?downs?|side ?-?bars?|tool ?-?bars?|sliders?|timeline|player|editor|workspace|canvas|viewer"
        r"|preview|settings|preferences|properties|library|page|window|corner|above|below|underneath|account|billing"
        r"|dashboard|pricing|subscription|membership|profile|plan|wallet|credits?|balance|top-?up|usage|<quality>"
        r"|select|highlight|grab|mark|choose|pick|set|play ?heads?|handles?|look|open|go(?:ing)? to|switch|pull|slide"
        r"|stretch|move|throw|place|<section>|<button>|app|site|website|left|right|top|bottom|upper|lower|long|screen)"
        r"|<arrow>",
        VOCABULARY,
    )


@cache
def english() -> Tongue:
    """The grammar, made ready when it is needed first: that takes half a second."""
    return Tongue(
        script=re.compile(r"[A-Za-z]"),
        lead=compiled(r"(?:(?:(?P<request><request>)|<filler>)(?:[ ,:]{1,3}|$)){0,6}", VOCABULARY),
        rules=rules_of(_ROWS, VOCABULARY),
        cuts=rules_of(_CUTS, VOCABULARY),
        late=compiled(r"\b(?:you can|you may|you could|you['’]ll|please|just|simply|feel free to)\b", VOCABULARY),
        goes_on=compiled(
            r"[^,;]{0,60}? (?:is|are|was|were|has|have|lasts?|runs?|shows?|features?|plays?|starts?|ends?|opens?)\b",
            VOCABULARY,
        ),
        starts=expanded(
            r"(?:<click>|<press>|<open>|<drag>|<move>|<choose>|<view>|<send>|<load>|<edit>|<follow>|<request>|<filler>"
            r"|refresh|reload|scroll|zoom|it|they|the|your|that|this|in|on|under|from|via|if|when|once|to|i|i['’]ll|we"
            r"|we['’]ll|he|she|her|his|my|our)\b",
            VOCABULARY,
        ),
        aside=compiled(
            r"[^\w\ue000]{0,20}(?:(?:and|or|but|so|then|now|also|just|only|even|especially) )*(?:if|when|whenever|once|to"
            r"|for|in order to|after|before|as soon as|until|unless|should you|depending on|as needed|otherwise|where|which"
            r"|want to|need to|ready to|wherever|whether|like so|etc|from there|from here|on (?:mobile|desktop|your)"
            r"|in the (?:editor|app|web app|browser))\b|[^\w\ue000]{0,20}(?:(?:<filler>)[ ,:]*)+$",
            VOCABULARY,
        ),
        place=compiled(
            r"[^\w\ue000]{0,20}(?:(?:and|or|but|so|then) )?(?:in|under|from|via|on|at|inside|within|using|with"
            r"|over in) (?:<det> )?(?:settings|preferences|properties|<path>|<np><screen_only>|<named>(?:<button>"
            r"|<section>)|<stage>)(?: (?:<corner>))?(?: \ue003)? ?$",
            VOCABULARY,
        ),
        told_to=compiled(r"(?:<request> )?(?:<edit>|<view>|<send>|<load>|<choose>)\b", VOCABULARY),
        orphan=compiled(r"(?:or|and|but|then|so)\b,? ?", VOCABULARY),
        reason=compiled(r"(?:now that|since|because|as|given that|seeing that|with) ", VOCABULARY),
        sequel=compiled(
            r"[^\w\ue000]{0,20}(?:(?:and|then|or|so|but|finally|next|also|just|simply|please|now"
            r"|afterwards) )*(?:<follow>\b|(?:it|they|that|this|your [\w ]{1,25})(?:['’]ll| will| should| is going to)\b"
            r"|(?:it|<output>)(?: will| should|['’]ll)? (?:\w+ )?(?:be (?:saved|downloaded|exported|rendered|shared|opened)"
            r"|downloads?|saves?|exports?|opens?|starts?|pops?|lands?|renders?)\b|you(?:['’]ll| will| can| should|['’]re"
            r"| are)\b|that['’]s it|from there|near the|next to|located|right (?:above|below|next)|(?:in|at|on) the (?:top"
            r"|bottom|upper|lower|left|right)|above|below|on the (?:left|right))",
            VOCABULARY,
        ),
        next_step=compiled(
            r"[^\w\ue000]{0,20}(?:(?:then|next|after that|afterwards|finally|from there|lastly|and|or)\b,? (?:just |simply "
            r"|you can )?<follow>|(?:it|they|that|<output>)(?:['’]ll| will| should) (?:\w+ )?(?:be saved|be downloaded"
            r"|download|save|open|pop|land|show up|appear|start|begin|export)|(?:it['’]s|it is|that['’]s|you['’]ll (?:find"
            r"|see) (?:it|that)) (?:right |just |located )?<corner>|that['’]s (?:it|all)\b|you['’]re (?:done|all set))",
            VOCABULARY,
        ),
        about_us=compiled(r".{0,200}\b(?:me|i|i['’]ll|i['’]ve|i['’]m|us|we)\b", VOCABULARY),
        heading=compiled(
            r"[^\w\ue000]{0,20}(?:(?:quick |pro |handy |some |a few )?(?:tips?|hints?|notes?)|(?:here(?:['’]s| is"
            r"| are) )?(?:what|how)\b|what['’]s next|next\b|(?:suggested )?next steps?|steps?\b|to\b|if you|when you"
            r"|once you|you (?:can|could|may|might)|from here|options\b|actions\b|instructions?|(?:export|download|preview"
            r"|edit|adjust|save|share|fine[- ]?tun|tweak|upload|customi[sz]|refresh|view|play|change|check"
            r"|add)\w*\b(?! (?:is|are|was|has))|need (?:to|more)|want (?:to|more)|how to|quick (?:start|guide|actions)"
            r"|getting started|in the editor|a few things|just\b|please\b|simply\b|follow\b|for [\w ]{1,30}$|step \w+$)",
            VOCABULARY,
        ),
        words=words_of(WORDS, VOCABULARY),
    )
