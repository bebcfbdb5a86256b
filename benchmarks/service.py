"""
Latency of the service beside an empty endpoint of the same framework, in one run, at 8 clients on loopback.

The clients are eight connections of one process that writes requests made beforehand and counts bytes: a fuller client
would cost more than what is measured. Both servers run at once and rounds alternate, so that what else the machine does
weighs on both. Cases: every occupation once, the same 200 occupations again, a number of moves that nobody asked for
before, people (20 competencies). Processor time is that of the servers; the one measured reads no market data. A
compiled index starts soonest.
"""

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]
from measuring import Figure, Table, referential_of

from passerelles.graph.build import build_graph
from passerelles.referentials.load import load_referential

BESIDE = "an empty endpoint of FastAPI, under the same server"
LIBRARIES = ("fastapi", "psutil")
OPTIONS = {"referential": "", "requests": 1200, "limit": 10, "seed": 20251125}

CLIENTS = 8
ROUND = 40  # requests of one server, then of the other
EMPTY = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/empty")
async def empty():
    return {}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), http="h11", ws="none", access_log=False, log_level="error")
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(words: Sequence[str], port: int, path: str) -> Iterator[psutil.Process]:
    plain = {name: value for name, value in os.environ.items() if name != "PASSERELLES_DATA"}
    process = subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL, env=plain)  # noqa: S603 - our own
    try:
        deadline = time.monotonic() + 240
        while True:
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < deadline, "the server is not ready"
            try:
                if asyncio.run(load(port, [get(path)], clients=1))[1] == {200}:
                    break
            except OSError:
                pass
            time.sleep(0.02)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def get(path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode()


def post(path: str, body: object) -> bytes:
    text = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(size)


async def load(port: int, requests: Sequence[bytes], clients: int = CLIENTS) -> tuple[list[float], set[int]]:
    """Milliseconds of every request, and the statuses seen; each client sends its next once it has its last."""
    waiting = iter(requests)
    times: list[float] = []
    statuses: set[int] = set()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        for request in waiting:
            start = time.perf_counter()
            writer.write(request)
            status, _ = await answer(reader)
            times.append((time.perf_counter() - start) * 1000)
            statuses.add(status)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return times, statuses


def percentile(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def busy(process: psutil.Process) -> float:
    """Seconds of processor that a server has used: what other programs do plays no part in it."""
    times = process.cpu_times()
    return float(times.user + times.system)


def compare(table: Table, name: str, servers: Sequence[tuple[int, psutil.Process]], requests: Sequence[bytes]) -> None:
    """Alternate rounds of the empty endpoint and of the one measured; tell median, p99 and processor time of both."""
    times: list[list[float]] = [[], []]
    before = [busy(process) for _, process in servers]
    for start in range(0, len(requests), ROUND):
        some = requests[start : start + ROUND]
        for side, asked in enumerate(([get("/empty")] * len(some), some)):
            taken, statuses = asyncio.run(load(servers[side][0], asked))
            assert statuses == {200}, statuses
            times[side] += taken
    spent = [
        (busy(process) - start) * 1000 / len(requests) for (_, process), start in zip(servers, before, strict=True)
    ]
    told = {"processor a request": spent}
    told |= {key: [percentile(t, share) for t in times] for key, share in (("median", 0.5), ("p99", 0.99))}
    for key, (empty, own) in told.items():
        table.tell(f"{name}: {key}", Figure(own, "ms"), ("empty endpoint", Figure(empty, "ms")))


def main(given: Namespace) -> None:
    referential, size = referential_of(given), given.requests
    graph = build_graph(load_referential(referential))
    rng = random.Random(given.seed)  # noqa: S311 - which codes are asked, not a secret
    codes = list(graph.codes)
    rng.shuffle(codes)

    def rank(code: str, more: int = 0, *, gzip: bool = False) -> bytes:
        return get(f"/v1/rank?origin={code}&limit={given.limit + more}", "Accept-Encoding: gzip\r\n" if gzip else "")

    def person(code: str) -> bytes:
        held = rng.sample(graph.competency_codes, 20)
        return post("/v1/rank", {"origin": {"occupation": code, "competencies": held}, "limit": given.limit})

    ports = (free_port(), free_port())
    serve = ["-m", "passerelles", "serve", "--referential", referential, "--port", str(ports[1])]
    with (
        running(["-c", EMPTY, str(ports[0])], ports[0], "/empty") as first,
        running(serve, ports[1], "/health/ready") as second,
        Table() as table,
    ):
        servers = ((ports[0], first), (ports[1], second))
        asyncio.run(load(ports[1], [get("/health/live")] * 200))
        asyncio.run(load(ports[0], [get("/empty")] * 200))
        cases = {
            "liveness": [get("/health/live")] * size,
            "every occupation, once": [rank(code) for code in codes],
            "every occupation, once, to who takes gzip": [rank(code, gzip=True) for code in codes],
            "200 occupations, again": rng.choices([rank(code) for code in codes[:200]], k=size),
            "answers that are not kept": [rank(code, 1) for code in codes[: size // 3]],
            "people, 20 competencies": [person(code) for code in rng.choices(codes, k=size // 15)],
        }
        for name, requests in cases.items():
            compare(table, name, servers, requests)
