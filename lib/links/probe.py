"""Checking whether a URL still responds, without connecting to an address inside the network.

A name is resolved once, all its addresses must be public, and the connection goes to the address that was
checked, so that DNS rebinding has no effect. Each redirect is checked by the same policy.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from urllib.parse import urljoin, urlsplit

from lib.links.states import ALIVE, DEAD, UNKNOWN

TIMEOUT, DEADLINE, REDIRECTS = 8, 20, 5
PORTS = {"http": 80, "https": 443}
GONE = (404, 410)
REDIRECT_CODES = (301, 302, 303, 307, 308)
# Responses to HEAD of servers that may still serve GET.
RETRY_WITH_GET = (400, 403, 404, 405, 501)
# Networks that carry an IPv4 address inside an IPv6 one beyond those ipaddress unpacks itself (RFC 6052).
NAT64 = (b"\x00\x64\xff\x9b" + b"\x00" * 8, b"\x00\x64\xff\x9b\x00\x01")


@dataclass(frozen=True)
class Outcome:
    """The state of a URL (alive, dead, unknown), its last HTTP status, the reason of a failure."""

    state: str
    status_code: int | None = None
    detail: str = ""


class Refused(Exception):
    """A URL that must not be requested: `args[0]` is its part that is not allowed."""


def resolve(host: str, port: int) -> list[str]:
    """Every numeric address of a host. Raises socket.gaierror when there is none."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in infos))


@dataclass(frozen=True)
class AddressPolicy:
    """Which addresses may be connected to: public ones on ports 80 and 443, and `allowed` (address, port)."""

    resolver: Callable[[str, int], list[str]] = resolve
    allowed: Collection[tuple[str, int]] = field(default=frozenset())

    def address_of(self, host: str, port: int) -> str:
        """The address of a host to connect to. Raises Refused unless all its addresses are allowed."""
        addresses = self.resolver(host, port)
        for address in addresses:
            if (address, port) in self.allowed:
                continue
            if port not in PORTS.values():
                raise Refused("port")
            if not is_public(address):
                raise Refused("address")
        if not addresses:
            raise Refused("address")
        return addresses[0]


def is_public(text: str) -> bool:
    """Whether an IP address is global: not private, loopback, link-local, multicast, reserved.

    IPv4 addresses inside IPv6 ones are checked too. Raises ValueError for what is no address.
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.packed.startswith(NAT64):
            return False
        for inner in (address.ipv4_mapped, address.sixtofour, address.teredo and address.teredo[1]):
            if inner is not None and not is_public(str(inner)):
                return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def probe(url: str, *, agent: str, policy: AddressPolicy | None = None) -> Outcome:
    """Request a URL, following at most REDIRECTS redirects. Raises nothing for failures of the network.

    404, 410 and names that do not exist are dead; other errors, time-outs and refused URLs are unknown.
    """
    policy = policy or AddressPolicy()
    try:
        for _step in range(REDIRECTS + 1):
            status, location = _status_of(url, agent, policy)
            if status not in REDIRECT_CODES or not location:
                return _outcome_of(status)
            url = urljoin(url, location)
        return Outcome(UNKNOWN, status, "redirects")
    except Refused as error:
        return Outcome(UNKNOWN, None, f"refused: {error}")
    except socket.gaierror as error:
        unknown_name = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        return Outcome(DEAD if unknown_name else UNKNOWN, None, "name")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(UNKNOWN, None, type(error).__name__)


def _outcome_of(status: int) -> Outcome:
    if status in GONE:
        return Outcome(DEAD, status)
    return Outcome(ALIVE if 200 <= status < 300 else UNKNOWN, status)


def _status_of(url: str, agent: str, policy: AddressPolicy) -> tuple[int, str]:
    """Status and `Location` of one URL: by HEAD, then by GET for a status in RETRY_WITH_GET."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise Refused("scheme")
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    address = policy.address_of(host.encode("idna").decode() if not host.isascii() else host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    for verb in ("HEAD", "GET"):
        status, location = _request(verb, parts.scheme, host, port, address, _quoted(path), agent)
        if status not in RETRY_WITH_GET:
            break
    return status, location


def _quoted(path: str) -> str:
    return "".join(c if " " < c <= "~" else "".join(f"%{b:02X}" for b in c.encode()) for c in path)


def _request(verb: str, scheme: str, host: str, port: int, address: str, path: str, agent: str):
    connection = Pinned(scheme, host, port, address)
    with closing(connection):
        alarm = threading.Timer(DEADLINE, connection.cut)
        alarm.daemon = True
        alarm.start()
        try:
            connection.request(
                verb, path, headers={"User-Agent": agent, "Accept": "*/*", "Connection": "close"}
            )
            response = connection.getresponse()
            return response.status, response.headers.get("Location", "")
        finally:
            alarm.cancel()


class Pinned(http.client.HTTPConnection):
    """A connection to a given IP address for a host, whose certificate is verified."""

    def __init__(self, scheme: str, host: str, port: int, address: str):
        super().__init__(host, port, timeout=TIMEOUT)
        self.default_port = PORTS[scheme]
        self._scheme, self._address = scheme, address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """Shut the socket down from another thread: the time-out of a read does not limit a slow response."""
        if sock := self.sock:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
