import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { DomainError, invalidField } from '../kernel/index.js';
import { parseInput } from '../platform/http/index.js';
import { ImportOptionsDto } from './dto/imports.dto.js';
import { ImportInput } from '@graft/protocol';
import type { ImportOptions } from './import.entity.js';
import { uploadParts, type UploadPart } from './upload-parts.js';
import type { UploadFolder } from './upload-folder.js';

/**
 * Writes a multipart body into the upload's folder. Parts come in this order: field `options`, file `manifest`, file `pairs` (may be
 * absent), then files `file`, each named as the manifest names it.
 *
 * @param alive called for whatever arrives: one big file on a slow line may take minutes
 * @throws DomainError `validation-failed`, `upload-malformed`, `upload-too-large`
 */
export async function receiveUpload(
  request: { body: Readable; headers: IncomingHttpHeaders },
  folder: UploadFolder,
  alive: () => void,
): Promise<ImportOptions> {
  const parts = uploadParts(request.body, request.headers);
  request.body.on('data', alive);
  const options = parseOptions((await parts.next()).value ?? undefined);

  const manifest = (await parts.next()).value ?? undefined;
  if (manifest === undefined || !('content' in manifest) || manifest.field !== 'manifest')
    throw invalidField('manifest', 'a file as the second part', found(manifest));
  await folder.putManifest(options.manifest, manifest.content);

  let hasPairs = false;
  for await (const part of parts) {
    if (!('content' in part)) throw invalidField(part.field, 'no further field after options', 'a field');
    if (part.field === 'pairs') {
      if (hasPairs) throw invalidField('pairs', 'one file', 'a second one');
      hasPairs = true;
      await folder.putPairs(part.content);
    } else if (part.field === 'file') await folder.putPicture(part.fileName, part.content);
    else throw invalidField(part.field, 'pairs or file', 'a file');
  }
  return options;
}

function parseOptions(part: UploadPart | undefined): ImportOptions {
  if (part === undefined || !('value' in part) || part.field !== 'options')
    throw invalidField('options', 'a JSON field as the first part', found(part));
  let json: unknown;
  try {
    json = JSON.parse(part.value);
  } catch {
    throw new DomainError('validation-failed', 'options: expected JSON such as {"manifest":"csv"}');
  }
  const { upload: _, ...defaults } = ImportInput.parse({
    upload: 'upload',
    ...parseInput(ImportOptionsDto, json, 'options'),
  });
  return defaults;
}

function found(part: UploadPart | undefined): string {
  if (part === undefined) return 'no part';
  return 'content' in part ? `the file ${part.field}` : `the field ${part.field}`;
}
