"""A layer's maps as a grid of small pictures in one scale, to choose one of: by mouse, finger or keys."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.components.signed_js import SIGNED_JS, packed

#: Longest side of a map in the browser (px): larger ones are thinned out.
_SIDE = 64

_HTML = '<div class="grid" role="group"></div>'

_CSS = """
.grid { display: grid; gap: 0.3rem; grid-template-columns: repeat(auto-fill, minmax(var(--cell), 1fr)); }
button { min-width: 0; padding: 3px; font: inherit; font-size: 0.72rem; line-height: 1.25; color: var(--st-text-color);
         background: none; border: 0; border-radius: var(--st-base-radius); cursor: pointer; }
button:hover:not([aria-pressed="true"]) { background: var(--st-secondary-background-color); }
button:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 1px; }
button[aria-pressed="true"] { background: var(--st-primary-color); color: var(--st-background-color); }
canvas { display: block; width: 100%; image-rendering: pixelated; border-radius: 2px; }
span { display: block; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.value { font-weight: 600; }
"""

_JS = (
    SIGNED_JS
    + """
export default function ({ parentElement, data, setStateValue }) {
  const grid = parentElement.querySelector('.grid'), state = (grid.state ??= { version: null, chosen: null });
  const cells = () => [...grid.children];
  function mark() {
    cells().forEach((cell, place) => {
      cell.setAttribute('aria-pressed', String(place === state.chosen));
      cell.tabIndex = place === (state.chosen ?? 0) ? 0 : -1;     // one stop for Tab; arrows go on from there
    });
  }
  state.choose = (place) => {
    state.chosen = place;
    mark();
    setStateValue('chosen', { version: data.version, place, turn: Date.now() });
  };
  state.go = (event, place) => {
    const all = cells(), across = all.filter((cell) => cell.offsetTop === all[0].offsetTop).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -1e9, End: 1e9 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, place + step))].focus();
  };
  grid.setAttribute('aria-label', data.label);
  grid.style.setProperty('--cell', data.cell + 'px');
  if (state.version !== data.version) {
    state.version = data.version;
    const maps = numbers(data.maps), [count, height, width] = maps.shape;
    const held = cells().findIndex((cell) => cell === grid.getRootNode().activeElement);
    grid.replaceChildren(...data.names.map((name, place) => {
      const cell = document.createElement('button'), from = place * height * width;
      cell.type = 'button';
      cell.title = data.said[place];
      cell.setAttribute('aria-label', data.said[place]);
      cell.innerHTML = `<canvas aria-hidden="true"></canvas><span aria-hidden="true">${escaped(name)}</span>`
        + (data.values ? `<span class="value" aria-hidden="true">${escaped(data.values[place])}</span>` : '');
      const value = (at) => (maps.values[from + at] ? maps.values[from + at] - 128 : NaN);
      paint(cell.firstElementChild, height, width, value, 127);
      cell.onclick = () => state.choose(place);
      cell.onkeydown = (event) => state.go(event, place);
      return cell;
    }));
    if (held >= 0) cells()[Math.min(held, cells().length - 1)]?.focus();
  }
  state.chosen = data.chosen;
  mark();
}
"""
)

# at import, hence once per process: registering is not part of a script run
_sheet = st.components.v2.component("imgcls_map_sheet", html=_HTML, css=_CSS, js=_JS)


def show_maps(
    key: str,
    label: str,
    maps: np.ndarray,
    names: Sequence[str],
    said: Sequence[str],
    chosen: int | None,
    values: Sequence[str] | None = None,
    cell: int = 66,
) -> None:
    """Show maps with one of them marked; `clicks.clicked` tells which is clicked.

    Args:
        key: names the grid within the session.
        label: what it shows, translated.
        maps: float (rows, columns, k), all in one scale; NaN: no place.
        names: a line below each; said: all of it, for the tooltip and for screen readers; translated.
        chosen: the place that is marked; None: none.
        values: a second line below each.
        cell: least width of a map on the page, in pixels.
    """
    sent = _quantised(_thinned(maps))
    data: dict[str, Any] = {
        "label": label,
        "maps": packed(np.moveaxis(sent, -1, 0)),
        "names": list(names),
        "said": list(said),
        "values": None if values is None else list(values),
        "chosen": chosen,
        "cell": cell,
    }
    data["version"] = hashlib.sha256(repr((data["maps"], data["said"], data["values"])).encode()).hexdigest()[:16]
    _sheet(key=key, data=data, on_chosen_change=lambda: None)


def _thinned(maps: np.ndarray) -> np.ndarray:
    """At most `_SIDE` pixels a side, nearest pixels."""
    share = max(1.0, max(maps.shape[:2]) / _SIDE)
    rows, columns = ((np.arange(max(1, int(side / share))) * share).astype(int) for side in maps.shape[:2])
    return maps[rows][:, columns]


def _quantised(maps: np.ndarray) -> np.ndarray:
    """uint8: 128 is zero, 255 the largest value, 1 the same below zero, 0 no number."""
    most = float(np.nanmax(np.abs(maps), initial=0)) or 1.0
    made = np.rint(128 + 127 * np.nan_to_num(maps) / most)
    return np.where(np.isnan(maps), 0, made).astype(np.uint8)
