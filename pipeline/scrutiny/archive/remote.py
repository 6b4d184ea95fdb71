"""Files that are elsewhere, named by URL and read through fsspec: object stores, the web, data sets of the hub.

What logs somebody in never leaves a URL: people and files are told of :func:`shown` ones, and no message of a library
is passed on, for it may repeat what was asked for.
"""

from __future__ import annotations

import hashlib
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from scrutiny.errors import ReadError, WriteError
from scrutiny.reading import MAX_BYTES, holds_many, writable
from scrutiny.reading.archives import MAX_UNPACKED

#: Seconds without a byte after which nobody waits any longer.
TIMEOUT = 30.0

#: A file must come at so many bytes a second on average, after so many seconds of grace.
SLOWEST = 20_000
GRACE = 60.0

#: Seconds to wait before asking again where the fault may pass by itself.
_PAUSES = (0.5, 2.0)

#: Bytes asked for at a time, and written at a time.
_BLOCK = 8 << 20
_CHUNK = 1 << 18

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
WEB = ("http", "https")

#: Schemes in whose URLs a container stands before the @, not somebody who logs in.
_AZURE = ("abfs", "abfss", "az", "wasb", "wasbs")

#: Parameters by which a query is known to sign the URL, for some time; the whole of it says nothing of the file.
_SIGNATURES = re.compile(r"(?:x-[a-z]+-)?sig(?:nature)?", re.IGNORECASE)
#: Parameters that may log somebody in, and values that do not look as if they could.
_SECRET = re.compile(
    r"pass|pwd|secret|token|key|auth|cred|sess|\bsid|code|jwt|ticket|mac\b|user|login|mail", re.IGNORECASE
)
_PLAIN = re.compile(r"[\w.,: -]{0,24}")

#: What to install for a scheme, where that is an extra of ours.
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "http": "http", "https": "http"}

_CREDENTIALS = {
    "s3": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; "
    "for a public bucket FSSPEC_S3='{\"anon\": true}'.",
    "gs": "Run 'gcloud auth application-default login'; for a public bucket set FSSPEC_GS='{\"token\": \"anon\"}'.",
    "hf": "Run 'hf auth login' or set HF_TOKEN, and see whether the owner must let you in.",
    "http": "Put user:password@ before the host, give a signed address, or download the file and give its path.",
}  # fmt: skip

#: By what an error's class is called, or one it is derived from, for the libraries' own are loaded only where needed.
_NO_ENTRY = {
    "PermissionError", "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
    "TokenRetrievalError", "UnauthorizedSSOTokenError", "ProfileNotFound", "DefaultCredentialsError", "GatedRepoError",
}  # fmt: skip
_NOT_REACHED = {
    "ConnectionError",
    "ClientConnectionError",
    "EndpointConnectionError",
    "HTTPClientError",
    "ConnectError",
}
_BROKEN_OFF = {"ClientPayloadError", "IncompleteReadError", "ResponseStreamingError", "RemoteProtocolError"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads: a file system of fsspec, a path in it, and how people are told of it."""

    files: Any
    path: str
    name: str
    scheme: str


def is_url(given: str) -> bool:
    """Whether ``given`` is a URL; one of a file on this machine is too."""
    return _URL.match(given) is not None


def scheme_of(url: str) -> str:
    """The scheme of ``url`` in lower case, ``""`` if it is none."""
    match = _URL.match(url)
    return match[1].lower() if match else ""


def shown(url: str) -> str:
    """``url`` without what may log somebody in, but still unlike those of other files.

    >>> shown("https://ann:secret@example.org/a.pdf?id=7&token=dG9rZW4#page=2")
    'https://example.org/a.pdf?id=7&token=redacted-5f2f7aae'
    """
    scheme = scheme_of(url)
    host, slash, path = url[len(scheme) + 3 :].partition("/")
    if scheme in WEB:
        host, slash, path = _web(url)
    if "@" in host:
        user, _, host = host.rpartition("@")
        host = f"{user.partition(':')[0]}@{host}" if scheme in _AZURE else host
    return writable(f"{scheme}://{host}{slash}{path}")


def _web(url: str) -> tuple[str, str, str]:
    """Host, slash and the rest of a web address, which people may see. What is none may hold a password anywhere."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what cannot be one, such as a part of a password with a slash in it
    except ValueError:
        return "…", "", ""
    values = parse_qsl(parts.query, keep_blank_values=True)
    if any(_SIGNATURES.fullmatch(name) for name, _ in values):
        values = []
    query = "&".join(f"{quote_plus(name)}={quote_plus(_value(name, value))}" for name, value in values)
    return parts.netloc, parts.path[:1], parts.path[1:] + (f"?{query}" if query else "")


def _value(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value) and not _SECRET.search(name):
        return value
    return f"redacted-{hashlib.sha256(value.encode()).hexdigest()[:8]}"


def locate(url: str) -> Place:
    """Where ``url`` leads. Nothing is asked there yet.

    Raises:
        ReadError: there are no such URLs, or a package for them is not installed.
    """
    import fsspec

    scheme, name = scheme_of(url), shown(url)
    with told(name, scheme):
        kind = fsspec.get_filesystem_class(scheme)
        files = fsspec.filesystem(scheme, **{**kind._get_kwargs_from_urls(url), **_options(scheme)})
        return Place(files, kind._strip_protocol(url), name, scheme)


def _options(scheme: str) -> dict[str, Any]:
    """How patient a file system is to be."""
    if scheme in ("s3", "s3a"):
        waits = {"connect_timeout": TIMEOUT, "read_timeout": TIMEOUT, "retries": {"max_attempts": 2}}
        return {"config_kwargs": waits, "use_listings_cache": False}
    if scheme in WEB:
        import aiohttp

        return {"client_kwargs": {"timeout": aiohttp.ClientTimeout(connect=TIMEOUT, sock_read=TIMEOUT)}}
    return {}


def version(info: Mapping[str, Any]) -> str | None:
    """What changes when the file does that fsspec says ``info`` of; None where nothing tells."""
    names = (
        "ETag", "etag", "md5Hash", "generation", "blob_id", "sha", "checksum", "Content-MD5", "Digest",
        "mtime", "LastModified", "last_modified", "Last-Modified", "modify", "created",
    )  # fmt: skip
    told = next((str(info[name]) for name in names if info.get(name)), None)
    return None if told is None else f"{info.get('size')} {told}"


def fetch(place: Place, folder: Path, *, limit: int | None = None) -> Path:
    """Bring the file at ``place`` into a new file of ``folder``, of at most ``limit`` bytes.

    By default that is what reading takes: ``MAX_BYTES`` for a report, more for an archive, which is not read at once.

    Raises:
        ReadError: ``missing``, ``too_large``, or ``unreadable`` for whatever else is wrong there.
        WriteError: the file cannot be written.
    """
    if limit is None:
        limit = MAX_UNPACKED if holds_many(urlsplit(place.name).path) else MAX_BYTES
    for pause in (*_PAUSES, None):
        try:
            return _fetched(place, folder, limit)
        except _PassingError as error:
            if pause is None:
                raise
            last = error
            time.sleep(pause)
    raise last


def _fetched(place: Place, folder: Path, limit: int) -> Path:
    try:
        suffix = re.sub(r"[^.\w]", "", PurePath(urlsplit(place.name).path).suffix)[:16]
        with tempfile.NamedTemporaryFile(dir=folder, prefix="fetched-", suffix=suffix, delete=False) as file:
            local = Path(file.name)
            try:
                for chunk in _chunks(place, limit):
                    file.write(chunk)
            except BaseException:
                local.unlink()
                raise
            return local
    except OSError as error:
        raise WriteError(
            f"{folder}: {place.name} cannot be put there: {error.strerror or error}.",
            remedy="Make room, or set TMPDIR to a folder with room.",
        ) from None


def _chunks(place: Place, limit: int) -> Iterator[bytes]:
    """The bytes of the file, as they come. Raises ReadError."""
    began, count = time.monotonic(), 0
    with told(place.name, place.scheme):
        if place.scheme in WEB:
            # No size is asked for, and none believed: many servers do not tell.
            size, file = None, place.files.open(place.path, "rb", block_size=0, size=1)
        else:
            info = place.files.info(place.path)
            if info["type"] == "directory":
                raise IsADirectoryError
            size = info.get("size")
            _check(place, size or 0, limit)
            file = place.files.open(place.path, "rb", block_size=_BLOCK, cache_type="readahead")
        with file:
            while chunk := file.read(_CHUNK):
                count += len(chunk)
                _check(place, count, limit)
                yield chunk
                if time.monotonic() - began > GRACE + count / SLOWEST:
                    raise TimeoutError
        if size is not None and count != size:
            raise ConnectionError


def _check(place: Place, size: int, limit: int) -> None:
    if size > limit:
        raise ReadError(
            f"{place.name}: the file has more than {limit:,} bytes, which is the most that is read.",
            remedy="Split it, or save it with smaller pictures.",
            code="too_large",
        )


class _PassingError(ReadError):
    """What may go well when it is tried again."""


@contextmanager
def told(name: str, scheme: str) -> Iterator[None]:
    """Whatever goes wrong with the file called ``name``, as one of our errors."""
    try:
        yield
    except (ReadError, WriteError):
        raise
    except Exception as error:
        raise _told(error, name, scheme) from None


def _told(error: Exception, name: str, scheme: str) -> ReadError:
    causes: list[BaseException] = [error]
    while cause := causes[-1].__cause__:
        causes.append(cause)
    status = next((found for one in causes if isinstance(found := getattr(one, "status", None), int)), None)
    kinds = {kind.__name__ for one in causes for kind in type(one).__mro__}
    if isinstance(error, ImportError):
        extra = _EXTRAS.get(scheme)
        remedy = (
            f"Install it: pip install 'scrutiny[{extra}]'." if extra else "See fsspec's documentation for its name."
        )
        return ReadError(f"{name}: reading {scheme}:// needs a package that is not installed.", remedy=remedy)
    if status in (401, 402, 403, 407) or kinds & _NO_ENTRY:
        family = {"s3a": "s3", "gcs": "gs", "https": "http"}.get(scheme, scheme)
        remedy = _CREDENTIALS.get(family, "Give fsspec what it needs to log in there.")
        return ReadError(f"{name}: access is denied, or nobody is logged in there{_coded(status)}.", remedy=remedy)
    if any(isinstance(one, socket.gaierror) for one in causes) or "ClientConnectorDNSError" in kinds:
        remedy = "Check its spelling, and this machine's network."
        return ReadError(f"{name}: there is no such host, or no network.", remedy=remedy)
    again = "Try again later; is the network of this machine up?"
    if any(isinstance(one, TimeoutError) for one in causes) or kinds & {"ConnectTimeoutError", "ReadTimeoutError"}:
        return ReadError(f"{name}: the file did not come in time.", remedy=again)
    if kinds & _BROKEN_OFF:
        return _PassingError(f"{name}: the transfer broke off.", remedy=again)
    if status == 429 or (status or 0) >= 500:
        return _PassingError(f"{name}: the server cannot answer now{_coded(status)}.", remedy="Try again later.")
    if kinds & _NOT_REACHED:
        return _PassingError(f"{name}: the host cannot be reached, or broke off.", remedy=again)
    if status in (404, 410) or (status is None and isinstance(error, FileNotFoundError)):
        return ReadError(f"{name}: there is no such file.", remedy="Check the address.", code="missing")
    if isinstance(error, IsADirectoryError):
        return ReadError(f"{name}: this is a folder.", remedy="Give the address of a file.")
    if isinstance(error, ValueError) and "protocol" in str(error).lower():
        remedy = "Give a path, or an address that begins with https://, s3://, gs:// or hf://."
        return ReadError(f"{name}: nothing is known that reads {scheme}:// addresses.", remedy=remedy)
    what = type(error).__name__
    return ReadError(
        f"{name}: it cannot be read ({what}{_coded(status)}).", remedy="Check the address, or download it."
    )


def _coded(status: int | None) -> str:
    return f" (status {status})" if status else ""
