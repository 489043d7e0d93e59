// Run in an exported page before it is printed: figures become pictures, answers are open, code stays folded.
async (shownAt) => {
  for (const details of document.querySelectorAll("main details:not(.folded)")) details.open = true;
  const drawn = (place) => place.querySelector(".js-plotly-plot .main-svg");
  const places = [...document.querySelectorAll(".opslab-figure")];
  while (!places.every(drawn)) await new Promise((resolve) => setTimeout(resolve, 50));

  for (const place of places) {
    const plot = place.querySelector(".js-plotly-plot");
    const { width, height } = plot.getBoundingClientRect();
    const image = document.createElement("img");
    image.src = await Plotly.toImage(plot, { format: "svg", width, height });
    image.alt = place.firstElementChild.ariaLabel;
    const figure = document.createElement("figure");
    const title = place.querySelector(".opslab-title:not([hidden]) > span")?.cloneNode(true);
    figure.append(...(title ? [title] : []), image);
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
