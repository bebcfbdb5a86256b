"""
Latency of the service beside an empty endpoint of the same framework, in one run, at 8 clients on loopback.

The clients are eight connections of one process that writes requests made beforehand and counts bytes: a fuller client
would cost more than what is measured. Both servers run at once and rounds alternate, so that what else the machine does
weighs on both. ``python benchmarks/service.py PATH_OF_A_REFERENTIAL``; cases: every occupation once, the same 200
occupations again, a number of moves that nobody asked for before, people (20 competencies).
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]

from passerelles.graph.build import build_graph
from passerelles.referentials.load import load_referential

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
    process = subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL)  # noqa: S603 - our own words
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
            time.sleep(0.2)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def post(path: str, body: object) -> bytes:
    text = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


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
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(size)
            times.append((time.perf_counter() - start) * 1000)
            statuses.add(int(head[9:12]))
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


def compare(
    name: str, ports: tuple[int, int], servers: tuple[psutil.Process, psutil.Process], requests: Sequence[bytes]
) -> dict[str, float | str]:
    """Alternate rounds of the empty endpoint and of the one measured; ratios of the pooled median and p99."""
    empty: list[float] = []
    asked: list[float] = []
    before = [busy(each) for each in servers]
    for start in range(0, len(requests), ROUND):
        some = requests[start : start + ROUND]
        empty += asyncio.run(load(ports[0], [get("/empty")] * len(some)))[0]
        times, statuses = asyncio.run(load(ports[1], some))
        assert statuses == {200}, statuses
        asked += times
    spent = [(busy(each) - start) * 1000 / len(asked) for each, start in zip(servers, before, strict=True)]
    found: dict[str, float | str] = {"case": name, "requests": len(asked)}
    found |= {"empty_cpu_ms": round(spent[0], 3), "cpu_ms": round(spent[1], 3), "cpu_x": round(spent[1] / spent[0], 2)}
    for label, share in (("median", 0.5), ("p99", 0.99)):
        base, own = percentile(empty, share), percentile(asked, share)
        found |= {f"empty_{label}_ms": round(base, 2), f"{label}_ms": round(own, 2), f"{label}_x": round(own / base, 2)}
    print(json.dumps(found), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("referential")
    parser.add_argument("--requests", type=int, default=1200)
    parser.add_argument("--limit", type=int, default=10)
    arguments = parser.parse_args()
    graph = build_graph(load_referential(arguments.referential))
    rng = random.Random(20251125)  # noqa: S311 - which codes are asked, not a secret
    codes = list(graph.codes)
    rng.shuffle(codes)
    limit = arguments.limit

    def rank(code: str, most: int) -> bytes:
        return get(f"/v1/rank?origin={code}&limit={most}")

    def person(code: str) -> bytes:
        held = rng.sample(graph.competency_codes, 20)
        return post("/v1/rank", {"origin": {"occupation": code, "competencies": held}, "limit": limit})

    ports = (free_port(), free_port())
    serve = ["-m", "passerelles", "serve", "--referential", arguments.referential, "--port", str(ports[1])]
    print(json.dumps({"load": os.getloadavg()[0], "cores": os.cpu_count(), "clients": CLIENTS}), flush=True)
    with (
        running(["-c", EMPTY, str(ports[0])], ports[0], "/empty") as first,
        running(serve, ports[1], "/health/ready") as second,
    ):
        servers = (first, second)
        asyncio.run(load(ports[1], [get("/health/live")] * 200))
        asyncio.run(load(ports[0], [get("/empty")] * 200))
        size = arguments.requests
        compare("liveness (what the service adds to nothing)", ports, servers, [get("/health/live")] * size)
        compare("every occupation, once", ports, servers, [rank(code, limit) for code in codes])
        kept = [rank(code, limit) for code in codes[:200]]
        compare("200 occupations, again", ports, servers, rng.choices(kept, k=size))
        new = [rank(code, limit + 1) for code in codes[: size // 3]]
        compare("answers that are not kept", ports, servers, new)
        compare("people, 20 competencies", ports, servers, [person(code) for code in rng.choices(codes, k=size // 15)])
    print(json.dumps({"load": os.getloadavg()[0]}), flush=True)


if __name__ == "__main__":
    main()
