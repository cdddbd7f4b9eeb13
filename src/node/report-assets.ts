import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ReportAssets } from "../report/index.js";
import { IoError } from "../util/errors.js";

/**
 * Reads the minified browser builds of Vega, Vega-Lite and Vega-Embed that a report carries (0.8 MB in all).
 * @throws IoError where the packages are not installed as they were published.
 */
export async function loadReportAssets(): Promise<ReportAssets> {
  const [vega, vegaLite, vegaEmbed] = await Promise.all(["vega", "vega-lite", "vega-embed"].map(readBuild));
  return { vega, vegaLite, vegaEmbed };
}

async function readBuild(name: string): Promise<string> {
  try {
    const module = createRequire(import.meta.url).resolve(name);
    return await readFile(join(dirname(module), `${name}.min.js`), "utf8");
  } catch (cause) {
    throw new IoError(
      `report: cannot read the plotting library; expected the package "${name}" beside this one, got ${(cause as Error).message.split("\n")[0]}. Run \`npm install\` again.`,
      { cause },
    );
  }
}
