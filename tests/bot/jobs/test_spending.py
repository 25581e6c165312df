"""Where credits are spent: the studio goes on, or the job ends with a sentence; at most one wish is paid for, whatever dies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.flows.account import Access
from bot.flows.errors import NoStudio
from bot.jobs.order import Order
from bot.jobs.workbench import Studio
from bot.texts import say
from storage import Account, Database, JobKind, JobState, ServerAccount, Standing, TokenKind
from tests.bot.jobs.house import House, Watched, attachment, order
from tests.bot.jobs.lives import Lives
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

SPENT, EMPTY = replies.fault(2001), replies.data({"available": 0, "frozen": 0, "total": 0})
SAY, BALANCE, TOKEN = "/run_sse", "/api/credits/balance/simple", "/api/auth/anonymous-token"
OWN, SERVERS = "nmv_usr_adas0123456789", "nmv_usr_servers0123456"
TOLD = say("spending.in_studio", "en")


class StudioBeside(Watched):
    """A studio whose requests are told apart from the cloud's."""

    async def _answer(self, request: Request) -> Reply:
        self.house.seen(f"studio {request.method}", request.path)
        return await super(Watched, self)._answer(request)

    @property
    def wishes(self) -> list[str]:
        return [wish for project in self.projects.values() for wish in project.wishes]


@pytest.fixture
async def studio(around: House) -> AsyncIterator[StudioBeside]:
    async with StudioBeside() as server:
        server.house, around.studio, server.first_session = around, server.url, 77
        yield server


async def decide(around: House, **change: object) -> None:
    """Let the server's admin wish for the studio, unless another wish is named."""
    async with Database.open(around.folder / "mureka.db") as database:
        await database.servers.change("s1", **{"when_spent": "studio", **change})      # type: ignore[arg-type]


async def standing(around: House, member: str = "ada") -> Standing:
    async with Database.open(around.folder / "mureka.db") as database:
        return await database.usage.standing(member, "s1")


async def ended(around: House, *orders: Order) -> list[str]:
    """Have these jobs come to their ends, one after the other, and give the sentences."""
    async with around.open() as bot:
        for one in orders:
            await bot.desk.accept(one)
            await around.until_over(one.id)
    return [line["sentence"] for line in around.told if line["act"] in ("end", "ask")]


async def test_a_wish_that_the_cloud_refuses_for_want_of_credits_is_carried_out_by_the_studio(
        around: House, studio: StudioBeside) -> None:
    await decide(around)
    around.server.on("POST", SAY, SPENT)
    assert await ended(around, order("100")) == [say("job.done", "en")]
    assert (around.wishes, studio.wishes) == ([], ["wish of 100"])
    [project] = studio.projects.values()
    assert [file["filename"] for file in project.files] == ["hum.wav"]
    [post] = around.lines("deliver")
    assert post["text"] == f"{TOLD}\nHere is your song."
    assert len(around.server.asked("POST", SAY)) == 1
    assert (len(studio.orders), len(around.server.orders)) == (1, 0)
    async with Database.open(around.folder / "mureka.db") as database:
        job = await database.jobs.get("100")
        assert job is not None
        assert (job.backend, job.detour, job.session_id) == ("studio", True, project.session_id)
        claims = {claim.id: claim.result for claim in await database.claims.of_job("100")}
        assert (claims["say:100"], claims["say:100:studio"]) == ("spent", "done")
        assert await database.accounts.find("ada", "studio", TokenKind.ANONYMOUS) is not None
    assert await standing(around) == Standing(1, 1, 1, 0)      # a song, and none of the server's credits


async def test_a_balance_of_nothing_is_seen_before_anything_is_sent_to_the_cloud(around: House, studio: StudioBeside) -> None:
    await decide(around)
    around.server.on("GET", BALANCE, EMPTY)
    assert await ended(around, order("100"), order("101", member="bob", clip=False)) == [say("job.done", "en")] * 2
    assert studio.wishes == ["wish of 100", "wish of 101"]
    assert around.server.projects == {}
    async with Database.open(around.folder / "mureka.db") as database:
        assert [(one.account, one.left) for one in await database.warnings.balances()] == [("operator", 0)]


async def test_a_balance_that_is_not_told_is_no_reason_not_to_ask_the_cloud(around: House, studio: StudioBeside) -> None:
    """Nor to fail afterwards: it is asked before and after each of them."""
    missing = replies.bare({"detail": "Not Found"}, 404)
    around.server.on("GET", BALANCE, replies.data({}), missing, missing, replies.html(502))
    assert await ended(around, *map(order, ("100", "101"))) == [say("job.done", "en")] * 2
    assert (len(around.wishes), studio.requests) == (2, [])


async def test_a_servers_budget_is_never_passed_and_the_studio_goes_on_or_it_stops(around: House, studio: StudioBeside) -> None:
    await decide(around, server_credits_month=150)
    assert await ended(around, order("100"), order("101")) == [say("job.done", "en")] * 2
    await decide(around, when_spent="stop")
    await ended(around, order("102"))
    assert (around.wishes, studio.wishes) == (["wish of 100"], ["wish of 101"])
    assert await standing(around) == Standing(2, 2, 2, 100)
    async with Database.open(around.folder / "mureka.db") as database:
        job = await database.jobs.get("102")
        assert job is not None
        assert (job.state, job.reason, job.backend) == (JobState.FAILED, "budget.credits", None)


async def test_where_it_stops_the_sentence_says_whose_credits_are_spent_and_in_a_direct_message_the_operator_decides(
        around: House, studio: StudioBeside) -> None:
    around.studio_when_spent = True
    around.server.owners |= {OWN: "ada", SERVERS: "s1"}
    async with Database.open(around.folder / "mureka.db") as database:
        await database.accounts.keep(Account("ada", "cloud", TokenKind.OWN, OWN))
        await database.server_accounts.keep(ServerAccount("s1", "cloud", SERVERS))
    around.server.on("POST", SAY, SPENT)
    link = "https://nemovideo.com"
    elsewhere, directly = (replace(order(job, member="bob"), server_id=place) for job, place in (("102", "s2"), ("103", None)))
    assert await ended(around, order("100"), order("101", member="bob"), elsewhere, directly) == [
        say("spending.own", "en", link=link), say("spending.server", "en"), say("spending.operator", "en"), say("job.done", "en")]
    assert studio.wishes == ["wish of 103"]
    assert (await standing(around), await standing(around, "bob")) == (Standing(), Standing(member=1))


async def test_free_credits_that_are_spent_are_told_with_where_more_are_had(around: House, studio: StudioBeside) -> None:
    around.token = None
    around.server.on("POST", TOKEN, around.server.usual, replies.fault(429, status=429))
    around.server.on("POST", SAY, SPENT)
    link = "https://nemovideo.com/register"
    assert await ended(around, order("100"), replace(order("101", member="bob"), server_id=None)) == [
        say("spending.anonymous", "en", link=link), say("spending.limit", "en")]
    assert studio.requests == []        # in direct messages too, unless the operator wishes so


async def test_where_no_free_token_is_to_be_had_the_studio_goes_on_too(around: House, studio: StudioBeside) -> None:
    await decide(around)
    around.token = None
    around.server.on("POST", TOKEN, replies.fault(429, status=429))
    told = await ended(around, order("100"), order("101", JobKind.UPLOAD))
    assert told[0] == say("job.done", "en")
    [first] = studio.projects.values()
    assert (first.wishes, len(first.files)) == (["wish of 100"], 2)


async def test_a_change_of_a_song_in_the_cloud_asks_for_the_clip_again(around: House, studio: StudioBeside) -> None:
    await decide(around)
    around.server.on("POST", SAY, around.server.usual, SPENT)
    told = await ended(around, order("100"), order("101", JobKind.REFINE, words="slower"))
    assert told == [say("job.done", "en"), say("spending.clip_again", "en")]
    assert (around.wishes, studio.requests) == (["wish of 100"], [])
    assert await standing(around) == Standing(1, 1, 1, 100)


async def test_the_song_that_is_meant_is_gone_on_with_where_it_was_made(around: House, studio: StudioBeside) -> None:
    await decide(around)
    around.server.on("POST", SAY, SPENT, around.server.usual)
    await ended(around, order("100"), order("101", JobKind.REFINE, words="slower"), order("102", JobKind.EXPORT),
                order("103", words="anew"), order("104", JobKind.REFINE, words="faster"))
    assert (studio.wishes, around.wishes) == (["wish of 100", "slower"], ["anew", "faster"])
    [made] = studio.projects        # the buttons below its song name it, whatever was made since
    await ended(around, order("105", JobKind.REFINE, words="louder", session_id=made),
                order("106", JobKind.REFINE, member="bob", words="not mine", session_id=made))
    assert studio.wishes == ["wish of 100", "slower", "louder"]
    assert around.lines("end", "106")[-1]["sentence"] == say("generate.project_lost", "en")
    assert [line["text"].startswith(TOLD) for line in around.lines("deliver")] == [True, *[False] * 5]
    assert (len(studio.orders), len(around.server.orders)) == (4, 2)
    assert await standing(around) == Standing(5, 5, 5, 150)


async def test_a_batch_stays_together_in_the_studio(around: House, studio: StudioBeside) -> None:
    await decide(around)
    around.server.on("POST", SAY, around.server.usual, SPENT)
    batch = [order(f"100-0{number}", clips=(attachment("100", f"{number}.wav"),), afresh=number == 1) for number in (1, 2, 3)]
    await ended(around, *batch)
    assert around.wishes == ["wish of 100-01"]
    [project] = studio.projects.values()
    assert [file["filename"] for file in project.files] == ["2.wav", "3.wav"]
    assert project.wishes == ["wish of 100-02", "wish of 100-03"]


async def test_a_studio_that_cannot_be_started_is_told(around: House, studio: StudioBeside) -> None:
    async def reach() -> Access:
        raise NoStudio("no memory")

    await decide(around)
    around.server.on("POST", SAY, SPENT)
    async with around.open() as bot:
        object.__setattr__(bot.bench, "studio", Studio("studio", reach))
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        job = await bot.job("100")
    assert (job.state, job.reason, job.backend) == (JobState.FAILED, "spending.no_studio", None)


async def test_the_token_that_spoke_pays_although_another_is_linked_meanwhile(around: House, studio: StudioBeside) -> None:
    await decide(around, server_credits_month=100)
    around.server.owners |= {OWN: "ada", SERVERS: "s1"}
    async with around.open() as bot:
        await bot.database.server_accounts.keep(ServerAccount("s1", "cloud", SERVERS))

        async def gate(request: Request) -> None:
            if request.path.startswith("/api/upload-video/"):
                await bot.database.accounts.keep(Account("ada", "cloud", TokenKind.OWN, OWN))

        around.gate = gate
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        assert await bot.database.usage.standing("ada", "s1") == Standing(1, 1, 1, 100)
    assert {project.user_id for project in around.server.projects.values()} == {"s1"}


async def test_who_died_after_the_refusal_does_not_ask_the_cloud_again(around: House, studio: StudioBeside) -> None:
    await decide(around)
    async with Database.open(around.folder / "mureka.db") as database:
        await database.jobs.accept(order("100").as_job())
        await database.usage.charge("100", "ada", "s1", "generate", cost=100)
        await database.claims.make("say:100", "100", "say")
        await database.claims.finish("say:100", "spent")
    async with around.open():
        await around.until_over("100")
    assert (around.server.asked("POST", SAY), studio.wishes) == ([], ["wish of 100"])
    assert await standing(around) == Standing(1, 1, 1, 0)


MOMENTS = (
    f"studio POST {TOKEN}",             # the row says that the studio goes on, and no project is there
    "studio POST /api/tasks/",
    "studio POST /api/upload-video/",
    "studio GET /api/state/",           # the wish is not claimed yet
)


async def test_on_the_way_to_the_studio_it_may_die_at_any_moment(around: House, studio: StudioBeside, lives: Lives) -> None:
    await decide(around)
    around.server.on("POST", SAY, SPENT)
    jobs = [f"10{number}" for number in range(len(MOMENTS))]
    for job_id, moment in zip(jobs, MOMENTS, strict=True):
        lives.dies_at(moment)
        await lives.start({"id": job_id})
        await lives.dead()
    await lives.start()
    await around.until_over(*jobs)
    assert sorted(studio.wishes) == [f"wish of {job_id}" for job_id in jobs]
    assert (around.wishes, len(around.server.asked("POST", SAY))) == ([], len(jobs))
    assert sorted(line["job"] for line in around.lines("deliver")) == jobs
    assert await standing(around) == Standing(4, 4, 4, 0)


async def test_an_answer_of_the_studio_that_was_lost_with_the_process_is_found(
        around: House, studio: StudioBeside, lives: Lives) -> None:
    def cut(request: Request) -> Reply:
        studio.carry_out(request)
        lives.kill()
        return replies.nothing()

    await decide(around)
    around.server.on("POST", SAY, SPENT)
    studio.on("POST", SAY, cut)
    await lives.start({"id": "100"})
    await lives.dead()
    await lives.start()
    await around.until_over("100")
    assert (around.wishes, studio.wishes) == ([], ["wish of 100"])
    [post] = around.lines("deliver")
    assert post["text"].startswith(TOLD)


async def test_a_refusal_that_was_lost_with_the_process_is_asked_about_and_said_nowhere_else(
        around: House, studio: StudioBeside, lives: Lives) -> None:
    def swallow(_request: Request) -> Reply:
        lives.kill()
        return replies.nothing()

    await decide(around)
    around.server.on("POST", SAY, swallow)
    await lives.start({"id": "100"})
    await lives.dead()
    await lives.start()
    await around.until_over("100")
    [asked] = around.lines("ask")
    assert (asked["state"], len(around.server.asked("POST", SAY)), studio.requests) == ("unchanged", 1, [])
    assert (await standing(around)).member == 0
