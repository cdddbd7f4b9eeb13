import { CLIENT_TOOLS } from "./client-tools.js";
import { CLIENT_ZOOM } from "./client-zoom.js";
import { LIGHT } from "./theme.js";

/**
 * The report's own script. Plots are drawn when they come near the window, the rest when the browser is idle, so that
 * paper holds them all. Panels take the room that the page has for them.
 */
export const CLIENT = `
"use strict";
(() => {
  const LIGHT = ${JSON.stringify(LIGHT)};
  const { config, plots: list } = JSON.parse(document.getElementById("plots").textContent);
  const elements = [...document.querySelectorAll(".plot")];
  const plots = new Map(list.map((plot) => [plot.id, { ...plot, scale: "linear", turn: 0 }]));
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
  const press = (button, on) => button.setAttribute("aria-pressed", String(on));

  const rowsOf = (table) => {
    const names = Object.keys(table);
    return table[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, table[name][i]])));
  };
  const fitted = (spec, { side, right = 0, least, most, aspect }, room) => {
    const panels = spec.vconcat ?? spec.concat;
    const fit = Math.floor((room - right + (spec.spacing ?? 0)) / (least + side + (spec.spacing ?? 0)));
    const columns = spec.vconcat ? 1 : Math.max(1, Math.min(panels.length, fit));
    const width = (room - right - (columns - 1) * (spec.spacing ?? 0)) / columns - side;
    for (const panel of panels) {
      panel.width = Math.floor(Math.max(120, Math.min(most, width)));
      if (aspect) panel.height = Math.round(panel.width * aspect);
    }
    if (spec.concat) {
      spec.columns = columns;
      for (const param of spec.params ?? []) if (param.name === "stands") param.value = columns === 1;
    }
    return spec;
  };
  const draw = async (element) => {
    const plot = plots.get(element.id);
    const turn = ++plot.turn;
    plot.room = element.clientWidth;
    const spec = fitted(structuredClone(plot.specs[plot.scale] ?? plot.specs.linear), plot.fit, plot.room);
    spec.config = config;
    spec.data.values = rowsOf(plot.table);
    for (const param of spec.params ?? []) if (plot.reach?.[param.name] !== undefined) param.value = plot.reach[param.name];
    // A plot that is drawn again must not let the page jump.
    element.style.minHeight = element.offsetHeight + "px";
    plot.result?.finalize();
    plot.result = undefined;
    try {
      const result = await vegaEmbed(element, spec, { mode: "vega-lite", actions: false, renderer: "svg", ast: false });
      if (turn === plot.turn) plot.result = result;
      else result.finalize();
    } catch (error) {
      element.textContent = "This plot could not be drawn: " + error.message;
    }
    element.style.minHeight = "0";
  };

  const waiting = new Set(elements);
  const drawOnce = (element) => {
    if (!waiting.delete(element)) return;
    observer.unobserve(element);
    return draw(element);
  };
  const observer = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => drawOnce(e.target)),
    { rootMargin: "600px" },
  );
  waiting.forEach((element) => observer.observe(element));
  const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 50));
  const drawRest = async () => {
    const [next] = waiting;
    if (next === undefined) {
      document.documentElement.dataset.drawn = "all";
      return;
    }
    await drawOnce(next);
    idle(drawRest);
  };
  idle(drawRest);

  // Plots that a narrow window drew over its whole width would have letters too small to read on paper.
  const PAPER_WIDTH = 1080;
  const SHARES = { third: 1 / 3, half: 1 / 2 };
  const resized = (onPaper) => {
    for (const element of elements) {
      const { result, room, fit, specs } = plots.get(element.id);
      const { classList } = element.closest(".card");
      const share = Object.entries(SHARES).find(([name]) => classList.contains(name))?.[1];
      if (!result || !share || !specs.linear.vconcat || room < 1.15 * share * PAPER_WIDTH) continue;
      const [panel] = fitted(structuredClone(specs.linear), fit, onPaper ? share * PAPER_WIDTH : room).vconcat;
      result.view.width(panel.width);
      if (fit.aspect) result.view.signal("childHeight", panel.height);
      result.view.run();
    }
  };
  window.addEventListener("beforeprint", () => {
    [...waiting].forEach(drawOnce);
    resized(true);
  });
  window.addEventListener("afterprint", () => resized(false));

  // Paper scales what the window shows; only windows of another width are drawn for.
  let settled;
  window.addEventListener("resize", () => {
    clearTimeout(settled);
    settled = setTimeout(() => {
      if (matchMedia("print").matches) return;
      for (const element of elements) {
        const { room } = plots.get(element.id);
        if (room !== undefined && Math.abs(element.clientWidth - room) > 8) draw(element);
      }
    }, 200);
  });
${CLIENT_ZOOM}
${CLIENT_TOOLS}
})();
`;
