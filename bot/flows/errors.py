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


class AgentRefused(FlowError):
    """The agent said why it cannot do it; `is_input` when the clip or the words are the reason."""

    says = "generate.refused"

    def __init__(self, reason: str, *, is_input: bool) -> None:
        super().__init__(reason, reason=reason)
        self.is_input = is_input


class NothingToExport(FlowError):
    """The timeline holds no segment yet."""

    says = "export.nothing"
