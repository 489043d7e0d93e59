import { REST, addLook, aloud, atDesk, button, create, frame, grow, labelled, link, listRemarks, say, toClipboard, widget } from "./forms.js";

// Build a pyramid: an answer, reasons, lines; read upwards, by its titles alone, and as an issue tree.

const WORDS = {
  form: "Build a pyramid",
  views: { build: "Build", titles: "Titles alone", tree: "Issue tree" },
  question: "The question",
  answer: "Your answer",
  reason: (i) => `Reason ${i + 1}`,
  line: (i, k) => `Line ${i + 1}.${k + 1}`,
  keys: "Enter adds a line, Alt and ↑ or ↓ move what you are in.",
  between: "↓ Why? How?   ↑ So what?",
  roles: ["rule", "case", "conclusion"],
  ways: { induction: "induction: several of one kind", deduction: "deduction: rule, case, conclusion" },
  way: (name) => `${name}: how they lead up`,
  reasons: "The reasons",
  lines: (i) => `Lines of reason ${i + 1}`,
  noun: "Which one noun fits them all?",
  three: "Deduction takes three, in this order: rule, case, conclusion.",
  follows: "If rule and case hold, does the conclusion follow?",
  fits: (noun) => `Is each of them one of the “${noun}”? Which of these is missing?`,
  addReason: "Add a reason",
  addLine: (i) => `Add a line to reason ${i + 1}`,
  up: (name) => `Move up: ${name}`,
  down: (name) => `Move down: ${name}`,
  remove: (name) => `Remove: ${name}`,
  ladder: "So what?",
  ladderOf: (name) => `So what? ${name}`,
  climbs: "↑ So what?",
  falls: "↓ And down again: why? How do you know? Each step must answer.",
  empty: "(nothing yet)",
  read: "Read this aloud. Would it do, without what stands below?",
  unasked: "Which question does your answer answer?",
  whole: "Of which whole are these the parts?",
  parts: (whole) => `Does each part of “${whole}” stand in one branch, and in no more than one?`,
  yesNo: (text) => (/\p{Script=Han}/u.test(text) ? `${text}，是不是？` : `${text}: yes or no?`),
  told: (count) => `Remarks: ${count}`,
  none: "No remark. What the words mean, nobody but you can check.",
  stale: "The remarks are those on the pyramid before. For new ones, open the lesson in JupyterLab and run this cell.",
  copy: "Copy the pyramid",
  again: "Start again",
};
const MOST_REASONS = 5;
const LOOK_ID = "opslab-pyramid-style";
const LOOK = `
.opslab-form .opslab-view > button { justify-self: start; }
.opslab-form .opslab-view { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
.opslab-form .opslab-item { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 8px; align-items: end; margin: 0 0 6px; }
.opslab-form .opslab-item > .opslab-row { gap: 4px; }
.opslab-form .opslab-item button { padding: 2px 8px; }
.opslab-form .opslab-reason { margin: 0 0 10px; padding: 0 0 4px 10px; border-left: 4px solid var(--opslab-mark); }
.opslab-form .opslab-under { padding-left: 20px; }
.opslab-form .opslab-layer { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; margin: 0 0 6px; }
.opslab-form .opslab-layer > .opslab-row { gap: 4px 20px; }
.opslab-form .opslab-layer select { min-height: 32px; max-width: 100%; }
.opslab-form .opslab-layer input { width: 16em; max-width: 100%; }
.opslab-form [aria-pressed="true"] { font-weight: 600; box-shadow: inset 0 -3px 0 var(--opslab-mark); }
.opslab-form .opslab-ladder { grid-column: 1 / -1; padding: 4px 10px; border-left: 3px dashed var(--opslab-mark); }
.opslab-form .opslab-titles { display: grid; gap: 12px; font-size: 1.15em; }
.opslab-titles ol { display: grid; grid-template-columns: repeat(auto-fit, minmax(9em, 1fr)); gap: 12px 16px; }
.opslab-titles li { padding: 8px 0 0; border-top: 4px solid var(--opslab-mark); }
.opslab-tree { display: grid; grid-template-columns: 1fr 3fr; gap: 0 20px; align-items: center; }
.opslab-tree .opslab-tree { grid-template-columns: 1fr 1fr; padding: 4px 0 4px 16px; margin: 0 0 6px; border-left: 3px solid var(--opslab-mark); }
.opslab-form .opslab-tree .opslab-tree ul { padding-left: 12px; border-left: 1px solid var(--opslab-line); }
.opslab-form .opslab-tree li li { padding: 2px 0; }
@container (max-width: 34rem) {
  .opslab-form .opslab-item { grid-template-columns: minmax(0, 1fr); }
  .opslab-form .opslab-under { padding-left: 8px; }
  .opslab-tree, .opslab-tree .opslab-tree { grid-template-columns: minmax(0, 1fr); }
}
`;

export function mount(element, state, model = null) {
  addLook(element.ownerDocument, LOOK_ID, LOOK);
  const form = frame(element, WORDS.form);
  const linked = link(state, model, tell);
  let typed = structuredClone(linked.typed);
  let view = element.closest(".reveal") ? "titles" : "build";
  let chosen = ""; // the line whose ladder is shown
  const place = create("div", { className: "opslab-view" });
  const told = create("p", { className: "opslab-head", role: "status" });
  const note = create("p", { role: "status" });
  const found = create("ul", { className: "opslab-remarks" });
  const copied = create("span", { role: "status" });
  const views = Object.entries(WORDS.views).map(([name, label]) => {
    const choice = button(label, () => { view = name; draw(); });
    choice.dataset.view = name; // a hand-out asks for one
    return choice;
  });
  form.append(create("div", { className: "opslab-row" }, ...views), place, told, note, found,
    create("div", { className: "opslab-row" }, button(WORDS.again, () => change(() => { typed = structuredClone(state.given); })),
      atDesk(button(WORDS.copy, () => toClipboard(written(), copied)), copied)));

  // Every edit changes `typed`; what changes the form's build draws it anew and puts the keyboard where it belongs.
  function change(edit, focus) {
    edit();
    draw();
    linked.send(structuredClone(typed));
    tell();
    const target = focus && place.querySelector(`[data-id="${focus}"]`);
    (target?.disabled ? target.closest(".opslab-item").querySelector("textarea") : target)?.focus();
  }

  function writes(control, id, owner, field, after = () => {}) {
    control.dataset.id = id;
    control.addEventListener("input", () => {
      owner[field] = control.value;
      if (control.matches("textarea")) grow(control);
      linked.send(structuredClone(typed), REST);
      copied.textContent = "";
      after();
      tell();
    });
    return control;
  }

  // One of a list: its box, and buttons that move and remove it. `id` is "r1" for a reason, "r1-2" for a line.
  function item(id, name, list, i, [owner, field], ...more) {
    const stem = id.replace(/\d+$/, "");
    const box = writes(create("textarea", { rows: 1, value: owner[field] }), id, owner, field, ladder);
    const move = (step) => change(() => list.splice(i + step, 0, ...list.splice(i, 1)), `${stem}${i + step}${step < 0 ? "-up" : "-down"}`);
    const tool = (mark, label, kind, press, disabled = false) => {
      const made = Object.assign(button(mark, press), { ariaLabel: label(name), disabled });
      made.dataset.id = id + kind;
      return made;
    };
    box.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!event.altKey || !step || !list[i + step]) return;
      event.preventDefault();
      change(() => list.splice(i + step, 0, ...list.splice(i, 1)), `${stem}${i + step}`);
    });
    return create("div", { className: "opslab-item" }, labelled(name, box), create("div", { className: "opslab-row" },
      ...more, tool("↑", WORDS.up, "-up", () => move(-1), i === 0), tool("↓", WORDS.down, "-down", () => move(1), i === list.length - 1),
      tool("✕", WORDS.remove, "-remove", () => change(() => list.splice(i, 1), list.length > 1 ? `${stem}${Math.max(0, i - 1)}` : `${stem}add`))));
  }

  function layer(name, id, owner, count) {
    const hint = create("p", { className: "opslab-quiet" });
    const tellHint = () => {
      hint.textContent = owner.way === "deduction" ? (count === 3 ? WORDS.follows : WORDS.three)
        : owner.noun.trim() ? WORDS.fits(owner.noun.trim()) : "";
    };
    const way = create("select", {}, ...Object.entries(WORDS.ways).map(([value, textContent]) => create("option", { value, textContent })));
    way.value = owner.way;
    way.dataset.id = `${id}-way`;
    way.addEventListener("change", () => change(() => { owner.way = way.value; }, `${id}-way`));
    const noun = writes(create("input", { type: "text", value: owner.noun }), `${id}-noun`, owner, "noun", tellHint);
    tellHint();
    return create("div", { className: "opslab-layer" }, create("p", { className: "opslab-quiet", textContent: WORDS.between }),
      create("div", { className: "opslab-row" }, labelled(WORDS.way(name), way), ...(owner.way === "induction" ? [labelled(WORDS.noun, noun)] : [])), hint);
  }

  const role = (name, owner, i) => (owner.way === "deduction" && WORDS.roles[i] ? `${name}: ${WORDS.roles[i]}` : name);

  function adds(label, id, press, disabled = false) {
    const made = Object.assign(button(label, press), { disabled });
    made.dataset.id = id;
    return made;
  }

  function build() {
    const top = (field) => labelled(WORDS[field], writes(create("textarea", { rows: 1, value: typed[field] }), field, typed, field, ladder));
    const { reasons } = typed;
    return [create("p", { className: "opslab-quiet", textContent: WORDS.keys }), top("question"), top("answer"), layer(WORDS.reasons, "r", typed, reasons.length),
      ...reasons.map((reason, i) => create("div", { className: "opslab-reason" },
        item(`r${i}`, role(WORDS.reason(i), typed, i), reasons, i, [reason, "text"]),
        create("div", { className: "opslab-under" }, layer(WORDS.lines(i), `r${i}`, reason, reason.lines.length),
          ...reason.lines.map((_, k) => line(reason, i, k)),
          adds(WORDS.addLine(i), `r${i}-add`, () => change(() => reason.lines.push(""), `r${i}-${reason.lines.length}`))))),
      adds(WORDS.addReason, "radd", () => change(() => reasons.push({ text: "", way: "induction", noun: "", lines: [""] }), `r${reasons.length}`), reasons.length >= MOST_REASONS)];
  }

  function line(reason, i, k) {
    const id = `r${i}-${k}`, name = role(WORDS.line(i, k), reason, k);
    const climb = Object.assign(button(WORDS.ladder, () => { chosen = chosen === id ? "" : id; ladder(); }), { ariaLabel: WORDS.ladderOf(name) });
    const made = item(id, name, reason.lines, k, [reason.lines, k], climb);
    made.append(create("div", { className: "opslab-ladder", hidden: true, ariaLive: "polite" }));
    made.lastChild.dataset.steps = id;
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("textarea")) return;
      event.preventDefault();
      change(() => reason.lines.splice(k + 1, 0, ""), `r${i}-${k + 1}`);
    });
    climb.dataset.climb = id;
    return made;
  }

  function ladder() {
    for (const steps of place.querySelectorAll("[data-steps]")) {
      const [i, k] = steps.dataset.steps.slice(1).split("-").map(Number);
      const { text, lines } = typed.reasons[i];
      steps.hidden = steps.dataset.steps !== chosen;
      place.querySelector(`[data-climb="${steps.dataset.steps}"]`).ariaExpanded = String(!steps.hidden);
      steps.replaceChildren(...(steps.hidden ? [] : [lines[k], WORDS.climbs, text, WORDS.climbs, typed.answer, WORDS.falls])
        .map((words) => create("p", { textContent: words.trim() || WORDS.empty, className: /^[↑↓]/.test(words) ? "opslab-quiet" : "" })));
    }
  }

  const filled = () => typed.reasons.filter(({ text }) => text.trim());

  function titles() {
    const [answer, ...reasons] = [typed.answer, ...filled().map((reason) => reason.text)].map(sentence);
    return [create("div", { className: "opslab-titles" }, create("p", { className: "opslab-head", textContent: answer || WORDS.empty }),
      create("ol", {}, ...reasons.map((textContent) => create("li", { textContent })))),
    create("p", {}, WORDS.read, atDesk(` ${aloud([answer, ...reasons].join(" "))}`))];
  }

  function tree() {
    const asks = (text, tag) => create(tag, { textContent: WORDS.yesNo(text.trim().replace(/[.。!！]+$/, "")) });
    const parts = create("p", { className: "opslab-quiet" });
    const tellParts = () => { parts.textContent = typed.whole.trim() ? WORDS.parts(typed.whole.trim()) : ""; };
    const whole = writes(create("input", { type: "text", value: typed.whole }), "whole", typed, "whole", tellParts);
    tellParts();
    return [create("div", { className: "opslab-tree" }, create("p", { className: "opslab-head", textContent: typed.question.trim() || WORDS.unasked }),
      create("ul", {}, ...filled().map(({ text, lines }) => create("li", { className: "opslab-tree" }, asks(text, "span"),
        create("ul", {}, ...lines.filter((one) => one.trim()).map((one) => asks(one, "li"))))))),
    labelled(WORDS.whole, whole), parts];
  }

  function draw() {
    Object.keys(WORDS.views).forEach((name, i) => { views[i].ariaPressed = String(name === view); });
    place.replaceChildren(...{ build, titles, tree }[view]());
    ladder();
    place.querySelectorAll("textarea").forEach(grow);
  }

  const content = ({ answer, reasons }) => JSON.stringify([answer, reasons.map(({ text, lines }) => [text, lines])]);

  function tell() {
    const { remarks, note: words } = linked.said;
    const stale = !linked.live && content(typed) !== content(state.typed);
    say(note, stale ? WORDS.stale : words);
    say(told, words || (stale && !remarks.length) ? "" : remarks.length ? WORDS.told(remarks.length) : WORDS.none);
    found.replaceChildren(...listRemarks(remarks));
  }

  function written() {
    return [typed.answer, ...filled().flatMap(({ text, lines }, i) => [`${i + 1}. ${text}`, ...lines.filter((one) => one.trim()).map((one) => `   - ${one}`)])].join("\n");
  }

  draw();
  tell();
  const observer = new ResizeObserver(() => place.querySelectorAll("textarea").forEach(grow));
  observer.observe(form);
  return () => {
    observer.disconnect();
    linked.close();
    form.remove();
  };
}

function sentence(text) {
  const words = text.trim();
  return !words || /[.!?。！？]$/.test(words) ? words : words + (/\p{Script=Han}$/u.test(words) ? "。" : ".");
}

export default widget(mount);
