// What every form of the course needs: elements, a look in the colours of the page around it, a clipboard, and what
// was typed. A form's own file exports `mount(element, state, model)`; it works from `state`, as the notebook stores
// it, and with `model`, the widget's, where a kernel runs.

export const SECOND = 1000; // ms
export const REST = 200; // ms without a key until the kernel is asked
const PATIENCE = 1500; // ms until a wait is worth a word
export const MINUTE = 60; // seconds
const WORDS_ALOUD = 130, SIGNS_ALOUD = 240; // in a minute
const STYLE_ID = "opslab-form-style";
const COMMON = {
  waiting: "The kernel is reading. If nothing happens, run the cell again.",
  copied: "Copied.",
  words: (count, seconds) => `${count} words: about ${seconds} seconds aloud.`,
  signs: (count, seconds) => `${count} characters: about ${seconds} seconds aloud.`,
};
const STYLE = `
.opslab-form { --opslab-line: #7d858e;
  --opslab-mark: var(--jp-brand-color1, var(--accent, var(--color-brand-primary, light-dark(#0072b2, #4696f5))));
  --opslab-panel: var(--jp-layout-color2, var(--panel, var(--color-background-secondary, rgba(128, 128, 128, 0.12))));
  box-sizing: border-box; container-type: inline-size; max-width: 48rem; margin: 4px 2px; padding: 4px; display: grid;
  grid-template-columns: minmax(0, 1fr); gap: 10px; color: var(--jp-content-font-color1, inherit);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
.opslab-form * { box-sizing: border-box; }
.opslab-form :is(p, ul, ol) { margin: 0; max-width: none; }
.opslab-form :is(ul, ol) { padding: 0; list-style: none; }
.opslab-form .opslab-head { display: block; margin: 0 0 2px; font-weight: 600; text-wrap: balance; }
.opslab-form :is(textarea, input, select, button) { font: inherit; color: inherit; }
.opslab-form :is(textarea, input[type="text"], select, button) { border-radius: 4px; border: 1px solid var(--opslab-line);
  background: var(--jp-layout-color0, transparent); }
.opslab-form :is(textarea, input[type="text"]) { display: block; width: 100%; min-height: 32px; padding: 4px 8px; }
.opslab-form textarea { resize: vertical; overflow: hidden; }
.opslab-form :is(textarea, input)::placeholder { color: inherit; opacity: 0.75; }
.opslab-form button { min-height: 32px; min-width: 32px; padding: 2px 12px; cursor: pointer; }
.opslab-form button:disabled { opacity: 0.45; cursor: default; }
.opslab-form :is(textarea, input, select, button, summary):focus-visible,
.opslab-form label:has(input[type="radio"]:focus-visible) { outline: 3px solid var(--opslab-mark); outline-offset: 1px; }
.opslab-form label { min-width: 0; }
.opslab-form .opslab-row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.opslab-form .opslab-quiet { opacity: 0.8; }
.opslab-form .opslab-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.opslab-form .opslab-remarks > li { padding: 6px 0; border-bottom: 1px solid rgba(128, 128, 128, 0.4); }
.opslab-form .opslab-remarks :is(strong, span) { display: block; }
.opslab-form :empty:is(p, ul, ol) { display: none; }
.opslab-form .opslab-at-desk { display: contents; } /* what a hall does not need */
.reveal .opslab-form .opslab-at-desk { display: none; }
.reveal .opslab-form { max-width: none; font-size: calc(20px * max(1, var(--fit))); }
`;

export function create(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  if (element.matches("textarea, input, select, button")) element.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys
  return element;
}

export function labelled(name, control) {
  return create("label", {}, create("span", { className: "opslab-head", textContent: name }), control);
}

export function atDesk(...children) {
  return create("span", { className: "opslab-at-desk" }, ...children);
}

export function button(name, press) {
  const element = create("button", { type: "button", textContent: name });
  element.addEventListener("click", press);
  return element;
}

export function grow(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}

// Set a text that is read out, and not twice if it has not changed.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// How long a text is, and how long it takes to say: in words, or in characters if it is Chinese.
export function aloud(text) {
  const signs = (text.match(/\p{Script=Han}/gu) ?? []).length;
  const words = (text.replace(/\p{Script=Han}/gu, " ").match(/[\p{L}\p{N}]+(?:['’.,][\p{L}\p{N}]+)*/gu) ?? []).length;
  const seconds = Math.round(MINUTE * (words / WORDS_ALOUD + signs / SIGNS_ALOUD));
  return signs > words ? COMMON.signs(signs, seconds) : COMMON.words(words, seconds);
}

// Remarks as the kernel told them: a question, where, and why. All of it is text.
export function listRemarks(remarks) {
  return remarks.map(({ what, where, why }) =>
    create("li", {}, create("strong", { textContent: what }),
      ...[where, why].filter(Boolean).map((textContent) => create("span", { textContent }))));
}

export async function toClipboard(text, told) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // where a page may not write to the clipboard
    const box = create("textarea", { value: text });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  told.textContent = COMMON.copied;
}

export function addLook(page, id, text) {
  if (!page.getElementById(id)) page.head.append(create("style", { id, textContent: text }));
}

export function frame(element, name) {
  addLook(element.ownerDocument, STYLE_ID, STYLE);
  const form = create("div", { className: "opslab-form", role: "group", ariaLabel: name });
  element.append(form);
  return form;
}

// What was typed, and what the kernel says of it. `send` waits for a rest where many keys follow one another; `answer`
// is called when the kernel has answered. The kernel keeps what was typed; without one, the browser does, as long as it
// keeps its data.
export function link(state, model, answer) {
  const key = `opslab form ${JSON.stringify(state.given)}`;
  let typed = model?.get("typed") ?? { ...state.typed, ...recalled(key, state.typed) };
  let sending, waiting;
  const heard = () => { clearTimeout(waiting); answer(); };
  model?.on("change:said", heard);
  return {
    live: Boolean(model),
    get typed() { return typed; },
    get said() { return model?.get("said") ?? state.said; },
    send(change, rest = 0) {
      typed = { ...typed, ...change };
      try { localStorage.setItem(key, JSON.stringify(typed)); } catch { /* a private window keeps nothing */ }
      clearTimeout(sending);
      if (model) sending = setTimeout(() => { model.set("typed", typed); model.save_changes(); }, rest);
    },
    wait(element) {
      clearTimeout(waiting);
      waiting = setTimeout(() => { element.textContent = COMMON.waiting; }, PATIENCE);
    },
    close() {
      clearTimeout(waiting);
      model?.off("change:said", heard);
    },
  };
}

// What the browser has kept under `key`, if it is of the same kind as `typed`; else nothing.
function recalled(key, typed) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return Object.entries(typed).every(([name, { constructor }]) => kept[name].constructor === constructor) ? kept : {};
  } catch { return {}; }
}

// JupyterLab's renderer has no kernel of its own: a form whose kernel runs leaves word here, under its key.
const models = (globalThis.opslabForms ??= new Map());
export const LIVE_EVENT = "opslab-live-form";
// A notebook that was closed leaves its models here; if its kernel lives, they are made anew when it is opened.
export function modelUnder(key) {
  const model = models.get(key);
  return !model || isGone(model) ? null : model;
}

// JupyterLab's manager of a notebook has no kernel once the notebook was closed, or its kernel ended.
const isGone = (model) => model.widget_manager?.kernel === null;

export function widget(mount) {
  return {
    initialize({ model }) {
      const key = model.get("key");
      const tell = () => document.dispatchEvent(new CustomEvent(LIVE_EVENT, { detail: key }));
      models.set(key, model);
      tell();
      return () => {
        models.delete(key);
        tell();
      };
    },
    render({ model, el }) {
      return mount(el, { given: model.get("given"), typed: model.get("typed"), said: model.get("said") }, model);
    },
  };
}
