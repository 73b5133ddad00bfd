"""A time-stamp authority of the tests' own: openssl behind a small server on the loopback."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/sent.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
[mail]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,emailProtection
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = none
authorityKeyIdentifier = none
"""


def openssl(*arguments: object, folder: Path) -> bytes:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


def make_authority(folder: Path, *, use: str = "stamping", key: str = "ec", between: int = 0) -> None:
    """A CA and a certificate for time-stamping below it, in `folder`; `between` them so many further CAs, which the
    authority sends along."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["-newkey", "rsa:2048"]
    openssl(
        "req", "-x509", *kind, "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", 30, "-subj", "/CN=Test CA",
        "-extensions", "ca", "-config", "tsa.cnf", folder=folder,
    )  # fmt: skip
    above = "ca"
    for name, extensions in [*((f"between{number}", "ca") for number in range(between)), ("tsa", use)]:
        subject = f"/CN=Test {name.upper()}"
        openssl("req", *kind, "-nodes", "-keyout", f"{name}.key", "-out", "tsa.csr", "-subj", subject, folder=folder)
        openssl(
            "x509", "-req", "-in", "tsa.csr", "-CA", f"{above}.pem", "-CAkey", f"{above}.key", "-out", f"{name}.pem",
            "-days", 20, "-set_serial", 7, "-extfile", "tsa.cnf", "-extensions", extensions, folder=folder,
        )  # fmt: skip
        above = name
    sent = [f"between{number}.pem" for number in range(between)]
    (folder / "sent.pem").write_bytes(b"".join((folder / name).read_bytes() for name in ["ca.pem", *sent]))


def reply(folder: Path, query: bytes) -> bytes:
    """What the authority answers to a request."""
    (folder / "query.tsq").write_bytes(query)
    openssl("ts", "-reply", "-queryfile", "query.tsq", "-out", "reply.tsr", "-config", "tsa.cnf", folder=folder)
    return (folder / "reply.tsr").read_bytes()


@contextmanager
def answering(*answers: Any) -> Iterator[tuple[str, list[bytes]]]:
    """A server on the loopback: its address and what it was sent. Each of `answers` is a body, a status, (status,
    headers), or a function from the request's body; the last one stays."""
    got: list[bytes] = []
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(body)
            answer = left.pop(0) if len(left) > 1 else left[0]
            answer = answer(body) if callable(answer) else answer
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            data = b"" if isinstance(status, int) else status
            self.send_response(status if isinstance(status, int) else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
