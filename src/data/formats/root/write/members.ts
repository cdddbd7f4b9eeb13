/**
 * @file The classes of a written file, member by member, from which its streamer infos are made. Names, comments and types
 * are ROOT's, whose checksums follow from them. Source: the class definitions of ROOT 6 and the streamer infos of its files.
 */

/** A data member; `type` as C++ spells it. */
export interface MemberInfo {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

export interface ClassInfo {
  readonly name: string;
  readonly version: number;
  /** Base classes, each with its comment. */
  readonly bases: readonly (readonly [string, string])[];
  readonly members: readonly MemberInfo[];
}

/** Spells a class as lines `type name comment`. */
function describe(name: string, version: number, bases: readonly (readonly [string, string])[], text = ""): ClassInfo {
  const members = text
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, type, member, comment] = /^\s*(unsigned \w+|\S+) (\S+) ?(.*)$/.exec(line) as RegExpExecArray;
      return { type, name: member, comment };
    });
  return { name, version, bases, members };
}

const NAMED = ["TNamed", "The basis for a named object (name, title)"] as const;
const LEAF = ["TLeaf", "Leaf: description of a Branch data type"] as const;

function leaf(letter: string, type: string): ClassInfo {
  return describe(
    `TLeaf${letter}`,
    1,
    [LEAF],
    `${type} fMinimum Minimum value if leaf range is specified
    ${type} fMaximum Maximum value if leaf range is specified`,
  );
}

/** All classes that a written tree may use. */
export const CLASSES: readonly ClassInfo[] = [
  describe(
    "TTree",
    20,
    [NAMED, ["TAttLine", "Line attributes"], ["TAttFill", "Fill area attributes"], ["TAttMarker", "Marker attributes"]],
    `Long64_t fEntries Number of entries
    Long64_t fTotBytes Total number of bytes in all branches before compression
    Long64_t fZipBytes Total number of bytes in all branches after compression
    Long64_t fSavedBytes Number of autosaved bytes
    Long64_t fFlushedBytes Number of auto-flushed bytes
    double fWeight Tree weight (see TTree::SetWeight)
    int fTimerInterval Timer interval in milliseconds
    int fScanField Number of runs before prompting in Scan
    int fUpdate Update frequency for EntryLoop
    int fDefaultEntryOffsetLen Initial Length of fEntryOffset table in the basket buffers
    int fNClusterRange Number of Cluster range in addition to the one defined by 'AutoFlush'
    Long64_t fMaxEntries Maximum number of entries in case of circular buffers
    Long64_t fMaxEntryLoop Maximum number of entries to process
    Long64_t fMaxVirtualSize Maximum total size of buffers kept in memory
    Long64_t fAutoSave Autosave tree when fAutoSave entries written or -fAutoSave (compressed) bytes produced
    Long64_t fAutoFlush Auto-flush tree when fAutoFlush entries written or -fAutoFlush (compressed) bytes produced
    Long64_t fEstimate Number of entries to estimate histogram limits
    Long64_t* fClusterRangeEnd [fNClusterRange] Last entry of a cluster range.
    Long64_t* fClusterSize [fNClusterRange] Number of entries in each cluster for a given range.
    ROOT::TIOFeatures fIOFeatures IO features to define for newly-written baskets and branches.
    TObjArray fBranches List of Branches
    TObjArray fLeaves Direct pointers to individual branch leaves
    TList* fAliases List of aliases for expressions based on the tree branches.
    TArrayD fIndexValues Sorted index values
    TArrayI fIndex Index of sorted values
    TVirtualIndex* fTreeIndex Pointer to the tree Index (if any)
    TList* fFriends pointer to list of friend elements
    TList* fUserInfo pointer to a list of user objects associated to this Tree
    TBranchRef* fBranchRef Branch supporting the TRefTable (if any)`,
  ),
  describe(
    "TNamed",
    1,
    [["TObject", "Basic ROOT object"]],
    "TString fName object identifier\nTString fTitle object title",
  ),
  describe(
    "TObject",
    1,
    [],
    "unsigned int fUniqueID object unique identifier\nunsigned int fBits bit field status word",
  ),
  describe("TAttLine", 2, [], "short fLineColor Line color\nshort fLineStyle Line style\nshort fLineWidth Line width"),
  describe("TAttFill", 2, [], "short fFillColor Fill area color\nshort fFillStyle Fill area style"),
  describe(
    "TAttMarker",
    2,
    [],
    "short fMarkerColor Marker color\nshort fMarkerStyle Marker style\nfloat fMarkerSize Marker size",
  ),
  describe("ROOT::TIOFeatures", 1, [], "unsigned char fIOBits"),
  describe(
    "TBranch",
    13,
    [NAMED, ["TAttFill", "Fill area attributes"]],
    `int fCompress Compression level and algorithm
    int fBasketSize Initial Size of  Basket Buffer
    int fEntryOffsetLen Initial Length of fEntryOffset table in the basket buffers
    int fWriteBasket Last basket number written
    Long64_t fEntryNumber Current entry number (last one filled in this branch)
    ROOT::TIOFeatures fIOFeatures IO features for newly-created baskets.
    int fOffset Offset of this branch
    int fMaxBaskets Maximum number of Baskets so far
    int fSplitLevel Branch split level
    Long64_t fEntries Number of entries
    Long64_t fFirstEntry Number of the first entry in this branch
    Long64_t fTotBytes Total number of bytes in all leaves before compression
    Long64_t fZipBytes Total number of bytes in all leaves after compression
    TObjArray fBranches -> List of Branches of this branch
    TObjArray fLeaves -> List of leaves of this branch
    TObjArray fBaskets -> List of baskets of this branch
    int* fBasketBytes [fMaxBaskets] Length of baskets on file
    Long64_t* fBasketEntry [fMaxBaskets] Table of first entry in each basket
    Long64_t* fBasketSeek [fMaxBaskets] Addresses of baskets on file
    TString fFileName Name of file where buffers are stored ("" if in same file as Tree header)`,
  ),
  describe(
    "TLeaf",
    2,
    [NAMED],
    `int fLen Number of fixed length elements
    int fLenType Number of bytes for this data type
    int fOffset Offset in ClonesArray object (if one)
    bool fIsRange (=kTRUE if leaf has a range, kFALSE otherwise)
    bool fIsUnsigned (=kTRUE if unsigned, kFALSE otherwise)
    TLeaf* fLeafCount Pointer to Leaf count if variable length (we do not own the counter)`,
  ),
  leaf("O", "bool"),
  leaf("B", "char"),
  leaf("S", "short"),
  leaf("I", "int"),
  leaf("L", "Long64_t"),
  leaf("F", "float"),
  leaf("D", "double"),
  describe("TList", 5, [["TSeqCollection", "Sequenceable collection ABC"]]),
  // Version 0 stands for a class that is never written by itself: its members have no place in a file, and none here.
  describe(
    "TSeqCollection",
    0,
    [["TCollection", "Collection abstract base class"]],
    "bool fSorted true if collection has been sorted",
  ),
  describe(
    "TCollection",
    3,
    [["TObject", "Basic ROOT object"]],
    "TString fName name of the collection\nint fSize number of elements in collection",
  ),
  describe(
    "TObjArray",
    3,
    [["TSeqCollection", "Sequenceable collection ABC"]],
    "int fLowerBound Lower bound of the array\nint fLast Last element in array containing an object",
  ),
  describe(
    "TFriendElement",
    2,
    [NAMED],
    "TString fTreeName name of the friend TTree\nbool fOwnFile true if file is managed by this class",
  ),
];

/**
 * Returns the checksum by which ROOT tells whether it knows the layout of a class: over the names of the class, of its
 * bases with their checksums, and of its members with their types and the length of arrays. Source: ROOT, TClass::GetCheckSum.
 */
export function checksum({ name, bases, members }: ClassInfo): number {
  let id = 0;
  const add = (value: number) => {
    id = (Math.imul(id, 3) + value) | 0;
  };
  const addText = (text: string) => {
    for (let i = 0; i < text.length; i++) add(text.charCodeAt(i));
  };
  addText(name);
  for (const [base] of bases) {
    addText(base);
    add(checksum(classInfo(base)));
  }
  for (const member of members) {
    addText(member.name);
    addText(member.type);
    addText(arrayLength(member) ?? "");
  }
  return id >>> 0;
}

/** Returns the name of the member that holds the length of an array behind a pointer, which its comment begins with. */
export function arrayLength({ type, comment }: MemberInfo): string | undefined {
  return type.endsWith("*") ? /^\[(\w+)\]/.exec(comment)?.[1] : undefined;
}

/** Finds a class. */
export function classInfo(name: string): ClassInfo {
  const found = CLASSES.find((info) => info.name === name);
  if (found === undefined) throw new Error(`internal: no class ${name}`);
  return found;
}
