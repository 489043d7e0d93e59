// Run in a hand-out that is about to be printed, in print's own style: what is too large for its page gets smaller.
// Columns as large as a page break where pages will.
({ width, height, least }) => {
  const main = document.querySelector("main");
  Object.assign(main.style, { width, height, columnWidth: width, columnGap: 0, columnFill: "auto" });

  for (const frame of main.querySelectorAll(".scroll")) {
    const table = frame.firstElementChild;
    const share = frame.clientWidth / table.scrollWidth;
    if (share < 1) table.style.fontSize = `${98 * share}%`;
  }

  // A picture that would leave a hole on the page before gets the height that is left there, if that is enough for it.
  const { bottom, width: page } = main.getBoundingClientRect();
  const before = document.createRange();
  before.setStart(main, 0);
  for (const figure of main.querySelectorAll("figure")) {
    const box = figure.getBoundingClientRect();
    before.setEndBefore(figure);
    const above = [...before.getClientRects()].filter((rect) => rect.height && rect.left > box.left - page - 1);
    if (!above.length || above.some((rect) => rect.left > box.left - 1)) continue;
    const image = figure.querySelector("img");
    const margin = parseFloat(getComputedStyle(figure.parentElement).marginTop);
    const room = bottom - Math.max(...above.map((rect) => rect.bottom)) - margin - (box.height - image.height) - 2;
    if (room >= least * image.height) image.style.width = `${(100 * room) / image.height}%`;
  }
  main.removeAttribute("style");
}
