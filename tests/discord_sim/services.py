"""The parts of a simulator, put together once. Holds them, does nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.discord_sim.client import Client
from tests.discord_sim.faults import Faults
from tests.discord_sim.gateway import Gateway
from tests.discord_sim.interactions import Interactions
from tests.discord_sim.limits import Limits
from tests.discord_sim.links import Links
from tests.discord_sim.office import Office
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.world import World


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that was answered (or torn down: status 0)."""

    method: str
    path: str           # without /api/v10
    status: int
    at: float           # of the simulator's clock
    body: Any           # its JSON, without files
    answer: bytes = field(default=b"", repr=False)      # the body of a JSON answer


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors work with."""

    world: World
    payloads: Payloads
    links: Links
    gateway: Gateway
    office: Office
    interactions: Interactions
    client: Client
    limits: Limits
    faults: Faults
    requests: list[Recorded] = field(default_factory=list)


def assemble(world: World) -> Services:
    """All parts around one world."""
    links = Links(world.application.id, world.clock)
    payloads = Payloads(world, links)
    gateway = Gateway(world, payloads)
    office = Office(world, payloads, gateway)
    interactions = Interactions(world, payloads, gateway, office)
    client = Client(world, payloads, office, interactions)
    return Services(world, payloads, links, gateway, office, interactions, client, Limits(world.clock), Faults())
