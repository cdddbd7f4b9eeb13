/**
 * Zooming: while a plot's button is pressed, dragging moves, the wheel zooms about the pointer, and a double click resets;
 * the keyboard does the same from the button. All panels of a plot share the parameters x0 and x1. Unless the button is
 * pressed the wheel scrolls the page.
 */
export const CLIENT_ZOOM = `
  const homeOf = (plot) => Object.fromEntries(plot.specs.linear.params.map(({ name, value }) => [name, value]));
  const setReach = (plot, reach) => {
    plot.reach = reach;
    const view = plot.result?.view;
    if (!view) return;
    for (const [name, value] of Object.entries(reach)) view.signal(name, value);
    view.runAsync();
  };
  // Zooms an axis about a fraction of its length and moves it, inside of where it was at first.
  const changed = (plot, axis, factor, at, shift) => {
    const home = homeOf(plot);
    const [start, end] = [home[axis + "0"], home[axis + "1"]];
    const reach = plot.reach ?? home;
    const [low, high] = [reach[axis + "0"], reach[axis + "1"]];
    const width = Math.max((end - start) * 1e-3, Math.min(end - start, (high - low) * factor));
    const wanted = low + at * (high - low - width) + shift * (high - low);
    const from = Math.max(start, Math.min(end - width, wanted));
    return { [axis + "0"]: from, [axis + "1"]: from + width };
  };
  const zoomBy = (plot, factor, x = 0.5, y = 0.5, dx = 0, dy = 0) => setReach(plot, {
    ...changed(plot, "x", factor, x, dx),
    ...("y0" in homeOf(plot) && changed(plot, "y", factor, y, dy)),
  });
  // The frame of the panel under the pointer: the smallest background that holds it.
  const frameAt = (element, { clientX: x, clientY: y }) => [...element.querySelectorAll("path.background")]
    .map((path) => path.getBoundingClientRect())
    .filter((r) => r.width > 0 && x >= r.left && x <= r.right && y >= r.top && y <= r.bottom)
    .sort((a, b) => a.width * a.height - b.width * b.height)[0];
  const zooms = new Map();
  const startZoom = (element) => {
    const plot = plots.get(element.id);
    let drag;
    const handlers = {
      wheel: (event) => {
        const frame = frameAt(element, event);
        if (!frame) return;
        event.preventDefault();
        const delta = event.deltaY * (event.deltaMode === 1 ? 30 : 1);
        zoomBy(plot, Math.exp(Math.max(-1, Math.min(1, delta * 0.002))),
          (event.clientX - frame.left) / frame.width, (frame.bottom - event.clientY) / frame.height);
      },
      pointerdown: (event) => {
        const frame = event.button === 0 && frameAt(element, event);
        if (!frame) return;
        drag = { frame, x: event.clientX, y: event.clientY };
        element.setPointerCapture(event.pointerId);
      },
      pointermove: (event) => {
        if (!drag) return;
        const dx = (drag.x - event.clientX) / drag.frame.width;
        const dy = (event.clientY - drag.y) / drag.frame.height;
        drag = { ...drag, x: event.clientX, y: event.clientY };
        zoomBy(plot, 1, 0.5, 0.5, dx, dy);
      },
      pointerup: () => { drag = undefined; },
      pointercancel: () => { drag = undefined; },
      dblclick: () => setReach(plot, homeOf(plot)),
    };
    for (const [name, handler] of Object.entries(handlers)) element.addEventListener(name, handler, { passive: false });
    element.classList.add("zooming");
    zooms.set(element, handlers);
  };
  const endZoom = (element) => {
    for (const [name, handler] of Object.entries(zooms.get(element))) element.removeEventListener(name, handler);
    element.classList.remove("zooming");
    zooms.delete(element);
    setReach(plots.get(element.id), homeOf(plots.get(element.id)));
  };
  const KEYS = {
    "+": (plot) => zoomBy(plot, 0.8),
    "=": (plot) => zoomBy(plot, 0.8),
    "-": (plot) => zoomBy(plot, 1.25),
    ArrowLeft: (plot) => zoomBy(plot, 1, 0.5, 0.5, -0.1),
    ArrowRight: (plot) => zoomBy(plot, 1, 0.5, 0.5, 0.1),
    ArrowUp: (plot) => zoomBy(plot, 1, 0.5, 0.5, 0, 0.1),
    ArrowDown: (plot) => zoomBy(plot, 1, 0.5, 0.5, 0, -0.1),
    Escape: (plot) => setReach(plot, homeOf(plot)),
  };
  for (const button of all("button[data-zoom]")) {
    const element = document.getElementById(button.dataset.zoom);
    button.addEventListener("click", () => {
      press(button, !isPressed(button));
      if (isPressed(button)) startZoom(element);
      else endZoom(element);
    });
    button.addEventListener("keydown", (event) => {
      const act = KEYS[event.key];
      if (!act || !isPressed(button) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act(plots.get(element.id));
    });
  }`;
