"""What became of a run besides its recipe."""

from __future__ import annotations

from imgcls.comparison.course import Course, course_of
from imgcls.recipe import Recipe, Training


def test_as_it_was_asked_to(ended):
    course = course_of(ended(recipe=Recipe(training=Training(epochs=4))))
    assert course == Course((), "whole", 4.0, 4)
    assert course.is_as_asked


def test_a_rate_that_was_changed(ended):
    """A resumed run asks for the same rate again: that is one change."""
    course = course_of(ended(rates=(0.003, 0.003, 0.01)))
    assert course.rates == (0.003, 0.01)
    assert not course.is_as_asked


def test_an_end_before_the_end(ended):
    stopped = course_of(ended(reason="stopped", steps=250))
    assert (stopped.end, stopped.epochs, stopped.was_cut) == ("stopped", 2.5, True)
    early = course_of(ended(reason="early", steps=700))
    assert (early.end, early.epochs, early.was_cut, early.is_as_asked) == ("early", 7.0, False, True)


def test_a_run_that_goes_on_and_a_log_that_is_torn(queued_run):
    assert course_of(queued_run) == Course((), "open", None, 10)
    (queued_run.folder / "metrics.jsonl").write_text('{"kind":"start","steps_per_epoch":"x"}\n{"event":"learning_ra')
    assert course_of(queued_run) == Course((), "open", None, 10)


def test_a_real_run(tiny_run):
    assert course_of(tiny_run) == Course((), "whole", 1.0, 1)
