import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import { deflate, inflate } from "../../src/node/codecs.js";
import {
  abortAllSinks,
  createTable,
  openByteSource,
  openTable,
  readBytes,
  writeFileAtomic,
} from "../../src/node/files.js";
import { ConfigError, DataError, IoError } from "../../src/util/errors.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peregrine-files-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = new EventTable([flatColumn("x", Float32Array.of(1, 2, 3), { unit: "GeV" })]);

async function save(path: string): Promise<void> {
  const sink = await createTable(path, table.schema);
  await sink.write(table);
  await sink.close();
}

describe("reading", () => {
  it("reads any piece of a file, and less at its end", async () => {
    const path = join(folder, "bytes.bin");
    writeFileSync(
      path,
      Uint8Array.from({ length: 100 }, (_, i) => i),
    );
    const source = await openByteSource(path);
    expect(source.byteLength).toBe(100);
    expect([...new Uint8Array(await source.slice(10, 13))]).toEqual([10, 11, 12]);
    expect([...new Uint8Array(await source.slice(98, 200))]).toEqual([98, 99]);
    expect((await source.slice(100)).byteLength).toBe(0);
    await source.close();
    expect(Array.from(await readBytes(path)).slice(0, 2)).toEqual([0, 1]);
  });

  it("suggests the nearest name for a file that is not there", async () => {
    await save(join(folder, "events.parquet"));
    const failure = openTable(join(folder, "event.parquet"));
    await expect(failure).rejects.toThrow(IoError);
    await expect(failure).rejects.toThrow(/no such file\. Did you mean ".*events\.parquet"\?$/);
    await expect(openTable(join(folder, "nowhere", "x.csv"))).rejects.toThrow(/folder ".*nowhere" does not exist/);
    await expect(readBytes(join(folder, "event.parquet"))).rejects.toThrow(/Did you mean/);
  });

  it("refuses folders, empty files, unknown endings and standard input in one line", async () => {
    mkdirSync(join(folder, "folder.csv"));
    writeFileSync(join(folder, "empty.parquet"), "");
    await expect(openTable(join(folder, "folder.csv"))).rejects.toThrow(
      /^\S+folder\.csv: is a folder; expected a file\.$/,
    );
    await expect(openTable(join(folder, "empty.parquet"))).rejects.toThrow(DataError);
    await expect(openTable(join(folder, "empty.parquet"))).rejects.toThrow(/the file is empty/);
    await expect(openTable(join(folder, "a.docx"))).rejects.toThrow(ConfigError);
    await expect(openTable("-")).rejects.toThrow(/standard input/);
  });

  it("takes a tree after the file's ending, as uproot does", async () => {
    const path = join(folder, "tree:odd.csv");
    writeFileSync(path, "x\n1\n");
    const opened = await openTable(`${path}:Events`);
    expect(opened.name).toBe(path);
    await opened.close();
  });
});

describe("writing", () => {
  it("shows a table only when it is whole, and replaces an older one", async () => {
    const path = join(folder, "out.csv");
    writeFileSync(path, "old");
    const sink = await createTable(path, table.schema);
    await sink.write(table);
    expect(readFileSync(path, "utf8")).toBe("old");
    await sink.close();
    expect(readFileSync(path, "utf8")).toBe("x\n1\n2\n3\n");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    const source = await openTable(path);
    expect(source.schema.names).toEqual(["x"]);
    await source.close();
  });

  it("leaves nothing after abort, one by one and all at once", async () => {
    for (const [end, ending] of [
      ["one", "parquet"],
      ["all", "parquet"],
      ["one", "root"],
      ["all", "root"],
    ]) {
      const path = join(folder, `gone.${ending}`);
      const sink = await createTable(path, table.schema);
      await sink.write(table);
      expect(readdirSync(folder).some((name) => name.startsWith(`.gone.${ending}.`))).toBe(true);
      if (end === "all") abortAllSinks();
      await sink.abort();
      await sink.abort();
      expect(readdirSync(folder).filter((name) => name.includes("gone"))).toEqual([]);
    }
  });

  it("aborts a ROOT file while it is still being compressed", async () => {
    const long = new EventTable([flatColumn("x", new Float64Array(300_000))]);
    const sink = await createTable(join(folder, "gone.root"), long.schema);
    await sink.write(long);
    await sink.abort();
    await expect(sink.close()).rejects.toThrow(IoError);
    expect(readdirSync(folder).filter((name) => name.includes("gone"))).toEqual([]);
  });

  it("writes the beginning of a ROOT file last, and refuses pipes, which cannot go back", async () => {
    const path = join(folder, "out.root");
    const sink = await createTable(path, table.schema, { tree: "hits" });
    await sink.write(table);
    await sink.close();
    const source = await openTable(`${path}:hits`);
    expect(source.schema.field("x").unit).toBe("GeV");
    expect([source.file, source.tree, source.length]).toEqual([path, "hits", 3]);
    await source.close();
    symlinkSync("/dev/null", join(folder, "null.root"));
    await expect(save(join(folder, "null.root"))).rejects.toThrow(/^root: cannot be written to a pipe; /);
  });

  it("follows links and keeps devices", async () => {
    writeFileSync(join(folder, "real.csv"), "old");
    symlinkSync(join(folder, "real.csv"), join(folder, "link.csv"));
    await save(join(folder, "link.csv"));
    expect(readFileSync(join(folder, "real.csv"), "utf8")).toBe("x\n1\n2\n3\n");
    await writeFileAtomic("/dev/null", "words");
    expect(await readBytes("/dev/null")).toEqual(new Uint8Array(0));
  });

  it("tells what is in the way", async () => {
    await expect(save(join(folder, "no", "such", "x.csv"))).rejects.toThrow(
      /folder ".*such" does not exist\. Create it first/,
    );
    mkdirSync(join(folder, "taken.parquet"));
    await expect(save(join(folder, "taken.parquet"))).rejects.toThrow(/cannot write: it is a folder/);
    writeFileSync(join(folder, "file"), "");
    await expect(writeFileAtomic(join(folder, "file", "x.json"), "{}")).rejects.toThrow(IoError);
    await expect(createTable(join(folder, "x.xlsx"), table.schema)).rejects.toThrow(ConfigError);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)(
    "tells a folder without permission (skipped as root, who may write anywhere)",
    async () => {
      const locked = join(folder, "locked");
      mkdirSync(locked);
      chmodSync(locked, 0o500);
      await expect(save(join(locked, "x.csv"))).rejects.toThrow(/cannot write: permission denied\.$/);
    },
  );

  it.skipIf(!existsSync("/dev/full"))("tells a full disk (skipped where there is no /dev/full)", async () => {
    const failure = writeFileAtomic("/dev/full", "words");
    await expect(failure).rejects.toThrow(IoError);
    await expect(failure).rejects.toThrow(/^\/dev\/full: cannot write: the disk is full\.$/);
  });
});

describe("standard output", () => {
  const files = new URL("../../dist/node/files.js", import.meta.url);
  const tables = new URL("../../dist/data/event-table.js", import.meta.url);
  const script = `
    import { EventTable, flatColumn } from ${JSON.stringify(tables.href)};
    import { createTable } from ${JSON.stringify(files.href)};
    const table = new EventTable([flatColumn("x", Float32Array.from({ length: 100000 }, (_, i) => i / 4))]);
    try {
      const sink = await createTable("-", table.schema);
      for (let k = 0; k < 5; k++) await sink.write(table);
      await sink.close();
    } catch (error) {
      console.error(error.name + ": " + error.message);
    }`;
  const run = (rest: string) =>
    spawnSync("sh", ["-c", `"$0" --input-type=module -e "$1" ${rest}`, process.execPath, script], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });

  it("takes a whole table", () => {
    const { stdout, stderr } = run("");
    expect(stderr).toBe("");
    expect(stdout.split("\n").length).toBe(500_002);
    expect(stdout.endsWith("\n24999.75\n")).toBe(true);
  });

  it("tells in one line that its reader has ended, or the disk is full", () => {
    const { stdout, stderr } = run("| head -n 2");
    expect(stdout).toBe("x\n0\n");
    expect(stderr).toBe("IoError: standard output: cannot write: the program that reads the output has ended.\n");
    if (existsSync("/dev/full")) {
      expect(run("> /dev/full").stderr).toBe("IoError: standard output: cannot write: the disk is full.\n");
    }
  });
});

it("inflate undoes zlib and refuses more bytes than told", async () => {
  const raw = new Uint8Array(10_000).fill(7);
  expect(new Uint8Array(await inflate(deflateSync(raw), raw.length))).toEqual(raw);
  await expect(inflate(deflateSync(raw), 100)).rejects.toThrow();
});

it("deflate makes what zlib reads, of short and long bytes, and of what does not shrink", async () => {
  for (const length of [0, 1, 10_000, 300_000]) {
    const raw = Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 24);
    expect(Buffer.compare(inflateSync(await deflate(raw)), raw)).toBe(0);
  }
});
