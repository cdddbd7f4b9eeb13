/**
 * @file The record with the streamer infos of the classes in a file, which readers without ROOT's own classes go by.
 * Source: ROOT, io/doc/TFile/streamerinfo.md, and core/meta/src/TStreamerElement.cxx.
 */
import { arrayLength, CLASSES, type ClassInfo, checksum, classInfo, type MemberInfo } from "./members.js";
import { OBJECT_BITS, type RecordWriter } from "./record-writer.js";

/** TVirtualStreamerInfo::kCompiled, which ROOT's own infos carry. */
const COMPILED = 0x10000;

/** Type code and size of plain members (TVirtualStreamerInfo::EReadWrite). */
const PLAIN: Readonly<Record<string, readonly [number, number]>> = {
  char: [1, 1],
  short: [2, 2],
  int: [3, 4],
  float: [5, 4],
  double: [8, 8],
  "unsigned char": [11, 1],
  "unsigned int": [13, 4],
  Long64_t: [16, 8],
  bool: [18, 1],
};
/** Codes of members that are no plain numbers. */
const LENGTH = 6;
const BITS = 15;
const POINTER = 40;
const OBJECT = 61;
const ANY = 62;
const OBJECT_POINTER = 64;
const STRING = 65;
/** Codes of base classes that have one of their own. */
const BASES: Readonly<Record<string, number>> = { TObject: 66, TNamed: 67 };

/** Sizes in the memory of a 64-bit ROOT, which readers do not need. */
const SIZES: Readonly<Record<string, number>> = { TString: 24, TObjArray: 64, TArrayD: 24, TArrayI: 24 };

/** Writes the list of infos of some classes and of all that these are made of. */
export function writeStreamerInfos(out: RecordWriter, classNames: Iterable<string>): void {
  const needed = new Set<string>();
  const take = (name: string) => {
    const info = CLASSES.find((known) => known.name === name);
    if (info === undefined || needed.has(name)) return;
    needed.add(name);
    for (const [base] of info.bases) take(base);
    for (const { type } of info.members) if (!type.endsWith("*")) take(type);
  };
  for (const name of classNames) take(name);
  out.list(
    CLASSES.filter(({ name }) => needed.has(name)),
    (info) => writeInfo(out, info),
  );
}

function writeInfo(out: RecordWriter, info: ClassInfo): void {
  const members = info.version === 0 ? [] : info.members;
  const elements = [
    ...info.bases.map(
      ([name, comment]) =>
        () =>
          writeBase(out, name, comment),
    ),
    ...members.map((member) => () => writeMember(out, info, member)),
  ];
  out.object("TStreamerInfo", () =>
    out.class(9, () => {
      out.tnamed(info.name, "", OBJECT_BITS | COMPILED);
      out.i32(checksum(info) | 0, info.version);
      out.object("TObjArray", () => out.array(elements, (write) => write()));
    }),
  );
}

/** Writes the part that all elements share. @param base Checksum of a base class, which stands among the array lengths. */
function writeElement(
  out: RecordWriter,
  name: string,
  comment: string,
  code: number,
  size: number,
  type: string,
  base = 0,
): void {
  out.class(4, () => {
    out.tnamed(name, comment);
    // Code, size, length and dimensions of an array, and the length along each.
    out.i32(code, size, 0, 0, 0, base | 0, 0, 0, 0);
    out.string(type);
  });
}

function writeBase(out: RecordWriter, name: string, comment: string): void {
  const info = classInfo(name);
  out.object("TStreamerBase", () =>
    out.class(3, () => {
      writeElement(out, name, comment, BASES[name] ?? 0, 0, "BASE", checksum(info));
      out.i32(info.version);
    }),
  );
}

function writeMember(out: RecordWriter, owner: ClassInfo, member: MemberInfo): void {
  const { name, type, comment } = member;
  const [kind, code, size] = elementOf(owner, member);
  out.object(kind, () =>
    out.class(2, () => {
      writeElement(out, name, comment, code, size, type);
      const length = arrayLength(member);
      if (length === undefined) return;
      out.i32(owner.version);
      out.string(length);
      out.string(owner.name);
    }),
  );
}

function elementOf(owner: ClassInfo, member: MemberInfo): readonly [string, number, number] {
  const { name, type } = member;
  if (type.endsWith("*")) {
    if (arrayLength(member) === undefined) return ["TStreamerObjectPointer", OBJECT_POINTER, 8];
    return ["TStreamerBasicPointer", POINTER + PLAIN[type.slice(0, -1)][0], 8];
  }
  if (type === "TString") return ["TStreamerString", STRING, SIZES.TString];
  const plain = PLAIN[type];
  if (plain !== undefined) {
    const counts = owner.members.some((other) => arrayLength(other) === name);
    const code = counts ? LENGTH : name === "fBits" ? BITS : plain[0];
    return ["TStreamerBasicType", code, plain[1]];
  }
  return type === "TObjArray"
    ? ["TStreamerObject", OBJECT, SIZES[type]]
    : ["TStreamerObjectAny", ANY, SIZES[type] ?? 1];
}
