/** Events of a basket: their bytes, big-endian, and where each event starts in them. */
export interface BasketSpec {
  readonly events: number;
  readonly data: Uint8Array;
  readonly offsets?: readonly number[];
  /** Flag of the basket's header; 80 says that offsets were left out. */
  readonly flag?: number;
}

export interface LeafSpec {
  readonly className: string;
  readonly name: string;
  readonly title?: string;
  readonly length?: number;
  readonly unsigned?: boolean;
  readonly size?: number;
  readonly counter?: LeafSpec;
  readonly type?: number;
}

export interface BranchSpec {
  readonly name: string;
  readonly title?: string;
  readonly leaves?: readonly LeafSpec[];
  readonly branches?: readonly BranchSpec[];
  readonly baskets?: readonly BasketSpec[];
  /** Baskets inside the tree object. */
  readonly embedded?: readonly BasketSpec[];
  /** Number of entries that the branch claims (default that of its baskets). */
  readonly entries?: number;
  readonly ioBits?: number;
  readonly fileName?: string;
  readonly unknownClass?: string;
  readonly element?: {
    readonly className: string;
    readonly classVersion?: number;
    readonly id?: number;
    readonly type: number;
    readonly streamerType: number;
  };
}

export interface TreeSpec {
  readonly name: string;
  readonly title?: string;
  readonly className?: string;
  readonly entries: number;
  readonly branches: readonly BranchSpec[];
  /** Whether to write the old versions that Geant4 writes. */
  readonly geant4?: boolean;
}

export interface FileOptions {
  /** Returns the compressed blocks of a record, or undefined to leave it raw. */
  readonly compress?: (raw: Uint8Array) => Uint8Array | undefined;
  /** A whole record with a list of TStreamerInfo. */
  readonly streamerInfo?: Uint8Array;
  readonly name?: string;
}

/** Returns the bytes of a ROOT file that holds the trees, each at `path` (`directory/name`, default its name). */
export function writeRootFile(
  trees: readonly { readonly tree: TreeSpec; readonly path?: string; readonly cycle?: number }[],
  options?: FileOptions,
): Uint8Array<ArrayBuffer>;
