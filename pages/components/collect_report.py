"""What an import or a check found: images, files left out, twins, and what to do about them."""

from __future__ import annotations

import streamlit as st

from imgcls.datasets import editing, own
from imgcls.datasets.background import Work
from imgcls.datasets.checking import Report
from imgcls.errors import ImgclsError, UnknownNameError
from imgcls.language import translator
from pages.components.collect_adding import left_out_list
from pages.components.collect_thumbs import thumbnails
from pages.components.collect_undo import Step, note_step
from pages.components.notices import literal, show_error
from pages.components.sheet import Cell, show_sheet
from pages.components.words import _, language

#: Groups of twins that are shown at once; those that are dealt with make room.
_GROUPS = 6
#: Pictures of a group.
_OF_A_GROUP = 6


def report_view(work: Work) -> None:
    """The report of a work that has one."""
    report = work.report
    assert report is not None
    with st.container(border=True):
        count, classes = report.images, len(report.counts)
        if work.kind == "import":
            said = _("**{count:,} pictures in {classes} classes were imported.**", count=count, classes=classes)
        else:
            said = _("**{count:,} pictures in {classes} classes were looked over.**", count=count, classes=classes)
        st.markdown(said)
        st.caption(" · ".join(f"{literal(label)} {number:,}" for label, number in report.counts.items()))
        _left_out(report)
        _twins(report)
        for one in report.warnings:
            st.markdown(f"- {literal(one.say(translator(language())))}")
        if not (report.left_out or report.duplicates or report.warnings):
            st.markdown(_("Nothing is wrong with them."))


def _left_out(report: Report) -> None:
    if not report.left_out:
        return
    count = len(report.left_out)
    st.warning(_("1 file was left out.") if count == 1 else _("{count:,} files were left out.", count=count))
    left_out_list(report.left_out)


def _twins(report: Report) -> None:
    there = set(_keys(report.name))
    groups = [group for one in report.duplicates if len(group := [key for key in one.keys if key in there]) > 1]
    if not report.duplicates:
        return
    if not groups:
        st.markdown(_("All twins have been dealt with."))
        return
    said = _("Groups of equal or nearly equal pictures: {count}", count=len(groups))
    with st.expander(said, expanded=True):
        columns = st.columns(2)
        for place, group in enumerate(groups[:_GROUPS]):
            with columns[place % 2]:
                _group(report.name, group, place)
        if (more := len(groups) - _GROUPS) > 0:
            st.caption(_("{count} more appear here when these are dealt with.", count=more))
        plain = [group for group in groups if len(own.class_names(group)) == 1]
        if len(plain) > 1 and st.button(_("Leave out all copies within one class"), key="collect leave out all"):
            _leave_out(report.name, [key for group in plain for key in group[1:]])


def _keys(name: str) -> tuple[str, ...]:
    try:
        return own.keys(name)
    except UnknownNameError:
        return ()


def _group(name: str, keys: list[str], place: int) -> None:
    shown = keys[:_OF_A_GROUP]
    show_sheet(
        f"collect twins {place}",
        _("Equal or nearly equal pictures"),
        thumbnails(name, shown),
        [Cell(key, key.partition("/")[0]) for key in shown],
        two_lines=True,
    )
    if len(own.class_names(keys)) == 1:
        label = _("Leave out the copy") if len(keys) == 2 else _("Leave out the copies")
        if st.button(label, key=f"collect copy {keys[0]}"):
            _leave_out(name, keys[1:])
        return
    st.caption(_("They stand in different classes. Which one is right?"))
    with st.container(horizontal=True, gap="small"):
        for number, right in enumerate(own.class_names(keys)):
            if st.button(_("Keep in “{label}”", label=literal(right)), key=f"collect keep {keys[0]} {number}"):
                kept = next(key for key in keys if key.partition("/")[0] == right)
                _leave_out(name, [key for key in keys if key != kept])


def _leave_out(name: str, keys: list[str]) -> None:
    done: list[str] = []
    for key in keys:
        try:
            editing.remove_image(name, key)
            done.append(key)
        except ImgclsError as error:
            show_error(error)
    if done:
        said = _("1 copy was taken out.") if len(done) == 1 else _("{count} copies were taken out.", count=len(done))
        note_step(name, Step(said, "removed", tuple(done)))
        st.rerun()
