"""The description of a Ray cluster follows the schema of Ray, and lets nobody in without a token."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import yaml

from tests.documents import ROOT

CLUSTER = yaml.safe_load((ROOT / "docs/hosting/ray-cluster.yaml").read_text("utf-8"))


def test_cluster_follows_the_schema_of_ray() -> None:
    ray = find_spec("ray")
    assert ray and ray.origin, "Ray is needed. Install it with pip install -r requirements-dev.txt."
    schema = json.loads((Path(ray.origin).parent / "autoscaler/ray-schema.json").read_text("utf-8"))
    jsonschema.validate(CLUSTER, schema)


def test_every_machine_starts_with_the_token_that_is_copied_to_it() -> None:
    [token] = CLUSTER["file_mounts"]
    for commands in (CLUSTER["head_start_ray_commands"], CLUSTER["worker_start_ray_commands"]):
        [start] = [command for command in commands if "ray start" in command]
        assert f"RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH={token} " in start
