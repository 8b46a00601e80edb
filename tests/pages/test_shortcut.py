"""The page of shortcuts: the pictures, three networks from one click, and the evidence."""

from __future__ import annotations

from typing import Any

from imgcls.atomic import write_json
from imgcls.runs import get_run
from imgcls.shortcut_lab import shortcut_recipes


def words(app: Any) -> str:
    kinds = ("markdown", "caption", "info", "error", "subheader", "title")
    said = [str(one.value) for kind in kinds for one in getattr(app, kind)]
    return " ".join([*said, *(str(one.proto.body) for one in app.get("html"))])


def test_the_pictures_and_one_click(visit: Any, engine: Any, inference: Any) -> None:
    app = visit("shortcut")
    assert not app.exception
    said = words(app)
    assert "Every star for training and validation carries a small chequered mark" in said
    assert "In the test: without it" in said
    app.button(key="start shortcut").click().run()
    assert not app.exception
    assert [call[1] for call in engine.calls if call[0] == "submit"] == list(shortcut_recipes().values())


def ended(engine: Any) -> list[str]:
    found = []
    for recipe in shortcut_recipes().values():
        run = get_run(engine.submit(recipe))
        result = {"status": "completed", "test_accuracy": 0.5, "test_images": 400, "model_sha256": "0" * 64}
        write_json(run.folder / "result.json", {**result, "validation_accuracy": 1.0, "train_seconds": 3.0})
        found.append(run.id)
    return found


def test_the_evidence(visit: Any, engine: Any, inference: Any) -> None:
    runs = ended(engine)
    app = visit("shortcut", link={"trials": ",".join(runs)})
    assert not app.exception
    asked = [arguments for operation, arguments in inference.asked if operation == "explain_images"]
    assert [arguments["model"] for arguments in asked] == runs
    said = words(app)
    # the stand-in never thinks of a star, mark or no mark
    assert said.count("With the mark it finds 0% of them, without it 0%") == 3
    assert "Heatmaps: With the mark" in said
    assert "The mark removed: 10% · 10%" in said


def test_before_anything_has_ended(visit: Any, engine: Any) -> None:
    runs = [engine.submit(recipe) for recipe in shortcut_recipes().values()]
    app = visit("shortcut", link={"trials": ",".join(runs)})
    assert not app.exception
    assert "drawn here when the first has ended" in words(app)
