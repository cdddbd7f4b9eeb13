/** The page's buttons: scales, sorting, colours, downloads (always in light colours, for talks), and the contents. */
export const CLIENT_TOOLS = `
  // Marks the section being read in the contents.
  const links = new Map(all("nav a").map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const reading = new IntersectionObserver(
    (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => {
      links.forEach((link, id) => (id === e.target.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    }),
    { rootMargin: "-20% 0px -75% 0px" },
  );
  all("section").forEach((section) => reading.observe(section));

  const setScale = (button, scale) => {
    const element = document.getElementById(button.dataset.scale);
    press(button, scale === "log");
    plots.get(element.id).scale = scale;
    if (!waiting.has(element)) draw(element);
  };
  const toggles = all("button[data-scale]");
  for (const button of toggles) {
    button.addEventListener("click", () => setScale(button, isPressed(button) ? "linear" : "log"));
  }
  const everywhere = document.getElementById("log-all");
  everywhere.addEventListener("click", () => {
    press(everywhere, !isPressed(everywhere));
    toggles.forEach((button) => setScale(button, isPressed(everywhere) ? "log" : "linear"));
  });

  // The choice lasts as long as the page: a file has no storage of its own.
  const choices = all("button[data-choose]");
  for (const button of choices) {
    button.addEventListener("click", () => {
      document.documentElement.dataset.theme = button.dataset.choose;
      choices.forEach((other) => press(other, other === button));
    });
  }

  const valueOf = (row, column) => {
    const cell = row.children[column];
    return cell.dataset.value ?? cell.textContent;
  };
  // Cells without a value stay last, whichever way the others go.
  const compared = (a, b, sign) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const [x, y] = [Number(a), Number(b)];
    return sign * (Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y);
  };
  for (const button of all("button.sort")) {
    const head = button.closest("th");
    const table = head.closest("table");
    const column = head.cellIndex;
    button.addEventListener("click", () => {
      const rows = [...table.tBodies[0].rows];
      const first = Number.isNaN(Number(valueOf(rows[0], column) || 0)) ? "ascending" : "descending";
      const second = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      for (const other of table.tHead.rows[0].cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      rows.sort((a, b) => compared(valueOf(a, column), valueOf(b, column), sign));
      table.tBodies[0].append(...rows);
    });
  }

  const save = (url, name) => {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  };
  const svgText = (element) => {
    const svg = element.querySelector("svg").cloneNode(true);
    svg.setAttribute("style", "background:" + LIGHT["--paper"]);
    return new XMLSerializer().serializeToString(svg).replace(/var\\((--[a-z0-9-]+)\\)/g, (_, name) => LIGHT[name]);
  };
  for (const button of all("button[data-save]")) {
    button.addEventListener("click", async () => {
      const element = document.getElementById(button.dataset.save);
      await drawOnce(element);
      save(URL.createObjectURL(new Blob([svgText(element)], { type: "image/svg+xml" })), element.id.replaceAll(":", "-") + ".svg");
    });
  }`;
