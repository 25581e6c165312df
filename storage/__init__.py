"""Everything the bot keeps: its only SQL. Knows nothing of the bot, the faces or the studio."""

from storage.accounts import Account, TokenKind
from storage.claims import Claim
from storage.database import Database
from storage.errors import (
    DatabaseUnusable,
    KeyFileBroken,
    KeyFileMissing,
    NewerSchema,
    SealBroken,
    StorageError,
    UnknownJob,
    WrongKey,
)
from storage.job import Fact, Job, JobChange, JobKind, JobRequest, JobState, NewJob
from storage.key_file import KeyFileMade
from storage.keys import BadKeys, Key, new_key, read_keys
from storage.members import Member
from storage.projects import Project, Wished
from storage.seals import Resealed
from storage.servers import Server, ServerChange
from storage.stores import Accounts, Claims, Jobs, Members, Projects, Seals, Servers, Stores, Usage
from storage.usage import Cap, Limits, Used

__all__ = [
    "Account",
    "Accounts",
    "BadKeys",
    "Cap",
    "Claim",
    "Claims",
    "Database",
    "DatabaseUnusable",
    "Fact",
    "Job",
    "JobChange",
    "JobKind",
    "JobRequest",
    "JobState",
    "Jobs",
    "Key",
    "KeyFileBroken",
    "KeyFileMade",
    "KeyFileMissing",
    "Limits",
    "Member",
    "Members",
    "NewJob",
    "NewerSchema",
    "Project",
    "Projects",
    "Resealed",
    "SealBroken",
    "Seals",
    "Server",
    "ServerChange",
    "Servers",
    "StorageError",
    "Stores",
    "TokenKind",
    "UnknownJob",
    "Usage",
    "Used",
    "Wished",
    "WrongKey",
    "new_key",
    "read_keys",
]
