/** A process as the platform lists it. All text in it is of other people's making. */
export interface ListedProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** The short name that the kernel keeps. */
  readonly name: string;
  /** The program and its arguments; empty where they may not be read. */
  readonly args: readonly string[];
  /** The file that it executes, where that may be read. */
  readonly executable: string | undefined;
}
