"""What became of every order, judged by what members see, what the cloud was asked and what was kept; never by the log."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from bench.trips.cloud import Said, stems_of
from bench.trips.house import Death, House
from bench.trips.kept import ASKS, ENDS, Kept, KeptJob
from bench.trips.members import AGAIN, CANCEL, LEAVE, Crowd, Wish, button_of
from cogs.marks import marker_of
from cogs.result import part_of
from tests.discord_sim.world import Message

EDIT = "PATCH"
START_SECONDS = 0.3         # sooner no process says anything: what arrives then was sent before the kill
UPLOAD, STEMS = "upload", "stems"
MOST_PARTS = 10
_MARK = re.compile(r"\bw\d{5}\b")


@dataclass(slots=True)
class Verdict:
    """The figures of a run, and each case behind them in words."""

    accepted: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)     # by their sentence
    lost: list[str] = field(default_factory=list)
    charged_twice: list[str] = field(default_factory=list)
    posted_twice: list[str] = field(default_factory=list)
    pinged_twice: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)        # why a job ended unchanged or uncertain
    unexplained: list[str] = field(default_factory=list)
    left_thinking: int = 0          # acknowledged, and dead before there was a job
    stale: list[str] = field(default_factory=list)      # over, and its message still shows progress
    recovery: list[float] = field(default_factory=list)         # seconds from a start to the first sign of an interrupted job

    @property
    def is_good(self) -> bool:
        """Whether nothing is lost, nothing happened twice and everything is explained."""
        return not (self.lost or self.charged_twice or self.posted_twice or self.pinged_twice or self.unexplained or self.stale)


def judge(house: House, crowd: Crowd, kept: Kept) -> Verdict:
    """Judge a run that has come to rest."""
    verdict = Verdict()
    posts = posts_by_job(kept, house.cloud.said)
    films = films_by_job(house, kept)
    for job in kept.jobs.values():
        verdict.ends[job.state] += 1
        verdict.kinds["batch" if "-" in job.id and "-t" not in job.id else job.format or job.kind] += 1
        if job.state == "failed":
            verdict.failures[job.reason or "without a reason"] += 1
        _judge_end(job, len(films[job.id]), kept, house, verdict)
        _judge_files(job, house, verdict)
        if len(posts[job.id]) > 1:
            verdict.charged_twice.append(f"{job.id}: {len(posts[job.id])} times")
        if any(said_after(job, posts[job.id], death) for death in house.deaths):
            verdict.charged_twice.append(f"{job.id}: said by a later process than the one that held its claim")
        if len(films[job.id]) > 1:
            verdict.posted_twice.append(f"{job.id}: {len(films[job.id])} films")
        if job.state in ASKS:
            why = explained(job, posts[job.id], house.deaths)
            verdict.asked[f"{job.state}: {why or 'nobody knows why'}"] += 1
            if why is None:
                verdict.unexplained.append(f"{job.id} is {job.state}: {_history(job, posts[job.id], house.deaths)}")
    verdict.charged_twice += [f"{said.mark}: said without a claim" for said in posts[""]]
    _judge_promises(crowd.wishes, kept, verdict)
    _judge_pings(house, crowd, films, verdict)
    verdict.recovery = recoveries(house)
    return verdict


def _judge_end(job: KeptJob, films: int, kept: Kept, house: House, verdict: Verdict) -> None:
    """Whether the job came to its end, and whether that can be seen."""
    if job.state not in ENDS:
        verdict.lost.append(f"{job.id} is {job.state} for ever (stage {job.stage})")
        return
    if job.state == "done" and not films and job.kind != UPLOAD:
        verdict.lost.append(f"{job.id} is done, and there is no film")
    message = _message(house, job)
    if message is None or _tried_again(job, kept):
        return
    if button_of(message, CANCEL) or message.is_thinking:
        (verdict.stale if films else verdict.lost).append(
            f"{job.id} is {job.state}, its message shows {'nothing' if message.is_thinking else repr(message.content[:80])}")
    elif job.state in ASKS and "again" not in job.claims and not (button_of(message, AGAIN) and button_of(message, LEAVE)):
        verdict.lost.append(f"{job.id} is {job.state}, and nobody is asked: {message.content[:80]!r}")


def _judge_files(job: KeptJob, house: House, verdict: Verdict) -> None:
    """Whether a clip that was uploaded is in its project once, and stems came whole, each part of them once."""
    if job.kind == UPLOAD and job.state == "done":
        project = house.cloud.projects.get(job.session_id or "")
        names = [] if project is None else [PurePath(one["filename"]).stem for one in project.files]
        count = names.count(PurePath(job.clip).stem)
        if not count:
            verdict.lost.append(f"{job.id} is done, and its clip {job.clip} is nowhere")
        if count > 1:
            verdict.posted_twice.append(f"{job.id}: its clip {job.clip} is there {count} times")
    if job.format == STEMS:
        names = _stems_of(job, house)
        if job.state == "done" and not stems_of(names):
            verdict.lost.append(f"{job.id} is done, and of its stems there are {sorted(names)}")
        if len(set(names)) < len(names):
            verdict.posted_twice.append(f"{job.id}: {sorted(names)}")


def _stems_of(job: KeptJob, house: House) -> list[str]:
    """The names of all files that were posted of a job, in all its messages."""
    marks = [marker_of(part_of(job.id, place)) for place in range(MOST_PARTS)]
    channel = house.discord.world.channels[int(job.channel_id)]
    return [file.filename for message in channel.messages.values() for file in message.attachments
            if any(mark in file.filename for mark in marks)]


def _judge_promises(wishes: Iterable[Wish], kept: Kept, verdict: Verdict) -> None:
    """Whoever saw more than "is thinking…" has a job; `accepted` counts these and all rows."""
    verdict.accepted = len(kept.jobs)
    for wish in wishes:
        message = wish.message
        there = [job_id in kept.jobs for job_id in wish.job_ids]
        if any(there) and not all(there):
            verdict.lost.append(f"{wish.mark} is a batch, and of its jobs there are {there.count(True)}")
        if any(there) or message is None or message.is_ephemeral:
            continue
        if message.is_thinking:
            verdict.left_thinking += 1
        else:
            verdict.accepted += 1
            verdict.lost.append(f"{wish.mark} was promised ({message.content[:60]!r}), and there is no job")


def _judge_pings(house: House, crowd: Crowd, films: Mapping[str, list[Message]], verdict: Verdict) -> None:
    """A member is notified by the films of their jobs, and by nothing else."""
    by_member: Counter[int] = Counter(message.pinged[0].id for found in films.values() for message in found[:1] if message.pinged)
    for member in crowd:
        extra = house.discord.pings(member.user) - by_member[member.user.id]
        if extra:
            verdict.pinged_twice.append(f"{member.user.name}: {extra} times more than there are films")


def posts_by_job(kept: Kept, said: Iterable[Said]) -> defaultdict[str, list[Said]]:
    """Each POST /run_sse by the job that sent it: of those with this wish the one that had made its claim last. "": by none."""
    by_mark: defaultdict[str, list[KeptJob]] = defaultdict(list)
    for job in kept.jobs.values():
        if (found := _MARK.search(job.words)) and "say" in job.claims:
            by_mark[found[0]].append(job)
    found_posts: defaultdict[str, list[Said]] = defaultdict(list)
    for one in said:
        claimed = [job for job in by_mark[one.mark] if job.claims["say"].made_at <= one.at]
        owner = max(claimed, key=lambda job: job.claims["say"].made_at, default=None)
        found_posts[owner.id if owner else ""].append(one)
    return found_posts


def explained(job: KeptJob, posts: list[Said], deaths: Iterable[Death]) -> str | None:
    """Why nobody heard an answer: the bot was killed between the claim and the first byte. None where it was not."""
    for death in deaths:
        claim = death.kept.jobs[job.id].claims.get("say") if job.id in death.kept.jobs else None
        if claim is None or claim.is_finished:
            continue
        if all(post.began_at is None or post.began_at > death.at for post in posts):
            if not posts or posts[0].at > death.at:
                return "killed between its claim and its arrival at the cloud"
            return "killed between its arrival and the first byte"
    return None


def said_after(job: KeptJob, posts: list[Said], death: Death) -> bool:
    """Whether a wish that a dead process had claimed was said by a living one."""
    claim = death.kept.jobs[job.id].claims.get("say") if job.id in death.kept.jobs else None
    return claim is not None and any(post.at > death.started_at + START_SECONDS for post in posts)


def recoveries(house: House) -> list[float]:
    """For each start with interrupted jobs: how long until one of them showed a sign of life."""
    found: list[float] = []
    for death, following in zip(house.deaths, [*house.deaths[1:], None], strict=True):
        if not death.kept.at_work or not death.started_at:
            continue
        until = following.at if following else float("inf")
        signs = [at for at in _signs(house, death) if death.started_at <= at < until]
        if signs:
            found.append(min(signs) - death.started_at)
    return found


def _signs(house: House, death: Death) -> Iterable[float]:
    """When the bot touched what belongs to one of the interrupted jobs."""
    sessions = {job.session_id for job in death.kept.at_work if job.session_id}
    messages = {job.message_id for job in death.kept.at_work if job.message_id}
    yield from (one.at for one in house.cloud.seen if one.session_id in sessions)
    yield from (one.at for one in house.discord.requests if one.method == EDIT and one.path.rpartition("/")[2] in messages)


def films_by_job(house: House, kept: Kept) -> defaultdict[str, list[Message]]:
    """The messages with a job's film, by job."""
    marks = {marker_of(job_id): job_id for job_id in kept.jobs}
    found: defaultdict[str, list[Message]] = defaultdict(list)
    for channel in house.discord.world.channels.values():
        for message in channel.messages.values():
            for file in message.attachments:
                owner = next((job_id for mark, job_id in marks.items() if mark in file.filename), None)
                if owner is not None and message not in found[owner]:
                    found[owner].append(message)
    return found


def _message(house: House, job: KeptJob) -> Message | None:
    channel = house.discord.world.channels.get(int(job.channel_id))
    return channel.messages.get(int(job.message_id)) if channel and job.message_id else None


def _tried_again(job: KeptJob, kept: Kept) -> bool:
    """Whether a later job shows itself in the same message."""
    return any(other.message_id == job.message_id and other.id > job.id for other in kept.jobs.values())


def _history(job: KeptJob, posts: list[Said], deaths: Iterable[Death]) -> str:
    claim = job.claims.get("say")
    said = [f"said {post.at:.3f}, began {post.began_at}, ended {post.ended_at}" for post in posts]
    killed = [f"{death.point} {death.at:.3f}" for death in deaths
              if job.id in death.kept.jobs and not death.kept.jobs[job.id].is_over]
    return f"claimed {claim.made_at if claim else None}; {'; '.join(said) or 'never said'}; killed {killed}"
