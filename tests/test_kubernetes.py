"""The Kubernetes manifests are valid, and agree with each other, with the image and with what the app serves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from benchmarks.dockerfile import read_dockerfile
from devise_core.api.app import PREFIX
from devise_core.api.server_routes import ROUTER
from devise_core.cli.serve import PORT as API_PORT
from devise_core.serving.metrics import instruments
from tests.proxy import HOSTING, proxied, shipped_configuration
from ui.server import ready_routes

ROOT = HOSTING.parent.parent
FOLDER = HOSTING / "kubernetes"
NOT_MANIFESTS = {"kustomization.yaml", "prometheus-adapter.yaml"}
VERSION = "1.37"
DOCUMENTS: dict[str, dict[str, Any]] = {
    f"{each['kind']} {each['metadata']['name']}": each
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name not in NOT_MANIFESTS
    for each in yaml.safe_load_all(path.read_text("utf-8"))
}
PODS = {name: each["spec"]["template"] for name, each in DOCUMENTS.items() if each["kind"] == "Deployment"}
APP = PODS["Deployment semblance"]
BYTES = {"Mi": 2**20, "Gi": 2**30}


def containers() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each container with its pod."""
    return [(container, pod) for pod in PODS.values() for container in pod["spec"]["containers"]]


def container(name: str) -> dict[str, Any]:
    [only] = [each for each, _ in containers() if each["name"] == name]
    return only


def size(text: str) -> int:
    return int(text[:-2]) * BYTES[text[-2:]]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_manifest_follows_the_schema_of_kubernetes(name: str) -> None:
    assert kubernetes_validate.validate(DOCUMENTS[name], VERSION, strict=True)


def test_a_mistake_in_a_manifest_is_found() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**DOCUMENTS["Service semblance"], "spec": {"selectors": {}}}, VERSION, strict=True)


def test_kustomization_names_every_manifest() -> None:
    named = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))["resources"]
    assert named == sorted(path.name for path in FOLDER.glob("*.yaml") if path.name not in NOT_MANIFESTS)


def test_manifests_refer_to_each_other() -> None:
    for each in DOCUMENTS.values():
        spec = each["spec"]
        selector = spec.get("selector", spec.get("podSelector"))
        if selector is not None:
            labels = selector.get("matchLabels", selector)
            assert any(labels.items() <= pod["metadata"]["labels"].items() for pod in PODS.values()), each["metadata"]
        if each["kind"] == "Service":
            [pod] = [pod for pod in PODS.values() if selector.items() <= pod["metadata"]["labels"].items()]
            named = {port["name"] for container in pod["spec"]["containers"] for port in container["ports"]}
            assert {port["targetPort"] for port in spec["ports"]} <= named
    [rule] = DOCUMENTS["Ingress semblance"]["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["port"]["name"] in {port["name"] for port in DOCUMENTS[f"Service {backend['name']}"]["spec"]["ports"]}
    target = DOCUMENTS["HorizontalPodAutoscaler semblance"]["spec"]["scaleTargetRef"]
    assert f"{target['kind']} {target['name']}" in DOCUMENTS
    assert "replicas" not in DOCUMENTS["Deployment semblance"]["spec"]  # or each kubectl apply would undo the autoscaler


def test_ports_are_those_of_the_app_the_api_and_the_proxy() -> None:
    ports = {each["name"]: [port["containerPort"] for port in each["ports"]] for each, _ in containers()}
    [exposed] = read_dockerfile((ROOT / "Dockerfile").read_text("utf-8"))[-1].given("EXPOSE")
    assert ports == {"app": [int(exposed)], "api": [API_PORT], "proxy": [8080]}
    assert "listen 8080;" in shipped_configuration()
    assert f"server 127.0.0.1:{exposed};" in (FOLDER / "replicas.conf").read_text("utf-8")
    opened = [port["port"] for rule in DOCUMENTS["NetworkPolicy semblance"]["spec"]["ingress"] for port in rule["ports"]]
    assert opened == [8080, int(exposed)]
    [rule] = DOCUMENTS["NetworkPolicy semblance-api"]["spec"]["ingress"]
    assert rule["ports"] == [{"port": API_PORT}]
    assert APP["metadata"]["annotations"]["prometheus.io/port"] == exposed


def test_probes_ask_for_paths_that_are_served() -> None:
    served = {"/_stcore/health", ready_routes.ROUTE.path, *(PREFIX + str(getattr(route, "path", "")) for route in ROUTER.routes)}
    for each, _ in containers():
        probes = [each[kind]["httpGet"] for kind in ("startupProbe", "readinessProbe", "livenessProbe") if kind in each]
        assert len(probes) == (1 if each["name"] == "proxy" else 3)
        for probe in probes:
            assert probe["path"] in served
            assert probe["port"] in {port["name"] for port in each["ports"]}


@pytest.mark.parametrize("name", ["app", "api", "proxy"])
def test_containers_have_minimal_rights(name: str) -> None:
    rights = container(name)["securityContext"]
    [user] = read_dockerfile((ROOT / "Dockerfile").read_text("utf-8"))[-1].given("USER")
    assert (f"{rights['runAsUser']}:{rights['runAsGroup']}" == user) == (name != "proxy")
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    for pod in PODS.values():
        assert pod["spec"]["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        assert pod["spec"]["automountServiceAccountToken"] is False


def test_memory_and_the_proxy_are_those_of_the_compose_file() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    for name in ("app", "proxy"):
        limit = container(name)["resources"]["limits"]["memory"]
        assert size(limit) == int(services[name]["mem_limit"][:-1]) * {"m": 2**20, "g": 2**30}[services[name]["mem_limit"][-1]]
    assert container("proxy")["image"] == services["proxy"]["image"]
    mounted = {mount["mountPath"] for mount in container("proxy")["volumeMounts"]} - {"/tmp"}
    assert mounted == {volume.split(":")[1] for volume in services["proxy"]["volumes"]}
    measured = re.search(r"instead of (\d+) MB with Keras", (ROOT / "docs/OPERATING.md").read_text("utf-8"))
    assert measured
    assert int(measured[1]) * 10**6 <= size(container("app")["resources"]["requests"]["memory"])


def test_autoscaler_reads_a_metric_that_the_app_exports() -> None:
    metrics = DOCUMENTS["HorizontalPodAutoscaler semblance"]["spec"]["metrics"]
    names = {each["pods"]["metric"]["name"] for each in metrics if each["type"] == "Pods"}
    assert names <= {family.name for family in instruments().registry.collect()}
    [rule] = yaml.safe_load((FOLDER / "prometheus-adapter.yaml").read_text("utf-8"))["rules"]["custom"]
    assert {rule["name"]["as"], rule["seriesQuery"].partition("{")[0]} == names
    processor = next(each["containerResource"] for each in metrics if each["type"] == "ContainerResource")
    assert processor["container"] == "app"
    assert {"name": "SEMBLANCE_METRICS", "value": "on"} in container("app")["env"]


@pytest.mark.browser  # it needs nginx
def test_nginx_accepts_the_configuration_of_a_pod(tmp_path: Path) -> None:
    with proxied(shipped_configuration(), "127.0.0.1:1", tmp_path, replicas=(FOLDER / "replicas.conf").read_text("utf-8")):
        pass
