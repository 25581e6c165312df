"""Sealing: what is sealed opens for its owner with its key, and for nobody else."""

from __future__ import annotations

import base64
import copy
import pickle

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from storage import BadKeys, Key, SealBroken, WrongKey, new_key, read_keys
from storage.sealing import LEAST_BYTES, Sealer

FIRST, SECOND = Key(bytes(range(32))), Key(b"\x07" * 32)
OWNER = ("account", "ada", "cloud", "own")
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, st.lists(texts, max_size=4))
def test_what_was_sealed_comes_back(text: str, owner: list[str]) -> None:
    sealer = Sealer([FIRST, SECOND])
    assert sealer.open(sealer.seal(text, *owner), *owner) == text


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=4))
def test_it_opens_for_no_other_owner(owner: list[str], other: list[str]) -> None:
    sealer = Sealer([FIRST])
    sealed = sealer.seal("nmv_usr_1", *owner)
    if owner != other:
        with pytest.raises(SealBroken):
            sealer.open(sealed, *other)


@pytest.mark.parametrize(("owner", "other"), [
    (("ab", "c"), ("a", "bc")), (("a",), ("a", "")), (("a", "b"), ("b", "a")), ((), ("",))])
def test_owners_that_read_alike_are_not_mixed_up(owner: tuple[str, ...], other: tuple[str, ...]) -> None:
    sealer = Sealer([FIRST])
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal("nmv_usr_1", *owner), *other)


def test_a_change_of_any_bit_is_noticed() -> None:
    sealer = Sealer([FIRST])
    sealed = sealer.seal("nmv_usr_1", *OWNER)
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises((SealBroken, WrongKey)):
            sealer.open(bytes(changed), *OWNER)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_seal_are_told_as_such(data: bytes) -> None:
    with pytest.raises((SealBroken, WrongKey)):
        Sealer([FIRST]).open(data, *OWNER)


def test_every_length_of_a_cut_seal_is_told_as_damaged() -> None:
    sealer = Sealer([FIRST])
    sealed = sealer.seal("nmv_usr_1", *OWNER)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            sealer.open(sealed[:length], *OWNER)


def test_a_wrong_key_is_told_by_its_id_and_not_taken_for_damage() -> None:
    sealed = Sealer([FIRST]).seal("nmv_usr_1", *OWNER)
    with pytest.raises(WrongKey) as told:
        Sealer([SECOND]).open(sealed, *OWNER)
    assert told.value.facts == {"ids": FIRST.id.hex()}


def test_the_first_key_seals_and_all_open() -> None:
    sealed = Sealer([FIRST]).seal("nmv_usr_1", *OWNER)
    both = Sealer([SECOND, FIRST])
    assert both.open(sealed, *OWNER) == "nmv_usr_1"
    assert Sealer([SECOND]).open(both.seal("nmv_usr_2", *OWNER), *OWNER) == "nmv_usr_2"


def test_no_two_seals_are_alike_and_none_shows_its_text() -> None:
    sealer = Sealer([FIRST])
    seals = {sealer.seal("nmv_usr_1", *OWNER) for _ in range(200)}
    assert len({sealed[9:21] for sealed in seals}) == 200
    assert not any(b"nmv_usr" in sealed for sealed in seals)
    assert len(sealer.seal("", *OWNER)) == LEAST_BYTES


def test_the_form_is_what_its_description_says() -> None:
    """Opened here with the cipher alone: whoever reads the docs can write another program that does."""
    sealed = Sealer([FIRST]).seal("nmv_usr_1", "account", "ada")
    bound = b"\0\0\0\x07account\0\0\0\x03ada"
    assert sealed[:1] == b"\x01"
    assert sealed[1:9] == FIRST.id
    assert AESGCM(FIRST.reveal()).decrypt(sealed[9:21], sealed[21:], sealed[:9] + bound) == b"nmv_usr_1"


def test_neither_keys_nor_sealers_show_or_pickle_what_they_hold() -> None:
    secret = FIRST.reveal()
    for thing in (FIRST, Sealer([FIRST])):
        for shown in (repr(thing), str(thing), f"{thing}"):
            assert secret.hex() not in shown
            assert base64.b64encode(secret).decode() not in shown
        for leak in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                leak(thing)


def test_an_id_tells_keys_apart_and_is_no_part_of_them() -> None:
    assert FIRST.id != SECOND.id
    assert FIRST.id == Key(FIRST.reveal()).id
    assert FIRST.id not in FIRST.reveal()


def test_a_new_key_is_one_that_can_be_read() -> None:
    written = [new_key() for _ in range(50)]
    assert len(set(written)) == 50
    assert len(read_keys(",".join(written))) == 50


@given(st.binary(min_size=32, max_size=32))
def test_keys_are_read_from_both_alphabets_with_and_without_filling(secret: bytes) -> None:
    for written in (base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()):
        for form in (written, written.rstrip("="), f" {written} , \n"):
            assert read_keys(form) == (Key(secret),)


def test_keys_stand_in_their_order_each_one_once() -> None:
    first, second = new_key(), new_key()
    assert [key.id for key in read_keys(f"{first},{second}\n{first}")] == [
        read_keys(first)[0].id, read_keys(second)[0].id]


@pytest.mark.parametrize(("wrong", "number"), [
    ("", 0), (" ,\n", 0), ("hello", 1), ("A" * 42, 1), ("A" * 44, 1), ("A" * 42 + "!", 1), ("A" * 43 + "==", 1),
    ("é" + "A" * 42, 1), (f"{'A' * 43},{'B' * 40}", 2), (f"{'A' * 43}={'B' * 43}=", 1), ("00" * 32, 1)])
def test_what_is_no_key_is_told_by_its_number_and_never_shown(wrong: str, number: int) -> None:
    with pytest.raises(BadKeys) as told:
        read_keys(wrong)
    assert told.value.number == number
    assert "AAAA" not in str(told.value)


def test_a_key_has_its_length_and_a_sealer_has_a_key() -> None:
    with pytest.raises(ValueError, match="32"):
        Key(b"short")
    with pytest.raises(ValueError, match="at least one"):
        Sealer([])
