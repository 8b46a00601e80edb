"""Scores become probabilities, step by step: e to the power of each, divided by their sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.components.signed_js import SIGNED_JS
from pages.components.words import _

#: Classes that are shown one by one; above `_ALL` of them the others share a line.
_ALL, _MOST = 12, 10
#: Scores above this are moved down first: their powers would be long numbers.
_LARGE = 12.0

_HTML = """<div class="soft"><div class="wide"><table><thead></thead><tbody></tbody><tfoot></tfoot></table></div>
<p class="said" role="status"></p><p class="note"></p></div>"""

_CSS = """
.soft { color: var(--st-text-color); font-size: 0.875rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; max-width: 46rem; }
th { text-align: left; font-weight: 600; padding: 0 0.5rem 0.3rem 0; }
td { padding: 0.2rem 0.5rem 0.2rem 0; }
td + td { width: 26%; }
tbody tr { cursor: default; }
tbody tr[aria-selected="true"] { background: var(--st-secondary-background-color); }
tbody tr:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -1px; }
td b { font-weight: 500; overflow-wrap: anywhere; }
.bar { display: block; position: relative; height: 5px; margin-top: 1px; }
.bar i { position: absolute; top: 0; bottom: 0; border-radius: 2px; background: var(--tone); min-width: 1px; }
tfoot td { border-top: 1px solid var(--st-border-color); font-weight: 600; }
.said { margin: 0.5rem 0 0; padding: 0.45rem 0.7rem; border-radius: var(--st-base-radius);
        background: var(--st-secondary-background-color); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.note { margin: 0.3rem 0 0; font-size: 0.8rem; opacity: 0.78; }
"""

_JS = (
    SIGNED_JS
    + """
const power = (v) => (v >= 1000 ? v.toLocaleString('en', { maximumFractionDigits: 0 }) : say(v, v < 0.01 ? 6 : 4));
const percent = (v) => (100 * v).toFixed(2) + ' %';

export default function ({ parentElement, data }) {
  const find = (name) => parentElement.querySelector(name), words = data.words, body = find('tbody');
  const state = (body.state ??= { version: null, at: 0 });
  const moved = data.shift !== 0, of = (z) => z - data.shift;
  const powers = data.rows.map((one) => (one.logit === null ? one.power : Math.exp(of(one.logit))));
  const total = powers.reduce((sum, v) => sum + v, 0), most = Math.max(...powers);
  const tallest = Math.max(...data.rows.map((one) => Math.abs(one.logit === null ? 0 : of(one.logit))), 1e-9);
  if (state.version !== data.version) Object.assign(state, { version: data.version, at: 0 });
  const css3 = [tint(-1, 1), null, tint(1, 1)].map((c) => c && css(c));
  const bar = (left, width, colour) =>
    `<span class="bar"><i style="left:${left}%;width:${width}%;--tone:${colour}"></i></span>`;
  find('thead').innerHTML = '<tr>' + [words.name, words.score, words.power, words.share]
    .map((text) => `<th scope="col">${escaped(text)}</th>`).join('') + '</tr>';
  body.innerHTML = data.rows.map((one, at) => {
    const z = one.logit === null ? null : of(one.logit), width = z === null ? 0 : 50 * Math.abs(z) / tallest;
    const score = z === null ? '–' : (moved ? `${say(one.logit, 4)} − ${say(data.shift, 4)} = ` : '') + say(z, 4);
    return `<tr tabindex="-1" aria-selected="false"><td><b>${escaped(one.name)}</b></td>
      <td>${score}${bar(z === null || z >= 0 ? 50 : 50 - width, width, css3[z !== null && z < 0 ? 0 : 2])}</td>
      <td>${power(powers[at])}${bar(0, 100 * powers[at] / most, 'var(--st-primary-color)')}</td>
      <td>${percent(powers[at] / total)}${bar(0, 100 * powers[at] / total, 'var(--st-primary-color)')}</td></tr>`;
  }).join('');
  find('tfoot').innerHTML = '<tr>' + [escaped(words.sum), '', power(total), percent(1)]
    .map((text) => `<td>${text}</td>`).join('') + '</tr>';
  find('.note').textContent = moved ? words.moved : '';
  const lines = [...body.children];
  function show() {
    lines.forEach((line, at) => {
      line.setAttribute('aria-selected', String(at === state.at));
      line.tabIndex = at === state.at ? 0 : -1;
    });
    const one = data.rows[state.at], v = powers[state.at];
    const top = one.logit === null ? power(v) : `e<sup>${say(of(one.logit), 4)}</sup>`;
    const all = data.rows.slice(0, 3).filter((row) => row.logit !== null)
      .map((row) => `e<sup>${say(of(row.logit), 4)}</sup>`);
    find('.said').innerHTML = `${escaped(one.name)}: ${top} / (${all.join(' + ')}${data.rows.length > 3 ? ' + …' : ''})`
      + ` = ${power(v)} / ${power(total)} = <b>${percent(v / total)}</b>`;
  }
  const go = (at) => { state.at = Math.max(0, Math.min(lines.length - 1, at)); show(); };
  lines.forEach((line, at) => {
    line.onpointerenter = () => go(at);
    line.onclick = () => go(at);
    line.onfocus = () => { if (state.at !== at) go(at); };
    line.onkeydown = (event) => {
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      go(to);
      lines[state.at].focus();
    };
  });
  show();
}
"""
)

# at import, hence once per process: registering is not part of a script run
_steps = st.components.v2.component("imgcls_softmax", html=_HTML, css=_CSS, js=_JS)


def softmax_steps(key: str, names: Sequence[str], logits: np.ndarray) -> None:
    """Show the way from scores to probabilities, the most probable class first.

    Args:
        key: names it within the session.
        names: of the classes.
        logits: float (classes,).
    """
    rows, shift = softmax_rows(names, logits)
    version = f"{hash((tuple(names), logits.tobytes()))}"
    _steps(key=key, data={"rows": rows, "shift": shift, "version": version, "words": _words(shift)})


def softmax_rows(names: Sequence[str], logits: np.ndarray) -> tuple[list[dict[str, Any]], float]:
    """What is shown: `name` and `logit` of each class, and of many the others as one `power`; and the shift.

    The shift is taken off every score first; 0: nothing is.
    """
    z = logits.astype(float)
    shift = float(z.max()) if z.max() > _LARGE else 0.0
    order = np.argsort(-z, kind="stable")
    shown = order if len(z) <= _ALL else order[:_MOST]
    rows: list[dict[str, Any]] = [{"name": names[at], "logit": float(z[at])} for at in shown]
    if len(shown) < len(z):
        others = order[len(shown) :]
        text = _("the {count} other classes", count=len(others))
        rows.append({"name": text, "logit": None, "power": float(np.exp(z[others] - shift).sum())})
    return rows, shift


def _words(shift: float) -> dict[str, str]:
    return {
        "name": _("class"),
        "score": _("1 · the score z") if not shift else _("1 · the score z, less the largest"),
        "power": _("2 · e to the power of it"),
        "share": _("3 · divided by the sum"),
        "sum": _("sum"),
        "moved": _("The largest score is taken off first: it changes no probability, and keeps the numbers short."),
    }
