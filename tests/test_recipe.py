"""A recipe survives every way it travels, and nonsense is refused in the field's own words."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import random
import zlib

import pytest

from imgcls.errors import RecipeError
from imgcls.recipe import CODE_LIMIT, MOST_AUGMENTATIONS, Choice, Recipe, recipe_from, recipe_from_code, with_settings

OPTIMIZERS, SCHEDULES, PRECISIONS = (
    ["adam", "adamw", "sgd", "rmsprop"],
    ["constant", "cosine"],
    ["auto", "float32", "mixed_bfloat16"],
)
AUGMENTATIONS = [[], [], [{"name": "flip"}], [{"name": "shift", "distance": 0.2}, {"name": "rotate"}]]


def random_recipe(draw: random.Random) -> Recipe:
    validation = draw.uniform(0.01, 0.5)
    options = {
        draw.choice(["width", "深度", "use_bias", "a.b", "name2"]): draw.choice([1, 0.5, True, "x", [1, 2], "“”", None])
    }
    return recipe_from(
        {
            "dataset": {"name": draw.choice(["mnist-5k", "digits", "我的图片"])},
            "augmentation": draw.choice(AUGMENTATIONS),
            "split": {"validation": validation, "test": draw.uniform(0.01, 0.99 - validation)},
            "architecture": {"name": draw.choice(["seed-cnn", "other"])} | draw.choice([{}, options]),
            "training": {
                "epochs": draw.randint(1, 1000),
                "batch_size": draw.randint(1, 65536),
                "optimizer": {"name": draw.choice(OPTIMIZERS), "learning_rate": 10 ** draw.uniform(-9, 1)},
                "schedule": draw.choice(SCHEDULES),
                "early_stopping": draw.choice([None, 1, 100]),
                "precision": draw.choice(PRECISIONS),
            },
            "seed": draw.choice([0, 1, 2**31 - 1, draw.randrange(2**31)]),
        }
    )


RECIPES = [Recipe(), *(random_recipe(random.Random(seed)) for seed in range(100))]


# -- there and back


@pytest.mark.parametrize("number", range(len(RECIPES)))
def test_round_trips(number):
    recipe = RECIPES[number]
    assert recipe_from(json.loads(recipe.to_json())) == recipe
    code = recipe.to_code()
    assert recipe_from_code(code) == recipe
    assert recipe_from_code(code).hash() == recipe.hash()
    assert code.isascii()
    assert not set(code) & set("+/=&?# ")
    assert len(code) < 400


def test_the_default_recipe_has_the_shortest_code():
    assert len(Recipe().to_code()) < 20
    assert all(len(Recipe().to_code()) <= len(recipe.to_code()) for recipe in RECIPES)


def test_a_code_is_read_whatever_padding_a_mail_program_left():
    code = RECIPES[1].to_code()
    for padding in range(4):
        assert recipe_from_code(code + "=" * padding) == RECIPES[1]


def test_hash_tells_recipes_apart_and_does_not_mind_the_order_of_options():
    assert len({recipe.hash() for recipe in RECIPES}) == len(RECIPES)
    assert recipe_from({"seed": 1}).hash() != Recipe().hash()
    one, other = ({"name": "cnn", "a": 1, "b": 2}, {"b": 2, "a": 1, "name": "cnn"})
    assert recipe_from({"architecture": one}).hash() == recipe_from({"architecture": other}).hash()


def test_recipes_from_before_there_was_augmentation_are_what_they_were():
    """Their hash, their file and their link: taken down when the field did not exist yet."""
    old = json.loads(Recipe().to_json())
    for later in ("augmentation", "corrections", "label_noise", "subset", "imbalance", "balance", "pinned"):
        del old[later]
    assert recipe_from(old) == Recipe()
    assert hashlib.sha256(json.dumps(old, sort_keys=True).encode()).hexdigest()[:12] == Recipe().hash()
    assert recipe_from_code("eNqrVipOTU1RslIwqQUAFc0DbA") == recipe_from({"seed": 4})


def test_augmentation_travels():
    choices = [{"name": "shift", "distance": 0.2}, {"name": "cutout"}]
    recipe = with_settings(Recipe(), [f"augmentation={json.dumps(choices)}"])
    assert [choice.model_dump() for choice in recipe.augmentation] == choices
    assert recipe_from_code(recipe.to_code()) == recipe
    assert recipe_from(json.loads(recipe.to_json())) == recipe
    others = [recipe_from({"augmentation": those}) for those in (choices[::-1], choices[:1], [])]
    assert len({recipe.hash(), *(other.hash() for other in others)}) == 4
    assert with_settings(recipe, ["augmentation=[]"]) == Recipe()


def test_what_is_watched_travels_and_makes_no_other_recipe():
    recipe = with_settings(Recipe(), ["pinned=[7, 3]"])
    assert recipe.pinned == (7, 3)
    assert recipe_from_code(recipe.to_code()) == recipe_from(json.loads(recipe.to_json())) == recipe
    assert recipe.hash() == Recipe().hash()
    assert recipe.hash() != with_settings(recipe, ["seed=1"]).hash()
    with pytest.raises(RecipeError, match="only once"):
        recipe_from({"pinned": [3, 3]})


@pytest.mark.parametrize("place", [-1, 1.5, "1", True, None, math.nan])
def test_only_whole_numbers_are_watched(place):
    with pytest.raises(RecipeError, match=r"“pinned\.1”"):
        recipe_from({"pinned": [4, place]})


def test_a_recipe_cannot_be_changed():
    recipe = Recipe()
    with pytest.raises(ValueError, match="frozen"):
        recipe.seed = 3
    recipe.dataset.options["new"] = 1
    assert recipe.dataset.options == {}


def test_shares_add_up():
    assert Recipe().split.train == 0.7


# -- nonsense

BAD_NUMBERS = [math.nan, math.inf, -math.inf, -1, 0, 1e9, "5", "", None, True, [], {}, [1], "NaN"]
FIELDS = {
    "split.validation": [*BAD_NUMBERS, 1, 1.0, -0.1],
    "split.test": [*BAD_NUMBERS, 1, 1.5],
    "training.epochs": [*BAD_NUMBERS, 1001, 2.5, 10.0],
    "training.batch_size": [*BAD_NUMBERS, 65537, 32.5],
    "training.optimizer.learning_rate": [*BAD_NUMBERS, 10.001, -1e-9],
    "training.early_stopping": [bad for bad in BAD_NUMBERS if bad is not None] + [101],
    "seed": [bad for bad in BAD_NUMBERS if bad != 0 or bad is False] + [2**31, -(2**40)],
    "training.optimizer.name": ["Adam", "lion", "", None, 3, ["adam"], "adam\0", "a" * 10_000],
    "training.schedule": ["stairs", None, 1, "Cosine"],
    "training.precision": ["float16", "float64", None, 32],
    "dataset.name": ["", "x" * 65, None, 3, ["mnist-5k"], {"a": 1}],
    "architecture.name": ["", "x" * 65, None, 3.5],
    "version": [0, 2, "1", None],
    "training.epoch": [5],
    "training.optimizer.momentum": [0.9],
    "model": ["seed-cnn"],
}
WHOLE = {
    "split": [3, None, [], "0.1"],
    "training": [3, None, [1], "adam"],
    "training.optimizer": ["adam", None, []],
    "dataset": ["mnist-5k", None, 3, []],
    "architecture": ["seed-cnn", None, []],
    "pinned": [3, None, "7", {}, [1, 1], list(range(13))],
    "augmentation": ["flip", None, 3, {"name": "flip"}, [{"name": "flip"}] * 9],
}
NONSENSE = [(field, value) for table in (FIELDS, WHOLE) for field, values in table.items() for value in values]


def nested(field: str, value: object) -> dict:
    for part in reversed(field.split(".")):
        value = {part: value}
    return value


@pytest.mark.parametrize("place", range(len(NONSENSE)), ids=lambda place: f"{NONSENSE[place][0]}-{place}")
def test_nonsense_is_refused_with_field_and_value(place):
    field, value = NONSENSE[place]
    with pytest.raises(RecipeError) as refused:
        recipe_from(nested(field, value))
    message = str(refused.value)
    assert f"“{field}”" in message
    assert "Received: " in message
    assert repr(value)[:60] in message
    assert len(message) < 400
    assert "pydantic" not in message
    assert "http" not in message


def test_there_are_as_many_cases_as_promised():
    assert len(NONSENSE) > 120


@pytest.mark.parametrize("seed", range(100))
def test_random_nonsense_is_refused_whatever_the_rest_says(seed):
    draw = random.Random(seed)
    field, value = draw.choice(NONSENSE)
    data = json.loads(random_recipe(draw).to_json())
    target, *_, last = data, *field.split(".")
    for part in field.split(".")[:-1]:
        target = target[part]
    target[last] = value
    with pytest.raises(RecipeError) as refused:
        recipe_from(data)
    assert f"“{field}”" in str(refused.value)


@pytest.mark.parametrize("name", ["", "x" * 65, None, 3])
def test_a_nameless_augmentation_is_refused_with_its_place(name):
    with pytest.raises(RecipeError, match=r"“augmentation\.1\.name”"):
        recipe_from({"augmentation": [{"name": "flip"}, {"name": name}]})


def test_the_eighth_augmentation_is_the_last():
    flips = [{"name": "flip"}] * MOST_AUGMENTATIONS
    assert len(recipe_from({"augmentation": flips}).augmentation) == 8
    with pytest.raises(RecipeError, match="“augmentation” must have at most 8 entries"):
        recipe_from({"augmentation": [*flips, {"name": "flip"}]})
    with pytest.raises(RecipeError, match=r"“augmentation” must be a list\. Received: 'flip'"):
        with_settings(Recipe(), ["augmentation=flip"])


@pytest.mark.parametrize("data", [None, [], "mnist", 3, True, [{"seed": 1}]])
def test_what_is_no_recipe_at_all_is_refused(data):
    with pytest.raises(RecipeError, match="“recipe”"):
        recipe_from(data)


def test_parts_that_leave_nothing_to_train_on_are_refused():
    with pytest.raises(RecipeError, match="leave something to train on"):
        recipe_from({"split": {"validation": 0.5, "test": 0.5}})


@pytest.mark.parametrize("value", [math.nan, math.inf, {"a": math.nan}, [[[[1]]]], [math.nan], {"a": {"b": {"c": {}}}}])
def test_options_are_plain_values(value):
    with pytest.raises(RecipeError, match="option width"):
        recipe_from({"architecture": {"name": "seed-cnn", "width": value}})


def test_options_stand_beside_the_name():
    choice = Choice(name="cnn", width=32, blocks=[1, 2])
    assert choice.options == {"width": 32, "blocks": [1, 2]}
    assert choice.model_dump() == {"name": "cnn", "width": 32, "blocks": [1, 2]}


def test_options_may_be_lists_of_objects():
    blocks = [{"width": 32, "pooling": "max"}, {"width": 64, "pooling": "average"}]
    recipe = recipe_from({"architecture": {"name": "cnn", "blocks": blocks}})
    assert recipe_from_code(recipe.to_code()) == recipe


# -- codes from strangers


def packed(data: bytes | str) -> str:
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


HOSTILE = {
    "empty": "",
    "no base64": "!!!!",
    "one sign": "A",
    "not packed": base64.urlsafe_b64encode(b'{"seed": 1}').decode(),
    "no JSON": packed("seed = 1"),
    "half of JSON": packed('{"seed": '),
    "no UTF-8": packed(b'{"seed": "\xff\xfe"}'),
    "a list": packed("[1, 2]"),
    "a number": packed("7"),
    "null": packed("null"),
    "10,000 lists deep": packed('{"seed": ' + "[" * 10_000 + "]" * 10_000 + "}"),
    "10,000 objects deep": packed('{"architecture": ' * 10_000 + "1" + "}" * 10_000),
    "a bomb of zeros": packed(b"\0" * 50_000_000),
    "a bomb of spaces before JSON": packed(b" " * 50_000_000 + b"{}"),
    "a bomb of spaces after JSON": packed(b'{"seed": 1}' + b" " * 50_000_000),
    "a number of 5,000 digits": packed('{"seed": ' + "9" * 5000 + "}"),
    "Chinese": "代码",
    "cut off": RECIPES[1].to_code()[:20],
    "a bit of a path": "../../etc/passwd",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_is_refused(name):
    with pytest.raises(RecipeError) as refused:
        recipe_from_code(HOSTILE[name])
    assert "Received: " in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_bomb_is_not_unpacked(monkeypatch):
    unpacked = []

    class Watched:
        def __init__(self):
            self._real = original()

        def decompress(self, data, most):
            unpacked.append(self._real.decompress(data, most))
            return unpacked[-1]

        @property
        def unconsumed_tail(self):
            return self._real.unconsumed_tail

    original = zlib.decompressobj
    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(RecipeError):
        recipe_from_code(HOSTILE["a bomb of zeros"])
    assert sum(map(len, unpacked)) <= CODE_LIMIT


@pytest.mark.parametrize("depth", [*range(100, 1000, 60), *range(900, 1000, 7)])
@pytest.mark.parametrize("place", ['{"seed": %s}', '{"architecture": {"width": %s}}', "%s"])
def test_depth_just_below_what_python_can_read(depth, place):
    with pytest.raises(RecipeError):
        recipe_from_code(packed(place % ("[" * depth + "]" * depth)))


@pytest.mark.parametrize("seed", range(50))
def test_a_mistyped_code_is_refused_or_a_recipe(seed):
    draw = random.Random(seed)
    code = list(RECIPES[1 + seed].to_code())
    code[draw.randrange(len(code))] = draw.choice("ABCxyz019-_")
    try:
        said = recipe_from_code("".join(code)).to_json()
    except RecipeError as error:
        said = str(error)
    assert "Received: " in said or recipe_from(json.loads(said))


# -- --set


def test_settings_are_read_as_json_where_they_are_json():
    recipe = with_settings(
        Recipe(),
        [
            "training.optimizer.learning_rate=0.01",
            "training.epochs = 3 ",
            "training.optimizer.name=sgd",
            "training.early_stopping=null",
            "architecture.width=32",
            "architecture.kind=wide",
            'dataset.x="7"',
        ],
    )
    assert recipe.training.optimizer.learning_rate == 0.01
    assert (recipe.training.epochs, recipe.training.optimizer.name) == (3, "sgd")
    assert recipe.training.early_stopping is None
    assert recipe.architecture.options == {"width": 32, "kind": "wide"}
    assert recipe.dataset.options == {"x": "7"}
    assert with_settings(recipe, []) == recipe


def test_the_last_setting_of_a_field_counts():
    assert with_settings(Recipe(), ["seed=1", "seed=2"]).seed == 2


def test_another_network_does_not_inherit_the_options_of_the_old_one():
    wide = with_settings(Recipe(), ["architecture.width=32"])
    assert with_settings(wide, ["architecture.name=other"]).architecture.options == {}
    assert with_settings(wide, ["architecture.name=seed-cnn"]).architecture.options == {"width": 32}
    fast = with_settings(Recipe(), ["training.optimizer.learning_rate=1", "training.optimizer.name=sgd"])
    assert fast.training.optimizer.learning_rate == 1


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("seed", "PATH=VALUE"),
        ("=5", "PATH=VALUE"),
        ("", "PATH=VALUE"),
        ("seeds=5", "“seeds”"),
        ("training.epochs.x=5", "“training.epochs.x”"),
        ("architecture.name.x=1", "“architecture.name.x”"),
        ("a.b.c=1", "“a.b.c”"),
        ("training..epochs=1", "“training..epochs”"),
        ("training.=1", "“training”"),
        ("seed=-1", "“seed” must be at least 0. Received: -1"),
        ("seed=abc", "Received: 'abc'"),
        ("training.epochs=1e9", "“training.epochs”"),
        ("training.optimizer.learning_rate=NaN", "finite number. Received: nan"),
        ("training.optimizer.learning_rate=1e400", "finite number. Received: inf"),
        ("training.optimizer.learning_rate=0", "must be greater than 0"),
        ("training.optimizer.name=lion", "must be one of: 'adam'"),
        ("seed=" + "[" * 100_000, "“seed”"),
        ("training=" + "{" * 100_000, "“training”"),
    ],
    ids=lambda text: text[:30],
)
def test_settings_that_make_no_sense(setting, words):
    with pytest.raises(RecipeError) as refused:
        with_settings(Recipe(), [setting])
    assert words in str(refused.value)
    assert len(str(refused.value)) < 300
