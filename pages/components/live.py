"""What moves while networks train: progress, some numbers and the curves, painted at next to no cost.

The browser often shares two cores with the training itself. Streamlit's own elements and plotly's figures, sent anew
every second, took half a core from it; this one component, which only repaints what has changed, takes a few
hundredths. When the run is over the page shows the same lines as plotly figures, which answer to the pointer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from imgcls.figures.colours import ink
from imgcls.figures.curves import BAR, HEIGHT, NEXT_BAR, Band, CurveLines, CurveWords
from imgcls.figures.lanes import NAME_ROOM, lane_style
from imgcls.figures.layout import FONT
from imgcls.figures.race import RaceLines, RaceWords
from imgcls.figures.trials import TrialLine, TrialLines, TrialWords, training_style, trial_style

_HTML = """
<div class="live">
  <p class="said"></p>
  <div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"><div class="done"></div></div>
  <dl class="facts"></dl>
  <div class="charts"></div>
</div>
"""

_CSS = """
.live { display: flex; flex-direction: column; gap: 1rem; font-size: 1rem; }
.said { margin: 0 0 -0.5rem; font-size: 0.875rem; }
.bar { height: 0.5rem; border-radius: 0.5rem; overflow: hidden; background: var(--st-secondary-background-color); }
.done { height: 100%; width: 0; background: var(--st-primary-color); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0; }
.facts:empty { display: none; }
.facts dt { font-size: 0.875rem; line-height: 1.4; }
.facts dd { margin: 0; font-size: 1.6rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1rem; }
canvas { display: block; width: 100%; }
"""

_JS = """
const PAD = { left: 62, top: 12, bottom: 52 };   // pixels around the plot; right of it stand the names

// Text is only written when it differs: what stays the same costs no layout.
function write(element, text) { if (element.textContent !== text) element.textContent = text; }

function ticks(end, most, least = 0, begin = 0) {   // round numbers, at most `most` of them: steps of 1, 2 or 5
  const raw = (end - begin) / most, power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(least, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999));
  const found = [];
  for (let i = Math.ceil(begin / step * 0.9999); i * step <= end * 1.0001; i++) found.push(+(i * step).toPrecision(6));
  return found;
}

function paint(canvas, chart, ink, font, height) {
  const width = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
  if (!width) return;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const right = width - chart.room, bottom = height - PAD.bottom, low = chart.low ?? 0;
  const atX = (x) => PAD.left + (x / chart.end) * (right - PAD.left);
  const atY = (y) => bottom - ((y - low) / (chart.top - low)) * (bottom - PAD.top);
  const crisp = (place) => Math.round(place) + 0.5;         // a thin line on whole pixels is not blurred
  const stroke = (colour, wide, dash, trace) => {
    context.strokeStyle = colour; context.lineWidth = wide; context.setLineDash(dash);
    context.beginPath(); trace(); context.stroke();
  };
  const say = (text, x, y, align, colour) => {
    context.fillStyle = colour; context.textAlign = align; context.fillText(text, x, y);
  };
  const segment = (x0, y0, x1, y1) => { context.moveTo(x0, y0); context.lineTo(x1, y1); };

  context.font = '14px ' + font;
  context.textBaseline = 'middle';
  const most = Math.max(2, Math.min(11, Math.floor((right - PAD.left) / 21)));
  for (const x of ticks(chart.end, most, chart.lanes ? Math.min(1, chart.end) : 0)) {
    stroke(ink.grid, 1, [], () => segment(crisp(atX(x)), PAD.top, crisp(atX(x)), bottom));
    say(String(x), atX(x), bottom + 14, 'center', ink.text);
  }
  for (const y of ticks(chart.top, 6, 0, low)) {
    stroke(ink.grid, 1, [], () => segment(PAD.left, crisp(atY(y)), right, crisp(atY(y))));
    say(chart.percent ? Math.round(y * 100) + '%' : String(y), PAD.left - 6, atY(y), 'right', ink.text);
  }
  say(chart.epoch, (PAD.left + right) / 2, height - 12, 'center', ink.faint);
  context.save();
  context.translate(10, (PAD.top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  say(chart.quantity, 0, 0, 'center', ink.faint);
  context.restore();

  (chart.bands ?? []).forEach((band, row) => {              // what is said of these epochs stands below the figures
    const [left, right] = band.span.map(atX), tall = bottom - PAD.top;
    context.fillStyle = ink.mistake;
    context.globalAlpha = 0.12;
    context.fillRect(left, PAD.top, right - left, tall);
    if (band.name) {
      const top = PAD.top + row * chart.bar[1] * tall;
      context.globalAlpha = 0.9;
      context.fillRect(left, top, right - left, chart.bar[0] * tall);
      context.globalAlpha = 1;
      say(band.name, left, top + 13, 'left', ink.mistake);
    }
    context.globalAlpha = 1;
  });
  if (chart.best != null) {
    stroke(ink.accent, 1, [2, 3], () => segment(atX(chart.best), PAD.top, atX(chart.best), bottom));
  }
  const line = ([xs, ys], colour, wide, dash = []) => stroke(colour, wide, dash, () => {
    let pen = false;                                        // a gap where the value is not a number
    xs.forEach((x, i) => {
      if (ys[i] === null) { pen = false; return; }
      context[pen ? 'lineTo' : 'moveTo'](atX(x), atY(ys[i]));
      pen = true;
    });
  });
  const dots = ([xs, ys], colour, size) => {
    if (!size) return;
    context.fillStyle = colour;
    xs.forEach((x, i) => {
      if (ys[i] === null) return;
      context.beginPath(); context.arc(atX(x), atY(ys[i]), size / 2, 0, 2 * Math.PI); context.fill();
    });
  };
  context.lineJoin = 'round';
  if (chart.guessing) {
    const y = crisp(atY(chart.guessing.y));
    stroke(ink.faint, 1, [2, 3], () => segment(PAD.left, y, right, y));
    say(chart.guessing.text, right, y - 9, 'right', ink.faint);
  }
  if (chart.lanes) {
    context.save();
    context.beginPath();
    context.rect(PAD.left - 5, PAD.top - 5, right - PAD.left + 10, bottom - PAD.top + 10);
    context.clip();                                         // a loss may lie far above the frame
    for (const lane of chart.lanes) {
      line(lane.points, lane.colour, lane.width, lane.dash);
      dots(lane.points, lane.colour, lane.dots);
    }
    context.restore();
  } else {
    line(chart.steps, ink.muted, 1.4);
    dots(chart.training, ink.muted, 6);
    line(chart.validation, ink.accent, 3.2);
    dots(chart.validation, ink.accent, 7);
  }
  for (const name of chart.names) {
    const colour = name.colour ?? (name.accent ? ink.accent : ink.faint);
    say(name.text, atX(name.x) + 8, atY(name.y) - name.lift, 'left', colour);
  }
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.live');
  const find = (name) => root.querySelector(name);
  write(find('.said'), data.said);
  find('.done').style.width = (100 * data.share).toFixed(1) + '%';
  find('.bar').setAttribute('aria-valuenow', String(Math.round(100 * data.share)));
  find('.bar').setAttribute('aria-label', data.said);

  const facts = find('.facts'), charts = find('.charts');
  while (facts.children.length < data.facts.length) {
    const fact = document.createElement('div');
    fact.append(document.createElement('dt'), document.createElement('dd'));
    facts.append(fact);
  }
  data.facts.forEach(([label, value], i) => {
    write(facts.children[i].children[0], label);
    write(facts.children[i].children[1], value);
  });

  while (charts.children.length < data.charts.length) {
    const canvas = document.createElement('canvas');
    canvas.style.height = data.height + 'px';
    canvas.setAttribute('role', 'img');
    charts.append(canvas);
  }
  root.show = () => data.charts.forEach((chart, i) => {
    const canvas = charts.children[i];
    canvas.setAttribute('aria-label', chart.alt);
    canvas.dataset.points = chart.points;                   // what the pointer cannot ask, tests can
    canvas.dataset.end = chart.end;
    paint(canvas, chart, data.ink, data.font, data.height);
  });
  root.show();
  // the observer outlives this call and asks for the newest; it also tells when there is room for the first time
  root.observer ??= new ResizeObserver(() => root.show());
  root.observer.observe(charts);
  return () => root.observer.disconnect();
}
"""

#: Pixels for the names of lines, to the right of a figure.
_ROOM = 76

# at import, hence once per process: registering is not part of a script run
_live = st.components.v2.component("imgcls_live", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class Chart:
    """One figure of curves: what it draws, its words, what it says to those who do not see it, and what is marked."""

    lines: CurveLines
    words: CurveWords
    alt: str
    percent: bool
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class RaceChart:
    """One figure of a race: what it draws, its words, and what it says to those who do not see it."""

    lines: RaceLines
    words: RaceWords
    alt: str


@dataclass(frozen=True)
class TrialChart:
    """One figure of trials: what it draws, its words, and what it says to those who do not see it."""

    lines: TrialLines
    words: TrialWords
    alt: str


def live(
    said: str,
    share: float,
    facts: list[tuple[str, str]],
    charts: Sequence[Chart | RaceChart | TrialChart],
    dark: bool,
    height: int = HEIGHT,
) -> None:
    """Show a run that moves, or several.

    Args:
        said: where the training is, translated.
        share: of the whole that is done, 0 to 1.
        facts: label and value of each number, translated.
        charts: the figures, side by side where there is room.
        dark: colours for the dark page.
        height: of a figure, in pixels.
    """
    _live(
        key="live",
        data={
            "said": said,
            "share": share,
            "facts": [list(fact) for fact in facts],
            "charts": [_drawn(one, dark, height) for one in charts],
            "ink": ink(dark),
            "font": FONT,
            "height": height,
        },
    )


def _drawn(chart: Chart | RaceChart | TrialChart, dark: bool, height: int) -> dict[str, Any]:
    if isinstance(chart, Chart):
        return _chart(chart)
    return _race_chart(chart, dark, height) if isinstance(chart, RaceChart) else _trial_chart(chart, dark, height)


def _chart(chart: Chart) -> dict[str, Any]:
    lines, words = chart.lines, chart.words
    titles = {"training": words.training, "validation": words.validation}
    return {
        "alt": chart.alt,
        "epoch": words.epoch,
        "quantity": words.quantity,
        "percent": chart.percent,
        "room": _ROOM,
        "points": len(lines.steps[0]),
        "steps": _numbers(lines.steps),
        "training": _numbers(lines.training),
        "validation": _numbers(lines.validation),
        "best": lines.best,
        "bands": [{"span": list(band.span(lines.end)), "name": band.name} for band in chart.bands],
        "bar": [BAR, NEXT_BAR],
        "end": lines.end,
        "top": lines.top,
        "names": [
            {"text": titles[name], "x": x, "y": y, "lift": lift, "accent": name == "validation"}
            for name, (x, y, lift) in lines.name_places().items()
        ],
    }


def _race_chart(chart: RaceChart, dark: bool, height: int) -> dict[str, Any]:
    lines, words = chart.lines, chart.words
    styles, names = {str(variant): lane_style(variant, dark) for variant in lines.lines}, lines.written(words.names)
    return {
        "alt": chart.alt,
        "epoch": words.x,
        "quantity": words.quantity,
        "percent": lines.percent,
        "room": NAME_ROOM,
        "points": sum(len(x) for x, _y in lines.lines.values()),
        "lanes": [
            {
                "points": _numbers(points),
                "colour": styles[variant].colour,
                "dash": list(styles[variant].dash),
                "width": styles[variant].width,
                "dots": 8 if lines.dots else 0,
            }
            for variant, points in lines.lines.items()
        ],
        "guessing": {"y": lines.guessing, "text": words.guessing},
        "end": lines.end,
        "top": lines.top,
        "names": [
            {"text": names[name], "x": place.x, "y": place.y, "lift": place.lift, "colour": styles[name].text}
            for name, place in lines.places(height).items()
        ],
    }


def _trial_chart(chart: TrialChart, dark: bool, height: int) -> dict[str, Any]:
    lines, words = chart.lines, chart.words
    names, within = lines.written(), lines.low <= lines.guessing <= lines.top
    return {
        "alt": chart.alt,
        "epoch": words.x,
        "quantity": words.quantity,
        "percent": lines.percent,
        "room": lines.room(),
        "points": sum(len(line.training[0]) for line in lines.lines),
        # the thick lines above all thin ones
        "lanes": [
            *(_trial_lane(line, dark) for line in lines.lines),
            *(_trial_lane(line, dark, lines.dots) for line in lines.lines),
        ],
        "guessing": {"y": lines.guessing, "text": words.guessing} if within else None,
        "end": lines.end,
        "low": lines.low,
        "top": lines.top,
        "names": [
            {
                "text": names[at],
                "x": place.x,
                "y": place.y,
                "lift": place.lift,
                "colour": trial_style(int(at), dark).text,
            }
            for at, place in lines.places(height).items()
        ],
    }


def _trial_lane(line: TrialLine, dark: bool, dots: int = 0) -> dict[str, Any]:
    """The validation if it has dots, else the training."""
    style = trial_style(line.place, dark) if dots else training_style(line.place, dark)
    points = line.validation if dots else line.training
    return {
        "points": _numbers(points),
        "colour": style.colour,
        "dash": list(style.dash),
        "width": style.width,
        "dots": dots,
    }


def _numbers(points: tuple[list[float], list[float]]) -> list[list[float | None]]:
    """x and y with the digits that a screen can show; JSON has no NaN."""
    return [[round(value, 4) if math.isfinite(value) else None for value in values] for values in points]
