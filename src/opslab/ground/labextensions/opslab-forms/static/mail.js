import { MINUTE, REST, SECOND, addLook, aloud, atDesk, button, create, frame, grow, labelled, link, listRemarks, say, toClipboard, widget } from "./forms.js";

// Paste a mail: its reader says of each sentence which part it plays; then the coach says how it reads them.

const WORDS = {
  form: "Paste a mail",
  text: "Your mail",
  ask: "Paste the first page of a mail, in English or Chinese.",
  label: "Which part is each piece?",
  keys: " Keys 1 to 5 answer, and go on to the next.",
  letters: "SCQA–",
  parts: { S: "situation", C: "complication", Q: "question", A: "answer", "–": "none of these" },
  left: (count) => `${count} to go; then the coach says how it reads them.`,
  show: "Show the coach's reading",
  same: () => "✓ the coach, too",
  other: (part) => `≠ the coach: ${part}`,
  alone: (part) => `the coach: ${part}`,
  agree: (same, all) => `You and the coach agree on ${same} of ${all}.`,
  differ: " Where you differ, ask a colleague: the coach may be wrong.",
  asks: "Ask yourself, too:",
  start: "Start one minute",
  stop: "Stop",
  over: "One minute is over.",
  stopped: (seconds) => `You stopped after ${seconds} seconds.`,
  copy: "Copy text and labels",
  again: "Start again",
  stale: "The sentences below are those of the text before. To read another one, open the lesson in JupyterLab and run this cell.",
};
const LOOK_ID = "opslab-mail-style";
const LOOK = `
.opslab-form [data-part] { --part: 128, 128, 128; }
.opslab-form [data-part="S"] { --part: 0, 114, 178; }
.opslab-form [data-part="C"] { --part: 213, 94, 0; }
.opslab-form [data-part="Q"] { --part: 204, 121, 167; }
.opslab-form [data-part="A"] { --part: 0, 158, 115; }
.opslab-lines > li { margin: 0 0 6px; padding: 6px 8px; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 12px;
  align-items: start; border-left: 6px solid rgb(var(--part)); background: rgba(var(--part), 0.13); }
.opslab-lines > li[data-part=""] { background: none; border-left-color: rgba(128, 128, 128, 0.4); }
.opslab-mail-text { display: grid; gap: 8px; }
.opslab-lines [role="radiogroup"] { display: flex; gap: 4px; }
.opslab-lines label { width: 2em; height: 2em; display: grid; place-items: center; line-height: 1; cursor: pointer; font-weight: 600;
  border: 2px solid rgb(var(--part)); border-radius: 4px; }
.opslab-lines label:has(:checked) { background: rgba(var(--part), 0.35); box-shadow: inset 0 0 0 1px currentColor; }
.opslab-lines input { position: absolute; opacity: 0; pointer-events: none; }
.opslab-lines .opslab-coach { grid-column: 2; font-weight: 600; }
.opslab-lines .opslab-coach span { padding: 0 6px; border: 2px solid rgb(var(--part)); border-radius: 4px; }
.opslab-key span span { margin-right: 10px; white-space: nowrap; }
@container (max-width: 34rem) {
  .opslab-lines > li { grid-template-columns: minmax(0, 1fr); }
  .opslab-lines .opslab-coach { grid-column: 1; }
}
.reveal .opslab-form .opslab-mail-text { display: none; }
@media (orientation: landscape) {
  .reveal .opslab-lines > li { grid-template-columns: auto minmax(0, 1fr) auto; }
  .reveal .opslab-lines .opslab-coach { grid-column: 3; }
}
@media (orientation: portrait) {
  .reveal .opslab-lines > li { grid-template-columns: minmax(0, 1fr); }
  .reveal .opslab-lines .opslab-coach { grid-column: 1; }
}
`;
let count = 0;

export function mount(element, state, model = null) {
  const { ownerDocument: page } = element;
  addLook(page, LOOK_ID, LOOK);
  const form = frame(element, WORDS.form);
  const number = (count += 1);
  const linked = link(state, model, answer);
  const box = create("textarea", { rows: 3, placeholder: WORDS.ask, value: linked.typed.text });
  const length = create("span");
  const clock = button(WORDS.start, () => (ticking ? stop() : start()));
  const left = create("span", { role: "timer" });
  const over = create("span", { role: "status" });
  const note = create("p", { role: "status" });
  const key = create("p", { className: "opslab-key" });
  const lines = create("ol", { className: "opslab-lines" });
  const toGo = create("span");
  const agreed = create("span");
  const told = create("p", { className: "opslab-head", role: "status" }, atDesk(toGo), agreed);
  const found = create("ul", { className: "opslab-remarks" });
  const asks = create("div");
  const copied = create("span", { role: "status" });
  const show = button(WORDS.show, () => { linked.send({ asked: true }); compare(); });
  const copy = button(WORDS.copy, () => toClipboard(written(), copied));
  const again = button(WORDS.again, () => {
    box.value = state.given;
    grow(box);
    linked.send({ text: state.given, labels: {}, asked: false });
    answer();
  });
  const upper = create("div", { className: "opslab-mail-text" }, labelled(WORDS.text, box),
    create("div", { className: "opslab-row" }, clock, left, length, over));
  form.append(upper, note, key, lines, told, found, asks, create("div", { className: "opslab-row" }, show, again, atDesk(copy, copied)));
  const parts = [...WORDS.letters].map((letter, i) => create("span", {}, create("b", { textContent: letter }), ` ${WORDS.parts[letter]} (${i + 1})`));
  key.append(WORDS.label, atDesk(WORDS.keys, create("br"), ...parts.flatMap((part) => [part, " "]))); // Firefox breaks a line at spaces alone

  box.addEventListener("input", () => {
    grow(box);
    copied.textContent = "";
    linked.send({ text: box.value, asked: false }, REST);
    length.textContent = aloud(box.value);
    if (linked.live) linked.wait(note);
    else noteOn();
  });
  lines.addEventListener("keydown", (event) => {
    const place = "12345".indexOf(event.key);
    const groups = [...lines.querySelectorAll("[role=radiogroup]")];
    const here = groups.indexOf(event.target.closest("[role=radiogroup]"));
    if (place < 0 || here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    groups[here].querySelectorAll("input")[place].click();
    const next = groups[here + 1];
    ((next ?? groups[here]).querySelector(":checked") ?? next.querySelector("input")).focus();
  });

  const current = () => linked.said.clauses.map(({ text }) => linked.typed.labels[text] ?? "");
  const isShown = () => linked.said.clauses.length > 0 && (linked.typed.asked || current().every(Boolean));

  function line(clause, i) {
    const group = create("div", { role: "radiogroup" });
    const words = create("span", { id: `opslab-mail-${number}-${i}` }, atDesk(`${clause.sentence}. `), clause.text);
    group.setAttribute("aria-labelledby", words.id);
    for (const letter of WORDS.letters) {
      const radio = create("input", { type: "radio", name: `opslab-mail-${number}-${i}`, value: letter, ariaLabel: `${letter} ${WORDS.parts[letter]}` });
      radio.addEventListener("change", () => {
        linked.send({ labels: { ...linked.typed.labels, [clause.text]: letter } });
        compare();
      });
      const chip = create("label", { title: WORDS.parts[letter] }, radio, create("span", { textContent: letter, ariaHidden: "true" }));
      chip.dataset.part = letter;
      group.append(chip);
    }
    return create("li", {}, group, words, create("span", { className: "opslab-coach" }));
  }

  // The sentences are drawn anew only where they have changed, so that the keyboard's place is not lost.
  let drawn = "";
  function answer() {
    const { clauses } = linked.said;
    const drawing = JSON.stringify(clauses);
    if (drawing !== drawn) lines.replaceChildren(...clauses.map(line));
    drawn = drawing;
    length.textContent = aloud(box.value);
    compare();
  }

  function compare() {
    const { clauses, remarks, asks: more, nothing } = linked.said;
    const mine = current();
    const shown = isShown();
    [...lines.children].forEach((item, i) => {
      const coach = clauses[i].part;
      item.dataset.part = mine[i] || (shown ? coach : "");
      item.querySelectorAll("input").forEach((radio) => { radio.checked = radio.value === mine[i]; });
      item.querySelector(".opslab-coach").replaceChildren(...(shown && coach ? [reading(mine[i], coach)] : []));
    });
    const judged = clauses.filter(({ part }, i) => part && mine[i]);
    const same = judged.filter(({ part, text }) => linked.typed.labels[text] === part).length;
    const open = mine.filter((letter) => !letter).length;
    say(toGo, open && !shown ? WORDS.left(open) : "");
    say(agreed, shown && judged.length ? WORDS.agree(same, judged.length) + (same < judged.length ? WORDS.differ : "") : "");
    found.replaceChildren(...(shown ? (remarks.length ? listRemarks(remarks) : [create("li", { textContent: nothing })]) : []));
    asks.replaceChildren(...(shown && more.length ? [create("p", { className: "opslab-head", textContent: WORDS.asks }),
      create("ul", { className: "opslab-remarks" }, ...listRemarks(more))] : []));
    key.hidden = !clauses.length;
    show.hidden = shown || !clauses.length;
    noteOn();
  }

  function reading(mine, coach) {
    const words = (mine === coach ? WORDS.same : mine ? WORDS.other : WORDS.alone)(`${coach} ${WORDS.parts[coach]}`);
    const told = create("span", { textContent: words });
    told.dataset.part = coach;
    return told;
  }

  function noteOn() {
    const stale = !linked.live && plain(box.value) !== plain(linked.said.text);
    say(note, stale ? WORDS.stale : linked.said.note);
  }

  function written() {
    const coach = isShown();
    const rows = linked.said.clauses.map(({ text, part }, i) => `[${current()[i] || " "}${coach && part ? `; coach ${part}` : ""}] ${text}`);
    return [box.value.trim(), "", ...rows].join("\n");
  }

  let ticking, began;
  function start() {
    began = Date.now();
    over.textContent = "";
    clock.textContent = WORDS.stop;
    ticking = setInterval(tick, SECOND / 4);
    tick();
  }
  function tick() {
    const rest = MINUTE - Math.floor((Date.now() - began) / SECOND);
    left.textContent = `0:${String(Math.max(0, rest)).padStart(2, "0")}`.replace("0:60", "1:00");
    if (rest <= 0) stop(WORDS.over);
  }
  function stop(words = WORDS.stopped(Math.round((Date.now() - began) / SECOND))) {
    clearInterval(ticking);
    ticking = undefined;
    clock.textContent = WORDS.start;
    left.textContent = "";
    over.textContent = words;
  }

  answer();
  const observer = new ResizeObserver(() => grow(box));
  observer.observe(form);
  return () => {
    clearInterval(ticking);
    observer.disconnect();
    linked.close();
    form.remove();
  };
}

const plain = (text) => text.replace(/\r\n?/g, "\n");

export default widget(mount);
