"""A camera that stays open: a click takes one picture, holding the button takes many.

Streamlit's own camera is closed by every shot, and twenty pictures are forty clicks. This small component of our own
keeps it open. What it takes waits in the browser until Python says that it has it, so that no picture is lost or kept
twice, however fast they come.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

import streamlit as st

from imgcls.errors import ImageError
from imgcls.language import N_
from imgcls.limits import limit

#: Pictures that are sent at once, and that wait at most; then the browser takes no more until some are there.
_AT_ONCE, _WAITING = 8, 40
#: ms between two pictures while the button is held, and until pictures that nobody has confirmed are sent again.
_EVERY, _PATIENCE = 200, 6000
#: Characters of one picture: 512 × 512 pixels as a JPEG are a tenth of it.
_MOST_CHARACTERS = 1_500_000
_PREFIX = "data:image/jpeg;base64,"

_HTML = """
<div class="camera">
  <div class="view"><video playsinline muted></video><span class="said" role="status"></span></div>
  <button type="button" class="take"></button>
  <p class="hint"></p>
</div>
"""

_CSS = """
.camera { width: min(100%, 360px); }
.view { position: relative; aspect-ratio: 4 / 3; display: grid; place-items: center; overflow: hidden;
        border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
        background: var(--st-secondary-background-color); }
video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
video[hidden] { display: none; }
.said { padding: 1rem; text-align: center; color: var(--st-text-color); }
.open .said { position: absolute; left: 0.4rem; bottom: 0.4rem; padding: 0.1rem 0.6rem; color: #FFFFFF;
              background: rgb(0 0 0 / 0.65); border-radius: var(--st-base-radius); font-variant-numeric: tabular-nums; }
.open .said:empty { display: none; }
.taking .view { outline: 3px solid var(--st-primary-color); }
.take { width: 100%; min-height: 2.6rem; margin-top: 0.5rem; font: inherit; cursor: pointer; touch-action: none;
        user-select: none; -webkit-user-select: none; -webkit-touch-callout: none; color: var(--st-text-color);
        background: var(--st-background-color); border: 1px solid var(--st-border-color);
        border-radius: var(--st-button-radius); }
.take:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.take:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.hint { margin: 0.5rem 0 0; font-size: 0.875rem; color: var(--st-text-color); opacity: 0.8; }
"""

_JS = """
export default function ({ parentElement, data, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const frame = find('.camera'), video = find('video'), said = find('.said'), button = find('.take');
  const cam = (parentElement.cam ??= { session: Math.random().toString(36).slice(2), waiting: [], next: 1, sent: 0,
                                       stream: null, timer: 0, last: null });
  cam.data = data;
  cam.set = setStateValue;
  if (data.seen.session === cam.session) cam.waiting = cam.waiting.filter((shot) => shot.id > data.seen.id);

  function show(words) {
    const open = cam.stream !== null, taken = cam.next - 1;
    frame.classList.toggle('open', open);
    video.hidden = !open;
    button.textContent = open ? cam.data.words.take : cam.data.words.open;
    find('.hint').textContent = open ? cam.data.words.hint : cam.data.words.hint_closed;
    if (words !== undefined) cam.words = words;
    const count = taken ? cam.data.words.taken.replace('{count}', taken) : '';
    said.textContent = open ? count : cam.words ?? cam.data.label;
  }
  function send() {
    if (!cam.waiting.length || Date.now() - cam.sent < cam.data.patience) return;
    cam.sent = Date.now();
    cam.set('shots', { session: cam.session, shots: cam.waiting.slice(0, cam.data.at_once) });
    setTimeout(() => cam.send(), cam.data.patience + 50);
  }
  function take() {
    if (!cam.stream || !video.videoWidth || cam.waiting.length >= cam.data.most) return;
    const share = Math.min(1, cam.data.side / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(video.videoWidth * share);
    canvas.height = Math.round(video.videoHeight * share);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    cam.waiting.push({ id: cam.next++, url: canvas.toDataURL('image/jpeg', 0.92) });
    show();
    send();
  }
  async function open() {
    if (!navigator.mediaDevices?.getUserMedia) return show(cam.data.words.insecure);
    try {
      const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: { ideal: 'environment' } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      if (!parentElement.isConnected) return stream.getTracks().forEach((track) => track.stop());
      cam.stream = stream;
      stream.getVideoTracks()[0].onended = () => { cam.stream = null; show(cam.data.words.refused); };
      video.srcObject = cam.stream;
      await video.play();
      show('');
    } catch (error) {
      show(cam.data.words.refused);
    }
  }
  function begin() {
    if (cam.timer || !cam.stream) return;
    frame.classList.add('taking');
    cam.take();
    cam.timer = setInterval(() => cam.take(), cam.data.every);
  }
  function end() {
    clearInterval(cam.timer);
    cam.timer = 0;
    frame.classList.remove('taking');
  }
  [cam.take, cam.send, cam.show] = [take, send, show];       // of the newest call, for timers of older ones
  button.onpointerdown = (event) => {
    if (event.button !== 0 || !cam.stream) return;
    button.setPointerCapture(event.pointerId);
    begin();
  };
  button.onpointerup = button.onpointercancel = button.onlostpointercapture = end;
  button.oncontextmenu = (event) => event.preventDefault();   // a long press on a phone
  button.onkeydown = (event) => {
    if ((event.key === ' ' || event.key === 'Enter') && cam.stream) { event.preventDefault(); begin(); }
  };
  button.onkeyup = button.onblur = end;
  button.onclick = () => { if (!cam.stream) open(); };
  show();
  if (data.seen.session === cam.session && data.seen.id !== cam.confirmed) {
    cam.confirmed = data.seen.id;                             // some have arrived: on with the next
    cam.sent = 0;
    send();
  }
  return () => setTimeout(() => {
    if (parentElement.isConnected) return;                    // only drawn anew
    end();
    cam.stream?.getTracks().forEach((track) => track.stop());
    cam.stream = null;
  }, 200);
}
"""

# at import, hence once per process: registering is not part of a script run
_camera = st.components.v2.component("imgcls_camera", html=_HTML, css=_CSS, js=_JS)


class CameraWords(TypedDict):
    """The component's words, translated; `taken` has a place `{count}`."""

    open: str
    take: str
    hint_closed: str
    hint: str
    taken: str
    refused: str
    insecure: str


def camera(key: str, label: str, words: CameraWords) -> Iterator[bytes]:
    """A camera; yields the JPEG files of the pictures that were taken since the last run, each once.

    Args:
        key: names the camera within the session.
        label: what is to be held before it, translated; stands there before it is opened.
        words: its words.

    Raises:
        ImageError: the browser sent something that this camera does not send.
    """
    store = f"{key}: seen"
    seen = st.session_state.get(store, {"session": "", "id": 0})
    data: dict[str, Any] = {
        "label": label,
        "words": dict(words),
        "seen": seen,
        "side": int(limit("dataset_side")),
        "at_once": _AT_ONCE,
        "most": _WAITING,
        "every": _EVERY,
        "patience": _PATIENCE,
    }
    sent = _camera(key=key, data=data, on_shots_change=lambda: None).shots
    if sent is None:
        return
    session, shots = decode_shots(sent)
    last = seen["id"] if seen["session"] == session else 0
    for number, picture in shots:
        if number > last:
            st.session_state[store] = {"session": session, "id": number}
            yield picture


def decode_shots(sent: Any) -> tuple[str, list[tuple[int, bytes]]]:
    """What the browser calls this opening of the camera, and its pictures, each with its number from 1.

    Raises:
        ImageError: it is not what this camera sends.
    """
    session, shots = (sent.get("session"), sent.get("shots")) if isinstance(sent, Mapping) else (None, None)
    if not isinstance(session, str) or len(session) > 64 or not isinstance(shots, list) or len(shots) > _AT_ONCE:
        raise _refused(sent)
    return session, [_shot(shot) for shot in shots]


def _shot(shot: Any) -> tuple[int, bytes]:
    if not isinstance(shot, Mapping) or type(shot.get("id")) is not int:
        raise _refused(shot)
    text = shot.get("url")
    if not isinstance(text, str) or not text.startswith(_PREFIX) or len(text) > _MOST_CHARACTERS:
        raise _refused(text)
    try:
        return shot["id"], base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused(text) from error


def _refused(received: Any) -> ImageError:
    text = received[:24] + "…" if isinstance(received, str) and len(received) > 24 else type(received).__name__
    return ImageError(N_("The camera's picture could not be read: expected a JPEG. Received: {text}"), text=text)
