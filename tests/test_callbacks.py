"""Callbacks of widgets do their work even if the next message of the browser arrives meanwhile."""

from __future__ import annotations

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.testing.v1 import AppTest

from ui.callbacks import uninterrupted


def two_boxes() -> None:
    """A page with two text boxes. While the callback of the first one runs, the second one is changed."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    from ui.callbacks import uninterrupted

    def change_first() -> None:
        context = get_script_run_ctx()
        if context and context.script_requests and "sent" not in vars(context):
            vars(context)["sent"] = True
            context.script_requests.request_rerun(RerunData())
        st.session_state["written"] = st.session_state["first"]

    callback = uninterrupted(change_first) if st.session_state.get("whole") else change_first
    st.text_input("First", key="first", on_change=callback)
    st.text_input("Second", key="second")


@pytest.mark.parametrize("whole", [True, False])
def test_the_next_message_does_not_end_a_callback(whole: bool) -> None:
    app = AppTest.from_function(two_boxes, default_timeout=60)
    app.session_state["whole"] = whole
    app.run()
    app.text_input[0].set_value("tiger").run()
    assert app.session_state["first"] == "tiger"
    assert ("written" in app.session_state) == whole  # otherwise Streamlit ends the callback before it writes


def test_it_ends_as_streamlit_wanted_when_its_work_is_done() -> None:
    done, request = list[int](), RerunException(RerunData(page_script_hash="next"))

    @uninterrupted
    def callback(number: int) -> None:
        done.append(number)
        if len(done) < 2:
            raise request

    with pytest.raises(RerunException) as raised:
        callback(1)
    assert raised.value is request
    assert done == [1, 1]


def test_a_callback_that_always_asks_for_a_run_ends() -> None:
    calls = list[int]()

    @uninterrupted
    def callback() -> None:
        calls.append(1)
        raise RerunException(RerunData())

    with pytest.raises(RerunException):
        callback()
    assert len(calls) == 3


def test_other_errors_are_not_hidden() -> None:
    @uninterrupted
    def callback() -> None:
        raise ValueError("no such word")

    with pytest.raises(ValueError, match="no such word"):
        callback()
