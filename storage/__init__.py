"""Members, their tokens and their projects: the bot's only SQL. Knows nothing of the bot, the faces or the studio."""

from storage.accounts import Account, Accounts, TokenKind
from storage.database import Database
from storage.errors import DatabaseUnusable, NewerSchema, StorageError
from storage.members import Member, Members
from storage.projects import Project, Projects

__all__ = [
    "Account",
    "Accounts",
    "Database",
    "DatabaseUnusable",
    "Member",
    "Members",
    "NewerSchema",
    "Project",
    "Projects",
    "StorageError",
    "TokenKind",
]
