"""Spent: where no credits are left, the studio goes on with a job, or the job ends with a sentence. Says no wish, costs nothing.

The studio goes on where the server's admin wished so; in direct messages, where the operator did. What was begun in the cloud
stays behind there.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from bot.flows.account import Speaks
from bot.flows.budget import account_of, watch_balance
from bot.flows.errors import ClipWantedAgain, CreditsSpent, FlowError
from bot.jobs import notes
from bot.jobs.steps.work import Work
from bot.nemo import AnonymousLimit, Credits, CreditsUsedUp, Fault, NemoError
from storage import JobKind, StorageError

STUDIO: Final = "studio"
"""Of `Server.when_spent`."""
BALANCE_SECONDS: Final = 5.0
"""How long a job waits for its balance; a cloud that does not tell it may take the wish all the same."""
USED_UP_CODE: Final = 2001
LIMIT: Final = "limit"
"""In the place of a payer: no free token is to be had."""

_UNKNOWN: Final = "job %s does not know its balance: %r"

log = logging.getLogger(__name__)


class BudgetSpent(Exception):
    """The server's budget of credits does not allow this. `end` is the fault that tells so, where the job ends of it."""

    def __init__(self, end: Exception) -> None:
        super().__init__("the server's budget of credits is used up")
        self.end = end


SPENT: Final = (CreditsUsedUp, AnonymousLimit, BudgetSpent)
"""What means that no credits are left for a job, and that nothing was done for it."""


async def check_balance(work: Work) -> None:
    """Look what is left before anything is sent to a cloud in vain. Raises CreditsUsedUp, AnonymousLimit."""
    if work.bench.studio is None or work.job.backend is not None:
        return
    try:
        found = await _read(work)
    except SPENT:
        raise
    except (NemoError, TimeoutError) as fault:
        log.info(_UNKNOWN, work.job.id, fault)
        return
    if found.available is not None and found.available <= 0:
        raise (await work.nemo()).error_of(Fault("the balance is 0", USED_UP_CODE))


async def watch_spending(work: Work) -> None:
    """Read what a wish has left of the operator's or the server's credits, for the warning in time. Never fails a job."""
    if work.job.backend is not None:
        return
    try:
        if account_of(await work.payer(), work.job.server_id) is not None:
            await _read(work)
    except (FlowError, NemoError, StorageError, TimeoutError) as fault:
        log.info(_UNKNOWN, work.job.id, fault)


async def _read(work: Work) -> Credits:
    """The balance of whoever pays, watched where that is not the member. Raises NemoError, TimeoutError, StorageError."""
    nemo = await work.nemo()
    async with asyncio.timeout(work.bench.clock.patience(BALANCE_SECONDS)):
        found = await nemo.credits()
    if (account := account_of(await work.payer(), work.job.server_id)) is not None:
        await watch_balance(account, found.total, warnings=work.bench.stores.warnings, alerts=work.bench.alerts)
    return found


async def gone_on(work: Work, fault: Exception) -> Work:
    """The job as it goes on in the studio, with no project yet. Raises the sentence with which it ends where it may not."""
    studio = work.bench.studio
    if studio is None or work.job.backend is not None or work.job.kind is JobKind.EXPORT or not await _may(work):
        raise await _end(work, fault) from fault
    if work.job.kind is JobKind.REFINE and not (await notes.read(work.folder)).clips:
        raise ClipWantedAgain from fault
    await studio()
    log.info("job %s goes on in the studio: %s", work.job.id, fault)
    await work.bench.stores.usage.free(work.job.id)
    return await work.changed(backend=studio.backend, detour=True, session_id=None, fingerprint=None, outcome=None)


async def _may(work: Work) -> bool:
    """Whether the studio may go on."""
    server_id = work.job.server_id
    if server_id is None:
        return work.bench.studio_when_spent
    return (await work.bench.stores.servers.get(server_id)).when_spent == STUDIO


async def _end(work: Work, fault: Exception) -> Exception:
    """What the job ends with: who paid so far, and what to do about it."""
    if isinstance(fault, BudgetSpent):
        return fault.end
    if isinstance(fault, AnonymousLimit):
        return CreditsSpent(LIMIT)
    if not isinstance(fault, CreditsUsedUp):
        return fault
    payer = await work.payer()
    return CreditsSpent(Speaks.ANONYMOUS if payer is Speaks.NOBODY else payer, link=fault.facts["link"])
