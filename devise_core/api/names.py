"""The names of parameters and fields that a request may have."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request
from fastapi.routing import APIRoute

from devise_core.api.problems import request_problem
from devise_core.errors import shortened


async def check_names(request: Request) -> None:
    """Refuse a query parameter or a form field that the route does not have, such as a field that is sent as a parameter.

    Raises:
        ApiProblem: A parameter or a field is unknown, a field is repeated, or the file is a text.
    """
    route = request.scope["route"]
    if not isinstance(route, APIRoute):
        return
    parameters = [each.alias for each in route.dependant.query_params]
    fields = [each.alias for each in route.dependant.body_params]
    form = await request.form()
    _check("parameter of the address", request.query_params, parameters, "field of the form", fields)
    _check("field of the form", form, fields, "parameter of the address", parameters)
    for name, value in form.multi_items():
        if len(form.getlist(name)) > 1:
            raise request_problem(f"The form has several fields “{name}”. Send one image or text for each request.")
        if name == "file" and isinstance(value, str):
            raise request_problem("The field “file” has a text. Send the image as a file, with a file name.")


def _check(kind: str, sent: Iterable[str], known: list[str], other_kind: str, others: list[str]) -> None:
    unknown = next((name for name in sent if name not in known), None)
    if unknown is None:
        return
    if unknown in others:
        advice = f"{unknown} is a {other_kind}, not a {kind}."
    else:
        advice = f"There is no {kind} “{shortened(unknown)}”. " + (
            f"The known ones are: {', '.join(known)}." if known else "There are none."
        )
    raise request_problem(advice)
