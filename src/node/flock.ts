import type koffiModule from 'koffi';
import { closeSync, constants, openSync } from 'node:fs';

type Koffi = typeof koffiModule;

/** A kernel lock on a whole file, seen by Heddle and released when its holder dies. */
export interface KernelLock {
  /** Opens (creating it if need be) and tries to lock the file; undefined when another holds it. */
  tryAcquire(path: string): HeldKernelLock | undefined;
}

export interface HeldKernelLock {
  /** The open file, for checking that the path still names it; undefined where not comparable. */
  readonly fd: number | undefined;
  release(): void;
}

const lockExclusive = 2;
const lockNonBlocking = 4;

/**
 * flock(2), or LockFileEx on Windows: the lock that Heddle takes. Loads native code when called.
 * @throws Error when this platform has no such code
 */
export async function loadKernelLock(): Promise<KernelLock> {
  const { default: koffi } = await import('koffi');
  return process.platform === 'win32' ? windowsLock(koffi) : posixLock(koffi);
}

function posixLock(koffi: Koffi): KernelLock {
  const flock = koffi.load(null).func('int flock(int fd, int operation)') as (
    fd: number,
    operation: number,
  ) => number;
  const wouldBlock = koffi.os.errno.EWOULDBLOCK ?? koffi.os.errno.EAGAIN;
  return {
    tryAcquire: (path) => {
      // No truncation: the content is nobody's business. No link: the lock is a file of this folder.
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
      const fd = openSync(path, flags, 0o644);
      if (flock(fd, lockExclusive | lockNonBlocking) === 0) {
        return { fd, release: () => closeSync(fd) };
      }
      const errno = koffi.errno();
      closeSync(fd);
      if (errno === wouldBlock) return undefined;
      throw new Error(`flock failed with errno ${errno}`);
    },
  };
}

const genericReadWrite = 0xc000_0000;
const shareAll = 7;
const openAlways = 4;
const normalAttributes = 0x80;
const failImmediatelyExclusive = 3;
const wholeFile = 0xffff_ffff;
const invalidHandle = 0xffff_ffff_ffff_ffffn;
const errorFileNotFound = 2;
const errorPathNotFound = 3;
const errorLockViolation = 33;
const errorIoPending = 997;

/** Whole-file lock as Rust's `File::lock` takes it. Written from the documentation of the platform. */
function windowsLock(koffi: Koffi): KernelLock {
  const kernel32 = koffi.load('kernel32.dll');
  const overlappedType = koffi.struct({
    Internal: 'uintptr_t',
    InternalHigh: 'uintptr_t',
    Offset: 'uint32_t',
    OffsetHigh: 'uint32_t',
    hEvent: 'void *',
  });
  const createFile = kernel32.func(
    'void *CreateFileW(str16 name, uint32_t access, uint32_t share, void *security, uint32_t disposition, uint32_t flags, void *template)',
  );
  const lockFile = kernel32.func('LockFileEx', 'bool', [
    'void *',
    'uint32_t',
    'uint32_t',
    'uint32_t',
    'uint32_t',
    koffi.inout(koffi.pointer(overlappedType)),
  ]);
  const closeHandle = kernel32.func('bool CloseHandle(void *handle)');
  const lastError = kernel32.func('uint32_t GetLastError()');
  return {
    tryAcquire: (path) => {
      const handle: unknown = createFile(
        path,
        genericReadWrite,
        shareAll,
        null,
        openAlways,
        normalAttributes,
        null,
      );
      if (koffi.address(handle) === invalidHandle) throw fileError(Number(lastError()), path);
      const overlapped = { Internal: 0, InternalHigh: 0, Offset: 0, OffsetHigh: 0, hEvent: null };
      if (lockFile(handle, failImmediatelyExclusive, 0, wholeFile, wholeFile, overlapped)) {
        return { fd: undefined, release: () => void closeHandle(handle) };
      }
      const error = Number(lastError());
      closeHandle(handle);
      if (error === errorLockViolation || error === errorIoPending) return undefined;
      throw new Error(`LockFileEx failed with error ${error}`);
    },
  };
}

function fileError(error: number, path: string): Error {
  const isMissing = error === errorFileNotFound || error === errorPathNotFound;
  return Object.assign(new Error(`${path} cannot be opened (error ${error})`), {
    code: isMissing ? 'ENOENT' : 'EACCES',
  });
}
