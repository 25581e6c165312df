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
        await nemo.credits()                                            # Credits(available, frozen, total)
        await nemo.capabilities()                                       # a dict; None: the backend takes words only

Every failure is a `NemoError` with `says` (a key of texts), `reason` (the server's words without tokens), `code`,
`http_status`, `retry_after` and `may_have_run`: the act may have happened all the same, and must not be repeated.
"""

from bot.nemo.answers import AnonymousToken, Credits, Session
from bot.nemo.client import Nemo
from bot.nemo.clock import Clock, TimeScaleRefused
from bot.nemo.download import Film
from bot.nemo.draft import Draft, Segment, Track, TrackKind
from bot.nemo.errors import (
    AnonymousLimit,
    AnswerTimedOut,
    BadReply,
    ClientIdMissing,
    CreditsUsedUp,
    DownloadFailed,
    FileTooLarge,
    FileTypeRefused,
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
from bot.nemo.render import Output, Render, RenderStatus, RenderStep, render_id
from bot.nemo.reply import Reply
from bot.nemo.secret import Secret, scrub
from bot.nemo.state import SessionState
from bot.nemo.upload import RemoteFile, Uploaded
from bot.nemo.values import (
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
    "Activity",
    "AnonymousLimit",
    "AnonymousToken",
    "AnswerTimedOut",
    "Ask",
    "BadReply",
    "Choice",
    "ClientIdMissing",
    "Clock",
    "Credits",
    "CreditsUsedUp",
    "Done",
    "DownloadFailed",
    "Draft",
    "End",
    "Fault",
    "FileTooLarge",
    "FileTypeRefused",
    "Film",
    "Heartbeat",
    "Nemo",
    "NemoError",
    "NotFound",
    "Output",
    "PlanRefused",
    "Question",
    "RateLimited",
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
    "Unreachable",
    "Uploaded",
    "error_for",
    "render_id",
    "scrub",
]
