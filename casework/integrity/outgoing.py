"""Calls to the few addresses outside that the office was set up with: time-stamp authorities, the keeper of heads.

Only addresses from the settings are called. Redirects are not followed, answers are cut off at a size, and the whole
exchange has a deadline; a failure is said in words without the address, which may hold something secret.
"""

from __future__ import annotations

import datetime
import http.client
import ssl
import time
from urllib.parse import SplitResult, urlsplit

SECONDS = 10.0
LARGEST_ANSWER = 1 << 20
FIRST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=1), datetime.timedelta(hours=6)
PIECE = 64 * 1024


class CallFailed(Exception):
    """Why a call came to nothing, in words."""


def pause(failures: int) -> datetime.timedelta:
    """How long to wait after so many failures in a row: twice as long each time, up to six hours."""
    return min(FIRST_PAUSE * 2 ** min(max(failures - 1, 0), 12), LONGEST_PAUSE)


def post(url: str, body: bytes, content_type: str, *, limit: int = LARGEST_ANSWER, seconds: float = SECONDS) -> bytes:
    """Send `body`, return the answer's. Raises CallFailed for anything but a success within `limit` and `seconds`."""
    address = _address(url)
    deadline = time.monotonic() + seconds
    connection = _connection(address, seconds)
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    headers = {"Content-Type": content_type, "User-Agent": "casework", "Accept-Encoding": "identity"}
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        if 300 <= answer.status < 400:
            raise CallFailed(f"answered with a redirect ({answer.status}), which is not followed")
        if not 200 <= answer.status < 300:
            raise CallFailed(f"answered {answer.status}")
        return _read(answer, limit, deadline)
    except TimeoutError:
        raise CallFailed(f"gave no answer within {seconds:g} seconds") from None
    except ssl.SSLError as error:
        raise CallFailed(f"no secure connection: {error.reason or 'failed'}") from None
    except OSError as error:
        raise CallFailed(f"cannot be reached: {error.strerror or type(error).__name__}") from None
    except (http.client.HTTPException, ValueError) as error:
        raise CallFailed(f"answered what is no answer ({type(error).__name__})") from None
    finally:
        connection.close()


def _address(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        sound = address.scheme in ("http", "https") and address.hostname and address.username is None
        sound = sound and (address.port is None or address.port > 0)
    except ValueError:
        sound = False
    if not sound:
        raise CallFailed("is not an address that can be called")
    return address


def _connection(address: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host, port = address.hostname or "", address.port
    if address.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _read(answer: http.client.HTTPResponse, limit: int, deadline: float) -> bytes:
    data = b""
    while piece := answer.read1(PIECE):
        data += piece
        if len(data) > limit:
            raise CallFailed(f"answered more than {limit} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError
    return data
