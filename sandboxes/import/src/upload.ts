import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputInvalid, readLines } from '@graft/runner';
import { z } from 'zod';

const FileEntry = z.strictObject({
  name: z.string().min(1).max(1000),
  offset: z.number().int().min(0),
  length: z.number().int().min(0),
});
type FileEntry = z.infer<typeof FileEntry>;

/** The uploaded files: one big file, and where in it each named file lies. */
export class Upload implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    private readonly entries: ReadonlyMap<string, FileEntry>,
    private readonly files: FileHandle,
  ) {}

  /** A name that was uploaded twice means its last content, as with a file that is saved again. */
  static async open(folder: string): Promise<Upload> {
    const filesPath = join(folder, 'files.bin');
    const { size } = await stat(filesPath);
    const entries = new Map<string, FileEntry>();
    let row = 0;
    for await (const line of readLines(join(folder, 'files.jsonl'))) {
      row += 1;
      const entry = FileEntry.safeParse(parseJson(line));
      if (!entry.success || entry.data.offset + entry.data.length > size) {
        throw new InputInvalid(
          `files.jsonl line ${row}: expected {name, offset, length} inside the ${size} bytes of files.bin. Upload again.`,
        );
      }
      entries.set(entry.data.name, entry.data);
    }
    return new Upload(folder, entries, await open(filesPath, 'r'));
  }

  get fileCount(): number {
    return this.entries.size;
  }

  /** Size of an uploaded file in bytes; undefined where no file of that name came. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.length;
  }

  async read(name: string): Promise<Buffer> {
    const entry = this.entries.get(name);
    if (!entry) throw new InputInvalid(`No uploaded file is named "${name}".`);
    const bytes = Buffer.alloc(entry.length);
    await this.files.read(bytes, 0, entry.length, entry.offset);
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files.close();
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
