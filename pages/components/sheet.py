"""A page of small pictures, to choose any number of: by mouse, finger or keyboard.

All pictures of a page come in one file, which the browser cuts up: sixty thumbnails cost as much as one picture. What
is chosen lives in the browser and is told to Python a moment after the last click, so that choosing ten costs one run.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from imgcls.figures.colours import class_colours, ink
from imgcls.figures.sheet import ACROSS, Sheet
from pages.components.style import is_dark
from pages.components.words import _

_HTML = """
<div class="tools"><span class="said" role="status"></span><button type="button" class="all"></button>
<button type="button" class="none"></button></div>
<div class="grid" role="group"></div>
"""

_CSS = """
.tools { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin: 0 0 0.4rem; font-size: 0.85rem; }
.tools[hidden] { display: none; }
.tools button { padding: 0.15rem 0; font: inherit; color: var(--st-link-color); background: none; border: 0;
                cursor: pointer; text-decoration: underline; }
.grid { display: grid; gap: 0.4rem; grid-template-columns: repeat(auto-fill, minmax(var(--cell), 1fr)); }
.cell { position: relative; display: block; min-width: 0; margin: 0; padding: 3px; font: inherit; font-size: 0.75rem;
        line-height: 1.3; text-align: center; color: var(--st-text-color); background: none;
        border: 0; border-radius: var(--st-base-radius); }
button.cell { cursor: pointer; }
button.cell:hover:not([aria-pressed="true"]) { background: var(--st-secondary-background-color); }
:is(.cell, .tools button):focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 1px; }
canvas { display: block; width: 100%; border-radius: calc(var(--st-base-radius) / 2); outline: 3px solid transparent; }
.crisp canvas { image-rendering: pixelated; }
.corrected canvas { outline-color: var(--corrected); }
.flipped canvas { outline-color: var(--flipped); }
.dropped canvas { outline: 3px dashed var(--faint); opacity: 0.45; }
.line { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; margin-top: 3px; }
.line + .line { margin-top: 0; }
.two .line { min-height: 1.3em; }
.word { font-weight: 600; }
.cell[aria-pressed="true"] { background: var(--st-primary-color); color: var(--st-background-color); }
.cell[aria-pressed="true"]::after { content: '✓'; position: absolute; top: 5px; right: 5px; width: 1.25rem;
        line-height: 1.25rem; border-radius: 50%; background: var(--st-primary-color);
        color: var(--st-background-color); font-weight: 700; }
"""

_JS = """
const WAIT = 150;   // ms after the last click; choosing goes on while Python draws the page

export default function ({ parentElement, data, setStateValue }) {
  const grid = parentElement.querySelector('.grid'), tools = parentElement.querySelector('.tools');
  const state = (grid.state ??= { version: null, looks: null, chosen: new Set(), at: 0, timer: 0 });
  const cells = () => [...grid.children];
  grid.setAttribute('aria-label', data.label);
  grid.classList.toggle('two', data.two);
  grid.classList.toggle('crisp', data.crisp);
  grid.style.setProperty('--cell', data.least + 'px');
  for (const [name, colour] of Object.entries(data.ink)) grid.style.setProperty('--' + name, colour);

  function show() {
    const count = state.chosen.size;
    const words = count === 0 ? data.words.how : count === 1 ? data.words.one : data.words.many;
    tools.firstElementChild.textContent = words.replace('{count}', count);
    cells().forEach((cell, place) => {
      if (!data.choose) return;
      cell.setAttribute('aria-pressed', String(state.chosen.has(place)));
      cell.tabIndex = place === state.at ? 0 : -1;          // one stop for Tab; arrows go on from there
    });
  }
  function tell() {
    show();
    clearTimeout(state.timer);
    const sent = { version: data.version, places: [...state.chosen].sort((a, b) => a - b) };
    state.timer = setTimeout(() => setStateValue('chosen', sent), WAIT);
  }
  function choose(place, range) {
    if (data.single) {
      [state.chosen, state.at] = [new Set([place]), place];
      show();
      setStateValue('chosen', { version: data.version, places: [place], turn: Date.now() });
      return;
    }
    if (range) {                                             // from where one was last, as in a list of files
      const [from, to] = place < state.at ? [place, state.at] : [state.at, place];
      for (let i = from; i <= to; i++) state.chosen.add(i);
    } else if (!state.chosen.delete(place)) state.chosen.add(place);
    state.at = place;
    tell();
  }
  function go(event) {
    const all = cells(), top = all[0].offsetTop, across = all.filter((cell) => cell.offsetTop === top).length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -1e9, End: 1e9 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    state.at = Math.min(all.length - 1, Math.max(0, state.at + step));
    show();
    all[state.at].focus();
  }

  function made(one, place, picture) {
    const cell = document.createElement(data.choose ? 'button' : 'figure'), canvas = document.createElement('canvas');
    cell.className = 'cell ' + one.frame;
    [canvas.width, canvas.height] = [data.width, data.height];
    const left = (place % data.across) * data.width, top = Math.floor(place / data.across) * data.height;
    canvas.getContext('2d').drawImage(picture, left, top, data.width, data.height, 0, 0, data.width, data.height);
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', one.name);
    cell.title = one.name;
    cell.append(canvas);
    const lines = data.two ? [one.caption, one.word] : [[one.caption, one.word].filter(Boolean).join(', ')];
    lines.forEach((text, row) => {
      const line = document.createElement('span');
      line.className = 'line' + (row || (!data.two && one.word) ? ' word' : '');
      line.setAttribute('aria-hidden', 'true');              // the picture's name says it
      line.textContent = text;
      cell.append(line);
    });
    if (data.choose) {
      cell.type = 'button';
      cell.onclick = (event) => state.choose(place, event.shiftKey);
      cell.onkeydown = (event) => state.go(event);
    }
    return cell;
  }

  if (state.version !== data.version) {                      // other pictures, or the choice has been used
    clearTimeout(state.timer);
    [state.version, state.chosen] = [data.version, new Set(data.chosen)];
    state.at = data.single ? data.chosen[0] ?? 0 : 0;
  }
  tools.hidden = !data.choose || data.single;
  const [said, all, none] = tools.children;
  [all.textContent, none.textContent] = [data.words.all, data.words.none];
  all.onclick = () => { state.chosen = new Set(data.cells.keys()); tell(); };
  none.onclick = () => { state.chosen.clear(); tell(); };
  [state.choose, state.go] = [choose, go];                   // of the newest call, for cells that an older one made
  if (state.looks !== data.looks) {
    state.looks = data.looks;
    const picture = new Image();
    picture.src = data.picture;
    picture.decode().then(() => {
      if (state.looks !== data.looks) return;                // overtaken by another page
      const inside = grid.contains(grid.getRootNode().activeElement);
      grid.replaceChildren(...data.cells.map((one, place) => made(one, place, picture)));
      grid.dataset.shown = data.version;
      show();
      if (inside) cells()[Math.min(state.at, data.cells.length - 1)].focus();
    });
  } else show();
}
"""

# at import, hence once per process: registering is not part of a script run
_sheet = st.components.v2.component("imgcls_sheet", html=_HTML, css=_CSS, js=_JS)

Frame = Literal["", "corrected", "flipped", "dropped"]

#: Least width of a picture on the page (px), and where class names are long.
_LEAST, _LEAST_WIDE = 68, 88


@dataclass(frozen=True)
class Cell:
    """What is said of one picture, translated.

    Args:
        name: all of it, for the tooltip and for screen readers.
        caption: the class.
        word: what was done to it, if anything.
        frame: what was done to it, as a frame.
    """

    name: str
    caption: str
    word: str = ""
    frame: Frame = ""


def show_sheet(
    key: str, label: str, sheet: Sheet, cells: Sequence[Cell], two_lines: bool = False, least: int = 0
) -> None:
    """Show pictures in a grid.

    Args:
        key: names the grid within the session.
        label: what it shows, translated.
        sheet: the pictures.
        cells: what is said of each.
        two_lines: caption and word stand below one another; else side by side, which long names leave no room for.
        least: width of a picture on the page in pixels, at least; 0: as usual.
    """
    data = _data(label, sheet, cells, two_lines, "", None) | ({"least": least} if least else {})
    _sheet(key=key, data=data, on_chosen_change=lambda: None)


def choose_from_sheet(
    key: str, label: str, sheet: Sheet, cells: Sequence[Cell], two_lines: bool, version: str, least: int = 0
) -> list[int]:
    """Show pictures in a grid, and return the positions of those that are chosen, in order.

    Args:
        key, label, sheet, cells, two_lines: as in `show_sheet`.
        version: what is chosen is kept as long as this stays the same.
        least: width of a picture on the page in pixels, at least; 0: as usual.
    """
    store = f"{key}: chosen"
    kept = st.session_state.get(store, {})
    chosen = kept["places"] if kept.get("version") == version else []
    data = _data(label, sheet, cells, two_lines, version, chosen) | ({"least": least} if least else {})
    sent = _sheet(key=key, data=data, on_chosen_change=lambda: None).chosen
    if isinstance(sent, dict) and sent.get("version") == version:
        chosen = _places(sent.get("places"), len(cells))
    st.session_state[store] = {"version": version, "places": chosen}
    return chosen


def pick_from_sheet(
    key: str,
    label: str,
    sheet: Sheet,
    cells: Sequence[Cell],
    chosen: int | None,
    two_lines: bool = False,
    least: int = 0,
) -> int | None:
    """Show pictures in a grid with one of them marked, and return the one that has just been clicked; None: none was.

    What is chosen lives in the page, which may change it in other ways as well.

    Args:
        key, label, sheet, cells, two_lines, least: as in `show_sheet`.
        chosen: the place that is marked; None: none.
    """
    kept = [] if chosen is None else [chosen]
    data = _data(label, sheet, cells, two_lines, f"{hash(sheet.data)} {chosen}", kept)
    # another mark is no other picture: nothing is drawn anew
    data |= {"single": True, "looks": str(hash((sheet.data, tuple(cells), two_lines)))}
    data |= {"least": least} if least else {}
    sent = _sheet(key=key, data=data, on_chosen_change=lambda: None).chosen
    turn = sent.get("turn") if isinstance(sent, dict) else None
    if turn is None or turn == st.session_state.get(f"{key}: turn"):
        return None
    st.session_state[f"{key}: turn"] = turn  # a click counts once
    return next(iter(_places(sent.get("places"), len(cells))), None)


def _places(sent: Any, count: int) -> list[int]:
    """Those of the sent values that are positions."""
    found = sent if isinstance(sent, list) else []
    return sorted({place for place in found if type(place) is int and 0 <= place < count})


def _data(
    label: str, sheet: Sheet, cells: Sequence[Cell], two_lines: bool, version: str, chosen: list[int] | None
) -> dict[str, Any]:
    """What the browser gets; `chosen` is None where nothing can be chosen."""
    colours, said = ink(is_dark()), [asdict(one) for one in cells]
    return {
        "label": label,
        "picture": f"data:image/{sheet.kind};base64,{base64.b64encode(sheet.data).decode()}",
        "looks": str(hash((sheet.data, tuple(cells), version, two_lines, chosen is None))),
        "single": False,
        "width": sheet.width,
        "height": sheet.height,
        "across": ACROSS,
        "crisp": sheet.crisp,
        "cells": said,
        "two": two_lines,
        "least": _LEAST_WIDE if two_lines else _LEAST,
        "version": version,
        "chosen": chosen or [],
        "choose": chosen is not None,
        "words": _tool_words(),
        "ink": {"corrected": class_colours(3, is_dark())[2], "flipped": colours["mistake"], "faint": colours["muted"]},
    }


def _tool_words() -> dict[str, str]:
    return {
        "how": _("Click images to choose them; with Shift, all from one to another."),
        "one": _("1 image is chosen."),
        "many": _("{count} images are chosen.", count="{count}"),
        "all": _("Choose all of this page"),
        "none": _("Choose none"),
    }
