"""Painting a region over a picture, with mouse, pen, finger or keys.

The strokes live in the browser while it draws and are sent to Python when a stroke ends; Python makes a mask of them at
the picture's own size. Coordinates are shares of the picture's sides, so that they mean the same at every size.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np
import streamlit as st

from imgcls.explain.picture import enlarge
from imgcls.explain.strokes import Stroke, mask_of
from imgcls.images import encode_png

#: Strokes and points that are taken; more is not painting.
STROKES_MAX, POINTS_MAX = 200, 5000
#: The longer side of the picture as it is sent, in pixels.
_SENT = 448

_HTML = """
<div class="surface">
  <canvas tabindex="0" role="application"></canvas>
  <label class="size"><span></span><input type="range" min="0.03" max="0.25" step="0.01" value="0.1"></label>
  <div class="tools">
    <button type="button" class="undo"></button>
    <button type="button" class="clear"></button>
  </div>
  <p class="hint"></p>
</div>
"""

_CSS = """
.surface { width: min(100%, 320px); }
canvas { display: block; width: 100%; touch-action: none; cursor: crosshair; border-radius: var(--st-base-radius);
         image-rendering: pixelated; border: 1px solid var(--st-border-color); }
canvas:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.size { display: flex; align-items: center; gap: 0.6rem; margin-top: 0.5rem; font-size: 0.875rem;
        color: var(--st-text-color); }
.size input { flex: 1; accent-color: var(--st-primary-color); min-height: 1.6rem; }
.tools { display: flex; gap: 0.5rem; margin-top: 0.4rem; }
button { flex: 1; min-height: 2.4rem; padding: 0.25rem 0.75rem; font: inherit; font-size: 0.875rem;
         color: var(--st-text-color); background: var(--st-background-color); cursor: pointer;
         border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.hint { margin: 0.5rem 0 0; font-size: 0.875rem; color: var(--st-text-color); opacity: 0.8; }
"""

_JS = """
// A stroke: { r, p: [x0, y0, x1, y1, …] }, in shares of the picture's width (r, x) and height (y).
export default function ({ parentElement, data, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const sheet = find('canvas'), size = find('input');
  const ink = (sheet.ink ??= { strokes: [], picture: null, of: null, pointer: null, cursor: null });

  sheet.setAttribute('aria-label', data.label);
  find('.size span').textContent = data.words.size;
  size.setAttribute('aria-label', data.words.size);
  find('.undo').textContent = data.words.undo;
  find('.clear').textContent = data.words.clear;
  find('.hint').textContent = data.words.hint;

  if (ink.of !== data.version) {                 // another picture: what was painted on the last one is gone
    Object.assign(ink, { of: data.version, strokes: data.strokes.map((s) => ({ r: s.r, p: [...s.p] })), cursor: null });
    ink.picture = new Image();
    ink.picture.onload = () => show();
    ink.picture.src = data.picture;
  }

  function show() {
    const image = ink.picture;
    if (!image.naturalWidth) return;
    if (sheet.width !== image.naturalWidth) { sheet.width = image.naturalWidth; sheet.height = image.naturalHeight; }
    const context = sheet.getContext('2d'), w = sheet.width, h = sheet.height;
    context.drawImage(image, 0, 0);
    const layer = document.createElement('canvas');
    layer.width = w; layer.height = h;
    const paint = layer.getContext('2d');
    paint.lineCap = paint.lineJoin = 'round';
    paint.strokeStyle = data.colour;
    for (const { r, p } of ink.strokes) {
      paint.lineWidth = 2 * r * w;
      paint.beginPath();
      paint.moveTo(p[0] * w, p[1] * h);
      for (let i = 2; i < p.length; i += 2) paint.lineTo(p[i] * w, p[i + 1] * h);
      paint.lineTo(p.at(-2) * w + 0.01, p.at(-1) * h);
      paint.stroke();
    }
    context.globalAlpha = 0.72;
    context.drawImage(layer, 0, 0);
    context.globalAlpha = 1;
    if (ink.cursor) {
      context.lineWidth = 3; context.strokeStyle = data.colour;
      context.beginPath();
      context.arc(ink.cursor[0] * w, ink.cursor[1] * h, Number(size.value) * w, 0, 7);
      context.stroke();
    }
  }

  const send = () => { show(); setStateValue('region', { version: data.version, strokes: ink.strokes }); };
  const round = (v) => Math.round(Math.min(1, Math.max(0, v)) * 1000) / 1000;
  const points = () => ink.strokes.reduce((sum, s) => sum + s.p.length / 2, 0);

  function add(event) {
    const box = sheet.getBoundingClientRect(), stroke = ink.strokes.at(-1);
    const x = round((event.clientX - box.left) / box.width), y = round((event.clientY - box.top) / box.height);
    const step = stroke.p.length ? Math.hypot(x - stroke.p.at(-2), y - stroke.p.at(-1)) : 1;
    if (step >= 0.008 && points() < data.points) stroke.p.push(x, y);
  }

  sheet.onpointerdown = (event) => {
    if (ink.pointer !== null || event.button !== 0 || ink.strokes.length >= data.most) return;
    event.preventDefault();
    sheet.focus();
    sheet.setPointerCapture(event.pointerId);
    ink.pointer = event.pointerId;
    ink.cursor = null;
    ink.strokes.push({ r: Number(size.value), p: [] });
    add(event);
    show();
  };
  sheet.onpointermove = (event) => { if (event.pointerId === ink.pointer) { add(event); show(); } };
  sheet.onpointerup = sheet.onpointercancel = sheet.onlostpointercapture = (event) => {
    if (event.pointerId !== ink.pointer) return;
    ink.pointer = null;
    if (!ink.strokes.at(-1).p.length) ink.strokes.pop();
    send();
  };
  sheet.onkeydown = (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (!(event.key in moves) && event.key !== ' ') return;
    event.preventDefault();
    ink.cursor ??= [0.5, 0.5];
    if (event.key !== ' ') ink.cursor = ink.cursor.map((v, i) => round(v + 0.04 * moves[event.key][i]));
    else if (ink.strokes.length < data.most) {
      ink.strokes.push({ r: Number(size.value), p: [...ink.cursor] });
      send();
    }
    show();
  };
  sheet.onblur = () => { ink.cursor = null; show(); };
  find('.undo').onclick = () => { if (ink.strokes.length) { ink.strokes.pop(); send(); } };
  find('.clear').onclick = () => { if (ink.strokes.length) { ink.strokes = []; send(); } };
  show();
}
"""

# at import, hence once per process: registering is not part of a script run
_surface = st.components.v2.component("imgcls_region", html=_HTML, css=_CSS, js=_JS)


class RegionWords(TypedDict):
    """The surface's words, translated; `hint` says how to paint without a pointer."""

    size: str
    undo: str
    clear: str
    hint: str


def region(key: str, picture: np.ndarray, label: str, words: RegionWords, colour: str = "#00A5E0") -> np.ndarray | None:
    """A picture to paint on; what is painted stays while it is the same picture.

    Args:
        key: names the region within the session.
        picture: uint8 (h, w, c).
        label: what to paint, translated; read to those who do not see it.
        words: translated.
        colour: of what is painted.

    Returns:
        bool (h, w), True where somebody painted; None while nothing is.
    """
    large = enlarge(picture, _SENT)
    version = f"{hash(picture.tobytes()) & 0xFFFFFFFF:08x}"
    store = f"{key}: region"
    kept = st.session_state.get(store)
    strokes = kept[1] if kept is not None and kept[0] == version else []
    data = {
        "label": label,
        "words": words,
        "picture": "data:image/png;base64," + base64.b64encode(encode_png(large)).decode(),
        "version": version,
        "colour": colour,
        "strokes": strokes,
        "points": POINTS_MAX,
        "most": STROKES_MAX,
    }
    sent = _surface(key=key, data=data, on_region_change=lambda: None).region
    if isinstance(sent, Mapping) and sent.get("version") == version:
        strokes = checked_strokes(sent.get("strokes"))
        st.session_state[store] = (version, strokes)
    return mask_of(strokes, picture.shape[:2])


def checked_strokes(sent: Any) -> list[Stroke]:
    """What the browser sent, as far as it is strokes: a browser can send anything."""
    found: list[Stroke] = []
    points = 0
    for stroke in list(sent)[:STROKES_MAX] if isinstance(sent, list | tuple) else []:
        radius = stroke.get("r") if isinstance(stroke, Mapping) else None
        path = stroke.get("p") if isinstance(stroke, Mapping) else None
        if not _is_share(radius) or not isinstance(path, list | tuple) or len(path) < 2 or len(path) % 2:
            continue
        points += len(path) // 2
        if points <= POINTS_MAX and all(_is_share(value) for value in path):
            found.append({"r": min(float(radius), 0.5), "p": [float(value) for value in path]})  # type: ignore[arg-type]
    return found


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
