"""``doctor``: whether a deployment can serve, and what to mend."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from devise_core.cli.output import add_json, print_json
from devise_core.errors import DeploymentError
from devise_core.settings import settings_table
from devise_core.storage.paths import artifacts_folder


def add_parsers(commands: Any) -> None:
    command = commands.add_parser(
        "doctor",
        help="check this deployment and say what to mend",
        description="Check versions, settings, artifacts, collections, memory, processor and write "
        "access. Exit status 1 where something must be mended.",
    )
    command.add_argument("--artifacts", metavar="FOLDER", help="the model's folder (default: the bundled one)")
    command.add_argument("--settings", action="store_true", help="print the table of settings instead, as Markdown")
    add_json(command)
    command.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> None:
    from devise_core.cli.diagnostics import examine

    if options.settings:
        print(settings_table(), end="")
        return
    findings = []
    for finding in examine(Path(options.artifacts) if options.artifacts else artifacts_folder()):
        findings.append(finding)
        if not options.json:
            print(f"{finding.state:<4}  {finding.check}: {finding.says}", flush=True)
    bad = sum(finding.state == "mend" for finding in findings)
    if options.json:
        print_json({"command": "doctor", "ok": not bad, "findings": [asdict(finding) for finding in findings]})
    if bad:
        raise DeploymentError(
            "1 thing is to be mended: it is marked “mend” above."
            if bad == 1
            else f"{bad} things are to be mended: they are marked “mend” above."
        )
