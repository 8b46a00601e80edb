"""The diagram: what is drawn of a graph, where skips run, and that every network of the registry fits."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from imgcls.architectures import ARCHITECTURES, build_model
from imgcls.architectures.measure import layer_costs
from imgcls.figures.diagram import FROZEN, KINDS, SKIP, WIDTH, network_diagram, slabs_and_arcs
from tests.architectures.trial import STARTS_FROM, choice, everyday

WORDS = {name: name for name, _ in KINDS.values()} | {SKIP: SKIP, FROZEN: FROZEN}
SVG = "{http://www.w3.org/2000/svg}"


def layer(name, kind, inputs=(), shape=(8, 8, 4)):
    return {"name": name, "kind": kind, "shape": list(shape), "inputs": list(inputs)}


BLOCK = [
    layer("in", "InputLayer"),
    layer("a", "Conv2D", ["in"]),
    layer("relu", "ReLU", ["a"]),
    layer("b", "Conv2D", ["relu"]),
    layer("c", "Conv2D", ["b"]),
    layer("norm", "BatchNormalization", ["c"]),
    layer("add", "Add", ["relu", "norm"]),
    layer("out", "Dense", ["add"], (10,)),
]


def test_a_skip_leaves_behind_the_layer_before_it_and_passes_the_block():
    slabs, arcs = slabs_and_arcs(BLOCK)
    assert [slab.name for slab in slabs] == ["in", "a", "b", "c", "out"]
    assert arcs == [(1, 3)]


def test_a_chain_has_no_skips():
    chain = [row | {"inputs": [BLOCK[at - 1]["name"]] if at else []} for at, row in enumerate(BLOCK)]
    assert slabs_and_arcs(chain)[1] == []
    assert SKIP not in network_diagram(chain, False, WORDS)


def test_a_network_that_is_still_being_built_is_an_empty_sheet_of_the_same_size():
    empty, full = (ElementTree.fromstring(network_diagram(layers, False, WORDS)) for layers in ([], BLOCK))
    assert len(empty) == 0
    assert empty.get("viewBox") == full.get("viewBox")


def test_what_is_frozen_stands_back_and_is_named():
    frozen = [{**row, "trainable": row["name"] != BLOCK[1]["name"]} for row in BLOCK]
    plain, found = (network_diagram(rows, False, WORDS) for rows in (BLOCK, frozen))
    assert FROZEN not in plain
    assert "stroke-dasharray" not in plain
    assert FROZEN in found
    # one slab, and the legend's
    assert found.count("stroke-dasharray") == 2


def test_words_are_text_and_nothing_else():
    svg = network_diagram(BLOCK, True, WORDS | {SKIP: "<b>&"})
    assert "<b>" not in svg
    assert [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")][-1] == "<b>&"


@pytest.mark.parametrize("name", everyday(sorted(entry.name for entry in ARCHITECTURES)))
def test_every_network_fits_on_the_paper(name, tiny_run):
    STARTS_FROM["run"] = tiny_run.id
    architecture = ARCHITECTURES.get(name)
    side = max(28, architecture.sides[0])
    rows = layer_costs(build_model(choice(name), (side, side, 3), 10, seed=0))
    slabs, arcs = slabs_and_arcs(rows)
    merges = [row for row in rows if row["kind"] in ("Add", "Concatenate")]
    # a ViT also adds places to its patches and puts a token before them: nothing is skipped there
    assert bool(arcs) == bool(merges)
    assert sum(1 for slab in slabs if slab.kind == "Conv2D") == sum(1 for row in rows if row["kind"] == "Conv2D")
    drawing = ElementTree.fromstring(network_diagram(rows, True, WORDS))
    rectangles = [{key: box.get(key) for key in ("x", "width")} for box in drawing.iter(f"{SVG}rect")][: len(slabs)]
    ends = [(float(box["x"]), float(box["x"]) + float(box["width"])) for box in rectangles]
    assert ends[0][0] >= 0
    assert ends[-1][1] <= WIDTH
    assert all(right > left for left, right in ends)
    assert all(after[0] > before[1] for before, after in itertools.pairwise(ends)), "slabs do not overlap"
