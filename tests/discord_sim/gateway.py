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
RESUME, RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 6, 7, 8, 9, 10, 11
MAX_FRAME_BYTES = 4096          # of a client
MAX_GUILDS = 2500               # of a shard
IDENTIFIES_A_DAY = 1000         # one more, and the token is reset
DAY_SECONDS = 86400.0
HEARD_OUTSIDE = ("GUILD_DELETE", "INTERACTION_CREATE")      # of servers that the bot is not in
CHUNK = 1000                    # members in one event


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
        self.shards = 1                 # how many the bot is told to open
        self.max_concurrency = 1        # how many of them may IDENTIFY at once
        self.identify_spacing = 0.0     # seconds between IDENTIFYs of one bucket; Discord's is 5
        self.identifies = 0
        self.resumes = 0
        self.watchers: list[Callable[[str, Json], None]] = []       # are shown every event that is sent
        self._identified_at: dict[int, float] = {}
        self._today: deque[float] = deque()

    def app(self) -> web.Application:
        """The host gateway.discord.gg."""
        app = web.Application()
        app.router.add_get("/", self._connect)
        return app

    @property
    def is_connected(self) -> bool:
        """Whether a client is there that has had its READY or RESUMED, on every shard that it has told of."""
        there = {session.shard for session in self.sessions.values() if session.connection is not None}
        return bool(there) and len({number for number, _ in there}) >= max(count for _, count in there)

    @property
    def identifies_left(self) -> int:
        """How many IDENTIFYs Discord still takes today."""
        now = self.world.clock.now()
        while self._today and now - self._today[0] > DAY_SECONDS:
            self._today.popleft()
        return IDENTIFIES_A_DAY - len(self._today)

    def dispatch(self, event: str, guild: Guild | None, render: Callable[[int], Json], *, intent: int = 0) -> int:
        """Send an event to every session that is to have it; how many there were."""
        now = self.world.clock.now()
        reached = 0
        if guild is not None and self.world.bot.id not in guild.members and event not in HEARD_OUTSIDE:
            return reached
        for session in list(self.sessions.values()):
            if session.connection is None and now - session.lost_at > RESUME_SECONDS:
                del self.sessions[session.id]
            elif session.serves(guild) and (not intent or session.intents & intent):
                self.tell(session, event, render(session.intents))
                reached += 1
        return reached

    def tell(self, session: Session, event: str, data: Json) -> None:
        """Send an event to one session."""
        for watcher in self.watchers:
            watcher(event, data)
        session.send(event, data)

    def drop(self, *, resumable: bool = True, shard: int | None = None) -> None:
        """Tear the connections down, all or those of one shard; without `resumable` their sessions are forgotten too."""
        for connection in [one for one in self.connections if shard is None or one.shard == shard]:
            if not resumable and connection.session is not None:
                self.sessions.pop(connection.session.id, None)
            connection.abort()
        if shard is None and not resumable:
            self.sessions.clear()

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

    def may_identify(self, shard: int = 0) -> bool:
        """Whether enough time has passed since the last IDENTIFY of a shard of the same bucket."""
        now, bucket = self.world.clock.now(), shard % self.max_concurrency
        if now - self._identified_at.get(bucket, float("-inf")) < self.identify_spacing:
            return False
        self._identified_at[bucket] = now
        return True

    def count_identify(self) -> None:
        """Count one. Raises Closed for one too many today, and then the token is no longer good."""
        if self.identifies_left <= 0:
            self.world.application.token = f"reset-{secrets.token_hex(16)}"
            raise Closed(4004, "Authentication failed.")
        self._today.append(self.world.clock.now())
        self.identifies += 1

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

    @property
    def shard(self) -> int | None:
        """Which shard it is, once it has said so."""
        return None if self.session is None else self.session.shard[0]

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
            value = json.loads(text if len(text.encode()) <= MAX_FRAME_BYTES else "")
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
        elif op == REQUEST_MEMBERS:
            self._members(self.session, data)
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
        session = Session(secrets.token_hex(16), intents, _shard(data.get("shard")))
        if sum(map(session.serves, world.guilds.values())) > MAX_GUILDS:
            raise Closed(4011, "Sharding required.")
        if not gateway.may_identify(session.shard[0]):
            self.send(json.dumps({"op": INVALID_SESSION, "d": False}))
            return
        gateway.count_identify()
        for old in [one for one in gateway.sessions.values() if one.shard == session.shard and one.connection is None]:
            del gateway.sessions[old.id]        # nobody can come back to it any more
        self.session = gateway.sessions[session.id] = session
        self._welcome(session)

    def _welcome(self, session: Session) -> None:
        world, payloads, tell = self._gateway.world, self._gateway.payloads, self._gateway.tell
        session.connection = self
        guilds = [guild for guild in world.guilds.values() if session.serves(guild) and world.bot.id in guild.members]
        tell(session, "READY", {
            "v": 10, "user": payloads.me(), "session_id": session.id, "resume_gateway_url": "wss://gateway.discord.gg",
            "session_type": "normal", "shard": list(session.shard), "private_channels": [], "relationships": [],
            "application": {"id": str(world.application.id), "flags": payloads.application_flags},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds]})
        for guild in guilds if session.intents & GUILDS else ():
            if not guild.is_unavailable:
                tell(session, "GUILD_CREATE", payloads.guild_create(guild))
        world.bell.ring()

    def _members(self, session: Session, data: dict[str, Any]) -> None:
        """Op 8: the members of a guild, in pieces."""
        world, payloads = self._gateway.world, self._gateway.payloads
        guild = world.guilds.get(int(data["guild_id"]))
        if guild is None or not session.serves(guild) or world.bot.id not in guild.members:
            return
        wanted, start = [str(one) for one in _listed(data.get("user_ids"))], str(data.get("query") or "")
        if not wanted and not start and not data.get("limit") and not session.intents & PRIVILEGED["members"]:
            raise Closed(4014, "Disallowed intent(s).")
        found = [one for one in guild.members.values() if (str(one.id) in wanted if wanted else one.name.startswith(start))]
        found = found[:data.get("limit") or len(found)]
        pieces = [found[at:at + CHUNK] for at in range(0, len(found), CHUNK)] or [[]]
        for index, piece in enumerate(pieces):
            self._gateway.tell(session, "GUILD_MEMBERS_CHUNK", {
                "guild_id": str(guild.id), "members": [payloads.member(one, guild) for one in piece], "chunk_index": index,
                "chunk_count": len(pieces), "not_found": [one for one in wanted if int(one) not in guild.members],
                "nonce": data.get("nonce")})

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


def _shard(value: Any) -> tuple[int, int]:
    """Number and count as a client names them. Raises Closed for what is no shard."""
    if value is None:
        return 0, 1
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(one, int) for one in value):
        raise Closed(4010, "Invalid shard.")
    number, count = value
    if not 0 <= number < count:
        raise Closed(4010, "Invalid shard.")
    return number, count


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
