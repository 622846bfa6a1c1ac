"""A session of the app without a browser: Streamlit's messages over a real websocket, and its route for uploads."""

from __future__ import annotations

import asyncio
import json
import uuid
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

TIMEOUT = 60.0
"""Seconds after which a run counts as lost."""


class AppSessionError(Exception):
    """The page failed or showed an error."""


class AppSession:
    """One open page.

        async with AppSession("http://127.0.0.1:8501", "text_search") as session:
            await session.run(q="violin")

    Args:
        address: The address of the server.
        page: The path of the page.
        client: The address of the client. Each request states it, as one that passes through a proxy on this machine does.
        parameters: The parameters of the address that is opened.

    Attributes:
        address: The address of the server.
        page: The path of the page.
        headers: The headers of each request.
        elements: The elements of the last run, by their position.
        received: How many bytes the session has received.
    """

    def __init__(self, address: str, page: str, client: str = "127.0.0.1", **parameters: str) -> None:
        self.address, self.page, self.headers = address, page, {"X-Forwarded-For": client}
        self._parameters = parameters
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
            open_timeout=TIMEOUT,
            additional_headers=self.headers,
            ping_interval=None,
        )
        try:
            await self.run()
        except BaseException:
            await self._socket.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._socket.close()

    async def run(self, **parameters: str) -> None:
        """Run the page.

        Args:
            parameters: Parameters to add to those in the address.

        Raises:
            AppSessionError: The page failed or showed an error.
            TimeoutError: The run did not end.
        """
        self._parameters |= parameters
        await self.send()
        await self.finish()

    async def send(self, *events: WidgetState) -> None:
        """Ask for a run of the page, and do not wait for it."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string = urlencode(self._parameters)
        state.page_script_hash, state.page_name = self._hash, "" if self._hash else self.page
        state.widget_states.widgets.extend((*self._widgets.values(), *events))
        self.elements = {}
        await self._socket.send(message.SerializeToString())

    async def send_bytes(self, message: bytes) -> None:
        """Send any message, and wait until the server has closed the connection."""
        await self._socket.send(message)
        async with asyncio.timeout(TIMEOUT):
            await self._socket.wait_closed()

    async def finish(self) -> None:
        """Wait for the end of the run. Raises what ``run`` does."""
        async with asyncio.timeout(TIMEOUT):
            while not await self._finished():
                pass
        self._widgets = {name: state for name, state in self._widgets.items() if not state.HasField("trigger_value")}
        for element in self.elements.values():
            if element.HasField("exception"):
                raise AppSessionError(element.exception.type)
            if element.HasField("alert") and element.alert.format == element.alert.ERROR:
                raise AppSessionError(element.alert.body)

    @property
    def query(self) -> str:
        """The query in the address."""
        return self._parameters.get("q", "")

    def components(self, name: str) -> list[Any]:
        """Return the data of every custom component of this name."""
        return [json.loads(element.bidi_component.json) for element in self.elements.values() if self._is_component(element, name)]

    def text(self) -> str:
        """Return the text of all paragraphs, headings and messages."""
        return "\n".join(
            getattr(getattr(element, kind), "body", "")
            for element in self.elements.values()
            if (kind := element.WhichOneof("type")) in ("markdown", "alert", "heading")
        )

    async def trigger(self, component: str, event: str, value: Any) -> None:
        """Send an event of a custom component, and run the page."""
        await self.run_with(self._event(component, event, value))

    async def drop_pictures(self, files: dict[str, bytes]) -> None:
        """Add files to *Your pictures* as a browser does, and run the page."""
        await self.run_with(await self.sent_to_drop(files))

    async def sent_to_drop(self, files: dict[str, bytes]) -> WidgetState:
        """Send files to the session's drop zone. Returns the event that tells the page about them."""
        received, *_, drop = self.components("dropzone")[0]
        for name, content in files.items():
            await asyncio.to_thread(self._put_in_drop, f"{self.address}/{drop.lstrip('/')}/{name}", content)
        return self._event("dropzone", "batch", [received + 1, [[name, name] for name in files], [], 0])

    async def run_with(self, *events: WidgetState) -> None:
        """Run the page with events that happen once."""
        await self.send(*events)
        await self.finish()

    def _event(self, component: str, event: str, value: Any) -> WidgetState:
        [element] = [each.bidi_component for each in self.elements.values() if self._is_component(each, component)]
        sent = json.dumps([{"event": event, "value": value}])
        return WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{element.id}__events", json_trigger_value=sent)

    @staticmethod
    def _is_component(element: Any, name: str) -> bool:
        return bool(element.HasField("bidi_component") and element.bidi_component.component_name.endswith(name))

    def _put_in_drop(self, url: str, content: bytes) -> None:
        requests.put(url, data=content, headers=self.headers, timeout=TIMEOUT).raise_for_status()

    async def choose(self, label: str, option: str) -> None:
        """Select an option of a segmented control."""
        widget = self._widget("button_group", label)
        self._widgets[widget.id] = WidgetState(id=widget.id)
        self._widgets[widget.id].string_array_value.data.append(option)
        await self.run()

    async def upload(self, label: str, name: str, content: bytes) -> None:
        """Upload a file as a browser does: request an address, put the file there, and run the page."""
        widget, target = self._widget("file_uploader", label), await self.upload_target(name)
        await asyncio.to_thread(self.put, target.upload_url, name, content)
        state = WidgetState(id=widget.id)
        info = state.file_uploader_state_value.uploaded_file_info.add(name=name, size=len(content), file_id=target.file_id)
        info.file_urls.CopyFrom(target)
        before = self._widgets.get(widget.id)
        self._widgets[widget.id] = state
        await self.run()
        if before:  # a browser deletes the replaced file
            old = before.file_uploader_state_value.uploaded_file_info[0].file_urls.delete_url
            await asyncio.to_thread(self._delete, old)

    async def upload_target(self, name: str) -> Any:
        """Request the addresses for uploading and deleting a file."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.file_names.append(name)
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(TIMEOUT):
            while not (answer := await self._receive()).HasField("file_urls_response"):
                pass
        return answer.file_urls_response.file_urls[0]

    def put(self, url: str, name: str, content: bytes) -> None:
        """Upload a file to an address.

        Raises:
            requests.HTTPError: The server refused it.
        """
        files = {name: (name, content, "image/jpeg")}
        requests.put(
            self.address + url, files=files, headers={**self.headers, "Origin": self.address}, timeout=TIMEOUT
        ).raise_for_status()

    def _delete(self, url: str) -> None:
        headers = {**self.headers, "Origin": self.address}
        requests.delete(self.address + url, headers=headers, timeout=TIMEOUT).raise_for_status()

    def _widget(self, kind: str, label: str) -> Any:
        for element in self.elements.values():
            if element.HasField(kind) and getattr(element, kind).label == label:
                return getattr(element, kind)
        raise AppSessionError(f"There is no {kind} “{label}”.")

    async def _receive(self) -> ForwardMsg:
        content = await self._socket.recv()
        self.received += len(content)
        message = ForwardMsg()
        message.ParseFromString(content if isinstance(content, bytes) else content.encode())
        return message

    async def _finished(self) -> bool:
        """Receive one message. Return whether it was the last of this run."""
        message = await self._receive()
        if message.HasField("new_session"):
            self._hash = message.new_session.page_script_hash or self._hash
        if message.HasField("navigation"):
            self._hash = message.navigation.page_script_hash or self._hash
        if message.HasField("delta") and message.delta.HasField("new_element"):
            self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
        if message.HasField("session_event") and message.session_event.HasField("script_compilation_exception"):
            raise AppSessionError("The script does not compile.")
        return message.HasField("script_finished") and message.script_finished in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        )
