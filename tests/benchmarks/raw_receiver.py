"""The floor of an upload: takes a request off the socket, writes and hashes its body, fsyncs, answers. Nothing else.

`python raw_receiver.py FOLDER` prints the port it listens on and serves one request after the other.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import sys

PIECE = 1 << 20


def main(folder: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            with connection:
                receive(connection, os.path.join(folder, "received"))


def receive(connection: socket.socket, path: str) -> None:
    """One request of HTTP/1.1 with a Content-Length."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    head, _, body = head.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", head)
    left = int(found.group(1)) - len(body) if found else 0
    digest, buffer = hashlib.sha256(body), memoryview(bytearray(PIECE))
    with open(path, "wb", buffering=0) as file:
        file.write(body)
        while left:
            count = connection.recv_into(buffer, min(PIECE, left))
            if not count:
                raise ConnectionError("the body broke off")
            file.write(buffer[:count])
            digest.update(buffer[:count])
            left -= count
        os.fsync(file.fileno())
    answer = digest.hexdigest().encode()
    connection.sendall(b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 64\r\n\r\n" + answer)


if __name__ == "__main__":
    main(sys.argv[1])
