"""A sheet of paper to draw on, with mouse, pen or finger.

Streamlit has no such widget, so this is a small component of our own: no package, no file, no frame. The strokes live
in the browser while it draws and are sent to Python when a stroke ends, together with the picture that they make.
Python keeps them for the session and hands them back, so that a drawing is still there when the page is visited again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, TypedDict

import streamlit as st

from imgcls.errors import ImageError
from imgcls.language import N_

SIDE = 280  # units of the paper, and pixels of the picture: ten times MNIST's 28
PEN = 18  # units: as thick, for its size, as the pens that wrote MNIST
POINTS_MAX = 20_000  # of all strokes; the surface stops taking more. An hour of scribbling, 300 kB
PNG_BYTES_MAX = 512 * 1024  # 280 × 280 pixels are 307 kB before they are compressed

_PREFIX = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_HTML = """
<div class="surface">
  <div class="sheet">
    <canvas role="img"></canvas>
    <span class="invitation" aria-hidden="true"></span>
  </div>
  <div class="tools">
    <button type="button" class="undo"></button>
    <button type="button" class="clear"></button>
  </div>
  <p class="hint"></p>
</div>
"""

# The paper is light in the dark theme too: ink on paper is what the networks' preprocessing expects, and a drawing
# that changed its colours with the theme would be another picture.
_CSS = """
.surface { width: min(100%, 300px); }
.sheet { position: relative; aspect-ratio: 1; border: 1px solid var(--st-border-color);
         border-radius: var(--st-base-radius); overflow: hidden; background: #FFFFFF; }
canvas { display: block; width: 100%; height: 100%; touch-action: none; cursor: crosshair; user-select: none;
         -webkit-user-select: none; }
.invitation { position: absolute; inset: 0; display: grid; place-items: center; padding: 1rem; text-align: center;
              color: #5A6068; background: #FFFFFF; pointer-events: none; }
.invitation[hidden] { display: none; }
.tools { display: flex; gap: 0.5rem; margin-top: 0.5rem; }
button { flex: 1; min-height: 2.4rem; padding: 0.25rem 0.75rem; font: inherit; font-size: 0.875rem;
         color: var(--st-text-color); background: var(--st-background-color); cursor: pointer;
         border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
button[aria-disabled="true"] { opacity: 0.45; cursor: default; color: inherit; border-color: var(--st-border-color); }
.hint { margin: 0.5rem 0 0; font-size: 0.875rem; color: var(--st-text-color); opacity: 0.8; }
"""

_JS = """
// The browser's strokes are the truth: what Python sends back is older and only used by a surface that has none yet.
export default function ({ parentElement, data, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const paper = find('canvas');
  const ink = (paper.ink ??= { strokes: data.strokes.map((s) => [...s]), cleared: [], pointer: null, frame: 0 });

  paper.setAttribute('aria-label', data.label);
  find('.invitation').textContent = data.label;
  find('.hint').textContent = data.words.hint;
  find('.undo').textContent = data.words.undo;
  find('.clear').textContent = data.words.clear;

  function trace(context, stroke) {           // stroke: [x0, y0, x1, y1, …]
    const end = stroke.length - 2;
    context.beginPath();
    context.moveTo(stroke[0], stroke[1]);
    for (let i = 2; i < end; i += 2) {        // curves through the middles of the segments have no corners
      context.quadraticCurveTo(stroke[i], stroke[i + 1], (stroke[i] + stroke[i + 2]) / 2,
                               (stroke[i + 1] + stroke[i + 3]) / 2);
    }
    context.lineTo(stroke[end] + 0.01, stroke[end + 1]);   // a line without length would not be drawn: no dot
    context.stroke();
  }

  function paint(canvas, pixels, paperColour, inkColour) {
    if (canvas.width !== pixels || canvas.height !== pixels) canvas.width = canvas.height = pixels;
    const context = canvas.getContext('2d');
    context.setTransform(pixels / data.side, 0, 0, pixels / data.side, 0, 0);
    context.fillStyle = paperColour;
    context.fillRect(0, 0, data.side, data.side);
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = data.pen;
    context.strokeStyle = inkColour;
    ink.strokes.forEach((stroke) => trace(context, stroke));
    return canvas;
  }

  function show() {
    ink.frame = 0;
    const pixels = Math.round((paper.clientWidth || data.side) * (window.devicePixelRatio || 1));
    paint(paper, pixels, '#FFFFFF', '#1B1F24');
    find('.invitation').hidden = ink.strokes.length > 0;
    find('.undo').setAttribute('aria-disabled', String(!ink.strokes.length && !ink.cleared.length));
    find('.clear').setAttribute('aria-disabled', String(!ink.strokes.length));
  }
  const showSoon = () => { ink.frame ||= requestAnimationFrame(show); };

  function send() {
    show();
    const picture = paint(document.createElement('canvas'), data.side, '#FFFFFF', '#000000').toDataURL('image/png');
    setStateValue('drawing', { png: ink.strokes.length ? picture : '', strokes: ink.strokes.map((s) => [...s]) });
  }

  function add(event) {
    const box = paper.getBoundingClientRect();
    const stroke = ink.strokes.at(-1);
    const unit = (value) => Math.round(value * data.side * 10) / 10;
    const x = unit((event.clientX - box.left) / box.width), y = unit((event.clientY - box.top) / box.height);
    const taken = ink.strokes.reduce((sum, s) => sum + s.length / 2, 0);
    const step = stroke.length ? Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) : Infinity;
    if (step >= 1.5 && taken < data.points) stroke.push(x, y);
  }

  paper.onpointerdown = (event) => {
    if (ink.pointer !== null || event.button !== 0) return;
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    ink.pointer = event.pointerId;
    ink.cleared = [];
    ink.strokes.push([]);
    add(event);
    showSoon();
  };
  paper.onpointermove = (event) => {
    if (event.pointerId !== ink.pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];   // a pen reports more often than the screen draws
    (between.length ? between : [event]).forEach(add);
    showSoon();
  };
  paper.onpointerup = paper.onpointercancel = paper.onlostpointercapture = (event) => {
    if (event.pointerId !== ink.pointer) return;
    ink.pointer = null;
    if (!ink.strokes.at(-1).length) ink.strokes.pop();    // the paper was full
    send();
  };
  find('.undo').onclick = () => {
    if (ink.strokes.length) ink.strokes.pop();
    else if (ink.cleared.length) [ink.strokes, ink.cleared] = [ink.cleared, []];
    else return;
    send();
  };
  find('.clear').onclick = () => {
    if (!ink.strokes.length) return;
    [ink.strokes, ink.cleared] = [[], ink.strokes];       // Undo brings them back
    send();
  };

  // `show` belongs to this call; the observer outlives it and asks for the newest
  ink.show = showSoon;
  ink.observer ??= new ResizeObserver(() => ink.show());
  ink.observer.observe(paper);
  show();
}
"""

# at import, hence once per process: registering is not part of a script run
_surface = st.components.v2.component("imgcls_canvas", html=_HTML, css=_CSS, js=_JS)


class CanvasWords(TypedDict):
    """The surface's words, translated; `hint` says what to do without a pointer (samples, upload)."""

    undo: str
    clear: str
    hint: str


Strokes = list[list[float]]


def canvas(key: str, label: str, words: CanvasWords) -> bytes | None:
    """A drawing surface; what is drawn stays for the session, on whichever page it is shown again.

    The picture is 280 × 280, black ink on white paper, in both themes.

    Args:
        key: names the drawing within the session.
        label: what to draw, translated; stands on the empty paper and names it for screen readers.
        words: the buttons' labels and the hint, translated.

    Returns:
        The picture as the bytes of a PNG, or None while the paper is empty.

    Raises:
        ImageError: the browser sent something that this surface does not send.
    """
    store = f"{key}: drawing"  # not a widget's key: those are forgotten when the page is left
    kept = st.session_state.get(store, {"png": "", "strokes": []})
    data = {
        "label": label,
        "words": dict(words),
        "strokes": kept["strokes"],
        "side": SIDE,
        "pen": PEN,
        "points": POINTS_MAX,
    }
    sent = _surface(key=key, data=data, on_drawing_change=lambda: None).drawing
    if sent is None:
        return decode_png(kept["png"])
    picture, strokes = decode_drawing(sent)
    st.session_state[store] = {"png": sent["png"], "strokes": strokes}
    return picture


def decode_drawing(sent: Any) -> tuple[bytes | None, Strokes]:
    """The picture and the strokes in what the browser sent.

    Raises:
        ImageError: it is not what this surface sends.
    """
    if not isinstance(sent, Mapping):
        raise _refused(sent)
    return decode_png(sent.get("png")), _checked_strokes(sent.get("strokes"))


def decode_png(text: Any) -> bytes | None:
    """The bytes of a `data:` URL that holds a PNG; None for an empty one. The picture itself is not opened here.

    Raises:
        ImageError: it is something else, or too long.
    """
    if text == "":
        return None
    if not isinstance(text, str) or not text.startswith(_PREFIX) or len(text) > PNG_BYTES_MAX * 4 // 3:
        raise _refused(text)
    try:
        picture = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused(text) from error
    if not picture.startswith(_SIGNATURE):
        raise _refused(text)
    return picture


def _checked_strokes(strokes: Any) -> Strokes:
    """`strokes`, if they are lists of x, y, x, y, … no longer in all than the surface allows."""
    fine = (
        isinstance(strokes, list)
        and all(isinstance(stroke, list) and stroke and len(stroke) % 2 == 0 for stroke in strokes)
        and sum(map(len, strokes)) <= 2 * POINTS_MAX
        and all(_is_coordinate(value) for stroke in strokes for value in stroke)
    )
    if not fine:
        raise _refused(strokes)
    return strokes


def _is_coordinate(value: Any) -> bool:
    # a captured pointer may leave the paper, on a wide screen by some thousand units
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 100_000


def _refused(received: Any) -> ImageError:
    text = received[:24] + "…" if isinstance(received, str) and len(received) > 24 else type(received).__name__
    return ImageError(N_("The drawing could not be read: expected a PNG and its strokes. Received: {text}"), text=text)
