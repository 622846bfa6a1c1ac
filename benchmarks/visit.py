"""One visitor without a browser, and the server: Streamlit's messages over a real websocket, and its own address for uploads."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import urlencode

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from devise_core.storage.paths import REPOSITORY

LATE = 60.0
"""Seconds after which a run counts as lost."""


@contextmanager
def serving(
    script: Path = REPOSITORY / "streamlit_app.py", log: IO[str] | int = subprocess.DEVNULL, **environment: str
) -> Iterator[tuple[str, int]]:
    """The app of ``script`` in a process of its own: its address and process id, once it listens. ``log`` gets its stderr."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script.name,
        "--server.headless",
        "true",
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.fileWatcherType",
        "none",
    ]
    process = subprocess.Popen(
        command,
        cwd=script.parent,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(20)


class VisitError(Exception):
    """The page failed, showed an error, or did not end."""


class Visit:
    """``async with Visit("http://127.0.0.1:8501", "text_search") as visit: await visit.run(q="violin")``."""

    def __init__(self, address: str, page: str) -> None:
        self.address, self.page = address, page
        self._parameters: dict[str, str] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._hash = ""
        self.elements: dict[tuple[int, ...], Any] = {}
        self.received = 0

    async def __aenter__(self) -> Self:
        self._socket: ClientConnection = await connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            max_size=None,
            subprotocols=[Subprotocol("streamlit")],
            origin=Origin(self.address),
            ping_interval=None,
        )
        await self.run()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._socket.close()

    async def run(self, **parameters: str) -> None:
        """Run the page with ``parameters`` in its address besides those before. Raises ``VisitError``."""
        self._parameters |= parameters
        message = BackMsg()
        state = message.rerun_script
        state.query_string = urlencode(self._parameters)
        state.page_script_hash, state.page_name = self._hash, "" if self._hash else self.page
        state.widget_states.widgets.extend(self._widgets.values())
        self.elements = {}
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(LATE):
            while not await self._finished():
                pass
        self._widgets = {name: state for name, state in self._widgets.items() if not state.HasField("trigger_value")}
        for element in self.elements.values():
            if element.HasField("exception"):
                raise VisitError(element.exception.type)
            if element.HasField("alert") and element.alert.format == element.alert.ERROR:
                raise VisitError(element.alert.body)

    @property
    def asked(self) -> str:
        return self._parameters.get("q", "")

    def components(self, name: str) -> list[Any]:
        """The data of every component of our own of this name."""
        return [
            json.loads(element.bidi_component.json)
            for element in self.elements.values()
            if element.HasField("bidi_component") and element.bidi_component.component_name.endswith(name)
        ]

    def text(self) -> str:
        """All that is said in sentences."""
        return "\n".join(
            getattr(getattr(element, kind), "body", "")
            for element in self.elements.values()
            if (kind := element.WhichOneof("type")) in ("markdown", "alert", "heading")
        )

    async def choose(self, label: str, option: str) -> None:
        """Press an option of a segmented control."""
        widget = self._widget("button_group", label)
        self._widgets[widget.id] = WidgetState(id=widget.id)
        self._widgets[widget.id].string_array_value.data.append(option)
        await self.run()

    async def upload(self, label: str, name: str, content: bytes) -> None:
        """Give a file to an uploader, as a browser does: ask for an address, put the file there, run the page with it."""
        widget, place = self._widget("file_uploader", label), await self.place(name)
        await asyncio.to_thread(self.put, place.upload_url, name, content)
        state = WidgetState(id=widget.id)
        info = state.file_uploader_state_value.uploaded_file_info.add(name=name, size=len(content), file_id=place.file_id)
        info.file_urls.CopyFrom(place)
        before = self._widgets.get(widget.id)
        self._widgets[widget.id] = state
        await self.run()
        if before:  # a browser takes back what is replaced
            old = before.file_uploader_state_value.uploaded_file_info[0].file_urls.delete_url
            await asyncio.to_thread(self._delete, old)

    async def place(self, name: str) -> Any:
        """Where a file may be put."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.file_names.append(name)
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(LATE):
            while not (answer := await self._receive()).HasField("file_urls_response"):
                pass
        return answer.file_urls_response.file_urls[0]

    def put(self, url: str, name: str, content: bytes) -> None:
        """Raises ``requests.HTTPError`` where it is refused."""
        with self.browser() as browser:
            browser.put(self.address + url, files={name: (name, content, "image/jpeg")}, timeout=LATE).raise_for_status()

    def _delete(self, url: str) -> None:
        with self.browser() as browser:
            browser.delete(self.address + url, timeout=LATE).raise_for_status()

    def browser(self) -> requests.Session:
        """With the cookie and the header by which Streamlit knows its own pages."""
        browser = requests.Session()
        browser.get(f"{self.address}/_stcore/health", timeout=LATE)
        browser.headers["X-Xsrftoken"] = browser.cookies.get("_streamlit_xsrf") or ""
        return browser

    def _widget(self, kind: str, label: str) -> Any:
        for element in self.elements.values():
            if element.HasField(kind) and getattr(element, kind).label == label:
                return getattr(element, kind)
        raise VisitError(f"There is no {kind} “{label}”.")

    async def _receive(self) -> ForwardMsg:
        content = await self._socket.recv()
        self.received += len(content)
        message = ForwardMsg()
        message.ParseFromString(content if isinstance(content, bytes) else content.encode())
        return message

    async def _finished(self) -> bool:
        """Take in one message; whether it was the last of this run."""
        message = await self._receive()
        if message.HasField("new_session"):
            self._hash = message.new_session.page_script_hash or self._hash
        if message.HasField("navigation"):
            self._hash = message.navigation.page_script_hash or self._hash
        if message.HasField("delta") and message.delta.HasField("new_element"):
            self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
        if message.HasField("session_event") and message.session_event.HasField("script_compilation_exception"):
            raise VisitError("the script does not compile")
        return message.HasField("script_finished") and message.script_finished in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        )
