"""Tenants that are worked on without a pause, each by one worker that knows what has to be in it.

A call that gets no answer, because the server died, is sent again with its idempotency key until it gets one.
"""

from __future__ import annotations

import asyncio
import json
from asyncio import IncompleteReadError
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from time import monotonic
from typing import Any, TypeAlias

from tests.benchmarks.client import Connection, connect, post

Record: TypeAlias = dict[str, Any]

SHARES = ((50, 50), (60, 40), (40, 30, 20, 10), (33.333333333, 33.333333333, 33.333333334))
MODES = ("after-reply", "before-reply", "manual")
_MOST_POLLS = 4000
_SOON = 20
"""Seconds, however busy the machine is, and though a server dies."""
_PAUSE = 0.02
_NO_ANSWER, _NO_SERVER = (OSError, IncompleteReadError), 502


@dataclass
class Tally:
    """How often each thing was tried, how often it was lost, and the story of the first losses."""

    tried: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    stories: list[str] = field(default_factory=list)

    def check(self, what: str, held: bool, *story: object) -> None:
        self.tried[what] += 1
        if not held:
            self.lost[what] += 1
            self.stories.append(f"{what}: {' '.join(map(str, story))[:1000]}")


class World:
    """One tenant. `tally` is shared with others."""

    def __init__(self, port: int, number: int, tally: Tally) -> None:
        self.been_round = asyncio.Event()
        self.client_id = f"50a50a50-0000-4000-8000-{number:012d}"
        self._port, self._tally = port, tally
        self._chance, self._keys = Random(number), count(1)  # noqa: S311  (which call comes next is no secret)
        self._connection: Connection | None = None
        self._head, self._mode = "", ""
        self._alive: dict[str, int] = {}
        """By the number of each original, the cents that it or its parts have together."""
        self._made: Counter[str] = Counter()

    async def work(self) -> None:
        """Rounds without an end."""
        try:
            await self._sign_in()
            while True:
                await self._round()
                self._tally.tried["rounds"] += 1
                self.been_round.set()
        finally:
            self._hang_up()

    async def _round(self) -> None:
        self._mode = self._chance.choice(MODES)
        await self._admin("POST", "/reset")
        await self._admin("PUT", "/jobs/policy", {"mode": self._mode})
        drafts = await self._query("select Id, InvoiceNumber, Amount from Invoice where Status = 'Draft'")
        self._alive = {each["InvoiceNumber"]: _cents(each) for each in drafts}
        self._made.clear()
        for each in drafts:
            await self._live(each)
        await self._check_all()
        await self._go_back(drafts)
        if self._chance.random() < 0.2:
            await self._fork()

    # One invoice

    async def _live(self, draft: Record) -> None:
        parts = await self._split(draft)
        if self._chance.random() < 0.3:
            parts = await self._split(self._chance.choice(parts), sum(map(_cents, parts)))
        for status in self._chance.choice(((), ("Posted",), ("Posted", "Draft"), ("Posted", "Draft", "Canceled"))):
            await self._move(parts, status)
            if status == "Canceled":
                await self._delete(draft, parts)

    async def _split(self, invoice: Record, cents: int | None = None) -> list[Record]:
        """The parts. `cents` is what they have to be together, where it is not the invoice's amount."""
        shares = self._chance.choice(SHARES)
        [made] = await self._create("InvoiceSplit", {"InvoiceId": invoice["Id"]})
        item = {"InvoiceSplitId": made, "InvoiceDate": "2026-02-01"}
        items = await self._create("InvoiceSplitItem", *({**item, "SplitPercentage": each} for each in shares))
        [row] = await self._act("execute", {"type": "InvoiceSplit", "synchronous": False, "ids": [made]})
        self._tally.check("splits accepted", row["Success"], row)
        accepted = monotonic()
        if self._mode == "manual" or self._chance.random() < 0.5:
            await self._admin("POST", "/jobs/settle")
        parts = await self._parts(made)
        self._tally.check("splits done soon", monotonic() - accepted < _SOON, made, self._mode)
        self._tally.check("splits done once", len(parts) == len(items), self.client_id, made, parts)
        self._tally.check("totals of splits", sum(map(_cents, parts)) == (cents or _cents(invoice)), made, parts)
        return parts

    async def _parts(self, split: str) -> list[Record]:
        asked = f"select InvoiceId from InvoiceSplitItem where InvoiceSplitId = '{split}'"
        for _ in range(_MOST_POLLS):
            found = [each.get("InvoiceId") for each in await self._query(asked)]
            if None not in found:
                wanted = " or ".join(f"Id = '{each}'" for each in found)
                return await self._query(f"select Id, Amount, Status from Invoice where {wanted}")
            await asyncio.sleep(_PAUSE)
        return []

    async def _move(self, parts: Sequence[Record], status: str) -> None:
        """A status that is set on one part is set on all."""
        one = self._chance.choice(parts)["Id"]
        await self._act("update", {"type": "Invoice", "objects": [{"Id": one, "Status": status}]})
        wanted = " or ".join(f"Id = '{each['Id']}'" for each in parts)
        found = await self._query(f"select Status from Invoice where {wanted}")
        self._tally.check("groups moved", [each["Status"] for each in found] == [status] * len(parts), found, status)

    async def _delete(self, draft: Record, parts: Sequence[Record]) -> None:
        gone = self._chance.choice(parts)
        [row] = await self._act("delete", {"type": "Invoice", "ids": [gone["Id"]]})
        self._tally.check("parts deleted", row["success"], row)
        self._alive[draft["InvoiceNumber"]] -= _cents(gone)

    # The whole tenant

    async def _check_all(self) -> None:
        """After all that was done in a round."""
        invoices = await self._query("select Id, Amount from Invoice")
        total, wanted = sum(map(_cents, invoices)), sum(self._alive.values())
        self._tally.check("totals of tenants", total == wanted, self.client_id, total, "instead of", wanted)
        for kind, made in self._made.items():
            found = len(await self._query(f"select Id from {kind}"))
            self._tally.check("objects made once", found == made, self.client_id, kind, found, "instead of", made)
        jobs = (await self._admin("GET", "/jobs"))["jobs"]
        others = [each for each in jobs if each["state"] != "succeeded"]
        self._tally.check("jobs finished", not others and len(jobs) == self._made["InvoiceSplit"], len(jobs), others)
        numbers = [each["n"] for each in (await self._admin("GET", "/requests?limit=10000"))["requests"]]
        whole = numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))
        self._tally.check("journals without gaps", whole, self.client_id, numbers)

    async def _go_back(self, drafts: Sequence[Record]) -> None:
        """What is done after a snapshot is gone after its restore."""
        await self._admin("POST", "/snapshots", {"name": "soak"}, 201)
        before = await self._admin("GET", "/state")
        await self._create("InvoiceSplit", *({"InvoiceId": each["Id"]} for each in drafts), sure=False)
        await self._admin("POST", "/snapshots/soak/restore")
        after = await self._admin("GET", "/state")
        self._tally.check("restores", after == before, self.client_id)

    async def _fork(self) -> None:
        fork = self.client_id.replace("-0000-", "-f04c-")
        await self._admin("POST", f"/tenants/{self.client_id}/fork", {"clientId": fork, "clientSecret": "s"}, 201, 409)
        mine, its = await self._admin("GET", "/state"), await self._admin("GET", f"/state?tenant={fork}")
        same = all(its[name] == mine[name] for name in mine.keys() - {"tenant", "clients"})
        self._tally.check("forks", same, fork)
        await self._admin("DELETE", f"/tenants/{fork}", None, 204, 404)

    # Calls

    async def _sign_in(self) -> None:
        form = f"client_id={self.client_id}&client_secret=s&grant_type=client_credentials"
        body = await self._send(post("/oauth/token", form, media="application/x-www-form-urlencoded"), 200)
        self._head = f"Authorization: Bearer {json.loads(body)['access_token']}\r\n"

    async def _query(self, zoql: str) -> list[Record]:
        found: list[Record] = (await self._act("query", {"queryString": zoql}))["records"]
        return found

    async def _create(self, kind: str, *objects: Record, sure: bool = True) -> list[str]:
        rows = await self._act("create", {"type": kind, "objects": objects})
        if sure:
            self._made[kind] += len(objects)
            self._tally.check("objects created", all(row["Success"] for row in rows), rows)
        return [row.get("Id", "") for row in rows]

    async def _act(self, action: str, body: Record) -> Any:
        """One of the Actions, now and then repeated as by a client that did not hear the answer."""
        head = f"{self._head}Idempotency-Key: soak-{next(self._keys)}\r\n"
        request = post(f"/v1/action/{action}", body, head)
        answer = await self._send(request, 200)
        if self._chance.random() < 0.1:
            again = await self._send(request, 200)
            self._tally.check("answers repeated", again == answer, action, answer, again)
        return json.loads(answer)

    async def _admin(self, method: str, path: str, body: Any = "", *statuses: int) -> Any:
        request = post(f"/__admin{path}", body or "", self._head).replace("POST", method, 1)
        answer = await self._send(request, *statuses or (200,))
        return json.loads(answer) if answer else None

    async def _send(self, request: str, *statuses: int) -> bytes:
        """The answer, however often the server dies over it."""
        while True:
            try:
                if self._connection is None:
                    self._connection = await connect(self._port)
                status, body = await self._connection.exchange(request)
                if status == _NO_SERVER:
                    raise ConnectionError
            except _NO_ANSWER:
                self._tally.tried["calls sent again"] += 1
                self._hang_up()
                await asyncio.sleep(_PAUSE)
            else:
                self._tally.check("calls answered", status in statuses, request[:200], status, body)
                return body

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _cents(invoice: Record) -> int:
    return int(round(invoice["Amount"] * 100))  # noqa: RUF046  (the record may hold anything)
