// Transpiles src/ to dist/ file by file: nothing is bundled, so worker modules keep their paths and traces stay readable.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile() && f.name.endsWith(".ts"))
  .map((f) => join(f.parentPath, f.name));

await build({
  entryPoints: files,
  outdir: join(root, "dist"),
  outbase: join(root, "src"),
  format: "esm",
  platform: "neutral",
  target: "node20",
  bundle: false,
  sourcemap: false,
  logLevel: "warning",
});
