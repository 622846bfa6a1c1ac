"""``serve``: run the REST API as a separate server."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import threading
from importlib import metadata
from typing import Any

from devise_core.cli.output import say
from devise_core.cli.shared_options import add_artifacts
from devise_core.errors import DeploymentError, DeviseError
from devise_core.installation import install_command
from devise_core.settings import file, settings, variable

PORT = 8600
STOPPING = 8
"""Seconds that requests may still take when the server is told to stop. A body may not arrive, and Docker waits for 10 seconds."""
IDLE = 75
"""Seconds after which the server closes an idle connection. A proxy in front of the server closes idle connections earlier."""


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "serve",
        help="run the REST API",
        description="Run the REST API at /api/v1. docs/API.md describes it.",
    )
    command.add_argument("--host", default="127.0.0.1", help="where it listens (default: %(default)s, only this machine)")
    command.add_argument("--port", type=_port, default=PORT, help="the port (default: %(default)s; 0: any free one)")
    command.add_argument("--new-key", metavar="NAME", help="print a new API key and its line for the file of keys")
    add_artifacts(command)
    command.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> None:
    if options.new_key is not None:
        _print_key(options.new_key)
        return
    if options.artifacts:
        os.environ[variable("artifacts")] = options.artifacts
    try:
        import fastapi  # noqa: F401
        import uvicorn

        from devise_core.api.app import PREFIX, create_server
    except ImportError as error:
        raise DeploymentError(f"The API needs FastAPI. Install it with {install_command('api')}.") from error
    from devise_core.search.products import use_one_thread
    from devise_core.serving import event_log
    from devise_core.serving.garbage import limit_heaps

    use_one_thread()
    limit_heaps()
    config = uvicorn.Config(create_server(), log_config=None, access_log=False, server_header=False)
    config.timeout_keep_alive, config.timeout_graceful_shutdown = IDLE, STOPPING
    with _listening(options.host, options.port) as listening:
        event_log.start(fastapi=metadata.version("fastapi"))
        event_log.take_over(logging.getLogger("uvicorn.error"))
        host = f"[{options.host}]" if ":" in options.host else options.host
        address = f"http://{host}:{listening.getsockname()[1]}{PREFIX}"
        say(f"semblance: The API is at {address}. Stop it with Ctrl+C. Try {address}/search?q=cat")
        threading.Thread(target=_open_engine, daemon=True, name="open-engine").start()
        uvicorn.Server(config).run([listening])


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 16):
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises ``DeploymentError`` if the port is in use or the address is not of this machine."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2_048)
    except OSError as error:
        raise DeploymentError(
            f"The API cannot listen at {host}, port {port} ({error.strerror}). Choose another --port or --host."
        ) from error


def _print_key(name: str) -> None:
    from devise_core.api.keys import new_key

    key, line = new_key(name)
    path = file("api_keys")
    print(key)
    say(f"semblance: This key is shown once. Add this line to {path or 'a file, and set SEMBLANCE_API_KEYS to that file'}:")
    say(line)


def _open_engine() -> None:
    """Open the default collection, answer one query, and load the model unless ``SEMBLANCE_PRELOAD`` is off."""
    from devise_core.serving.garbage import freeze_memory, load_into_memory
    from devise_core.serving.open_engines import default_engine

    try:
        engine = default_engine()
        engine.matches(engine.query("bird"))
        if settings().preload:
            load_into_memory(engine.encoder)
        else:
            freeze_memory()
    except DeviseError as error:
        say(f"semblance: {error}")  # every request tries to open it again, and returns the error
