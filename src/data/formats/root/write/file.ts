/**
 * @file The outside of a file being written: header, the file's own directory with its list of keys, free space.
 * Source: ROOT, io/doc/TFile (header.md, tfile.md, keyslist.md, freesegments.md).
 */
import type { ByteSink } from "../../format.js";
import { xxh64 } from "../xxh64.js";
import type { Compress } from "./compress.js";
import { BEGIN, DATE, type KeyNames, type KeyNumbers, keyLength, writeKey } from "./key.js";
import { RecordWriter, stringLength } from "./record-writer.js";
import { writeStreamerInfos } from "./streamer-info.js";

/** ROOT 6.26, which knows all layouts that are written, plus a million for positions of 64 bits. */
const FILE_VERSION = 1_062_600;
const DIRECTORY_VERSION = 1005;
const FREE_VERSION = 1001;
/** ROOT counts free space up to here, or, in larger files, up to the next thousand million bytes. */
const FREE_END = 2e9;
const FREE_STEP = 1e9;
/** Bytes joined into one write. */
const WRITE_BYTES = 1 << 20;
/** Bytes of each record that tell files apart. */
const SAMPLE = 512;

/** What the file calls itself; readers go by the name that it has on disk. */
const OWN: KeyNames = { className: "TFile", name: "events.root", title: "" };
const NAME_LENGTH = keyLength(OWN) + stringLength(OWN.name) + stringLength(OWN.title);

interface Listed extends KeyNumbers {
  readonly names: KeyNames;
}

/** A file to which records are added. */
export class FileWriter {
  readonly #sink: Required<ByteSink>;
  readonly #keys: Listed[] = [];
  readonly #state = new Uint8Array(16 + SAMPLE);
  #position = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(sink: Required<ByteSink>) {
    this.#sink = sink;
  }

  /** Where the next record will stand. */
  get position(): number {
    return this.#position;
  }

  /** Leaves room for what is known only at the end. */
  async begin(): Promise<void> {
    await this.put([new Uint8Array(BEGIN + NAME_LENGTH + 60)]);
  }

  /** Adds bytes, which must not change any more. */
  async put(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#pending.push(part);
      this.#pendingBytes += part.length;
      this.#position += part.length;
      this.#stir(part);
    }
    if (this.#pendingBytes >= WRITE_BYTES) await this.#flush();
  }

  /** Adds a record that the directory lists. `write` gets a stream that knows the length of the key. */
  async add(names: KeyNames, compress: Compress, write: (out: RecordWriter) => void): Promise<void> {
    const numbers = await this.#record(names, compress, write);
    this.#keys.push({ names, ...numbers });
  }

  /**
   * Writes the streamer infos, the list of keys, and all that the header tells.
   * @param compression ROOT's setting of codec and level. @param classes Classes of the records.
   */
  async end(compression: number, compress: Compress, classes: readonly string[]): Promise<void> {
    const plain: Compress = async (raw) => raw;
    const infoNames = { className: "TList", name: "StreamerInfo", title: "Doubly linked list" };
    const info = await this.#record(infoNames, compress, (out) => writeStreamerInfos(out, classes));
    const keys = await this.#record(OWN, plain, (out) => {
      out.i32(this.#keys.length);
      for (const key of this.#keys) writeKey(out, key.names, key);
    });
    const free = await this.#record(OWN, plain, (out) => {
      const first = this.#position + keyLength(OWN) + 18;
      out.i16(FREE_VERSION);
      out.i64(first, first < FREE_END ? FREE_END : (Math.floor(first / FREE_STEP) + 1) * FREE_STEP);
    });
    await this.#flush();
    await this.#sink.patch(0, this.#header(compression, info, free));
    await this.#sink.patch(BEGIN, this.#directory(keys));
  }

  async #record(names: KeyNames, compress: Compress, write: (out: RecordWriter) => void): Promise<KeyNumbers> {
    const length = keyLength(names);
    const content = new RecordWriter(length);
    write(content);
    const raw = content.bytes;
    const stored = await compress(raw);
    const numbers = { nbytes: length + stored.length, objectLength: raw.length, cycle: 1, seek: this.#position };
    const key = new RecordWriter();
    writeKey(key, names, numbers);
    await this.put([key.bytes, stored]);
    return numbers;
  }

  async #flush(): Promise<void> {
    const joined = new Uint8Array(this.#pendingBytes);
    let at = 0;
    for (const part of this.#pending) {
      joined.set(part, at);
      at += part.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#sink.write(joined);
  }

  /** Mixes the beginning of some bytes into what tells this file from others. */
  #stir(bytes: Uint8Array): void {
    const state = this.#state;
    const sample = bytes.subarray(0, SAMPLE);
    state.set(sample, 16);
    const [high, low] = xxh64(state.subarray(0, 16 + sample.length));
    const view = new DataView(state.buffer);
    view.setBigUint64(8, view.getBigUint64(0));
    view.setUint32(0, high);
    view.setUint32(4, low);
  }

  /** Writes a TUUID: of version 8 (RFC 9562), made from the content, so that the same events make the same file. */
  #uuid(out: RecordWriter): void {
    const id = this.#state.slice(0, 16);
    id[6] = (id[6] & 0x0f) | 0x80;
    id[8] = (id[8] & 0x3f) | 0x80;
    out.i16(1);
    out.raw(id);
  }

  #header(compression: number, info: KeyNumbers, free: KeyNumbers): Uint8Array {
    const out = new RecordWriter();
    out.raw(new TextEncoder().encode("root"));
    out.i32(FILE_VERSION, BEGIN);
    out.i64(this.#position, free.seek);
    // Bytes of the free segments' record, their number, bytes of the file's name.
    out.i32(free.nbytes, 1, NAME_LENGTH);
    out.u8(8);
    out.i32(compression);
    out.i64(info.seek);
    out.i32(info.nbytes);
    this.#uuid(out);
    return out.bytes;
  }

  #directory(keys: KeyNumbers): Uint8Array {
    const out = new RecordWriter();
    const objectLength = NAME_LENGTH - keyLength(OWN) + 60;
    writeKey(out, OWN, { nbytes: NAME_LENGTH + 60, objectLength, cycle: 1, seek: BEGIN }, keyLength(OWN), 0);
    out.string(OWN.name);
    out.string(OWN.title);
    out.i16(DIRECTORY_VERSION);
    out.i32(DATE, DATE, keys.nbytes, NAME_LENGTH);
    out.i64(BEGIN, 0, keys.seek);
    this.#uuid(out);
    return out.bytes;
  }
}
