"""The vocabulary of GUI talk in English, and the words that decide for an action. Data only."""

from __future__ import annotations

from typing import Final

from bot.speech.gui.values import Action

VOCABULARY: Final = {
    # What is done. Each in the form of a command.
    "click": (
        r"(?:(?:double|right|left|ctrl|shift|single|long)[- ]?)?(?:click|tap)(?: (?:on|onto))?|press and hold|long[- ]press"
        r"|hover over|toggle|tick|untick|uncheck"
    ),
    "press": r"press|hit|push|smash|use|try",
    "open": (
        r"open(?: up)?|(?:go|head|hop|pop|jump|return|get)(?: back| over| on over)? (?:in)?to|navigate(?: back)? to"
        r"|switch(?: back| over)? to|visit|expand|access|bring up|pull up|launch|enter|close"
    ),
    "drag": r"drag(?: (?:and|&) drop)?|drag-and-drop",
    "move": r"move|pull|slide|stretch|resize|grab|scrub|drop|trim|extend|shift",
    "choose": r"choose|pick|select|set|change",
    "view": (
        r"(?:re)?view|preview|see|watch|check(?: out)?|play(?: back)?|listen to|hear|inspect|look (?:at|over)|(?:take"
        r"|have) a look at|scrub through|review|find|monitor|verify|locate|spot|look for"
    ),
    "play": r"preview|watch|play(?: back)?|listen to|review",
    "send": r"export|download|save|render|share|publish|grab|get",
    "load": r"upload|add|import|attach|bring in|drop|drag|insert",
    "edit": (
        r"change|adjust|edit|tweak|fine[- ]?tune|customi[sz]e|modify|trim|cut|split|mute|unmute|rename|update|swap|replace"
        r"|resize|reposition|move|lower|raise|reduce|increase|boost|set|turn (?:up|down|on|off)|switch|remove|delete|add"
        r"|control|tune|refine|rearrange|reorder|crop|speed up|slow down|toggle|enable|disable|select|choose|pick|style"
        r"|restyle|play with|experiment with|make (?:changes|edits|adjustments)"
    ),
    "clicking": (
        r"refreshing|reloading|checking|previewing|toggling|(?:(?:double|right|left)[- ]?)?(?:clicking|tapping)(?: on)?"
        r"|pressing|hitting|dragging|opening|going to|heading to|using|selecting|choosing|scrolling|hovering over"
        r"|navigating to|switching to"
    ),
    # What it is done to.
    "det": r"the|your|an?|this|that|any|its|our|each|either|these|those|every|one of the",
    "not_here": (
        r"to|of|in|on|onto|into|at|with|and|or|for|from|by|as|is|are|was|were|be|that|which|who|while|when|where|if|so|but"
        r"|over|under|past|<det>|<physical>"
    ),
    # Buttons, panels and menus that stand in the film and not on the screen.
    "physical": (
        r"control|light|mains|instrument|wooden|wood|solar|elevator|lift|door|doorbell|shutter|camera|power|panic|emergency"
        r"|coat|shirt|jacket|snooze|detonator|remote|wall|car|red|green|blue|yellow|golden|brass|rusty|glowing|big|giant|tiny"
        r"|belly|lunch|dinner|dessert|cocktail|breakfast|wine|restaurant|cafe|guitar|bar|bass|glass|stained|launch"
        r"|self-destruct|buzzer|comic|acoustic|cassette|piano|cd|record|basketball|football|chess|brick|notebook|browser"
    ),
    "word": r"\ue000|(?!(?:<not_here>)\b)[\w'’&/+%#⋮…-]{1,30}",
    "np": r"(?:<word> ){0,4}?",
    "known": (
        r"export|download|save|render|share|publish|preview|play|pause|upload|import|undo|redo|split|trim|delete|apply|done"
        r"|ok|okay|confirm|generate|regenerate|refresh|reload|settings?|continue|finish|submit|retry|mute|edit"
    ),
    "cap": r"(?-i:[A-Z])[\w+-]{0,30}",
    "caps": r"(?!(?:<det>)\b)<cap>(?: (?:<cap>|to|as|&|\d{3,4}p)){0,3}",
    "quoted": r"\ue000(?: \ue000)?",
    "arrow": r" ?(?:>|→|›|»|->|➜|➔) ?",
    "path": r"(?:<quoted>|<caps>|<known>)(?:<arrow>(?:<quoted>|<caps>|<known>)){1,4}",
    "label": r"<path>|<quoted>|<caps>|<known>|[\u4e00-\u9fff]{1,6}|<sign>",
    "sign": r"[^\w\s,.;:!?()'’\ue000-\ue004-]{1,3}",    # an emoji or an arrow, drawn on a button
    "ours": (
        r"<known>|account|billing|pricing|credits?|subscription|plan|fade|audio|video|media|assets?|text|titles?|captions?"
        r"|subtitles?|effects?|fx|filters?|transitions?|properties|project|volume|sound|music|mixer|layers?|tracks?|timeline"
        r"|toolbar|side|left|right|left-hand|right-hand|top|bottom|upper|lower|main|context|drop-?down|hamburger|kebab"
        r"|three-dot|gear|cog|options?|speed|color|colour|ratio|canvas|style|history|quality|format|resolution|file|help"
        r"|tools?|elements?|inspector|playback|fullscreen|full-screen|zoom|player|editing|editor|format|design|animation"
        r"|typography|font|more|profile|top-right|top-left|bottom-right|bottom-left|caption|library"
    ),
    "tag": r"\ue000|(?!(?:<not_here>)\b)<cap>|(?:<ours>)(?=[ -])",
    "named": r"(?:<word> ){0,3}?<tag>(?: (?:and|&|or) <tag>)?(?: <word>){0,2}? ",
    "button": (
        r"(?:buttons?|icons?|tabs?|panels?|panes?|menus?|drop-?downs?(?: menus?| lists?)?|side ?-?bars?|tool ?bars?|sliders?"
        r"|check ?box(?:es)?|dialogs?|pop-?ups?|play ?heads?|inspectors?|toggles?|thumbnails?|(?:context )?menus?|handles?"
        r"|knobs?|faders?|switch(?:es)?)\b(?! (?:down|up) )"
    ),
    "screen_only": (
        r"side ?-?bars?|tool ?bars?|drop-?downs?(?: menu| list)?|play ?heads?|(?:three|3)[- ]dots?(?: menu| icon)?"
        r"|context menu|hamburger menu|gear icon|cog icon|text box(?:es)?|(?:preview|upload|media|properties"
        r"|settings) (?:window|area|box|bar|pane|panel|zone|monitor|screen)"
    ),
    "section": (
        r"(?:page|window|screen|view|section|area|bar|box|list|mode|library|monitor|settings|workspace|options|zone|site"
        r"|portal|center|centre|bin)\b"
    ),
    "clip": (
        r"(?:clips?|segments?|tracks?|layers?|titles?|text|captions?|subtitles?|stickers?|overlays?|logo|edges?|handles?"
        r"|sliders?|play ?heads?|markers?|blocks?|elements?|waveforms?|key ?frames?|thumbnails?|corners?|music|audio|bgm"
        r"|photos?|images?|videos?|files?|footage|assets?|media|track headers?|endpoints?|fade(?: handles?)?|boundar(?:y"
        r"|ies))\b"
    ),
    "files": (
        r"(?:mp3s?|wavs?|mp4s?|m4as?|pictures?|vocals?|stems?|files?|footage|media|clips?|videos?|photos?|images?|assets?"
        r"|recordings?|songs?|audio)\b"
    ),
    "corner": (
        r"(?:(?:in|at|on|to|from|near|by|under|toward|towards) )?(?:the |your )?(?:very )?(?:(?:top|bottom|upper"
        r"|lower)[- ](?:right|left|center|centre)|(?:left|right)[- ]?hand)(?:[- ](?:hand )?(?:corner|side|panel|menu))?|(?:on"
        r"|at|in|from|along) the (?:left|right|top|bottom)\b(?! of the (?:frame|picture|image|shot))|above\b|below\b"
        r"|underneath\b|just here|on screen|on your screen"
    ),
    "stage": (
        r"(?:(?:(?:built-in|in-browser|media|video|preview|main|multi-track|project|visual|browser|nemovideo|nemo|web|online"
        r"|live|our|draft) ){0,3}(?:timeline|player|editor|workspace|canvas|viewer|studio editor|preview)|preview (?:window"
        r"|panel|pane|player|area|monitor|screen|tab)|(?:nemovideo|nemo) (?:web ?)?(?:app|site|website|page))\b(?! of\b)"
    ),
    "on": (
        r"in|on|with|using|from|inside|via|through|within|under|at|over in|over on|right in|directly (?:in|on|from)"
        r"|straight (?:in|on|from)|by"
    ),
    "thing": r"[^,;.!?:]{0,90}?",
    "quality": r"(?:\d{3,4}p|[248]k|full hd|uhd|hd|mp4|mov|gif|webm|mp3|wav|h\.?26[45])\b",
    "account": (
        r"(?:account|billing|dashboard|pricing|subscription|membership|profile|plan|wallet|credits?|credit balance|balance"
        r"|top-?up|usage)\b"
    ),
    "end": (
        r"(?= ?$|[,.;:!?…\ue003]| (?:to|in|at|on|from|and|then|or|when|once|if|for|above|below|again|here|near|next|under"
        r"|with|as|beside|located|whenever|after|before|so|by|directly|until|up|twice|anytime|any|now|button|tab|icon|option"
        r"|menu|first|instead|there|via|inside|-|–|—|>|→|❯|\ue003|[^\w\s\ue000]))"
    ),
    "output": (
        r"(?:the|your|an?) (?:\w+ ){0,2}(?:film|video|file|download|export|render|result|page|clip|movie|mp4|browser|app|menu"
        r"|panel|window|copy|project|work|changes?|dialog|box|pop-?up)"
    ),
    "verdict": r"(?:will|lets?|allows?|should|opens?|gives?|saves?|takes?|brings?|starts?|shows?|helps?|does|can)\b",
    # What counts as an instruction only behind another one.
    "follow": (
        r"(?:choose|pick|select|set|adjust|change|enter|type|name|wait|enjoy|save|download|export|confirm|drag|drop|move|trim"
        r"|scroll|apply|share|preview|play|review|watch|listen|hit|press|use|look for|see|view|find|release|let go|done\b"
        r"|voil|give it|your (?:\w+ ){1,3}(?:will|is going to)|make any|upload|repeat|hold|paste|copy|close|continue|proceed"
        r"|start|then|<click>|<open>|<edit>|<view>|<send>|<load>)"
    ),
    # Words before the instruction.
    "adverb": (
        r"also|now|just|only|then|simply|still|always|easily|quickly|directly|instantly|even|either|further|later|manually"
        r"|first|next|again|instead|of course|immediately|right now|at any time|any ?time|finally|freely|actually"
    ),
    "modal": (
        r"can|could|may|might|should|must|need(?: only)? to|have to|want to|be able to|like to|better|get to|only need to"
        r"|just need to"
    ),
    "address": r"(?:you|u)(?:['’](?:d|ll|re|ve))?(?: (?:<adverb>|will|would|are|had))*(?: (?:<modal>))?(?: (?:<adverb>))*",
    "request": (
        r"(?:please|kindly|go ahead and|feel free to|be sure to|make sure (?:to|you|that you)|remember to|(?:don['’]t"
        r"|do not) forget to|you['’]re (?:welcome|able|free) to|you are (?:welcome|able|free) to|(?:all|what) you (?:need"
        r"|have) to do (?:now |next )?is(?: to)?|the (?:easiest|best|quickest|fastest|simplest|next) (?:way|step|thing) is to"
        r"|why not|want to|wanna|need to|try to|try|let['’]s|start by|begin by|i(?:['’]d| would)? (?:suggest"
        r"|recommend)(?: that)?(?: you)?|we (?:suggest|recommend)(?: that)?(?: you)?|it['’]s (?:best|easiest) to|(?:if|when"
        r"|once|after|before|every time|each time|as soon as|until|unless|where|which|that) <address>"
        r"|<address>)(?: (?:<adverb>))*"
    ),
    "filler": (
        r"<corner>(?: side)?(?: of (?:the|your) (?:screen|editor|page|window|app))?|now|then|next|first|second|third|finally"
        r"|lastly|also|alternatively|and|or|but|so|again|instead|otherwise|afterwards|afterward|after that|after this"
        r"|from there|from here|here|at this point|additionally|optionally|for example|e\.g\.|(?:quick |pro |handy |useful "
        r"|small |one )?(?:tips?|hints?|notes?)|ps|p\.s\.|step (?:\d{1,2}|one|two|three|four|five)|to do (?:so|that|this)"
        r"|<adverb>|when(?:ever)? you(?:['’]re| are) (?:ready|happy|done|satisfied)|once (?:you(?:['’]re| are) )?(?:done"
        r"|ready|happy|finished|satisfied)|if you(?:['’]d)? (?:like|want|wish|prefer)|if needed|if necessary|if so"
        r"|to \w{1,20}(?: (?:it|that|this|them))?|\d{1,2}[.)]|etc\.?"
    ),
}

WORDS: Final = (
    (Action.REFRESH, r"\b(?:refresh|reload)"),
    (Action.CREDITS, r"\b(?:account|billing|credits?|balance|subscription|pricing|top[- ]?up|wallet|upgrade|membership|plan)\b"),
    (
        Action.UPLOAD,
        r"\b(?:upload|import(?:ing)?|add (?:media|files?|footage)|(?:drag|drop) (?:your|the|any|in)? ?(?:\w+ )?(?:files?"
        r"|footage|media) (?:here|in)|media (?:library|bin))",
    ),
    (Action.EXPORT, r"\b(?:export|download|render|publish|share|save)|\b(?:\d{3,4}p|[248]k|mp4|full hd)\b"),
    (
        Action.REFINE,
        r"\b(?:drag|double[- ]?click|right[- ]?click|long[- ]?press|settings?|preferences|properties|clips?|segments?"
        r"|handles?|sliders?|edit(?:ing)?\b|adjust|change|fine[- ]?tune|tweak|trim|split|cut\b|delete|remove|mute|volume"
        r"|ratio|colou?r|font|speed|replace|swap|undo|redo|effects?|filters?|transitions?|captions?|titles?|modify"
        r"|customi[sz]e|regenerate|rename|move|resize|style|rearrange|mix(?:er)?\b|resolution)",
    ),
    (Action.TIMELINE, r"\b(?:preview|play|timeline|player|watch|view|see|listen|hear|panel|tracks?)"),
)
