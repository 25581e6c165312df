"""What can go wrong in a flow; each class names its sentence in `bot/texts`."""

from __future__ import annotations


class FlowError(Exception):
    """A request that ended without what was asked for. `facts` fill the sentence's placeholders."""

    says = "flow.failed"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.says)
        self.facts = facts


class NoProjectYet(FlowError):
    """A wish without a clip, where there is no project that it could refine."""

    says = "generate.no_project"


class ProjectLost(FlowError):
    """The earlier project is gone; a new, empty one has taken its place, and the wish was not said to it."""

    says = "generate.project_lost"


class WishUnchanged(FlowError):
    """The answer to a wish was lost and nothing has changed since: it probably did not run."""

    says = "generate.unchanged"


class WishUncertain(FlowError):
    """The answer to a wish was lost and the project could not be read well enough to know whether it ran."""

    says = "generate.uncertain"


class AskedBack(FlowError):
    """The backend wants to know something before it goes on. Facts: question."""

    says = "generate.asked_back"


class UnknownStyle(FlowError):
    """A style that this backend does not offer. Facts: name, styles."""

    says = "generate.unknown_style"


class FormatNotOffered(FlowError):
    """A format that this backend does not export. Facts: format, formats."""

    says = "export.not_offered"


class NoSuchProject(FlowError):
    """A project that is not the member's, or is forgotten."""

    says = "projects.unknown"


class NoTitle(FlowError):
    """A title without a character that can be shown."""

    says = "projects.no_title"


class NoToken(FlowError):
    """What was handed over as a token is none of this service's."""

    says = "account.no_token"


class TokenNotTaken(FlowError):
    """The service does not accept the token that was handed over; nothing is kept of it."""

    says = "account.not_taken"


class ServerTokenDamaged(FlowError):
    """The token that the people of a server handed over does not open; nobody else's is spent in its place."""

    says = "account.server_damaged"


class CreditsSpent(FlowError):
    """No credits are left of whoever pays (`payer`: a value of `Speaks`, or "limit"), and nothing was begun. Facts: link."""

    def __init__(self, payer: str, **facts: object) -> None:
        super().__init__(f"the credits ({payer}) are used up", **facts)
        self.says = f"spending.{payer}"


class ClipWantedAgain(FlowError):
    """Credits are spent, and the studio that would go on does not have the song which shall be changed."""

    says = "spending.clip_again"


class NoStudio(FlowError):
    """Credits are spent, and the studio that would go on cannot be started."""

    says = "spending.no_studio"


class AgentRefused(FlowError):
    """The agent said why it cannot do it. Facts: reason."""

    says = "generate.refused"


class ClipRefused(AgentRefused):
    """The clip is the reason."""


class NothingToExport(FlowError):
    """The timeline holds no segment yet."""

    says = "export.nothing"
