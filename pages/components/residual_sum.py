"""One residual block number by number: x, F(x), their sum and the ReLU behind it, at the place under the pointer.

The numbers are Python's; the browser only shows those of one place, so that going over a map costs no run of the page.
Works by mouse, finger and keys.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from imgcls.lessons.residual import Worked
from pages.components.convolution_window import MARK
from pages.components.signed_js import SIGNED_JS
from pages.components.words import _

HTML = """
<div class="row sum"></div><p class="say" role="status"></p><p class="from"></p><div class="row way"></div>
"""

CSS = """
.row { display: flex; flex-wrap: wrap; gap: 0.5rem 0.6rem; align-items: center; color: var(--st-text-color); }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 0.875rem; margin-bottom: 0.25rem; }
svg { display: block; max-width: 100%; height: auto; border-radius: 3px; touch-action: manipulation; }
.map { cursor: crosshair; }
svg:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.sign { font-size: 1.2rem; padding-top: 1.3rem; }
p { color: var(--st-text-color); margin: 0.6rem 0; }
.say { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.from { font-size: 0.875rem; }
"""

JS = (
    SIGNED_JS
    + """
const CELL = 30;
const short = (v) => (v < 0 ? '\\u2212' : '') + Math.abs(v);
const bracketed = (v) => (v < 0 ? `(${short(v)})` : short(v));
// numbers are written in the cells, so colours stay pale: the numbers are what is looked at
function board(svg, values, limit, small) {
  const h = values.length * CELL, w = values[0].length * CELL;
  svg.setAttribute('viewBox', `-2 -2 ${w + 4} ${h + 4}`);
  svg.setAttribute('width', (w + 4) * (small ? 0.8 : 1));
  svg.innerHTML = values.map((row, r) => row.map((v, c) => {
    const colour = tint(v, 2 * limit);
    return `<rect x="${c * CELL}" y="${r * CELL}" width="${CELL}" height="${CELL}" fill="${css(colour)}"
      stroke="#808080" stroke-width="0.5"/><text x="${(c + 0.5) * CELL}" y="${(r + 0.66) * CELL}" font-size="13"
      text-anchor="middle" fill="${ink(colour)}">${short(v)}</text>`;
  }).join('')).join('') + '<g class="mark" fill="none"></g>';
}
export default function ({ parentElement, data }) {
  const find = (name) => parentElement.querySelector(name), words = data.words, maps = data.maps;
  const root = find('.sum'), state = (root.state ??= { at: data.cell });
  const rows = maps.x.length, columns = maps.x[0].length;
  const figure = (name, kind) => `<figure><figcaption>${escaped(words[name])}</figcaption>
    <svg class="${kind} ${name}" role="img" aria-label="${escaped(words[name])}"></svg></figure>`;
  const sign = (text) => `<span class="sign" aria-hidden="true">${text}</span>`;
  if (!root.children.length) {
    root.innerHTML = figure('x', 'map') + sign('+') + figure('change', 'map') + sign('=') + figure('added', 'map')
      + sign('\\u2192') + figure('y', 'map');
    find('.way').innerHTML = figure('first', 'kernel') + sign('\\u2192') + figure('hidden', 'map') + sign('\\u2192')
      + figure('second', 'kernel');
  }
  for (const name of ['x', 'change', 'added', 'y', 'first', 'hidden', 'second']) {
    find(`.${name}`).setAttribute('aria-label', words[name]);
    find(`.${name}`).parentElement.firstElementChild.textContent = words[name];
    const small = ['first', 'hidden', 'second'].includes(name), values = maps[name].flat().map(Math.abs);
    board(find(`.${name}`), maps[name], small ? Math.max(...values) : data.limit, small);
  }
  find('.from').textContent = words.from;
  const y = find('.y');
  y.tabIndex = 0;
  y.setAttribute('role', 'application');
  y.setAttribute('aria-label', words.y + '. ' + words.keys);
  const frame = (top, left, side) => `<rect x="${left * CELL}" y="${top * CELL}" width="${side * CELL}"
    height="${side * CELL}" stroke="${data.accent}" stroke-width="4"/>`;
  function show() {
    const [r, c] = state.at;
    for (const name of ['x', 'change', 'added', 'y']) find(`.${name} .mark`).innerHTML = frame(r, c, 1);
    // what the second convolution covers here; at the edge, what of it lies in the map
    const [top, left] = [Math.max(0, r - 1), Math.max(0, c - 1)];
    const [bottom, right] = [Math.min(rows, r + 2), Math.min(columns, c + 2)];
    find('.hidden .mark').innerHTML = `<rect x="${left * CELL}" y="${top * CELL}" width="${(right - left) * CELL}"
      height="${(bottom - top) * CELL}" stroke="${data.accent}" stroke-width="4"/>`;
    const [x, change, added, after] = ['x', 'change', 'added', 'y'].map((name) => maps[name][r][c]);
    find('.say').textContent = filled(words.say, { row: r + 1, column: c + 1, x: short(x), change: bracketed(change),
      added: short(added), after: short(after) });
  }
  const go = (r, c) => {
    state.at = [Math.max(0, Math.min(rows - 1, r)), Math.max(0, Math.min(columns - 1, c))];
    show();
  };
  parentElement.querySelectorAll('.map').forEach((svg) => {
    svg.onpointermove = svg.onpointerdown = (event) => {
      const box = svg.getBoundingClientRect();
      go(Math.floor((event.clientY - box.top) / box.height * rows),
        Math.floor((event.clientX - box.left) / box.width * columns));
    };
  });
  y.onkeydown = (event) => {
    const [r, c] = state.at, to = { ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1], ArrowUp: [r - 1, c],
      ArrowDown: [r + 1, c], Home: [0, 0], End: [rows - 1, columns - 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    go(...to);
  };
  show();
}
"""
)

# at import, hence once per process: registering is not part of a script run
_sum = st.components.v2.component("imgcls_residual_sum", html=HTML, css=CSS, js=JS)


def residual_sum(key: str, found: Worked, first: np.ndarray, second: np.ndarray, cell: tuple[int, int]) -> None:
    """Show a block with its numbers, which should be short.

    Args:
        key: names it within the session.
        found: its maps.
        first, second: the kernels that made them.
        cell: the place that is looked at to begin with.
    """
    _sum(key=key, data=sum_data(found, first, second, cell))


def sum_data(found: Worked, first: np.ndarray, second: np.ndarray, cell: tuple[int, int]) -> dict[str, Any]:
    """What the browser gets; as `residual_sum`."""
    maps = {"x": found.x, "change": found.change, "added": found.added, "y": found.y}
    limit = max(float(np.abs(values).max()) for values in maps.values())
    maps |= {"hidden": found.hidden, "first": first, "second": second}
    return {
        "maps": {name: _short(values) for name, values in maps.items()},
        "limit": limit,
        "cell": list(cell),
        "accent": MARK,
        "words": _sum_words(),
    }


def _short(values: np.ndarray) -> list[list[float]]:
    """Rows of numbers; 0 is never −0, which would be written with its sign."""
    return (values.round(4) + 0.0).tolist()


def _sum_words() -> dict[str, str]:
    return {
        "x": _("x, what comes in"),
        "change": _("F(x)"),
        "added": _("x + F(x)"),
        "y": _("After ReLU"),
        "first": _("first kernel"),
        "hidden": _("after it, and ReLU"),
        "second": _("second kernel"),
        "from": _("F(x) is made of x in two steps; framed is what the second convolution covers for the same place:"),
        "keys": _("Arrow keys move the place."),
        "say": _(
            "row {row}, column {column}: x + F(x) = {x} + {change} = {added}, after ReLU {after}",
            **{name: f"{{{name}}}" for name in ("row", "column", "x", "change", "added", "after")},
        ),
    }
