
// Brings an exported file to life: unpacks the scripts it carries, starts the slides, draws the figures.
// It stands behind explore.js and the forms' scripts in one function, so `mount` and `FORMS` are here.

const SOURCE = document.currentScript.src; // known only until the first wait

const carried = (name) => document.getElementById(`opslab-${name}`);

async function unpacked(name) {
  const text = carried(name).textContent;
  // Browsers of before 2025 read it letter by letter, a tenth of a second for plotly.js.
  const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function run(name) {
  document.head.append(create("script", { textContent: await unpacked(name) }));
}

// Slides ---------------------------------------------------------------------------------------------------

const PRINTED = location.search.includes("print-pdf");
const ASKED = /receiver|print-pdf/.test(location.search); // by a printer, or by the speaker view: it shows what the hall sees
const HALL = { width: 1280, height: 720 };
const NARROW_TABLE = 0.8; // of the room's width
const LONG_NAME = 30; // letters of a row's name that is a sentence: it may break, so that type gets large
const MOST_HEADED = 3.9; // lines of a table's head, with its air, that may be larger than a text
const MOST_BALANCED = 6.5; // lines of a paragraph that a browser makes equally long
const CLEARLY = 1.1; // times as large
const LEGIBLE = 1.1; // of the type's size: a table in smaller type is hard to read on a phone
const SMALLEST = 0.6; // of the type's size: words fill their slide, and get smaller where they need more room

// A slide has the form of its window, down to a phone's held upright, and the same area in each: so it holds as much.
function slideSize() {
  if (ASKED) return HALL;
  const form = Math.min(innerWidth / innerHeight, HALL.width / HALL.height);
  const width = Math.round(Math.sqrt(HALL.width * HALL.height * form));
  return { width, height: Math.round(width / form) };
}

async function startSlides() {
  if (/print-pdf|light/.test(location.search)) document.documentElement.classList.add("light");
  await run("reveal");
  await run("notes");
  const deck = new Reveal(document.querySelector(".reveal"), {
    ...slideSize(), margin: 0.02, center: false, hash: true, slideNumber: "c/t", transition: "none",
    navigationMode: "linear", scrollActivationWidth: 0, pdfSeparateFragments: false, plugins: [RevealNotes],
    keyboardCondition: ({ target, key }) => !target.matches(key === " " ? "summary, select, input, button" : "select, input"),
  });
  deck.on("slidechanged", ({ currentSlide }) => fit(currentSlide));
  deck.on("ready", () => fit(deck.getCurrentSlide()));
  deck.on("pdf-ready", () => deck.getSlides().forEach(fit));
  await deck.initialize();
  addEventListener("resize", () => {
    deck.configure(slideSize());
    fit(deck.getCurrentSlide());
  });
  globalThis.opslabDeck = deck;
}

function fit(slide) {
  const room = slide?.querySelector(".room");
  if (!room || room.matches(".pictured")) return;
  const { classList } = room.parentElement;
  classList.remove("beside");
  turn(room, false);
  const size = fill(room);
  if (room.offsetWidth < room.offsetHeight && size < LEGIBLE) turned(room, size);
  if (!isNarrow(room)) return;
  classList.add("beside"); // what is claimed of a narrow table stands on its left
  fill(room);
}

// On a phone a wide table whose type would get small has its columns as rows, where that makes it larger.
function turned(room, size) {
  const { className, style: { cssText } } = room;
  const least = room.matches(".named") ? CLEARLY * size : size; // or names of rows broke
  if (!turn(room, true) || fill(room) >= least) return;
  turn(room, false);
  Object.assign(room, { className, style: cssText });
}

// Returns whether there are tables that can be turned: those without cells that span others.
function turn(room, turns) {
  const tables = [...room.querySelectorAll(".dataframe:not(:has([colspan], [rowspan]))")];
  for (const table of tables) {
    table.style.setProperty("--columns", table.rows[0].cells.length);
    table.classList.toggle("turned", turns);
  }
  return tables.length > 0;
}

function isNarrow(room) {
  const claimed = room.parentElement.querySelector("h2, .lines") && room.offsetWidth > room.offsetHeight;
  const shown = [...room.querySelectorAll(":is(table, pre, p, li):not(table *)")];
  return claimed && shown.length && shown.every((part) => part.matches("table") && part.offsetWidth < NARROW_TABLE * room.offsetWidth);
}

function fill(room) {
  const boxes = [room, ...room.querySelectorAll(".scroll, pre")];
  const full = () => boxes.some((box) => box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth);
  const names = [...room.querySelectorAll("th[scope=row]")];
  const heads = [...room.querySelectorAll("table:not(.turned) th[scope=col]")];
  const tall = () => heads.some((head) => rows(head) > MOST_HEADED);
  const words = room.querySelector(".words"); // a slide of another's picture has none
  const sparse = () => words && words.offsetHeight < least * room.clientHeight;
  const set = (name, size) => room.style.setProperty(name, size.toFixed(2)); // twentieths, without the dust of their sums
  const [most, unbroken, named, headed, broken, grown, airiest, least] = ["--most", "--unbroken", "--named", "--headed", "--broken", "--grown", "--airiest", "--least"]
    .map((name) => Number(getComputedStyle(room).getPropertyValue(name)));
  const reset = () => ["--grow", "--air"].forEach((name) => set(name, 1));
  const raise = (name, limit) => {
    for (let size = 1.05; sparse() && size <= limit; size += 0.05) {
      set(name, size);
      if (full()) return set(name, size - 0.05);
    }
  };
  const keep = (...kept) => ["whole", "named"].forEach((name) => room.classList.toggle(name, kept.includes(name)));
  reset();
  // Lines wrap only where type would get small, those of a table's head before the names of its rows.
  const tried = [[["whole", "named"], most, unbroken], [["named"], Math.min(most, headed), named], [[], Math.min(most, broken), SMALLEST]];
  const found = tried.some(([kept, largest, smallest]) => {
    keep(...kept);
    for (let size = largest; size >= smallest; size -= 0.05) {
      set("--fit", size);
      if (!full() && (size <= 1 || !tall())) return true;
    }
    return false;
  });
  // Few words get larger as far as their lines stay whole, then stand further apart; only then their lines break.
  raise("--grow", grown);
  raise("--air", airiest);
  if (sparse()) {
    room.classList.remove("whole", ...(names.some((name) => name.textContent.length > LONG_NAME) ? ["named"] : []));
    reset();
    raise("--grow", grown);
    raise("--air", airiest);
  }
  for (const part of room.querySelectorAll("p, li")) part.classList.toggle("long", rows(part) > MOST_BALANCED);
  return found ? Number(room.style.getPropertyValue("--fit")) : 0;
}

const rows = (part) => part.offsetHeight / parseFloat(getComputedStyle(part).lineHeight);

// Figures --------------------------------------------------------------------------------------------------

async function startFigures(places) {
  const [figures] = await Promise.all([carried("figures") && unpacked("figures").then(JSON.parse), plotlyHere()]);
  const waiting = new Set(places);
  const draw = (place) => {
    seen.unobserve(place);
    if (!waiting.delete(place)) return;
    const own = place.querySelector("script"); // on the site each figure carries itself
    const bundle = sized(own ? JSON.parse(own.textContent) : figures[place.dataset.figure], place);
    place.textContent = "";
    if (bundle.layout?.meta?.opslab) mount(place, bundle, Plotly);
    else drawForeign(place, bundle);
  };
  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => draw(target)),
    { rootMargin: "300px" },
  );
  places.forEach((place) => seen.observe(place));
  // The others when there is time, or without: they are there before someone prints. One that fails stops no other.
  const later = () => (globalThis.requestIdleCallback ?? setTimeout)(next, { timeout: 1000 });
  const next = () => {
    const [place] = waiting;
    if (!place) return;
    later();
    draw(place);
  };
  later();
}

// An exported file carries plotly.js; on the site it lies beside this script.
async function plotlyHere() {
  if (carried("plotly")) return run("plotly");
  const script = create("script", { src: new URL("plotly.min.js", SOURCE).href });
  document.head.append(script);
  return new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
}

// On a slide the figure fills the room; a notebook's own height is for a page. Browsers print each hatched bar as
// a large bitmap, so what is printed is plain.
function sized(bundle, place) {
  if (!place.closest(".stage")) return bundle;
  const { height, ...layout } = bundle.layout ?? {};
  const data = PRINTED ? bundle.data.map(unhatched) : bundle.data;
  return { ...bundle, data, layout: { ...layout, autosize: true } };
}

const unhatched = (trace) => (trace.marker?.pattern ? { ...trace, marker: { ...trace.marker, pattern: {} } } : trace);

// A Plotly figure that was not made by this course keeps all that Plotly itself does with it.
function drawForeign(place, bundle) {
  addStyle(document);
  const group = create("div", { className: "opslab-explore", role: "group", ariaLabel: place.dataset.alt });
  place.append(group);
  Plotly.newPlot(group, { ...bundle, config: { ...bundle.config, responsive: true, displaylogo: false } });
}

const contents = document.querySelector("body > nav > details");
if (contents && matchMedia("(width < 72rem)").matches) contents.open = false; // on a phone the lesson comes first

for (const place of document.querySelectorAll(".opslab-place")) {
  const { form, state } = place.dataset;
  place.dataset.told = place.textContent; // on paper some forms are no more than that
  place.textContent = "";
  FORMS[form](place, JSON.parse(state));
}
if (carried("reveal")) await startSlides();
for (const code of document.querySelectorAll("pre")) code.tabIndex = 0; // so that wide code scrolls by keyboard

const places = [...document.querySelectorAll(".opslab-figure")];
if (places.length) await startFigures(places);
document.documentElement.dataset.opslab = "ready";
