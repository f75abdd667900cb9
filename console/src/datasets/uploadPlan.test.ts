import { describe, expect, it } from 'vitest';
import { importForm } from '../api/uploadImport.js';
import { guessColumns, manifestColumns, planUpload, type FolderEntry } from './uploadPlan.js';

const files = (...paths: string[]): FolderEntry<string>[] => paths.map((path) => ({ path, sizeBytes: 10, file: path }));

describe('planning an upload', () => {
  it('names pictures as the manifest sees them', () => {
    const plan = planUpload(
      files('shop/manifest.csv', 'shop/pictures/a.jpg', 'shop/pictures/b.PNG', 'shop/pairs.csv', 'shop/notes.txt'),
    );
    expect(plan).toMatchObject({
      manifestKind: 'csv',
      pairs: { path: 'shop/pairs.csv' },
      ignored: ['shop/notes.txt'],
      totalBytes: 40,
    });
    expect(typeof plan === 'string' ? [] : plan.pictures.map((picture) => picture.name)).toEqual([
      'pictures/a.jpg',
      'pictures/b.PNG',
    ]);
  });

  it('takes the manifest nearest to the top, and one called manifest before others', () => {
    expect(
      planUpload(files('shop/deep/manifest.csv', 'shop/items.csv', 'shop/manifest.jsonl', 'shop/a.jpg')),
    ).toMatchObject({ manifest: { path: 'shop/manifest.jsonl' }, manifestKind: 'jsonl' });
  });

  it('leaves hidden files at home', () => {
    expect(planUpload(files('shop/manifest.csv', 'shop/a.jpg', 'shop/.cache/b.jpg'))).toMatchObject({
      pictures: [{ name: 'a.jpg' }],
    });
  });

  it('says what is missing', () => {
    expect(planUpload(files('shop/a.jpg'))).toMatch(/^No manifest found among 1 files/);
    expect(planUpload(files('shop/manifest.csv'))).toMatch(/has no pictures/);
  });
});

describe('the manifest’s columns', () => {
  it('reads a quoted CSV header with a byte-order mark', () => {
    expect(manifestColumns('csv', '\uFEFFid,"file, name",title\r\n1,a.jpg,x')).toEqual(['id', 'file, name', 'title']);
  });

  it('reads the keys of the first JSON line', () => {
    expect(manifestColumns('jsonl', '{"sku":"1","image":"a.jpg"}\n{"sku":')).toEqual(['sku', 'image']);
    expect(manifestColumns('jsonl', 'not json')).toEqual([]);
  });

  it('guesses which column plays which role', () => {
    expect(guessColumns(['SKU', 'Image', 'productDisplayName', 'colour'])).toEqual({
      id: 'SKU',
      file: 'Image',
      title: 'productDisplayName',
      split: '',
    });
  });
});

describe('the form that is sent', () => {
  it('has the options first, then the manifest, then the pictures under their manifest names', async () => {
    const form = importForm({
      options: { manifest: 'csv', missingSplit: 'hash' },
      manifest: new File(['id,file'], 'manifest.csv'),
      pairs: null,
      files: [{ name: 'pictures/a.jpg', file: new File(['x'], 'a.jpg') }],
    });
    expect([...form.keys()]).toEqual(['options', 'manifest', 'file']);
    expect((form.get('file') as File).name).toBe('pictures/a.jpg');
  });
});
