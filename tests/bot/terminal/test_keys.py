"""`new-key` and `rotate-keys` as an operator types them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.terminal.commands import run
from storage import Account, Database, TokenKind, WrongKey, read_keys


def printed_key(capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["new-key"]) == 0
    return capsys.readouterr().out.strip()


async def keep_a_token(data: Path, keys: str) -> None:
    async with Database.open(data / "mureka.db", keys=read_keys(keys)) as database:
        await database.accounts.keep(Account("ada", "cloud", TokenKind.OWN, "nmv_usr_1", None, None, None))


async def token_of(data: Path, keys: str) -> str | None:
    async with Database.open(data / "mureka.db", keys=read_keys(keys)) as database:
        found = await database.accounts.find("ada", "cloud", TokenKind.OWN)
        return found.token if found else None


def test_a_key_is_changed_as_the_document_says(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUREKA_DATA", str(tmp_path))
    old, new = printed_key(capsys), printed_key(capsys)
    assert old != new
    asyncio.run(keep_a_token(tmp_path, old))
    monkeypatch.setenv("MUREKA_KEYS", f"{new},{old}")
    assert run(["rotate-keys"]) == 0
    assert "1" in capsys.readouterr().out
    assert asyncio.run(token_of(tmp_path, new)) == "nmv_usr_1"
    with pytest.raises(WrongKey):
        asyncio.run(token_of(tmp_path, old))
    assert run(["rotate-keys"]) == 0
    assert "already" in capsys.readouterr().out


def test_a_lost_key_is_a_sentence_until_what_it_sealed_is_given_up(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUREKA_DATA", str(tmp_path))
    lost, new = printed_key(capsys), printed_key(capsys)
    asyncio.run(keep_a_token(tmp_path, lost))
    monkeypatch.setenv("MUREKA_KEYS", new)
    assert run(["rotate-keys"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert run(["rotate-keys", "--forget-lost"]) == 0
    assert capsys.readouterr().out.startswith("Dropped")
    assert asyncio.run(token_of(tmp_path, new)) is None
