// The year's desk: what is known, the plan's levers, a forecast, a reason; a button that runs 13 weeks.

const WORDS = {
  known: "What you know now", before: "A quarter ago", now: "Now", way: "Weeks so far", plan: "Your plan for these 13 weeks",
  forecast: "Your forecast for their end: intervals that you are 80 % sure of", why: "Why? One sentence",
  waiting: "The kernel is busy. If nothing happens, run the cell again.",
  run: "Run the quarter", again: "Begin the year again", sure: "Begin again: press once more", gone: "Why you did it",
  ends: { cash: ["Cash from, 1,000 yuan", "Cash to, 1,000 yuan"], users: ["Active users from", "Active users to"] },
};
const REST = 300; // ms without a key until what is typed is kept
const PATIENCE = 1500; // ms until a wait is worth a word

function render({ model, el }) {
  const form = create("div", { className: "opslab-year" });
  const title = create("p", { className: "opslab-year-head", role: "status", tabIndex: -1 });
  const told = create("div", { className: "opslab-year-told", role: "status" });
  const known = create("table");
  const inputs = Object.fromEntries(Object.entries(model.get("levers")).map(([name, lever]) => [name, control(lever)]));
  const plan = group(WORDS.plan, Object.entries(inputs).map(([name, input]) => labelled(model.get("levers")[name].label, input)));
  const ends = Object.fromEntries(Object.entries(WORDS.ends).map(([name, labels]) => [name, labels.map(() => create("input", { type: "number", step: "any" }))]));
  const forecast = group(WORDS.forecast, Object.entries(ends).flatMap(([name, pair]) => pair.map((input, place) => labelled(WORDS.ends[name][place], input))));
  const why = create("textarea", { rows: 2, maxLength: 600 });
  const run = create("button", { type: "button", textContent: WORDS.run });
  const again = create("button", { type: "button", textContent: WORDS.again });
  const fault = create("p", { className: "opslab-year-fault", role: "alert" });
  const gone = create("div");
  const buttons = create("div", { className: "opslab-year-row" });
  buttons.append(run, again);
  const next = create("div", { className: "opslab-year-next" });
  next.append(plan, forecast, labelled(WORDS.why, why), fault);
  form.append(title, told, known, next, buttons, gone);
  const typed = [...Object.values(inputs), ...Object.values(ends).flat(), why];
  for (const one of [...typed, run, again]) one.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys

  let waiting, late;
  for (const one of typed) {
    one.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, REST);
    });
  }
  function read() {
    return {
      plan: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, value(input)])),
      forecast: Object.fromEntries(Object.entries(ends).map(([name, pair]) => [name, pair.map(value)])),
      why: why.value,
    };
  }
  function keep() {
    model.set("draft", read());
    model.save_changes();
  }
  let number = 0;
  function ask(what) {
    clearTimeout(waiting);
    clearTimeout(late);
    fault.textContent = "";
    late = setTimeout(() => { fault.textContent = WORDS.waiting; }, PATIENCE);
    model.set("asked", { ...what, number: `${Date.now()} ${(number += 1)}` });
    model.save_changes();
  }
  run.addEventListener("click", () => ask(read()));
  again.addEventListener("click", () => {
    if (again.textContent === WORDS.again) {
      again.textContent = WORDS.sure; // the quarters are lost, and what was said of them stays: ask twice
      return;
    }
    ask({ again: true });
  });
  again.addEventListener("blur", () => { again.textContent = WORDS.again; });

  let shown = -1;
  function fill(draft, plan) {
    for (const [name, input] of Object.entries(inputs)) put(input, draft.plan?.[name] ?? plan[name]);
    for (const [name, pair] of Object.entries(ends)) pair.forEach((input, place) => put(input, draft.forecast?.[name]?.[place] ?? ""));
    why.value = draft.why ?? "";
  }
  function answer() {
    clearTimeout(late);
    const said = model.get("answer");
    fault.textContent = said.fault;
    if (said.fault) return;
    again.textContent = WORDS.again;
    const moved = shown >= 0 && said.done !== shown;
    if (said.done !== shown) fill(moved ? {} : model.get("draft"), said.plan);
    shown = said.done;
    title.textContent = said.title;
    told.replaceChildren(...said.told.map((line) => create("p", { textContent: line })));
    draw(known, said.readings);
    next.hidden = run.hidden = said.over;
    gone.replaceChildren(...(said.reasons.length ? [create("p", { className: "opslab-year-head", textContent: WORDS.gone }), list(said.reasons)] : []));
    if (moved) title.focus(); // what came of it stands above what was pressed
  }
  model.on("change:answer", answer);
  answer();
  const place = create("div", { className: "opslab-year-place" });
  place.append(form);
  el.append(place);
  return () => {
    clearTimeout(waiting);
    clearTimeout(late);
    model.off("change:answer", answer);
  };
}

function control(lever) {
  if (lever.kind === "choice") {
    const select = create("select");
    for (const option of lever.options) select.append(create("option", { value: option, textContent: option.replaceAll("_", " ") }));
    return select;
  }
  if (lever.kind === "flag") return create("input", { type: "checkbox" });
  return create("input", { type: "number", min: lever.least, max: lever.most, step: lever.step });
}

function value(input) {
  if (input.type === "checkbox") return input.checked;
  return input.type === "number" ? (input.value === "" ? null : Number(input.value)) : input.value;
}

function put(input, value) {
  if (input.type === "checkbox") input.checked = Boolean(value);
  else input.value = value ?? "";
}

function draw(table, readings) {
  const head = create("tr");
  for (const name of ["", WORDS.before, WORDS.now, WORDS.way]) head.append(name ? create("th", { scope: "col", textContent: name }) : create("td"));
  const body = create("tbody");
  for (const one of readings) {
    const row = create("tr");
    const way = create("td");
    if (one.weeks.length > 1) way.append(line(one.weeks));
    row.append(create("th", { scope: "row", textContent: one.name }), create("td", { textContent: one.before }), create("td", { textContent: one.now }), way);
    body.append(row);
  }
  const top = create("thead");
  top.append(head);
  table.classList.toggle("opslab-year-begins", readings.every(({ before }) => !before));
  table.replaceChildren(create("caption", { textContent: WORDS.known }), top, body);
}

// The way of one number so far, in a line as high as a letter.
function line(weeks) {
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const [low, high] = [Math.min(...weeks), Math.max(...weeks)];
  const points = weeks.map((y, x) => `${(x / 52) * 104},${17 - ((y - low) / (high - low || 1)) * 16}`).join(" ");
  const drawing = svg("svg", { viewBox: "0 0 104 18", width: 104, height: 18, "aria-hidden": "true" });
  drawing.append(svg("polyline", { points, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }));
  return drawing;
}

function list(lines) {
  const ordered = create("ol");
  ordered.append(...lines.map((line) => create("li", { textContent: line })));
  return ordered;
}

function group(name, members) {
  const set = create("fieldset");
  const grid = create("div", { className: "opslab-year-grid" });
  grid.append(...members);
  set.append(create("legend", { textContent: name }), grid);
  return set;
}

function labelled(name, control) {
  const label = create("label");
  label.append(create("span", { textContent: name }), control);
  return label;
}

function create(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

export default { render };
