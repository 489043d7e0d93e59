"use strict";
const WORDS = {
  progress: (place, count, left) => `${place} of ${count}` + (left ? ` · ${left} to read` : " · all read"),
  whose: (place, name) => name ? `Answer ${place}: ${name}` : `Answer ${place}`,
  alike: (names) => `△ ${names.length} students handed in this same text` + (named ? `: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}` : "."),
  gave: (place, level) => level ? `Answer ${place}: level ${level}` : `Answer ${place}: no level`,
  wrote: (place) => `Answer ${place}: comment`,
  saved: "saved", saving: "saving …",
  level: (level) => `Reaches level ${level}`, worked: (seed) => `Worked answer in world ${seed} (numbers typed into a text are of the student’s own world)`,
  alarm: (count, cause) => `${count} not saved yet. ${cause} This page keeps it and tries again every 2 seconds: leave it open.`,
  gone: "The server does not answer: start “opslab review” again in the terminal.",
};
const { answers, asked, seed } = JSON.parse(document.getElementById("data").textContent);
const part = (id) => document.getElementById(id);
const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
const [text, worked, comment, help] = ["text", "worked", "comment", "help"].map(part);
const unsaved = new Set();  // answers whose last change is on this page alone
const scored = [];  // places, in the order in which they were given a level
let here = Math.max(0, answers.findIndex((answer) => !answer.level));
let named = false, saving = false, trouble = "", did = "", timer;

/** An author's markdown to read as text: without the editor's line ends and the stars of emphasis. */
function unbroken(words) {
  return words.trim().replace(/([^\n])\n(?!\n)/g, "$1 ").replace(/(^|\s)\*([^*\s][^*]*)\*/g, "$1$2");
}

function show() {
  const answer = answers[here], question = asked[answer.question];
  part("question").textContent = question.heading;
  part("progress").textContent = WORDS.progress(here + 1, answers.length, answers.filter((one) => !one.level).length);
  part("whose").textContent = WORDS.whose(here + 1, named && answer.student);
  part("alike").hidden = answer.alike.length < 2;
  part("alike").textContent = WORDS.alike(answer.alike);
  text.firstElementChild.textContent = answer.text.trim();
  comment.value = answer.comment;
  part("levels").replaceChildren(...question.rubric.map((words, place) => {
    const button = element("button", "");
    button.append(element("kbd", place + 1), element("span", words));
    button.ariaPressed = answer.level === place + 1;
    button.onclick = () => score(place + 1);
    return button;
  }));
  worked.hidden = part("worked-title").hidden = !question.worked;
  part("worked-title").textContent = WORDS.worked(seed);
  worked.firstElementChild.textContent = unbroken(question.worked);
  part("compare").replaceChildren(...question.exemplars.flatMap(([level, words]) => [
    element("h3", WORDS.level(level)),
    Object.assign(element("p", unbroken(words)), { className: "plain" }),
  ]));
  document.querySelector("[data-key=n]").ariaPressed = named;
  tell();
}

function go(place) {
  here = Math.min(Math.max(place, 0), answers.length - 1);
  show();
  text.scrollTop = 0;
  scrollTo(0, 0);
  text.focus({ preventScroll: true });
}

function change(values) {
  Object.assign(answers[here], values);
  unsaved.add(answers[here]);
  save();
}

function score(level) {
  did = WORDS.gave(here + 1, level);
  change({ level });
  scored.push(here);
  const rest = [...answers.keys()].filter((place) => !answers[place].level);
  go(rest.find((place) => place > here) ?? rest[0] ?? here);
}

function undo() {
  while (!answers[here].level && scored.length) here = scored.pop();
  if (answers[here].level) {
    did = WORDS.gave(here + 1, null);
    change({ level: null });
  }
  go(here);
}

const sent = ({ student, question, of, level, comment }) => JSON.stringify({ student, question, of, level, comment });

async function save() {
  if (saving) return;
  saving = true;
  clearTimeout(timer);
  while (unsaved.size) {
    tell();
    const [answer] = unsaved, body = sent(answer);
    const headers = { "Content-Type": "application/json" }, signal = AbortSignal.timeout(5000);
    const reply = await fetch(location.pathname, { method: "POST", headers, body, signal }).catch(() => null);
    trouble = reply?.ok ? "" : await reply?.text().catch(() => "") || WORDS.gone;
    if (!trouble && sent(answer) !== body) continue;  // it was changed meanwhile
    unsaved.delete(answer);
    if (!trouble) continue;
    unsaved.add(answer);  // at the end, so that the others have their turn
    timer = setTimeout(save, 2000);
    break;
  }
  saving = false;
  tell();
}

function tell() {
  const alarm = trouble && WORDS.alarm(unsaved.size, trouble);
  part("alarm").hidden = !alarm;
  if (part("alarm").textContent !== alarm) part("alarm").textContent = alarm;
  part("saved").textContent = alarm || !did ? "" : `${did} · ${unsaved.size ? WORDS.saving : WORDS.saved}`;
}

const acts = {
  j: () => go(here + 1), k: () => go(here - 1), u: undo, c: () => comment.focus(),
  n: () => { named = !named; show(); }, "?": () => help.showModal(),
  1: () => score(1), 2: () => score(2), 3: () => score(3), 4: () => score(4),
};
Object.assign(acts, { ArrowRight: acts.j, ArrowLeft: acts.k });
document.querySelectorAll("[data-key]").forEach((button) => { button.onclick = acts[button.dataset.key]; });
part("close").onclick = () => help.close();
comment.oninput = () => { did = WORDS.wrote(here + 1); change({ comment: comment.value }); };
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target === comment) {
    if (event.key === "Escape") text.focus();
    return;
  }
  const moves = event.key.startsWith("Arrow") || "jk".includes(event.key);
  if (!acts[event.key] || (event.repeat && !moves)) return;  // a key held down must not score twice
  event.preventDefault();
  acts[event.key]();
});
addEventListener("beforeunload", (event) => { if (unsaved.size) event.preventDefault(); });
go(here);
