"""One HTTP transfer to one file: bounded in size, resumable where the server allows it, with errors for people."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

import httpx

from passerelles.errors import PasserellesError
from passerelles.referentials.partial import Answer, Part

Progress = Callable[[int, int | None], None]

# Seconds: to connect; between two pieces of the answer.
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 30.0
_CONTENT_RANGE: Final = re.compile(r"^bytes (\d+)-\d+/(\d+|\*)$")


def fetch(url: str, temp: Path, *, part: Part, limit: int, progress: Progress | None = None) -> Answer:
    """
    Receive what lies at `url` into `temp`, going on from `part` where the server confirms that it is unchanged.

    Parameters
    ----------
    url
        ``http`` or ``https``; redirects are followed, except from ``https`` to ``http``.
    temp
        File to write, created here. On failure it may be left: the caller removes it.
    part
        Where a cut transfer is kept, if the server does ranges and names the version it sends; else nothing is.
    limit
        Bytes beyond which the transfer is refused.
    progress
        Called with (bytes so far, total or None), once at the start and then after each piece.

    Raises
    ------
    PasserellesError
        If the address is wrong, nothing answers, the server answers with an error, the transfer is cut, or the
        file is too large.
    OSError
        If `temp` cannot be written.
    """
    kept = part.claim(temp, url)
    try:
        with (
            _client(url) as client,
            _answering(client, url, start=temp.stat().st_size if kept else 0, kept=kept) as (response, start),
        ):
            _check_still_secure(url, response)
            kept, answer = _resumable(url, response, kept if start else None)
            _receive(response, temp, url=url, start=start, limit=limit, progress=progress)
    except BaseException as error:
        if kept and _worth_keeping(error) and temp.is_file() and temp.stat().st_size:
            with suppress(OSError):  # the error under way matters more
                part.keep(temp, kept)
        raise
    return answer


@contextmanager
def _answering(
    client: httpx.Client, url: str, *, start: int, kept: Answer | None
) -> Iterator[tuple[httpx.Response, int]]:
    """Give the response and the byte that it starts at; the whole file is asked for again if a range is refused."""
    if kept and kept.validator and start:
        wanted = {"Range": f"bytes={start}-", "If-Range": kept.validator}
        with closing(_send(client, url, wanted)) as response:
            if response.status_code == httpx.codes.PARTIAL_CONTENT and _goes_on(response, start, kept):
                yield response, start
                return
            if response.status_code == httpx.codes.OK:
                yield response, 0
                return
            refused = (httpx.codes.PARTIAL_CONTENT, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE)
            if response.status_code not in refused:
                raise _server_error(url, response)
    with closing(_send(client, url, {})) as response:
        if response.status_code != httpx.codes.OK:
            raise _server_error(url, response)
        yield response, 0


def _client(url: str) -> httpx.Client:
    headers = {"User-Agent": f"passerelles/{version('passerelles')}", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    try:
        return httpx.Client(follow_redirects=True, timeout=timeout, headers=headers)
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:  # a proxy or certificate variable is wrong
        raise PasserellesError("download_no_answer", url=url, reason=error) from error


def _send(client: httpx.Client, url: str, headers: dict[str, str]) -> httpx.Response:
    try:
        return client.send(client.build_request("GET", url, headers=headers), stream=True)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise PasserellesError("download_bad_address", url=url, reason=error) from error
    except httpx.TooManyRedirects as error:
        raise PasserellesError("download_redirects", url=url) from error
    except httpx.TransportError as error:
        raise PasserellesError("download_no_answer", url=url, reason=str(error) or type(error).__name__) from error


def _server_error(url: str, response: httpx.Response) -> PasserellesError:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    return PasserellesError("download_refused", url=url, status=status)


def _check_still_secure(url: str, response: httpx.Response) -> None:
    hops = [r.url for r in (*response.history, response)]
    if hops[0].scheme == "https" and any(hop.scheme != "https" for hop in hops):
        raise PasserellesError("download_insecure", url=url, target=hops[-1])


def _resumable(url: str, response: httpx.Response, resumed: Answer | None) -> tuple[Answer | None, Answer]:
    """Return what makes this transfer resumable, or None, and what the server said of the file."""
    headers = response.headers
    answer = Answer(
        url=url,
        etag=headers.get("etag") or (resumed.etag if resumed else None),
        last_modified=headers.get("last-modified") or (resumed.last_modified if resumed else None),
        content_type=headers.get("content-type"),
    )
    does_ranges = resumed is not None or "bytes" in headers.get("accept-ranges", "").lower()
    return (answer if does_ranges and answer.validator and not _is_encoded(response) else None), answer


def _receive(
    response: httpx.Response, temp: Path, *, url: str, start: int, limit: int, progress: Progress | None
) -> None:
    total, done = _total(response), start
    tell = progress or (lambda _done, _total: None)
    if total is not None and total > limit:
        raise _too_large(url, limit)
    with temp.open("ab" if start else "wb") as out:
        tell(done, total)
        try:
            for chunk in response.iter_bytes() if _is_encoded(response) else response.iter_raw():
                done += len(chunk)
                if done > limit:
                    raise _too_large(url, limit)
                out.write(chunk)
                tell(done, total)
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason = str(error) or type(error).__name__
            raise PasserellesError("download_cut", url=url, received=done, reason=reason) from error
    if total is not None and done != total:
        raise PasserellesError("download_cut", url=url, received=done, reason=f"{done}/{total}")


def _too_large(url: str, limit: int) -> PasserellesError:
    return PasserellesError("download_too_large", origin=url, megabytes=limit // 1_000_000)


def _is_encoded(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "identity").lower() not in ("", "identity")


def _range(response: httpx.Response) -> tuple[int | None, int | None]:
    match = _CONTENT_RANGE.match(response.headers.get("content-range", ""))
    if not match:
        return None, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _goes_on(response: httpx.Response, start: int, kept: Answer) -> bool:
    """Whether a partial answer begins where the part ends, and is of the same version as far as it says."""
    etag = response.headers.get("etag")
    return _range(response)[0] == start and (not etag or not kept.etag or etag == kept.etag)


def _total(response: httpx.Response) -> int | None:
    if _is_encoded(response):
        return None
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        return _range(response)[1]
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _worth_keeping(error: BaseException) -> bool:
    """A full disk is not to be filled further, and what is too large will be too large again."""
    too_large = isinstance(error, PasserellesError) and error.key in ("download_too_large", "download_insecure")
    return not too_large and not isinstance(error, OSError)
