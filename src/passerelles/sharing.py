"""Values computed on first use and kept, modules and fields too; what threads and forked processes share."""

import functools
import gc
import os
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

Value = TypeVar("Value")
Owner = TypeVar("Owner", bound="Deriving")


class SharedLock:
    """
    A lock that a thread may take again, and that a forked process finds free.

    A process that is forked while another thread holds a plain lock keeps it held for ever: that thread is not there.
    """

    def __init__(self) -> None:
        self._of_process: dict[int, RLock] = {}

    def __enter__(self) -> None:
        """Take the lock of this process."""
        process = os.getpid()
        # `setdefault` is atomic: threads that come together get the same lock.
        (self._of_process.get(process) or self._of_process.setdefault(process, RLock())).acquire()

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._of_process[os.getpid()].release()


class Deriving:
    """What never changes, and keeps with it what is made of it alone."""

    def derived(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """
        Return what `build` makes of this object, made once and kept.

        The object never changes, so what follows from it alone does not either; upper layers keep their indexes here
        instead of in a global cache. Safe to call from several threads: no thread waits for another key.
        """
        memo: dict[Hashable, Any] = vars(self).setdefault("_memo", {})
        if key not in memo:
            locks: dict[Hashable, SharedLock] = vars(self).setdefault("_locks", {})
            with locks.setdefault(key, SharedLock()):
                if key not in memo:
                    memo[key] = build()
            locks.pop(key, None)  # later threads need none
        value: Value = memo[key]
        return value


def made_once(make: Callable[[Owner], Value]) -> Callable[[Owner], Value]:
    """Have a function of a graph or a referential keep with that what it makes of it; see `Deriving.derived`."""
    key = f"{make.__module__}.{make.__qualname__}"

    @functools.wraps(make)
    def derived(of: Owner) -> Value:
        return of.derived(key, lambda: make(of))

    return derived


class cached_property(functools.cached_property[Value]):  # noqa: N801 - a decorator, written as `property` is
    """
    A property computed at its first use and kept with the object.

    Without the lock that Python 3.11 has, which a forked process could find held. Threads that come together may each
    compute it; all get the same object.
    """

    if not TYPE_CHECKING:  # where it is what it is made from

        def __get__(self, instance: object | None, owner: type | None = None) -> Any:
            """Compute and keep; from then on the attribute itself is found first."""
            return self if instance is None else vars(instance).setdefault(self.attrname, self.func(instance))


class LaterModule(ModuleType):
    """A module that is imported when something of it is first asked for."""

    def __getattr__(self, name: str) -> Any:
        """Import the module, and keep what is asked for."""
        attribute = getattr(import_module(self.__name__), name)
        setattr(self, name, attribute)
        return attribute


class FrozenDict(dict[str, Value]):
    """A dictionary that never changes, and so has a hash; it pickles, copies and turns into JSON as others do."""

    def __hash__(self) -> int:  # type: ignore[override]
        """Equal ones have equal hashes, in whatever order they were filled."""
        return hash(frozenset(self.items()))

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} never changes")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Make it again from a plain one: pickle and copy would fill an empty one."""
        return type(self), (dict(self),)


class Later(Generic[Value]):
    """
    A field of a frozen dataclass that is given as what makes it, which happens when it is first asked for.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Sum:
    ...     of: tuple[int, ...]
    ...     total: Later[int] = Later()
    >>> Sum((1, 2), lambda: 3).total
    3
    """

    def __init__(self, *default: Value) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name under which the value is kept."""
        self._name = name

    def __get__(self, instance: object | None, owner: type | None = None) -> Value:
        """Return the value; on the class, the default, as a dataclass looks for it."""
        if instance is None:
            if not self._default:
                raise AttributeError(self._name)
            return self._default[0]
        value = vars(instance)[self._name]
        if callable(value):
            value = vars(instance)[self._name] = value()
        result: Value = value
        return result

    def __set__(self, instance: object, value: Value | Callable[[], Value]) -> None:
        """Keep what is given."""
        vars(instance)[self._name] = value


def processors() -> int:
    """Processors that this process may use; a container often has fewer than its machine."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def blocks(size: int, most: int = 64) -> list[slice]:
    """
    Slices of at most `most` that cover `size` things: so few rows of a table of pairs stay in the processor's cache.

    Examples
    --------
    >>> blocks(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + most, size)) for start in range(0, size, most)]


@contextmanager
def no_collection() -> Iterator[None]:
    """
    Put the garbage collector off while a referential, or its graph, is built.

    That makes hundreds of thousands of small values and no circles of them; looking for circles again and again takes a
    third of the time.

    Examples
    --------
    >>> import gc
    >>> with no_collection():
    ...     gc.isenabled()
    False
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_ONE_THREAD = SharedLock()  # in a fork, a limit that another thread had set stays: it changes no answer


@functools.cache
def _algebra(modules: tuple[str, ...]) -> Any:
    """Return what bounds the threads of the libraries of linear algebra; finding those takes as long as a small sum."""
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415 - only where a table is made

    for name in modules:
        import_module(name)
    return ThreadpoolController()


@contextmanager
def one_thread(*modules: str) -> Iterator[None]:
    """
    Keep linear algebra on one thread: with several, the order of additions and so the last bits would vary.

    `modules` are those that the block uses and that bring a library of linear algebra of their own: they are imported
    first, since a library that is loaded under the limit escapes it. The limit is the process's: another thread's block
    waits for the end of this one, which would else set back the number of threads under it.
    """
    with _ONE_THREAD, _algebra(modules).limit(limits=1):
        yield
