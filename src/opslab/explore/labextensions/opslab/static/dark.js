// Pictures on a dark ground, and letters on a white one.

// What figures are drawn with on a white ground, and what stands for it on a dark one.
const DARK = {
  white: "rgba(0,0,0,0)", "#1F2933": "#e6edf3", "#52606D": "#a9b4c0", "#E4E7EB": "#30363d", "#000000": "#e6edf3",
  "#0072B2": "#4696f5", "#D55E00": "#ec6f3c", "#009E73": "#30d292", "#CC79A7": "#dc98bd",
  "#E69F00": "#f3a826", "#56B4E9": "#9bc8fa", "#F0E442": "#f7e03a", // as far apart as on white
  "#FFFFFF": "#161b22", "#CFE3F1": "#1d3b53", "#8FBEDD": "#2b6a99", "#3D8DC0": "#70bdf0", "#004B76": "#cfe8fa",
  "#F2B695": "#8a4a22",
};
const CLEARER = 1.8; // what is pale on white would be lost on a dark ground
// What letters are drawn with on a white ground, where lines have the paler one.
const LETTERS = { "#D55E00": "#B84600", "#009E73": "#007A57", "#CC79A7": "#A34A7A", "#E69F00": "#8F6300" };

// The ground that the picture stands on: JupyterLab's theme, the site's, the system's all show there.
export function isDark(element) {
  for (let node = element; node; node = node.parentElement) {
    const [red, green, blue, opacity = 1] = getComputedStyle(node).backgroundColor.match(/[\d.]+/g).map(Number);
    if (opacity) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return false;
}

export function onTheme(call) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const watch = new MutationObserver(call);
  for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
  system.addEventListener("change", call);
  return () => {
    watch.disconnect();
    system.removeEventListener("change", call);
  };
}

const RGBA = /^rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)$/;
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const inDark = new Map(Object.entries(DARK).map(([colour, dark]) => [channels(colour).join(), dark]));

export function recoloured(value) {
  if (typeof value === "string") {
    const [, red, green, blue, opacity] = RGBA.exec(value) ?? [];
    const dark = inDark.get([red, green, blue].join());
    return dark?.startsWith("#") ? `rgba(${channels(dark)},${Math.min(1, CLEARER * opacity)})` : (DARK[value] ?? value);
  }
  if (Array.isArray(value)) return value.map(recoloured);
  if (!value || typeof value !== "object" || ArrayBuffer.isView(value) || "bdata" in value) return value;
  // A hatching is drawn in the colour of the ground; where that is the picture's own ground, nothing is drawn.
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === "fgcolor" && one === "white" ? DARK["#FFFFFF"] : recoloured(one)]));
}

export function lettered({ data, layout }) {
  const dark = ({ textfont }) => LETTERS[textfont?.color];
  return { data: data.map((trace) => (dark(trace) ? { ...trace, textfont: { ...trace.textfont, color: dark(trace) } } : trace)), layout };
}
