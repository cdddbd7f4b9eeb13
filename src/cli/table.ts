/** Lays out rows in columns; numbers (columns named in `right`) are set to the right. */
export function layOut(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): string {
  const all = [header, ...rows];
  const widths = header.map((_, c) => Math.max(...all.map((row) => [...(row[c] ?? "")].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, c) => {
        const gap = " ".repeat(widths[c] - [...cell].length);
        return right.has(c) ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((w) => "-".repeat(w)).join("  "), ...rows.map(line)].join("\n");
}
