// Names at the ends of lines, apart from one another.

import { numbers } from "./numbers.js";

const NAME_LINE = 17; // px of a line of a name at a line's end
const ROUNDING = 0.6; // of a half line: what moving by whole half lines may take from a gap
const ROUNDS = 40; // of moving neighbours apart: enough for the few names of a picture
const FAR = 2; // half lines: a name lifted so far no longer stands beside its end
const GAP = 4; // px of a space between an end and its name
const AIR = 2; // px of it between a line to the name and the name
const SIDE_SPACES = /^\u00a0*|\u00a0*$/g;

// Names at the lines' ends, moved apart by the height that the plot has here, those that end up far from their ends with
// a thin line to them. Names that come with the picture are padded for the lowest plot. Empty lines below a name lift it
// by half a line each. `target` is where the lines will have come to, `drawn` the axis as it stands. Returns whether
// there are names.
export function spaceNames(picture, target, drawn) {
  const columns = new Map();
  picture.data = picture.data.map((trace) => ({ ...trace }));
  picture.data.forEach((trace, i) => {
    const { mode, text, textposition } = trace;
    if (trace.visible === false) return; // the answer to a guess
    if ((trace.yaxis ?? "y") !== "y" || !mode?.includes("lines") || !mode.includes("text") || !Array.isArray(text)) return;
    const [x, y] = [target[i].x, target[i].y].map((row) => numbers(row) ?? row);
    text.forEach((words, k) => {
      const side = Array.isArray(textposition) ? textposition[k] : textposition;
      if (!words || !side?.startsWith("middle") || !Number.isFinite(y[k])) return;
      const column = `${side} ${x[k]}`;
      columns.set(column, [...(columns.get(column) ?? []), { trace, k, side, x: x[k], y: y[k], words: words.replace(/^( <br>)+|(<br> )+$/g, "") }]);
    });
  });
  if (!columns.size || !drawn || drawn.type === "log") return columns.size > 0;
  const [low, high] = picture.layout.yaxis?.range ?? drawn.range;
  const rows = (pixels) => (2 * pixels) / NAME_LINE; // half lines
  for (const names of columns.values()) {
    const placed = names.map((name) => ({ ...name, at: rows((drawn._length * (name.y - low)) / (high - low)), tall: name.words.split("<br>").length }));
    const moved = apart(placed, rows(drawn._length + drawn._offset));
    for (const { trace, k, words, lift } of moved) {
      const padded = lift > 0 ? words + "<br> ".repeat(lift) : " <br>".repeat(-lift) + words;
      trace.text = trace.text.map((one, i) => (i === k ? padded : one));
    }
    picture.layout.annotations = [...(picture.layout.annotations ?? []), ...moved.map(leader).filter(Boolean)];
  }
  return true;
}

// The line from an end to the name that was lifted off it by some half lines, as Plotly draws an arrow; nothing where
// the name still stands beside it, or leaves no gap for a line.
function leader({ trace, side, x, y, words, lift }) {
  const spaces = Math.max(...words.match(SIDE_SPACES).map((found) => found.length));
  if (Math.abs(lift) < FAR || !spaces) return null;
  const radius = trace.mode.includes("markers") ? (trace.marker?.size ?? 6) / 2 : 0;
  const aside = (radius / 0.8 + GAP * spaces - AIR) * (side.endsWith("left") ? -1 : 1);
  return { x, y, ax: aside, ay: (-lift * NAME_LINE) / 2, text: "", showarrow: true, arrowhead: 0, arrowwidth: 1, standoff: radius, arrowcolor: trace.line?.color };
}

export const seenOf = (axis) => axis && [axis._length, axis._offset, ...axis.range].join();

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
