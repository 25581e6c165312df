"""The gateway: sessions that survive a lost connection, and the events that they are sent. Never decides what an event means."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_sim.gateway_stream import Pack, packer
from tests.discord_sim.payloads import Json, Payloads
from tests.discord_sim.world import Guild, World

HEARTBEAT_SECONDS = 41.25
RESUME_SECONDS = 180.0          # how long a session waits for its client to come back
MAX_SENDS = 120                 # of a client, in a minute
SENDS_SECONDS = 60.0
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = {"members": 1 << 1, "presences": 1 << 8, "message_content": 1 << 15}
ALL_INTENTS = (1 << 26) - 1
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE = range(5)
RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 6, 7, 9, 10, 11


class Closed(Exception):
    """This connection is closed with a code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True, eq=False)
class Session:
    """What an IDENTIFY began. `unseen` are the events that the client has not acknowledged with a heartbeat."""

    id: str
    intents: int
    shard: tuple[int, int]
    sequence: int = 0
    unseen: deque[tuple[int, str]] = field(default_factory=deque)
    connection: Connection | None = None
    lost_at: float = 0.0

    def serves(self, guild: Guild | None) -> bool:
        """Whether a guild's events go to this shard; direct messages go to the first."""
        return self.shard[0] == (0 if guild is None else (guild.id >> 22) % self.shard[1])

    def send(self, event: str, data: Json) -> None:
        """Number an event, keep it for a replay, and send it if the client is there."""
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "s": self.sequence, "t": event, "d": data})
        self.unseen.append((self.sequence, text))
        if self.connection is not None:
            self.connection.send(text)

    def seen(self, sequence: int | None) -> None:
        """The client has everything up to here."""
        while self.unseen and sequence is not None and self.unseen[0][0] <= sequence:
            self.unseen.popleft()


class Gateway:
    """All sessions of the bot."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self.world = world
        self.payloads = payloads
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.identify_spacing = 0.0     # seconds between IDENTIFYs; Discord's is 5
        self.identifies = 0
        self.resumes = 0
        self._identified_at = float("-inf")

    def app(self) -> web.Application:
        """The host gateway.discord.gg."""
        app = web.Application()
        app.router.add_get("/", self._connect)
        return app

    @property
    def is_connected(self) -> bool:
        """Whether a client is there that has had its READY or RESUMED."""
        return any(session.connection is not None for session in self.sessions.values())

    def dispatch(self, event: str, guild: Guild | None, render: Callable[[int], Json], *, intent: int = 0) -> int:
        """Send an event to every session that is to have it; how many there were."""
        now = self.world.clock.now()
        reached = 0
        for session in list(self.sessions.values()):
            if session.connection is None and now - session.lost_at > RESUME_SECONDS:
                del self.sessions[session.id]
            elif session.serves(guild) and (not intent or session.intents & intent):
                session.send(event, render(session.intents))
                reached += 1
        return reached

    def drop(self, *, resumable: bool = True) -> None:
        """Tear the connections down; without `resumable` their sessions are forgotten too."""
        if not resumable:
            self.sessions.clear()
        for connection in list(self.connections):
            connection.abort()

    def ask_to_reconnect(self) -> None:
        """Op 7."""
        for connection in self.connections:
            connection.send(json.dumps({"op": RECONNECT, "d": None}))

    def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9."""
        if not resumable:
            for session in self.sessions.values():
                session.connection = None
            self.sessions.clear()
        for connection in self.connections:
            connection.send(json.dumps({"op": INVALID_SESSION, "d": resumable}))

    def may_identify(self) -> bool:
        """Whether enough time has passed since the last IDENTIFY."""
        now = self.world.clock.now()
        if now - self._identified_at < self.identify_spacing:
            return False
        self._identified_at = now
        return True

    def lost(self, connection: Connection) -> None:
        """A connection has ended. One that the client closed with 1000 or 1001 ends its session too."""
        self.connections.discard(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            session.lost_at = self.world.clock.now()
            if connection.is_good_bye:
                self.sessions.pop(session.id, None)
        self.world.bell.ring()

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        try:
            pack = packer(request.query.get("compress"))
        except ValueError as unknown:
            raise web.HTTPBadRequest(text=str(unknown)) from None
        socket = web.WebSocketResponse(max_msg_size=15 * 1024, compress=False, timeout=0.5)
        await socket.prepare(request)
        connection = Connection(self, request, socket, pack)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.lost(connection)
        return socket


class Connection:
    """One websocket, from HELLO to its end."""

    def __init__(self, gateway: Gateway, request: web.Request, socket: web.WebSocketResponse, pack: Pack | None) -> None:
        self.session: Session | None = None
        self.is_good_bye = False
        self._gateway = gateway
        self._request = request
        self._socket = socket
        self._pack = pack
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._sent: deque[float] = deque()

    def send(self, text: str) -> None:
        """Send later, in order."""
        self._outbox.put_nowait(text)

    def abort(self) -> None:
        """Tear it down without a close frame."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def run(self) -> None:
        """Serve it until it ends."""
        interval = int(self._gateway.heartbeat_seconds * 1000)
        self.send(json.dumps({"op": HELLO, "d": {"heartbeat_interval": interval, "_trace": ["loopback"]}}))
        writer = asyncio.create_task(self._write(), name="discord-sim-gateway-writer")
        try:
            await self._read()
        except Closed as closed:
            await self._socket.close(code=closed.code, message=closed.reason.encode())
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                text = await self._outbox.get()
                if self._pack is None:
                    await self._socket.send_str(text)
                else:
                    await self._socket.send_bytes(self._pack(text.encode()))

    async def _read(self) -> None:
        last_beat = asyncio.get_running_loop().time()
        patience = self._gateway.heartbeat_seconds * 1.5
        while True:
            left = last_beat + patience - asyncio.get_running_loop().time()
            try:
                frame = await self._socket.receive(timeout=max(left, 0.001))
            except TimeoutError:
                raise Closed(4009, "Session timed out.") from None
            if frame.type is not WSMsgType.TEXT:
                self.is_good_bye = frame.type is WSMsgType.CLOSE and frame.data in (1000, 1001)
                return
            if self._take(frame.data) == HEARTBEAT:
                last_beat = asyncio.get_running_loop().time()

    def _take(self, text: str) -> int:
        self._count()
        try:
            value = json.loads(text)
            op, data = value["op"], value.get("d")
        except (ValueError, KeyError, TypeError):
            raise Closed(4002, "Error while decoding payload.") from None
        if op == HEARTBEAT:
            if self.session is not None:
                self.session.seen(data)
            self.send(json.dumps({"op": HEARTBEAT_ACK}))
        elif op == IDENTIFY:
            self._identify(data)
        elif op == RESUME:
            self._resume(data)
        elif self.session is None:
            raise Closed(4003, "Not authenticated.")
        elif op not in (PRESENCE, VOICE):
            raise Closed(4001, "Unknown opcode.")
        return int(op)

    def _count(self) -> None:
        now = self._gateway.world.clock.now()
        self._sent.append(now)
        while now - self._sent[0] > SENDS_SECONDS:
            self._sent.popleft()
        if len(self._sent) > MAX_SENDS:
            raise Closed(4008, "You are being rate limited.")

    def _identify(self, data: dict[str, Any]) -> None:
        gateway, world = self._gateway, self._gateway.world
        if self.session is not None:
            raise Closed(4005, "Already authenticated.")
        if data.get("token") != world.application.token:
            raise Closed(4004, "Authentication failed.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            raise Closed(4013, "Invalid intent(s).")
        if intents & sum(PRIVILEGED.values()) & ~world.application.privileged:
            raise Closed(4014, "Disallowed intent(s).")
        if not gateway.may_identify():
            self.send(json.dumps({"op": INVALID_SESSION, "d": False}))
            return
        shard = tuple(data.get("shard") or (0, 1))
        for old in [one for one in gateway.sessions.values() if one.shard == shard and one.connection is None]:
            del gateway.sessions[old.id]        # nobody can come back to it any more
        self.session = Session(secrets.token_hex(16), intents, (shard[0], shard[1]))
        gateway.sessions[self.session.id] = self.session
        gateway.identifies += 1
        self._welcome(self.session)

    def _welcome(self, session: Session) -> None:
        world, payloads = self._gateway.world, self._gateway.payloads
        session.connection = self
        guilds = [guild for guild in world.guilds.values() if session.serves(guild)]
        session.send("READY", {
            "v": 10, "user": payloads.me(), "session_id": session.id, "resume_gateway_url": "wss://gateway.discord.gg",
            "session_type": "normal", "shard": list(session.shard), "private_channels": [], "relationships": [],
            "application": {"id": str(world.application.id), "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds]})
        for guild in guilds if session.intents & GUILDS else ():
            session.send("GUILD_CREATE", payloads.guild_create(guild))
        world.bell.ring()

    def _resume(self, data: dict[str, Any]) -> None:
        gateway = self._gateway
        if data.get("token") != gateway.world.application.token:
            raise Closed(4004, "Authentication failed.")
        session = gateway.sessions.get(str(data.get("session_id")))
        now = gateway.world.clock.now()
        if session is None or (session.connection is None and now - session.lost_at > RESUME_SECONDS):
            self.send(json.dumps({"op": INVALID_SESSION, "d": False}))
            return
        sequence = data.get("seq")
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise Closed(4007, "Invalid seq.")
        session.seen(sequence)
        for _, text in session.unseen:
            self.send(text)
        self.session, session.connection = session, self
        gateway.resumes += 1
        session.send("RESUMED", {"_trace": ["loopback"]})
        gateway.world.bell.ring()
