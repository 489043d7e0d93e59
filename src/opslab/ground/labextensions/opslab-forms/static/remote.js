// JupyterLab's renderer for forms, written as the federated module that JupyterLab loads at its start. It shows the
// form from the state that the notebook stores, so that it works before a kernel has run anything.
(() => {
  const MARKER = "application/vnd.opslab.form+json";
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const RANK = -20; // before the widget's own view (-10), which shows an error where no kernel runs

  const here = document.currentScript.src;
  let shared;

  async function load() {
    const [{ modelUnder, LIVE_EVENT }, mail, pyramid, filing, { Widget }] = await Promise.all([
      import(new URL("forms.js", here).href),
      import(new URL("mail.js", here).href),
      import(new URL("pyramid.js", here).href),
      import(new URL("filing.js", here).href),
      Object.values(shared["@lumino/widgets"])[0].get().then((factory) => factory()),
    ]);
    const forms = { mail, pyramid, filing };

    class Form extends Widget {
      async renderModel({ data }) {
        const key = data[VIEW]?.model_id;
        const { form, state } = data[MARKER];
        const draw = () => {
          this.unmount?.();
          this.unmount = forms[form].mount(this.node, state, modelUnder(key));
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

    const rendererFactory = { safe: true, mimeTypes: [MARKER], createRenderer: () => new Form() };
    const extension = { id: "opslab-forms:form", rendererFactory, rank: RANK, dataType: "json" };
    return () => ({ __esModule: true, default: [extension] });
  }

  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB["opslab-forms"] = { init: (scope) => { shared = scope; }, get: load };
})();
