"""The compose files: what is reachable, which rights the containers have, and what must agree with the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from devise_core.api.app import PREFIX
from devise_core.cli.main import parser
from devise_core.cli.serve import PORT as API_PORT
from devise_core.settings.environment import variable
from devise_core.settings.table import known_variables
from tests.documents import ROOT, read


def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(read("compose.yaml"))["services"]
    return services


@pytest.mark.parametrize("name", ["app", "proxy", "api"])
def test_containers_have_minimal_rights(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]


def test_only_the_proxy_is_reachable_and_the_app_reaches_no_host() -> None:
    content = yaml.safe_load(read("compose.yaml"))
    assert "ports" not in content["services"]["app"]
    assert content["services"]["app"]["networks"] == ["inside"]
    assert content["networks"]["inside"]["internal"] is True
    for volume in content["services"]["proxy"]["volumes"]:
        assert (ROOT / volume.split(":")[0]).is_file()
        assert volume.endswith(":ro")


def test_the_second_process_is_like_the_first_and_the_proxy_knows_it() -> None:
    second = yaml.safe_load(read("compose.replicas.yaml"))["services"]
    assert second["app-2"] == {"extends": {"file": "compose.yaml", "service": "app"}}
    assert set(second["proxy"]["depends_on"]) == {"app-2"}
    places, [replaced] = ([volume.split(":")[1] for volume in each["volumes"]] for each in (services()["proxy"], second["proxy"]))
    assert replaced in places
    assert replaced == "/etc/nginx/replicas.conf"
    assert "include replicas.conf;" in read("docs/hosting/nginx.conf")


def test_api_starts_only_when_asked_and_only_this_machine_reaches_it_and_milvus() -> None:
    assert {name for name, each in services().items() if "profiles" in each} == {"api"}
    for service in (services()["api"], milvus()["services"]["milvus"]):
        [port] = service["ports"]
        assert port.startswith("127.0.0.1:")
        assert service["healthcheck"]["test"][0] == "CMD"


def test_api_runs_the_command_that_exists_and_answers_its_health_check() -> None:
    api = services()["api"]
    assert parser().parse_args(api["command"][3:]).port == API_PORT
    assert api["ports"] == [f"127.0.0.1:{API_PORT}:{API_PORT}"]
    assert f"127.0.0.1:{API_PORT}{PREFIX}/ready" in api["healthcheck"]["test"][-1]
    assert api["image"] == services()["app"]["image"]


def test_images_of_others_are_pinned_by_tag() -> None:
    content = milvus()
    values = yaml.safe_load(read("docs/hosting/milvus-values.yaml"))["image"]["all"]
    assert f"{values['repository']}:{values['tag']}" == content["services"]["milvus"]["image"]
    for image in (services()["proxy"]["image"], content["services"]["milvus"]["image"]):
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+[\w.-]*", image)


def test_milvus_keeps_what_it_stores_and_the_app_and_the_api_know_where_it_is() -> None:
    content = milvus()
    server = content["services"]["milvus"]
    assert {volume.split(":")[0] for volume in server["volumes"]} == set(content["volumes"])
    assert {each["source"] for each in server["configs"]} == set(content["configs"])
    assert yaml.safe_load(content["configs"]["milvus-etcd"]["content"])
    for name in ("app", "api"):
        client = content["services"][name]
        assert client["environment"][variable("milvus_uri")] == "http://milvus:19530"
        assert client["environment"][variable("milvus_pictures")] == client["volumes"][0].split(":")[-2]
        assert set(client["environment"]) <= known_variables()
        assert set(services()[name]["networks"]) & set(server["networks"])


def milvus() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(read("compose.milvus.yaml"))
    return content
