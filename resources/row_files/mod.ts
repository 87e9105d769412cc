/** Stores for files that are written once, in a folder or an object store. @module */
export { type FileStore, FileStoreError, MissingFileError } from "./file_store.ts";
export { folderStore } from "./folder_store.ts";
export { type S3Options, s3Store } from "./s3_store.ts";
