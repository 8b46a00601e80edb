"""Small pictures in a grid, to choose one of: by mouse, finger or keyboard."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from imgcls.images import encode_png

_HTML = '<div class="grid" role="group"></div>'

_CSS = """
.grid { display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fill, minmax(var(--cell), 1fr)); }
button { padding: 2px; font: inherit; font-size: 0.8rem; color: var(--st-text-color); cursor: pointer;
         background: var(--st-background-color); border: 2px solid transparent; border-radius: var(--st-base-radius); }
button:hover { border-color: var(--st-border-color); }
button[aria-pressed="true"] { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
img { display: block; width: 100%; image-rendering: pixelated; border-radius: calc(var(--st-base-radius) / 2); }
"""

_JS = """
export default function ({ parentElement, data, setStateValue }) {
  const grid = parentElement.querySelector('.grid');
  grid.setAttribute('aria-label', data.label);
  grid.style.setProperty('--cell', data.cell + 'px');
  const mark = (chosen) => [...grid.children].forEach((b, i) => b.setAttribute('aria-pressed', String(i === chosen)));
  if (grid.shown !== data.version) {          // the pictures are made anew only when they are others
    grid.shown = data.version;
    grid.replaceChildren(...data.pictures.map((picture, place) => {
      const button = document.createElement('button');
      button.type = 'button';
      const image = document.createElement('img');
      image.src = picture;
      image.alt = data.captions[place];
      button.append(image);
      if (data.captioned) button.append(data.captions[place]);
      button.onclick = () => { mark(place); setStateValue('chosen', { version: data.version, place }); };
      return button;
    }));
  }
  mark(data.chosen);
}
"""

# at import, hence once per process: registering is not part of a script run
_gallery = st.components.v2.component("imgcls_gallery", html=_HTML, css=_CSS, js=_JS)


def gallery(
    key: str,
    label: str,
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    cell: int = 56,
    captioned: bool = False,
) -> int | None:
    """A grid of pictures; returns the position of the chosen one, or None.

    Args:
        key: names the grid within the session; a choice is kept for it while it shows the same pictures.
        label: what is to be chosen, translated; read to those who do not see it.
        images: uint8, (h, w, c) each.
        captions: one per picture, translated; its text for screen readers.
        cell: least width of a picture, in pixels.
        captioned: write the caption under each picture.
    """
    pictures = [_url(image) for image in images]
    version = hash((tuple(pictures), tuple(captions)))
    store = f"{key}: chosen"
    kept = st.session_state.get(store, {})
    chosen = kept.get("place") if kept.get("version") == version else None
    data: dict[str, Any] = {
        "label": label,
        "pictures": pictures,
        "captions": list(captions),
        "captioned": captioned,
        "cell": cell,
        "version": str(version),
        "chosen": chosen,
    }
    sent = _gallery(key=key, data=data, on_chosen_change=lambda: None).chosen
    place = sent.get("place") if isinstance(sent, dict) and sent.get("version") == str(version) else None
    if isinstance(place, int) and 0 <= place < len(images):
        st.session_state[store] = {"version": version, "place": place}
        return place
    return chosen


def _url(image: np.ndarray) -> str:
    return "data:image/png;base64," + base64.b64encode(encode_png(image)).decode()
