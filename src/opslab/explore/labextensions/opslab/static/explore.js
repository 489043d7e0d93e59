// Draws an explorable from its Plotly bundle: the controls, and the picture that belongs to where they stand.
//
//   mount(element, bundle, Plotly)   anywhere: JupyterLab's renderer (remote.js), an exported page
//   default { initialize, render }   the anywidget, in every notebook program

const WORDS = {
  waiting: "The kernel is drawing this picture. If nothing happens, run the cell again.",
  failed: "This picture could not be drawn: ",
};
const PATIENCE = 800; // ms until a wait is worth a word
const HEIGHT = 420; // px, where the figure does not say
const NARROW = 480; // px; below it a plot is arranged for a phone
const LETTER = 9; // px of a title's letter
const LINE = 23; // px of a title's line
const STYLE_ID = "opslab-explore-style";
// A light card in light and dark themes: figures are drawn for a white ground.
const STYLE = `
.opslab-explore { box-sizing: border-box; container-type: inline-size; max-width: 60rem; margin: 4px 2px;
  padding: 12px; background: #fff; color: #1f2328; color-scheme: light; border: 1px solid #c4cad1;
  border-radius: 8px; font: 14px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
.opslab-controls { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center;
  gap: 4px 16px; }
.opslab-control, .opslab-control label { display: contents; }
.opslab-name { max-width: 20rem; font-weight: 600; }
.opslab-value { max-width: 20rem; text-align: right; font-variant-numeric: tabular-nums; }
.opslab-control input { width: 100%; height: 32px; margin: 0; accent-color: #0072b2; cursor: pointer; }
.opslab-control select { grid-column: 2 / -1; justify-self: start; max-width: 100%; min-height: 32px;
  padding: 2px 8px; font: inherit; color: inherit; background: #fff; border: 1px solid #6e7781;
  border-radius: 4px; cursor: pointer; }
.opslab-control :is(input, select):focus-visible { outline: 3px solid #0072b2; outline-offset: 1px;
  border-radius: 4px; }
@container (max-width: 30rem) {
  .opslab-controls { display: block; }
  .opslab-control { display: grid; grid-template: "name value" "control control" / 1fr auto;
    gap: 4px 16px; margin-bottom: 8px; }
  .opslab-name { grid-area: name; }
  .opslab-value { grid-area: value; }
  .opslab-control :is(input, select) { grid-area: control; }
}
.opslab-status { margin: 4px 0 0; color: #7a3300; }
.opslab-status:empty { display: none; }
.opslab-plot { width: 100%; overflow: hidden; }
[aria-busy="true"] > .opslab-plot { opacity: 0.6; }
@media print { .opslab-explore { break-inside: avoid; border: 0; } }
`;

// Build the explorable inside `element`; returns a function that takes it away again.
// `live`, where a kernel draws: { controls, draw(place) -> Promise of { data, layout } }.
export function mount(element, bundle, Plotly, live = null) {
  const { alt, controls: stored } = bundle.layout.meta.opslab;
  const controls = live ? live.controls : stored;
  const place = controls.map((control) => control.opening);
  const frames = new Map((bundle.frames ?? []).map((frame) => [frame.name, frame]));
  const height = bundle.layout.height ?? HEIGHT;
  const config = { ...bundle.config, responsive: false }; // the observer below sees more than window sizes

  addStyle(element.ownerDocument);
  const group = create("div", { className: "opslab-explore", role: "group", ariaLabel: alt });
  const plot = create("div", { className: "opslab-plot" });
  const status = create("p", { className: "opslab-status", role: "status" });
  plot.style.height = `${height}px`; // before it is drawn, so that the page does not jump
  const panel = create("div", { className: "opslab-controls" });
  panel.append(...controls.map((control, k) => build(control, (i) => { place[k] = i; changed(); })));
  group.append(panel, status, plot);
  element.append(group);

  let picture = laidOver(bundle, live ? undefined : frames.get(place.join()));
  let scheduled = false;

  function changed() {
    if (live) return ask();
    picture = laidOver(bundle, frames.get(place.join()));
    schedule();
  }

  // However many steps arrive between two paints, one picture is drawn: the last.
  function schedule() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      const width = plot.clientWidth;
      if (!width) return; // hidden: the observer calls again when it is shown
      const { sliders, meta, ...layout } = picture.layout;
      // Plotly writes into the layout that it is given; ours has to stay what it is.
      const drawn = { data: picture.data, layout: { ...structuredClone(layout), width, height } };
      if (width < NARROW) fitPhone(drawn, width);
      Plotly.react(plot, drawn.data, drawn.layout, config);
    });
  }

  // One question at a time is with the kernel; when its answer comes and the control has moved on, ask again.
  let asking = false;
  async function ask() {
    if (asking) return;
    asking = true;
    group.ariaBusy = "true";
    const wait = setTimeout(() => { status.textContent = WORDS.waiting; }, PATIENCE);
    let asked;
    try {
      do {
        asked = place.join();
        picture = await live.draw([...place]);
        schedule();
      } while (asked !== place.join());
      status.textContent = "";
    } catch (error) {
      status.textContent = WORDS.failed + error.message;
    }
    clearTimeout(wait);
    group.ariaBusy = "false";
    asking = false;
  }

  let width = 0;
  const observer = new ResizeObserver(() => {
    if (plot.clientWidth === width) return;
    width = plot.clientWidth;
    schedule();
  });
  observer.observe(plot);
  return () => {
    observer.disconnect();
    Plotly.purge(plot);
    group.remove();
  };
}

// A native control in its label: keyboard, touch and screen readers work as everywhere else.
function build(control, onMove) {
  const row = create("div", { className: "opslab-control" });
  const label = create("label");
  const name = create("span", { className: "opslab-name", textContent: control.label });
  row.append(label);
  if (control.kind === "choice") {
    const select = keepKeys(create("select"));
    select.append(...control.labels.map((text) => create("option", { textContent: text })));
    select.selectedIndex = control.opening;
    select.addEventListener("change", () => onMove(select.selectedIndex));
    label.append(name, select);
    return row;
  }
  const range = keepKeys(create("input", { type: "range", max: control.labels.length - 1 }));
  const value = create("span", { className: "opslab-value", ariaHidden: "true" }); // aria-valuetext says it
  const longest = Math.max(...control.labels.map((text) => text.length));
  value.style.minWidth = `${longest + 1}ch`; // or the slider would change its length while it is dragged
  const tell = () => {
    value.textContent = control.labels[range.value];
    range.setAttribute("aria-valuetext", value.textContent);
  };
  range.value = control.opening;
  range.addEventListener("input", () => { tell(); onMove(Number(range.value)); });
  tell();
  label.append(name, range);
  row.append(value);
  return row;
}

// Arrow keys are for the control: JupyterLab would take them for moving between cells.
function keepKeys(control) {
  control.dataset.lmSuppressShortcuts = "true"; // works only on the focused element itself
  return control;
}

// The base picture with what a frame changes; arrays that do not change keep their identity.
function laidOver(bundle, frame) {
  if (!frame) return { data: bundle.data, layout: bundle.layout };
  const data = [...bundle.data];
  frame.traces.forEach((trace, i) => { data[trace] = merge(data[trace], frame.data[i]); });
  return { data, layout: merge(bundle.layout, frame.layout) };
}

function merge(base, change) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = isBranch(value) ? merge(isBranch(base[key]) ? base[key] : {}, value) : value;
  }
  return merged;
}

const isBranch = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !("bdata" in value);

// On a phone: the title in more lines, the legend below, and no numbers in the cells of a heat map.
function fitPhone(picture, width) {
  const { layout } = picture;
  const lines = rewrapped(layout.title?.text ?? "", Math.floor((width - 40) / LETTER));
  if (lines.length > 1) {
    const more = lines.length - layout.title.text.split("<br>").length;
    layout.title.text = lines.join("<br>");
    layout.title.pad = { l: 8, t: 14 + ((lines.length - 1) * LINE) / 2 };
    layout.margin = { ...layout.margin, t: (layout.margin?.t ?? LINE) + more * LINE };
  }
  layout.legend = { ...layout.legend, yref: "container", y: 0, yanchor: "bottom" };
  picture.data = picture.data.map((trace) => ("texttemplate" in trace ? { ...trace, texttemplate: "" } : trace));
}

function rewrapped(title, letters) {
  const lines = [""];
  for (const word of title.split(/<br>| /)) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= letters) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

function create(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

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
  const [, [script]] = await askKernel({ ask: "plotly" });
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
  return { controls: model.get("fine"), draw };
}

// JupyterLab's renderer has no kernel of its own: a widget whose kernel draws leaves word here, under its key.
const livePictures = (globalThis.opslabLivePictures ??= new Map());
export const LIVE_EVENT = "opslab-live-picture";
export const liveUnder = (key) => livePictures.get(key);

export default {
  initialize({ model }) {
    if (!model.get("fine").length) return undefined;
    const key = model.get("key");
    livePictures.set(key, liveFrom(model));
    document.dispatchEvent(new CustomEvent(LIVE_EVENT, { detail: key }));
    return () => livePictures.delete(key);
  },
  async render({ model, el }) {
    return mount(el, model.get("bundle"), await plotly(asker(model)), liveUnder(model.get("key")));
  },
};
