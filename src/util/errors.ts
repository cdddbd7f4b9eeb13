/**
 * @file Domain errors. Messages follow `<where>: <what>; expected <X>, got <Y>. <remedy>`; each class carries the exit
 * code that the command line ends with. Anything else that is thrown is a defect and shows its stack trace.
 */

/** Base of all errors that a user can cause and mend. */
export class PeregrineError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** Wrong usage: an unknown command, a run spec that does not validate, an option out of range. Exit code 2. */
export class ConfigError extends PeregrineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 2, options);
  }
}

/** Input data that cannot be used: not the format it claims, truncated, NaN, empty, negative weights. Exit code 3. */
export class DataError extends PeregrineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 3, options);
  }
}

/** A column that is missing, or has another type or shape than needed. Exit code 3. */
export class SchemaError extends PeregrineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 3, options);
  }
}

/** A computation that went wrong: NaN loss, no accepted event, a fit that cannot converge. Exit code 4. */
export class NumericsError extends PeregrineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 4, options);
  }
}

/** A file that cannot be found, read or written; a full disk. Exit code 5. */
export class IoError extends PeregrineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 5, options);
  }
}

/** The user asked to stop. Exit code 130. */
export class InterruptedError extends PeregrineError {
  constructor(message = "interrupted", options?: ErrorOptions) {
    super(message, 130, options);
  }
}
