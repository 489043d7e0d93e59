// Draws an explorable from its Plotly bundle: the controls, and the picture that belongs to where they stand.
//
//   mount(element, bundle, Plotly)   anywhere: JupyterLab's renderer (remote.js), an exported page
//   default { initialize, render }   the anywidget, in every notebook program

import { build, create, together } from "./controls.js";
import { isDark, lettered, onTheme, recoloured } from "./dark.js";
import { askGuess, storeOf } from "./guess.js";
import { seenOf, spaceNames } from "./names.js";
import { ends, numbers, owned } from "./numbers.js";
import { fitWidth, longest, NARROW } from "./width.js";

const WORDS = {
  waiting: "The kernel is drawing this picture. If nothing happens, run the cell again.",
  failed: "This picture could not be drawn: ",
};
const PATIENCE = 800; // ms until a wait is worth a word
const LOST = 30_000; // ms until the next picture asks the kernel anew for what no answer has brought
const HEIGHT = 420; // px, where the figure does not say
const LINE = 23; // px of a title's line
const ABOVE = 28; // px left above the axes when the title stands over the plot: two lines at a curve's end
const GLIDE = 250; // ms from one picture to the next
const FRAME = 16; // ms: the first picture of a step already shows that it moves
const SMOOTH = 60; // ms: a picture that takes longer to draw would stutter, and jumps instead
const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };
const NEAR = 0.02; // of a row's numbers: an axis that follows them further would be seen to move
const PAUSE = 500; // ms of rest before a moved control's result is read out
const STYLE_ID = "opslab-explore-style";
const STYLE = `
.opslab-explore { box-sizing: border-box; container-type: inline-size; max-width: 60rem; margin: 4px 2px;
  padding: 12px; color: var(--opslab-ink); border: 1px solid var(--opslab-line); border-radius: 8px;
  --opslab-ink: #1f2328; --opslab-line: #c4cad1; --opslab-accent: #0072b2; --opslab-ground: #fff;
  --opslab-track: #eff1f3; color-scheme: light;
  background: var(--opslab-ground); font: 14px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
.opslab-explore[data-dark] { --opslab-ink: #e6edf3; --opslab-line: #444c56; --opslab-accent: #4696f5;
  --opslab-ground: #161b22; --opslab-track: #3a4049; color-scheme: dark; }
.opslab-controls { padding-bottom: 4px; display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center;
  gap: 4px 16px; }
.opslab-control, .opslab-control label { display: contents; }
.opslab-name { max-width: 20rem; font-weight: 600; }
.opslab-value { max-width: 20rem; text-align: right; font-variant-numeric: tabular-nums; }
.opslab-value::after { content: attr(data-labels); display: block; height: 0; overflow: hidden; white-space: pre; visibility: hidden; }
.opslab-control input { width: 100%; height: 32px; margin: 0; accent-color: var(--opslab-accent); cursor: pointer; }
@supports selector(::-moz-range-track) { /* Firefox's own thumb is grey, and its track in the dark whiter than what it fills */
  .opslab-control input { appearance: none; background: none; }
  .opslab-control input::-moz-range-track { box-sizing: border-box; height: 8px; border: 1px solid #8c959f; border-radius: 4px;
    background: var(--opslab-track); }
  .opslab-control input::-moz-range-progress { height: 8px; border-radius: 4px; background: var(--opslab-accent); }
  .opslab-control input::-moz-range-thumb { width: 16px; height: 16px; border: 0; border-radius: 50%; background: var(--opslab-accent); }
}
.opslab-control select { grid-column: 2 / -1; justify-self: start; max-width: 100%; min-height: 32px;
  padding: 2px 8px; font: inherit; color: inherit; background: var(--opslab-ground); border: 1px solid #6e7781;
  border-radius: 4px; cursor: pointer; }
.opslab-controls:not(:has(input)) { display: flex; flex-wrap: wrap; gap: 4px 24px; }
.opslab-controls:not(:has(input)) .opslab-control { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; }
.opslab-explore :is(input, select, button):focus-visible { outline: 3px solid var(--opslab-accent);
  outline-offset: 1px; border-radius: 4px; }
.opslab-guess { margin: 4px 0; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; }
.opslab-guess .opslab-controls { flex: 1 1 100%; }
.opslab-guess button { min-height: 32px; padding: 2px 14px; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--opslab-ground); background: var(--opslab-accent); border: 1px solid transparent; border-radius: 4px; }
.opslab-guess button:disabled { color: inherit; background: none; border-color: currentColor; opacity: 0.6;
  cursor: default; }
.opslab-guess + .opslab-status + .opslab-title { margin-top: 12px; }
.opslab-guess output { flex: 1 1 16rem; }
.opslab-guessing .opslab-plot { touch-action: none; cursor: crosshair; }
.opslab-guessing[data-guess="peak"] .opslab-plot { touch-action: pan-y; }
.opslab-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.opslab-controls[hidden] { display: none; }
@container (max-width: 30rem) {
  .opslab-controls:not([hidden]) { display: flex; flex-wrap: wrap; gap: 0 16px; }
  .opslab-control { flex: 1 1 100%; display: grid; grid-template: "name value" "control control" / 1fr auto;
    gap: 4px 16px; margin-bottom: 8px; }
  .opslab-control:has(select) { flex: 0 1 auto; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; }
  .opslab-name { grid-area: name; }
  .opslab-value { grid-area: value; }
  .opslab-value::after { content: none; } /* the slider has a line of its own */
  .opslab-control :is(input, select) { grid-area: control; }
  .opslab-control select { padding-inline: 4px; font-size: 13px; text-overflow: ellipsis; }
}
.opslab-explore > .opslab-title { display: grid; margin: 4px 4px 6px; font: 600 17px/23px system-ui, -apple-system,
  "Segoe UI", "Noto Sans", sans-serif; color: inherit; text-align: left; text-wrap: balance; overflow-wrap: anywhere; }
.opslab-title > span, .opslab-title::after { grid-area: 1 / 1; }
.opslab-title::after { content: attr(data-longest); visibility: hidden; } /* so that nothing below it jumps */
.opslab-title[hidden] { display: none !important; }
.opslab-status { margin: 4px 0 0; color: #7a3300; }
[data-dark] > .opslab-status { color: #f0883e; }
.opslab-status:empty { display: none; }
.opslab-plot { width: 100%; overflow: hidden; }
.opslab-plot :is(.textpoint, .annotation-text) { paint-order: stroke; stroke: var(--opslab-ground); stroke-width: 4px;
  stroke-linejoin: round; } /* lines pass behind words */
.opslab-plot :is(.heatmap-label text, .bartext)[style*="68, 68, 68"] { fill: #111 !important; } /* Plotly's grey is faint on a middle colour */
[aria-busy="true"] > .opslab-plot { opacity: 0.6; }
@media print { .opslab-explore { break-inside: avoid; border: 0; } }
`;

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

// Build the explorable inside `element`; returns a function that takes it away again.
// `live`, where a kernel runs: { controls or null, draw(place) -> Promise of { data, layout }, recall(), keep(guess) };
// with controls, it draws the pictures.
export function mount(element, bundle, Plotly, live = null) {
  const { alt, controls: stored, guess: asked } = bundle.layout.meta.opslab;
  const controls = live?.controls ?? stored;
  const place = controls.map((control) => control.opening);
  const frames = new Map((bundle.frames ?? []).map((frame) => [frame.name, frame]));
  const fills = bundle.layout.autosize; // on a slide: what the words and controls leave
  const tall = (bundle.layout.height ?? HEIGHT) - LINE * lines(bundle.layout.title);
  const config = { ...bundle.config, responsive: false }; // the observer below sees more than window sizes

  addStyle(element.ownerDocument);
  const group = create("div", { className: "opslab-explore", role: "group", ariaLabel: alt });
  if (asked) group.dataset.guess = asked.form;
  const plot = create("div", { className: "opslab-plot" });
  const status = create("p", { className: "opslab-status", role: "status" });
  const caption = create("p", { className: "opslab-title" });
  const result = create("span");
  const said = create("p", { className: "opslab-heard", ariaLive: "polite" });
  caption.append(result);
  caption.dataset.longest = longest([asked?.prompt, ...[bundle, ...frames.values()].map(({ layout }) => titleOf(layout))]);
  caption.hidden = !caption.dataset.longest;
  if (!fills) plot.style.height = `${tall}px`; // before it is drawn, so that the page does not jump
  const panel = create("div", { className: "opslab-controls" });
  panel.append(...controls.map((control, k) => build(control, (i) => { place[k] = i; changed(); })));
  const guess = asked && askGuess(asked, plot, { shares: bundle.layout.xaxis?.tickformat?.endsWith("%"), hidden: panel, store: storeOf(`${alt} ${asked.prompt}`, live), redraw });
  group.append(panel, ...(guess ? [guess.panel] : []), status, caption, plot, said);
  element.append(group);

  let picture = laidOver(bundle, live?.controls ? undefined : frames.get(place.join()));
  let subject; // the picture with the guess over it; the same until one of them changes, so that a way to it ends
  let seen = ""; // how the picture was arranged
  let settled; // the picture that was last drawn whole

  function changed() {
    tell();
    if (live?.controls) return ask();
    picture = laidOver(bundle, frames.get(place.join()));
    subject = null;
    step();
  }

  // The title says the result; whoever cannot see it hears it when the control has come to rest.
  let telling;
  function tell() {
    clearTimeout(telling);
    telling = setTimeout(() => { said.textContent = titleOf(picture.layout); }, PAUSE);
  }

  // A guess follows the finger at once.
  function redraw() {
    there = undefined;
    subject = null;
    schedule();
  }

  // However many steps arrive between two paints, at most two pictures are drawn: the first, at once, and the last.
  let waiting = false;
  let stale = false;
  let fresh = false; // drawn at once, and painted before anything else is drawn
  function step() {
    stale = true;
    if (waiting) return;
    fresh = true;
    draw(performance.now());
    atNextFrame();
  }
  function schedule() {
    stale = true;
    atNextFrame();
  }
  function atNextFrame() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame((now) => {
      waiting = false;
      if (stale && fresh) atNextFrame();
      else if (stale) {
        look();
        draw(now);
      }
      fresh = false;
    });
  }

  // Where the picture stands, as a frame finds it. A step does not look: the browser would lay out the page for it.
  let ground = {};
  function look() {
    const { clientWidth: width, clientHeight: height } = plot;
    ground = { width, height, dark: width > 0 && isDark(element) }; // a picture that has left the page has no colours
  }

  function draw(now) {
    stale = false;
    const { width, height, dark } = ground;
    if (!width) return; // hidden: the observer calls again when it is shown
    const { data, layout: { sliders, meta, ...layout } } = (subject ??= guess ? guess.over(picture) : picture);
    const title = titleOf(layout);
    if (result.textContent !== title) result.textContent = title; // the same again would be laid out again
    // Plotly writes into the layout that it is given; ours has to stay what it is.
    const opening = !target;
    const drawn = { data: glided(data, now), layout: { ...untitled(structuredClone(layout), lines(picture.layout.title)), width, height } };
    const more = fitWidth(drawn);
    if (!fills) plot.style.height = `${tall + more}px`; // where that is new, the observer calls again
    const axis = plot._fullLayout?.yaxis; // as it was last drawn
    const known = seenOf(axis);
    const named = spaceNames(drawn, data, axis);
    group.toggleAttribute("data-dark", dark);
    const { data: coloured, layout: arranged } = setApart(dark ? recoloured(drawn) : lettered(drawn));
    const traces = coloured.map((trace) => owned(whole(trace)));
    const before = performance.now();
    const text = JSON.stringify(arranged);
    const goesOn = stale || fresh; // by what `glided` has asked for, or after the first paint
    if (goesOn && text === settled?.text && traces.every((trace, i) => isNear(trace, settled.traces[i], arranged))) {
      Plotly.animate(plot, { data: traces, traces: traces.map((_, i) => i) }, AT_ONCE).catch(() => {}); // the next one interrupts it
      schedule();
    } else {
      // Plotly never shows a label where it has seen an empty one, and fails at a scale that turns: such begin anew.
      const form = `${width < NARROW} ${lengths(traces)}`;
      if (form !== seen) Plotly.purge(plot);
      seen = form;
      settled = { text, traces };
      Plotly.react(plot, traces, arranged, config);
      if (named && seenOf(plot._fullLayout.yaxis) !== known) schedule(); // names stand by what is seen now
    }
    lasted = opening ? 0 : performance.now() - before;
  }

  // A step glides from the picture that is there to the next one; who wants no motion gets none.
  let lasted = 0;
  let target;
  let start;
  let began = 0;
  let there;
  function glided(data, now) {
    if (data !== target) {
      [start, target, began] = [there, data, now];
    }
    const way = STILL.matches || lasted > SMOOTH || !start ? 1 : Math.min(1, (now - began + FRAME) / GLIDE);
    there = way < 1 ? data.map((trace, i) => between(start[i], trace, way * (2 - way))) : data;
    if (way < 1) schedule();
    return there;
  }

  // One question at a time is with the kernel; when its answer comes and the control has moved on, ask again.
  let asking = false;
  async function ask() {
    if (asking) return;
    asking = true;
    group.ariaBusy = "true";
    const wait = setTimeout(() => { status.textContent = WORDS.waiting; }, PATIENCE);
    let at;
    try {
      do {
        at = place.join();
        picture = await live.draw([...place]);
        subject = null;
        schedule();
      } while (at !== place.join());
      status.textContent = "";
    } catch (error) {
      status.textContent = WORDS.failed + error.message;
    }
    clearTimeout(wait);
    group.ariaBusy = "false";
    asking = false;
  }

  let size = "";
  const observer = new ResizeObserver(() => {
    const now = `${plot.clientWidth} ${plot.clientHeight}`;
    if (now === size) return;
    size = now;
    schedule();
  });
  observer.observe(plot);
  const forget = onTheme(schedule);
  return () => {
    observer.disconnect();
    forget();
    clearTimeout(telling);
    Plotly.purge(plot);
    group.remove();
  };
}

// A number and its sign stand apart on an axis, as in every sentence; the format of an axis cannot do it.
const APART = Object.fromEntries(Array.from({ length: 401 }, (_, i) => `${i - 200}%`.replace("-", "−"))
  .map((text) => [text, text.replace("%", "\u00a0%")]));

function setApart({ data, layout }) {
  const apart = (axis) => (axis?.tickformat?.endsWith("%") ? { ...axis, labelalias: APART } : axis);
  const axes = Object.entries(layout).map(([key, value]) => [key, /^[xy]axis/.test(key) ? apart(value) : value]);
  const scaled = (trace) => (trace.colorbar ? { ...trace, colorbar: apart(trace.colorbar) } : trace);
  return { data: data.map(scaled), layout: Object.fromEntries(axes) };
}

// A title is text over the plot: it wraps at every width, and Plotly, which leaves out what does not fit, has none.
const titleOf = ({ title }) => together((title?.text ?? "").replace(/<br>/g, " ").replace(/<[^>]+>/g, ""));
const lines = (title) => (title?.text ? title.text.split("<br>").length : 0);

// `rows` are those of the picture's own title, for which it left room; a guess has a title of its own.
function untitled({ title, ...layout }, rows) {
  if (!title?.text) return layout;
  const room = layout.margin?.t ?? layout.template?.layout?.margin?.t ?? 0;
  return { ...layout, margin: { ...layout.margin, t: Math.max(ABOVE, room - LINE * rows - 12) } };
}

// Plotly would cut a mark at the end of an axis.
const whole = (trace) => (trace.mode?.includes("markers") ? { ...trace, cliponaxis: false } : trace);

// The base picture with what a frame changes; arrays that do not change keep their identity.
function laidOver(bundle, frame) {
  if (!frame) return { data: bundle.data, layout: bundle.layout };
  const data = [...bundle.data];
  frame.traces.forEach((trace, i) => { data[trace] = merge(data[trace], frame.data[i]); });
  return { data, layout: merge(bundle.layout, frame.layout) };
}

// A trace on its way from one picture to the next: its numbers lie between; what is no number is there at once.
function between(from, to, way) {
  if (!from || from.type !== to.type) return to;
  const mixed = { ...to };
  for (const axis of ["x", "y"]) {
    const [one, other] = [numbers(from[axis]), numbers(to[axis])];
    if (one && other && one !== other && one.length === other.length) {
      mixed[axis] = Array.from(other, (value, i) => one[i] + (value - one[i]) * way);
    }
  }
  return mixed;
}

// Whether a trace on its way moves numbers alone, and no axis with them: Plotly then need not draw the axes again.
function isNear(trace, settled, layout) {
  if (!settled || trace.type !== "scatter" || lengths([trace]) !== lengths([settled])) return false;
  return ["x", "y"].every((axis) => {
    if (trace[axis] === settled[axis]) return true;
    const [now, then] = [numbers(trace[axis]), numbers(settled[axis])];
    if (!now || !then) return false;
    if (layout[`${axis}axis${(trace[`${axis}axis`] ?? axis).slice(1)}`]?.range) return true;
    const [[low, high], [from, to]] = [ends(now), ends(then)];
    return Math.max(Math.abs(low - from), Math.abs(high - to)) <= NEAR * (to - from);
  });
}

// How many points each trace with labels has.
const lengths = (traces) => traces.map(({ mode, y }) => (mode?.includes("text") ? (numbers(y) ?? y)?.length : "")).join();

function merge(base, change) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = isBranch(value) ? merge(isBranch(base[key]) ? base[key] : {}, value) : value;
  }
  return merged;
}

const isBranch = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !("bdata" in value);

function addStyle(page) {
  if (!page.getElementById(STYLE_ID)) page.head.append(create("style", { id: STYLE_ID, textContent: STYLE }));
}

// plotly.js, once per page: the copy that JupyterLab already serves with plotly, or the kernel's.
export function plotly(askKernel) {
  globalThis.opslabPlotly ??= fromJupyterLab().catch(() => fromKernel(askKernel));
  globalThis.opslabPlotly.catch(() => { globalThis.opslabPlotly = undefined; });
  return globalThis.opslabPlotly;
}

async function fromJupyterLab() {
  const mimeType = "application/vnd.plotly.v1+json";
  const factory = await globalThis._JUPYTERLAB["jupyterlab-plotly"].get("./mimeExtension");
  const { RenderedPlotly } = factory();
  if (!RenderedPlotly.Plotly) {
    // It loads its plotly.js with its first figure, so give it an empty one.
    const model = { data: { [mimeType]: { data: [], layout: {} } }, metadata: {}, setData() {} };
    const renderer = new RenderedPlotly({ mimeType });
    await renderer.renderModel(model);
    renderer.dispose();
  }
  if (!RenderedPlotly.Plotly.react) throw new Error("no plotly.js in JupyterLab's plotly extension");
  return RenderedPlotly.Plotly;
}

async function fromKernel(askKernel) {
  const lost = new Promise((_, reject) => setTimeout(() => reject(new Error(WORDS.waiting)), LOST));
  const [, [script]] = await Promise.race([askKernel({ ask: "plotly" }), lost]);
  const text = new Response(new Blob([script]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  const module = { exports: {} };
  new Function("module", await text)(module);
  return module.exports;
}

// Questions to the kernel, through a widget's model.
function asker(model) {
  return (question) =>
    new Promise((resolve, reject) => {
      const id = crypto.randomUUID?.() ?? String(Math.random());
      const listen = (answer, buffers) => {
        if (answer.id !== id) return;
        model.off("msg:custom", listen);
        if (answer.error) reject(new Error(answer.error));
        else resolve([answer, buffers]);
      };
      model.on("msg:custom", listen);
      model.send({ ...question, id });
    });
}

function liveFrom(model) {
  const ask = asker(model);
  const draw = async (place) => (await ask({ ask: "picture", place }))[0].picture;
  let keeping;
  const keep = (guess) => { // a drag moves it often; where it comes to rest is kept
    clearTimeout(keeping);
    keeping = setTimeout(() => { model.set("kept", guess); model.save_changes(); }, PAUSE);
  };
  // JupyterLab's manager of a notebook has no kernel once the notebook was closed, or its kernel ended.
  const gone = () => model.widget_manager?.kernel === null;
  return { controls: model.get("fine").length ? model.get("fine") : null, draw, recall: () => model.get("kept"), keep, gone };
}

// JupyterLab's renderer has no kernel of its own: a widget whose kernel has something to do leaves word here.
const livePictures = (globalThis.opslabLivePictures ??= new Map());
export const LIVE_EVENT = "opslab-live-picture";
// A notebook that was closed leaves its own here; if its kernel lives, they are made anew when it is opened.
export function liveUnder(key) {
  const live = livePictures.get(key);
  return live?.gone() ? undefined : live;
}

export default {
  initialize({ model }) {
    if (!model.get("fine").length && !model.get("bundle").layout.meta.opslab.guess) return undefined;
    const key = model.get("key");
    livePictures.set(key, liveFrom(model));
    document.dispatchEvent(new CustomEvent(LIVE_EVENT, { detail: key }));
    return () => livePictures.delete(key);
  },
  async render({ model, el }) {
    const late = setTimeout(() => { el.textContent = WORDS.waiting; }, PATIENCE);
    const Plotly = await plotly(asker(model));
    clearTimeout(late);
    el.replaceChildren();
    return mount(el, model.get("bundle"), Plotly, liveUnder(model.get("key")));
  },
};
