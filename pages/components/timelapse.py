"""A run's time-lapse: watched images, mistakes and first filters at every epoch, scrubbed in the browser.

All epochs are sent at once, some 15 kB each; moving the slider and playing ask nothing of the server.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from imgcls.explain import STATUS_WORDS, Status
from imgcls.figures.colours import ink
from imgcls.figures.timelapse import SECONDS, Shot, film, shots
from imgcls.runs import FIRST_STEP, Run, TimeLapse, read_time_lapse
from imgcls.runs.snapshots import FOLDER
from imgcls.training.data_card import data_of
from pages.components.style import is_dark
from pages.components.words import _

#: Epochs that are sent, evenly spread over all: 1.5 MB.
_MOST = 100

_HTML = """
<div class="lapse">
  <div class="controls">
    <button type="button" class="play"></button>
    <input type="range" class="place" min="0" step="1">
    <output class="epoch"></output>
  </div>
  <div class="watched" role="group"></div>
  <div class="below">
    <figure class="mistakes"><figcaption></figcaption><img alt=""></figure>
    <figure class="filters"><figcaption></figcaption><img alt=""></figure>
  </div>
</div>
"""

_CSS = """
.lapse { display: flex; flex-direction: column; gap: 1rem; }
.controls { display: flex; align-items: center; gap: 1rem; }
.play { min-width: 6rem; min-height: 2.5rem; padding: 0.25rem 0.75rem; font: inherit; color: var(--st-text-color);
        background: var(--st-background-color); border: 1px solid var(--st-border-color); cursor: pointer;
        border-radius: var(--st-button-radius); }
.play:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.play:focus-visible, .place:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.place { flex: 1; min-width: 4rem; accent-color: var(--st-primary-color); cursor: pointer; }
.epoch { min-width: 5.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.watched { display: grid; gap: 0.75rem 0.5rem; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); }
figure { margin: 0; }
canvas { display: block; width: 100%; border-radius: calc(var(--st-base-radius) / 2); }
.watched figcaption { font-size: 0.8rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
.watched .line { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.wrong { color: var(--wrong); font-weight: 600; }
.below { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.below figcaption { margin-bottom: 0.4rem; font-size: 0.875rem; }
.below img { display: block; height: 11rem; max-width: 100%; object-fit: contain; object-position: left;
             image-rendering: pixelated; }
.below img[hidden] { visibility: hidden; }   /* the page must not jump while one scrubs */
@media (max-width: 640px) { .watched { grid-template-columns: repeat(auto-fill, minmax(4.2rem, 1fr)); } }
"""

_JS = """
function write(element, text) { if (element.textContent !== text) element.textContent = text; }

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.lapse');
  const find = (name) => root.querySelector(name);
  const last = data.frames.length - 1;
  // what the reader has set stays while it is the same run
  const state = root.state?.version === data.version ? root.state : { version: data.version, place: last, timer: 0 };
  clearInterval(root.state?.timer);
  root.state = state;
  root.style.setProperty('--wrong', data.wrong);

  const sheet = (url) => { const image = new Image(); image.src = url; return image; };
  state.sheets ??= data.frames.map((frame) => sheet(frame.watched));
  const cells = data.captions.map((caption) => {
    const cell = document.createElement('figure'), canvas = document.createElement('canvas');
    const words = document.createElement('figcaption');
    ['line name', 'line said'].forEach((kind) => {
      const line = document.createElement('span');
      line.className = kind;
      words.append(line);
    });
    canvas.setAttribute('role', 'img');
    cell.append(canvas, words);
    return cell;
  });
  find('.watched').replaceChildren(...cells);
  find('.watched').setAttribute('aria-label', data.words.watched);
  write(find('.mistakes figcaption'), data.words.mistakes);
  write(find('.filters figcaption'), data.words.filters);
  find('.filters').hidden = !data.frames.some((frame) => frame.filters);

  const slider = find('.place'), play = find('.play');
  slider.max = last;
  slider.disabled = play.disabled = last < 1;
  slider.setAttribute('aria-label', data.words.slider);

  function paint() {
    const image = state.sheets[state.place], width = image.naturalWidth / cells.length;
    if (!image.complete || !width) { image.onload = paint; return; }   // the picture before stays until then
    cells.forEach((cell, i) => {
      const canvas = cell.querySelector('canvas');
      if (canvas.width !== width || canvas.height !== image.naturalHeight) {
        canvas.width = width; canvas.height = image.naturalHeight;
      }
      canvas.getContext('2d').drawImage(image, i * width, 0, width, image.naturalHeight, 0, 0, canvas.width,
                                        canvas.height);
    });
    root.dataset.painted = data.frames[state.place].epoch;   // what the pointer cannot ask, tests can
  }

  function show() {
    const frame = data.frames[state.place];
    slider.value = state.place;
    slider.setAttribute('aria-valuetext', frame.title);
    write(find('.epoch'), frame.title);
    cells.forEach((cell, i) => {
      const said = frame.said[i], line = cell.querySelector('.said');
      write(cell.querySelector('.name'), data.captions[i]);
      write(line, said.text);
      line.classList.toggle('wrong', said.wrong);
      cell.title = said.why;
      cell.querySelector('canvas').setAttribute('aria-label', data.captions[i] + ', ' + said.text + '. ' + said.why);
    });
    for (const name of ['mistakes', 'filters']) {
      const image = find('.' + name + ' img');
      image.hidden = !frame[name];
      if (frame[name]) image.src = frame[name];
      image.alt = data.words[name];
    }
    paint();
  }

  function stop() {
    clearInterval(state.timer);
    state.timer = 0;
    write(play, data.words.play);
  }
  function step() {
    if (state.place >= last) { stop(); return; }
    state.place += 1;
    show();
    if (state.place >= last) stop();
  }
  function start() {
    if (state.place >= last) { state.place = 0; show(); }   // from the beginning
    state.timer = setInterval(step, 1000 * data.seconds);
    write(play, data.words.pause);
  }
  play.onclick = () => { if (state.timer) stop(); else start(); };
  slider.oninput = () => { stop(); state.place = Number(slider.value); show(); };

  const played = Boolean(state.timer);
  stop();
  show();
  if (played) start();
  return () => clearInterval(state.timer);
}
"""

# at import, hence once per process: registering is not part of a script run
_lapse = st.components.v2.component("imgcls_timelapse", html=_HTML, css=_CSS, js=_JS)


@dataclass(frozen=True)
class _Shown:
    """What is the same for every reader of one theme; words are put to it anew."""

    lapse: TimeLapse
    pictures: list[Shot]


def time_lapse(run: Run, last: int | None = None) -> None:
    """The section about what the run saw of single images, epoch by epoch; or why it has none.

    Args:
        run: one that has ended.
        last: its last epoch, where that is known: an earlier try may have left later ones behind.
    """
    st.subheader(_("Watch it learn"))
    shown = _shown(run.id, _state_of(run), is_dark(), last, run)
    names = data_of(run.folder, run.recipe).class_names if shown else ()
    if shown is None or any(frame.probabilities.shape[1] != len(names) for frame in shown.lapse.frames):
        st.caption(
            _(
                "This run kept no pictures of its epochs: it was trained before there was a time-lapse, or they are "
                "gone. Train it again to watch it learn."
            )
        )
        return
    st.markdown(_about(shown.lapse))
    _lapse(key=f"time-lapse {run.id}", data=_data(run, shown, names))
    st.download_button(
        _("Animated picture"),
        lambda: film(shown.lapse, names),
        f"{run.id}-time-lapse.gif",
        "image/gif",
        help=_("A GIF of at most 60 epochs, for slides and messages. Its words are English."),
        key=f"download time-lapse {run.id}",
        on_click="ignore",
    )


def _about(lapse: TimeLapse) -> str:
    if not lapse.has_maps:
        return _(
            "What became of a few validation images. This network has no layer that says where, so there is no heat."
        )
    return _(
        "What became of a few validation images: where the network found evidence for the true class (Grad-CAM), and "
        "how sure of it it was."
    )


def _state_of(run: Run) -> int:
    """Another number when a snapshot has been written."""
    try:
        return (run.folder / FOLDER).stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_data(show_spinner=False, max_entries=8)
def _shown(run_id: str, state: int, dark: bool, last: int | None, _run: Run) -> _Shown | None:
    """The pictures of a run, kept as long as nothing is written to it."""
    lapse = read_time_lapse(_run.folder, last)
    if lapse is None:
        return None
    lapse = lapse.thinned(_MOST)
    return _Shown(lapse, shots(lapse, dark))


def _data(run: Run, shown: _Shown, names: tuple[str, ...]) -> dict[str, Any]:
    lapse = shown.lapse
    return {
        "version": f"{run.id} {_state_of(run)} {is_dark()}",
        "captions": [names[label] for label in lapse.labels],
        "frames": [_frame(lapse, place, one, names) for place, one in enumerate(shown.pictures)],
        "seconds": SECONDS,
        "wrong": ink(is_dark())["mistake"],
        "words": {
            "play": _("▶ Play"),
            "pause": _("‖ Pause"),
            "slider": _("Epoch"),
            "watched": _("Watched images"),
            "mistakes": _("Mistakes: a row is what they are, a column what the network says"),
            "filters": _("The first layer's filters"),
        },
    }


def _frame(lapse: TimeLapse, place: int, shot: Shot, names: tuple[str, ...]) -> dict[str, Any]:
    frame = lapse.frames[place]
    first = frame.epoch == FIRST_STEP
    return {
        "epoch": frame.epoch,
        "title": _("First step") if first else _("Epoch {epoch}", epoch=frame.epoch),
        "watched": _url(shot.watched, "webp"),
        "mistakes": _url(shot.mistakes, "png"),
        "filters": _url(shot.filters, "png"),
        "said": [
            _said(shares, int(label), status, names)
            for shares, label, status in zip(frame.probabilities, lapse.labels, frame.statuses, strict=True)
        ],
    }


def _said(shares: np.ndarray, label: int, status: str, names: tuple[str, ...]) -> dict[str, Any]:
    """What stands below one image: its true class's probability, and the answer where that is another."""
    share, answer = float(shares[label]), int(shares.argmax())
    finite = bool(np.isfinite(shares).all())
    is_wrong = finite and answer != label
    text = f"{share:.0%}" if finite else "–"
    if is_wrong:
        text = _("{share} (says {answer})", share=text, answer=names[answer])
    known = status in [str(one) for one in Status] and status != Status.OK
    return {"text": text, "wrong": is_wrong, "why": _(STATUS_WORDS[Status(status)].means) if known else ""}


def _url(data: bytes | None, kind: str) -> str | None:
    return None if data is None else f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
