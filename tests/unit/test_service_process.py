"""The service as a process of its own: ready, logging JSON lines, bounded in time, ended gracefully under load."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from passerelles.cli.main import run
from passerelles.compiled import compile_index
from passerelles.graph.core import OccupationGraph

# Asks by a connection each. One client for all: making one reads the certificates of the whole world.
ONCE = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), timeout=20)
PAUSE = 0.02  # seconds between two requests of a client: what makes it wait is to be seen, not how many there are
SECRET = "PERSONAL-7f3a"  # noqa: S105 - what no log may hold
# A service whose every answer takes a second, for a stop in the middle of some.
SLOW = """
import sys, time
from passerelles.service import answers, run
from passerelles.service.engine import Limits, Options
whole = answers.rank
def rank(engine, asked, lang):
    time.sleep(1.5)
    return whole(engine, asked, lang)
answers.rank = rank
limits = Limits(seconds=8, read_seconds=0.8, idle_seconds=1, connections=12)
run.run(Options(limits=limits), host="127.0.0.1", port=int(sys.argv[1]))
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(log: Path, make: Callable[[int], list[str]]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A service on a free port, once it is ready; killed in the end where it did not stop."""
    port = free_port()
    words = {k: v for k, v in os.environ.items() if k != "PASSERELLES_DATA"}
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-W", "error", *make(port)], stderr=file, env=words)
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 180  # where much else runs
        while True:
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            try:
                if ONCE.get(f"{base}/health/ready").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        yield process, base
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def lines(log: Path) -> list[dict[str, Any]]:
    """Everything that was logged; what the command says to the person who starts it comes first."""
    return [json.loads(line) for line in log.read_text("utf-8").splitlines() if not line.startswith("Service sur")]


def under_way(base: str) -> float:
    """Answers that are worked out or wait."""
    counted = line_values(ONCE.get(f"{base}/metrics").text).items()
    return sum(count for name, count in counted if name.startswith("passerelles_answers_under_way"))


def answers(base: str) -> bool:
    """Whether a service takes a request."""
    try:
        return ONCE.get(f"{base}/health/live").status_code == 200
    except httpx.TransportError:
        return False


def test_a_stop_under_load_answers_what_is_under_way(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(log, lambda port: ["-c", SLOW, str(port)]) as (process, base), ThreadPoolExecutor(6) as clients:
        address = f"{base}/v1/rank?origin=K2110&filter=other-domain&limit="
        asked = [clients.submit(ONCE.get, f"{address}{n}") for n in (1, 2, 3, 4)]
        until(lambda: under_way(base) == 4)  # two are being worked out, two wait
        process.send_signal(signal.SIGTERM)
        until(lambda: not answers(base))  # nobody new comes in
        assert not all(each.done() for each in asked)
        assert [each.result().status_code for each in asked] == [200] * 4
        assert [len(each.result().json()["results"]) for each in asked] == [1, 2, 3, 4]
        assert process.wait(20) == 0
    told = lines(log)
    assert sum(line.get("route") == "/v1/rank" and line["status"] == 200 for line in told) == 4
    assert told[-1]["event"].startswith("Finished server process")


Service = tuple[subprocess.Popen[bytes], str]


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with short times and few connections, for all clients that misbehave."""
    with served(tmp_path_factory.mktemp("hurried") / "log", lambda port: ["-c", SLOW, str(port)]) as found:
        yield found


def test_a_body_that_does_not_come_is_given_up(hurried: Service) -> None:
    _, base = hurried
    address = ("127.0.0.1", int(base.rpartition(":")[2]))
    head = b"POST /v1/rank HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    with socket.create_connection(address, timeout=10) as slow:
        slow.sendall(head)
        answer = b""
        while part := slow.recv(4096):
            answer += part
    assert b" 408 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer
    with socket.create_connection(address, timeout=10) as flood:
        flood.sendall(b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n")
        assert b" 400 " in flood.recv(4096).splitlines()[0]  # headers are bounded too


SOON = 9  # seconds: under the times that hold where nothing is set, and above those of `SLOW` on a busy machine


def test_a_client_that_holds_a_connection_loses_it(hurried: Service) -> None:
    _, base = hurried
    address = ("127.0.0.1", int(base.rpartition(":")[2]))

    def closed_after(first: bytes, then: bytes = b"") -> float:
        """Seconds until the service closes a connection on which some bytes come, then one now and then."""
        start = time.monotonic()
        with socket.create_connection(address, timeout=0.1) as held:
            held.sendall(first)
            while time.monotonic() - start < SOON:
                try:
                    if not held.recv(1 << 16):
                        break
                except TimeoutError:
                    held.sendall(then)
                except ConnectionError:
                    break
        return time.monotonic() - start

    whole = b"GET /v1/show?occupation=K2110 HTTP/1.1\r\nHost: x\r\n"
    sent = [
        (b"", b""),  # says nothing
        (whole, b"X"),  # a header by the byte
        (whole + b"\r\n", b""),  # idle after an answer
        (whole + b"\r\n" + whole, b"X"),  # a second header by the byte
        (whole + b"Content-Length: 900\r\n\r\n", b"X"),  # a body that nobody reads
    ]
    with ThreadPoolExecutor(len(sent)) as clients:
        held = clients.map(lambda first_then: closed_after(*first_then), sent)
    assert max(held) < SOON
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(socket.create_connection(address, timeout=5))
        one_more = stack.enter_context(socket.create_connection(address, timeout=5))
        assert b" 503 " in one_more.recv(1 << 12).splitlines()[0]
    time.sleep(0.2)
    assert ONCE.get(f"{base}/health/live").status_code == 200


def test_a_client_that_does_not_read_loses_its_connection(hurried: Service) -> None:
    process, base = hurried
    server = psutil.Process(process.pid)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", int(base.rpartition(":")[2])))
        for n in range(10):  # some megabytes, more than the system keeps for both ends
            deaf.sendall(f"GET /v1/sources?target=K2110&limit={90 + n} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        deadline = time.monotonic() + 20
        while any(c.raddr for c in server.net_connections() if c.status == "ESTABLISHED"):
            assert time.monotonic() < deadline, "the connection is still there"
            time.sleep(0.2)


@pytest.mark.slow
def test_who_asks_little_is_answered_under_attack() -> None:
    words = ["-m", "benchmarks", "attack", "--seconds", "3", "--requests", "60", "--json"]
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, *words], cwd=root, capture_output=True, text=True, check=True, timeout=240)
    attack, afterwards, *memory = map(json.loads, ran.stdout.splitlines())
    assert attack["asked"] > 20
    assert set(attack["statuses"]) == {"200"}
    assert attack["heavy"]["left"] > 2  # some left before their answer
    assert attack["heavy"]["two lengths: 400"] > 2
    assert afterwards["ready_after_s"] is not None  # no thread is stuck
    assert memory[-1]["rss_mb"] - memory[1]["rss_mb"] < 20
    assert all(set(each["statuses"]) <= {200, 404} for each in memory)


def test_the_command_serves_logs_and_stops(tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = ["-m", "passerelles", "serve", "--overlay", "enseignement-conduite", "--timeout", "20"]
    with served(log, lambda port: [*words, "--port", str(port)]) as (process, base):
        with httpx.Client(base_url=base, timeout=30) as client:
            assert client.get("/v1/rank", params={"origin": "K2110-B"}).json()["schema"] == "passerelles/rank@1"
            person = {"occupation": SECRET, "competencies": [SECRET]}
            assert client.post("/v1/rank", json={"origin": person}).status_code == 404
            assert client.get("/v1/resolve", params={"text": SECRET}).status_code == 200
            assert client.get(f"/{SECRET}?name={SECRET}").status_code == 404
            faults: list[BaseException] = []

            def ask() -> None:
                try:
                    for code in ("K2110", "N4101", "H2909"):
                        ONCE.get(f"{base}/v1/rank", params={"origin": code}, timeout=30).raise_for_status()
                except BaseException as error:  # noqa: BLE001 - told by the main thread
                    faults.append(error)

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            assert not faults
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    text = log.read_text("utf-8")
    assert SECRET not in text
    requests = [line for line in lines(log) if line["event"] == "request"]
    assert sum(line["route"] == "/v1/rank" for line in requests) == 1 + 1 + 24
    assert all(set(line) == {"time", "level", "pid", "event", "request", "method", "route", "status", "ms", "bytes"}
               for line in requests)  # fmt: skip


def test_what_cannot_be_served_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import util

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    taken = socket.create_server(("127.0.0.1", 0))
    port = str(taken.getsockname()[1])
    for words, told in (
        (["serve", "--referential", "nowhere"], "nowhere"),
        (["serve", "--referential", "nowhere", "--port", port], f"127.0.0.1:{port}"),
        (["serve", "--host", "300.1.1.1"], "300.1.1.1"),
        (["serve", "--api-key-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE"),
    ):
        with pytest.raises(SystemExit) as ended:
            run(words)
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert told in said
        assert "http://" not in said  # what will not answer is not told to be served
    taken.close()
    found = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *rest: None if name == "uvicorn" else found(name, *rest))
    with pytest.raises(SystemExit) as ended:
        run(["serve"])
    assert ended.value.code == 2
    assert 'pip install "passerelles[api]"' in capsys.readouterr().err


def line_values(text: str) -> dict[str, float]:
    """Samples of Prometheus's text, by name and labels."""
    pairs = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def serve(*words: str) -> Callable[[int], list[str]]:
    return lambda port: ["-m", "passerelles", "serve", "--port", str(port), "--no-warm", *words]


@pytest.fixture(scope="module")
def indexes(
    tmp_path_factory: pytest.TempPathFactory, plain_embedded: OccupationGraph, embedded_graph: OccupationGraph
) -> dict[str, Path]:
    """An index, and the one with an overlay that takes its place, by the checksums that answers tell."""
    folder = tmp_path_factory.mktemp("indexes")
    graphs = {"old": plain_embedded, "new": embedded_graph}
    return {
        graph.referential.stamp.sha256: compile_index(graph, folder / f"{name}.index") for name, graph in graphs.items()
    }


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGHUP")
def test_a_new_index_is_taken_under_load_without_a_failed_request(tmp_path: Path, indexes: dict[str, Path]) -> None:
    (_, old), (new_sum, new) = indexes.items()
    index = Path(shutil.copy(old, tmp_path / "served.index"))
    log, stop = tmp_path / "log", threading.Event()
    seen: list[tuple[int, str, str]] = []

    def ask(base: str) -> None:
        with httpx.Client(timeout=20) as client:
            n = 0
            while not stop.is_set():
                n += 1
                found = client.get(f"{base}/v1/rank", params={"origin": "K2110", "limit": 1 + n % 30})
                told = found.json()["referential"]["sha256"] if found.status_code == 200 else ""
                seen.append((found.status_code, told, found.headers["passerelles-referential"]))
                time.sleep(PAUSE)

    with served(log, serve("--referential", str(index))) as (process, base), ThreadPoolExecutor(3) as clients:
        asking = [clients.submit(ask, base) for _ in range(3)]
        try:
            tag = ONCE.get(f"{base}/v1/rank?origin=K2110").headers["etag"]
            index.unlink()  # never written into: it is mapped
            index.write_bytes(b"spoiled")  # an index that cannot be read changes nothing
            process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 60
            while line_values(ONCE.get(f"{base}/metrics").text).get('passerelles_reloads_total{outcome="failed"}') != 1:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            index.unlink()
            shutil.copy(new, index)
            process.send_signal(signal.SIGHUP)
            while new_sum not in ONCE.get(f"{base}/health/live").headers["passerelles-referential"]:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            time.sleep(0.5)
            assert ONCE.get(f"{base}/v1/rank?origin=K2110-B").status_code == 200
            assert ONCE.get(f"{base}/v1/rank?origin=K2110", headers={"if-none-match": tag}).status_code == 200
        finally:
            stop.set()
        for each in asking:
            each.result()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert {status for status, _, _ in seen} == {200}
    assert all(told in header for _, told, header in seen)  # an answer never says it comes from other data
    assert {told for _, told, _ in seen} == {*indexes}
    events = [line["event"] for line in lines(log)]
    assert [e for e in events if e.startswith("reload")] == ["reloading", "reload_failed", "reloading", "reloaded"]


def several(server: str, port: int) -> list[str]:
    """The words that start two workers on a port, under a server."""
    application = "passerelles.service:application"
    return {
        "serve": serve("--workers", "2")(port),
        "uvicorn": ["-m", "uvicorn", "--factory", application, "--workers", "2", "--port", f"{port}"],
        "gunicorn": [
            *("-W", "ignore", "-m", "gunicorn", "-k", "asgi", "-w", "2", f"{application}()", "-b", f"127.0.0.1:{port}"),
            *("--keep-alive", "60"),  # longer than a busy machine lets a client wait
        ],
    }[server]


def until(true: Callable[[], bool]) -> None:
    """Wait, two minutes at most."""
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGHUP")
@pytest.mark.parametrize(
    "server", ["serve", *(pytest.param(each, marks=pytest.mark.external) for each in ("uvicorn", "gunicorn"))]
)
def test_every_worker_takes_a_new_index_under_load(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch, indexes: dict[str, Path]
) -> None:
    pytest.importorskip("uvicorn" if server == "serve" else server)
    old_sum, new_sum = indexes
    index, other = (Path(shutil.copy(each, tmp_path)) for each in indexes.values())
    counts = tmp_path / "counts"
    counts.mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(counts))
    monkeypatch.setenv("PASSERELLES_REFERENTIAL", str(index))
    if server != "serve":  # its parent passes SIGHUP on; theirs start workers in the place of others
        monkeypatch.setenv("PASSERELLES_WATCH_SECONDS", "0.2")
    stop, seen = threading.Event(), list[tuple[int, str]]()

    def serving(base: str) -> dict[str, float]:
        """Workers that serve from each checksum."""
        found = line_values(ONCE.get(f"{base}/metrics").text).items()
        return {
            name.rpartition('sha256="')[2].partition('"')[0]: n
            for name, n in found
            if name.startswith("passerelles_serves{")
        }

    def ask(base: str, client: httpx.Client) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            found = client.get(f"{base}/v1/rank", params={"origin": "K2110", "limit": 1 + n % 30}, timeout=20)
            seen.append((found.status_code, found.json()["referential"]["sha256"]))
            time.sleep(PAUSE)

    with served(tmp_path / "log", partial(several, server)) as (process, base), ThreadPoolExecutor(3) as clients:
        until(lambda: serving(base).get(old_sum) == 2)
        workers = {each.pid for each in psutil.Process(process.pid).children()}
        with httpx.Client() as one, httpx.Client() as two:  # two whose connection stays, one that makes others
            asking = [clients.submit(ask, base, client) for client in (one, two, ONCE)]
            try:
                until(lambda: len(seen) > 2)  # answers from the old one, however slow the machine
                other.replace(index)
                if server == "serve":
                    process.send_signal(signal.SIGHUP)
                until(lambda: serving(base).get(new_sum) == 2)
                until(lambda: any(told == new_sum for _, told in seen))  # and from the new one
            finally:
                stop.set()
            for each in asking:
                each.result()
        assert {each.pid for each in psutil.Process(process.pid).children()} == workers  # none was replaced
        assert serving(base)[old_sum] == 0
        assert {ONCE.get(f"{base}/v1/rank?origin=K2110").json()["referential"]["sha256"] for _ in range(20)} == {
            new_sum
        }
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)
    assert {status for status, _ in seen} == {200}
    assert {told for _, told in seen} == {*indexes}


def test_another_server_runs_the_application_from_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uvicorn")
    monkeypatch.setenv("PASSERELLES_OVERLAYS", "enseignement-conduite")
    monkeypatch.setenv("PASSERELLES_LIMIT_BODY_BYTES", "1000")
    monkeypatch.setenv("PASSERELLES_KEY_VARIABLE", "SOME_KEY")
    monkeypatch.setenv("SOME_KEY", "0123456789abcdef")
    words = ["-m", "uvicorn", "--factory", "passerelles.service:application", "--port"]
    with served(tmp_path / "log", lambda port: [*words, str(port)]) as (process, base):
        assert ONCE.get(f"{base}/v1/show?occupation=K2110-B").status_code == 401
        key = {"x-api-key": "0123456789abcdef", "content-type": "application/json"}
        assert ONCE.get(f"{base}/v1/show?occupation=K2110-B", headers=key).status_code == 200
        assert ONCE.post(f"{base}/v1/rank", content=b" " * 2000, headers=key).status_code == 413
        assert "passerelles_requests_total" in ONCE.get(f"{base}/metrics", headers=key).text
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)


@pytest.mark.external  # how connections are shared out is the server's: its newest release serves
def test_workers_answer_alike_and_add_up_what_they_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indexes: dict[str, Path]
) -> None:
    key = "0123456789abcdef-secret"
    headers = {"x-api-key": key}
    monkeypatch.setenv("PASSERELLES_WORKERS", "2")
    monkeypatch.setenv("SERVICE_KEY", key)
    words = ("--api-key-env", "SERVICE_KEY", "--referential", str(next(iter(indexes.values()))))
    with served(tmp_path / "log", serve(*words)) as (process, base):
        show = f"{base}/v1/show?occupation=K2110"
        assert ONCE.get(show).status_code == 401

        def workers() -> set[int]:
            told = [json.loads(x) for x in (tmp_path / "log").read_text("utf-8").splitlines() if x.startswith("{")]
            return {line["pid"] for line in told if line.get("route") == "/v1/show" and line["status"] == 200}

        def counted() -> dict[str, float]:
            return line_values(ONCE.get(f"{base}/metrics", headers=headers).text)

        asked, tags = 0, set[str]()
        deadline = time.monotonic() + 60
        while len(workers()) < 2 and time.monotonic() < deadline:
            with ThreadPoolExecutor(4) as clients:
                some = [clients.submit(ONCE.get, show, headers=headers) for _ in range(8)]
            assert [each.result().status_code for each in some] == [200] * 8
            tags |= {each.result().headers["etag"] for each in some}
            asked += 8
            time.sleep(0.1)  # the other may still be starting
        assert len(workers()) == 2
        assert len(tags) == 1  # the same in every process
        found = counted()
        assert found['passerelles_requests_total{method="GET",route="/v1/show",status="200"}'] == asked
        while found["passerelles_ready"] < 2 and time.monotonic() < deadline:  # one may answer while it still warms
            time.sleep(0.1)
            found = counted()
        assert found["passerelles_ready"] == 2  # each says so itself, asked or not
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    log = (tmp_path / "log").read_text("utf-8")
    assert key not in log
    told = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert not any(line.get("route") in ("/health/ready", "/metrics") for line in told if line.get("status", 0) < 400)
