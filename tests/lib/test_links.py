"""Looking at links: a real server on this machine, reached only because the test opens that one door."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib.links.probe import Door, is_public, look

AGENT = "prova"


class Answers(BaseHTTPRequestHandler):
    """`/200`, `/404`… answer that status; `/to?http://…` leads there; `/only-get` will not have HEAD."""

    def do_GET(self):
        self.server.asked.append((self.command, self.path, self.headers["Host"]))
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
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    httpd.asked = []
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def door(server):
    """Names of the test lead to this machine; only the server's own port is open."""
    names = {
        "kit.example": ["127.0.0.1"],
        "inside.example": ["10.0.0.7"],
        "two.example": ["127.0.0.1", "169.254.169.254"],
    }

    def resolver(host, port):
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return names[host]

    return Door(resolver, frozenset({("127.0.0.1", server.server_port)}))


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
def test_state_of_an_answer(server, door, path, state, status):
    found = look(at(server, path), agent=AGENT, door=door)
    assert (found.state, found.status_code) == (state, status)


def test_host_header_names_the_host(server, door):
    look(at(server, "/200?anno=2024"), agent=AGENT, door=door)
    assert server.asked == [("HEAD", "/200?anno=2024", f"kit.example:{server.server_port}")]


def test_redirect_is_followed(server, door):
    found = look(at(server, f"/to?{at(server, '/404')}"), agent=AGENT, door=door)
    assert (found.state, found.status_code) == ("dead", 404)


def test_redirects_without_end_are_left(server, door):
    loop = look(at(server, "/to?/to?/to"), agent=AGENT, door=door)
    assert loop.state == "unknown"
    assert len(server.asked) <= 6


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
    door = Door(
        lambda host, port: (
            ["127.0.0.1"] if host == "kit.example" else [{"inside.example": "10.0.0.7"}.get(host, host)]
        ),
        frozenset({("127.0.0.1", server.server_port)}),
    )
    found = look(at(server, f"/to?{target}"), agent=AGENT, door=door)
    assert found.state == "unknown"
    assert found.detail.startswith("refused")
    assert len(server.asked) == 1


def test_one_private_address_among_many_is_enough_to_refuse(server, door):
    assert look(at(server, "/200", "two.example"), agent=AGENT, door=door).detail.startswith("refused")
    assert server.asked == []


def test_name_that_changes_its_mind_gains_nothing(server):
    """The first question gets the open door, a second would get another place: there is no second."""
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])
    door = Door(lambda host, port: next(answers), frozenset({("127.0.0.1", server.server_port)}))
    assert look(at(server, "/200"), agent=AGENT, door=door).state == "alive"
    assert next(answers) == ["10.0.0.7"]


def test_without_the_test_door_this_machine_is_refused(server):
    found = look(f"http://127.0.0.1:{server.server_port}/200", agent=AGENT)
    assert (found.state, found.detail[:7], server.asked) == ("unknown", "refused", [])


def test_name_that_does_not_exist_is_dead(server, door):
    assert look("http://gone.example/", agent=AGENT, door=door).state == "dead"


def test_nobody_listening_is_unknown(server, door):
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    opened = Door(door.resolver, frozenset({("127.0.0.1", port)}))
    assert look(f"http://kit.example:{port}/", agent=AGENT, door=opened).state == "unknown"


def test_credentials_and_odd_ports_are_refused(door):
    assert look("http://a:b@kit.example/", agent=AGENT, door=door).detail == "refused: scheme"
    public = Door(lambda host, port: ["93.184.216.34"])
    assert look("http://kit.example:22/", agent=AGENT, door=public).detail == "refused: port"


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
