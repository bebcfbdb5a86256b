"""
What the service does for those who ask little, while others ask much, slowly, or halfway.

For some seconds clients send legal but expensive requests (leaving some before the answer), half-sent headers, bodies
by the byte, idle connections, answers that nobody reads, two lengths at once; meanwhile four clients ask for what is
cheap, one request after the other. Then varied requests are sent to see whether memory stays flat. Told: statuses and
times of the cheap requests, memory, and whether the service is ready in the end, no thread stuck. The tests run it for
a few seconds.
"""

import asyncio
import json
import random
import socket
import time
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from measuring import Table, referential_of
from service import answer, free_port, get, load, percentile, post, running

from passerelles.graph.build import build_graph
from passerelles.graph.core import OccupationGraph
from passerelles.referentials.load import load_referential

LIBRARIES = ("fastapi", "psutil")
OPTIONS = {
    "referential": "",
    "seconds": (60.0, "of attack"),
    "requests": (20_000, "varied requests, for memory"),
    "seed": 20261126,
    "json": (False, "print JSON objects, one a line, instead of the table"),
}

QUIET = 4  # clients who ask little
EVERY = 0.4  # seconds between two bytes of what is sent slowly


class Asker:
    """Requests drawn at random: the same in every run."""

    def __init__(self, graph: OccupationGraph, seed: int) -> None:
        self.graph, self.rng = graph, random.Random(seed)  # noqa: S311 - which codes are asked, not a secret
        self.codes, self.competencies = list(graph.codes), list(graph.competency_codes)
        self.titles = [t.label for t in graph.referential.titles]

    def code(self) -> str:
        """A code."""
        return self.rng.choice(self.codes)

    def person(self, count: int) -> dict[str, object]:
        """Somebody with so many competencies."""
        held = self.rng.sample(self.competencies, min(count, len(self.competencies)))
        return {"occupation": self.code(), "competencies": held}

    def cheap(self) -> bytes:
        """What takes some hundredths of a second."""
        return self.rng.choice(
            (
                lambda: get("/health/live"),
                lambda: get(f"/v1/rank?origin={self.code()}"),
                lambda: get(f"/v1/show?occupation={self.code()}"),
                lambda: get(f"/v1/sources?target={self.code()}&limit=5"),
                lambda: post("/v1/resolve", {"text": self.rng.choice(self.titles)[:200]}),
                lambda: post("/v1/rank", {"origin": self.person(20)}),
            )
        )()

    def heavy(self) -> bytes:
        """What takes as long as the limits let it."""
        return self.rng.choice(
            (
                lambda: post("/v1/match", self.territory(200)),
                lambda: post("/v1/match", self.territory(200) | {"mask": True, "budget_hours": 5_000}),
                lambda: post("/v1/paths", self.journey()),
                lambda: post("/v1/rank", {"origin": self.person(500), "explain": 5, "limit": 100}),
                lambda: post("/v1/sources", {"target": self.code(), "limit": 100, "filters": ["other-domain"]}),
            )
        )()

    def varied(self) -> bytes:
        """Any request, none twice: what a store could keep of them grows with each."""
        return self.rng.choice(
            (
                self.cheap,
                lambda: get(f"/v1/rank?origin={self.code()}&limit={self.rng.randint(1, 100)}&lang=en"),
                lambda: get(f"/v1/rank?origin={self.code()}&filter=min-coverage={self.rng.random():.6f}"),
                lambda: post("/v1/resolve", {"text": f"{self.rng.choice(self.titles)[:60]} {self.rng.random()}"}),
                lambda: post("/v1/resolve", {"kind": "competency", "text": f"conduire {self.rng.random()}"}),
                lambda: post("/v1/paths", self.journey(1)),
                lambda: post("/v1/match", self.territory(3)),
                lambda: get(f"/v1/nowhere/{self.rng.random()}"),
                lambda: post("/v1/rank", {"origin": f"unknown {self.rng.random()}"}),
            )
        )()

    def journey(self, count: int = 10) -> dict[str, object]:
        """Paths of a person to some targets."""
        targets = self.rng.sample(self.codes, count)
        return {"origin": self.person(200), "targets": targets, "pareto": True, "limit": 20}

    def territory(self, count: int) -> dict[str, object]:
        """So many lots on either side."""

        def rows(people: str) -> list[dict[str, object]]:
            basins = ("Redon", "Rennes", "Vannes")
            return [
                {"employer": f"E{n}", "job": self.code(), people: self.rng.randint(1, 90), "basin": basins[n % 3]}
                for n in range(count)
            ]

        return {"fragile": rows("headcount"), "hiring": rows("openings")}


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


class Attack:
    """Clients of one service, for some seconds, and what they saw."""

    def __init__(self, port: int, asker: Asker, seconds: float) -> None:
        self.port, self.asker, self.end = port, asker, time.monotonic() + seconds
        self.times: list[float] = []
        self.cheap: Counter[str] = Counter()
        self.heavy: Counter[str] = Counter()

    async def run(self) -> dict[str, object]:
        """Statuses and times of the cheap requests, statuses of the heavy ones."""
        kinds = ((self.greedy, 8), (self.half, 60), (self.slow, 15), (self.idle, 40), (self.deaf, 6), (self.twice, 1))
        hostile = (self.again(one, number) for one, count in kinds for number in range(count))
        await asyncio.gather(*(self.quiet() for _ in range(QUIET)), *hostile)
        seen = {"asked": len(self.times), "statuses": dict(self.cheap), "heavy": dict(self.heavy)}
        return seen | {f"p{share:g}_ms": round(1000 * percentile(self.times, share / 100)) for share in (50, 99, 100)}

    async def again(self, one: Callable[[int], Awaitable[None]], number: int) -> None:
        """Attack until the end, whatever the service does to the connection."""
        while (left := self.end - time.monotonic()) > 0:
            with suppress(OSError, asyncio.IncompleteReadError):  # among them that the time is over
                await asyncio.wait_for(one(number), left)

    async def quiet(self) -> None:
        """Ask what is cheap, one request after the other; each must be answered."""
        while time.monotonic() < self.end:
            async with connection(self.port) as (reader, writer):
                for _ in range(20):
                    start = time.monotonic()
                    writer.write(self.asker.cheap())
                    self.cheap[str((await answer(reader))[0])] += 1
                    self.times.append(time.monotonic() - start)
                    await asyncio.sleep(0.02)

    async def greedy(self, number: int) -> None:
        """Ask what is expensive; every other time leave before the answer."""
        async with connection(self.port) as (reader, writer):
            writer.write(self.asker.heavy())
            if number % 2:
                await asyncio.sleep(self.asker.rng.random())
                self.heavy["left"] += 1
                return
            self.heavy[str((await answer(reader))[0])] += 1

    async def half(self, _number: int) -> None:
        """Send a header by the byte."""
        await self.by_the_byte(b"GET /v1/rank?origin=K2110 HTTP/1.1\r\nHost: bench\r\nX-Long: ")

    async def slow(self, _number: int) -> None:
        """Send a body by the byte."""
        await self.by_the_byte(self.asker.heavy()[:400])

    async def by_the_byte(self, first: bytes) -> None:
        """Send a beginning, then a byte now and then."""
        async with connection(self.port) as (reader, writer):
            writer.write(first)
            while not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(4096), EVERY)

    async def idle(self, _number: int) -> None:
        """Say nothing."""
        async with connection(self.port) as (reader, _writer):
            await reader.read()

    async def deaf(self, _number: int) -> None:
        """Ask, and read nothing."""
        with socket.socket() as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            found.setblocking(False)  # noqa: FBT003 - the socket's own name for it
            loop = asyncio.get_running_loop()
            await loop.sock_connect(found, ("127.0.0.1", self.port))
            await loop.sock_sendall(found, get(f"/v1/rank?origin={self.asker.code()}&limit=100") * 3)
            await asyncio.sleep(3)

    async def twice(self, _number: int) -> None:
        """Announce two lengths."""
        head = b"POST /v1/rank HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        async with connection(self.port) as (reader, writer):
            writer.write(head)
            self.heavy[f"two lengths: {(await answer(reader))[0]}"] += 1
            await asyncio.sleep(EVERY)


async def ready(port: int, seconds: float) -> dict[str, object]:
    """Wait until the service says that it is ready and that no thread is stuck."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        async with connection(port) as (reader, writer):
            writer.write(get("/health/ready"))
            told = json.loads((await answer(reader))[1])
            if told.get("stuck") == 0 and told["status"] == "ready":
                return {"ready_after_s": round(time.monotonic() - start, 1)}
        await asyncio.sleep(0.1)
    return {"ready_after_s": None}


def main(given: Namespace) -> None:
    referential, port = referential_of(given), free_port()
    asker = Asker(build_graph(load_referential(referential)), given.seed)
    serve = ["-m", "passerelles", "serve", "--referential", referential, "--port", str(port), "--cache", "16"]
    with running(serve, port, "/health/ready") as server:
        found = asyncio.run(Attack(port, asker, given.seconds).run())
        told = [{"case": "attack", "seconds": given.seconds} | found]
        told.append({"case": "afterwards"} | asyncio.run(ready(port, 20.0)))
        size = given.requests // 10
        for turn in range(11):  # the first fills what is kept; from then on memory is to stay
            statuses = asyncio.run(load(port, [asker.varied() for _ in range(size)], clients=2))[1]
            megabytes = round(server.memory_info().rss / 1e6, 1)
            count = (turn + 1) * size
            told.append({"case": "memory", "requests": count, "rss_mb": megabytes, "statuses": sorted(statuses)})
    if given.json:
        print(*map(json.dumps, told), sep="\n")
        return
    with Table() as table:
        attack, afterwards, *memory = told
        table.tell(f"cheap requests in {given.seconds:g} s, by status", attack["statuses"])
        table.tell("expensive ones, by status", attack["heavy"])
        for name in ("p50_ms", "p99_ms", "p100_ms"):
            table.tell(f"cheap requests, {name.removesuffix('_ms')}", f"{attack[name]} ms")
        table.tell("ready, no thread stuck, after", f"{afterwards['ready_after_s']} s")
        for each in (memory[1], memory[-1]):
            table.tell(f"memory after {each['requests']} varied requests", f"{each['rss_mb']} MB")
