"""What an instruction to press something means in a chat. Values only: nothing here reads text or acts."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a face can offer in the place of a button that only the vendor's editor has."""

    EXPORT = "export"       # render the film and hand it over
    TIMELINE = "timeline"   # show the summary of the tracks
    REFINE = "refine"       # an edit, sent as a message
    CREDITS = "credits"     # read the balance
    UPLOAD = "upload"       # ask for a file or an address
    REFRESH = "refresh"     # read the state again
