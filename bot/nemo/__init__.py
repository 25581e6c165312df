"""The NemoVideo API over httpx: one client for cloud and studio. Words no sentence for members, repeats no act.

    async with Nemo(base_url, client_id=str(uuid), on_token=keep) as nemo:      # no token: asks for an anonymous one
        session = await nemo.create_session("A hum", "en")              # Session(session_id, task_id, user_id)
        await nemo.upload(session.session_id, [clip], progress=sent)    # Uploaded(files, applied); sent(done, total)
        reply = Reply()
        async with aclosing(nemo.say(session.session_id, "make it lo-fi")) as said:
            async for value in said:    # Text, ToolCall, ToolResult, Activity, Heartbeat, Question, Fault; Done last
                reply.add(value)
        reply.text                          # pieces replaced by wholes; also reply.faults, reply.questions, reply.tools
        state = await nemo.state(session.session_id)                    # SessionState(draft, generated_media, ...)
        render = await nemo.submit_render(job_id, session.session_id, state.draft, Output(max_bytes=None))
        async with aclosing(nemo.watch_render(render)) as steps:
            async for step in steps: ...                                # RenderStep(status, fraction, url, ...)
        film = await nemo.download(step, Path("song.mp4"), progress=got)    # the last step is the completed one
        if not done:    # the answer was lost and the wish may be at work: never said again, but found out
            await nemo.find_out(session.session_id, before.fingerprint)     # Aftermath(outcome, state)
        await nemo.picture(state, Path("tune.png"))                     # None: nothing was heard, or no picture made
        await nemo.credits()                                            # Credits(available, frozen, total)
        await nemo.capabilities()                                       # a dict; None: the backend takes words only
        await nemo.kept()                                               # Kept(clips, songs, …); None: it does not tell
        await nemo.delete_all()                                         # Deleted(sessions, …); None: it has no such call

Every failure is a `NemoError` with `says` (a key of texts), `reason` (the server's words without tokens), `code`,
`http_status`, `retry_after` and `may_have_run`: the act may have happened all the same, and must not be repeated.
"""

from bot.nemo.aftermath import Aftermath, Outcome
from bot.nemo.answers import AnonymousToken, Claim, Credits, Session
from bot.nemo.client import Nemo
from bot.nemo.clock import Clock, TimeScaleRefused
from bot.nemo.draft import Draft, Segment, Track, TrackKind
from bot.nemo.errors import (
    AnonymousLimit,
    AnswerTimedOut,
    AttributionMissing,
    BadReply,
    ClientIdMissing,
    CreditsUsedUp,
    DownloadFailed,
    FileTooLarge,
    FileTypeRefused,
    FileUnusable,
    GuestCreditsUsedUp,
    GuestPlanRefused,
    GuestTokenRejected,
    NemoError,
    NotFound,
    PlanRefused,
    RateLimited,
    Refused,
    RenderFailed,
    RenderTimedOut,
    RequestRefused,
    ServerFault,
    SessionLost,
    StreamBroken,
    TokenRejected,
    Unreachable,
    error_for,
)
from bot.nemo.files.link_errors import LinkError, LinksNotTaken
from bot.nemo.files.links import Reach
from bot.nemo.files.upload import BeyondLimit, FileChanged, LocalFile, RemoteFile, TypeNotTaken, Uploaded
from bot.nemo.film.download import Film
from bot.nemo.film.formats import MP4, SUFFIXES
from bot.nemo.film.render import Output, Render, RenderStatus, RenderStep, render_id
from bot.nemo.logs import ScrubbingFormatter, scrub_tracebacks
from bot.nemo.me import Deleted, Kept, KeptClip
from bot.nemo.secret import Secret, scrub
from bot.nemo.state import SessionState
from bot.nemo.stream.reply import Reply
from bot.nemo.stream.values import (
    Activity,
    Ask,
    Choice,
    Done,
    End,
    Fault,
    Heartbeat,
    Question,
    Said,
    Text,
    ToolCall,
    ToolResult,
)

__all__ = [
    "MP4",
    "SUFFIXES",
    "Activity",
    "Aftermath",
    "AnonymousLimit",
    "AnonymousToken",
    "AnswerTimedOut",
    "Ask",
    "AttributionMissing",
    "BadReply",
    "BeyondLimit",
    "Choice",
    "Claim",
    "ClientIdMissing",
    "Clock",
    "Credits",
    "CreditsUsedUp",
    "Deleted",
    "Done",
    "DownloadFailed",
    "Draft",
    "End",
    "Fault",
    "FileChanged",
    "FileTooLarge",
    "FileTypeRefused",
    "FileUnusable",
    "Film",
    "GuestCreditsUsedUp",
    "GuestPlanRefused",
    "GuestTokenRejected",
    "Heartbeat",
    "Kept",
    "KeptClip",
    "LinkError",
    "LinksNotTaken",
    "LocalFile",
    "Nemo",
    "NemoError",
    "NotFound",
    "Outcome",
    "Output",
    "PlanRefused",
    "Question",
    "RateLimited",
    "Reach",
    "Refused",
    "RemoteFile",
    "Render",
    "RenderFailed",
    "RenderStatus",
    "RenderStep",
    "RenderTimedOut",
    "Reply",
    "RequestRefused",
    "Said",
    "ScrubbingFormatter",
    "Secret",
    "Segment",
    "ServerFault",
    "Session",
    "SessionLost",
    "SessionState",
    "StreamBroken",
    "Text",
    "TimeScaleRefused",
    "TokenRejected",
    "ToolCall",
    "ToolResult",
    "Track",
    "TrackKind",
    "TypeNotTaken",
    "Unreachable",
    "Uploaded",
    "error_for",
    "render_id",
    "scrub",
    "scrub_tracebacks",
]
