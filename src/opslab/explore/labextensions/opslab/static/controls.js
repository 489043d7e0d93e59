// Native controls: sliders and choices; and what no line parts.

// Words: the same as in opslab.ground.formatting
const UNITS = "%|yuan|points?|times|ml|days?|weeks?|months?|hours?|minutes?";
const MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December";

const UNPARTED = new RegExp(`(?<=\\p{L}) (?=[+−]?\\d)|(?<=\\d) (?=(?:${UNITS}|${MONTHS})(?!\\w))`, "gu");

// A native control in its label: keyboard, touch and screen readers work as everywhere else.
export function build(control, onMove) {
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
  value.dataset.labels = control.labels.join("\n"); // or the slider would change its length while it is dragged
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

// In a title no line ends between a name and its number, nor between a number and its unit.
export const together = (text) => text.replace(UNPARTED, "\u00a0");

export function create(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}
