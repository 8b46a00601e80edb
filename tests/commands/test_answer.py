from imgcls.commands.answer import Answer, table


def test_table_is_aligned():
    assert table([("a", "bb", 1), ("ccc", "d", "e")]) == ["a    bb  1", "ccc  d   e"]


def test_empty_table():
    assert table([]) == []


def test_an_answer_is_no_failure_by_default():
    assert Answer({}, []).exit_code == 0
