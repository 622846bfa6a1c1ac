"""Ask a Milvus server to import a file.

Servers from version 2.4 on have REST calls for import jobs (https://milvus.io/docs/bulk_insert.md). Older servers have only gRPC
calls.
"""

from __future__ import annotations

import json
import re
from typing import Any, Protocol
from urllib.parse import urlsplit

import urllib3

from devise_core.collections.milvus.connection import SECONDS, MilvusConnection
from devise_core.errors import CollectionError, UnreachableStoreError

DONE, FAILED = "done", "failed"
_REST_SINCE = (2, 4)
_MOST = 10_000


class ImportCalls(Protocol):
    """The import calls of a server.

    Attributes:
        at_a_time: How many jobs may be waiting or running on the server at the same time.
    """

    at_a_time: int

    def start(self, part: str, file: str) -> Any:
        """Ask the server to import a file into a part, and return the job."""

    def state(self, job: Any) -> tuple[str, str]:
        """Return the state of a job (``DONE``, ``FAILED`` or its progress), and the reason if it failed."""

    def jobs(self, part: str) -> list[Any]:
        """Return the jobs for a part from the server's list, including those of other runs."""


def import_calls(connection: MilvusConnection) -> ImportCalls:
    """Return the import calls that a server supports. Raises ``CollectionError`` if the server does not answer."""
    client = connection.client
    with connection.errors():
        said = str(client.get_server_version(timeout=SECONDS))
    version = tuple(int(number) for number in re.findall(r"\d+", said)[:2])
    return RestCalls(connection) if not version or version >= _REST_SINCE else GrpcCalls(connection)


class GrpcCalls:
    """The gRPC calls of a server before version 2.4, which runs one job after the other.

    Args:
        connection: The server.
    """

    at_a_time = 2

    def __init__(self, connection: MilvusConnection) -> None:
        self._connection = connection
        self._handler: Any = (
            connection.client._get_connection()
        )  # pymilvus deprecates the public name, and has no replacement for old servers

    def start(self, part: str, file: str) -> int:
        """Ask the server to import a file into a part, and return the number of the job."""
        with self._connection.errors():
            return int(self._handler.do_bulk_insert(part, None, [file], timeout=SECONDS))

    def state(self, job: int) -> tuple[str, str]:
        """Return the state of a job (``DONE``, ``FAILED`` or its progress), and the reason if it failed."""
        from pymilvus import BulkInsertState

        with self._connection.errors():
            state = self._handler.get_bulk_insert_state(job, timeout=SECONDS)
        if state.state == BulkInsertState.ImportCompleted:
            return DONE, ""
        if state.state in (BulkInsertState.ImportFailed, BulkInsertState.ImportFailedAndCleaned):
            return FAILED, state.failed_reason
        return str(state), ""

    def jobs(self, part: str) -> list[int]:
        """Return the jobs for a part from the server's list, including those of other runs."""
        with self._connection.errors():
            return [int(each.task_id) for each in self._handler.list_bulk_insert_tasks(_MOST, part, timeout=SECONDS)]


class RestCalls:
    """The REST calls of a server.

    Args:
        connection: The server.
    """

    at_a_time = 8

    def __init__(self, connection: MilvusConnection) -> None:
        address = urlsplit(connection.uri)
        self._url = f"{address.scheme}://{address.netloc.rpartition('@')[2]}/v2/vectordb/jobs/import"
        self._shown, self._database = connection.shown, address.path.strip("/")
        token = connection.token or address.netloc.rpartition("@")[0]
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._pool = urllib3.PoolManager(timeout=SECONDS, retries=False)

    def start(self, part: str, file: str) -> str:
        """Ask the server to import a file into a part, and return the id of the job."""
        return str(self._post("create", {"collectionName": part, "files": [[file]]}).get("jobId", ""))

    def state(self, job: str) -> tuple[str, str]:
        """Return the state of a job (``DONE``, ``FAILED`` or its progress), and the reason if it failed."""
        data = self._post("describe", {"jobId": job})
        state = str(data.get("state", ""))
        known = {"Completed": DONE, "Failed": FAILED}
        return known.get(state, f"{state} {data.get('progress')} {data.get('importedRows')}"), str(data.get("reason") or "")

    def jobs(self, part: str) -> list[str]:
        """Return the jobs for a part from the server's list, including those of other runs."""
        return [str(each["jobId"]) for each in self._post("list", {"collectionName": part}).get("records") or []]

    def _post(self, action: str, wanted: dict[str, Any]) -> dict[str, Any]:
        body = wanted | ({"dbName": self._database} if self._database else {})
        try:
            answer = self._pool.request("POST", f"{self._url}/{action}", json=body, headers=self._headers)
            content = json.loads(answer.data)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableStoreError(
                f"Milvus at {self._shown} does not answer ({error}). Start it, and run the same command again."
            ) from error
        except ValueError:
            content = None
        if not isinstance(content, dict) or content.get("code") != 0 or not isinstance(content.get("data"), dict):
            said = content.get("message") if isinstance(content, dict) else f"status {answer.status}"
            raise CollectionError(f"Milvus at {self._shown} refused an import ({said}). Fix the cause, or copy without --bulk.")
        return dict(content["data"])
