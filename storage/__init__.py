"""Everything the bot keeps: its only SQL. Knows nothing of the bot, the faces or the studio."""

from storage.accounts import Account, TokenKind
from storage.census import Census, Underway
from storage.claims import Claim
from storage.database import Database
from storage.errors import (
    DatabaseUnusable,
    DiskFault,
    DiskFull,
    DiskReadOnly,
    KeyFileBroken,
    KeyFileMissing,
    NewerSchema,
    SealBroken,
    StorageError,
    UnknownJob,
    WrongKey,
)
from storage.forgotten import Tombstone
from storage.job import SONGS, Fact, Job, JobChange, JobKind, JobRequest, JobState, NewJob
from storage.key_file import KeyFileMade
from storage.keys import BadKeys, Key, new_key, read_keys
from storage.limits import Charged, Limit, Limits, Refused, Standing
from storage.members import Member
from storage.projects import Project, Wished
from storage.seals import Resealed
from storage.server_accounts import ServerAccount
from storage.servers import Server, ServerChange
from storage.stores import (
    Accounts,
    Blocks,
    Claims,
    Counts,
    Forgotten,
    Jobs,
    Members,
    Projects,
    Seals,
    ServerAccounts,
    Servers,
    Stores,
    Usage,
    Warnings,
)
from storage.usage import MemberUsed, Used
from storage.warnings import Balance

__all__ = [
    "SONGS",
    "Account",
    "Accounts",
    "BadKeys",
    "Balance",
    "Blocks",
    "Census",
    "Charged",
    "Claim",
    "Claims",
    "Counts",
    "Database",
    "DatabaseUnusable",
    "DiskFault",
    "DiskFull",
    "DiskReadOnly",
    "Fact",
    "Forgotten",
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
    "Limit",
    "Limits",
    "Member",
    "MemberUsed",
    "Members",
    "NewJob",
    "NewerSchema",
    "Project",
    "Projects",
    "Refused",
    "Resealed",
    "SealBroken",
    "Seals",
    "Server",
    "ServerAccount",
    "ServerAccounts",
    "ServerChange",
    "Servers",
    "Standing",
    "StorageError",
    "Stores",
    "TokenKind",
    "Tombstone",
    "Underway",
    "UnknownJob",
    "Usage",
    "Used",
    "Warnings",
    "Wished",
    "WrongKey",
    "new_key",
    "read_keys",
]
