"""Probing URLs: a real server on this machine, which only the policy of the tests allows."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib.links.probe import AddressPolicy, is_public, probe

AGENT = "prova"


class Responses(BaseHTTPRequestHandler):
    """`/200`, `/404`… give that status; `/to?http://…` redirects; `/only-get` does not support HEAD."""

    def do_GET(self):
        self.server.requests.append((self.command, self.path, self.headers["Host"]))
        path, _mark, target = self.path.partition("?")
        if path == "/only-get":
            status = 405 if self.command == "HEAD" else 200
        else:
            status = 302 if path == "/to" else int(path.strip("/"))
        self.send_response(status)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Responses)
    httpd.requests = []
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def policy(server):
    """Names of the test resolve to this machine; only the port of the server is allowed."""
    names = {
        "kit.example": ["127.0.0.1"],
        "inside.example": ["10.0.0.7"],
        "two.example": ["127.0.0.1", "169.254.169.254"],
    }

    def resolver(host, port):
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return names[host]

    return AddressPolicy(resolver, frozenset({("127.0.0.1", server.server_port)}))


def at(server, path, host="kit.example"):
    return f"http://{host}:{server.server_port}{path}"


@pytest.mark.parametrize(
    ("path", "state", "status"),
    [
        ("/200", "alive", 200),
        ("/204", "alive", 204),
        ("/404", "dead", 404),
        ("/410", "dead", 410),
        ("/403", "unknown", 403),
        ("/500", "unknown", 500),
        ("/only-get", "alive", 200),
    ],
)
def test_state_follows_the_status(server, policy, path, state, status):
    found = probe(at(server, path), agent=AGENT, policy=policy)
    assert (found.state, found.status_code) == (state, status)


def test_host_header_names_the_host(server, policy):
    probe(at(server, "/200?anno=2024"), agent=AGENT, policy=policy)
    assert server.requests == [("HEAD", "/200?anno=2024", f"kit.example:{server.server_port}")]


def test_redirect_is_followed(server, policy):
    found = probe(at(server, f"/to?{at(server, '/404')}"), agent=AGENT, policy=policy)
    assert (found.state, found.status_code) == ("dead", 404)


def test_endless_redirects_are_unknown(server, policy):
    loop = probe(at(server, "/to?/to?/to"), agent=AGENT, policy=policy)
    assert loop.state == "unknown"
    assert len(server.requests) <= 6


@pytest.mark.parametrize(
    "target",
    [
        "http://inside.example/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "file:///etc/passwd",
        "gopher://kit.example/",
    ],
)
def test_redirect_into_the_network_is_refused(server, target):
    policy = AddressPolicy(
        lambda host, port: (
            ["127.0.0.1"] if host == "kit.example" else [{"inside.example": "10.0.0.7"}.get(host, host)]
        ),
        frozenset({("127.0.0.1", server.server_port)}),
    )
    found = probe(at(server, f"/to?{target}"), agent=AGENT, policy=policy)
    assert found.state == "unknown"
    assert found.detail.startswith("refused")
    assert len(server.requests) == 1


def test_host_with_one_private_address_is_refused(server, policy):
    assert probe(at(server, "/200", "two.example"), agent=AGENT, policy=policy).detail.startswith("refused")
    assert server.requests == []


def test_name_is_resolved_once(server):
    """Against DNS rebinding: a second resolution would give a private address."""
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])
    policy = AddressPolicy(lambda host, port: next(answers), frozenset({("127.0.0.1", server.server_port)}))
    assert probe(at(server, "/200"), agent=AGENT, policy=policy).state == "alive"
    assert next(answers) == ["10.0.0.7"]


def test_default_policy_refuses_this_machine(server):
    found = probe(f"http://127.0.0.1:{server.server_port}/200", agent=AGENT)
    assert (found.state, found.detail[:7], server.requests) == ("unknown", "refused", [])


def test_name_that_does_not_exist_is_dead(server, policy):
    assert probe("http://gone.example/", agent=AGENT, policy=policy).state == "dead"


def test_closed_port_is_unknown(server, policy):
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    opened = AddressPolicy(policy.resolver, frozenset({("127.0.0.1", port)}))
    assert probe(f"http://kit.example:{port}/", agent=AGENT, policy=opened).state == "unknown"


def test_credentials_and_odd_ports_are_refused(policy):
    assert probe("http://a:b@kit.example/", agent=AGENT, policy=policy).detail == "refused: scheme"
    public = AddressPolicy(lambda host, port: ["93.184.216.34"])
    assert probe("http://kit.example:22/", agent=AGENT, policy=public).detail == "refused: port"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
        ("fd00:ec2::254", False),
    ],
)
def test_public_addresses(address, public):
    assert is_public(address) is public
