import { addLook, button, create, frame, link, say, toClipboard, widget } from "./forms.js";

// File cards under two lists, one card at a time; the table of both filings and its agreement grow with each. At the end
// the authors' filing stands beside it. All is reckoned here, so it works without a kernel.

const WORDS = {
  form: "File the cards",
  keys: (last) => `Keys 1 to ${last} file the card, and go on to the next.`,
  card: (place, all) => `Card ${place} of ${all}`,
  before: "Card before",
  next: "Next card",
  filed: (filed, all) => `${filed} of ${all} filed`,
  agree: (found) => `Cramér's V ${found.v.toFixed(2)}, adjusted Rand ${found.rand.toFixed(2)}`.replace("-", "−"),
  few: "an agreement needs two kinds in each list",
  yours: "Your filing", ours: "The authors' filing",
  same: (name, same, all) => `${name}: you and the authors agree on ${same} of ${all}`,
  differ: "Where you differ, ask a colleague: the authors are one pair of eyes, too.",
  apart: (count) => `Cards that you and the authors file apart: ${count}`,
  head: ["Card", "Yours", "The authors'"],
  show: "Show the authors' filing now",
  copy: "Copy your filing",
  again: "Start again",
};
const LOOK_ID = "opslab-filing-style";
const LOOK = `
.opslab-filing-card { min-height: 4.8em; padding: 8px 12px; border-left: 6px solid var(--opslab-mark); background: var(--opslab-panel); }
.opslab-filing-sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 10px 20px; }
.opslab-form .opslab-filing-sides .opslab-row { gap: 6px; }
.opslab-form button[aria-pressed="true"] { font-weight: 600; border-color: var(--opslab-mark); box-shadow: inset 0 0 0 2px var(--opslab-mark); }
.opslab-filing-tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 10px 20px; }
.opslab-form table { width: 100%; margin: 0; border-collapse: collapse; font-size: inherit; color: inherit; overflow-wrap: normal; }
.opslab-form caption { padding: 0 0 4px; text-align: left; font-size: inherit; color: inherit; font-weight: 600; }
.opslab-form :is(th, td) { padding: 2px 6px; text-align: center; font-weight: 400; border: 1px solid rgba(128, 128, 128, 0.35); background: none; }
.opslab-form :is(th[scope="row"], .opslab-filing-rest td) { text-align: left; }
.opslab-form td[data-count] { background: rgba(0, 114, 178, var(--part)); }
.opslab-filing-tables thead th { width: 19%; }
.opslab-filing-rest td:first-child { width: 50%; }
.opslab-filing, .opslab-filing > div { display: grid; grid-template-columns: minmax(0, 1fr); gap: 10px 28px; align-content: start; }
@container (max-width: 26rem) { .opslab-form .opslab-filing-tables :is(th, td) { padding: 2px 3px; font-size: 12px; } }
@container (max-width: 20rem) { .opslab-form .opslab-filing-tables thead th { writing-mode: vertical-rl; text-align: end; } } /* a phone beside a side bar */
@container (min-width: 60rem) { .opslab-filing { grid-template-columns: repeat(2, minmax(0, 1fr)); } } /* a slide */
.reveal .opslab-form :is(.opslab-filing-keys, .opslab-filing-rest) { display: none; }
`;

export function mount(element, state, model = null) {
  addLook(element.ownerDocument, LOOK_ID, LOOK);
  const form = frame(element, WORDS.form);
  const { sides, cards } = state.given;
  const linked = link(state, model, draw);
  const filed = (card) => linked.typed.filed[card.text] ?? sides.map(() => "");
  const isFiled = (card) => filed(card).every(Boolean);
  let at = Math.max(0, cards.findIndex((card) => !isFiled(card)));

  const place = create("span", { className: "opslab-head" });
  const card = create("p", { className: "opslab-filing-card", ariaLive: "polite" });
  const told = create("p", { role: "status" });
  const tables = create("div", { className: "opslab-filing-tables" });
  const same = create("div", { role: "status" });
  const rest = create("details", { className: "opslab-filing-rest" }, create("summary"), create("div"));
  const copied = create("span", { role: "status" });
  const chips = sides.map((side, i) => side.options.map((option, k) => button(side.said[k], () => file(i, option))));
  const firstKeys = sides.map((_, i) => sides.slice(0, i).reduce((sum, { options }) => sum + options.length, 1));
  const groups = sides.map((side, i) => {
    const keyed = chips[i].map((chip, k) => { chip.textContent = `${firstKeys[i] + k} ${side.said[k]}`; return chip; });
    return create("div", { role: "group", ariaLabel: side.name }, create("span", { className: "opslab-head", textContent: side.name }),
      create("div", { className: "opslab-row" }, ...keyed));
  });
  const before = button(WORDS.before, () => go(at - 1));
  const next = button(WORDS.next, () => go(at + 1));
  const show = button(WORDS.show, () => { linked.send({ shown: true }); draw(); });
  form.append(create("p", { className: "opslab-quiet opslab-filing-keys", textContent: WORDS.keys(chips.flat().length) }),
    create("div", { className: "opslab-filing" },
      create("div", {}, place, card, create("div", { className: "opslab-filing-sides" }, ...groups),
        create("div", { className: "opslab-row" }, before, next), told, same),
      tables),
    rest,
    create("div", { className: "opslab-row" }, show, button(WORDS.copy, () => toClipboard(written(), copied)),
      button(WORDS.again, () => { linked.send({ filed: {}, shown: false }); go(0); }), copied));
  form.addEventListener("keydown", (event) => {
    const chip = chips.flat()[Number(event.key) - 1];
    if (!chip || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    chip.click();
  });

  function go(place) {
    at = Math.min(cards.length - 1, Math.max(0, place));
    draw();
  }

  // Filing a card's second list for the first time leads on to the next card that is not filed yet.
  function file(side, option) {
    const card = cards[at], done = isFiled(card);
    linked.send({ filed: { ...linked.typed.filed, [card.text]: filed(card).map((one, i) => (i === side ? option : one)) } });
    copied.textContent = "";
    if (done || !isFiled(card)) return draw();
    const open = [...cards.keys()].filter((i) => !isFiled(cards[i]));
    go(open.find((i) => i > at) ?? open[0] ?? at);
  }

  function draw() {
    const card_ = cards[at], done = cards.filter(isFiled), shown = linked.typed.shown || done.length === cards.length;
    place.textContent = WORDS.card(at + 1, cards.length);
    say(card, card_.text);
    chips.forEach((row, i) => row.forEach((chip, k) => { chip.ariaPressed = String(filed(card_)[i] === sides[i].options[k]); }));
    before.disabled = at === 0;
    next.disabled = at === cards.length - 1;
    show.hidden = shown;
    const yours = crossed(done.map(filed));
    say(told, `${WORDS.filed(done.length, cards.length)}; ${agreed(yours)}.`);
    tables.replaceChildren(table(WORDS.yours, yours), ...(shown ? [table(WORDS.ours, crossed(cards.map(({ ours }) => ours)), true)] : []));
    compare(shown ? done : []);
  }

  function compare(done) {
    const alike = (card, i) => filed(card)[i] === card.ours[i];
    same.replaceChildren(...(done.length ? [...sides.map(({ name }, i) => WORDS.same(name, done.filter((card) => alike(card, i)).length, done.length)), WORDS.differ] : [])
      .map((textContent) => create("p", { textContent })));
    const rows = done.filter((card) => !sides.every((_, i) => alike(card, i)));
    const named = (found) => found.map((one, i) => sides[i].said[sides[i].options.indexOf(one)]).join(", ");
    rest.hidden = !rows.length;
    rest.firstChild.textContent = WORDS.apart(rows.length);
    rest.lastChild.replaceChildren(create("table", {}, create("thead", {}, create("tr", {}, ...WORDS.head.map((textContent) => create("th", { scope: "col", textContent })))),
      create("tbody", {}, ...rows.map((card) => create("tr", {}, ...[card.text, named(filed(card)), named(card.ours)].map((textContent) => create("td", { textContent })))))));
  }

  function crossed(pairs) {
    return sides[0].options.map((row) => sides[1].options.map((column) => pairs.filter(([a, b]) => a === row && b === column).length));
  }

  function table(name, cells, told = false) {
    const most = Math.max(1, ...cells.flat());
    const cell = (count) => {
      const made = create("td", { textContent: count || "" });
      made.dataset.count = count;
      made.style.setProperty("--part", (0.4 * count) / most);
      return made;
    };
    return create("table", {}, create("caption", { textContent: told ? `${name}: ${agreed(cells)}` : name }),
      create("thead", {}, create("tr", {}, create("td"), ...sides[1].said.map((textContent) => create("th", { scope: "col", textContent })))),
      create("tbody", {}, ...cells.map((row, i) => create("tr", {}, create("th", { scope: "row", textContent: sides[0].said[i] }), ...row.map(cell)))));
  }

  function written() {
    return cards.map((card) => [card.text, ...filed(card)].join("\t")).join("\n");
  }

  draw();
  return () => {
    linked.close();
    form.remove();
  };
}

// Cramér's V and the adjusted Rand index of a table of counts, as `taxonomy_agreement` has them; in words where there are none.
function agreed(cells) {
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const rows = cells.map(sum).filter(Boolean), columns = cells[0].map((_, k) => sum(cells.map((row) => row[k]))).filter(Boolean);
  if (Math.min(rows.length, columns.length) < 2) return WORDS.few;
  const all = sum(rows), total = (k) => sum(cells.map((row) => row[k]));
  const chance = cells.flatMap((row) => row.map((count, k) => [count, (sum(row) * total(k)) / all])).filter(([, expected]) => expected);
  const v = Math.sqrt(sum(chance.map(([count, expected]) => (count - expected) ** 2 / expected)) / all / (Math.min(rows.length, columns.length) - 1));
  const pairs = (counts) => sum(counts.map((count) => (count * (count - 1)) / 2));
  const [both, a, b] = [cells.flat(), rows, columns].map(pairs), lot = (a * b) / pairs([all]), most = (a + b) / 2;
  return WORDS.agree({ v, rand: most === lot ? 1 : (both - lot) / (most - lot) });
}

export default widget(mount);
