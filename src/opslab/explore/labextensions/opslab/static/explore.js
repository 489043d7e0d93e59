// Draws an explorable from its Plotly bundle: the controls, and the picture that belongs to where they stand.
//
//   mount(element, bundle, Plotly)   anywhere: JupyterLab's renderer (remote.js), an exported page
//   default { initialize, render }   the anywidget, in every notebook program

const WORDS = {
  show: "Show the answer",
  again: "Guess again",
  height: "Your guess there",
  level: "Your guess",
  exact: (truth) => `Your guess is right: ${truth}.`,
  off: (guess, truth, by, way) => `You guessed ${guess}. It is ${truth}: your guess is ${by} too ${way}.`,
  curveOff: (by, where, there) => `Your line is off by ${by} on average, and most at ${where}: by ${there}.`,
  high: "high",
  low: "low",
  late: "far right",
  early: "far left",
  yours: "your guess",
  points: " points",
  waiting: "The kernel is drawing this picture. If nothing happens, run the cell again.",
  failed: "This picture could not be drawn: ",
};
const PATIENCE = 800; // ms until a wait is worth a word
const HEIGHT = 420; // px, where the figure does not say
const FEW_CELLS = 6; // in a row of a heat map: their numbers fit on a phone
const NARROW = 480; // px; below it a plot is arranged for a phone
const PHONE_SIZE = 11; // px of the letters below a plot on a phone: larger ones would be turned
const LETTER = 8; // px of a letter on an axis
const NUMBER = 4; // letters of a number on an axis, at least
const SCALE = 64; // px below a plot: a heat map's colour scale, with its name and its numbers
const BAR = 0.75; // of its place: the width of a bar
const SIDES = { l: 64, r: 24 }; // px beside a plot, where the figure does not say
const LEAST_PLOT = 180; // px; where names at the lines' ends leave less for the plot, a legend has them
const LINE = 23; // px of a title's line
const ABOVE = 28; // px left above the axes when the title stands over the plot: two lines at a curve's end
const GLIDE = 250; // ms from one picture to the next
const FRAME = 16; // ms: the first picture of a step already shows that it moves
const SMOOTH = 60; // ms: a picture that takes longer to draw would stutter, and jumps instead
const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };
const NEAR = 0.02; // of a row's numbers: an axis that follows them further would be seen to move
const PAUSE = 500; // ms of rest before a moved control's result is read out
const STEPS = 200; // positions of a guess, at most
const DIGITS = 3; // significant ones, of how far a drawn line is off
const NAME_LINE = 17; // px of a line of a name at a line's end
const ROUNDING = 0.6; // of a half line: what moving by whole half lines may take from a gap
const ROUNDS = 40; // of moving neighbours apart: enough for the few names of a picture
const BESIDE = 0.03; // of the axis: room beside a guess
const STYLE_ID = "opslab-explore-style";
// What figures are drawn with on a white ground, and what stands for it on a dark one.
const DARK = {
  white: "rgba(0,0,0,0)", "#1F2933": "#e6edf3", "#52606D": "#a9b4c0", "#E4E7EB": "#30363d", "#000000": "#e6edf3",
  "#0072B2": "#4aa8e0", "#D55E00": "#f0883e", "#009E73": "#3fc79a", "#CC79A7": "#e3a1c6",
  "#FFFFFF": "#161b22", "#CFE3F1": "#1d3b53", "#8FBEDD": "#2b6a99", "#3D8DC0": "#70bdf0", "#004B76": "#cfe8fa",
};
// What letters are drawn with on a white ground, where lines have the paler one.
const LETTERS = { "#D55E00": "#B84600", "#009E73": "#007A57" };
const STYLE = `
.opslab-explore { box-sizing: border-box; container-type: inline-size; max-width: 60rem; margin: 4px 2px;
  padding: 12px; color: var(--opslab-ink); border: 1px solid var(--opslab-line); border-radius: 8px;
  --opslab-ink: #1f2328; --opslab-line: #c4cad1; --opslab-accent: #0072b2; --opslab-ground: #fff; color-scheme: light;
  background: var(--opslab-ground); font: 14px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
.opslab-explore[data-dark] { --opslab-ink: #e6edf3; --opslab-line: #444c56; --opslab-accent: #4aa8e0;
  --opslab-ground: #161b22; color-scheme: dark; }
.opslab-controls { padding-bottom: 4px; display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center;
  gap: 4px 16px; }
.opslab-control, .opslab-control label { display: contents; }
.opslab-name { max-width: 20rem; font-weight: 600; }
.opslab-value { max-width: 20rem; text-align: right; font-variant-numeric: tabular-nums; }
.opslab-control input { width: 100%; height: 32px; margin: 0; accent-color: var(--opslab-accent); cursor: pointer; }
@supports selector(::-moz-range-track) { /* what Firefox leaves of a track in the dark is whiter than what it fills */
  [data-dark] .opslab-control input { appearance: none; background: none; }
  [data-dark] .opslab-control input::-moz-range-track { height: 6px; border-radius: 3px; background: #6e7781; }
  [data-dark] .opslab-control input::-moz-range-progress { height: 6px; border-radius: 3px; background: var(--opslab-accent); }
  [data-dark] .opslab-control input::-moz-range-thumb { box-sizing: border-box; width: 18px; height: 18px; border-radius: 50%;
    border: 2px solid var(--opslab-ground); background: var(--opslab-accent); }
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
.opslab-said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.opslab-controls[hidden] { display: none; }
@container (max-width: 30rem) {
  .opslab-controls:not([hidden]) { display: block; }
  .opslab-control { display: grid; grid-template: "name value" "control control" / 1fr auto;
    gap: 4px 16px; margin-bottom: 8px; }
  .opslab-name { grid-area: name; }
  .opslab-value { grid-area: value; }
  .opslab-control :is(input, select) { grid-area: control; }
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
.opslab-plot :is(.textpoint, .annotation-text) { paint-order: stroke; stroke: var(--opslab-ground); stroke-width: 3px;
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
  const height = (bundle.layout.height ?? HEIGHT) - LINE * lines(bundle.layout.title);
  const config = { ...bundle.config, responsive: false }; // the observer below sees more than window sizes

  addStyle(element.ownerDocument);
  const group = create("div", { className: "opslab-explore", role: "group", ariaLabel: alt });
  if (asked) group.dataset.guess = asked.form;
  const plot = create("div", { className: "opslab-plot" });
  const status = create("p", { className: "opslab-status", role: "status" });
  const caption = create("p", { className: "opslab-title" });
  const result = create("span");
  const said = create("p", { className: "opslab-said", ariaLive: "polite" });
  caption.append(result);
  caption.dataset.longest = longest([asked?.prompt, ...[bundle, ...frames.values()].map(({ layout }) => titleOf(layout))]);
  caption.hidden = !caption.dataset.longest;
  if (!fills) plot.style.height = `${height}px`; // before it is drawn, so that the page does not jump
  const panel = create("div", { className: "opslab-controls" });
  panel.append(...controls.map((control, k) => build(control, (i) => { place[k] = i; changed(); })));
  const guess = asked && askGuess(asked, plot, { shares: bundle.layout.xaxis?.tickformat?.endsWith("%"), hidden: panel, store: storeOf(`${alt} ${asked.prompt}`, live), redraw: schedule });
  group.append(panel, ...(guess ? [guess.panel] : []), status, caption, plot, said);
  element.append(group);

  let picture = laidOver(bundle, live?.controls ? undefined : frames.get(place.join()));
  let seen = "";
  let settled; // the picture that was last drawn whole

  function changed() {
    tell();
    if (live?.controls) return ask();
    picture = laidOver(bundle, frames.get(place.join()));
    step();
  }

  // The title says the result; whoever cannot see it hears it when the control has come to rest.
  let telling;
  function tell() {
    clearTimeout(telling);
    telling = setTimeout(() => { said.textContent = titleOf(picture.layout); }, PAUSE);
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
      else if (stale) draw(now);
      fresh = false;
    });
  }

  function draw(now) {
    stale = false;
    const { clientWidth: width, clientHeight: height } = plot;
    if (!width) return; // hidden: the observer calls again when it is shown
    const { data, layout: { sliders, meta, ...layout } } = guess ? guess.over(picture) : picture;
    result.textContent = titleOf(layout);
    // Plotly writes into the layout that it is given; ours has to stay what it is.
    const opening = !target;
    const drawn = { data: glided(data, now), layout: { ...untitled(structuredClone(layout), lines(picture.layout.title)), width, height } };
    if (width < NARROW) fitPhone(drawn);
    nameAxes(drawn);
    const axis = plot._fullLayout?.yaxis; // as it was last drawn
    const known = seenOf(axis);
    const named = spaceNames(drawn, data, axis);
    const dark = isDark(element);
    group.toggleAttribute("data-dark", dark);
    const { data: traces, layout: arranged } = setApart(dark ? recoloured(drawn) : lettered(drawn));
    const before = performance.now();
    const text = JSON.stringify(arranged);
    const onItsWay = stale; // by what `glided` has asked for
    if (onItsWay && text === settled?.text && traces.every((trace, i) => isNear(trace, settled.traces[i], arranged))) {
      Plotly.animate(plot, { data: traces, traces: traces.map((_, i) => i) }, AT_ONCE).catch(() => {}); // the next one interrupts it
    } else {
      // Plotly never shows a label where it has seen an empty one: lines of another length begin anew.
      const labelled = lengths(traces);
      if (labelled !== seen) Plotly.purge(plot);
      seen = labelled;
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

// A guess on the picture's own axes. `over(picture)` gives what to draw: empty axes with the guess on them, and
// once the answer is asked for, the picture with the guess behind it.
function askGuess(asked, plot, { shares, hidden, store, redraw }) {
  const { form, low, high, unit, decimals, x, truth, span, across: axisName } = asked;
  const found = store.recall();
  const kept = found?.heights?.length === x.length ? found : null;
  const share = unit === "%";
  // A guess has no more positions than numbers that read differently.
  const positions = Math.max(1, Math.min(STEPS, Math.round((high - low) * 10 ** (decimals + (share ? 2 : 0)))));
  const step = (value) => Math.round(((Math.min(high, Math.max(low, value)) - low) / (high - low)) * positions);
  const at = (i) => low + ((high - low) * i) / positions;
  const heights = kept?.heights ?? x.map(() => at(step((low + high) / 2)));
  let touched = new Set(kept?.touched ?? []);
  let shown = kept?.shown ?? false;
  let here = form === "curve" ? Math.floor(x.length / 2) : 0;

  const panel = create("div", { className: "opslab-guess" });
  const fields = create("div", { className: "opslab-controls" });
  const button = create("button", { type: "button" });
  const words = create("output", { ariaLive: "polite" });
  const number = (value) => (share ? `${(100 * value).toFixed(decimals)} %` : written(value.toLocaleString("en", { maximumFractionDigits: decimals })));
  const written = (value) => (unit ? `${value} ${value === "1" ? unit.replace(/^([a-z]+)s\b/, "$1") : unit}` : value);
  const distance = (value) => (share ? `${Math.abs(100 * value).toFixed(decimals)}${WORDS.points}` : number(Math.abs(value)));
  const about = (value) => (share ? distance(value) : written(Math.abs(value).toLocaleString("en", { maximumSignificantDigits: DIGITS })));
  const label = (i) => (typeof x[i] !== "number" ? String(x[i]) : shares ? `${Math.round(100 * x[i])} %` : x[i].toLocaleString("en"));
  const steps = Array.from({ length: positions + 1 }, (_, i) => number(at(i)));

  const where = form === "curve" && build({ kind: "slider", label: axisName.charAt(0).toUpperCase() + axisName.slice(1), labels: x.map((_, i) => label(i)), opening: here },
    (i) => { here = i; level.move(step(heights[here])); redraw(); });
  const level = build({ kind: "slider", label: form === "curve" ? WORDS.height : WORDS.level, labels: steps, opening: step(heights[here]) },
    (i) => set(here, at(i)));
  fields.append(...(where ? [where] : []), level);
  panel.append(fields, button, words);
  button.addEventListener("click", () => {
    shown = !shown;
    changed();
  });

  function set(i, value) {
    heights[i] = at(step(value));
    touched.add(i);
    changed();
  }

  function changed() {
    store.keep({ heights, touched: [...touched], shown });
    settle();
    redraw();
  }

  function settle() {
    hidden.hidden = !shown;
    fields.hidden = shown;
    button.textContent = shown ? WORDS.again : WORDS.show;
    button.disabled = !shown && touched.size < (form === "curve" ? Math.min(3, x.length) : 1);
    words.textContent = shown ? verdict() : "";
    plot.parentElement?.classList.toggle("opslab-guessing", !shown);
  }

  function verdict() {
    if (form === "curve") {
      const apart = drawn().map((value, i) => Math.abs(value - truth[i]));
      const mean = apart.reduce((sum, one) => sum + one, 0) / apart.length;
      const worst = apart.indexOf(Math.max(...apart));
      return WORDS.curveOff(about(mean), `${axisName} = ${label(worst)}`, about(apart[worst]));
    }
    const right = form === "peak" ? Number(x[0]) : truth[0];
    const off = heights[0] - right;
    if (number(heights[0]) === number(right)) return WORDS.exact(number(right));
    const [more, less] = form === "peak" ? [WORDS.late, WORDS.early] : [WORDS.high, WORDS.low];
    return WORDS.off(number(heights[0]), number(right), distance(off), off > 0 ? more : less);
  }

  // Drag on the plot: the nearest place on the x axis, the height under the finger.
  plot.addEventListener("pointerdown", (event) => { if (!shown) { plot.setPointerCapture(event.pointerId); drag(event); } });
  plot.addEventListener("pointermove", (event) => { if (!shown && event.buttons) drag(event); });
  function drag(event) {
    const { xaxis, yaxis } = plot._fullLayout ?? {};
    if (!xaxis) return;
    event.preventDefault();
    const box = plot.getBoundingClientRect();
    const across = event.clientX - box.left - xaxis._offset;
    const up = yaxis.p2c(event.clientY - box.top - yaxis._offset);
    if (form === "peak") set(0, xaxis.p2c(across));
    else if (form === "value") set(0, up);
    else {
      const pixels = x.map((value) => Math.abs(xaxis.d2p(value) - across));
      const i = pixels.indexOf(Math.min(...pixels));
      here = i;
      where.move(i);
      set(i, up);
    }
    level.move(step(heights[here]));
  }

  // The line through the places that were drawn: straight between them, level beyond the first and the last.
  function drawn() {
    const known = [...touched].sort((one, other) => one - other);
    return x.map((_, i) => {
      const after = known.findIndex((k) => k >= i);
      if (after <= 0) return heights[known.at(after)];
      const [a, b] = [known[after - 1], known[after]];
      return heights[a] + ((heights[b] - heights[a]) * (i - a)) / (b - a);
    });
  }

  function trace() {
    const marked = form === "curve" ? touched.size ? drawn() : x.map(() => null) : heights;
    const [across, up] = form === "peak" ? [[heights[0], heights[0]], [0, 1]] : [form === "value" ? [x[0]] : x, marked];
    return {
      type: "scatter", mode: form === "value" ? "markers" : "lines", x: across, y: up, name: WORDS.yours, hoverinfo: "skip",
      line: { color: "#52606D", width: 3, dash: "dot" }, marker: { color: "#52606D", size: 16, symbol: "circle-open", line: { width: 3 } },
      ...(form === "peak" ? { yaxis: "y9" } : {}), showlegend: false, cliponaxis: false,
    };
  }

  // An axis that ends below a guess is drawn longer, so that the guess is seen beside the truth.
  function seen({ xaxis, yaxis }) {
    const wider = xaxis?.range ? { xaxis: { ...xaxis, range: roomy(xaxis, xaxis.range) } } : {};
    if (form === "peak" || !yaxis?.range || yaxis.type === "log") return wider;
    const made = form === "curve" ? drawn() : heights;
    return { ...wider, yaxis: { ...yaxis, range: [Math.min(yaxis.range[0], ...made), Math.max(yaxis.range[1], ...made)] } };
  }

  // Room beside a guess at an end of the axis: its ring covers neither the other axis nor its numbers.
  function roomy(axis, [from, to]) {
    if (form !== "value" || axis?.type === "log" || [from, to, x[0]].some((end) => typeof end !== "number")) return [from, to];
    const room = BESIDE * (to - from); // below 0 where the axis runs backwards
    const along = (x[0] - from) / (to - from);
    return [along < BESIDE ? x[0] - room : from, along > 1 - BESIDE ? x[0] + room : to];
  }

  settle();
  queueMicrotask(settle); // the plot has its parent by then
  return {
    panel,
    over(picture) {
      const { layout } = picture;
      const overlay = form === "peak" ? { yaxis9: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true } } : {};
      if (shown) return { data: [...picture.data, trace()], layout: { ...layout, ...overlay, ...seen(layout) } };
      const axis = form === "peak" ? "xaxis" : "yaxis";
      const bare = { ...layout, ...overlay, annotations: [], shapes: [], showlegend: false,
        title: { text: asked.prompt } };
      bare[axis] = { ...layout[axis], range: [low, high], autorange: false };
      if (form === "peak") bare.yaxis = { ...layout.yaxis, showticklabels: false };
      if (form === "curve") bare.shapes = [{ type: "line", x0: x[here], x1: x[here], yref: "paper", y0: 0, y1: 1, line: { color: "#52606D", width: 1, dash: "dot" } }];
      if (form !== "peak" && span.every((end) => typeof end === "number")) bare.xaxis = { ...layout.xaxis, range: roomy(layout.xaxis, span), autorange: false };
      return { data: [...picture.data.map((one) => ({ ...one, visible: false })), trace()], layout: bare };
    },
  };
}

// A guess is kept by the kernel, with the student's progress; without one, as long as the browser keeps its data.
function storeOf(name, live) {
  const key = `opslab ${name}`;
  return {
    recall() {
      try { return live?.recall() ?? JSON.parse(localStorage.getItem(key)); } catch { return null; }
    },
    keep(guess) {
      live?.keep(guess);
      try { localStorage.setItem(key, JSON.stringify(guess)); } catch { /* a private window keeps nothing */ }
    },
  };
}

// The ground that the picture stands on: JupyterLab's theme, the site's, the system's all show there.
function isDark(element) {
  for (let node = element; node; node = node.parentElement) {
    const [red, green, blue, opacity = 1] = getComputedStyle(node).backgroundColor.match(/[\d.]+/g).map(Number);
    if (opacity) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return false;
}

function onTheme(call) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const watch = new MutationObserver(call);
  for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
  system.addEventListener("change", call);
  return () => {
    watch.disconnect();
    system.removeEventListener("change", call);
  };
}

const RGBA = /^rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)$/;
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const inDark = new Map(Object.entries(DARK).map(([colour, dark]) => [channels(colour).join(), dark]));

function recoloured(value) {
  if (typeof value === "string") {
    const [, red, green, blue, opacity] = RGBA.exec(value) ?? [];
    const dark = inDark.get([red, green, blue].join());
    return dark?.startsWith("#") ? `rgba(${channels(dark)},${opacity})` : (DARK[value] ?? value);
  }
  if (Array.isArray(value)) return value.map(recoloured);
  if (!value || typeof value !== "object" || ArrayBuffer.isView(value) || "bdata" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, recoloured(one)]));
}

function lettered({ data, layout }) {
  const dark = ({ textfont }) => LETTERS[textfont?.color];
  return { data: data.map((trace) => (dark(trace) ? { ...trace, textfont: { ...trace.textfont, color: dark(trace) } } : trace)), layout };
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
const titleOf = ({ title }) => (title?.text ?? "").replace(/<br>/g, " ").replace(/<[^>]+>/g, "");
const lines = (title) => (title?.text ? title.text.split("<br>").length : 0);
const longest = (texts) => texts.reduce((most, text) => (text && text.length > most.length ? text : most), "");

// `rows` are those of the picture's own title, for which it left room; a guess has a title of its own.
function untitled({ title, ...layout }, rows) {
  if (!title?.text) return layout;
  const room = layout.margin?.t ?? layout.template?.layout?.margin?.t ?? 0;
  return { ...layout, margin: { ...layout.margin, t: Math.max(ABOVE, room - LINE * rows - 12) } };
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
  row.move = (i) => { range.value = i; tell(); };
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

const ends = (row) => row.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

// How many points each trace with labels has.
const lengths = (traces) => traces.map(({ mode, y }) => (mode?.includes("text") ? (numbers(y) ?? y)?.length : "")).join();

const TYPES = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };
const unpackedOnce = new WeakMap();

// A row of numbers as Plotly stores it, packed or not; nothing for names, dates and gaps.
function numbers(row) {
  if (Array.isArray(row)) return row.every((value) => typeof value === "number") ? row : null;
  if (!row?.bdata || row.shape) return null;
  if (!unpackedOnce.has(row)) {
    const bytes = Uint8Array.from(atob(row.bdata), (letter) => letter.charCodeAt(0));
    unpackedOnce.set(row, new TYPES[row.dtype](bytes.buffer));
  }
  return unpackedOnce.get(row);
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

// The axes' names in more lines where they are longer than their axis, or than what is seen beside its middle.
function nameAxes({ data, layout: { width, height, margin, xaxis, yaxis } }) {
  const { l, r, t = 0 } = { ...SIDES, ...margin };
  const left = Math.max(l, roomOfNames(data, yaxis));
  for (const [axis, room] of [[xaxis, width - left - r + 2 * Math.min(left, r)], [yaxis, (height - t) / 1.6]]) {
    if (axis?.title?.text) axis.title.text = rewrapped(axis.title.text, Math.floor(room / LETTER)).join("<br>");
  }
}

// px that the names beside a plot take.
function roomOfNames(data, axis) {
  const rows = axis?.type === "category" ? data.flatMap(({ y }) => y ?? []).flatMap((name) => String(name).split("<br>")) : [];
  return LETTER * (longest(rows).length + 1);
}

// Names at the lines' ends, moved apart by the height that the plot has here; those that come with it are padded for
// the lowest plot. Empty lines below a name lift it by half a line each. `target` is where the lines will have come to,
// `drawn` the axis as it stands. Returns whether there are names.
function spaceNames(picture, target, drawn) {
  const columns = new Map();
  picture.data = picture.data.map((trace) => ({ ...trace }));
  picture.data.forEach((trace, i) => {
    const { mode, text, textposition } = trace;
    if ((trace.yaxis ?? "y") !== "y" || !mode?.includes("lines") || !mode.includes("text") || !Array.isArray(text)) return;
    const [x, y] = [target[i].x, target[i].y].map((row) => numbers(row) ?? row);
    text.forEach((words, k) => {
      const side = Array.isArray(textposition) ? textposition[k] : textposition;
      if (!words || !side?.startsWith("middle") || !Number.isFinite(y[k])) return;
      const column = `${side} ${x[k]}`;
      columns.set(column, [...(columns.get(column) ?? []), { trace, k, y: y[k], words: words.replace(/^( <br>)+|(<br> )+$/g, "") }]);
    });
  });
  if (!columns.size || !drawn || drawn.type === "log") return columns.size > 0;
  const [low, high] = picture.layout.yaxis?.range ?? drawn.range;
  const rows = (pixels) => (2 * pixels) / NAME_LINE; // half lines
  for (const names of columns.values()) {
    const placed = names.map((name) => ({ ...name, at: rows((drawn._length * (name.y - low)) / (high - low)), tall: name.words.split("<br>").length }));
    for (const { trace, k, words, lift } of apart(placed, rows(drawn._length + drawn._offset))) {
      const moved = lift > 0 ? words + "<br> ".repeat(lift) : " <br>".repeat(-lift) + words;
      trace.text = trace.text.map((one, i) => (i === k ? moved : one));
    }
  }
  return true;
}

const seenOf = (axis) => axis && [axis._length, axis._offset, ...axis.range].join();

// How many half lines each name is lifted, so that none lies on another, below the axis or above `top`.
function apart(names, top) {
  const order = [...names].sort((one, other) => one.at - other.at);
  const place = order.map(({ at }) => at);
  for (let round = 0; round < ROUNDS; round += 1) {
    order.forEach(({ tall }, i) => { place[i] = Math.max(tall + ROUNDING, Math.min(top - tall, place[i])); });
    for (let i = 0; i + 1 < place.length; i += 1) {
      const short = (order[i].tall + order[i + 1].tall + ROUNDING - (place[i + 1] - place[i])) / 2;
      if (short <= 0) continue;
      place[i] -= short;
      place[i + 1] += short;
    }
  }
  return order.map((name, i) => ({ ...name, lift: Math.round(place[i] - name.at) }));
}

// On a phone: the legend below, no numbers in the crowded cells of a heat map, upright ones on narrow bars.
function fitPhone(picture) {
  const { l, r } = { ...SIDES, ...picture.layout.margin };
  const room = picture.layout.width - l - r;
  if (room < LEAST_PLOT) nameBelow(picture);
  const { layout } = picture;
  const numbered = picture.data.filter(({ type, orientation, text }) => type === "bar" && orientation !== "h" && Array.isArray(text));
  const narrow = layout.barmode === "group" && numbered.some(({ text }) => LETTER * longest(text).length > (BAR * room) / (text.length * numbered.length));
  layout.legend = { ...layout.legend, yref: "container", y: 0, yanchor: "bottom" };
  layout.xaxis = { ...layout.xaxis, ...fewNumbers(picture), tickfont: { ...layout.xaxis?.tickfont, size: PHONE_SIZE } };
  const crowded = (trace) => trace.type === "heatmap" && !(trace.x?.length <= FEW_CELLS);
  picture.data = picture.data.map((trace) => (crowded(trace) ? { ...trace, texttemplate: "" }
    : narrow && numbered.includes(trace) ? { ...trace, textangle: -90 } : trace));
  if (picture.data.some(hasScale)) scaleBelow(picture);
}

// A heat map's colour scale takes from its height; beside it, it would leave a third of the width.
const hasScale = ({ type, showscale }) => type === "heatmap" && showscale !== false;
function scaleBelow({ data, layout }) {
  layout.margin = { ...layout.margin, r: SIDES.r, b: SCALE };
  for (const [i, trace] of data.entries()) {
    if (!hasScale(trace)) continue;
    const below = { orientation: "h", y: 0, yref: "container", yanchor: "bottom", nticks: NUMBER, tickangle: 0 };
    data[i] = { ...trace, colorbar: { ...trace.colorbar, ...below, title: { ...trace.colorbar?.title, side: "bottom" } } };
  }
}

// So few numbers on a narrow axis that none has to lie on its side.
function fewNumbers({ data, layout: { width, margin, xaxis, yaxis } }) {
  const rows = data.map(({ x }) => numbers(x ?? []));
  if (xaxis?.type === "log" || xaxis?.dtick || rows.some((row) => !row)) return {};
  const { l, r } = { ...SIDES, ...margin };
  const most = xaxis?.range ?? ends(rows.flatMap((row) => [...row]));
  const written = most.map((end) => (xaxis?.tickformat?.endsWith("%") ? `${Math.round(100 * end)} %` : Math.round(end).toLocaleString("en")));
  const room = width - Math.max(l, roomOfNames(data, yaxis)) - r;
  return { nticks: Math.max(2, Math.floor(room / (LETTER * (Math.max(NUMBER, longest(written).length) + 1)))) };
}

// The names at the lines' ends become a legend's.
function nameBelow(picture) {
  const isNames = ({ mode, textposition }) => mode?.includes("text") && textposition === "middle right";
  const names = new Set(picture.data.filter(isNames).flatMap(({ text }) => text).map(plain).filter(Boolean));
  if (!names.size) return;
  const last = new Map(picture.data.map(({ name, mode }, i) => (mode?.includes("lines") ? [plain(name ?? ""), i] : [])));
  picture.data = picture.data.map((trace, i) => ({
    ...trace,
    showlegend: names.has(plain(trace.name ?? "")) && last.get(plain(trace.name)) === i,
    ...(isNames(trace) ? { mode: trace.mode.replace(/\+?text/, "") || "none" } : {}),
  }));
  picture.layout.showlegend = true;
  picture.layout.margin = { ...picture.layout.margin, r: SIDES.r };
}

const plain = (text) => text.replace(/<br>/g, " ").replace(/\s+/g, " ").trim();

function rewrapped(text, letters) {
  const rows = [""];
  for (const word of text.split(/<br>| /)) {
    if (rows.at(-1) && rows.at(-1).length + word.length >= letters) rows.push("");
    rows.push(`${rows.pop()} ${word}`.trim());
  }
  return rows;
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
    return mount(el, model.get("bundle"), await plotly(asker(model)), liveUnder(model.get("key")));
  },
};
