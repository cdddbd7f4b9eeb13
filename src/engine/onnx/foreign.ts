/** @file What a file is that is no ONNX model, in words: people mix up names more often than bytes rot. */

const MAGIC: readonly (readonly [start: string, what: string])[] = [
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["%PDF", "a PDF document"],
  ["PK\x03\x04", "a zip archive (as .npz, PyTorch's .pt and Keras's .keras files are)"],
  ["\x1f\x8b", "a gzip archive"],
  ["\x28\xb5\x2f\xfd", "a zstd archive"],
  ["\x89HDF", "an HDF5 file (as Keras's .h5 files are)"],
  ["\x93NUMPY", "a NumPy array"],
  ["PAR1", "a Parquet file"],
  ["root", "a ROOT file"],
  ["\x80\x02", "a Python pickle"],
  ["\x80\x03", "a Python pickle"],
  ["\x80\x04", "a Python pickle"],
  ["\x80\x05", "a Python pickle"],
  ["version https://git-lfs", "a Git LFS pointer (git lfs pull brings the file)"],
];

/** Says what bytes seem to be, by how they begin. */
export function foreignKind(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const known = MAGIC.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  if (start.slice(4, 8) === "ORTM") return "a model in ONNX Runtime's own format (.ort)";
  if (/^[\t\n\r\x20-\x7e]+$/.test(start)) {
    const first = start.trimStart()[0];
    return first === "{" || first === "[" ? "JSON text" : first === "<" ? "HTML or XML text" : "plain text";
  }
  const hex = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${bytes.length} bytes that begin with ${hex}`;
}
