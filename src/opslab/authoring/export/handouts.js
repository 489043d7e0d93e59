// Run in an exported page before it is printed: figures become pictures, answers go to the end, code stays folded.
async ({ shownAt, answers, answer, height }) => {
  const main = document.querySelector("main");
  const heading = Object.assign(document.createElement("h2"), { textContent: answers });
  const list = document.createElement("ol");
  for (const details of main.querySelectorAll("details:not(.folded)")) {
    if (details.dataset.result !== undefined) { // a picture or a table that was folded stands where it was
      details.replaceWith(...[...details.childNodes].slice(1));
      continue;
    }
    const item = document.createElement("li");
    details.querySelector("summary").remove();
    item.append(...details.childNodes);
    list.append(item);
    details.replaceWith(Object.assign(document.createElement("p"), { textContent: `${answer} ${list.children.length}` }));
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
    const name = layout.yaxis?.title?.text ?? "";
    const middle = name.indexOf(" ", name.length / 2 - 4);
    if (name.length < 30 || middle < 0) return layout;
    const text = `${name.slice(0, middle)}<br>${name.slice(middle + 1)}`;
    return { ...layout, yaxis: { ...layout.yaxis, title: { ...layout.yaxis.title, text } } };
  };
  for (const place of places) {
    const plot = place.querySelector(".js-plotly-plot");
    const size = plot.getBoundingClientRect();
    const tall = plot.data.some((trace) => trace.type === "heatmap") ? 1.4 * height : height;
    const image = document.createElement("img");
    image.src = await Plotly.toImage(
      { data: plot.data.map(plain), layout: named(plot.layout) },
      { format: "svg", width: size.width, height: Math.min(size.height, tall) },
    );
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
