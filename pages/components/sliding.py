"""A window that slides over a picture: what it covers, what is done with it, and where the result stands.

The numbers are Python's; the browser only shows those of the place under the pointer, so that going over the picture
costs no run of the page. Works by mouse, finger and keys. Once registered, convolution and pooling share it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from pages.components.words import _

#: Weights further from zero than this are not taken.
_MOST = 99.0

_HTML = """
<div class="pictures">
  <figure><figcaption class="in-name"></figcaption><svg class="x"></svg></figure>
  <figure><figcaption class="out-name"></figcaption><svg class="y" tabindex="0" role="application"></svg></figure>
</div>
<div class="tools"><button type="button" class="back"></button><button type="button" class="play"></button>
<button type="button" class="on"></button><span class="where" role="status"></span></div>
<div class="sum"></div>
"""

_CSS = """
.pictures { display: flex; flex-wrap: wrap; gap: 0.6rem 1.6rem; color: var(--st-text-color); }
figure { margin: 0; flex: 0 1 300px; min-width: 0; }
figcaption { font-size: 0.875rem; margin-bottom: 0.25rem; }
svg { display: block; width: 100%; height: auto; border-radius: 3px; cursor: crosshair; touch-action: manipulation; }
svg:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 0.6rem 0; font-size: 0.875rem;
         color: var(--st-text-color); }
.tools[hidden] { display: none; }
button { min-height: 2.2rem; padding: 0.2rem 0.8rem; font: inherit; color: var(--st-text-color); cursor: pointer;
         background: var(--st-background-color); border: 1px solid var(--st-border-color);
         border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.sum { display: flex; flex-wrap: wrap; gap: 0.5rem 0.8rem; align-items: center; color: var(--st-text-color); }
.part { min-width: 0; overflow-x: auto; }
.part p { margin: 0 0 0.2rem; font-size: 0.8rem; }
.sign { font-size: 1.3rem; padding-top: 1rem; }
.total { font-size: 1.5rem; font-weight: 600; padding-top: 1rem; font-variant-numeric: tabular-nums; min-width: 7rem; }
table { border-collapse: collapse; }
td { padding: 0; width: 2.9rem; height: 1.9rem; text-align: center; font-size: 0.8rem;
     font-variant-numeric: tabular-nums; border: 1px solid var(--st-border-color); }
td.zero { outline: 1px dashed var(--st-text-color); outline-offset: -3px; }
td.kept { outline: 3px solid var(--st-primary-color); outline-offset: -3px; }
input { width: 2.9rem; height: 1.9rem; padding: 0; font: inherit; text-align: center; border: 0; background: none;
        color: inherit; appearance: textfield; }
input::-webkit-inner-spin-button { appearance: none; }
"""

_JS = """
const CELL = 20, minus = (text) => text.replace('-', '\\u2212');
// a cell that is no number lies outside the picture and does not count
const say = (v) => (v === null ? '\\u2013'
  : minus(Math.abs(v) < 0.005 ? '0' : Number.isInteger(v) ? String(v) : v.toFixed(2)));
const grey = (v) => { const g = Math.round(255 * Math.min(1, Math.max(0, v))); return [g, g, g]; };
const signed = (v, most) => {
  const share = Math.min(1, Math.abs(v) / (most || 1)), end = v < 0 ? [33, 102, 172] : [178, 24, 43];
  return end.map((c) => Math.round(247 + share * (c - 247)));
};
const css = (c) => `rgb(${c.join(',')})`;
// black or white, whichever stands out more (WCAG's relative luminance): at least 4.5 : 1 on every colour
const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const luminance = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
const ink = (c) => (luminance(c) + 0.05 > Math.sqrt(1.05 * 0.05) ? '#000000' : '#FFFFFF');
const most = (rows) => Math.max(1e-9, ...rows.flat().map(Math.abs));

export default function ({ parentElement, data, setStateValue }) {
  const find = (name) => parentElement.querySelector(name), xs = find('.x'), ys = find('.y'), words = data.words;
  const state = (ys.state ??= { version: null, at: [0, 0], timer: 0 });
  if (state.version !== data.version) { state.version = data.version; state.at = data.cell; }
  const rows = data.y.length, columns = data.y[0].length, covered = data.dilation * (data.side - 1) + 1;
  state.at = [Math.min(rows - 1, state.at[0]), Math.min(columns - 1, state.at[1])];
  find('.in-name').textContent = words.input;
  find('.out-name').textContent = words.output;
  find('.back').textContent = words.back;
  find('.on').textContent = words.on;
  xs.setAttribute('role', 'img');
  xs.setAttribute('aria-label', words.input);
  ys.setAttribute('aria-label', words.output + '. ' + words.keys);
  find('.tools').hidden = data.hidden;

  const limit = most(data.mode === 'relu' ? data.x : data.y), colour = data.signed ? (v) => signed(v, limit) : grey;
  const inside = (r, c) => r >= data.pad[0] && c >= data.pad[1] && r < data.pad[0] + data.inner[0]
    && c < data.pad[1] + data.inner[1];
  function board(svg, values, paint) {
    const h = values.length * CELL, w = values[0].length * CELL;
    svg.setAttribute('viewBox', `-2 -2 ${w + 4} ${h + 4}`);
    svg.style.maxWidth = Math.max(60, Math.min(300, 300 * values[0].length / data.widest)) + 'px';
    svg.innerHTML = values.map((row, r) => row.map((v, c) => {
      const dashed = svg === xs && !inside(r, c);
      return `<rect x="${c * CELL}" y="${r * CELL}" width="${CELL}" height="${CELL}" fill="${paint(v, r, c)}"
        stroke="#808080" stroke-width="0.5" ${dashed ? 'stroke-dasharray="3 3" fill-opacity="0.35"' : ''}/>`;
    }).join('')).join('') + '<g class="mark" fill="none"></g>';
  }
  board(xs, data.x, (v) => (v === null ? 'none' : css(data.mode === 'relu' ? colour(v) : grey(v))));
  board(ys, data.y, (v) => (data.hidden ? '#9AA0A6' : css(colour(v))));

  function table(rows, cell) {
    const line = (row, p) => '<tr>' + row.map((v, q) => cell(v, p, q)).join('') + '</tr>';
    return '<table><tbody>' + rows.map(line).join('') + '</tbody></table>';
  }
  const td = (c, text, kind = '') => `<td class="${kind}" style="background:${css(c)};color:${ink(c)}">${text}</td>`;

  const field = (v, p, q) => `<input type="number" step="0.1" value="${+v.toFixed(3)}" data-at="${p},${q}"
    aria-label="${words.weight.replace('{row}', p + 1).replace('{column}', q + 1)}">`;

  function show() {
    const [i, j] = state.at, top = i * data.stride, left = j * data.stride, step = data.dilation;
    const taps = [...Array(data.side).keys()];
    const seen = taps.map((p) => taps.map((q) => data.x[top + p * step][left + q * step]));
    const out = taps.map((p) => taps.map((q) => !inside(top + p * step, left + q * step)));
    xs.querySelector('.mark').innerHTML =
      `<rect x="${left * CELL}" y="${top * CELL}" width="${covered * CELL}" height="${covered * CELL}"
        stroke="${data.accent}" stroke-width="4"/>` + (step === 1 ? '' : taps.map((p) => taps.map((q) =>
      `<rect x="${(left + q * step) * CELL + 2}" y="${(top + p * step) * CELL + 2}" width="${CELL - 4}"
        height="${CELL - 4}" stroke="${data.accent}" stroke-width="2"/>`).join('')).join(''));
    ys.querySelector('.mark').innerHTML = `<rect x="${j * CELL}" y="${i * CELL}" width="${CELL}" height="${CELL}"
      stroke="${data.accent}" stroke-width="4"/>` + (data.hidden ? `<text x="${(j + 0.5) * CELL}"
      y="${(i + 0.75) * CELL}" text-anchor="middle" font-size="15" fill="#14171A">?</text>` : '');
    const value = data.y[i][j], total = data.hidden ? '?' : say(value);
    const place = words.place.replace('{row}', i + 1).replace('{column}', j + 1);
    find('.where').textContent = `${place}: ${total}`;
    if (data.mode === 'relu') {
      find('.sum').innerHTML = `<span class="total">max(0, ${say(seen[0][0])}) = ${total}</span>`;
      return;
    }
    const kind = (v, p, q) => (out[p][q] ? 'zero' : data.mode === 'max' && v === value && !data.hidden ? 'kept' : '');
    const patch = `<div class="part"><p>${words.patch}</p>` + table(seen, (v, p, q) =>
      (v === null ? `<td class="zero">${say(v)}</td>` : td(grey(v), say(v), kind(v, p, q)))) + '</div>';
    if (data.mode !== 'sum') {
      const how = data.mode === 'max' ? words.largest : words.mean;
      find('.sum').innerHTML = patch + `<span class="sign">→</span><span class="total">${how} ${total}</span>`;
      return;
    }
    const k = data.kernel, limit = most(k), products = seen.map((row, p) => row.map((v, q) => v * k[p][q]));
    const box = find('.sum'), active = box.getRootNode().activeElement;
    const held = active && box.contains(active) ? active.dataset.at : null;
    box.innerHTML = patch + '<span class="sign">×</span>' + `<div class="part"><p>${words.kernel}</p>`
      + table(k, (v, p, q) => td(signed(v, limit), data.editable ? field(v, p, q) : say(v)))
      + '</div><span class="sign">=</span>' + `<div class="part"><p>${words.products}</p>`
      + table(products, (v) => (data.hidden ? td([154, 160, 166], '?') : td(signed(v, most(products)), say(v))))
      + `</div><span class="total">Σ = ${total}</span>`;
    box.querySelectorAll('input').forEach((input) => {
      input.onchange = () => {
        const [p, q] = input.dataset.at.split(',').map(Number), next = k.map((row) => [...row]);
        next[p][q] = Number.isFinite(input.valueAsNumber) ? Math.max(-99, Math.min(99, input.valueAsNumber)) : 0;
        setStateValue('kernel', { version: data.kernel_version, values: next });
      };
      if (input.dataset.at === held) input.focus();
    });
  }

  function go(to) {
    if (data.hidden) return;
    state.at = [Math.max(0, Math.min(rows - 1, to[0])), Math.max(0, Math.min(columns - 1, to[1]))];
    show();
  }
  const along = (by) => {
    const at = (state.at[0] * columns + state.at[1] + by + rows * columns) % (rows * columns);
    go([Math.floor(at / columns), at % columns]);
  };
  const under = (svg, event) => {
    const box = svg.getBoundingClientRect(), cells = svg === xs ? data.x : data.y;
    return [(event.clientY - box.top) / box.height * cells.length, (event.clientX - box.left) / box.width
      * cells[0].length];
  };
  const stop = () => { clearInterval(state.timer); state.timer = 0; find('.play').textContent = words.play; };
  ys.onpointermove = ys.onpointerdown = (event) => { stop(); go(under(ys, event).map(Math.floor)); };
  xs.onpointermove = xs.onpointerdown = (event) => {
    stop();
    go(under(xs, event).map((at) => Math.round((at - covered / 2) / data.stride)));
  };
  ys.onkeydown = (event) => {
    const [i, j] = state.at, to = { ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1], ArrowUp: [i - 1, j],
      ArrowDown: [i + 1, j], Home: [0, 0], End: [rows - 1, columns - 1] }[event.key];
    if (!to) return;
    event.preventDefault();
    stop();
    go(to);
  };
  find('.back').onclick = () => { stop(); along(-1); };
  find('.on').onclick = () => { stop(); along(1); };
  state.along = along;                                     // of the newest call: a timer of an older one goes on
  find('.play').textContent = state.timer ? words.pause : words.play;
  find('.play').onclick = () => {
    if (state.timer) return stop();
    state.timer = setInterval(() => state.along(1), 250);
    find('.play').textContent = words.pause;
  };
  show();
  return () => clearInterval(state.timer);
}
"""

# at import, hence once per process: registering is not part of a script run
_window = st.components.v2.component("imgcls_sliding", html=_HTML, css=_CSS, js=_JS)


def sliding(
    key: str, data: Mapping[str, Any], on_kernel: Any = lambda: None, names: Mapping[str, str] | None = None
) -> Any:
    """Show a window over a picture; what the browser sent of the kernel, or None.

    Args:
        key: names it within the session.
        data: `x` rows of the picture with its padding, 0 to 1, None where a cell does not count; `pad` (top, left)
            and `inner` (h, w) of the picture in it; `y` rows of the result, `signed` where it may be below zero;
            `side`, `stride`, `dilation` of the window; `mode` "sum", "max", "mean" or "relu"; `kernel`,
            `kernel_version` and `editable` for a sum; `cell` where it stands at first; `version`: with another, it
            stands there again; `hidden`: the result is not shown yet.
        names: words that are others here than usual, by their key in `_window_words`.
    """
    wide = max(len(data["x"][0]), len(data["y"][0]))
    words = {**_window_words(), **(names or {})}
    return _window(key=key, data={**data, "widest": wide, "words": words}, on_kernel_change=on_kernel).kernel


def kernel_from(sent: Any, version: str, side: int) -> np.ndarray | None:
    """The kernel that the browser sent for `version`: float (side, side); None if it sent no such thing."""
    if not isinstance(sent, Mapping) or sent.get("version") != version:
        return None
    rows = sent.get("values")
    fine = (
        isinstance(rows, list)
        and len(rows) == side
        and all(isinstance(row, list) and len(row) == side for row in rows)
        and all(_is_weight(value) for row in rows for value in row)
    )
    return np.array(rows, float) if fine else None


def _is_weight(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and abs(value) <= _MOST


def _window_words() -> dict[str, str]:
    return {
        "input": _("The picture"),
        "output": _("The result"),
        "back": _("One back"),
        "on": _("One on"),
        "play": _("Play"),
        "pause": _("Pause"),
        "keys": _("Arrow keys move the window."),
        "place": _("row {row}, column {column}", row="{row}", column="{column}"),
        "patch": _("what it covers"),
        "kernel": _("the kernel"),
        "products": _("the products"),
        "weight": _("weight in row {row}, column {column}", row="{row}", column="{column}"),
        "largest": _("the largest:"),
        "mean": _("the mean:"),
    }
