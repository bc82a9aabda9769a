"""Uploads asked of a real clamd, with the EICAR test file as its only signature."""

import shutil
import subprocess
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from lib.files.checks import check_upload
from tools.cache_server import free_port

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
needs_clamd = pytest.mark.skipif(
    CLAMD is None, reason="clamd is not here: on Debian and Ubuntu, sudo apt-get install clamav-daemon"
)
# https://www.eicar.org/download-anti-malware-testfile/, in two parts: no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def upload(content: bytes):
    return check_upload(SimpleUploadedFile("prova.csv", content))


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """`host:port` of a clamd whose database knows the EICAR file alone."""
    folder, port = tmp_path_factory.mktemp("clamd"), free_port()
    database = folder / "signatures"
    database.mkdir()
    (database / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    config = folder / "clamd.conf"
    config.write_text(
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {database}\nForeground yes\n"
        f"TemporaryDirectory {folder}\nOfficialDatabaseOnly no\n"
    )
    server = subprocess.Popen(
        [CLAMD, "-c", config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        for line in server.stdout:
            if "listening" in line.lower() or "TCP: Bound" in line or "Self checking" in line:
                break
        time.sleep(0.5)
        assert server.poll() is None, line
        yield f"127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@needs_clamd
def test_a_file_with_a_virus_is_refused(settings, address):
    settings.CLAMAV = address
    with pytest.raises(ValidationError, match="contiene un virus"):
        upload(EICAR)
    # Inside other content too, beyond the first chunk.
    with pytest.raises(ValidationError, match="contiene un virus"):
        upload(b"a;b\n" * 50_000 + EICAR + b"\n1;2\n")


@needs_clamd
def test_a_clean_file_is_accepted(settings, address):
    settings.CLAMAV = address
    assert upload("città;costo\nTorino;1\n".encode()).extension == ".csv"


def test_while_the_antivirus_is_away_no_file_is_accepted(settings):
    settings.CLAMAV = f"127.0.0.1:{free_port()}"
    with pytest.raises(ValidationError, match="antivirus non risponde"):
        upload(b"a;b\n")


def test_without_an_antivirus_nothing_is_asked(settings):
    settings.CLAMAV = ""
    assert upload(b"a;b\n").extension == ".csv"
