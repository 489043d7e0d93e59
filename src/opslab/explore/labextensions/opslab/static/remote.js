// JupyterLab's renderer for explorables, written as the federated module that JupyterLab loads at its start
// (what a bundler would produce; there is nothing to bundle). It draws from the output that the notebook stores,
// so that an explorable works before a kernel has run anything.
(() => {
  const MARKER = "application/vnd.opslab.explorable+json";
  const PLOTLY = "application/vnd.plotly.v1+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const RANK = -20; // before the widget's own view (-10), which shows an error where no kernel runs

  const explore = new URL("explore.js", document.currentScript.src).href;
  let shared;

  async function load() {
    const [{ mount, plotly, liveUnder, LIVE_EVENT }, { Widget }] = await Promise.all([
      import(explore),
      Object.values(shared["@lumino/widgets"])[0].get().then((factory) => factory()),
    ]);

    class Explorable extends Widget {
      async renderModel({ data }) {
        const key = data[VIEW]?.model_id;
        const Plotly = await plotly().catch(() => null);
        if (this.isDisposed) return;
        if (!Plotly) {
          this.node.textContent = data["text/plain"];
          return;
        }
        const draw = () => {
          this.unmount?.();
          this.unmount = mount(this.node, data[PLOTLY], Plotly, liveUnder(key));
        };
        document.removeEventListener(LIVE_EVENT, this.onLive);
        this.onLive = ({ detail }) => detail === key && draw();
        document.addEventListener(LIVE_EVENT, this.onLive);
        draw();
      }

      dispose() {
        document.removeEventListener(LIVE_EVENT, this.onLive);
        this.unmount?.();
        super.dispose();
      }
    }

    const rendererFactory = { safe: true, mimeTypes: [MARKER], createRenderer: () => new Explorable() };
    // plotly.js is megabytes: it is read while nobody waits for a picture.
    (globalThis.requestIdleCallback ?? setTimeout)(() => plotly().catch(() => {}));
    const extension = { id: "opslab:explorable", rendererFactory, rank: RANK, dataType: "json" };
    return () => ({ __esModule: true, default: [extension] });
  }

  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB.opslab = { init: (scope) => { shared = scope; }, get: load };
})();
