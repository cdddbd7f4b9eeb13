import { LIGHT } from "./theme.js";

/**
 * The report's own script. Plots are drawn when they come near the window, the rest when the browser is idle, so that
 * paper holds them all. Downloads are always in light colours, for talks.
 */
export const CLIENT = `
"use strict";
(() => {
  const LIGHT = ${JSON.stringify(LIGHT)};
  const plots = new Map(JSON.parse(document.getElementById("plots").textContent).map((p) => [p.id, p]));
  const scales = new Map();
  const rowsOf = (table) => {
    const names = Object.keys(table);
    return table[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, table[name][i]])));
  };
  const draw = (element) => {
    const plot = plots.get(element.id);
    const spec = structuredClone(plot.specs[scales.get(element.id) ?? "linear"]);
    spec.data.values = rowsOf(plot.table);
    return vegaEmbed(element, spec, { actions: false, renderer: "svg", ast: false }).catch((error) => {
      element.textContent = "This plot could not be drawn: " + error.message;
    });
  };
  const waiting = new Set(document.querySelectorAll(".plot"));
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

  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((element) => { element.open = true; });
    [...waiting].forEach(drawOnce);
  });

  // Marks the section being read in the contents.
  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const reading = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => {
      links.forEach((link, id) => (id === e.target.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    }),
    { rootMargin: "-20% 0px -75% 0px" },
  );
  document.querySelectorAll("section").forEach((section) => reading.observe(section));

  const setScale = (button, scale) => {
    const element = document.getElementById(button.dataset.scale);
    button.setAttribute("aria-pressed", String(scale === "log"));
    scales.set(element.id, scale);
    if (!waiting.has(element)) draw(element);
  };
  const toggles = [...document.querySelectorAll("button[data-scale]")];
  const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
  for (const button of toggles) {
    button.addEventListener("click", () => setScale(button, isPressed(button) ? "linear" : "log"));
  }
  const all = document.getElementById("log-all");
  all?.addEventListener("click", () => {
    const scale = isPressed(all) ? "linear" : "log";
    all.setAttribute("aria-pressed", String(scale === "log"));
    toggles.forEach((button) => setScale(button, scale));
  });

  const save = (url, name) => {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  };
  const svgText = (element) => {
    const svg = element.querySelector("svg").cloneNode(true);
    svg.setAttribute("style", "background:" + LIGHT["--paper"]);
    return new XMLSerializer().serializeToString(svg).replace(/var\\((--[a-z-]+)\\)/g, (_, name) => LIGHT[name]);
  };
  for (const button of document.querySelectorAll("button[data-save]")) {
    button.addEventListener("click", async () => {
      const element = document.getElementById(button.dataset.save);
      await drawOnce(element);
      save(URL.createObjectURL(new Blob([svgText(element)], { type: "image/svg+xml" })), element.id.replaceAll(":", "-") + ".svg");
    });
  }
})();
`;
