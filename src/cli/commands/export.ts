import { readBundleFolder } from "../../node/bundle-folder.js";
import { writeFileAtomic } from "../../node/files.js";
import { exportBundle } from "../../pipeline/export.js";
import { type CommonOptions, withSession } from "../session.js";

interface Options extends CommonOptions {
  readonly output: string;
}

export function run(bundlePath: string, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const { bytes, description, without } = exportBundle(await readBundleFolder(bundlePath));
    for (const sentence of without) session.warn(sentence);
    await writeFileAtomic(options.output, bytes);
    session.result(
      { output: options.output, bytes: bytes.byteLength, ...(description as object) },
      `wrote ${options.output} (${(bytes.byteLength / 1e6).toFixed(1)} MB)`,
    );
  });
}
