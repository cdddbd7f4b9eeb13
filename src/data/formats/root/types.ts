/** @file Which numbers a branch holds, from the names and codes of types that ROOT writes. */
import type { DType } from "../../schema.js";
import type { Leaf } from "./branch.js";
import { type Encoding, packedEncoding, plainEncoding } from "./decode.js";
import { packingOf } from "./packed-float.js";

/** Type codes of members (ROOT's TVirtualStreamerInfo::EReadWrite). An array of fixed length adds 20, a pointer to one 40. */
const CODES: readonly (DType | "Double32_t" | "Float16_t" | undefined)[] = [
  undefined,
  "int8",
  "int16",
  "int32",
  "int64",
  "float32",
  "int32",
  undefined,
  "float64",
  "Double32_t",
  undefined,
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  undefined,
  "int64",
  "uint64",
  "bool",
  "Float16_t",
];

/** From this code on, a member is a pointer to an array whose length another member holds. */
export const POINTERS = 40;
export const POINTERS_END = 60;
/** Code of TObject::fBits. */
export const BITS = 15;
/** Code of a collection that was not split. */
export const COLLECTION = 300;

/** Names of C++ types; `long` takes 8 bytes in ROOT files, on whichever machine they were written. */
const CPP_NAMES: Readonly<Record<string, DType | "Double32_t" | "Float16_t">> = {
  bool: "bool",
  Bool_t: "bool",
  char: "int8",
  "signed char": "int8",
  Char_t: "int8",
  int8_t: "int8",
  "unsigned char": "uint8",
  UChar_t: "uint8",
  Byte_t: "uint8",
  uint8_t: "uint8",
  short: "int16",
  Short_t: "int16",
  int16_t: "int16",
  "unsigned short": "uint16",
  UShort_t: "uint16",
  uint16_t: "uint16",
  int: "int32",
  Int_t: "int32",
  int32_t: "int32",
  unsigned: "uint32",
  "unsigned int": "uint32",
  UInt_t: "uint32",
  uint32_t: "uint32",
  long: "int64",
  "long long": "int64",
  Long_t: "int64",
  Long64_t: "int64",
  int64_t: "int64",
  "unsigned long": "uint64",
  "unsigned long long": "uint64",
  ULong_t: "uint64",
  ULong64_t: "uint64",
  uint64_t: "uint64",
  size_t: "uint64",
  float: "float32",
  Float_t: "float32",
  double: "float64",
  Double_t: "float64",
  Double32_t: "Double32_t",
  Float16_t: "Float16_t",
};

/** Leaf classes that hold numbers, as signed and unsigned types. */
const LEAVES: Readonly<Record<string, readonly [DType, DType]>> = {
  TLeafO: ["bool", "bool"],
  TLeafB: ["int8", "uint8"],
  TLeafS: ["int16", "uint16"],
  TLeafI: ["int32", "uint32"],
  TLeafL: ["int64", "uint64"],
  TLeafG: ["int64", "uint64"],
  TLeafF: ["float32", "float32"],
  TLeafD: ["float64", "float64"],
};

function encodingOf(type: DType | "Double32_t" | "Float16_t" | undefined, comment: string): Encoding | undefined {
  if (type === undefined) return undefined;
  if (type === "Double32_t") return packedEncoding("float64", packingOf(type, comment));
  if (type === "Float16_t") return packedEncoding("float32", packingOf(type, comment));
  return plainEncoding(type);
}

/** Returns the encoding of a leaf of a plain branch, or undefined where it holds no numbers. */
export function leafEncoding(leaf: Leaf): Encoding | undefined {
  if (leaf.className === "TLeafF16") return encodingOf("Float16_t", leaf.title);
  if (leaf.className === "TLeafD32") return encodingOf("Double32_t", leaf.title);
  return encodingOf(LEAVES[leaf.className]?.[leaf.unsigned ? 1 : 0], "");
}

/** Returns whether a member code stands for a packed number, whose encoding needs the member's comment. */
export function isPackedCode(code: number): boolean {
  const type = CODES[code % 20];
  return code < POINTERS_END && (type === "Double32_t" || type === "Float16_t");
}

/** Returns the encoding of a member by its code, or undefined where it holds no numbers. */
export function memberEncoding(code: number, comment: string): Encoding | undefined {
  return code > 0 && code < POINTERS_END ? encodingOf(CODES[code % 20], comment) : undefined;
}

/** Returns the encoding of the items of a `vector<T>` or `RVec<T>` of numbers, or undefined. */
export function vectorEncoding(typeName: string): Encoding | undefined {
  const inside =
    /^(?:std::)?(?:vector|(?:ROOT::)?(?:VecOps::)?RVec)<\s*([\w ]+?)\s*(?:,[^,]*[aA]llocator<.*>\s*)?>$/.exec(
      typeName.trim(),
    );
  return inside === null ? undefined : encodingOf(CPP_NAMES[inside[1].replace(/\s+/g, " ")], "");
}
