"""One unit of a layer in the browser: its inputs and its map, and under the pointer the numbers that add up."""

from __future__ import annotations

from pages.components.signed_js import SIGNED_JS

HTML = """
<div class="unit">
  <div class="maps"><section><p class="head in-name"></p><div class="given"></div><p class="note more"></p></section>
    <section class="out"><p class="head out-name"></p><div class="made"></div></section></div>
  <p class="where" role="status"></p>
  <div class="parts"></div><div class="line"></div><ol class="steps"></ol><p class="check"></p>
</div>
"""

CSS = """
.unit { color: var(--st-text-color); font-size: 0.875rem; }
.unit p { margin: 0; }
.maps { display: flex; flex-wrap: wrap; gap: 0.8rem 2rem; align-items: flex-start; }
.maps > section:first-child { flex: 1 1 320px; min-width: 0; }
.maps > section[hidden] { display: none; }
.head { font-weight: 600; margin-bottom: 0.35rem !important; }
.note { opacity: 0.78; font-size: 0.8rem; margin-top: 0.3rem !important; min-height: 1.2em; }
.given { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.made { display: flex; flex-wrap: wrap; gap: 0.5rem 0.8rem; align-items: flex-end; }
figure { margin: 0; width: var(--side); max-width: 100%; }
figcaption { font-size: 0.75rem; line-height: 1.25; margin-top: 0.2rem; overflow-wrap: anywhere; }
.sheet { position: relative; border: 1px solid var(--st-border-color); border-radius: 2px; overflow: hidden;
         cursor: crosshair; touch-action: manipulation; }
.sheet:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
canvas { display: block; width: 100%; image-rendering: pixelated; }
.frame { position: absolute; box-sizing: border-box; border: 2px solid #14171A; outline: 2px solid #FFFFFF;
         pointer-events: none; min-width: 5px; min-height: 5px; }
.frame[hidden] { display: none; }
.counts .sheet { border-color: #E8A200; box-shadow: 0 0 0 1px #E8A200; }
.where { margin: 0.7rem 0 0.5rem !important; font-weight: 600; font-variant-numeric: tabular-nums; }
.where small { font-weight: 400; opacity: 0.78; margin-left: 0.6rem; }
.parts { display: flex; flex-direction: column; gap: 0.6rem; overflow-x: auto; }
.part { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.6rem; }
.part > b { flex-basis: 100%; font-weight: 500; }
.sign { font-size: 1.15rem; }
.sigma { font-weight: 600; font-variant-numeric: tabular-nums; min-width: 6.5rem; }
table { border-collapse: collapse; align-self: flex-start; }
table.cells td { width: 2.7rem; height: 1.65rem; padding: 0; text-align: center; font-size: 0.75rem;
                 font-variant-numeric: tabular-nums; border: 1px solid var(--st-border-color); }
table.small td { width: 1.15rem; height: 1.15rem; font-size: 0; }
td.zero { outline: 1px dashed #6B7280; outline-offset: -3px; }
td.kept { outline: 3px solid #E8A200; outline-offset: -3px; }
table.rows td { padding: 0.1rem 0.4rem; font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
table.rows td:first-child { text-align: left; white-space: normal; }
.line { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 0.35rem 0.7rem; margin-top: 0.7rem;
        padding-top: 0.5rem; border-top: 1px solid var(--st-border-color); }
.line:empty { display: none; }
.term small { display: block; font-size: 0.75rem; opacity: 0.78; }
.term b { font-weight: 500; font-variant-numeric: tabular-nums; }
.total b { font-size: 1.1rem; font-weight: 650; }
.steps { list-style: none; margin: 0.5rem 0 0; padding: 0; font-variant-numeric: tabular-nums; }
.steps li { padding: 0.15rem 0; overflow-wrap: anywhere; }
.steps b { font-weight: 650; }
.check { margin-top: 0.5rem !important; padding: 0.45rem 0.7rem; border-radius: var(--st-base-radius);
         background: var(--st-secondary-background-color); font-variant-numeric: tabular-nums; }
"""

JS = (
    SIGNED_JS
    + """
const TABLES = 3, TERMS = 6, ROWS = 10, BOARDS = 8, READ = 5;   // shown one by one; cells a side that have numbers

const FUNCTIONS = {
  linear: (x) => x,
  relu: (x, f) => Math.min(Math.max(x, 0), f.most ?? Infinity),
  leaky_relu: (x, f) => (x > 0 ? x : f.slope * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  gelu: (x) => x * (1 + erf(x / Math.SQRT2)) / 2,
};
// the series near zero, the continued fraction far from it: 12 digits
function erf(x) {
  const size = Math.abs(x);
  if (size < 2.5) {
    let term = size, total = size;
    for (let n = 1; n < 60; n++) { term *= -size * size / n; total += term / (2 * n + 1); }
    return Math.sign(x) * 2 / Math.sqrt(Math.PI) * total;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction));
}
const normal = (n, x) => n.gamma * (x - n.mean) / Math.sqrt(n.variance + n.epsilon) + n.beta;

export default function ({ parentElement, data }) {
  const find = (name) => parentElement.querySelector(name);
  const root = find('.unit'), words = data.words, facts = data.facts, kind = facts.kind;
  const state = (root.state ??= { version: null, layer: null, at: [0, 0], held: false });
  const isNew = state.version !== data.version || state.words !== words.input;
  if (isNew) {
    state.arrays = Object.fromEntries(Object.entries(data.arrays).map(([name, sent]) => [name, numbers(sent)]));
    if (state.layer !== data.layer) state.at = facts.start;
    Object.assign(state, { version: data.version, layer: data.layer, words: words.input, held: false });
  }
  const arrays = state.arrays, map = arrays.value, [rows, columns] = map.shape;
  const isReal = (r, c) => r >= 0 && c >= 0 && r < rows && c < columns && !Number.isNaN(map.values[r * columns + c]);
  if (!isReal(...state.at)) state.at = facts.start;
  const cell = (array, r, c) => array.values[r * array.shape[1] + c];
  const window_ = facts.window, steps = facts.steps;
  const limit = largest(map.values.filter((v) => !Number.isNaN(v)));
  const place = (r, c, grid) => grid && data.lead && r === 0 ? words.token
    : filled(words.place, { row: r + 1 - (grid && data.lead ? 1 : 0), column: c + 1 });
  const channel = (number) => data.channels?.[number] ?? filled(words.channel, { number: number + 1 });

  // -- the maps

  function board(height, width, value, most, caption, side) {
    const figure = document.createElement('figure');
    figure.style.setProperty('--side', side + 'px');
    figure.innerHTML = `<div class="sheet"><canvas aria-hidden="true"></canvas><i class="frame"></i></div>
      <figcaption>${escaped(caption)}</figcaption>`;
    const canvas = figure.querySelector('canvas');
    paint(canvas, height, width, value, most);
    return { figure, canvas, height, width, most, sheet: figure.firstElementChild };
  }
  const alone = (height, width) => Math.max(48, Math.round(210 * Math.min(1, width / height)));
  const slice = (array, which, count) => (at) => array.values[at * count + which];
  function givenBoards() {
    if (kind === 'sum' || kind === 'largest' || kind === 'mean') {
      const [h, w, count] = arrays.x.shape, shown = Math.min(count, BOARDS), side = count === 1 ? alone(h, w) : 78;
      if (h * w === 1) return [];
      const many = [...Array(shown).keys()], all = arrays.x.values.filter((v) => !Number.isNaN(v));
      return many.map((i) => board(h, w, slice(arrays.x, i, count), largest(all), channel(facts.channels[i]), side));
    }
    if (kind === 'terms' && arrays.picture) {
      const [h, w] = arrays.picture.shape, made = [], side = arrays.seen ? 150 : alone(h, w);
      const add = (array, at, word) => {
        const count = array.shape[2] ?? 1, value = slice(array, at, count);
        made.push(board(h, w, value, largest(array.values), word + (count > 1 ? ', ' + channel(at) : ''), side));
      };
      for (let at = 0; arrays.seen && at < arrays.seen.shape[2]; at++) {
        add(arrays.seen, at, words.seen);
        add(arrays.whole, at, words.whole);
      }
      add(arrays.picture, 0, words.picture);
      return made;
    }
    if (kind === 'attention') {
      const [heads, , tokens] = arrays.shares.shape, most = largest(arrays.shares.values);
      return [...Array(heads).keys()].map((head) =>
        board(rows, columns, () => NaN, most, filled(words.head, { number: head + 1 }), heads > 4 ? 78 : 110));
    }
    if (!arrays.inputs || arrays.inputs.shape[1] * arrays.inputs.shape[2] === 1) return [];
    const [count, h, w] = arrays.inputs.shape, side = count > 2 ? 110 : count > 1 ? 170 : alone(h, w);
    return [...Array(count).keys()].map((at) => {
      const values = arrays.inputs.values.subarray(at * h * w, (at + 1) * h * w);
      return board(h, w, (i) => values[i], largest(values.filter((v) => !Number.isNaN(v))), data.inputs[at], side);
    });
  }
  function build() {
    const isPlace = rows * columns === 1;
    state.given = givenBoards();
    find('.given').replaceChildren(...state.given.map((one) => one.figure));
    find('.in-name').textContent = words.input;
    find('.out-name').textContent = words.output;
    const left = facts.channels ? facts.channels.length + (facts.others ?? 0) - state.given.length : 0;
    find('.more').textContent = state.given.length && left > 0 ? filled(words.left, { count: left }) : '';
    state.made = isPlace ? [] : [board(rows, columns, (at) => map.values[at], limit, '', alone(rows, columns))];
    const size = rows * columns;
    if (!isPlace) steps.filter((step) => !step.own).forEach((step, at) => {
      const number = steps.indexOf(step), values = arrays.after.values.subarray(number * size, (number + 1) * size);
      const most = largest(values.filter((v) => !Number.isNaN(v)));
      state.made.push(board(rows, columns, (i) => values[i], most, filled(words.then, { step: named(step) }), 96));
    });
    find('.made').replaceChildren(...state.made.map((one) => one.figure));
    find('.out').hidden = isPlace;
    find('.maps').hidden = isPlace && !state.given.length;
    if (state.made.length) {
      const sheet = state.made[0].sheet;
      sheet.tabIndex = 0;
      sheet.setAttribute('role', 'application');
      sheet.setAttribute('aria-label', words.output + '. ' + words.keys);
    }
  }
  function frame(one, top, left, height, width) {
    const mark = one.sheet.querySelector('.frame'), share = (v, all) => 100 * v / all + '%';
    const [t, l] = [Math.max(0, top), Math.max(0, left)];
    const [b, r] = [Math.min(one.height, top + height), Math.min(one.width, left + width)];
    mark.hidden = b <= t || r <= l;
    Object.assign(mark.style, { top: share(t, one.height), left: share(l, one.width),
      height: share(b - t, one.height), width: share(r - l, one.width) });
  }
  function frames() {
    const [r, c] = state.at;
    state.made.forEach((one) => frame(one, r, c, 1, 1));
    if (window_) {
      const [top, left] = [r * window_.stride[0] - window_.pad[0], c * window_.stride[1] - window_.pad[1]];
      const covered = window_.kernel.map((k, i) => window_.dilation[i] * (k - 1) + 1);
      state.given.forEach((one) => frame(one, top, left, ...covered));
    } else if (kind === 'terms') {
      state.given.forEach((one) => frame(one, 0, 0, 0, 0));
    } else if (kind === 'attention') {
      const token = tokenAt(r, c), [, all, tokens] = arrays.shares.shape;
      state.given.forEach((one, head) => {
        const from = (head * all + token) * tokens;
        const value = (at) => (isReal(Math.floor(at / columns), at % columns)
          ? arrays.shares.values[from + tokenAt(Math.floor(at / columns), at % columns)] : NaN);
        paint(one.canvas, rows, columns, value, one.most);
        frame(one, r, c, 1, 1);
      });
    } else if (kind === 'copied') {
      const from = origin(r, c);
      state.given.forEach((one) => frame(one, from[0], from[1], from[0] < 0 ? 0 : 1, 1));
    } else {
      state.given.forEach((one) => frame(one, r, c, 1, 1));
    }
  }
  const tokenAt = (r, c) => (facts.grid.lead && r === 0 ? c
    : facts.grid.lead + (r - (facts.grid.lead ? 1 : 0)) * facts.grid.columns + c);
  const origin = (r, c) => [0, 1, 2].map((i) => arrays.origin.values[(r * columns + c) * 3 + i]);

  // -- the numbers

  const table = (height, width, one, small) => `<table class="cells ${small ? 'small' : ''}"><tbody>`
    + [...Array(height).keys()].map((p) => '<tr>' + [...Array(width).keys()].map((q) => one(p, q)).join('') + '</tr>')
      .join('') + '</tbody></table>';
  const td = (v, most, places, kind = '') => {
    const colour = tint(v, most);
    return `<td class="${kind}" style="background:${css(colour)};color:${ink(colour)}">${say(v, places)}</td>`;
  };
  const part = (name, inside) => `<div class="part"><b>${escaped(name)}</b>${inside}</div>`;
  const sign = (text) => `<span class="sign">${text}</span>`;
  const term = (name, text, kind = '') =>
    `<span class="term ${kind}"><small>${escaped(name)}</small><b>${text}</b></span>`;
  const row = (cells) => '<tr>' + cells.map((one) => `<td>${one}</td>`).join('') + '</tr>';
  const rowsTable = (lines) => '<table class="rows"><tbody>' + lines.map(row).join('') + '</tbody></table>';

  // the strongest terms one by one, the others in one number, the bias, and what all of it is
  function line(terms, rest, others, total, places, most = TERMS) {
    const shown = terms.slice(0, most), hidden = terms.slice(most);
    rest += hidden.reduce((sum, one) => sum + one.value, 0);
    others += hidden.length;
    const made = shown.map((one) => term(one.name, signed(one.value, places)));
    if (others) made.push(term(others === 1 ? words.other : filled(words.others, { count: others }),
      signed(rest, places)));
    if (facts.has_bias) made.push(term(words.bias, signed(facts.bias, places)));
    return made.join('') + sign('=') + term(words.sum, say(total, places), 'total');
  }
  const strongest = (terms) => [...terms].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const adds = (terms) => terms.reduce((sum, one) => sum + one.value, 0);

  function covered(i, [r, c]) {
    const [h, w, count] = arrays.x.shape, found = [];
    for (let p = 0; p < window_.kernel[0]; p++) for (let q = 0; q < window_.kernel[1]; q++) {
      const down = r * window_.stride[0] + p * window_.dilation[0] - window_.pad[0];
      const across = c * window_.stride[1] + q * window_.dilation[1] - window_.pad[1];
      const real = down >= 0 && across >= 0 && down < h && across < w;
      found.push({ real, v: real ? arrays.x.values[(down * w + across) * count + i] : 0 });
    }
    return found;
  }
  const KINDS_OF = {
    sum(at) {
      const [kh, kw, count] = arrays.kernel.shape, size = kh * kw;
      const weight = (i) => [...Array(size).keys()].map((tap) => arrays.kernel.values[tap * count + i]);
      const sorted = count <= TABLES ? (all) => all : strongest;
      const terms = sorted(facts.channels.map((number, i) => {
        const seen = covered(i, at), own = weight(i);
        const value = seen.reduce((sum, one, tap) => sum + one.v * own[tap], 0);
        return { name: channel(number), value, seen, own, i };
      }));
      const rest = facts.others ? cell(arrays.rest, ...at) : 0, total = adds(terms) + rest + facts.bias;
      state.given.forEach((one, i) => one.figure.classList.toggle('counts', count > BOARDS
        && terms.slice(0, size > 1 ? TABLES : TERMS).some((term) => term.i === i)));
      const places = decimals(Math.max(limit, state.scale ?? 0));
      let parts;
      if (size === 1) {
        parts = rowsTable(terms.slice(0, TERMS).map((one) => [escaped(one.name), say(one.seen[0].v, places), '×',
          say(one.own[0], places), '=', signed(one.value, places)]));
      } else {
        const small = Math.max(kh, kw) > READ, cells = (values, marks) => {
          const most = largest(values), digits = decimals(most, 3), mark = (tap) => (marks?.[tap] ? 'zero' : '');
          return table(kh, kw, (p, q) => td(values[p * kw + q], most, digits, mark(p * kw + q)), small);
        };
        const heads = [words.covers, words.kernel, words.products];
        parts = terms.slice(0, TABLES).map((one) => part(one.name, cells(one.seen.map((v) => v.v),
          one.seen.map((v) => !v.real)) + sign('×') + cells(one.own) + sign('=')
          + cells(one.own.map((w, tap) => w * one.seen[tap].v))
          + `<span class="sigma">Σ = ${signed(one.value, places)}</span>`)).join('');
        parts = `<p class="note">${escaped(heads.join(' × ').replace(/ × ([^×]*)$/, ' = $1'))}</p>` + parts;
      }
      return { parts, line: line(terms, rest, facts.others, total, places), total, places };
    },
    largest(at) { return pooled(at, (values) => Math.max(...values), words.largest); },
    mean(at) { return pooled(at, (values) => values.reduce((sum, v) => sum + v, 0) / values.length, words.mean); },
    terms() {
      const places = decimals(limit), [, depth] = arrays.at.shape;
      const terms = [...arrays.x.values].map((x, i) => {
        const where = [...arrays.at.values.subarray(i * depth, (i + 1) * depth)];
        const name = depth === 1 ? filled(words.unit, { number: where[0] + 1 })
          : place(where[0], where[1]) + (data.channels?.length === 1 ? '' : ', ' + channel(where[2]));
        return { name, value: x * arrays.weights.values[i], x, w: arrays.weights.values[i] };
      });
      const total = adds(terms) + facts.rest + facts.bias;
      const parts = rowsTable(terms.slice(0, ROWS).map((one) => [escaped(one.name), say(one.x, places), '×',
        say(one.w, places), '=', signed(one.value, places)]));
      return { parts, line: line(terms, facts.rest, facts.others, total, places, 4), total, places };
    },
    attention([r, c]) {
      const [heads, all, tokens] = arrays.shares.shape, token = tokenAt(r, c), terms = [];
      const spot = (number) => (number < facts.grid.lead ? words.token : filled(words.place, {
        row: Math.floor((number - facts.grid.lead) / facts.grid.columns) + 1,
        column: (number - facts.grid.lead) % facts.grid.columns + 1 }));
      for (let head = 0; head < heads; head++) for (let from = 0; from < tokens; from++) {
        const x = arrays.shares.values[(head * all + token) * tokens + from];
        const w = arrays.handed.values[head * tokens + from];
        terms.push({ name: filled(words.head, { number: head + 1 }) + ', ' + spot(from), value: x * w, x, w });
      }
      const sorted = strongest(terms), total = adds(terms) + facts.bias;
      const places = decimals(Math.max(limit, largest(arrays.handed.values)));
      const parts = rowsTable(sorted.slice(0, TERMS).map((one) => [escaped(one.name), say(100 * one.x, 2) + ' %', '×',
        say(one.w, places), '=', signed(one.value, places)]));
      return { parts, line: line(sorted, 0, 0, total, places, 4), total, places };
    },
    added(at) { return combined(at, '+'); },
    multiplied(at) { return combined(at, '×'); },
    normalised(at) {
      const x = input(0, at), places = decimals(Math.max(limit, Math.abs(x)));
      return { parts: '', line: '', first: normText(facts, x, places), total: normal(facts, x), places };
    },
    standardised(at) {
      const x = input(0, at), places = decimals(Math.max(limit, Math.abs(x)));
      const all = { ...facts, mean: cell(arrays.means, ...at), variance: cell(arrays.variances, ...at) };
      const note = `<p>${escaped(filled(words.standard, { count: facts.over }))}</p>`;
      return { parts: note, line: '', first: normText(all, x, places), total: normal(all, x), places };
    },
    scaled(at) {
      const x = input(0, at), a = cell(arrays.scale, ...at), b = cell(arrays.offset, ...at), total = x * a + b;
      const places = decimals(Math.max(limit, Math.abs(x))), fine = Math.max(places, decimals(Math.abs(a)));
      const last = Math.max(places, decimals(limit));         // a small factor makes small numbers
      return { parts: '', line: term(words.given, say(x, places)) + sign('×') + term(words.factor, say(a, fine))
        + (b ? term(words.bias, signed(b, places)) : '') + sign('=') + term(words.sum, say(total, last), 'total'),
        total, places: last };
    },
    bent(at) {
      const x = input(0, at), total = FUNCTIONS[facts.function.name](x, facts.function);
      const places = decimals(Math.max(limit, Math.abs(x)));
      return { parts: '', line: '', first: bendText(facts.function, x, places), total, places };
    },
    copied([r, c]) {
      const [down, across, number] = origin(r, c), places = decimals(limit);
      const total = down < 0 ? 0 : arrays.inputs ? input(0, [down, across]) : cell(map, r, c);
      const name = data.sources[facts.source ?? 0];
      const text = down < 0 ? words.nothing : filled(words.copied, { place: place(down, across, true),
        map: filled(words.channel, { number: number + 1 }), layer: name });
      return { parts: `<p>${escaped(text)}</p>`, line: '', total, places };
    },
  };
  const input = (which, [r, c]) => {
    const [, h, w] = arrays.inputs.shape;
    return arrays.inputs.values[which * h * w + r * w + c];
  };
  function combined(at, operation) {
    const [count] = arrays.inputs.shape, many = [...Array(count).keys()].map((which) => input(which, at));
    const total = many.reduce((one, other) => (operation === '+' ? one + other : one * other));
    const places = decimals(Math.max(limit, largest(many)));
    const made = many.map((v, which) => (which ? sign(operation) : '') + term(data.inputs[which], say(v, places)));
    return { parts: '', line: made.join('') + sign('=') + term(words.sum, say(total, places), 'total'), total, places };
  }
  function pooled(at, how, word) {
    const [kh, kw] = window_.kernel, places = decimals(limit), all = covered(0, at);
    const seen = all.filter((one) => one.real && !Number.isNaN(one.v)), total = how(seen.map((one) => one.v));
    const most = largest(all.map((one) => one.v)), digits = decimals(most, 3);
    const isSmall = Math.max(kh, kw) <= READ;
    const parts = isSmall ? part(words.covers, table(kh, kw, (p, q) => {
      const one = all[p * kw + q];
      return one.real ? td(one.v, most, digits, kind === 'largest' && one.v === total ? 'kept' : '') : '<td>–</td>';
    })) : '';
    const sum = seen.reduce((all, one) => all + one.v, 0);
    const text = kind === 'mean' ? term(words.added, say(sum, places)) + sign('÷') + term(words.count, seen.length)
      : seen.length === 1 ? term(words.given, say(total, places))
      : term(filled(words.of, { count: seen.length }), word);
    return { parts, line: text + sign('=') + term(kind === 'mean' ? word : words.sum, say(total, places), 'total'),
      total, places };
  }
  const named = (step) => (step.kind === 'norm' ? words.norm : data.functions[step.function.name]);
  const bracket = (v, places) => (v < 0 ? `(${say(v, places)})` : say(v, places));
  function normText(n, x, places) {
    const fine = Math.max(places, decimals(Math.max(Math.abs(n.gamma), 1e-6), 4));
    const spread = Math.max(places, decimals(Math.max(n.variance, 1e-9), 4));
    const epsilon = n.epsilon.toFixed(9).replace(/0+$/, '');
    return `${say(n.gamma, fine)} · (${say(x, places)} − ${bracket(n.mean, places)}) / √(${say(n.variance, spread)} + `
      + `${epsilon}) + ${bracket(n.beta, places)}`;
  }
  const bendText = (f, x, places) => `${escaped(data.functions[f.name])}(${say(x, places)})`;

  function show() {
    frames();
    const at = state.at, found = KINDS_OF[kind](at), places = found.places, value = cell(map, ...at);
    const spot = rows * columns === 1 ? data.name : place(at[0], at[1], true);
    find('.where').innerHTML = `${escaped(spot)}: ${say(value, places)}`
      + (rows * columns === 1 ? '' : `<small>${escaped(state.held ? words.held : words.hold)}</small>`);
    find('.parts').innerHTML = found.parts;
    find('.line').innerHTML = found.line;
    const lines = found.first ? [`${found.first} = <b>${say(found.total, places)}</b>`] : [];
    let x = found.total, own = found.total;
    steps.forEach((step) => {
      const text = step.kind === 'norm' ? normText(step, x, places) : bendText(step.function, x, places);
      x = step.kind === 'norm' ? normal(step, x) : FUNCTIONS[step.function.name](x, step.function);
      if (step.own) own = x;
      lines.push(`${escaped(step.own ? words.own : step.layer)}: ${text} = <b>${say(x, places)}</b>`);
    });
    find('.steps').innerHTML = lines.map((text) => `<li>${text}</li>`).join('');
    const last = steps.length - 1, size = rows * columns;
    const reached = last < 0 || steps[last].own ? null : arrays.after.values[last * size + at[0] * columns + at[1]];
    find('.check').hidden = !data.checked;
    find('.check').textContent = filled(words.check, { computed: say(own, places), value: say(value, places) })
      + (reached === null ? '' : ' ' + filled(words.reached, { computed: say(x, places), value: say(reached, places),
        step: steps[last].layer }));
  }

  // -- pointer and keys

  const go = (r, c) => {
    const to = [Math.max(0, Math.min(rows - 1, r)), Math.max(0, Math.min(columns - 1, c))];
    if (!isReal(...to) || (to[0] === state.at[0] && to[1] === state.at[1])) return;
    state.at = to;
    show();
  };
  const under = (one, event) => {
    const box = one.sheet.getBoundingClientRect();
    return [Math.floor((event.clientY - box.top) / box.height * one.height),
      Math.floor((event.clientX - box.left) / box.width * one.width)];
  };
  const back = (spot) => (window_ ? spot.map((at, axis) => Math.round((at + window_.pad[axis]
    - window_.dilation[axis] * (window_.kernel[axis] - 1) / 2) / window_.stride[axis])) : spot);
  function listen() {
    const all = [...state.made.map((one) => [one, (spot) => spot]),
      ...(kind === 'terms' || kind === 'copied' ? [] : state.given.map((one) => [one, back]))];
    all.forEach(([one, whence]) => {
      one.sheet.onpointermove = (event) => {
        if (!state.held && event.pointerType === 'mouse') go(...whence(under(one, event)));
      };
      one.sheet.onclick = (event) => {
        const isMouse = event.pointerType === 'mouse';
        if (isMouse) state.held = !state.held;
        go(...whence(under(one, event)));
        show();
      };
    });
    if (!state.made.length) return;
    state.made[0].sheet.onkeydown = (event) => {
      const [r, c] = state.at, to = { ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1], ArrowUp: [r - 1, c],
        ArrowDown: [r + 1, c], Home: [0, 0], End: [rows - 1, columns - 1] }[event.key];
      if (!to) return;
      event.preventDefault();
      go(...to);
    };
  }
  if (isNew) build();
  listen();
  show();
}
"""
)
