"""One graph, or one index, for many threads and processes: every answer is the one that a single thread gives."""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from passerelles import Profile, build_graph, load_referential, rank_moves, rank_paths, rank_sources, resolve_title
from passerelles.compiled import compile_index
from passerelles.graph.core import OccupationGraph
from passerelles.sharing import SharedLock, cached_property, one_thread

THREADS, PROCESSES = 4, 2
OVERLAY = "enseignement-conduite"
FORKED = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # from Python 3.12, where threads live
Task = tuple[str, Any]
Source = Callable[[], OccupationGraph]


def embedded() -> OccupationGraph:
    return build_graph(load_referential().with_overlay(OVERLAY))


def tasks_of(origins: Sequence[str], target: str, title: str, competency: str) -> list[Task]:
    """Questions of every kind, each of which fills in something of the graph at its first call."""
    last = origins[-1]
    return [
        *(("moves", origin) for origin in origins),
        ("filtered", last),
        ("sources", target),
        ("profile", (last, competency)),
        ("profile", (None, competency)),
        ("paths", (origins[0], target)),
        ("title", title),
    ]


def answer(graph: OccupationGraph, task: Task) -> str:
    """Answer to one question, as text that is equal only to the bit."""
    kind, given = task
    found: Sequence[Any]
    if kind == "title":
        return repr(resolve_title(graph.referential, given))
    if kind == "moves":
        found = rank_moves(graph, given)
    elif kind == "filtered":
        found = rank_moves(graph, given, filters=["min-coverage=0.05", "other-domain"])
    elif kind == "sources":
        found = rank_sources(graph, given)
    elif kind == "profile":
        found = rank_moves(graph, Profile(given[0], competencies=(given[1],)))
    else:
        found = rank_paths(graph, given[0], targets=[given[1]], limit=2)
    return json.dumps([each.to_dict() for each in found])


def answers(graph: OccupationGraph, tasks: Sequence[Task], first: int = 0) -> list[str]:
    """Answers in the order of the tasks, asked for in another: starting with one in the middle."""
    order = [*range(first % len(tasks), len(tasks)), *range(first % len(tasks))]
    found = {i: answer(graph, tasks[i]) for i in order}
    return [found[i] for i in range(len(tasks))]


def by_threads(graph: OccupationGraph, tasks: Sequence[Task]) -> list[list[str]]:
    barrier = Barrier(THREADS)

    def work(number: int) -> list[str]:
        barrier.wait(timeout=30)
        return answers(graph, tasks, 2 * number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


SHARED: dict[str, OccupationGraph] = {}  # what forked processes inherit


def _inherited(tasks: Sequence[Task], first: int) -> list[str]:
    return answers(SHARED["graph"], tasks, first)


def _sent(graph: OccupationGraph, tasks: Sequence[Task], first: int) -> list[str]:
    return answers(graph, tasks, first)


def by_processes(graph: OccupationGraph, tasks: Sequence[Task], method: str) -> list[list[str]]:
    numbers = range(PROCESSES)
    SHARED["graph"] = graph
    try:
        with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context(method)) as pool:
            if method == "fork":
                return list(pool.map(_inherited, [tasks] * PROCESSES, numbers))
            return list(pool.map(_sent, [graph] * PROCESSES, [tasks] * PROCESSES, numbers))
    finally:
        SHARED.clear()


@pytest.fixture(scope="module")
def small_tasks(embedded_graph: OccupationGraph) -> list[Task]:
    return tasks_of(["N4101", "N1103", "K2110"], "N4102", "moniteur auto ecole", embedded_graph.competency_codes[3])


@pytest.fixture(scope="module")
def small_serial(small_tasks: list[Task]) -> list[str]:
    return answers(embedded(), small_tasks)


@pytest.fixture(scope="module", params=["zip", "folder"])
def small_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = "metiers.zip" if request.param == "zip" else "metiers"
    return compile_index(embedded(), tmp_path_factory.mktemp("index") / name)


def test_threads_share_a_graph_that_nothing_was_asked_of(small_tasks: list[Task], small_serial: list[str]) -> None:
    assert by_threads(embedded(), small_tasks) == [small_serial] * THREADS


def test_threads_share_an_index(small_index: Path, small_tasks: list[Task], small_serial: list[str]) -> None:
    opened = build_graph(load_referential(small_index))
    assert by_threads(opened, small_tasks) == [small_serial] * THREADS


@FORKED
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_share_a_graph_and_an_index(
    method: str, tmp_path: Path, small_tasks: list[Task], small_serial: list[str]
) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system does not {method}")
    graph = embedded()
    opened = build_graph(load_referential(compile_index(graph, tmp_path / "index.zip")))
    for shared in (opened,) if method == "spawn" else (graph, opened):
        assert by_processes(shared, small_tasks, method) == [small_serial] * PROCESSES


def test_a_graph_of_an_index_is_sent_as_its_place(small_index: Path, small_serial: list[str]) -> None:
    opened = build_graph(load_referential(small_index))
    rank_moves(opened, "K2110")
    sent = pickle.dumps(opened)
    assert len(sent) < 4000  # neither tables nor matrices: the other process maps the same file
    back = pickle.loads(sent)  # noqa: S301 - made on the line above
    assert answer(back, ("moves", "K2110")) == small_serial[2]
    assert back.referential == opened.referential


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    """Fail instead of hanging."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@FORKED
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_forked_in_the_middle_of_a_computation_is_not_stuck() -> None:
    graph = embedded()
    inside, leave = Event(), Event()

    def slow() -> int:
        inside.set()
        leave.wait(20)
        return 1

    workers = [
        Thread(target=graph.derived, args=("slow", slow)),
        Thread(target=graph.referential.derived, args=("slow", slow)),
    ]
    for worker in workers:
        worker.start()
        assert inside.wait(10)
        inside.clear()
    child = os.fork()
    if child == 0:  # pragma: no cover - in the other process
        code = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(10)
            found = graph.derived("other", lambda: 2), graph.referential.derived("other", lambda: 3)
            with one_thread():
                code = 0 if found == (2, 3) else 1
        finally:
            os._exit(code)
    with _bounded(20):
        _, status = os.waitpid(child, 0)
    leave.set()
    for worker in workers:
        worker.join(20)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_lock_can_be_taken_again_by_its_thread_and_by_no_other() -> None:
    lock = SharedLock()
    seen: list[str] = []

    def other() -> None:
        with lock:
            seen.append("other")

    with lock, lock:
        thread = Thread(target=other)
        thread.start()
        time.sleep(0.05)
        seen.append("mine")
    thread.join(10)
    assert seen == ["mine", "other"]


def test_what_is_kept_is_one_object_for_all_threads() -> None:
    barrier = Barrier(THREADS)

    class Slow:
        @cached_property
        def value(self) -> list[int]:
            barrier.wait(timeout=20)  # all of them are inside at once
            return []

    slow = Slow()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: slow.value, range(THREADS)))
    assert all(each is slow.value for each in found)
    assert isinstance(Slow.value, cached_property)


def _blas_threads() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_the_limit_on_threads_holds_within_a_block_and_no_longer() -> None:
    np.ones((2, 2)) @ np.ones((2, 2))  # linear algebra is loaded
    entered = Event()

    def other() -> None:
        with one_thread():
            entered.set()

    thread = Thread(target=other)
    with threadpool_limits(limits=2, user_api="blas"):
        before = _blas_threads()
        with one_thread():
            with one_thread():
                assert _blas_threads() == {1}
            assert _blas_threads() == {1}
            thread.start()
            assert not entered.wait(0.1), "another thread's block would set the limit back under this one"
        assert entered.wait(20)
        thread.join(20)
        assert _blas_threads() == before


def test_a_library_that_loads_under_the_limit_is_limited_too() -> None:
    script = """
from threadpoolctl import threadpool_info
from passerelles.sharing import one_thread
import numpy
with one_thread():
    with one_thread("scipy.linalg"):
        print(max(i["num_threads"] for i in threadpool_info()), len(threadpool_info()))
print(max(i["num_threads"] for i in threadpool_info()))
"""
    environment = {k: v for k, v in os.environ.items() if k not in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    environment["OPENBLAS_NUM_THREADS"] = "2"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment, timeout=60
    )
    within, after = done.stdout.splitlines()
    assert within.split() == ["1", "2"]  # numpy's library and scipy's
    assert after == "2"
