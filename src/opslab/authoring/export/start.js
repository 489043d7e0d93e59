
// Brings an exported file to life: unpacks the scripts it carries, starts the slides, draws the figures.
// It stands behind explore.js and the forms' scripts in one function, so `mount` and `FORMS` are here.

const SOURCE = document.currentScript.src; // known only until the first wait

const carried = (name) => document.getElementById(`opslab-${name}`);

async function unpacked(name) {
  const bytes = Uint8Array.from(atob(carried(name).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function run(name) {
  document.head.append(create("script", { textContent: await unpacked(name) }));
}

// Slides ---------------------------------------------------------------------------------------------------

const PRINTED = location.search.includes("print-pdf");
const SMALLEST = 0.6; // of the type's size: words fill their slide, and get smaller where they need more room

async function startSlides() {
  await run("reveal");
  await run("notes");
  const deck = new Reveal(document.querySelector(".reveal"), {
    width: 1280, height: 720, margin: 0.02, center: false, hash: true, slideNumber: "c/t", transition: "none",
    navigationMode: "linear", scrollActivationWidth: 0, pdfSeparateFragments: false, plugins: [RevealNotes],
    keyboardCondition: ({ target, key }) => !target.matches(key === " " ? "summary, select, input, button" : "select, input"),
  });
  deck.on("slidechanged", ({ currentSlide }) => fit(currentSlide));
  deck.on("ready", () => fit(deck.getCurrentSlide()));
  deck.on("pdf-ready", () => deck.getSlides().forEach(fit));
  await deck.initialize();
  globalThis.opslabDeck = deck;
}

function fit(slide) {
  const room = slide?.querySelector(".room");
  if (!room || room.matches(".pictured")) return;
  const boxes = [room, ...room.querySelectorAll(".scroll, pre")];
  const full = () => boxes.some((box) => box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth);
  const words = room.querySelector(".words"); // a slide of another's picture has none
  const sparse = () => words && words.offsetHeight < least * room.clientHeight;
  const set = (name, size) => room.style.setProperty(name, size.toFixed(2)); // twentieths, without the dust of their sums
  const [most, unbroken, broken, grown, airiest, least] = ["--most", "--unbroken", "--broken", "--grown", "--airiest", "--least"]
    .map((name) => Number(getComputedStyle(room).getPropertyValue(name)));
  const reset = () => ["--grow", "--air"].forEach((name) => set(name, 1));
  const raise = (name, limit) => {
    for (let size = 1.05; sparse() && size <= limit; size += 0.05) {
      set(name, size);
      if (full()) return set(name, size - 0.05);
    }
  };
  reset();
  // Lines wrap only where type would get small.
  const tried = [[true, most, unbroken], [false, Math.min(most, broken), SMALLEST]];
  tried.some(([whole, largest, smallest]) => {
    room.classList.toggle("whole", whole);
    for (let size = largest; size >= smallest; size -= 0.05) {
      set("--fit", size);
      if (!full()) return true;
    }
  });
  // Few words get larger as far as their lines stay whole, then stand further apart; only then their lines break.
  raise("--grow", grown);
  raise("--air", airiest);
  if (!sparse()) return;
  room.classList.remove("whole");
  reset();
  raise("--grow", grown);
}

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
