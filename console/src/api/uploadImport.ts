import type { Import } from './schemas.js';
import { problemFrom } from './refusal.js';

type ImportOptions = {
  manifest: 'csv' | 'jsonl';
  columns?: { id?: string; file?: string; title?: string; split?: string; attributes?: string[] | null };
  missingSplit?: 'refuse' | 'hash';
};
/** `files` carry the name that the manifest's file column uses. */
export type ImportUpload = {
  options: ImportOptions;
  manifest: File;
  pairs: File | null;
  files: { name: string; file: File }[];
};

/** The order matters: the server reads the parts as a stream and must know the options and the manifest before the first picture. */
export function importForm({ options, manifest, pairs, files }: ImportUpload): FormData {
  const form = new FormData();
  form.append('options', JSON.stringify(options));
  form.append('manifest', manifest, manifest.name);
  if (pairs) form.append('pairs', pairs, pairs.name);
  for (const { name, file } of files) form.append('file', file, name);
  return form;
}

/** XMLHttpRequest and not fetch: only it reports how much of an upload has left the browser. */
export function uploadImport(
  datasetId: string,
  upload: ImportUpload,
  onProgress: (fraction: number) => void,
): Promise<Import> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/datasets/${datasetId}/imports`);
    request.responseType = 'json';
    request.setRequestHeader('x-graft-csrf', '1');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () =>
      request.status < 300
        ? resolve(request.response as Import)
        : reject(problemFrom(request.status, request.response));
    request.onerror = () => reject(new TypeError('network failure during the upload'));
    request.send(importForm(upload));
  });
}
