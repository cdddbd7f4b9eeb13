/** @file The TTree object, version 20. Source: ROOT, tree/tree/inc/TTree.h, and the streamer infos of ROOT 6 files. */
import type { Friend } from "../../format.js";
import type { BranchWriter } from "./branch.js";
import { writeFeatures, writeFill } from "./branch.js";
import { OBJECT_BITS, type RecordWriter } from "./record-writer.js";

/** TObject::kMustCleanup, which ROOT sets for trees. */
const MUST_CLEANUP = 8;
/** ROOT's own limits of a tree: entries, bytes between two savings, entries to estimate a histogram from. */
const MOST_ENTRIES = 1e12;
const AUTO_SAVE = -300_000_000;
const AUTO_FLUSH = -30_000_000;
const ESTIMATE = 1_000_000;

export interface TreeContent {
  readonly name: string;
  readonly entries: number;
  /** A counter stands before the lists that it counts. */
  readonly branches: readonly BranchWriter[];
  readonly clusters: Clusters;
  readonly friend: Friend | undefined;
  /** A text that goes along with the tree, and its name. */
  readonly note: { readonly name: string; readonly text: string };
  /** ROOT's setting of codec and level. */
  readonly compression: number;
}

/** Events at whose borders all branches begin a new basket, in runs of equal clusters, as ROOT keeps them. */
export class Clusters {
  readonly #runs: { size: number; clusters: number; last: number }[] = [];
  #entries = 0;

  add(events: number): void {
    this.#entries += events;
    const run = this.#runs[this.#runs.length - 1];
    if (run?.size === events) {
      run.clusters++;
      run.last = this.#entries - 1;
    } else this.#runs.push({ size: events, clusters: 1, last: this.#entries - 1 });
  }

  /** The last entry and the size of the clusters of each run but the last, and the size of the clusters after them. */
  get runs(): { ends: readonly number[]; sizes: readonly number[]; size: number } {
    const runs = [...this.#runs];
    const last = runs.pop();
    const before = runs[runs.length - 1];
    // The last cluster of a run may be shorter.
    const open = last !== undefined && last.clusters === 1 && before?.size > last.size ? runs.pop() : last;
    return { ends: runs.map((run) => run.last), sizes: runs.map((run) => run.size), size: open?.size ?? 0 };
  }
}

/** Writes a TTree. */
export function writeTree(out: RecordWriter, tree: TreeContent): void {
  const { branches, entries } = tree;
  const total = branches.reduce((n, branch) => n + branch.totalBytes, 0);
  const stored = branches.reduce((n, branch) => n + branch.storedBytes, 0);
  const { ends, sizes, size } = tree.clusters.runs;
  const leaves = new Map<BranchWriter, number>();
  out.class(20, () => {
    out.tnamed(tree.name, "", OBJECT_BITS | MUST_CLEANUP);
    writeLook(out);
    out.i64(entries, total, stored, 0, stored);
    out.f64(1);
    // fTimerInterval, fScanField, fUpdate, fDefaultEntryOffsetLen.
    out.i32(0, 25, 0, 1000, ends.length);
    out.i64(MOST_ENTRIES, MOST_ENTRIES, 0, AUTO_SAVE, size === 0 ? AUTO_FLUSH : size, ESTIMATE);
    for (const numbers of [ends, sizes]) {
      out.u8(numbers.length > 0 ? 1 : 0);
      out.i64s(numbers);
    }
    writeFeatures(out);
    out.array(branches, (branch) => branch.write(out, tree.compression, leaves));
    out.array(branches, (branch) => out.i32(leaves.get(branch) as number));
    // fAliases, fIndexValues, fIndex, fTreeIndex.
    out.i32(0, 0, 0, 0);
    if (tree.friend === undefined) out.i32(0);
    else writeFriends(out, tree.friend);
    out.object("TList", () =>
      out.list([tree.note], ({ name, text }) => out.object("TNamed", () => out.tnamed(name, text))),
    );
    // fBranchRef.
    out.i32(0);
  });
}

function writeFriends(out: RecordWriter, { tree, file, alias }: Friend): void {
  out.object("TList", () =>
    out.list([alias], () =>
      out.object("TFriendElement", () =>
        out.class(2, () => {
          out.tnamed(alias, file);
          out.string(tree);
          // fOwnFile: ROOT opens and closes the file itself.
          out.u8(1);
        }),
      ),
    ),
  );
}

/** Writes line, area and marker attributes, ROOT's defaults. */
function writeLook(out: RecordWriter): void {
  out.class(2, () => out.i16(602, 1, 1));
  writeFill(out);
  out.class(2, () => {
    out.i16(1, 1);
    out.f32(1);
  });
}
