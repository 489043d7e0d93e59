// Draws the reply of a check: its words, and below them two buttons, a dot for each question, and what is next.
//
//   mount(element, html, model)      anywhere; without a model, which needs a kernel, its buttons are closed
//   default { initialize, render }   the anywidget, in every notebook program

const WORDS = {
  hint: "Hint",
  solution: "Solution",
  ended: "Run the cell again: then these buttons work.",
  waiting: "The kernel is busy, and your click is kept. If the kernel was ended, run the cell again.",
  copy: "Copy",
  copied: "Copied",
};
const PATIENCE = 800; // ms until a wait is worth a word
const COMING = 2000; // ms until a reply's model is there, if its kernel runs
const PROSE = "jp-RenderedHTMLCommon"; // as JupyterLab sets HTML
const STYLE_ID = "opslab-reply-style";
const STYLE = `
.opslab-reply { --opslab-done: #007a57; --opslab-tried: #b84600; --opslab-line: #767676; --opslab-focus: #0072b2;
  max-width: 48rem; color: var(--jp-content-font-color1, inherit); font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.5; }
:is([data-jp-theme-light="false"], .vscode-dark, [data-theme="dark"]) .opslab-reply { --opslab-done: #3ecf9d;
  --opslab-tried: #ff9b57; --opslab-line: #9a9a9a; --opslab-focus: #58b4f0; }
.opslab-below { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 2px 4px 6px 1.2em;
  text-wrap-style: pretty; }
.opslab-buttons { display: flex; gap: 8px; }
.opslab-reply button { min-height: 28px; padding: 2px 14px; font: inherit; color: inherit; cursor: pointer;
  background: var(--jp-layout-color2, transparent); border: 1px solid var(--opslab-line); border-radius: 4px; }
.opslab-reply button:hover { background: var(--jp-layout-color3, rgba(128, 128, 128, 0.2)); }
.opslab-reply button:focus-visible { outline: 3px solid var(--opslab-focus); outline-offset: 1px; }
.opslab-reply button[aria-disabled="true"] { cursor: default; background: transparent; border-style: dashed;
  color: var(--jp-content-font-color2, inherit); }
.opslab-dots { display: flex; flex-wrap: wrap; gap: 8px 7px; margin: 0; padding: 4px; list-style: none; }
.opslab-dots li { box-sizing: border-box; width: 10px; height: 10px; margin: 0; border: 1.5px solid var(--opslab-line);
  border-radius: 50%; }
.opslab-dots li[data-status="tried"] { border: 3px solid var(--opslab-tried); }
.opslab-dots li[data-status="done"] { border-color: var(--opslab-done); background: var(--opslab-done); }
.opslab-dots li[aria-current] { outline: 2px solid currentColor; outline-offset: 2px; }
.opslab-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.opslab-next, .opslab-why { color: var(--jp-content-font-color2, inherit); }
.opslab-why { flex-basis: 100%; }
.opslab-below > span:empty { display: none; }
.opslab-reply .opslab-said { padding: 0 0 0 1.2em; }
.opslab-said > * { margin: 0 0 8px; padding: 4px 12px; border-left: 3px solid var(--opslab-line); }
.opslab-said summary { cursor: pointer; min-height: 24px; }
.opslab-reply .opslab-said p { margin: 0 0 4px; }
.opslab-reply .opslab-said * + p { margin-top: 8px; }
.opslab-reply .opslab-said > * > :last-child { margin-bottom: 0; }
.opslab-reply .opslab-said pre { margin: 4px 0; padding: 8px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--jp-layout-color2, #f3f3f3);
  font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px); }
.opslab-reply .opslab-said pre code { background: none; white-space: inherit; }
.opslab-report { padding: 2px 4px 6px 1.2em; }
.opslab-report summary { cursor: pointer; min-height: 24px; color: var(--jp-content-font-color2, inherit); }
.opslab-reply .opslab-report pre { margin: 4px 0 8px; padding: 8px; white-space: pre-wrap; user-select: all;
  background: var(--jp-layout-color2, rgba(128, 128, 128, 0.15)); }
@media print { .opslab-report { display: none; } .opslab-below { display: none; } }
`;
let count = 0;

// Build the reply inside `element`; returns a function that takes it away again.
export function mount(element, html, model = null) {
  addStyle(element.ownerDocument);
  const reply = create("div", { className: "opslab-reply" });
  reply.append(create("div", { className: PROSE, innerHTML: html }));
  element.append(reply);
  reply.querySelectorAll(".opslab-report").forEach(offerCopy);
  if (!model) {
    const late = setTimeout(() => reply.append(closed()), COMING);
    return () => { clearTimeout(late); reply.remove(); };
  }
  const below = build(model);
  reply.append(...below.parts);
  model.on("change:state", below.tell);
  model.on("change:said", below.say);
  below.tell();
  return () => {
    model.off("change:state", below.tell);
    model.off("change:said", below.say);
    reply.remove();
  };
}

// Only a safe address, such as https or this machine, lets a page copy; elsewhere a click selects the whole text.
function offerCopy(report) {
  if (!navigator.clipboard) return;
  const copy = create("button", { type: "button", textContent: WORDS.copy });
  copy.dataset.lmSuppressShortcuts = "true";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(report.querySelector("pre").textContent);
    copy.textContent = WORDS.copied;
  });
  report.append(copy);
}

function build(model) {
  const why = create("span", { className: "opslab-why", id: `opslab-why-${(count += 1)}` });
  const hint = button(() => reason("hint"), () => ask("hint"), why);
  const solution = button(() => reason("solution"), () => ask("solution"), why);
  const buttons = create("div", { className: "opslab-buttons" });
  buttons.append(hint, solution);
  const dots = create("ol", { className: "opslab-dots" });
  const next = create("span", { className: "opslab-next" });
  const row = create("div", { className: "opslab-below" });
  row.append(buttons, dots, next, why);
  const earlier = readBefore(model.get("read"));
  const said = create("div", { className: `opslab-said ${PROSE}`, ariaLive: "polite" });
  let waiting = 0;

  function reason(what) {
    return isGone(model) ? WORDS.ended : model.get("state")[what].closed;
  }

  function ask(what) {
    clearTimeout(waiting);
    waiting = setTimeout(() => { why.textContent = WORDS.waiting; }, PATIENCE);
    model.send({ press: what });
  }

  function tell() {
    const state = model.get("state");
    clearTimeout(waiting);
    for (const [element, { label, closed }] of [[hint, state.hint], [solution, state.solution]]) {
      element.textContent = label;
      element.ariaDisabled = closed ? "true" : "false";
    }
    why.textContent = state.solution.closed;
    dots.ariaLabel = state.done;
    dots.title = state.done;
    dots.replaceChildren(...state.dots.map(dot));
    next.textContent = state.next;
  }

  function say() {
    const items = model.get("said").slice(said.childElementCount);
    said.append(...items.map((html) => create("div", { innerHTML: html })));
  }

  say();
  return { parts: [row, ...earlier, said], tell, say };
}

// What stands below a reply whose kernel has ended, or has not begun.
function closed() {
  const why = create("span", { className: "opslab-why", id: `opslab-why-${(count += 1)}`, textContent: WORDS.ended });
  const buttons = create("div", { className: "opslab-buttons" });
  buttons.append(...[WORDS.hint, WORDS.solution].map((textContent) =>
    Object.assign(button(() => WORDS.ended, null, why), { textContent, ariaDisabled: "true" })));
  const row = create("div", { className: "opslab-below" });
  row.append(buttons, why);
  return row;
}

// A closed button stays in reach of the keyboard, so that its reason is heard.
function button(closed, press, why) {
  const element = create("button", { type: "button" });
  element.dataset.lmSuppressShortcuts = "true"; // Enter is for the button: JupyterLab would edit the cell
  element.setAttribute("aria-describedby", why.id);
  element.addEventListener("click", () => {
    if (closed()) why.textContent = closed();
    else press();
  });
  return element;
}

function dot({ status, label, here }) {
  const item = create("li", { title: label });
  item.dataset.status = status;
  item.append(create("span", { className: "opslab-hidden", textContent: label }));
  if (here) item.setAttribute("aria-current", "step");
  return item;
}

function readBefore({ label, hints }) {
  if (!hints.length) return [];
  const place = create("div", { className: `opslab-said ${PROSE}` });
  const folded = create("details");
  folded.append(create("summary", { textContent: label }));
  folded.append(...hints.map((html) => create("div", { innerHTML: html })));
  place.append(folded);
  return [place];
}

function create(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

function addStyle(page) {
  if (!page.getElementById(STYLE_ID)) page.head.append(create("style", { id: STYLE_ID, textContent: STYLE }));
}

// JupyterLab's renderer has no kernel of its own: a reply whose kernel runs leaves word here, under its key.
const models = (globalThis.opslabReplies ??= new Map());
export const LIVE_EVENT = "opslab-live-reply";
// A notebook that was closed leaves its models here; if its kernel lives, they are made anew when it is opened.
export function modelUnder(key) {
  const model = models.get(key);
  return !model || isGone(model) ? null : model;
}

// JupyterLab's manager of a notebook has no kernel once the notebook was closed, or its kernel ended.
const isGone = (model) => model.widget_manager?.kernel === null;

function announce(key) {
  document.dispatchEvent(new CustomEvent(LIVE_EVENT, { detail: key }));
}

export default {
  initialize({ model }) {
    const key = model.get("key");
    models.set(key, model);
    announce(key);
    return () => {
      models.delete(key);
      announce(key);
    };
  },
  render({ model, el }) {
    return mount(el, model.get("html"), model);
  },
};
