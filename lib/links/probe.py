"""Looking whether a link still answers, without ever reaching an address inside the network.

A name is resolved once, every address it gives must be public, and the connection goes to the very address
that was checked: a name that changes its mind (rebinding) gains nothing. Each redirect passes the same door.
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
MOVED = (301, 302, 303, 307, 308)
# Answers to HEAD after which some servers still answer GET.
ASK_AGAIN = (400, 403, 404, 405, 501)
# Networks that carry an IPv4 address inside an IPv6 one beyond those ipaddress unpacks itself (RFC 6052).
NAT64 = (b"\x00\x64\xff\x9b" + b"\x00" * 8, b"\x00\x64\xff\x9b\x00\x01")


@dataclass(frozen=True)
class Found:
    """What was found at an address: alive, dead or unknown, the last status, a word on why."""

    state: str
    status_code: int | None = None
    detail: str = ""


class Refused(Exception):
    """An address that is not asked: not public, not the web."""


def resolve(host: str, port: int) -> list[str]:
    """Every numeric address of a host. Raises socket.gaierror when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


@dataclass(frozen=True)
class Door:
    """Who may be asked. Tests give a resolver of their own and open `(address, port)` pairs by name."""

    resolver: Callable[[str, int], list[str]] = resolve
    opened: Collection[tuple[str, int]] = field(default=frozenset())

    def address_of(self, host: str, port: int) -> str:
        """The one address to connect to. Raises Refused unless all addresses of the host may be asked."""
        addresses = self.resolver(host, port)
        for address in addresses:
            if (address, port) in self.opened:
                continue
            if port not in PORTS.values():
                raise Refused("port")
            if not is_public(address):
                raise Refused("address")
        if not addresses:
            raise Refused("address")
        return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is reachable by everybody: no private, loopback, link-local, metadata, reserved."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.packed.startswith(NAT64):
            return False
        for inner in (address.ipv4_mapped, address.sixtofour, address.teredo and address.teredo[1]):
            if inner is not None and not is_public(str(inner)):
                return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def look(url: str, *, agent: str, door: Door | None = None) -> Found:
    """Ask for an address, following a few redirects. Never raises for what the network does.

    404, 410 and names that do not exist are dead; refusals to answer and time-outs say nothing: unknown.
    """
    door = door or Door()
    try:
        for _step in range(REDIRECTS + 1):
            status, location = _ask(url, agent, door)
            if status not in MOVED or not location:
                return _judged(status)
            url = urljoin(url, location)
        return Found(UNKNOWN, status, "redirects")
    except Refused as error:
        return Found(UNKNOWN, None, f"refused: {error}")
    except socket.gaierror as error:
        gone = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        return Found(DEAD if gone else UNKNOWN, None, "name")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Found(UNKNOWN, None, type(error).__name__)


def _judged(status: int) -> Found:
    if status in GONE:
        return Found(DEAD, status)
    return Found(ALIVE if 200 <= status < 300 else UNKNOWN, status)


def _ask(url: str, agent: str, door: Door) -> tuple[int, str]:
    """Status and `Location` of one address: HEAD, and GET where a server will not have HEAD."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise Refused("scheme")
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    address = door.address_of(host.encode("idna").decode() if not host.isascii() else host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    for verb in ("HEAD", "GET"):
        status, location = _request(verb, parts.scheme, host, port, address, _quoted(path), agent)
        if status not in ASK_AGAIN:
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
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
        finally:
            alarm.cancel()


class Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its host is called; the certificate is that of the host."""

    def __init__(self, scheme: str, host: str, port: int, address: str):
        super().__init__(host, port, timeout=TIMEOUT)
        self.default_port = PORTS[scheme]
        self._scheme, self._address = scheme, address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End it whatever it is doing: a server that drips one byte at a time is no reason to wait."""
        if sock := self.sock:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
