"""Compare: which runs, what they come to, and a race from several seeds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import streamlit

from imgcls.architectures import architecture_options
from imgcls.expectation import Expectation, expectation_of, keep_expectation
from imgcls.recipe import Choice, Recipe, Training
from imgcls.runs import Run, get_run
from pages.components.notices import literal


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Choose rows of the table, which Streamlit's tester cannot."""
    original = streamlit.dataframe

    def choose(*places: int) -> None:
        def dataframe(*args: Any, **kwargs: Any) -> Any:
            original(*args, **kwargs)
            return {"selection": {"rows": list(places), "columns": []}}

        monkeypatch.setattr(streamlit, "dataframe", dataframe)

    return choose


def link(*runs: Run) -> dict[str, str]:
    return {"trials": ",".join(run.id for run in runs)}


def change(run: Run, name: str, **values: Any) -> None:
    path = run.folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def tables(app: Any) -> list[Any]:
    return [table.value for table in app.table]


def submitted(engine: Any) -> list[Recipe]:
    return [call[1] for call in engine.calls if call[0] == "submit"]


def test_one_run_is_not_enough(visit: Any, tested: Any, words: Any) -> None:
    tested()
    app = visit("compare")
    assert not app.exception
    assert "Not enough to compare" in words(app)


def test_choose_filter_and_compare(visit: Any, tested: Any, rows: Any, words: Any) -> None:
    first = tested(title="many mistakes")
    second = tested(wrong=1, title="few mistakes", recipe=Recipe(training=Training(epochs=3)))
    tested(title="other", recipe=Recipe(architecture=Choice(name="lenet-5")))
    app = visit("compare")
    assert list(app.dataframe[0].value["title"]) == ["other", "few mistakes", "many mistakes"]
    assert app.button(key="compare go").disabled
    app.text_input(key="compare name").input("MISTAKES").run()
    assert list(app.dataframe[0].value["title"]) == ["few mistakes", "many mistakes"]
    rows(1, 0)
    app.run()
    assert app.button(key="compare go").label == "Compare 2 runs"
    app.button(key="compare go").click().run()
    assert not app.exception
    assert app.query_params["trials"] == f"{first.id},{second.id}"
    assert "one setting" in words(app)
    assert "1 image" not in words(app)


def columns(app: Any) -> list[str]:
    return list(app.dataframe[0].value.columns)


def test_only_settings_that_differ_have_a_column(visit: Any, tested: Any, words: Any) -> None:
    """Numbers are numbers, so that a click on a heading sorts them as such."""
    usual = {"title", "status", "test", "time", "parameters", "multiply_adds", "created"}
    for seed in (0, 1):
        tested(recipe=Recipe(architecture=Choice(name="plain-20", batch_norm=bool(seed)), seed=seed), title=f"p {seed}")
    app = visit("compare")
    assert not app.exception
    assert set(columns(app)) - usual == {"architecture.batch_norm", "seed"}
    frame = app.dataframe[0].value
    assert list(frame["architecture.batch_norm"]) == ["yes", "no"]
    for name in ("test", "time", "seed"):
        assert str(frame[name].dtype).casefold().startswith(("float", "int")), name
    assert "datetime" in str(frame["created"].dtype)
    told = literal("data set mnist-5k, network plain-20, epochs 10, learning rate 0.001")
    assert f"The same for all: {told}." in [one.value for one in app.caption]
    tested(recipe=Recipe(training=Training(epochs=3)), title="another")
    app = visit("compare")
    assert set(columns(app)) - usual == {"architecture", "training.epochs", "seed"}
    assert list(app.dataframe[0].value["architecture"]) == ["seed-cnn", "plain-20", "plain-20"]
    app.text_input(key="compare name").input("p ").run()
    assert "training.epochs" not in columns(app), "among those that are shown"


def test_what_a_run_has_unlike_most_is_shaded(visit: Any, tested: Any) -> None:
    for seed, epochs in enumerate((3, 3, 9)):
        tested(recipe=Recipe(training=Training(epochs=epochs)), title=str(seed))
    app = visit("compare")
    assert not app.exception
    styles = app.dataframe[0].proto.arrow_data.styler.styles
    assert styles.count("background-color") == 1
    (rule,) = re.findall(r"([^{}]*)\{[^{}]*background-color", styles.replace("\n", ""))
    assert "row0_col7" in rule, "the newest is the one with nine epochs"


def test_curves_of_runs_without_a_test_can_be_laid_over_others(
    visit: Any, tested: Any, make_run: Any, rows: Any, words: Any
) -> None:
    done, open_, broken = (
        tested(title="done"),
        make_run("running", title="open"),
        make_run("interrupted", title="broken"),
    )
    app = visit("compare")
    assert list(app.dataframe[0].value["status"]) == ["interrupted", "in training", "completed"]
    app.segmented_control(key="compare tested").set_value("untested").run()
    assert list(app.dataframe[0].value["title"]) == ["broken", "open"]
    app.segmented_control(key="compare tested").set_value("all").run()
    rows(0, 2)
    app.run()
    app.button(key="compare go").click().run()
    assert not app.exception
    assert app.query_params["trials"] == f"{broken.id},{done.id}"
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert len(figures[0]["data"]) == 4, "training and validation of both"
    app = visit("compare", link=link(open_, done))
    assert not app.exception
    assert "Stop all" in words(app), "one of them goes on, and so does its curve"


def test_image_by_image(visit: Any, tested: Any, words: Any) -> None:
    one, two = tested(wrong=9, title="nine"), tested(wrong=2, title="two", recipe=Recipe(training=Training(epochs=3)))
    app = visit("compare", link=link(one, two))
    assert not app.exception
    counts = {metric.label: metric.value for metric in app.metric}
    assert counts == {"Both right": "991", "Only the first": "0", "Only the second": "7", "Both wrong": "2"}
    assert "with probability 0.016" in words(app), "2 · ½⁷"
    assert "on these images the difference is real" in words(app)
    differing = next(table for table in tables(app) if "epochs" in table.columns)
    assert list(differing["epochs"]) == ["10", "3"]


def test_other_data_are_another_question(visit: Any, tested: Any, make_run: Any, words: Any) -> None:
    one, other = tested(title="digits"), make_run("completed", recipe=Recipe(dataset=Choice(name="digits-8x8")))
    app = visit("compare", link=link(one, other))
    assert not app.exception
    assert "neither better nor worse" in words(app)
    assert "not compared image by image" in words(app)
    assert "They have different data sets" in words(app)
    assert "points ahead" not in words(app)


def test_two_data_sets_from_three_seeds_are_two_questions(visit: Any, tested: Any, make_run: Any, words: Any) -> None:
    """No winner across them: what each seed says is said for each data set by itself."""
    made = [
        tested(
            wrong=wrong + seed, title=f"Race: {name} · {seed}", recipe=Recipe(architecture=Choice(name=name), seed=seed)
        )
        for name, wrong in (("seed-cnn", 1), ("lenet-5", 9))
        for seed in range(3)
    ]
    for seed in range(3):
        recipe = Recipe(dataset=Choice(name="digits-8x8"), seed=seed)
        run = make_run("completed", recipe=recipe, title=f"Race: digits · {seed}")
        change(run, "result.json", test_accuracy=0.9 + seed / 100)
        made.append(run)
    app = visit("compare", link=link(*made))
    assert not app.exception
    assert "neither better nor worse" in words(app)
    assert "Tested on **mnist\\-5k**" in words(app)
    assert "Tested on **digits\\-8x8**" in words(app)
    assert [one.value.partition(" over")[0] for one in app.success] == [
        "“seed\\-cnn” beats “lenet\\-5” by 0.8 ± 0.0 points"
    ]
    assert "different data sets" in app.warning[0].value
    assert len(app.selectbox(key="compare pair").options) == 15 + 3, "only runs on the same images make a pair"


def test_a_data_set_that_was_edited_in_between_is_another_test(visit: Any, tested: Any, words: Any) -> None:
    made = [
        tested(wrong=1 + seed, title=f"Race: {name} · {seed}", recipe=Recipe(seed=seed))
        for name in ("before", "after")
        for seed in range(2)
    ]
    for place, run in enumerate(made):
        (run.folder / "data.json").write_text(json.dumps({"version": "old" if place < 2 else ""}))
    app = visit("compare", link=link(*made))
    assert not app.exception
    assert "was changed between them" in app.warning[0].value
    assert not any("beats" in one.value or "ahead" in one.value for one in app.success)
    assert app.selectbox(key="compare pair").options == ["before · 0 – before · 1", "after · 0 – after · 1"]


def test_a_seeded_race_that_is_not_at_its_end_says_so(visit: Any, tested: Any) -> None:
    made = [
        tested(title=f"Race: {name} · {seed}", recipe=Recipe(architecture=Choice(name=name), seed=seed))
        for name in ("seed-cnn", "lenet-5")
        for seed in range(2)
    ]
    change(made[-1], "result.json", status="stopped")
    app = visit("compare", link=link(*made))
    assert not app.exception
    assert literal("Not all of them are trained to the end: this may change.") in app.info[0].value


def test_the_guard_names_what_differs_and_leaves_a_fair_race_alone(visit: Any, tested: Any, words: Any) -> None:
    def run(norm: bool, seed: int, **more: Any) -> Run:
        label = "batch norm" if norm else "no batch norm"
        network = Choice(name="plain-20", batch_norm=norm)
        return tested(title=f"Race: {label} · {seed}", recipe=Recipe(architecture=network, seed=seed, **more))

    fair = [run(norm, seed) for norm in (True, False) for seed in (0, 1)]
    app = visit("compare", link=link(*fair))
    assert r"All the same but for one setting\: batch norm. Data, split, seeds" in app.success[-1].value
    assert not app.warning
    table = next(table for table in tables(app) if "batch norm" in table.columns)
    assert list(table["batch norm"]) == ["yes", "yes", "no", "no"]
    unfair = [*fair[:2], *(run(False, seed, training=Training(epochs=3)) for seed in (0, 1))]
    app = visit("compare", link=link(*unfair))
    assert r"more than one setting \(batch norm, epochs\)" in app.warning[0].value
    assert "do not have the same budget" in app.warning[0].value


def test_several_seeds_have_a_mean_and_a_spread(visit: Any, tested: Any, words: Any) -> None:
    made = [
        tested(wrong=wrong, title=f"Race: {name} · {seed}", recipe=Recipe(architecture=Choice(name=name), seed=seed))
        for name, few in (("seed-cnn", 1), ("lenet-5", 9))
        for seed, wrong in enumerate((few, few + 1, few))
    ]
    app = visit("compare", link=link(*made))
    assert not app.exception
    spread = next(table for table in tables(app) if "Spread" in table.columns)
    assert list(spread["Variant"]) == ["seed\\-cnn", "lenet\\-5"]
    assert list(spread["Mean test accuracy"]) == ["99.9%", "99.1%"]
    assert list(spread["Spread"]) == ["± 0.1", "± 0.1"]
    # the same number of mistakes more from each seed: no spread of the differences at all
    assert app.success[0].value.startswith("“seed\\-cnn” beats “lenet\\-5” by 0.8 ± 0.0 points over its seeds")
    assert "one seed" not in words(app), "nobody is told that it was one"
    assert "All the same but for one setting" in words(app), "seeds repeat, they are no other setting"
    pair = app.selectbox(key="compare pair")
    assert pair.options[0] == "seed-cnn · 0 – lenet-5 · 0", "those of one seed have one test"


def test_a_race_of_two_networks_from_three_seeds(
    visit: Any, engine: Any, inference: Any, words: Any, tested: Any
) -> None:
    tested(), tested()
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    assert not app.exception
    start = app.button(key="compare race go")
    assert start.disabled, "one alone is no race"
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.select("lenet-5").run()
    assert not app.exception
    app.button(key="compare race go").click().run()
    assert not app.exception
    assert [(one.architecture.name, one.seed) for one in submitted(engine)] == [
        (name, seed) for name in ("seed-cnn", "lenet-5") for seed in range(3)
    ]
    assert {one.training.epochs for one in submitted(engine)} == {3}


@pytest.mark.parametrize("name", ["plain-20", "cnn"])
def test_with_and_without(visit: Any, engine: Any, inference: Any, tested: Any, name: str) -> None:
    tested(), tested()
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.set_value([name]).run()
    for box in app.checkbox:
        if "batch norm" in box.label:
            box.check().run()
    (seeds,) = [one for one in app.segmented_control if one.label == "Seeds"]
    seeds.set_value(2).run()
    assert not app.exception
    app.button(key="compare race go").click().run()
    assert not app.exception

    def has_norm(one: Recipe) -> bool:
        options = architecture_options(one.architecture).model_dump()
        return all(block["batch_norm"] for block in options.get("blocks", [options]))

    chosen = [(has_norm(one), one.seed) for one in submitted(engine)]
    assert chosen == [(True, 0), (True, 1), (False, 0), (False, 1)]


def test_a_network_without_the_switch_is_no_dead_end(
    visit: Any, engine: Any, inference: Any, words: Any, tested: Any
) -> None:
    """The article's network has no batch norm to switch: the page says who has, and takes it at a click."""
    tested(), tested()
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (box,) = [one for one in app.checkbox if "batch norm" in one.label]
    box.check().run()
    assert "The article's CNN cannot be switched. Take one that can" in words(app).replace("\\", "")
    assert app.button(key="compare race go").disabled
    (button,) = [one for one in app.button if one.label == "CNN of your own"]
    button.click().run()
    assert not app.exception
    assert "cannot be switched" not in words(app)
    assert list(tables(app)[0]["Variant"]) == ["cnn, batch norm", "cnn, no batch norm"]
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.set_value(["cnn", "seed-cnn"]).run()
    assert "Without this switch, and trained as they are: The article's CNN" in words(app).replace("\\", "")
    assert len(tables(app)[0]) == 3


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        ("From fewer training images", ["25% of the images", "100% of the images"]),
        ("With wrong labels in training", ["0% wrong labels", "20% wrong labels"]),
        ("By several optimizers", ["Adam 0.001", "SGD 0.05"]),
        ("By several learning-rate schedules", ["constant rate", "cosine"]),
        ("In batches of several sizes", ["batches of 32", "batches of 128"]),
        ("Against rare classes", ["no strategy", "Class weights"]),
    ],
)
def test_data_and_training_are_varied_too(
    visit: Any, engine: Any, inference: Any, tested: Any, axis: str, labels: list[str]
) -> None:
    tested(), tested()
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (box,) = [one for one in app.checkbox if one.label == axis]
    box.check().run()
    assert not app.exception
    said = [one.replace("\\", "") for one in tables(app)[0]["Variant"]]
    assert [one.partition(", ")[2].casefold() for one in said] == [one.casefold() for one in labels]
    app.button(key="compare race go").click().run()
    assert not app.exception
    assert len(submitted(engine)) == 6


def test_too_many_is_said(visit: Any, engine: Any, inference: Any, words: Any, tested: Any) -> None:
    tested(), tested()
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.set_value(["mlp", "linear", "lenet-5", "seed-cnn", "cnn", "resnet-20", "plain-20"]).run()
    assert not app.exception
    assert "That makes 21 trainings; a race has 20 at most" in words(app)
    assert app.button(key="compare race go").disabled


def test_who_was_expected_to_win_is_kept_with_the_race(
    visit: Any, engine: Any, inference: Any, tested: Any, words: Any
) -> None:
    app = visit("compare")
    app.segmented_control(key="compare way").set_value("race").run()
    (networks,) = [one for one in app.multiselect if one.label == "Networks"]
    networks.set_value(["linear", "lenet-5"]).run()
    (winner,) = [one for one in app.selectbox if one.label == "Predict first: which one wins?"]
    winner.set_value("lenet-5").run()
    app.button(key="compare race go").click().run()
    assert not app.exception
    begun = [get_run(one) for one in app.session_state["trials compare"].split(",")]
    assert [(run.recipe.architecture.name, expectation_of(run).wins) for run in begun] == [
        *[("linear", False)] * 3,
        *[("lenet-5", True)] * 3,
    ]


@pytest.mark.parametrize(("wrong", "said"), [(3, "it has the highest test accuracy"), (20, "points above it")])
def test_the_expected_winner_beside_the_real_one(visit: Any, tested: Any, words: Any, wrong: int, said: str) -> None:
    guessed = tested(wrong=wrong, recipe=Recipe(architecture=Choice(name="lenet-5")), title="Race: lenet-5")
    other = tested(wrong=10, title="Race: seed-cnn")
    keep_expectation(guessed, Expectation(wins=True))
    app = visit("compare", link=link(guessed, other))
    assert not app.exception
    assert said in words(app)


@pytest.mark.parametrize(("axis", "named"), [("step", "step"), ("second", "seconds of training")])
def test_curves_run_along_what_is_asked(visit: Any, tested: Any, axis: str, named: str) -> None:
    app = visit("compare", link=link(tested(), tested(wrong=3)))
    app.segmented_control(key="axis compare").set_value(axis).run()
    assert not app.exception
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")][:2]
    assert {figure["layout"]["xaxis"]["title"]["text"] for figure in figures} == {named}


def test_two_networks_on_one_image(visit: Any, tested: Any, inference: Any, words: Any) -> None:
    one, two = tested(wrong=9, title="nine"), tested(wrong=2, title="two", recipe=Recipe(training=Training(epochs=3)))
    app = visit("compare", link=link(one, two))
    assert "Choose images above" in words(app)
    (images,) = [group for group in app.segmented_control if group.label == "Which images"]
    assert images.options == [
        "Only the first is right: 0",
        "Only the second is right: 7",
        "Both wrong: 2",
        "Both right: 991",
    ]
    assert images.value == "second", "the first of these that there are"
    strip = f"compare second {one.id} {two.id}: chosen"
    app.session_state[strip] = {"version": app.session_state[strip]["version"], "places": [0, 1]}
    app.run()
    assert not app.exception
    asked = [arguments for name, arguments in inference.asked if name == "explain_images"]
    assert [(arguments["model"], arguments["classes"]) for arguments in asked] == [(one.id, [9, 9]), (two.id, [4, 4])]
    assert "Both on one image" in words(app)
    for name, count in (("neither", 2), ("both", 30)):
        images.set_value(name).run()
        assert not app.exception
        told = [proto for proto in app.get("bidi_component") if proto.proto.component_name == "imgcls_sheet"]
        assert len(json.loads(told[-1].proto.json or told[-1].proto.mixed.json)["cells"]) == count
    images.set_value("first").run()
    assert "There is no such image." in words(app)


def test_two_networks_on_a_picture_of_ones_own(
    visit: Any, tested: Any, make_run: Any, inference: Any, words: Any, picture_file: bytes
) -> None:
    """Also where their data sets differ: a picture is a picture."""
    one, two = (
        tested(title="nine"),
        make_run("completed", title="tiny", recipe=Recipe(dataset=Choice(name="digits-8x8"))),
    )
    change(two, "result.json", test_accuracy=0.9, test_images=360)
    app = visit("compare", link=link(one, two))
    (toggle,) = [one_ for one_ in app.toggle if one_.label == "Both on a picture of your own"]
    toggle.set_value(True).run()
    assert "what both say appears here" in words(app)
    (source,) = [group for group in app.segmented_control if group.label == "Picture"]
    source.set_value("upload").run()
    app.file_uploader[0].set_value([("three.png", picture_file, "image/png")]).run()
    assert not app.exception
    asked = [arguments["model"] for name, arguments in inference.asked if name == "explain_images"]
    assert asked == [one.id, two.id]
    assert words(app).count("It says **0 90") == 2
