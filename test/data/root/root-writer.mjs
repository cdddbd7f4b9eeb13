/**
 * @file Writes small ROOT files for tests and benchmarks: trees of any branch layout, in directories, compressed or not.
 * It writes what the caller says, sound or not; the layouts are those of ROOT 6 (TTree 20, TBranch 13), or with
 * `geant4: true` those of Geant4's analysis manager (TTree 5, TBranch 8).
 */

const NEW_CLASS = 0xffffffff;
const DATE = 1_950_000_000;
const UTF8 = new TextEncoder();

/** Grows as it is written, big-endian. */
class Out {
  bytes = new Uint8Array(1 << 16);
  length = 0;
  #view = new DataView(this.bytes.buffer);

  #room(n) {
    if (this.length + n > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + n));
      bytes.set(this.bytes);
      this.bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.length += n;
    return this.length - n;
  }

  u8(...values) {
    for (const v of values) this.#view.setUint8(this.#room(1), v);
  }
  i16(...values) {
    for (const v of values) this.#view.setInt16(this.#room(2), v);
  }
  i32(...values) {
    for (const v of values) this.#view.setInt32(this.#room(4), v);
  }
  i64(...values) {
    for (const v of values) this.#view.setBigInt64(this.#room(8), BigInt(v));
  }
  f64(...values) {
    for (const v of values) this.#view.setFloat64(this.#room(8), v);
  }
  raw(bytes) {
    const at = this.#room(bytes.length);
    this.bytes.set(bytes, at);
  }
  string(text) {
    const bytes = UTF8.encode(text);
    if (bytes.length < 255) this.u8(bytes.length);
    else {
      this.u8(255);
      this.i32(bytes.length);
    }
    this.raw(bytes);
  }
  /** Writes a class: byte count, version, and what `body` writes. */
  counted(version, body) {
    const at = this.#room(4);
    if (version !== undefined) this.i16(version);
    body();
    this.#view.setUint32(at, 0x40000000 | (this.length - at - 4));
  }
  named(name, title) {
    this.counted(1, () => {
      this.tobject();
      this.string(name);
      this.string(title);
    });
  }
  /** ROOT::TIOFeatures, a class without a version: a checksum stands for it. */
  features(bits) {
    this.counted(0, () => {
      this.i32(0x1aa12f10);
      this.u8(bits);
    });
  }
  tobject() {
    this.i16(1);
    this.i32(0, 0x03000000);
  }
  done() {
    return this.bytes.slice(0, this.length);
  }
}

function keyLength(className, name, title) {
  const length = (text) => UTF8.encode(text).length + (text.length < 255 ? 1 : 5);
  return 34 + length(className) + length(name) + length(title);
}

/** A record: its key, then its content. `tail` bytes of the content belong to the key (baskets). */
function record(key, content, compress, tail = 0) {
  const { className, name, title = "", cycle = 1, seek, parent = 100 } = key;
  const stored = compress?.(content.subarray(tail));
  const length = keyLength(className, name, title) + tail;
  const body = stored ?? content.subarray(tail);
  const out = new Out();
  out.i32(length + body.length);
  out.i16(1004);
  out.i32(content.length - tail, DATE);
  out.i16(length, cycle);
  out.i64(seek, parent);
  out.string(className);
  out.string(name);
  out.string(title);
  out.raw(content.subarray(0, tail));
  out.raw(body);
  return out.done();
}

/** fNevBufSize: room for places of events, or where there are none, the bytes of one event. */
function bufferSize({ events, data, offsets }) {
  return offsets === undefined && events > 0 ? data.length / events : 1000;
}

function basketRecord(branch, basket, index, seek, compress) {
  const head = new Out();
  const tail = branch.ioBits ? 20 : 19;
  const length = keyLength("TBasket", branch.name, branch.tree) + tail;
  head.i16(3);
  head.i32(32000, branch.ioBits ? -bufferSize(basket) : bufferSize(basket));
  if (branch.ioBits) head.u8(branch.ioBits);
  head.i32(basket.events, length + basket.data.length);
  head.u8(basket.flag ?? 0);
  head.raw(basket.data);
  if (basket.offsets !== undefined) {
    head.i32(basket.events + 1);
    head.i32(...basket.offsets.map((o) => (branch.ioBits ? o : o + length)), 0);
  }
  const key = { className: "TBasket", name: branch.name, title: branch.tree, cycle: index, seek };
  return record(key, head.done(), compress, tail);
}

class TreeWriter {
  out = new Out();
  #leafAt = new Map();
  #origin;

  constructor(key) {
    this.#origin = key + 2;
  }

  /** An object behind a pointer, with its class spelt out. */
  object(className, body) {
    const at = this.out.length;
    this.out.counted(undefined, () => {
      this.out.i32(NEW_CLASS);
      this.out.raw(UTF8.encode(className));
      this.out.u8(0);
      body();
    });
    return at + this.#origin;
  }

  array(items, write) {
    this.out.counted(3, () => {
      this.out.tobject();
      this.out.string("");
      this.out.i32(items.length, 0);
      for (const item of items) write(item);
    });
  }

  tree(tree) {
    const { out } = this;
    const old = tree.geant4 === true;
    const plain = () =>
      out.counted(old ? 5 : 20, () => {
        out.named(tree.name, tree.title ?? "");
        out.counted(old ? 1 : 2, () => out.i16(1, 1, 1));
        out.counted(old ? 1 : 2, () => out.i16(0, 1001));
        out.counted(old ? 1 : 2, () => out.i16(1, 1, 0x3f80, 0));
        if (old) {
          out.f64(tree.entries, 0, 0, 0);
          out.i32(0, 25, 0, 1000000, 0, 0, 0);
        } else {
          out.i64(tree.entries, 0, 0, 0, 0);
          out.f64(1);
          out.i32(0, 25, 0, 1000, 0);
          out.i64(1000000, 1000000, 0, 0, 0, 1000000);
          out.u8(0, 0);
          out.features(0);
        }
        this.array(tree.branches, (branch) => this.branch(branch, old));
        this.array([], () => {});
        if (!old) for (let i = 0; i < 7; i++) out.i32(0);
        else out.i32(0, 0);
      });
    if ((tree.className ?? "TTree") === "TTree") plain();
    else
      out.counted(2, () => {
        plain();
        out.i32(tree.branches.length);
      });
  }

  branch(branch, old) {
    const { element, unknownClass } = branch;
    if (unknownClass !== undefined) this.object(unknownClass, () => this.out.counted(1, () => this.out.i32(7, 7, 7)));
    else if (element === undefined) this.object("TBranch", () => this.plainBranch(branch, old));
    else
      this.object("TBranchElement", () =>
        this.out.counted(10, () => {
          this.plainBranch(branch, old);
          this.out.string(element.className);
          this.out.string("");
          this.out.string("");
          this.out.i32(0);
          this.out.i16(element.classVersion ?? 1);
          this.out.i32(element.id ?? -1, element.type, element.streamerType, 0, 0, 0);
        }),
      );
  }

  plainBranch(branch, old) {
    const { out } = this;
    const baskets = branch.places ?? [];
    const embedded = branch.embedded ?? [];
    const entries = branch.entries ?? [...baskets, ...embedded].reduce((n, b) => n + b.events, 0);
    const bounds = [0];
    for (const { events } of baskets) bounds.push(bounds[bounds.length - 1] + events);
    const max = baskets.length + 1;
    out.counted(old ? 8 : 13, () => {
      out.named(branch.name, branch.title ?? "");
      out.counted(old ? 1 : 2, () => out.i16(0, 1001));
      out.i32(1, 32000, branch.leaves?.some((l) => l.counter) || branch.element ? 1000 : 0, baskets.length);
      if (old) out.i32(entries);
      else {
        out.i64(entries);
        out.features(branch.ioBits ?? 0);
      }
      out.i32(0, max, 0);
      if (old) out.f64(entries, 0, 0);
      else out.i64(entries, 0, 0, 0);
      this.array(branch.branches ?? [], (b) => this.branch(b, old));
      this.array(branch.leaves ?? [], (leaf) => this.leaf(leaf));
      this.array(embedded, (basket) => this.embeddedBasket(branch, basket));
      const places = old ? (values) => out.i32(...values) : (values) => out.i64(...values);
      out.u8(1);
      out.i32(...baskets.map((b) => b.nbytes), 0);
      out.u8(1);
      places(bounds);
      out.u8(1);
      places([...baskets.map((b) => b.seek), 0]);
      out.string(branch.fileName ?? "");
    });
  }

  leaf(leaf) {
    const { out } = this;
    const known = this.#leafAt.get(leaf);
    if (known !== undefined) {
      out.i32(known);
      return;
    }
    const at = this.object(leaf.className, () =>
      out.counted(1, () => {
        out.counted(2, () => {
          out.named(leaf.name, leaf.title ?? leaf.name);
          out.i32(leaf.length ?? 1, leaf.size ?? 4, 0);
          out.u8(0, leaf.unsigned ? 1 : 0);
          if (leaf.counter) this.leaf(leaf.counter);
          else out.i32(0);
        });
        if (leaf.className === "TLeafElement") out.i32(-1, leaf.type ?? -1);
        else if (leaf.className === "TLeafO" || leaf.className === "TLeafB") out.u8(0, 0);
        else if (leaf.className === "TLeafS") out.i16(0, 0);
        else if (leaf.className === "TLeafL" || leaf.className === "TLeafD") out.i64(0, 0);
        else out.i32(0, 0);
      }),
    );
    this.#leafAt.set(leaf, at);
  }

  embeddedBasket(branch, basket) {
    const { out } = this;
    const length = keyLength("TBasket", branch.name, branch.tree) + 19;
    this.object("TBasket", () => {
      out.i32(0);
      out.i16(1004);
      out.i32(0, DATE);
      out.i16(length, 0);
      out.i64(0, 0);
      out.string("TBasket");
      out.string(branch.name);
      out.string(branch.tree);
      out.i16(3);
      out.i32(32000, bufferSize(basket), basket.events, length + basket.data.length);
      out.u8(basket.offsets === undefined ? 12 : 11);
      if (basket.offsets !== undefined)
        out.i32(basket.events, ...basket.offsets.slice(0, basket.events).map((o) => o + length));
      out.raw(new Uint8Array(length));
      out.raw(basket.data);
    });
  }
}

/** Copies a record of another file and tells it its new place. */
function movedRecord(bytes, seek) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (view.getInt16(4) > 1000) view.setBigInt64(18, BigInt(seek));
  else view.setInt32(18, seek);
  return copy;
}

/** Returns the bytes of a ROOT file. See root-writer.d.mts. */
export function writeRootFile(trees, { compress, streamerInfo, name = "test.root" } = {}) {
  const pieces = [];
  let at = 0;
  const add = (bytes) => {
    const seek = at;
    pieces.push(bytes);
    at += bytes.length;
    return seek;
  };
  const nameLength = keyLength("TFile", name, "") + 2 + name.length;
  add(new Uint8Array(100));
  add(new Uint8Array(nameLength + 60));

  const keys = new Map([["", []]]);
  for (const spec of trees) {
    const path = spec.path ?? spec.tree.name;
    const directory = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    if (!keys.has(directory)) keys.set(directory, []);
    const { tree } = spec;
    const place = (branch) => {
      branch.tree = tree.name;
      branch.places = (branch.baskets ?? []).map((basket, i) => {
        const bytes = basketRecord(branch, basket, i, at, compress);
        return { seek: add(bytes), nbytes: bytes.length, events: basket.events };
      });
      for (const child of branch.branches ?? []) place(child);
    };
    for (const branch of tree.branches) place(branch);
    const key = {
      className: tree.className ?? "TTree",
      name: tree.name,
      title: tree.title ?? "",
      cycle: spec.cycle ?? 1,
      seek: at,
    };
    const writer = new TreeWriter(keyLength(key.className, key.name, key.title));
    writer.tree(tree);
    const bytes = record(key, writer.out.done(), compress);
    keys.get(directory).push({ ...key, nbytes: bytes.length, objectLength: writer.out.length });
    add(bytes);
  }

  const directoryRecord = (seekKeys, nbytesKeys, seekDir) => {
    const out = new Out();
    out.i16(1005);
    out.i32(DATE, DATE, nbytesKeys, nameLength);
    out.i64(seekDir, 100, seekKeys);
    out.raw(new Uint8Array(18));
    return out.done();
  };
  const keyList = (items) => {
    const out = new Out();
    out.i32(items.length);
    for (const item of items) {
      const { className, name: own, title = "", cycle, seek, nbytes, objectLength } = item;
      out.i32(nbytes);
      out.i16(1004);
      out.i32(objectLength, DATE);
      out.i16(keyLength(className, own, title), cycle);
      out.i64(seek, 100);
      out.string(className);
      out.string(own);
      out.string(title);
    }
    return record({ className: "TFile", name, seek: at }, out.done());
  };
  for (const [directory, items] of keys) {
    if (directory === "") continue;
    const list = keyList(items);
    const seekKeys = add(list);
    const key = { className: "TDirectory", name: directory, seek: at };
    const bytes = record(key, directoryRecord(seekKeys, list.length, at));
    keys.get("").push({ ...key, cycle: 1, nbytes: bytes.length, objectLength: 60 });
    add(bytes);
  }
  const info = streamerInfo === undefined ? 0 : add(movedRecord(streamerInfo, at));
  const list = keyList(keys.get(""));
  const seekKeys = add(list);

  const file = new Uint8Array(at);
  let to = 0;
  for (const piece of pieces) {
    file.set(piece, to);
    to += piece.length;
  }
  const head = new Out();
  head.raw(UTF8.encode("root"));
  head.i32(1062000, 100);
  head.i64(at, at);
  head.i32(0, 0, nameLength);
  head.u8(8);
  head.i32(1);
  head.i64(info);
  head.i32(streamerInfo?.length ?? 0);
  file.set(head.done(), 0);
  const names = new Out();
  names.string(name);
  names.string("");
  file.set(record({ className: "TFile", name, seek: 100, parent: 0 }, names.done()), 100);
  file.set(directoryRecord(seekKeys, list.length, 100), 100 + nameLength);
  return file;
}
