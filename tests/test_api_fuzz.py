"""Valid and invalid requests, generated from the API's description, find no bug and no undescribed answer.

The examples are the same in each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.api_server import PROBLEM, ApiServer, served_api
from tests.browsing import PATIENCE
from tests.conftest import BUNDLED
from tests.sample_images import png

CAT = (BUNDLED / "collections/photos/images/cat.webp").read_bytes()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
WITHOUT_PARAMETERS = ("GET /collections", "GET /health", "GET /ready")
WITH_PARAMETERS = (
    "GET /search",
    "POST /similar",
    "POST /label",
    "POST /embed",
    "GET /collections/{collection}",
    "GET /collections/{collection}/items/{item_id}",
    "GET /collections/{collection}/thumbnails/{item_id}",
)
bounded = hypothesis.settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture(scope="module")
def server(models_load_once: None) -> Iterator[ApiServer]:
    with served_api(UPLOAD_BYTES="100000") as server:
        yield server


@pytest.fixture(scope="module")
def operations(server: ApiServer) -> dict[str, Any]:
    """The operations of the description by their label."""
    description = schemathesis.openapi.from_url(f"{server.address}/openapi.json")
    description.config.update(base_url=server.address)
    return {each.label: each for each in map(_loaded, description.get_all_operations())}


def _loaded(result: Any) -> Any:
    """Return an operation. Fail if its description is not valid."""
    return result.ok()


def test_every_operation_is_tested(operations: dict[str, Any]) -> None:
    assert set(operations) == {*WITHOUT_PARAMETERS, *WITH_PARAMETERS}


@pytest.mark.parametrize("label", WITHOUT_PARAMETERS)
def test_an_operation_without_parameters_is_answered_as_described(operations: dict[str, Any], label: str) -> None:
    case = operations[label].Case()
    assert case.call_and_validate(checks=CHECKS, timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", WITH_PARAMETERS)
def test_any_request_is_answered_as_described(operations: dict[str, Any], label: str, mode: GenerationMode) -> None:
    statuses = set[int]()

    @bounded
    @given(operations[label].as_strategy(generation_mode=mode), st.sampled_from([CAT, png("red", 20), CAT[:900], b"", None]))
    def check(case: Case[Any], image: bytes | None) -> None:
        if isinstance(case.body, dict) and image is not None:  # the description cannot say how images are made
            case.body = {"file": image}  # type: ignore[dict-item]
        answer = case.call(timeout=PATIENCE)
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    check()
    assert statuses & {404, 422}
    if mode is GenerationMode.POSITIVE and "item_id" not in label:
        assert 200 in statuses


@bounded
@given(text=st.text(min_size=1, max_size=60) | st.text("+-\"'()^*:/\\ 2.a“like", min_size=1, max_size=40), offset=st.integers())
def test_any_text_can_be_searched_for(server: ApiServer, text: str, offset: int) -> None:
    answer = server.request("GET", "search", params={"q": text, "offset": offset, "captions": True})
    assert answer.status_code in (200, 422)
    assert answer.headers["Content-Type"] == ("application/json" if answer.status_code == 200 else PROBLEM)


@bounded
@given(
    body=st.binary(max_size=300) | st.binary(max_size=200).map(lambda part: b"--x\r\nContent-Disposition: form-data; " + part),
    kind=st.sampled_from(
        ["multipart/form-data; boundary=x", "multipart/form-data; boundary=", "application/x-www-form-urlencoded"]
    ),
)
def test_any_bytes_can_be_sent(server: ApiServer, body: bytes, kind: str) -> None:
    answer = server.request("POST", "embed", data=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403, 422)
    assert answer.headers["Content-Type"] == PROBLEM


@bounded
@given(path=st.text(min_size=1, max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]))
def test_any_path_is_answered(server: ApiServer, path: str, method: str) -> None:
    prepared = requests.Request(method, f"{server.address}/").prepare()
    prepared.url = f"{server.address}/" + "".join(f"%{byte:02x}" for byte in path.encode())
    answer = requests.Session().send(prepared, timeout=PATIENCE)
    assert answer.status_code in (404, 405)
    assert answer.headers["Content-Type"] == PROBLEM
