// Run in an exported page before it is printed: figures become pictures, answers go to the end, code stays folded.
async ({ shownAt, answers, answer, think, extra, onScreen, height }) => {
  const main = document.querySelector("main");
  const heading = Object.assign(document.createElement("h2"), { textContent: answers });
  const list = document.createElement("ol");
  // A form that can be read shows what it says; one that is only worked says what it is for.
  for (const place of main.querySelectorAll(".opslab-place")) {
    place.querySelector("[data-view=titles]")?.click();
    const told = place.dataset.told.replace(/^\[\w+\] /, "");
    if (place.querySelector("details")) place.replaceWith(Object.assign(document.createElement("p"), { textContent: `${onScreen} ${told}` }));
  }
  let section;
  for (const details of main.querySelectorAll("h2, details:not(.folded)")) {
    if (details.matches("h2")) {
      section = details.textContent;
      continue;
    }
    if (details.dataset.result !== undefined) { // a picture or a table that was folded stands where it was
      details.replaceWith(...[...details.childNodes].slice(1));
      continue;
    }
    const summary = details.querySelector("summary");
    const subject = summary.textContent.startsWith(think) ? "" : summary.textContent.trim();
    summary.remove();
    const name = Object.assign(document.createElement("p"), { className: "subject", textContent: subject });
    if (subject && section === extra) { // no answer, but a text of its own
      details.replaceWith(name, ...details.childNodes);
      continue;
    }
    const item = document.createElement("li");
    item.append(...(subject ? [name] : []), ...details.childNodes);
    list.append(item);
    details.replaceWith(Object.assign(document.createElement("p"), { className: "think", textContent: `${answer} ${list.children.length}` }));
  }
  const end = Object.assign(document.createElement("section"), { className: "answers" });
  end.append(heading, list);
  if (list.children.length) main.append(end);

  const drawn = (place) => place.querySelector(".js-plotly-plot .main-svg");
  const places = [...document.querySelectorAll(".opslab-figure")];
  while (!places.every(drawn)) await new Promise((resolve) => setTimeout(resolve, 50));

  // Browsers print each hatched bar as a large bitmap, so what is printed is plain.
  const plain = (trace) => (trace.marker?.pattern ? { ...trace, marker: { ...trace.marker, pattern: {} } } : trace);
  // A low picture has room for a short name at its side: a long one gets two lines.
  const named = (layout) => {
    const name = (layout.yaxis?.title?.text ?? "").replace(/<br>/g, " ");
    const middle = name.indexOf(" ", name.length / 2 - 4);
    if (name.length < 22 || middle < 0) return layout;
    const text = `${name.slice(0, middle)}<br>${name.slice(middle + 1)}`;
    return { ...layout, yaxis: { ...layout.yaxis, title: { ...layout.yaxis.title, text } } };
  };
  // A picture is as low as its words allow: where one would touch another or its dot, it gets more height.
  const touch = (one, other) => one.left < other.right && other.left < one.right && one.top + 2 < other.bottom && other.top + 2 < one.bottom;
  const collides = (svg) => {
    const holder = Object.assign(document.createElement("div"), { innerHTML: decodeURIComponent(svg.slice(svg.indexOf(",") + 1)) });
    main.append(holder);
    const all = (selector) => [...holder.querySelectorAll(selector)];
    const words = (selector) => all(selector).flatMap((text) => (text.children.length ? [...text.children] : [text]))
      .filter((row) => row.textContent.trim()).map((row) => row.getBoundingClientRect());
    const names = words(".textpoint text");
    const boxes = [...names, ...words(".ytick text, .annotation-text")];
    const dots = all(".trace.scatter:has(.textpoint) .points path").map((dot) => dot.getBoundingClientRect());
    holder.remove();
    return boxes.some((one, i) => boxes.slice(i + 1).some((other) => touch(one, other)))
      || names.some((name) => dots.some((dot) => touch(name, dot)));
  };
  for (const place of places) {
    const plot = place.querySelector(".js-plotly-plot");
    const size = plot.getBoundingClientRect();
    const heights = plot.data.some((trace) => trace.type === "heatmap") ? [1.4] : [1, 1.2, 1.4];
    const image = document.createElement("img");
    for (const times of heights) {
      image.src = await Plotly.toImage(
        { data: plot.data.map(plain), layout: named(plot.layout) },
        { format: "svg", width: size.width, height: Math.min(size.height, times * height) },
      );
      if (!collides(image.src)) break;
    }
    image.alt = place.firstElementChild.ariaLabel;
    const figure = document.createElement("figure");
    const title = place.querySelector(".opslab-title:not([hidden]) > span");
    if (title) figure.append(Object.assign(document.createElement("strong"), { textContent: title.textContent }));
    figure.append(image);
    const values = [...place.querySelectorAll(".opslab-control")].map((control) => {
      const name = control.querySelector(".opslab-name").textContent;
      const value = control.querySelector(".opslab-value")?.textContent;
      return `${name}: ${value ?? control.querySelector("select").selectedOptions[0].text}`;
    });
    if (values.length) {
      const caption = document.createElement("figcaption");
      caption.textContent = `${shownAt} ${values.join(" · ")}`;
      figure.append(caption);
    }
    place.replaceChildren(figure);
  }
  await Promise.all([...document.images].map((image) => image.decode()));
}
