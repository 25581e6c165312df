"""Checking request bodies the strict way: all findings in Discord's tree of errors, unknown fields too. Never repairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.discord_sim import errors

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Findings:
    """What is wrong, by place."""

    tree: dict[str, Any] = field(default_factory=dict)

    def add(self, path: Path, code: str, message: str) -> None:
        """Note one finding."""
        place = self.tree
        for name in path:
            place = place.setdefault(str(name), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def refuse(self) -> None:
        """Raises 50035 when anything was found."""
        if self.tree:
            raise errors.invalid_form(self.tree)


Check = Callable[[Any, Path, Findings], None]


def text(longest: int, shortest: int = 0) -> Check:
    """A string of so many characters."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, str):
            findings.add(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif len(value) > longest:
            findings.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
        elif len(value) < shortest:
            findings.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {shortest} and {longest} in length.")
    return check


def integer(least: int = 0, most: int = (1 << 53) - 1) -> Check:
    """A whole number."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            findings.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif not least <= value <= most:
            findings.add(path, "NUMBER_TYPE_RANGE", f"int value should be between {least} and {most}.")
    return check


def number(value: Any, path: Path, findings: Findings) -> None:
    """Any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        findings.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')


def boolean(value: Any, path: Path, findings: Findings) -> None:
    """true or false."""
    if not isinstance(value, bool):
        findings.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def snowflake(value: Any, path: Path, findings: Findings) -> None:
    """An id: digits, or (as discord.py writes some) a number."""
    if not (isinstance(value, int) and not isinstance(value, bool)) and not (isinstance(value, str) and value.isdecimal()):
        findings.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


def one_of(*values: Any) -> Check:
    """One of a few values."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if value not in values or isinstance(value, bool):
            findings.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(repr, values))}}}.")
    return check


def nullable(inner: Check) -> Check:
    """null, or what `inner` allows."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if value is not None:
            inner(value, path, findings)
    return check


def listing(inner: Check, most: int, least: int = 0) -> Check:
    """A list of so many."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, list):
            findings.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return
        if not least <= len(value) <= most:
            findings.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        for index, one in enumerate(value):
            inner(one, (*path, index), findings)
    return check


def shape(fields: Mapping[str, Check], required: Sequence[str] = ()) -> Check:
    """An object with these fields and no others."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for name in required:
            if value.get(name) is None:
                findings.add((*path, name), "BASE_TYPE_REQUIRED", "This field is required")
        for name, one in value.items():
            if name not in fields:
                findings.add((*path, name), "UNKNOWN_FIELD", "This field is not known here.")
            elif one is not None or name not in required:
                fields[name](one, (*path, name), findings)
    return check


def checked(value: Any, check: Check) -> None:
    """Raises 50035 with all findings when `value` is not what `check` allows."""
    findings = Findings()
    check(value, (), findings)
    findings.refuse()
