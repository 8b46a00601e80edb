"""A network as a picture in the browser: blocks that open into their layers, and the ways that skip some of them."""

from __future__ import annotations

from pages.components.signed_js import SIGNED_JS

HTML = """
<div class="net">
  <div class="flow" role="group"></div>
  <div class="tools"><button type="button" class="all"></button><span class="legend"></span></div>
  <div class="strips"></div>
</div>
"""

CSS = """
.net { color: var(--st-text-color); font-size: 0.75rem; --tile: clamp(46px, 13.2vw, 60px); }
.flow, .strip .tiles { position: relative; display: flex; flex-wrap: wrap; align-items: flex-start; }
.flow { gap: 0.3rem 0.9rem; }
.stage { min-width: 0; }
.size { margin: 0; font-variant-numeric: tabular-nums; opacity: 0.78; border-bottom: 1px solid var(--st-border-color); }
.tiles { display: flex; flex-wrap: wrap; gap: 0.1rem 0.25rem; }
.strip .tiles { gap: 0.1rem 0.45rem; padding-top: 2px; }
.tile { position: relative; box-sizing: border-box; width: calc(var(--tile) + 8px); margin: 14px 0 0; padding: 3px;
        font: inherit; line-height: 1.2; text-align: center; color: inherit; background: none;
        border: 1px solid transparent; border-radius: var(--st-base-radius); }
button.tile { cursor: pointer; }
button.tile:hover { background: var(--st-secondary-background-color); }
button.tile:focus-visible, .all:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 1px; }
.tile canvas, .tile img { display: block; box-sizing: border-box; width: var(--tile); height: var(--tile);
        image-rendering: pixelated; border-radius: 2px; border-top: 3px solid var(--family, transparent); }
.tile.ghost { opacity: 0.62; }
.tile.open { border-color: var(--st-border-color); background: var(--st-secondary-background-color); }
.tile.has canvas { outline: 2px solid var(--st-primary-color); }
.tile[aria-pressed="true"] { background: var(--st-primary-color); color: var(--st-background-color); }
.name, .shape { display: block; overflow-wrap: anywhere; }
.name { margin-top: 2px; font-size: 0.7rem; }
.shape { font-size: 0.64rem; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; white-space: nowrap;
         opacity: 0.85; }
@media (max-width: 640px) { .name { font-size: 0.64rem; letter-spacing: -0.02em; } }
.fold { position: absolute; top: 6px; right: 4px; padding: 0 4px; border-radius: 7px; font-size: 0.66rem;
        line-height: 1.35; background: var(--st-background-color); color: var(--st-text-color);
        border: 1px solid var(--st-border-color); }
.loop { position: absolute; left: 4px; top: -13px; width: calc(100% - 8px); height: 15px; overflow: visible; }
path { fill: none; stroke: var(--skip); stroke-width: 1.6; }
path.joined { stroke-dasharray: 3 2; }
path.tip { fill: var(--skip); stroke: none; }
.arcs { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; overflow: visible; }
.strip { margin-top: 0.5rem; padding: 0.35rem 0.6rem 0.5rem; border-radius: var(--st-base-radius);
         border: 1px solid var(--st-border-color); }
.strip > p { margin: 0; font-weight: 600; }
.tools { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 1rem; margin-top: 0.4rem; }
.all { padding: 0.15rem 0; font: inherit; color: var(--st-link-color); background: none; border: 0; cursor: pointer;
       text-decoration: underline; }
.all[hidden] { display: none; }
.legend { display: inline-flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; opacity: 0.9; }
.legend i { display: inline-block; width: 12px; height: 3px; margin-right: 4px; vertical-align: middle; }
.legend svg { width: 20px; height: 10px; margin-right: 4px; vertical-align: middle; overflow: visible; }
.answer { align-self: center; min-width: 150px; }
.answer p { margin: 0 0 2px; font-variant-numeric: tabular-nums; }
.bar { display: grid; grid-template-columns: minmax(0, 5.4rem) 2.9rem; gap: 0 0.5rem; align-items: baseline; }
.bar b { font-weight: 500; overflow-wrap: anywhere; }
.bar span { text-align: right; }
.bar::after { content: ''; grid-column: 1 / -1; height: 4px; width: var(--share); min-width: 1px; border-radius: 2px;
              background: var(--st-primary-color); }
"""

JS = (
    SIGNED_JS
    + """
export default function ({ parentElement, data, setStateValue }) {
  const find = (name) => parentElement.querySelector(name), net = find('.net'), words = data.words;
  const state = (net.state ??= { version: null, chosen: null, open: null, all: false });
  const layers = data.layers;
  net.style.setProperty('--skip', data.skip);

  const side = data.maps.shape[1];
  // as long as the network and the picture are the same, the groups with their tiles stay
  const groups = state.version === data.version ? state.groups : [];
  state.groups = groups;
  if (!groups.length) layers.forEach((layer, at) => {
    const last = groups[groups.length - 1];
    if (last && last.name === layer.block) last.layers.push(at);
    else groups.push({ name: layer.block, layers: [at] });
  });
  const groupOf = (at) => groups.findIndex((group) => group.layers.includes(at));
  const numberOf = Object.fromEntries(layers.map((layer, at) => [layer.name, at]));
  const plain = (name) => name.replaceAll('_', ' ');
  const shortOf = (at, group) => {
    const name = layers[at].name, cut = name.startsWith(group.name + '_') ? name.slice(group.name.length + 1) : name;
    return plain(cut);
  };
  const size = (shape) => (shape.length === 3 ? shape.slice(0, 2).join('×')
    : shape.length === 2 && shape[0] > 1 ? words.places.replace('{count}', shape[0]) : words.row);
  const before = (at) => layers[at].inputs.map((name) => numberOf[name] ?? -1);
  // one way after the other, where the network goes to and fro between them
  function ordered(all) {
    const order = [], open = new Set(all), ready = (at) => before(at).every((from) => !open.has(from));
    while (open.size) {
      const now = [...open].filter(ready), last = order[order.length - 1];
      const next = now.find((at) => before(at).includes(last)) ?? now[0];
      order.push(next);
      open.delete(next);
    }
    return order;
  }
  groups.forEach((group) => { group.order = ordered(group.layers); });
  // where several ways come together: added, or joined one behind another
  const meets = (group) => group.layers.map((at) => layers[at]).find((layer) => layer.inputs.length > 1);

  function thumb(canvas, at) {
    const values = state.maps.values, from = at * side * side;
    paint(canvas, side, side, (i) => values[from + i] - 128, 127);
  }
  function tile(at, name, second, said, isButton) {
    const made = document.createElement(isButton ? 'button' : 'div'), layer = layers[at];
    made.className = 'tile';
    if (isButton) made.type = 'button';
    made.innerHTML = `<canvas aria-hidden="true"></canvas><span class="name">${escaped(name)}</span>
      <span class="shape">${escaped(second)}</span>`;
    made.title = said;
    if (isButton) made.setAttribute('aria-label', said);
    made.style.setProperty('--family', data.families[layer.kind]?.colour ?? 'transparent');
    thumb(made.firstElementChild, at);
    return made;
  }
  const said = (at) => `${layers[at].name}, ${layers[at].kind}, ${layers[at].shape.join('×')}`;
  const loop = (kind) => `<svg class="loop" viewBox="0 0 60 15" preserveAspectRatio="none" aria-hidden="true">
    <path class="${kind}" d="M4 15 C4 -2 56 -2 56 13" vector-effect="non-scaling-stroke"/>
    <path class="tip" d="M53 9 L59 9 L56 15 Z"/></svg>`;
  const how = (kind) => (kind === 'Concatenate' ? 'joined' : 'added');

  function flow() {
    const box = find('.flow');
    box.setAttribute('aria-label', words.network);
    box.replaceChildren();
    const stage = (label) => {
      const made = document.createElement('div');
      made.className = 'stage';
      made.innerHTML = `<p class="size">${escaped(label)}</p><div class="tiles"></div>`;
      box.append(made);
      return made.lastElementChild;
    };
    const first = document.createElement('div');
    first.className = 'tile';
    first.innerHTML = `<img alt="" src="${data.picture}"><span class="name">${escaped(words.picture)}</span>
      <span class="shape">× ${data.shape[2]}</span>`;
    stage(data.shape.slice(0, 2).join('×')).append(first);
    let label = null, tiles = null;
    groups.forEach((group, number) => {
      const at = group.layers[group.layers.length - 1], layer = layers[at], now = size(layer.shape);
      if (now !== label) [label, tiles] = [now, stage(now)];
      const count = group.layers.length, isFold = count > 1;
      const told = isFold ? filled(words.block, { name: plain(group.name), count }) : said(at);
      const made = tile(at, isFold ? plain(group.name) : plain(layer.name), '× ' + layer.shape[layer.shape.length - 1],
        told, true);
      if (isFold) {
        made.insertAdjacentHTML('beforeend', `<span class="fold" aria-hidden="true">${count}</span>`);
        if (meets(group)) made.insertAdjacentHTML('beforeend', loop(how(meets(group).kind)));
      }
      made.onclick = () => (isFold ? state.unfold(number) : state.choose(at));
      tiles.append(made);
      group.tile = made;
    });
    const answer = document.createElement('div');
    answer.className = 'answer';
    answer.innerHTML = `<p><b>${escaped(words.answer)}</b></p>` + data.answer.map((one) =>
      `<p class="bar" style="--share:${(100 * one.share).toFixed(1)}%"><b>${escaped(one.name)}</b>
       <span>${(100 * one.share).toFixed(1)} %</span></p>`).join('');
    box.append(answer);
  }

  function strip(group) {
    const made = document.createElement('div');
    made.className = 'strip';
    made.setAttribute('role', 'group');
    made.setAttribute('aria-label', plain(group.name));
    made.innerHTML = `<p>${escaped(plain(group.name))}</p><div class="tiles"></div>`;
    const tiles = made.lastElementChild, places = {};
    const outside = [...new Set(group.layers.flatMap(before))].filter((at) => !group.layers.includes(at));
    outside.sort((a, b) => a - b).forEach((at) => {
      let ghost;
      if (at < 0) {
        ghost = document.createElement('div');
        ghost.className = 'tile';
        ghost.innerHTML = `<img alt="" src="${data.picture}"><span class="name">${escaped(words.picture)}</span>`;
      } else ghost = tile(at, filled(words.from, { name: plain(layers[at].block) }), '', said(at), false);
      ghost.classList.add('ghost');
      tiles.append(ghost);
      places[at] = ghost;
    });
    group.order.forEach((at) => {
      places[at] = tile(at, shortOf(at, group), layers[at].shape.join('×'), said(at), true);
      places[at].dataset.at = at;
      places[at].onclick = () => state.choose(at);
      tiles.append(places[at]);
    });
    const row = [...tiles.children];                         // what does not come from the tile before it is an arc
    made.arcs = group.order.flatMap((at) => before(at).map((from) => [places[from], places[at], how(layers[at].kind)]))
      .filter(([from, to]) => row.indexOf(to) - row.indexOf(from) > 1);
    return made;
  }
  function strips() {
    const open = state.all ? groups.filter((group) => group.layers.length > 1)
      : groups[state.open]?.layers.length > 1 ? [groups[state.open]] : [];
    const key = open.map((group) => group.name).join() + state.version;
    const box = find('.strips');
    if (box.dataset.key !== key) {
      box.dataset.key = key;
      box.replaceChildren(...open.map(strip));
    }
    arcs();
  }
  // an arc above where both ends stand in one row, else a way round the right edge
  function arcs() {
    for (const made of find('.strips').children) {
      const tiles = made.querySelector('.tiles'), box = tiles.getBoundingClientRect();
      tiles.querySelector('.arcs')?.remove();
      if (!made.arcs.length || !box.width) continue;
      const drawn = made.arcs.map(([from, to, kind], number) => {
        const [a, b] = [from, to].map((one) => one.firstElementChild.getBoundingClientRect());
        const [x1, x2] = [a, b].map((one) => one.left + one.width / 2 - box.left);
        const [y1, y2] = [a.top - box.top, b.top - box.top];
        const lift = 12 + 2 * (number % 2), right = box.width - 2;
        const path = Math.abs(y1 - y2) < 8
          ? `M${x1} ${y1} C${x1} ${y1 - lift - 8} ${x2} ${y2 - lift - 8} ${x2} ${y2 - 4}`
          : `M${x1} ${y1} V${y1 - lift + 3} H${right} V${y2 - lift + 3} H${x2} V${y2 - 4}`;
        return `<path class="${kind}" d="${path}"/><path class="tip" d="M${x2 - 3.5} ${y2 - 6} h7 l-3.5 6 Z"/>`;
      }).join('');
      tiles.insertAdjacentHTML('beforeend', `<svg class="arcs" aria-hidden="true">${drawn}</svg>`);
    }
  }

  function mark() {
    const group = groupOf(state.chosen);
    groups.forEach((one, number) => {
      const isFold = one.layers.length > 1, isOpen = isFold && (state.all || number === state.open);
      one.tile.classList.toggle('has', isFold && number === group);
      one.tile.classList.toggle('open', isOpen);
      if (isFold) one.tile.setAttribute('aria-expanded', String(isOpen));
      else one.tile.setAttribute('aria-pressed', String(one.layers[0] === state.chosen));
    });
    for (const one of find('.strips').querySelectorAll('button.tile'))
      one.setAttribute('aria-pressed', String(Number(one.dataset.at) === state.chosen));
    rove(find('.flow'), groups[group]?.tile);
    for (const made of find('.strips').children)
      rove(made, made.querySelector('[aria-pressed="true"]'));
    const all = find('.all');
    all.hidden = groups.every((one) => one.layers.length === 1);
    all.textContent = state.all ? words.fold : words.unfold;
  }
  // one stop for Tab in each row; arrows go on from there
  function rove(box, wanted) {
    const all = [...box.querySelectorAll('button.tile')];
    const held = all.find((one) => one === one.getRootNode().activeElement) ?? wanted ?? all[0];
    all.forEach((one) => {
      one.tabIndex = one === held ? 0 : -1;
      one.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e9, End: 1e9 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        const to = all[Math.min(all.length - 1, Math.max(0, all.indexOf(one) + step))];
        all.forEach((other) => { other.tabIndex = other === to ? 0 : -1; });
        to.focus();
      };
    });
  }
  state.choose = (at) => {
    state.chosen = at;
    mark();
    setStateValue('chosen', { version: data.version, place: at, turn: Date.now() });
  };
  state.unfold = (number) => {
    state.open = state.open === number && !state.all ? null : number;
    state.all = false;
    strips();
    mark();
  };
  find('.all').onclick = () => { state.all = !state.all; strips(); mark(); };

  if (state.version !== data.version) {                     // another network, picture or language
    state.version = data.version;
    state.maps = numbers(data.maps);
    const begun = { network: data.network, open: null, chosen: null, all: false };
    if (state.network !== data.network) Object.assign(state, begun);
    const kinds = [...new Set(layers.map((layer) => layer.kind))];
    const seen = Object.values(Object.fromEntries(kinds.filter((kind) => data.families[kind])
      .map((kind) => [data.families[kind].name, data.families[kind]])));
    const arc = (kind) => (groups.some((group) => meets(group) && how(meets(group).kind) === kind)
      ? `<span><svg viewBox="0 0 20 10" aria-hidden="true"><path class="${kind}" d="M2 10 C2 -2 18 -2 18 10"/></svg>`
        + `${escaped(words[kind])}</span>` : '');
    find('.legend').innerHTML = seen.map((one) => `<span><i style="background:${one.colour}"></i>${escaped(one.name)}`
      + '</span>').join('') + arc('added') + arc('joined');
    flow();
  }
  if (state.chosen !== data.chosen) {
    state.chosen = data.chosen;
    state.open = groupOf(state.chosen);
  }
  strips();
  mark();
  state.arcs = arcs;
  net.watch ??= new ResizeObserver(() => net.state.arcs());
  net.watch.observe(net);
  return () => { net.watch.disconnect(); net.watch = undefined; };
}
"""
)
