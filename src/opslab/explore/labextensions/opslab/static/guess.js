// A guess on the picture's own axes, before the picture is shown.

import { build, create } from "./controls.js";

const GUESS = {
  show: "Show the answer",
  again: "Guess again",
  height: "Your guess there",
  level: "Your guess",
  exact: (truth) => `Your guess is right: ${truth}.`,
  off: (guess, truth, by, way) => `You guessed ${guess}. It is ${truth}: your guess is ${by} too ${way}.`,
  curveOff: (by, where, there) => `Your line is off by ${by} on average. It is off most at ${where}, by ${there}.`,
  high: "high",
  low: "low",
  yours: "your guess",
  points: "points",
  spans: "day|week|month|year", // of time: "week 12", "8 months since sign-up"
  several: (unit) => `${unit}s`,
  single: (units) => units.replace(/^([a-z]+)s\b/, "$1"), // as opslab.ground.formatting.unit_of
};
const PER_CENT = "per cent"; // a unit
const SPAN = new RegExp(`^(${GUESS.spans})(s?)( .+)$`);
const STEPS = 200; // positions of a guess, at most
const DIGITS = 3; // significant ones, of how far a drawn line is off
const HELD = "\u00a0"; // between a number and its unit: no line ends there
const BESIDE = 0.03; // of the axis: room beside a guess

// A guess on the picture's own axes. `over(picture)` gives what to draw: empty axes with the guess on them, and
// once the answer is asked for, the picture with the guess behind it.
export function askGuess(asked, plot, { shares, hidden, store, redraw }) {
  const { form, low, high, unit, decimals, x, truth, span, across: axisName } = asked;
  const found = store.recall();
  const kept = found?.heights?.length === x.length ? found : null;
  const share = unit === "%";
  const inPoints = share || unit === PER_CENT;
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
  const number = (value) => (share ? `${(100 * value).toFixed(decimals)}${HELD}%` : written(value.toLocaleString("en", { maximumFractionDigits: decimals })));
  const written = (value) => (unit ? `${value}${HELD}${value === "1" ? GUESS.single(unit) : unit}` : value);
  const said = (value) => Number(value.toFixed(decimals + (share ? 2 : 0))); // so that the words add up
  const distance = (value) => (inPoints ? `${Math.abs((share ? 100 : 1) * value).toFixed(decimals)}${HELD}${GUESS.points}` : number(Math.abs(value)));
  const about = (value) => (share ? distance(value) : written(Math.abs(value).toLocaleString("en", { maximumSignificantDigits: DIGITS })));
  const label = (i) => (typeof x[i] !== "number" ? String(x[i]) : shares ? `${Math.round(100 * x[i])}${HELD}%` : x[i].toLocaleString("en"));
  const steps = Array.from({ length: positions + 1 }, (_, i) => number(at(i)));

  const where = form === "curve" && build({ kind: "slider", label: axisName.charAt(0).toUpperCase() + axisName.slice(1), labels: x.map((_, i) => label(i)), opening: here },
    (i) => { here = i; level.move(step(heights[here])); redraw(); });
  const level = build({ kind: "slider", label: form === "curve" ? GUESS.height : GUESS.level, labels: steps, opening: step(heights[here]) },
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
    button.textContent = shown ? GUESS.again : GUESS.show;
    button.disabled = !shown && touched.size < (form === "curve" ? Math.min(3, x.length) : 1);
    words.textContent = shown ? verdict() : "";
    plot.parentElement?.classList.toggle("opslab-guessing", !shown);
  }

  function verdict() {
    if (form === "curve") {
      const apart = drawn().map((value, i) => Math.abs(value - truth[i]));
      const mean = apart.reduce((sum, one) => sum + one, 0) / apart.length;
      const worst = apart.indexOf(Math.max(...apart));
      return GUESS.curveOff(about(mean), placeOn(axisName, label(worst)), about(apart[worst]));
    }
    const right = form === "peak" ? Number(x[0]) : truth[0];
    const off = said(heights[0]) - said(right);
    if (number(heights[0]) === number(right)) return GUESS.exact(number(right));
    return GUESS.off(number(heights[0]), number(right), distance(off), off > 0 ? GUESS.high : GUESS.low);
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
      type: "scatter", mode: form === "value" ? "markers" : "lines", x: across, y: up, name: GUESS.yours, hoverinfo: "skip",
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
      if (form === "peak") bare.yaxis = { ...layout.yaxis, showticklabels: false, ticks: "" };
      if (form === "curve") bare.shapes = [{ type: "line", x0: x[here], x1: x[here], yref: "paper", y0: 0, y1: 1, line: { color: "#52606D", width: 1, dash: "dot" } }];
      if (form !== "peak" && span.every((end) => typeof end === "number")) bare.xaxis = { ...layout.xaxis, range: roomy(layout.xaxis, span), autorange: false };
      return { data: [...picture.data.map((one) => ({ ...one, visible: false })), trace()], layout: bare };
    },
  };
}

// A place on an axis as words: "week 12", "week 24 since sign-up", "8 months since sign-up", "65 % (share of messages)".
function placeOn(axis, value) {
  const [, name, sign] = /^(.*?)(?:,? \(?(%)\)?)?$/.exec(axis);
  const said = sign ? `${value}${HELD}%` : value;
  const [, unit, several, since] = SPAN.exec(name) ?? [];
  if (several) return `${said}${HELD}${said === "1" ? unit : GUESS.several(unit)}${since}`;
  if (unit) return `${unit}${HELD}${said}${since}`;
  return /^\p{L}+$/u.test(name) ? `${name}${HELD}${said}` : `${said} (${name})`;
}

// A guess is kept by the kernel, with the student's progress; without one, as long as the browser keeps its data.
export function storeOf(name, live) {
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
