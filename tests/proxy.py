"""A real nginx with the configuration that is shipped."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.server import free_port
from tests.browsing import PATIENCE

HOSTING = Path(__file__).parent.parent / "docs/hosting"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def shipped_configuration() -> str:
    """Return the shipped configuration."""
    return (HOSTING / "nginx.conf").read_text("utf-8")


def servers_behind(count: int) -> str:
    """Return the shipped file that names one server or two, which the shipped configuration includes."""
    return (HOSTING / {1: "one-replica.conf", 2: "two-replicas.conf"}[count]).read_text("utf-8")


def prefix_configuration() -> str:
    """Return a configuration with the lines that ``sub-path.md`` gives for a proxy that removes a path."""
    [lines] = re.findall(r"```nginx\n(.*?)```", (HOSTING / "sub-path.md").read_text("utf-8"), re.DOTALL)
    upgrade = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }"
    return f"pid /tmp/nginx.pid;\nevents {{}}\nhttp {{\n{upgrade}\nserver {{\nlisten 8080;\n{lines}\n}}\n}}\n"


@contextmanager
def proxied(configuration: str, upstream: str, folder: Path, second: str = "", replicas: str = "") -> Iterator[str]:
    """Run nginx in front of a server, or of two, and yield the proxy's address.

    Args:
        configuration: The configuration, which includes the servers or names ``127.0.0.1:8080``.
        upstream: The host and the port of the server.
        folder: A folder for the files of nginx, which takes the place of ``/tmp``.
        second: The host and the port of the second server.
        replicas: What is included in place of the shipped file.
    """
    assert NGINX, "nginx is needed. Install it, on Debian with apt-get install nginx-light."
    port = free_port()
    servers = (replicas or servers_behind(2 if second else 1)).replace("app:8501", upstream).replace("app-2:8501", second)
    (folder / "replicas.conf").write_text(servers, "utf-8")
    changes = {"127.0.0.1:8080": upstream, "listen 8080": f"listen 127.0.0.1:{port}", "/tmp": str(folder)}
    for old, new in changes.items():
        configuration = configuration.replace(old, new)
    file, log = folder / "nginx.conf", folder / "error.log"
    file.write_text(configuration, "utf-8")
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    with log.open("w") as written:
        command = [NGINX, "-p", str(folder), "-c", str(file), "-e", "stderr", "-g", directives]
        nginx = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=written)
    try:
        _wait_until_listening(port, nginx, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE)


def _wait_until_listening(port: int, nginx: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            return
        except OSError:
            assert nginx.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.05)
