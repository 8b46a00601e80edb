"""A component of ours in a browser without a server: its own HTML, CSS and script, and the data that Python sends."""

from __future__ import annotations

from typing import Any

#: The theme's colours, as Streamlit gives them to components.
THEME = """:root { --st-text-color: #1B1F24; --st-background-color: #FCFBF8; --st-secondary-background-color: #F1EFE9;
  --st-border-color: #D9D5CB; --st-primary-color: #1F5FBF; --st-link-color: #1F5FBF; --st-base-radius: 0.4rem;
  font-size: 17px; }
body { margin: 0; background: #FCFBF8; font-family: sans-serif; }"""

_SHOW = """async ([html, css, script, theme, data]) => {
  if (!document.getElementById('root')) {
    document.body.innerHTML = `<style>${theme}${css}</style><div id="root">${html}</div>`;
    const source = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    window.component = (await import(source)).default;
    window.sent = [];
  }
  const setStateValue = (name, value) => window.sent.push([name, value]);
  window.component({ parentElement: document.getElementById('root'), data, setStateValue });
}"""


def show(page: Any, component: Any, data: dict[str, Any]) -> None:
    """Draw a component, a module with `HTML`, `CSS` and `JS`; drawn again on a page, it goes on with new data."""
    page.evaluate(_SHOW, [component.HTML, component.CSS, component.JS, THEME, data])
