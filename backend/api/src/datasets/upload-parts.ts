import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { DomainError } from '../kernel/index.js';

/** One part of a multipart body, in the order in which it was sent. */
export type UploadPart =
  | { readonly field: string; readonly value: string }
  | { readonly field: string; readonly fileName: string; readonly content: Readable };

/** Busboy's names are read as UTF-8 and keep their folders: `images/42.jpg` is what a manifest refers to. */
const NAMES = { preservePath: true, defCharset: 'utf8' } as const;
const FIELD_BYTES = 64 * 1024;

/**
 * The parts of a multipart body as they arrive; the content of a file must be read to its end before the next part is asked for.
 * Nothing is kept of parts that were read, so memory does not grow with their number.
 *
 * @throws DomainError `upload-malformed` where the body ends early or is no multipart
 */
export async function* uploadParts(body: Readable, headers: IncomingHttpHeaders): AsyncGenerator<UploadPart> {
  const { 'content-type': contentType } = headers;
  if (contentType === undefined || !/^multipart\/form-data\b/i.test(contentType))
    throw malformed('expected multipart/form-data');
  const parser = new Busboy({
    headers: { ...headers, 'content-type': contentType },
    ...NAMES,
    limits: { fieldSize: FIELD_BYTES, headerSize: 16 * 1024 },
  });

  const arrived: UploadPart[] = [];
  let failure: Error | undefined;
  let done = false;
  let wake = (): void => undefined;
  const tell = (): void => wake();
  parser.on('field', (field, value) => {
    arrived.push({ field, value });
    tell();
  });
  parser.on('file', (field, content, fileName) => {
    // A body that breaks off also ends the file that was being read; that is told once, by the parser.
    content.on('error', (error) => fail(error));
    arrived.push({ field, fileName, content });
    tell();
  });
  const fail = (error: unknown): void => {
    failure ??= malformed(error instanceof Error ? error.message : String(error));
    tell();
  };
  parser.on('error', fail);
  parser.on('finish', () => {
    done = true;
    tell();
  });
  body.on('error', fail);
  body.on('close', () => {
    if (!body.readableEnded) fail(new Error('the connection was closed'));
  });
  body.pipe(parser);

  try {
    for (;;) {
      const part = arrived.shift();
      if (part !== undefined) yield part;
      else if (failure !== undefined) throw failure;
      else if (done) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    body.unpipe(parser);
    // What was not read is taken off the wire, so that the client gets to read the answer.
    body.resume();
  }
}

function malformed(why: string): DomainError {
  return new DomainError('upload-malformed', `The upload could not be read: ${why}. Send it again.`);
}
