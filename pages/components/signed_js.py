"""What several components do in the browser: read numbers from bytes, colour them by their sign, and write them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from imgcls.figures.filters import NEGATIVE, POSITIVE, ZERO

#: Goes before the component's own script.
SIGNED_JS = """
const COLOURS = %s;                                          // full below zero, zero, full above zero
const tint = (v, limit) => {
  const share = Math.min(1, Math.abs(v) / (limit || 1)), end = COLOURS[v < 0 ? 0 : 2];
  return end.map((c, i) => Math.round(COLOURS[1][i] + share * (c - COLOURS[1][i])));
};
const css = (c) => `rgb(${c.join(',')})`;
// black or white, whichever stands out more (WCAG's relative luminance): at least 4.5 : 1 on every colour
const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const luminance = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
const ink = (c) => (luminance(c) + 0.05 > Math.sqrt(1.05 * 0.05) ? '#000000' : '#FFFFFF');
const KINDS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };
const numbers = (sent) => {
  const bytes = Uint8Array.from(atob(sent.data), (sign) => sign.charCodeAt(0));
  return { shape: sent.shape, values: new KINDS[sent.type](bytes.buffer) };
};
const largest = (values) => values.reduce((most, v) => (Math.abs(v) > most ? Math.abs(v) : most), 0);
// `kept` significant digits of the largest number; all numbers that stand together have the same number of decimals
const decimals = (limit, kept = 5) =>
  Math.max(0, Math.min(9, kept - 1 - Math.floor(Math.log10(limit > 1e-9 ? limit : 1))));
const say = (v, places) => {
  const text = Math.abs(v).toFixed(places);
  return (v < 0 && Number(text) !== 0 ? '\\u2212' : '') + text;
};
const signed = (v, places) => (say(v, places).startsWith('\\u2212') ? '' : '+') + say(v, places);
const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const filled = (text, values) => text.replace(/\\{(\\w+)\\}/g, (whole, name) => values[name] ?? whole);
// paints values, row by row; what is no number stays paper
function paint(canvas, height, width, value, limit) {
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d'), pixels = context.createImageData(width, height);
  for (let at = 0; at < height * width; at++) {
    const v = value(at);
    if (Number.isNaN(v)) continue;
    pixels.data.set(tint(v, limit), 4 * at);
    pixels.data[4 * at + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
""" % [[int(part) for part in colour] for colour in (NEGATIVE, ZERO, POSITIVE)]


def packed(values: np.ndarray) -> dict[str, Any]:
    """Numbers as the browser takes them: uint8, int32 or float32, anything else as float32."""
    kept = values if values.dtype in (np.uint8, np.int32) else np.asarray(values, np.float32)
    data = base64.b64encode(np.ascontiguousarray(kept).tobytes()).decode()
    return {"type": str(kept.dtype), "shape": list(kept.shape), "data": data}
