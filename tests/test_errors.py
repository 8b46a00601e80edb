"""The error tree: exit codes, messages, and the way across a process border."""

from __future__ import annotations

import json

import pytest

from imgcls import errors
from imgcls.errors import BrokenError, Cancelled, ImgclsError, InputError, WorkerError, error_from_json

TREE = errors._kinds(ImgclsError)


@pytest.mark.parametrize("name", TREE)
def test_every_error_is_drawn_in_the_tree(name):
    assert f" {name} " in errors.__doc__.replace("\n", " ")


@pytest.mark.parametrize("kind", TREE.values(), ids=TREE)
def test_exit_code_says_whose_fault_it_is(kind):
    assert kind.exit_code == (2 if issubclass(kind, InputError) else 1)


def test_every_error_is_somebodys_fault_but_a_question_taken_back():
    faultless = {kind for kind in TREE.values() if not issubclass(kind, InputError | BrokenError)}
    assert faultless == {ImgclsError, Cancelled}


@pytest.mark.parametrize("kind", TREE.values(), ids=TREE)
def test_survives_the_way_through_json(kind):
    before = kind("Expected {wanted}. Received: {got!r} of {share:.0%}.", wanted="an image", got="{x}", share=0.25)
    after = error_from_json(json.loads(json.dumps(before.to_json())))
    assert type(after) is kind
    assert str(after) == str(before) == "Expected an image. Received: '{x}' of 25%."
    assert after.to_json() == before.to_json()


def test_error_of_an_unknown_type_is_the_workers():
    after = error_from_json({"type": "KeyboardInterrupt", "template": "{a}", "values": {"a": 1}})
    assert type(after) is WorkerError
    assert str(after) == "1"


def test_speaks_the_readers_language():
    error = InputError("Expected {count} images.", count=3)
    assert error.say(lambda text: {"Expected {count} images.": "需要 {count} 张图片。"}[text]) == "需要 3 张图片。"
    assert str(error) == "Expected 3 images."


def test_values_are_never_read_as_templates():
    assert str(InputError("Received: {text}", text="{0} {template} %s {{")) == "Received: {0} {template} %s {{"
