"""Which hosts a link may name: those that everybody on the internet reaches. Judges names and addresses, fetches nothing.

The lists restate the IANA registries of special-purpose addresses (RFC 6890) and domain names (RFC 6761, 6762, 8375), and
a few addresses at which clouds hand out keys. An own list, because Python's `is_global` differs from one patch to another.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host's name and a port to all of its IP addresses; OSError where there are none."""
Judge = Callable[[Address], bool]
"""Whether an address may be connected to, and passed on."""

MAX_HOST_CHARACTERS: Final = 253

_RESERVED_V4: Final = tuple(map(IPv4Network, (
    "0.0.0.0/8",            # this network
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",        # private
    "100.64.0.0/10",        # behind a provider's address translation; clouds keep metadata there
    "127.0.0.0/8",          # this machine
    "169.254.0.0/16",       # this link, and the metadata of most clouds
    "192.0.0.0/24",         # protocol assignments, one more metadata service among them
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",    # documentation
    "192.88.99.0/24",       # relays of 6to4
    "198.18.0.0/15",        # benchmarks
    "224.0.0.0/4",          # multicast
    "240.0.0.0/4",          # reserved, and broadcast
    "168.63.129.16/32",     # public by its number, and the inside of one cloud
)))
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_RESERVED_V6: Final = tuple(map(IPv6Network, (
    "2001::/23",            # protocol assignments: Teredo, benchmarks, ORCHID
    "2001:db8::/32", "3fff::/20",                           # documentation
    "2002::/16",            # 6to4: an IPv4 address in disguise
)))
_TRANSLATED: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4-mapped, and NAT64 as resolvers of networks without IPv4 answer: the last 32 bits are what counts."""
_V4_BITS: Final = 0xFFFFFFFF

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_TOP: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}")
_INNER_DOMAINS: Final = frozenset((
    "localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion", "invalid", "test",
))


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, as this machine finds them; socket.gaierror for none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(socket_address[0]) for *_, socket_address in found))


def is_public(address: Address) -> bool:
    """Whether `address` belongs to one host that everybody on the internet can reach."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _RESERVED_V4)
    if address.scope_id is not None:
        return False
    if any(address in network for network in _TRANSLATED):
        return is_public(IPv4Address(int(address) & _V4_BITS))
    return address in _GLOBAL_V6 and not any(address in network for network in _RESERVED_V6)


def address_in(text: str) -> Address | None:
    """The address that `text` is in its one usual spelling (no brackets); None for a name or another spelling."""
    try:
        return ip_address(text)
    except (AddressValueError, ValueError):
        return None


def is_public_name(host: str) -> bool:
    """Whether `host` (lower case, IDNA) may be the name of a host on the internet; it may still lead to an inner one.

    A name ends in a domain of letters, so that no spelling of an IPv4 address (2130706433, 0x7f.1, 0177.0.0.1) is one.
    """
    labels = host.split(".")
    if len(host) > MAX_HOST_CHARACTERS or len(labels) < 2:
        return False
    return all(map(_LABEL.fullmatch, labels)) and bool(_TOP.fullmatch(labels[-1])) and labels[-1] not in _INNER_DOMAINS
