// How a picture fits its width, above all on a phone.

import { ends, numbers } from "./numbers.js";

const FEW_CELLS = 6; // in a row of a heat map: their numbers fit on a phone
export const NARROW = 480; // px; below it a plot is arranged for a phone
const TICK_SIZE = 13; // px of the letters on an axis
const PHONE_SIZE = 12; // px of the letters below a plot on a phone: larger ones would be turned
const LETTER = 8; // px of a letter on an axis
const WIDE = 0.6; // of a letter's height: its width, on an axis
const BESIDE_NAMES = 36; // px beside the names of rows: ticks, air, and what Plotly adds
const NUMBER = 4; // letters of a number on an axis, at least
const DIGIT = 7.1; // px of one of them
const DATE = 9; // letters of a month on an axis, with what parts it from the next
const BETWEEN = 2; // px between two of them, at least
const ROW_NAME = { narrow: 14, wide: 28 }; // letters in a line of a row's name
const ROOMY = 560; // px; from here on the names of rows have longer lines than the figure gave them
const NAME_SHARE = 0.3; // of the width: such a name, at most
const FLOORS = 3; // names of columns below one another, at most
const MORE = 17; // px of each further line of the name below a plot
const SCALE = 64; // px below a plot: a heat map's colour scale, with its name and its numbers
const SCALE_BESIDE = 84; // px beside a plot: the same
const CELL_AIR = 2; // px of a cell that its number leaves free
const BAR = 0.75; // of its place: the width of a bar
const SIDES = { l: 64, r: 24 }; // px beside a plot, where the figure does not say
const LEAST_PLOT = 180; // px; where names at the lines' ends leave less for the plot, a legend has them
const LEAST_SLOPES = 100; // px; where the words at both ends of slopes leave less between them, they have shorter lines
const END_SIZE = 12, END_LETTER = 7; // px of these words then, and of a letter of them
const BESIDE_END = 8; // px beside them
const END_RANGE = [-0.04, 1.04]; // of the places of slopes: what their ends keep for themselves
const END_GAP = "\u00a0\u00a0"; // parts them from the end
const PANEL = 0.7; // of its row: a panel; above it stands its name
const PANEL_ROW = 90; // px of each further row of panels

// Returns the px by which the picture has to be taller, for its rows not to be pressed together.
export function fitWidth(picture) {
  nameRows(picture);
  const added = picture.layout.width < NARROW ? stackPanels(picture.layout) : 0;
  if (picture.layout.width < NARROW) fitPhone(picture);
  nameAxes(picture);
  nameColumns(picture);
  fitCells(picture);
  return added + MORE * ((picture.layout.xaxis?.title?.text ?? "").split("<br>").length - 1);
}

// On a phone panels of one horizontal axis stand below one another, each below its name. Returns the px that they add.
function stackPanels(layout) {
  const isPanel = (key) => /^xaxis\d*$/.test(key) && layout[key]?.domain;
  const panels = Object.keys(layout).filter(isPanel).map((key) => {
    const [x, y] = [layout[key], layout[key.replace("x", "y")]];
    return { x, y, name: layout.annotations?.find((note) => note.y === y.domain[1] && x.domain[0] <= note.x && note.x <= x.domain[1]) };
  });
  const before = new Set(panels.map(({ y }) => y.domain[1])).size;
  const counted = panels.some(({ y }) => y.showticklabels !== false); // beside one another the first alone has its numbers
  panels.sort((one, other) => other.y.domain[1] - one.y.domain[1] || one.x.domain[0] - other.x.domain[0]);
  for (const [i, { x, y, name }] of before < panels.length ? panels.entries() : []) {
    const bottom = 1 - (i + 1) / panels.length;
    const last = i === panels.length - 1;
    Object.assign(x, { domain: [0, 1], showticklabels: last, title: last ? x.title : { text: "" } });
    Object.assign(y, { domain: [bottom, bottom + PANEL / panels.length], showticklabels: counted });
    Object.assign(name ?? {}, { x: 0, xanchor: "left", y: y.domain[1] });
  }
  return PANEL_ROW * (panels.length - before);
}

function nameRows(picture) {
  const { data, layout: { width, yaxis } } = picture;
  const roomy = Math.min(ROW_NAME.wide, Math.floor((NAME_SHARE * width) / LETTER));
  const letters = width < NARROW ? ROW_NAME.narrow : width >= ROOMY ? roomy : 0;
  if (letters && hasNames(data, yaxis)) picture.data = data.map((trace) => ({ ...trace, y: inLines(trace.y, letters) }));
}

// Names of columns stay upright: in more lines, and where a word is wider than its column, neighbours below one another.
function nameColumns({ data, layout }) {
  const { width, margin, xaxis, yaxis } = layout;
  const columns = data.find(({ type, x, orientation }) => ["heatmap", "bar"].includes(type) && orientation !== "h" && areWords(x));
  if (!columns) return;
  const names = [...new Set(columns.x)];
  const { l, r } = { ...SIDES, ...margin };
  const place = (width - Math.max(l, roomOfNames(data, yaxis)) - r) / names.length;
  const letters = Math.floor(place / (WIDE * (xaxis?.tickfont?.size ?? TICK_SIZE)));
  const rows = names.map((name) => rewrapped(name, letters));
  const floors = Math.min(FLOORS, Math.ceil(longest(rows.flat()).length / Math.max(1, letters)));
  const tall = Array.from({ length: floors }, (_, floor) => Math.max(0, ...rows.filter((_, i) => i % floors === floor).map((row) => row.length)));
  const above = (floor) => tall.slice(0, floor).reduce((sum, lines) => sum + lines, 0);
  const ticktext = rows.map((row, i) => [...Array(above(i % floors)).fill(""), ...row].join("<br>"));
  layout.xaxis = { ...xaxis, tickmode: "array", tickvals: names, ticktext, tickangle: 0 };
}

// A number that its cell in a heat map cannot hold is left out; the colour says it, too.
function fitCells(picture) {
  const { data, layout: { width, margin, yaxis } } = picture;
  const { l, r } = { ...SIDES, ...margin };
  const scale = width >= NARROW && data.some(hasScale) ? SCALE_BESIDE : 0;
  const room = width - Math.max(l, roomOfNames(data, yaxis)) - r - scale;
  picture.data = data.map((trace) => {
    if (trace.type !== "heatmap" || !trace.texttemplate || !Array.isArray(trace.text)) return trace;
    const letters = Math.floor((room / trace.text[0].length - CELL_AIR) / (WIDE * (trace.textfont?.size ?? TICK_SIZE)));
    return { ...trace, text: trace.text.map((row) => row.map((number) => (number.length > letters ? "" : number))) };
  });
}

const areWords = (row) => Array.isArray(row) && row.some((name) => typeof name === "string" && /\p{L}{2}/u.test(name));

// The axes' names in more lines where they are longer than their axis, or than what is seen beside its middle.
function nameAxes({ data, layout: { width, height, margin, xaxis, yaxis } }) {
  const { l, r, t = 0 } = { ...SIDES, ...margin };
  const left = Math.max(l, roomOfNames(data, yaxis));
  for (const [axis, room] of [[xaxis, width - left - r + 2 * Math.min(left, r)], [yaxis, (height - t) / 1.6]]) {
    if (axis?.title?.text) axis.title.text = rewrapped(axis.title.text, Math.floor(room / LETTER)).join("<br>");
  }
}

// Whether the rows of a plot have names.
const hasNames = (data, axis) => axis?.type === "category" || data.some(({ type, y }) => type === "heatmap" && Array.isArray(y) && !numbers(y));

// px that the names beside a plot take.
function roomOfNames(data, axis) {
  const rows = hasNames(data, axis) ? data.filter(({ y }) => Array.isArray(y)).flatMap(({ y }) => y).flatMap((name) => String(name).split("<br>")) : [];
  return rows.length ? LETTER * longest(rows).length + BESIDE_NAMES : 0;
}

// On a phone: the legend below, no numbers in the crowded cells of a heat map, small or upright ones on narrow bars.
function fitPhone(picture) {
  const { l, r } = { ...SIDES, ...picture.layout.margin };
  const room = picture.layout.width - l - r;
  if (room < LEAST_PLOT) nameBelow(picture);
  if (room < LEAST_SLOPES) wrapEnds(picture);
  const { layout } = picture;
  const numbered = picture.data.filter(({ type, orientation, text }) => type === "bar" && orientation !== "h" && Array.isArray(text));
  const grouped = layout.barmode === "group";
  const narrow = grouped && numbered.some(({ text }) => LETTER * longest(text).length > (BAR * room) / (text.length * numbered.length));
  layout.legend = { ...layout.legend, yref: "container", y: 0, yanchor: "bottom" };
  layout.xaxis = { ...layout.xaxis, ...fewNumbers(picture), tickfont: { ...layout.xaxis?.tickfont, size: PHONE_SIZE } };
  const crowded = (trace) => trace.type === "heatmap" && !(trace.x?.length <= FEW_CELLS);
  picture.data = picture.data.map((trace) => (crowded(trace) ? { ...trace, texttemplate: "" }
    : grouped && numbered.includes(trace) ? { ...trace, textfont: { ...trace.textfont, size: PHONE_SIZE }, ...(narrow ? { textangle: -90 } : {}) } : trace));
  if (picture.data.some(hasScale)) scaleBelow(picture);
}

// The names of rows in lines of so many letters; the same array for the same names, so that a row which stays is known.
const lined = new WeakMap();
function inLines(names, letters) {
  if (!Array.isArray(names)) return names;
  if (!lined.has(names)) lined.set(names, {});
  return (lined.get(names)[letters] ??= names.map((name) => rewrapped(String(name), letters).join("<br>")));
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
  const { l, r } = { ...SIDES, ...margin };
  if (data.every(({ x }) => areDates(x))) return { ...fewMonths(data.flatMap(({ x }) => x).sort(), (width - l - r) / (DIGIT * DATE)), tickangle: 0 };
  const rows = data.map(({ x }) => numbers(x ?? []));
  if (rows.some((row) => !row)) return {};
  const powers = xaxis?.type === "log";
  const begun = xaxis?.rangemode === "tozero" ? [0] : [];
  const most = xaxis?.range?.map((end) => (powers ? 10 ** end : end)) ?? ends([...data.flatMap(reached), ...begun]);
  const written = most.map((end) => (xaxis?.tickformat?.endsWith("%") ? `${Math.round(100 * end)} %` : Math.round(end).toLocaleString("en")));
  const room = width - Math.max(l, roomOfNames(data, yaxis)) - r;
  const span = powers ? Math.log10(most[1] / most[0]) : most[1] - most[0];
  const least = ((DIGIT * longest(written).length + BETWEEN) * span) / room; // of the axis, from one number to the next
  if (xaxis?.dtick) return sparser(xaxis.dtick, least);
  const place = DIGIT * (Math.max(NUMBER, longest(written).length) + 1);
  const nticks = Math.max(2, Math.floor(room / place));
  if (!(span > 0)) return { nticks };
  if (powers) return tenfold(span, nticks);
  const step = roundStep(span / nticks);
  const seen = Math.floor(most[1] / step) - Math.ceil(most[0] / step) + 1;
  return { dtick: seen < 2 && step / 2 >= least ? step / 2 : step, tick0: 0 }; // one number alone is no scale
}

// So many months on an axis of days that their names lie beside each other.
function fewMonths(days, places) {
  const monthOf = (day) => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7)) - 1;
  const start = monthOf(days[0]) + (days[0].slice(8, 10) > "01" ? 1 : 0);
  const count = monthOf(days.at(-1)) - start + 1;
  if (count < 2) return { nticks: 2 };
  const tick0 = `${Math.floor(start / 12)}-${String((start % 12) + 1).padStart(2, "0")}-01`;
  return { dtick: `M${Math.ceil(count / Math.max(1, Math.floor(places)))}`, tick0 };
}

const areDates = (row) => Array.isArray(row) && row.length > 0 && row.every((day) => /^\d{4}-\d\d-\d\d/.test(day));

// A figure's own step, or as many of them as are `least` long.
const sparser = (step, least) => (least > step ? { dtick: step * Math.ceil(least / step) } : {});

// So many powers of ten between two numbers that no more than `nticks` are seen.
const tenfold = (powers, nticks) => (powers < 2 ? { nticks } : { dtick: Math.ceil(powers / nticks) });

// The ends of each value's interval, or the value itself.
function reached({ x, error_x: interval }) {
  const [above, below] = [interval?.array, interval?.arrayminus ?? interval?.array].map((row) => numbers(row ?? []) ?? []);
  return [...numbers(x ?? [])].flatMap((value, i) => [value + (above[i] ?? 0), value - (below[i] ?? 0)]);
}

// The step that Plotly takes for one of at least `least`.
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [2, 5, 10].find((times) => times * power >= least * (1 - 1e-9));
}

// The names at the lines' ends become a legend's, beside what it already has.
function nameBelow(picture) {
  const isNames = ({ mode, textposition }) => mode?.includes("text") && textposition === "middle right";
  const names = new Set(picture.data.filter(isNames).flatMap(({ text }) => text).map(plain).filter(Boolean));
  if (!names.size) return;
  const isListed = ({ name, showlegend }) => picture.layout.showlegend && name && showlegend !== false && !names.has(plain(name));
  const last = new Map(picture.data.map(({ name, mode }, i) => (mode?.includes("lines") ? [plain(name ?? ""), i] : [])));
  picture.data = picture.data.map((trace, i) => ({
    ...trace,
    showlegend: isListed(trace) || (names.has(plain(trace.name ?? "")) && last.get(plain(trace.name)) === i),
    ...(isNames(trace) ? { mode: trace.mode.replace(/\+?text/, "") || "none" } : {}),
  }));
  picture.layout.showlegend = true;
  picture.layout.margin = { ...picture.layout.margin, r: SIDES.r };
}

// The words at both ends of slopes in shorter lines: those at the right get what the numbers at the left and the slopes leave.
function wrapEnds(picture) {
  const { layout } = picture;
  const isSlope = ({ mode, textposition }) => mode?.includes("lines") && Array.isArray(textposition);
  if (!picture.data.some(isSlope)) return;
  const widthOf = (rows) => END_LETTER * longest(rows.flatMap((row) => row.split("<br>"))).length + BESIDE_END;
  const heads = (side) => (layout.annotations ?? []).filter(({ xanchor }) => xanchor === side).map(({ text }) => text);
  const ends = (k) => picture.data.filter(isSlope).map(({ text }) => text[k]);
  const l = widthOf([...ends(0), ...heads("right")]);
  const letters = Math.floor((layout.width - l - LEAST_SLOPES - BESIDE_END) / END_LETTER);
  picture.data = picture.data.map((trace) => (isSlope(trace)
    ? { ...trace, text: [trace.text[0], shortened(trace.text[1], letters)], textfont: { ...trace.textfont, size: END_SIZE } } : trace));
  layout.annotations = layout.annotations?.map((note) => ({ ...note, font: { ...note.font, size: END_SIZE } }));
  layout.margin = { ...layout.margin, l, r: widthOf([...ends(1), ...heads("left")]) };
  layout.xaxis = { ...layout.xaxis, range: END_RANGE };
}

// Words at the right of an end in lines of so many letters, each as far from the end.
const shortened = (text, letters) => rewrapped(plain(text), letters - END_GAP.length).map((row) => END_GAP + row).join("<br>");

const plain = (text) => text.replace(/<br>/g, " ").replace(/\s+/g, " ").trim();

// A text in as few lines of so many letters as there can be, none much shorter than the others.
function rewrapped(text, letters) {
  const count = filled(text, letters).length;
  let fewest = letters;
  while (fewest > 1 && filled(text, fewest - 1).length === count) fewest -= 1;
  return filled(text, fewest);
}

function filled(text, letters) {
  const rows = [""];
  for (const word of text.replace(/ (?=%)/g, "\u00a0").split(/<br>| /)) { // a per cent sign has no line of its own
    if (rows.at(-1) && rows.at(-1).length + word.length >= letters) rows.push("");
    rows.push(`${rows.pop()} ${word}`.trim());
  }
  return rows;
}

export const longest = (texts) => texts.reduce((most, text) => (text && text.length > most.length ? text : most), "");
