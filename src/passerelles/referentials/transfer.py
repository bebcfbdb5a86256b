"""One HTTP transfer to one file: bounded in size, with errors for people."""

from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from passerelles.errors import PasserellesError

Progress = Callable[[int, int | None], None]

# Seconds: to connect; between two pieces of the answer.
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 30.0


class Answer(NamedTuple):
    """What the server said of the file."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None


def fetch(url: str, temp: Path, *, limit: int, progress: Progress | None = None) -> Answer:
    """
    Receive what lies at `url` into `temp`; a transfer that is cut starts anew at the next call.

    Parameters
    ----------
    url
        ``http`` or ``https``; redirects are followed, except from ``https`` to ``http``.
    temp
        File to write, created here. On failure it may be left: the caller removes it.
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
    with _client(url) as client, closing(_send(client, url)) as response:
        if response.status_code != httpx.codes.OK:
            raise _server_error(url, response)
        _check_still_secure(url, response)
        _receive(response, temp, url=url, limit=limit, progress=progress)
        headers = response.headers
        return Answer(url, headers.get("etag"), headers.get("last-modified"), headers.get("content-type"))


def _client(url: str) -> httpx.Client:
    headers = {"User-Agent": f"passerelles/{version('passerelles')}", "Accept-Encoding": "identity"}
    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    try:
        return httpx.Client(follow_redirects=True, timeout=timeout, headers=headers)
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:  # a proxy or certificate variable is wrong
        raise PasserellesError("download_no_answer", url=url, reason=error) from error


def _send(client: httpx.Client, url: str) -> httpx.Response:
    try:
        return client.send(client.build_request("GET", url), stream=True)
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


def _receive(response: httpx.Response, temp: Path, *, url: str, limit: int, progress: Progress | None) -> None:
    total, done = _total(response), 0
    tell = progress or (lambda _done, _total: None)
    if total is not None and total > limit:
        raise _too_large(url, limit)
    with temp.open("wb") as out:
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


def _total(response: httpx.Response) -> int | None:
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() and not _is_encoded(response) else None
