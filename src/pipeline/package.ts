/** Name and version of this package, as bundles and reports record them; a house test holds it to package.json. */
export const VERSION = "0.1.0";

export const PACKAGE = `peregrine-sim ${VERSION}`;
