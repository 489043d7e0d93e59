// JupyterLab's renderer for the replies of `check`, written as the federated module that JupyterLab loads at its
// start. It shows the reply that the notebook stores, and its buttons while the kernel that gave it runs.
(() => {
  const MARKER = "application/vnd.opslab.reply+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const RANK = -20; // before the widget's own view (-10), which shows an error where no kernel runs

  const reply = new URL("reply.js", document.currentScript.src).href;
  let shared;

  async function load() {
    const [{ mount, modelUnder, LIVE_EVENT }, { Widget }] = await Promise.all([
      import(reply),
      Object.values(shared["@lumino/widgets"])[0].get().then((factory) => factory()),
    ]);

    class Reply extends Widget {
      constructor({ sanitizer }) {
        super();
        this.sanitizer = sanitizer;
      }

      async renderModel({ data }) {
        const key = data[VIEW]?.model_id;
        const html = this.sanitizer.sanitize(data["text/html"]); // whoever wrote the notebook, no script runs
        const draw = () => {
          this.unmount?.();
          this.unmount = mount(this.node, html, modelUnder(key));
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

    const rendererFactory = { safe: true, mimeTypes: [MARKER], createRenderer: (options) => new Reply(options) };
    const extension = { id: "opslab-check:reply", rendererFactory, rank: RANK, dataType: "json" };
    return () => ({ __esModule: true, default: [extension] });
  }

  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB["opslab-check"] = { init: (scope) => { shared = scope; }, get: load };
})();
