// The SCQA desk: four boxes that grow with what is typed, an order, the brief as it will be said, and what the coach finds.

const WORDS = { order: "Order", brief: "Your brief", copy: "Copy the brief", copied: "Copied.", again: "Start again", length: (words) => `${words} words: about ${Math.round((60 * words) / 130)} seconds aloud.` };
const REST = 200; // ms without a key until the coach is asked

function render({ model, el }) {
  const form = create("div", { className: "opslab-desk" });
  const boxes = Object.keys(model.get("asks")).map((part) => {
    const box = create("textarea", { rows: 2, placeholder: model.get("asks")[part], value: model.get("brief")[part] });
    box.dataset.part = part;
    box.addEventListener("input", () => { grow(box); ask(); });
    form.append(labelled(part.charAt(0).toUpperCase() + part.slice(1), box));
    return box;
  });
  const order = create("select");
  for (const [name, label] of Object.entries(model.get("orders"))) order.append(create("option", { value: name, textContent: label }));
  order.value = model.get("order");
  order.addEventListener("change", () => ask());

  const shown = create("div", { className: "opslab-desk-brief" });
  const told = create("p", { className: "opslab-desk-told", role: "status" });
  const found = create("div", { className: "opslab-desk-found" });
  const copy = create("button", { type: "button", textContent: WORDS.copy });
  const again = create("button", { type: "button", textContent: WORDS.again });
  const length = create("span");
  const copied = create("span", { role: "status" });
  const row = create("div", { className: "opslab-desk-row" });
  row.append(copy, again, length, copied);
  form.append(labelled(WORDS.order, order), create("p", { className: "opslab-desk-head", textContent: WORDS.brief }), shown, row, told, found);
  for (const control of [...boxes, order, copy, again]) control.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys

  copy.addEventListener("click", async () => {
    await toClipboard(shown);
    copied.textContent = WORDS.copied;
  });
  again.addEventListener("click", () => {
    for (const box of boxes) box.value = model.get("given")[box.dataset.part];
    boxes.forEach(grow);
    ask();
  });

  let asking;
  function ask() {
    clearTimeout(asking);
    copied.textContent = "";
    asking = setTimeout(send, REST);
  }
  function send() {
    model.set("brief", Object.fromEntries(boxes.map((box) => [box.dataset.part, box.value])));
    model.set("order", order.value);
    model.save_changes();
  }
  function answer() {
    const said = model.get("answer");
    shown.innerHTML = said.shown;
    found.innerHTML = said.found;
    length.textContent = WORDS.length((shown.textContent.match(/[\p{L}\p{N}]+(?:['’.,][\p{L}\p{N}]+)*/gu) || []).length);
    if (told.textContent !== said.told) told.textContent = said.told;
  }
  model.on("change:answer", answer);
  answer();
  el.append(form);

  let width = 0;
  const observer = new ResizeObserver(() => {
    if (form.clientWidth === width) return;
    width = form.clientWidth;
    boxes.forEach(grow);
  });
  observer.observe(form);
  return () => {
    clearTimeout(asking);
    observer.disconnect();
    model.off("change:answer", answer);
  };
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}

// Where a page may not write to the clipboard, the brief is at least selected.
async function toClipboard(element) {
  getSelection().selectAllChildren(element);
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    document.execCommand("copy");
  }
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
