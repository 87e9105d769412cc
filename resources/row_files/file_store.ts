/** A file in a store. */
export interface StoredFile {
  /** Its path within the store, with `/` between folders. */
  path: string;
  bytes: number;
  /** Milliseconds since 1970, by the clock of the store. */
  modifiedAt: number;
}

/** Files that are written once and never changed, in a folder or an object store. */
export interface FileStore {
  /** Its location, for users and logs; never contains a secret. */
  readonly location: string;
  /** The path or address under which other programs find a file. */
  addressOf(path: string): string;
  /**
   * Writes a file. It is durable once this resolves, and never visible in part.
   *
   * @throws {FileStoreError}
   */
  write(path: string, bytes: Uint8Array<ArrayBuffer>, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * The path on this machine where a file can be read, by now or at a later time: a copy is kept if the store is elsewhere.
   *
   * @param file.bytes Its size as written.
   * @throws {MissingFileError} If it is not there.
   * @throws {FileStoreError} If the store cannot be reached, or the file has another size.
   */
  localPath(file: Pick<StoredFile, "path" | "bytes">, options?: { signal?: AbortSignal }): Promise<string>;
  /** All files in the store, in any order. @throws {FileStoreError} */
  list(options?: { signal?: AbortSignal }): Promise<StoredFile[]>;
  /** Deletes files; missing ones are no error. @throws {FileStoreError} */
  remove(paths: readonly string[], options?: { signal?: AbortSignal }): Promise<void>;
}

/** A store does not answer, refuses, or has other content than was written. The message has the remedy, and no secret. */
export class FileStoreError extends Error {
  override readonly name: string = "FileStoreError";
  /** Whether another attempt may succeed. */
  readonly retryable: boolean = true;
}

/** A file is not in the store. */
export class MissingFileError extends FileStoreError {
  override readonly name = "MissingFileError";
  override readonly retryable = false;
}
