"""Fifty members who press everything at once for a minute: does the bot stand, and does nobody get what is not theirs?

    PYTHONPATH=. python bench/abuse.py [--members 50] [--seconds 60] [--seed 1]

The bot runs as a process in real time, with a cloud that charges, on the loopback Discord, with its usual pace and small
budgets. Its connections are noted by an audit hook within the process; names under `rebind.example.com` answer with a public
address first and then with one of this machine. Judged afterwards: it lives and had no defect, it notified nobody but
the owners of films, no connection went to a private address, nobody is over a budget, and its loop answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench.trips.cloud import Cloud
from bench.trips.crooks import Crook, Scene
from bench.trips.gauges import MEGABYTE, Samples, cuts, late
from bench.trips.house import DATABASE, House, house
from bench.trips.kept import look
from bench.trips.ledger import films_by_job
from bench.trips.network import CONNECTS, NAMES, connections
from bench.trips.probe import COMMAND, FILE
from bot.nemo.files.addresses import is_public

SONGS_A_DAY, SONGS_A_MONTH, CREDITS_A_MONTH = 2, 40, 3000
TOKEN: Final = "nmv_usr_of_the_operator"
CHANNELS: Final = 5
LISTENING: Final = 2
THINK_SECONDS, ANSWER_SECONDS, POLL_SECONDS = 0.2, 0.5, 1.0
SETTLE_LOOKS: Final = 150
PUBLIC: Final = "198.41.0.4"        # a public address; nothing answers to it here
REBINDING: Final = {f"{name}.rebind.example.com": [[PUBLIC], [address]] for name, address in (
    ("one", "127.0.0.1"), ("two", "169.254.169.254"), ("three", "::1"))}
DEFECT: Final = re.compile(r"Traceback \(most recent call last\)|fault [0-9a-f]{6} |met a defect|never retrieved|never awaited")


async def abuse(options: argparse.Namespace) -> int:
    """Do it, and print what came of it; the exit code."""
    chance = random.Random(options.seed)
    cloud = Cloud(chance, think_seconds=THINK_SECONDS, answer_seconds=ANSWER_SECONDS, poll_seconds=POLL_SECONDS)
    with tempfile.TemporaryDirectory(prefix="mureka-abuse-") as name:
        folder = Path(name)
        (folder / "names.json").write_text(json.dumps(REBINDING), "utf-8")
        more = {FILE: str(folder / "bot.lag"), CONNECTS: str(folder / "connects"), NAMES: str(folder / "names.json"),
                "MUREKA_PACE": "", "MUREKA_WAITING": "", "MUREKA_LISTEN": "on", "MUREKA_SONGS_PER_DAY": str(SONGS_A_DAY),
                "MUREKA_SONGS_PER_MONTH": str(SONGS_A_MONTH), "MUREKA_CREDITS_PER_MONTH": str(CREDITS_A_MONTH),
                "NEMO_TOKEN": TOKEN}
        cloud.owners[TOKEN] = "the operator"
        trap = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        async with trap, house(folder, cloud, chance, workers=8, command=[*COMMAND, "bot"], more=more,
                               privileged=("message_content",)) as place:
            return await _Abuse(place, folder, options, trap.sockets[0].getsockname()[1]).run()


class _Abuse:
    def __init__(self, place: House, folder: Path, options: argparse.Namespace, port: int) -> None:
        discord = place.discord
        self._house, self._folder, self._options = place, folder, options
        self._channels = [discord.text_channel(f"songs-{number}") for number in range(CHANNELS)]
        users = [discord.member(f"member-{number:02}", locale="zh-CN" if number % 3 == 0 else "en-US")
                 for number in range(options.members)]
        scene = Scene(self._channels, users, _links(port))
        self._crooks = [Crook(place, scene, user, options.seed * 1000 + number) for number, user in enumerate(users)]
        self._samples = Samples()

    async def run(self) -> int:
        """All of it."""
        await self._house.start()
        await self._house.discord.bot_ready()
        boss = self._house.discord.member("boss", permissions=("manage_guild",))
        for channel in self._channels[:LISTENING]:
            await (await channel.slash("mureka-admin listening", by=boss, add=channel.raw)).acknowledged()
        began = time.time()
        async with self._samples.taken(lambda: self._house.bot.pid):
            ends = asyncio.get_running_loop().time() + self._options.seconds
            await asyncio.gather(*(crook.go(ends) for crook in self._crooks))
            ended = time.time()
            await self._settle()
        faults = [*self._faults()]
        print("\n".join(self._told(began, ended)))
        print("\n".join(f"FAULT: {one}" for one in faults) or "no fault")
        return 1 if faults else 0

    async def _settle(self) -> None:
        """Until every job has its end."""
        for _ in range(SETTLE_LOOKS):
            if not (await asyncio.to_thread(look, self._house.data / DATABASE)).unfinished:
                return
            await asyncio.sleep(1.0)

    def _faults(self) -> Iterator[str]:
        kept = look(self._house.data / DATABASE)
        if not self._house.is_open:
            yield "the bot is not there any more"
        yield from (f"in the log: {line[:200]}" for line in self._house.bot.log.splitlines() if DEFECT.search(line))
        yield from (f"job {job.id} is {job.state} for ever, at {job.stage}" for job in kept.unfinished)
        films = films_by_job(self._house, kept)
        owed = Counter(kept.jobs[job].member_id for job, posts in films.items() if posts)
        yield from (f"job {job} was posted {len(posts)} times" for job, posts in films.items() if len(posts) > 1)
        for user in self._house.discord.world.users.values():
            pings = sum(user in message.pinged for channel in self._house.discord.world.channels.values()
                        for message in channel.messages.values() if message.author.is_bot)
            if pings > owed[str(user.id)]:
                yield f"{user.name} was notified {pings} times and has {owed[str(user.id)]} films"
        yield from self._astray()
        yield from self._over_budget()
        if pace := self._late():
            yield f"{pace} acknowledgements took more than three seconds"

    def _astray(self) -> Iterator[str]:
        """Connections to where nobody may send the bot: it knows Discord's door and the cloud's."""
        doors = {urlsplit(self._house.cloud.url).port, urlsplit(self._house.discord.environment["DISCORD_PROXY"]).port}
        for (host, port), count in connections(self._folder / "connects").items():
            if not (host in ("127.0.0.1", "localhost") and port in doors) and not is_public(ip_address(host)):
                yield f"{count} connections to {host} port {port}"

    def _over_budget(self) -> Iterator[str]:
        with closing(sqlite3.connect(self._house.data / DATABASE)) as database:
            counts = dict(database.execute(
                "SELECT hex(member_key), sum(count) FROM usage WHERE kind IN ('generate', 'refine') GROUP BY 1").fetchall())
            [credits_used] = database.execute("SELECT ifnull(sum(credits), 0) FROM usage WHERE server_id != ''").fetchone()
        if credits_used > CREDITS_A_MONTH:
            yield f"the server has used {credits_used} credits of {CREDITS_A_MONTH}"
        yield from (f"a member has used {count} songs of {SONGS_A_DAY}" for count in counts.values() if count > SONGS_A_DAY)
        kept = look(self._house.data / DATABASE)
        songs = [job for job in kept.jobs.values() if job.state == "done" and job.kind in ("generate", "refine")]
        done = Counter(job.member_id for job in songs)
        yield from (f"a member got {count} songs of {SONGS_A_DAY}" for count in done.values() if count > SONGS_A_DAY)
        ours = {str(channel.raw.id) for channel in self._channels}
        if (whole := sum(job.channel_id in ours for job in songs)) > SONGS_A_MONTH:
            yield f"the server got {whole} songs of {SONGS_A_MONTH}"

    def _late(self) -> int:
        return sum(seconds > 3.0 for seconds in self._seconds())

    def _seconds(self) -> list[float]:
        return [one.acked_at - one.sent_at for crook in self._crooks for one in crook.sent if one.acked_at is not None]

    def _told(self, began: float, ended: float) -> Iterable[str]:
        did = sum((crook.did for crook in self._crooks), Counter[str]())
        sent = [one for crook in self._crooks for one in crook.sent]
        silent = Counter(one.kind.name.lower() for one in sent if one.acked_at is None)
        kept = look(self._house.data / DATABASE)
        yield f"{len(self._crooks)} members, {ended - began:.0f} s, seed {self._options.seed}"
        yield f"acts: {sum(did.values())}: {dict(did)}"
        yield f"interactions: {len(sent)}; acknowledged {cuts(self._seconds())}; left in silence, as too many: {dict(silent)}"
        yield f"jobs: {dict(Counter(f'{job.kind} {job.state}' for job in kept.jobs.values()))}"
        yield f"why they failed: {dict(Counter(job.reason for job in kept.jobs.values() if job.state == 'failed'))}"
        yield f"wishes said to the cloud: {len(self._house.cloud.said)}; connections: {self._reached()}"
        yield f"loop lag {late(self._folder / 'bot.lag', (began, ended))}"
        yield f"memory with children: {max(self._samples.memory, default=0) / MEGABYTE:.0f} MB; requests to Discord: " \
              f"{len(self._house.discord.requests)}, {self._house.discord.limits.refused} refused for their rate"

    def _reached(self) -> dict[str, int]:
        hosts: Counter[str] = Counter()
        for (host, _), count in connections(self._folder / "connects").items():
            hosts[host] += count
        return dict(hosts)


def _links(port: int) -> Sequence[str]:
    """Links that lead to this machine or its network, each in another disguise."""
    inside = [f"http://127.0.0.1:{port}/hum.mp3", f"http://localhost:{port}/hum.mp3", f"http://[::1]:{port}/a.mp3",
              f"http://2130706433:{port}/a.mp3", f"http://0x7f.1:{port}/a.mp3", f"http://127.1:{port}/a.mp3",
              f"http://[::ffff:127.0.0.1]:{port}/a.mp3", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/a.mp3",
              f"http://user@127.0.0.1:{port}/a.mp3", f"http://example.com@127.0.0.1:{port}/", "file:///etc/passwd",
              f"http://0.0.0.0:{port}/a.mp3", "gopher://127.0.0.1/", "http://metadata.google.internal/", "https://a.local/x.mp3"]
    return [*inside, *(f"http://{host}:{port}/hum.mp3" for host in REBINDING for _ in range(3))]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--members", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)
    return asyncio.run(abuse(chosen))


if __name__ == "__main__":
    sys.exit(main())
