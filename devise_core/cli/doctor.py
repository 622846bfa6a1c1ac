"""``doctor``: check whether a deployment works, and say what to fix."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from devise_core.cli.output import add_json, print_json
from devise_core.cli.shared_options import add_artifacts, artifacts_of
from devise_core.errors import DeploymentError


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "doctor",
        help="check this deployment",
        description="Check versions, settings, artifacts, collections, memory, processor and write access. "
        "The exit status is 1 if something needs fixing.",
    )
    add_artifacts(command)
    command.add_argument("--settings", action="store_true", help="print all settings as Markdown instead")
    add_json(command)
    command.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> None:
    if options.settings:
        from devise_core.settings.table import settings_table

        print(settings_table(), end="")
        return
    from devise_core.cli.diagnostics import run_checks

    findings = []
    for finding in run_checks(artifacts_of(options).root):
        findings.append(finding)
        if not options.json:
            print(f"{finding.state:<4}  {finding.check}: {finding.says}", flush=True)
    broken = sum(finding.state == "fix" for finding in findings)
    if options.json:
        print_json({"command": "doctor", "ok": not broken, "findings": [asdict(finding) for finding in findings]})
    if broken:
        raise DeploymentError(f"{broken} {'check' if broken == 1 else 'checks'} failed. See the lines marked “fix”.")
